//! A simulated figure with its Monte Carlo error.

/// A mean.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// A figure with its Monte Carlo error.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    pub mean: f64,
    /// Standard error of the mean over replications; 0 when the figure is exact.
    pub error: f64,
}

impl Estimate {
    /// A figure without Monte Carlo error.
    #[must_use]
    pub fn exact(value: f64) -> Estimate {
        Estimate { mean: value, error: 0.0 }
    }

    /// The mean of values, one per replication.
    #[must_use]
    pub fn of(values: impl Iterator<Item = f64>) -> Estimate {
        let values: Vec<f64> = values.collect();
        let (n, mean) = (values.len() as f64, mean(&values));
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
        Estimate { mean, error: (variance / n.max(1.0)).sqrt() }
    }

    /// Whether it is above zero by more than chance explains once in two thousand times. It is for figures that are zero on
    /// average where there is nothing to find, because they are tested on many schemes and in many scenarios.
    #[must_use]
    pub fn beyond_chance(&self) -> bool {
        self.mean - 3.29 * self.error > 0.0
    }

    /// The lower end of the 95% interval.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.mean - 1.96 * self.error
    }

    /// The upper end of the 95% interval.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.mean + 1.96 * self.error
    }
}
