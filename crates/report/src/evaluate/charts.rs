//! The charts of an evaluation.

use evaluation::evaluate::EvaluationResult;
use evaluation::spec::OutcomeUnit;
use evaluation::words;

use crate::charts::{legend, marks};
use crate::components::{ChartFigure, table};
use crate::svg::{self, Axis, BLUE, Chart, GREY, RED, Series, Shape, ValueRange};

/// The love plot: how far the groups differ in each covariate, before and after. It and the table are made from the same list.
pub(super) fn love(found: &EvaluationResult) -> Option<ChartFigure> {
    let pair = found.balance.as_ref()?;
    let rows: Vec<(String, Vec<ValueRange>)> = pair
        .before
        .covariates
        .iter()
        .zip(&pair.after.covariates)
        .map(|(before, after)| {
            let place = |standardised: f64| {
                let size = 100.0 * standardised.abs();
                size.is_finite().then_some([size; 3])
            };
            (after.name.clone(), vec![place(before.standardised), place(after.standardised)])
        })
        .collect();
    let most = rows.iter().flat_map(|(_, values)| values).flatten().map(|value| value[0]).fold(12.0, f64::max);
    let axis =
        Axis::even("difference of the groups, % of a standard deviation", 0.0, 1.05 * most, 6, |value| format!("{value:.0}%"));
    let series = [marks("before", GREY, Shape::Ring), marks("after", BLUE, Shape::Circle)];
    let title = "How far the groups differ".to_owned();
    let words = "The size of the standardised difference of each covariate (love plot). After the comparison it should be at most 5%, and \
                 is poor above 10%."
        .to_owned();
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(name, values)| {
            let cell = |value: &ValueRange| value.map_or("not known".to_owned(), |value| format!("{:.1}%", value[0]));
            std::iter::once(name.clone()).chain(values.iter().map(cell)).collect()
        })
        .collect();
    let drawing = svg::ranged_rows("love", &title, &words, &axis, &series, &rows);
    let data = table("love", "Standardised differences", &["covariate", "before", "after"], &cells);
    Some(ChartFigure { id: "love", title, words, drawing, legend: legend(&series), data })
}

/// How far the propensity scores of both groups overlap.
pub(super) fn overlap(found: &EvaluationResult) -> Option<ChartFigure> {
    let overlap = found.overlap.as_ref()?;
    let parts = overlap.treated.len().max(1) as f64;
    let most = overlap.treated.iter().chain(&overlap.comparison).copied().fold(0.05, f64::max);
    let x = Axis::even("propensity score", 0.0, 1.0, 6, |value| format!("{value:.1}"));
    let y = Axis::even("share of the group", 0.0, 1.05 * most, 6, |value| format!("{:.0}%", 100.0 * value));
    let title = "Where the groups overlap".to_owned();
    let words =
        "The share of each group by propensity score: the chance of being treated, given the covariates. Where one of the lines \
                 lies on the ground there is nobody to compare with."
            .to_owned();
    let mut chart = Chart::new("overlap", &title, &words, x, y);
    let line = |name: &str, colour, dash| Series { name: name.to_owned(), colour, dash, shape: None, line: true };
    let series = [line("treated", RED, "none"), line("comparison", BLUE, "7 5")];
    // Steps, because a part of the scale has one share.
    let steps = |shares: &[f64]| -> Vec<(f64, f64)> {
        shares
            .iter()
            .enumerate()
            .flat_map(|(at, share)| [(at as f64 / parts, *share), ((at + 1) as f64 / parts, *share)])
            .collect()
    };
    chart.series(&series[0], &steps(&overlap.treated));
    chart.series(&series[1], &steps(&overlap.comparison));
    let cells: Vec<Vec<String>> = overlap
        .treated
        .iter()
        .zip(&overlap.comparison)
        .enumerate()
        .map(|(at, (treated, comparison))| {
            vec![
                format!("{:.2} to {:.2}", at as f64 / parts, (at + 1) as f64 / parts),
                format!("{:.1}%", 100.0 * treated),
                format!("{:.1}%", 100.0 * comparison),
            ]
        })
        .collect();
    let data = table("overlap", "Shares by propensity score", &["score", "treated", "comparison"], &cells);
    Some(ChartFigure { id: "overlap", title, words, drawing: chart.draw(), legend: legend(&series), data })
}

/// What happened over time: an event study, curves of survival, a series with what it would have been.
pub(super) fn course(found: &EvaluationResult) -> Vec<ChartFigure> {
    [event_study(found), curves(found), lines(found)].into_iter().flatten().collect()
}

/// A value on an axis of the outcome.
fn scale(title: &str, unit: OutcomeUnit, low: f64, high: f64) -> Axis {
    let room = 0.05 * (high - low).max(1e-9);
    match unit {
        OutcomeUnit::Pounds => Axis::pounds(title, low - room, high + room, 6),
        OutcomeUnit::People => Axis::even(title, low - room, high + room, 6, |value| format!("{:.1}%", 100.0 * value)),
        OutcomeUnit::Number => Axis::even(title, low - room, high + room, 6, |value| words::value(OutcomeUnit::Number, value)),
    }
}

