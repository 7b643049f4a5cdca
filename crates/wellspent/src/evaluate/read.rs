//! Reads a spec, and the columns of its table that it names and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use evaluation::spec::{self, CovariateKind, DesignSpec, KnownWhen, OutcomeSource, Spec};
use evaluation::table::{EvaluationTable, NumberColumn, TableColumn, TextValues};
use records::fault::Grade;

use super::measured::MeasuredColumn;
use crate::error::Error;
use crate::folder;
use crate::link::texts::{self, ColumnReader, Numbers};

/// A spec, and its warnings.
pub(super) fn spec(path: &Path) -> anyhow::Result<(Spec, Vec<String>)> {
    let (read, warnings) = folder::document(path, |reader, name| {
        let fix = "write into it what is asked; docs/evaluation.md has a spec for each design";
        reader.document_or(name, "question = \"…\"", fix).and_then(|top| spec::read(&top))
    })?;
    Ok((read.with_context(|| format!("{} is no spec of an evaluation", path.display()))?, warnings))
}

/// Where the table is: in the folder of records, or named itself.
pub(super) fn table_path(records: &Path, spec: &Spec) -> Result<PathBuf, Error> {
    if !records.is_dir() {
        return Ok(records.to_owned());
    }
    // A spec names a file of the folder, and nothing beside or above it.
    let name = Path::new(&spec.table);
    if name.components().count() != 1 || name.file_name().is_none() {
        return Err(Error::failed(
            format!("the table `{}` is not the name of a file in the folder of records", spec.table),
            "write the name alone, such as table = \"people.csv\"",
        ));
    }
    Ok(records.join(name))
}

/// The columns that a spec names, and whether each is read as numbers.
fn wanted(spec: &Spec) -> BTreeMap<&str, bool> {
    let mut numbers: BTreeSet<&str> = BTreeSet::new();
    let mut texts: BTreeSet<&str> = BTreeSet::from([spec.id.as_str()]);
    if let Some(who) = &spec.treated {
        texts.insert(&who.column);
        texts.extend(who.from.as_deref());
    }
    match &spec.outcome.source {
        OutcomeSource::Column(column) => match &spec.design {
            DesignSpec::Survival(_) => texts.insert(column),
            _ => numbers.insert(column),
        },
        // It is measured, and no column of the table.
        OutcomeSource::Scheme { .. } => false,
    };
    for covariate in &spec.covariates {
        match covariate.kind {
            CovariateKind::Number => numbers.insert(&covariate.column),
            CovariateKind::Category => texts.insert(&covariate.column),
        };
        if let KnownWhen::On(column) = &covariate.known {
            texts.insert(column);
        }
    }
    texts.extend(spec.standard_error.clusters.as_deref());
    texts.extend(spec.subgroups.iter().map(|group| group.column.as_str()));
    numbers.extend(spec.negative_controls.iter().map(String::as_str));
    match &spec.design {
        DesignSpec::Randomised(design) => {
            texts.extend(design.strata.as_deref());
            texts.extend(design.received.as_deref());
        }
        DesignSpec::Matching(design) => texts.extend(design.exact.iter().map(String::as_str)),
        DesignSpec::DifferenceInDifferences(design) => {
            texts.insert(&design.unit);
            numbers.extend([design.period.as_str(), design.first_treated.as_str()]);
        }
        DesignSpec::InterruptedTimeSeries(design) => {
            numbers.insert(&design.period);
        }
        DesignSpec::SyntheticControl(design) => {
            texts.insert(&design.unit);
            numbers.insert(&design.period);
        }
        DesignSpec::RegressionDiscontinuity(design) => {
            numbers.insert(&design.score);
        }
        DesignSpec::Survival(design) => {
            numbers.insert(&design.time);
        }
        _ => {}
    }
    // A column with both uses is kept as text, which can be read as numbers too.
    let all = numbers.union(&texts).map(|name| (*name, !texts.contains(name)));
    all.collect()
}

/// The table, of the columns that the spec names. A row that cannot be read stops the evaluation: leaving it out would change the
/// answer.
///
/// `measured` gives a further column for the ids of the table.
pub(super) fn table(
    path: &Path,
    spec: &Spec,
    measured: impl FnOnce(&TextValues) -> Result<Option<MeasuredColumn>, Error>,
) -> anyhow::Result<(EvaluationTable, Vec<String>)> {
    let wanted = wanted(spec);
    let names: Vec<&str> = wanted.keys().copied().collect();
    let readers = wanted.values().map(|is_number| match is_number {
        true => ColumnReader::Measured(NumberColumn::default()),
        false => ColumnReader::Numbers(Numbers::default()),
    });
    let (read, faults) = texts::read_into(path, spec.sheet.as_deref(), &names, readers.collect())?;
    if let Some(fault) = faults.iter().find(|fault| fault.grade != Grade::Warning) {
        bail!(Error::failed(
            format!("{}, row {}: {}", path.display(), fault.place, fault.what),
            "correct the row or take it out: an evaluation leaves out no row by itself"
        ));
    }
    let mut notes = Vec::new();
    let mut columns: BTreeMap<String, TableColumn> =
        names.iter().zip(read).filter_map(|(name, column)| Some(((*name).to_owned(), finished(column)?))).collect();
    if let Some(TableColumn::Text(ids)) = columns.get(&spec.id)
        && let Some(found) = measured(ids)?
    {
        notes = found.notes;
        columns.extend([found.column]);
    }
    let rows = columns.values().next().map_or(0, |column| match column {
        TableColumn::Text(column) => column.rows.len(),
        TableColumn::Numbers(column) => column.values.len(),
    });
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok((EvaluationTable::new(&name, texts::row_number(path, 0), rows, columns)?, notes))
}

fn finished(column: ColumnReader) -> Option<TableColumn> {
    match column {
        ColumnReader::Ids(_) => None,
        ColumnReader::Measured(numbers) => Some(TableColumn::Numbers(numbers)),
        ColumnReader::Numbers(texts) => {
            let raw = texts.column();
            let values = (0..raw.values.len()).map(|at| raw.values.text(at as u32).to_owned()).collect();
            Some(TableColumn::Text(TextValues { values, rows: raw.rows }))
        }
    }
}
