//! Persons of an earlier run: records that were one person stay together at a lower weight than others need to be joined, so that
//! a small correction does not break up what many people have worked with. HMPPS Core Person Record joins at one weight and
//! fractures below a lower one.

use super::cluster::Link;
use super::score::NO_PATTERN;

/// Who was one person before, and what it takes to stay so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Earlier {
    /// For each record the number of its person, the same for records of one person; 0 for a new record.
    pub person: Vec<u32>,
    /// Records of one earlier person stay together from this many bits on.
    pub fracture: f64,
}

impl Earlier {
    /// Bits that a pair is given beyond its own, so that one threshold does for both: what is missing between `fracture` and
    /// `join` where the two were one person, otherwise nothing.
    #[must_use]
    pub fn bits(&self, join: f64, left: u32, right: u32) -> f64 {
        let of = |record: u32| self.person.get(record as usize).copied().unwrap_or(0);
        if of(left) != 0 && of(left) == of(right) { (join - self.fracture).max(0.0) } else { 0.0 }
    }

    /// The links with those bits, and links between records of one earlier person that no rule has brought together: each with
    /// the next of its person.
    #[must_use]
    pub fn raised(&self, links: &[Link], join: f64, weigh: impl Fn(u32, u32) -> Option<f64>) -> Vec<Link> {
        let raise = |link: &Link| Link { weight: link.weight + self.bits(join, link.left, link.right) as f32, ..*link };
        let mut raised: Vec<Link> = links.iter().map(raise).collect();
        let mut members: Vec<(u32, u32)> = (0..).zip(&self.person).map(|(record, person)| (*person, record)).collect();
        members.retain(|(person, _)| *person != 0);
        members.sort_unstable();
        for pair in members.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            let (left, right) = (pair[0].1, pair[1].1);
            let known = links.binary_search_by_key(&(left, right), |link| (link.left, link.right)).is_ok();
            if let Some(bits) = weigh(left, right).filter(|_| !known) {
                let weight = (bits + self.bits(join, left, right)) as f32;
                raised.push(Link { left, right, weight, pattern: NO_PATTERN });
            }
        }
        raised.sort_unstable_by_key(|link| (link.left, link.right));
        raised
    }
}
