//! From a table and a spec to the people who are compared: who was treated, what came of them, and what was known of them before.
//! What cannot be used is refused by column and row, and every row that is left out is counted.

use std::sync::Arc;

use base::day::Day;
use base::english::counted;

use crate::columns::{Column, Columns};
use crate::spec::{CovariateKind, CovariateSpec, KnownWhen, MissingValues, OutcomeSource, OutcomeUnit, Spec};
use crate::table::{Categories, EvaluationTable, TableFault};

/// The people of an evaluation, one row for each.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Whether each was treated.
    pub treated: Vec<bool>,
    /// What came of each; 1 and 0 where people are counted.
    pub outcome: Vec<f64>,
    /// What was known of them before. Shared, because it is by far the largest part and nobody changes it.
    pub covariates: Arc<Columns>,
    /// The number that a spreadsheet shows beside each row.
    pub row_numbers: Vec<usize>,
    /// The row of the table, counted from 0.
    pub table_rows: Vec<usize>,
    /// For each the number of its key: keys in the order of their texts, so that ties never follow the order of rows.
    pub keys: Vec<u64>,
    /// Who is left after each step.
    pub losses: Vec<Loss>,
    /// What else a reader should know.
    pub notes: Vec<String>,
}

/// Who is left after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// What the step asks: "have an outcome".
    pub step: String,
    pub treated: usize,
    pub comparison: usize,
}

impl Sample {
    /// How many were treated.
    pub fn treated_count(&self) -> usize {
        self.treated.iter().filter(|treated| **treated).count()
    }

    /// How many were not.
    pub fn comparison_count(&self) -> usize {
        self.treated.len() - self.treated_count()
    }

    /// The same people, of which only some rows are in use: for messages about them.
    pub fn of_rows(&self, rows: &[usize]) -> Sample {
        let of = |numbers: &[usize]| rows.iter().filter_map(|row| numbers.get(*row).copied()).collect();
        Sample { row_numbers: of(&self.row_numbers), table_rows: of(&self.table_rows), ..self.clone() }
    }

    /// A numeric column of the table, for the people of the sample.
    ///
    /// # Errors
    ///
    /// The column is missing, or a cell is empty or no number.
    pub fn numbers(&self, table: &EvaluationTable, name: &str) -> Result<Vec<f64>, Box<TableFault>> {
        let read = table.numbers(name)?;
        let empty: Vec<usize> = self.table_rows.iter().copied().filter(|row| read[*row].is_nan()).collect();
        if !empty.is_empty() {
            return Err(table.fault(
                name,
                &empty,
                "no number",
                "a number for everybody",
                "fill in the cells, or leave out the rows",
            ));
        }
        Ok(self.table_rows.iter().map(|row| read[*row]).collect())
    }

    /// The number of the category of each person in a column, and how many categories there are.
    ///
    /// # Errors
    ///
    /// The column is missing, or a cell is empty.
    pub fn categories(&self, table: &EvaluationTable, name: &str) -> Result<(Vec<usize>, usize), Box<TableFault>> {
        let Categories { names, rows: places } = table.categories(name)?;
        let empty: Vec<usize> = self.table_rows.iter().copied().filter(|row| places[*row].is_none()).collect();
        if !empty.is_empty() {
            return Err(table.fault(
                name,
                &empty,
                "no value",
                "a value for everybody",
                "fill in the cells, or leave out the rows",
            ));
        }
        Ok((self.table_rows.iter().filter_map(|row| places[*row]).collect(), names.len()))
    }
}

