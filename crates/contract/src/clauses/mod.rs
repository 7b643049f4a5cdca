//! The catalogue of clauses: a closed list of the ways in which a contract can pay. Each kind has one file with everything that
//! is known about it: how it is read, priced and explained, what is warned about, and how its terms can be changed. Nothing
//! outside this folder asks which kind a clause is.
//!
//! Clauses are priced in the order of the file, and a clause may refer to clauses above it.
//!
//! To add a kind: copy a neighbour, add it to [`ClauseTerms`], to `with_kind!` and to [`CATALOGUE`], and give it a case in
//! `cases/clauses/`.

pub mod attachment_fee;
pub mod audit;
pub mod award;
pub mod bonus;
pub mod cap;
pub mod clawback;
pub mod cost_share;
pub mod floor;
mod kind;
pub mod outcome_payment;
pub mod payment_on_account;
pub mod points_payment;
mod reading;
pub mod service_fee;
pub mod share_at_risk;
pub mod surplus_share;
pub mod sustainment_payment;
pub mod tariff;
mod wording;

use std::ops::{Deref, DerefMut};

use crate::gate::{Gate, MetIn};
use crate::pricing::{ClausePricing, LineSink};
use crate::terms::Scheme;
use base::money::{Amount, Pence};
use base::schedule::Schedule;

pub use crate::terms::{MeasuredFor, MeasuredOver};
pub use kind::{CatalogueEntry, ClauseEffects, ClauseKind, NewClause, OtherTerms, Straightened, TakenBack};
pub use reading::{ClauseContext, CountingBasis};
pub(crate) use reading::{conflict, read};
pub use wording::quantity_words;

use wording::{capitalised, clause_names, measured_words, nothing_of_a_debt, prices, term_numbers, waits_for_costs};

/// One clause of the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    pub name: String,
    /// Where it comes from: the contract's own clause number, or a source.
    pub from: String,
    pub terms: ClauseTerms,
}

/// What a clause promises, by its kind. Questions about it are those of [`ClauseKind`].
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseTerms {
    ServiceFee(service_fee::ServiceFee),
    AttachmentFee(attachment_fee::AttachmentFee),
    PaymentOnAccount(payment_on_account::PaymentOnAccount),
    OutcomePayment(outcome_payment::OutcomePayment),
    SustainmentPayment(sustainment_payment::SustainmentPayment),
    Tariff(tariff::Tariff),
    Bonus(bonus::Bonus),
    Award(award::Award),
    PointsPayment(points_payment::PointsPayment),
    ShareAtRisk(share_at_risk::ShareAtRisk),
    Clawback(clawback::Clawback),
    Audit(audit::Audit),
    Cap(cap::Cap),
    Floor(floor::Floor),
    SurplusShare(surplus_share::SurplusShare),
    CostShare(cost_share::CostShare),
}

/// Every kind of clause, in reading order.
pub const CATALOGUE: [CatalogueEntry; 16] = [
    service_fee::ENTRY,
    attachment_fee::ENTRY,
    payment_on_account::ENTRY,
    outcome_payment::ENTRY,
    sustainment_payment::ENTRY,
    tariff::ENTRY,
    bonus::ENTRY,
    award::ENTRY,
    points_payment::ENTRY,
    share_at_risk::ENTRY,
    clawback::ENTRY,
    audit::ENTRY,
    cap::ENTRY,
    floor::ENTRY,
    surplus_share::ENTRY,
    cost_share::ENTRY,
];

/// The one place that goes from the kind of a clause to its file. The answer may be a type of its own for each kind, so that
/// pricing is dispatched statically.
macro_rules! with_kind {
    ($terms:expr, $clause:ident => $answer:expr) => {
        match $terms {
            ClauseTerms::ServiceFee($clause) => $answer,
            ClauseTerms::AttachmentFee($clause) => $answer,
            ClauseTerms::PaymentOnAccount($clause) => $answer,
            ClauseTerms::OutcomePayment($clause) => $answer,
            ClauseTerms::SustainmentPayment($clause) => $answer,
            ClauseTerms::Tariff($clause) => $answer,
            ClauseTerms::Bonus($clause) => $answer,
            ClauseTerms::Award($clause) => $answer,
            ClauseTerms::PointsPayment($clause) => $answer,
            ClauseTerms::ShareAtRisk($clause) => $answer,
            ClauseTerms::Clawback($clause) => $answer,
            ClauseTerms::Audit($clause) => $answer,
            ClauseTerms::Cap($clause) => $answer,
            ClauseTerms::Floor($clause) => $answer,
            ClauseTerms::SurplusShare($clause) => $answer,
            ClauseTerms::CostShare($clause) => $answer,
        }
    };
}

