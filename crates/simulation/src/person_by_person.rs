//! The person-by-person count. It is slow and simple, and rank evaluation must equal it exactly.

use contract::Scheme;
use contract::terms::OutcomeKind;

use crate::assumptions::Assumptions;
use crate::draws::{decision, extra, whether};
use crate::households::uniform;
use crate::individuals::{happens, level_number};
use crate::people::{AreaPeople, Chances, PeopleCell};
use base::philox::words;
use base::schedule::CohortTime;

/// Counts each cell's outcomes in one replication by going through its people one by one: `counts[outcome][cell]`.
#[must_use]
pub fn count(
    scheme: &Scheme,
    assumptions: &Assumptions,
    people: &AreaPeople,
    chances: &Chances,
    effort: &[f64],
    seed: u64,
    replication: u64,
) -> Vec<Vec<i64>> {
    let mut counts = vec![vec![0; people.cells.len()]; scheme.outcomes.len()];
    let replication = Replication { scheme, assumptions, area: people.area, chances, effort, seed, replication };
    for (at, cell) in people.cells.iter().enumerate() {
        for person in cell.first_person..cell.first_person + cell.people as u64 {
            for (outcome, count) in replication.of(cell, person).enumerate() {
                counts[outcome][at] += i64::from(count);
            }
        }
        for outcome in (0..scheme.outcomes.len()).filter(|&outcome| scheme.outcomes[outcome].is_amount()) {
            counts[outcome][at] = replication.amounts(cell, outcome);
        }
    }
    counts
}

/// One replication of one area under an effort.
#[derive(Clone, Copy, Debug)]
pub struct Replication<'a> {
    pub scheme: &'a Scheme,
    pub assumptions: &'a Assumptions,
    pub area: usize,
    pub chances: &'a Chances,
    pub effort: &'a [f64],
    pub seed: u64,
    pub replication: u64,
}

impl<'a> Replication<'a> {
    /// The amounts of a cell's people added up, to the nearest whole.
    fn amounts(self, cell: &PeopleCell, outcome: usize) -> i64 {
        let distribution = self.assumptions.amount(self.scheme, outcome, self.area, cell.segment);
        let level = self.chances.amount_level(outcome, cell.segment, self.effort);
        let Some((distribution, level)) = distribution.zip(level) else { return 0 };
        let people = cell.first_person..cell.first_person + cell.people as u64;
        distribution.added_up(level, people.map(|person| whether(&words(self.seed, person, self.replication, outcome as u64))))
    }

    /// The outcomes of one person of a cell: a count for each outcome of the scheme, and 0 for an amount, which is added up over people.
    pub fn of(self, cell: &'a PeopleCell, person: u64) -> impl Iterator<Item = u32> + 'a {
        let Replication { scheme, assumptions, chances, effort, .. } = self;
        scheme.outcomes.iter().enumerate().map(move |(outcome, definition)| {
            let base = definition.base(outcome);
            let words = words(self.seed, person, self.replication, decision(scheme, base) as u64);
            let affected = match chances.own_level(base, cell.segment, effort) {
                None => {
                    let place = (person - cell.first_person) as usize;
                    u64::from(uniform(scheme, base, place, whether(&words))) < chances.threshold(base, cell.segment, effort)
                }
                Some(level) => {
                    let more = scheme.outcomes[base].sign() > 0;
                    let own = assumptions.individuals.as_ref().and_then(|file| file.in_cell(base, cell));
                    let risk = own.map_or(0, |risk| risk((person - cell.first_person) as usize));
                    happens(whether(&words), risk, level_number(level), more)
                }
            };
            match definition.kind {
                OutcomeKind::Amount { .. } => 0,
                _ if !affected => 0,
                OutcomeKind::Binary => 1,
                kind => extra(kind, assumptions.outcomes[outcome].now.at(self.area, cell.segment, CohortTime::FIRST), &words),
            }
        })
    }
}
