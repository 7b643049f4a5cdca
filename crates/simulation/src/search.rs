//! The search for a best response, in the four steps of the section "How the best response is found" in `docs/method.md`:
//!
//! 1. The exact shape. Whatever a contract counts, effort is spread over segments so that the last pound buys the same weighted
//!    improvement in each. One number is left to search: how much to spend in all.
//! 2. A screen of Owen-scrambled Sobol points, in case the payment rule rewards some other shape.
//! 3. A polish by Nelder and Mead's method from the best two.
//! 4. A sweep along every coordinate, no effort included, and over whom to serve: every set of segments where there are few, and
//!    every exchange of two where there are many. The last sweep finds nothing better. Its largest gain, with its error, is the *regret* that is reported.
//!
//! Every candidate is tried on common random numbers.

use std::f64::consts::LN_2;

use contract::price::Paid;
use contract::tally::Tally;

use crate::strategy::{Arena, Reporting, Strategy};

/// How hard to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    pub replications: usize,
    /// Points along each path.
    pub path: usize,
    pub sobol: u32,
    /// Steps of Nelder and Mead's method from each start.
    pub polish: usize,
    pub sweeps: usize,
    /// Deviations of a sweep that are tried on all replications, after a test of all of them on a quarter; 0 tries them all.
    pub sift: usize,
    /// Sizes at which an effort is tried, as shares of what buys half of an effect, and as multiples of itself.
    pub sizes: &'static [f64],
    pub multiples: &'static [f64],
}

impl Budget {
    /// For the assumptions as stated.
    pub const FULL: Budget = Budget {
        replications: 100,
        path: 40,
        sobol: 64,
        polish: 80,
        sweeps: 4,
        sift: 0,
        sizes: &[0.0, 0.15, 0.4, 0.7, 1.0, 1.5, 2.2, 3.2, 5.0],
        multiples: &[0.85, 0.94, 0.98, 1.02, 1.06, 1.15],
    };
    /// For one of many scenarios or fixes.
    pub const QUICK: Budget = Budget {
        replications: 48,
        path: 24,
        sobol: 0,
        polish: 0,
        sweeps: 2,
        sift: 12,
        sizes: &[0.0, 0.4, 1.0, 2.2, 4.0],
        multiples: &[0.9, 1.1],
    };
}

/// What a strategy is judged by.
#[derive(Clone, Copy)]
pub enum Objective<'a> {
    /// What the provider itself is left with.
    Profit,
    /// Mean profit less so many pounds for each pound of its standard deviation.
    Cautious(f64),
    /// Profit plus this share of the value of outcomes to the public.
    Mission(f64),
    /// Profit less what the provider expects to lose by a strategy in another way, in pounds: by being found out.
    LessLoss(&'a (dyn Fn(&Strategy) -> f64 + Sync)),
}

/// What a provider may do besides choosing its effort, where rules and assumptions allow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Freedom {
    /// Turn people away, or let them drop out before they count.
    pub intake: bool,
    /// Report falsely.
    pub reporting: bool,
}

impl Freedom {
    pub const ALL: Freedom = Freedom { intake: true, reporting: true };
}

/// The best strategy found.
#[derive(Clone, Debug)]
pub struct Best {
    pub strategy: Strategy,
    pub score: f64,
    /// The largest gain that the last sweep found, in pounds, and its Monte Carlo error; not below zero.
    pub regret: f64,
    pub regret_error: f64,
    /// Strategies tried.
    pub tried: usize,
}

/// One candidate with its payments.
#[derive(Clone, Debug)]
struct TriedStrategy {
    strategy: Strategy,
    profits: Vec<f64>,
    score: f64,
}

/// Weights of a good result by outcome (position in the scheme) and segment: what one more of a binary outcome, or one unit of an amount, is
/// worth to the provider or the public. What is counted on top of an outcome weighs through that.
pub type Weights = Vec<Vec<f64>>;

