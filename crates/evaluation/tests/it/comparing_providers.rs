//! Providers of one contract compared: a case worked by hand, simulated providers that are alike, and one that is better.

use base::philox::{open_unit, words};
use evaluation::columns::{Column, Columns};
use evaluation::error::EvaluationError;
use evaluation::providers::calibration::calibration;
use evaluation::providers::comparison::{ComparedPeople, ComparisonOptions, ProviderComparison, compare};
use evaluation::providers::funnel::{Dispersion, FunnelBand, FunnelMeasure, LIMITS, binomial_limit, funnel};
use evaluation::providers::watch::watch;

use crate::close;

const ADDITIVE: ComparisonOptions = ComparisonOptions { dispersion: Dispersion::Additive, least_people: 30 };

/// People in rows: provider, whether at high risk, whether the event happened.
fn compared(people: &[(usize, bool, bool)], providers: usize, options: ComparisonOptions) -> ProviderComparison {
    let provider: Vec<usize> = people.iter().map(|person| person.0).collect();
    let high = people.iter().map(|person| f64::from(u8::from(person.1))).collect();
    let event: Vec<bool> = people.iter().map(|person| person.2).collect();
    let covariates = Columns::new(people.len(), vec![Column::new("high risk", high)]).expect("a column");
    let period = vec![0; people.len()];
    let people =
        ComparedPeople { providers, provider: &provider, event: &event, covariates: &covariates, periods: 1, period: &period };
    compare(&people, options).expect("a comparison")
}

/// `[provider, people at low risk, events, people at high risk, events]` as rows, the events spread evenly.
fn rows(groups: &[[usize; 5]]) -> Vec<(usize, bool, bool)> {
    let mut people = Vec::new();
    for [provider, low, low_events, high, high_events] in groups {
        let spread = |of: usize, events: usize| (0..of).map(move |at| (at + 1) * events / of > at * events / of);
        people.extend(spread(*low, *low_events).map(|event| (*provider, false, event)));
        people.extend(spread(*high, *high_events).map(|event| (*provider, true, event)));
    }
    people
}

/// Low risk: 20 events of 100 people. High risk: 60 of 100. A has 80 people of low and 20 of high risk: 16 + 12 = 28 events are
/// expected, and there were 28. B has 20 and 80: 4 + 48 = 52 expected, 52 seen. Nearly twice the rate, and nothing between them.
#[test]
fn a_provider_with_harder_cases_is_not_worse() {
    let found = compared(&rows(&[[0, 80, 16, 20, 12], [1, 20, 4, 80, 48]]), 2, ADDITIVE);
    close(found.share, 0.4, 1e-12);
    let (low, high) = (found.model.coefficients[0].1, found.model.coefficients[1].1);
    close(low, (0.2f64 / 0.8).ln(), 1e-6);
    close(low + high, (0.6f64 / 0.4).ln(), 1e-6);
    for (provider, events) in found.providers.iter().zip([28, 52]) {
        assert_eq!((provider.counts.people, provider.counts.events), (100, events));
        close(provider.counts.expected, events as f64, 1e-6);
        let position = provider.position.expect("enough people");
        close(position.rate, 0.4, 1e-8);
        assert_eq!((position.band, position.bands), (FunnelBand::Within, [FunnelBand::Within; 3]));
        // Nothing but chance is at work, so that the limits are exact.
        for (limit, p) in position.limits.into_iter().zip(LIMITS) {
            close(limit, binomial_limit(events as f64 / 100.0, 100, p) * 0.4 / (events as f64 / 100.0), 1e-6);
        }
        close(position.shrunken, 0.4, 1e-8);
    }
    // No order of the two can be told.
    close(found.wrong_order.mean, 0.5, 1e-9);
}

