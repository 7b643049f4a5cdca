//! Duplication across agencies, told: the sentences, the tables and the page. Every count has the range it has when doubtful
//! persons are taken apart and probable links taken in; every cost is an assumption with its range.

use std::collections::{BTreeMap, BTreeSet};

use base::money::{Pence, thousands};
use linkage::joined::duplication::{Cost, Counts, Looking, UnitCost, costs, unit_cost};
use linkage::purpose::Purpose;

use super::charts::{Drawn, legend, marks};
use super::html::document;
use super::markup::{element, escape, heading, list, paragraph, table, text};
use super::svg::{self, Axis, BLUE, RED, Series, Shape};
use super::words::{listed, sentence};
use outcomes::Days;

/// What was found.
pub struct Found<'a> {
    pub purpose: &'a Purpose,
    pub days: Days,
    pub looking: &'a Looking,
    pub unit_costs: &'a [UnitCost],
    /// As linked, with doubtful persons taken apart, with probable links taken in.
    pub counts: [Counts; 3],
    /// How many links were looked at to be taken in.
    pub links: usize,
}

/// Stands where no unit cost is given.
pub const NO_COST: &str = "no unit cost";

/// A table with what is to be said under it.
pub struct Table {
    pub caption: String,
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    pub note: String,
}

/// A count as linked, with the lowest and the highest of the three readings.
type Range = [i64; 3];

impl Found<'_> {
    fn range(&self, of: impl Fn(&Counts) -> usize) -> Range {
        let [linked, apart, together] = [0, 1, 2].map(|at| of(&self.counts[at]) as i64);
        [linked, linked.min(apart).min(together), linked.max(apart).max(together)]
    }

    /// The cost of second pieces by department and work: as assumed, and the ends of links and unit costs taken together.
    fn costs(&self) -> BTreeMap<(&str, usize), (Cost, Range)> {
        let at = |reading: usize, end| costs(&self.counts[reading], self.looking, self.unit_costs, end);
        let (low, high): (Vec<_>, Vec<_>) = (0..3).map(|reading| (at(reading, 1), at(reading, 2))).unzip();
        let stated = at(0, 0);
        let keys: BTreeSet<_> = low.iter().flat_map(BTreeMap::keys).copied().collect();
        let of = |key| {
            let pence = |costs: &BTreeMap<_, Cost>| costs.get(&key).map_or(0, |cost| cost.pence);
            let cost = stated.get(&key).cloned().unwrap_or_default();
            let (least, most) = (low.iter().map(pence).min().unwrap_or(0), high.iter().map(pence).max().unwrap_or(0));
            (key, (cost.clone(), [cost.pence, least, most]))
        };
        keys.into_iter().map(of).collect()
    }

    fn people(&self) -> usize {
        self.counts[0].held_by.values().sum()
    }

    /// The cost of everything, with its ends.
    fn total(&self) -> Range {
        self.costs().values().fold([0; 3], |sum, (_, pence)| [0, 1, 2].map(|at| sum[at] + pence[at]))
    }
}

/// "12 (9 to 14)", or "12" where it does not move.
fn ranged(range: Range, words: impl Fn(i64) -> String) -> String {
    let [value, low, high] = range;
    if low == high { words(value) } else { format!("{} ({} to {})", words(value), words(low), words(high)) }
}

fn count(range: Range) -> String {
    ranged(range, thousands)
}

/// Whole pounds: nobody knows the pence of an assumption.
fn pounds(range: Range) -> String {
    ranged(range, |pence| Pence((pence + 50).div_euclid(100) * 100).to_string())
}

