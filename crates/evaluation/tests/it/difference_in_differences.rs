//! Staggered starts: the numbers of a published data set, and what must hold of every panel.

use base::philox::{open_unit, words};
use base::statistics::normal_quantile;
use evaluation::columns::{Column, Columns};
use evaluation::difference_in_differences::aggregate::{AverageBy, Averages, average};
use evaluation::difference_in_differences::bootstrap::{BootstrapOptions, multiplier_bootstrap};
use evaluation::difference_in_differences::group_time::{
    BasePeriod, GroupTime, GroupTimeOptions, OutcomeAdjustment, PanelControls, group_time,
};
use evaluation::difference_in_differences::panel::{Gaps, Panel, PanelRows};
use evaluation::difference_in_differences::pre_trends::pre_trends;
use evaluation::difference_in_differences::sun_abraham::{SmallSample, sun_abraham};
use evaluation::difference_in_differences::two_way_fixed_effects::{PartKind, goodman_bacon, two_way_fixed_effects};
use evaluation::error::EvaluationError;
use rayon::prelude::*;

use crate::close;
use crate::data::Table;

fn options(comparison: PanelControls, adjustment: OutcomeAdjustment) -> GroupTimeOptions {
    GroupTimeOptions { comparison, base: BasePeriod::Varying, adjustment, anticipation: 0, small_group: 30 }
}

/// County teenage employment 2003 to 2007 and the minimum wage (Callaway and Sant'Anna 2021, with their package `did`).
fn counties() -> Option<Panel> {
    let table = Table::read("did/mpdta.csv")?;
    let whole = |name: &str| table.column(name).iter().map(|&value| value as i64).collect::<Vec<i64>>();
    let unit: Vec<u64> = whole("countyreal").iter().map(|&unit| unit as u64).collect();
    let start: Vec<Option<i64>> = whole("first.treat").iter().map(|&start| Some(start).filter(|&start| start > 0)).collect();
    let covariates =
        Columns::new(table.rows(), vec![Column::new("lpop", table.column("lpop").to_vec())]).expect("a finite column");
    let rows = PanelRows {
        unit: &unit,
        period: &whole("year"),
        outcome: table.column("lemp"),
        start: &start,
        covariates: &covariates,
        cluster: None,
    };
    Some(Panel::new(rows, Gaps::Refuse).expect("a balanced panel"))
}

const SAME: f64 = 5e-7;

#[test]
#[ignore = "needs did/mpdta.csv (R package did) in the folder of data sets"]
fn effects_on_counties_are_as_computed_elsewhere() {
    let Some(panel) = counties() else { return };
    let never = group_time(&panel, options(PanelControls::NeverTreated, OutcomeAdjustment::None)).expect("estimates");
    let adjusted = group_time(&panel, options(PanelControls::NeverTreated, OutcomeAdjustment::DoublyRobust)).expect("estimates");
    let not_yet = group_time(&panel, options(PanelControls::NotYetTreated, OutcomeAdjustment::None)).expect("estimates");
    let not_yet_adjusted =
        group_time(&panel, options(PanelControls::NotYetTreated, OutcomeAdjustment::DoublyRobust)).expect("estimates");
    let expected = [
        (2004, 2004, -0.010503, 0.023251, -0.014530, 0.022129, -0.019372, -0.021183),
        (2004, 2005, -0.070423, 0.030985, -0.076422, 0.028671, -0.078319, -0.081603),
        (2004, 2006, -0.137259, 0.036436, -0.140448, 0.035378, -0.136274, -0.138192),
        (2004, 2007, -0.100811, 0.034359, -0.106904, 0.032886, -0.100811, -0.106904),
        (2006, 2004, 0.006520, 0.023327, -0.000472, 0.022223, -0.002563, -0.007455),
        (2006, 2005, -0.002751, 0.019559, -0.006203, 0.018496, -0.001939, -0.004563),
        (2006, 2006, -0.004595, 0.017755, 0.000961, 0.019400, 0.004661, 0.008661),
        (2006, 2007, -0.041224, 0.020229, -0.041294, 0.019721, -0.041224, -0.041294),
        (2007, 2004, 0.030507, 0.015034, 0.026728, 0.014066, 0.029759, 0.026933),
        (2007, 2005, -0.002726, 0.016396, -0.004577, 0.015718, -0.002411, -0.004201),
        (2007, 2006, -0.031087, 0.017878, -0.028447, 0.018181, -0.031087, -0.028447),
        (2007, 2007, -0.026054, 0.016655, -0.028781, 0.016239, -0.026054, -0.028781),
    ];
    assert_eq!(never.cells.len(), expected.len());
    for (at, row) in expected.iter().enumerate() {
        assert_eq!((never.cells[at].group, never.cells[at].period), (row.0, row.1));
        close(never.cells[at].effect, row.2, SAME);
        close(never.cells[at].standard_error, row.3, SAME);
        close(adjusted.cells[at].effect, row.4, SAME);
        close(adjusted.cells[at].standard_error, row.5, SAME);
        close(not_yet.cells[at].effect, row.6, SAME);
        close(not_yet_adjusted.cells[at].effect, row.7, SAME);
    }
    for (at, error) in [0.022310, 0.030390, 0.035403, 0.034359].into_iter().enumerate() {
        close(not_yet.cells[at].standard_error, error, SAME);
    }
    assert_eq!(never.groups, [(2004, 20), (2006, 40), (2007, 131)]);
    assert_eq!(never.small_groups, [(2004, 20)]);
}

