//! A linkage as a page for those who must answer for it: how complete the data is, what the model believes, what the rules left
//! out, how sure the links are, and which persons need somebody's eye. Records are named by agency and id; what they say is
//! nowhere on the page.

use std::cmp::Ordering;

use base::money::thousands;
use linkage::clustering::{MOST_BITS, MOST_COMPARED, capped};
use linkage::cohesion::Cohesion;
use linkage::distinct_values::MISSING;
use linkage::scoring::Scorer;

use super::charts::{chance, histogram, signed, waterfalls, weights};
use super::summary::{REVIEW, agencies, at_thresholds, counted};
use super::why::name;
use crate::html::document;
use crate::markup::{details, heading, list, paragraph, table, text};
use linkage::finished_linkage::{Linkage, data_notes};

/// The whole page. The same linkage gives the same bytes.
#[must_use]
pub fn page(made: &Linkage, scorer: &Scorer<'_>) -> String {
    let pairs = waterfalls(made, scorer);
    let body = [
        first_screen(made),
        heading(2, "completeness", "How complete the records are"),
        completeness(made),
        heading(2, "model", "The model"),
        model(made),
        heading(2, "blocking", "Which pairs were compared"),
        blocking(made),
        heading(2, "sure", "How sure the links are"),
        histogram(made).unwrap_or_else(|| paragraph("No pair came near to being one person.")),
        thresholds(made),
        heading(2, "pairs", "Some pairs explained"),
        if pairs.is_empty() { paragraph("There is no pair to explain.") } else { pairs },
        heading(2, "attention", "Persons that need somebody's eye"),
        attention(made, scorer),
        labels(made),
        heading(2, "limits", "Limits"),
        list(&LIMITS.map(str::to_owned)),
    ];
    document("Linkage: who is who across agencies", &body.concat())
}

const LIMITS: [&str; 7] = [
    "Every chance on this page is the model's own estimate, learned from the same records without labels (or taken from a model made elsewhere). Where the model is wrong, so are they; only pairs that people have decided say how wrong.",
    "The share of matching pairs found is at most what is shown: pairs that are harder to find than others are underestimated by this method.",
    "Expected wrong and missed links count single pairs. Persons are made of whole groups, so one wrong link inside a well-held person does no harm, and one between two persons may do much.",
    "People who share a place, a household or a family agree on much without being one person. The model allows for it where the records show it; twins and fathers and sons of one name remain the hardest.",
    "Values that very many records share bring no pairs together (see what was left out). A person whose every value is common may be missed.",
    "Errors are seldom spread evenly. Names written in several ways, moves and missing fields are more frequent in some groups than in others; without labels by group this cannot be seen here.",
    "Records are named by the agencies' own ids. Treat the page as personal data.",
];

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn count(count: usize) -> String {
    thousands(count as i64)
}

fn first_screen(made: &Linkage) -> String {
    let (linked, records) = (&made.linked, &made.records);
    let persons = linked.person.iter().enumerate().filter(|(record, person)| *record as u32 == **person).count();
    let mut body = text("p class=\"quiet\"", "Who is who across agencies");
    body += &text(
        "h1",
        &format!(
            "{} of {} are {}",
            counted(records.count(), "record"),
            agencies(records.agencies.len()),
            counted(persons, "person")
        ),
    );
    body += &text("p class=\"quiet\"", &format!("For: {}. Legal basis: {}.", made.purpose, made.basis));
    let doubtful = made.linked.cohesion.iter().filter(|hold| hold.weakest().1 < REVIEW.1).count();
    let between = linked.predictions.iter().filter(|link| (REVIEW.0..REVIEW.1).contains(&f64::from(link.weight))).count();
    let found = match &linked.recall {
        Some(recall) => {
            let compared = match recall.can_tell() {
                true => format!(
                    "Of all matching pairs {} to {} were compared, estimated by capture and recapture from those that the model can see.",
                    percent(recall.low),
                    percent(recall.high)
                ),
                false => "How many of all matching pairs were compared cannot be told: there are too few of them.".into(),
            };
            let linked = match &recall.all {
                Some(all) => format!(" Of all matching pairs {} to {} are linked.", percent(all.low), percent(all.high)),
                None => " How many of all matching pairs are linked cannot be told.".into(),
            };
            compared + &linked
        }
        None => "How many matching pairs were compared is not estimated: the model's own rules were used.".into(),
    };
    let verdict = format!(
        "{} persons have several records; {} of them have a record held by less than {} bits and should be looked at. {found}",
        count(made.linked.cohesion.len()),
        count(doubtful),
        REVIEW.1
    );
    body += &text("p class=\"verdict\"", &verdict);
    let rows = [
        ("Pairs compared".to_owned(), thousands(linked.candidates as i64)),
        ("Links kept".to_owned(), count(linked.predictions.len())),
        (format!("Links to be looked at ({} to {} bits)", REVIEW.0, REVIEW.1), count(between)),
        (
            "Largest person, in records".to_owned(),
            count(made.linked.cohesion.iter().map(|hold| hold.records.len()).max().unwrap_or(1)),
        ),
        ("Threshold between groups, in bits".to_owned(), made.match_threshold.to_string()),
    ];
    let each = (0..records.agencies.len()).map(|agency| {
        let here = (0..records.len() as u32)
            .filter(|record| usize::from(records.agency[*record as usize]) == agency && !records.is_further_row(*record));
        (format!("Records of {}", records.agencies[agency]), count(here.count()))
    });
    let rows: Vec<Vec<String>> = rows.into_iter().chain(each).map(|(what, figure)| vec![what, figure]).collect();
    body + &table("In figures", &["", "count"], &rows)
}

