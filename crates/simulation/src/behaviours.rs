//! What each kind of provider of a mixture does: one rule each for choosing among the same strategies.

use crate::mixture::{Behaviour, Mixture};
use crate::search::{self, Weights};
use crate::strategy::{Arena, Gains, Reporting, Strategy};

/// How far a mission-minded provider's weight of the public's value is from the stated one: its spread is wide, so that effort follows a
/// price by a slope and not by a step.
const MISSION_SPREAD: [f64; 3] = [0.3, 1.0, 3.0];
/// Half of what buys half of an effect is what the norm-keeping provider gives up for moving by that much, in each person.
const NORM: f64 = 1.0;
/// Where nearly nothing may be kept, candidates are found as if this share were. Which of them is chosen goes by the true one.
const LEAST_KEPT: f64 = 0.01;
/// The satisficing provider is content with this share of what is intended to be paid.
const ENOUGH: f64 = 0.95;

/// What each kind of provider does, with one entry more for each strength of mission: the kind, its share of that kind, and its strategy.
pub(crate) struct BehaviourChoices {
    pub(crate) kinds: Vec<(Behaviour, f64, Strategy)>,
    now: Strategy,
}

/// Lets every kind choose. `honest` is the strategy of a provider that maximises profit and reports honestly.
pub(crate) fn choose(
    arena: &Arena<'_>,
    pay: &Weights,
    intended: &Strategy,
    honest: &Strategy,
    path: usize,
    replications: usize,
) -> BehaviourChoices {
    let segments = arena.people.segments;
    let everyone = vec![true; segments];
    let public = search::public_weights(arena);
    let now = Strategy::as_now(&arena.chances, segments);
    let mission = arena.assumptions.provider.mission;
    // What it cannot keep weighs less beside what it cares for.
    let keep = arena.assumptions.provider.keep.max(LEAST_KEPT);
    let mut candidates = vec![now.clone(), Strategy::idle(&arena.chances, segments), intended.clone(), honest.clone()];
    for spread in MISSION_SPREAD {
        let both = |(pay, public): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
            pay.iter().zip(public).map(|(pay, public)| pay + spread * mission / keep * public).collect()
        };
        let weights: Weights = pay.iter().zip(&public).map(both).collect();
        candidates.push(search::along(arena, &weights, 1.0, &everyone));
    }
    candidates.extend(search::path(arena, pay, path, &everyone));
    candidates.extend(search::path(arena, &public, path, &everyone));
    // From today upwards: what is done already is not taken away.
    let upwards = |strategy: &Strategy| Strategy::of(strategy.effort.clone(), everyone.clone()).no_less_than(&now);
    let more: Vec<Strategy> = candidates.iter().map(upwards).collect();
    for strategy in more {
        if !candidates.contains(&strategy) {
            candidates.push(strategy);
        }
    }
    let gains = arena.gains(&candidates, replications.min(arena.replications));
    let means: Vec<f64> = gains.iter().map(Gains::mean).collect();
    let profit: Vec<f64> =
        gains.iter().zip(&candidates).map(|(gains, strategy)| arena.mean_own_gain(gains, arena.cost(strategy))).collect();
    let value: Vec<f64> = candidates.iter().map(|strategy| arena.value(strategy)).collect();
    let distance: Vec<f64> = candidates.iter().map(|strategy| distance(arena, strategy, &now)).collect();
    let best = |score: &dyn Fn(usize) -> f64| {
        let at = (0..candidates.len()).max_by(|&a, &b| score(a).total_cmp(&score(b)).then(b.cmp(&a))).unwrap_or_default();
        candidates[at].clone()
    };
    let serves_all = |at: usize| if candidates[at].taken.iter().all(|taken| *taken) { 0.0 } else { f64::NEG_INFINITY };
    let mut kinds = vec![(Behaviour::Profit, 1.0, honest.clone())];
    for spread in MISSION_SPREAD {
        let weight = spread * mission;
        kinds.push((
            Behaviour::Mission,
            1.0 / MISSION_SPREAD.len() as f64,
            best(&|at| profit[at] + weight * value[at] + serves_all(at)),
        ));
    }
    let standard = between(&now, intended, arena.assumptions.provider.mixture.standard);
    let norm = best(&|at| profit[at] - NORM * distance[at] + serves_all(at)).no_less_than(&standard);
    kinds.push((Behaviour::Norm, 1.0, norm));
    kinds.push((Behaviour::Satisficing, 1.0, satisficing(&candidates, &means, &profit, &distance)));
    // It spends what it has, and may run into no loss that it would not make today.
    let floor = profit[0].min(0.0);
    kinds.push((
        Behaviour::PublicBody,
        1.0,
        best(&|at| if profit[at] < floor - 1.0 { f64::NEG_INFINITY } else { value[at] + serves_all(at) }),
    ));
    BehaviourChoices { kinds, now }
}

/// What is done today, with so much of what is intended beyond it. What is intended may be less than is done today; the standard is not.
fn between(now: &Strategy, intended: &Strategy, share: f64) -> Strategy {
    let mut out = now.clone();
    for (effort, wanted) in out.effort.iter_mut().zip(&intended.effort) {
        *effort += share * (wanted - *effort).max(0.0);
    }
    out
}

