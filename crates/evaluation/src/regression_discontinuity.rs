//! A rule that gives a service to everybody on one side of a cut-off: people just on either side are alike but for the service
//! (sharp design). A line is fitted on each side, with weights that fall to 0 at the bandwidth (triangular kernel).

use base::statistics::normal_cdf;

use crate::columns::{Column, Columns, check_finite};
use crate::error::EvaluationError;
use crate::least_squares::{Covariance, LinearFit, least_squares};

/// How far from the cut-off rows are used.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bandwidth {
    /// So far, in the unit of the running variable.
    Given(f64),
    /// Chosen for the smallest expected squared error of the line (Imbens and Kalyanaraman 2012).
    ImbensKalyanaraman,
}

/// The effect at the cut-off.
#[derive(Clone, Debug, PartialEq)]
pub struct Discontinuity {
    /// The jump of the lines at the cut-off, in the unit of the outcome.
    pub effect: f64,
    /// Its standard error, which counts the curvature that a line misses as 0: too small for an interval.
    pub standard_error: f64,
    /// The jump with that bias removed: of curves of second degree at the same bandwidth, which is the bias-corrected estimate of
    /// Calonico, Cattaneo and Titiunik (2014) where both bandwidths are the same. The interval is to be made of this.
    pub robust_effect: f64,
    /// Its standard error.
    pub robust_standard_error: f64,
    /// Which covariance both are.
    pub covariance_name: &'static str,
    /// The bandwidth used.
    pub bandwidth: f64,
    /// Rows within it below the cut-off, and at or above it.
    pub rows: [usize; 2],
}

/// The name of the jump among the coefficients.
const JUMP: &str = "at or above the cut-off";

/// Estimates the effect of being at or above the cut-off.
///
/// # Errors
///
/// Columns of unequal length, values that are not finite, a bandwidth that is not above 0, or too few rows on one side.
pub fn regression_discontinuity(
    running: &[f64],
    outcome: &[f64],
    cutoff: f64,
    bandwidth: Bandwidth,
    covariance: Covariance<'_>,
) -> Result<Discontinuity, EvaluationError> {
    check_finite("running variable", running, running.len())?;
    check_finite("outcome", outcome, running.len())?;
    if !cutoff.is_finite() {
        return Err(EvaluationError::Option { what: "the cut-off must be a finite number" });
    }
    let x: Vec<f64> = running.iter().map(|value| value - cutoff).collect();
    let h = match bandwidth {
        Bandwidth::Given(h) => h,
        Bandwidth::ImbensKalyanaraman => imbens_kalyanaraman(&x, outcome)?,
    };
    if !(h > 0.0 && h.is_finite()) {
        return Err(EvaluationError::Option { what: "the bandwidth must be a number above 0" });
    }
    let line = jump(&x, outcome, h, 1, covariance)?;
    let curve = jump(&x, outcome, h, 2, covariance)?;
    let place = line.place(JUMP).unwrap_or(1);
    let within = |above: bool| x.iter().filter(|&&x| x.abs() < h && (x >= 0.0) == above).count();
    Ok(Discontinuity {
        effect: line.coefficients[place],
        standard_error: line.standard_error(place),
        robust_effect: curve.coefficients[place],
        robust_standard_error: curve.standard_error(place),
        covariance_name: line.covariance_name,
        bandwidth: h,
        rows: [within(false), within(true)],
    })
}

/// Polynomials of a degree on either side, with triangular weights.
fn jump(x: &[f64], outcome: &[f64], h: f64, degree: i32, covariance: Covariance<'_>) -> Result<LinearFit, EvaluationError> {
    let above = |x: f64| f64::from(u8::from(x >= 0.0));
    let mut columns = vec![Column::new(JUMP, x.iter().map(|&x| above(x)).collect())];
    for power in 1..=degree {
        columns.push(Column::new(format!("power {power}"), x.iter().map(|x| (x / h).powi(power)).collect()));
        let other = x.iter().map(|&x| above(x) * (x / h).powi(power)).collect();
        columns.push(Column::new(format!("power {power} above"), other));
    }
    let weights: Vec<f64> = x.iter().map(|x| (1.0 - (x / h).abs()).max(0.0)).collect();
    for above in [false, true] {
        let found = x.iter().zip(&weights).filter(|&(&x, &weight)| weight > 0.0 && (x >= 0.0) == above).count();
        let needed = degree as usize + 2;
        if found < needed {
            return Err(EvaluationError::TooFew { what: "rows within the bandwidth on one side of the cut-off", needed, found });
        }
    }
    least_squares(outcome, &Columns::new(x.len(), columns)?, Some(&weights), covariance)
}

