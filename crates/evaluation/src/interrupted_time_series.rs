//! One series that is interrupted once: did its level or its trend change when the service began? Neighbouring periods resemble one
//! another, so standard errors are those of Newey and West (1987), with a lag that the analyst names.
//!
//! Nothing here says what else changed at that time. A series of people without the service, analysed the same way, would.

use crate::columns::{Column, Columns, check_finite};
use crate::distributions::chi_squared_tails;
use crate::error::EvaluationError;
use crate::least_squares::{Covariance, least_squares};
use crate::linear_algebra::{Cholesky, Symmetric};

/// A pattern that repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Season {
    /// After how many periods it repeats: 12 for months of a year.
    pub length: usize,
    /// How many pairs of sine and cosine describe it: 1 for one smooth wave.
    pub harmonics: usize,
}

/// What is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeriesOptions {
    /// The first period with the service, counted from 0.
    pub interrupted_at: usize,
    /// A pattern that repeats, if there is one.
    pub season: Option<Season>,
    /// Up to how many periods apart errors are taken to resemble one another.
    pub lag: usize,
}

/// A fitted series.
#[derive(Clone, Debug)]
pub struct SeriesFit {
    /// "intercept", "trend", "level change", "trend change", then the waves of the season.
    pub names: Vec<String>,
    /// The coefficients. The trend is per period, and the level change is that in the first period with the service.
    pub coefficients: Vec<f64>,
    /// Their Newey-West covariance.
    pub covariance: Symmetric,
    /// The lag of that covariance.
    pub lag: usize,
    /// The outcome less its fitted value, period by period.
    pub residuals: Vec<f64>,
    /// The Durbin-Watson statistic: about 2 where neighbours do not resemble one another, less where they do.
    pub durbin_watson: f64,
    columns: Columns,
    interrupted_at: usize,
}

/// Places of the coefficients that every fit has.
const LEVEL_CHANGE: usize = 2;
const TREND_CHANGE: usize = 3;

/// The work of the covariance grows with periods times lag.
const PERIODS_MAX: usize = 100_000;
const LAG_MAX: usize = 1_000;
/// More waves than any series can tell apart.
const WAVES_MAX: usize = 30;
/// Lags of the test of autocorrelation; each is a column.
const TESTED_LAGS_MAX: usize = 200;

/// A test of whether errors up to some periods apart resemble one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autocorrelation {
    /// The Lagrange multiplier statistic of Breusch (1978) and Godfrey (1978).
    pub chi_squared: f64,
    /// How many lags it tests.
    pub lags: usize,
    /// The chance of so large a statistic if errors did not resemble one another.
    pub p_value: f64,
}

/// Fits a series, one value for each period without gaps.
///
/// # Errors
///
/// A value that is not finite, fewer than three periods on either side of the interruption, a season that cannot be told from the
/// other terms, or a lag as long as the series.
pub fn interrupted_time_series(outcome: &[f64], options: SeriesOptions) -> Result<SeriesFit, EvaluationError> {
    let (n, at) = (outcome.len(), options.interrupted_at);
    check_finite("outcome", outcome, n)?;
    let either_side = at.min(n.saturating_sub(at));
    if either_side < 3 {
        return Err(EvaluationError::TooFew {
            what: "periods on either side of the interruption",
            needed: 3,
            found: either_side,
        });
    }
    if n > PERIODS_MAX || options.lag >= n || options.lag > LAG_MAX {
        return Err(EvaluationError::Option {
            what: "the lag must be shorter than the series and at most 1,000, and the series at most 100,000 periods long",
        });
    }
    if options.season.is_some_and(|season| !(1..=WAVES_MAX).contains(&season.harmonics) || 2 * season.harmonics >= season.length)
    {
        return Err(EvaluationError::Option {
            what: "a season needs from 1 to 30 waves, and fewer than half as many as it has periods",
        });
    }
    let since = |period: usize| period as f64 - at as f64;
    let each = |value: &dyn Fn(usize) -> f64| (0..n).map(value).collect::<Vec<f64>>();
    let mut columns = vec![
        Column::new("trend", each(&since)),
        Column::new("level change", each(&|period| f64::from(u8::from(period >= at)))),
        Column::new("trend change", each(&|period| since(period).max(0.0))),
    ];
    if let Some(season) = options.season {
        for wave in 1..=season.harmonics {
            let angle = |period: usize| 2.0 * std::f64::consts::PI * (wave * period) as f64 / season.length as f64;
            columns.push(Column::new(format!("sine {wave}"), each(&|period| angle(period).sin())));
            columns.push(Column::new(format!("cosine {wave}"), each(&|period| angle(period).cos())));
        }
    }
    let columns = Columns::new(n, columns)?;
    let fit = least_squares(outcome, &columns, None, Covariance::Classical)?;
    let squares: f64 = fit.residuals.iter().map(|e| e * e).sum();
    let changes: f64 = fit.residuals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    Ok(SeriesFit {
        covariance: newey_west(&columns, &fit.residuals, options.lag)?,
        names: fit.names,
        coefficients: fit.coefficients,
        lag: options.lag,
        durbin_watson: changes / squares,
        residuals: fit.residuals,
        columns,
        interrupted_at: at,
    })
}

