//! What the provider and its funders are left with of what was paid, beyond the costs.

use crate::funders::split;
use crate::tally::Tally;
use crate::terms::SchemeTerms;
use base::money::{Amount as _, Pence};

/// What everybody is left with of what was paid to a provider in one area so far.
#[derive(Clone, Debug, PartialEq)]
pub struct FundersStatement {
    pub costs: Pence,
    /// What was paid less the costs; negative for a loss.
    pub surplus: Pence,
    /// What each funder gains, in the order of the scheme.
    pub funders: Vec<Pence>,
    pub provider: Pence,
}

/// Divides what was paid for a tally. `None` where the contract has no funders, or some costs of the tally are not certified.
#[must_use]
pub fn statement(scheme: &SchemeTerms, tally: &Tally, paid: Pence) -> Option<FundersStatement> {
    let costs = tally.certified(0..tally.cohorts.len()).filter(|_| !scheme.funders.is_empty())?;
    let surplus = paid.minus(costs);
    let funders = split(&scheme.funders, surplus, scheme.rounding);
    let provider = funders.iter().fold(surplus, |left, part| left.minus(*part));
    Some(FundersStatement { costs, surplus, funders, provider })
}
