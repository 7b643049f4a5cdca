//! `wellspent link CONFIG`: who is who across agencies.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use jiff::civil::Date;
use linkage::score::Scorer;

use crate::args::actor;
use crate::print;
use records::files::safe::Reach;
use report::link::{page, summary, why};
use wellspent::agencies;
use wellspent::folder;
use wellspent::link::{allowed, config, run, write};
use wellspent::{Access, access_log};

#[derive(Args)]
pub struct Link {
    /// A TOML file that says which tables there are and what each column is
    config: PathBuf,
    /// Write persons.parquet, links.parquet, model.json, report.html and the history of ids into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The day of this linkage in the history of ids [default: today]
    #[arg(long, value_name = "DATE", requires = "out")]
    day: Option<Date>,
    /// Say what holds a record's person together, and what would break it: AGENCY/ID
    #[arg(long, value_name = "AGENCY/ID")]
    why: Option<String>,
    /// Who is looking at that person, for the log [default: the user of the operating system]
    #[arg(long, value_name = "NAME", requires = "why")]
    asked_by: Option<String>,
}

pub fn run(command: &Link) -> anyhow::Result<ExitCode> {
    let (config, warnings) = config::read(&command.config, Reach::asked(folder::outside_files_allowed()))?;
    warnings.iter().for_each(|warning| print::stderr(warning));
    let folder = allowed::folder(&command.config, command.out.as_deref());
    let purpose = allowed::allowed(&config, &command.config, folder)?;
    let (linked, warnings) = run::run(&config)?;
    warnings.iter().for_each(|warning| print::stderr(&format!("warning: {warning}")));
    if let Some(purpose) = &purpose {
        linked.records.agencies.iter().try_for_each(|agency| purpose.agency(agency))?;
    }
    let shown = match &command.why {
        Some(record) => {
            let why = why::why(&linked, record)?;
            let access = Access { actor: actor(command.asked_by.as_deref())?, purpose: config.purpose.clone() };
            let person = write::known(folder, record)?;
            access_log::note(folder, &access, "link", person.as_deref().as_slice())?;
            why
        }
        None => summary::summary(&linked),
    };
    print::stdout(&shown)?;
    if let Some(folder) = &command.out {
        let day = command.day.map_or_else(agencies::today, Ok)?;
        let scorer = Scorer::new(&linked.linked.model, &linked.records).map_err(anyhow::Error::msg)?;
        write::write(&config, &linked, &scorer, folder, day)?;
        let path = folder.join("report.html");
        std::fs::write(&path, page::page(&linked, &scorer)).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}
