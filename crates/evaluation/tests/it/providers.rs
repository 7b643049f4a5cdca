//! Providers against what is expected of them.

use base::philox::{open_unit, words};
use evaluation::providers::cusum::{CusumOptions, average_run_length, cusum, simulated_run_length};
use evaluation::providers::funnel::{Dispersion, FunnelBand, FunnelMeasure, LIMITS, binomial_limit, funnel, poisson_limit};
use evaluation::providers::ranking::chance_of_wrong_order;
use evaluation::providers::standardisation::standardised_ratios;

use crate::close;

#[test]
fn exact_limits_are_as_computed_elsewhere() {
    for (people, expected) in [
        (50, [0.034776, 0.084405, 0.307094, 0.379144]),
        (100, [0.080978, 0.119742, 0.276476, 0.326766]),
        (500, [0.145490, 0.164495, 0.234646, 0.255895]),
    ] {
        for (p, expected) in LIMITS.into_iter().zip(expected) {
            close(binomial_limit(0.2, people, p), expected, 5e-7);
        }
    }
    // A Poisson limit is a binomial one of very many people.
    close(poisson_limit(20.0, 0.975), binomial_limit(1e-5, 2_000_000, 0.975) / 1e-5, 1e-4);
}

fn made(providers: usize, between: f64, seed: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut events, mut people) = (Vec::new(), Vec::new());
    for provider in 0..providers as u64 {
        let [a, b, ..] = words(seed, provider + 1, 0, 0).map(open_unit);
        let size = 100 + (a * 400.0) as u64;
        let scaled = (0.3f64).sqrt().asin() + between * base::statistics::normal_quantile(b);
        let share = scaled.sin().powi(2);
        let count = (0..size).filter(|&person| words(seed, provider + 1, 1, person).map(open_unit)[0] < share).count();
        events.push(count as u64);
        people.push(size);
    }
    (events, people)
}

#[test]
fn over_dispersion_is_found_where_it_was_planted() {
    let between = 0.06;
    let (events, people) = made(400, between, 1);
    let measure = FunnelMeasure::Proportion { events: &events, people: &people, target: 0.3 };
    let found = funnel(measure, Dispersion::Additive, 0.0).expect("a funnel");
    close(found.tau_squared.sqrt(), between, 0.006);
    let within = |dispersion| {
        let funnel = funnel(measure, dispersion, 0.1).expect("a funnel");
        funnel.points.iter().filter(|point| point.band == FunnelBand::Within).count() as f64 / 400.0
    };
    assert!(within(Dispersion::None) < 0.8);
    close(within(Dispersion::Additive), 0.93, 0.04);
    assert!(within(Dispersion::Multiplicative) > 0.85);
    // Shrunken shares lie between the target and what was counted, and the small providers move most.
    for point in &found.points {
        let shrunken = point.shrunken.expect("additive");
        assert!((shrunken - 0.3).abs() <= (point.value - 0.3).abs() + 1e-12);
    }

    let (events, people) = made(400, 0.0, 2);
    let found = funnel(FunnelMeasure::Proportion { events: &events, people: &people, target: 0.3 }, Dispersion::Additive, 0.0);
    close(found.expect("a funnel").phi, 1.0, 4.0 * (2.0f64 / 400.0).sqrt());
}

#[test]
fn bands_of_a_ratio_are_those_of_its_exact_limits() {
    let (observed, expected) = ([8, 20, 31, 60], [20.0, 20.0, 20.0, 20.0]);
    let found =
        funnel(FunnelMeasure::Ratio { observed: &observed, expected: &expected }, Dispersion::None, 0.0).expect("a funnel");
    let bands: Vec<FunnelBand> = found.points.iter().map(|point| point.band).collect();
    assert_eq!(bands, [FunnelBand::Below, FunnelBand::Within, FunnelBand::Above, FunnelBand::FarAbove]);
    close(found.points[3].z, 2.0 * (60f64.sqrt() - 20f64.sqrt()), 1e-12);
}

#[test]
fn a_ranking_of_two_is_wrong_as_often_as_the_closed_form_says() {
    for (people, expected) in [(10, 0.321578), (30, 0.208793), (100, 0.068747)] {
        close(chance_of_wrong_order(0.6, people, 0.7, people).expect("shares"), expected, 5e-7);
    }
    // Two alike are in either order equally often, whatever their sizes.
    close(chance_of_wrong_order(0.5, 40, 0.5, 40).expect("shares"), 0.5, 1e-12);
    assert!(chance_of_wrong_order(0.7, 10, 0.6, 10).is_err());
}

#[test]
fn an_exact_interval_is_garwoods() {
    let provider = [0; 20];
    let event: Vec<bool> = (0..20).map(|row| row < 10).collect();
    let found = standardised_ratios(&provider, 1, &[0.5; 20], &event, 0.95).expect("a ratio")[0];
    // Garwood's interval for a count of 10.
    close(found.lower * 10.0, 4.795_389, 5e-7);
    close(found.upper * 10.0, 18.390_356, 5e-7);
}

const SOUGHT: CusumOptions = CusumOptions { accepted: 1.0, sought: 2.0, limit: 2.5 };

#[test]
fn a_sum_is_the_log_likelihood_ratio() {
    let found = cusum(&[0.2, 0.2, 0.5], &[true, false, true], SOUGHT).expect("sums");
    let (event, none) = ((2.0 / 1.2f64).ln(), (1.0 / 1.2f64).ln());
    close(found.sums[0], event, 1e-12);
    close(found.sums[1], event + none, 1e-12);
    close(found.sums[2], event + none + (2.0 / 1.5f64).ln(), 1e-12);
    assert!(found.signals.is_empty());
    let found = cusum(&[0.2; 8], &[true; 8], SOUGHT).expect("sums");
    // Each event adds .51, so the fifth reaches 2.5 and the sum starts again.
    assert_eq!(found.signals, [4]);
    close(found.sums[5], event, 1e-12);
}

#[test]
fn a_chain_and_a_simulation_agree_on_the_run_length() {
    let risks = [0.05, 0.1, 0.2, 0.4];
    let mut lengths = Vec::new();
    for ratio in [1.0, 2.0] {
        let chain = average_run_length(&risks, ratio, SOUGHT, 800).expect("a length");
        let finer = average_run_length(&risks, ratio, SOUGHT, 400).expect("a length");
        let simulated = simulated_run_length(&risks, ratio, SOUGHT, 3, 20_000, 1_000_000).expect("a length");
        assert_eq!(simulated.stopped, 0);
        close(chain / finer, 1.0, 0.01);
        close(chain / simulated.mean, 1.0, 0.01 + 3.0 * simulated.standard_error / simulated.mean);
        lengths.push(chain);
    }
    assert!(lengths[0] > 4.0 * lengths[1], "{lengths:?}");
}
