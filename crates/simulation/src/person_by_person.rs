//! The person-by-person count. It is slow and simple, and rank evaluation must equal it exactly.

use contract::Scheme;
use contract::terms::OutcomeKind;

use crate::assumptions::Assumptions;
use crate::draws::{extra, threshold, whether};
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
) -> Vec<Vec<u32>> {
    let mut counts = vec![vec![0; people.cells.len()]; scheme.outcomes.len()];
    let replication = Replication { scheme, assumptions, area: people.area, chances, effort, seed, replication };
    for (at, cell) in people.cells.iter().enumerate() {
        for person in cell.first_person..cell.first_person + cell.people as u64 {
            for (outcome, count) in replication.of(cell, person).enumerate() {
                counts[outcome][at] += count;
            }
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
    /// The outcomes of one person of a cell: a count for each outcome of the scheme.
    pub fn of(self, cell: &'a PeopleCell, person: u64) -> impl Iterator<Item = u32> + 'a {
        let Replication { scheme, assumptions, chances, effort, .. } = self;
        scheme.outcomes.iter().enumerate().map(move |(outcome, definition)| {
            let decision = definition.base(outcome);
            let words = words(self.seed, person, self.replication, decision as u64);
            let affected = match chances.own_level(decision, cell.segment, effort) {
                None => u64::from(whether(&words)) < threshold(chances.with(decision, cell.segment, effort)),
                Some(level) => {
                    let more = scheme.outcomes[decision].sign() > 0;
                    let own = assumptions.individuals.as_ref().and_then(|file| file.in_cell(decision, cell));
                    let risk = own.map_or(0, |risk| risk((person - cell.first_person) as usize));
                    happens(whether(&words), risk, level_number(level), more)
                }
            };
            match definition.kind {
                _ if !affected => 0,
                OutcomeKind::Binary => 1,
                kind => extra(kind, assumptions.outcomes[outcome].now.at(self.area, cell.segment, CohortTime::FIRST), &words),
            }
        })
    }
}
