//! `wellspent pay SCHEME RECORDS --as-at DATE`: a statement of what a contract pays, from dated records or from a tally that was
//! counted elsewhere. With `--store` it prepares a payment run, which a second person approves.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use wellspent::hidden_characters::visible;
use wellspent::pay::{PayRequest, PaySource, PayeeChange, RunRequest, pay};
use wellspent::quality;

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::options::{reach, today};
use crate::output::{Inputs, ResultFormat, is_standard, outputs, write_bytes, write_csv};
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent pay plain-linear records --as-at 2029-12-16\n  \
                        wellspent pay plain-linear records --as-at 2029-12-16 --csv=statement.csv --html statement.html\n  \
                        wellspent pay plain-linear records --as-at 2029-12-16 --store ledger.db --prepared-by \"Ann Lee\"\n  \
                        wellspent pay plain-linear --tally tally.csv --provider Acme --as-at 2029-12-16")]
pub(crate) struct Pay {
    /// The scheme folder; its name is the name of the contract
    scheme: PathBuf,
    /// The folder with people, starts, events …, each as CSV, Excel or Parquet; with --purpose, a folder of several agencies
    #[arg(required_unless_present = "tally", conflicts_with = "tally")]
    records: Option<PathBuf>,
    #[command(flatten)]
    joining: JoiningArgs,
    /// Instead of records, a tally: a CSV or Excel file with the people and the counts by area, cohort and segment; - for
    /// standard input
    #[arg(long, value_name = "FILE", requires = "provider")]
    tally: Option<PathBuf>,
    /// Who is paid; with records, only this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the statement as CSV: to standard output, or with --csv=FILE into a file
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-", conflicts_with = "json")]
    csv: Option<PathBuf>,
    /// Write the statement as a page into this file, too
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the statement as Parquet into this file, too
    #[arg(long, value_name = "FILE")]
    parquet: Option<PathBuf>,
    /// Write the statement as an Excel workbook into this file, too
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
    /// Write the data-quality report into this CSV file, too
    #[arg(long, value_name = "FILE", conflicts_with = "tally")]
    quality: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema pay` describes it)
    #[arg(long)]
    json: bool,
    /// Prepare a payment run in this ledger: a file, or a postgres:// URL; it is made when it is not there
    #[arg(long, value_name = "LEDGER", requires = "prepared_by")]
    store: Option<String>,
    /// This provider is in force in the ledger and no longer in the statement, since nothing is due to it any more: take back what
    /// was posted. May be given several times
    #[arg(long, value_name = "PROVIDER", requires = "store")]
    take_back: Vec<String>,
    /// This provider is in force in the ledger under its old name, and has a new one in the statement. May be given several times
    #[arg(long, value_name = "OLD=NEW", requires = "store", value_parser = renamed)]
    renamed: Vec<PayeeChange>,
    /// This other contract in the ledger pays for the same people as well, and is not this one under another name. May be given
    /// several times
    #[arg(long, value_name = "CONTRACT", requires = "store")]
    beside: Vec<String>,
    /// Who prepares the run
    #[arg(long, value_name = "NAME")]
    prepared_by: Option<String>,
    /// A note that the run keeps
    #[arg(long, value_name = "TEXT", requires = "store", default_value = "")]
    note: String,
}

/// "OLD=NEW" from the command line.
fn renamed(text: &str) -> Result<PayeeChange, String> {
    match text.split_once('=').map(|(old, new)| (old.trim(), new.trim())) {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok(PayeeChange::Renamed { old: old.to_owned(), new: new.to_owned() })
        }
        _ => Err("write the name in the ledger, an equals sign, and the name in the statement: OLD=NEW".to_owned()),
    }
}

pub(crate) fn run(command: &Pay) -> anyhow::Result<ExitCode> {
    let files = [&command.csv, &command.quality, &command.html, &command.parquet, &command.xlsx];
    let store = command.store.as_deref().map(Path::new);
    let inputs =
        Inputs { scheme: Some(&command.scheme), records: command.records.as_deref(), files: [command.tally.as_deref(), store] };
    let formats = [ResultFormat::Csv, ResultFormat::Csv, ResultFormat::Html, ResultFormat::Parquet, ResultFormat::Xlsx];
    let formatted = files.into_iter().zip(formats).filter_map(|(file, format)| Some((file.as_ref()?, format)));
    outputs(formatted, command.json, inputs)?;
    let report = pay(&request(command)?)?;
    report.notes.iter().for_each(|note| print::stderr(&format!("note: {}", visible(note))));
    // Standard output holds one result and nothing else.
    let to_standard = command.json || files.into_iter().flatten().any(|file| is_standard(file));
    if command.json {
        print::json(&report.document())?;
    } else if command.csv.as_deref().is_some_and(is_standard) {
        print::stdout(&report.statement.csv())?;
        print::notes(&report.waiting);
    } else if !to_standard {
        print::text(|terminal| report.text(terminal))?;
    }
    if let Some(found) = &report.quality {
        print::notes(&quality::notes(found));
        command.quality.iter().try_for_each(|file| write_csv(file, &quality::csv(found)))?;
    }
    if let Some(file) = command.csv.as_deref().filter(|file| !is_standard(file)) {
        write_csv(file, &report.statement.csv())?;
    }
    if let Some(file) = &command.html {
        write_bytes(file, report.page().as_bytes())?;
    }
    if let Some(file) = &command.parquet {
        write_bytes(file, &report.parquet()?)?;
    }
    if let Some(file) = &command.xlsx {
        write_bytes(file, &report.workbook()?)?;
    }
    if let Some(run) = &report.run {
        if to_standard { print::stderr(run.text().trim_end()) } else { print::stdout(&run.text())? }
    }
    Ok(ExitCode::SUCCESS)
}

/// What the library is asked for.
fn request(command: &Pay) -> anyhow::Result<PayRequest> {
    let provider = command.provider.clone();
    let source = match (&command.records, &command.tally) {
        (None, Some(file)) => PaySource::Tally { file: file.clone(), provider: provider.unwrap_or_default() },
        (records, _) => PaySource::Records {
            folder: records.clone().unwrap_or_default(),
            joining: command.joining.joining()?,
            provider,
            accepted: command.accept.accepted(command.prepared_by.as_deref())?,
        },
    };
    // The name also stands for whoever accepts faults, so it is checked even where no run is prepared.
    if let Some(name) = &command.prepared_by {
        wellspent::pay::check_preparer(name)?;
    }
    let today = today()?;
    let run = command.store.clone().zip(command.prepared_by.clone()).map(|(ledger, prepared_by)| RunRequest {
        ledger,
        prepared_by,
        note: command.note.clone(),
        changes: command.take_back.iter().cloned().map(PayeeChange::TakenBack).chain(command.renamed.clone()).collect(),
        beside: command.beside.clone(),
        today,
    });
    Ok(PayRequest { scheme: command.scheme.clone(), reach: reach(), source, days: command.days.days(), run })
}