fn event_study(found: &EvaluationResult) -> Option<ChartFigure> {
    let panel = found.panel.as_ref().filter(|panel| !panel.event_study.is_empty())?;
    let unit = found.unit;
    let rows: Vec<(String, Vec<ValueRange>)> = panel
        .event_study
        .iter()
        .map(|at| {
            let name = match at.since_start {
                0 => "the period of the start".to_owned(),
                since if since < 0 => format!("{} before the start", base::english::counted(-since, "period", "periods")),
                since => format!("{} after the start", base::english::counted(since, "period", "periods")),
            };
            (name, vec![Some([at.effect, at.low, at.high])])
        })
        .collect();
    let ends = rows.iter().flat_map(|(_, values)| values).flatten().flatten().copied().chain([0.0]);
    let (low, high) = svg::ends(ends);
    let series = [marks("effect", BLUE, Shape::Circle)];
    let title = "Effect by periods since the start".to_owned();
    let words =
        "Before the start the effect should be none: an interval that leaves out zero there says that the groups did not go the \
                 same way before."
            .to_owned();
    let axis = scale("effect", unit, low, high);
    let drawing = svg::ranged_rows("event-study", &title, &words, &axis, &series, &rows);
    let cells: Vec<Vec<String>> = panel
        .event_study
        .iter()
        .map(|at| {
            vec![
                at.since_start.to_string(),
                words::short_difference(unit, at.effect),
                words::short_interval(unit, at.low, at.high),
            ]
        })
        .collect();
    let data = table("event-study", "Effects by periods since the start", &["periods", "effect", "interval"], &cells);
    Some(ChartFigure { id: "event-study", title, words, drawing, legend: legend(&series), data })
}

/// Each line has a dash of its own, for readers who cannot tell colours apart.
const LINES: [(&str, &str); 4] = [(RED, "none"), (BLUE, "7 5"), (GREY, "2 4"), (crate::svg::GREEN, "12 4")];

fn curves(found: &EvaluationResult) -> Option<ChartFigure> {
    let last = found.curves.iter().flat_map(|curve| &curve.points).map(|point| point[0]).fold(0.0, f64::max);
    if last <= 0.0 {
        return None;
    }
    let x = Axis::even("time", 0.0, last, 6, |value| words::value(OutcomeUnit::Number, value));
    let y = Axis::even("share without the event", 0.0, 1.0, 6, |value| format!("{:.0}%", 100.0 * value));
    let title = "How many have had no event yet".to_owned();
    let words = "The share without the event by time, with its interval (Kaplan and Meier 1958). Others leave the count when they are no \
                 longer seen."
        .to_owned();
    let mut chart = Chart::new("curves", &title, &words, x, y);
    let mut series = Vec::new();
    let mut cells = Vec::new();
    for (curve, (colour, dash)) in found.curves.iter().zip(LINES) {
        let of = |at: usize| -> Vec<(f64, f64)> {
            let mut steps = Vec::new();
            let mut before = 1.0;
            for point in &curve.points {
                steps.extend([(point[0], before), (point[0], point[at])]);
                before = point[at];
            }
            steps
        };
        chart.band(&of(2), &of(3), colour);
        let line = Series { name: curve.name.clone(), colour, dash, shape: None, line: true };
        chart.series(&line, &of(1));
        series.push(line);
        let every = curve.points.len().div_ceil(12).max(1);
        cells.extend(curve.points.iter().step_by(every).map(|point| {
            vec![
                curve.name.clone(),
                words::value(OutcomeUnit::Number, point[0]),
                format!("{:.1}%", 100.0 * point[1]),
                format!("{:.1}% to {:.1}%", 100.0 * point[2], 100.0 * point[3]),
            ]
        }));
    }
    let data = table("curves", "Share without the event", &["group", "time", "share", "interval"], &cells);
    Some(ChartFigure { id: "curves", title, words, drawing: chart.draw(), legend: legend(&series), data })
}

fn lines(found: &EvaluationResult) -> Option<ChartFigure> {
    let lines = found.lines.as_ref().filter(|lines| !lines.seen.is_empty())?;
    let all = || lines.seen.iter().chain(&lines.without);
    let (first, last) = all().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), (x, _)| (low.min(*x), high.max(*x)));
    let (low, high) = svg::ends(all().map(|(_, y)| *y));
    let x = Axis::even(&lines.axis, first, last, 6, |value| words::value(OutcomeUnit::Number, value));
    let title = "What was seen, and what would have been".to_owned();
    let words = "What was seen, and what would have been seen without the service.".to_owned();
    let mut chart = Chart::new("lines", &title, &words, x, scale(&found.outcome, found.unit, low, high));
    let line = |name: &str, colour, dash| Series { name: name.to_owned(), colour, dash, shape: None, line: true };
    let series = [line("seen", RED, "none"), line("without the service", BLUE, "7 5")];
    chart.series(&series[0], &lines.seen);
    chart.series(&series[1], &lines.without);
    chart.upright(lines.from, "start");
    let every = lines.seen.len().div_ceil(24).max(1);
    let without = |at: f64| lines.without.iter().find(|(x, _)| *x == at).map(|(_, y)| words::value(found.unit, *y));
    let cells: Vec<Vec<String>> = lines
        .seen
        .iter()
        .step_by(every)
        .map(|(x, y)| {
            vec![
                words::value(OutcomeUnit::Number, *x),
                words::value(found.unit, *y),
                without(*x).unwrap_or_else(|| "not known".to_owned()),
            ]
        })
        .collect();
    let data = table("lines", "Seen and without the service", &[&lines.axis, "seen", "without the service"], &cells);
    Some(ChartFigure { id: "lines", title, words, drawing: chart.draw(), legend: legend(&series), data })
}
