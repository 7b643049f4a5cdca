//! Least squares, compared with statsmodels and with the published regressions of Dehejia and Wahba.

use evaluation::columns::{Column, Columns};
use evaluation::error::EvaluationError;
use evaluation::least_squares::{Covariance, least_squares};
use proptest::prelude::*;

use crate::close;
use crate::data::{Table, treated_with};

fn made() -> (Vec<f64>, Columns, Vec<f64>, Vec<u64>) {
    let numbers = || (0..40).map(f64::from);
    let x1: Vec<f64> = numbers().map(|i| (i * 1.3).sin() * 2.0 + i / 10.0).collect();
    let x2: Vec<f64> = numbers().map(|i| (i * 7.0) % 5.0).collect();
    let outcome =
        numbers().map(|i| 1.0 + 0.5 * x1[i as usize] - 0.3 * x2[i as usize] + (i * 2.1).cos() * (1.0 + 0.2 * x2[i as usize]));
    let outcome = outcome.collect();
    let weights = (0..40).map(|i| 1.0 + f64::from((i * 3) % 4) / 2.0).collect();
    let columns = Columns::new(40, vec![Column::new("x1", x1), Column::new("x2", x2)]).expect("columns");
    (outcome, columns, weights, (0..40).map(|i| i / 5).collect())
}

/// statsmodels 0.15: `OLS` and `WLS` with `cov_type` "nonrobust", "HC0" to "HC3", and "cluster" without and with correction.
#[test]
fn every_covariance_is_that_of_statsmodels() {
    let (outcome, columns, weights, clusters) = made();
    let kinds = [
        Covariance::Classical,
        Covariance::Hc0,
        Covariance::Hc1,
        Covariance::Hc2,
        Covariance::Hc3,
        Covariance::Cr0(&clusters),
        Covariance::Cr1(&clusters),
    ];
    let ordinary = [
        [0.358864655610802, 0.095117036457325, 0.118136791380897],
        [0.307182765501452, 0.089417971474318, 0.11253041390328],
        [0.319393430894419, 0.092972379639139, 0.117003552975591],
        [0.322598775123841, 0.093994098606316, 0.11747526245359],
        [0.338909795457684, 0.098847215645204, 0.122671306740905],
        [0.385216419082178, 0.069790236672427, 0.1530281548858],
        [0.422797299542059, 0.076598821176437, 0.167957250611942],
    ];
    let weighted = [
        [0.358759842220158, 0.096003424105754, 0.116035185912865],
        [0.331278140382763, 0.099153550742368, 0.107415409981308],
        [0.34444660872966, 0.103094952951777, 0.111685225142289],
        [0.349947618958907, 0.104989077616063, 0.112809132293376],
        [0.369887683886304, 0.111234863090696, 0.118558185617702],
        [0.392716210082422, 0.079561790977341, 0.142959214194404],
        [0.431028753927071, 0.087323667179341, 0.156906005850063],
    ];
    let coefficients =
        [[1.129110623217657, 0.508231811135012, -0.363211120451053], [1.216808324305142, 0.485711194336888, -0.403963067760282]];
    let explained = [0.5348497166338486, 0.5390996618981582];
    for (case, (expected, weights)) in [(ordinary, None), (weighted, Some(&weights[..]))].into_iter().enumerate() {
        for (kind, errors) in kinds.iter().zip(expected) {
            let fit = least_squares(&outcome, &columns, weights, *kind).expect("a fit");
            close(fit.r_squared, explained[case], 1e-13);
            for place in 0..3 {
                close(fit.coefficients[place], coefficients[case][place], 1e-13);
                close(fit.standard_error(place), errors[place], 1e-13);
            }
            assert_eq!(fit.clusters, matches!(kind, Covariance::Cr0(_) | Covariance::Cr1(_)).then_some(8), "{}", kind.name());
        }
    }
}

/// The experimental sample of Dehejia and Wahba (1999): the difference in earnings in 1978, alone and with covariates.
#[test]
fn the_experiment_of_dehejia_and_wahba() {
    let Some(table) = Table::read("lalonde/nsw_dw.csv") else { return };
    let outcome = table.column("re78");
    let simple = least_squares(outcome, &table.covariates(&["treat"]), None, Covariance::Classical).expect("a fit");
    close(simple.coefficients[1], 1794.3424, 5e-5);
    close(simple.standard_error(1), 632.853, 5e-4);
    let unequal = least_squares(outcome, &table.covariates(&["treat"]), None, Covariance::Hc2).expect("a fit");
    close(unequal.standard_error(1), 670.997, 5e-4);

    let Some(full) = Table::read("lalonde/nsw.csv") else { return };
    let fit = least_squares(full.column("re78"), &full.covariates(&["treat"]), None, Covariance::Classical).expect("a fit");
    close(fit.coefficients[1], 886.3037, 5e-5);
    close(fit.standard_error(1), 472.086, 5e-4);
}

