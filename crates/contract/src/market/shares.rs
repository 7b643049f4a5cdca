//! What share of the people each provider of a lot should get, as whole numbers that are compared exactly.

use base::day::Day;
use base::money::{Rate, WHOLE};
use base::ratio::Ratio;

use super::rules::{Licence, Market, MarketLot, NewEntrant, ShareRule};
use super::standing::{LotStanding, MarketStanding};

/// One lot on one day: its rules, and what has happened in the period.
#[derive(Clone, Copy)]
pub(crate) struct LotView<'a> {
    pub(crate) rules: &'a Market,
    pub(crate) lot: &'a MarketLot,
    pub(crate) standing: &'a LotStanding,
    merits: &'a [Option<u64>],
    day: Day,
    /// Whether a provider of the lot is suspended, so that the others step in with the capacity that they hold free.
    steps_in: bool,
    /// The most people that one provider may have once one more is placed: the cap, rounded up to a whole person.
    most: u32,
}

/// Whether a provider can take one more person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoomLeft {
    /// Not licensed on the day, or suspended.
    Closed,
    /// It has no capacity left in the period.
    Full,
    /// It has room, but one more person would be above the share cap.
    AtCap,
    Open,
}

impl<'a> LotView<'a> {
    pub(crate) fn of(rules: &'a Market, standing: &'a MarketStanding, lot: usize, day: Day) -> LotView<'a> {
        let (merits, standing) = (standing.merits.as_slice(), &standing.lots[lot]);
        let lot = &rules.lots[lot];
        let steps_in = rules.exit.step_in_cover > Rate(0) && lot.licences.iter().any(|licence| licence.is_suspended(day));
        let most = rules.allocation.share_cap.map_or(u32::MAX, |cap| most(standing.placed, cap));
        LotView { rules, lot, standing, merits, day, steps_in, most }
    }

    /// Whether the provider of a licence can take one more person.
    pub(crate) fn room(&self, at: usize) -> RoomLeft {
        let (licence, has) = (&self.lot.licences[at], &self.standing.licences[at]);
        let capacity = if self.steps_in { licence.capacity } else { licence.usual_capacity };
        if !licence.is_open(self.day) {
            RoomLeft::Closed
        } else if capacity.is_some_and(|capacity| has.placed >= capacity) {
            RoomLeft::Full
        } else if has.placed >= self.most {
            RoomLeft::AtCap
        } else {
            RoomLeft::Open
        }
    }

    /// Whether it takes part in a division of people: it has room, or would have it but for the share cap.
    fn takes(&self, at: usize, beyond_cap: bool) -> bool {
        match self.room(at) {
            RoomLeft::Open => true,
            RoomLeft::AtCap => beyond_cap,
            RoomLeft::Closed | RoomLeft::Full => false,
        }
    }

    /// The positions of the licences that take part.
    pub(crate) fn taking(&self, beyond_cap: bool) -> impl Iterator<Item = usize> + '_ {
        (0..self.lot.licences.len()).filter(move |&at| self.takes(at, beyond_cap))
    }

    /// Whether a licence is open on the day.
    pub(crate) fn is_open(&self, at: usize) -> bool {
        self.lot.licences[at].is_open(self.day)
    }

    /// The merit of the provider of a licence.
    pub(crate) fn merit(&self, licence: &Licence) -> Option<u64> {
        self.merits.get(licence.provider).copied().flatten()
    }

    /// By what people are divided between some of the licences.
    pub(crate) fn weights(&self, rule: &ShareRule, taking: impl Iterator<Item = usize>) -> ShareWeights {
        let mut weights = ShareWeights { kind: WeightKind::Equal, all: 0 };
        match rule {
            ShareRule::Rota => {}
            ShareRule::Capacity => {
                let capacities = taking.map(|at| u128::from(self.lot.licences[at].capacity.unwrap_or_default()));
                weights.all = capacities.sum();
                weights.kind = WeightKind::Capacity;
            }
            ShareRule::Performance(rule) => {
                let (mut providers, mut rated, mut merits) = (0, 0, 0u128);
                for at in taking {
                    providers += 1;
                    if let Some(merit) = self.merit(&self.lot.licences[at]) {
                        rated += 1;
                        merits += u128::from(merit);
                    }
                }
                weights = by_merit(rule.new_entrant, (providers, rated), merits);
            }
        }
        if weights.kind != WeightKind::Equal && weights.all == 0 {
            weights.kind = WeightKind::Equal;
        }
        weights
    }
}

