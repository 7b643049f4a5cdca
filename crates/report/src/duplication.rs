//! Duplication across agencies: the result as data, and as text, tables, a page, CSV and JSON.
//!
//! Every count has a range: what it is when doubtful persons are split, and when probable links are included. Every cost is an
//! assumption with its range.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use base::csv_cell::quoted;
use base::day::{Day, date};
use base::english::{counted, plural};
use base::money::{Pence, thousands};
use linkage::joined::duplication::{DuplicationCost, DuplicationCounts, DuplicationRules, UnitCost, costs, unit_cost};
use linkage::purpose::Purpose;
use maud::html;

use super::charts::{legend, marks};
use super::components::{ChartFigure, Page, PageSection, assumption_tag, list, paragraph, slug, table, verdict};
use super::svg::{self, Axis, BLUE, RED, Series, Shape};
use super::words::{listed, sentence};
use crate::terminal::Terminal;
use outcomes::QueryDates;
use records::files::write::plain;
use records::gate::quality::QualityReport;

/// The people whom several agencies hold, the work that is done twice, and what it costs.
pub struct DuplicationReport {
    pub purpose: Purpose,
    pub days: QueryDates,
    pub looking: DuplicationRules,
    pub unit_costs: Vec<UnitCost>,
    /// As linked, with doubtful persons split, and with probable links included.
    pub counts: [DuplicationCounts; 3],
    /// How many links could be included.
    pub links: usize,
    /// Who has the same work done twice, where the list was asked for.
    pub list: Option<Vec<RepeatedWork>>,
    /// The data-quality report.
    pub quality: QualityReport,
    pub notes: Vec<String>,
}

impl DuplicationReport {
    /// Everything for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        terminal_text(self, terminal)
    }

    /// Who has the same work done twice, as CSV; none where it was not asked for.
    #[must_use]
    pub fn list_csv(&self) -> Option<String> {
        self.list.as_deref().map(list_csv)
    }

    /// Everything as a page with charts. The same records give the same bytes.
    #[must_use]
    pub fn page(&self) -> String {
        page(self)
    }
}

/// Work that a second agency did for a person after another agency had done the same.
#[derive(Clone, Debug, PartialEq)]
pub struct RepeatedWork {
    pub person: String,
    pub work: String,
    pub need: String,
    /// The two agencies, and the first day of each piece of work.
    pub agencies: [String; 2],
    pub from: [Day; 2],
}

/// Shown where no unit cost is given.
pub const NO_COST: &str = "no unit cost";

/// A table with the note under it.
pub struct Table {
    pub caption: String,
    pub header: Vec<&'static str>,
    pub rows: Vec<Vec<String>>,
    pub note: String,
}

/// A count as linked, with the lowest and the highest of the three readings.
pub(crate) type Range = [i64; 3];

impl DuplicationReport {
    pub(crate) fn range(&self, of: impl Fn(&DuplicationCounts) -> usize) -> Range {
        let [linked, apart, together] = [0, 1, 2].map(|at| of(&self.counts[at]) as i64);
        [linked, linked.min(apart).min(together), linked.max(apart).max(together)]
    }

    /// The cost of pieces after the first, by department and work: as assumed, and the lowest and highest that the ranges of the links
    /// and of the unit costs allow together.
    pub(crate) fn costs(&self) -> BTreeMap<(&str, usize), (DuplicationCost, Range)> {
        let at = |reading: usize, end| costs(&self.counts[reading], &self.looking, &self.unit_costs, end);
        let (low, high): (Vec<_>, Vec<_>) = (0..3).map(|reading| (at(reading, 1), at(reading, 2))).unzip();
        let stated = at(0, 0);
        let keys: BTreeSet<_> = low.iter().flat_map(BTreeMap::keys).copied().collect();
        let of = |key| {
            let pence = |costs: &BTreeMap<_, DuplicationCost>| costs.get(&key).map_or(0, |cost| cost.pence);
            let cost = stated.get(&key).cloned().unwrap_or_default();
            let (least, most) = (low.iter().map(pence).min().unwrap_or(0), high.iter().map(pence).max().unwrap_or(0));
            (key, (cost.clone(), [cost.pence, least, most]))
        };
        keys.into_iter().map(of).collect()
    }

    pub(crate) fn people(&self) -> usize {
        self.counts[0].held_by.values().sum()
    }

