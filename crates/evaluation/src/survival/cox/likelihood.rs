//! The partial likelihood of a Cox model, its derivatives and its residuals. Work is cut into fixed parts whose sums are added in
//! order, so a result has the same bits at any number of threads.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::risk_order::{NONE, PART, RiskOrder, TieGroup};
use super::ties::Ties;
use crate::columns::check_rows;
use crate::error::EvaluationError;
use crate::linear_algebra::Symmetric;

/// The partial likelihood at some coefficients, on the scale of standard deviations.
pub(crate) struct LikelihoodAt {
    pub(crate) log_likelihood: f64,
    pub(crate) score: Vec<f64>,
    pub(crate) information: Symmetric,
}

/// Sums over the risk set, and over the events, of a tie group: of the hazards, and of the hazards times the covariates.
struct RiskSums<'a> {
    all: f64,
    all_x: &'a [f64],
    events: f64,
    events_x: &'a [f64],
}

/// `Σ f^a / c^b` over the events `l` of a tie group, where `f = l / events` and `c` is the hazard that is left at risk.
struct TieSums {
    log: f64,
    inverse: f64,
    f_inverse: f64,
    square: f64,
    f_square: f64,
    ff_square: f64,
}

impl TieSums {
    fn of(ties: Ties, count: usize, sums: &RiskSums<'_>) -> TieSums {
        let d = count as f64;
        if ties == Ties::Breslow || count == 1 {
            let inverse = 1.0 / sums.all;
            let (square, log) = (d * inverse * inverse, d * sums.all.ln());
            return TieSums { log, inverse: d * inverse, f_inverse: 0.0, square, f_square: 0.0, ff_square: 0.0 };
        }
        let mut out = TieSums { log: 0.0, inverse: 0.0, f_inverse: 0.0, square: 0.0, f_square: 0.0, ff_square: 0.0 };
        for l in 0..count {
            let f = l as f64 / d;
            let left = sums.all - f * sums.events;
            let inverse = 1.0 / left;
            let square = inverse * inverse;
            out.log += left.ln();
            out.inverse += inverse;
            out.f_inverse += f * inverse;
            out.square += square;
            out.f_square += f * square;
            out.ff_square += f * f * square;
        }
        out
    }
}

/// What one part of the groups adds.
#[derive(Default)]
struct PartSums {
    log: f64,
    outer: Vec<f64>,
    inverse: Vec<f64>,
    f_inverse: Vec<f64>,
}

/// Of each tie group, on the scale of standard deviations: the mean of the covariates at risk, averaged over its events, and that
/// mean integrated over the hazard for everybody and for the events themselves.
pub(crate) struct GroupMeans {
    pub(crate) mean: Vec<f64>,
    integrated: Vec<f64>,
    of_events: Vec<f64>,
}

