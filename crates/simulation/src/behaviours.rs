//! How real providers behave: five kinds of provider, and the mixture of them that comparable evidence suggests.
//!
//! A provider that maximises profit and does nothing else is a limit, and not a forecast. Studies of real schemes find providers that
//! carry on as before, that keep to a standard, that care for the people they serve, that stop when a target is met, and public bodies
//! that cannot keep a surplus. Each kind here is one rule for choosing among the same strategies. The shares are judgements with ranges,
//! set before any scheme was looked at; `docs/method.md` gives their sources. A scenario draws them within their ranges.

use base::philox::{open_unit, words};

use crate::search::{self, Weights};
use crate::strategy::{Arena, Reporting, Strategy};

/// Who owns the provider. It decides the shares of the kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    ForProfit,
    NonProfit,
    PublicBody,
}

/// The kinds of provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// Maximises profit.
    Profit,
    /// Counts part of the public's value as its own.
    Mission,
    /// Keeps to what it does today, and leaves it only for a price that grows with the distance.
    Norm,
    /// Does just enough to be paid what is intended, and no more.
    Satisficing,
    /// Cannot keep a surplus: does as much for the public as its payments carry.
    PublicBody,
}

pub const BEHAVIOURS: [Behaviour; 5] =
    [Behaviour::Profit, Behaviour::Mission, Behaviour::Norm, Behaviour::Satisficing, Behaviour::PublicBody];

/// A share with its range: an assumption.
type Share = (f64, f64, f64);

/// The shares of the kinds by ownership, each as stated with its 90% range.
fn shares(ownership: Ownership) -> [Share; 5] {
    match ownership {
        Ownership::ForProfit => [(0.45, 0.25, 0.65), (0.10, 0.02, 0.25), (0.15, 0.05, 0.30), (0.30, 0.15, 0.45), (0.0, 0.0, 0.0)],
        Ownership::NonProfit => {
            [(0.15, 0.05, 0.30), (0.35, 0.20, 0.55), (0.20, 0.10, 0.35), (0.25, 0.10, 0.40), (0.05, 0.0, 0.15)]
        }
        Ownership::PublicBody => {
            [(0.03, 0.0, 0.10), (0.15, 0.05, 0.30), (0.25, 0.10, 0.40), (0.20, 0.05, 0.35), (0.37, 0.20, 0.55)]
        }
    }
}

/// The share that reports falsely where that pays.
fn misreporting(ownership: Ownership) -> Share {
    match ownership {
        Ownership::ForProfit => (0.45, 0.20, 0.70),
        Ownership::NonProfit => (0.20, 0.08, 0.40),
        Ownership::PublicBody => (0.20, 0.05, 0.45),
    }
}

/// The share that does not respond at all in the first year, and how much of it learns to in each year after.
const UNMOVED: Share = (0.5, 0.3, 0.7);
const LEARNING: Share = (0.2, 0.1, 0.3);
/// How far a mission-minded provider's weight of the public's value is from the stated one: its spread is wide, so that effort follows a
/// price by a slope and not by a step.
const MISSION_SPREAD: [f64; 3] = [0.3, 1.0, 3.0];
/// Half of what buys half of an effect is what the norm-keeping provider gives up for moving by that much, in each person.
const NORM: f64 = 1.0;
/// The satisficing provider is content with this share of what is intended to be paid.
const ENOUGH: f64 = 0.95;

/// The shares of a mixture of providers.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// In the order of [`BEHAVIOURS`]; they add up to one.
    pub kinds: [f64; 5],
    pub misreporting: f64,
    pub unmoved: f64,
    pub learning: f64,
}

impl Mixture {
    /// The shares as stated. Where the ownership is not known, each of the three is taken to be as likely.
    #[must_use]
    pub fn stated(ownership: Option<Ownership>) -> Mixture {
        Mixture::at(ownership, |_| 0.5)
    }

    /// The shares of one scenario, drawn within their ranges.
    #[must_use]
    pub fn drawn(ownership: Option<Ownership>, seed: u64, scenario: u64) -> Mixture {
        Mixture::at(ownership, |which| open_unit(words(seed, scenario, which, MIXTURE)[0]))
    }