    /// The cost of everything, with its ends.
    pub(crate) fn total(&self) -> Range {
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

/// "1 (0 to 3) pieces of work".
fn counted_range(range: Range, one: &str, many: &str) -> String {
    format!("{} {}", count(range), if range == [1; 3] { one } else { many })
}

/// Whole pounds: nobody knows the pence of an assumption.
fn pounds(range: Range) -> String {
    ranged(range, |pence| Pence((pence + 50).div_euclid(100) * 100).to_string())
}

/// The result in sentences.
pub fn sentences(found: &DuplicationReport) -> Vec<String> {
    let several = found.range(|counts| counts.held_by.iter().filter(|(held, _)| **held > 1).map(|(_, people)| people).sum());
    let twice = found.range(|counts| counts.seconds.iter().map(|second| second.person).collect::<BTreeSet<_>>().len());
    let seconds = found.range(|counts| counts.seconds.len());
    let people = counted(found.people(), "person", "people");
    let agencies = listed(&found.purpose.agencies.iter().map(String::as_str).collect::<Vec<_>>());
    let known = match several {
        [0, 0, 0] => format!("Of {people}, none is known to more than one of these agencies: {agencies}."),
        [1, 1, 1] => format!("Of {people}, 1 is known to more than one of these agencies: {agencies}."),
        _ => format!("Of {people}, {} are known to more than one of these agencies: {agencies}.", count(several)),
    };
    let repeated = match twice {
        [0, 0, 0] => "No two agencies did the same work for the same person, for the same need in the same period.".to_owned(),
        _ => format!(
            "For {} of them, more than one agency did the same work, for the same need in the same period: {} after the first.",
            count(twice),
            counted_range(seconds, "piece of work", "pieces of work")
        ),
    };
    let mut out = vec![format!("{known} {repeated}")];
    let without: usize = found.costs().values().map(|(cost, _)| cost.without).sum();
    if !found.unit_costs.is_empty() && seconds != [0; 3] {
        out.push(format!(
            "At assumed unit costs, this work after the first costs {}. That is not what would be saved: joined work has a cost too.",
            pounds(found.total())
        ));
    }
    if without > 0 {
        let (have, it) = (plural(without, "has", "have"), plural(without, "it", "them"));
        out.push(format!("{} of them {have} no unit cost, so we count no cost for {it}.", thousands(without as i64)));
    }
    out.push(format!("In brackets: {}.", readings(found)));
    out
}

/// What the ranges are.
fn readings(found: &DuplicationReport) -> String {
    let links = match found.links {
        0 => "the folder has no links to include".to_owned(),
        _ => format!("links of at least {} are included", percent(found.looking.probable_from)),
    };
    format!(
        "the lowest and highest count when persons of a quality under {} are split, and {links}",
        percent(found.looking.sure_from)
    )
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1000.0).round() / 10.0)
}

/// Every table, in reading order.
pub fn tables(found: &DuplicationReport) -> Vec<Table> {
    let mut all = vec![held(found), pairs(found), work(found), cost(found)];
    if !found.unit_costs.is_empty() {
        all.push(assumed(found));
    }
    all
}

