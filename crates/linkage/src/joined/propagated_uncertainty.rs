//! Uncertainty propagated from linkage to a figure. The input is the figure as linked, and the same figure for each of many
//! drawn linkages, each with the variance that comes from the number of people. The output is three intervals: from linkage
//! alone, from the number of people alone, and from both. The figure can be anything: a rate, a mean, an effect.
//!
//! Both are combined by the rules for several completed data sets (Rubin 1987, *Multiple Imputation for Nonresponse in
//! Surveys*, chapter 3; for linkage Goldstein, Harron and Wade 2012): the mean variance within a draw, and the variance between
//! draws.

use base::statistics::normal_quantile;

/// A figure for one linkage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LinkageEstimate {
    pub value: f64,
    /// Its variance among as many other people, if the linkage were certain.
    pub variance: f64,
    pub people: i64,
}

/// The values that a figure can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EstimateRange {
    /// From 0 to 1. Each person is 0 or 1.
    Share,
    NotBelowZero,
    Any,
}

/// A figure with its 95% intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PropagatedUncertainty {
    pub as_linked: LinkageEstimate,
    /// The mean over draws, and its Monte Carlo error.
    pub mean: f64,
    pub mean_error: f64,
    /// What counting the same people might have given, if the linkage had been certain.
    pub linkage: (f64, f64),
    /// Among people like these, if the linkage is right as it is.
    pub people: (f64, f64),
    /// Among people like these, with the uncertainty from linkage.
    pub both: (f64, f64),
}

/// The figure with its intervals. Without draws there is no uncertainty from linkage.
#[must_use]
pub fn propagate(as_linked: LinkageEstimate, draws: &[LinkageEstimate], range: EstimateRange) -> PropagatedUncertainty {
    let alone = [as_linked];
    let draws = if draws.is_empty() { &alone } else { draws };
    let count = draws.len() as f64;
    let mean = draws.iter().map(|figure| figure.value).sum::<f64>() / count;
    let within = draws.iter().map(|figure| figure.variance).sum::<f64>() / count;
    let squares: f64 = draws.iter().map(|figure| (figure.value - mean).powi(2)).sum();
    let between = squares / (count - 1.0).max(1.0);
    let people = draws.iter().map(|figure| figure.people as f64).sum::<f64>() / count;
    let mut values: Vec<f64> = draws.iter().map(|figure| figure.value).collect();
    values.sort_by(f64::total_cmp);
    // At most 2.5% of the draws are outside at each end. With few draws the interval is too wide rather than too narrow.
    let outside = (0.025 * count).floor() as usize;
    let total = within + (1.0 + 1.0 / count) * between;
    PropagatedUncertainty {
        as_linked,
        mean,
        mean_error: (between / count).sqrt(),
        linkage: (values[outside], values[values.len() - 1 - outside]),
        people: interval(as_linked.value, as_linked.variance, as_linked.variance, as_linked.people as f64, range),
        both: interval(mean, within, total, people, range),
    }
}

/// A 95% interval from a variance `total`, of which `within` comes from the number of people. A share has Wilson's interval
/// (1927) for as many people as would leave that variance, so that it stays between 0 and 1 and says something at either end.
fn interval(value: f64, within: f64, total: f64, people: f64, range: EstimateRange) -> (f64, f64) {
    let z = normal_quantile(0.975);
    if range != EstimateRange::Share {
        let (low, high) = (value - z * total.sqrt(), value + z * total.sqrt());
        return (if range == EstimateRange::NotBelowZero { low.max(0.0) } else { low }, high);
    }
    let people = if within > 0.0 { people * within / total } else { people };
    if people <= 0.0 {
        return (0.0, 1.0);
    }
    let (middle, stretch) = (value + z * z / (2.0 * people), 1.0 + z * z / people);
    let half = z * (value * (1.0 - value) / people + z * z / (4.0 * people * people)).max(0.0).sqrt();
    (((middle - half) / stretch).max(0.0), ((middle + half) / stretch).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(successes: i64, people: i64) -> LinkageEstimate {
        let value = successes as f64 / people as f64;
        LinkageEstimate { value, variance: value * (1.0 - value) / people as f64, people }
    }

    /// Newcombe (1998), *Statistics in Medicine* 17, table I, method 3: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    #[test]
    fn wilsons_intervals_as_newcombe_has_them() {
        let published = [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)];
        for (successes, people, low, high) in published {
            let found = propagate(share(successes, people), &[], EstimateRange::Share);
            assert!((found.people.0 - low).abs() < 5e-5 && (found.people.1 - high).abs() < 5e-5, "{found:?}");
            assert_eq!(found.both, found.people, "where nothing is in doubt there is one interval");
            assert_eq!(found.linkage, (found.as_linked.value, found.as_linked.value));
        }
    }

    /// Three draws of 10, 12 and 14, each with a variance of 4: in all 4 + (1 + 1/3) × 4.
    #[test]
    fn rubins_rules_by_hand() {
        let figure = |value| LinkageEstimate { value, variance: 4.0, people: 50 };
        let found = propagate(figure(11.0), &[10.0, 12.0, 14.0].map(figure), EstimateRange::Any);
        let total: f64 = 4.0 + 4.0 / 3.0 * 4.0;
        assert!((found.mean - 12.0).abs() < 1e-12 && (found.mean_error - (4.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!((found.both.1 - 12.0 - 1.959_964 * total.sqrt()).abs() < 1e-5, "{found:?}");
        assert!((found.people.1 - 11.0 - 1.959_964 * 2.0).abs() < 1e-5, "{found:?}");
        assert_eq!(found.linkage, (10.0, 14.0), "three draws have no tails to leave out");
    }
}
