//! One signal: a series of numbers that rises where a risk comes true, and the evidence in it, month by month.

use std::collections::BTreeMap;

use super::evidence::{EffectSide, log_evidence, log_evidence_of_share, log_mean};
use super::series::MonthlyNumber;
use crate::observed::Month;

/// What a signal is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ComparedWith {
    /// Zero. What honest providers may show is taken off already.
    Zero,
    /// A share that honest providers may have. The numbers are shares of counts.
    Allowance(f64),
    /// The same provider before, beyond what happened to the others at the same time.
    Before,
    /// The other providers at the same time. What honest providers may differ by is taken off already.
    Others,
}

/// What the numbers of a signal are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Shares of people or events, or differences of them.
    Share,
    /// Natural logarithms: a difference is a ratio.
    LogRatio,
    /// Standard deviations of single values.
    Deviations,
}

/// One signal of a risk.
#[derive(Clone, Debug)]
pub struct Signal {
    /// What was looked at, as a noun phrase: "contacts of each person in the first 90 days".
    pub of: &'static str,
    /// The numbers. They rise where the risk comes true.
    pub points: Vec<MonthlyNumber>,
    pub compared_with: ComparedWith,
    pub side: EffectSide,
    /// The size of the effect that it is tuned to, in the unit of the points.
    pub size: f64,
    pub unit: Unit,
    /// Whether the numbers were turned round, because what they are of falls where the risk comes true.
    pub falls: bool,
    /// Whether it is about the contract, and the provider of its points means nothing.
    pub about_contract: bool,
}

impl Signal {
    /// A signal that is compared with zero.
    #[must_use]
    pub fn beyond_zero(of: &'static str, points: Vec<MonthlyNumber>, size: f64) -> Signal {
        Signal {
            of,
            points,
            compared_with: ComparedWith::Zero,
            side: EffectSide::Above,
            size,
            unit: Unit::Share,
            falls: false,
            about_contract: false,
        }
    }

    /// A signal of shares of counts that is compared with a share that honest providers may have.
    #[must_use]
    pub fn beyond_share(of: &'static str, points: Vec<MonthlyNumber>, allowed: f64, size: f64) -> Signal {
        Signal { compared_with: ComparedWith::Allowance(allowed), ..Signal::beyond_zero(of, points, size) }
    }

    /// A signal that is compared with the same provider before.
    #[must_use]
    pub fn since_before(of: &'static str, points: Vec<MonthlyNumber>, size: f64) -> Signal {
        Signal { compared_with: ComparedWith::Before, ..Signal::beyond_zero(of, points, size) }
    }

    /// A signal that is compared with the other providers.
    #[must_use]
    pub fn beyond_others(of: &'static str, points: Vec<MonthlyNumber>, size: f64) -> Signal {
        Signal { compared_with: ComparedWith::Others, ..Signal::beyond_zero(of, points, size) }
    }

    /// The same, of what falls where the risk comes true: the numbers are turned round.
    #[must_use]
    pub fn falling(mut self) -> Signal {
        self.points.iter_mut().for_each(|point| point.value = -point.value);
        self.falls = true;
        self
    }

    /// The same, of numbers in another unit than shares.
    #[must_use]
    pub fn in_unit(mut self, unit: Unit) -> Signal {
        self.unit = unit;
        self
    }

    /// The same, in both directions.
    #[must_use]
    pub fn both_sides(mut self) -> Signal {
        self.side = EffectSide::Both;
        self
    }

    /// The same, about the whole contract.
    #[must_use]
    pub fn of_contract(mut self) -> Signal {
        self.about_contract = true;
        self
    }
}

/// What a signal says of one provider.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalEvidence {
    pub of: &'static str,
    pub unit: Unit,
    pub falls: bool,
    pub compared_with: ComparedWith,
    pub side: EffectSide,
    /// The logarithm of the evidence at the end of each month of those asked for.
    pub log_evidence: Vec<f64>,
    /// The effect since the month from which it is likeliest, with its standard error, at the end.
    pub estimate: f64,
    pub error: f64,
    pub since: Month,
    /// Of a share of counts: the cases since then, and what they are of.
    pub counts: Option<(f64, f64)>,
    /// Whether nobody else was there to compare with, so that a season, or a change for everyone, looks the same.
    pub alone: bool,
}

