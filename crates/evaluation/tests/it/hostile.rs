//! What nobody would ask for on purpose: nothing at all, one row, everything alike, and the largest numbers. It is refused, or it
//! has an answer; it never panics.

use evaluation::columns::{Column, Columns};
use evaluation::difference_in_differences::aggregate::{AverageBy, average};
use evaluation::difference_in_differences::group_time::{
    BasePeriod, GroupTimeOptions, OutcomeAdjustment, PanelControls, group_time,
};
use evaluation::difference_in_differences::panel::{Gaps, Panel, PanelRows};
use evaluation::difference_in_differences::pre_trends::pre_trends;
use evaluation::difference_in_differences::sun_abraham::{SmallSample, sun_abraham};
use evaluation::difference_in_differences::two_way_fixed_effects::{goodman_bacon, two_way_fixed_effects};
use evaluation::fixed_effects::fixed_effects;
use evaluation::interrupted_time_series::{SeriesOptions, interrupted_time_series};
use evaluation::least_squares::Covariance;
use evaluation::providers::funnel::{Dispersion, FunnelMeasure, funnel};
use evaluation::regression_discontinuity::{Bandwidth, density_test, regression_discontinuity};
use evaluation::survival::FollowUp;
use evaluation::survival::concordance::concordance;
use evaluation::survival::cox::{CoxCovariance, CoxOptions, Ties, cox};
use evaluation::survival::cumulative_incidence::cumulative_incidence;
use evaluation::survival::kaplan_meier::kaplan_meier;
use evaluation::survival::log_rank::log_rank;
use evaluation::synthetic_control::{Areas, PredictorWeights, placebos};

#[test]
fn times_of_nobody_of_one_and_of_people_all_alike() {
    let options = CoxOptions { ties: Ties::Efron, strata: None, covariance: CoxCovariance::Robust };
    for (exit, refused) in [(vec![], true), (vec![5.0], false), (vec![f64::MAX; 4], false), (vec![0.0; 4], false)] {
        let rows = exit.len();
        let event = vec![true; rows];
        let follow_up = FollowUp { entry: None, exit: &exit, event: &event };
        assert_eq!(kaplan_meier(follow_up, 0.95).is_err(), refused);
        assert_eq!(concordance(follow_up, &vec![1.0; rows], None).is_err(), refused);
        assert_eq!(cumulative_incidence(None, &exit, &vec![1; rows], 1).is_err(), refused);
        assert!(log_rank(follow_up, &vec![usize::MAX; rows], None).is_err());
        let columns = Columns::new(rows, vec![Column::new("x", (0..rows).map(|row| row as f64).collect())]).expect("finite");
        let fit = cox(follow_up, &columns, options);
        // Where all have the event at once, the order says nothing and the effect is 0.
        assert!(fit.is_err() || fit.is_ok_and(|fit| fit.coefficients[0].abs() < 1e-6));
    }
}

fn panel(units: u64, periods: [i64; 3], start: impl Fn(u64) -> Option<i64>) -> Panel {
    let mut rows = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for unit in 0..units {
        for period in periods {
            rows.0.push(unit);
            rows.1.push(period);
            rows.2.push((unit * unit % 7) as f64 * (period % 5) as f64);
            rows.3.push(start(unit));
        }
    }
    let covariates = Columns::new(rows.0.len(), Vec::new()).expect("none");
    let rows =
        PanelRows { unit: &rows.0, period: &rows.1, outcome: &rows.2, start: &rows.3, covariates: &covariates, cluster: None };
    Panel::new(rows, Gaps::Refuse).expect("a balanced panel")
}

#[test]
fn panels_of_the_largest_periods_and_of_units_all_alike() {
    for comparison in [PanelControls::NeverTreated, PanelControls::NotYetTreated] {
        for base in [BasePeriod::Varying, BasePeriod::Universal] {
            for anticipation in [0, 1, i64::MAX] {
                let options =
                    GroupTimeOptions { comparison, base, adjustment: OutcomeAdjustment::None, anticipation, small_group: 5 };
                let wide = panel(9, [i64::MIN, 0, i64::MAX], |unit| [None, Some(i64::MAX), Some(0)][unit as usize % 3]);
                if let Ok(estimate) = group_time(&wide, options) {
                    for by in [AverageBy::Everything, AverageBy::TimeSinceStart, AverageBy::Group, AverageBy::Period] {
                        let _ = average(&estimate, by);
                    }
                    let _ = pre_trends(&estimate, anticipation);
                }
                for start in [None, Some(i64::MIN), Some(1), Some(2), Some(i64::MAX)] {
                    let alike = panel(4, [1, 2, 3], |_| start);
                    assert!(group_time(&alike, options).is_err());
                    assert!(two_way_fixed_effects(&alike).is_err() && goodman_bacon(&alike).is_err());
                    assert!(sun_abraham(&alike, SmallSample::Usual).is_err());
                }
            }
        }
    }
}

#[test]
fn regressions_of_nothing_and_of_numbers_all_alike() {
    for rows in [0, 1, 2, 40] {
        let same = vec![3.0; rows];
        for bandwidth in [Bandwidth::ImbensKalyanaraman, Bandwidth::Given(f64::NAN), Bandwidth::Given(-1.0)] {
            assert!(regression_discontinuity(&same, &same, 3.0, bandwidth, Covariance::Hc1).is_err());
        }
        for bandwidth in [None, Some(f64::NAN), Some(0.0)] {
            assert!(density_test(&same, 3.0, bandwidth).is_err());
        }
        let columns = Columns::new(rows, vec![Column::new("x", same.clone())]).expect("finite");
        assert!(fixed_effects(&same, &columns, &vec![1; rows], Covariance::Classical).is_err());
        let options = SeriesOptions { interrupted_at: usize::MAX, season: None, lag: 0 };
        assert!(interrupted_time_series(&same, options).is_err());
    }
    assert!(density_test(&[f64::MAX, -f64::MAX, 0.0], 0.0, None).is_err());
}

#[test]
fn areas_and_providers_all_alike() {
    let same = vec![vec![2.0; 6]; 5];
    let areas = Areas { outcome: &same, predictors: &same, periods_before: 3 };
    assert!(placebos(areas, 0, &PredictorWeights::Optimised).is_err());
    let none = Areas { outcome: &[], predictors: &[], periods_before: 3 };
    assert!(placebos(none, 0, &PredictorWeights::Optimised).is_err());
    let differ: Vec<Vec<f64>> = (0..5).map(|area| vec![f64::from(area); 2]).collect();
    let areas = Areas { outcome: &same, predictors: &differ, periods_before: 3 };
    let found = placebos(areas, 0, &PredictorWeights::Optimised).expect("controls");
    // Nothing happened anywhere, so the treated area is as unusual as all others.
    assert_eq!(found.p_value, 1.0);
    for dispersion in [Dispersion::None, Dispersion::Additive, Dispersion::Multiplicative] {
        let measure = FunnelMeasure::Ratio { observed: &[0, u64::MAX, 3], expected: &[1e-300, 1e15, 3.0] };
        let found = funnel(measure, dispersion, 0.0).expect("a funnel");
        assert!(found.points.iter().all(|point| point.limits.iter().all(|limit| !limit.is_nan())), "{found:?}");
    }
}
