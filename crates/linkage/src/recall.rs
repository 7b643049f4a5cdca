//! How many matches the rules never saw, estimated without labels: rules are like traps, and a pair that only one of them
//! caught tells of others that none did. Chao, A. (1987), "Estimating the population size for capture-recapture data with
//! unequal catchability", Biometrics 43: at least f1² / 2 f2 are missing, where f1 pairs were caught once and f2 twice. It is a
//! lower bound of what is missing when some pairs are harder to catch than others, as they are.

use super::cluster::Link;
use super::hold::Hold;
use super::score::probability;
use super::suggest::Caught;
use records::batch::Batch;
use records::schema::{Column, Kind, Table};

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
    /// Share found, and its interval: of 95 % each way (from the variance of Chao's estimate, on the logarithm of what is missed).
    pub share: f64,
    pub low: f64,
    pub high: f64,
    /// Of the matches found the share that are linked: [`linked()`].
    pub linked: f64,
    /// Of all matches the share that are linked, where it can be told: [`all()`].
    pub all: Option<Share>,
}

/// Fewer matches tell nothing of those that were missed.
pub const FEW: f64 = 50.0;
/// Wider intervals tell nothing.
const WIDEST: f64 = 0.5;

impl Recall {
    /// Whether there are enough matches to tell how many were missed.
    #[must_use]
    pub fn can_tell(&self) -> bool {
        self.found >= FEW
    }
}

/// Of all matching pairs the share within one person, and an interval for it. Which pairs are missed is seen where a third record
/// has put two together that have too few bits by themselves: for each such pair between -5 bits and none so many have less, or
/// were never compared, and what links outside of persons are expected to miss is taken to have the same company. The interval
/// allows for what is missed to be the half or the double (a quarter or four times as much where the weights are not
/// `calibrated`), since a person whose every record is damaged is seen by nobody, and for the sampling error of that ratio. Nothing where there are too few matches, or too few such pairs for an interval that says
/// anything.
#[must_use]
pub fn all(links: &[Link], person: &[u32], holds: &[Hold], calibrated: bool) -> Option<Share> {
    let mut together = 0.0;
    for hold in holds {
        let mut sure: Vec<f64> = hold.bits.iter().map(|bits| probability(*bits)).collect();
        sure.sort_unstable_by(|a, b| b.total_cmp(a));
        together += sure.iter().enumerate().map(|(at, sure)| at as f64 * sure).sum::<f64>();
    }
    let (mut near, mut above) = (0.0, 0.0);
    for link in links.iter().filter(|link| person[link.left as usize] != person[link.right as usize]) {
        let chance = probability(f64::from(link.weight));
        // The group that the other record is in has spoken against it.
        if link.weight < 0.0 { near += chance } else { above += 0.5_f64.min(chance) }
    }
    let of = |at: usize| holds.iter().map(|hold| f64::from(hold.pairs[at])).sum::<f64>();
    let (seen, far) = (of(1) + 1.0, of(2) + 1.0);
    let ratio = far / seen;
    let missed = above + near * (1.0 + ratio);
    if together + missed < FEW {
        return None;
    }
    let more = MISSED_MORE[usize::from(!calibrated)];
    let spread = (more.ln().powi(2) + 1.96 * 1.96 * (1.0 / seen + 1.0 / far)).sqrt().exp();
    // A count of so few pairs has an error of its own.
    let (low, high) = ((missed / spread - 2.0 * missed.sqrt()).max(0.0), missed * spread + 2.0 * missed.sqrt() + 1.0);
    let share = |missed: f64| together / (together + missed);
    let found = Share { share: share(missed), low: share(high), high: share(low) };
    (found.high - found.low <= WIDEST).then_some(found)
}

/// What is missed may be so many times more, or less: where the weights were held to what pairs of one agency show, and where not.
const MISSED_MORE: [f64; 2] = [2.0, 4.0];

/// From pairs by the rules that could have found them; `chosen` are the rules that are used.
///
/// What counts as a trap is counted in two ways, which err to different sides: all rules that were tried, most of which find again
/// what others found, so that hardly a pair seems to be missed; and of these only the `apart`, whose pairs no other rule finds as
/// well, where traps that catch very unequally make too much of what is missed. The estimate is the lower one; the interval goes
/// from the low end of the one to the high end of the other.
#[must_use]
pub fn recall(caught: &[Caught], chosen: u128, apart: u128) -> Recall {
    let used = caught.iter().filter(|pair| pair.rules & chosen != 0);
    let found: f64 = used.map(|pair| pair.matches).sum();
    let (one, other) = (by_traps(caught, found, u128::MAX), by_traps(caught, found, apart));
    let (lower, higher) = if one.share <= other.share { (one, other) } else { (other, one) };
    Recall { low: lower.low.min(higher.low), high: lower.high.max(higher.high), ..lower }
}

fn by_traps(caught: &[Caught], found: f64, traps: u128) -> Recall {
    let mut recall = Recall { found, linked: 1.0, ..Recall::default() };
    let mut seen = 0.0;
    for Caught { rules, matches, .. } in caught {
        seen += matches;
        match (rules & traps).count_ones() {
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

    /// Four traps that catch independently, each 60 % of 10,000 pairs, and for each of them another that finds the same again.
    /// With these no pair seems to be caught once, and none to be missed; the interval holds both.
    #[test]
    fn rules_that_repeat_each_other_hide_little() {
        let pairs = |rules: u128| {
            let caught = (rules & 0b1111).count_ones() as i32;
            10_000.0 * 0.6_f64.powi(caught) * 0.4_f64.powi(4 - caught)
        };
        let caught: Vec<Caught> =
            (1..16).map(|rules| Caught { rules: rules | rules << 4, pairs: pairs(rules), matches: pairs(rules) }).collect();
        let found = recall(&caught, 0b1111, 0b1111);
        // By the closed form: once 4 (.6)(.4)^3, twice 6 (.6)^2 (.4)^2.
        let unseen = (10_000.0 * 4.0 * 0.6 * 0.064_f64).powi(2) / (2.0 * 10_000.0 * 6.0 * 0.36 * 0.16);
        assert!((found.missed - unseen).abs() < 1e-6, "{found:?}");
        let with_repeats = by_traps(&caught, found.found, u128::MAX);
        assert!(with_repeats.missed.abs() < 1e-6, "{with_repeats:?}");
        assert!(found.low < found.share && found.high >= with_repeats.share, "{found:?}");
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
        let link = |left, right, weight| Link { left, right, weight, pattern: 0 };
        let share = linked(&[link(0, 1, 0.0), link(1, 2, 0.0)], &[0, 0, 2]);
        assert!((share - 0.5).abs() < 1e-12, "{share}");
    }
}
