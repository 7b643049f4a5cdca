//! How many matches the rules never saw, estimated without labels: rules are like traps, and a pair that only one of them
//! caught tells of others that none did. Chao, A. (1987), "Estimating the population size for capture-recapture data with
//! unequal catchability", Biometrics 43: at least f1² / 2 f2 are missing, where f1 pairs were caught once and f2 twice. It is a
//! lower bound of what is missing when some pairs are harder to catch than others, as they are.

use super::cluster::Link;
use super::score::probability;
use super::suggest::Caught;
use crate::records::batch::Batch;
use crate::records::schema::{Column, Kind, Table};

const fn share_of(name: &'static str, meaning: &'static str) -> Column {
    Column { name, kind: Kind::Share, required: true, personal: false, meaning }
}

/// `recall.csv`: the estimate, for whoever counts with the persons afterwards.
pub static RECALL: Table = Table {
    name: "recall",
    row: "The estimated share of matching pairs of records that were compared at all.",
    keyed: false,
    columns: &[
        share_of("share", "the estimate: at most so many, of those the model can see"),
        share_of("low", "the low end of its interval of 95 %"),
        share_of("high", "the high end of its interval of 95 %"),
    ],
};

/// The share of matching pairs that were compared, and its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// The last row of [`RECALL`].
#[must_use]
pub fn share(batches: &[Batch]) -> Option<Share> {
    let batch = batches.iter().rev().find(|batch| batch.rows() > 0)?;
    let of = |name| batch.share(batch.table.column(name), batch.rows() - 1);
    Some(Share { share: of("share")?, low: of("low")?, high: of("high")? })
}

/// The estimate, in matching pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recall {
    /// Matching pairs that some rule in use brings together.
    pub found: f64,
    /// Those that exactly one of the traps finds, and exactly two.
    pub once: f64,
    pub twice: f64,
    /// Matching pairs that no rule in use brings together: at least so many.
    pub missed: f64,
    /// Share found, and its interval of 95 % (from the variance of Chao's estimate, on the logarithm of what is missed).
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// Of the matches found the share that are linked: [`linked()`].
    pub linked: f64,
}

/// From pairs by the rules that could have found them. `chosen` are the rules that are used, `traps` those that count as traps: of
/// all that were tried those whose pairs no other finds as well. Otherwise hardly a pair would be caught by one rule alone, and
/// hardly any seem to be missed; the rules in use alone would say too much, since they are chosen to find what the others do not.
#[must_use]
pub fn recall(caught: &[Caught], chosen: u128, traps: u128) -> Recall {
    let mut recall = Recall { linked: 1.0, ..Recall::default() };
    let mut seen = 0.0;
    for Caught { rules, matches, .. } in caught {
        seen += matches;
        match (rules & traps).count_ones() {
            1 => recall.once += matches,
            2 => recall.twice += matches,
            _ => {}
        }
        if rules & chosen != 0 {
            recall.found += matches;
        }
    }
    let (once, twice) = (recall.once, recall.twice.max(0.5));
    let unseen = once * once / (2.0 * twice);
    let ratio = once / twice;
    let variance = twice * (0.25 * ratio.powi(4) + ratio.powi(3) + 0.5 * ratio.powi(2));
    let spread = (1.96 * (1.0 + variance / unseen.max(1e-9).powi(2)).ln().sqrt()).exp();
    let share = |unseen: f64| recall.found / (seen + unseen).max(1e-9);
    (recall.share, recall.low, recall.high) = (share(unseen), share(unseen * spread), share(unseen / spread));
    recall.missed = seen + unseen - recall.found;
    recall
}

/// Of the matches among the pairs compared the share that are one person's now, as the model has it. `person` is the person of
/// each record.
#[must_use]
pub fn linked(links: &[Link], person: &[u32]) -> f64 {
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

    /// Four traps that catch independently, each 60 % of 10,000 pairs, and three more that find again what the first did. With
    /// these hardly a pair seems to be caught once, and much less to be missed.
    #[test]
    fn rules_that_repeat_each_other_hide_nothing() {
        let pairs = |rules: u128| {
            let caught = (rules & 0b1111).count_ones();
            10_000.0 * 0.6_f64.powi(caught as i32) * 0.4_f64.powi(4 - caught as i32)
        };
        let repeated = |rules: u128| if rules & 1 == 1 { rules | 0b111_0000 } else { rules };
        let caught: Vec<Caught> =
            (1..16).map(|rules| Caught { rules: repeated(rules), pairs: pairs(rules), matches: pairs(rules) }).collect();
        let found = recall(&caught, 0b1111, 0b1111);
        let with_repeats = recall(&caught, 0b1111, u128::MAX);
        // By the closed form: once 4 (.6)(.4)^3, twice 6 (.6)^2 (.4)^2.
        let unseen = (10_000.0 * 4.0 * 0.6 * 0.064_f64).powi(2) / (2.0 * 10_000.0 * 6.0 * 0.36 * 0.16);
        assert!((found.missed - unseen).abs() < 1e-6, "{found:?}");
        assert!(found.low < found.share && found.share < found.high, "{found:?}");
        assert!(with_repeats.missed < 0.7 * found.missed, "{with_repeats:?}");
    }

    /// What a rule found that was not chosen afterwards is missed for sure.
    #[test]
    fn what_only_an_unused_rule_found_is_missed() {
        let caught = [(0b11, 900.0), (0b10, 100.0)].map(|(rules, matches)| Caught { rules, pairs: matches, matches });
        let found = recall(&caught, 0b01, 0b11);
        assert!(found.missed >= 100.0 && found.high <= 0.9, "{found:?}");
    }

    #[test]
    fn links_within_persons_are_linked() {
        let link = |left, right, weight| Link { left, right, weight };
        let share = linked(&[link(0, 1, 0.0), link(1, 2, 0.0)], &[0, 0, 2]);
        assert!((share - 0.5).abs() < 1e-12, "{share}");
    }
}
