//! Cohesion: what keeps each record in its person. For every record the mean match weight with the person's other records, and
//! which record is tied least.

use rayon::prelude::*;

use super::clustering::{MOST_COMPARED, capped};
use super::match_weight::probability;

/// Pairs below this many bits have no prediction.
const FAR: f64 = -5.0;

/// A person of several records.
#[derive(Clone, Debug, PartialEq)]
pub struct Cohesion {
    /// The records, in order.
    pub records: Vec<u32>,
    /// For each record the mean match weight with the others, in bits.
    pub bits: Vec<f64>,
    /// Of its pairs of records: how many have at least 0 bits of their own, how many from -5 to 0, and how many less than -5.
    /// Those below 0 are together only because of other records.
    pub pairs: [u32; 3],
}

impl Cohesion {
    /// The place of the record that is tied least, and its mean match weight.
    #[must_use]
    pub fn weakest(&self) -> (usize, f64) {
        let least = self.bits.iter().copied().enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        least.unwrap_or((0, f64::INFINITY))
    }

    /// How sure it is that the records belong together: the probability for the record that is tied least.
    #[must_use]
    pub fn quality(&self) -> f64 {
        probability(self.weakest().1)
    }
}

/// The cohesion of persons of two or more records, in order. `weigh` scores any pair of records, lower one first. As in
/// clustering at this threshold, one pair counts for a limited number of bits, and one record is compared with a limited number
/// of others.
#[must_use]
pub fn cohesion(person: &[u32], threshold: f64, weigh: impl Fn(u32, u32) -> f64 + Sync) -> Vec<Cohesion> {
    let mut members: Vec<(u32, u32)> = Vec::new();
    for (record, first) in (0..).zip(person).filter(|(record, first)| record != *first) {
        members.push((*first, record));
    }
    members.sort_unstable();
    let persons: Vec<&[(u32, u32)]> = members.chunk_by(|a, b| a.0 == b.0).collect();
    let of_person = |members: &[(u32, u32)]| {
        let records: Vec<u32> = std::iter::once(members[0].0).chain(members.iter().map(|(_, record)| *record)).collect();
        let mut sums = vec![(0.0, 0.0); records.len()];
        let mut pairs = [0; 3];
        for (at, left) in records.iter().enumerate().take(MOST_COMPARED) {
            for (other, right) in records.iter().enumerate().skip(at + 1) {
                let alone = weigh(*left, *right);
                pairs[usize::from(alone < 0.0) + usize::from(alone < FAR)] += 1;
                let bits = capped(alone, threshold);
                let mut add = |at: usize| sums[at] = (sums[at].0 + bits, sums[at].1 + 1.0);
                add(other);
                if other <= MOST_COMPARED {
                    add(at);
                }
            }
        }
        Cohesion { pairs, records, bits: sums.into_iter().map(|(sum, count)| sum / count).collect() }
    };
    persons.into_par_iter().map(of_person).collect()
}
