//! What holds a person together: how each record agrees with the person's others, and which one is held least.

use rayon::prelude::*;

use super::cluster::{MOST_COMPARED, held};
use super::score::probability;

/// Pairs below so many bits are no links.
const FAR: f64 = -5.0;

/// A person of several records.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    /// The records, in order.
    pub records: Vec<u32>,
    /// For each record the mean of its bits with the others.
    pub bits: Vec<f64>,
    /// Of its pairs of records how many have at least no bits of their own, how many less, and how many less than -5: these are
    /// together by way of others.
    pub pairs: [u32; 3],
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

/// Persons of two records or more, in order. `weigh` scores any pair of records, lower one first; no pair counts for more bits,
/// and no record is compared with more others, than in clustering at this threshold.
#[must_use]
pub fn holds(person: &[u32], threshold: f64, weigh: impl Fn(u32, u32) -> f64 + Sync) -> Vec<Hold> {
    let mut members: Vec<(u32, u32)> = Vec::new();
    for (record, first) in (0..).zip(person).filter(|(record, first)| record != *first) {
        members.push((*first, record));
    }
    members.sort_unstable();
    let persons: Vec<&[(u32, u32)]> = members.chunk_by(|a, b| a.0 == b.0).collect();
    let hold = |members: &[(u32, u32)]| {
        let records: Vec<u32> = std::iter::once(members[0].0).chain(members.iter().map(|(_, record)| *record)).collect();
        let mut sums = vec![(0.0, 0.0); records.len()];
        let mut pairs = [0; 3];
        for (at, left) in records.iter().enumerate().take(MOST_COMPARED) {
            for (other, right) in records.iter().enumerate().skip(at + 1) {
                let alone = weigh(*left, *right);
                pairs[usize::from(alone < 0.0) + usize::from(alone < FAR)] += 1;
                let bits = held(alone, threshold);
                let mut add = |at: usize| sums[at] = (sums[at].0 + bits, sums[at].1 + 1.0);
                add(other);
                if other <= MOST_COMPARED {
                    add(at);
                }
            }
        }
        Hold { pairs, records, bits: sums.into_iter().map(|(sum, count)| sum / count).collect() }
    };
    persons.into_par_iter().map(hold).collect()
}
