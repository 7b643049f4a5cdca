//! The catalogue of clauses: a closed list of the ways in which a contract can pay. Each kind has one file with everything that
//! is known about it: how it is read, priced and explained, what is warned about, and how its terms can be changed. Nothing
//! outside this folder asks which kind a clause is.
//!
//! Clauses are priced in the order of the file, and a clause may refer to clauses above it. The file of a kind never sees this list:
//! it reads the terms of the scheme ([`SchemeTerms`]), and of the other clauses it has plain answers ([`OtherClauses`]).
//!
//! To add a kind: copy a neighbour, add it to [`ClauseTerms`], [`CATALOGUE`], `with_kind!` and `terms_of_kind!`, and give it a case
//! in `cases/clauses/`.

pub mod attachment_fee;
pub mod audit;
pub mod award;
pub mod bonus;
pub mod cap;
pub mod clawback;
pub mod cost_share;
pub mod floor;
pub mod kind;
pub mod other_providers;
pub mod outcome_payment;
pub mod payment_on_account;
pub mod per_unit;
pub mod points_payment;
mod reading;
pub mod service_fee;
pub mod share_at_risk;
pub mod surplus_share;
pub mod sustainment_payment;
pub mod tariff;
mod wording;

use std::ops::{Deref, DerefMut};

use crate::amendment::Amendment;
use crate::gate::{Gate, MetIn};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink};
use crate::terms::{Cohort, SchemeTerms};
use audit::Audit;
use base::money::Amount;
use base::problem::Problem;
use base::reader::Section;
use base::schedule::ScheduleKeys;

pub use crate::terms::{MeasuredFor, MeasuredOver};
pub use kind::{ClauseEffects, ClauseKind, KindDescription, NewClause, OtherTerms, Straightened, TakenBack};
pub use reading::{ClauseContext, CountingBasis};
pub use wording::quantity_words;

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

/// A kind of clause in the catalogue.
pub struct CatalogueEntry {
    pub name: &'static str,
    pub summary: &'static str,
    /// As in [`KindDescription`].
    pub example: &'static str,
    read: fn(&Section<'_, '_>, &ClauseContext<'_>) -> Option<ClauseTerms>,
}

/// Every kind of clause, in reading order.
pub const CATALOGUE: [CatalogueEntry; 16] = [
    listed::<service_fee::ServiceFee>(&service_fee::DESCRIPTION),
    listed::<attachment_fee::AttachmentFee>(&attachment_fee::DESCRIPTION),
    listed::<payment_on_account::PaymentOnAccount>(&payment_on_account::DESCRIPTION),
    listed::<outcome_payment::OutcomePayment>(&outcome_payment::DESCRIPTION),
    listed::<sustainment_payment::SustainmentPayment>(&sustainment_payment::DESCRIPTION),
    listed::<tariff::Tariff>(&tariff::DESCRIPTION),
    listed::<bonus::Bonus>(&bonus::DESCRIPTION),
    listed::<award::Award>(&award::DESCRIPTION),
    listed::<points_payment::PointsPayment>(&points_payment::DESCRIPTION),
    listed::<share_at_risk::ShareAtRisk>(&share_at_risk::DESCRIPTION),
    listed::<clawback::Clawback>(&clawback::DESCRIPTION),
    listed::<audit::Audit>(&audit::DESCRIPTION),
    listed::<cap::Cap>(&cap::DESCRIPTION),
    listed::<floor::Floor>(&floor::DESCRIPTION),
    listed::<surplus_share::SurplusShare>(&surplus_share::DESCRIPTION),
    listed::<cost_share::CostShare>(&cost_share::DESCRIPTION),
];

/// The entry of a kind: its name, its description, and how it is read.
const fn listed<K: ClauseKind + Into<ClauseTerms>>(kind: &KindDescription) -> CatalogueEntry {
    let &KindDescription { name, summary, example } = kind;
    CatalogueEntry { name, summary, example, read: |section, context| K::read(section, context).map(Into::into) }
}

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

/// The way from the terms of one kind to those of any kind, and back where they are of that kind.
macro_rules! terms_of_kind {
    ($($module:ident::$kind:ident),* $(,)?) => {
        $(impl From<$module::$kind> for ClauseTerms {
            fn from(clause: $module::$kind) -> Self {
                ClauseTerms::$kind(clause)
            }
        }

        impl OfKind for $module::$kind {
            fn of(terms: &ClauseTerms) -> Option<&Self> {
                match terms {
                    ClauseTerms::$kind(clause) => Some(clause),
                    _ => None,
                }
            }
        })*
    };
}

trait OfKind: Sized {
    fn of(terms: &ClauseTerms) -> Option<&Self>;
}

/// The terms as those of the same kind as a clause.
fn as_its_kind<'t, K: OfKind>(_clause: &K, terms: &'t ClauseTerms) -> Option<&'t K> {
    K::of(terms)
}

