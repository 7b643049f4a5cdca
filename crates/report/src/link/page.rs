//! A linkage as a page for those who are accountable for it: how sure the links are, what the model assumes, which people need
//! review, what the blocking rules left out, and how complete the data is. Records are named by agency and id. What they say is
//! nowhere on the page.

use std::cmp::Ordering;

use base::english::{counted, plural};
use base::money::thousands;
use linkage::clustering::{MOST_BITS, MOST_COMPARED, capped};
use linkage::cohesion::Cohesion;
use linkage::distinct_values::MISSING;
use linkage::scoring::Scorer;
use maud::{Markup, html};

use super::charts::{chance, histogram, signed, waterfalls, weights};
use super::summary::{REVIEW, agencies, at_thresholds};
use super::why::name;
use crate::components::{Page, PageSection, details, list, paragraph, stacked_table, subheading, table, verdict};
use linkage::finished_linkage::{Linkage, data_notes};

/// The whole page. The same linkage gives the same bytes.
#[must_use]
pub fn page(made: &Linkage, scorer: &Scorer<'_>) -> String {
    let (linked, records) = (&made.linked, &made.records);
    let persons = linked.person.iter().enumerate().filter(|(record, person)| *record as u32 == **person).count();
    let people = counted(persons, "person", "people");
    let are = plural(records.count(), "is", "are");
    let heading =
        format!("{} of {} {are} {people}", counted(records.count(), "record", "records"), agencies(records.agencies.len()));
    let none = |words: &str| paragraph(words);
    let mut sections = vec![
        PageSection::new("summary", "Summary", summary(made)),
        PageSection::new(
            "sure",
            "How sure the links are",
            html! {
                @if let Some(chart) = histogram(made) { (chart.draw()) } @else { (none("No pair came near to being one person.")) }
                (thresholds(made))
            },
        ),
        PageSection::new(
            "pairs",
            "Some pairs explained",
            waterfalls(made, scorer).unwrap_or_else(|| none("There is no pair to explain.")),
        ),
        PageSection::new("model", "The model", model(made)),
        PageSection::new("attention", "People to review", attention(made, scorer)),
        PageSection::new("blocking", "Which pairs were compared", blocking(made)),
        PageSection::new("completeness", "How complete the records are", completeness(made)),
    ];
    sections.extend(labels(made).map(|body| PageSection::new("labels", "Compared with the labels", body)));
    sections.push(PageSection::new("limits", "Limits", list(&LIMITS.map(str::to_owned))));
    Page {
        title: "Linkage: which records are the same person",
        kind: "Linkage: which records are the same person",
        heading: &heading,
        about: &[format!("For: {}. Legal basis: {}.", made.purpose, made.basis)],
        sections,
    }
    .render()
}

const LIMITS: [&str; 7] = [
    "Every chance on this page is the model's own estimate. The model learned it from the same records without labels, or it was made elsewhere. Where the model is wrong, so are the chances. Only pairs that people have decided show how wrong.",
    "The share of matching pairs that were compared is at most what is shown. This method underestimates pairs that are harder to find than others.",
    "Expected wrong and missed links count single pairs. A person is a whole group of records. One wrong link inside a group whose records agree well does no harm. One wrong link between two people may do much.",
    "People who share a place, a household or a family agree on much without being one person. The model allows for it where the records show it. Twins, and fathers and sons with the same name, remain the hardest.",
    "Values that very many records share bring no pairs together (see what was left out). A person whose every value is common may be missed.",
    "Errors are seldom spread evenly. Names written in several ways, moves and missing fields are more frequent in some groups than in others. Without labels by group we cannot see this here.",
    "Records are named by the agencies' own ids. Treat this page as personal data.",
];

fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

fn count(count: usize) -> String {
    thousands(count as i64)
}