/// The strategy that spreads effort so that the last pound buys the same weighted improvement everywhere, at a price of
/// `price` for each unit of weight: e = h/ln 2 · ln(price · A · ln 2 / h), or nothing where that is below zero. With price 1
/// and weights in pounds it is the exact best response to a linear tariff.
#[must_use]
pub fn along(arena: &Arena<'_>, weights: &Weights, price: f64, taken: &[bool]) -> Strategy {
    let segments = arena.people.segments;
    let mut effort = vec![0.0; arena.chances.helps.len() * segments];
    for (help, effects) in arena.chances.helps.iter().enumerate() {
        for segment in 0..segments {
            let reach = weighted_reach(arena, weights, help, segment);
            let half = effects[segment].half_cost;
            let marginal = price * reach * LN_2 / half;
            if marginal > 1.0 && taken[segment] {
                effort[help * segments + segment] = half / LN_2 * marginal.ln();
            }
        }
    }
    Strategy::of(effort, taken.to_vec())
}

fn weighted_reach(arena: &Arena<'_>, weights: &Weights, help: usize, segment: usize) -> f64 {
    let weighs = weights.iter().enumerate().filter(|(_, weights)| weights[segment] != 0.0);
    weighs.map(|(outcome, weights)| weights[segment] * arena.chances.reach(outcome, help, segment)).sum()
}

/// The lowest price at which any effort pays, and the price at which every effort is nearly all that money can buy.
fn price_range(arena: &Arena<'_>, weights: &Weights) -> Option<(f64, f64)> {
    let mut range: Option<(f64, f64)> = None;
    for (help, effects) in arena.chances.helps.iter().enumerate() {
        for (segment, effect) in effects.iter().enumerate() {
            let reach = weighted_reach(arena, weights, help, segment);
            if reach > 0.0 {
                let corner = effect.half_cost / (reach * LN_2);
                let (low, high) = range.unwrap_or((corner, corner));
                range = Some((low.min(corner), high.max(corner)));
            }
        }
    }
    range.map(|(low, high)| (low, high * 64.0))
}

/// Strategies at even steps along a path, from where effort starts to where it has bought nearly everything.
#[must_use]
pub fn path(arena: &Arena<'_>, weights: &Weights, steps: usize, taken: &[bool]) -> Vec<Strategy> {
    let Some((low, high)) = price_range(arena, weights) else { return Vec::new() };
    let ratio = (high / low).powf(1.0 / (steps.max(2) - 1) as f64);
    (0..steps).map(|step| along(arena, weights, low * ratio.powi(step as i32), taken)).collect()
}

/// The point of a path at which a rising measure reaches a target; the far end when it never does.
pub fn reaching(
    arena: &Arena<'_>,
    weights: &Weights,
    taken: &[bool],
    target: f64,
    measure: impl Fn(&Strategy) -> f64,
) -> Strategy {
    let Some((low, high)) = price_range(arena, weights) else { return Strategy::idle(&arena.chances, taken.len()) };
    let (mut low, mut high) = ((low * 0.5).ln(), (high * 16.0).ln());
    for _ in 0..60 {
        let middle = (low + high) / 2.0;
        if measure(&along(arena, weights, middle.exp(), taken)) < target { low = middle } else { high = middle }
    }
    along(arena, weights, high.exp(), taken)
}

/// What one more good result is worth to the public, in pounds.
#[must_use]
pub fn public_weights(arena: &Arena<'_>) -> Weights {
    weights_from(arena, |outcome| arena.assumptions.outcomes[outcome].value)
}

/// One for each good result of a binary outcome, nothing for the others.
#[must_use]
pub fn count_weights(arena: &Arena<'_>, only: usize) -> Weights {
    let segments = arena.people.segments;
    (0..arena.scheme.outcomes.len()).map(|at| vec![if at == only { 1.0 } else { 0.0 }; segments]).collect()
}

/// Carries weights of outcomes that are counted on top of a binary one over to it.
fn weights_from(arena: &Arena<'_>, worth: impl Fn(usize) -> f64) -> Weights {
    let segments = arena.people.segments;
    let mut weights = vec![vec![0.0; segments]; arena.scheme.outcomes.len()];
    for (at, outcome) in arena.scheme.outcomes.iter().enumerate() {
        let base = outcome.base(at);
        // Help betters the base outcome; whether that is good for this one depends on which way each runs.
        let together = (outcome.sign() * arena.scheme.outcomes[base].sign()) as f64;
        for segment in 0..segments {
            weights[base][segment] += together * worth(at) * arena.chances.each[at][segment];
        }
    }
    weights
}

