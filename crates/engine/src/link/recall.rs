//! How many matches the rules never saw, estimated without labels: rules are like traps, and a pair that only one of them
//! caught tells of others that none did. Chao, A. (1987), "Estimating the population size for capture-recapture data with
//! unequal catchability", Biometrics 43: at least f1² / 2 f2 are missing, where f1 pairs were caught once and f2 twice. It is a
//! lower bound of what is missing when some pairs are harder to catch than others, as they are.

use super::train::Patterns;

/// The estimate, in matching pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Recall {
    /// Matching pairs that some rule brought together.
    pub found: f64,
    /// Those that exactly one rule found, and exactly two.
    pub once: f64,
    pub twice: f64,
    /// Matching pairs that no rule brought together: at least so many.
    pub missed: f64,
    /// Share found, and its interval of 95 % (from the variance of Chao's estimate, on the logarithm of what is missed).
    pub share: f64,
    pub low: f64,
    pub high: f64,
}

/// From candidates by pattern, each standing for so many, and the chance that such a candidate is one person.
#[must_use]
pub fn recall(patterns: &Patterns, each: u64, chance: impl Fn(&super::score::Levels) -> f64) -> Recall {
    let mut recall = Recall::default();
    for (levels, rules, count) in patterns {
        let matches = *count as f64 * chance(levels);
        recall.found += matches;
        match rules.count_ones() {
            1 => recall.once += matches,
            2 => recall.twice += matches,
            _ => {}
        }
    }
    let (once, twice) = (recall.once, recall.twice.max(0.5));
    recall.missed = once * once / (2.0 * twice);
    let ratio = once / twice;
    let variance = twice * (0.25 * ratio.powi(4) + ratio.powi(3) + 0.5 * ratio.powi(2));
    let spread = (1.96 * (1.0 + variance / recall.missed.max(1e-9).powi(2)).ln().sqrt()).exp();
    let share = |missed: f64| recall.found / (recall.found + missed).max(1e-9);
    (recall.share, recall.low, recall.high) =
        (share(recall.missed), share(recall.missed * spread), share(recall.missed / spread));
    for count in [&mut recall.found, &mut recall.once, &mut recall.twice, &mut recall.missed] {
        *count *= each as f64;
    }
    recall
}