/// What was found, in sentences.
pub fn told(found: &Found<'_>) -> Vec<String> {
    let several = found.range(|counts| counts.held_by.iter().filter(|(held, _)| **held > 1).map(|(_, people)| people).sum());
    let twice = found.range(|counts| counts.seconds.iter().map(|second| second.person).collect::<BTreeSet<_>>().len());
    let seconds = found.range(|counts| counts.seconds.len());
    let mut out = vec![format!(
        "{} of {} people are held by more than one of the agencies {}. {} of them have the same work done by more than one agency \
         for the same need in the same period: {} pieces of work after the first.",
        count(several),
        thousands(found.people() as i64),
        listed(&found.purpose.agencies.iter().map(String::as_str).collect::<Vec<_>>()),
        count(twice),
        count(seconds)
    )];
    let without: usize = found.costs().values().map(|(cost, _)| cost.without).sum();
    if !found.unit_costs.is_empty() {
        out.push(format!(
            "At assumed unit costs these pieces cost {}; that is what they cost, and not what would be saved: joined work has a \
             cost too.",
            pounds(found.total())
        ));
    }
    if without > 0 {
        out.push(format!("{} of them have no unit cost and count for nothing.", thousands(without as i64)));
    }
    out.push(format!("In brackets: {}.", readings(found)));
    out
}

/// What the ranges are.
fn readings(found: &Found<'_>) -> String {
    let links = match found.links {
        0 => "no links were given to take in".to_owned(),
        _ => format!("links of at least {} taken in", percent(found.looking.probable_from)),
    };
    format!(
        "the lowest and highest count with persons of a quality under {} taken apart, and {links}",
        percent(found.looking.sure_from)
    )
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 1000.0).round() / 10.0)
}

/// Every table, in reading order.
pub fn tables(found: &Found<'_>) -> Vec<Table> {
    let mut all = vec![held(found), pairs(found), work(found), cost(found)];
    if !found.unit_costs.is_empty() {
        all.push(assumed(found));
    }
    all
}

fn held(found: &Found<'_>) -> Table {
    let most = found.counts.iter().flat_map(|counts| counts.held_by.keys()).max().copied().unwrap_or(0);
    let of = |held: usize| found.range(|counts| counts.held_by.get(&held).copied().unwrap_or(0));
    Table {
        caption: "How many agencies hold each person".into(),
        header: vec!["agencies", "people"],
        rows: (1..=most).map(|held| vec![held.to_string(), count(of(held))]).collect(),
        note: String::new(),
    }
}

/// Pairs of agencies, the largest overlap first: people whom both hold, and second pieces of work between them.
fn overlaps<'a>(found: &'a Found<'_>) -> Vec<([&'a str; 2], Range, Range)> {
    let pairs: BTreeSet<[&str; 2]> =
        found.counts.iter().flat_map(|counts| counts.both.keys()).map(|[one, other]| [one.as_str(), other.as_str()]).collect();
    let mut all: Vec<_> = pairs
        .into_iter()
        .map(|pair| {
            let names = pair.map(str::to_owned);
            let people = found.range(|counts| counts.both.get(&names).copied().unwrap_or(0));
            let between = |second: &&linkage::joined::duplication::Second| {
                second.agencies == names || second.agencies.iter().eq(names.iter().rev())
            };
            (pair, people, found.range(|counts| counts.seconds.iter().filter(between).count()))
        })
        .collect();
    all.sort_by_key(|(pair, people, _)| (std::cmp::Reverse(people[0]), *pair));
    all
}

fn pairs(found: &Found<'_>) -> Table {
    let rows = overlaps(found)
        .into_iter()
        .map(|([one, other], people, seconds)| vec![format!("{one} and {other}"), count(people), count(seconds)]);
    Table {
        caption: "Which agencies overlap most".into(),
        header: vec!["agencies", "people whom both hold", "work after the other's"],
        rows: rows.collect(),
        note: String::new(),
    }
}

/// Who has more than one of each work, by need.
fn work(found: &Found<'_>) -> Table {
    let seconds = || found.counts.iter().flat_map(|counts| &counts.seconds);
    let keys: BTreeSet<(usize, &str)> = seconds().map(|second| (second.work, second.need.as_str())).collect();
    let row = |(work, need): (usize, &str)| {
        let alike = |second: &&linkage::joined::duplication::Second| second.work == work && second.need == need;
        let people =
            found.range(|counts| counts.seconds.iter().filter(alike).map(|second| second.person).collect::<BTreeSet<_>>().len());
        let pieces = found.range(|counts| counts.seconds.iter().filter(alike).count());
        let need = if need.is_empty() { "not stated" } else { need };
        vec![found.looking.works[work].name.clone(), need.to_owned(), count(people), count(pieces)]
    };
    Table {
        caption: "The same work by more than one agency".into(),
        header: vec!["work", "need", "people", "pieces after the first"],
        rows: keys.into_iter().map(row).collect(),
        note: format!(
            "What happened on one day stands for {} days; what lasts, for as long as it lasts. A review by the same agency does \
             not count.",
            found.looking.same_period_days
        ),
    }
}