fn summary(made: &Linkage) -> Markup {
    let (linked, records) = (&made.linked, &made.records);
    let doubtful = made.linked.cohesion.iter().filter(|hold| hold.weakest().1 < REVIEW.1).count();
    let between = linked.predictions.iter().filter(|link| (REVIEW.0..REVIEW.1).contains(&f64::from(link.weight))).count();
    let found = match &linked.recall {
        Some(recall) => {
            let compared = match recall.can_tell() {
                true => format!(
                    "We compared {} to {} of all matching pairs. This is a capture-recapture estimate from the pairs that the model can see.",
                    percent(recall.low),
                    percent(recall.high)
                ),
                false => "We cannot estimate how many of all matching pairs we compared: there are too few of them.".into(),
            };
            let linked = match &recall.all {
                Some(all) => format!(" We linked {} to {} of all matching pairs.", percent(all.low), percent(all.high)),
                None => " We cannot estimate how many of all matching pairs we linked.".into(),
            };
            compared + &linked
        }
        None => "There is no estimate of how many matching pairs we compared, because the model's own rules were used.".into(),
    };
    let several = match made.linked.cohesion.len() {
        0 => "Nobody has several records.".to_owned(),
        1 => "1 person has several records.".to_owned(),
        several => format!("{} people have several records.", count(several)),
    };
    let weak = format!("is under {} bits", REVIEW.1);
    let strong = format!("every record has a mean match weight of at least {} bits with the person's other records", REVIEW.1);
    let review = match (made.linked.cohesion.len(), doubtful) {
        (0, _) => String::new(),
        (1, 1) => format!(" Review this person: the mean match weight of a record with the person's other records {weak}."),
        (_, 0) => format!(" None of them needs a review: {strong}."),
        (_, one) => {
            format!(" Review {} of them: the mean match weight of a record with the person's other records {weak}.", count(one))
        }
    };
    let rows = [
        ("Pairs compared".to_owned(), thousands(linked.candidates as i64)),
        ("Links kept".to_owned(), count(linked.predictions.len())),
        (format!("Links to review ({} to {} bits)", REVIEW.0, REVIEW.1), count(between)),
        (
            "Most records of one person".to_owned(),
            count(made.linked.cohesion.iter().map(|hold| hold.records.len()).max().unwrap_or(1)),
        ),
        ("Match threshold between groups, in bits".to_owned(), made.match_threshold.to_string()),
    ];
    let each = (0..records.agencies.len()).map(|agency| {
        let here = (0..records.len() as u32)
            .filter(|record| usize::from(records.agency[*record as usize]) == agency && !records.is_further_row(*record));
        (format!("Records of {}", records.agencies[agency]), count(here.count()))
    });
    let rows: Vec<Vec<String>> = rows.into_iter().chain(each).map(|(what, figure)| vec![what, figure]).collect();
    html! {
        (verdict(&format!("{several}{review}"), doubtful == 0))
        (paragraph(&found))
        (table("counts", "In figures", &["what is counted", "count"], &rows))
    }
}

/// The share of records with a value.
fn completeness(made: &Linkage) -> Markup {
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
    let words = "A missing value cannot agree with anything. A field that is often missing in one agency makes the people of that agency \
                 harder to find.";
    let notes = data_notes(records);
    html! {
        (paragraph(words))
        @if !notes.is_empty() { (list(&notes)) }
        (table("completeness", "Share of records with a value", &header, &rows))
    }
}

fn model(made: &Linkage) -> Markup {
    let model = &made.linked.model;
    let depends: Vec<String> = model
        .comparisons
        .iter()
        .filter_map(|comparison| {
            let parent = &model.comparisons[comparison.depends_on.as_ref()?.parent];
            Some(format!("{} depends on {}: its weights differ with the level of that comparison.", comparison.name, parent.name))
        })
        .collect();
    html! {
        (paragraph(&format!(
            "Before any comparison, the chance that two records picked at random are one person is {}. That is {:.1} bits.",
            chance(model.prior),
            (model.prior / (1.0 - model.prior)).log2()
        )))
        // So few change no weight.
        @if model.household > 1e-3 * model.prior {
            p {
                "The chance that they are two people of one household or family is " (chance(model.household))
                ". The model does not take what such people share for identity."
            }
        }
        (weights(made).draw())
        (subheading("depends", "Which comparison depends on which"))
        @if depends.is_empty() {
            (paragraph("None: the model treats the comparisons as independent of each other."))
        } @else {
            (list(&depends))
            (details("The weights that depend on another comparison", &dependent(made)))
        }
    }
}