#[test]
#[ignore = "needs did/mpdta.csv (R package did) in the folder of data sets"]
fn averages_over_counties_are_as_computed_elsewhere() {
    let Some(panel) = counties() else { return };
    // Everything, time since start, cohort and period: the overall effect, and its standard error where it is known.
    let expected = [
        (
            PanelControls::NeverTreated,
            OutcomeAdjustment::None,
            [(-0.039951, 0.012034), (-0.077240, 0.019965), (-0.031018, 0.012446), (-0.041700, 0.015972)],
        ),
        (
            PanelControls::NeverTreated,
            OutcomeAdjustment::DoublyRobust,
            [(-0.041752, 0.011503), (-0.080354, 0.018958), (-0.032820, 0.011898), (-0.044177, 0.015038)],
        ),
        (
            PanelControls::NotYetTreated,
            OutcomeAdjustment::None,
            [(-0.039764, 0.012052), (-0.077399, 0.019560), (-0.030462, f64::NAN), (-0.044267, f64::NAN)],
        ),
        (
            PanelControls::NotYetTreated,
            OutcomeAdjustment::DoublyRobust,
            [(-0.041352, 0.011428), (-0.079993, f64::NAN), (-0.032264, f64::NAN), (-0.045665, f64::NAN)],
        ),
    ];
    let all = [AverageBy::Everything, AverageBy::TimeSinceStart, AverageBy::Group, AverageBy::Period];
    for (comparison, adjustment, overall) in expected {
        let estimate = group_time(&panel, options(comparison, adjustment)).expect("estimates");
        for (by, (effect, error)) in all.into_iter().zip(overall) {
            let found = average(&estimate, by).expect("treated cells").overall;
            close(found.effect, effect, SAME);
            if error.is_finite() {
                close(found.standard_error, error, SAME);
            }
        }
    }
    let parts = |adjustment, by| -> Vec<(i64, f64)> {
        let estimate = group_time(&panel, options(PanelControls::NeverTreated, adjustment)).expect("estimates");
        average(&estimate, by).expect("treated cells").parts.into_iter().map(|(at, part)| (at, part.effect)).collect()
    };
    let same = |found: Vec<(i64, f64)>, expected: &[(i64, f64)]| {
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.0, expected.0);
            close(found.1, expected.1, SAME);
        }
    };
    let timed = |effects: [f64; 7]| -> Vec<(i64, f64)> { (-3..4).zip(effects).collect() };
    same(
        parts(OutcomeAdjustment::None, AverageBy::TimeSinceStart),
        &timed([0.030507, -0.000563, -0.024459, -0.019932, -0.050957, -0.137259, -0.100811]),
    );
    same(
        parts(OutcomeAdjustment::DoublyRobust, AverageBy::TimeSinceStart),
        &timed([0.026728, -0.003616, -0.023244, -0.021060, -0.053003, -0.140448, -0.106904]),
    );
    same(parts(OutcomeAdjustment::None, AverageBy::Group), &[(2004, -0.079749), (2006, -0.022910), (2007, -0.026054)]);
    same(parts(OutcomeAdjustment::DoublyRobust, AverageBy::Group), &[(2004, -0.084576), (2006, -0.020167), (2007, -0.028781)]);
}

