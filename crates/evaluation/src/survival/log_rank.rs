//! Do groups differ in the time to the event? The log-rank test (Mantel 1966; Peto and Peto 1972), of several groups and within
//! strata.

use super::FollowUp;
use super::risk_sets::{by_exit, each_step};
use crate::columns::check_rows;
use crate::distributions::chi_squared_tails;
use crate::error::EvaluationError;
use crate::linear_algebra::{Cholesky, Symmetric};

/// The result of a log-rank test.
#[derive(Clone, Debug, PartialEq)]
pub struct LogRank {
    /// For each group in the order of its number: the events observed.
    pub observed: Vec<f64>,
    /// For each group: the events expected if the groups did not differ.
    pub expected: Vec<f64>,
    /// Chi-squared.
    pub chi_squared: f64,
    /// Its degrees of freedom: one fewer than the groups that were ever at risk of an event.
    pub degrees_of_freedom: usize,
    /// The chance of so large a chi-squared if the groups did not differ.
    pub p_value: f64,
}

/// Compares the groups numbered in `group` from 0. With `strata`, people are compared only with those of the same stratum.
///
/// # Errors
///
/// Follow-up that cannot be used, columns of unequal length, or fewer than two groups at risk of an event.
pub fn log_rank(follow_up: FollowUp<'_>, group: &[usize], strata: Option<&[usize]>) -> Result<LogRank, EvaluationError> {
    follow_up.check()?;
    let rows = follow_up.rows();
    check_rows("group", group.len(), rows)?;
    if let Some(strata) = strata {
        check_rows("strata", strata.len(), rows)?;
    }
    // Numbers are made dense, so that a group numbered a million does not take a matrix of a million rows.
    let mut numbers: Vec<usize> = group.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let dense: Vec<usize> = group.iter().map(|number| numbers.binary_search(number).unwrap_or(0)).collect();
    let groups = numbers.len();
    if groups > GROUPS_MAX {
        return Err(EvaluationError::Option { what: "the log-rank test compares at most 100 groups: join some of them" });
    }

    let mut sums = LogRankSums { observed: vec![0.0; groups], expected: vec![0.0; groups], variance: Symmetric::zero(groups) };
    let mut order: Vec<usize> = (0..rows).collect();
    let stratum = |row: usize| strata.map_or(0, |strata| strata[row]);
    order.sort_by_key(|&row| stratum(row));
    for members in order.chunk_by(|&i, &j| stratum(i) == stratum(j)) {
        sums.add_stratum(&follow_up, &dense, members);
    }
    sums.result()
}

/// The work grows with their square, at each time with an event.
const GROUPS_MAX: usize = 100;

struct LogRankSums {
    observed: Vec<f64>,
    expected: Vec<f64>,
    variance: Symmetric,
}

impl LogRankSums {
    fn add_stratum(&mut self, follow_up: &FollowUp<'_>, group: &[usize], members: &[usize]) {
        let groups = self.observed.len();
        let mut at_risk = vec![0.0; groups];
        let mut entrants = members.to_vec();
        let mut entered = 0;
        match follow_up.entry {
            Some(entry) => entrants.sort_by(|&i, &j| entry[i].total_cmp(&entry[j]).then(i.cmp(&j))),
            None => members.iter().for_each(|&row| at_risk[group[row]] += 1.0),
        }
        each_step(follow_up, &by_exit(follow_up, members.iter().copied()), |step| {
            if let Some(entry) = follow_up.entry {
                while entered < entrants.len() && entry[entrants[entered]] < step.time {
                    at_risk[group[entrants[entered]]] += 1.0;
                    entered += 1;
                }
            }
            let (n, mut d) = (step.at_risk as f64, 0.0);
            for &row in step.leaving.iter().filter(|&&row| follow_up.event[row]) {
                self.observed[group[row]] += 1.0;
                d += 1.0;
            }
            if d > 0.0 {
                // The hypergeometric variance of the events of each group.
                let factor = if n > 1.0 { d * (n - d) / (n - 1.0) } else { 0.0 };
                for i in 0..groups {
                    let share = at_risk[i] / n;
                    self.expected[i] += d * share;
                    for j in 0..=i {
                        let own = if i == j { share } else { 0.0 };
                        let add = factor * (own - share * at_risk[j] / n);
                        self.variance.set(i, j, self.variance.get(i, j) + add);
                    }
                }
            }
            step.leaving.iter().for_each(|&row| at_risk[group[row]] -= 1.0);
        });
    }

    fn result(self) -> Result<LogRank, EvaluationError> {
        let used: Vec<usize> = (0..self.observed.len()).filter(|&i| self.variance.get(i, i) > 0.0).collect();
        if used.len() < 2 {
            return Err(EvaluationError::TooFew { what: "groups at risk of an event", needed: 2, found: used.len() });
        }
        // The differences sum to zero, so the last group is left out.
        let kept = &used[..used.len() - 1];
        let mut variance = Symmetric::zero(kept.len());
        for (a, &i) in kept.iter().enumerate() {
            for (b, &j) in kept[..=a].iter().enumerate() {
                variance.set(a, b, self.variance.get(i, j));
            }
        }
        let difference: Vec<f64> = kept.iter().map(|&i| self.observed[i] - self.expected[i]).collect();
        let solved = Cholesky::of(&variance)
            .map_err(|_| EvaluationError::TooFew { what: "groups at risk together in one stratum", needed: 2, found: 1 })?
            .solve(&difference);
        let chi_squared = difference.iter().zip(&solved).map(|(a, b)| a * b).sum();
        Ok(LogRank {
            p_value: chi_squared_tails(chi_squared, kept.len() as f64).upper,
            observed: self.observed,
            expected: self.expected,
            chi_squared,
            degrees_of_freedom: kept.len(),
        })
    }
}
