//! What providers of a market settle on, and what that brings everybody.

use contract::market::rules::{AwardKind, Market};
use risks::Estimate;

use super::play::{HelpSpend, MarketStrategy, Played, STEPS};
use super::world::MarketWorld;
use crate::game::best_responses::{Payoffs, Settled, SimulatedGame, ends};
use crate::mixture::Behaviour;

/// A public body makes no loss if it can: a pound of it weighs as much as so many of what it cares for. An assumption.
const LOSS_OF_PUBLIC_BODY: f64 = 10.0;
/// A gain of less than this share of what all are paid is no reason to change: an assumption.
const INDIFFERENT: f64 = 1e-4;

/// Where a market comes to rest.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketEnd {
    pub settled: Settled<MarketStrategy>,
    /// How many of the starts lead here.
    pub starts: usize,
    /// What results are worth less what is paid here, in pounds.
    pub net: Estimate,
}

/// What everybody gets, as means over replications.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketFigures {
    /// Pounds paid to all providers.
    pub paid: Estimate,
    /// Pounds that results are worth to the public, compared with no help.
    pub worth: Estimate,
    /// What results are worth less what is paid.
    pub net: Estimate,
    /// Pounds of all providers together.
    pub profit: Estimate,
    /// The share of people for whom a provider was found.
    pub placed: Estimate,
    /// The share of people with a good result of the intended outcome.
    pub good: Estimate,
    /// Providers with people in the first cohort, and in the last.
    pub providers: [Estimate; 2],
    /// The share of people placed in the last cohort that the largest provider has.
    pub largest: Estimate,
    /// Providers that gave up.
    pub gave_up: Estimate,
    pub by_provider: Vec<ProviderFigures>,
    pub by_segment: Vec<SegmentFigures>,
    /// For each cohort the share of people placed that each provider has.
    pub shares: Vec<Vec<f64>>,
    /// `net` in each replication, for differences between markets on the same people and luck.
    pub(super) nets: Vec<f64>,
    pub(super) goods: Vec<f64>,
    pub(super) payments: Vec<f64>,
    /// By segment.
    pub(super) segment_goods: Vec<Vec<f64>>,
}

/// One provider.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderFigures {
    pub people: Estimate,
    pub paid: Estimate,
    pub profit: Estimate,
    pub gave_up: Estimate,
}

/// The people of one segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SegmentFigures {
    pub placed: Estimate,
    pub good: Estimate,
}