/// Reads the sample of a spec; no day of the table may be after `today`.
///
/// # Errors
///
/// What the spec names is not in the table, or cannot be used.
pub fn sample(spec: &Spec, table: &EvaluationTable, today: Day) -> Result<Sample, Box<TableFault>> {
    table.check_keys(&spec.id)?;
    let Some(who) = &spec.treated else {
        let what = "the spec does not say who was treated";
        return Err(table.fault("", &[], what, "the table [treated] in the spec", "add it"));
    };
    let treated = table.either(&who.column, &who.is, &who.not)?;
    let starts = who.from.as_ref().map(|column| days_before(table, column, today)).transpose()?;
    if let Some(starts) = &starts {
        let column = who.from.as_deref().unwrap_or_default();
        let empty: Vec<usize> = (0..starts.len()).filter(|row| starts[*row].is_none()).collect();
        if !empty.is_empty() {
            let fix = "write the start of treatment, and for others the day on which they could have started";
            return Err(table.fault(column, &empty, "no day", "a day for everybody", fix));
        }
    }
    let mut kept: Vec<usize> = (0..table.rows()).collect();
    let mut losses = Vec::new();
    let step = |what: &str, kept: &[usize], losses: &mut Vec<Loss>| {
        let of_treated = kept.iter().filter(|row| treated[**row]).count();
        losses.push(Loss { step: what.to_owned(), treated: of_treated, comparison: kept.len() - of_treated });
    };
    step("in the table", &kept, &mut losses);

    let outcome = match &spec.outcome.source {
        OutcomeSource::Column(column) => outcome(table, column, spec.outcome.unit)?,
        OutcomeSource::Scheme { .. } => outcome(table, MEASURED, spec.outcome.unit)?,
    };
    kept.retain(|row| !outcome[*row].is_nan());
    step("have an outcome", &kept, &mut losses);

    let mut notes = Vec::new();
    let mut read = Vec::new();
    for covariate in &spec.covariates {
        known_before(table, covariate, starts.as_deref(), today)?;
        read.push(covariate_values(table, covariate)?);
    }
    for (covariate, (_, missing)) in spec.covariates.iter().zip(&read) {
        let empty: Vec<usize> = kept.iter().copied().filter(|row| missing[*row]).collect();
        match covariate.missing {
            _ if empty.is_empty() => {}
            None => {
                let fix = "say in the spec what happens to them: missing = \"complete cases\", \"indicator\" or \"imputation\"";
                return Err(table.fault(&covariate.column, &empty, "no value", "a value, or a rule for rows without one", fix));
            }
            Some(MissingValues::CompleteCases) => kept.retain(|row| !missing[*row]),
            Some(way) => notes.push(format!(
                "`{}` is empty in {}: {}.",
                covariate.column,
                counted(empty.len() as i64, "row", "rows"),
                match way {
                    MissingValues::Indicator => "a column of its own says so, and the mean or a category of its own stands there",
                    _ => "the mean or the commonest category of the others stands there, which makes intervals a little too narrow",
                }
            )),
        }
    }
    if spec.covariates.iter().any(|covariate| covariate.missing == Some(MissingValues::CompleteCases)) {
        step("have every covariate that must be complete", &kept, &mut losses);
    }
    let columns = spec
        .covariates
        .iter()
        .zip(read)
        .flat_map(|(covariate, (values, missing))| design_columns(covariate, values, &missing, &kept));
    let columns: Vec<Column> = columns.collect();
    let covariates = Columns::new(kept.len(), columns).map_err(|error| {
        table.fault("", &[], &error.to_string(), "covariates with names of their own", "rename one of the columns")
    })?;
    for (is, what) in [(true, "nobody who was treated is left"), (false, "nobody who was not treated is left")] {
        if !kept.iter().any(|row| treated[*row] == is) {
            let fix = "look at who was left out at which step, and at the values of [treated] in the spec";
            return Err(table.fault("", &[], what, "people of both kinds", fix));
        }
    }
    Ok(Sample {
        treated: kept.iter().map(|row| treated[*row]).collect(),
        outcome: kept.iter().map(|row| outcome[*row]).collect(),
        covariates: Arc::new(covariates),
        row_numbers: kept.iter().map(|row| table.row_number(*row)).collect(),
        keys: keys(table, &spec.id, &kept)?,
        table_rows: kept,
        losses,
        notes,
    })
}

/// The column in which the outcome measured by a scheme stands; no file can have a column of that name.
pub const MEASURED: &str = "\u{1}measured";

/// Numbers for keys in the order of their texts.
fn keys(table: &EvaluationTable, id: &str, kept: &[usize]) -> Result<Vec<u64>, Box<TableFault>> {
    let column = table.text(id)?;
    let mut order: Vec<usize> = (0..column.values.len()).collect();
    order.sort_unstable_by(|a, b| column.values[*a].cmp(&column.values[*b]));
    let mut rank = vec![0_u64; order.len()];
    for (place, at) in order.into_iter().enumerate() {
        rank[at] = place as u64;
    }
    Ok(kept.iter().map(|row| rank[column.rows[*row] as usize]).collect())
}

fn outcome(table: &EvaluationTable, column: &str, unit: OutcomeUnit) -> Result<Vec<f64>, Box<TableFault>> {
    let read = table.numbers(column)?;
    if unit == OutcomeUnit::People {
        let wrong: Vec<usize> =
            (0..read.len()).filter(|row| !(read[*row].is_nan() || read[*row] == 0.0 || read[*row] == 1.0)).collect();
        if !wrong.is_empty() {
            let fix = "write 1 or 0, or give the outcome another unit in the spec";
            return Err(table.fault(column, &wrong, "neither 1 nor 0", "1 for people with the outcome, 0 for the others", fix));
        }
    }
    Ok(read)
}

