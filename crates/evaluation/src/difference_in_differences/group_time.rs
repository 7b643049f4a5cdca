//! The effect on each cohort in each period (Callaway and Sant'Anna 2021): the change of the cohort since before it started,
//! against the change of units that are not treated by then. Earlier cohorts never stand in for the untreated, which is what goes
//! wrong in two-way fixed effects.

use rayon::prelude::*;

use super::doubly_robust::{Failure, doubly_robust};
use super::influence::Clusters;
use super::panel::Panel;
use crate::columns::Column;
use crate::error::EvaluationError;

/// Against whom a cohort is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelControls {
    /// Units that are never treated.
    NeverTreated,
    /// Units that are not treated yet, and those that never are.
    NotYetTreated,
}

/// The period that a change is counted from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BasePeriod {
    /// The last untreated period for effects; for periods before treatment, the period before each.
    Varying,
    /// The last untreated period throughout, where the effect is then 0.
    Universal,
}

/// How the change of the untreated is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeAdjustment {
    /// The mean change of the comparison units.
    None,
    /// Doubly robust with the panel's covariates, as they are in the earlier of the two periods.
    DoublyRobust,
}

/// What is estimated. There are no defaults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupTimeOptions {
    /// Against whom a cohort is compared.
    pub comparison: PanelControls,
    /// The period that a change is counted from.
    pub base: BasePeriod,
    /// How the change of the untreated is worked out.
    pub adjustment: OutcomeAdjustment,
    /// How many periods before its start a unit may already react: 0 or more.
    pub anticipation: i64,
    /// Cohorts of fewer units are named: their standard errors rest on too few.
    pub small_group: usize,
}

/// The effect on one cohort in one period.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The first treated period of the cohort.
    pub group: i64,
    /// The period of the effect.
    pub period: i64,
    /// The period that the change is counted from. Where it is `period` itself, the effect is 0 by definition.
    pub base: i64,
    /// The average effect on the treated, in the unit of the outcome.
    pub effect: f64,
    /// Its standard error: not a number where the effect is 0 by definition.
    pub standard_error: f64,
    /// Units of the cohort.
    pub treated: usize,
    /// Units that it is compared with.
    pub comparison: usize,
}

/// Why a cell has no estimate.
#[derive(Clone, Debug, PartialEq)]
pub enum Absence {
    /// No unit is untreated then.
    NoComparison,
    /// A comparison unit is almost sure to be treated: chance above .999.
    NoOverlap,
    /// A model could not be fitted.
    Model(EvaluationError),
}

/// A cell without an estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct AbsentCell {
    /// The cohort.
    pub group: i64,
    /// The period.
    pub period: i64,
    /// Why.
    pub why: Absence,
}

/// The effects on all cohorts in all periods.
#[derive(Clone, Debug)]
pub struct GroupTime {
    /// Cohort by cohort, in each period by period.
    pub cells: Vec<Cell>,
    /// For each cell, the contribution of each unit in use.
    pub influence: Vec<Vec<f64>>,
    /// The cohort of each unit in use; `None` for those that are never treated, or serve as such.
    pub unit_group: Vec<Option<i64>>,
    /// The clusters of these units.
    pub clusters: Clusters,
    /// Units of each cohort with an estimate.
    pub groups: Vec<(i64, usize)>,
    /// The cohorts of them that have fewer units than was asked for.
    pub small_groups: Vec<(i64, usize)>,
    /// Cells without an estimate.
    pub absent: Vec<AbsentCell>,
    /// Units left out because they were treated in the first period already.
    pub already_treated: usize,
    /// Where no unit is never treated: the last cohort, which serves as comparison in the periods before its start.
    pub last_cohort_as_comparison: Option<i64>,
}

/// Each cell keeps a contribution of each unit: 2.4 GB.
const CONTRIBUTIONS_MAX: usize = 300_000_000;

/// The units and periods in use.
struct Frame<'a> {
    panel: &'a Panel,
    options: GroupTimeOptions,
    /// Places of the units in the panel.
    units: Vec<usize>,
    group: Vec<Option<i64>>,
    /// How many of the panel's periods are in use.
    periods: usize,
}

