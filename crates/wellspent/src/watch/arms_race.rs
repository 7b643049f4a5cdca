//! The arms race, before any record exists: a provider that knows the detectors plays its best response to them, the thresholds are set
//! anew at the same rate of false flags, and so on until nothing more changes. What gaming still pays and stays unseen, and which single
//! record would close most of it?
//!
//! This is the only place where detectors and simulation meet. Detectors see no more of a strategy than they would of records.

use std::path::PathBuf;

use contract::Scheme;
use risks::CATALOGUE;
use risks::detection::expected::{RecordKind, ShownConduct, chance_seen};
use risks::detection::watch::FALSE_FLAGS;
use simulation::assumptions::Assumptions;
use simulation::reference_strategies::{CommonDraws, intended, three_areas};
use simulation::search::{Budget, Freedom, Objective, best, payment_weights};
use simulation::shown_conduct::shown;
use simulation::strategy::{Arena, Strategy};
use simulation::stress::OnProgress;

pub use report::arms_race::{ArmsRace, GamingLeft, RecordWorth, WatchRound};

use crate::error::Error;
use crate::folder::{self, Reach, SchemeInputs};
use crate::progress::{Progress, stoppable};

/// What is played.
#[derive(Clone, Debug)]
pub struct ArmsRaceRequest {
    /// A scheme folder with assumptions, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// What a provider loses once a flag of it stands, as a share of what it would be paid as intended: an assumption.
    pub penalty: f64,
    /// What is recorded, beside what the contract itself measures.
    pub recorded: Vec<RecordKind>,
    /// The seed of every random draw.
    pub seed: u64,
}

/// The penalty where nothing else is said, and its range: assumptions.
pub const PENALTY: f64 = 0.2;
/// Rounds after which the race is stopped in any case.
const MOST_ROUNDS: usize = 8;
/// The race is over where a round changes the provider's gain by less than this share of its payments.
const CHANGES: f64 = 0.002;

/// Plays the race.
///
/// # Errors
/// The files cannot be read or have mistakes, the penalty is no share, or the progress stopped the run.
pub fn arms_race(request: &ArmsRaceRequest, progress: Progress<'_>) -> Result<ArmsRace, Error> {
    if !(0.0..=1e3).contains(&request.penalty) {
        return Err(Error::failed(
            "the penalty is below nothing, or more than 1,000 times the payments",
            "write a share of the payments, such as 20%",
        ));
    }
    let SchemeInputs { scheme, assumptions, .. } = folder::open_inputs(&request.scheme, request.reach)?;
    stoppable(progress, |step| race(request, &scheme, &assumptions, step))
}

fn race(request: &ArmsRaceRequest, scheme: &Scheme, assumptions: &Assumptions, step: OnProgress<'_>) -> ArmsRace {
    let draws = CommonDraws::build(scheme, assumptions, request.seed, 0, Budget::QUICK.replications);
    let [_, usual, _] = three_areas(&draws.people);
    let arena = draws.arena(scheme, assumptions, usual);
    let players = Players::of(&arena, request, scheme);
    let known = measured(scheme, &request.recorded);
    let even = players.even();
    step("playing the watch", 0.0);
    let unwatched = players.respond(&even, &[]);
    let (rounds, weights, left) = players.play(&known);
    let more: Vec<RecordKind> = RecordKind::ALL.into_iter().filter(|kind| !known.contains(kind)).collect();
    let worth = more.iter().enumerate().map(|(at, kind)| {
        step("one more record", (at + 1) as f64 / (more.len() + 1) as f64);
        let with: Vec<RecordKind> = known.iter().copied().chain([*kind]).collect();
        let (_, _, response) = players.play(&with);
        let flagged = players.left(&players.shown(&response.strategy), &players.even(), &with);
        let flagged = flagged.iter().filter(|left| left.is_beyond && left.seen >= 0.5).map(|left| left.risk).collect();
        RecordWorth { kind: *kind, gain: response.gain, flagged, people: arena.people.count() as f64 }
    });
    let mut worth: Vec<RecordWorth> = worth.collect();
    worth.sort_by(|a, b| a.gain.total_cmp(&b.gain));
    let conduct = players.shown(&left.strategy);
    let honest_seen = Players::any(&players.seen(&players.shown(&players.intended), &weights, &known));
    ArmsRace {
        scheme: scheme.name.clone(),
        area: scheme.areas.get(arena.people.area).cloned().unwrap_or_default(),
        areas: scheme.areas.len(),
        payments: players.payments,
        penalty: request.penalty,
        recorded: known.clone(),
        // What the last response would gain unseen is within reach of one whom nobody watches: a search may miss it.
        unwatched: unwatched.gain.max(left.gain + players.penalty * (left.seen - honest_seen)),
        rounds,
        gain: left.gain,
        seen: left.seen,
        honest_seen,
        left: players.left(&conduct, &weights, &known),
        served: conduct.segments.iter().filter(|segment| segment.served).map(|segment| segment.people).sum(),
        people: conduct.segments.iter().map(|segment| segment.people).sum(),
        help: conduct.segments.iter().map(|segment| segment.people * segment.help).sum(),
        intended_help: conduct.segments.iter().map(|segment| segment.people * segment.intended).sum(),
        worth,
    }
}

