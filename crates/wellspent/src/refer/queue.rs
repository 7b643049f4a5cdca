//! In which order people are placed: by day, those who wait before those who come, and people of one day by a key that nobody can choose.

use std::collections::{BTreeMap, BTreeSet};

use base::day::{Day, date};
use contract::market::allocate::{Allocation, Placement, PlacementReason, Referral, WaitingReason, allocate};
use contract::market::rules::Market;
use contract::market::standing::{AdjustedResult, MarketStanding};

/// One person who was referred.
#[derive(Clone, Debug)]
pub(super) struct ReferredPerson {
    /// The id of the referral.
    pub(super) id: String,
    pub(super) day: Day,
    /// Positions in the scheme.
    pub(super) area: usize,
    pub(super) segment: usize,
    /// Positions in the market, best first.
    pub(super) choices: Vec<usize>,
    pub(super) key: u64,
    /// Whether an earlier run placed the person.
    pub(super) was_placed: bool,
}

/// A person of an earlier run.
pub(super) struct EarlierPerson {
    pub(super) person: ReferredPerson,
    /// Where the person was placed; `None` for a person who waits.
    pub(super) placed: Option<PlacedPerson>,
}

/// Where a person is.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlacedPerson {
    pub(super) lot: usize,
    /// Position among the licences of the lot.
    pub(super) licence: usize,
    pub(super) provider: usize,
    pub(super) on: Day,
    pub(super) reason: PlacementReason,
    pub(super) instead_of: Option<usize>,
    /// The people of the provider, and of all, in the lot and the period by then.
    pub(super) counts: Option<(u32, u32)>,
}

/// What became of a person.
#[derive(Clone, Debug)]
pub(super) enum ReferralOutcome {
    Placed(PlacedPerson),
    Waiting(WaitingReason),
}

/// Everybody, and how many people each provider has.
pub(super) struct PlacedPeople {
    /// By the day of the referral and its id.
    pub(super) people: Vec<(ReferredPerson, ReferralOutcome)>,
    pub(super) standing: BTreeMap<i64, MarketStanding>,
}

/// The standing of each period, and the results by which shares are set in all of them.
struct StandingByPeriod<'a> {
    market: &'a Market,
    results: &'a [Option<AdjustedResult>],
    standing: BTreeMap<i64, MarketStanding>,
}

impl StandingByPeriod<'_> {
    fn of(&mut self, day: Day) -> &mut MarketStanding {
        let period = self.market.period_of(date(day));
        self.standing.entry(period).or_insert_with(|| MarketStanding::new(self.market, self.results))
    }

    /// Counts a person who was placed, and says how many there are then.
    fn record(&mut self, on: Day, placement: &Placement) -> (u32, u32) {
        let market = self.market;
        let standing = self.of(on);
        standing.record(market, on, placement);
        (standing.placed(placement.lot, placement.licence), standing.placed_in(placement.lot))
    }

    /// Decides about one person on a day, and counts whoever is placed.
    fn try_on(&mut self, on: Day, person: &ReferredPerson) -> ReferralOutcome {
        let ReferredPerson { area, segment, key, .. } = *person;
        let referral = Referral { area, segment, day: on, choices: &person.choices, key };
        let market = self.market;
        match allocate(market, self.of(on), &referral) {
            Allocation::Placed(placement) => {
                let counts = Some(self.record(on, &placement));
                let Placement { lot, licence, provider, reason, instead_of } = placement;
                ReferralOutcome::Placed(PlacedPerson { lot, licence, provider, on, reason, instead_of, counts })
            }
            Allocation::Waiting(_, why) => ReferralOutcome::Waiting(why),
        }
    }
}

