//! Did it work? Reads a spec and a table of people, and answers by the design that the spec names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use base::day::{Day, day};
use evaluation::evaluate::{self, Evaluation};
use evaluation::sample::MEASURED;
use evaluation::spec::{self, CovariateKind, DesignSpec, KnownWhen, OutcomeSource, Spec};
use evaluation::table::{NumberColumn, Table, TableColumn, TextColumn};
use jiff::civil::Date;
use records::fault::Grade;
use records::files::safe::{self, LARGEST_FILE_BYTES};
use report::evaluate::EvaluationReport;

use crate::access_log::{self, Access};
use crate::error::Error;
use crate::folder;
use crate::link::texts;

pub mod registration;

/// What is evaluated.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// The spec: a TOML file.
    pub spec: PathBuf,
    /// The folder with the table that the spec names, or the table itself.
    pub records: PathBuf,
    /// No day of the table may be after this one.
    pub today: Date,
    /// Who asks, and for which purpose. The access log gets a row before the table is read.
    pub access: Access,
}

/// Answers the question of a spec.
///
/// # Errors
/// The spec has mistakes, or the table cannot be used.
pub fn evaluate(request: &EvaluateRequest) -> Result<EvaluationReport, Error> {
    let (spec, text, warnings) = read_spec(&request.spec)?;
    let path = table_path(&request.records, &spec);
    let folder = path.parent().unwrap_or(Path::new("."));
    access_log::note(folder, &request.access, "evaluate", &[])?;
    let table = read_table(&path, &spec)?;
    let found = evaluate::evaluate(&spec, &table, day(request.today)).map_err(|refused| told(&refused))?;
    let registered = registration::compare(&request.spec, &text)?;
    Ok(EvaluationReport { evaluation: found, spec, registration: registered, warnings })
}
