//! What several detectors measure: contact early on, and results beside what is expected of the same people.

use base::day::Day;

use super::series::{Gathered, MonthlyNumber};
use crate::observed::{Month, ObservedRecords, ObservedStart, ObservedState, month};

/// The first days after a start, in which help shows itself in contacts: an assumption.
pub(crate) const EARLY: Day = 90;
/// Fewer contacts than this in those days are hardly any help: an assumption.
pub(crate) const FEW_CONTACTS: usize = 2;

pub(crate) const NO_CONTACTS: &str = "the records have no table of contacts";
pub(crate) const NO_CLAIMS: &str = "the records have no table of claims";
pub(crate) const NO_REFERRALS: &str = "the records have no events of the kind `referral`";
pub(crate) const NO_MAIN: &str = "the contract pays for no outcome that happens to a person or does not";
pub(crate) const NO_COMPARISON: &str = "the records have no comparison group";
pub(crate) const NO_EARLIER: &str = "the records have nothing from before the starts that would tell harder from easier people";

/// People whose first days are over, with the month in which they were.
pub(crate) fn followed(records: &ObservedRecords, days: Day) -> impl Iterator<Item = (usize, Month, &ObservedStart)> {
    let over = move |start: &ObservedStart| start.began.saturating_add(days);
    let served = records.served().filter(move |(_, start)| over(start) <= records.as_at);
    served.map(move |(provider, start)| (provider, month(over(start)), start))
}

/// Whether somebody had hardly any contact early on.
pub(crate) fn hardly_contacted(start: &ObservedStart) -> bool {
    start.contacts_within(EARLY).0 < FEW_CONTACTS
}

/// Hours of contact early on, by provider and month.
pub(crate) fn early_hours(records: &ObservedRecords) -> Gathered {
    let mut hours = Gathered::default();
    followed(records, EARLY).for_each(|(provider, month, start)| hours.add(provider, month, start.contacts_within(EARLY).1));
    hours
}

/// The known results of people served in one outcome, beside what is expected of them, by the month in which they could be known.
pub(crate) fn results(records: &ObservedRecords, outcome: usize, of: impl Fn(&ObservedStart) -> bool) -> Vec<MonthlyNumber> {
    let mut gathered = Gathered::default();
    for (provider, start) in records.served().filter(|(_, start)| of(start)) {
        if let Some((month, beyond)) = known(records, start, outcome) {
            gathered.add(provider, month, beyond);
        }
    }
    gathered.means()
}

/// The result of somebody beyond what is expected, and the month in which it could be known; none while it is not.
pub(crate) fn known(records: &ObservedRecords, start: &ObservedStart, outcome: usize) -> Option<(Month, f64)> {
    let result = start.results.get(outcome).filter(|result| result.state == ObservedState::Known)?;
    (result.due <= records.as_at).then(|| (month(result.due), result.good - result.expected))
}

/// Whether somebody is harder to help than the middle of everybody served; none where nothing tells.
pub(crate) fn harder(start: &ObservedStart, middle: f64) -> Option<bool> {
    start.chance.map(|chance| chance < middle)
}

/// Outcomes that the contract does not pay for.
pub(crate) fn unpaid(records: &ObservedRecords) -> impl Iterator<Item = usize> + '_ {
    (0..records.outcomes.len()).filter(|at| {
        let outcome = &records.outcomes[*at];
        // What builds on a paid outcome, or is built on by one, is not another matter.
        !outcome.paid && records.outcomes.iter().all(|other| !other.paid || other.base != outcome.base)
    })
}
