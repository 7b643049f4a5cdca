//! What people came to in one outcome, as three whole numbers from which follow its mean and how much it varies from person to
//! person. Whole numbers add up the same in any order.

use std::ops::Add;

use super::{Index, Measured, State};

/// People who are known, what they came to, and the squares of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub people: i64,
    pub sum: i64,
    pub squares: i64,
}

impl Add for Sums {
    type Output = Sums;

    fn add(self, other: Sums) -> Sums {
        Sums { people: self.people + other.people, sum: self.sum + other.sum, squares: self.squares + other.squares }
    }
}

impl Sums {
    /// For each person; 0 where nobody is known.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.people.max(1) as f64
    }

    /// Of the mean; of a share *p* of *n* people this is *p* (1 − *p*) / *n*.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let people = self.people.max(1) as f64;
        (self.squares as f64 / people - self.mean().powi(2)).max(0.0) / people
    }
}

/// For each outcome, the sums over those who are wanted.
#[must_use]
pub fn sums(measured: &Measured, wanted: &dyn Fn(&Index) -> bool) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); measured.outcomes];
    for (at, _) in measured.index.iter().enumerate().filter(|(_, index)| wanted(index)) {
        for (sums, finding) in sums.iter_mut().zip(measured.of(at)).filter(|(_, finding)| finding.state == State::Known) {
            let value = i64::from(finding.value);
            *sums = *sums + Sums { people: 1, sum: value, squares: value * value };
        }
    }
    sums
}
