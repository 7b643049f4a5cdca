//! Balance, subclasses and weights: MatchIt's vignette, and what has to hold of any data.

use evaluation::balance::{Balance, CovariateBalance, Deviation, Light, balance};
use evaluation::coarsened_exact::{Bins, coarsened_exact};
use evaluation::columns::{Column, Columns};
use evaluation::entropy_balancing::entropy_balance;
use evaluation::error::EvaluationError;
use evaluation::estimand::Estimand;
use evaluation::least_squares::{Covariance, least_squares};
use evaluation::logistic::logistic;
use evaluation::matching::{Rules, Width, match_nearest};
use evaluation::subclassification::subclassify;
use evaluation::weighting::{Weighting, score_weights};
use proptest::prelude::*;

use crate::close;
use crate::logistic::VIGNETTE;
use crate::matching::{nearest_on, vignette};

fn named<'a>(balance: &'a Balance, name: &str) -> &'a CovariateBalance {
    balance.covariates.iter().find(|covariate| covariate.name == name).expect("a covariate")
}

/// MatchIt 4.7.2, `summary(m.out1)` of the vignette, before and after.
#[test]
fn the_balance_of_the_vignette() {
    let Some((table, score, keys)) = vignette() else { return };
    let treated = table.flags("treat");
    let table = table.with("distance", |_, row| score[row]);
    let columns = table.covariates(&["distance", "black", "age", "re74"]);
    let matches = match_nearest(&treated, &keys, &nearest_on(&score)).expect("matches");
    let before = balance(&columns, &treated, None, Deviation::Treated).expect("balance");
    let after = balance(&columns, &treated, Some(&matches.weights), Deviation::Treated).expect("balance");
    let rows = [("distance", 1.7941, 0.9739), ("black", 1.7615, 1.0259), ("age", -0.3094, 0.0718), ("re74", -0.7211, -0.0505)];
    for (name, was, is) in rows {
        close(named(&before, name).standardised, was, 5.1e-5);
        close(named(&after, name).standardised, is, 5.1e-5);
    }
    assert_eq!((before.controls, after.controls), (429, 185));
    assert_eq!(
        (named(&after, "re74").light, named(&after, "age").light, after.light()),
        (Light::Amber, Light::Amber, Light::Red)
    );

    let rules = Rules { caliper: Some(Width::OverallDeviations(0.2)), ..nearest_on(&score) };
    let within = match_nearest(&treated, &keys, &rules).expect("matches");
    let all = ["distance", "age", "education", "black", "hispanic", "white", "married", "nodegree", "re74", "re75"];
    let after = balance(&table.covariates(&all), &treated, Some(&within.weights), Deviation::Treated).expect("balance");
    close(after.largest(), 0.1557, 5.1e-5);
}

/// MatchIt 4.7.2, `method = "subclass"` with six subclasses.
#[test]
fn the_subclasses_of_the_vignette() {
    let Some((table, score, _)) = vignette() else { return };
    let found = subclassify(&table.flags("treat"), &score, 6).expect("subclasses");
    close(found.control_effective_size, 66.48551, 5.1e-6);
    assert_eq!(found.sizes.iter().map(|sizes| sizes.0).sum::<usize>(), 185);
    assert!(found.outside_support.is_empty());
}

/// Entropy balancing makes the means equal, and the weights of a logistic score for the overlap do so without being asked to
/// (Li, Morgan and Zaslavsky 2018, theorem 3).
#[test]
fn weights_that_balance_exactly() {
    let Some((table, score, _)) = vignette() else { return };
    let (treated, columns) = (table.flags("treat"), table.covariates(&VIGNETTE));
    for target in [Estimand::Treated, Estimand::Everybody] {
        let found = entropy_balance(&treated, &columns, target).expect("weights");
        let after = balance(&columns, &treated, Some(&found.weights), Deviation::Pooled).expect("balance");
        assert!(after.largest() < 1e-8, "{}", after.largest());
        let units = if target == Estimand::Treated { 185.0 } else { 614.0 };
        // The weights nearest to equal ones are exp(a + b x) (Hainmueller 2012, equation 8), so their logarithms are linear.
        let controls: Vec<usize> = (0..614).filter(|&row| !treated[row]).collect();
        let logarithms: Vec<f64> = controls.iter().map(|&row| found.weights[row].ln()).collect();
        let fit = least_squares(&logarithms, &columns.take(&controls), None, Covariance::Classical).expect("a fit");
        close(fit.r_squared, 1.0, 1e-12);
        for group in [true, false] {
            close((0..614).filter(|&row| treated[row] == group).map(|row| found.weights[row]).sum(), units, 1e-8);
        }
    }
    let overlap = score_weights(&treated, &score, Weighting::Overlap).expect("weights");
    let after = balance(&columns, &treated, Some(&overlap.weights), Deviation::Pooled).expect("balance");
    assert!(after.largest() < 1e-8, "{}", after.largest());
}

