//! What is assumed about people, costs and effects, as types.

use std::sync::Arc;

use base::money::{Pence, Rate};
use base::schedule::Schedule;
use contract::clauses::Clause;

use super::market::MarketAssumptions;
use super::payer_costs::PayerCosts;
use crate::amounts::AmountShape;
use crate::individuals::Individuals;
use crate::mixture::{Mixture, Ownership};

/// Assumptions about people, costs and effects. Money is in pounds, and chances are proportions.
#[derive(Clone, Debug)]
pub struct Assumptions {
    pub name: String,
    pub segments: Vec<SegmentAssumptions>,
    /// People of one segment with chances of their own, where the assumptions name a file of them.
    pub individuals: Option<Arc<Individuals>>,
    /// Contract years that are simulated, from the first.
    pub years: usize,
    /// People who come, as a share of those expected.
    pub volume: f64,
    /// The share of households in which all members have the same result, where the contract counts households.
    pub households_alike: f64,
    /// One for each outcome of the scheme.
    pub outcomes: Vec<OutcomeAssumptions>,
    pub help: Vec<Help>,
    /// For each outcome of the scheme, how far the provider could claim it for people who do not have it.
    pub false_claims: Vec<Option<RisingCost>>,
    /// For each outcome of the scheme, how many people the provider could have excepted from it who should count.
    pub exceptions: Vec<Option<UnfoundedExceptions>>,
    /// How far the provider could label people as a segment that they do not belong to.
    pub relabelling: Option<RisingCost>,
    /// For each outcome of the scheme, how many of a cohort's results could be dated in the cohort before or after.
    pub timing: Vec<Option<RisingCost>>,
    /// For each outcome, how people could be brought over its level.
    pub bunching: Vec<Option<Bunching>>,
    /// For each outcome, how far the past that it is compared with could be made to look worse, before the contract begins.
    pub baseline_inflation: Vec<Option<RisingCost>>,
    /// For each outcome, how many of those with a bad result could leave what is measured.
    pub exits: Vec<Option<RisingCost>>,
    /// For each outcome, the share of better results that people who are not served lose.
    pub displacement: Vec<Option<f64>>,
    /// For each outcome, what the evidence of a result costs where it is hardest to get, in pounds. The easiest costs nothing, and those
    /// between cost in proportion.
    pub evidence: Vec<Option<f64>>,
    pub pilot: Option<Pilot>,
    /// The points of other providers, for each clause that compares with them.
    pub others: Vec<OthersAssumption>,
    /// What results decide besides money, as clauses that state what it is worth to the provider and not what is paid.
    pub stakes: Vec<Clause>,
    /// What today's results do to the chance of winning the contract again; `None` where nothing is said of it.
    pub renewal: Option<RenewalAssumption>,
    /// What the contract requires, whatever the strategy: pounds for each person served.
    pub cost_each_person: Schedule<Pence>,
    /// The share of that cost that does not follow the number of people, because staff and buildings are there for those expected.
    pub cost_fixed_share: f64,
    /// Fixed cost of one area for a year, in pounds.
    pub cost_each_year: Schedule<Pence>,
    pub payer_costs: PayerCosts,
    /// Who could take part in a market, and how users choose; `None` where the file does not say.
    pub market: Option<MarketAssumptions>,
    pub intended: Intended,
    pub provider: ProviderAssumptions,
}

/// What a provider expects of the next contract.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RenewalAssumption {
    /// The binary outcome that the next buyer looks at.
    pub outcome: usize,
    /// What the next contract is worth to the provider, for one area, in pounds.
    pub worth: f64,
    /// The chance of winning it with results as they are.
    pub chance: f64,
    /// How much the chance rises for each percentage point by which the result of everybody served is better than today's.
    pub each_point: f64,
}

/// People with the same prospects, whom the provider can tell apart from others.
#[derive(Clone, Debug)]
pub struct SegmentAssumptions {
    pub name: String,
    /// Share of the people of an area.
    pub share: f64,
    /// Position of the contract's segment that prices it.
    pub priced_as: usize,
    /// Pounds for bringing in one of these people, who would otherwise drop out before they count. `None` when they start without it.
    pub bring_in: Option<f64>,
}

/// The cost of something that can be done with up to a share of cases, the easy ones first. The first costs nothing, the last costs a
/// stated amount, and those between in proportion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RisingCost {
    pub at_most: f64,
    pub cost_of_last: f64,
}

impl RisingCost {
    /// Pounds for doing it with a share of so many cases.
    #[must_use]
    pub fn cost(&self, share: f64, cases: f64) -> f64 {
        cases * self.cost_of_last * share * share / (2.0 * self.at_most.max(1e-12))
    }

    /// The share at which the last case costs what it brings.
    #[must_use]
    pub fn worth(&self, pounds: f64) -> f64 {
        self.at_most * (pounds / self.cost_of_last.max(1e-12)).clamp(0.0, 1.0)
    }
}

/// People just short of a level who could be brought over it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bunching {
    /// How far from the level they may be, in units of the amount.
    pub within: f64,
    /// Shares of those people, and what the last of them costs.
    pub rising: RisingCost,
}

