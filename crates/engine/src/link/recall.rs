//! How many matches the rules never saw, estimated without labels: rules are like traps, and a pair that only one of them
//! caught tells of others that none did. Chao, A. (1987), "Estimating the population size for capture-recapture data with
//! unequal catchability", Biometrics 43: at least f1² / 2 f2 are missing, where f1 pairs were caught once and f2 twice. It is a
//! lower bound of what is missing when some pairs are harder to catch than others, as they are.

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
    /// Those that exactly one of the rules that were tried finds, and exactly two.
    pub once: f64,
    pub twice: f64,
    /// Matching pairs that no rule in use brings together: at least so many.
    pub missed: f64,
    /// Share found, and its interval of 95 % (from the variance of Chao's estimate, on the logarithm of what is missed).
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// From pairs by the rules that could have found them; `chosen` are the rules that are used.
#[must_use]
pub fn recall(caught: &[Caught], chosen: u128) -> Recall {
    let mut recall = Recall::default();
    let mut seen = 0.0;
    for Caught { rules, matches, .. } in caught {
        seen += matches;
        match rules.count_ones() {
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