/// What the scheme pays for one more good result in each segment once its gates are open: the difference that three
/// percentage points make on top of a result far better than expected. Where that is nothing (a lump sum past its gate),
/// every result weighs the same: the lump spread over the smallest improvement that earns it.
/// `None` where no result within reach earns anything.
#[must_use]
pub fn earned_weights(arena: &Arena<'_>) -> Option<Weights> {
    let mut paid = Paid::<f64>::default();
    for far in [0.12, 0.05, 0.0] {
        let weights = weights_from_there(arena, far, &mut paid);
        if weights.iter().flatten().any(|weight| *weight > 1e-6) {
            return Some(weights);
        }
    }
    let total = |better: f64, paid: &mut Paid<f64>| arena.gain(&arena.expected_tally(|_, _| better), paid);
    const STEP: f64 = 0.0025;
    // From just below today: a lump sum may turn on exactly today's result.
    let now = total(-STEP, &mut paid);
    let first = (0..=120).map(|step| f64::from(step) * STEP).find_map(|better| {
        let earns = total(better, &mut paid) - now;
        (earns > 0.5).then(|| earns / (better.max(STEP) * arena.people.count().max(1) as f64))
    });
    first.map(|each| equal_weights(arena, each))
}

/// The same for a search, which has to look somewhere: where no result earns anything, each weighs a pound.
#[must_use]
pub fn payment_weights(arena: &Arena<'_>) -> Weights {
    earned_weights(arena).unwrap_or_else(|| equal_weights(arena, 1.0))
}

/// Every good result of a binary outcome weighs the same.
pub(crate) fn equal_weights(arena: &Arena<'_>, each: f64) -> Weights {
    weights_from(arena, |outcome| if arena.scheme.outcomes[outcome].is_binary() { each } else { 0.0 })
}

/// What one more good result brings in each segment when every binary outcome is better than today by `far`, in proportion of
/// people. Results are added in whole people, so that a price is the same however few there are.
fn weights_from_there(arena: &Arena<'_>, far: f64, paid: &mut Paid<f64>) -> Weights {
    let segments = arena.people.segments;
    let mut weights = vec![vec![0.0; segments]; arena.scheme.outcomes.len()];
    // Nothing gets better than no bad result at all: a rare one leaves less room for both steps.
    let from = arena.expected_tally(|outcome, segment| (0.8 * arena.room(outcome, segment)).min(far));
    let mut pay = |tally: &Tally| arena.gain(tally, paid);
    // A gate may turn on exactly today's results, so from there a step is taken both ways.
    let sides: [i64; 2] = if far == 0.0 { [-1, 1] } else { [0, 1] };
    for (at, outcome) in arena.scheme.outcomes.iter().enumerate() {
        let base = outcome.base(at);
        let better = arena.scheme.outcomes[base].sign();
        for segment in 0..segments {
            let step = (arena.room(base, segment) / 5.0).min(0.03);
            let (each, scale) = (arena.chances.each[at][segment], arena.chances.scale(base, segment));
            let [(fewer, before), (more, after)] = sides.map(|side| {
                let mut tally = from.clone();
                let more = |people: f64| side * better * ((people * step * each * scale).round() as i64).max(1);
                (arena.add_results(&mut tally, at, segment, more), pay(&tally))
            });
            let added = more - fewer;
            if added != 0 && step > 0.0 && each > 0.0 {
                // For each person with the binary outcome: what is counted on top of it moves by so much more.
                weights[base][segment] += each * (after - before) / (better * added) as f64;
            }
        }
    }
    weights.iter_mut().flatten().for_each(|weight| *weight = weight.max(0.0));
    weights
}

/// In pounds.
const A_PENNY: f64 = 0.01;