/// The covariance with Bartlett weights, and no correction for small samples.
fn newey_west(columns: &Columns, residuals: &[f64], lag: usize) -> Result<Symmetric, EvaluationError> {
    let rows: Vec<Vec<f64>> = (0..columns.rows())
        .map(|row| std::iter::once(1.0).chain(columns.all().iter().map(|column| column.values[row])).collect())
        .collect();
    let width = columns.all().len() + 1;
    let mut cross = Symmetric::zero(width);
    rows.iter().for_each(|row| cross.add_outer(row, 1.0));
    let bread = Cholesky::of(&cross)
        .map_err(|collinear| {
            let place = collinear.column.saturating_sub(1);
            EvaluationError::Collinear { column: columns.all()[place].name.clone() }
        })?
        .inverse();
    let mut meat = Symmetric::zero(width);
    for distance in 0..=lag {
        let weight = 1.0 - distance as f64 / (lag + 1) as f64;
        for late in distance..rows.len() {
            let early = late - distance;
            let product = weight * residuals[late] * residuals[early];
            if distance == 0 {
                meat.add_outer(&rows[late], product);
                continue;
            }
            for i in 0..width {
                for j in 0..=i {
                    let both = rows[late][i] * rows[early][j] + rows[early][i] * rows[late][j];
                    meat.set(i, j, meat.get(i, j) + product * both);
                }
            }
        }
    }
    Ok(bread.sandwich(&meat))
}

impl SeriesFit {
    /// The standard error of the coefficient in place `place`.
    #[must_use]
    pub fn standard_error(&self, place: usize) -> f64 {
        self.covariance.get(place, place).sqrt()
    }

    /// The difference that the interruption made so many periods after its first, and its standard error: the change of level and
    /// so many changes of trend.
    #[must_use]
    pub fn effect_after(&self, periods: usize) -> (f64, f64) {
        let mut combination = vec![0.0; self.coefficients.len()];
        combination[LEVEL_CHANGE] = 1.0;
        combination[TREND_CHANGE] = periods as f64;
        let effect = combination.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum();
        (effect, self.covariance.quadratic_form(&combination).sqrt())
    }

    /// What the series would have been without the interruption, period by period, as the fit has it.
    #[must_use]
    pub fn without_interruption(&self) -> Vec<f64> {
        (0..self.residuals.len())
            .map(|row| {
                let terms = self.columns.all().iter().zip(&self.coefficients[1..]).enumerate();
                let kept = terms.filter(|(place, _)| ![LEVEL_CHANGE, TREND_CHANGE].contains(&(place + 1)));
                self.coefficients[0] + kept.map(|(_, (column, b))| column.values[row] * b).sum::<f64>()
            })
            .collect()
    }

    /// The first period with the service, counted from 0.
    #[must_use]
    pub fn interrupted_at(&self) -> usize {
        self.interrupted_at
    }

    /// Tests whether errors up to `lags` periods apart resemble one another. Where they do, the lag of the covariance should be at
    /// least that long.
    ///
    /// # Errors
    ///
    /// No lags, or too many for the length of the series.
    pub fn autocorrelation(&self, lags: usize) -> Result<Autocorrelation, EvaluationError> {
        let n = self.residuals.len();
        if lags == 0 || lags >= n || lags > TESTED_LAGS_MAX {
            return Err(EvaluationError::Option { what: "test from 1 to 200 lags, and fewer than there are periods" });
        }
        let mut columns = self.columns.all().to_vec();
        for lag in 1..=lags {
            let lagged = (0..n).map(|row| if row < lag { 0.0 } else { self.residuals[row - lag] }).collect();
            columns.push(Column::new(format!("error {lag} before"), lagged));
        }
        let fit = least_squares(&self.residuals, &Columns::new(n, columns)?, None, Covariance::Classical)?;
        let chi_squared = n as f64 * fit.r_squared;
        Ok(Autocorrelation { chi_squared, lags, p_value: chi_squared_tails(chi_squared, lags as f64).upper })
    }
}