/// The share of records with a value.
fn completeness(made: &Linkage) -> String {
    let records = &made.records;
    let mut held = vec![0_u64; records.agencies.len()];
    let mut given = vec![vec![0_u64; records.columns.len()]; records.agencies.len()];
    for record in 0..records.len() {
        let agency = usize::from(records.agency[record]);
        held[agency] += 1;
        for (column, value) in records.cells(record as u32).iter().enumerate() {
            given[agency][column] += u64::from(*value != MISSING);
        }
    }
    let share = |agency: usize, column: usize| percent(given[agency][column] as f64 / held[agency].max(1) as f64);
    let (agencies, columns) = (0..records.agencies.len(), 0..records.columns.len());
    let agency_names = records.agencies.iter().map(String::as_str);
    let column_names = records.columns.iter().map(|column| column.name.as_str());
    // The shorter of the two goes across.
    let (header, rows): (Vec<&str>, Vec<Vec<String>>) = if agencies.len() <= columns.len() {
        let row =
            |(at, name): (usize, &str)| std::iter::once(name.to_owned()).chain(agencies.clone().map(|a| share(a, at))).collect();
        (std::iter::once("field").chain(agency_names).collect(), column_names.enumerate().map(row).collect())
    } else {
        let row =
            |(at, name): (usize, &str)| std::iter::once(name.to_owned()).chain(columns.clone().map(|c| share(at, c))).collect();
        (std::iter::once("agency").chain(column_names).collect(), agency_names.enumerate().map(row).collect())
    };
    let words = "What is missing cannot agree. A field that is often missing in one agency and not in another makes that agency's \
                 people harder to find.";
    let told = data_notes(records);
    let told = if told.is_empty() { String::new() } else { list(&told) };
    paragraph(words) + &told + &table("Share of records with a value", &header, &rows)
}

fn model(made: &Linkage) -> String {
    let model = &made.linked.model;
    let mut out = paragraph(&format!(
        "Before anything is compared, two records picked at random are one person with a chance of {}, which is {:.1} bits.",
        chance(model.prior),
        (model.prior / (1.0 - model.prior)).log2()
    ));
    // So few change no weight.
    if model.household > 1e-3 * model.prior {
        let words = "They are of two people of one household or family with a chance of";
        out += &paragraph(&format!("{words} {}; what such people share is not taken for identity.", chance(model.household)));
    }
    out += &weights(made);
    let depends: Vec<String> = model
        .comparisons
        .iter()
        .filter_map(|comparison| {
            let parent = &model.comparisons[comparison.depends_on.as_ref()?.parent];
            Some(format!("{} depends on {}: its weights differ with how that one agrees.", comparison.name, parent.name))
        })
        .collect();
    out += &heading(3, "depends", "Which comparison depends on which");
    if depends.is_empty() {
        return out + &paragraph("None: each is taken to speak for itself.");
    }
    out += &list(&depends);
    out + &details("The weights that depend on another comparison", &dependent(made))
}

/// A table for each comparison that hangs on another: bits by the level of both.
fn dependent(made: &Linkage) -> String {
    let comparisons = &made.linked.model.comparisons;
    let mut out = String::new();
    for comparison in comparisons {
        let Some(given) = &comparison.depends_on else { continue };
        let parent = &comparisons[given.parent];
        let bits = |m: f64, u: f64| signed(Some((m / u).log2()).filter(|bits| bits.is_finite()));
        let rows = parent.levels.iter().zip(given.m.iter().zip(&given.u)).map(|(level, (m, u))| {
            std::iter::once(level.label.clone()).chain(m.iter().zip(u).map(|(m, u)| bits(*m, *u))).collect()
        });
        let header: Vec<&str> =
            std::iter::once(parent.name.as_str()).chain(comparison.levels.iter().map(|level| level.label.as_str())).collect();
        let caption = format!("{}, in bits, by how {} agrees", comparison.name, parent.name);
        out += &table(&caption, &header, &rows.collect::<Vec<_>>());
    }
    out
}