/// Searches for the best strategy.
#[must_use]
pub fn best(arena: &Arena<'_>, objective: Objective<'_>, budget: Budget, pay: &Weights, freedom: Freedom) -> Best {
    let segments = arena.people.segments;
    let everyone = vec![true; segments];
    let mut search = Search { arena, objective, replications: budget.replications.min(arena.replications), tried: 0 };
    let mut candidates = vec![Strategy::idle(&arena.chances, segments), Strategy::as_now(&arena.chances, segments)];
    // Exact where only results beyond open gates count.
    candidates.push(along(arena, pay, 1.0, &everyone));
    candidates.extend(path(arena, pay, budget.path, &everyone));
    candidates.extend(path(arena, &public_weights(arena), budget.path / 2, &everyone));
    let mut pool = search.try_all(candidates);
    let idle = pool[0].clone();
    if budget.sobol > 0 {
        let found = screen(&mut search, budget.sobol, &everyone);
        pool.extend(found);
    }
    pool.sort_by(|a, b| b.score.total_cmp(&a.score));
    pool.truncate(2);
    if budget.polish > 0 {
        let polished: Vec<TriedStrategy> = pool.iter().map(|start| nelder_mead(&mut search, start, budget.polish)).collect();
        pool.extend(polished);
        pool.sort_by(|a, b| b.score.total_cmp(&a.score));
    }
    let mut at = pool.swap_remove(0);
    let (mut regret, mut regret_error) = (f64::INFINITY, 0.0);
    for _ in 0..budget.sweeps.max(1) {
        let neighbours = neighbours(arena, &at.strategy, freedom, pay, budget);
        let mut tried = search.try_best(neighbours, budget.sift);
        let together = intake_together(&at, &tried);
        tried.extend(search.try_all(together));
        let Some(found) = tried.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)) else { break };
        let gain = found.score - at.score;
        let differences: Vec<f64> = found.profits.iter().zip(&at.profits).map(|(a, b)| a - b).collect();
        regret = gain.max(0.0);
        regret_error = spread(&differences) / (differences.len().max(1) as f64).sqrt();
        if gain <= 1e-9 {
            break;
        }
        at = found;
    }
    // Costs are certified in whole pence. Where all of a surplus goes back, what is left of it is rounding, and no reason to do anything.
    if arena.scheme.costs_decide_payments() && at.score - idle.score < A_PENNY * arena.people.cohorts.len() as f64 {
        at = idle;
    }
    Best { score: at.score, strategy: at.strategy, regret, regret_error, tried: search.tried }
}

struct Search<'a, 'b> {
    arena: &'b Arena<'a>,
    objective: Objective<'b>,
    replications: usize,
    tried: usize,
}

impl Search<'_, '_> {
    fn try_all(&mut self, strategies: Vec<Strategy>) -> Vec<TriedStrategy> {
        self.try_on(strategies, self.replications)
    }

    /// The best so many by a quarter of the replications, tried on all of them. On the same random numbers what is far behind
    /// on a few is behind on all.
    fn try_best(&mut self, strategies: Vec<Strategy>, best: usize) -> Vec<TriedStrategy> {
        if best == 0 || strategies.len() <= best {
            return self.try_all(strategies);
        }
        let mut tried = self.try_on(strategies, (self.replications / 4).max(1));
        tried.sort_by(|a, b| b.score.total_cmp(&a.score));
        tried.truncate(best);
        self.try_on_the_rest(tried)
    }

    /// Strategies that were tried on the first few replications, tried on the others as well.
    fn try_on_the_rest(&mut self, mut tried: Vec<TriedStrategy>) -> Vec<TriedStrategy> {
        self.tried += tried.len();
        let from = tried.first().map_or(0, |tried| tried.profits.len());
        let strategies: Vec<Strategy> = tried.iter().map(|tried| tried.strategy.clone()).collect();
        let gains = self.arena.gains_in(&strategies, from..self.replications);
        for (tried, gains) in tried.iter_mut().zip(gains) {
            tried.profits.extend(self.arena.own_gains(&gains, self.arena.cost(&tried.strategy)));
            tried.score = self.score(&tried.strategy, &tried.profits);
        }
        tried
    }

    fn try_on(&mut self, strategies: Vec<Strategy>, replications: usize) -> Vec<TriedStrategy> {
        self.tried += strategies.len();
        let gains = self.arena.gains(&strategies, replications);
        strategies
            .into_iter()
            .zip(gains)
            .map(|(strategy, gains)| {
                let profits: Vec<f64> = self.arena.own_gains(&gains, self.arena.cost(&strategy)).collect();
                let score = self.score(&strategy, &profits);
                TriedStrategy { strategy, profits, score }
            })
            .collect()
    }