macro_rules! into_terms {
    ($($module:ident::$kind:ident),*) => {
        $(impl From<$module::$kind> for ClauseTerms {
            fn from(clause: $module::$kind) -> Self {
                ClauseTerms::$kind(clause)
            }
        })*
    };
}

into_terms!(attachment_fee::AttachmentFee, audit::Audit, cap::Cap, floor::Floor, service_fee::ServiceFee, tariff::Tariff);

impl ClauseTerms {
    /// Prices the clause: posts what it pays, and why.
    #[inline]
    pub(crate) fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        with_kind!(self, clause => clause.price(pricing));
    }

    /// Whether it takes back what other clauses paid. Pricing asks this of every clause, so it is dispatched statically.
    #[must_use]
    #[inline]
    pub fn takes_back(&self) -> bool {
        with_kind!(self, clause => clause.takes_back())
    }
}

impl Deref for ClauseTerms {
    type Target = dyn ClauseKind;

    fn deref(&self) -> &Self::Target {
        with_kind!(self, clause => clause)
    }
}

impl DerefMut for ClauseTerms {
    fn deref_mut(&mut self) -> &mut Self::Target {
        with_kind!(self, clause => clause)
    }
}

impl Clause {
    /// The kind of clause, as the file names it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.terms.entry().name
    }

    /// The clause in English, one sentence to an item.
    #[must_use]
    pub fn explain(&self, scheme: &Scheme) -> Vec<String> {
        let mut sentences = self.terms.explain(scheme);
        let amounts = self.terms.amounts();
        sentences.extend(amounts.into_iter().flat_map(|(what, price)| wording::schedule(scheme, what, price)));
        sentences
    }

    /// Whether what it pays depends on a result, rather than on time and people alone.
    #[must_use]
    pub fn pays_for_results(&self) -> bool {
        self.terms.pays_for_results()
    }

    /// The outcome it pays for, when it pays for one directly.
    #[must_use]
    pub fn outcome(&self) -> Option<usize> {
        self.terms.outcome()
    }

    /// Every outcome it pays for, alone or together with others.
    #[must_use]
    pub fn outcomes(&self) -> Vec<usize> {
        self.terms.outcomes()
    }

    /// Whether it compares results with a gate, a baseline or a level, so that chance alone can stop a payment that is earned or
    /// bring one that is not. A price for each result does neither.
    #[must_use]
    pub fn compares_results(&self) -> bool {
        self.terms.compares_results()
    }

    /// Whether it decides anything for some segments and not for all of them together.
    #[must_use]
    pub fn decides_by_segment(&self) -> bool {
        self.terms.measured_for() == MeasuredFor::EachSegment || self.gates().iter().any(|gate| gate.met_in != MetIn::Whole)
    }

    /// The gates that must be passed before it pays.
    #[must_use]
    pub fn gates(&self) -> Vec<&Gate> {
        self.terms.gates()
    }

    /// What it pays whatever the results, in one area, at the number of people expected: nothing where it pays for results.
    /// `None` where a fee depends on bands of people.
    #[must_use]
    pub fn expected_fee(&self, scheme: &Scheme, area: usize) -> Option<f64> {
        let mut sum = 0.0;
        for cohort in &scheme.cohorts {
            sum += self.terms.expected_fee(scheme, area, cohort)?;
        }
        Some(sum)
    }
}

/// A price for each segment: today's, multiplied by the segment's own percentage. One price for all areas and years stays one.
fn by_segment(price: &Schedule<Pence>, percents: &[i64]) -> Schedule<Pence> {
    price.map_segments(percents.len(), |segment, price| Pence(price.0 * percents[segment] / 100))
}