#[test]
#[ignore = "needs did/mpdta.csv (R package did) in the folder of data sets"]
fn two_way_fixed_effects_and_sun_abraham_on_counties_are_as_computed_elsewhere() {
    let Some(panel) = counties() else { return };
    let two_way = two_way_fixed_effects(&panel).expect("estimates");
    close(two_way.effect, -0.036549, SAME);
    close(two_way.standard_error, 0.013239, SAME);
    let parts = goodman_bacon(&panel).expect("parts");
    for (kind, weight, effect) in [
        (PartKind::TreatedAndNever, 0.862774, -0.040740),
        (PartKind::EarlierAndLater, 0.083301, -0.019784),
        (PartKind::LaterAndEarlier, 0.053924, 0.004604),
    ] {
        let of_kind: Vec<_> = parts.iter().filter(|part| part.kind == kind).collect();
        let total: f64 = of_kind.iter().map(|part| part.weight).sum();
        close(total, weight, SAME);
        close(of_kind.iter().map(|part| part.weight * part.effect).sum::<f64>() / total, effect, SAME);
    }
    let plain = sun_abraham(&panel, SmallSample::None).expect("estimates");
    close(plain.effect, -0.039951, SAME);
    close(plain.standard_error, 0.011747, SAME);
    let usual = sun_abraham(&panel, SmallSample::Usual).expect("estimates");
    close(usual.standard_error, 0.011796, SAME);
    let at = |time| *usual.timed.iter().find(|timed| timed.since_start == time).expect("a time");
    close(at(0).effect, -0.019932, SAME);
    close(at(0).standard_error, 0.011858, SAME);
    close(at(2).effect, -0.137259, SAME);
    close(at(2).standard_error, 0.036589, SAME);
    // The p-value of the package's own printed example.
    let estimate = group_time(&panel, options(PanelControls::NeverTreated, OutcomeAdjustment::None)).expect("estimates");
    let test = pre_trends(&estimate, 0).expect("a test");
    assert_eq!(test.degrees_of_freedom, 5);
    close(test.p_value, 0.16812, 5e-6);
    assert!(test.caution.contains("does not show"));
}

/// Made-up units over six periods: their own level, a common trend that depends on a covariate, and an effect that grows.
struct Made {
    unit: Vec<u64>,
    period: Vec<i64>,
    outcome: Vec<f64>,
    start: Vec<Option<i64>>,
    cluster: Vec<u64>,
    covariates: Columns,
}

const PERIODS: i64 = 6;

fn made(units: u64, seed: u64, never: bool) -> Made {
    let (mut unit, mut period, mut outcome, mut start, mut cluster, mut size) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..units {
        let [a, b, c, _] = words(seed, i + 1, 0, 0).map(open_unit);
        let x = normal_quantile(a);
        // Larger units start sooner.
        let starts = match (b + 0.1 * x, never) {
            (low, _) if low < 0.3 => Some(3),
            (low, _) if low < 0.55 => Some(5),
            (_, true) => None,
            (_, false) => Some(6),
        };
        let level = normal_quantile(c) + x;
        for t in 1..=PERIODS {
            let [e, ..] = words(seed, i + 1, 0, t as u64).map(open_unit);
            let effect = starts.filter(|&start| t >= start).map_or(0.0, |start| 1.0 + 0.5 * (t - start) as f64);
            unit.push(1_000_000 - i);
            period.push(t);
            outcome.push(level + t as f64 * (0.2 + 0.1 * x) + effect + normal_quantile(e));
            start.push(starts);
            cluster.push(i / 5);
            size.push(x);
        }
    }
    let covariates = Columns::new(unit.len(), vec![Column::new("size", size)]).expect("finite");
    Made { unit, period, outcome, start, cluster, covariates }
}

impl Made {
    fn rows(&self) -> PanelRows<'_> {
        PanelRows {
            unit: &self.unit,
            period: &self.period,
            outcome: &self.outcome,
            start: &self.start,
            covariates: &self.covariates,
            cluster: None,
        }
    }

    fn panel(&self) -> Panel {
        Panel::new(self.rows(), Gaps::Refuse).expect("a balanced panel")
    }

    fn turned(&self) -> Made {
        let rows: Vec<usize> = (0..self.unit.len()).map(|row| (row * 7 + 3) % self.unit.len()).collect();
        Made {
            unit: rows.iter().map(|&row| self.unit[row]).collect(),
            period: rows.iter().map(|&row| self.period[row]).collect(),
            outcome: rows.iter().map(|&row| self.outcome[row]).collect(),
            start: rows.iter().map(|&row| self.start[row]).collect(),
            cluster: rows.iter().map(|&row| self.cluster[row]).collect(),
            covariates: self.covariates.take(&rows),
        }
    }
}