fn held(found: &DuplicationReport) -> Table {
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
pub(crate) fn overlaps(found: &DuplicationReport) -> Vec<([&str; 2], Range, Range)> {
    let pairs: BTreeSet<[&str; 2]> =
        found.counts.iter().flat_map(|counts| counts.both.keys()).map(|[one, other]| [one.as_str(), other.as_str()]).collect();
    let mut all: Vec<_> = pairs
        .into_iter()
        .map(|pair| {
            let names = pair.map(str::to_owned);
            let people = found.range(|counts| counts.both.get(&names).copied().unwrap_or(0));
            let between = |second: &&linkage::joined::duplication::SecondPiece| {
                second.agencies == names || second.agencies.iter().eq(names.iter().rev())
            };
            (pair, people, found.range(|counts| counts.seconds.iter().filter(between).count()))
        })
        .collect();
    all.sort_by_key(|(pair, people, _)| (std::cmp::Reverse(people[0]), *pair));
    all
}

fn pairs(found: &DuplicationReport) -> Table {
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
fn work(found: &DuplicationReport) -> Table {
    let seconds = || found.counts.iter().flat_map(|counts| &counts.seconds);
    let keys: BTreeSet<(usize, &str)> = seconds().map(|second| (second.work, second.need.as_str())).collect();
    let row = |(work, need): (usize, &str)| {
        let alike = |second: &&linkage::joined::duplication::SecondPiece| second.work == work && second.need == need;
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
            "Work of one day covers {}. Work with an end covers the days to its end. A review by the same agency does not count.",
            counted(found.looking.same_period_days, "day", "days")
        ),
    }
}

fn cost(found: &DuplicationReport) -> Table {
    let rows = found.costs().into_iter().map(|((department, work), (cost, pence))| {
        let work = &found.looking.works[work].name;
        let seconds = found.range(|counts| {
            let of = |second: &&linkage::joined::duplication::SecondPiece| {
                found.looking.department(&second.agencies[1]) == department && found.looking.works[second.work].name == *work
            };
            counts.seconds.iter().filter(of).count()
        });
        let none = unit_cost(&found.unit_costs, work, department).is_none();
        let sum = if none { NO_COST.to_owned() } else { pounds(pence) };
        debug_assert!(none == (cost.without > 0) || cost.seconds == 0, "a unit cost covers all pieces of a department or none");
        vec![department.to_owned(), work.clone(), count(seconds), sum]
    });
    Table {
        caption: "What work after the first costs, by department".into(),
        header: vec!["department", "work", "pieces after the first", "cost (range)"],
        rows: rows.collect(),
        note: "The department is that of the agency that came second or later. The ranges include both the links and the unit costs."
            .into(),
    }
}

/// The unit costs that were used, each an assumption.
fn assumed(found: &DuplicationReport) -> Table {
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
        note: "We add prices of different years without a change. Bring them to one year first: `wellspent uprate`.".into(),
    }
}

/// The whole page. The same records give the same bytes.
fn page(found: &DuplicationReport) -> String {
    let purpose = &found.purpose;
    let days = format!("As at {}, known at {}.", found.days.as_at, found.days.known_at());
    let asked = format!("For {} ({}). Legal basis: {}.", purpose.name, purpose.why, purpose.legal_basis);
    let mut sentences = sentences(found).into_iter();
    let summary = html! {
        (verdict(&sentences.next().unwrap_or_default(), false))
        @for sentence in sentences { (paragraph(&sentence)) }
    };
    let charts = html! {
        @for chart in [held_chart(found), pairs_chart(found), cost_chart(found)].iter().flatten() { (chart.draw()) }
    };
    let all = html! {
        @for one in tables(found) {
            @let header: Vec<String> = one.header.iter().map(|name| sentence(name)).collect();
            @let header: Vec<&str> = header.iter().map(String::as_str).collect();
            @if one.header.len() == 5 {
                p { (assumption_tag()) " We did not measure any unit cost here. Each is somebody's figure for work of that name." }
            }
            (table(&slug(&one.caption), &one.caption, &header, &one.rows))
            @if !one.note.is_empty() { p.quiet { (one.note) } }
        }
    };
    let sections = vec![
        PageSection::new("summary", "Summary", summary),
        PageSection::new("charts", "Charts", charts),
        PageSection::new("tables", "Tables", all),
        PageSection::new("limits", "Limits", list(&LIMITS.map(str::to_owned))),
    ];
    Page {
        title: "Duplication across agencies",
        kind: "What several agencies hold about the same people, and do for them",
        heading: "Duplication across agencies",
        about: &[days, asked],
        sections,
    }
    .render()
}

const LIMITS: [&str; 5] = [
    "Everything depends on which records are the same person. A missed link hides duplication, and a false link invents it. The ranges show how far, for links that are in doubt.",
    "A second assessment can be needed. That work was done twice does not mean that once would have been enough.",
    "We do not see what an agency does not record, or records in other words.",
    "The cost is what the later pieces of work cost at assumed unit costs. It is not what would be saved.",
    "Small counts can identify people. Think before you share this page with anyone whom the purpose does not name.",
];

fn held_chart(found: &DuplicationReport) -> Option<ChartFigure> {
    let most = found.counts.iter().flat_map(|counts| counts.held_by.keys()).max().copied()?;
    let name = |held: usize| if held == 1 { "one agency".to_owned() } else { counted(held, "agency", "agencies") };
    let rows: Vec<(String, Range)> =
        (1..=most).map(|held| (name(held), found.range(|counts| counts.held_by.get(&held).copied().unwrap_or(0)))).collect();
    let title = "How many agencies hold each person";
    chart(found, "held", title, ["held by", "people"], BLUE, &rows, |value| value as f64)
}

