//! Sensitivity analyses, compared with published ones.

use evaluation::columns::Column;
use evaluation::effects::means::difference_of_means;
use evaluation::least_squares::Covariance;
use evaluation::sensitivity::e_value::{EffectScale, e_value};
use evaluation::sensitivity::placebo::placebo_outcomes;
use evaluation::sensitivity::robustness_value::{adjusted_for_confounder, robustness_value};
use evaluation::sensitivity::rosenbaum::{Tail, binary_pairs, largest_gamma, signed_rank};
use proptest::prelude::*;

use crate::close;

/// Hammond (1964) in Rosenbaum (2002, table 4.1): 122 pairs of a smoker and a non-smoker in which just one died of lung cancer, 110
/// times the smoker. Published 0.0036, 0.03 and 0.1 for Γ of 4, 5 and 6: the normal approximation with continuity correction.
#[test]
fn smoking_and_lung_cancer() {
    let normal = [(4.0, 0.003536), (5.0, 0.028522), (6.0, 0.101127)];
    for (gamma, expected) in normal {
        let found = binary_pairs(122, 110, gamma, Tail::NormalWithContinuityCorrection).expect("a bound");
        close(found, expected, 5.1e-7);
    }
    let exact = [(3.0, 0.0000203, 5.1e-8), (4.0, 0.001963, 5.1e-7), (5.0, 0.023169, 5.1e-7), (6.0, 0.096929, 5.1e-7)];
    for (gamma, expected, within) in exact {
        close(binary_pairs(122, 110, gamma, Tail::Exact).expect("a bound"), expected, within);
    }
    let survives = largest_gamma(0.05, 100.0, |gamma| binary_pairs(122, 110, gamma, Tail::Exact)).expect("a gamma");
    assert!(survives > 5.0 && survives < 6.0, "{survives}");
    close(binary_pairs(122, 110, survives, Tail::Exact).expect("a bound"), 0.05, 1e-4);
    assert!(binary_pairs(122, 123, 1.0, Tail::Exact).is_err());
    assert!(binary_pairs(122, 110, 0.9, Tail::Exact).is_err());
    assert!(binary_pairs(0, 0, 1.0, Tail::Exact).is_err());
}

/// scipy 1.16, `wilcoxon(alternative="greater", correction=False, mode="approx")`, which is the bound without hidden bias.
#[test]
fn signed_ranks_without_hidden_bias() {
    let differences = [1.2, -0.3, 0.5, 0.5, -0.5, 2.2, 3.1, 0.0, 0.9, -1.1, 0.4, 1.7];
    close(signed_rank(&differences, 1.0).expect("a bound"), 0.030684414569701078, 1e-12);
    assert!(signed_rank(&[0.0, 0.0], 1.0).is_err());
    assert!(signed_rank(&[f64::NAN], 1.0).is_err());
}

/// VanderWeele and Ding (2017): a risk ratio of 10.73 (8.02 to 14.36).
#[test]
fn the_e_value_of_smoking() {
    let found = e_value(EffectScale::RiskRatio, 10.73, (8.02, 14.36)).expect("an E-value");
    close(found.estimate, 20.94777, 5.1e-6);
    close(found.interval, 15.52336, 5.1e-6);
    // A protective effect is turned round, and an interval that holds no effect needs nothing to explain it.
    let protective = e_value(EffectScale::RiskRatio, 1.0 / 10.73, (1.0 / 14.36, 1.0 / 8.02)).expect("an E-value");
    close(protective.estimate, found.estimate, 1e-9);
    close(protective.interval, found.interval, 1e-9);
    let unsure = e_value(EffectScale::StandardisedDifference, 0.1, (-0.1, 0.3)).expect("an E-value");
    close(unsure.interval, 1.0, 0.0);
    assert!(e_value(EffectScale::RiskRatio, 1.0, (-1.0, 2.0)).is_err());
    assert!(e_value(EffectScale::RiskRatio, 3.0, (1.0, 2.0)).is_err());
}

/// Cinelli and Hazlett (2020), Darfur: 0.097 (0.023) with 783 degrees of freedom has a robustness value of 13.9%, and of 7.6% for
/// significance at 5%; the partial R² is 2.2%.
#[test]
fn the_robustness_value_of_darfur() {
    let found = robustness_value(0.09731582 / 0.02325654, 783, 1.0, 1.96299).expect("a value");
    close(found.of_estimate, 0.139, 5.1e-4);
    close(found.of_significance, 0.076, 5.1e-4);
    close(found.partial_r_squared, 0.022, 5.1e-4);
}

proptest! {
    /// A confounder as strong as the robustness value does what the value says.
    #[test]
    fn a_confounder_of_that_strength_explains_it(t in 0.1..30.0_f64, df in 2..2_000_usize, critical in 0.0..4.0_f64) {
        let found = robustness_value(t, df, 1.0, critical).expect("a value");
        let (left, _) = adjusted_for_confounder((t, 1.0), df, found.of_estimate, found.of_estimate).expect("an estimate");
        prop_assert!(left.abs() < 1e-6 * t, "{left}");
        prop_assert!(found.of_significance <= found.of_estimate);
        let f_product = t / (df as f64).sqrt() * critical / (df as f64 - 1.0).sqrt();
        if found.of_significance > 0.0 && f_product < 1.0 {
            let (left, error) =
                adjusted_for_confounder((t, 1.0), df, found.of_significance, found.of_significance).expect("an estimate");
            prop_assert!((left / error - critical).abs() < 1e-6 * (1.0 + critical), "{}", left / error);
        }
    }

    /// More hidden bias never makes a bound smaller.
    #[test]
    fn bounds_grow_with_hidden_bias(
        differences in prop::collection::vec(-3..8_i32, 1..40), gamma in 1.0..6.0_f64, more in 0.0..3.0_f64,
    ) {
        let differences: Vec<f64> = differences.into_iter().map(f64::from).collect();
        if let (Ok(low), Ok(high)) = (signed_rank(&differences, gamma), signed_rank(&differences, gamma + more)) {
            // Once the observed sum is below what is expected, the normal bound is not monotone any more, and says nothing.
            prop_assert!(high >= low - 1e-12 || low > 0.5);
        }
        let (count, ups) = (differences.len(), differences.iter().filter(|&&d| d > 0.0).count());
        let bound = |gamma| binary_pairs(count, ups, gamma, Tail::Exact).expect("a bound");
        prop_assert!(bound(gamma + more) >= bound(gamma) - 1e-12);
    }
}

#[test]
fn placebo_outcomes_are_all_reported() {
    let treated: Vec<bool> = (0..40).map(|i| i % 2 == 0).collect();
    let outcome = |shift: f64| -> Vec<f64> { (0..40).map(|i| f64::from(i % 7) + if i % 2 == 0 { shift } else { 0.0 }).collect() };
    let outcomes = [Column::new("before", outcome(0.0)), Column::new("leaking", outcome(5.0))];
    let analysis = |outcome: &[f64]| difference_of_means(outcome, &treated, None, Covariance::Hc2);
    let found = placebo_outcomes(&outcomes, analysis).expect("effects");
    assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["before", "leaking"]);
    assert!(found[0].adjusted_p_value > 0.5 && found[1].adjusted_p_value < 1e-6);
    close(found[1].adjusted_p_value, 2.0 * found[1].effect.p_value(), 1e-15);
}