fn blocking(made: &Linkage) -> String {
    let rules = &made.linked.rules;
    let words = "Not every pair can be compared. A pair is compared when at least one rule brings it together: when the two agree on \
                 all that the rule names. Pairs that several rules bring together are compared once.";
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            let hot = [rule.oversized_blocks, rule.oversized_pairs].map(|count| thousands(count as i64));
            vec![rule.label.clone(), thousands(rule.pairs as i64), hot[0].clone(), hot[1].clone()]
        })
        .collect();
    let hot: u64 = rules.iter().map(|rule| rule.oversized_pairs).sum();
    let left_out = match hot {
        0 => "No value was left out as too common.".to_owned(),
        _ => format!(
            "Left out as too common: {} pairs that share a value of over 500 records. Another rule may have brought them together.",
            thousands(hot as i64)
        ),
    };
    let header = ["records agree on", "pairs", "values too common", "pairs left out"];
    paragraph(words) + &table("Rules", &header, &rows) + &paragraph(&left_out)
}

fn thresholds(made: &Linkage) -> String {
    let rows: Vec<Vec<String>> = at_thresholds(made)
        .into_iter()
        .map(|at| {
            let used = if at.bits == made.match_threshold { "used, between whole groups" } else { "" };
            let [wrong, missed] = [at.wrong, at.missed].map(|count| thousands(count.round() as i64));
            vec![at.bits.to_string(), thousands(at.above), wrong, missed, used.to_owned()]
        })
        .collect();
    let header = ["threshold, bits", "links", "expected wrong", "expected missed", ""];
    let words = "By the chances of the pairs themselves. A higher threshold joins fewer people wrongly and misses more; missed are \
                 counted among the pairs that were kept.";
    heading(3, "thresholds", "What another threshold would mean")
        + &table("Links by threshold", &header, &rows)
        + &text("p class=\"quiet\"", words)
}

/// The first few of many, in order; the rest is not sorted.
fn first<T>(mut all: Vec<T>, few: usize, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    if all.len() > few {
        all.select_nth_unstable_by(few, &order);
        all.truncate(few);
    }
    all.sort_by(order);
    all
}

/// Persons shown of each kind.
const LEAST_HELD: usize = 10;
const LARGEST: usize = 5;
/// Of one person so many records are named.
const NAMED: usize = 6;

fn attention(made: &Linkage, scorer: &Scorer<'_>) -> String {
    let least: Vec<(f64, &Cohesion)> = made.linked.cohesion.iter().map(|hold| (hold.weakest().1, hold)).collect();
    let least = first(least, LEAST_HELD, |a, b| a.0.total_cmp(&b.0).then(a.1.records.cmp(&b.1.records)));
    let least: Vec<&Cohesion> = least.into_iter().map(|(_, hold)| hold).collect();
    let largest = made.linked.cohesion.iter().filter(|hold| hold.records.len() > 2).collect();
    let largest: Vec<&Cohesion> =
        first(largest, LARGEST, |a, b| b.records.len().cmp(&a.records.len()).then(a.records.cmp(&b.records)));
    let table = |caption: &str, holds: &[&Cohesion]| {
        let rows: Vec<Vec<String>> = holds.iter().map(|hold| person(made, scorer, hold)).collect();
        table(caption, &["records", "count", "held least", "bits", "what would break it"], &rows)
    };
    let mut out = contradictions(made, scorer);
    if made.linked.cohesion.is_empty() {
        return out + &paragraph("No person has several records.");
    }
    out += &paragraph(
        "Each record is held by the mean of its bits with the person's others, no pair counting for more than 20. The one that is \
         held least is where a person would come apart first.",
    );
    out += &table("Least held", &least);
    if !largest.is_empty() {
        out += &table("Largest", &largest);
    }
    out
}

/// A person's row.
fn person(made: &Linkage, scorer: &Scorer<'_>, hold: &Cohesion) -> Vec<String> {
    let mut names: Vec<String> = hold.records.iter().take(NAMED).map(|record| name(&made.records, *record)).collect();
    names.dedup();
    let more = hold.records.len().saturating_sub(NAMED);
    let names = names.join(", ") + &if more > 0 { format!(" and {} more", count(more)) } else { String::new() };
    let (weakest, bits) = hold.weakest();
    let least = name(&made.records, hold.records[weakest]);
    vec![names, count(hold.records.len()), least, format!("{bits:.1}"), breaks(made, scorer, hold)]
}

