//! Checks the lines of invoices and plans against their own arithmetic, and adds up what was paid and planned under each contract.

use std::collections::BTreeMap;
use std::path::PathBuf;

use base::day::{Day, day};
use base::english::counted;
use base::hidden_characters::visible;
use base::money::{Amount as _, Pence};
use base::similar_names::nearest;
use jiff::civil::Date;
use ledger::invoices::{ContractInvoices, by_contract};
use records::gate::quality::AcceptedFaults;
use records::spelling;
use report::invoices::InvoicesDocument;
use report::quality;

use crate::Terminal;
use crate::error::Error;
use crate::gate::{self, WantedRecords};

/// Which invoices are checked.
#[derive(Clone, Debug)]
pub struct InvoicesRequest {
    /// The folder with the table of invoices.
    pub records: PathBuf,
    /// Only these contracts; all if it is empty.
    pub contracts: Vec<String>,
    /// Lines that became known after this day are left out.
    pub known_at: Option<Date>,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
}

/// The invoices of each contract.
#[derive(Clone, Debug, PartialEq)]
pub struct InvoicesReport {
    pub contracts: BTreeMap<String, ContractInvoices>,
    pub notes: Vec<String>,
}

impl InvoicesReport {
    /// The invoices for a terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::invoices::text(&self.contracts, terminal)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> InvoicesDocument {
        InvoicesDocument::of(&self.contracts, &self.notes)
    }

    /// Whether a line is not price × results.
    #[must_use]
    pub fn has_wrong_lines(&self) -> bool {
        self.contracts.values().any(|contract| !contract.wrong.is_empty())
    }
}

/// Checks invoices.
///
/// # Errors
/// The records do not allow a result, have no table of invoices, or have no line of a contract.
pub fn invoices(request: &InvoicesRequest) -> Result<InvoicesReport, Error> {
    let wanted = WantedRecords { tables: &["invoices"], ..WantedRecords::default() };
    let mut loaded = gate::load(&request.records, &wanted)?;
    loaded.judge(request.accepted.clone())?;
    let Some(batches) = loaded.tables.get("invoices") else {
        let what = format!("there is no table of invoices in {}", request.records.display());
        return Err(Error::failed(what, "docs/records.md describes the table"));
    };
    let mut contracts = by_contract(batches, request.known_at.map_or(Day::MAX, day));
    if let Some(missing) = request.contracts.iter().find(|name| !contracts.contains_key(*name)) {
        let hint = match nearest(missing, contracts.keys().map(String::as_str)) {
            Some(near) => format!("did you mean --contract {}?", visible(near)),
            None => "write the contract as in the column `contract`".to_owned(),
        };
        return Err(Error::failed(format!("no line is for the contract {}", visible(missing)), hint));
    }
    let mut notes = quality::notes(&loaded.quality);
    notes.extend(contracts_that_look_like_one(&contracts, &request.contracts));
    contracts.retain(|name, _| request.contracts.is_empty() || request.contracts.contains(name));
    notes.extend(plans_that_look_like_one(&contracts));
    notes.extend(sums_of_others(&contracts));
    notes.extend(request.known_at.and_then(|known_at| counted_without_a_day(&contracts, known_at)));
    Ok(InvoicesReport { contracts, notes })
}

/// Paid lines that are the sum of the others of their contract: a sentence for each.
fn sums_of_others(contracts: &BTreeMap<String, ContractInvoices>) -> Vec<String> {
    let sentence = |contract: &str, line: &str| {
        format!(
            "The line {} of the contract {} is the sum of its other paid lines, and is added to them. If it is a total, delete it.",
            visible(line),
            visible(contract)
        )
    };
    let lines = contracts.iter().flat_map(|(name, contract)| contract.sums_of_others().into_iter().map(move |line| (name, line)));
    lines.map(|(name, line)| sentence(name, line)).collect()
}

/// What is counted as known although nothing says when it became known.
fn counted_without_a_day(contracts: &BTreeMap<String, ContractInvoices>, known_at: Date) -> Option<String> {
    let (mut paid, mut planned, mut lines) = (Pence(0), Pence(0), 0);
    for contract in contracts.values() {
        paid = paid.plus(contract.undated_paid.amount);
        planned = planned.plus(contract.undated_planned.amount);
        lines += u64::from(contract.undated_paid.lines) + u64::from(contract.undated_planned.lines);
    }
    (lines > 0).then(|| {
        let lines = counted(lines, "line has", "lines have");
        format!(
            "{lines} nothing in `known`, and may have become known after {known_at}. They are counted: paid {paid}, planned {planned}."
        )
    })
}

/// Contracts whose names look like one, with what was paid under all of them: a sentence for each.
fn contracts_that_look_like_one(contracts: &BTreeMap<String, ContractInvoices>, wanted: &[String]) -> Vec<String> {
    let names: Vec<&str> = contracts.keys().map(String::as_str).collect();
    let asked = |names: &&Vec<&str>| wanted.is_empty() || names.iter().any(|name| wanted.iter().any(|wanted| wanted == name));
    let sentence = |names: &Vec<&str>| {
        let paid = names.iter().fold(Pence(0), |sum, name| sum.plus(contracts[*name].paid.amount));
        let lines: u64 = names.iter().map(|name| u64::from(contracts[*name].paid.lines)).sum();
        format!(
            "The contracts {} look like one name spelled differently, and each is added up on its own. As one contract: paid {paid} in {}.",
            named(names),
            counted(lines, "line", "lines")
        )
    };
    spelling::groups(&names).iter().filter(asked).map(sentence).collect()
}

/// Plans of one contract whose names look like one, with the sum of all of them: a sentence for each.
fn plans_that_look_like_one(contracts: &BTreeMap<String, ContractInvoices>) -> Vec<String> {
    let mut out = Vec::new();
    for (contract, ContractInvoices { planned, .. }) in contracts {
        let plans: Vec<&str> = planned.keys().map(String::as_str).filter(|plan| !plan.is_empty()).collect();
        for names in spelling::groups(&plans) {
            let sum = names.iter().fold(Pence(0), |sum, name| sum.plus(planned[*name].amount));
            let lines: u64 = names.iter().map(|name| u64::from(planned[*name].lines)).sum();
            out.push(format!(
                "The plans {} of the contract {} look like one name spelled differently, and each has a sum of its own. As one plan: {sum} \
                 in {}.",
                named(&names),
                visible(contract),
                counted(lines, "line", "lines")
            ));
        }
    }
    out
}

/// "A and B and C".
fn named(names: &[&str]) -> String {
    names.iter().map(|name| visible(name).into_owned()).collect::<Vec<_>>().join(" and ")
}
