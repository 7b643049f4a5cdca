//! Whose results are compared: the people served, by provider, in the order in which they started.

use base::day::{Day, date};
use contract::Scheme;
use outcomes::{IndexEvent, MeasuredOutcomes, OutcomeState};
use report::compare_providers::{FollowedUp, PeriodKind, ProviderRow};

use crate::measured::MeasuredRecords;

/// The starts of people served, with the providers that have any.
pub(super) struct ServedStarts {
    /// The position in the records of each provider, in the order of names.
    pub(super) providers: Vec<u32>,
    /// Positions of the starts, by day and then by person.
    order: Vec<usize>,
    /// For each start of the records, the place of its provider in `providers`.
    place: Vec<usize>,
}

/// A person whose result is known.
pub(super) struct KnownPerson<'a> {
    pub(super) index: &'a IndexEvent,
    /// The place of the provider among those compared.
    pub(super) provider: usize,
    pub(super) event: bool,
    pub(super) began: Day,
}

impl ServedStarts {
    pub(super) fn of(found: &MeasuredRecords) -> ServedStarts {
        let index = &found.measured.index;
        let mut order: Vec<usize> = (0..index.len()).filter(|at| !index[*at].start.comparison).collect();
        // People are numbered in the order of their ids, so that the order of rows changes nothing.
        order.sort_by_key(|at| (index[*at].start.began, index[*at].start.person));
        let mut providers: Vec<u32> = order.iter().map(|at| index[*at].start.provider).collect();
        providers.sort_unstable();
        providers.dedup();
        let place = index.iter().map(|index| providers.binary_search(&index.start.provider).unwrap_or_default()).collect();
        ServedStarts { providers, order, place }
    }

    /// The people whose result is known in an outcome, in the order in which they started.
    pub(super) fn known<'a>(&self, measured: &'a MeasuredOutcomes, outcome: usize) -> Vec<KnownPerson<'a>> {
        let known = self.order.iter().filter_map(|at| {
            let finding = measured.of(*at)[outcome];
            let index = &measured.index[*at];
            (finding.state == OutcomeState::Observed).then_some(KnownPerson {
                index,
                provider: self.place[*at],
                event: finding.value > 0,
                began: index.start.began,
            })
        });
        known.collect()
    }

    /// What is known of each provider's people: how many results, and whom they served. `began` gives the first days of a provider's
    /// people whose result is known.
    pub(super) fn rows<I: Iterator<Item = Day>>(
        &self,
        scheme: &Scheme,
        found: &MeasuredRecords,
        outcome: usize,
        began: impl Fn(usize) -> I,
    ) -> Vec<ProviderRow> {
        let row = |at: usize| ProviderRow {
            name: found.records.providers.get(self.providers[at]).to_string(),
            followed_up: FollowedUp::default(),
            segments: vec![0; scheme.segments.len()],
            began: began(at).map(date).collect(),
        };
        let mut rows: Vec<ProviderRow> = (0..self.providers.len()).map(row).collect();
        for at in &self.order {
            let row = &mut rows[self.place[*at]];
            let count = match found.measured.of(*at)[outcome].state {
                OutcomeState::Observed => {
                    row.segments[found.measured.index[*at].segment as usize] += 1;
                    &mut row.followed_up.known
                }
                OutcomeState::Censored => &mut row.followed_up.not_yet_known,
                OutcomeState::LeftOut => &mut row.followed_up.left_out,
                OutcomeState::Excepted => &mut row.followed_up.excepted,
                OutcomeState::WithHousehold => &mut row.followed_up.with_household,
            };
            *count += 1;
        }
        rows
    }
}

/// The periods by which results are followed: cohorts, or quarters where there is only one cohort.
pub(super) struct FollowedPeriods {
    pub(super) are: PeriodKind,
    pub(super) names: Vec<String>,
    /// The period of each person, in the order of people.
    pub(super) of: Vec<usize>,
}

impl FollowedPeriods {
    pub(super) fn of(scheme: &Scheme, known: &[KnownPerson<'_>]) -> FollowedPeriods {
        if scheme.cohorts.len() > 1 {
            let mut used: Vec<u32> = known.iter().map(|person| person.index.cohort).collect();
            used.sort_unstable();
            used.dedup();
            let names = used.iter().map(|at| scheme.cohorts[*at as usize].name.clone()).collect();
            let of = known.iter().map(|person| used.binary_search(&person.index.cohort).unwrap_or_default()).collect();
            return FollowedPeriods { are: PeriodKind::Cohorts, names, of };
        }
        let quarter = |person: &KnownPerson<'_>| {
            let day = date(person.began);
            (day.year(), (day.month() - 1) / 3)
        };
        let mut used: Vec<(i16, i8)> = known.iter().map(quarter).collect();
        used.sort_unstable();
        used.dedup();
        let name = |(year, quarter): &(i16, i8)| {
            let months = ["January to March", "April to June", "July to September", "October to December"];
            format!("{} {year}", months[*quarter as usize])
        };
        let of = known.iter().map(|person| used.binary_search(&quarter(person)).unwrap_or_default()).collect();
        FollowedPeriods { are: PeriodKind::Quarters, names: used.iter().map(name).collect(), of }
    }
}
