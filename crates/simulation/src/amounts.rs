//! Amounts: how much of something each person has, such as pounds earned or minutes waited, and how many people reach a level of it.
//!
//! A person's amount is a fixed quantile of one distribution, so that help moves everybody's amount and nobody's place among the others.
//! Where help makes all amounts so many per cent better, those near a level cross it: the number who reach the level is not assumed, it
//! follows. Low uniforms stand for good amounts, so that whoever reaches a level has a uniform below one threshold, as with any other
//! outcome.

use base::statistics::{normal_cdf, normal_density, normal_quantile};
use contract::tally::Tally;

use crate::draws::threshold;

/// The form of the distribution of amounts between the people of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AmountShape {
    /// Many small amounts and few large ones, none below zero: waiting times, wages. The spread keeps its proportion to the mean.
    #[default]
    LogNormal,
    /// As many above the mean as below: scores. The spread stays as it is.
    Normal,
}

/// The amounts of the people of one segment, as things are now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AmountDistribution {
    pub shape: AmountShape,
    /// The mean and the standard deviation of all amounts, before they are cut to what counts.
    pub mean: f64,
    pub spread: f64,
    /// The most that counts for one person. Nobody has less than 0.
    pub most: f64,
    pub more_is_better: bool,
}

/// Standardised amounts are added up as whole numbers of this part, so that every order of adding gives the same sum.
const PARTS: f64 = (1u64 << 24) as f64;

/// Where the amounts of a segment begin and end to be cut, when their mean is at some level: everything that is needed to add them up.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AmountLevel {
    /// Uniforms below this have the best amount that counts, and those at or above the other the worst.
    pub best_below: u64,
    pub worst_from: u64,
    best: f64,
    worst: f64,
    /// All other amounts are `shift` + `scale` × their standardised amount.
    shift: f64,
    scale: f64,
}

impl AmountDistribution {
    /// σ of the logarithm.
    fn log_spread(&self) -> f64 {
        (self.spread / self.mean).powi(2).ln_1p().sqrt()
    }

    /// The standardised amount of a person with this uniform: what [`AmountLevel`] scales and shifts, in whole parts.
    #[must_use]
    pub(crate) fn standardised(&self, uniform: u32) -> i64 {
        let place = (f64::from(uniform) + 0.5) / 4_294_967_296.0;
        let z = normal_quantile(if self.more_is_better { 1.0 - place } else { place });
        let amount = match self.shape {
            AmountShape::Normal => z,
            AmountShape::LogNormal => {
                let sigma = self.log_spread();
                (sigma * z - 0.5 * sigma * sigma).exp()
            }
        };
        (amount * PARTS).round() as i64
    }

    /// The share of people whose amount is below `amount` when the mean of all is at `level`.
    fn below(&self, level: f64, amount: f64) -> f64 {
        match self.shape {
            AmountShape::Normal => normal_cdf((amount - level) / self.spread),
            AmountShape::LogNormal if amount <= 0.0 => 0.0,
            AmountShape::LogNormal if level <= 0.0 => 1.0,
            AmountShape::LogNormal => {
                let sigma = self.log_spread();
                normal_cdf((amount / level).ln() / sigma + 0.5 * sigma)
            }
        }
    }

    /// The share of people whose amount is at least as good as `amount` when the mean of all is at `level`.
    #[must_use]
    pub fn as_good_as(&self, level: f64, amount: f64) -> f64 {
        let below = self.below(level, amount);
        if self.more_is_better { 1.0 - below } else { below }
    }

