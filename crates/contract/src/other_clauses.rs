//! What a clause may know of the other clauses: plain answers, and never the clauses themselves.

use crate::terms::{Cohort, SchemeTerms};

/// The clauses of a scheme, as each of them sees the others. A clause is named by its position.
pub trait OtherClauses {
    /// What a clause is called.
    fn name(&self, clause: usize) -> &str;

    /// Whether it takes back what others paid, and pays nothing itself.
    fn takes_back(&self, clause: usize) -> bool;

    /// Whether more than one of all clauses takes money back, so that something could be taken twice.
    fn several_take_back(&self) -> bool;

    /// Whether what it pays by itself may be negative.
    fn may_owe(&self, clause: usize) -> bool;

    /// Whether what it pays depends on a result, rather than on time and people alone.
    fn pays_for_results(&self, clause: usize) -> bool;

    /// The outcomes that it pays for, and those of its gates.
    fn outcomes(&self, clause: usize) -> Vec<usize>;

    /// What it pays whatever the results, in one area, in pence, at the number of people expected. `None` where a fee depends on
    /// bands of people.
    fn expected_fee(&self, clause: usize, scheme: &SchemeTerms, area: usize) -> Option<f64>;

    /// The least that it pays for some cohorts, in pence, before any discount.
    fn least_fee(&self, clause: usize, area: usize, cohorts: &[&Cohort]) -> i64;
}