fn cost(found: &Found<'_>) -> Table {
    let rows = found.costs().into_iter().map(|((department, work), (cost, pence))| {
        let work = &found.looking.works[work].name;
        let seconds = found.range(|counts| {
            let of = |second: &&linkage::joined::duplication::Second| {
                found.looking.department(&second.agencies[1]) == department && found.looking.works[second.work].name == *work
            };
            counts.seconds.iter().filter(of).count()
        });
        let none = unit_cost(found.unit_costs, work, department).is_none();
        let sum = if none { NO_COST.to_owned() } else { pounds(pence) };
        debug_assert!(none == (cost.without > 0) || cost.seconds == 0, "a unit cost covers all pieces of a department or none");
        vec![department.to_owned(), work.clone(), count(seconds), sum]
    });
    Table {
        caption: "What the second, third … piece of work costs, by department".into(),
        header: vec!["department", "work", "pieces after the first", "cost (range)"],
        rows: rows.collect(),
        note: "The department is that of the agency that came after another. Ranges take the links and the unit costs together."
            .into(),
    }
}

/// The unit costs that were used, each an assumption.
fn assumed(found: &Found<'_>) -> Table {
    let row = |cost: &UnitCost| {
        let department = if cost.department.is_empty() { "every" } else { &cost.department };
        let per = if cost.by_month { "a month" } else { "each" };
        vec![
            cost.work.clone(),
            department.to_owned(),
            format!("{} {per}", ranged(cost.pence, |pence| Pence(pence).to_string())),
            cost.price_year.clone(),
            cost.source.clone(),
        ]
    };
    Table {
        caption: "Unit costs: assumptions, not facts".into(),
        header: vec!["work", "department", "unit cost (range)", "prices of", "source"],
        rows: found.unit_costs.iter().map(row).collect(),
        note: "Prices of different years are added as they stand; bring them to one year before.".into(),
    }
}

/// The whole page. The same records give the same bytes.
pub fn page(found: &Found<'_>) -> String {
    let purpose = found.purpose;
    let mut body = text("p class=\"quiet\"", "What several agencies hold and do of the same people");
    body += &text("h1", "Duplication across agencies");
    let days = format!(
        "As at {}, known at {}. For {} ({}), by {}.",
        found.days.as_at,
        found.days.known_at(),
        purpose.name,
        purpose.why,
        purpose.legal_basis
    );
    body += &text("p class=\"quiet\"", &days);
    let mut sentences = told(found).into_iter();
    body += &text("p class=\"verdict\"", &sentences.next().unwrap_or_default());
    body += &sentences.map(|sentence| paragraph(&sentence)).collect::<String>();
    body += &heading(2, "charts", "Charts");
    body += &[held_chart(found), pairs_chart(found), cost_chart(found)].into_iter().flatten().collect::<String>();
    body += &heading(2, "tables", "Tables");
    for one in tables(found) {
        if one.header.len() == 5 {
            let tag = "<span class=\"tag\">assumption, not fact</span>";
            body += &element(
                "p",
                &format!("{tag} {}", escape("No unit cost was measured here: each is somebody's figure for work of that name.")),
            );
        }
        let header: Vec<String> = one.header.iter().map(|name| sentence(name)).collect();
        body += &table(&one.caption, &header.iter().map(String::as_str).collect::<Vec<_>>(), &one.rows);
        if !one.note.is_empty() {
            body += &text("p class=\"quiet\"", &one.note);
        }
    }
    body += &(heading(2, "limits", "Limits") + &list(&LIMITS.map(str::to_owned)));
    document("Duplication across agencies", &body)
}