/// The weights of entropy balancing are exp(a + b x) on the comparison group (Hainmueller 2012, equation 8): for values 0 and 1 and
/// a target of 0.75, three times as much weight for 1 as for 0.
#[test]
fn entropy_weights_of_a_case_by_hand() {
    let x = vec![1.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
    let treated = [true, true, true, true, false, false, false, false];
    let columns = Columns::new(8, vec![Column::new("x", x)]).expect("columns");
    let found = entropy_balance(&treated, &columns, Estimand::Treated).expect("weights");
    for (found, expected) in found.weights.iter().zip([1.0, 1.0, 1.0, 1.0, 3.0, 1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0]) {
        close(*found, expected, 1e-8);
    }
}

#[test]
fn a_target_outside_the_comparison_group_has_no_weights() {
    let columns = Columns::new(6, vec![Column::new("x", vec![5.0, 6.0, 7.0, 1.0, 2.0, 3.0])]).expect("columns");
    let treated = [true, true, true, false, false, false];
    let error = entropy_balance(&treated, &columns, Estimand::Treated).expect_err("no weights");
    assert!(matches!(error, EvaluationError::NotConverged { .. }), "{error}");
}

/// By hand: two covariates, one in bins. The stratum (1, old) has no comparison unit.
#[test]
fn coarsened_matches_of_a_case_by_hand() {
    let columns = Columns::new(
        7,
        vec![
            Column::new("sex", vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0]),
            Column::new("age", vec![20.0, 29.9, 25.0, 30.0, 31.0, 22.0, 21.0]),
        ],
    )
    .expect("columns");
    let treated = [true, false, false, false, true, true, false];
    let bins = [Bins::Exact, Bins::Limits(vec![30.0])];
    let found = coarsened_exact(&treated, &columns, &bins).expect("matches");
    assert_eq!(found.weights, [1.0, 0.5, 0.5, 0.0, 0.0, 1.0, 1.0]);
    assert_eq!(found.outside_support, [4]);
    assert!(coarsened_exact(&treated, &columns, &[Bins::Exact, Bins::Equal(0)]).is_err());
    assert!(coarsened_exact(&treated, &columns, &[Bins::Exact, Bins::Limits(vec![2.0, 1.0])]).is_err());
}

proptest! {
    /// A weight counts a unit that many times, in every figure but the standard deviation, which is that of the plain units.
    #[test]
    fn a_weight_counts_a_unit_so_often(
        units in prop::collection::vec((any::<bool>(), -5..5_i32, 0..4_usize), 6..30),
    ) {
        let treated: Vec<bool> = units.iter().map(|unit| unit.0).collect();
        let values: Vec<f64> = units.iter().map(|unit| f64::from(unit.1)).collect();
        let weights: Vec<f64> = units.iter().map(|unit| unit.2 as f64).collect();
        let columns = Columns::new(units.len(), vec![Column::new("x", values)]).expect("columns");
        let rows: Vec<usize> = (0..units.len()).flat_map(|row| std::iter::repeat_n(row, units[row].2)).collect();
        let repeated: Vec<bool> = rows.iter().map(|&row| treated[row]).collect();
        let weighted = balance(&columns, &treated, Some(&weights), Deviation::Treated);
        let plain = balance(&columns.take(&rows), &repeated, None, Deviation::Treated);
        if let (Ok(weighted), Ok(plain)) = (weighted, plain) {
            let (a, b) = (&weighted.covariates[0], &plain.covariates[0]);
            prop_assert!((a.difference() - b.difference()).abs() < 1e-12);
            prop_assert!((a.distribution_distance - b.distribution_distance).abs() < 1e-12);
        }
    }

    /// The score of every logistic model balances what it was fitted on, whatever the data.
    #[test]
    fn overlap_weights_balance_any_data(
        units in prop::collection::vec((any::<bool>(), -5.0..5.0_f64, -1.0..1.0_f64), 20..60),
    ) {
        let treated: Vec<bool> = units.iter().map(|unit| unit.0).collect();
        let columns = Columns::new(units.len(), vec![
            Column::new("a", units.iter().map(|unit| unit.1).collect()),
            Column::new("b", units.iter().map(|unit| unit.2).collect()),
        ]).expect("columns");
        if let Ok(fit) = logistic(&treated, &columns, None) {
            let weights = score_weights(&treated, &fit.probabilities(), Weighting::Overlap).expect("weights");
            let after = balance(&columns, &treated, Some(&weights.weights), Deviation::Pooled).expect("balance");
            prop_assert!(after.largest() < 1e-7, "{}", after.largest());
        }
    }
}
