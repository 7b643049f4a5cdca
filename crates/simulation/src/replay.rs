//! Replay: every draw of one person in one replication, so that anyone can recompute it elsewhere.

use base::schedule::CohortTime;
use contract::Scheme;
use contract::terms::OutcomeKind;

use crate::assumptions::Assumptions;
use crate::draws::{drawn, extra, threshold, whether};
use crate::households::uniform;
use crate::individuals::{level_number, own_chance};
use crate::people::{Chances, people};
use crate::strategy::Strategy;

/// One person in one replication.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonReplay {
    pub person: u64,
    pub replication: u64,
    pub seed: u64,
    pub area: String,
    pub cohort: String,
    pub segment: String,
    pub decisions: Vec<Decision>,
}

/// One binary outcome and what is counted on top of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub outcome: String,
    /// The decision's number in the generator's counter.
    pub number: usize,
    pub words: [u64; 4],
    /// Upper 32 bits of the first word.
    pub uniform: u32,
    /// The chance as things are now, and without any help.
    pub chance_now: f64,
    pub chance_idle: f64,
    /// The uniform must be below these for it to happen.
    pub threshold_now: u64,
    pub threshold_idle: u64,
    pub happens_now: bool,
    pub happens_idle: bool,
    /// For each outcome on top: its name, and the count if the binary outcome happens.
    pub on_top: Vec<(String, u32)>,
}

/// Finds a person by number; the error says how many there are.
pub fn replay(
    scheme: &Scheme,
    assumptions: &Assumptions,
    seed: u64,
    person: u64,
    replication: u64,
) -> Result<PersonReplay, String> {
    let areas = people(scheme, assumptions);
    let last = areas.iter().flat_map(|area| &area.cells).map(|cell| cell.first_person + cell.people as u64 - 1).max();
    let found = areas.iter().find_map(|area| {
        let holds =
            |cell: &&crate::people::PeopleCell| (cell.first_person..cell.first_person + cell.people as u64).contains(&person);
        area.cells.iter().find(holds).map(|cell| (area, cell))
    });
    let Some((area, cell)) = found else {
        return Err(format!("there is no person {person}: people are numbered from 1 to {}", last.unwrap_or_default()));
    };
    let chances = Chances::of(scheme, assumptions, area);
    let efforts = [Strategy::as_now(&chances, area.segments).effort, Strategy::idle(&chances, area.segments).effort];
    let decisions = drawn(scheme, seed, person, replication).into_iter().map(|drawn| {
        let uniform = uniform(scheme, drawn.outcome, (person - cell.first_person) as usize, whether(&drawn.words));
        let alike = [chances.now(drawn.outcome, cell.segment), chances.without(drawn.outcome, cell.segment)];
        let alike = alike.map(|chance| chances.of_one(drawn.outcome, chance));
        let [now, idle] = [0, 1].map(|at| {
            let own = assumptions.individuals.as_ref().and_then(|file| file.in_cell(drawn.outcome, cell));
            own.zip(chances.own_level(drawn.outcome, cell.segment, &efforts[at])).map_or(alike[at], |(risk, level)| {
                let more = scheme.outcomes[drawn.outcome].sign() > 0;
                own_chance(risk((person - cell.first_person) as usize), level_number(level), more)
            })
        });
        let on_top = scheme.outcomes.iter().enumerate().filter_map(|(at, outcome)| match outcome.kind {
            OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } if of == drawn.outcome => {
                let parameter = assumptions.outcomes[at].now.at(area.area, cell.segment, CohortTime::FIRST);
                Some((outcome.name.clone(), extra(outcome.kind, parameter, &drawn.words)))
            }
            _ => None,
        });
        Decision {
            outcome: scheme.outcomes[drawn.outcome].name.clone(),
            number: drawn.outcome,
            words: drawn.words,
            uniform,
            chance_now: now,
            chance_idle: idle,
            threshold_now: threshold(now),
            threshold_idle: threshold(idle),
            happens_now: u64::from(uniform) < threshold(now),
            happens_idle: u64::from(uniform) < threshold(idle),
            on_top: on_top.collect(),
        }
    });
    Ok(PersonReplay {
        person,
        replication,
        seed,
        area: scheme.areas[area.area].clone(),
        cohort: scheme.cohorts[area.cohorts[cell.cohort]].name.clone(),
        segment: assumptions.segments[cell.segment].name.clone(),
        decisions: decisions.collect(),
    })
}
