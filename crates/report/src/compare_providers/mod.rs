//! Providers of one contract compared, as a text, a page and a document for other programs. No provider has a rank, and they stand
//! in the order of their names.

mod charts;
mod json;
mod page;
mod places;
mod tables;
mod text;
mod words;

use evaluation::providers::comparison::ProviderComparison;
use evaluation::providers::funnel::Dispersion;
use jiff::civil::Date;
use records::gate::quality::QualityReport;

pub use json::CompareProvidersDocument;

/// The providers of a contract, outcome by outcome.
#[derive(Clone, Debug)]
pub struct ComparedProviders {
    pub scheme: String,
    /// What happened up to this day is counted.
    pub as_at: Date,
    /// How differences between providers beyond chance widen the limits.
    pub dispersion: Dispersion,
    /// A provider with fewer people whose result is known has no limits.
    pub least_people: u64,
    pub outcomes: Vec<OutcomeComparison>,
    /// Outcomes that are counts or amounts, by name.
    pub not_compared: Vec<String>,
    pub notes: Vec<String>,
    /// The data-quality report.
    pub quality: QualityReport,
}

/// One outcome of a scheme.
#[derive(Clone, Debug)]
pub struct OutcomeComparison {
    pub name: String,
    /// In words, as the contract has it.
    pub measure: String,
    pub counts_households: bool,
    pub more_is_better: bool,
    /// In the order of names, which is that of the comparison.
    pub providers: Vec<ProviderRow>,
    /// The names of the segments.
    pub segments: Vec<String>,
    /// The names of the periods.
    pub periods: Vec<String>,
    pub periods_are: PeriodKind,
    /// What the model knows of people, as nouns.
    pub known_before: Vec<String>,
    /// What it does not, with the reason, as sentences.
    pub not_used: Vec<String>,
    /// The comparison, or a sentence that says why there is none.
    pub comparison: Result<ProviderComparison, String>,
}

/// What results are followed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodKind {
    Cohorts,
    Quarters,
}

/// One provider's people.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderRow {
    pub name: String,
    pub followed_up: FollowedUp,
    /// People whose result is known, by segment.
    pub segments: Vec<u64>,
    /// The first days of people whose result is known, in order.
    pub began: Vec<Date>,
}

/// How many results of a provider are known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowedUp {
    pub known: u64,
    pub not_yet_known: u64,
    pub left_out: u64,
    /// Excepted from the outcome for a stated reason.
    pub excepted: u64,
    /// Counted with another member of the household.
    pub with_household: u64,
}