#[test]
fn the_order_of_rows_changes_no_bit() {
    let made = made(100, 1, true);
    let estimate = |made: &Made| {
        let estimate =
            group_time(&made.panel(), options(PanelControls::NotYetTreated, OutcomeAdjustment::DoublyRobust)).expect("estimates");
        (average(&estimate, AverageBy::Everything).expect("cells"), two_way_fixed_effects(&made.panel()).expect("estimates"))
    };
    assert_eq!(estimate(&made), estimate(&made.turned()));
}

#[test]
fn the_parts_of_goodman_and_bacon_sum_to_the_estimate() {
    for (seed, never, always) in [(1, true, false), (2, false, false), (3, true, true)] {
        let mut made = made(60, seed, never);
        if always {
            // The first unit is treated all along.
            made.unit.iter().zip(&mut made.start).filter(|(unit, _)| **unit == 1_000_000).for_each(|(_, start)| *start = Some(0));
        }
        let parts = goodman_bacon(&made.panel()).expect("parts");
        close(parts.iter().map(|part| part.weight).sum(), 1.0, 1e-12);
        let sum: f64 = parts.iter().map(|part| part.weight * part.effect).sum();
        close(sum, two_way_fixed_effects(&made.panel()).expect("estimates").effect, 1e-12);
        assert_eq!(parts.iter().any(|part| part.kind == PartKind::TreatedAndAlways), always);
    }
}

fn everything(estimate: &GroupTime) -> Averages {
    average(estimate, AverageBy::Everything).expect("treated cells")
}

/// Over 4,000 made-up panels the standard errors are those of the estimates to 3 %, of which chance is 1.1 %.
#[test]
fn standard_errors_are_the_deviation_of_the_estimate() {
    for adjustment in [OutcomeAdjustment::None, OutcomeAdjustment::DoublyRobust] {
        let panels = 4_000;
        let found: Vec<(f64, f64)> = (0..panels)
            .into_par_iter()
            .map(|seed| {
                let panel = made(300, 10_000 + seed, true).panel();
                let estimate = group_time(&panel, options(PanelControls::NotYetTreated, adjustment)).expect("estimates");
                let overall = everything(&estimate).overall;
                (overall.effect, overall.standard_error)
            })
            .collect();
        let n = panels as f64;
        let mean = found.iter().map(|row| row.0).sum::<f64>() / n;
        let deviation = (found.iter().map(|row| (row.0 - mean).powi(2)).sum::<f64>() / n).sqrt();
        let stated = (found.iter().map(|row| row.1 * row.1).sum::<f64>() / n).sqrt();
        close(stated / deviation, 1.0, 0.03);
    }
}

/// Sizes of starts depend on the covariate, and so do trends: only the adjusted estimate is right.
#[test]
fn an_adjustment_removes_the_bias_of_a_trend_that_differs() {
    let panel = made(20_000, 5, true).panel();
    let effect = |adjustment| {
        let estimate = group_time(&panel, options(PanelControls::NeverTreated, adjustment)).expect("estimates");
        let first = estimate.cells.iter().find(|cell| (cell.group, cell.period) == (3, 6)).expect("a cell");
        (first.effect, first.standard_error)
    };
    let (adjusted, error) = effect(OutcomeAdjustment::DoublyRobust);
    close(adjusted, 2.5, 4.0 * error);
    let (plain, error) = effect(OutcomeAdjustment::None);
    assert!((plain - 2.5).abs() > 2.0 * error, "{plain} ± {error}");
}

