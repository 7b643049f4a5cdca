//! What running the contract costs the payer itself: staff, the verification of claims, and audits. It is no part of what the provider is
//! paid, and may be left out of the file.

use base::literal::Literal as _;
use base::money::Pence;
use base::reader::Section;

use super::reading::warn_without_source;

/// The payer's own costs, in pounds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PayerCosts {
    /// Of one area for a year, whoever comes.
    pub each_year: f64,
    pub each_person: f64,
    /// For each result that the provider claims, when it is verified.
    pub each_claim: f64,
    /// For each claim that an audit of the contract checks.
    pub each_check: f64,
}

impl PayerCosts {
    /// Whether the file states any.
    #[must_use]
    pub fn is_stated(&self) -> bool {
        *self != PayerCosts::default()
    }
}

/// Reads `[payer_costs]`.
pub(super) fn read(top: &Section<'_, '_>) -> PayerCosts {
    let Some(table) = top.section("payer_costs") else { return PayerCosts::default() };
    warn_without_source(&table);
    let pounds = |key: &str| table.positive::<Pence>(key).map_or(0.0, Pence::pounds);
    let costs = PayerCosts {
        each_year: pounds("each_year"),
        each_person: pounds("each_person"),
        each_claim: pounds("each_claim"),
        each_check: pounds("each_check"),
    };
    table.finish();
    if !costs.is_stated() && top.reader.errors() == 0 {
        let problem = base::problem::Problem::at(table.file, table.span, "[payer_costs] states no cost");
        let expected = format!("each_year, each_person, each_claim or each_check, {}", Pence::EXPECTED);
        table
            .push(problem.expected(expected).fix("add what running the contract costs the payer, or remove the table").warning());
    }
    costs
}
