//! A scheme: its terms, and above them the clauses that read the terms. A clause never sees the scheme.

use std::ops::{Deref, DerefMut};

use crate::clauses::{Clause, for_whole_areas};
use crate::terms::SchemeTerms;
use base::money::Rate;

/// A scheme: who is served, what is measured, and what is paid for it.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub terms: SchemeTerms,
    /// In the order of the file, which is the order of pricing.
    pub clauses: Vec<Clause>,
}

/// Whoever has a scheme reads its terms as its own: `scheme.outcomes`.
impl Deref for Scheme {
    type Target = SchemeTerms;

    fn deref(&self) -> &SchemeTerms {
        &self.terms
    }
}

impl DerefMut for Scheme {
    fn deref_mut(&mut self) -> &mut SchemeTerms {
        &mut self.terms
    }
}

impl Scheme {
    /// The positions of the clauses whose payment depends on results.
    pub fn result_clauses(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.clauses.len()).filter(|&at| self.clauses[at].pays_for_results())
    }

    /// The names of the clauses, in their order.
    pub(crate) fn clause_names(&self) -> Vec<&str> {
        self.clauses.iter().map(|clause| clause.name.as_str()).collect()
    }

    /// The position of a clause by name.
    #[must_use]
    pub fn clause(&self, name: &str) -> Option<usize> {
        self.clauses.iter().position(|clause| clause.name == name)
    }

    /// The clauses that pay for an area as a whole: divided between two providers, they amount to another sum than for one.
    #[must_use]
    pub fn for_whole_areas(&self) -> Vec<&Clause> {
        for_whole_areas(&self.clauses)
    }

    /// The share of a provider's claims on an outcome that is checked; `None` when no clause audits it.
    #[must_use]
    pub fn checked(&self, outcome: usize) -> Option<Rate> {
        let audits = self.clauses.iter().filter_map(|clause| clause.terms.audit());
        audits.filter(|audit| audit.outcome == outcome).map(|audit| audit.checks).next()
    }

    /// Whether anything is worked out from the provider's certified costs: a clause, or what funders lose and gain.
    #[must_use]
    pub fn reads_costs(&self) -> bool {
        !self.funders.is_empty() || self.costs_decide_payments()
    }

    /// Whether what is paid depends on the provider's certified costs.
    #[must_use]
    pub fn costs_decide_payments(&self) -> bool {
        self.clauses.iter().any(|clause| clause.terms.reads_costs())
    }
}
