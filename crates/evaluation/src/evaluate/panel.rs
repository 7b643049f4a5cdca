//! The answer of a difference in differences: units observed in several periods, treated from different ones.

use std::collections::BTreeSet;

use super::leave_one_out;
use super::refused::{Refused, numbered_rows, outcome};
use super::result::{EstimatedEffect, EvaluationResult, EventTime, NaivePart, PanelResult, Role};
use crate::columns::{Column, Columns};
use crate::difference_in_differences::aggregate::{Average, AverageBy, average};
use crate::difference_in_differences::bootstrap::{BootstrapOptions, multiplier_bootstrap};
use crate::difference_in_differences::group_time::{
    BasePeriod, GroupTime, GroupTimeOptions, OutcomeAdjustment, PanelControls, group_time,
};
use crate::difference_in_differences::panel::{Gaps, Panel, PanelRows};
use crate::difference_in_differences::pre_trends::pre_trends;
use crate::difference_in_differences::two_way_fixed_effects::{PartKind, goodman_bacon, two_way_fixed_effects};
use crate::error::EvaluationError;
use crate::spec::{CovariateKind, PanelComparison, PanelSpec, Spec, StandardErrorMethod};
use crate::table::{Categories, EvaluationTable};
use crate::words;

/// At most so many areas are left out in turn, and so many rows are looked at for it in all.
const MOST_LEFT_OUT: usize = 200;
const MOST_LEFT_OUT_ROWS: usize = 20_000_000;
/// Cohorts of fewer units are named.
const SMALL_COHORT: usize = 5;

/// The answer of a difference in differences.
pub(super) fn of_panel(spec: &Spec, design: &PanelSpec, table: &EvaluationTable) -> Result<EvaluationResult, Refused> {
    let panel = panel(spec, design, table)?;
    let told = |of: &'static str| move |error| Refused::Method { error, of: of.to_owned() };
    let options = GroupTimeOptions {
        comparison: match design.comparison {
            PanelComparison::NeverTreated => PanelControls::NeverTreated,
            PanelComparison::NotYetTreated => PanelControls::NotYetTreated,
        },
        base: BasePeriod::Varying,
        adjustment: if spec.covariates.is_empty() { OutcomeAdjustment::None } else { OutcomeAdjustment::DoublyRobust },
        anticipation: design.anticipation as i64,
        small_group: SMALL_COHORT,
    };
    let effects = group_time(&panel, options).map_err(told("the answer"))?;
    let of = |by: AverageBy| average(&effects, by).map_err(told("the answer"));
    let (by_cohort, everything) = (of(AverageBy::Group)?, of(AverageBy::Everything)?);
    let (since, periods) = (of(AverageBy::TimeSinceStart)?, of(AverageBy::Period)?);
    let errors = Errors::new(spec, &effects).map_err(told("the standard error"))?;
    let estimate = |role, what: &str, average: &Average| errors.estimate(role, what, average).map_err(told("the standard error"));
    let answer = estimate(Role::Answer, &spec.outcome.name, &by_cohort.overall)?;
    let mut estimates = vec![answer.clone()];
    let naive = two_way_fixed_effects(&panel).ok();
    if let Some(naive) = &naive {
        estimates.push(errors.plain(
            Role::Naive,
            "two-way fixed effects, the naive answer",
            (naive.effect, naive.standard_error),
            &format!("clustered, {}", base::english::counted(naive.clusters as i64, "cluster", "clusters")),
        ));
    }
    estimates.push(estimate(Role::Part, "average over all treated units and periods", &everything.overall)?);
    estimates.push(estimate(Role::Part, "average over times since the start", &since.overall)?);
    estimates.push(estimate(Role::Part, "average over periods", &periods.overall)?);
    for (cohort, effect) in &by_cohort.parts {
        let units = effects.groups.iter().find(|(group, _)| group == cohort).map_or(0, |(_, units)| *units);
        let of_cohort = estimate(Role::Part, &format!("units that started in {cohort}"), effect)?;
        estimates.push(EstimatedEffect { treated: units, ..of_cohort });
    }
    let mut event_study = Vec::new();
    for (since_start, effect) in &since.parts {
        let made = estimate(Role::Part, "", effect)?;
        event_study.push(EventTime {
            since_start: *since_start,
            effect: made.effect,
            standard_error: made.standard_error,
            low: made.low,
            high: made.high,
        });
    }
    let without = without_each(spec, design, table, &panel, options)?;
    let left_out = if spec.standard_error.clusters.is_some() { ["cluster", "clusters"] } else { ["unit", "units"] };
    let mut notes = notes(&panel, &effects);
    let before = pre_trends(&effects, design.anticipation as i64).ok();
    if let Some(test) = &before {
        notes.push(words::before_the_start(test.wald, test.degrees_of_freedom, test.p_value, effects.clusters.count()));
    }
    Ok(EvaluationResult {
        panel: Some(PanelResult {
            event_study,
            parts: parts(&panel),
            naive: naive.map(|naive| naive.effect),
            before: before.map(|test| (test.wald, test.degrees_of_freedom, test.p_value)),
        }),
        sensitivity: leave_one_out::figure(spec, &answer, left_out, &without).into_iter().collect(),
        estimates,
        notes,
        ..EvaluationResult::of(spec, &answer)
    })
}

