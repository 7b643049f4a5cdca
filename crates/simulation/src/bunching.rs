//! Bunching at a level: people who are just short of it are brought over it, and nobody else is helped. A patient who has waited for
//! three hours and fifty minutes is moved out of the department; one who has waited for five hours is not.
//!
//! Those who are near the level are as many as expected, in whole people. They truly reach the level, and their amounts truly change by
//! as little as that takes.

use crate::amounts::BroughtOver;
use crate::assumptions::Bunching;
use crate::strategy::{Arena, Strategy};

impl Arena<'_> {
    /// How people could be brought over the level of an outcome, where the assumptions say that they could.
    pub(crate) fn bunching(&self, outcome: usize) -> Option<Bunching> {
        self.assumptions.bunching[outcome]
    }

    /// The share of a segment's people who are just short of the level of an outcome under an effort, and how far each of them is from
    /// it on average, in units of the amount.
    fn just_short(&self, outcome: usize, segment: usize, effort: &[f64]) -> (f64, f64) {
        let (Some(bunching), Some((amount, level))) = (self.bunching(outcome), self.scheme.outcomes[outcome].reaches()) else {
            return (0.0, 0.0);
        };
        self.chances.short_of(amount, segment, effort, (level as f64, bunching.within))
    }

    /// The outcomes whose level people are brought over, each with the share of those just short of it.
    fn brought_over_shares<'a>(&self, strategy: &'a Strategy) -> impl Iterator<Item = (usize, f64)> + use<'a> {
        strategy.brought_over.iter().copied().enumerate().filter(|(_, share)| *share > 0.0)
    }

    /// Who is brought over a level under a strategy, cell by cell.
    pub(crate) fn brought_over(&self, strategy: &Strategy) -> Vec<BroughtOver> {
        let mut out = Vec::new();
        for (outcome, share) in self.brought_over_shares(strategy) {
            let Some((amount, _)) = self.scheme.outcomes[outcome].reaches() else { continue };
            let by_segment: Vec<(f64, f64)> =
                (0..self.people.segments).map(|segment| self.just_short(outcome, segment, &strategy.effort)).collect();
            for (at, cell) in self.people.cells.iter().enumerate().filter(|(_, cell)| strategy.taken[cell.segment]) {
                let (short, distance) = by_segment[cell.segment];
                let people = (cell.people as f64 * short * share).round();
                let units = (people * distance).round() as i64 * self.scheme.outcomes[amount].sign();
                out.push(BroughtOver { outcome, amount, cell: self.tally_cell(at), people: people as i64, units });
            }
        }
        out
    }

    /// Adds those who are brought over a level to the expected outcomes of a strategy, by outcome and segment.
    pub(crate) fn bring_over(&self, strategy: &Strategy, outcomes: &mut [Vec<f64>]) {
        for (outcome, share) in self.brought_over_shares(strategy) {
            let Some((amount, _)) = self.scheme.outcomes[outcome].reaches() else { continue };
            for segment in (0..self.people.segments).filter(|&segment| strategy.taken[segment]) {
                let (short, distance) = self.just_short(outcome, segment, &strategy.effort);
                let people = self.in_segment(segment) * short * share;
                outcomes[outcome][segment] += people;
                outcomes[amount][segment] += people * distance * self.scheme.outcomes[amount].sign() as f64;
            }
        }
    }

    /// People brought over a level, by outcome.
    pub(crate) fn expected_brought_over(&self, strategy: &Strategy) -> Vec<f64> {
        let mut out = vec![0.0; self.scheme.outcomes.len()];
        for (outcome, share) in self.brought_over_shares(strategy) {
            out[outcome] = share * self.people_just_short(outcome, strategy);
        }
        out
    }

    /// Those served who are just short of a level, by outcome.
    pub(crate) fn expected_just_short(&self, strategy: &Strategy) -> Vec<f64> {
        (0..self.scheme.outcomes.len()).map(|outcome| self.people_just_short(outcome, strategy)).collect()
    }

    /// Those served who are just short of the level of an outcome.
    fn people_just_short(&self, outcome: usize, strategy: &Strategy) -> f64 {
        let short = |segment: usize| self.in_segment(segment) * self.just_short(outcome, segment, &strategy.effort).0;
        (0..self.people.segments).filter(|&segment| strategy.taken[segment]).map(short).sum()
    }

    /// What bringing people over costs, in pounds.
    pub(crate) fn bunching_cost(&self, strategy: &Strategy) -> f64 {
        let cost = |(outcome, share): (usize, f64)| -> f64 {
            let Some(bunching) = self.bunching(outcome) else { return 0.0 };
            bunching.rising.cost(share, self.people_just_short(outcome, strategy))
        };
        self.brought_over_shares(strategy).map(cost).sum()
    }
}