/// A table for each comparison that depends on another: bits by the level of both.
fn dependent(made: &Linkage) -> Markup {
    let comparisons = &made.linked.model.comparisons;
    let mut tables = Vec::new();
    for (at, comparison) in comparisons.iter().enumerate() {
        let Some(given) = &comparison.depends_on else { continue };
        let parent = &comparisons[given.parent];
        let bits = |m: f64, u: f64| signed(Some((m / u).log2()).filter(|bits| bits.is_finite()));
        let rows = parent.levels.iter().zip(given.m.iter().zip(&given.u)).map(|(level, (m, u))| {
            std::iter::once(level.label.clone()).chain(m.iter().zip(u).map(|(m, u)| bits(*m, *u))).collect()
        });
        let header: Vec<&str> =
            std::iter::once(parent.name.as_str()).chain(comparison.levels.iter().map(|level| level.label.as_str())).collect();
        let caption = format!("{}, in bits, by how {} agrees", comparison.name, parent.name);
        tables.push(table(&format!("depends-{}", at + 1), &caption, &header, &rows.collect::<Vec<_>>()));
    }
    html! { @for table in tables { (table) } }
}

fn blocking(made: &Linkage) -> Markup {
    let rules = &made.linked.rules;
    let words = "We cannot compare every pair. We compare a pair when at least one blocking rule brings it together: the two records agree \
                 on everything that the rule names. We compare a pair once, even if several rules bring it together.";
    let rows: Vec<Vec<String>> = rules
        .iter()
        .map(|rule| {
            let hot = [rule.oversized_blocks, rule.oversized_pairs].map(|count| thousands(count as i64));
            vec![rule.label.clone(), thousands(rule.pairs as i64), hot[0].clone(), hot[1].clone()]
        })
        .collect();
    let hot: u64 = rules.iter().map(|rule| rule.oversized_pairs).sum();
    let left_out = match hot {
        0 => "We left out no value as too common.".to_owned(),
        1 => "We left out 1 pair as too common: it shares a value of more than 500 records. Another rule may have brought it together."
            .to_owned(),
        _ => format!(
            "We left out {} pairs as too common: they share a value of more than 500 records. Another rule may have brought them together.",
            thousands(hot as i64)
        ),
    };
    let header = ["records agree on", "pairs", "values too common", "pairs left out"];
    html! { (paragraph(words)) (table("rules", "Blocking rules", &header, &rows)) (paragraph(&left_out)) }
}

fn thresholds(made: &Linkage) -> Markup {
    let rows: Vec<Vec<String>> = at_thresholds(made)
        .into_iter()
        .map(|at| {
            let used = if at.bits == made.match_threshold { "used, between whole groups" } else { "not used" };
            let missed = thousands(at.missed.round() as i64);
            vec![at.bits.to_string(), thousands(at.above), at.wrong_or_limit(), missed, used.to_owned()]
        })
        .collect();
    let header = ["threshold, bits", "links", "expected wrong", "expected missed", "in this linkage"];
    let words = "The expected numbers follow from the chances of the pairs. A higher threshold joins fewer people wrongly and misses more. \
                 Where fewer than 1 in 100 links are expected to be wrong, we only give that limit: we cannot tell how many there are. \
                 Missed links are counted among the pairs that were kept.";
    html! {
        (subheading("thresholds", "What another threshold would mean"))
        (table("thresholds", "Links by threshold", &header, &rows))
        p.quiet { (words) }
    }
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
const WEAKEST: usize = 10;
const LARGEST: usize = 5;
/// Of one person so many records are named.
const NAMED: usize = 6;

fn attention(made: &Linkage, scorer: &Scorer<'_>) -> Markup {
    let least: Vec<(f64, &Cohesion)> = made.linked.cohesion.iter().map(|hold| (hold.weakest().1, hold)).collect();
    let least = first(least, WEAKEST, |a, b| a.0.total_cmp(&b.0).then(a.1.records.cmp(&b.1.records)));
    let least: Vec<&Cohesion> = least.into_iter().map(|(_, hold)| hold).collect();
    let largest = made.linked.cohesion.iter().filter(|hold| hold.records.len() > 2).collect();
    let largest: Vec<&Cohesion> =
        first(largest, LARGEST, |a, b| b.records.len().cmp(&a.records.len()).then(a.records.cmp(&b.records)));
    let table = |id: &str, caption: &str, holds: &[&Cohesion]| {
        let rows: Vec<Vec<String>> = holds.iter().map(|hold| person(made, scorer, hold)).collect();
        stacked_table(id, caption, &["records", "count", "weakest record", "bits", "what would separate it"], &rows)
    };
    html! {
        (contradictions(made, scorer))
        @if made.linked.cohesion.is_empty() {
            (paragraph("No person has several records."))
        } @else {
            (paragraph(
                "The figure in bits is the mean match weight of a record with the person's other records. No pair counts for more than \
                 20 bits. A person would come apart first at the weakest record.",
            ))
            (table("weakest", "People with the weakest records", &least))
            @if !largest.is_empty() { (table("largest", "People with the most records", &largest)) }
        }
    }
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

/// What would separate the weakest record from the others: how many bits, and which comparisons bring that many. One that is
/// already below the threshold came in with a part of the group; the record that it agrees best with is where to look.
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
                format!("already below the threshold; it agrees best with {} ({weight:.1} bits)", name(&made.records, other))
            }
            _ => "agrees with none of them: a decision keeps it here, or an id that its agency uses twice".into(),
        };
    }
    let needed = comparisons.iter().zip(&without).filter(|(_, sum)| **sum / others < made.match_threshold);
    let needed: Vec<&str> = needed.map(|(comparison, _)| comparison.name.as_str()).collect();
    let at_least = if bits >= made.match_threshold + MOST_BITS { "at least " } else { "" };
    let less = format!("{at_least}{:.1} bits less", bits - made.match_threshold);
    if needed.is_empty() {
        format!("{less}; no single comparison")
    } else {
        format!("{less}: without {}", needed.join(", or without "))
    }
}