    fn score(&self, strategy: &Strategy, profits: &[f64]) -> f64 {
        let mean = profits.iter().sum::<f64>() / profits.len().max(1) as f64;
        match self.objective {
            Objective::Profit => mean,
            Objective::Cautious(weight) => mean - weight * spread(profits),
            Objective::Mission(weight) => mean + weight * self.arena.value(strategy),
            Objective::LessLoss(loss) => mean - loss(strategy),
        }
    }
}

fn spread(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n.max(1.0);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0)).sqrt()
}

/// Sobol points over all efforts on a quarter of the replications; the best eighth goes on to all of them.
fn screen(search: &mut Search<'_, '_>, points: u32, everyone: &[bool]) -> Vec<TriedStrategy> {
    let arena = search.arena;
    let half: Vec<f64> = arena.chances.helps.iter().flatten().map(|effect| effect.half_cost).collect();
    let strategies = (0..points).map(|point| {
        let effort = half.iter().enumerate().map(|(dimension, half)| {
            let u = f64::from(sobol_burley::sample(point, dimension as u32 % 256, 7));
            // Even in what is bought, not in what is spent: from zero to 99%.
            -(1.0 - 0.99 * u).ln() / LN_2 * half
        });
        Strategy::of(effort.collect(), everyone.to_vec())
    });
    let mut tried = search.try_on(strategies.collect(), (search.replications / 4).max(1));
    tried.sort_by(|a, b| b.score.total_cmp(&a.score));
    tried.truncate(points as usize / 8);
    search.try_on_the_rest(tried)
}

/// Nelder and Mead's simplex method on the efforts, kept at or above zero.
fn nelder_mead(search: &mut Search<'_, '_>, start: &TriedStrategy, steps: usize) -> TriedStrategy {
    let dimensions = start.strategy.effort.len();
    let arena = search.arena;
    let half: Vec<f64> = arena.chances.helps.iter().flatten().map(|effect| effect.half_cost).collect();
    let with = |effort: Vec<f64>| Strategy { effort, ..start.strategy.clone() };
    let mut corners = vec![start.clone()];
    let shifted = (0..dimensions).map(|at| {
        let mut effort = start.strategy.effort.clone();
        effort[at] += 0.3 * half[at];
        with(effort)
    });
    corners.extend(search.try_all(shifted.collect()));
    let move_to = |centre: &[f64], from: &[f64], factor: f64| -> Vec<f64> {
        centre.iter().zip(from).map(|(c, f)| (c + factor * (c - f)).max(0.0)).collect()
    };
    let mut try_one = |effort: Vec<f64>| search.try_all(vec![with(effort)]).swap_remove(0);
    for _ in 0..steps {
        corners.sort_by(|a, b| b.score.total_cmp(&a.score));
        let worst = &corners[dimensions];
        if corners[0].score - worst.score < 1e-6 * corners[0].score.abs().max(1.0) {
            break;
        }
        let centre: Vec<f64> = (0..dimensions)
            .map(|at| corners[..dimensions].iter().map(|corner| corner.strategy.effort[at]).sum::<f64>() / dimensions as f64)
            .collect();
        let reflected = try_one(move_to(&centre, &worst.strategy.effort, 1.0));
        let replacement = if reflected.score > corners[0].score {
            let expanded = try_one(move_to(&centre, &worst.strategy.effort, 2.0));
            if expanded.score > reflected.score { expanded } else { reflected }
        } else if reflected.score > corners[dimensions - 1].score {
            reflected
        } else {
            let contracted = try_one(move_to(&centre, &worst.strategy.effort, -0.5));
            if contracted.score <= worst.score {
                let best = corners[0].strategy.effort.clone();
                for corner in &mut corners[1..] {
                    let effort = corner.strategy.effort.iter().zip(&best).map(|(a, b)| (a + b) / 2.0).collect();
                    *corner = try_one(effort);
                }
                continue;
            }
            contracted
        };
        corners[dimensions] = replacement;
    }
    corners.into_iter().max_by(|a, b| a.score.total_cmp(&b.score)).unwrap_or_else(|| start.clone())
}