/// Months between two possible beginnings of an effect: an effect that begins in between is seen a little later.
const BEGINNINGS: usize = 3;
/// An effect that was there from the start has this prior chance, where a signal is compared with zero.
const FROM_THE_START: f64 = 0.5;
/// Others are compared with where at least so many of them have numbers in this share of the months.
const OTHERS: usize = 2;
const OTHERS_COVER: f64 = 0.7;

/// The evidence for each provider, at the end of each of `months` months from `first` on.
#[must_use]
pub fn evidence(signal: &Signal, first: Month, months: usize) -> BTreeMap<usize, SignalEvidence> {
    let mut by_provider: BTreeMap<usize, Vec<MonthlyNumber>> = BTreeMap::new();
    let last = first + months as Month;
    for point in signal.points.iter().filter(|point| point.month < last && point.variance > 0.0 && point.value.is_finite()) {
        by_provider.entry(if signal.about_contract { 0 } else { point.provider }).or_default().push(*point);
    }
    by_provider.values_mut().for_each(|points| points.sort_by_key(|point| point.month));
    let mut referred: BTreeMap<usize, (Vec<MonthlyNumber>, bool)> = BTreeMap::new();
    for provider in by_provider.keys() {
        let others = match signal.compared_with {
            ComparedWith::Zero | ComparedWith::Allowance(_) => None,
            _ if signal.about_contract => None,
            ComparedWith::Before => others(&by_provider, *provider, true),
            ComparedWith::Others => others(&by_provider, *provider, false),
        };
        let alone = others.is_none() && matches!(signal.compared_with, ComparedWith::Before | ComparedWith::Others);
        // Without anybody to compare with there is no such signal.
        if alone && signal.compared_with == ComparedWith::Others {
            continue;
        }
        referred.insert(*provider, (beside(&by_provider[provider], others.as_ref()), alone));
    }
    let dispersion = dispersion(referred.values().map(|(points, _)| points.as_slice()));
    let of_provider = |(provider, (points, alone)): (usize, (Vec<MonthlyNumber>, bool))| {
        let wider: Vec<MonthlyNumber> =
            points.iter().map(|point| MonthlyNumber { variance: point.variance * dispersion, ..*point }).collect();
        (provider, of_points(signal, &wider, (alone, dispersion), first, months))
    };
    referred.into_iter().map(of_provider).collect()
}

/// The middle of the other providers in each month, with its variance. Where levels do not count, each of them is first put at its own,
/// so that a provider that is missing in a month does not move the mean.
fn others(all: &BTreeMap<usize, Vec<MonthlyNumber>>, provider: usize, own_levels: bool) -> Option<BTreeMap<Month, (f64, f64)>> {
    let months = all.get(&provider)?.len() as f64;
    let enough = |points: &Vec<MonthlyNumber>| points.len() as f64 >= OTHERS_COVER * months;
    let others: Vec<&Vec<MonthlyNumber>> =
        all.iter().filter(|(other, points)| **other != provider && enough(points)).map(|(_, points)| points).collect();
    if others.len() < OTHERS {
        return None;
    }
    let mut of_month: BTreeMap<Month, Vec<(f64, f64)>> = BTreeMap::new();
    for points in others {
        let weight: f64 = points.iter().map(|point| 1.0 / point.variance).sum();
        let mean = points.iter().map(|point| point.value / point.variance).sum::<f64>() / weight;
        let level = if own_levels { mean } else { 0.0 };
        for point in points {
            of_month.entry(point.month).or_default().push((point.value - level, point.variance));
        }
    }
    Some(of_month.into_iter().map(|(month, values)| (month, middle(values))).collect())
}

