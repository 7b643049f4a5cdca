//! Invoices and plans checked against their own arithmetic, for the terminal.

use std::collections::BTreeMap;

use base::money::Pence;
use ledger::invoices::{ContractInvoices, InvoiceSum, WrongInvoiceLine};

use crate::quality::several;

/// The invoices of every contract, and a last line over all of them.
#[must_use]
pub fn text(contracts: &BTreeMap<String, ContractInvoices>) -> String {
    let mut out: String = contracts.iter().map(|(name, invoices)| contract(name, invoices)).collect();
    let sum = |of: &dyn Fn(&ContractInvoices) -> u64| contracts.values().map(of).sum::<u64>();
    let exact = sum(&|invoices| invoices.exact.into());
    let wrong = sum(&|invoices| invoices.wrong.len() as u64);
    let lines = sum(&|invoices| invoices.paid.lines.into());
    let paid = contracts.values().fold(0_i64, |sum, invoices| sum.saturating_add(invoices.paid.amount.0));
    out += &format!(
        "\n{}: paid {} in {}; of {} with a price and a number of results, {} price × results to the penny\n",
        several(contracts.len() as u64, "contract", "contracts"),
        Pence(paid),
        several(lines, "line", "lines"),
        exact + wrong,
        if exact == 1 { "1 is".to_owned() } else { format!("{exact} are") }
    );
    out
}

fn contract(name: &str, invoices: &ContractInvoices) -> String {
    let mut out = format!("{name}\n");
    let sum = |what: String, sum: &InvoiceSum| {
        format!("  {what:<24} {:>16} in {}\n", sum.amount.to_string(), several(sum.lines.into(), "line", "lines"))
    };
    if invoices.paid.lines > 0 {
        out += &sum("paid".to_owned(), &invoices.paid);
    }
    for (plan, planned) in &invoices.planned {
        out += &sum(if plan.is_empty() { "planned".to_owned() } else { format!("planned, {plan}") }, planned);
    }
    let checked = invoices.exact as usize + invoices.wrong.len();
    if checked > 0 {
        out += &format!(
            "  {} of {} {} price × results to the penny\n",
            invoices.exact,
            several(checked as u64, "line", "lines"),
            if invoices.exact == 1 { "is" } else { "are" }
        );
    }
    out.extend(invoices.wrong.iter().map(wrong_line));
    out
}

fn wrong_line(line: &WrongInvoiceLine) -> String {
    let explanation = line.results_over().map_or(String::new(), |results| {
        let more = if results > 0 { "more" } else { "fewer" };
        format!(": {} {more} would explain it", several(results.unsigned_abs(), "result", "results"))
    });
    format!(
        "    {:<20} {:>5} × {:>8} = {:>10}, paid {:>10}, {:>10} over{explanation}\n",
        line.outcome,
        line.results.to_string(),
        line.price.to_string(),
        line.calculated.to_string(),
        line.amount.to_string(),
        line.over().to_string()
    )
}
