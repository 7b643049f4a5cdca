//! The chance of the event for each person, from what was known before: what is expected of a provider's own people.

use crate::columns::{Column, Columns, check_rows};
use crate::error::EvaluationError;
use crate::logistic::{LogisticFit, logistic, probability};

/// Events, and people without one, for each column of the model. With fewer, coefficients are mostly chance (Peduzzi and others
/// 1996 give 10).
const EVENTS_EACH_COLUMN: usize = 10;
/// Parts of the cross-validation.
const PARTS: usize = 10;

/// A logistic model of the event on what was known before.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseMixModel {
    /// The columns of the model with their coefficients, in log odds; the intercept comes first.
    pub coefficients: Vec<(String, f64)>,
    /// Columns that were left out: they follow from others, separate people with the event from the others, or there are too few
    /// events for so many columns.
    pub left_out: Vec<String>,
    /// The chance of each person, from the model of everybody: what standardised rates use.
    pub expected: Vec<f64>,
    /// The chance of each person, from a model fitted without that person's tenth of the people: what shows whether the model
    /// fits.
    pub cross_validated: Vec<f64>,
}

/// Fits the model over the people of all providers. `columns` come in the order of their importance: where there are too few
/// events for all, the last are left out. Every tenth person belongs to one part of the cross-validation, so the order of rows
/// must mean something: sort people by the day and the key.
///
/// # Errors
///
/// Columns of unequal length, or fewer than 10 people with the event or without it.
pub fn case_mix(event: &[bool], columns: &Columns) -> Result<CaseMixModel, EvaluationError> {
    check_rows("event", event.len(), columns.rows())?;
    let with = event.iter().filter(|event| **event).count();
    let fewest = with.min(event.len() - with);
    if fewest < EVENTS_EACH_COLUMN {
        let what = "people with the event, and people without it,";
        return Err(EvaluationError::TooFew { what, needed: EVENTS_EACH_COLUMN, found: fewest });
    }
    let most = fewest / EVENTS_EACH_COLUMN;
    let mut left_out: Vec<String> = columns.all().iter().skip(most).map(|column| column.name.clone()).collect();
    let kept: Vec<Column> = columns.all().iter().take(most).cloned().collect();
    let (fit, kept) = fitted(event, Columns::checked(event.len(), kept), &mut left_out)?;
    let mut cross_validated = vec![0.0; event.len()];
    for part in 0..PARTS {
        let (mut others, mut own) = (Vec::new(), Vec::new());
        (0..event.len()).for_each(|row| if row % PARTS == part { own.push(row) } else { others.push(row) });
        let outcome: Vec<bool> = others.iter().map(|row| event[*row]).collect();
        let (fit, used) = fitted(&outcome, kept.take(&others), &mut Vec::new())?;
        let names = used.all().iter().filter_map(|column| kept.named(&column.name)).cloned();
        let own_columns = Columns::checked(event.len(), names.collect()).take(&own);
        let log_odds = fit.log_odds_of(&own_columns)?;
        own.iter().zip(log_odds).for_each(|(row, log_odds)| cross_validated[*row] = chance(log_odds));
    }
    Ok(CaseMixModel {
        coefficients: fit.names.iter().cloned().zip(fit.coefficients.iter().copied()).collect(),
        left_out,
        expected: fit.log_odds.iter().map(|log_odds| chance(*log_odds)).collect(),
        cross_validated,
    })
}

/// The fit on as many of the columns as it can use, and those columns.
fn fitted(event: &[bool], mut columns: Columns, left_out: &mut Vec<String>) -> Result<(LogisticFit, Columns), EvaluationError> {
    loop {
        let column = match logistic(event, &columns, None) {
            Ok(fit) => return Ok((fit, columns)),
            Err(EvaluationError::Collinear { column } | EvaluationError::Separation { column }) => column,
            Err(error) => return Err(error),
        };
        let before = columns.all().len();
        let others = columns.all().iter().filter(|other| other.name != column).cloned().collect();
        columns = Columns::checked(columns.rows(), others);
        // The intercept alone has a fit wherever there are people with the event and without it.
        if columns.all().len() == before {
            return Err(EvaluationError::Collinear { column });
        }
        left_out.push(column);
    }
}

/// Never quite 0 or 1, so that limits and log odds exist.
fn chance(log_odds: f64) -> f64 {
    probability(log_odds).clamp(1e-9, 1.0 - 1e-9)
}
