//! The rules of a market as types that can only be right.

use base::day::{Day, NEVER};
use base::literal::Duration;
use base::money::{Pence, Rate, WHOLE};
use jiff::civil::Date;

use crate::calendar::{MonthEnd, months_later};

/// The most providers in one lot.
pub const MAX_LICENCES: usize = 1_000;

/// How providers get in and out of a market, and who gets the next person.
#[derive(Clone, Debug, PartialEq)]
pub struct Market {
    pub title: String,
    pub lots: Vec<MarketLot>,
    pub award: AwardKind,
    pub allocation: AllocationRules,
    pub entry: EntryRules,
    pub exit: ExitRules,
    pub bond: Option<Bond>,
    /// What an incumbent may not keep to itself, a sentence each.
    pub information: Vec<String>,
    /// In the order of the file. No decision depends on this order.
    pub providers: Vec<MarketProvider>,
    /// The lot of each area and segment, area by area.
    pub(crate) lot_of: Vec<Option<usize>>,
    pub(crate) segments: usize,
    /// The first day of the first period: the first day of the contract.
    pub(crate) starts: Date,
    /// The last day of the contract.
    pub(crate) ends: Date,
    pub(crate) month_end: MonthEnd,
}

/// A part of the service that is awarded by itself: some areas, and some segments of their people.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketLot {
    pub name: String,
    /// Positions among the areas of the scheme.
    pub areas: Vec<usize>,
    /// Positions among the segments of the scheme.
    pub segments: Vec<usize>,
    /// How many providers may hold the lot at the same time; `None` for a licence, which has no limit.
    pub places: Option<u32>,
    /// Who may take people, in the order of the file.
    pub licences: Vec<Licence>,
}

/// How providers get in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AwardKind {
    /// One provider for each lot.
    #[default]
    SingleAward,
    /// A stated number of providers for each lot.
    Framework,
    /// Whoever meets the requirements, at any time.
    Licence,
}

impl AwardKind {
    /// As the file writes them.
    pub(crate) const KNOWN: [(&'static str, AwardKind); 3] =
        [("single award", AwardKind::SingleAward), ("framework", AwardKind::Framework), ("licence", AwardKind::Licence)];
}

/// Who gets the next person.
#[derive(Clone, Debug, PartialEq)]
pub struct AllocationRules {
    pub by: AllocatedBy,
    /// The greatest share of the people placed in a lot in a period that one provider may have, rounded up to a whole person.
    pub share_cap: Option<Rate>,
    /// How many months people are counted over, for shares, caps and capacity.
    pub period_months: i64,
}

/// What decides who gets the next person.
#[derive(Clone, Debug, PartialEq)]
pub enum AllocatedBy {
    /// The user chooses. Otherwise this rule decides; without one, the person waits.
    UserChoice(Option<ShareRule>),
    /// The choices of the user play no part.
    Share(ShareRule),
}

impl AllocatedBy {
    /// The rule that divides people who are not placed by choice.
    #[must_use]
    pub fn share_rule(&self) -> Option<&ShareRule> {
        match self {
            AllocatedBy::UserChoice(fallback) => fallback.as_ref(),
            AllocatedBy::Share(rule) => Some(rule),
        }
    }
}

/// How people are divided between providers.
#[derive(Clone, Debug, PartialEq)]
pub enum ShareRule {
    /// In turn: the same number for each.
    Rota,
    /// By measured performance.
    Performance(PerformanceRule),
    /// In proportion to capacity.
    Capacity,
}

/// Shares by performance: a provider's result to a power, divided by the sum over all (Tullock 1980).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerformanceRule {
    /// The power, counted in halves: 3 is the power 1.5. Halves can be computed in whole numbers, so every machine has the same shares.
    pub half_powers: u32,
    /// The people behind a result before it counts.
    pub least_people: i64,
    pub new_entrant: NewEntrant,
}

impl PerformanceRule {
    /// The largest power.
    pub const MAX_POWER: u32 = 4;
}

/// What a provider gets until its result counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewEntrant {
    /// One share of as many as there are providers with room.
    EqualShare,
    /// This share of the lot, and never more than an equal one.
    Share(Rate),
}