/// A cap on the share of everybody placed, and one more, in whole people.
fn most(placed: u32, cap: Rate) -> u32 {
    let share = cap.0.unsigned_abs() * (u64::from(placed) + 1);
    u32::try_from(share.div_ceil(WHOLE.unsigned_abs())).unwrap_or(u32::MAX)
}

/// The weights of results that count and of new entrants, for so many providers, so many of them with a result, and the sum of merits.
fn by_merit(entrant: NewEntrant, (providers, rated): (u64, u64), merits: u128) -> ShareWeights {
    if rated == 0 || merits == 0 && rated == providers {
        return ShareWeights { kind: WeightKind::Equal, all: 0 };
    }
    let new = providers - rated;
    let whole = WHOLE.unsigned_abs();
    // A new entrant never gets more than an equal share, so that there is always something left for the others.
    let (part, of) = match entrant {
        NewEntrant::Share(share) if share.0.unsigned_abs() * providers < whole => (share.0.unsigned_abs(), whole),
        NewEntrant::Share(_) | NewEntrant::EqualShare => (1, providers),
    };
    let rest = of - new * part;
    // Where no result that counts is a good one, those that have one are alike.
    let (each, merits) = if merits == 0 { (Some(1), u128::from(rated)) } else { (None, merits) };
    let kind = WeightKind::Merit { times: rest.into(), each, entrant: u128::from(part) * merits };
    ShareWeights { kind, all: merits * u128::from(of) }
}

/// By what people are divided. The share of a provider is its weight over the sum of the weights.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ShareWeights {
    kind: WeightKind,
    /// The sum of the weights by capacity or merit.
    all: u128,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum WeightKind {
    Equal,
    Capacity,
    /// A merit times a number, or the same number for each; new entrants have a weight of their own.
    Merit {
        times: u128,
        each: Option<u128>,
        entrant: u128,
    },
}

impl ShareWeights {
    /// The weight of a licence. The sum of weights is below 2^91, so that a product with a count of people fits.
    pub(crate) fn of(&self, view: &LotView<'_>, at: usize) -> u128 {
        let licence = &view.lot.licences[at];
        match self.kind {
            WeightKind::Equal => 1,
            WeightKind::Capacity => licence.capacity.unwrap_or_default().into(),
            WeightKind::Merit { times, each, entrant } => match (view.merit(licence), each) {
                (Some(merit), None) => u128::from(merit) * times,
                (Some(_), Some(each)) => each * times,
                (None, _) => entrant,
            },
        }
    }
}

/// The share of each provider that may take people in a lot on a day, by its position in the market, while none is full and no cap is
/// reached. Shares sum to 1. Empty where the rules leave everything to the choice of users.
#[must_use]
pub fn shares(rules: &Market, standing: &MarketStanding, lot: usize, day: Day) -> Vec<(usize, Ratio)> {
    let view = LotView::of(rules, standing, lot, day);
    let Some(rule) = rules.allocation.by.share_rule() else { return Vec::new() };
    let open = || (0..view.lot.licences.len()).filter(|&at| view.is_open(at));
    let weights = view.weights(rule, open());
    let all: u128 = open().map(|at| weights.of(&view, at)).sum();
    // Both are below 2^91.
    let ratio = |weight: u128| Ratio::new(weight.cast_signed(), all.cast_signed());
    open().map(|at| (view.lot.licences[at].provider, ratio(weights.of(&view, at)))).collect()
}
