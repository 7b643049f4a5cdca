//! What today's results do to the chance of winning the contract again.
//!
//! A provider that may lose its contract for bad results works for the next contract as well as for this one (Shapiro 1983; Klein
//! and Leffler 1981). Here the chance is a line in the result of everybody served, cut off at 0 and 1, and what is won again is a
//! sum that the assumptions state.

use contract::Scheme;
use contract::tally::Tally;

use crate::assumptions::RenewalAssumption;
use crate::people::{AreaPeople, Chances};

/// The prospects of one provider in one area.
#[derive(Clone, Debug)]
pub(crate) struct Renewal {
    assumption: RenewalAssumption,
    /// The share of people with the outcome as things are.
    today: f64,
    /// 1 where more is better, -1 where fewer is.
    sign: f64,
}

impl Renewal {
    pub(crate) fn of(scheme: &Scheme, assumption: RenewalAssumption, people: &AreaPeople, chances: &Chances) -> Renewal {
        let RenewalAssumption { outcome, .. } = assumption;
        let (mut all, mut with) = (0.0, 0.0);
        for segment in 0..people.segments {
            let count = people.in_segment(segment) as f64;
            all += count;
            with += count * chances.now(outcome, segment);
        }
        let today = if all > 0.0 { with / all } else { 0.0 };
        Renewal { assumption, today, sign: scheme.outcomes[outcome].sign() as f64 }
    }

    /// The chance of winning the next contract with a tally. The next buyer looks at everybody together, whoever they are, so that
    /// serving an easier mix looks better. It is as today where nobody was served.
    pub(crate) fn chance(&self, scheme: &Scheme, tally: &Tally) -> f64 {
        let RenewalAssumption { outcome, chance, each_point, .. } = self.assumption;
        let people: i64 = (0..tally.people.len()).map(|cell| tally.measured(scheme, outcome, cell)).sum();
        if people <= 0 {
            return chance;
        }
        let with: i64 = tally.counts[outcome].iter().sum();
        let better_by = 100.0 * self.sign * (with as f64 / people as f64 - self.today);
        (chance + each_point * better_by).clamp(0.0, 1.0)
    }

    /// What a tally is worth to the provider beyond today's results, in pounds: the worth of the next contract times the change of the
    /// chance of winning it.
    pub(crate) fn worth(&self, scheme: &Scheme, tally: &Tally) -> f64 {
        self.assumption.worth * (self.chance(scheme, tally) - self.assumption.chance)
    }
}
