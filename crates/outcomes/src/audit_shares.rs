//! How many of the claims that a contract audits were checked, by provider and outcome. A contract says no day for an audit, so only
//! cohorts count that have ended and in which every result of the provider is known: before then an audit may still come.

use std::collections::{BTreeMap, BTreeSet};

use base::day::{Day, day};
use base::money::{Rate, WHOLE};
use contract::Scheme;
use contract::terms::Better;
use records::Records;
use records::batch::Batch;
use records::names::fingerprint;

use crate::claims::placed;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;

/// The claims of one provider on one outcome that the contract audits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditShare {
    /// Results that the records show, of which there should be more.
    pub results: i64,
    pub claims: i64,
    /// Claims that an audit had checked.
    pub checked: i64,
    /// The share of the claims that the contract agrees to check.
    pub agreed: Rate,
}

impl AuditShare {
    /// How many claims were to be checked. A part of a claim need not be.
    #[must_use]
    pub fn to_check(&self) -> i64 {
        i64::try_from(i128::from(self.claims) * i128::from(self.agreed.0) / i128::from(WHOLE)).unwrap_or(self.claims)
    }
}

/// Counts claims and audits, row by row of the table of claims.
pub struct AuditShares<'a> {
    scheme: &'a Scheme,
    records: &'a Records,
    measured: &'a MeasuredOutcomes,
    /// The day by which claims and audits had to be known.
    by: Day,
    /// The share to be checked of each outcome; `None` where the contract audits nothing of it.
    agreed: Vec<Option<Rate>>,
    /// Provider, outcome and cohort of which something is not yet known.
    waiting: BTreeSet<(u32, usize, u32)>,
    counts: BTreeMap<(usize, u32), AuditShare>,
    /// Claims that were counted: the same row again is a repeat.
    ids: BTreeSet<u64>,
}

impl<'a> AuditShares<'a> {
    #[must_use]
    pub fn new(scheme: &'a Scheme, records: &'a Records, measured: &'a MeasuredOutcomes, by: Day) -> AuditShares<'a> {
        let agreed: Vec<Option<Rate>> =
            (0..scheme.outcomes.len()).map(|at| scheme.checked(at).filter(|share| share.0 > 0)).collect();
        let mut shares = AuditShares {
            scheme,
            records,
            measured,
            by,
            agreed,
            waiting: BTreeSet::new(),
            counts: BTreeMap::new(),
            ids: BTreeSet::new(),
        };
        let served = || measured.index.iter().enumerate().filter(|(_, index)| !index.start.comparison);
        for (at, index) in served() {
            let results = measured.of(at).iter().enumerate();
            let censored = results.filter(|(_, result)| result.state == OutcomeState::Censored);
            shares.waiting.extend(censored.map(|(outcome, _)| (index.start.provider, outcome, index.cohort)));
        }
        for (at, _) in served() {
            for (outcome, result) in measured.of(at).iter().enumerate() {
                let terms = &scheme.outcomes[outcome];
                let is_shown = result.state == OutcomeState::Observed && terms.better == Better::More && !terms.is_amount();
                if let Some(share) = shares.of(at, outcome).filter(|_| is_shown) {
                    share.results += i64::from(result.value);
                }
            }
        }
        shares
    }

    /// The counts of an index event's provider for an outcome, where the contract audits it and everything is known.
    fn of(&mut self, at: usize, outcome: usize) -> Option<&mut AuditShare> {
        let agreed = self.agreed[outcome]?;
        let index = &self.measured.index[at];
        let ended = day(self.scheme.cohorts[index.cohort as usize].ends) <= self.by;
        let provider = index.start.provider;
        if !ended || self.waiting.contains(&(provider, outcome, index.cohort)) {
            return None;
        }
        Some(self.counts.entry((outcome, provider)).or_insert(AuditShare { agreed, ..AuditShare::default() }))
    }

    /// Counts some rows of the table of claims.
    pub fn add(&mut self, batch: &Batch) {
        let id = batch.table.column("claim");
        for claim in placed(self.scheme, self.records, self.measured, batch, self.by) {
            if batch.name(id, claim.row).is_some_and(|name| !self.ids.insert(fingerprint(name))) {
                continue;
            }
            if let Some(share) = self.of(claim.at, claim.outcome) {
                share.claims += 1;
                share.checked += i64::from(claim.is_checked);
            }
        }
    }

    /// The counts by outcome and provider, as positions, in their order.
    #[must_use]
    pub fn end(self) -> BTreeMap<(usize, u32), AuditShare> {
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_claim_need_not_be_checked() {
        let of = |claims, percent| AuditShare { claims, agreed: Rate(WHOLE / 100 * percent), ..AuditShare::default() }.to_check();
        assert_eq!([of(9, 10), of(10, 10), of(19, 10), of(3, 50), of(7, 100), of(0, 100)], [0, 1, 1, 1, 7, 0]);
        assert_eq!(of(i64::MAX, 100), i64::MAX);
    }
}