fn pairs_chart(found: &DuplicationReport) -> Option<ChartFigure> {
    const MOST: usize = 15;
    let all = overlaps(found);
    let rows: Vec<(String, Range)> =
        all.iter().take(MOST).map(|([one, other], people, _)| (format!("{one} and {other}"), *people)).collect();
    let title = if all.len() > MOST { "Which agencies overlap most: the first 15 pairs" } else { "Which agencies overlap most" };
    chart(found, "pairs", title, ["agencies", "people whom both hold"], BLUE, &rows, |value| value as f64)
}

fn cost_chart(found: &DuplicationReport) -> Option<ChartFigure> {
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
    chart(found, "costs", title, ["department", "£, prices as stated"], RED, &rows, |pence| pence as f64 / 100.0)
}

/// A mark for each row, with its range.
fn chart(
    found: &DuplicationReport,
    id: &'static str,
    title: &str,
    [named, unit]: [&str; 2],
    colour: &'static str,
    rows: &[(String, Range)],
    value: impl Fn(i64) -> f64,
) -> Option<ChartFigure> {
    let top = rows.iter().map(|(_, range)| value(range[2])).fold(0.0, f64::max);
    if rows.is_empty() || top <= 0.0 {
        return None;
    }
    let money = unit.starts_with('£');
    let axis = match money {
        true => Axis::pounds(unit, 0.0, 1.06 * top, 6),
        // People come whole.
        false => Axis::even(unit, 0.0, 1.06 * top, (top as usize).clamp(1, 6), |at| thousands(at.round() as i64)),
    };
    let series: [Series; 1] = [marks("as linked, with the range of links in doubt", colour, Shape::Circle)];
    let placed: Vec<(String, Vec<svg::ValueRange>)> =
        rows.iter().map(|(name, range)| (name.clone(), vec![Some(range.map(&value))])).collect();
    let words = |range: Range| if money { pounds(range) } else { count(range) };
    let what: Vec<String> = rows.iter().map(|(name, range)| format!("{name}: {}", words(*range))).collect();
    let drawing = svg::ranged_rows(id, title, &what.join("; "), &axis, &series, &placed);
    let figures: Vec<Vec<String>> = rows.iter().map(|(name, range)| vec![name.clone(), words(*range)]).collect();
    let data = table(&format!("chart-{id}"), &format!("Figures: {title}"), &[named, unit], &figures);
    let words = format!("The mark is the count as linked. The line is {}.", readings(found));
    Some(ChartFigure { id, title: title.to_owned(), words, drawing, legend: legend(&series), data })
}

/// Everything for the terminal.
fn terminal_text(found: &DuplicationReport, terminal: Terminal) -> String {
    let mut out = format!("{}\n", terminal.bold("Duplication across agencies"));
    for sentence in sentences(found) {
        let _ = writeln!(out, "{}", terminal.wrap(&sentence, 0));
    }
    for table in tables(found) {
        let header: Vec<String> = table.header.iter().map(|name| (*name).to_owned()).collect();
        let figure = |cell: &String| cell.trim_start_matches('£').starts_with(|c: char| c.is_ascii_digit()) || cell == NO_COST;
        let figures = |column: usize| table.rows.iter().all(|row| figure(&row[column]));
        let _ = write!(out, "\n{}\n{}", terminal.bold(&table.caption), terminal.columns(&header, &table.rows, figures));
        if !table.note.is_empty() {
            let _ = writeln!(out, "{}", terminal.dim(&terminal.wrap(&table.note, 0)));
        }
    }
    out
}

/// Who has the same work done twice, as CSV: a row for each piece of work after the first, as linked.
#[must_use]
fn list_csv(list: &[RepeatedWork]) -> String {
    let mut out = "person,work,need,first_agency,first_from,second_agency,second_from\n".to_owned();
    for RepeatedWork { person, work, need, agencies: [first, second], from } in list {
        let [from, again] = from.map(|day| date(day).to_string());
        let cells = [person, work, need, first, &from, second, &again].map(|cell| quoted(&plain(cell)).into_owned());
        let _ = writeln!(out, "{}", cells.join(","));
    }
    out
}
