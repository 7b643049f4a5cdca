//! One series, one area, one cut-off: interrupted time series, synthetic control and regression discontinuity.

use base::philox::{open_unit, words};
use base::statistics::normal_quantile;
use evaluation::interrupted_time_series::{Season, SeriesOptions, interrupted_time_series};
use evaluation::least_squares::Covariance;
use evaluation::regression_discontinuity::{Bandwidth, density_test, regression_discontinuity};
use evaluation::synthetic_control::{Areas, PredictorWeights, placebos, synthetic_control};
use rayon::prelude::*;

use crate::data::{Table, folder};
use crate::{close, skipped};

/// Four years of months, interrupted at month 30, with errors that are no chance but look like it.
fn months() -> Vec<f64> {
    (0..48u32)
        .map(|month| {
            let t = f64::from(month);
            let wave = 4.0 * (2.0 * std::f64::consts::PI * t / 12.0).sin();
            let change = if month >= 30 { -6.0 - 0.2 * (t - 30.0) } else { 0.0 };
            50.0 + 0.3 * t + wave + change + f64::from((month * month * 7 + month * 3) % 11) / 2.0
        })
        .collect()
}

/// The figures are those of statsmodels 0.15 (OLS with HAC covariance, Breusch-Godfrey, Durbin-Watson).
#[test]
fn a_series_is_as_computed_elsewhere() {
    let options = SeriesOptions { interrupted_at: 30, season: Some(Season { length: 12, harmonics: 1 }), lag: 3 };
    let fit = interrupted_time_series(&months(), options).expect("fits");
    let expected = [
        (60.8553888, 0.2566032),
        (0.294047932, 0.01526224),
        (-5.65486775, 0.55499027),
        (-0.204105159, 0.0410693),
        (4.13825021, 0.17991825),
        (0.0546667880, 0.19919486),
    ];
    for (place, (value, error)) in expected.into_iter().enumerate() {
        close(fit.coefficients[place], value, 1e-7);
        close(fit.standard_error(place), error, 1e-7);
    }
    close(fit.durbin_watson, 3.457986759248, 1e-10);
    let test = fit.autocorrelation(4).expect("a test");
    close(test.chi_squared, 36.36841748950, 1e-8);
    close(test.p_value / 2.430202010093e-7, 1.0, 1e-9);
    let (after, _) = fit.effect_after(10);
    close(after, -5.65486775 - 2.04105159, 1e-6);
    let without = fit.without_interruption();
    let at = 40;
    close(months()[at] - fit.residuals[at] - without[at], after, 1e-10);
}

#[test]
fn a_series_too_short_or_a_season_too_fine_is_refused() {
    let options = SeriesOptions { interrupted_at: 2, season: None, lag: 1 };
    assert!(interrupted_time_series(&months(), options).is_err());
    let season = Some(Season { length: 4, harmonics: 2 });
    assert!(interrupted_time_series(&months(), SeriesOptions { interrupted_at: 30, season, lag: 1 }).is_err());
}

/// The programme of California against smoking (Abadie, Diamond and Hainmueller 2010), with the predictors of the paper.
#[test]
#[ignore = "needs did/smoking.csv (Abadie, Diamond and Hainmueller) in the folder of data sets"]
fn the_weights_of_proposition_99_are_near_those_published() {
    let Ok(text) = std::fs::read_to_string(folder().join("did/smoking.csv")) else {
        return skipped("did/smoking.csv is not in the folder of data sets (WELLSPENT_DATA)");
    };
    let Some(table) = Table::read("did/smoking.csv") else { return };
    let mut names: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    names.dedup();
    let years = table.rows() / names.len();
    let series = |name: &str, area: usize| table.column(name)[area * years..(area + 1) * years].to_vec();
    let mean = |values: &[f64]| {
        let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        known.iter().sum::<f64>() / known.len() as f64
    };
    let outcome: Vec<Vec<f64>> = (0..names.len()).map(|area| series("cigsale", area)).collect();
    let predictors: Vec<Vec<f64>> = (0..names.len())
        .map(|area| {
            let eighties = |name: &str, from: usize| mean(&series(name, area)[from..19]);
            let (income, young) = (eighties("lnincome", 10), eighties("age15to24", 10));
            let (price, beer) = (eighties("retprice", 10), eighties("beer", 14));
            vec![income, young, price, beer, outcome[area][5], outcome[area][10], outcome[area][18]]
        })
        .collect();
    let areas = Areas { outcome: &outcome, predictors: &predictors, periods_before: 19 };
    let california = names.iter().position(|name| *name == "California").expect("California");
    let found = placebos(areas, california, &PredictorWeights::Optimised).expect("controls");
    let control = &found.controls[0];
    let weight = |name: &str| control.weights[names.iter().position(|other| *other == name).expect("a state")];
    // The published predictor weights are one of many near-equal optima, so the weights of states agree to a few thousandths.
    for (name, expected) in [("Utah", 0.334), ("Nevada", 0.234), ("Montana", 0.199), ("Colorado", 0.164), ("Connecticut", 0.069)]
    {
        close(weight(name), expected, 0.005);
    }
    assert!(control.rmspe_before < 1.76, "{}", control.rmspe_before);
    close(control.gap[30], -26.0, 0.5);
    // California's is the largest ratio of the 39.
    close(found.p_value, 1.0 / 39.0, 1e-12);
}

