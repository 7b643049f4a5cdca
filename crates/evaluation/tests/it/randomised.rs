//! Trials, compared with statsmodels, and dealing the treatment out again.

use evaluation::columns::{Column, Columns};
use evaluation::effects::means::{difference_of_means, regression_adjusted};
use evaluation::least_squares::Covariance;
use evaluation::minimum_detectable::TwoGroups;
use evaluation::randomisation::{Assignment, randomisation_test};
use evaluation::randomised::{complier_effect, intention_to_treat, intention_to_treat_adjusted, intention_to_treat_stratified};

use crate::close;
use crate::data::Table;

struct Trial {
    outcome: Vec<f64>,
    assigned: Vec<bool>,
    received: Vec<bool>,
    x: Columns,
    clusters: Vec<u64>,
}

fn trial() -> Trial {
    let numbers = || (0..60).map(f64::from);
    let assigned: Vec<bool> = (0..60).map(|i| (i * 7) % 3 < 2).collect();
    let x: Vec<f64> = numbers().map(|i| (i * 0.7).sin() * 2.0).collect();
    let number = |flag: bool| f64::from(u8::from(flag));
    let received: Vec<bool> = (0..60).map(|i| number(assigned[i]) * 1.4 + (i as f64 * 1.9).cos() + 0.2 * x[i] > 0.6).collect();
    let outcome = (0..60)
        .map(|i| {
            let at = i as f64;
            2.0 + 1.5 * number(received[i]) + 0.4 * x[i] + (at * 1.9).cos() * 0.8 + (at * 3.1).sin()
        })
        .collect();
    let x = Columns::new(60, vec![Column::new("x", x)]).expect("columns");
    Trial { outcome, assigned, received, x, clusters: (0..60).map(|i| i / 6).collect() }
}

/// statsmodels 0.15: `IV2SLS` for the classical standard error, and the robust ones from the same matrices; the first stage is `OLS`
/// with HC1.
#[test]
fn the_complier_effect_is_that_of_two_stage_least_squares() {
    let Trial { outcome, assigned, received, x, clusters } = trial();
    let none = Columns::new(60, Vec::new()).expect("columns");
    let cases = [
        (&none, 1.4900035825272224, [0.4944009687062297, 0.48529033924088877, 0.49358650154851297, 0.469981433999679]),
        (&x, 1.469748088173174, [0.43709993073754555, 0.42834491492655996, 0.43947260994040754, 0.4794874624170917]),
    ];
    let kinds = [Covariance::Classical, Covariance::Hc0, Covariance::Hc1, Covariance::Cr1(&clusters)];
    for (columns, estimate, errors) in cases {
        for (kind, error) in kinds.into_iter().zip(errors) {
            let found = complier_effect(&outcome, &assigned, &received, columns, kind).expect("an effect");
            close(found.estimate, estimate, 1e-12);
            close(found.standard_error, error, 1e-12);
        }
    }
    let found = complier_effect(&outcome, &assigned, &received, &x, Covariance::Hc1).expect("an effect");
    close(found.compliers, 0.6224579732994413, 1e-12);
    close(found.first_stage_f, 33.13224768818384, 1e-9);
    // Wald's ratio.
    let offer = |y: &[f64]| intention_to_treat(y, &assigned, Covariance::Hc2).expect("an effect").estimate;
    let taken: Vec<f64> = received.iter().map(|&taken| f64::from(u8::from(taken))).collect();
    let wald = complier_effect(&outcome, &assigned, &received, &none, Covariance::Hc1).expect("an effect");
    close(wald.estimate, offer(&outcome) / offer(&taken), 1e-12);
    assert!(complier_effect(&outcome, &assigned, &[true; 60], &none, Covariance::Hc1).is_err());
    assert!(complier_effect(&outcome, &assigned, &received, &none, Covariance::Hc3).is_err());
}

/// statsmodels 0.15: `OLS` with the centred covariate and its product with the treatment, HC2 (Lin 2013).
#[test]
fn the_adjusted_effect_of_an_offer() {
    let Trial { outcome, assigned, x, .. } = trial();
    let found = intention_to_treat_adjusted(&outcome, &assigned, &x, Covariance::Hc2).expect("an effect");
    close(found.estimate, 0.9148778239799307, 1e-12);
    close(found.standard_error, 0.3816904191261004, 1e-12);
}

