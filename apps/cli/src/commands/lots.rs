//! `wellspent lots RECORDS`: who holds which lots on a day, by provider and by region.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::day::{Day, day};
use clap::Args;
use jiff::civil::Date;
use records::lots::{self, Lot};

use crate::args::AcceptArgs;
use crate::print;
use report::quality::{self, several};
use wellspent::gate::{self, Wanted};

#[derive(Args)]
pub struct Lots {
    /// The folder with lots.csv, subcontracts.csv …, each as CSV, Excel or Parquet
    records: PathBuf,
    /// Only lots that run on this day [default: all]
    #[arg(long, value_name = "DATE")]
    as_at: Option<Date>,
    /// Rows that became known after this day are as if they were not there
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    #[command(flatten)]
    accept: AcceptArgs,
}

pub fn run(command: &Lots) -> anyhow::Result<ExitCode> {
    let wanted = Wanted { tables: &["lots", "subcontracts"], ..Wanted::default() };
    let mut loaded = gate::load(&command.records, &wanted)?;
    loaded.judge(command.accept.accepted(None)?)?;
    let Some(of_lots) = loaded.tables.get("lots") else {
        bail!("there is no table of lots in {}", command.records.display());
    };
    let subcontracts = loaded.tables.get("subcontracts").map_or(&[][..], Vec::as_slice);
    let known_at: Day = command.known_at.map_or(Day::MAX, day);
    let all = lots::lots(of_lots, subcontracts, known_at);
    let running: Vec<&Lot> = all.iter().filter(|lot| command.as_at.is_none_or(|as_at| lot.runs_on(day(as_at)))).collect();
    print::stdout(&told(&running))?;
    print::notes(&quality::notes(&loaded.quality));
    Ok(ExitCode::SUCCESS)
}

fn told(running: &[&Lot]) -> String {
    let holdings = lots::holdings(running.iter().copied());
    let held = holdings.values().filter(|holding| holding.held > 0).count();
    let works_in = holdings.values().filter(|holding| holding.worked_in > 0).count();
    let links: usize = running.iter().map(|lot| lot.subcontractors.len()).sum();
    let mut out = format!(
        "{}, held by {}; {} with {}\n\n{:<24} {:>6} {:>9} {:>16}\n",
        several(running.len() as u64, "lot", "lots"),
        several(held as u64, "provider", "providers"),
        several(links as u64, "subcontract", "subcontracts"),
        several(works_in as u64, "provider", "providers"),
        "region",
        "lots",
        "held by",
        "subcontractors"
    );
    for (name, region) in lots::regions(running.iter().copied()) {
        let name = if name.is_empty() { "(no region)" } else { name };
        out += &format!("{name:<24} {:>6} {:>9} {:>16}\n", region.lots, region.holders.len(), region.subcontractors.len());
    }
    out += &format!("\n{:<32} {:>6} {:>14} {:>10}\n", "provider", "lots", "share of lots", "works in");
    let mut by_size: Vec<_> = holdings.iter().collect();
    by_size.sort_by_key(|(name, holding)| (std::cmp::Reverse(holding.held), std::cmp::Reverse(holding.worked_in), **name));
    for (name, holding) in by_size {
        let share = 100.0 * f64::from(holding.held) / running.len() as f64;
        out += &format!("{name:<32} {:>6} {share:>12.1} % {:>10}\n", holding.held, holding.worked_in);
    }
    out
}