/// Estimates the effect on each cohort in each period.
///
/// # Errors
///
/// A number of periods of anticipation below 0, no cohort that starts after the first period, nobody to compare it with, fewer
/// than two clusters, or an adjustment without covariates.
pub fn group_time(panel: &Panel, options: GroupTimeOptions) -> Result<GroupTime, EvaluationError> {
    if options.anticipation < 0 {
        return Err(EvaluationError::Option { what: "the periods of anticipation must be 0 or more" });
    }
    if options.adjustment == OutcomeAdjustment::DoublyRobust && panel.covariates.is_empty() {
        return Err(EvaluationError::Option {
            what: "a doubly robust estimate needs covariates: give some, or choose no adjustment",
        });
    }
    let units: Vec<usize> = (0..panel.units.len())
        .filter(|&unit| panel.start[unit].is_none_or(|start| start.saturating_sub(options.anticipation) > panel.periods[0]))
        .collect();
    let already_treated = panel.units.len() - units.len();
    let last_period = panel.periods[panel.periods.len() - 1];
    // Who starts after the panel's end is not treated in it, and tells nothing else.
    let ends = last_period.saturating_add(options.anticipation);
    let mut group: Vec<Option<i64>> = units.iter().map(|&unit| panel.start[unit].filter(|&start| start <= ends)).collect();
    let (mut periods, mut last_cohort) = (panel.periods.len(), None);
    if group.iter().all(Option::is_some) {
        let last = group.iter().flatten().max().copied();
        last_cohort = last;
        group.iter_mut().filter(|group| **group == last).for_each(|group| *group = None);
        let before = last.map_or(i64::MIN, |last| last.saturating_sub(options.anticipation));
        periods = panel.periods.partition_point(|&period| period < before);
    }
    let mut groups: Vec<(i64, usize)> = Vec::new();
    let mut starts: Vec<i64> = group.iter().flatten().copied().collect();
    starts.sort_unstable();
    starts.chunk_by(|a, b| a == b).for_each(|same| groups.push((same[0], same.len())));
    if groups.is_empty() || periods < 2 {
        return Err(EvaluationError::TooFew {
            what: "cohorts that start after the first period and before their comparison does",
            needed: 1,
            found: 0,
        });
    }
    let clusters = match &panel.cluster {
        Some(numbers) => Clusters::of_numbers(&units.iter().map(|&unit| numbers[unit]).collect::<Vec<u64>>())?,
        None => Clusters::of_units(units.len()),
    };
    let frame = Frame { panel, options, units, group, periods };
    let wanted: Vec<(i64, usize, usize)> =
        groups.iter().flat_map(|&(group, _)| frame.cells_of(group).into_iter().map(move |(t, base)| (group, t, base))).collect();
    if wanted.len().saturating_mul(frame.units.len()) > CONTRIBUTIONS_MAX {
        return Err(EvaluationError::Option {
            what: "cohorts times periods times units are more than 300 million: use longer periods, or join cohorts",
        });
    }
    let found: Vec<Result<(Cell, Vec<f64>), AbsentCell>> =
        wanted.into_par_iter().map(|(group, t, base)| frame.cell(group, t, base, &clusters)).collect();
    let (mut cells, mut influence, mut absent) = (Vec::new(), Vec::new(), Vec::new());
    for result in found {
        match result {
            Ok((cell, of_units)) => {
                cells.push(cell);
                influence.push(of_units);
            }
            Err(cell) => absent.push(cell),
        }
    }
    groups.retain(|(group, _)| cells.iter().any(|cell| cell.group == *group));
    let small_groups = groups.iter().filter(|(_, size)| *size < options.small_group).copied().collect();
    Ok(GroupTime {
        cells,
        influence,
        unit_group: frame.group,
        clusters,
        groups,
        small_groups,
        absent,
        already_treated,
        last_cohort_as_comparison: last_cohort,
    })
}

