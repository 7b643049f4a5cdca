//! `wellspent evaluate SPEC RECORDS`: did it work? By the design that the spec names.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::Access;
use wellspent::evaluate::{EvaluateRequest, evaluate, registration};

use crate::args::{ActorArgs, actor};
use crate::options::{reach, today};
use crate::output::{Inputs, ResultFormat, is_standard, outputs, write};
use crate::print;
use crate::threads::Threads;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent evaluate spec.toml --register\n  wellspent evaluate spec.toml records --for \"evaluation of support\"\n  \
                  wellspent evaluate spec.toml records --for \"evaluation of support\" --html evaluation.html"
)]
pub(crate) struct Evaluate {
    /// What is asked, and how it is answered: a TOML file (see docs/evaluation.md)
    spec: PathBuf,
    /// The folder with the table that the spec names, or the table itself
    #[arg(required_unless_present = "register")]
    records: Option<PathBuf>,
    /// Register the spec before the data are there: every later report says whether it was changed
    #[arg(long, conflicts_with_all = ["records", "html", "json", "purpose"])]
    register: bool,
    /// The purpose for which you look at these records, in words, for the access log
    #[arg(long = "for", value_name = "PURPOSE", required_unless_present = "register")]
    purpose: Option<String>,
    #[command(flatten)]
    actor: ActorArgs,
    /// No day of the table may be after this one [default: today]
    #[arg(long, value_name = "DATE")]
    as_at: Option<Date>,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page with charts too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output (`wellspent schema evaluate` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Evaluate) -> anyhow::Result<ExitCode> {
    let asks = actor(command.actor.asked_by.as_deref())?;
    let day = command.as_at.map_or_else(today, Ok)?;
    if command.register {
        let sha256 = registration::register(&command.spec, &asks, day)?;
        print::text(|_| format!("Registered on {day} by {}. SHA-256 of the spec: {sha256}\n", asks.name()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let records = command.records.clone().unwrap_or_default();
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    let inputs = Inputs { records: Some(&records), files: [Some(&command.spec), None], ..Inputs::default() };
    outputs(html, command.json, inputs)?;
    command.threads.begin()?;
    let access = Access { actor: asks, purpose: command.purpose.clone().unwrap_or_default() };
    let report = evaluate(&EvaluateRequest { spec: command.spec, reach: reach(), records, today: day, access })?;
    let page_only = command.html.as_deref().is_some_and(is_standard);
    command.html.as_ref().map_or(Ok(()), |file| write(file, &report.page()))?;
    if command.json {
        print::json(&report.document())?;
    } else if !page_only {
        print::text(|terminal| report.text(terminal))?;
    }
    print::notes(&report.warnings);
    Ok(ExitCode::SUCCESS)
}
