//! Recall: how many matching pairs were never compared, estimated without labels. Blocking rules work like the occasions of a
//! capture-recapture study. Matches that only one rule caught show that there are others that no rule caught.
//!
//! Chao, A. (1987), "Estimating the population size for capture-recapture data with unequal catchability", Biometrics 43: at
//! least f1² / 2 f2 are missing, where f1 pairs were caught once and f2 twice. This is a lower bound if some pairs are harder
//! to catch than others, as they are.

use super::blocking_rules::CaughtPairs;
use super::cohesion::Cohesion;
use super::match_weight::probability;
use super::prediction::Prediction;
use records::batch::Batch;
use records::schema::{RecordColumn, RecordTable, ValueKind};

const fn share_of(name: &'static str, meaning: &'static str) -> RecordColumn {
    RecordColumn { name, kind: ValueKind::Share, required: true, personal: false, meaning }
}

/// `recall.csv`: the estimate, for later calculations with the persons.
pub static RECALL: RecordTable = RecordTable {
    name: "recall",
    row: "The estimated share of matching pairs of records that were compared at all.",
    keyed: false,
    columns: &[
        share_of("share", "the estimated share, of the matching pairs that the model can see"),
        share_of("low", "the low end of its 95% interval"),
        share_of("high", "the high end of its 95% interval"),
    ],
};

/// An estimated share of matching pairs, and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareEstimate {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// The estimate in the last row of [`RECALL`].
#[must_use]
pub fn read_last(batches: &[Batch]) -> Option<ShareEstimate> {
    let batch = batches.iter().rev().find(|batch| batch.rows() > 0)?;
    let of = |name| batch.share(batch.table.column(name), batch.rows() - 1);
    Some(ShareEstimate { share: of("share")?, low: of("low")?, high: of("high")? })
}

/// The estimate, in matching pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RecallEstimate {
    /// Matching pairs that some rule in use brings together.
    pub found: f64,
    /// Matching pairs that exactly one rule finds, and exactly two.
    pub once: f64,
    pub twice: f64,
    /// Matching pairs that no rule in use brings together: at least this many.
    pub missed: f64,
    /// The share that was found, and its 95% interval (from the variance of Chao's estimate, on the logarithm of what is
    /// missed).
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// The share of the found matches that are linked: see [`linked()`].
    pub linked: f64,
    /// The share of all matches that are linked, if it can be told: see [`all()`].
    pub all: Option<ShareEstimate>,
}

/// With fewer matches nothing can be said about those that were missed.
pub const FEW: f64 = 50.0;
/// Wider intervals say nothing.
const WIDEST: f64 = 0.5;

impl RecallEstimate {
    /// Whether there are enough matches to say how many were missed.
    #[must_use]
    pub fn can_tell(&self) -> bool {
        self.found >= FEW
    }
}

/// The share of all matching pairs that are within one person, and its interval. Some pairs are together only because of a
/// third record, although their own weight is too low. They show what is missed: for each of them from -5 to 0 bits, so many
/// have less or were never compared. Doubtful predictions outside of persons are taken to hide pairs in the same proportion.
///
/// The interval lets what is missed be from half to double of that, or from a quarter to four times if the weights are not
/// `calibrated`, because nobody sees a person whose every record is damaged. It includes the sampling error of the proportion.
/// `None` if there are too few matches, or too few such pairs for an interval that says anything.
#[must_use]
pub fn all(links: &[Prediction], person: &[u32], persons: &[Cohesion], calibrated: bool) -> Option<ShareEstimate> {
    let mut together = 0.0;
    for cohesion in persons {
        let mut sure: Vec<f64> = cohesion.bits.iter().map(|bits| probability(*bits)).collect();
        sure.sort_unstable_by(|a, b| b.total_cmp(a));
        together += sure.iter().enumerate().map(|(at, sure)| at as f64 * sure).sum::<f64>();
    }
    let (mut near, mut above) = (0.0, 0.0);
    for link in links.iter().filter(|link| person[link.left as usize] != person[link.right as usize]) {
        let chance = probability(f64::from(link.weight));
        // The group of the other record has outweighed it.
        if link.weight < 0.0 { near += chance } else { above += 0.5_f64.min(chance) }
    }
    let of = |at: usize| persons.iter().map(|cohesion| f64::from(cohesion.pairs[at])).sum::<f64>();
    let (seen, far) = (of(1) + 1.0, of(2) + 1.0);
    let ratio = far / seen;
    let missed = above + near * (1.0 + ratio);
    if together + missed < FEW {
        return None;
    }
    let more = MISSED_MORE[usize::from(!calibrated)];
    let spread = (more.ln().powi(2) + 1.96 * 1.96 * (1.0 / seen + 1.0 / far)).sqrt().exp();
    // The count of so few pairs has an error of its own.
    let (low, high) = ((missed / spread - 2.0 * missed.sqrt()).max(0.0), missed * spread + 2.0 * missed.sqrt() + 1.0);
    let share = |missed: f64| together / (together + missed);
    let found = ShareEstimate { share: share(missed), low: share(high), high: share(low) };
    (found.high - found.low <= WIDEST).then_some(found)
}

/// By how many times what is missed may be more, or less: for calibrated weights, and for others.
const MISSED_MORE: [f64; 2] = [2.0, 4.0];