    fn at(ownership: Option<Ownership>, position: impl Fn(u64) -> f64) -> Mixture {
        let owners: &[Ownership] = match &ownership {
            Some(one) => std::slice::from_ref(one),
            None => &[Ownership::ForProfit, Ownership::NonProfit, Ownership::PublicBody],
        };
        let each = 1.0 / owners.len() as f64;
        let mut kinds = [0.0; 5];
        let mut false_reports = 0.0;
        for owner in owners {
            let mut which = 0..;
            let drawn = shares(*owner).map(|share| between(share, position(which.next().unwrap_or_default())));
            let total: f64 = drawn.iter().sum();
            kinds.iter_mut().zip(drawn).for_each(|(sum, share)| *sum += each * share / total);
            false_reports += each * between(misreporting(*owner), position(5));
        }
        Mixture {
            kinds,
            misreporting: false_reports,
            unmoved: between(UNMOVED, position(6)),
            learning: between(LEARNING, position(7)),
        }
    }

    /// The share that does not respond, on average over so many years.
    fn unmoved_over(&self, years: usize) -> f64 {
        let years = years.max(1) as i32;
        let stays = 1.0 - self.learning;
        self.unmoved * (0..years).map(|year| stays.powi(year)).sum::<f64>() / f64::from(years)
    }
}

/// Keyed draws of mixtures are far from those of people.
const MIXTURE: u64 = 1 << 40;

/// The value at a position in a range, half of the positions below the stated value.
fn between((stated, low, high): Share, position: f64) -> f64 {
    match position < 0.5 {
        true => low + (stated - low) * 2.0 * position,
        false => stated + (high - stated) * (2.0 * position - 1.0),
    }
}

impl Ownership {
    /// Whether the provider is taken to be the one that does the work today, where the file does not say: a public body or a charity
    /// mostly is, and a company mostly comes with the contract.
    #[must_use]
    pub fn does_the_work_today(self) -> bool {
        self != Ownership::ForProfit
    }
}

/// What each kind of provider does, with one entry more for each strength of mission: the kind, its share of that kind, and its strategy.
pub(crate) struct Chosen {
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
) -> Chosen {
    let segments = arena.people.segments;
    let everyone = vec![true; segments];
    let public = search::public_weights(arena);
    let now = Strategy::as_now(&arena.chances, segments);
    let mission = arena.assumptions.provider.mission;
    let mut candidates = vec![now.clone(), Strategy::idle(&arena.chances, segments), intended.clone(), honest.clone()];
    for spread in MISSION_SPREAD {
        let both = |(pay, public): (&Vec<f64>, &Vec<f64>)| -> Vec<f64> {
            pay.iter().zip(public).map(|(pay, public)| pay + spread * mission * public).collect()
        };
        let weights: Weights = pay.iter().zip(&public).map(both).collect();
        candidates.push(search::along(arena, &weights, 1.0, &everyone));
    }
    candidates.extend(search::path(arena, pay, path, &everyone));
    candidates.extend(search::path(arena, &public, path, &everyone));
    // From today upwards: what is done already is not taken away.
    let upwards = |strategy: &Strategy| {
        let effort = strategy.effort.iter().zip(&now.effort).map(|(effort, today)| effort.max(*today)).collect();
        Strategy::of(effort, everyone.clone())
    };
    let more: Vec<Strategy> = candidates.iter().map(upwards).collect();
    candidates.extend(more);
    let means: Vec<f64> =
        arena.totals(&candidates, replications.min(arena.replications)).iter().map(|paid| risks::mean(paid)).collect();
    let profit: Vec<f64> = means.iter().zip(&candidates).map(|(paid, strategy)| paid - arena.cost(strategy)).collect();
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
    kinds.push((Behaviour::Norm, 1.0, best(&|at| profit[at] - NORM * distance[at] + serves_all(at))));
    kinds.push((Behaviour::Satisficing, 1.0, satisficing(&candidates, &means, &profit, &distance)));
    // It spends what it has, and may run into no loss that it would not make today.
    let floor = profit[0].min(0.0);
    kinds.push((
        Behaviour::PublicBody,
        1.0,
        best(&|at| if profit[at] < floor - 1.0 { f64::NEG_INFINITY } else { value[at] + serves_all(at) }),
    ));
    Chosen { kinds, now }
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

impl Chosen {
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
            let at = BEHAVIOURS.iter().position(|other| other == kind).unwrap_or_default();
            let share = (1.0 - unmoved) * mixture.kinds[at] * of_kind;
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

    /// Nobody does less than today. Whoever does something today without being paid for it has a reason to, which a new payment does
    /// not take away.
    pub(crate) fn upwards(mut self) -> Chosen {
        for (.., strategy) in &mut self.kinds {
            strategy.effort.iter_mut().zip(&self.now.effort).for_each(|(effort, today)| *effort = effort.max(*today));
        }
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