/// The answer without each area in turn: each cluster of the standard error, or else each unit. None where there are many, so that no
/// single one can matter much.
fn without_each(
    spec: &Spec,
    design: &PanelSpec,
    table: &EvaluationTable,
    panel: &Panel,
    options: GroupTimeOptions,
) -> Result<Vec<(String, f64)>, Refused> {
    let column = spec.standard_error.clusters.as_deref().unwrap_or(&design.unit);
    let area = panel.cluster.as_ref().unwrap_or(&panel.units);
    let all: BTreeSet<u64> = area.iter().copied().collect();
    if all.len() > MOST_LEFT_OUT || all.len() * panel.outcome.len() > MOST_LEFT_OUT_ROWS {
        return Ok(Vec::new());
    }
    let Categories { names, rows } = table.categories(column)?;
    // A cluster is a place. A unit may be a person, and is named by its row.
    let name = |left_out: usize| match spec.standard_error.clusters {
        Some(_) => names.get(left_out).cloned(),
        None => {
            let row = rows.iter().position(|at| *at == Some(left_out))?;
            Some(format!("the unit in row {}", table.row_number(row)))
        }
    };
    let without = |left_out: u64| {
        let rest = panel.without(|unit| area[unit] == left_out);
        let effects = group_time(&rest, options).ok()?;
        Some((name(left_out as usize)?, average(&effects, AverageBy::Group).ok()?.overall.effect))
    };
    Ok(all.into_iter().filter_map(without).collect())
}

/// The panel of a table. Units with gaps are left out, and told.
fn panel(spec: &Spec, design: &PanelSpec, table: &EvaluationTable) -> Result<Panel, Refused> {
    let numbered = |column: &str| -> Result<Vec<u64>, Refused> {
        let Categories { rows, .. } = table.categories(column)?;
        let empty: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].is_none()).collect();
        if !empty.is_empty() {
            return Err(table.fault(column, &empty, "no value", "a value in every row", "fill in the cells").into());
        }
        Ok(rows.into_iter().flatten().map(|at| at as u64).collect())
    };
    let whole = |column: &str, values: &[f64]| -> Result<Vec<Option<i64>>, Refused> {
        let wrong: Vec<usize> = (0..values.len())
            .filter(|row| values[*row].is_finite() && (values[*row].fract() != 0.0 || values[*row].abs() > 1e15))
            .collect();
        match wrong.is_empty() {
            true => Ok(values.iter().map(|value| value.is_finite().then_some(*value as i64)).collect()),
            false => Err(table
                .fault(column, &wrong, "not a whole number", "the number of a period, such as 2024", "number the periods")
                .into()),
        }
    };
    let unit = numbered(&design.unit)?;
    let period: Vec<i64> = whole(&design.period, &table.all_numbers(&design.period)?)?.into_iter().flatten().collect();
    let first = whole(&design.first_treated, &table.all_numbers(&design.first_treated)?)?;
    let start: Vec<Option<i64>> = first.into_iter().map(|first| first.filter(|first| *first != 0)).collect();
    let outcome = outcome(spec, table)?;
    let mut columns = Vec::new();
    for covariate in &spec.covariates {
        if covariate.kind != CovariateKind::Number {
            let fix = "make a column of 0 and 1 for each category";
            return Err(table.fault(&covariate.column, &[], "a category in a panel", "a number", fix).into());
        }
        columns.push(Column::new(covariate.column.clone(), table.all_numbers(&covariate.column)?));
    }
    let told = |error: EvaluationError| Refused::Method { error: numbered_rows(error, table), of: "the panel".to_owned() };
    let covariates = Columns::new(table.rows(), columns).map_err(told)?;
    let cluster = spec.standard_error.clusters.as_deref().map(numbered).transpose()?;
    let rows = PanelRows {
        unit: &unit,
        period: &period,
        outcome: &outcome,
        start: &start,
        covariates: &covariates,
        cluster: cluster.as_deref(),
    };
    Panel::new(rows, Gaps::LeaveUnitsOut).map_err(told)
}