/// How far a strategy is from what is done today, in pounds: half of what buys half of an effect for each person, when all move by that.
fn distance(arena: &Arena<'_>, strategy: &Strategy, now: &Strategy) -> f64 {
    let segments = arena.people.segments;
    let half = |at: usize| arena.chances.helps[at / segments][at % segments].half_cost;
    let moved = |at: usize| {
        let half = half(at);
        let by = (strategy.effort[at] - now.effort[at]) / half;
        arena.in_segment(at % segments) * half * by * by / 2.0
    };
    (0..strategy.effort.len()).map(moved).sum()
}

/// The nearest strategy to today's that is paid nearly what is intended, where that pays at all; otherwise today's.
fn satisficing(candidates: &[Strategy], means: &[f64], profit: &[f64], distance: &[f64]) -> Strategy {
    // The first is today's, and the third what is intended.
    let goal = means[0] + ENOUGH * (means[2] - means[0]);
    if means[2] <= means[0] * 1.001 {
        return candidates[0].clone();
    }
    let reaches = (0..candidates.len()).filter(|&at| means[at] >= goal && profit[at] >= profit[0].min(0.0));
    let nearest = reaches.min_by(|&a, &b| distance[a].total_cmp(&distance[b]));
    nearest.map_or_else(|| candidates[0].clone(), |at| candidates[at].clone())
}

impl BehaviourChoices {
    /// The strategy of a kind; of the mission-minded, the one of the middle.
    pub(crate) fn strategy(&self, kind: Behaviour) -> Option<&Strategy> {
        let of: Vec<&Strategy> =
            self.kinds.iter().filter(|(other, ..)| *other == kind).map(|(_, _, strategy)| strategy).collect();
        of.get(of.len() / 2).copied()
    }

    /// The strategies of the mixture with their shares. `best` reports falsely where that pays.
    pub(crate) fn mixed(&self, mixture: &Mixture, best: &Strategy, years: usize) -> Vec<(f64, Strategy)> {
        let unmoved = mixture.unmoved_over(years);
        let mut out: Vec<(f64, Strategy)> = vec![(unmoved, self.now.clone())];
        let lies = best.reporting != Reporting::default();
        for (kind, of_kind, strategy) in &self.kinds {
            let share = (1.0 - unmoved) * mixture.kinds[*kind as usize] * of_kind;
            // It costs nobody a lie: everybody who responds at all does it as far as it pays.
            let strategy = &Strategy { brought_over: best.brought_over.clone(), ..strategy.clone() };
            add(&mut out, share * if lies { 1.0 - mixture.misreporting } else { 1.0 }, strategy.clone());
            if lies {
                add(&mut out, share * mixture.misreporting, Strategy { reporting: best.reporting.clone(), ..strategy.clone() });
            }
        }
        if lies {
            // Whoever does not change its service may still change what it reports.
            let (share, now) = out[0].clone();
            out[0].0 = share * (1.0 - mixture.misreporting);
            add(&mut out, share * mixture.misreporting, Strategy { reporting: best.reporting.clone(), ..now });
        }
        out
    }

    /// Providers that do the work today carry on. Whoever does something without being paid for it has a reason to, which a new payment
    /// does not take away. But paid work that grows takes the time of some unpaid work, because staff are few (Holmström and Milgrom
    /// 1991). `pay` is what one more good result earns.
    pub(crate) fn carrying_on(mut self, arena: &Arena<'_>, pay: &Weights) -> BehaviourChoices {
        let segments = arena.people.segments;
        let (now, crowding) = (&self.now, arena.assumptions.provider.mixture.crowding);
        let moves_what_is_paid = |at: usize| {
            let (help, segment) = (at / segments, at % segments);
            (0..pay.len()).any(|outcome| pay[outcome][segment] > 1e-9 && arena.chances.reach(outcome, help, segment) > 1e-9)
        };
        let helps = now.effort.len() / segments.max(1);
        let carried_on = |mut strategy: Strategy| {
            for segment in 0..segments {
                let (paid, unpaid): (Vec<usize>, Vec<usize>) =
                    (0..helps).map(|help| help * segments + segment).partition(|&at| moves_what_is_paid(at));
                paid.iter().for_each(|&at| strategy.effort[at] = strategy.effort[at].max(now.effort[at]));
                let grown: f64 = paid.iter().map(|&at| strategy.effort[at] - now.effort[at]).sum();
                let done: f64 = unpaid.iter().map(|&at| now.effort[at]).sum();
                let kept = (1.0 - crowding * grown / done.max(1e-9)).max(0.0);
                unpaid.iter().for_each(|&at| strategy.effort[at] = strategy.effort[at].max(kept * now.effort[at]));
            }
            strategy
        };
        self.kinds = self.kinds.into_iter().map(|(kind, share, strategy)| (kind, share, carried_on(strategy))).collect();
        self
    }
}

/// Adds a share of a strategy, to the same one where it is there already.
fn add(out: &mut Vec<(f64, Strategy)>, share: f64, strategy: Strategy) {
    if share <= 0.0 {
        return;
    }
    match out.iter_mut().find(|(_, other)| *other == strategy) {
        Some((sum, _)) => *sum += share,
        None => out.push((share, strategy)),
    }
}