fn mean_and_variance(values: impl Iterator<Item = f64> + Clone) -> (f64, f64, f64) {
    let n = values.clone().count() as f64;
    let mean = values.clone().sum::<f64>() / n;
    (n, mean, values.map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0))
}

/// The bandwidth of Imbens and Kalyanaraman (2012, section 4.2), for a triangular kernel.
fn imbens_kalyanaraman(x: &[f64], outcome: &[f64]) -> Result<f64, EvaluationError> {
    let n = x.len() as f64;
    let side = |above: bool| move |x: f64| (x >= 0.0) == above;
    let (_, _, variance) = mean_and_variance(x.iter().copied());
    // Step 1: the density and the variance at the cut-off, by a rule of thumb.
    let pilot = 1.84 * variance.sqrt() * n.powf(-0.2);
    let mut near = [(0.0, 0.0); 2];
    for (at, above) in [false, true].into_iter().enumerate() {
        let inside = x.iter().zip(outcome).filter(|&(&x, _)| x.abs() <= pilot && side(above)(x)).map(|(_, &y)| y);
        let (count, _, of_outcome) = mean_and_variance(inside);
        if count < 3.0 {
            let what = "rows near the cut-off on one side";
            return Err(EvaluationError::TooFew { what, needed: 3, found: count as usize });
        }
        near[at] = (count, of_outcome);
    }
    let density = (near[0].0 + near[1].0) / (2.0 * n * pilot);
    // Step 2: the third derivative from a cubic with a jump, and with it the second derivative on each side.
    let scale = variance.sqrt();
    let mut columns = vec![Column::new(JUMP, x.iter().map(|&x| f64::from(u8::from(x >= 0.0))).collect())];
    for power in 1..=3 {
        columns.push(Column::new(format!("power {power}"), x.iter().map(|x| (x / scale).powi(power)).collect()));
    }
    let cubic = least_squares(outcome, &Columns::new(x.len(), columns)?, None, Covariance::Classical)?;
    let third = 6.0 * cubic.coefficients[4] / scale.powi(3);
    let (mut second, mut regular) = ([0.0; 2], [0.0; 2]);
    for (at, above) in [false, true].into_iter().enumerate() {
        let of_side = x.iter().filter(|&&x| side(above)(x)).count() as f64;
        let wide = 3.56 * (near[at].1 / (density * (third * third).max(0.01))).powf(1.0 / 7.0) * of_side.powf(-1.0 / 7.0);
        let rows: Vec<usize> = (0..x.len()).filter(|&row| side(above)(x[row]) && x[row].abs() <= wide).collect();
        let of = |power: i32| rows.iter().map(|&row| (x[row] / wide).powi(power)).collect::<Vec<f64>>();
        let columns = Columns::new(rows.len(), vec![Column::new("power 1", of(1)), Column::new("power 2", of(2))])?;
        let y: Vec<f64> = rows.iter().map(|&row| outcome[row]).collect();
        let square = least_squares(&y, &columns, None, Covariance::Classical)?;
        second[at] = 2.0 * square.coefficients[2] / (wide * wide);
        // Step 3: how badly the curvature is known keeps the bandwidth from running away where it seems to be 0.
        regular[at] = 2_160.0 * near[at].1 / (rows.len() as f64 * wide.powi(4));
    }
    let curvature = (second[1] - second[0]).powi(2) + regular[0] + regular[1];
    Ok(3.4375 * ((near[0].1 + near[1].1) / (density * curvature)).powf(0.2) * n.powf(-0.2))
}

/// Whether people are heaped up on one side of the cut-off, as where they can choose their side.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DensityTest {
    /// The log of the density just above the cut-off over that just below.
    pub log_difference: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The chance of so large a difference, in either direction, if the density did not jump.
    pub p_value: f64,
    /// The bandwidth used.
    pub bandwidth: f64,
}

/// More bins than any bandwidth needs.
const BINS_MAX: f64 = 1_000_000.0;

