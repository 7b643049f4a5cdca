//! `wellspent invoices RECORDS`: which lines are price × results to the penny, and what was paid and planned under each contract.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::day::{Day, day};
use base::spelling::nearest;
use base::visible::visible;
use clap::Args;
use jiff::civil::Date;
use ledger::invoice::{self, Contract, Sum};

use crate::args::AcceptArgs;
use crate::print;
use report::quality::{self, several};
use wellspent::gate::{self, Wanted};

#[derive(Args)]
pub struct Invoices {
    /// The folder with invoices.csv or invoices.parquet
    records: PathBuf,
    /// Only these contracts; all without
    #[arg(long, value_name = "NAME")]
    contract: Vec<String>,
    /// Lines that became known after this day are as if they were not there
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    #[command(flatten)]
    accept: AcceptArgs,
}

pub fn run(command: &Invoices) -> anyhow::Result<ExitCode> {
    let wanted = Wanted { tables: &["invoices"], ..Wanted::default() };
    let mut loaded = gate::load(&command.records, &wanted)?;
    loaded.judge(command.accept.accepted(None)?)?;
    let Some(batches) = loaded.tables.get("invoices") else {
        bail!("there is no table of invoices in {}", command.records.display());
    };
    let known_at: Day = command.known_at.map_or(Day::MAX, day);
    let mut contracts = invoice::contracts(batches, known_at);
    if let Some(missing) = command.contract.iter().find(|name| !contracts.contains_key(*name)) {
        let hint = match nearest(missing, contracts.keys().map(String::as_str)) {
            Some(near) => format!("did you mean --contract {}?", visible(near)),
            None => "write the contract as the column `contract` has it".to_owned(),
        };
        bail!("no line is of the contract {}\n\nhint: {hint}", visible(missing));
    }
    contracts.retain(|name, _| command.contract.is_empty() || command.contract.contains(name));
    let mut all = Contract::default();
    let mut off = 0;
    for (name, contract) in &contracts {
        print::stdout(&told(name, contract))?;
        all.exact += contract.exact;
        off += contract.off.len();
        all.paid.lines += contract.paid.lines;
        all.paid.amount.0 = all.paid.amount.0.saturating_add(contract.paid.amount.0);
    }
    let held = all.exact as usize + off;
    print::stdout(&format!(
        "\n{}: paid {} in {}; of {held} with a price and a number of results, {} {} price × results to the penny\n",
        several(contracts.len() as u64, "contract", "contracts"),
        all.paid.amount,
        several(all.paid.lines.into(), "line", "lines"),
        all.exact,
        if all.exact == 1 { "is" } else { "are" }
    ))?;
    print::notes(&quality::notes(&loaded.quality));
    Ok(if off == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn told(name: &str, contract: &Contract) -> String {
    let mut out = format!("{name}\n");
    let sum = |what: String, sum: &Sum| {
        format!("  {what:<24} {:>16} in {}\n", sum.amount.to_string(), several(sum.lines.into(), "line", "lines"))
    };
    if contract.paid.lines > 0 {
        out += &sum("paid".into(), &contract.paid);
    }
    for (plan, planned) in &contract.planned {
        out += &sum(if plan.is_empty() { "planned".into() } else { format!("planned, {plan}") }, planned);
    }
    let held = contract.exact as usize + contract.off.len();
    if held > 0 {
        out += &format!(
            "  {} of {} {} price × results to the penny\n",
            contract.exact,
            several(held as u64, "line", "lines"),
            if contract.exact == 1 { "is" } else { "are" }
        );
    }
    for off in &contract.off {
        let results = off.results_over().map_or(String::new(), |results| {
            let way = if results > 0 { "more" } else { "fewer" };
            format!(": as for {} {way}", several(results.unsigned_abs(), "result", "results"))
        });
        out += &format!(
            "    {:<20} {:>5} × {:>8} = {:>10}, paid {:>10}, {:>10} over{results}\n",
            off.outcome,
            off.results.to_string(),
            off.price.to_string(),
            off.comes_to.to_string(),
            off.amount.to_string(),
            off.over().to_string()
        );
    }
    out
}
