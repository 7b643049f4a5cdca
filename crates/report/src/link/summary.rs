//! A linkage in figures and as text for the terminal: the persons, how much may be missing, and what somebody should check.

use base::english::{counted, plural};
use base::money::thousands;
use linkage::match_weight::probability;

use crate::terminal::Terminal;
use linkage::finished_linkage::Linkage;

/// Somebody should check links of a weight between these, in bits.
pub const REVIEW: (f64, f64) = (-3.0, 7.0);

/// Shown instead of an interval.
pub const CANNOT_TELL: &str = "cannot be told: too few matching pairs, or too few of them in doubt";

/// A linkage in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkageSummary {
    /// What the linkage is for, and its lawful basis.
    pub purpose: String,
    pub basis: String,
    pub records: usize,
    pub agencies: usize,
    pub persons: usize,
    /// Persons of several records, and those of them that somebody should check.
    pub persons_of_several: usize,
    pub persons_to_review: usize,
    /// Links between the two weights of [`REVIEW`].
    pub links_to_review: usize,
    pub pairs_compared: u64,
    /// How many matching pairs were compared and linked; nothing where the model's own rules were used.
    pub completeness: Option<LinkageCompleteness>,
    /// Pairs that were left out because they share a value of very many records.
    pub too_common: u64,
    /// The weight from which groups of records are joined, in bits.
    pub join: f64,
    pub thresholds: Vec<ThresholdCounts>,
    /// The comparison with labels, where there are any.
    pub evaluation: Option<LinkageEvaluation>,
}

/// Estimates without labels, by capture and recapture. Each is an interval; nothing where there are too few pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkageCompleteness {
    /// The share of matching pairs that were compared.
    pub compared: Option<(f64, f64)>,
    /// The share of all matching pairs that were linked: the estimate, and its interval.
    pub linked: Option<(f64, f64, f64)>,
}

/// A linkage compared with labels.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkageEvaluation {
    pub records: usize,
    pub persons: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
    pub b_cubed: f64,
    /// The share of persons with exactly the right records.
    pub exact: f64,
    /// Name, precision, recall and records of each group of people.
    pub groups: Vec<(String, f64, f64, usize)>,
}

impl LinkageSummary {
    /// The figures of a linkage.
    #[must_use]
    pub fn of(made: &Linkage) -> LinkageSummary {
        let (linked, records) = (&made.linked, &made.records);
        let in_review = |weight: f32| (REVIEW.0..REVIEW.1).contains(&f64::from(weight));
        LinkageSummary {
            purpose: made.purpose.clone(),
            basis: made.basis.clone(),
            records: records.count(),
            agencies: records.agencies.len(),
            persons: linked.person.iter().enumerate().filter(|(record, person)| *record as u32 == **person).count(),
            persons_of_several: linked.cohesion.len(),
            persons_to_review: linked.cohesion.iter().filter(|hold| hold.weakest().1 < REVIEW.1).count(),
            links_to_review: linked.predictions.iter().filter(|link| in_review(link.weight)).count(),
            pairs_compared: linked.candidates,
            completeness: linked.recall.as_ref().map(|recall| LinkageCompleteness {
                compared: recall.can_tell().then_some((recall.low, recall.high)),
                linked: recall.all.as_ref().map(|all| (all.share, all.low, all.high)),
            }),
            too_common: linked.rules.iter().map(|rule| rule.oversized_pairs).sum(),
            join: made.match_threshold,
            thresholds: at_thresholds(made),
            evaluation: made.evaluation.as_ref().map(|found| LinkageEvaluation {
                records: found.records,
                persons: found.persons,
                precision: found.pairs.precision(),
                recall: found.pairs.recall(),
                f1: found.pairs.f1(),
                b_cubed: found.b_cubed(),
                exact: found.exact as f64 / found.persons.max(1) as f64,
                groups: made.by_group.iter().map(|(name, of)| (name.clone(), of.precision, of.recall, of.records)).collect(),
            }),
        }
    }
}