impl Frame<'_> {
    /// The places of the periods of a cohort's cells, each with that of its base period.
    fn cells_of(&self, group: i64) -> Vec<(usize, usize)> {
        let untreated = |period: i64| period < group.saturating_sub(self.options.anticipation);
        let last_untreated = self.panel.periods[..self.periods].partition_point(|&period| untreated(period)).saturating_sub(1);
        match self.options.base {
            BasePeriod::Universal => (0..self.periods).map(|t| (t, last_untreated)).collect(),
            BasePeriod::Varying => {
                (1..self.periods).map(|t| (t, if untreated(self.panel.periods[t]) { t - 1 } else { last_untreated })).collect()
            }
        }
    }

    fn is_comparison(&self, unit: usize, cell_group: i64, later: i64) -> bool {
        match (self.group[unit], self.options.comparison) {
            (None, _) => true,
            (Some(_), PanelControls::NeverTreated) => false,
            (Some(group), PanelControls::NotYetTreated) => {
                group != cell_group && group > later.saturating_add(self.options.anticipation)
            }
        }
    }

    fn cell(&self, group: i64, t: usize, base: usize, clusters: &Clusters) -> Result<(Cell, Vec<f64>), AbsentCell> {
        let periods = &self.panel.periods;
        let later = periods[t.max(base)];
        let mut used: Vec<usize> = Vec::new();
        let mut treated: Vec<bool> = Vec::new();
        for unit in 0..self.units.len() {
            let in_group = self.group[unit] == Some(group);
            if in_group || self.is_comparison(unit, group, later) {
                used.push(unit);
                treated.push(in_group);
            }
        }
        let in_group = treated.iter().filter(|&&treated| treated).count();
        let comparison = treated.len() - in_group;
        let absent = |why| AbsentCell { group, period: periods[t], why };
        if comparison == 0 {
            return Err(absent(Absence::NoComparison));
        }
        let mut cell = Cell {
            group,
            period: periods[t],
            base: periods[base],
            effect: 0.0,
            standard_error: f64::NAN,
            treated: in_group,
            comparison,
        };
        let mut influence = vec![0.0; self.units.len()];
        if t == base {
            return Ok((cell, influence));
        }
        let change: Vec<f64> = used
            .iter()
            .map(|&unit| self.panel.outcome_at(self.units[unit], t) - self.panel.outcome_at(self.units[unit], base))
            .collect();
        let of_used = match self.options.adjustment {
            OutcomeAdjustment::None => {
                let (effect, of_used) = difference_of_means(&change, &treated, in_group as f64, comparison as f64);
                cell.effect = effect;
                of_used
            }
            OutcomeAdjustment::DoublyRobust => {
                let columns = self.covariates_at(&used, t.min(base));
                let estimate = doubly_robust(&change, &treated, &columns).map_err(|failure| match failure {
                    Failure::NoOverlap => absent(Absence::NoOverlap),
                    Failure::Model(error) => absent(Absence::Model(error)),
                })?;
                cell.effect = estimate.effect;
                estimate.influence
            }
        };
        let scale = self.units.len() as f64 / used.len() as f64;
        used.iter().zip(of_used).for_each(|(&unit, value)| influence[unit] = scale * value);
        cell.standard_error = clusters.standard_error(&influence);
        Ok((cell, influence))
    }

    fn covariates_at(&self, used: &[usize], period: usize) -> Vec<Column> {
        let periods = self.panel.periods.len();
        let at = |column: &Column| used.iter().map(|&unit| column.values[self.units[unit] * periods + period]).collect();
        self.panel.covariates.iter().map(|column| Column::new(&column.name, at(column))).collect()
    }
}

/// The difference of the mean changes, and each unit's contribution to it.
fn difference_of_means(change: &[f64], treated: &[bool], in_group: f64, comparison: f64) -> (f64, Vec<f64>) {
    let (mut of_group, mut of_comparison) = (0.0, 0.0);
    for (&change, &treated) in change.iter().zip(treated) {
        if treated { of_group += change } else { of_comparison += change }
    }
    of_group /= in_group;
    of_comparison /= comparison;
    let n = in_group + comparison;
    let influence = change
        .iter()
        .zip(treated)
        .map(
            |(&change, &treated)| {
                if treated { n / in_group * (change - of_group) } else { -n / comparison * (change - of_comparison) }
            },
        )
        .collect();
    (of_group - of_comparison, influence)
}
