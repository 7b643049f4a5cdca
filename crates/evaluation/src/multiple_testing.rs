//! P-values of several tests at once, adjusted so that more tests do not mean more false findings. All tests that were run are
//! given, not only those that came out well.

/// How p-values are adjusted, and against what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// Holm (1979): the chance of one false finding or more, whatever the dependence of the tests.
    Holm,
    /// Benjamini and Hochberg (1995): the expected share of findings that are false, for independent or positively dependent tests.
    BenjaminiHochberg,
    /// Benjamini and Yekutieli (2001): the expected share of findings that are false, whatever the dependence of the tests.
    BenjaminiYekutieli,
}

/// The adjusted p-values, in the order given. A p-value that is not a number stays so and counts as a test that was run.
#[must_use]
pub fn adjusted(p_values: &[f64], adjustment: Adjustment) -> Vec<f64> {
    let n = p_values.len();
    let tests = n as f64;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    let mut result = vec![f64::NAN; n];
    match adjustment {
        Adjustment::Holm => {
            let mut highest = 0.0f64;
            for (rank, &i) in order.iter().enumerate() {
                highest = highest.max(((tests - rank as f64) * p_values[i]).min(1.0));
                result[i] = if p_values[i].is_nan() { f64::NAN } else { highest };
            }
        }
        Adjustment::BenjaminiHochberg | Adjustment::BenjaminiYekutieli => {
            let dependence = match adjustment {
                Adjustment::BenjaminiYekutieli => (1..=n).map(|k| 1.0 / k as f64).sum(),
                _ => 1.0,
            };
            let mut lowest = 1.0f64;
            for (rank, &i) in order.iter().enumerate().rev() {
                lowest = lowest.min(dependence * tests / (rank + 1) as f64 * p_values[i]);
                result[i] = if p_values[i].is_nan() { f64::NAN } else { lowest };
            }
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fifteen p-values of Benjamini and Hochberg (1995, section 3.2), of which their procedure finds four at 5 % and Holm's three.
    const PUBLISHED: [f64; 15] =
        [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0];

    fn findings(adjustment: Adjustment) -> usize {
        adjusted(&PUBLISHED, adjustment).iter().filter(|&&p| p <= 0.05).count()
    }

    #[test]
    fn the_published_example_has_the_published_findings() {
        assert_eq!(findings(Adjustment::BenjaminiHochberg), 4);
        assert_eq!(findings(Adjustment::Holm), 3);
        assert_eq!(findings(Adjustment::BenjaminiYekutieli), 3);
    }

    #[test]
    fn adjusted_values_are_those_worked_out_by_hand() {
        let p = [0.04, 0.01, 0.03];
        let near = |found: Vec<f64>, expected: [f64; 3]| {
            for (a, b) in found.iter().zip(expected) {
                assert!((a - b).abs() < 1e-15, "{found:?}");
            }
        };
        near(adjusted(&p, Adjustment::Holm), [0.06, 0.03, 0.06]);
        near(adjusted(&p, Adjustment::BenjaminiHochberg), [0.04, 0.03, 0.04]);
        near(adjusted(&p, Adjustment::BenjaminiYekutieli), [0.04 * 11.0 / 6.0, 0.03 * 11.0 / 6.0, 0.04 * 11.0 / 6.0]);
    }

    #[test]
    fn a_test_without_a_p_value_still_counts() {
        let found = adjusted(&[0.02, f64::NAN], Adjustment::Holm);
        assert_eq!(found[0], 0.04);
        assert!(found[1].is_nan());
    }
}
