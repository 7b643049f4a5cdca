//! What to expect of each outcome: how far a mixture of real kinds of provider moves it from today, over the scenarios.

use risks::{AgentType, NOTICED, StrategyKind, StrategyResults};

/// What one scenario shows of one outcome, for a mixture of providers or a kind of them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    /// For the better, in standard deviations between people; below zero for the worse.
    pub standardised: f64,
    /// For the better, in results for each person.
    pub each: f64,
}

impl Movement {
    /// How far an outcome is from today when providers do what one kind, or a mixture of them, does best. For the mixture, which is the
    /// forecast, help that was piloted does what can be expected of it at scale.
    #[must_use]
    pub fn of(results: &StrategyResults, outcome: usize, agent: AgentType) -> Movement {
        let at_scale = (agent == AgentType::Mixture).then(|| results.get(StrategyKind::MixtureAtScale)).flatten();
        let there = at_scale.or_else(|| results.best_response(agent));
        let (Some(there), Some(now)) = (there, results.get(StrategyKind::AsNow)) else {
            return Movement::default();
        };
        Movement { standardised: results.moved(outcome, there, now), each: results.better_each(outcome, there, now) }
    }
}

/// The shares of scenarios in which an outcome is better and worse than today, by more than [`NOTICED`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MovementShares {
    pub better: f64,
    pub worse: f64,
}

impl MovementShares {
    /// Over the movements of one outcome, one for each scenario; there is at least one.
    #[must_use]
    pub fn of(moves: &[Movement]) -> MovementShares {
        let share = |of: &dyn Fn(f64) -> bool| {
            moves.iter().filter(|moved| of(moved.standardised)).count() as f64 / moves.len().max(1) as f64
        };
        MovementShares { better: share(&|moved| moved > NOTICED), worse: share(&|moved| moved < -NOTICED) }
    }

    /// The share in which it is about the same.
    #[must_use]
    pub fn same(self) -> f64 {
        (1.0 - self.better - self.worse).max(0.0)
    }
}

/// An outcome over all scenarios.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeForecast {
    pub name: String,
    /// What an amount is counted in: "minutes"; `None` where results are counted.
    pub unit: Option<String>,
    /// Results for each person today, as stated.
    pub today: f64,
    pub shares: MovementShares,
    /// 5%, 50% and 95% of the scenarios, in results for each person, for the better.
    pub each: [f64; 3],
    /// The change that the contract intends, in results for each person, for the better, as stated.
    pub intended: f64,
}

impl OutcomeForecast {
    /// One for each outcome of `stated`, from the movements of every outcome in every scenario. Where no scenario was tried, the
    /// assumptions as stated are the only one.
    #[must_use]
    pub fn all(stated: &StrategyResults, scenarios: &[&[Movement]]) -> Vec<OutcomeForecast> {
        let (today, intended) = (stated.get(StrategyKind::AsNow), stated.get(StrategyKind::Intended));
        let one = |at: usize| {
            let mut moves: Vec<Movement> = scenarios.iter().map(|scenario| scenario[at]).collect();
            if moves.is_empty() {
                moves.push(Movement::of(stated, at, AgentType::Mixture));
            }
            let mut each: Vec<f64> = moves.iter().map(|moved| moved.each).collect();
            each.sort_by(f64::total_cmp);
            let quantile = |q: f64| each[((each.len() - 1) as f64 * q).round() as usize];
            OutcomeForecast {
                name: stated.outcomes[at].name.clone(),
                unit: stated.outcomes[at].amount.as_ref().map(|amount| amount.unit.clone()),
                today: today.map_or(0.0, |now| now.outcome(at)) / stated.people.max(1.0),
                shares: MovementShares::of(&moves),
                each: [quantile(0.05), quantile(0.5), quantile(0.95)],
                intended: intended.zip(today).map_or(0.0, |(intended, today)| stated.better_each(at, intended, today)),
            }
        };
        (0..stated.outcomes.len()).map(one).collect()
    }
}
