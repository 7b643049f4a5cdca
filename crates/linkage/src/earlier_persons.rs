//! Persons of an earlier linkage. Records that were one person stay together at a lower weight than others need to be joined,
//! so that a small correction does not break up persons whom many people have worked with. HMPPS Core Person Record joins at
//! one weight and lets a cluster fracture only below a lower one.

use super::prediction::Prediction;
use super::scoring::NO_PATTERN;

/// Which records were one person before, and what they need to stay together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EarlierPersons {
    /// For each record the number of its person, the same for records of one person; 0 for a new record.
    pub person: Vec<u32>,
    /// Records of one earlier person stay together from this many bits on.
    pub fracture: f64,
}

impl EarlierPersons {
    /// The bits to add to a pair, so that one threshold is enough: the difference between the threshold and `fracture` if the
    /// two were one person, and otherwise 0.
    #[must_use]
    pub fn bits(&self, join: f64, left: u32, right: u32) -> f64 {
        let of = |record: u32| self.person.get(record as usize).copied().unwrap_or(0);
        if of(left) != 0 && of(left) == of(right) { (join - self.fracture).max(0.0) } else { 0.0 }
    }

    /// Predictions with those bits added, and predictions for records of one earlier person that no rule has brought together:
    /// each record with the next of its person.
    #[must_use]
    pub fn raised(&self, links: &[Prediction], join: f64, weigh: impl Fn(u32, u32) -> Option<f64>) -> Vec<Prediction> {
        let raise =
            |link: &Prediction| Prediction { weight: link.weight + self.bits(join, link.left, link.right) as f32, ..*link };
        let mut raised: Vec<Prediction> = links.iter().map(raise).collect();
        let mut members: Vec<(u32, u32)> = (0..).zip(&self.person).map(|(record, person)| (*person, record)).collect();
        members.retain(|(person, _)| *person != 0);
        members.sort_unstable();
        for pair in members.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (left, right) = (pair[0].1, pair[1].1);
            let known = links.binary_search_by_key(&(left, right), |link| (link.left, link.right)).is_ok();
            if let Some(bits) = weigh(left, right).filter(|_| !known) {
                let weight = (bits + self.bits(join, left, right)) as f32;
                raised.push(Prediction { left, right, weight, pattern: NO_PATTERN });
            }
        }
        raised.sort_unstable_by_key(|link| (link.left, link.right));
        raised
    }
}