fn notes(panel: &Panel, effects: &GroupTime) -> Vec<String> {
    let mut out = Vec::new();
    if !panel.gaps.is_empty() {
        let units = base::english::counted(panel.gaps.len() as i64, "unit lacks", "units lack");
        let are = base::english::plural(panel.gaps.len() as i64, "is", "are");
        out.push(format!("{units} a row for some periods and {are} left out."));
    }
    if effects.already_treated > 0 {
        let units = base::english::counted(effects.already_treated as i64, "unit was", "units were");
        let are = base::english::plural(effects.already_treated as i64, "is", "are");
        out.push(format!("{units} treated from the first period on, show no change, and {are} left out."));
    }
    if let Some(cohort) = effects.last_cohort_as_comparison {
        out.push(format!(
            "Every unit is treated in the end. Those that started last, in {cohort}, are compared with until then, and later periods say \
             nothing."
        ));
    }
    if !effects.small_groups.is_empty() {
        let named: Vec<String> = effects
            .small_groups
            .iter()
            .map(|(cohort, units)| format!("{cohort} ({})", base::english::counted(*units as i64, "unit", "units")))
            .collect();
        out.push(format!("Few units started in {}, so the standard errors of these starts rest on little.", named.join(", ")));
    }
    if !effects.absent.is_empty() {
        let count = base::english::counted(
            effects.absent.len() as i64,
            "effect of one start in one period",
            "effects of one start in one period",
        );
        out.push(format!("{count} could not be estimated, mostly because nobody untreated was left to compare with."));
    }
    out
}

/// The naive estimate by kinds of comparison.
fn parts(panel: &Panel) -> Vec<NaivePart> {
    let Ok(all) = goodman_bacon(panel) else { return Vec::new() };
    let mut kinds: Vec<PartKind> = all.iter().map(|part| part.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
        .into_iter()
        .map(|kind| {
            let of = || all.iter().filter(move |part| part.kind == kind);
            let weight: f64 = of().map(|part| part.weight).sum();
            let effect = of().map(|part| part.weight * part.effect).sum::<f64>() / weight;
            NaivePart { what: words::naive_part(kind).to_owned(), weight, effect }
        })
        .collect()
}

/// How intervals of this panel are made.
struct Errors<'a> {
    spec: &'a Spec,
    effects: &'a GroupTime,
    treated: usize,
    comparison: usize,
    name: String,
}

impl<'a> Errors<'a> {
    fn new(spec: &'a Spec, effects: &'a GroupTime) -> Result<Errors<'a>, EvaluationError> {
        let error = &spec.standard_error;
        let name = match error.method {
            StandardErrorMethod::Influence => "influence function",
            StandardErrorMethod::Clustered => "influence function, clustered",
            StandardErrorMethod::Bootstrap => "multiplier bootstrap",
            _ => {
                return Err(EvaluationError::Option {
                    what: "a difference in differences has the standard errors \"influence\", \"clustered\" and \"bootstrap\"",
                });
            }
        };
        let clusters = effects.clusters.count();
        if clusters < error.least_clusters {
            return Err(EvaluationError::TooFew {
                what: "clusters for the standard error, which is too small with few; state `least_clusters` to accept fewer",
                needed: error.least_clusters,
                found: clusters,
            });
        }
        let treated = effects.unit_group.iter().filter(|group| group.is_some()).count();
        Ok(Errors {
            spec,
            effects,
            treated,
            comparison: effects.unit_group.len() - treated,
            name: words::standard_error(name, Some(clusters), error),
        })
    }

    fn estimate(&self, role: Role, what: &str, average: &Average) -> Result<EstimatedEffect, EvaluationError> {
        let standard_error = match self.spec.standard_error.method {
            StandardErrorMethod::Bootstrap if average.standard_error.is_finite() => {
                let error = &self.spec.standard_error;
                let options = BootstrapOptions { draws: error.draws, seed: error.seed, confidence: self.spec.level };
                multiplier_bootstrap(&[&average.influence], &self.effects.clusters, options)?.standard_errors[0]
            }
            _ => average.standard_error,
        };
        Ok(self.plain(role, what, (average.effect, standard_error), &self.name))
    }

    fn plain(&self, role: Role, what: &str, (effect, standard_error): (f64, f64), method: &str) -> EstimatedEffect {
        EstimatedEffect {
            treated: self.treated,
            comparison: self.comparison,
            ..EstimatedEffect::plain(role, what, (effect, standard_error), self.spec.level, method.to_owned())
        }
    }
}
