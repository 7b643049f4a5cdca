//! `wellspent link CONFIG`: which records are the same person, across agencies.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::link::{LinkRequest, link};

use crate::args::actor;
use crate::options::reach;
use crate::print;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent link people.toml\n  wellspent link people.toml --out joined\n  \
                        wellspent link people.toml --out joined --why police/17 --asked-by \"Ann Lee\"")]
pub(crate) struct Link {
    /// A TOML file that says which tables there are and what each column is
    config: PathBuf,
    /// Write persons.parquet, links.parquet, model.json, report.html and the history of ids into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The day of this linkage in the history of ids [default: today]
    #[arg(long, value_name = "DATE", requires = "out")]
    day: Option<Date>,
    /// Show the evidence that holds a record's person together, and what would split it: AGENCY/ID
    #[arg(long, value_name = "AGENCY/ID")]
    why: Option<String>,
    /// Who is asking about that person, for the access log [default: the user of the operating system]
    #[arg(long, value_name = "NAME", requires = "why")]
    asked_by: Option<String>,
    /// Write the result as JSON to standard output (`wellspent schema link` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &Link) -> anyhow::Result<ExitCode> {
    let why = command.why.clone().map(|record| anyhow::Ok((record, actor(command.asked_by.as_deref())?)));
    let found = link(&LinkRequest {
        config: command.config.clone(),
        reach: reach(),
        out: command.out.clone(),
        day: command.day,
        why: why.transpose()?,
    })?;
    found.notes.iter().for_each(|note| print::stderr(note));
    print::result(command.json.then(|| found.document()), |terminal| found.text(terminal))?;
    Ok(ExitCode::SUCCESS)
}
