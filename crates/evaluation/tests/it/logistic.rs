//! Logistic regression: the propensity score of MatchIt's vignette, refusals, and the same bits at any number of threads.

use evaluation::columns::{Column, Columns};
use evaluation::error::EvaluationError;
use evaluation::logistic::logistic;

use crate::close;
use crate::data::matchit;

/// The covariates of MatchIt's vignette.
pub(crate) const VIGNETTE: [&str; 8] = ["age", "education", "hispanic", "white", "married", "nodegree", "re74", "re75"];

/// MatchIt 4.7.2, `lalonde`, the model of its vignette.
#[test]
fn the_propensity_scores_of_the_vignette() {
    let Some(table) = matchit() else { return };
    let fit = logistic(&table.flags("treat"), &table.covariates(&VIGNETTE), None).expect("a fit");
    let expected = [-1.663282, 0.015777, 0.161307, -2.081734, -3.065368, -0.832113, 0.707297, -0.000072, 0.000053];
    for (found, expected) in fit.coefficients.iter().zip(expected) {
        close(*found, expected, 5.1e-7);
    }
    for (found, expected) in fit.probabilities().iter().zip([0.638770, 0.224634, 0.678244, 0.776324, 0.701639]) {
        close(*found, expected, 5.1e-7);
    }
}

/// Numbers that look random and are the same every time.
fn made(rows: usize) -> (Vec<bool>, Columns, Vec<f64>) {
    let draw = |row: usize, which: u64| base::philox::open_unit(base::philox::words(7, row as u64, which, 0)[0]);
    let columns: Vec<Column> =
        (0..4).map(|j| Column::new(format!("x{j}"), (0..rows).map(|row| draw(row, j) * 2.0 - 1.0).collect())).collect();
    let outcome = (0..rows)
        .map(|row| {
            let eta: f64 = -1.0 + columns.iter().enumerate().map(|(j, c)| (j as f64 - 1.5) * c.values[row]).sum::<f64>();
            draw(row, 9) < 1.0 / (1.0 + (-eta).exp())
        })
        .collect();
    let weights = (0..rows).map(|row| (draw(row, 10) * 3.0).floor()).collect();
    (outcome, Columns::new(rows, columns).expect("columns"), weights)
}

#[test]
fn a_weight_counts_a_row_so_often() {
    let (outcome, columns, weights) = made(500);
    let rows: Vec<usize> = (0..500).flat_map(|row| std::iter::repeat_n(row, weights[row] as usize)).collect();
    let repeated: Vec<bool> = rows.iter().map(|&row| outcome[row]).collect();
    let weighted = logistic(&outcome, &columns, Some(&weights)).expect("a fit");
    let plain = logistic(&repeated, &columns.take(&rows), None).expect("a fit");
    for place in 0..5 {
        close(weighted.coefficients[place], plain.coefficients[place], 1e-10);
        close(weighted.covariance.get(place, place), plain.covariance.get(place, place), 1e-9);
    }
    close(weighted.log_likelihood, plain.log_likelihood, 1e-8);
}

/// The score of every column is zero at the maximum.
#[test]
fn the_gradient_is_zero_also_where_a_part_gave_the_start() {
    let (outcome, columns, _) = made(70_000);
    let fit = logistic(&outcome, &columns, None).expect("a fit");
    let left: Vec<f64> = fit.probabilities().iter().zip(&outcome).map(|(p, &y)| f64::from(u8::from(y)) - p).collect();
    close(left.iter().sum(), 0.0, 1e-7);
    for column in columns.all() {
        close(column.values.iter().zip(&left).map(|(x, e)| x * e).sum(), 0.0, 1e-7);
    }
}

#[test]
fn the_same_bits_at_any_number_of_threads() {
    let (outcome, columns, _) = made(70_001);
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| logistic(&outcome, &columns, None).expect("a fit"))
    };
    let (one, four) = (with(1), with(4));
    assert_eq!(one.coefficients, four.coefficients);
    assert_eq!(one.covariance, four.covariance);
    assert_eq!(one.log_odds, four.log_odds);
}

/// Every sixteenth row says the opposite of the others, so a start from them is far off.
#[test]
fn a_misleading_part_does_no_harm() {
    let (mut outcome, columns, _) = made(70_000);
    for row in 0..outcome.len() {
        let x = columns.all()[3].values[row];
        if row % 16 == 0 {
            outcome[row] = (x < 0.0) != (row % 11_200 == 0);
        }
    }
    let fit = logistic(&outcome, &columns, None).expect("a fit");
    let left: Vec<f64> = fit.probabilities().iter().zip(&outcome).map(|(p, &y)| f64::from(u8::from(y)) - p).collect();
    for column in columns.all() {
        close(column.values.iter().zip(&left).map(|(x, e)| x * e).sum(), 0.0, 1e-7);
    }
}

#[test]
fn separation_is_named() {
    let (_, columns, _) = made(200);
    // Alone, and for one value of a column only.
    let alone: Vec<bool> = columns.all()[2].values.iter().map(|&x| x > 0.1).collect();
    let error = logistic(&alone, &columns, None).expect_err("separated");
    assert_eq!(error, EvaluationError::Separation { column: "x2".to_owned() });

    let (outcome, columns, _) = made(200);
    let mut all = columns.all().to_vec();
    all.push(Column::new("only the treated", (0..200).map(|row| f64::from(u8::from(outcome[row] && row % 3 == 0))).collect()));
    let error = logistic(&outcome, &Columns::new(200, all).expect("columns"), None).expect_err("separated");
    assert_eq!(error, EvaluationError::Separation { column: "only the treated".to_owned() });
}

#[test]
fn what_cannot_be_fitted_is_refused() {
    let (_, columns, _) = made(50);
    assert!(matches!(logistic(&[true; 50], &columns, None), Err(EvaluationError::TooFew { .. })));
    assert!(matches!(logistic(&[true; 49], &columns, None), Err(EvaluationError::Lengths { .. })));
    let (outcome, columns, _) = made(50);
    let mut all = columns.all().to_vec();
    all.push(Column::new("twice", all[1].values.clone()));
    let error = logistic(&outcome, &Columns::new(50, all).expect("columns"), None).expect_err("collinear");
    assert_eq!(error, EvaluationError::Collinear { column: "twice".to_owned() });
}
