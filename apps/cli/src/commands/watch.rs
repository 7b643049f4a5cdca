//! `wellspent watch SCHEME RECORDS --as-at DATE`: flags for risks that show themselves in live records. With `--plan`, before there are
//! any: what gaming would pay where the provider knows the watch.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use wellspent::watch::arms_race::{ArmsRaceRequest, arms_race};
use wellspent::watch::{RecordKind, WatchRequest, watch};
use wellspent::{QueryDates, quality};

use crate::args::AcceptArgs;
use crate::options::reach;
use crate::output::{Inputs, ResultFormat, outputs, with_page};
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent watch my-scheme records --as-at 2029-12-31\n  \
                        wellspent watch my-scheme records --as-at 2029-12-31 --flags flags.csv --html watch.html\n  \
                        wellspent watch my-scheme --plan --recorded contacts")]
pub(crate) struct WatchRecords {
    /// The scheme folder, or the name of a shipped scheme; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with the records of all providers, as for `measure`; contacts, claims, feedback and referrals are used where they are there
    #[arg(required_unless_present = "plan")]
    records: Option<PathBuf>,
    /// Look at what happened up to this day
    #[arg(long, value_name = "DATE", required_unless_present = "plan")]
    as_at: Option<Date>,
    /// Leave out rows that became known after this day [default: the day of --as-at]
    #[arg(long, value_name = "DATE")]
    known_at: Option<Date>,
    #[command(flatten)]
    accept: AcceptArgs,
    /// A list of flags (CSV): new flags are added, and decisions that people wrote into it are shown
    #[arg(long, value_name = "FILE")]
    flags: Option<PathBuf>,
    /// Without records: say what gaming would pay where the provider knows the watch, and which record would close most of it
    #[arg(long, conflicts_with_all = ["records", "as_at", "known_at", "flags", "html"])]
    plan: bool,
    /// With --plan: what a provider loses once a flag stands, in percent of what it would be paid (an assumption)
    #[arg(long, value_name = "PERCENT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=1000), requires = "plan")]
    penalty: u32,
    /// With --plan: what is recorded, beside what the contract measures itself
    #[arg(long, value_enum, value_name = "RECORD,…", value_delimiter = ',', default_values = ["contacts", "referrals"], requires = "plan")]
    recorded: Vec<RecordedChoice>,
    /// With --plan: the seed of every random draw
    #[arg(long, default_value_t = 1, requires = "plan")]
    seed: u64,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema watch` and `wellspent schema arms-race` describe it)
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum RecordedChoice {
    /// Each contact with a person
    Contacts,
    /// Hours of contact promised for each person
    Promises,
    /// Each referral, also of people who never start
    Referrals,
    /// Nothing beside what the contract measures
    Nothing,
}

impl RecordedChoice {
    fn kind(self) -> Option<RecordKind> {
        match self {
            RecordedChoice::Contacts => Some(RecordKind::Contacts),
            RecordedChoice::Promises => Some(RecordKind::Promises),
            RecordedChoice::Referrals => Some(RecordKind::Referrals),
            RecordedChoice::Nothing => None,
        }
    }
}

pub(crate) fn run(command: &WatchRecords) -> anyhow::Result<ExitCode> {
    if command.plan {
        return planned(command);
    }
    let records = command.records.clone().context("there are no records")?;
    let as_at = command.as_at.context("there is no day")?;
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    let inputs = Inputs { scheme: Some(&command.scheme), records: Some(&records), files: [command.flags.as_deref(), None] };
    outputs(html, command.json, inputs)?;
    command.threads.begin()?;
    let found = watch(&WatchRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records,
        days: QueryDates { as_at, known_at: command.known_at },
        accepted: command.accept.accepted(None)?,
        flags: command.flags.clone(),
    })?;
    print::notes(&found.notes);
    let document = command.json.then(|| found.document());
    with_page(command.html.as_deref(), || found.page(), document, |terminal| found.text(terminal))?;
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::SUCCESS)
}

/// What gaming would pay before there are records.
fn planned(command: &WatchRecords) -> anyhow::Result<ExitCode> {
    command.threads.begin()?;
    let request = ArmsRaceRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        penalty: f64::from(command.penalty) / 100.0,
        recorded: command.recorded.iter().filter_map(|choice| choice.kind()).collect(),
        seed: command.seed,
    };
    let race = progress::shown(|progress| arms_race(&request, progress))??;
    print::result(command.json.then(|| race.document()), |terminal| race.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}
