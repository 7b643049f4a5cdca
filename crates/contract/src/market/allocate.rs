//! Who gets the next person: one function, used by live referral and by the simulation.
//!
//! Where people are divided by a rota or by shares, a provider may have the next person when it is behind its share, and of those behind
//! the one has it that would soonest be a whole person behind. So what each has had is never a whole person more or less than its share
//! of everybody divided so far (Balinski and Young 1975; Tijdeman 1980). To give each person to whoever is furthest behind is not enough:
//! with shares of very different size some then fall behind by more than one.

use std::cmp::Ordering;

use base::day::Day;

use super::rules::{AllocatedBy, Market, ShareRule};
use super::shares::{LotView, RoomLeft, ShareWeights};
use super::standing::MarketStanding;

/// One person to be placed.
#[derive(Clone, Copy, Debug)]
pub struct Referral<'a> {
    /// Position among the areas of the scheme.
    pub area: usize,
    /// Position among the segments of the scheme.
    pub segment: usize,
    pub day: Day,
    /// The providers that the user would like, best first, by their positions in the market. A provider that does not hold the lot is
    /// passed over.
    pub choices: &'a [usize],
    /// Decides ties: 64 bits that say nothing about the person and that nobody can choose.
    pub key: u64,
}

/// What becomes of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allocation {
    Placed(Placement),
    /// Nobody can take the person now. The lot, where there is one, and why.
    Waiting(Option<usize>, WaitingReason),
}

/// A provider for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    pub lot: usize,
    /// Position among the licences of the lot.
    pub licence: usize,
    /// Position among the providers of the market.
    pub provider: usize,
    pub reason: PlacementReason,
    /// The provider that would have had the person but for the share cap.
    pub instead_of: Option<usize>,
}

/// Why this provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacementReason {
    /// The user chose it: the position among the choices, from 0.
    Chosen(usize),
    NextOnRota,
    ShareByPerformance,
    ShareByCapacity,
    OnlyOneWithRoom,
}

/// Why nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingReason {
    /// No lot has the area and the segment.
    NoLot,
    /// No provider of the lot may take people on the day.
    NobodyLicensed,
    /// Every provider of the lot is full.
    AllFull,
    /// Only providers at the share cap have room: the one that would have had the person.
    ShareCap(usize),
    /// The rules leave it to the user, who has not chosen.
    NotChosen,
    /// The rules leave it to the user, and no provider that was chosen can take the person.
    ChoicesFull,
}

/// Decides one referral. It takes time in proportion to the providers of the lot, and no memory. The order of providers and lots in the
/// files plays no part.
///
/// # Panics
/// The standing is not of these rules.
#[must_use]
pub fn allocate(rules: &Market, standing: &MarketStanding, referral: &Referral<'_>) -> Allocation {
    let Some(lot) = rules.lot_of(referral.area, referral.segment) else {
        return Allocation::Waiting(None, WaitingReason::NoLot);
    };
    let view = LotView::of(rules, standing, lot, referral.day);
    let placed = |at: usize, reason: PlacementReason, instead_of: Option<usize>| {
        let provider = view.lot.licences[at].provider;
        Allocation::Placed(Placement { lot, licence: at, provider, reason, instead_of })
    };
    let mut capped = None;
    let rule = match &rules.allocation.by {
        AllocatedBy::Share(rule) => rule,
        AllocatedBy::UserChoice(fallback) => {
            for (position, choice) in referral.choices.iter().enumerate() {
                let Some(at) = view.lot.licences.iter().position(|licence| licence.provider == *choice) else { continue };
                match view.room(at) {
                    RoomLeft::Open => return placed(at, PlacementReason::Chosen(position), capped),
                    RoomLeft::AtCap => capped = capped.or(Some(*choice)),
                    RoomLeft::Closed | RoomLeft::Full => {}
                }
            }
            match (fallback, referral.choices.is_empty()) {
                (Some(rule), _) => rule,
                (None, true) => return Allocation::Waiting(Some(lot), WaitingReason::NotChosen),
                (None, false) => return Allocation::Waiting(Some(lot), WaitingReason::ChoicesFull),
            }
        }
    };
    let (mut with_room, mut at_cap, mut open) = (0, 0, 0);
    for at in 0..view.lot.licences.len() {
        match view.room(at) {
            RoomLeft::Open => with_room += 1,
            RoomLeft::AtCap => at_cap += 1,
            RoomLeft::Full => open += 1,
            RoomLeft::Closed => {}
        }
    }
    let provider = |at: usize| view.lot.licences[at].provider;
    // Who would have had the person but for the cap.
    let uncapped = if at_cap > 0 { next(&view, rule, true, referral.key).map(provider) } else { None };
    let Some(at) = next(&view, rule, false, referral.key) else {
        let why = match uncapped {
            Some(provider) => WaitingReason::ShareCap(provider),
            None if open > 0 => WaitingReason::AllFull,
            None => WaitingReason::NobodyLicensed,
        };
        return Allocation::Waiting(Some(lot), why);
    };
    let reason = match rule {
        _ if with_room == 1 => PlacementReason::OnlyOneWithRoom,
        ShareRule::Rota => PlacementReason::NextOnRota,
        ShareRule::Performance(_) => PlacementReason::ShareByPerformance,
        ShareRule::Capacity => PlacementReason::ShareByCapacity,
    };
    placed(at, reason, capped.or(uncapped.filter(|other| *other != provider(at))))
}