/// The middle of several numbers with their variances, and its variance. From three on it is the median, so that one provider that changes
/// does not make all others look changed; for two it is the weighted mean.
fn middle(mut values: Vec<(f64, f64)>) -> (f64, f64) {
    let weight: f64 = values.iter().map(|(_, variance)| 1.0 / variance).sum();
    if values.len() < 3 {
        return (values.iter().map(|(value, variance)| value / variance).sum::<f64>() / weight, 1.0 / weight);
    }
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.len() / 2;
    let median = if values.len() % 2 == 1 { values[half].0 } else { (values[half - 1].0 + values[half].0) / 2.0 };
    // A median of normal numbers varies by half of pi as much as their mean.
    (median, std::f64::consts::FRAC_PI_2 / weight)
}

/// The points beside what happened to the others in the same month. A month without others is left out.
fn beside(points: &[MonthlyNumber], others: Option<&BTreeMap<Month, (f64, f64)>>) -> Vec<MonthlyNumber> {
    let Some(others) = others else { return points.to_vec() };
    let beside = points.iter().filter_map(|point| {
        let (value, variance) = others.get(&point.month)?;
        Some(MonthlyNumber { value: point.value - value, variance: point.variance + variance, ..*point })
    });
    beside.collect()
}

/// How much more numbers move from month to month than chance alone would move them: at least 1. The median of squared differences
/// of neighbouring months is not moved by one that jumps, nor by one provider among several.
fn dispersion<'a>(series: impl Iterator<Item = &'a [MonthlyNumber]>) -> f64 {
    /// The median of a chi-squared number with one degree of freedom.
    const MEDIAN: f64 = 0.454_936_423_119_572_5;
    let squares = series.flat_map(|points| {
        points.windows(2).map(|two| (two[1].value - two[0].value).powi(2) / (two[0].variance + two[1].variance))
    });
    let mut squares: Vec<f64> = squares.collect();
    if squares.is_empty() {
        return 1.0;
    }
    squares.sort_by(f64::total_cmp);
    let (middle, n) = (squares[squares.len() / 2], squares.len() as f64);
    // A median of few is known badly: its standard error is taken as more.
    (middle / MEDIAN * (1.0 + 2.0 / n)).max(1.0)
}

/// Prefix sums of weights and weighted values of a series.
struct PrefixSums {
    weight: Vec<f64>,
    value: Vec<f64>,
    /// Of shares: cases, and what they are of.
    cases: Vec<f64>,
    of: Vec<f64>,
}

impl PrefixSums {
    fn of(points: &[MonthlyNumber]) -> PrefixSums {
        let [mut weight, mut value, mut cases, mut of] = [const { 0.0 }; 4].map(|none| vec![none]);
        for (at, point) in points.iter().enumerate() {
            weight.push(weight[at] + 1.0 / point.variance);
            value.push(value[at] + point.value / point.variance);
            cases.push(cases[at] + point.value * point.of);
            of.push(of[at] + point.of);
        }
        PrefixSums { weight, value, cases, of }
    }

    /// The mean of the points from one to before another, with its variance.
    fn mean(&self, from: usize, to: usize) -> Option<(f64, f64)> {
        let weight = self.weight[to] - self.weight[from];
        (from < to && weight > 0.0).then(|| ((self.value[to] - self.value[from]) / weight, 1.0 / weight))
    }
}

/// The effect since a beginning, as known at an end, with its variance.
fn effect(compared_with: ComparedWith, sums: &PrefixSums, begins: usize, end: usize) -> Option<(f64, f64)> {
    let (after, error) = sums.mean(begins, end)?;
    match compared_with {
        ComparedWith::Allowance(allowed) => Some((after - allowed, error)),
        ComparedWith::Zero | ComparedWith::Others => Some((after, error)),
        ComparedWith::Before => {
            let (before, more) = sums.mean(0, begins)?;
            Some((after - before, error + more))
        }
    }
}