/// What is recorded, with what the contract measures in any case.
fn measured(scheme: &Scheme, recorded: &[RecordKind]) -> Vec<RecordKind> {
    let compared = scheme.outcomes.iter().any(|outcome| matches!(outcome.baseline, contract::terms::Baseline::Comparison { .. }));
    let audits = (0..scheme.outcomes.len()).any(|at| scheme.checked(at).is_some());
    let amounts = scheme.outcomes.iter().any(|outcome| outcome.reaches().is_some());
    let by_contract = [
        (RecordKind::Results, true),
        (RecordKind::ComparisonGroup, compared),
        (RecordKind::Audits, audits),
        (RecordKind::Amounts, amounts),
    ];
    let by_contract = by_contract.into_iter().filter(|(_, there)| *there).map(|(kind, _)| kind);
    let mut all: Vec<RecordKind> = recorded.iter().copied().chain(by_contract).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// The provider and the watch in one area.
struct Players<'a, 'b> {
    arena: &'b Arena<'a>,
    intended: Strategy,
    /// What the intended strategy leaves the provider with, in pounds.
    honest: f64,
    payments: f64,
    /// Pounds lost once a flag stands.
    penalty: f64,
    pay: Vec<Vec<f64>>,
    providers: f64,
    /// Positions in the catalogue of the risks of which strategies show something.
    risks: Vec<usize>,
}

/// A best response.
struct Response {
    strategy: Strategy,
    /// Pounds beyond what the intended strategy leaves the provider with, penalties of both included.
    gain: f64,
    /// The chance that a flag stands at the end.
    seen: f64,
}

impl<'a, 'b> Players<'a, 'b> {
    fn of(arena: &'b Arena<'a>, request: &ArmsRaceRequest, scheme: &Scheme) -> Players<'a, 'b> {
        let intended = intended(arena);
        let gains = arena.gains(std::slice::from_ref(&intended), arena.replications);
        let honest = arena.mean_own_gain(&gains[0], arena.cost(&intended));
        let payments = risks::mean(&gains[0].paid);
        let everything = shown(arena, &intended, &intended);
        let risks = (0..CATALOGUE.len()).filter(|at| !(CATALOGUE[*at].detector.expected)(&everything).is_empty()).collect();
        Players {
            arena,
            intended,
            honest,
            payments,
            penalty: request.penalty * payments.max(0.0),
            pay: payment_weights(arena),
            providers: scheme.providers.len().max(scheme.areas.len()).max(1) as f64,
            risks,
        }
    }

    fn even(&self) -> Vec<f64> {
        vec![1.0 / self.risks.len().max(1) as f64; self.risks.len()]
    }

    fn shown(&self, strategy: &Strategy) -> ShownConduct {
        shown(self.arena, strategy, &self.intended)
    }

    /// The chance that each risk is flagged by the end, where it has this weight among all.
    fn seen(&self, conduct: &ShownConduct, weights: &[f64], known: &[RecordKind]) -> Vec<f64> {
        let of = |(risk, weight): (&usize, &f64)| {
            // All weights together are one, so that the rate of false flags is the same whatever they are.
            let threshold = (self.providers / (FALSE_FLAGS * weight.max(1e-9))).ln();
            let signals = (CATALOGUE[*risk].detector.expected)(conduct);
            let there = signals.iter().filter(|signal| signal.needs.iter().all(|kind| known.contains(kind)));
            there.map(|signal| chance_seen(signal, threshold)).fold(0.0, f64::max)
        };
        self.risks.iter().zip(weights).map(of).collect()
    }

    fn any(seen: &[f64]) -> f64 {
        1.0 - seen.iter().map(|chance| 1.0 - chance).product::<f64>()
    }

    /// The provider's best response to a watch.
    fn respond(&self, weights: &[f64], known: &[RecordKind]) -> Response {
        let seen = |strategy: &Strategy| Self::any(&self.seen(&self.shown(strategy), weights, known));
        let loss = |strategy: &Strategy| self.penalty * seen(strategy);
        let found = best(self.arena, Objective::LessLoss(&loss), Budget::QUICK, &self.pay, Freedom::ALL);
        // Nobody is made to game: doing as intended is always among the choices.
        let honest = self.honest - loss(&self.intended);
        let (strategy, score) =
            if found.score > honest { (found.strategy, found.score) } else { (self.intended.clone(), honest) };
        // Beside doing as intended under the same watch, which may be flagged too.
        Response { seen: seen(&strategy), gain: score - honest, strategy }
    }

    /// Plays rounds until nothing changes. Gives them, the weights that leave the provider least, and its response to those.
    fn play(&self, known: &[RecordKind]) -> (Vec<WatchRound>, Vec<f64>, Response) {
        let mut weights = self.even();
        let mut response = self.respond(&weights, known);
        let mut rounds = vec![WatchRound { gain: response.gain, seen: response.seen }];
        let mut conducts = vec![self.shown(&response.strategy)];
        let (mut least, mut least_weights) = (response.gain, weights.clone());
        let mut left = Response { strategy: response.strategy.clone(), ..response };
        for _ in 1..MOST_ROUNDS {
            weights = self.tuned(&conducts, known);
            let before = rounds.last().map_or(0.0, |round| round.gain);
            response = self.respond(&weights, known);
            rounds.push(WatchRound { gain: response.gain, seen: response.seen });
            conducts.push(self.shown(&response.strategy));
            let change = (response.gain - before).abs();
            if response.gain < least {
                (least, least_weights) = (response.gain, weights.clone());
                left = Response { strategy: response.strategy.clone(), ..response };
            }
            if change < CHANGES * self.payments.abs().max(1.0) {
                break;
            }
        }
        (rounds, least_weights, left)
    }

    /// Weights that see most of all that was played so far, by exponentiated gradient steps.
    fn tuned(&self, conducts: &[ShownConduct], known: &[RecordKind]) -> Vec<f64> {
        const STEPS: usize = 40;
        const NUDGE: f64 = 1e-3;
        let mean_seen = |weights: &[f64]| -> f64 {
            conducts.iter().map(|conduct| Self::any(&self.seen(conduct, weights, known))).sum::<f64>() / conducts.len() as f64
        };
        let normal = |weights: Vec<f64>| -> Vec<f64> {
            // No risk is ever left unwatched.
            let held: Vec<f64> = weights.into_iter().map(|weight| weight.max(1e-3)).collect();
            let sum: f64 = held.iter().sum();
            held.into_iter().map(|weight| weight / sum).collect()
        };
        let mut weights = self.even();
        for _ in 0..STEPS {
            let now = mean_seen(&weights);
            let slopes: Vec<f64> = (0..weights.len())
                .map(|at| {
                    let mut nudged = weights.clone();
                    nudged[at] += NUDGE;
                    (mean_seen(&normal(nudged)) - now) / NUDGE
                })
                .collect();
            let largest = slopes.iter().map(|slope| slope.abs()).fold(0.0, f64::max);
            // Where nothing can be seen, no threshold is better than another.
            if largest < 1e-6 {
                break;
            }
            weights = normal(weights.iter().zip(&slopes).map(|(weight, slope)| weight * (0.3 * slope / largest).exp()).collect());
        }
        weights
    }

    /// The gaming that is left, risk by risk.
    fn left(&self, conduct: &ShownConduct, weights: &[f64], known: &[RecordKind]) -> Vec<GamingLeft> {
        let seen = self.seen(conduct, weights, known);
        let of = |((risk, chance), weight): ((&usize, f64), &f64)| {
            let signals = (CATALOGUE[*risk].detector.expected)(conduct);
            let is_beyond = signals.iter().any(|signal| signal.estimate > 0.0);
            let missing = signals.iter().filter(|signal| signal.estimate > 0.0).flat_map(|signal| signal.needs).copied();
            let mut missing: Vec<RecordKind> = missing.filter(|kind| !known.contains(kind)).collect();
            missing.sort_unstable();
            missing.dedup();
            GamingLeft { risk: CATALOGUE[*risk].id, is_beyond, seen: chance, weight: *weight, missing }
        };
        self.risks.iter().zip(seen).zip(weights).map(of).collect()
    }
}
