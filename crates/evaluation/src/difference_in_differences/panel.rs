//! A balanced panel: each unit once in each period, checked as it comes in.

use std::collections::BTreeMap;

use crate::columns::{Column, Columns, check_finite, check_rows};
use crate::error::EvaluationError;

/// Rows of units in periods, in any order.
#[derive(Clone, Copy, Debug)]
pub struct PanelRows<'a> {
    /// A number for each unit. The caller keeps what it stands for.
    pub unit: &'a [u64],
    /// The period, such as a year.
    pub period: &'a [i64],
    /// The outcome.
    pub outcome: &'a [f64],
    /// The first period in which the unit is treated, the same in all of its rows. `None` for a unit that never is.
    pub start: &'a [Option<i64>],
    /// Covariates, or none.
    pub covariates: &'a Columns,
    /// A number for the cluster of each unit, such as its area, the same in all of its rows. Without it each unit is one cluster.
    pub cluster: Option<&'a [u64]>,
}

/// What to do with units that lack a row for some period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gaps {
    /// Refuse the panel.
    Refuse,
    /// Leave those units out. The panel says which they are.
    LeaveUnitsOut,
}

/// A unit without a row for some periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The number of the unit.
    pub unit: u64,
    /// The first period that it lacks.
    pub first: i64,
    /// How many periods it lacks.
    pub periods: usize,
}

/// A balanced panel. Units are in the order of their numbers, so the order of the rows it came from changes nothing.
#[derive(Clone, Debug)]
pub struct Panel {
    /// The periods, earliest first.
    pub periods: Vec<i64>,
    /// The number of each unit, in order.
    pub units: Vec<u64>,
    /// The first treated period of each unit.
    pub start: Vec<Option<i64>>,
    /// The outcome, unit by unit and in each unit period by period.
    pub outcome: Vec<f64>,
    /// The covariates, in the same order.
    pub covariates: Vec<Column>,
    /// The number of the cluster of each unit.
    pub cluster: Option<Vec<u64>>,
    /// What was missing in the units that were left out.
    pub gaps: Vec<Gap>,
}

impl Panel {
    /// The same without some of its units, by their places.
    #[must_use]
    pub fn without(&self, is_left_out: impl Fn(usize) -> bool) -> Panel {
        let periods = self.periods.len();
        let kept: Vec<usize> = (0..self.units.len()).filter(|unit| !is_left_out(*unit)).collect();
        let cells =
            |all: &[f64]| kept.iter().flat_map(|unit| all[unit * periods..(unit + 1) * periods].iter().copied()).collect();
        Panel {
            periods: self.periods.clone(),
            units: kept.iter().map(|unit| self.units[*unit]).collect(),
            start: kept.iter().map(|unit| self.start[*unit]).collect(),
            outcome: cells(&self.outcome),
            covariates: self.covariates.iter().map(|column| Column::new(column.name.clone(), cells(&column.values))).collect(),
            cluster: self.cluster.as_ref().map(|all| kept.iter().map(|unit| all[*unit]).collect()),
            gaps: self.gaps.clone(),
        }
    }

    /// Checks the rows and puts them in order.
    ///
    /// # Errors
    ///
    /// Columns of unequal length, two rows of one unit and period (both rows are named), a start or a cluster that changes within
    /// a unit (the row is named), gaps unless they are to be left out, or fewer than two periods or units.
    pub fn new(rows: PanelRows<'_>, gaps: Gaps) -> Result<Panel, EvaluationError> {
        let count = rows.unit.len();
        check_rows("period", rows.period.len(), count)?;
        check_finite("outcome", rows.outcome, count)?;
        check_rows("start", rows.start.len(), count)?;
        check_rows("covariates", rows.covariates.rows(), count)?;
        if let Some(cluster) = rows.cluster {
            check_rows("cluster", cluster.len(), count)?;
        }
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_unstable_by_key(|&row| (rows.unit[row], rows.period[row], row));
        if let Some(pair) =
            order.windows(2).find(|pair| rows.unit[pair[0]] == rows.unit[pair[1]] && rows.period[pair[0]] == rows.period[pair[1]])
        {
            return Err(EvaluationError::SameUnitAndPeriod { first: pair[0], second: pair[1] });
        }
        let mut periods: Vec<i64> = rows.period.to_vec();
        periods.sort_unstable();
        periods.dedup();
        let mut panel = Panel {
            periods,
            units: Vec::new(),
            start: Vec::new(),
            outcome: Vec::new(),
            covariates: rows.covariates.all().iter().map(|column| Column::new(&column.name, Vec::new())).collect(),
            cluster: rows.cluster.map(|_| Vec::new()),
            gaps: Vec::new(),
        };
        let mut incomplete: Vec<usize> = Vec::new();
        for of_unit in order.chunk_by(|&i, &j| rows.unit[i] == rows.unit[j]) {
            panel.add_unit(&rows, of_unit, &mut incomplete)?;
        }
        if let (Gaps::Refuse, Some(&row)) = (gaps, incomplete.first()) {
            return Err(EvaluationError::Gaps { units: incomplete.len(), row, period: panel.gaps[0].first });
        }
        for (what, found) in [("periods", panel.periods.len()), ("units with a row for every period", panel.units.len())] {
            if found < 2 {
                return Err(EvaluationError::TooFew { what, needed: 2, found });
            }
        }
        Ok(panel)
    }

    fn add_unit(&mut self, rows: &PanelRows<'_>, of_unit: &[usize], incomplete: &mut Vec<usize>) -> Result<(), EvaluationError> {
        let first = of_unit[0];
        let changes = |column: &str, row: usize| EvaluationError::Value {
            column: column.to_owned(),
            row,
            expected: "what the other rows of the unit have",
        };
        if let Some(&row) = of_unit.iter().find(|&&row| rows.start[row] != rows.start[first]) {
            return Err(changes("start", row));
        }
        if let Some(cluster) = rows.cluster
            && let Some(&row) = of_unit.iter().find(|&&row| cluster[row] != cluster[first])
        {
            return Err(changes("cluster", row));
        }
        if of_unit.len() < self.periods.len() {
            let kept = of_unit.iter().zip(&self.periods).take_while(|&(&row, &period)| rows.period[row] == period).count();
            let missing = self.periods.len() - of_unit.len();
            self.gaps.push(Gap { unit: rows.unit[first], first: self.periods[kept], periods: missing });
            incomplete.push(first);
            return Ok(());
        }
        self.units.push(rows.unit[first]);
        self.start.push(rows.start[first]);
        self.outcome.extend(of_unit.iter().map(|&row| rows.outcome[row]));
        for (mine, theirs) in self.covariates.iter_mut().zip(rows.covariates.all()) {
            mine.values.extend(of_unit.iter().map(|&row| theirs.values[row]));
        }
        if let (Some(mine), Some(theirs)) = (&mut self.cluster, rows.cluster) {
            mine.push(theirs[first]);
        }
        Ok(())
    }

    /// The outcome of a unit in a period, both by place.
    #[must_use]
    pub fn outcome_at(&self, unit: usize, period: usize) -> f64 {
        self.outcome[unit * self.periods.len() + period]
    }

    /// How many units start in each period, earliest first, those that never start left out.
    #[must_use]
    pub fn cohorts(&self) -> BTreeMap<i64, usize> {
        let mut cohorts = BTreeMap::new();
        self.start.iter().flatten().for_each(|&start| *cohorts.entry(start).or_insert(0) += 1);
        cohorts
    }
}
