//! The answer of a regression discontinuity: people just above and just below a cut-off.

use super::refused::{Refused, of_table, outcome};
use super::result::{EstimatedEffect, EvaluationResult, Lines, Role};
use crate::error::EvaluationError;
use crate::least_squares::Covariance;
use crate::regression_discontinuity::{Bandwidth, density_test, regression_discontinuity};
use crate::spec::{BandwidthSpec, DiscontinuitySpec, Spec, StandardErrorMethod};
use crate::table::EvaluationTable;
use crate::words;

/// Equal parts of the score in which means are shown on either side.
const PARTS: usize = 12;

/// The answer at a cut-off.
pub(super) fn of_scores(spec: &Spec, design: &DiscontinuitySpec, table: &EvaluationTable) -> Result<EvaluationResult, Refused> {
    let told = |of: &'static str| move |error| of_table(error, table, of);
    table.check_keys(&spec.id)?;
    let (score, values) = (table.all_numbers(&design.score)?, outcome(spec, table)?);
    let clusters: Option<Vec<u64>> = match spec.standard_error.clusters.as_deref() {
        Some(column) => Some(table.categories(column)?.rows.into_iter().map(|at| at.map_or(u64::MAX, |at| at as u64)).collect()),
        None => None,
    };
    let covariance = match (spec.standard_error.method, &clusters) {
        (StandardErrorMethod::Robust, _) => Covariance::Hc2,
        (StandardErrorMethod::Clustered, Some(clusters)) => Covariance::Cr1(clusters),
        _ => {
            let error = EvaluationError::Option {
                what: "a regression discontinuity has the standard errors \"robust\" and \"clustered\"",
            };
            return Err(told("the standard error")(error));
        }
    };
    let bandwidth = match design.bandwidth {
        BandwidthSpec::Optimal => Bandwidth::ImbensKalyanaraman,
        BandwidthSpec::Fixed(width) => Bandwidth::Given(width),
    };
    let found = regression_discontinuity(&score, &values, design.cut_off, bandwidth, covariance).map_err(told("the answer"))?;
    // The lines jump where the score rises; the service is on one of the two sides.
    let sign = if design.treated_above { 1.0 } else { -1.0 };
    let (below, above) = (found.rows[0], found.rows[1]);
    let (treated, comparison) = if design.treated_above { (above, below) } else { (below, above) };
    let estimate = |role, what: &str, found: (f64, f64), method: String| EstimatedEffect {
        treated,
        comparison,
        ..EstimatedEffect::plain(role, what, found, spec.level, method)
    };
    let answer = estimate(
        Role::Answer,
        &spec.outcome.name,
        (sign * found.robust_effect, found.robust_standard_error),
        format!("robust and bias-corrected (Calonico, Cattaneo and Titiunik 2014), {}", found.covariance_name),
    );
    let line = estimate(
        Role::Part,
        "lines alone, whose interval leaves out their bias",
        (sign * found.effect, found.standard_error),
        found.covariance_name.to_owned(),
    );
    let mut notes = vec![format!(
        "The bandwidth is {} of `{}` on either side. The answer is about people at the cut-off, and says nothing of others.",
        words::value(crate::spec::OutcomeUnit::Number, found.bandwidth),
        design.score
    )];
    if let Ok(test) = density_test(&score, design.cut_off, None) {
        notes.push(format!(
            "Test that as many people are just above the cut-off as just below it (McCrary 2008): p-value {:.3}.{}",
            test.p_value,
            if test.p_value < 0.05 {
                " They are not: the score may have been moved, and the answer is not to be trusted."
            } else {
                ""
            }
        ));
    }
    Ok(EvaluationResult {
        lines: Some(Lines {
            axis: design.score.clone(),
            from: design.cut_off,
            seen: means(&score, &values, design.cut_off, 2.0 * found.bandwidth),
            without: Vec::new(),
        }),
        estimates: vec![answer.clone(), line],
        notes,
        ..EvaluationResult::of(spec, &answer)
    })
}

/// Means of the outcome in equal parts of the score on either side of the cut-off. No part crosses it.
fn means(score: &[f64], values: &[f64], cut_off: f64, width: f64) -> Vec<(f64, f64)> {
    let step = width / PARTS as f64;
    let mut sums = vec![(0.0, 0.0_f64); 2 * PARTS];
    for (score, value) in score.iter().zip(values) {
        let place = ((score - cut_off) / step).floor() + PARTS as f64;
        if place >= 0.0 && place < sums.len() as f64 {
            let sum = &mut sums[place as usize];
            (sum.0, sum.1) = (sum.0 + value, sum.1 + 1.0);
        }
    }
    let middle = |at: usize| cut_off + (at as f64 - PARTS as f64 + 0.5) * step;
    sums.iter().enumerate().filter(|(_, (_, count))| *count > 0.0).map(|(at, (sum, count))| (middle(at), sum / count)).collect()
}
