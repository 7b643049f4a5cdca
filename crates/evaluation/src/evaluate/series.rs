//! The answer of an interrupted time series: one series, with a change of level and of slope.

use super::refused::{Refused, of_table, outcome};
use super::result::{EstimatedEffect, EvaluationResult, Lines, Role};
use crate::distributions::{student_t_quantile, student_t_tails};
use crate::error::EvaluationError;
use crate::interrupted_time_series::{Season, SeriesFit, SeriesOptions, interrupted_time_series};
use crate::spec::{SeriesSpec, Spec};
use crate::table::EvaluationTable;
use crate::words;

/// Where the change of level and the change of trend are among the coefficients.
const LEVEL: usize = 2;
const TREND: usize = 3;

/// The answer of one series.
pub(super) fn of_series(spec: &Spec, design: &SeriesSpec, table: &EvaluationTable) -> Result<EvaluationResult, Refused> {
    let told = |of: &'static str| move |error| of_table(error, table, of);
    let (periods, values) = in_order(spec, design, table)?;
    let start = periods.iter().position(|period| *period >= design.from).unwrap_or(periods.len());
    if design.season == Some(2) {
        let error = EvaluationError::Option { what: "a season of two periods has no wave of its own: leave `season` out" };
        return Err(told("the answer")(error));
    }
    let season = design.season.map(|length| Season { length, harmonics: ((length - 1) / 2).clamp(1, 2) });
    let options = SeriesOptions { interrupted_at: start, season, lag: design.lag };
    let fit = interrupted_time_series(&values, options).map_err(told("the answer"))?;
    let (mean, error) = mean_effect(&fit);
    let estimate = |role, what: &str, found: (f64, f64)| EstimatedEffect {
        treated: values.len() - start,
        comparison: start,
        ..widened(role, what, found, spec.level, &fit)
    };
    let answer = estimate(Role::Answer, &spec.outcome.name, (mean, error));
    let part = |what: &str, at: usize| estimate(Role::Part, what, (fit.coefficients[at], fit.standard_error(at)));
    let mut notes = vec![
        "The answer is the mean over the periods with the service. It rests on the trend before going on as it was: whatever else \
         changed at the same time counts as an effect."
            .to_owned(),
        format!("Durbin-Watson statistic {:.2}: about 2 where neighbouring periods do not resemble one another.", fit.durbin_watson),
    ];
    if let Some(season) = season {
        let waves = base::english::counted(season.harmonics as i64, "smooth wave", "smooth waves");
        notes.push(format!("The season of {} periods is described by {waves}.", season.length));
    }
    if let Ok(test) = fit.autocorrelation(design.lag.max(1))
        && test.p_value < 0.05
    {
        notes.push(format!(
            "Periods up to {} apart still resemble one another (Breusch-Godfrey, p-value {:.3}): consider a longer lag or a season.",
            test.lags, test.p_value
        ));
    }
    let mut estimates =
        vec![answer.clone(), part("change of level at the start", LEVEL), part("change of trend, each period", TREND)];
    estimates.extend(placebo_date(spec, design, &periods[..start], &values[..start], options));
    let without = fit.without_interruption();
    Ok(EvaluationResult {
        lines: Some(Lines {
            axis: design.period.clone(),
            from: design.from,
            seen: periods.iter().copied().zip(values.iter().copied()).collect(),
            without: periods.iter().copied().zip(without).skip(start).collect(),
        }),
        estimates,
        notes,
        ..EvaluationResult::of(spec, &answer)
    })
}

/// The mean effect over the periods with the service: the change of level, and the change of trend at their middle. With its standard
/// error.
fn mean_effect(fit: &SeriesFit) -> (f64, f64) {
    let after = (fit.residuals.len() - fit.interrupted_at()) as f64;
    let mut of = vec![0.0; fit.coefficients.len()];
    (of[LEVEL], of[TREND]) = (1.0, (after - 1.0) / 2.0);
    let mean = fit.coefficients[LEVEL] + of[TREND] * fit.coefficients[TREND];
    (mean, fit.covariance.quadratic_form(&of).sqrt())
}

/// One estimate with an interval that holds for few periods too. The errors of Newey and West are too small then, and a normal interval
/// of them leaves out nothing far too often where nothing happened: it is widened as the number of coefficients, Student's t and the
/// length of the lag ask for (Kiefer and Vogelsang 2005, Bartlett's weights). The standard error stays as it is.
fn widened(role: Role, what: &str, (effect, error): (f64, f64), level: f64, fit: &SeriesFit) -> EstimatedEffect {
    let count = fit.residuals.len() as f64;
    let freedom = count - fit.coefficients.len() as f64;
    let wider = (count / freedom).sqrt() * for_the_lag((fit.lag + 1) as f64 / count);
    let half = student_t_quantile(0.5 + level / 2.0, freedom) * wider * error;
    let method = format!("Newey-West, lag {}, interval widened for {count} periods", fit.lag);
    EstimatedEffect {
        low: effect - half,
        high: effect + half,
        p_value: (2.0 * student_t_tails((effect / (wider * error)).abs(), freedom).upper).min(1.0),
        ..EstimatedEffect::plain(role, what, (effect, error), level, method)
    }
}

/// The same analysis of the periods before the start alone, as if the service had begun in the middle of them: nothing should show.
/// None where they are too few.
fn placebo_date(
    spec: &Spec,
    design: &SeriesSpec,
    periods: &[f64],
    values: &[f64],
    options: SeriesOptions,
) -> Option<EstimatedEffect> {
    let middle = values.len() / 2;
    let fit = interrupted_time_series(values, SeriesOptions { interrupted_at: middle, ..options }).ok()?;
    let what = words::placebo_date(&design.period, *periods.get(middle)?);
    Some(EstimatedEffect {
        treated: values.len() - middle,
        comparison: middle,
        ..widened(Role::Placebo, &what, mean_effect(&fit), spec.level, &fit)
    })
}

/// How much wider a 95% interval is where the lag is this share of the periods (Kiefer and Vogelsang 2005, table 1).
fn for_the_lag(share: f64) -> f64 {
    (1.96 + 2.9694 * share + 0.4160 * share.powi(2) - 0.5324 * share.powi(3)) / 1.96
}

/// The series in the order of its periods, which follow each other at one distance.
fn in_order(spec: &Spec, design: &SeriesSpec, table: &EvaluationTable) -> Result<(Vec<f64>, Vec<f64>), Refused> {
    let (period, values) = (table.all_numbers(&design.period)?, outcome(spec, table)?);
    let mut order: Vec<usize> = (0..period.len()).collect();
    order.sort_by(|a, b| period[*a].total_cmp(&period[*b]));
    let steps: Vec<f64> = order.windows(2).map(|pair| period[pair[1]] - period[pair[0]]).collect();
    let step = steps.first().copied().unwrap_or_default();
    let uneven: Vec<usize> = (0..steps.len())
        .filter(|at| steps[*at] <= 0.0 || (steps[*at] - step).abs() > 1e-6 * step.abs())
        .map(|at| order[at + 1])
        .collect();
    if !uneven.is_empty() {
        let fix = "number the periods one after another, with one row for each";
        return Err(table
            .fault(
                &design.period,
                &uneven,
                "a period that does not follow the one before at the same distance",
                "periods such as 1, 2, 3",
                fix,
            )
            .into());
    }
    Ok((order.iter().map(|row| period[*row]).collect(), order.iter().map(|row| values[*row]).collect()))
}
