//! The person-by-person count: slow, plain, and the standard that rank evaluation must equal exactly.

use scheme::Scheme;
use scheme::terms::Kind;

use crate::draws::{extra, threshold, whether};
use crate::individuals::{happens, level_number};
use crate::people::{Chances, People};
use crate::philox::words;
use crate::world::World;

/// Counts each cell's outcomes in one replication by going through its people one by one: `counts[outcome][cell]`.
#[must_use]
pub fn count(
    scheme: &Scheme,
    world: &World,
    people: &People,
    chances: &Chances,
    effort: &[f64],
    seed: u64,
    replication: u64,
) -> Vec<Vec<u32>> {
    let mut counts = vec![vec![0; people.cells.len()]; scheme.outcomes.len()];
    for (at, cell) in people.cells.iter().enumerate() {
        for person in cell.first_person..cell.first_person + cell.people as u64 {
            for (outcome, definition) in scheme.outcomes.iter().enumerate() {
                let decision = match definition.kind {
                    Kind::Binary => outcome,
                    Kind::Frequency { of, .. } | Kind::Sustained { of, .. } => of,
                };
                let words = words(seed, person, replication, decision as u64);
                let affected = match chances.own_level(decision, cell.segment, effort) {
                    None => u64::from(whether(&words)) < threshold(chances.with(decision, cell.segment, effort)),
                    Some(level) => {
                        let more = scheme.outcomes[decision].sign() > 0;
                        let own = world.individuals.as_ref().and_then(|file| file.in_cell(decision, cell));
                        let risk = own.map_or(0, |risk| risk((person - cell.first_person) as usize));
                        happens(whether(&words), risk, level_number(level), more)
                    }
                };
                if affected {
                    counts[outcome][at] += match definition.kind {
                        Kind::Binary => 1,
                        kind => extra(kind, world.outcomes[outcome].now.at(people.area, cell.segment, 0), &words),
                    };
                }
            }
        }
    }
    counts
}