/// Pairs that people have decided are two, although the records suggest one.
fn contradictions(made: &Linkage, scorer: &Scorer<'_>) -> Markup {
    let rows: Vec<Vec<String>> = made
        .cannot
        .iter()
        .filter_map(|(left, right)| {
            let weight = scorer.weight(*left, *right, &scorer.levels(*left, *right));
            let together = made.linked.person[*left as usize] == made.linked.person[*right as usize];
            let now = if together { "together, because other decisions or ids join them" } else { "separate" };
            let row = || vec![name(&made.records, *left), name(&made.records, *right), format!("{weight:.1}"), now.to_owned()];
            (together || weight >= made.match_threshold).then(row)
        })
        .collect();
    if rows.is_empty() {
        return html! {};
    }
    let header = ["record", "and", "bits", "in the result"];
    table("contradictions", "Pairs decided to be two people, although the records suggest one", &header, &rows)
}

/// The result compared with labels, where there are any.
fn labels(made: &Linkage) -> Option<Markup> {
    let found = made.evaluation.as_ref()?;
    let share = |share: f64| format!("{:.2}%", 100.0 * share);
    let rows = [
        ("records with a label", count(found.records)),
        ("people among them", count(found.persons)),
        ("pairs: precision", share(found.pairs.precision())),
        ("pairs: recall", share(found.pairs.recall())),
        ("pairs: F1", format!("{:.5}", found.pairs.f1())),
        ("B-cubed F1", format!("{:.5}", found.b_cubed())),
        ("people exactly right", share(found.exact as f64 / found.persons.max(1) as f64)),
        ("most records of one person", count(found.largest)),
    ];
    let words = "The labels played no part in the linkage. Precision is the share of joined pairs that belong together. Recall is the share \
                 of pairs that belong together and were joined.";
    let rows: Vec<Vec<String>> = rows.into_iter().map(|(what, figure)| vec![what.to_owned(), figure]).collect();
    let row = |(name, group): &(String, linkage::evaluation::GroupAccuracy)| {
        let name = if name.is_empty() { "(not given)" } else { name };
        vec![name.to_owned(), count(group.records), share(group.precision), share(group.recall)]
    };
    let groups: Vec<Vec<String>> = made.by_group.iter().map(row).collect();
    Some(html! {
        (paragraph(words))
        (table("labels", "All labelled records", &["measure", "figure"], &rows))
        @if !groups.is_empty() {
            (table("labels-by-group", "By group", &["group", "records", "precision", "recall"], &groups))
            p.quiet {
                "These figures are per record (B-cubed). A group that is joined wrongly or missed more often than others is treated worse \
                 by everything that builds on the linkage."
            }
        }
    })
}
