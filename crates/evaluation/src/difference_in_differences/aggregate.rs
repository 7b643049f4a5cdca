//! Averages of the effects on cohorts in periods: one number, or one for each time since start, cohort or period. The weights are
//! shares of units, which are estimated too, so the standard errors have a term for them.

use super::group_time::{Cell, GroupTime};
use crate::error::EvaluationError;

/// What the effects are averaged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AverageBy {
    /// All treated cells in one, each weighted by the size of its cohort.
    Everything,
    /// Time since start. The overall effect is the plain mean over times from 0 on.
    TimeSinceStart,
    /// Cohort. The overall effect weights cohorts by size: the effect on a unit, averaged over its treated periods.
    Group,
    /// Period. The overall effect is the plain mean over periods.
    Period,
}

/// An average effect.
#[derive(Clone, Debug, PartialEq)]
pub struct Average {
    /// Its effect, in the unit of the outcome.
    pub effect: f64,
    /// Its standard error, the term for estimated group sizes included.
    pub standard_error: f64,
    /// The contribution of each unit.
    pub influence: Vec<f64>,
}

/// Average effects.
#[derive(Clone, Debug, PartialEq)]
pub struct Averages {
    /// What they are averaged by.
    pub by: AverageBy,
    /// For each time since start, cohort or period, its average. Empty for an average of everything.
    pub parts: Vec<(i64, Average)>,
    /// The overall effect.
    pub overall: Average,
}

/// Averages the cells of an estimate.
///
/// # Errors
///
/// No cell is treated.
pub fn average(estimate: &GroupTime, by: AverageBy) -> Result<Averages, EvaluationError> {
    let sums = InfluenceSums::new(estimate);
    let treated: Vec<usize> =
        (0..estimate.cells.len()).filter(|&at| estimate.cells[at].period >= estimate.cells[at].group).collect();
    if treated.is_empty() {
        return Err(EvaluationError::TooFew { what: "cohorts with an effect in a treated period", needed: 1, found: 0 });
    }
    let cell = |at: usize| &estimate.cells[at];
    let since_start = |cell: &Cell| cell.period.saturating_sub(cell.group);
    let parts_of = |cells: &[usize], key: &dyn Fn(&Cell) -> i64, make: &dyn Fn(&[usize]) -> Average| {
        let mut keys: Vec<i64> = cells.iter().map(|&at| key(cell(at))).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.iter()
            .map(|&wanted| {
                let chosen: Vec<usize> = cells.iter().copied().filter(|&at| key(cell(at)) == wanted).collect();
                (wanted, make(&chosen))
            })
            .collect::<Vec<(i64, Average)>>()
    };
    let by_size = |cells: &[usize]| sums.by_size(cells);
    let (parts, overall) = match by {
        AverageBy::Everything => (Vec::new(), sums.by_size(&treated)),
        AverageBy::TimeSinceStart => {
            let all: Vec<usize> = (0..estimate.cells.len()).collect();
            let parts = parts_of(&all, &since_start, &by_size);
            let overall = sums.plain(parts.iter().filter(|(time, _)| *time >= 0).map(|(_, average)| average));
            (parts, overall)
        }
        AverageBy::Period => {
            let parts = parts_of(&treated, &|cell| cell.period, &by_size);
            let overall = sums.plain(parts.iter().map(|(_, average)| average));
            (parts, overall)
        }
        AverageBy::Group => {
            let plain = |cells: &[usize]| sums.plain_cells(cells);
            let parts = parts_of(&treated, &|cell| cell.group, &plain);
            let averages: Vec<(i64, &Average)> = parts.iter().map(|(group, average)| (*group, average)).collect();
            let overall = sums.weighted(
                &averages.iter().map(|(group, average)| (*group, average.effect, &average.influence[..])).collect::<Vec<_>>(),
            );
            (parts, overall)
        }
    };
    Ok(Averages { by, parts, overall })
}

struct InfluenceSums<'a> {
    estimate: &'a GroupTime,
    units: f64,
}

impl<'a> InfluenceSums<'a> {
    fn new(estimate: &'a GroupTime) -> InfluenceSums<'a> {
        InfluenceSums { estimate, units: estimate.unit_group.len() as f64 }
    }

    fn share(&self, group: i64) -> f64 {
        let size = self.estimate.groups.iter().find(|(known, _)| *known == group).map_or(0, |(_, size)| *size);
        size as f64 / self.units
    }

    fn finish(&self, effect: f64, influence: Vec<f64>) -> Average {
        Average { effect, standard_error: self.estimate.clusters.standard_error(&influence), influence }
    }

    fn by_size(&self, cells: &[usize]) -> Average {
        let rows: Vec<(i64, f64, &[f64])> = cells
            .iter()
            .map(|&at| (self.estimate.cells[at].group, self.estimate.cells[at].effect, &self.estimate.influence[at][..]))
            .collect();
        self.weighted(&rows)
    }

    /// Effects weighted by the size of their groups.
    fn weighted(&self, rows: &[(i64, f64, &[f64])]) -> Average {
        let shares: Vec<f64> = rows.iter().map(|(group, ..)| self.share(*group)).collect();
        let total: f64 = shares.iter().sum();
        let effect = rows.iter().zip(&shares).map(|((_, effect, _), share)| effect * share / total).sum::<f64>();
        let mut influence = vec![0.0; self.estimate.unit_group.len()];
        for ((_, _, of_units), share) in rows.iter().zip(&shares) {
            let weight = share / total;
            influence.iter_mut().zip(*of_units).for_each(|(sum, value)| *sum += weight * value);
        }
        // A unit more in a group moves the weight of its rows towards their effects. What a group's rows have above the average,
        // times their number, is what that unit adds; the mean of it over all units is 0.
        let mut excess: Vec<(i64, f64)> = Vec::new();
        for (group, value, _) in rows {
            match excess.iter_mut().find(|(known, _)| known == group) {
                Some((_, sum)) => *sum += (value - effect) / total,
                None => excess.push((*group, (value - effect) / total)),
            }
        }
        for (sum, group) in influence.iter_mut().zip(&self.estimate.unit_group) {
            if let Some(group) = group
                && let Some((_, add)) = excess.iter().find(|(known, _)| known == group)
            {
                *sum += add;
            }
        }
        self.finish(effect, influence)
    }

    /// The plain mean of averages.
    fn plain<'b>(&self, averages: impl Iterator<Item = &'b Average>) -> Average {
        self.mean(averages.map(|average| (average.effect, &average.influence[..])))
    }

    /// The plain mean of cells.
    fn plain_cells(&self, cells: &[usize]) -> Average {
        self.mean(cells.iter().map(|&at| (self.estimate.cells[at].effect, &self.estimate.influence[at][..])))
    }

    fn mean<'b>(&self, rows: impl Iterator<Item = (f64, &'b [f64])>) -> Average {
        let (mut effect, mut influence, mut count) = (0.0, vec![0.0; self.estimate.unit_group.len()], 0.0);
        for (value, of_units) in rows {
            effect += value;
            count += 1.0;
            influence.iter_mut().zip(of_units).for_each(|(sum, value)| *sum += value);
        }
        influence.iter_mut().for_each(|sum| *sum /= count);
        self.finish(effect / count, influence)
    }
}