/// What it takes to get in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryRules {
    /// A sentence each.
    pub requirements: Vec<String>,
    /// What meeting them costs a provider.
    pub cost_to_meet: Option<Pence>,
    /// What a bid costs a provider.
    pub cost_of_bid: Option<Pence>,
}

/// What happens when a provider leaves.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExitRules {
    /// How long before it leaves a provider must say so.
    pub notice: Option<Duration>,
    /// The share of its capacity that each provider holds free, so that the others can step in for one that fails.
    pub step_in_cover: Rate,
}

/// What a provider deposits.
#[derive(Clone, Debug, PartialEq)]
pub struct Bond {
    pub amount: Pence,
    /// When it is forfeited, in a sentence.
    pub forfeited_when: String,
}

/// An organisation that takes people, or may do so.
#[derive(Clone, Debug, PartialEq)]
pub struct MarketProvider {
    /// As tables of referrals and results name it.
    pub id: String,
    pub name: String,
    /// Decides ties together with the key of a referral: a fingerprint of the id.
    pub(crate) fingerprint: u64,
}

impl MarketProvider {
    /// A provider by its id.
    pub(crate) fn new(id: String, name: String) -> MarketProvider {
        let fingerprint = fingerprint(&id);
        MarketProvider { id, name, fingerprint }
    }
}

/// 64 bits of a text by FNV-1a (Fowler, Noll and Vo): the same on every machine.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// One provider may take people in one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Licence {
    /// Position among the providers of the market.
    pub provider: usize,
    /// The most people that it takes in a period; no limit where none is stated.
    pub capacity: Option<u32>,
    /// The part of its capacity that is filled while nobody has to step in.
    pub(crate) usual_capacity: Option<u32>,
    /// The first day on which it may take people.
    pub from: Day,
    /// The last day.
    pub to: Day,
    /// The first day on which it gets nobody; [`NEVER`] where it is not suspended.
    pub suspended: Day,
    /// The first day on which it gets people again; [`NEVER`] where none is stated.
    pub resumed: Day,
}

impl Licence {
    /// Whether it is suspended on a day on which it would otherwise take people.
    #[must_use]
    pub fn is_suspended(&self, on: Day) -> bool {
        self.suspended != NEVER && self.suspended <= on && on < self.resumed && self.from <= on && on <= self.to
    }

    /// Whether it may take people on a day.
    #[must_use]
    pub fn is_open(&self, on: Day) -> bool {
        self.from <= on && on <= self.to && !self.is_suspended(on)
    }
}

/// The part of a capacity that is filled while a share of it is held free, in whole people.
pub(crate) fn usual(capacity: u32, held_free: Rate) -> u32 {
    let filled = u64::from(capacity) * (WHOLE - held_free.0.clamp(0, WHOLE)).unsigned_abs() / WHOLE.unsigned_abs();
    u32::try_from(filled).unwrap_or(capacity)
}

impl Market {
    /// Leaves a lot to one of its licences, without a limit to its capacity: a single award. Nothing changes where there is no such
    /// licence.
    pub fn hold_alone(&mut self, lot: usize, licence: usize) {
        let lot = &mut self.lots[lot];
        if let Some(&alone) = lot.licences.get(licence) {
            lot.places = Some(1);
            lot.licences = vec![Licence { capacity: None, usual_capacity: None, ..alone }];
        }
    }

    /// The lot of an area and a segment, by their positions in the scheme.
    #[must_use]
    pub fn lot_of(&self, area: usize, segment: usize) -> Option<usize> {
        if segment >= self.segments {
            return None;
        }
        self.lot_of.get(area * self.segments + segment).copied().flatten()
    }

    /// The position of a provider by its exact id.
    #[must_use]
    pub fn provider(&self, id: &str) -> Option<usize> {
        self.providers.iter().position(|provider| provider.id == id)
    }

    /// The period of a day, counted from the first day of the contract, which is in period 0.
    #[must_use]
    pub fn period_of(&self, on: Date) -> i64 {
        let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let mut passed = months(on) - months(self.starts);
        if months_later(self.starts, passed, self.month_end) > on {
            passed -= 1;
        }
        passed.div_euclid(self.allocation.period_months.max(1))
    }

    /// The first day of a period.
    #[must_use]
    pub fn period_starts(&self, period: i64) -> Date {
        months_later(self.starts, period.saturating_mul(self.allocation.period_months), self.month_end)
    }
}
