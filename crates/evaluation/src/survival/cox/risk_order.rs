//! The rows of a Cox model in the order in which they join the risk set, latest first.

use rayon::prelude::*;

use super::ties::Ties;
use crate::columns::{Columns, check_rows};
use crate::error::EvaluationError;
use crate::linear_algebra::Symmetric;
use crate::survival::FollowUp;

/// Events at one time in one stratum. Positions are in the sorted order.
pub(crate) struct TieGroup {
    pub(crate) time: f64,
    /// The rows with the event: `first .. first + events`.
    pub(crate) first: usize,
    pub(crate) events: usize,
    /// The rows that join the risk set since the group before, these events among them.
    pub(super) join: std::ops::Range<usize>,
    /// What leaves it, of `by_entry`: those who entered at this time or later.
    pub(super) leave: std::ops::Range<usize>,
    /// The risk set starts empty here.
    pub(super) starts_stratum: bool,
}

/// No event at or before the time: the cumulative hazard is 0.
pub(super) const NONE: u32 = u32::MAX;

/// Rows that one task handles.
pub(super) const PART: usize = 16_384;

/// Bits that are in the order of the numbers.
fn in_order(number: f64) -> u64 {
    // Adding 0 makes -0 the same as 0.
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits | 1 << 63 }
}

pub(crate) struct RiskOrder {
    pub(super) ties: Ties,
    pub(super) scales: Vec<f64>,
    /// Which row of the data each position is.
    pub(crate) row: Vec<u32>,
    pub(super) event: Vec<bool>,
    /// Covariates less their means in standard deviations, position by position.
    pub(super) x: Vec<f64>,
    pub(super) by_entry: Vec<u32>,
    pub(crate) groups: Vec<TieGroup>,
    /// The last group of events at or before the exit, and the entry, of each position.
    pub(super) exit_group: Vec<u32>,
    pub(super) entry_group: Option<Vec<u32>>,
    /// Groups that one task handles.
    pub(super) parts: Vec<std::ops::Range<usize>>,
}

impl RiskOrder {
    pub(crate) fn new(
        follow_up: &FollowUp<'_>,
        columns: &Columns,
        strata: Option<&[usize]>,
        ties: Ties,
    ) -> Result<RiskOrder, EvaluationError> {
        follow_up.check()?;
        let rows = follow_up.rows();
        check_rows("covariates", columns.rows(), rows)?;
        if let Some(strata) = strata {
            check_rows("strata", strata.len(), rows)?;
        }
        if !follow_up.event.contains(&true) {
            return Err(EvaluationError::TooFew { what: "events", needed: 1, found: 0 });
        }
        if columns.all().is_empty() || rows >= NONE as usize {
            return Err(EvaluationError::Option { what: "a Cox model needs a covariate, and fewer than 4,294,967,295 rows" });
        }
        let stratum = |row: u32| strata.map_or(0, |strata| strata[row as usize]);
        let event = follow_up.event;
        // Keys that are sorted by themselves, without a look at the columns: latest exit first, events before the others.
        let mut keys: Vec<(usize, u64, bool, u32)> = (0..rows as u32)
            .into_par_iter()
            .map(|row| (stratum(row), !in_order(follow_up.exit[row as usize]), !event[row as usize], row))
            .collect();
        keys.par_sort_unstable();
        let row: Vec<u32> = keys.into_iter().map(|key| key.3).collect();
        let mut order = RiskOrder {
            ties,
            scales: Vec::new(),
            event: row.iter().map(|&row| event[row as usize]).collect(),
            x: Vec::new(),
            by_entry: Vec::new(),
            groups: Vec::new(),
            exit_group: vec![NONE; rows],
            entry_group: follow_up.entry.map(|_| vec![NONE; rows]),
            parts: Vec::new(),
            row,
        };
        order.fill(columns)?;
        let mut from = 0;
        while from < rows {
            let this = stratum(order.row[from]);
            let to = from + order.row[from..].partition_point(|&row| stratum(row) == this);
            order.add_stratum(follow_up, from..to);
            from = to;
        }
        order.cut();
        Ok(order)
    }

