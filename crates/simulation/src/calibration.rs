//! What is forecast of one scheme, in the terms in which studies report what happened: how likely each risk is, and which way each
//! outcome moves.

use base::reader::{Reader, ScenarioDraw};
use base::scheme_files::SchemeFiles;
use contract::read;
use rayon::prelude::*;
use risks::{AgentType, CATALOGUE, StrategyResults};

use crate::assumptions;
use crate::expected_outcomes::{Movement, MovementShares};
use crate::mixture::Ownership;
use crate::reference_strategies::{CommonDraws, StrategySet};
use crate::search::Budget;
use crate::stress::{self, StressOptions};

/// A forecast, as shares of scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// For each risk of the catalogue, for the mixture of providers and for one that maximises profit.
    pub risks: Vec<[f64; 2]>,
    /// For each outcome, better and worse than today, for the mixture of providers and for one that maximises profit.
    pub outcomes: Vec<[MovementShares; 2]>,
    pub scenarios: usize,
}

/// The forecast of a scheme.
#[must_use]
pub fn forecast(opened: &SchemeFiles, ownership: Option<Ownership>, options: StressOptions) -> Forecast {
    let (uncertain_numbers, _) = stress::uncertain_numbers(opened);
    let in_scenario = |number: usize| {
        let picks: ScenarioDraw = stress::picks(&uncertain_numbers, number, options.seed);
        let reader = Reader::new(opened, &picks);
        let scheme = read::scheme(&reader)?;
        let mut assumptions = assumptions::read(&reader, &scheme)?;
        let owner = ownership.or(assumptions.provider.ownership);
        assumptions.provider.ownership = owner;
        assumptions.draw_scenario(options.seed, number as u64);
        let draws =
            CommonDraws::build(&scheme, &assumptions, options.seed, options.replications as u64, Budget::QUICK.replications);
        Some(seen(&stress::quick_results(&scheme, &assumptions, &draws, StrategySet::Forecast)))
    };
    let seen: Vec<Seen> = (0..options.scenarios).into_par_iter().filter_map(in_scenario).collect();
    let share = |of: &dyn Fn(&Seen) -> bool| seen.iter().filter(|seen| of(seen)).count() as f64 / seen.len().max(1) as f64;
    let outcomes = seen.first().map_or(0, |seen| seen.moved.len());
    let moves = |at: usize, agent: usize| -> Vec<Movement> { seen.iter().map(|seen| seen.moved[at][agent]).collect() };
    Forecast {
        risks: (0..CATALOGUE.len()).map(|risk| [0, 1].map(|agent| share(&|seen| seen.present[risk][agent]))).collect(),
        outcomes: (0..outcomes).map(|at| [0, 1].map(|agent| MovementShares::of(&moves(at, agent)))).collect(),
        scenarios: seen.len(),
    }
}

const AGENTS: [AgentType; 2] = [AgentType::Mixture, AgentType::ProfitSeeking];

/// What one scenario shows.
struct Seen {
    present: Vec<[bool; 2]>,
    moved: Vec<[Movement; 2]>,
}

fn seen(results: &StrategyResults) -> Seen {
    Seen {
        present: CATALOGUE.iter().map(|risk| AGENTS.map(|agent| (risk.forecast)(results, agent).present)).collect(),
        moved: (0..results.outcomes.len()).map(|at| AGENTS.map(|agent| Movement::of(results, at, agent))).collect(),
    }
}