/// People who could be excepted from an outcome although they should count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UnfoundedExceptions {
    /// Shares of the people of a cohort, and what the last of them costs.
    pub rising: RisingCost,
    /// The share of them whom the provider picks among those without the good result. The others are picked as if it knew nothing.
    pub foresees: f64,
}

/// The points of the other providers under one clause: normal, in each period anew.
#[derive(Clone, Debug, PartialEq)]
pub struct OthersAssumption {
    /// The name of the clause.
    pub clause: String,
    pub providers: usize,
    /// Their mean.
    pub points: f64,
    /// Their standard deviation, from one provider and period to another.
    pub spread: f64,
}

/// The pilot for which a kind of help was chosen. Shares are of what the help moves, in the unit of its `moves`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pilot {
    /// Position of the help.
    pub help: usize,
    /// Position of the outcome whose move the pilots measured.
    pub outcome: usize,
    /// Pilots from which it was chosen.
    pub tried: usize,
    pub standard_error: f64,
    /// Standard deviation of true effects from one tried kind of help to another.
    pub differ_by: f64,
    /// Share of the effect lost at scale, where places and people are less well chosen.
    pub diluted: f64,
    /// Share by which the help of one person costs more at scale.
    pub cost_rises: f64,
    /// By how many of the standard deviations that the pilots leave unknown the true effect is above the one expected: drawn in each
    /// scenario, and 0 as stated.
    pub above_expected: f64,
}

/// The assumptions about one outcome.
#[derive(Clone, Debug)]
pub struct OutcomeAssumptions {
    /// Binary: the chance as things are now. Frequency: mean events of a person affected. Sustained: the chance of lasting
    /// each further period. Amount: the mean of all amounts.
    pub now: Schedule<f64>,
    /// The segments' odds are shifted so that each area's rate equals this one, usually the contract's fixed baseline.
    pub matches: Option<Schedule<Rate>>,
    /// The chance of the same people before they started, where results are compared with it.
    pub before: Option<Schedule<f64>>,
    /// Change for everyone since the baseline was set, in proportion (0.01 is one percentage point).
    pub trend: f64,
    /// Pounds to the public of one fewer (or one more, where more is better).
    pub value: f64,
    /// Whether that is what the outcome is worth beyond the one that it is a part of.
    pub value_is_beyond_whole: bool,
    /// How amounts differ between the people of a segment; `None` where the outcome is no amount.
    pub amounts: Option<AmountAssumptions>,
}

impl OutcomeAssumptions {
    /// What the draws of an outcome depend on that is counted or added up over people.
    pub(crate) fn drawn_with(&self) -> (&Schedule<f64>, Option<&AmountAssumptions>) {
        (&self.now, self.amounts.as_ref())
    }
}

/// How the amounts of the people of one segment differ.
#[derive(Clone, Debug, PartialEq)]
pub struct AmountAssumptions {
    pub shape: AmountShape,
    /// Their standard deviation, in units.
    pub spread: Schedule<f64>,
}

/// A kind of help that money can buy, with diminishing returns: spending `half_cost` a person buys half of what money can buy.
#[derive(Clone, Debug)]
pub struct Help {
    pub name: String,
    /// Pounds a person that today's chances already include.
    pub spent_now: Schedule<f64>,
    pub half_cost: Schedule<f64>,
    /// For each outcome of the scheme, the most it can move the chance, below zero for the worse; `None` where it moves nothing.
    pub moves: Vec<Option<Schedule<Move>>>,
}

/// The most that help can improve a chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Move {
    /// A share of the chance of the bad result. Where more is better, that is the chance that it does not happen.
    Relative(f64),
    /// A proportion of all people.
    Points(f64),
}

/// What the commissioner expects of an honest provider.
#[derive(Clone, Debug)]
pub enum Intended {
    /// The cheapest way to improve an outcome by this proportion of people.
    Aim { outcome: usize, better_by: f64 },
    /// Pounds for each person, by segment, on all kinds of help alike.
    Spend(Schedule<f64>),
    /// Pounds for each person on each kind of help, by segment.
    SpendOn(Vec<Schedule<f64>>),
}

/// How agent types weigh profit, risk and public value, and what margin is fair.
#[derive(Clone, Debug)]
pub struct ProviderAssumptions {
    /// Pounds of mean profit given up for each pound of its standard deviation (the cautious provider).
    pub caution: f64,
    /// Share of the public's value that counts as its own (the mission-minded provider).
    pub mission: f64,
    /// The share of a surplus that it may keep. The rest goes to its owner, or back to a funder of its own.
    pub keep: f64,
    /// The largest margin on payments that is fair.
    pub fair_margin: f64,
    /// Scale of the imperfect provider's mistakes, as a share of what it is paid.
    pub imprecision: f64,
    /// Who owns the provider, where the file says.
    pub ownership: Option<Ownership>,
    /// Whether the provider is the one that does the work today, where the file says.
    pub incumbent: Option<bool>,
    /// The shares of the kinds of provider in the forecast.
    pub mixture: Mixture,
}