    /// The share of people who fall short of `amount` by no more than `within`, when the mean of all is at `level`, and by how much they
    /// do on average.
    #[must_use]
    pub(crate) fn short_of(&self, level: f64, amount: f64, within: f64) -> (f64, f64) {
        /// Steps of Simpson's rule.
        const STEPS: usize = 32;
        let worse = |by: f64| self.as_good_as(level, if self.more_is_better { amount - by } else { amount + by });
        let reach = worse(0.0);
        let share = worse(within) - reach;
        if share <= 0.0 {
            return (0.0, 0.0);
        }
        // By parts: the mean distance of those short of the level is `within` less the mean, over the distances, of the share nearer.
        let step = within / STEPS as f64;
        let nearer = |at: usize| {
            let weight = if at == 0 || at == STEPS { 1.0 } else { 2.0 + 2.0 * (at % 2) as f64 };
            weight * (worse(at as f64 * step) - reach)
        };
        let area = step / 3.0 * (0..=STEPS).map(nearer).sum::<f64>();
        (share, (within - area / share).clamp(0.0, within))
    }

    /// The mean of what counts when the mean of all amounts is at `level`: each is cut to 0 and to the most.
    #[must_use]
    pub fn mean_that_counts(&self, level: f64) -> f64 {
        let above = self.most * (1.0 - self.below(level, self.most));
        let within = match self.shape {
            AmountShape::Normal => {
                let (low, high) = (-level / self.spread, (self.most - level) / self.spread);
                level * (normal_cdf(high) - normal_cdf(low)) + self.spread * (normal_density(low) - normal_density(high))
            }
            AmountShape::LogNormal if level <= 0.0 => 0.0,
            AmountShape::LogNormal => {
                let sigma = self.log_spread();
                level * normal_cdf((self.most / level).ln() / sigma - 0.5 * sigma)
            }
        };
        within + above
    }

    /// How amounts are added up when the mean of all is at `level`.
    #[must_use]
    pub fn at(&self, level: f64) -> AmountLevel {
        let (best, worst) = if self.more_is_better { (self.most, 0.0) } else { (0.0, self.most) };
        let (shift, scale) = match self.shape {
            AmountShape::Normal => (level, self.spread),
            AmountShape::LogNormal => (0.0, level),
        };
        let best_below = threshold(self.as_good_as(level, best));
        let worst_from = threshold(self.as_good_as(level, worst)).max(best_below);
        AmountLevel { best_below, worst_from, best, worst, shift, scale }
    }

    /// The amounts of people with these uniforms, added up one by one, to the nearest whole.
    #[must_use]
    pub(crate) fn added_up(&self, at: AmountLevel, uniforms: impl Iterator<Item = u32>) -> i64 {
        let (mut best, mut worst, mut between, mut sum) = (0, 0, 0, 0);
        for uniform in uniforms {
            if u64::from(uniform) < at.best_below {
                best += 1;
            } else if u64::from(uniform) >= at.worst_from {
                worst += 1;
            } else {
                between += 1;
                sum += self.standardised(uniform);
            }
        }
        at.sum(best, worst, between, sum)
    }
}

impl AmountLevel {
    /// The amounts of people added up, to the nearest whole: so many with the best amount, so many with the worst, and those between
    /// with the sum of their standardised amounts.
    #[must_use]
    pub(crate) fn sum(&self, best: u32, worst: u32, between: u32, standardised: i64) -> i64 {
        let cut = f64::from(best) * self.best + f64::from(worst) * self.worst;
        (cut + f64::from(between) * self.shift + self.scale * (standardised as f64 / PARTS)).round() as i64
    }
}

/// People of one cell who are brought over the level of one outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BroughtOver {
    /// The outcome that is to reach the level, and the amount.
    pub outcome: usize,
    pub amount: usize,
    /// The cell of the contract's tally.
    pub cell: usize,
    pub people: i64,
    /// What their amounts change by in all.
    pub units: i64,
}