/// Places everybody who is not placed yet.
pub(super) fn placed(
    market: &Market,
    results: &[Option<AdjustedResult>],
    new: Vec<ReferredPerson>,
    earlier: Vec<EarlierPerson>,
) -> PlacedPeople {
    let mut periods = StandingByPeriod { market, results, standing: BTreeMap::new() };
    let (stands, waits): (Vec<_>, Vec<_>) = earlier.into_iter().partition(|earlier| earlier.placed.is_some());
    let mut people: Vec<(ReferredPerson, ReferralOutcome)> = Vec::new();
    // In the order in which they were placed, so that it is as if one run had placed everybody.
    let mut stands: Vec<(ReferredPerson, PlacedPerson)> =
        stands.into_iter().filter_map(|EarlierPerson { person, placed }| Some((person, placed?))).collect();
    stands.sort_by(|(one, placed), (other, other_placed)| {
        (placed.on, one.day, one.key, &one.id).cmp(&(other_placed.on, other.day, other.key, &other.id))
    });
    for (person, placed) in stands {
        let PlacedPerson { lot, licence, provider, on, reason, instead_of, .. } = placed;
        periods.record(on, &Placement { lot, licence, provider, reason, instead_of });
        people.push((person, ReferralOutcome::Placed(placed)));
    }
    let mut coming = new;
    coming.sort_by(|one, other| (one.day, one.key, &one.id).cmp(&(other.day, other.key, &other.id)));
    let mut lots: BTreeMap<Option<usize>, Vec<(ReferredPerson, WaitingReason)>> = BTreeMap::new();
    let lot_of = |person: &ReferredPerson| market.lot_of(person.area, person.segment);
    for EarlierPerson { person, .. } in waits {
        lots.entry(lot_of(&person)).or_default().push((person, WaitingReason::AllFull));
    }
    for waiting in lots.values_mut() {
        waiting.sort_by(|(one, _), (other, _)| (one.day, one.key, &one.id).cmp(&(other.day, other.key, &other.id)));
    }
    let mut days: BTreeSet<Day> = coming.iter().map(|person| person.day).collect();
    // Whoever waits is tried at least once, also where nobody new comes.
    days.extend(lots.values().flatten().map(|(person, _)| person.day).max());
    let mut coming = coming.into_iter().peekable();
    for day in days {
        for waiting in lots.values_mut() {
            try_again(&mut periods, day, waiting, &mut people);
        }
        while let Some(person) = coming.next_if(|person| person.day == day) {
            match periods.try_on(day, &person) {
                ReferralOutcome::Waiting(why) => lots.entry(lot_of(&person)).or_default().push((person, why)),
                outcome => people.push((person, outcome)),
            }
        }
    }
    people.extend(lots.into_values().flatten().map(|(person, why)| (person, ReferralOutcome::Waiting(why))));
    people.sort_by(|(one, _), (other, _)| (one.day, &one.id).cmp(&(other.day, &other.id)));
    PlacedPeople { people, standing: periods.standing }
}

/// Tries the people who wait for one lot again, those who have waited longest first.
fn try_again(
    periods: &mut StandingByPeriod<'_>,
    day: Day,
    waiting: &mut Vec<(ReferredPerson, WaitingReason)>,
    people: &mut Vec<(ReferredPerson, ReferralOutcome)>,
) {
    let mut rest = Vec::new();
    let mut all_wait: Option<WaitingReason> = None;
    for (person, before) in waiting.drain(..) {
        // Nobody is placed before the day of the referral, and who has not chosen still has not. Where one finds no room, nobody of the
        // lot does on that day.
        if person.day > day || before == WaitingReason::NotChosen {
            rest.push((person, before));
            continue;
        }
        if let Some(why) = all_wait {
            rest.push((person, why));
            continue;
        }
        match periods.try_on(day, &person) {
            ReferralOutcome::Waiting(why) => {
                all_wait = Some(why).filter(|why| !matches!(why, WaitingReason::NotChosen | WaitingReason::ChoicesFull));
                rest.push((person, why));
            }
            outcome => people.push((person, outcome)),
        }
    }
    *waiting = rest;
}
