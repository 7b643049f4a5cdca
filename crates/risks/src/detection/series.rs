//! Numbers by provider and month, each with its variance.

use std::collections::BTreeMap;

use crate::observed::Month;

/// A number of one provider in one month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonthlyNumber {
    pub provider: usize,
    /// The month in which the number became known.
    pub month: Month,
    pub value: f64,
    pub variance: f64,
    /// How many people or events it is of.
    pub of: f64,
}

/// The least standard deviation of single values, as a share of their mean: an assumption.
const LEAST_SPREAD: f64 = 0.3;

/// Values of single people or events, gathered by provider and month.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// Number, sum, and sum of squares.
    cells: BTreeMap<(usize, Month), [f64; 3]>,
}

impl Gathered {
    /// Adds a value.
    pub fn add(&mut self, provider: usize, month: Month, value: f64) {
        let cell = self.cells.entry((provider, month)).or_default();
        cell[0] += 1.0;
        cell[1] += value;
        cell[2] += value * value;
    }

    /// Adds 1 where something holds, and 0 where it does not.
    pub fn add_whether(&mut self, provider: usize, month: Month, holds: bool) {
        self.add(provider, month, if holds { 1.0 } else { 0.0 });
    }

    /// The mean of each provider and month. The variance of single values is that within all of them: a month with few people cannot
    /// tell its own.
    #[must_use]
    pub fn means(&self) -> Vec<MonthlyNumber> {
        let variance = self.variance();
        self.points(|[n, sum, _]| (sum / n, variance / n))
    }

    /// The logarithm of each mean, for values that are not negative and seasons that multiply them. Half a value of the usual size is
    /// added to each mean, so that a month of nothing has a logarithm.
    #[must_use]
    pub fn log_means(&self) -> Vec<MonthlyNumber> {
        let all = self.cells.values().fold([0.0; 3], |all, cell| std::array::from_fn(|at| all[at] + cell[at]));
        let mean = all[1] / all[0].max(1.0);
        if mean <= 0.0 {
            return Vec::new();
        }
        // Where everybody has the same, as with a fixed timetable, the next one may still differ.
        let variance = self.variance().max((LEAST_SPREAD * mean).powi(2));
        self.points(|[n, sum, _]| {
            let with_half = (sum + 0.5 * mean) / n;
            ((with_half / mean).ln(), variance / (n * with_half.max(mean / n) * mean))
        })
    }

    /// The logarithm of each sum, for values that are not negative. A sum is as certain as independent values of its size make it.
    #[must_use]
    pub fn log_totals(&self) -> Vec<MonthlyNumber> {
        let points = self.points(|[_, sum, squares]| (sum.ln(), squares / (sum * sum)));
        points.into_iter().filter(|point| point.value.is_finite()).collect()
    }

    /// How many values there are.
    #[must_use]
    pub fn people(&self) -> f64 {
        self.cells.values().map(|cell| cell[0]).sum()
    }

    /// The months between the first and the last of each provider.
    #[must_use]
    pub fn months(&self) -> Vec<(usize, Vec<Month>)> {
        let mut spans: BTreeMap<usize, (Month, Month)> = BTreeMap::new();
        for &(provider, month) in self.cells.keys() {
            let span = spans.entry(provider).or_insert((month, month));
            *span = (span.0.min(month), span.1.max(month));
        }
        spans.into_iter().map(|(provider, (first, last))| (provider, (first..=last).collect())).collect()
    }

    /// The variance of single values within their month and provider.
    fn variance(&self) -> f64 {
        let within = |[n, sum, squares]: &[f64; 3]| (squares - sum * sum / n).max(0.0);
        let (sum, freedom) =
            self.cells.values().fold((0.0, 0.0), |(sum, freedom), cell| (sum + within(cell), freedom + cell[0] - 1.0));
        let all = self.cells.values().fold([0.0; 3], |all, cell| std::array::from_fn(|at| all[at] + cell[at]));
        // Where all values are the same, one value more that differs is not ruled out.
        let least = (0.5 / (all[0] + 1.0)) * (1.0 - 0.5 / (all[0] + 1.0));
        if freedom > 0.0 { (sum / freedom).max(least) } else { least.max(0.25) }
    }

    fn points(&self, of: impl Fn([f64; 3]) -> (f64, f64)) -> Vec<MonthlyNumber> {
        let point = |(&(provider, month), cell): (&(usize, Month), &[f64; 3])| {
            let (value, variance) = of(*cell);
            MonthlyNumber { provider, month, value, variance, of: cell[0] }
        };
        self.cells.iter().map(point).collect()
    }
}

/// Counts of events by provider and month, each of which has an exposure: people, or person-months.
#[derive(Clone, Debug, Default)]
pub struct MonthlyRates {
    cells: BTreeMap<(usize, Month), (f64, f64)>,
}

impl MonthlyRates {
    pub fn expose(&mut self, provider: usize, month: Month, exposure: f64) {
        self.cells.entry((provider, month)).or_default().1 += exposure;
    }

    pub fn count(&mut self, provider: usize, month: Month, events: f64) {
        self.cells.entry((provider, month)).or_default().0 += events;
    }

    /// The logarithm of each rate, with half an event more, and its variance if events are independent.
    #[must_use]
    pub fn log_rates(&self) -> Vec<MonthlyNumber> {
        let exposed = self.cells.iter().filter(|(_, (_, exposure))| *exposure > 0.0);
        let point = |(&(provider, month), &(events, exposure)): (&(usize, Month), &(f64, f64))| {
            let events = events + 0.5;
            MonthlyNumber { provider, month, value: (events / exposure).ln(), variance: 1.0 / events, of: events }
        };
        exposed.map(point).collect()
    }
}

/// The first less the second, where both have a number, and less `allowed`: what honest providers may differ by.
#[must_use]
pub fn difference(first: &[MonthlyNumber], second: &[MonthlyNumber], allowed: f64) -> Vec<MonthlyNumber> {
    let second: BTreeMap<(usize, Month), &MonthlyNumber> =
        second.iter().map(|point| ((point.provider, point.month), point)).collect();
    let both = first.iter().filter_map(|point| Some((point, *second.get(&(point.provider, point.month))?)));
    both.map(|(first, second)| MonthlyNumber {
        value: first.value - second.value - allowed,
        variance: first.variance + second.variance,
        ..*first
    })
    .collect()
}

/// The points less what honest providers may show.
#[must_use]
pub fn beyond(points: Vec<MonthlyNumber>, allowed: f64) -> Vec<MonthlyNumber> {
    points.into_iter().map(|point| MonthlyNumber { value: point.value - allowed, ..point }).collect()
}