terms_of_kind!(
    service_fee::ServiceFee,
    attachment_fee::AttachmentFee,
    payment_on_account::PaymentOnAccount,
    outcome_payment::OutcomePayment,
    sustainment_payment::SustainmentPayment,
    tariff::Tariff,
    bonus::Bonus,
    award::Award,
    points_payment::PointsPayment,
    share_at_risk::ShareAtRisk,
    clawback::Clawback,
    audit::Audit,
    cap::Cap,
    floor::Floor,
    surplus_share::SurplusShare,
    cost_share::CostShare,
);

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

    /// The audit of a provider's claims, where it is one.
    #[must_use]
    pub fn audit(&self) -> Option<&Audit> {
        Audit::of(self)
    }

    /// The same, to be changed.
    pub fn audit_mut(&mut self) -> Option<&mut Audit> {
        match self {
            ClauseTerms::Audit(audit) => Some(audit),
            _ => None,
        }
    }

    /// Writes what differs from the new terms: of the same kind, or of a tariff that takes the place of a clause that jumped or bent.
    pub(crate) fn amend(&self, new: &ClauseTerms, name: &str, text: &mut Amendment<'_>) {
        with_kind!(self, clause => match (as_its_kind(clause, new), new) {
            (Some(new), _) => clause.amend(new, name, text),
            (None, ClauseTerms::Tariff(tariff)) if !clause.keys_without_the_jump().is_empty() => {
                tariff.replace_in(text, name, clause.keys_without_the_jump(), clause.measured_over().unwrap_or_default());
            }
            (None, _) => {}
        });
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
        self.terms.description().name
    }

    /// The clause in English, one sentence to an item.
    #[must_use]
    pub fn explain(&self, scheme: &SchemeTerms, clauses: &[Clause]) -> Vec<String> {
        let mut sentences = self.terms.explain(scheme, &clauses);
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
    pub fn expected_fee(&self, scheme: &SchemeTerms, area: usize) -> Option<f64> {
        let mut sum = 0.0;
        for cohort in &scheme.cohorts {
            sum += self.terms.expected_fee(scheme, area, cohort)?;
        }
        Some(sum)
    }
}

impl OtherClauses for &[Clause] {
    fn name(&self, clause: usize) -> &str {
        &self[clause].name
    }

    fn takes_back(&self, clause: usize) -> bool {
        self[clause].terms.takes_back()
    }

    fn several_take_back(&self) -> bool {
        self.iter().filter(|clause| clause.terms.takes_back()).nth(1).is_some()
    }

    fn may_owe(&self, clause: usize) -> bool {
        self[clause].terms.may_owe()
    }

    fn pays_for_results(&self, clause: usize) -> bool {
        self[clause].pays_for_results()
    }

    fn outcomes(&self, clause: usize) -> Vec<usize> {
        let gates = self[clause].gates().into_iter().map(|gate| gate.outcome);
        self[clause].outcomes().into_iter().chain(gates).collect()
    }

    fn expected_fee(&self, clause: usize, scheme: &SchemeTerms, area: usize) -> Option<f64> {
        self[clause].expected_fee(scheme, area)
    }

    fn least_fee(&self, clause: usize, area: usize, cohorts: &[&Cohort]) -> i64 {
        self[clause].terms.least_fee(area, cohorts)
    }
}

/// The clauses that pay for an area as a whole.
pub(crate) fn for_whole_areas(clauses: &[Clause]) -> Vec<&Clause> {
    clauses.iter().filter(|clause| clause.terms.pays_for_whole_area()).collect()
}

/// Reads one `[pay.NAME]` table.
pub(crate) fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Clause> {
    let names: Vec<&str> = CATALOGUE.iter().map(|kind| kind.name).collect();
    let kind = section.required_text("clause", "the kind of clause, such as \"outcome payment\"");
    let known = CATALOGUE.iter().find(|known| known.name == kind);
    let Some(known) = known else {
        if !kind.is_empty() {
            section.push(
                section
                    .problem("clause", "there is no clause of this kind")
                    .read(format!("\"{kind}\""))
                    .expected(format!("one of {}", names.join(", ")))
                    .nearest(&kind, names)
                    .fix("docs/scheme-file.md shows every kind with an example"),
            );
        }
        return None;
    };
    let terms = (known.read)(section, context);
    section.finish();
    if section.name == "total" {
        section.push(
            Problem::at(section.file, section.span, "a clause cannot be called `total`")
                .expected("a name that means nothing else in a worked example")
                .fix("choose another name, because in a worked example `total` means everything paid"),
        );
    }
    if section.source().is_none() {
        section.push(
            Problem::at(section.file, section.span, format!("[{}] does not say where it comes from", section.path))
                .expected("from = \"…\": a clause of the contract, a published source, or \"assumption: …\"")
                .fix("add a line: from = \"clause 4.1\"")
                .warning(),
        );
    }
    Some(Clause { name: section.name.clone(), from: section.source().unwrap_or_default().to_owned(), terms: terms? })
}

/// The first error in what a clause says together with the clauses above it.
pub(crate) fn conflict(clauses: &[Clause], tables: &Section<'_, '_>, keys: &ScheduleKeys, cohorts: &[Cohort]) -> Option<Problem> {
    let others = OtherTerms { tables, clauses: &clauses, keys, cohorts };
    clauses.iter().find_map(|clause| clause.terms.conflict(&clause.name, &others))
}