/// What would part the record that is held least from the others: how many bits, and which comparisons bring that many. One that
/// is below the threshold already came in with a part of the group; the record it agrees best with is where to look.
fn breaks(made: &Linkage, scorer: &Scorer<'_>, hold: &Cohesion) -> String {
    let (weakest, bits) = hold.weakest();
    let least = hold.records[weakest];
    let comparisons = &made.linked.model.comparisons;
    let mut without = vec![0.0; comparisons.len()];
    let (mut others, mut best) = (0.0, (f64::NEG_INFINITY, least));
    for other in hold.records.iter().filter(|other| **other != least).take(MOST_COMPARED) {
        let (left, right) = (least.min(*other), least.max(*other));
        let levels = scorer.levels(left, right);
        let weight = scorer.weight(left, right, &levels);
        for (sum, (level, rare)) in without.iter_mut().zip(scorer.parts(left, right, &levels).0) {
            *sum += capped(weight - level - rare, made.match_threshold);
        }
        others += 1.0;
        if weight > best.0 {
            best = (weight, *other);
        }
    }
    if bits < made.match_threshold {
        return match best {
            (weight, other) if weight >= made.match_threshold => {
                format!("below the threshold already; it agrees best with {} ({weight:.1} bits)", name(&made.records, other))
            }
            _ => "agrees with none of them: held by a decision, or by an id that its agency uses twice".into(),
        };
    }
    let needed = comparisons.iter().zip(&without).filter(|(_, sum)| **sum / others < made.match_threshold);
    let needed: Vec<&str> = needed.map(|(comparison, _)| comparison.name.as_str()).collect();
    let at_least = if bits >= made.match_threshold + MOST_BITS { "at least " } else { "" };
    let less = format!("{at_least}{:.1} bits less", bits - made.match_threshold);
    if needed.is_empty() {
        format!("{less}; no comparison alone")
    } else {
        format!("{less}: without {}", needed.join(", or without "))
    }
}

/// Pairs that people have decided are two, and that the records say are one.
fn contradictions(made: &Linkage, scorer: &Scorer<'_>) -> String {
    let rows: Vec<Vec<String>> = made
        .cannot
        .iter()
        .filter_map(|(left, right)| {
            let weight = scorer.weight(*left, *right, &scorer.levels(*left, *right));
            let together = made.linked.person[*left as usize] == made.linked.person[*right as usize];
            let now = if together { "together all the same: other decisions or ids join them" } else { "kept apart" };
            let row = || vec![name(&made.records, *left), name(&made.records, *right), format!("{weight:.1}"), now.to_owned()];
            (together || weight >= made.match_threshold).then(row)
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table("Decided to be two, though the records speak for one", &["record", "and", "bits", "in the result"], &rows)
}

/// Against labels, where there are any.
fn labels(made: &Linkage) -> String {
    let Some(found) = &made.evaluation else { return String::new() };
    let share = |share: f64| format!("{:.2} %", 100.0 * share);
    let rows = [
        ("records with a label", count(found.records)),
        ("persons among them", count(found.persons)),
        ("pairs: precision", share(found.pairs.precision())),
        ("pairs: recall", share(found.pairs.recall())),
        ("pairs: F1", format!("{:.5}", found.pairs.f1())),
        ("B-cubed F1", format!("{:.5}", found.b_cubed())),
        ("persons exactly right", share(found.exact as f64 / found.persons.max(1) as f64)),
        ("largest person, in records", count(found.largest)),
    ];
    let mut out = heading(2, "labels", "Against the labels");
    let words = "The labels played no part in the linkage. Precision is the share of joined pairs that belong together; recall the \
                 share of pairs that belong together and were joined.";
    out += &paragraph(words);
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(what, figure)| vec![what.to_owned(), figure]).collect();
    out += &table("All labelled records", &["", "figure"], &rows);
    if made.by_group.is_empty() {
        return out;
    }
    let row = |(name, group): &(String, linkage::evaluation::GroupAccuracy)| {
        let name = if name.is_empty() { "(not given)" } else { name };
        vec![name.to_owned(), count(group.records), share(group.precision), share(group.recall)]
    };
    let rows: Vec<Vec<String>> = made.by_group.iter().map(row).collect();
    out += &table("By group", &["group", "records", "precision", "recall"], &rows);
    out + &text(
        "p class=\"quiet\"",
        "Per record (B-cubed). A group that is joined wrongly or missed more often than others is treated worse by everything that builds on the linkage.",
    )
}