impl MarketWorld<'_> {
    /// Where the market ends from each of some starts. `anew` holds the same market in other replications, by which regret is told, and
    /// `told` in those of the figures.
    pub(super) fn solve(
        &self,
        rules: &Market,
        (anew, told): (&MarketWorld<'_>, &MarketWorld<'_>),
        starts: &[Vec<MarketStrategy>],
        most_rounds: usize,
    ) -> Vec<MarketEnd> {
        let near = |player: usize, own: &MarketStrategy| self.near(rules, player, own);
        let pays = |profile: &[MarketStrategy]| self.payoffs(rules, profile);
        let pays_anew = |profile: &[MarketStrategy]| anew.payoffs(rules, profile);
        let paid: f64 = starts
            .first()
            .map_or(0.0, |start| self.play(rules, start, 0).providers.iter().map(|provider| provider.paid.abs()).sum());
        let indifferent = (INDIFFERENT * paid).max(1e-6);
        let game = SimulatedGame { near: &near, pays: &pays, pays_anew: &pays_anew, most_rounds, indifferent };
        let net = |settled: &Settled<MarketStrategy>| told.figures(rules, &settled.profile).net;
        ends(&game, starts, self.seed)
            .into_iter()
            .map(|(settled, starts)| MarketEnd { net: net(&settled), settled, starts: starts.len() })
            .collect()
    }

    /// Everybody doing the same, other than those who carry on as today.
    pub(super) fn all(&self, step: HelpSpend) -> Vec<MarketStrategy> {
        let position = |step: HelpSpend| STEPS.iter().position(|other| *other == step).unwrap_or_default() as u8;
        let own = |kind: Behaviour| if kind == Behaviour::Norm { position(HelpSpend::Today) } else { position(step) };
        let steps = |at: u8| (0..self.assumptions.segments.len()).map(|segment| self.first_alike(segment, at)).collect();
        self.providers.iter().map(|provider| MarketStrategy { enters: true, steps: steps(own(provider.kind)) }).collect()
    }

    /// What a provider could do instead: another spend on one group or on all alike, and staying out or coming in where that is open. Who
    /// keeps to what is done today only decides whether to take part.
    fn near(&self, rules: &Market, player: usize, own: &MarketStrategy) -> Vec<MarketStrategy> {
        let is_open = rules.award == AwardKind::Licence;
        let carries_on = self.providers[player].kind == Behaviour::Norm;
        let mut out = Vec::new();
        if is_open {
            out.push(MarketStrategy { enters: !own.enters, ..own.clone() });
        }
        if carries_on || !(own.enters || is_open) {
            return out;
        }
        let mut add = |steps: Vec<u8>| {
            let other = MarketStrategy { enters: true, steps };
            if other != *own && !out.contains(&other) {
                out.push(other);
            }
        };
        for step in 0..STEPS.len() as u8 {
            add((0..own.steps.len()).map(|segment| self.first_alike(segment, step)).collect());
        }
        for segment in (0..own.steps.len()).filter(|_| own.enters) {
            for step in 0..STEPS.len() as u8 {
                let mut steps = own.steps.clone();
                steps[segment] = self.first_alike(segment, step);
                add(steps);
            }
        }
        out
    }

    /// The first step that spends as much on a segment everywhere: what is spent today may be nothing.
    fn first_alike(&self, segment: usize, step: u8) -> u8 {
        let spend = |step: u8| {
            self.areas
                .iter()
                .flat_map(move |area| area.chances.helps.iter().map(move |help| STEPS[usize::from(step)].on(&help[segment])))
        };
        (0..step).find(|earlier| spend(*earlier).eq(spend(step))).unwrap_or(step)
    }

    /// What each provider wants, by provider and replication: pounds, or what counts as that for it.
    fn payoffs(&self, rules: &Market, profile: &[MarketStrategy]) -> Payoffs {
        let mut out = vec![Vec::with_capacity(self.replications()); profile.len()];
        for replication in 0..self.replications() {
            for (at, provider) in self.play(rules, profile, replication).providers.iter().enumerate() {
                let profit = provider.profit();
                out[at].push(match self.providers[at].kind {
                    Behaviour::Mission => profit + self.assumptions.provider.mission * provider.worth,
                    Behaviour::PublicBody => provider.worth + LOSS_OF_PUBLIC_BODY * profit.min(0.0),
                    Behaviour::Profit | Behaviour::Norm | Behaviour::Satisficing => profit,
                });
            }
        }
        out
    }

    /// What a profile brings everybody.
    pub(super) fn figures(&self, rules: &Market, profile: &[MarketStrategy]) -> MarketFigures {
        use rayon::prelude::*;
        let played: Vec<Played> = (0..self.replications()).into_par_iter().map(|at| self.play(rules, profile, at)).collect();
        let each = |of: &dyn Fn(&Played) -> f64| -> Vec<f64> { played.iter().map(of).collect() };
        let mean = |of: &dyn Fn(&Played) -> f64| Estimate::of(each(of).into_iter());
        let sum = |of: fn(&super::ProviderPlayed) -> f64| move |played: &Played| -> f64 { played.providers.iter().map(of).sum() };
        let share = |part: &[u32], of: &[u32]| f64::from(part.iter().sum::<u32>()) / f64::from(of.iter().sum::<u32>().max(1));
        let cohorts = played.first().map_or(0, |played| played.waiting.len());
        let with_people = |cohort: usize| {
            move |played: &Played| {
                played.providers.iter().filter(|of| of.people.get(cohort).is_some_and(|people| *people > 0)).count() as f64
            }
        };
        let last = cohorts.saturating_sub(1);
        let part = |played: &Played, cohort: usize, at: usize| {
            let all: u32 = played.providers.iter().map(|of| of.people[cohort]).sum();
            f64::from(played.providers[at].people[cohort]) / f64::from(all.max(1))
        };
        let largest = |played: &Played| (0..profile.len()).map(|at| part(played, last, at)).fold(0.0, f64::max);
        let segments = 0..self.assumptions.segments.len();
        let of_segment = |count: fn(&Played) -> &Vec<u32>, segment: usize| {
            each(&|played| f64::from(count(played)[segment]) / f64::from(played.came[segment].max(1)))
        };
        let segment_goods: Vec<Vec<f64>> = segments.clone().map(|segment| of_segment(|played| &played.good, segment)).collect();
        let (paid, worth) = (sum(|of| of.paid), sum(|of| of.worth));
        let nets = each(&|played| worth(played) - paid(played));
        let goods = each(&|played| share(&played.good, &played.came));
        let payments = each(&paid);
        let gave_up = |of: &super::ProviderPlayed| f64::from(u8::from(of.gave_up_after.is_some()));
        MarketFigures {
            paid: Estimate::of(payments.iter().copied()),
            worth: mean(&worth),
            net: Estimate::of(nets.iter().copied()),
            profit: mean(&sum(super::ProviderPlayed::profit)),
            placed: mean(&|played| share(&played.placed, &played.came)),
            good: Estimate::of(goods.iter().copied()),
            providers: [mean(&with_people(0)), mean(&with_people(last))],
            largest: mean(&largest),
            gave_up: mean(&|played| played.providers.iter().map(gave_up).sum()),
            by_provider: (0..profile.len())
                .map(|at| ProviderFigures {
                    people: mean(&|played| f64::from(played.providers[at].people.iter().sum::<u32>())),
                    paid: mean(&|played| played.providers[at].paid),
                    profit: mean(&|played| played.providers[at].profit()),
                    gave_up: mean(&|played| gave_up(&played.providers[at])),
                })
                .collect(),
            by_segment: segments
                .map(|segment| SegmentFigures {
                    placed: Estimate::of(of_segment(|played| &played.placed, segment).into_iter()),
                    good: Estimate::of(segment_goods[segment].iter().copied()),
                })
                .collect(),
            shares: (0..cohorts)
                .map(|cohort| (0..profile.len()).map(|at| risks::mean(&each(&|played| part(played, cohort, at)))).collect())
                .collect(),
            nets,
            goods,
            payments,
            segment_goods,
        }
    }
}