/// A column of days, none of them in the future.
fn days_before(table: &EvaluationTable, column: &str, today: Day) -> Result<Vec<Option<Day>>, Box<TableFault>> {
    let days = table.days(column)?;
    let future: Vec<usize> = (0..days.len()).filter(|row| days[*row].is_some_and(|day| day > today)).collect();
    if !future.is_empty() {
        return Err(table.fault(column, &future, "a day in the future", "a day that has passed", "correct the dates"));
    }
    Ok(days)
}

/// A covariate that was known only after the start may be an effect of the service.
fn known_before(
    table: &EvaluationTable,
    covariate: &CovariateSpec,
    starts: Option<&[Option<Day>]>,
    today: Day,
) -> Result<(), Box<TableFault>> {
    let (KnownWhen::On(column), Some(starts)) = (&covariate.known, starts) else { return Ok(()) };
    let known = days_before(table, column, today)?;
    let empty: Vec<usize> = (0..known.len()).filter(|row| known[*row].is_none()).collect();
    if !empty.is_empty() {
        let fix = "write the day on which the covariate was known, or leave out the rows";
        return Err(table.fault(column, &empty, "no day", "a day in every row", fix));
    }
    let late: Vec<usize> = (0..known.len())
        .filter(|row| matches!((known[*row], starts[*row]), (Some(known), Some(start)) if known > start))
        .collect();
    if late.is_empty() {
        return Ok(());
    }
    let what = format!("`{}` became known only after the start", covariate.column);
    let fix = "use the value from before the start, or leave the covariate out: what came later may be an effect of the service";
    Err(table.fault(column, &late, &what, "a day on or before the start", fix))
}

/// A covariate with more categories than this is an id, or text.
const MOST_CATEGORIES: usize = 200;

/// The values of a covariate by row of the table.
enum Values {
    Numbers(Vec<f64>),
    Categories(Vec<String>, Vec<Option<usize>>),
}

/// The values, and which rows have none.
fn covariate_values(table: &EvaluationTable, covariate: &CovariateSpec) -> Result<(Values, Vec<bool>), Box<TableFault>> {
    Ok(match covariate.kind {
        CovariateKind::Number => {
            let numbers = table.numbers(&covariate.column)?;
            let missing = numbers.iter().map(|value| value.is_nan()).collect();
            (Values::Numbers(numbers), missing)
        }
        CovariateKind::Category => {
            let Categories { names, rows: places } = table.categories(&covariate.column)?;
            if names.len() > MOST_CATEGORIES {
                let fix = "use a number, or fewer categories: an id is no covariate";
                return Err(table.fault(&covariate.column, &[], "more than 200 categories", "at most 200", fix));
            }
            let missing = places.iter().map(Option::is_none).collect();
            (Values::Categories(names, places), missing)
        }
    })
}

/// The columns of a design: a number as it is, a category as a column for each value but the first that occurs.
fn design_columns(covariate: &CovariateSpec, values: Values, missing: &[bool], kept: &[usize]) -> Vec<Column> {
    let name = &covariate.column;
    let is_missing = || kept.iter().map(|row| f64::from(u8::from(missing[*row]))).collect::<Vec<f64>>();
    let any = kept.iter().any(|row| missing[*row]);
    let mut out = Vec::new();
    match values {
        Values::Numbers(numbers) => {
            let values = match any || kept.len() < numbers.len() {
                // Nobody is left out and nothing is filled in: the column is taken as it is.
                false => numbers,
                true => {
                    let there = || kept.iter().map(|row| numbers[*row]).filter(|value| !value.is_nan());
                    let mean = there().sum::<f64>() / there().count().max(1) as f64;
                    kept.iter().map(|row| if numbers[*row].is_nan() { mean } else { numbers[*row] }).collect()
                }
            };
            out.push(Column::new(name.clone(), values));
            if any && covariate.missing == Some(MissingValues::Indicator) {
                out.push(Column::new(format!("{name}: not known"), is_missing()));
            }
        }
        Values::Categories(names, places) => {
            let mut counts = vec![0_usize; names.len()];
            kept.iter().filter_map(|row| places[*row]).for_each(|place| counts[place] += 1);
            let commonest = (0..names.len()).max_by_key(|place| (counts[*place], std::cmp::Reverse(*place)));
            let fill = if covariate.missing == Some(MissingValues::Imputation) { commonest } else { None };
            let occurring = (0..names.len()).filter(|place| counts[*place] > 0);
            for place in occurring.skip(1) {
                let is = |row: &usize| f64::from(u8::from(places[*row].or(fill) == Some(place)));
                out.push(Column::new(format!("{name}: {}", names[place]), kept.iter().map(is).collect()));
            }
            if any && covariate.missing == Some(MissingValues::Indicator) {
                out.push(Column::new(format!("{name}: not known"), is_missing()));
            }
        }
    }
    out
}
