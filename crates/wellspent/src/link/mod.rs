//! Finds out which records are the same person, across agencies, without labels.
//!
//! `config` reads what is linked and for which purpose, `allowed` checks that against the stated purposes, `decisions` reads what
//! people decided by hand, and `model` a model that was made before or elsewhere (`splink`). `run` makes the linkage, and `write`
//! writes its tables. The report is in the crate `report`.

pub(crate) mod allowed;
pub(crate) mod config;
pub(crate) mod decisions;
pub(crate) mod model;
mod named_files;
pub(crate) mod run;
pub mod splink;
mod table_checks;
pub(crate) mod texts;
pub(crate) mod write;

use std::path::PathBuf;

use anyhow::Context as _;
use jiff::civil::Date;
use linkage::finished_linkage::Linkage;
use linkage::purpose::Purpose;
pub use report::link::{LinkReport, summary::LinkageSummary, why::PersonEvidence};
use report::link::{page, why};

use crate::access_log::{self, Access, Actor};
use crate::agencies;
use crate::error::Error;
use crate::folder::Reach;

/// What is linked, and what is written and shown of it.
#[derive(Clone, Debug)]
pub struct LinkRequest {
    /// The configuration, a TOML file.
    pub config: PathBuf,
    pub reach: Reach,
    /// The tables, the model and the report are written into this folder.
    pub out: Option<PathBuf>,
    /// The day of this linkage in the history of ids; without it today.
    pub day: Option<Date>,
    /// The record, as AGENCY/ID, whose person is explained, and who asks.
    pub why: Option<(String, Actor)>,
}

/// Links records. The access log gets a row before the records of a person are explained.
///
/// # Errors
/// The configuration has mistakes, no purpose covers the linkage, or a file cannot be read or written. Warnings about the tables
/// are among the problems.
pub fn link(request: &LinkRequest) -> Result<LinkReport, Error> {
    let mut notes = Vec::new();
    linked(request, &mut notes).map_err(|error| {
        let mut error = Error::from(error);
        error.problems.splice(0..0, notes);
        error
    })
}

fn linked(request: &LinkRequest, notes: &mut Vec<String>) -> anyhow::Result<LinkReport> {
    let (config, warnings) = config::read(&request.config, request.reach)?;
    notes.extend(warnings);
    let folder = allowed::folder(&request.config, request.out.as_deref());
    let purpose = allowed::allowed(&config, &request.config, folder)?;
    let (made, warnings) = run::run(&config)?;
    notes.extend(warnings.into_iter().map(|warning| format!("warning: {warning}")));
    covered(&made, purpose.as_ref())?;
    let mut evidence = None;
    if let Some((record, actor)) = &request.why {
        let found = why::evidence(&made, record)?.ok_or_else(|| {
            let hint = "write the agency's name, a slash, and the id that the agency uses";
            Error::failed(format!("no record {record} was linked"), hint)
        })?;
        let access = Access { actor: actor.clone(), purpose: config.purpose.clone() };
        let person = write::known(folder, record)?;
        access_log::note(folder, &access, "link", person.as_deref().as_slice())?;
        evidence = Some(found);
    }
    if let Some(folder) = &request.out {
        let day = request.day.map_or_else(agencies::today, Ok)?;
        let scorer = made.scorer();
        write::write(&config, &made, &scorer, folder, day)?;
        let path = folder.join("report.html");
        std::fs::write(&path, page::page(&made, &scorer)).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(LinkReport { summary: LinkageSummary::of(&made), evidence, notes: std::mem::take(notes) })
}

/// Refuses agencies that the purpose does not cover. Where a column names them, they are known only now.
fn covered(made: &Linkage, purpose: Option<&Purpose>) -> anyhow::Result<()> {
    if let Some(purpose) = purpose {
        made.records.agencies.iter().try_for_each(|agency| purpose.agency(agency))?;
    }
    Ok(())
}
