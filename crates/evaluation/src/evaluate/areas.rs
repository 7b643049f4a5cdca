//! The answer of a synthetic control: one treated area, compared with a weighted mixture of others.

use super::leave_one_out;
use super::refused::{Refused, of_table, outcome};
use super::result::{EstimatedEffect, EvaluationResult, Lines, Role};
use crate::spec::{AreaSpec, CovariateKind, Spec};
use crate::synthetic_control::{Areas, Placebos, PredictorWeights, SyntheticControl, placebos, synthetic_control};
use crate::table::{Categories, EvaluationTable};
use crate::words;

/// Weights below this are not named.
const LEAST_WEIGHT: f64 = 0.005;

/// Fewer periods before the start than this leave none for a placebo date.
const FOR_A_PLACEBO_DATE: usize = 6;

/// The answer for one treated area.
pub(super) fn of_areas(spec: &Spec, design: &AreaSpec, table: &EvaluationTable) -> Result<EvaluationResult, Refused> {
    let told = |of: &'static str| move |error| of_table(error, table, of);
    let grid = Grid::of(spec, design, table)?;
    let found = placebos(grid.areas(), grid.treated, &PredictorWeights::Optimised).map_err(told("the answer"))?;
    let (own, others) = (&found.controls[0], &found.controls[1..]);
    let answer = estimate(spec, &grid, &found, Role::Answer, &spec.outcome.name);
    let mut weights: Vec<(f64, &String)> = own.weights.iter().copied().zip(&grid.names).collect();
    weights.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let named: Vec<String> = weights
        .iter()
        .take_while(|(weight, _)| *weight >= LEAST_WEIGHT)
        .map(|(weight, name)| format!("{name} {:.1}%", 100.0 * weight))
        .collect();
    let mut notes = vec![
        format!("The mixture is {}.", named.join(", ")),
        format!(
            "Before the start the area and its mixture differ by {} (root mean square), after it by {}.",
            words::difference(spec.outcome.unit, own.rmspe_before),
            words::difference(spec.outcome.unit, own.rmspe_after)
        ),
        format!(
            "Of {} treated as if they had been the one, {:.0}% stray at least as far after the start, compared with before it. The \
             interval holds what that share of areas without the service shows, and needs no normal distribution.",
            base::english::counted(found.controls.len() as i64, "area", "areas"),
            100.0 * found.p_value
        ),
    ];
    if others.len() < 20 {
        notes.push(format!(
            "With {} to compare with, no p-value can be below {:.3}.",
            base::english::counted(others.len() as i64, "area", "areas"),
            1.0 / (others.len() + 1) as f64
        ));
    }
    let seen = &grid.outcome[grid.treated];
    Ok(EvaluationResult {
        lines: Some(Lines {
            axis: design.period.clone(),
            from: design.from,
            seen: grid.periods.iter().copied().zip(seen.iter().copied()).collect(),
            without: grid
                .periods
                .iter()
                .zip(seen.iter().zip(&own.gap))
                .map(|(period, (seen, gap))| (*period, seen - gap))
                .collect(),
        }),
        sensitivity: leave_one_out::figure(spec, &answer, ["area", "areas"], &without_each(&grid, own)).into_iter().collect(),
        estimates: [Some(answer.clone()), placebo_date(spec, design, table, &grid)].into_iter().flatten().collect(),
        notes,
        // The spread of placebo areas is no normal distribution.
        minimum_detectable: None,
        ..EvaluationResult::of(spec, &answer)
    })
}