#[test]
fn bootstrap_and_influence_agree_and_threads_change_no_bit() {
    let made = made(300, 7, true);
    let panel = Panel::new(PanelRows { cluster: Some(&made.cluster), ..made.rows() }, Gaps::Refuse).expect("a balanced panel");
    let estimate = group_time(&panel, options(PanelControls::NotYetTreated, OutcomeAdjustment::None)).expect("estimates");
    assert_eq!(estimate.clusters.count(), 60);
    let averages = average(&estimate, AverageBy::TimeSinceStart).expect("treated cells");
    let influences: Vec<&[f64]> = averages.parts.iter().map(|(_, part)| &part.influence[..]).collect();
    let options = BootstrapOptions { draws: 4_000, seed: 1, confidence: 0.95 };
    let at = |threads: usize, options| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| multiplier_bootstrap(&influences, &estimate.clusters, options).expect("draws"))
    };
    let drawn = at(1, options);
    assert_eq!(drawn, at(3, options));
    assert_ne!(drawn, at(1, BootstrapOptions { seed: 2, ..options }));
    for ((_, part), error) in averages.parts.iter().zip(&drawn.standard_errors) {
        close(error / part.standard_error, 1.0, 0.06);
    }
    // Wider than one estimate needs, and no wider than Bonferroni allows.
    let most = normal_quantile(1.0 - 0.025 / averages.parts.len() as f64);
    assert!(drawn.critical_value > 1.96 && drawn.critical_value < most + 0.1, "{}", drawn.critical_value);
}

#[test]
fn without_units_never_treated_the_last_cohort_serves_until_it_starts() {
    let panel = made(300, 8, false).panel();
    for comparison in [PanelControls::NeverTreated, PanelControls::NotYetTreated] {
        let estimate = group_time(&panel, options(comparison, OutcomeAdjustment::None)).expect("estimates");
        assert_eq!(estimate.last_cohort_as_comparison, Some(6));
        assert!(estimate.cells.iter().all(|cell| cell.group != 6 && cell.period < 6 && cell.comparison > 0));
        assert!(estimate.cells.iter().any(|cell| (cell.group, cell.period) == (5, 5)));
    }
}

#[test]
fn a_universal_base_is_zero_in_it_and_agrees_after_it() {
    let panel = made(200, 9, true).panel();
    let varying = group_time(&panel, options(PanelControls::NeverTreated, OutcomeAdjustment::None)).expect("estimates");
    let universal =
        GroupTimeOptions { base: BasePeriod::Universal, ..options(PanelControls::NeverTreated, OutcomeAdjustment::None) };
    let universal = group_time(&panel, universal).expect("estimates");
    for cell in &universal.cells {
        if cell.period == cell.base {
            assert_eq!((cell.effect, cell.period), (0.0, cell.group - 1));
        }
        if cell.period >= cell.group {
            let same = varying.cells.iter().find(|other| (other.group, other.period) == (cell.group, cell.period));
            assert_eq!(same.map(|other| other.effect), Some(cell.effect));
        }
    }
    // With a period of anticipation the base moves one back.
    let early = GroupTimeOptions { anticipation: 1, ..options(PanelControls::NeverTreated, OutcomeAdjustment::None) };
    let early = group_time(&panel, early).expect("estimates");
    assert!(early.cells.iter().filter(|cell| cell.period >= cell.group - 1).all(|cell| cell.base == cell.group - 2));
}

#[test]
fn what_a_panel_refuses_is_named() {
    let made = made(20, 1, true);
    let mut twice = made.period.clone();
    twice[1] = 1;
    let error = Panel::new(PanelRows { period: &twice, ..made.rows() }, Gaps::LeaveUnitsOut).expect_err("rows 1 and 2");
    assert_eq!(error, EvaluationError::SameUnitAndPeriod { first: 0, second: 1 });
    let mut changing = made.start.clone();
    changing[4] = Some(99);
    let error = Panel::new(PanelRows { start: &changing, ..made.rows() }, Gaps::Refuse).expect_err("row 5");
    assert!(error.to_string().contains("row 5"), "{error}");
    let rows = PanelRows {
        unit: &made.unit[1..],
        period: &made.period[1..],
        outcome: &made.outcome[1..],
        start: &made.start[1..],
        covariates: &made.covariates.take(&(1..made.unit.len()).collect::<Vec<_>>()),
        cluster: None,
    };
    let error = Panel::new(rows, Gaps::Refuse).expect_err("a gap");
    assert_eq!(error, EvaluationError::Gaps { units: 1, row: 0, period: 1 });
    let panel = Panel::new(rows, Gaps::LeaveUnitsOut).expect("the others");
    assert_eq!((panel.units.len(), panel.gaps.len()), (19, 1));
    assert_eq!((panel.gaps[0].unit, panel.gaps[0].first, panel.gaps[0].periods), (1_000_000, 1, 1));
}