/// How many people each provider is taken to have had, for a rota or for shares.
struct ShareCounts {
    weights: ShareWeights,
    /// The sum of the weights.
    all: u128,
    /// The people of those that took part before, and the sum of their weights.
    before: (u128, u128),
}

impl ShareCounts {
    fn of(view: &LotView<'_>, rule: &ShareRule, beyond_cap: bool) -> ShareCounts {
        let weights = view.weights(rule, view.taking(beyond_cap));
        let (mut all, mut before) = (0, (0, 0));
        for at in view.taking(beyond_cap) {
            let (weight, has) = (weights.of(view, at), &view.standing.licences[at]);
            all += weight;
            if has.takes_part {
                before = (before.0 + u128::from(has.by_share), before.1 + weight);
            }
        }
        ShareCounts { weights, all, before }
    }

    /// The people of one. A provider that comes in, or comes back, is taken to have had its share before: otherwise it would get everybody
    /// until it has caught up.
    fn people(&self, view: &LotView<'_>, at: usize) -> u32 {
        let has = &view.standing.licences[at];
        if has.takes_part || self.before.1 == 0 {
            return has.by_share;
        }
        let level = self.weights.of(view, at) * self.before.0 / self.before.1;
        has.by_share.max(u32::try_from(level).unwrap_or(u32::MAX))
    }
}

/// Who is next by a rota or by shares, by the position of the licence. `None` where nobody has room.
fn next(view: &LotView<'_>, rule: &ShareRule, beyond_cap: bool, key: u64) -> Option<usize> {
    let counts = ShareCounts::of(view, rule, beyond_cap);
    let divided: u128 = view.taking(beyond_cap).map(|at| u128::from(counts.people(view, at))).sum::<u128>() + 1;
    let mut best: Option<(usize, u128, u128)> = None;
    for at in view.taking(beyond_cap) {
        let (weight, people) = (counts.weights.of(view, at), u128::from(counts.people(view, at)));
        // Only a provider behind its share may have one more.
        if people * counts.all >= weight * divided {
            continue;
        }
        let sooner = |&(other, other_weight, other_people): &(usize, u128, u128)| {
            // When a provider would be a whole person behind: after (people + 1) / weight.
            match ((people + 1) * other_weight).cmp(&((other_people + 1) * weight)) {
                Ordering::Less => true,
                Ordering::Equal => is_before(view, at, other, key),
                Ordering::Greater => false,
            }
        };
        if best.as_ref().is_none_or(sooner) {
            best = Some((at, weight, people));
        }
    }
    best.map(|(at, _, _)| at)
}

/// Which of two that are alike comes first: by their fingerprints, mixed with the key of the referral.
fn is_before(view: &LotView<'_>, one: usize, other: usize, key: u64) -> bool {
    let lot = |at: usize| {
        let provider = &view.rules.providers[view.lot.licences[at].provider];
        (mixed(key ^ provider.fingerprint), provider.id.as_str())
    };
    lot(one) < lot(other)
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): each bit of the result depends on every bit of the number.
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

impl MarketStanding {
    /// Counts a person who was placed in this period on a day. A person who waits changes nothing.
    ///
    /// # Panics
    /// The standing is not of these rules.
    pub fn record(&mut self, rules: &Market, day: Day, placement: &Placement) {
        let by_choice = matches!(placement.reason, PlacementReason::Chosen(_));
        if let Some(rule) = rules.allocation.by.share_rule().filter(|_| !by_choice) {
            self.let_in(rules, day, placement.lot, rule);
        }
        let lot = &mut self.lots[placement.lot];
        lot.placed += 1;
        let has = &mut lot.licences[placement.licence];
        has.placed += 1;
        has.by_share += u32::from(!by_choice);
    }

    /// Sets what those that come in are taken to have had before, and notes who takes part.
    fn let_in(&mut self, rules: &Market, day: Day, lot: usize, rule: &ShareRule) {
        let changed = |view: &LotView<'_>, at: usize| view.standing.licences[at].takes_part != view.is_open(at);
        let view = LotView::of(rules, self, lot, day);
        if !(0..view.lot.licences.len()).any(|at| changed(&view, at)) {
            return;
        }
        // This happens when somebody comes in or leaves, and not with every person.
        let counts = ShareCounts::of(&view, rule, true);
        let has = |at: usize| (view.is_open(at), if view.is_open(at) { Some(counts.people(&view, at)) } else { None });
        let new: Vec<(bool, Option<u32>)> = (0..view.lot.licences.len()).map(has).collect();
        for (has, (takes_part, people)) in self.lots[lot].licences.iter_mut().zip(new) {
            has.takes_part = takes_part;
            has.by_share = people.unwrap_or(has.by_share);
        }
    }
}
