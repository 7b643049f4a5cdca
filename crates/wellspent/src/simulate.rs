//! Writes the records that agencies would hand over of one simulated replication.
//!
//! What is simulated is paid to the penny:
//!
//! ```
//! use wellspent::folder::Reach;
//! use wellspent::pay::{PayRequest, PaySource, pay};
//! use wellspent::simulate::{SimulateRequest, SimulatedStrategy, simulate};
//! use wellspent::{FileFormat, QueryDates};
//!
//! let (scheme, reach) = ("hmp-doncaster-2011", Reach::Inside(None));
//! let folder = std::env::temp_dir().join(format!("simulated-{}", std::process::id()));
//! let (strategy, format) = (SimulatedStrategy::Idle, FileFormat::Csv);
//! let (scheme_folder, out) = (scheme.into(), folder.clone());
//! let request =
//!     SimulateRequest { scheme: scheme_folder, reach: reach.clone(), out, strategy, seed: 1, replication: 0, format };
//! let simulated = simulate(&request)?;
//!
//! let source = PaySource::Records { folder: folder.clone(), joining: None, provider: None, accepted: None };
//! let days = QueryDates { as_at: simulated.as_at, known_at: None };
//! let paid = pay(&PayRequest { scheme: scheme.into(), reach, source, days, run: None })?;
//! let total: i64 = paid.statement.lines.iter().map(|line| line.amount.0).sum();
//! assert_eq!(total, simulated.paid.0);
//! # std::fs::remove_dir_all(&folder).ok();
//! # Ok::<(), wellspent::Error>(())
//! ```

use std::path::PathBuf;

use base::english::plural;
use base::money::{Pence, thousands};
use jiff::civil::Date;
use records::files::FileFormat;
use records::files::write::{Unfinished, Writer};
use report::machine_readable::{JsonDocument, pounds};
use risks::StrategyKind;
use schemars::JsonSchema;
use serde::Serialize;
use simulation::simulate::simulation;

use crate::error::Error;
use crate::folder::{self, Reach};

/// What is to be simulated, and where the records go.
#[derive(Clone, Debug)]
pub struct SimulateRequest {
    /// A scheme folder with an `[outcome.NAME.measured]` for each outcome, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The folder for the tables; it is made when it is not there.
    pub out: PathBuf,
    pub strategy: SimulatedStrategy,
    pub seed: u64,
    /// From 0.
    pub replication: u64,
    pub format: FileFormat,
}

/// What the provider does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SimulatedStrategy {
    /// No help beyond what the contract compels.
    Idle,
    /// What is spent today.
    Now,
    /// What the commissioner expects.
    Intended,
    /// What earns the provider most, honestly reported.
    Best,
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct SimulateResult {
    /// The name of each table and how many rows it has.
    pub tables: Vec<(&'static str, usize)>,
    /// What the simulation pays for this replication.
    pub paid: Pence,
    /// The day by which everything is known.
    pub as_at: Date,
}

/// The records of one simulated replication that were written.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SimulateDocument {
    /// one for each table
    pub tables: Vec<SimulatedTableEntry>,
    /// what the simulation pays for this replication, in pounds
    pub paid: f64,
    /// the day by which everything is known
    pub as_at: String,
}

/// One table that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SimulatedTableEntry {
    /// the table
    pub table: String,
    /// how many rows it has
    pub rows: usize,
}

impl JsonDocument for SimulateDocument {
    const SCHEMA: &'static str = "wellspent-simulate/1";
    const COMMAND: &'static str = "wellspent simulate --json";
}

/// Simulates one replication and writes its records.
///
/// # Errors
/// The files cannot be read or have mistakes, the scheme cannot be simulated as records, or the folder cannot be written.
pub fn simulate(request: &SimulateRequest) -> Result<SimulateResult, Error> {
    let inputs = folder::open_inputs(&request.scheme, request.reach)?;
    let role = match request.strategy {
        SimulatedStrategy::Idle => StrategyKind::Idle,
        SimulatedStrategy::Now => StrategyKind::AsNow,
        SimulatedStrategy::Intended => StrategyKind::Intended,
        SimulatedStrategy::Best => StrategyKind::BEST,
    };
    let simulated = simulation(&inputs.scheme, &inputs.assumptions, role, request.seed, request.replication).map_err(|why| {
        Error::failed(
            format!("this scheme cannot be simulated as records: {why}"),
            "docs/outcomes.md says how outcomes are measured",
        )
    })?;
    folder::must_be_folder(&request.out)?;
    let unfinished = Unfinished::begin(&request.out)?;
    let tables = simulated.tables();
    let all =
        [&tables.people, &tables.providers, &tables.starts, &tables.events, &tables.spells, &tables.claims, &tables.coverage];
    let mut written = Vec::new();
    for batch in all {
        let mut writer = Writer::begin(&request.out, batch.table, request.format)?;
        writer.write(batch)?;
        writer.end(batch.table)?;
        written.push((batch.table.name, batch.rows()));
    }
    unfinished.end()?;
    let paid = simulated.tallies().iter().map(|tally| contract::price::statement(&inputs.scheme, tally).1.total().0).sum();
    Ok(SimulateResult { tables: written, paid: Pence(paid), as_at: simulated.until() })
}

impl SimulateResult {
    /// The tables, and the command that pays the same. `scheme` and `out` are as the user gave them.
    #[must_use]
    pub fn text(&self, scheme: &str, out: &str) -> String {
        let rows = self.tables.iter().map(|(name, rows)| {
            let noun = plural(*rows, "row", "rows");
            format!("{name:<12} {:>12} {noun}\n", thousands(*rows as i64))
        });
        format!(
            "{}The simulation pays {} for this replication. This command pays the same:\n  wellspent pay {scheme} {out} --as-at {}\n",
            rows.collect::<String>(),
            self.paid,
            self.as_at
        )
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> SimulateDocument {
        let table = |(table, rows): &(&'static str, usize)| SimulatedTableEntry { table: (*table).to_owned(), rows: *rows };
        SimulateDocument {
            tables: self.tables.iter().map(table).collect(),
            paid: pounds(self.paid),
            as_at: self.as_at.to_string(),
        }
    }
}