/// The changes of intake that pay one by one, made together: the best two, the best three and so on. One segment a sweep would
/// leave most unturned where there are many.
fn intake_together(at: &TriedStrategy, tried: &[TriedStrategy]) -> Vec<Strategy> {
    let changed = |other: &TriedStrategy| -> Option<usize> {
        let mut differ =
            (0..at.strategy.taken.len()).filter(|&segment| other.strategy.taken[segment] != at.strategy.taken[segment]);
        let all_else = other.strategy.effort == at.strategy.effort && other.strategy.reporting == at.strategy.reporting;
        let first = differ.next().filter(|_| other.score > at.score && all_else)?;
        differ.next().is_none().then_some(first)
    };
    let mut paying: Vec<(f64, usize)> = tried.iter().filter_map(|other| Some((other.score, changed(other)?))).collect();
    paying.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut strategy = at.strategy.clone();
    let changed = paying.into_iter().map(|(_, segment)| {
        strategy.taken[segment] = !strategy.taken[segment];
        strategy.clone()
    });
    changed.skip(1).filter(|strategy| strategy.taken.iter().any(|taken| *taken)).collect()
}

/// Deviations of one decision at a time: each effort to nothing, to today's, and to shares and multiples; each segment taken
/// or turned away where that is free; and, from there, the paths again.
fn neighbours(arena: &Arena<'_>, from: &Strategy, freedom: Freedom, pay: &Weights, budget: Budget) -> Vec<Strategy> {
    let mut out = Vec::new();
    let effects: Vec<_> = arena.chances.helps.iter().flatten().collect();
    for (at, effect) in effects.iter().enumerate() {
        let now = from.effort[at];
        let values = budget.sizes.iter().map(|share| share * effect.half_cost);
        for value in values.chain(budget.multiples.iter().map(|share| share * now)).chain([effect.spent_now]) {
            if (value - now).abs() > 1e-9 {
                let mut effort = from.effort.clone();
                effort[at] = value;
                out.push(Strategy { effort, ..from.clone() });
            }
        }
    }
    // Behind a gate two efforts may pay together that do not pay one by one.
    if effects.len() <= MOST_IN_PAIRS {
        for (one, first) in effects.iter().enumerate() {
            for (other, second) in effects.iter().enumerate().skip(one + 1) {
                for (a, b) in budget.sizes.iter().flat_map(|a| budget.sizes.iter().map(move |b| (a, b))) {
                    let mut effort = from.effort.clone();
                    (effort[one], effort[other]) = (a * first.half_cost, b * second.half_cost);
                    out.push(Strategy { effort, ..from.clone() });
                }
            }
        }
    }
    // All efforts together, a little more or less.
    for share in budget.multiples {
        out.push(Strategy { effort: from.effort.iter().map(|effort| effort * share).collect(), ..from.clone() });
    }
    if freedom.intake {
        let intakes = other_intakes(arena, &from.taken);
        // A gate is met at a narrow stretch of a path, so paths are fine where there are few.
        let steps = if intakes.len() <= FEW_INTAKES { budget.path } else { budget.path / 4 };
        for taken in intakes {
            out.push(Strategy { taken: taken.clone(), ..from.clone() });
            // Exact where only results beyond open gates count.
            let (reporting, brought_over) = (from.reporting.clone(), from.brought_over.clone());
            out.push(Strategy { reporting, brought_over, ..along(arena, pay, 1.0, &taken) });
            out.extend(path(arena, pay, steps, &taken));
            out.push(Strategy { effort: vec![0.0; from.effort.len()], taken, ..from.clone() });
        }
    }
    if freedom.reporting {
        out.extend(other_reports(arena, from, pay));
    }
    out.extend(other_bunching(arena, from));
    out
}

/// Shares of the most that can be done, and of what is done, at which something besides help is tried.
const OF_MOST: [f64; 7] = [0.0, 0.05, 0.15, 0.3, 0.5, 0.75, 1.0];
const OF_SELF: [f64; 6] = [0.8, 0.93, 0.98, 1.02, 1.07, 1.25];

/// Other shares of those just short of a level to bring over it.
fn other_bunching(arena: &Arena<'_>, from: &Strategy) -> Vec<Strategy> {
    let mut out = Vec::new();
    for (at, bunching) in (0..arena.scheme.outcomes.len()).filter_map(|at| Some((at, arena.bunching(at)?))) {
        let mut brought_over = from.brought_over.clone();
        brought_over.resize(arena.scheme.outcomes.len(), 0.0);
        let (now, most) = (brought_over[at], bunching.rising.at_most);
        for share in OF_MOST.map(|share| share * most).into_iter().chain(OF_SELF.map(|share| share * now)) {
            brought_over[at] = share.clamp(0.0, most);
            out.push(Strategy { brought_over: brought_over.clone(), ..from.clone() });
        }
    }
    out
}

