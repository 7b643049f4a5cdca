//! An outcome that the rules of a scheme measure, as a column of the table that is evaluated. Payment and evaluation use the same code
//! for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use evaluation::sample::MEASURED;
use evaluation::spec::{OutcomeSource, Spec};
use evaluation::table::{NumberColumn, TableColumn, TextValues};

use super::request::EvaluateRequest;
use crate::error::Error;
use crate::measure::{MeasureRequest, PeopleTable, ResultState, measure};
use outcomes::QueryDates;
use report::quality;

/// A measured outcome, and what the records say of their own quality.
pub(super) struct MeasuredColumn {
    pub(super) column: (String, TableColumn),
    pub(super) notes: Vec<String>,
}

/// The column of the measured outcome, for people in the order of the column of ids; `None` where the spec names a column of the table.
pub(super) fn column(request: &EvaluateRequest, spec: &Spec, ids: &TextValues) -> Result<Option<MeasuredColumn>, Error> {
    let OutcomeSource::Scheme { folder, outcome } = &spec.outcome.source else { return Ok(None) };
    if !request.records.is_dir() {
        return Err(Error::failed(
            "an outcome measured by a scheme needs the folder of records, and a table is named",
            "name the folder with people, starts and events, and the table in it",
        ));
    }
    let measured = measure(&MeasureRequest {
        scheme: scheme_of(&request.spec, folder),
        reach: request.reach,
        records: request.records.clone(),
        joining: None,
        days: QueryDates { as_at: request.as_at, known_at: None },
        provider: None,
        by: Vec::new(),
        accepted: None,
        people: Some(request.access.clone()),
    })?;
    let notes = quality::notes(&measured.quality).into_iter().chain(measured.notes.iter().cloned()).collect();
    let table = measured.people_table.unwrap_or_default();
    let wanted = outcome_in(&table, outcome)?;
    let mut of_person: BTreeMap<&str, f64> = BTreeMap::new();
    let mut again = 0;
    for row in table.rows.iter().filter(|row| row.outcome == wanted) {
        let known = matches!(row.state, ResultState::Success | ResultState::Failure);
        if let Some(value) = row.value.filter(|_| known)
            && of_person.insert(&row.person, value as f64).is_some()
        {
            again += 1;
        }
    }
    if again > 0 {
        let people = base::english::counted(again, "person has", "people have");
        return Err(Error::failed(
            format!("{people} several starts with a result, and a person is one row of an evaluation"),
            "run `wellspent measure --people FILE`, choose one start for each person, and name the column of that table",
        ));
    }
    let values: Vec<f64> =
        ids.rows.iter().map(|at| of_person.get(ids.values[*at as usize].as_str()).copied().unwrap_or(f64::NAN)).collect();
    if values.iter().all(|value| value.is_nan()) {
        return Err(Error::failed(
            format!("nobody in the table has a result in `{outcome}`"),
            "check that the ids of the table are those of the table of people, and the day of `--as-at`",
        ));
    }
    let column = (MEASURED.to_owned(), TableColumn::Numbers(NumberColumn { values, wrong: Vec::new() }));
    Ok(Some(MeasuredColumn { column, notes }))
}

/// The scheme that a spec names: a folder beside the spec, or else a path or the name of a shipped scheme.
pub(super) fn scheme_of(spec: &Path, named: &str) -> PathBuf {
    let beside = spec.parent().unwrap_or(Path::new("")).join(named);
    if beside.is_dir() { beside } else { named.into() }
}

/// The place of an outcome in a table of people.
pub(super) fn outcome_in(table: &PeopleTable, outcome: &str) -> Result<usize, Error> {
    table.outcomes.iter().position(|name| name == outcome).ok_or_else(|| {
        let near = base::similar_names::nearest(outcome, table.outcomes.iter().map(String::as_str));
        let hint = near.map_or("look at the outcomes of the scheme".to_owned(), |near| format!("did you mean `{near}`?"));
        Error::failed(format!("the scheme measures no outcome `{outcome}`"), hint)
    })
}