    /// Puts the covariates on a common scale, in the sorted order.
    fn fill(&mut self, columns: &Columns) -> Result<(), EvaluationError> {
        let width = columns.all().len();
        let moments: Vec<(f64, f64, f64)> = columns
            .all()
            .par_iter()
            .map(|column| {
                let n = column.values.len() as f64;
                let shift = column.values[0];
                let mean = shift + column.values.iter().map(|value| value - shift).sum::<f64>() / n;
                let squares: f64 = column.values.iter().map(|value| (value - mean) * (value - mean)).sum();
                (mean, (squares / n).sqrt(), column.values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs())))
            })
            .collect();
        for (column, &(_, deviation, largest)) in columns.all().iter().zip(&moments) {
            if deviation.is_nan() || deviation <= 1e-12 * largest {
                return Err(EvaluationError::Collinear { column: column.name.clone() });
            }
        }
        self.x = vec![0.0; self.row.len() * width];
        self.x.par_chunks_mut(width * PART).zip(self.row.par_chunks(PART)).for_each(|(x, rows)| {
            for (x, &row) in x.chunks_exact_mut(width).zip(rows) {
                for (j, column) in columns.all().iter().enumerate() {
                    x[j] = (column.values[row as usize] - moments[j].0) / moments[j].1;
                }
            }
        });
        self.scales = moments.iter().map(|moment| moment.1).collect();
        Ok(())
    }

    /// Finds the groups of events of the positions of one stratum.
    fn add_stratum(&mut self, follow_up: &FollowUp<'_>, positions: std::ops::Range<usize>) {
        let exit = |position: usize| follow_up.exit[self.row[position] as usize];
        let mut by_entry: Vec<u32> = Vec::new();
        if let Some(entry) = follow_up.entry {
            by_entry = positions.clone().map(|position| position as u32).collect();
            let entry = |position: u32| entry[self.row[position as usize] as usize];
            by_entry.sort_unstable_by(|&i, &j| entry(j).total_cmp(&entry(i)).then(i.cmp(&j)));
        }
        let first_group = self.groups.len();
        let (mut from, mut joined, mut left) = (positions.start, positions.start, 0);
        while from < positions.end {
            let time = exit(from);
            let mut to = from;
            while to < positions.end && exit(to) == time {
                to += 1;
            }
            let events = self.event[from..to].iter().take_while(|&&event| event).count();
            if events > 0 {
                let leave_from = left;
                if let Some(entry) = follow_up.entry {
                    while left < by_entry.len() && entry[self.row[by_entry[left] as usize] as usize] >= time {
                        left += 1;
                    }
                }
                let base = self.by_entry.len();
                self.groups.push(TieGroup {
                    time,
                    first: from,
                    events,
                    join: joined..to,
                    leave: base + leave_from..base + left,
                    starts_stratum: self.groups.len() == first_group,
                });
                joined = to;
            }
            from = to;
        }
        let groups = &self.groups[first_group..];
        let mut at = 0;
        for position in positions {
            while at < groups.len() && groups[at].time > follow_up.exit[self.row[position] as usize] {
                at += 1;
            }
            self.exit_group[position] = if at < groups.len() { (first_group + at) as u32 } else { NONE };
        }
        if let (Some(entry), Some(entry_group)) = (follow_up.entry, &mut self.entry_group) {
            let mut at = 0;
            for &position in &by_entry {
                while at < groups.len() && groups[at].time > entry[self.row[position as usize] as usize] {
                    at += 1;
                }
                entry_group[position as usize] = if at < groups.len() { (first_group + at) as u32 } else { NONE };
            }
        }
        self.by_entry.extend(by_entry);
    }

    /// Cuts the groups into parts of about the same work.
    fn cut(&mut self) {
        let (mut start, mut work) = (0, 0);
        for (at, group) in self.groups.iter().enumerate() {
            work += group.join.len() + group.leave.len() + 1;
            if work >= PART {
                self.parts.push(start..at + 1);
                (start, work) = (at + 1, 0);
            }
        }
        if start < self.groups.len() {
            self.parts.push(start..self.groups.len());
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.scales.len()
    }

    /// The covariates at a position, in standard deviations.
    pub(crate) fn x(&self, position: usize) -> &[f64] {
        &self.x[position * self.width()..(position + 1) * self.width()]
    }

    /// Coefficients per unit of the data.
    pub(crate) fn unscaled(&self, beta: &[f64]) -> Vec<f64> {
        beta.iter().zip(&self.scales).map(|(beta, scale)| beta / scale).collect()
    }

    /// Coefficients per standard deviation.
    pub(crate) fn scaled(&self, coefficients: &[f64]) -> Vec<f64> {
        coefficients.iter().zip(&self.scales).map(|(coefficient, scale)| coefficient * scale).collect()
    }

    pub(crate) fn unscaled_covariance(&self, scaled: &Symmetric) -> Symmetric {
        let mut out = Symmetric::zero(self.width());
        for i in 0..self.width() {
            for j in 0..=i {
                out.set(i, j, scaled.get(i, j) / (self.scales[i] * self.scales[j]));
            }
        }
        out
    }
}