/// Everybody is alike, so that the rates are those that were counted and the limits those of a binomial count.
#[test]
fn more_events_than_expected_lie_above() {
    // 200 of 1,000 people have the event. The first provider has 60 of 200, so 40 are expected and the rate is 30%.
    let groups = [[0, 200, 60, 0, 0], [1, 200, 35, 0, 0], [2, 200, 35, 0, 0], [3, 200, 35, 0, 0], [4, 200, 35, 0, 0]];
    let people: Vec<_> = rows(&groups);
    let options = ComparisonOptions { dispersion: Dispersion::None, least_people: 30 };
    let found = compared(&people, 5, options);
    let first = found.providers[0].position.expect("enough people");
    close(first.rate, 0.3, 1e-8);
    close(found.providers[0].counts.expected, 40.0, 1e-6);
    // 97.5% of counts of 200 people at 20% are 51 or fewer, 99.9% are 58 or fewer.
    assert!(first.limits[2] * 200.0 > 50.0 && first.limits[2] * 200.0 < 52.0, "{:?}", first.limits);
    assert_eq!(first.band, FunnelBand::FarAbove);
    assert!(found.providers[1..].iter().all(|other| other.position.is_some_and(|other| other.band == FunnelBand::Within)));
    // The column says nothing, because nobody is at high risk, and is left out with its name.
    assert_eq!(found.model.left_out, ["high risk"]);
    assert_eq!(found.calibration.slope, None);
}

#[test]
fn a_small_provider_has_no_limits_and_too_few_events_no_model() {
    let found = compared(&rows(&[[0, 80, 16, 20, 12], [1, 20, 4, 80, 48], [2, 20, 4, 5, 3]]), 3, ADDITIVE);
    assert_eq!(found.providers[2].position, None);
    assert_eq!(found.providers[2].watches, None);
    assert_eq!((found.providers[2].counts.people, found.providers[2].counts.events), (25, 7));
    let none = Columns::new(80, Vec::new()).expect("no columns");
    let (provider, period): (Vec<usize>, _) = ((0..80).map(|at| at % 2).collect(), vec![0; 80]);
    let event: Vec<bool> = (0..80).map(|at| at < 9).collect();
    let mut people =
        ComparedPeople { providers: 2, provider: &provider, event: &event, covariates: &none, periods: 1, period: &period };
    assert!(matches!(compare(&people, ADDITIVE), Err(EvaluationError::TooFew { needed: 10, found: 9, .. })));
    people.providers = 1;
    assert!(matches!(compare(&people, ADDITIVE), Err(EvaluationError::Value { row: 1, .. })));
}

/// One in two at high risk, chances of 30% and 60%; `odds` multiplies the odds of the first provider's people.
fn drawn(seed: u64, sizes: &[usize], odds: f64) -> Vec<(usize, bool, bool)> {
    let mut people = Vec::new();
    for (provider, size) in sizes.iter().enumerate() {
        for person in 0..*size {
            let [a, b, ..] = words(seed, person as u64 + 1, provider as u64, 0).map(open_unit);
            // Each provider has a mix of its own.
            let high = a < 0.2 + 0.05 * provider as f64;
            let risk: f64 = if high { 0.6 } else { 0.3 };
            let odds = if provider == 0 { odds } else { 1.0 };
            people.push((provider, high, b < odds * risk / (1.0 - risk + odds * risk)));
        }
    }
    people
}

const SIZES: [usize; 12] = [200, 60, 90, 120, 150, 180, 210, 240, 300, 350, 400, 450];

