//! What holds a person together: how each record agrees with the person's others, and which one is held least.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::cluster::{MOST_BITS, MOST_COMPARED};
use super::score::probability;

/// A person of several records.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// The records, in order.
    pub records: Vec<u32>,
    /// For each record the mean of its bits with the others.
    pub bits: Vec<f64>,
}

impl Hold {
    /// The place of the record that is held least, and its bits.
    #[must_use]
    pub fn weakest(&self) -> (usize, f64) {
        let least = self.bits.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        least.unwrap_or((0, f64::INFINITY))
    }

    /// How sure it is that the records belong together: the chance that belongs to the bits of the one that is held least.
    #[must_use]
    pub fn quality(&self) -> f64 {
        probability(self.weakest().1)
    }
}

/// Persons of two records or more, in order. `weigh` scores any pair of records; no pair counts for more bits, and no record is
/// held against more others, than in clustering.
#[must_use]
pub fn holds(person: &[u32], weigh: impl Fn(u32, u32) -> f64 + Sync) -> Vec<Hold> {
    let mut members: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (record, first) in person.iter().enumerate().filter(|(record, first)| *record as u32 != **first) {
        members.entry(*first).or_insert_with(|| vec![*first]).push(record as u32);
    }
    let members: Vec<Vec<u32>> = members.into_values().collect();
    let hold = |records: Vec<u32>| {
        let bits = |record: &u32| {
            let others = records.iter().filter(|other| *other != record).take(MOST_COMPARED);
            let bits = others.map(|other| weigh(*record.min(other), *record.max(other)).clamp(-MOST_BITS, MOST_BITS));
            let (sum, count) = bits.fold((0.0, 0.0), |(sum, count), bits| (sum + bits, count + 1.0));
            sum / count
        };
        let bits = records.iter().map(bits).collect();
        Hold { records, bits }
    };
    members.into_par_iter().map(hold).collect()
}
