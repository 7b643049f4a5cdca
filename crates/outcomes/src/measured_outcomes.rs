//! The results of everyone, as measuring leaves them.

use crate::cohorts::IndexEvent;
use crate::inconsistencies::Inconsistencies;
use crate::person_outcome::PersonOutcome;
use crate::proof_values::ValuesOnProofs;
use crate::reach::KindReach;
use crate::recorded::Recorded;

/// The outcomes of everyone.
#[derive(Clone, Debug, Default)]
pub struct MeasuredOutcomes {
    /// One for each person and cohort, in the order of people.
    pub index: Vec<IndexEvent>,
    /// The number of outcomes of the scheme.
    pub outcomes: usize,
    /// For each index event, one result for each outcome.
    pub results: Vec<PersonOutcome>,
    /// Positions of the outcomes that are compared with the same people before they started.
    pub compared_before: Vec<usize>,
    /// For each index event, one result for each of those outcomes, measured before the start.
    pub before: Vec<PersonOutcome>,
    /// Starts outside the scheme's cohorts, areas and segments; they are left out.
    pub outside_scheme: u64,
    /// Starts up to the day that is asked about that became known only after it; they are left out.
    pub starts_known_later: u64,
    /// What of each needed kind, by its position, reaches the people who are measured.
    pub reach: Vec<KindReach>,
    /// Values that the rules read in the row of an event, and where they stand.
    pub proof_values: ValuesOnProofs,
    /// What was first recorded of everyone; empty where only some index events are left.
    pub recorded: Recorded,
    /// Index events whose recording differs from that of the others, each with one whose results could stand for its own.
    pub like_others: Vec<(u32, u32)>,
    /// Records that contradict each other or cannot be true.
    pub inconsistencies: Inconsistencies,
}

impl MeasuredOutcomes {
    /// The results of one index event, outcome by outcome.
    #[must_use]
    pub fn of(&self, index: usize) -> &[PersonOutcome] {
        &self.results[index * self.outcomes..(index + 1) * self.outcomes]
    }

    /// The results before the start of one index event, in the order of `compared_before`.
    #[must_use]
    pub fn before(&self, index: usize) -> &[PersonOutcome] {
        &self.before[index * self.compared_before.len()..(index + 1) * self.compared_before.len()]
    }

    /// The same for some index events only.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&IndexEvent) -> bool) -> MeasuredOutcomes {
        let kept: Vec<usize> = (0..self.index.len()).filter(|at| wanted(&self.index[*at])).collect();
        MeasuredOutcomes {
            index: kept.iter().map(|at| self.index[*at]).collect(),
            outcomes: self.outcomes,
            results: kept.iter().flat_map(|at| self.of(*at)).copied().collect(),
            compared_before: self.compared_before.clone(),
            before: kept.iter().flat_map(|at| self.before(*at)).copied().collect(),
            outside_scheme: self.outside_scheme,
            starts_known_later: self.starts_known_later,
            reach: self.reach.clone(),
            proof_values: self.proof_values,
            recorded: Recorded::default(),
            like_others: Vec::new(),
            inconsistencies: Inconsistencies::default(),
        }
    }

    /// The same, with facts that equal another in all but their key counted once.
    #[must_use]
    pub fn once(mut self) -> MeasuredOutcomes {
        for copied in &self.inconsistencies.copied {
            let (of, before) = (copied.at * self.outcomes, copied.at * self.compared_before.len());
            self.results[of..of + self.outcomes].copy_from_slice(&copied.results);
            self.before[before..before + self.compared_before.len()].copy_from_slice(&copied.before);
        }
        self
    }

    /// Exchanges the results in which something counts again with those in which it counts only in a person's first cohort. The second
    /// call puts them back: a copy of a million people's results would need 60 MiB.
    pub fn exchange_counted_again(&mut self) {
        for again in &mut self.inconsistencies.counted_again {
            self.results[again.at * self.outcomes..][..self.outcomes].swap_with_slice(&mut again.results);
        }
    }

    /// Exchanges the results in which facts without a class count with those in which none of them does. The second call puts them back.
    pub fn exchange_without_class(&mut self) {
        let before = self.compared_before.len();
        for without in &mut self.inconsistencies.without_class {
            self.results[without.at * self.outcomes..][..self.outcomes].swap_with_slice(&mut without.results);
            self.before[without.at * before..][..before].swap_with_slice(&mut without.before);
        }
    }

    /// The same in which everybody of [`MeasuredOutcomes::like_others`] has the results of the other one.
    #[must_use]
    pub fn with_results_of_others(&self) -> MeasuredOutcomes {
        let (of, before) = (self.outcomes, self.compared_before.len());
        let (mut results, mut results_before) = (self.results.clone(), self.before.clone());
        for (own, other) in self.like_others.iter().map(|(own, other)| (*own as usize, *other as usize)) {
            results[own * of..][..of].copy_from_slice(self.of(other));
            results_before[own * before..][..before].copy_from_slice(self.before(other));
        }
        MeasuredOutcomes { index: self.index.clone(), results, before: results_before, ..self.only(|_| false) }
    }

    /// All results of one index event that must be observed.
    pub(crate) fn all_of(&self, index: usize) -> impl Iterator<Item = &PersonOutcome> {
        self.of(index).iter().chain(self.before(index))
    }
}
