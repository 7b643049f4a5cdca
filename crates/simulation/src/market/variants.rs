//! Each rule of a market switched alone.

use base::money::{Rate, WHOLE};
use contract::Scheme;
use contract::market::rules::{AllocatedBy, AwardKind, Market, NewEntrant, PerformanceRule, ShareRule};
use risks::Estimate;

use super::play::{HelpSpend, MarketStrategy};
use super::solve::{MarketEnd, MarketFigures};
use super::world::{MarketWorld, NotPlayable};
use crate::assumptions::Assumptions;
use crate::stress::OnProgress;

/// So many people in all replications are enough to choose strategies on.
const PEOPLE_CHOSEN_ON: usize = 60_000;

/// How a market is analysed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarketOptions {
    pub seed: u64,
    /// The most replications that strategies are chosen on, and as many others by which regret is told. Where many people come there is less
    /// luck in one, and fewer are taken.
    pub chosen_on: usize,
    /// Replications of the figures that are told.
    pub replications: usize,
    /// Rounds in which providers may change.
    pub most_rounds: usize,
}

impl Default for MarketOptions {
    fn default() -> MarketOptions {
        MarketOptions { seed: 1, chosen_on: 8, replications: 64, most_rounds: 30 }
    }
}

/// One way of running the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarketVariant {
    AsWritten,
    /// One provider for each lot: the one that costs least if it serves everybody.
    OneProvider,
    WithChoice,
    WithoutChoice,
    SharesByPerformance,
    EqualShares,
    WithCap,
    WithoutCap,
}

/// The cap of [`MarketVariant::WithCap`], and the rule of [`MarketVariant::SharesByPerformance`]: assumptions.
pub const CAP: Rate = Rate(WHOLE * 2 / 5);
const BY_PERFORMANCE: PerformanceRule = PerformanceRule { half_powers: 4, least_people: 30, new_entrant: NewEntrant::EqualShare };

/// One way of running the market, where it ends, and what that brings.
#[derive(Clone, Debug, PartialEq)]
pub struct SolvedMarket {
    pub variant: MarketVariant,
    /// Every end that was found, the one that most starts lead to first.
    pub ends: Vec<MarketEnd>,
    /// At the first of them.
    pub figures: MarketFigures,
    /// Beyond the market as it is written, on the same people and luck; zero for that one itself.
    pub more: MoreThanWritten,
}

/// Differences from the market as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct MoreThanWritten {
    pub net: Estimate,
    pub paid: Estimate,
    /// In proportion.
    pub good: Estimate,
    /// By segment, in proportion.
    pub good_of_segment: Vec<Estimate>,
}

/// A market and its variants.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketAnalysis {
    pub options: MarketOptions,
    /// People in one replication.
    pub people: usize,
    /// Names of the providers, in the order of all lists of them.
    pub providers: Vec<String>,
    pub segments: Vec<String>,
    /// The market as it is written first.
    pub solved: Vec<SolvedMarket>,
}

/// Plays a market as it is written and with each rule switched alone. `step` is called with what is played next and the part that is done.
///
/// # Errors
/// The market cannot be played ([`NotPlayable`] says why).
pub fn analyse(
    scheme: &Scheme,
    assumptions: &Assumptions,
    rules: &Market,
    options: MarketOptions,
    step: OnProgress<'_>,
) -> Result<MarketAnalysis, NotPlayable> {
    let world = |first: usize, count: usize| MarketWorld::new(scheme, assumptions, rules, options.seed, (first as u64, count));
    let people = world(0, 0)?.people();
    let enough = (PEOPLE_CHOSEN_ON / people.max(1)).clamp(2, options.chosen_on.max(2));
    let chosen_on = world(0, enough)?;
    let anew = world(enough, enough)?;
    let told = world(2 * enough, options.replications)?;
    let variants: Vec<(MarketVariant, Market)> = variants(rules, &chosen_on);
    let mut solved: Vec<SolvedMarket> = Vec::new();
    let count = variants.len();
    for (at, (variant, rules)) in variants.into_iter().enumerate() {
        step("playing the market", at as f64 / count as f64);
        // The market as it is written is begun from several starts, to find whether it could end in another way.
        let starts: Vec<Vec<MarketStrategy>> = match variant {
            MarketVariant::AsWritten => {
                [HelpSpend::Today, HelpSpend::OfHalfCost(0.0), HelpSpend::OfHalfCost(2.0)].map(|step| chosen_on.all(step)).into()
            }
            _ => vec![chosen_on.all(HelpSpend::Today)],
        };
        let ends = chosen_on.solve(&rules, (&anew, &told), &starts, options.most_rounds);
        let Some(first) = ends.first() else { break };
        let figures = told.figures(&rules, &first.settled.profile);
        let written = solved.first().map_or(&figures, |written| &written.figures);
        let more = more(&figures, written);
        solved.push(SolvedMarket { variant, ends, figures, more });
    }
    Ok(MarketAnalysis {
        options,
        people,
        providers: rules.providers.iter().map(|provider| provider.name.clone()).collect(),
        segments: assumptions.segments.iter().map(|segment| segment.name.clone()).collect(),
        solved,
    })
}