/// An area that is a known average of two others.
#[test]
fn a_synthetic_control_finds_the_average_that_was_planted() {
    let draw = |area: u64, period: u64| normal_quantile(words(5, area + 1, 0, period).map(open_unit)[0]);
    let level = |area: u64| 20.0 + 3.0 * draw(area, 100);
    let mut outcome: Vec<Vec<f64>> =
        (0..12).map(|area| (0..20).map(|t| level(area) + draw(area, 200) * t as f64 + draw(area, t)).collect()).collect();
    outcome[0] = (0..20).map(|t| 0.7 * outcome[3][t] + 0.3 * outcome[8][t] + if t >= 15 { 4.0 } else { 0.0 }).collect();
    let predictors: Vec<Vec<f64>> = outcome.iter().map(|of_area| of_area[..15].to_vec()).collect();
    let areas = Areas { outcome: &outcome, predictors: &predictors, periods_before: 15 };
    let found = synthetic_control(areas, 0, &PredictorWeights::Given(vec![1.0; 15])).expect("a control");
    close(found.weights.iter().sum(), 1.0, 1e-12);
    close(found.weights[3], 0.7, 1e-9);
    close(found.weights[8], 0.3, 1e-9);
    close(found.gap[19], 4.0, 1e-9);
    let found = placebos(areas, 0, &PredictorWeights::Given(vec![1.0; 15])).expect("controls");
    close(found.p_value, 1.0 / 12.0, 1e-12);
}

/// Elections to the Senate of the United States (Cattaneo, Frandsen and Titiunik 2015), against `rdrobust` 2.1.1 with both
/// bandwidths 17.
#[test]
#[ignore = "needs did/rdsenate.csv (rdrobust) in the folder of data sets"]
fn elections_to_the_senate_are_as_computed_elsewhere() {
    let Some(table) = Table::read("did/rdsenate.csv") else { return };
    let table = table.filter(|row| table.column("margin")[row].is_finite() && table.column("vote")[row].is_finite());
    let (margin, vote) = (table.column("margin"), table.column("vote"));
    let found = regression_discontinuity(margin, vote, 0.0, Bandwidth::Given(17.0), Covariance::Hc0).expect("an effect");
    close(found.effect, 7.43037982, 1e-8);
    close(found.standard_error, 1.48528019, 1e-8);
    close(found.robust_effect, 8.50165649, 1e-8);
    close(found.robust_standard_error, 2.10282282, 1e-8);
    assert_eq!(found.rows, [348, 315]);
    let density = density_test(margin, 0.0, None).expect("a test");
    assert!(density.p_value > 0.05, "{density:?}");
}

fn made(seed: u64, rows: u64, effect: f64) -> (Vec<f64>, Vec<f64>) {
    (0..rows)
        .map(|row| {
            let [a, b, ..] = words(seed, row + 1, 0, 0).map(open_unit);
            let x = 2.0 * a - 1.0;
            let y = (2.0 * x).sin() + x * x + if x >= 0.0 { effect } else { 0.0 } + 0.5 * normal_quantile(b);
            (x, y)
        })
        .unzip()
}

/// Of 600 intervals of 95 % about 570 hold the true effect; chance moves that by 5.3.
#[test]
fn robust_intervals_hold_the_effect_as_often_as_they_say() {
    let held = (0..600u64)
        .into_par_iter()
        .filter(|&seed| {
            let (x, y) = made(seed, 1_500, 1.0);
            let found = regression_discontinuity(&x, &y, 0.0, Bandwidth::ImbensKalyanaraman, Covariance::Hc3).expect("an effect");
            (found.robust_effect - 1.0).abs() < 1.96 * found.robust_standard_error
        })
        .count();
    assert!((550..590).contains(&held), "{held}");
}

#[test]
fn heaping_at_the_cut_off_is_found_and_its_absence_is_not_taken_for_it() {
    let rejected =
        (0..300u64).filter(|&seed| density_test(&made(seed, 2_000, 0.0).0, 0.0, None).expect("a test").p_value < 0.05).count();
    // 15 are expected, and chance moves that by 3.8.
    assert!(rejected <= 30, "{rejected}");
    let (mut x, _) = made(1, 4_000, 0.0);
    // A third of those just below choose the other side.
    x.iter_mut().enumerate().filter(|(row, x)| row % 3 == 0 && (-0.1..0.0).contains(*x)).for_each(|(_, x)| *x = -*x);
    let found = density_test(&x, 0.0, None).expect("a test");
    assert!(found.log_difference > 0.3 && found.p_value < 1e-3, "{found:?}");
}