fn of_points(
    signal: &Signal,
    points: &[MonthlyNumber],
    (alone, dispersion): (bool, f64),
    first: Month,
    months: usize,
) -> SignalEvidence {
    let sums = PrefixSums::of(points);
    let upto = |month: Month| points.partition_point(|point| point.month <= month);
    // Possible beginnings are fixed months of the contract, so that what was said of a month stays as later months come.
    let beginnings: Vec<usize> = (0..months)
        .step_by(BEGINNINGS)
        .map(|month| points.partition_point(|point| point.month < first + month as Month))
        .collect();
    let mut logs = Vec::with_capacity(months);
    for month in 0..months {
        let end = upto(first + month as Month);
        let of_beginning = |begins: &usize| {
            if let ComparedWith::Allowance(allowed) = signal.compared_with {
                let (cases, of) = (sums.cases[end] - sums.cases[*begins], sums.of[end] - sums.of[*begins]);
                let is_over = *begins < end;
                return if is_over { log_evidence_of_share(cases, of, allowed, signal.size, dispersion) } else { 0.0 };
            }
            // Before an effect begins, the numbers are the same with and without it.
            let found = effect(signal.compared_with, &sums, *begins, end);
            found.map_or(0.0, |(estimate, variance)| log_evidence(estimate, variance, signal.size, signal.side))
        };
        let of_beginnings: Vec<f64> = beginnings.iter().map(of_beginning).collect();
        let any = log_mean(&of_beginnings);
        let log = match (signal.compared_with, of_beginnings.first()) {
            (ComparedWith::Zero | ComparedWith::Allowance(_) | ComparedWith::Others, Some(whole)) => {
                let parts = [FROM_THE_START.ln() + whole, (1.0 - FROM_THE_START).ln() + any];
                log_mean(&parts) + 2_f64.ln()
            }
            _ => any,
        };
        logs.push(if log.is_finite() { log } else { 0.0 });
    }
    let end = points.len();
    let likeliest = beginnings.iter().filter_map(|begins| {
        let (estimate, variance) = effect(signal.compared_with, &sums, *begins, end)?;
        Some((*begins, estimate, variance, log_evidence(estimate, variance, signal.size, signal.side)))
    });
    let likeliest = likeliest.max_by(|a, b| a.3.total_cmp(&b.3));
    let (begins, estimate, variance) =
        likeliest.map_or((0, 0.0, 0.0), |(begins, estimate, variance, _)| (begins, estimate, variance));
    let since = points.get(begins).map_or(first, |point| point.month);
    SignalEvidence {
        of: signal.of,
        unit: signal.unit,
        falls: signal.falls,
        compared_with: signal.compared_with,
        side: signal.side,
        log_evidence: logs,
        estimate,
        error: variance.sqrt(),
        since,
        counts: match signal.compared_with {
            ComparedWith::Allowance(_) => Some((sums.cases[end] - sums.cases[begins], sums.of[end] - sums.of[begins])),
            _ => None,
        },
        alone,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detection::evidence::EffectSide;
    use crate::detection::series::Gathered;
    use base::philox::{open_unit, words};

    const MONTHS: usize = 36;
    const SERIES: u64 = 1_000;

    fn uniform(seed: u64, series: u64, at: usize) -> f64 {
        open_unit(words(seed, series, at as u64, 0)[0])
    }

    /// Shares of people by provider and month: a level of each provider, a season that all share, and a fall of one provider from month
    /// 12 on.
    fn shares(series: u64, providers: usize, people: usize, fall: f64) -> Vec<MonthlyNumber> {
        let mut gathered = Gathered::default();
        for provider in 0..providers {
            let level = 0.4 + 0.2 * uniform(1, series, provider);
            for month in 0..MONTHS {
                let season = 0.1 * (std::f64::consts::TAU * month as f64 / 12.0).sin();
                let fallen = if provider == 0 && month >= 12 { fall } else { 0.0 };
                for person in 0..people {
                    let at = (provider * MONTHS + month) * people + person;
                    gathered.add_whether(provider, month as Month, uniform(2, series, at) < level + season - fallen);
                }
            }
        }
        gathered.means()
    }

    /// In how many series the evidence for the first provider ever reaches 20, and the mean of the first month in which it does.
    fn reached(signal_of: impl Fn(u64) -> Signal) -> (u64, f64) {
        let first = |series: u64| {
            let found = evidence(&signal_of(series), 0, MONTHS);
            found.get(&0).and_then(|found| found.log_evidence.iter().position(|log| *log >= 20_f64.ln()))
        };
        let months: Vec<usize> = (0..SERIES).filter_map(first).collect();
        (months.len() as u64, months.iter().sum::<usize>() as f64 / months.len().max(1) as f64)
    }

    #[test]
    fn seasons_and_lasting_differences_are_no_evidence() {
        let (found, _) = reached(|series| Signal::since_before("a share", shares(series, 6, 15, 0.0), 0.1).falling());
        assert!(found <= SERIES / 20, "{found} of {SERIES}");
    }

    #[test]
    fn a_fall_is_found_and_only_at_the_provider_that_fell() {
        let of = |series: u64| Signal::since_before("a share", shares(series, 6, 40, 0.15), 0.1).falling();
        let (found, month) = reached(of);
        assert!(found >= SERIES * 9 / 10, "{found} of {SERIES}");
        assert!((12.0..30.0).contains(&month), "{month}");
        let others = (0..100).flat_map(|series| evidence(&of(series), 0, MONTHS).into_iter().skip(1).collect::<Vec<_>>());
        let wrong = others.filter(|(_, found)| found.log_evidence.iter().any(|log| *log >= 20_f64.ln())).count();
        assert!(wrong <= 25, "{wrong} of 500");
    }

    #[test]
    fn what_is_allowed_is_no_evidence_however_long_one_looks() {
        // Shares of exactly the allowance.
        let of = |series: u64| {
            let mut gathered = Gathered::default();
            for month in 0..MONTHS {
                for person in 0..20 {
                    gathered.add_whether(0, month as Month, uniform(3, series, month * 20 + person) < 0.15);
                }
            }
            Signal::beyond_zero("a share", crate::detection::series::beyond(gathered.means(), 0.15), 0.15)
        };
        let (found, _) = reached(of);
        assert!(found <= SERIES / 20, "{found} of {SERIES}");
    }

    #[test]
    fn numbers_that_move_more_than_chance_are_no_evidence() {
        // Each month of each provider has a level of its own.
        let of = |series: u64| {
            let mut gathered = Gathered::default();
            for provider in 0..5 {
                for month in 0..MONTHS {
                    let level = 0.3 + 0.3 * uniform(4, series, provider * MONTHS + month);
                    for person in 0..40 {
                        let at = (provider * MONTHS + month) * 40 + person;
                        gathered.add_whether(provider, month as Month, uniform(5, series, at) < level);
                    }
                }
            }
            Signal::since_before("a share", gathered.means(), 0.1)
        };
        let (found, _) = reached(of);
        assert!(found <= SERIES / 20, "{found} of {SERIES}");
    }

    #[test]
    fn a_provider_alone_is_told_to_be_alone() {
        let points = shares(0, 1, 40, 0.2);
        let found = evidence(&Signal::since_before("a share", points.clone(), 0.1).falling(), 0, MONTHS);
        assert!(found[&0].alone);
        assert!(evidence(&Signal::beyond_others("a share", points, 0.1), 0, MONTHS).is_empty());
    }

    #[test]
    fn what_was_said_of_a_month_stays_as_later_months_come() {
        let points = shares(3, 4, 30, 0.1);
        let whole = evidence(&Signal::beyond_zero("a share", points.clone(), 0.1), 0, MONTHS);
        let half: Vec<MonthlyNumber> = points.into_iter().filter(|point| point.month < 18).collect();
        let part = evidence(&Signal::beyond_zero("a share", half, 0.1), 0, 18);
        // The dispersion is estimated from all months, so that the two may differ by a little.
        for (whole, part) in whole[&1].log_evidence.iter().zip(&part[&1].log_evidence) {
            assert!((whole - part).abs() < 0.2 * whole.abs().max(1.0), "{whole} and {part}");
        }
        assert_eq!(whole[&1].side, EffectSide::Above);
    }
}
