//! G-computation (standardisation): a model of the outcome says what everybody's would be with and without treatment, and the mean
//! difference over the target is the effect.

use super::Effect;
use crate::columns::{Column, Columns, check_rows, check_weights};
use crate::error::EvaluationError;
use crate::estimand::Estimand;
use crate::least_squares::{Covariance, LinearFit, least_squares};
use crate::logistic::{LogisticFit, logistic, probability};
use crate::units::check_groups;

/// Which covariates have a slope of their own in each group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interacted<'a> {
    /// None: one effect for everybody.
    None,
    /// All.
    All,
    /// Those of these names.
    Named(&'a [&'a str]),
}

impl Interacted<'_> {
    fn has(self, name: &str) -> bool {
        match self {
            Interacted::None => false,
            Interacted::All => true,
            Interacted::Named(names) => names.contains(&name),
        }
    }
}

/// The name that the column of the treatment has in a model.
const TREATED: &str = "treated";

/// The effect by a linear model. The covariates are centred on the target, so the coefficient of the treatment is the effect and
/// its covariance is the regression's; the target's covariates are taken as given.
///
/// # Errors
///
/// As [`least_squares`], and nobody in one of the groups or an interaction with a column that is not there.
pub fn g_computation(
    outcome: &[f64],
    treated: &[bool],
    columns: &Columns,
    weights: Option<&[f64]>,
    interacted: Interacted<'_>,
    estimand: Estimand,
    covariance: Covariance<'_>,
) -> Result<Effect, EvaluationError> {
    let model = OutcomeModel::new(treated, columns, weights, interacted, estimand)?;
    let fit = least_squares(outcome, &model.columns(treated), weights, covariance)?;
    Ok(Effect {
        estimate: fit.coefficients[1],
        standard_error: fit.standard_error(1),
        standard_error_name: fit.covariance_name,
        treated_mean: fit.coefficients[0] + fit.coefficients[1],
        control_mean: fit.coefficients[0],
        units: fit.rows,
        clusters: fit.clusters,
    })
}

/// The effect on a binary outcome, as a difference of probabilities, by a logistic model. The standard error is of the influence
/// function, so it holds for a model that is not quite right and counts the sampling of the covariates.
///
/// # Errors
///
/// As [`logistic`], and nobody in one of the groups or an interaction with a column that is not there.
pub fn g_computation_logistic(
    outcome: &[bool],
    treated: &[bool],
    columns: &Columns,
    weights: Option<&[f64]>,
    interacted: Interacted<'_>,
    estimand: Estimand,
) -> Result<Effect, EvaluationError> {
    let model = OutcomeModel::new(treated, columns, weights, interacted, estimand)?;
    let seen = model.columns(treated);
    let fit = logistic(outcome, &seen, weights)?;
    let rows = treated.len();
    let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
    let counted = |row: usize| if estimand.has(treated[row]) { weight(row) } else { 0.0 };
    let total: f64 = (0..rows).map(counted).sum();
    let both = [true, false].map(|with| model.columns(&vec![with; rows]));
    let (mut means, mut gradient) = ([0.0; 2], vec![0.0; fit.coefficients.len()]);
    let mut differences = vec![0.0; rows];
    for (which, columns) in both.iter().enumerate() {
        let sign = if which == 0 { 1.0 } else { -1.0 };
        for (row, log_odds) in fit.log_odds_of(columns)?.into_iter().enumerate() {
            let p = probability(log_odds);
            let share = counted(row) / total;
            means[which] += share * p;
            differences[row] += sign * p;
            let slope = sign * share * p * (1.0 - p);
            gradient[0] += slope;
            gradient[1..].iter_mut().zip(columns.all()).for_each(|(sum, column)| *sum += slope * column.values[row]);
        }
    }
    // How much each unit's score moves the effect, by way of the coefficients.
    let direction = fit.covariance.times(&gradient);
    let effect = means[0] - means[1];
    let influence: Vec<f64> = (0..rows)
        .map(|row| {
            let left = weight(row) * (f64::from(u8::from(outcome[row])) - probability(fit.log_odds[row]));
            let along = direction[0]
                + seen.all().iter().zip(&direction[1..]).map(|(column, part)| column.values[row] * part).sum::<f64>();
            counted(row) / total * (differences[row] - effect) + left * along
        })
        .collect();
    Ok(Effect::of_influence(&influence, (means[0], means[1])))
}