/// With up to so many sets of people to serve, the path of efforts for each is as fine as for everyone.
const FEW_INTAKES: usize = 16;

/// With up to so many efforts, every two are moved together as well.
const MOST_IN_PAIRS: usize = 4;

/// With up to so many segments that may be left, every set of people to serve is tried; with more, one segment is taken or left at a
/// time, or exchanged for another.
const MOST_IN_ALL_SETS: usize = 6;

/// Other sets of people to serve; at least one segment in each.
fn other_intakes(arena: &Arena<'_>, from: &[bool]) -> Vec<Vec<bool>> {
    let free: Vec<usize> = (0..from.len()).filter(|&segment| arena.may_leave(segment)).collect();
    let turned = |segments: &[usize]| {
        let mut taken = from.to_vec();
        segments.iter().for_each(|&segment| taken[segment] = !taken[segment]);
        taken
    };
    let sets: Vec<Vec<bool>> = if free.len() <= MOST_IN_ALL_SETS {
        let chosen = |set: usize| free.iter().enumerate().filter(move |(at, _)| set >> at & 1 == 1).map(|(_, &segment)| segment);
        (1..1usize << free.len()).map(|set| turned(&chosen(set).collect::<Vec<usize>>())).collect()
    } else {
        let pairs = free.iter().enumerate().flat_map(|(at, &one)| free[at + 1..].iter().map(move |&other| vec![one, other]));
        let exchanged = pairs.filter(|pair| from[pair[0]] != from[pair[1]]);
        free.iter().map(|&segment| vec![segment]).chain(exchanged).map(|segments| turned(&segments)).collect()
    };
    sets.into_iter().filter(|taken| taken.iter().any(|taken| *taken)).collect()
}

/// Other ways to report: each outcome claimed to the point where the last false claim costs what it brings, to nothing, and to
/// shares and multiples; exceptions and labels likewise.
fn other_reports(arena: &Arena<'_>, from: &Strategy, pay: &Weights) -> Vec<Strategy> {
    let mut out = Vec::new();
    let outcomes = arena.scheme.outcomes.len();
    for (at, rising) in (0..outcomes).filter_map(|at| Some((at, arena.false_claims(at)?))) {
        let mut claimed = from.reporting.claimed.clone();
        claimed.resize(outcomes, 0.0);
        let now = claimed[at];
        let penalty = arena.expected_penalty(at);
        let people: f64 = (0..arena.people.segments).map(|segment| arena.in_segment(segment)).sum();
        let earns: f64 = (0..arena.people.segments).map(|s| arena.in_segment(s) * pay[at][s]).sum::<f64>() / people.max(1.0);
        let shares = OF_MOST.map(|share| share * rising.at_most).into_iter().chain(OF_SELF.map(|share| share * now));
        for share in shares.chain([rising.worth(earns - penalty)]) {
            claimed[at] = share.clamp(0.0, rising.at_most);
            out.push(Strategy { reporting: Reporting { claimed: claimed.clone(), ..from.reporting.clone() }, ..from.clone() });
        }
    }
    for (at, (_, most)) in (0..outcomes).filter_map(|at| Some((at, arena.unfounded(at)?))) {
        let mut excepted = from.reporting.excepted.clone();
        excepted.resize(outcomes, 0.0);
        let now = excepted[at];
        for share in OF_MOST.map(|share| share * most).into_iter().chain(OF_SELF.map(|share| share * now)) {
            excepted[at] = share.clamp(0.0, most);
            out.push(Strategy { reporting: Reporting { excepted: excepted.clone(), ..from.reporting.clone() }, ..from.clone() });
        }
    }
    if let Some(rising) = arena.relabelling() {
        let now = from.reporting.mislabelled;
        for share in OF_MOST.map(|share| share * rising.at_most).into_iter().chain(OF_SELF.map(|share| share * now)) {
            let mislabelled = share.clamp(0.0, rising.at_most);
            out.push(Strategy { reporting: Reporting { mislabelled, ..from.reporting.clone() }, ..from.clone() });
        }
    }
    out
}
