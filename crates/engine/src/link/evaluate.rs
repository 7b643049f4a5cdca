//! How right a linkage is, held against known persons. Pairs that blocking lost count as missed.

use std::collections::HashMap;

/// Right, wrong and missed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Errors {
    pub right: f64,
    pub wrong: f64,
    pub missed: f64,
}

impl Errors {
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

/// Persons found against persons known.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Evaluation {
    pub records: usize,
    /// Over pairs of records of one person.
    pub pairs: Errors,
    /// Bagga and Baldwin's B-cubed (1998): the mean over records, of precision and of recall.
    pub b_cubed_precision: f64,
    pub b_cubed_recall: f64,
    pub persons: usize,
    pub found: usize,
    /// Persons whose records were found together, and nothing else with them.
    pub exact: usize,
    pub largest: usize,
}

impl Evaluation {
    #[must_use]
    pub fn b_cubed(&self) -> f64 {
        2.0 * self.b_cubed_precision * self.b_cubed_recall / (self.b_cubed_precision + self.b_cubed_recall).max(1e-12)
    }
}

/// Holds persons found against persons known, record by record.
#[must_use]
pub fn evaluate(found: &[u32], known: &[u32]) -> Evaluation {
    let mut both: HashMap<(u32, u32), f64> = HashMap::new();
    let (mut by_found, mut by_known): (HashMap<u32, f64>, HashMap<u32, f64>) = Default::default();
    for (found, known) in found.iter().zip(known) {
        *both.entry((*found, *known)).or_default() += 1.0;
        *by_found.entry(*found).or_default() += 1.0;
        *by_known.entry(*known).or_default() += 1.0;
    }
    let pairs = |count: f64| count * (count - 1.0) / 2.0;
    let all = |counts: &HashMap<u32, f64>| sum(counts.values().map(|count| pairs(*count)));
    let right = sum(both.values().map(|count| pairs(*count)));
    let records = found.len().min(known.len());
    let mean = |of: &HashMap<u32, f64>, by: fn(&(u32, u32)) -> u32| {
        sum(both.iter().map(|(key, count)| count * count / of[&by(key)])) / records.max(1) as f64
    };
    Evaluation {
        records,
        pairs: Errors { right, wrong: all(&by_found) - right, missed: all(&by_known) - right },
        b_cubed_precision: mean(&by_found, |key| key.0),
        b_cubed_recall: mean(&by_known, |key| key.1),
        persons: by_known.len(),
        found: by_found.len(),
        exact: both.iter().filter(|((found, known), count)| by_found[found] == **count && by_known[known] == **count).count(),
        largest: by_found.values().fold(0.0_f64, |most, count| most.max(*count)) as usize,
    }
}

/// A sum that does not depend on the order in which a map gives its values.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.iter().sum()
}