/// What a model says of everybody.
#[derive(Clone, Debug)]
pub struct PredictedOutcomes {
    /// Each unit's outcome with treatment.
    pub with: Vec<f64>,
    /// Each unit's outcome without it.
    pub without: Vec<f64>,
}

/// Everybody's outcome with and without treatment, by a linear model.
///
/// # Errors
///
/// As [`g_computation`].
pub fn predicted_linear(
    outcome: &[f64],
    treated: &[bool],
    columns: &Columns,
    interacted: Interacted<'_>,
) -> Result<PredictedOutcomes, EvaluationError> {
    let model = OutcomeModel::new(treated, columns, None, interacted, Estimand::Everybody)?;
    let fit = least_squares(outcome, &model.columns(treated), None, Covariance::Classical)?;
    let predict = |with: bool| linear_of(&fit, &model.columns(&vec![with; treated.len()]));
    Ok(PredictedOutcomes { with: predict(true), without: predict(false) })
}

/// Everybody's probability of the outcome with and without treatment, by a logistic model.
///
/// # Errors
///
/// As [`g_computation_logistic`].
pub fn predicted_logistic(
    outcome: &[bool],
    treated: &[bool],
    columns: &Columns,
    interacted: Interacted<'_>,
) -> Result<PredictedOutcomes, EvaluationError> {
    let model = OutcomeModel::new(treated, columns, None, interacted, Estimand::Everybody)?;
    let fit: LogisticFit = logistic(outcome, &model.columns(treated), None)?;
    let predict = |with: bool| {
        let log_odds = fit.log_odds_of(&model.columns(&vec![with; treated.len()]))?;
        Ok::<_, EvaluationError>(log_odds.into_iter().map(probability).collect())
    };
    Ok(PredictedOutcomes { with: predict(true)?, without: predict(false)? })
}

fn linear_of(fit: &LinearFit, columns: &Columns) -> Vec<f64> {
    let mut sum = vec![fit.coefficients[0]; columns.rows()];
    for (column, coefficient) in columns.all().iter().zip(&fit.coefficients[1..]) {
        sum.iter_mut().zip(&column.values).for_each(|(sum, value)| *sum += coefficient * value);
    }
    sum
}

/// Covariates centred on the target, and which of them are interacted.
struct OutcomeModel {
    rows: usize,
    centred: Vec<Column>,
    interacted: Vec<usize>,
}

impl OutcomeModel {
    fn new(
        treated: &[bool],
        columns: &Columns,
        weights: Option<&[f64]>,
        interacted: Interacted<'_>,
        estimand: Estimand,
    ) -> Result<OutcomeModel, EvaluationError> {
        let rows = columns.rows();
        check_rows("treated", treated.len(), rows)?;
        check_groups(treated)?;
        if let Some(weights) = weights {
            check_weights("weights", weights, rows)?;
        }
        if let Interacted::Named(names) = interacted
            && names.iter().any(|name| columns.named(name).is_none())
        {
            return Err(EvaluationError::Option { what: "an interaction names a column that is not among the covariates" });
        }
        let counted = |row: usize| {
            if estimand.has(treated[row]) { weights.map_or(1.0, |weights| weights[row]) } else { 0.0 }
        };
        let total: f64 = (0..rows).map(counted).sum();
        if total <= 0.0 {
            return Err(EvaluationError::TooFew { what: "units of the target with a weight above 0", needed: 1, found: 0 });
        }
        let centred = columns
            .all()
            .iter()
            .map(|column| {
                let mean = (0..rows).map(|row| counted(row) * column.values[row]).sum::<f64>() / total;
                Column::new(&column.name, column.values.iter().map(|value| value - mean).collect())
            })
            .collect();
        let interacted = (0..columns.all().len()).filter(|&j| interacted.has(&columns.all()[j].name)).collect();
        Ok(OutcomeModel { rows, centred, interacted })
    }

    /// The columns of the model, the treatment first, as if `treated` had been treated.
    fn columns(&self, treated: &[bool]) -> Columns {
        let with: Vec<f64> = treated.iter().map(|&treated| f64::from(u8::from(treated))).collect();
        let products = self.interacted.iter().map(|&j| {
            let column = &self.centred[j];
            let values = column.values.iter().zip(&with).map(|(value, with)| value * with).collect();
            Column::new(format!("{} × {TREATED}", column.name), values)
        });
        let products: Vec<Column> = products.collect();
        let all = std::iter::once(Column::new(TREATED, with)).chain(self.centred.iter().cloned()).chain(products);
        Columns::checked(self.rows, all.collect())
    }
}