/// Of providers that are alike, about 1 in 20 lies outside the 95% limits by chance alone, and fewer with over-dispersion allowed for.
#[test]
fn providers_that_are_alike_are_seldom_outside() {
    const DRAWS: usize = 60;
    let (mut outside, mut far, mut chance_only, mut signals) = (0, 0, 0, 0);
    for seed in 0..DRAWS as u64 {
        let found = compared(&drawn(seed, &SIZES, 1.0), SIZES.len(), ADDITIVE);
        for provider in &found.providers {
            let position = provider.position.expect("enough people");
            outside += usize::from(position.band != FunnelBand::Within);
            far += usize::from(matches!(position.band, FunnelBand::FarAbove | FunnelBand::FarBelow));
            chance_only += usize::from(position.bands[0] != FunnelBand::Within);
            signals += usize::from(provider.watches.iter().flatten().any(|watch| !watch.signals.is_empty()));
        }
    }
    let share = |count: usize| count as f64 / (DRAWS * SIZES.len()) as f64;
    let told =
        format!("outside {}, far {}, chance only {}, signals {}", share(outside), share(far), share(chance_only), share(signals));
    // 720 positions: two standard errors of 5% are 1.6 points.
    assert!(share(outside) <= 0.05 && share(chance_only) <= 0.066 && share(chance_only) > 0.02, "{told}");
    assert!(share(far) <= 0.007 && share(signals) <= 0.066 && share(signals) > 0.01, "{told}");
}

/// A provider with 200 people whose odds are 0.6 of what is expected (about 32% with the event instead of 42%) is below the 95%
/// limit in about 3 draws of 4; at odds of 0.45 in at least 95 of 100.
#[test]
fn a_better_provider_is_found() {
    const DRAWS: usize = 100;
    for (odds, least) in [(0.6, 0.65), (0.45, 0.95)] {
        let below = |seed: u64| {
            let found = compared(&drawn(1_000 + seed, &SIZES, odds), SIZES.len(), ADDITIVE);
            matches!(found.providers[0].position.expect("enough people").band, FunnelBand::Below | FunnelBand::FarBelow)
        };
        let share = (0..DRAWS as u64).filter(|seed| below(*seed)).count() as f64 / DRAWS as f64;
        assert!(share >= least, "{share} at odds of {odds}");
    }
}

/// What is expected must be possible: more than nobody and fewer than everybody.
#[test]
fn a_standardised_funnel_refuses_the_impossible() {
    for expected in [[0.0, 5.0], [10.0, 5.0], [f64::NAN, 5.0]] {
        let measure = FunnelMeasure::Standardised { events: &[3, 4], people: &[10, 10], expected: &expected };
        assert!(matches!(funnel(measure, Dispersion::None, 0.1), Err(EvaluationError::Value { row: 0, .. })), "{expected:?}");
    }
}

/// Mann and Whitney's count by hand: of 2 × 3 pairs, the person with the event is higher in 4 and equal in 1.
#[test]
fn the_c_statistic_counts_pairs() {
    let (risk, event) = ([0.2, 0.4, 0.4, 0.6, 0.5], [false, false, true, true, false]);
    let found = calibration(&risk, &event, 5).expect("a calibration");
    // 0.4 with: above 0.2, equal to 0.4, below 0.5. 0.6 with: above all three.
    close(found.c_statistic.expect("both kinds"), 4.5 / 6.0, 1e-12);
    // The two people of equal risk are in one group.
    assert_eq!(found.groups.iter().map(|group| group.people).collect::<Vec<_>>(), [1, 2, 1, 1]);
    assert!(calibration(&[0.0], &[false], 10).is_err() && calibration(&[], &[], 10).is_err());
}

/// The run length that is stated is the one that was asked for, and a change is found much sooner.
#[test]
fn a_watch_states_its_run_lengths() {
    let risk: Vec<f64> = (0..300).map(|at| 0.2 + 0.4 * f64::from(at) / 300.0).collect();
    let event: Vec<bool> = (0..300).map(|at| at >= 150).collect();
    let found = watch(&risk, &event, 1.5).expect("a watch");
    close(found.run_without_change, 6_000.0, 60.0);
    assert!(found.run_with_change < 300.0, "{}", found.run_with_change);
    assert!(found.signals[0] > 150 && found.signals[0] < 200, "{:?}", found.signals);
    assert!(watch(&risk, &event, 1.0 / 1.5).expect("a watch").signals[0] < 150);
}