fn more(figures: &MarketFigures, written: &MarketFigures) -> MoreThanWritten {
    let less = |these: &[f64], those: &[f64]| Estimate::of(these.iter().zip(those).map(|(this, that)| this - that));
    MoreThanWritten {
        net: less(&figures.nets, &written.nets),
        paid: less(&figures.payments, &written.payments),
        good: less(&figures.goods, &written.goods),
        good_of_segment: figures
            .segment_goods
            .iter()
            .zip(&written.segment_goods)
            .map(|(these, those)| less(these, those))
            .collect(),
    }
}

/// The market as it is written, and with each rule switched that it has or lacks.
fn variants(rules: &Market, world: &MarketWorld<'_>) -> Vec<(MarketVariant, Market)> {
    let mut out = vec![(MarketVariant::AsWritten, rules.clone())];
    let mut with = |variant: MarketVariant, change: &dyn Fn(&mut Market)| {
        let mut changed = rules.clone();
        change(&mut changed);
        out.push((variant, changed));
    };
    let most = rules.lots.iter().map(|lot| lot.licences.len()).max().unwrap_or_default();
    if most < 2 {
        return out;
    }
    if rules.award != AwardKind::SingleAward {
        with(MarketVariant::OneProvider, &|changed| {
            changed.award = AwardKind::SingleAward;
            changed.allocation.by = AllocatedBy::Share(ShareRule::Rota);
            changed.allocation.share_cap = None;
            for lot in 0..changed.lots.len() {
                if let Some(licence) = world.cheapest(rules, lot) {
                    changed.hold_alone(lot, licence);
                }
            }
        });
    }
    let share_rule = rules.allocation.by.share_rule().cloned().unwrap_or(ShareRule::Rota);
    match &rules.allocation.by {
        AllocatedBy::UserChoice(_) => {
            with(MarketVariant::WithoutChoice, &|changed| changed.allocation.by = AllocatedBy::Share(share_rule.clone()));
        }
        AllocatedBy::Share(_) => {
            with(MarketVariant::WithChoice, &|changed| changed.allocation.by = AllocatedBy::UserChoice(Some(share_rule.clone())));
        }
    }
    let by = |rule: ShareRule| match rules.allocation.by {
        AllocatedBy::UserChoice(_) => AllocatedBy::UserChoice(Some(rule)),
        AllocatedBy::Share(_) => AllocatedBy::Share(rule),
    };
    match share_rule {
        ShareRule::Performance(_) => with(MarketVariant::EqualShares, &|changed| changed.allocation.by = by(ShareRule::Rota)),
        ShareRule::Rota | ShareRule::Capacity => with(MarketVariant::SharesByPerformance, &|changed| {
            changed.allocation.by = by(ShareRule::Performance(BY_PERFORMANCE));
        }),
    }
    match rules.allocation.share_cap {
        Some(_) => with(MarketVariant::WithoutCap, &|changed| changed.allocation.share_cap = None),
        None if most > 2 => with(MarketVariant::WithCap, &|changed| changed.allocation.share_cap = Some(CAP)),
        None => {}
    }
    out
}