/// The estimate from pairs, by the rules that could have found them. `chosen` are the rules in use.
///
/// The rules are counted as occasions in two ways, which err to different sides. With all rules that were tried, hardly a pair
/// seems to be missed, because most rules repeat what others found. With the rules `apart`, whose pairs no other rule finds as
/// well, what is missed may be overstated, because rules catch very unequally. The estimate is the lower of the two shares. The
/// interval goes from the low end of one to the high end of the other.
#[must_use]
pub fn estimate(caught: &[CaughtPairs], chosen: u128, apart: u128) -> RecallEstimate {
    let used = caught.iter().filter(|pair| pair.rules & chosen != 0);
    let found: f64 = used.map(|pair| pair.matches).sum();
    let (one, other) = (by_occasions(caught, found, u128::MAX), by_occasions(caught, found, apart));
    let (lower, higher) = if one.share <= other.share { (one, other) } else { (other, one) };
    // Even where nothing seems to be missed: if one pair in so many were missed, this many would show none of them with a chance of 5%.
    let unseen = 1.0 - NONE_SEEN / found.max(NONE_SEEN);
    RecallEstimate { low: lower.low.min(higher.low).min(unseen), high: lower.high.max(higher.high), ..lower }
}

/// What is in none of so many independent trials has a mean of at most this in them, with a confidence of 95% (minus the logarithm of 5%).
const NONE_SEEN: f64 = 3.0;

fn by_occasions(caught: &[CaughtPairs], found: f64, occasions: u128) -> RecallEstimate {
    let mut recall = RecallEstimate { found, linked: 1.0, ..RecallEstimate::default() };
    let mut seen = 0.0;
    for CaughtPairs { rules, matches, .. } in caught {
        seen += matches;
        match (rules & occasions).count_ones() {
            1 => recall.once += matches,
            2 => recall.twice += matches,
            _ => {}
        }
    }
    let (once, twice) = (recall.once, recall.twice.max(0.5));
    let unseen = once * once / (2.0 * twice);
    let ratio = once / twice;
    let variance = twice * (0.25 * ratio.powi(4) + ratio.powi(3) + 0.5 * ratio.powi(2));
    let spread = (1.96 * (1.0 + variance / unseen.max(1e-9).powi(2)).ln().sqrt()).exp();
    let share = |unseen: f64| found / (seen + unseen).max(1e-9);
    (recall.share, recall.low, recall.high) = (share(unseen), share(unseen * spread), share(unseen / spread));
    recall.missed = seen + unseen - found;
    recall
}

/// The share of matches among the compared pairs that are one person now, by the probabilities of the model. `person` is the
/// person of each record.
#[must_use]
pub fn linked(links: &[Prediction], person: &[u32]) -> f64 {
    let (mut together, mut all) = (0.0, 0.0);
    for link in links {
        let chance = probability(f64::from(link.weight));
        all += chance;
        if person[link.left as usize] == person[link.right as usize] {
            together += chance;
        }
    }
    if all > 0.0 { together / all } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four rules that catch independently, each 60% of 10,000 pairs, and for each of them another that finds the same again.
    /// With these no pair seems to be caught once, and none to be missed. The interval contains both.
    #[test]
    fn rules_that_repeat_each_other_hide_little() {
        let pairs = |rules: u128| {
            let caught = (rules & 0b1111).count_ones() as i32;
            10_000.0 * 0.6_f64.powi(caught) * 0.4_f64.powi(4 - caught)
        };
        let caught: Vec<CaughtPairs> =
            (1..16).map(|rules| CaughtPairs { rules: rules | rules << 4, pairs: pairs(rules), matches: pairs(rules) }).collect();
        let found = estimate(&caught, 0b1111, 0b1111);
        // By the closed form: once 4 (.6)(.4)^3, twice 6 (.6)^2 (.4)^2.
        let unseen = (10_000.0 * 4.0 * 0.6 * 0.064_f64).powi(2) / (2.0 * 10_000.0 * 6.0 * 0.36 * 0.16);
        assert!((found.missed - unseen).abs() < 1e-6, "{found:?}");
        let with_repeats = by_occasions(&caught, found.found, u128::MAX);
        assert!(with_repeats.missed.abs() < 1e-6, "{with_repeats:?}");
        assert!(found.low < found.share && found.high >= with_repeats.share, "{found:?}");
    }

    /// Of a few pairs that every rule finds nobody can say that all were compared.
    #[test]
    fn a_few_pairs_leave_room_for_some_that_were_missed() {
        let of = |matches: f64| estimate(&[CaughtPairs { rules: 0b11, pairs: matches, matches }], 0b11, 0b11);
        let (few, many) = (of(60.0), of(1e6));
        assert!((few.low - 0.95).abs() < 1e-9 && few.high > 0.999, "{few:?}");
        assert!(many.low > 0.9999, "{many:?}");
    }

    /// What only a rule found that was not chosen afterwards is missed for certain.
    #[test]
    fn what_only_an_unused_rule_found_is_missed() {
        let caught = [(0b11, 900.0), (0b10, 100.0)].map(|(rules, matches)| CaughtPairs { rules, pairs: matches, matches });
        let found = estimate(&caught, 0b01, 0b11);
        assert!(found.missed >= 100.0 && found.high <= 0.9, "{found:?}");
    }

    #[test]
    fn links_within_persons_are_linked() {
        let link = |left, right, weight| Prediction { left, right, weight, pattern: 0 };
        let share = linked(&[link(0, 1, 0.0), link(1, 2, 0.0)], &[0, 0, 2]);
        assert!((share - 0.5).abs() < 1e-12, "{share}");
    }
}