const LIMITS: [&str; 5] = [
    "All of it hangs on who is who. A missed link hides duplication, a false one invents it; the ranges show how far, for the links that are in doubt.",
    "A second assessment can be needed. That work was done twice does not say that once would have been enough.",
    "What an agency does not record, or records under other words, is not seen.",
    "The cost is what the later pieces cost at assumed unit costs, not what would be saved.",
    "Small counts can point at people. Think before the page leaves those whom the purpose names.",
];

fn held_chart(found: &Found<'_>) -> Option<String> {
    let most = found.counts.iter().flat_map(|counts| counts.held_by.keys()).max().copied()?;
    let name = |held: usize| if held == 1 { "one agency".to_owned() } else { format!("{held} agencies") };
    let rows: Vec<(String, Range)> =
        (1..=most).map(|held| (name(held), found.range(|counts| counts.held_by.get(&held).copied().unwrap_or(0)))).collect();
    let title = "How many agencies hold each person";
    chart(found, "held", title, "people", BLUE, &rows, |value| value as f64)
}

fn pairs_chart(found: &Found<'_>) -> Option<String> {
    const MOST: usize = 15;
    let all = overlaps(found);
    let rows: Vec<(String, Range)> =
        all.iter().take(MOST).map(|([one, other], people, _)| (format!("{one} and {other}"), *people)).collect();
    let title = if all.len() > MOST { "Which agencies overlap most: the first 15 pairs" } else { "Which agencies overlap most" };
    chart(found, "pairs", title, "people whom both hold", BLUE, &rows, |value| value as f64)
}

fn cost_chart(found: &Found<'_>) -> Option<String> {
    let mut departments: BTreeMap<&str, Range> = BTreeMap::new();
    for ((department, _), (_, pence)) in found.costs() {
        let sum = departments.entry(department).or_default();
        *sum = [0, 1, 2].map(|at| sum[at] + pence[at]);
    }
    let rows: Vec<(String, Range)> = departments.into_iter().map(|(name, pence)| (name.to_owned(), pence)).collect();
    if found.unit_costs.is_empty() {
        return None;
    }
    let title = "What work after the first costs each department, at assumed unit costs";
    chart(found, "costs", title, "£, prices as stated", RED, &rows, |pence| pence as f64 / 100.0)
}

/// A mark for each row, with its range.
fn chart(
    found: &Found<'_>,
    id: &'static str,
    title: &str,
    unit: &str,
    colour: &'static str,
    rows: &[(String, Range)],
    value: impl Fn(i64) -> f64,
) -> Option<String> {
    let top = rows.iter().map(|(_, range)| value(range[2])).fold(0.0, f64::max);
    if rows.is_empty() || top <= 0.0 {
        return None;
    }
    let money = unit.starts_with('£');
    let axis = match money {
        true => Axis::pounds(unit, 0.0, 1.06 * top, 6),
        // Nobody is half a person.
        false => Axis::even(unit, 0.0, 1.06 * top, (top as usize).clamp(1, 6), |at| thousands(at.round() as i64)),
    };
    let series: [Series; 1] = [marks("as linked, with the range of links in doubt", colour, Shape::Circle)];
    let placed: Vec<(String, Vec<svg::Ranged>)> =
        rows.iter().map(|(name, range)| (name.clone(), vec![Some(range.map(&value))])).collect();
    let words = |range: Range| if money { pounds(range) } else { count(range) };
    let what: Vec<String> = rows.iter().map(|(name, range)| format!("{name}: {}", words(*range))).collect();
    let svg = svg::ranged_rows(&format!("chart-{id}"), title, &what.join("; "), &axis, &series, &placed);
    let figures: Vec<Vec<String>> = rows.iter().map(|(name, range)| vec![name.clone(), words(*range)]).collect();
    let table = table(title, &["", unit], &figures);
    let words = format!("The mark is the count as linked; the line is {}.", readings(found));
    Some(Drawn { id, title: title.to_owned(), words, svg, legend: legend(&series), table }.page())
}