/// Tests for a jump of the density at the cut-off (McCrary 2008): a histogram with the cut-off between two bins, smoothed by a line
/// on each side.
///
/// # Errors
///
/// Values that are not finite, or too few on one side.
pub fn density_test(running: &[f64], cutoff: f64, bandwidth: Option<f64>) -> Result<DensityTest, EvaluationError> {
    check_finite("running variable", running, running.len())?;
    let x: Vec<f64> = running.iter().map(|value| value - cutoff).collect();
    let n = x.len() as f64;
    let (_, _, variance) = mean_and_variance(x.iter().copied());
    let width = 2.0 * variance.sqrt() / n.sqrt();
    let (low, high) = x.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
    if !(width > 0.0 && low < 0.0 && high >= 0.0 && cutoff.is_finite()) {
        return Err(EvaluationError::TooFew { what: "rows on one side of the cut-off", needed: 1, found: 0 });
    }
    if (high - low) / width > BINS_MAX {
        return Err(EvaluationError::Option {
            what: "a few values are so far from the cut-off that no histogram holds them: leave them out",
        });
    }
    let first = (low / width).floor() as i64;
    let bins = ((high / width).floor() as i64 - first + 1) as usize;
    let mut height = vec![0.0; bins];
    for x in &x {
        height[((x / width).floor() as i64 - first) as usize] += 1.0 / (n * width);
    }
    let middle: Vec<f64> = (0..bins).map(|bin| ((first + bin as i64) as f64 + 0.5) * width).collect();
    let h = match bandwidth {
        Some(h) => h,
        None => 0.5 * (mccrary_bandwidth(&middle, &height, false)? + mccrary_bandwidth(&middle, &height, true)?),
    };
    let density = [false, true].map(|above| -> Result<f64, EvaluationError> {
        let bins: Vec<usize> = (0..bins).filter(|&bin| (middle[bin] > 0.0) == above && middle[bin].abs() < h).collect();
        let columns = Columns::new(bins.len(), vec![Column::new("middle", bins.iter().map(|&bin| middle[bin]).collect())])?;
        let y: Vec<f64> = bins.iter().map(|&bin| height[bin]).collect();
        let weights: Vec<f64> = bins.iter().map(|&bin| 1.0 - middle[bin].abs() / h).collect();
        let at = least_squares(&y, &columns, Some(&weights), Covariance::Classical)?.coefficients[0];
        if at > 0.0 { Ok(at) } else { Err(EvaluationError::TooFew { what: "rows next to the cut-off", needed: 1, found: 0 }) }
    });
    let [below, above] = density;
    let (below, above) = (below?, above?);
    let log_difference = above.ln() - below.ln();
    let standard_error = (24.0 / 5.0 * (1.0 / above + 1.0 / below) / (n * h)).sqrt();
    let p_value = 2.0 * normal_cdf(-(log_difference / standard_error).abs());
    Ok(DensityTest { log_difference, standard_error, p_value, bandwidth: h })
}

/// The bandwidth of McCrary (2008, section 3.2) on one side: from the curvature of a polynomial of fourth degree.
fn mccrary_bandwidth(middle: &[f64], height: &[f64], above: bool) -> Result<f64, EvaluationError> {
    let bins: Vec<usize> = (0..middle.len()).filter(|&bin| (middle[bin] > 0.0) == above).collect();
    let range = bins.iter().fold(0.0_f64, |range, &bin| range.max(middle[bin].abs()));
    let z: Vec<f64> = bins.iter().map(|&bin| middle[bin] / range).collect();
    let columns = (1..=4).map(|power| Column::new(format!("power {power}"), z.iter().map(|z| z.powi(power)).collect())).collect();
    let y: Vec<f64> = bins.iter().map(|&bin| height[bin]).collect();
    let fit = least_squares(&y, &Columns::new(bins.len(), columns)?, None, Covariance::Classical)?;
    let c = &fit.coefficients;
    let curvature: f64 = z.iter().map(|z| ((2.0 * c[2] + 6.0 * c[3] * z + 12.0 * c[4] * z * z) / (range * range)).powi(2)).sum();
    let variance = fit.residuals.iter().map(|e| e * e).sum::<f64>() / (bins.len() as f64 - 5.0);
    Ok(3.348 * (variance * range / curvature).powf(0.2))
}