impl RiskOrder {
    /// The hazard ratio of each position.
    fn hazards(&self, beta: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.row.len()];
        out.par_chunks_mut(PART).zip(self.x.par_chunks(PART * self.width())).for_each(|(out, x)| {
            for (out, x) in out.iter_mut().zip(x.chunks_exact(beta.len())) {
                *out = x.iter().zip(beta).map(|(x, beta)| x * beta).sum::<f64>().exp();
            }
        });
        out
    }

    /// Adds what joins the risk set at a group, and takes off what leaves it.
    fn update(&self, group: &TieGroup, hazard: &[f64], all: &mut f64, all_x: &mut [f64]) {
        if group.starts_stratum {
            *all = 0.0;
            all_x.fill(0.0);
        }
        for position in group.join.clone() {
            *all += hazard[position];
            add_scaled(all_x, self.x(position), hazard[position]);
        }
        for &position in &self.by_entry[group.leave.clone()] {
            let position = position as usize;
            *all -= hazard[position];
            add_scaled(all_x, self.x(position), -hazard[position]);
        }
    }

    /// Visits every tie group with the sums over its risk set, part by part.
    fn scan<T: Send>(
        &self,
        hazard: &[f64],
        start: impl Fn() -> T + Sync,
        visit: impl Fn(&mut T, &TieGroup, &RiskSums<'_>) + Sync,
    ) -> Vec<T> {
        let width = self.width();
        let totals: Vec<(f64, Vec<f64>)> = self
            .parts
            .par_iter()
            .map(|part| {
                let (mut all, mut all_x) = (0.0, vec![0.0; width]);
                self.groups[part.clone()].iter().for_each(|group| self.update(group, hazard, &mut all, &mut all_x));
                (all, all_x)
            })
            .collect();
        let mut carried = Vec::with_capacity(totals.len());
        let (mut all, mut all_x) = (0.0, vec![0.0; width]);
        for (part, (total, total_x)) in self.parts.iter().zip(&totals) {
            carried.push((all, all_x.clone()));
            if self.groups[part.clone()].iter().any(|group| group.starts_stratum) {
                all = 0.0;
                all_x.fill(0.0);
            }
            all += total;
            add_scaled(&mut all_x, total_x, 1.0);
        }
        self.parts
            .par_iter()
            .zip(carried)
            .map(|(part, (mut all, mut all_x))| {
                let (mut result, mut events_x) = (start(), vec![0.0; width]);
                for group in &self.groups[part.clone()] {
                    self.update(group, hazard, &mut all, &mut all_x);
                    let mut events = 0.0;
                    events_x.fill(0.0);
                    for position in group.first..group.first + group.events {
                        events += hazard[position];
                        add_scaled(&mut events_x, self.x(position), hazard[position]);
                    }
                    visit(&mut result, group, &RiskSums { all, all_x: &all_x, events, events_x: &events_x });
                }
                result
            })
            .collect()
    }

    /// The cumulative hazard that each position was under, for the increments of each group and the share of them that the events
    /// of a group itself are spared.
    fn cumulative(&self, inverse: &[f64], f_inverse: &[f64]) -> Vec<f64> {
        let mut cumulative = inverse.to_vec();
        for at in (0..self.groups.len().saturating_sub(1)).rev() {
            if !self.groups[at + 1].starts_stratum {
                cumulative[at] += cumulative[at + 1];
            }
        }
        let until = |group: u32| if group == NONE { 0.0 } else { cumulative[group as usize] };
        (0..self.row.len())
            .into_par_iter()
            .map(|position| {
                let spared = if self.event[position] { f_inverse[self.exit_group[position] as usize] } else { 0.0 };
                let before = self.entry_group.as_ref().map_or(0.0, |groups| until(groups[position]));
                until(self.exit_group[position]) - before - spared
            })
            .collect()
    }

    /// The partial likelihood and its derivatives.
    pub(crate) fn evaluate(&self, beta: &[f64]) -> LikelihoodAt {
        let width = self.width();
        let hazard = self.hazards(beta);
        let parts = self.scan(
            &hazard,
            || PartSums { outer: vec![0.0; width * width], ..PartSums::default() },
            |part, group, sums| {
                let tie = TieSums::of(self.ties, group.events, sums);
                part.log += tie.log;
                part.inverse.push(tie.inverse);
                part.f_inverse.push(tie.f_inverse);
                for (i, out) in part.outer.chunks_exact_mut(width).enumerate() {
                    // Σ (S - f D)(S - f D)ᵀ / c², the squares of the means at risk.
                    let of_all = tie.square * sums.all_x[i] - tie.f_square * sums.events_x[i];
                    add_scaled(out, sums.all_x, of_all);
                    if tie.f_square != 0.0 {
                        let of_events = tie.ff_square * sums.events_x[i] - tie.f_square * sums.all_x[i];
                        add_scaled(out, sums.events_x, of_events);
                    }
                }
            },
        );
        let (mut inverse, mut f_inverse) = (Vec::new(), Vec::new());
        let (mut log_likelihood, mut outer) = (0.0, vec![0.0; width * width]);
        for part in parts {
            log_likelihood -= part.log;
            add_scaled(&mut outer, &part.outer, -1.0);
            inverse.extend(part.inverse);
            f_inverse.extend(part.f_inverse);
        }
        let cumulative = self.cumulative(&inverse, &f_inverse);
        let (score, squares) = self.row_sums(beta, &hazard, &cumulative, &mut log_likelihood);
        add_scaled(&mut outer, &squares, 1.0);
        let mut information = Symmetric::zero(width);
        for i in 0..width {
            for j in 0..=i {
                information.set(i, j, outer[i * width + j]);
            }
        }
        LikelihoodAt { log_likelihood, score, information }
    }

    /// `Σ x` over events less `Σ h H x`, and `Σ h H x xᵀ`, with the hazard `h` and the cumulative hazard `H` of each position.
    fn row_sums(&self, beta: &[f64], hazard: &[f64], cumulative: &[f64], log_likelihood: &mut f64) -> (Vec<f64>, Vec<f64>) {
        let width = self.width();
        let parts: Vec<(f64, Vec<f64>, Vec<f64>)> = (0..self.row.len().div_ceil(PART))
            .into_par_iter()
            .map(|part| {
                let (mut log, mut score, mut squares) = (0.0, vec![0.0; width], vec![0.0; width * width]);
                for position in part * PART..((part + 1) * PART).min(self.row.len()) {
                    let x = self.x(position);
                    let expected = hazard[position] * cumulative[position];
                    let observed = f64::from(u8::from(self.event[position]));
                    if self.event[position] {
                        log += x.iter().zip(beta).map(|(x, beta)| x * beta).sum::<f64>();
                    }
                    add_scaled(&mut score, x, observed - expected);
                    for (out, x_i) in squares.chunks_exact_mut(width).zip(x) {
                        add_scaled(out, x, expected * x_i);
                    }
                }
                (log, score, squares)
            })
            .collect();
        let (mut score, mut squares) = (vec![0.0; width], vec![0.0; width * width]);
        for (log, part_score, part_squares) in &parts {
            *log_likelihood += log;
            add_scaled(&mut score, part_score, 1.0);
            add_scaled(&mut squares, part_squares, 1.0);
        }
        (score, squares)
    }

    /// Covariates at risk at each group.
    pub(crate) fn group_means(&self, beta: &[f64]) -> GroupMeans {
        let hazard = self.hazards(beta);
        let parts = self.scan(
            &hazard,
            || (Vec::new(), Vec::new(), Vec::new()),
            |(mean, integrated, of_events), group, sums| {
                let tie = TieSums::of(self.ties, group.events, sums);
                for (&all, &events) in sums.all_x.iter().zip(sums.events_x) {
                    mean.push((all * tie.inverse - events * tie.f_inverse) / group.events as f64);
                    integrated.push(all * tie.square - events * tie.f_square);
                    of_events.push(all * tie.f_square - events * tie.ff_square);
                }
            },
        );
        let mut out = GroupMeans { mean: Vec::new(), integrated: Vec::new(), of_events: Vec::new() };
        for (mean, integrated, of_events) in parts {
            out.mean.extend(mean);
            out.integrated.extend(integrated);
            out.of_events.extend(of_events);
        }
        out
    }

    /// The score residuals of Lin and Wei, position by position.
    fn score_residuals(&self, beta: &[f64]) -> Vec<f64> {
        let width = self.width();
        let hazard = self.hazards(beta);
        let tie_sums = self.scan(&hazard, Vec::new, |out: &mut Vec<(f64, f64)>, group, sums| {
            let tie = TieSums::of(self.ties, group.events, sums);
            out.push((tie.inverse, tie.f_inverse));
        });
        let (inverse, f_inverse): (Vec<f64>, Vec<f64>) = tie_sums.into_iter().flatten().unzip();
        let means = self.group_means(beta);
        let cumulative = self.cumulative(&inverse, &f_inverse);
        let mut residuals = vec![0.0; self.row.len() * width];
        for j in 0..width {
            let of = |values: &[f64]| -> Vec<f64> { values.iter().skip(j).step_by(width).copied().collect() };
            let integrated = self.cumulative(&of(&means.integrated), &of(&means.of_events));
            residuals.par_chunks_mut(width).enumerate().for_each(|(position, out)| {
                let x = self.x(position)[j];
                out[j] = hazard[position] * (integrated[position] - x * cumulative[position]);
                if self.event[position] {
                    out[j] += x - means.mean[self.exit_group[position] as usize * width + j];
                }
            });
        }
        residuals
    }

    /// The meat of the robust covariance, and how many clusters there are.
    pub(crate) fn meat(&self, beta: &[f64], clusters: Option<&[u64]>) -> Result<(Symmetric, usize), EvaluationError> {
        let width = self.width();
        let residuals = self.score_residuals(beta);
        let mut meat = Symmetric::zero(width);
        let Some(clusters) = clusters else {
            residuals.chunks_exact(width).for_each(|residual| meat.add_outer(residual, 1.0));
            return Ok((meat, self.row.len()));
        };
        check_rows("clusters", clusters.len(), self.row.len())?;
        let mut sums: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
        for (residual, &row) in residuals.chunks_exact(width).zip(&self.row) {
            let sum = sums.entry(clusters[row as usize]).or_insert_with(|| vec![0.0; width]);
            add_scaled(sum, residual, 1.0);
        }
        if sums.len() < 2 {
            return Err(EvaluationError::TooFew { what: "clusters", needed: 2, found: sums.len() });
        }
        sums.values().for_each(|sum| meat.add_outer(sum, 1.0));
        Ok((meat, sums.len()))
    }
}

#[inline]
fn add_scaled(sum: &mut [f64], x: &[f64], factor: f64) {
    for (sum, x) in sum.iter_mut().zip(x) {
        *sum += factor * x;
    }
}
