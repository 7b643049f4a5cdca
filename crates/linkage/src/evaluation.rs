//! Evaluation: how right a linkage is, compared with known persons. Pairs that blocking lost count as missed.

use std::collections::BTreeMap;

/// Counts of pairs: right (true positives), wrong (false positives) and missed (false negatives).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairErrors {
    pub right: f64,
    pub wrong: f64,
    pub missed: f64,
}

impl PairErrors {
    #[must_use]
    pub fn precision(&self) -> f64 {
        share(self.right, self.wrong)
    }

    #[must_use]
    pub fn recall(&self) -> f64 {
        share(self.right, self.missed)
    }

    /// The harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> f64 {
        share(2.0 * self.right, self.wrong + self.missed)
    }
}

fn share(right: f64, wrong: f64) -> f64 {
    if right + wrong > 0.0 { right / (right + wrong) } else { 1.0 }
}

/// Found persons compared with known persons.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evaluation {
    pub records: usize,
    /// Over pairs of records of one person.
    pub pairs: PairErrors,
    /// B-cubed precision and recall (Bagga and Baldwin 1998): means over records.
    pub b_cubed_precision: f64,
    pub b_cubed_recall: f64,
    pub persons: usize,
    pub found: usize,
    /// Persons whose records were found together, with no other record.
    pub exact: usize,
    pub largest: usize,
}

impl Evaluation {
    #[must_use]
    pub fn b_cubed(&self) -> f64 {
        2.0 * self.b_cubed_precision * self.b_cubed_recall / (self.b_cubed_precision + self.b_cubed_recall).max(1e-12)
    }
}

/// How many records the found persons and the known persons have, each and together.
struct ClusterCounts {
    both: BTreeMap<(u32, u32), f64>,
    by_found: BTreeMap<u32, f64>,
    by_known: BTreeMap<u32, f64>,
}

impl ClusterCounts {
    fn new(found: &[u32], known: &[u32]) -> ClusterCounts {
        let mut counts = ClusterCounts { both: BTreeMap::new(), by_found: BTreeMap::new(), by_known: BTreeMap::new() };
        for (found, known) in found.iter().zip(known) {
            *counts.both.entry((*found, *known)).or_default() += 1.0;
            *counts.by_found.entry(*found).or_default() += 1.0;
            *counts.by_known.entry(*known).or_default() += 1.0;
        }
        counts
    }
}

/// Compares found persons with known persons, record by record.
#[must_use]
pub fn evaluate(found: &[u32], known: &[u32]) -> Evaluation {
    let ClusterCounts { both, by_found, by_known } = ClusterCounts::new(found, known);
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let all = |counts: &BTreeMap<u32, f64>| -> f64 { counts.values().map(|count| pairs(*count)).sum() };
    let right: f64 = both.values().map(|count| pairs(*count)).sum();
    let records = found.len().min(known.len());
    let mean = |of: &BTreeMap<u32, f64>, by: fn(&(u32, u32)) -> u32| {
        both.iter().map(|(key, count)| count * count / of[&by(key)]).sum::<f64>() / records.max(1) as f64
    };
    Evaluation {
        records,
        pairs: PairErrors { right, wrong: all(&by_found) - right, missed: all(&by_known) - right },
        b_cubed_precision: mean(&by_found, |key| key.0),
        b_cubed_recall: mean(&by_known, |key| key.1),
        persons: by_known.len(),
        found: by_found.len(),
        exact: both.iter().filter(|((found, known), count)| by_found[found] == **count && by_known[known] == **count).count(),
        largest: by_found.values().fold(0.0_f64, |most, count| most.max(*count)) as usize,
    }
}

/// How right a linkage is for one group of records: B-cubed precision and recall over its records.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupAccuracy {
    pub records: usize,
    pub precision: f64,
    pub recall: f64,
}

/// By group: `group` gives the group of each record. Shows which groups are linked wrongly or missed more often than others.
#[must_use]
pub fn by_group(found: &[u32], known: &[u32], group: &[u32]) -> Vec<GroupAccuracy> {
    let counts = ClusterCounts::new(found, known);
    let groups = group.iter().max().map_or(0, |most| *most as usize + 1);
    let mut sums = vec![GroupAccuracy { records: 0, precision: 0.0, recall: 0.0 }; groups];
    for ((found, known), group) in found.iter().zip(known).zip(group) {
        let (together, sum) = (counts.both[&(*found, *known)], &mut sums[*group as usize]);
        sum.records += 1;
        sum.precision += together / counts.by_found[found];
        sum.recall += together / counts.by_known[known];
    }
    for sum in &mut sums {
        sum.precision /= sum.records.max(1) as f64;
        sum.recall /= sum.records.max(1) as f64;
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Persons {0, 1, 2} and {3, 4}, found as {0, 1} and {2, 3, 4}: counted by hand.
    #[test]
    fn by_hand() {
        let (found, known) = ([0, 0, 2, 2, 2], [0, 0, 0, 3, 3]);
        let evaluation = evaluate(&found, &known);
        assert_eq!(evaluation.pairs, PairErrors { right: 2.0, wrong: 2.0, missed: 2.0 });
        assert_eq!((evaluation.pairs.precision(), evaluation.pairs.recall(), evaluation.pairs.f1()), (0.5, 0.5, 0.5));
        assert!((evaluation.b_cubed_precision - (1.0 + 1.0 + 1.0 / 3.0 + 2.0 / 3.0 + 2.0 / 3.0) / 5.0).abs() < 1e-12);
        assert!((evaluation.b_cubed_recall - (2.0 / 3.0 + 2.0 / 3.0 + 1.0 / 3.0 + 1.0 + 1.0) / 5.0).abs() < 1e-12);
        assert_eq!((evaluation.persons, evaluation.found, evaluation.exact, evaluation.largest), (2, 2, 0, 3));
        let groups = by_group(&found, &known, &[0, 0, 1, 1, 1]);
        assert_eq!((groups[0].records, groups[0].precision), (2, 1.0));
        assert!((groups[1].recall - (1.0 / 3.0 + 1.0 + 1.0) / 3.0).abs() < 1e-12);
    }
}