/// The experiment of LaLonde: regression adjustment as Dehejia and Wahba had it.
#[test]
fn the_experiment_adjusted() {
    let Some(table) = Table::read("lalonde/nsw_dw.csv") else { return };
    let table = table.with("age2", |table, row| table.column("age")[row].powi(2));
    let names = ["age", "age2", "education", "black", "hispanic", "married", "nodegree", "re74", "re75"];
    let found =
        regression_adjusted(table.column("re78"), &table.flags("treat"), &table.covariates(&names), None, Covariance::Classical)
            .expect("an effect");
    close(found.estimate, 1675.8624, 5.1e-5);
    close(found.standard_error, 639.344, 5.1e-4);
}

/// By hand: two strata of sizes 4 and 8.
#[test]
fn strata_are_averaged_by_size() {
    let outcome = [3.0, 5.0, 1.0, 1.0, 10.0, 12.0, 14.0, 16.0, 9.0, 9.0, 11.0, 11.0];
    let assigned = [true, true, false, false, true, true, true, true, false, false, false, false];
    let strata = [1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2];
    let found = intention_to_treat_stratified(&outcome, &assigned, &strata).expect("an effect");
    // Differences 3 and 3; variances 2/2 + 0 and (20/3)/4 + (4/3)/4.
    close(found.estimate, 3.0, 1e-12);
    close(found.standard_error, (1.0 / 9.0 + 4.0 / 9.0 * 2.0_f64).sqrt(), 1e-12);
    assert!(intention_to_treat_stratified(&outcome, &assigned, &[1, 2, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2]).is_err());
}

/// Fisher's lady tasting tea: all four of eight right by chance is 1 in 70, and as far the other way as well, so 2 in 70.
#[test]
fn the_lady_tasting_tea() {
    let treated = [true, false, true, true, false, false, true, false];
    let outcome: Vec<f64> = treated.iter().map(|&milk| f64::from(u8::from(milk))).collect();
    let keys: Vec<u64> = (0..8).collect();
    let difference = |treated: &[bool]| Ok(difference_of_means(&outcome, treated, None, Covariance::Hc0)?.estimate);
    let found = randomisation_test(&treated, &keys, Assignment::Complete, 20_000, 1, difference).expect("a test");
    close(found.observed, 1.0, 1e-12);
    close(found.p_value, 2.0 / 70.0, 0.004);
    // Four pairs: 2 ways in 16. Two clusters of four: always as far.
    let pairs = [1, 1, 2, 3, 2, 3, 4, 4];
    let found = randomisation_test(&treated, &keys, Assignment::WithinStrata(&pairs), 20_000, 1, difference).expect("a test");
    close(found.p_value, 2.0 / 16.0, 0.008);
    let clusters: Vec<u64> = treated.iter().map(|&treated| u64::from(treated)).collect();
    let found = randomisation_test(&treated, &keys, Assignment::Clusters(&clusters), 100, 1, difference).expect("a test");
    close(found.p_value, 1.0, 1e-12);
    assert!(randomisation_test(&treated, &keys, Assignment::Clusters(&pairs), 100, 1, difference).is_err());
}

/// statsmodels 0.15, `NormalIndPower`: an effect of 0.25 standard deviations with groups of 100 and 200.
#[test]
fn power_and_the_smallest_effect_found() {
    let design = TwoGroups::simple(100.0, 200.0, 1.0);
    close(design.power(0.05, 0.25).expect("a power"), 0.5324208639051087, 1e-12);
    let smallest = design.minimum_detectable_effect(0.05, 0.8).expect("an effect");
    // The far tail is all that is missing.
    close(design.power(0.05, smallest).expect("a power"), 0.8, 1e-5);
    // Clusters of 20 with a correlation of 0.05: a design effect of 1.95 (Donner and Klar 2000).
    let clustered = TwoGroups { cluster_size: 20.0, intracluster_correlation: 0.05, ..design };
    close(clustered.design_effect(), 1.95, 1e-12);
    close(clustered.standard_error(), design.standard_error() * 1.95_f64.sqrt(), 1e-12);
    assert!(TwoGroups { r_squared: 1.0, ..design }.power(0.05, 0.1).is_err());
    assert!(design.minimum_detectable_effect(0.05, 0.01).is_err());
}
