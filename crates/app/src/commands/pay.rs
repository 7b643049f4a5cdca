//! `wellspent pay SCHEME --tally FILE`: a statement, and with `--store` a payment run prepared from it. Nothing is owed before
//! somebody else approves the run.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use engine::pay::entry::What;
use engine::pay::run::transactions;
use engine::pay::statement::{self, lines};
use engine::pay::{Hash, Ledger, Refusal, Statement, prepare};
use jiff::civil::Date;
use scheme::Opened;
use scheme::money::Pence;
use scheme::read::SCHEME_FILE;
use store::{Open, Store};

use crate::commands::check::scheme_or_errors;
use crate::commands::price::tallies_or_errors;
use crate::{folder, paint};

#[derive(Args)]
pub struct Pay {
    /// The scheme folder; its name is the name of the contract
    scheme: PathBuf,
    /// The tally: a CSV file with the people and the counts by area, cohort and segment
    #[arg(long, value_name = "FILE")]
    tally: PathBuf,
    /// Who is paid
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// What happened up to this day counts
    #[arg(long, value_name = "DATE")]
    as_at: Date,
    /// What was known by this day counts; the same day when it is left out
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    /// Write the statement as CSV
    #[arg(long)]
    csv: bool,
    /// Prepare a payment run in this ledger: a file, or a postgres:// URL; it is made when it is not there
    #[arg(long, value_name = "LEDGER", requires = "prepared_by")]
    store: Option<String>,
    /// Who prepares the run
    #[arg(long, value_name = "NAME", requires = "store")]
    prepared_by: Option<String>,
    /// What there is to say of the run
    #[arg(long, value_name = "TEXT", requires = "store", default_value = "")]
    note: String,
}

pub fn run(command: &Pay) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    let Some(tallies) = tallies_or_errors(&scheme, &command.tally)? else { return Ok(ExitCode::from(1)) };
    let provider = command.provider.split_whitespace().collect::<Vec<_>>().join(" ");
    let statement = Statement {
        contract: contract(&folder.path)?,
        version: version(&folder.opened),
        as_at: command.as_at,
        known_at: command.known_at.unwrap_or(command.as_at),
        lines: tallies.iter().flat_map(|tally| lines(&scheme, &provider, tally)).collect(),
        providers: vec![provider],
    };
    paint::stdout(&if command.csv { statement.csv() } else { text(&statement) })?;
    if let (Some(place), Some(name)) = (&command.store, &command.prepared_by) {
        let mut store = Store::open(place, Open::OrNew)?;
        let (run, written) = store.append(&now(), |ledger| {
            let plan = prepare(ledger, statement, name, &command.note)?;
            Ok::<_, Refusal>(((plan.run, !plan.entries.is_empty()), plan.entries))
        })??;
        let said = prepared(store.ledger(), run, written, place);
        // Whoever asked for CSV wants nothing else on standard output.
        if command.csv { paint::stderr(said.trim_end()) } else { paint::stdout(&said)? }
    }
    Ok(ExitCode::SUCCESS)
}

/// The time, for the record only: it decides nothing.
pub fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The contract is named as its folder.
fn contract(folder: &Path) -> anyhow::Result<String> {
    let folder = folder.canonicalize().with_context(|| format!("could not find the folder {}", folder.display()))?;
    let name = folder.file_name().context("a scheme must stand in a folder with a name")?;
    Ok(name.to_string_lossy().into_owned())
}

/// The version of the rules: the hash of `scheme.toml` and the tables it names. What is believed of the world is no part of
/// the contract.
fn version(opened: &Opened) -> Hash {
    let terms = opened.sources.get(SCHEME_FILE).map_or("", |source| source.text.as_str());
    let of_contract = |name: &str| name == SCHEME_FILE || (name.ends_with(".csv") && terms.contains(name));
    let files = opened.sources.iter().map(|(name, source)| (name.as_str(), source.text.as_str()));
    statement::version(files.filter(|(name, _)| of_contract(name)))
}

fn text(statement: &Statement) -> String {
    let mut out = format!(
        "{}, as at {}, known at {}, rules {}\n",
        paint::bold(&statement.contract),
        statement.as_at,
        statement.known_at,
        statement.version.short()
    );
    for line in &statement.lines {
        let cohorts = match line.from_cohort == line.to_cohort {
            true => line.from_cohort.clone(),
            false => format!("{} … {}", line.from_cohort, line.to_cohort),
        };
        let place: Vec<&str> = [&line.clause, &line.area, &cohorts, &line.segment]
            .map(String::as_str)
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        out += &format!("  {:<78} {:>16}\n", place.join(", "), line.amount);
        out +=
            &paint::dim(&format!("      {}\n", paint::wrap(&format!("{}: {}", line.sum_in_words(), line.reason), 88, "      ")));
    }
    for provider in &statement.providers {
        out += &format!("  {:<78} {:>16}\n", paint::bold(&format!("{provider} in all")), statement.total(provider));
    }
    out
}

fn prepared(ledger: &Ledger, run: Hash, written: bool, place: &str) -> String {
    let Some(posted) = ledger.run(run) else { return String::new() };
    let id = run.short();
    if let Some(name) = &posted.approved_by {
        return format!("run {id} holds this statement; {name} approved it and it is posted\n");
    }
    let by = &posted.run.prepared_by;
    let statement = &posted.run.statement;
    let mut out = format!("run {id} {} by {by}\n", if written { "prepared" } else { "was prepared before" });
    let (mut new, mut reversals) = (0, 0);
    for transaction in transactions(ledger, run, statement) {
        match transaction.what {
            What::Posts { .. } => new += 1,
            What::Reverses(_) => reversals += 1,
        }
    }
    out += &format!("  it would post {new} and take back {reversals}\n");
    for provider in &statement.providers {
        let (owed, total) = (ledger.owed(&statement.contract, provider), statement.total(provider));
        out += &format!("  {provider}: {owed} before, {total} after, a difference of {}\n", Pence(total.0 - owed.0));
    }
    out + &format!(
        "next: somebody else looks at it (wellspent ledger show {place} {id})\n      and says: wellspent approve {id} --store {place} --by NAME\n"
    )
}