/// The summary for the terminal.
#[must_use]
pub fn text(found: &LinkageSummary, terminal: Terminal) -> String {
    let are = plural(found.records, "is", "are");
    let mut out = terminal.bold(&format!(
        "{} of {} {are} {}\n",
        counted(found.records, "record", "records"),
        agencies(found.agencies),
        counted(found.persons, "person", "persons")
    ));
    out += &format!("for: {} ({})\n\n", found.purpose, found.basis);
    let count = |count: usize| thousands(count as i64);
    out += &line("persons of several records", &count(found.persons_of_several));
    out += &line(
        "of them to be checked",
        &format!("{} (a record with less than {} bits of evidence)", count(found.persons_to_review), REVIEW.1),
    );
    out += &line("links in the review band", &format!("{} ({} to {} bits)", count(found.links_to_review), REVIEW.0, REVIEW.1));
    out += &line("pairs compared", &thousands(found.pairs_compared as i64));
    match &found.completeness {
        Some(completeness) => {
            let between = |low: f64, high: f64| format!("{:.1}% to {:.1}%", low * 100.0, high * 100.0);
            let compared = completeness.compared.map_or(CANNOT_TELL.to_owned(), |(low, high)| {
                format!("{} by capture and recapture, of the pairs that the model can see", between(low, high))
            });
            out += &line("matching pairs among them", &compared);
            let linked = completeness.linked.map_or(CANNOT_TELL.to_owned(), |(share, low, high)| {
                format!("{} (about {:.1}%)", between(low, high), share * 100.0)
            });
            out += &line("all matching pairs linked", &linked);
        }
        None => out += &line("matching pairs among them", "not estimated: the model's own rules were used"),
    }
    if found.too_common > 0 {
        let (pairs, share) = (plural(found.too_common, "pair", "pairs"), plural(found.too_common, "shares", "share"));
        out += &line(
            "left out as too common",
            &format!("{} {pairs} that {share} a value of over 500 records", thousands(found.too_common as i64)),
        );
    }
    out += &thresholds_text(found, terminal);
    found.evaluation.as_ref().map_or(out.clone(), |evaluation| out + &evaluation_text(evaluation))
}

fn evaluation_text(found: &LinkageEvaluation) -> String {
    let percent = |share: f64| format!("{:.2}%", share * 100.0);
    let mut out = format!(
        "\nagainst the labels of {} ({})\n",
        counted(found.records, "record", "records"),
        counted(found.persons, "person", "persons")
    );
    out +=
        &line("pairs", &format!("precision {}, recall {}, F1 {:.5}", percent(found.precision), percent(found.recall), found.f1));
    out += &line("B-cubed", &format!("{:.5}", found.b_cubed));
    out += &line("persons exactly right", &percent(found.exact));
    for (name, precision, recall, records) in &found.groups {
        let name = if name.is_empty() { "(not given)" } else { name };
        let errors = format!("precision {}, recall {}", percent(*precision), percent(*recall));
        out += &line(&format!("  {name}"), &format!("{errors}, {}", counted(*records, "record", "records")));
    }
    out
}

pub fn agencies(count: usize) -> String {
    if count == 1 { "one agency".into() } else { format!("{count} agencies") }
}

fn line(what: &str, value: &str) -> String {
    format!("  {what:<28} {value}\n")
}

/// What a match threshold would mean: links at or above it, how many of them are expected to be wrong, and how many links below it
/// are expected to be right, by the probabilities of the pairs themselves.
#[derive(Clone, Debug, PartialEq)]
pub struct ThresholdCounts {
    pub bits: f64,
    pub above: i64,
    pub wrong: f64,
    pub missed: f64,
}

/// Where a smaller share of links is expected to be wrong, we do not say how many: hardly any pair has taught the model how they
/// look, so the number would follow from what it assumes about twins.
const LEAST_SHARE_TOLD: f64 = 0.01;

impl ThresholdCounts {
    /// How many links are expected to be wrong, or a limit where that cannot be told.
    pub fn wrong_or_limit(&self) -> String {
        let limit = LEAST_SHARE_TOLD * self.above as f64;
        if self.wrong < limit {
            format!("under {}", thousands(limit.ceil() as i64))
        } else {
            thousands(self.wrong.round() as i64)
        }
    }
}

/// Usual thresholds, and the one that was used.
pub fn at_thresholds(made: &Linkage) -> Vec<ThresholdCounts> {
    let mut all = vec![-2.0, 0.0, 5.0, 10.0, 14.0, 20.0];
    if !all.contains(&made.match_threshold) {
        all.push(made.match_threshold);
        all.sort_by(f64::total_cmp);
    }
    let mut found: Vec<ThresholdCounts> =
        all.into_iter().map(|bits| ThresholdCounts { bits, above: 0, wrong: 0.0, missed: 0.0 }).collect();
    for weight in made.linked.predictions.iter().map(|link| f64::from(link.weight)) {
        let probability = probability(weight);
        for threshold in &mut found {
            if weight >= threshold.bits {
                threshold.above += 1;
                threshold.wrong += 1.0 - probability;
            } else {
                threshold.missed += probability;
            }
        }
    }
    found
}

fn thresholds_text(found: &LinkageSummary, terminal: Terminal) -> String {
    let header = ["at a threshold of", "links", "expected wrong", "expected missed"].map(str::to_owned);
    let row = |at: &ThresholdCounts| {
        let mark = if at.bits == found.join { ", used to join groups" } else { "" };
        vec![
            format!("{} bits{mark}", at.bits),
            thousands(at.above),
            at.wrong_or_limit().to_string(),
            thousands(at.missed.round() as i64),
        ]
    };
    format!(
        "
{}",
        terminal.table(&header, &found.thresholds.iter().map(row).collect::<Vec<_>>())
    )
}
