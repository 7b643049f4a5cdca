//! The results of one outcome as three whole numbers, which give its mean and its variance. Whole numbers add up to the same in
//! any order.

use std::ops::Add;

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;

/// The observed people, the sum of their results, and the sum of the squares.
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
    /// The mean for each person; 0 where nobody is observed.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum as f64 / self.people.max(1) as f64
    }

    /// The variance of the mean: for a share *p* of *n* people, *p* (1 − *p*) / *n*.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let people = self.people.max(1) as f64;
        (self.squares as f64 / people - self.mean().powi(2)).max(0.0) / people
    }
}

/// For each outcome, the sums over the wanted index events.
#[must_use]
pub fn sums(measured: &MeasuredOutcomes, wanted: &dyn Fn(&IndexEvent) -> bool) -> Vec<Sums> {
    let mut sums = vec![Sums::default(); measured.outcomes];
    for (at, _) in measured.index.iter().enumerate().filter(|(_, index)| wanted(index)) {
        for (sums, result) in sums.iter_mut().zip(measured.of(at)).filter(|(_, result)| result.state == OutcomeState::Observed) {
            let value = i64::from(result.value);
            *sums = *sums + Sums { people: 1, sum: value, squares: value * value };
        }
    }
    sums
}