impl BroughtOver {
    /// Changes a tally in which nobody was brought over yet. No more people reach a level than there are.
    pub(crate) fn apply(&self, tally: &mut Tally) {
        let people = self.people.min(tally.people[self.cell] - tally.counts[self.outcome][self.cell]).max(0);
        tally.counts[self.outcome][self.cell] += people;
        let amount = &mut tally.counts[self.amount][self.cell];
        *amount = (*amount + self.units).max(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distribution(shape: AmountShape, more_is_better: bool) -> AmountDistribution {
        AmountDistribution { shape, mean: 200.0, spread: 60.0, most: 260.0, more_is_better }
    }

    const CASES: [(AmountShape, bool); 4] = [
        (AmountShape::LogNormal, true),
        (AmountShape::LogNormal, false),
        (AmountShape::Normal, true),
        (AmountShape::Normal, false),
    ];

    /// Evenly spread uniforms stand for the whole distribution.
    fn mean_of_people(of: &AmountDistribution, level: f64) -> f64 {
        const PEOPLE: u32 = 40_000;
        let uniforms = (0..PEOPLE).map(|person| ((f64::from(person) + 0.5) / f64::from(PEOPLE) * 4_294_967_296.0) as u32);
        of.added_up(of.at(level), uniforms) as f64 / f64::from(PEOPLE)
    }

    #[test]
    fn the_mean_that_counts_is_that_of_people_one_by_one() {
        for (shape, more) in CASES {
            let of = distribution(shape, more);
            for level in [120.0, 200.0, 300.0] {
                let (expected, found) = (of.mean_that_counts(level), mean_of_people(&of, level));
                assert!((expected - found).abs() < 0.02, "{shape:?} {more} at {level}: {expected} and {found}");
            }
        }
    }

    /// Without a cut in reach the mean is the level, and the standard deviation what was stated.
    #[test]
    fn amounts_have_the_stated_mean_and_spread() {
        for (shape, more) in CASES {
            let of = AmountDistribution { most: 1e6, spread: 40.0, ..distribution(shape, more) };
            assert!((of.mean_that_counts(200.0) - 200.0).abs() < 1e-3, "{shape:?}");
            let people = 20_000;
            let squares = (0..people).map(|person| {
                let uniform = ((f64::from(person) + 0.5) / f64::from(people) * 4_294_967_296.0) as u32;
                let amount = of.at(200.0).sum(0, 0, 1, of.standardised(uniform) * 1000) as f64;
                // A thousand times the standardised amount keeps its decimals.
                let amount = if shape == AmountShape::Normal { (amount - 200.0) / 1000.0 + 200.0 } else { amount / 1000.0 };
                (amount - 200.0).powi(2)
            });
            let spread = (squares.sum::<f64>() / f64::from(people)).sqrt();
            assert!((spread - 40.0).abs() < 0.2, "{shape:?}: {spread}");
        }
    }

    /// Counted one by one.
    #[test]
    fn those_just_short_of_a_level_are_counted_with_their_distance() {
        for (shape, more) in CASES {
            let of = AmountDistribution { most: 1e6, ..distribution(shape, more) };
            let (people, at) = (200_000_u32, of.at(210.0));
            let (mut short, mut distance) = (0.0, 0.0);
            for person in 0..people {
                let uniform = ((f64::from(person) + 0.5) / f64::from(people) * 4_294_967_296.0) as u32;
                // In thousandths, since a sum is in whole units.
                let thousandths = at.sum(0, 0, 1_000, 1_000 * of.standardised(uniform)) as f64;
                let missing = if more { 230.0 - thousandths / 1_000.0 } else { thousandths / 1_000.0 - 230.0 };
                if missing > 0.0 && missing <= 25.0 {
                    short += 1.0;
                    distance += missing;
                }
            }
            let (share, mean) = of.short_of(210.0, 230.0, 25.0);
            assert!((share - short / f64::from(people)).abs() < 1e-4, "{shape:?} {more}: {share}");
            assert!((mean - distance / short).abs() < 0.01, "{shape:?} {more}: {mean} and {}", distance / short);
        }
    }

    #[test]
    fn better_amounts_bring_more_people_to_a_level() {
        for (shape, more) in CASES {
            let of = distribution(shape, more);
            let better = if more { 1.1 } else { 0.9 };
            assert!(of.as_good_as(200.0 * better, 190.0) > of.as_good_as(200.0, 190.0) + 0.05, "{shape:?} {more}");
        }
    }
}
