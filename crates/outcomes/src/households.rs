//! Results of households. A household counts once in the whole contract: with one of its members, from whose start on it is measured.
//!
//! People are measured one by one, and [`by_household`] looks at the members of each household together. What it gives has the
//! result of the household in the place of one member, and says of the others that they count with it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::day::{Day, NEVER};
use contract::Scheme;
use contract::measurement::HouseholdMembers;
use contract::terms::Better;
use records::names::NOBODY;

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use crate::rules::some_of::some_of;

/// The same results, where those outcomes that count households have one for each of them. Giving it what it gave changes nothing.
#[must_use]
pub fn by_household<'a>(scheme: &Scheme, measured: &'a MeasuredOutcomes) -> Cow<'a, MeasuredOutcomes> {
    if !scheme.counts_households() {
        return Cow::Borrowed(measured);
    }
    let mut out = measured.clone();
    let outcomes: Vec<usize> = (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].counts_households).collect();
    for members in households(measured) {
        for &at in &members {
            let left_out = is_left_out(measured, at);
            let state = if left_out { OutcomeState::LeftOut } else { OutcomeState::WithHousehold };
            outcomes.iter().for_each(|of| out.results[at * out.outcomes + of] = PersonOutcome::without_value(state));
        }
        let Some((first, counted)) = counted(measured, &members) else { continue };
        let own = first * out.outcomes;
        for &outcome in &outcomes {
            let result = match (scheme.outcomes[outcome].household(), scheme.outcomes[outcome].some_of()) {
                (Some((of, needed)), _) => together(counted.iter().map(|&at| measured.of(at)[of]), needed),
                (None, Some((of, at_least))) => {
                    let good = |at: &usize| (*at, i32::from(scheme.outcomes[*at].better == Better::More));
                    let of: Vec<(usize, i32)> = of.iter().map(good).collect();
                    some_of(&of, at_least, &out.results[own..own + outcome])
                }
                (None, None) => continue,
            };
            out.results[own + outcome] = result;
        }
    }
    Cow::Owned(out)
}

/// Positions of index events by household, people served and the comparison group apart.
fn households(measured: &MeasuredOutcomes) -> Vec<Vec<usize>> {
    let mut of: BTreeMap<(bool, u32, u32), Vec<usize>> = BTreeMap::new();
    for (at, index) in measured.index.iter().enumerate() {
        let start = index.start;
        // Somebody whose household nobody says is one alone.
        let alone = if start.household == NOBODY { start.person } else { 0 };
        of.entry((start.comparison, start.household, alone)).or_default().push(at);
    }
    of.into_values().collect()
}

/// What decides with whom a household counts: the first start and then the segment, in the order of the contract.
fn order(index: &IndexEvent) -> (Day, u32, u32) {
    (index.start.began, index.segment, index.start.person)
}

/// With whom a household counts, and the members whose results are its own: those who started in the same cohort. People whom the rules
/// leave out are no members. `None` where that leaves nobody.
fn counted(measured: &MeasuredOutcomes, members: &[usize]) -> Option<(usize, Vec<usize>)> {
    let members = || members.iter().copied().filter(|&at| !is_left_out(measured, at));
    let first = members().min_by_key(|&at| order(&measured.index[at]))?;
    let cohort = measured.index[first].cohort;
    Some((first, members().filter(|&at| measured.index[at].cohort == cohort).collect()))
}

fn is_left_out(measured: &MeasuredOutcomes, at: usize) -> bool {
    measured.all_of(at).any(|result| result.state == OutcomeState::LeftOut)
}

/// 1 where enough members have the outcome. Nothing is known before everything is known of all of them. The day is the one on which the
/// last member that was needed had it.
fn together(members: impl Iterator<Item = PersonOutcome>, needed: HouseholdMembers) -> PersonOutcome {
    let (mut people, mut days) = (0, Vec::new());
    for result in members {
        if !result.is_known() {
            return PersonOutcome::without_value(OutcomeState::Censored);
        }
        people += 1;
        if result.value > 0 {
            days.push(result.day);
        }
    }
    days.sort_unstable();
    let needed = match needed {
        HouseholdMembers::All => people,
        HouseholdMembers::AtLeast(number) => usize::try_from(number).unwrap_or(1).max(1),
    };
    match days.get(needed - 1) {
        Some(day) => PersonOutcome::observed(1, *day),
        None => PersonOutcome::observed(0, NEVER),
    }
}

/// Positions of index events with whom a household counts although another member started on the same day with another provider or in
/// another area. The one first in the order of segments and names is chosen, which says nothing about who is right.
pub(crate) fn contested(scheme: &Scheme, measured: &MeasuredOutcomes) -> Vec<usize> {
    if !scheme.counts_households() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (first, members) in households(measured).iter().filter_map(|members| counted(measured, members)) {
        let of = &measured.index[first];
        let rival = |at: &usize| {
            let other = &measured.index[*at];
            other.start.began == of.start.began && (other.start.provider, other.area) != (of.start.provider, of.area)
        };
        if members.iter().any(rival) {
            out.push(first);
        }
    }
    out.sort_unstable();
    out
}