/// The mean gap after the start, with an interval from areas that were treated as if they had been the one.
fn estimate(spec: &Spec, grid: &Grid, found: &Placebos, role: Role, what: &str) -> EstimatedEffect {
    let (own, others) = (&found.controls[0], &found.controls[1..]);
    // An area that its mixture fits worse before the start strays more after it; its gap is put on the scale of the treated area's fit.
    let stray = |control: &SyntheticControl| match control.rmspe_before > 0.0 {
        true => (grid.mean_after(control) * own.rmspe_before / control.rmspe_before).abs(),
        false => f64::INFINITY,
    };
    let mut strays: Vec<f64> = others.iter().map(stray).collect();
    strays.sort_by(f64::total_cmp);
    // The treated area is one of those that are compared, so that the interval and the p-value say the same.
    let place = (spec.level * (strays.len() + 1) as f64).ceil() as usize;
    let half = strays.get(place.saturating_sub(1)).copied().unwrap_or(f64::INFINITY);
    let finite: Vec<f64> = strays.iter().copied().filter(|stray| stray.is_finite()).collect();
    let spread = (finite.iter().map(|stray| stray * stray).sum::<f64>() / finite.len().max(1) as f64).sqrt();
    let effect = grid.mean_after(own);
    EstimatedEffect {
        low: effect - half,
        high: effect + half,
        p_value: found.p_value,
        treated: 1,
        comparison: others.len(),
        ..EstimatedEffect::plain(role, what, (effect, spread), spec.level, "placebo areas".to_owned())
    }
}

/// The answer without each area that is in the mixture, in turn (Abadie, Diamond and Hainmueller 2015). An area without weight changes
/// nothing.
fn without_each(grid: &Grid, own: &SyntheticControl) -> Vec<(String, f64)> {
    let weighty = (0..grid.names.len()).filter(|area| own.weights[*area] >= LEAST_WEIGHT);
    let without = |area: usize| {
        let rest = grid.without(area);
        let control = synthetic_control(rest.areas(), rest.treated, &PredictorWeights::Optimised).ok()?;
        Some((grid.names[area].clone(), rest.mean_after(&control)))
    };
    weighty.filter_map(without).collect()
}

/// The same analysis of the periods before the start alone, as if the service had begun in the middle of them (Abadie, Diamond and
/// Hainmueller 2015): nothing should show.
fn placebo_date(spec: &Spec, design: &AreaSpec, table: &EvaluationTable, grid: &Grid) -> Option<EstimatedEffect> {
    if grid.before < FOR_A_PLACEBO_DATE {
        return None;
    }
    let from = grid.periods[grid.before / 2];
    let outcomes = design.outcomes.iter().copied().filter(|period| *period < from).collect();
    let earlier = Grid::of(spec, &AreaSpec { from, outcomes, ..design.clone() }, table).ok()?.until(grid.before);
    let found = placebos(earlier.areas(), earlier.treated, &PredictorWeights::Optimised).ok()?;
    Some(estimate(spec, &earlier, &found, Role::Placebo, &words::placebo_date(&design.period, from)))
}

/// Areas over periods, with what should be alike before the start.
struct Grid {
    names: Vec<String>,
    periods: Vec<f64>,
    before: usize,
    treated: usize,
    outcome: Vec<Vec<f64>>,
    predictors: Vec<Vec<f64>>,
}

