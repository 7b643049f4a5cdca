//! Invoices and plans checked against their own arithmetic, for the terminal and for other programs.

use std::collections::BTreeMap;

use base::english::{counted, plural};
use base::money::{Pence, thousands};
use ledger::invoices::{ContractInvoices, InvoiceSum, WrongInvoiceLine};

use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::{JsonDocument, pounds};
use crate::terminal::Terminal;

/// The invoices of every contract, and a last line over all of them.
#[must_use]
pub fn text(contracts: &BTreeMap<String, ContractInvoices>, terminal: Terminal) -> String {
    let all: Vec<String> = contracts.iter().map(|(name, invoices)| contract(name, invoices, terminal)).collect();
    let mut out = all.join("\n");
    let sum = |of: &dyn Fn(&ContractInvoices) -> u64| contracts.values().map(of).sum::<u64>();
    let exact = sum(&|invoices| invoices.exact.into());
    let wrong = sum(&|invoices| invoices.wrong.len() as u64);
    let lines = sum(&|invoices| invoices.paid.lines.into());
    let paid = contracts.values().fold(0_i64, |sum, invoices| sum.saturating_add(invoices.paid.amount.0));
    out += &format!(
        "\n{}: paid {} in {}; of {} with a price and a number of results, {} price × results to the penny\n",
        counted(contracts.len(), "contract", "contracts"),
        Pence(paid),
        counted(lines, "line", "lines"),
        exact + wrong,
        counted(exact, "is", "are")
    );
    out
}

fn contract(name: &str, invoices: &ContractInvoices, terminal: Terminal) -> String {
    let mut out = format!("{}\n", terminal.bold(name));
    let sum = |what: String, sum: &InvoiceSum| vec![what, sum.amount.to_string(), thousands(sum.lines.into())];
    let paid = Some(&invoices.paid).filter(|paid| paid.lines > 0).map(|paid| sum("paid".to_owned(), paid));
    let plans = invoices
        .planned
        .iter()
        .map(|(plan, planned)| sum(if plan.is_empty() { "planned".to_owned() } else { format!("planned, {plan}") }, planned));
    let sums: Vec<Vec<String>> = paid.into_iter().chain(plans).collect();
    if !sums.is_empty() {
        out += &terminal.table(&["", "amount", "lines"].map(str::to_owned), &sums);
    }
    let checked = invoices.exact as usize + invoices.wrong.len();
    if checked > 0 {
        out += &format!(
            "{} of {} {} price × results to the penny\n",
            invoices.exact,
            counted(checked, "line", "lines"),
            plural(invoices.exact, "is", "are")
        );
    }
    if !invoices.wrong.is_empty() {
        let header =
            ["outcome", "results", "price", "price × results", "paid", "over", "what would explain it"].map(str::to_owned);
        let rows: Vec<Vec<String>> = invoices.wrong.iter().map(wrong_line).collect();
        out += &terminal.columns(&header, &rows, |column| (1..6).contains(&column));
    }
    out
}

fn wrong_line(line: &WrongInvoiceLine) -> Vec<String> {
    let explanation = line.results_over().map_or(String::new(), |results| {
        let more = if results > 0 { "more" } else { "fewer" };
        format!("{} {more}", counted(results.unsigned_abs(), "result", "results"))
    });
    let sum = [line.results.to_string(), line.price.to_string(), line.calculated.to_string()];
    let paid = [line.amount.to_string(), line.over().to_string(), explanation];
    [line.outcome.clone()].into_iter().chain(sum).chain(paid).collect()
}

/// Invoices and plans, checked against their own arithmetic. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct InvoicesDocument {
    /// one for each contract
    pub contracts: Vec<ContractInvoicesEntry>,
    /// what there is to say of the records
    pub notes: Vec<String>,
}

/// The invoices and plans of one contract.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ContractInvoicesEntry {
    /// the contract
    pub contract: String,
    /// how many lines were paid
    pub paid_lines: u32,
    /// what was paid
    pub paid: f64,
    /// one for each plan
    pub plans: Vec<PlanEntry>,
    /// how many paid lines are price × results to the penny
    pub exact: u32,
    /// the paid lines with a price and a number of results whose amount is another
    pub wrong: Vec<WrongLineEntry>,
}

/// One plan of a contract.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PlanEntry {
    /// the name of the plan; empty where it has none
    pub plan: String,
    /// how many lines it has
    pub lines: u32,
    /// what it plans to pay
    pub amount: f64,
}

/// A line whose amount is not price × results.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WrongLineEntry {
    /// the invoice
    pub invoice: String,
    /// the outcome
    pub outcome: String,
    /// how many results it is for
    pub results: f64,
    /// the price of one
    pub price: f64,
    /// price × results
    pub calculated: f64,
    /// what was paid
    pub amount: f64,
    /// what was paid above price × results; negative where less was paid
    pub over: f64,
}

impl InvoicesDocument {
    /// The invoices of every contract.
    #[must_use]
    pub fn of(contracts: &BTreeMap<String, ContractInvoices>, notes: &[String]) -> InvoicesDocument {
        let wrong = |line: &WrongInvoiceLine| WrongLineEntry {
            invoice: line.invoice.clone(),
            outcome: line.outcome.clone(),
            results: line.results.as_f64(),
            price: pounds(line.price),
            calculated: pounds(line.calculated),
            amount: pounds(line.amount),
            over: pounds(line.over()),
        };
        let plan =
            |(plan, sum): (&String, &InvoiceSum)| PlanEntry { plan: plan.clone(), lines: sum.lines, amount: pounds(sum.amount) };
        let contract = |(name, invoices): (&String, &ContractInvoices)| ContractInvoicesEntry {
            contract: name.clone(),
            paid_lines: invoices.paid.lines,
            paid: pounds(invoices.paid.amount),
            plans: invoices.planned.iter().map(plan).collect(),
            exact: invoices.exact,
            wrong: invoices.wrong.iter().map(wrong).collect(),
        };
        InvoicesDocument { contracts: contracts.iter().map(contract).collect(), notes: notes.to_vec() }
    }
}

impl JsonDocument for InvoicesDocument {
    const SCHEMA: &'static str = "wellspent-invoices/1";
    const COMMAND: &'static str = "wellspent invoices --json";
}
