//! `wellspent evaluate SPEC RECORDS`: did it work? By the design that the spec names.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::Access;
use wellspent::evaluate::plan::{PlanRequest, plan};
use wellspent::evaluate::{EvaluateRequest, evaluate, registration};

use crate::args::{ActorArgs, actor_of_own};
use crate::options::{reach, today, within};
use crate::output::{Inputs, ResultFormat, outputs, with_page};
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent evaluate spec.toml --register\n  wellspent evaluate spec.toml records --for \"evaluation of support\"\n  \
                  wellspent evaluate spec.toml records --for \"evaluation of support\" --html evaluation.html"
)]
pub(crate) struct Evaluate {
    /// What is asked, and how it is answered: a TOML file (see docs/evaluation.md)
    spec: PathBuf,
    /// The folder with the table that the spec names, or the table itself
    #[arg(required_unless_present_any = ["register", "plan"])]
    records: Option<PathBuf>,
    /// Register the spec before the data are there: every later report says whether it was changed
    #[arg(long, conflicts_with_all = ["records", "html", "json", "purpose", "as_at"])]
    register: bool,
    /// Say how many people the design needs: simulate them from the scheme that measures the outcome, and evaluate them as the spec says
    #[arg(long, conflicts_with_all = ["records", "register", "html", "purpose"])]
    plan: bool,
    /// With --plan: people in each of the two groups
    #[arg(long, value_name = "COUNT,…", value_delimiter = ',', default_values_t = [100, 200, 400, 800, 1600], requires = "plan")]
    people: Vec<usize>,
    /// With --plan: evaluations of each size
    #[arg(long, value_name = "COUNT", default_value_t = 200, value_parser = within(&(20..=10_000)), requires = "plan")]
    draws: u32,
    /// With --plan: the seed of every random draw
    #[arg(long, default_value_t = 1, requires = "plan")]
    seed: u64,
    /// The purpose for which you look at these records, in words, for the access log
    #[arg(long = "for", value_name = "PURPOSE", required_unless_present_any = ["register", "plan"])]
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
    if command.plan {
        return planned(command);
    }
    let asks = actor_of_own(command.actor.asked_by.as_deref())?;
    let now = today()?;
    let day = command.as_at.unwrap_or(now);
    if command.register {
        let sha256 = registration::register(&command.spec, &asks, now)?;
        print::text(|_| format!("Registered on {now} by {}. SHA-256 of the spec: {sha256}\n", asks.name()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let records = command.records.clone().unwrap_or_default();
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    let inputs = Inputs { records: Some(&records), files: [Some(&command.spec), None], ..Inputs::default() };
    outputs(html, command.json, inputs)?;
    command.threads.begin()?;
    let access = Access { actor: asks, purpose: command.purpose.clone().unwrap_or_default() };
    let report = evaluate(&EvaluateRequest { spec: command.spec, reach: reach(), records, as_at: day, today: now, access })?;
    let document = command.json.then(|| report.document());
    with_page(command.html.as_deref(), || report.page(), document, |terminal| report.text(terminal))?;
    print::notes(&report.warnings);
    Ok(ExitCode::SUCCESS)
}

/// How many people a design needs.
fn planned(command: Evaluate) -> anyhow::Result<ExitCode> {
    const MOST: usize = 100_000;
    if let Some(size) = command.people.iter().find(|size| !(10..=MOST).contains(*size)) {
        anyhow::bail!("--people {size}: groups have from 10 to 100,000 people");
    }
    command.threads.begin()?;
    let request = PlanRequest {
        spec: command.spec,
        reach: reach(),
        sizes: command.people,
        draws: command.draws as usize,
        seed: command.seed,
    };
    let report = progress::shown(|progress| plan(&request, progress))??;
    print::result(command.json.then(|| report.document()), |terminal| report.text(terminal))?;
    print::notes(&report.warnings);
    Ok(ExitCode::SUCCESS)
}