impl Grid {
    fn areas(&self) -> Areas<'_> {
        Areas { outcome: &self.outcome, predictors: &self.predictors, periods_before: self.before }
    }

    /// The mean gap from the start on.
    fn mean_after(&self, control: &SyntheticControl) -> f64 {
        let after = &control.gap[self.before..];
        after.iter().sum::<f64>() / after.len() as f64
    }

    /// The same without one of the areas that are compared with.
    fn without(&self, area: usize) -> Grid {
        let but = |rows: &[Vec<f64>]| rows.iter().enumerate().filter(|(at, _)| *at != area).map(|(_, row)| row.clone()).collect();
        Grid {
            names: self.names.iter().enumerate().filter(|(at, _)| *at != area).map(|(_, name)| name.clone()).collect(),
            periods: self.periods.clone(),
            before: self.before,
            treated: self.treated - usize::from(area < self.treated),
            outcome: but(&self.outcome),
            predictors: but(&self.predictors),
        }
    }

    /// The same with the first periods alone.
    fn until(mut self, periods: usize) -> Grid {
        self.periods.truncate(periods);
        self.outcome.iter_mut().for_each(|of_area| of_area.truncate(periods));
        self
    }

    fn of(spec: &Spec, design: &AreaSpec, table: &EvaluationTable) -> Result<Grid, Refused> {
        let Categories { names, rows: areas } = table.categories(&design.unit)?;
        let nameless: Vec<usize> = (0..areas.len()).filter(|row| areas[*row].is_none()).collect();
        if !nameless.is_empty() {
            return Err(table.fault(&design.unit, &nameless, "no area", "an area in every row", "fill in the cells").into());
        }
        let period = table.all_numbers(&design.period)?;
        let values = outcome(spec, table)?;
        let mut periods = period.clone();
        periods.sort_by(f64::total_cmp);
        periods.dedup();
        let Some(treated) = names.iter().position(|name| *name == design.treated) else {
            let fix = "correct `treated` under [areas]";
            return Err(table.fault(&design.unit, &[], "no row of the treated area", "the area that the spec names", fix).into());
        };
        let mut place: Vec<Vec<Option<usize>>> = vec![vec![None; periods.len()]; names.len()];
        for (row, area) in areas.iter().enumerate() {
            let (area, at) = (area.unwrap_or_default(), periods.partition_point(|known| *known < period[row]));
            if let Some(before) = place[area][at].replace(row) {
                let fix = "keep one row for each area and period";
                return Err(table
                    .fault(&design.period, &[before, row], "two rows of one area and period", "one row", fix)
                    .into());
            }
        }
        if let Some(lacking) = place.iter().position(|rows| rows.iter().any(Option::is_none)) {
            let row: Vec<usize> = place[lacking].iter().flatten().copied().take(1).collect();
            let fix = "add the rows that are missing, or leave the area out";
            return Err(table
                .fault(&design.unit, &row, "the area of this row lacks a period", "a row of each area for each period", fix)
                .into());
        }
        let rows: Vec<Vec<usize>> = place.into_iter().map(|rows| rows.into_iter().flatten().collect()).collect();
        let before = periods.partition_point(|period| *period < design.from);
        let outcome: Vec<Vec<f64>> = rows.iter().map(|rows| rows.iter().map(|row| values[*row]).collect()).collect();
        let mut predictors: Vec<Vec<f64>> = vec![Vec::new(); names.len()];
        for covariate in &spec.covariates {
            if covariate.kind != CovariateKind::Number {
                let fix = "make a column of 0 and 1 for each category";
                return Err(table.fault(&covariate.column, &[], "a category of areas", "a number", fix).into());
            }
            let column = table.numbers(&covariate.column)?;
            for (of_area, rows) in predictors.iter_mut().zip(&rows) {
                let known: Vec<f64> = rows[..before].iter().map(|row| column[*row]).filter(|value| !value.is_nan()).collect();
                if known.is_empty() {
                    let what = "an area has no value of a covariate before the start";
                    return Err(table
                        .fault(&covariate.column, &rows[..1], what, "a value in some period", "fill in the cells")
                        .into());
                }
                of_area.push(known.iter().sum::<f64>() / known.len() as f64);
            }
        }
        let alike: Vec<usize> = match design.outcomes.is_empty() {
            true => (0..before).collect(),
            false => design.outcomes.iter().filter_map(|at| periods[..before].iter().position(|period| period == at)).collect(),
        };
        if !design.outcomes.is_empty() && alike.len() != design.outcomes.len() {
            let fix = "correct `outcomes` under [areas]";
            let what = "a period of `outcomes` is not in the table, or not before the start";
            return Err(table.fault(&design.period, &[], what, "periods before the start", fix).into());
        }
        for (of_area, values) in predictors.iter_mut().zip(&outcome) {
            of_area.extend(alike.iter().map(|at| values[*at]));
        }
        Ok(Grid { names, periods, before, treated, outcome, predictors })
    }
}
