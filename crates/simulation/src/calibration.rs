//! What is forecast of one scheme, in the terms in which studies report what happened: how likely each risk is, and which way each
//! outcome moves.

use base::reader::{Reader, ScenarioDraw};
use base::scheme_files::SchemeFiles;
use contract::read;
use rayon::prelude::*;
use risks::{AgentType, CATALOGUE, StrategyKind, StrategyResults};

use crate::assumptions;
use crate::mixture::{Mixture, Ownership};
use crate::reference_strategies::CommonDraws;
use crate::search::Budget;
use crate::stress::{self, StressOptions};

/// A forecast, as shares of scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// For each risk of the catalogue, for the mixture of providers and for one that maximises profit.
    pub risks: Vec<[f64; 2]>,
    /// For each outcome, better and worse than today, for the mixture of providers and for one that maximises profit.
    pub outcomes: Vec<[Movement; 2]>,
    pub scenarios: usize,
}

/// The shares of scenarios in which an outcome is better and worse than today by more than [`MOVED`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    pub better: f64,
    pub worse: f64,
}

/// A change smaller than this share of today's count is none that a study could tell: an assumption.
pub const MOVED: f64 = 0.02;

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
        assumptions.provider.mixture = Mixture::drawn(owner, options.seed, number as u64);
        let draws =
            CommonDraws::build(&scheme, &assumptions, options.seed, options.replications as u64, Budget::QUICK.replications);
        Some(seen(&stress::quick_results(&scheme, &assumptions, &draws)))
    };
    let seen: Vec<Seen> = (0..options.scenarios).into_par_iter().filter_map(in_scenario).collect();
    let share = |of: &dyn Fn(&Seen) -> bool| seen.iter().filter(|seen| of(seen)).count() as f64 / seen.len().max(1) as f64;
    let outcomes = seen.first().map_or(0, |seen| seen.moved.len());
    Forecast {
        risks: (0..CATALOGUE.len()).map(|risk| [0, 1].map(|agent| share(&|seen| seen.present[risk][agent]))).collect(),
        outcomes: (0..outcomes)
            .map(|at| {
                [0, 1].map(|agent| Movement {
                    better: share(&|seen| seen.moved[at][agent] > MOVED),
                    worse: share(&|seen| seen.moved[at][agent] < -MOVED),
                })
            })
            .collect(),
        scenarios: seen.len(),
    }
}

const AGENTS: [AgentType; 2] = [AgentType::Mixture, AgentType::ProfitSeeking];

/// What one scenario shows.
struct Seen {
    present: Vec<[bool; 2]>,
    /// How much better than today, as a share of today's count.
    moved: Vec<[f64; 2]>,
}

fn seen(results: &StrategyResults) -> Seen {
    let moved = |at: usize, agent: AgentType| {
        let (Some(there), Some(now)) = (results.best_response(agent), results.get(StrategyKind::AsNow)) else { return 0.0 };
        results.outcomes[at].sign * (there.outcome(at) - now.outcome(at)) / now.outcome(at).max(1e-9)
    };
    Seen {
        present: CATALOGUE.iter().map(|risk| AGENTS.map(|agent| (risk.forecast)(results, agent).present)).collect(),
        moved: (0..results.outcomes.len()).map(|at| AGENTS.map(|agent| moved(at, agent))).collect(),
    }
}