/// The same men compared with survey samples: the naive difference, and the regression (Dehejia and Wahba 1999).
#[test]
fn the_regressions_of_the_survey_comparisons() {
    let rows = [
        ("cps_controls", -8497.52, 793.59),
        ("cps_controls3", -635.03, 1368.98),
        ("psid_controls", -15204.78, 795.02),
        ("psid_controls2", -3646.81, 1360.22),
        ("psid_controls3", 1069.85, 1107.13),
    ];
    for (comparison, naive, regressed) in rows {
        let Some(table) = treated_with(comparison) else { return };
        let table = table.with("age2", |table, row| table.column("age")[row].powi(2));
        let outcome = table.column("re78");
        let simple = least_squares(outcome, &table.covariates(&["treat"]), None, Covariance::Classical).expect("a fit");
        close(simple.coefficients[1], naive, 6e-3);
        let names = ["treat", "age", "age2", "education", "black", "hispanic", "married", "nodegree", "re74", "re75"];
        let full = least_squares(outcome, &table.covariates(&names), None, Covariance::Classical).expect("a fit");
        close(full.coefficients[1], regressed, 6e-3);
    }
}

#[test]
fn a_column_that_repeats_others_is_named() {
    let (outcome, columns, _, _) = made();
    let sum: Vec<f64> = columns.all()[0].values.iter().zip(&columns.all()[1].values).map(|(a, b)| 3.0 * a - b + 2.0).collect();
    let mut all = columns.all().to_vec();
    all.push(Column::new("both", sum));
    let columns = Columns::new(40, all).expect("columns");
    let error = least_squares(&outcome, &columns, None, Covariance::Hc1).expect_err("collinear");
    assert_eq!(error, EvaluationError::Collinear { column: "both".to_owned() });
    let constant = Columns::new(40, vec![Column::new("constant", vec![0.1; 40])]).expect("columns");
    let error = least_squares(&outcome, &constant, None, Covariance::Hc1).expect_err("collinear");
    assert_eq!(error, EvaluationError::Collinear { column: "constant".to_owned() });
}

#[test]
fn a_row_without_weight_is_absent() {
    let (outcome, columns, mut weights, clusters) = made();
    weights[7] = 0.0;
    let rows: Vec<usize> = (0..40).filter(|&row| row != 7).collect();
    let pick = |values: &[f64]| rows.iter().map(|&row| values[row]).collect::<Vec<f64>>();
    let kept: Vec<u64> = rows.iter().map(|&row| clusters[row]).collect();
    let with = least_squares(&outcome, &columns, Some(&weights), Covariance::Cr1(&clusters)).expect("a fit");
    let without =
        least_squares(&pick(&outcome), &columns.take(&rows), Some(&pick(&weights)), Covariance::Cr1(&kept)).expect("a fit");
    assert_eq!(with.rows, 39);
    for place in 0..3 {
        close(with.coefficients[place], without.coefficients[place], 1e-12);
        close(with.standard_error(place), without.standard_error(place), 1e-12);
    }
}

proptest! {
    /// Whatever the numbers, the residuals are orthogonal to every column, or the fit is refused.
    #[test]
    fn residuals_are_orthogonal_to_the_columns(
        values in prop::collection::vec((-1e3..1e3_f64, -1.0..1.0_f64, 0.0..1e6_f64), 4..60),
    ) {
        let column = |name: &str, take: fn(&(f64, f64, f64)) -> f64| Column::new(name, values.iter().map(take).collect());
        let columns = Columns::new(values.len(), vec![column("a", |v| v.0), column("b", |v| v.1)]).expect("columns");
        let outcome: Vec<f64> = values.iter().map(|v| v.2).collect();
        if let Ok(fit) = least_squares(&outcome, &columns, None, Covariance::Hc0) {
            for column in columns.all() {
                let product: f64 = column.values.iter().zip(&fit.residuals).map(|(x, e)| x * e).sum();
                let size: f64 = column.values.iter().zip(&outcome).map(|(x, y)| (x * y).abs()).sum();
                prop_assert!(product.abs() <= 1e-10 * (size + 1.0), "{product} of {size}");
            }
        }
    }
}
