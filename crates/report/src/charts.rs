//! The report's charts: which figures of a stress test are drawn, each with its legend and its table.

use base::schedule::CohortTime;
use contract::Scheme;
use contract::terms::Baseline;
use maud::{Markup, html};
use risks::{StrategyKind, StrategyResult, WrongPayment, WrongPaymentRow, people, percent, pounds, pounds_in_prose};
use simulation::assumptions::{Assumptions, Intended};
use simulation::payment_by_aim::Curve;
use simulation::stress::{CostPoint, StressTest};

use super::components::{ChartFigure, paragraph, stacked_table, table};
use super::svg::{self, Axis, BLUE, Chart, GREEN, GREY, PURPLE, RED, Series, Shape};
use super::words::{self, TYPICAL, cohort_size, count, point_figure, points};

/// What is paid, what the provider earns by it, and how much of it is chance.
pub fn payment(scheme: &Scheme, assumptions: &Assumptions, stress: &StressTest) -> Markup {
    html! {
        (drawn([payment_by_outcome(scheme, stress), profit(stress), break_even(assumptions, stress), wrong_payment(stress)]))
        @if stress.by_cost.len() < 2 {
            (paragraph(
                "No cost of help has a range in the assumptions file, so there is no chart of the smallest aim by cost. “What effort \
                 pays” has the aims at the costs as stated.",
            ))
        }
    }
}

/// Who gets help, and what is paid for whom.
pub fn segments(stress: &StressTest) -> Markup {
    drawn([effort(stress), segment_profit(stress), prices(stress)])
}

fn drawn<const N: usize>(charts: [Option<ChartFigure>; N]) -> Markup {
    html! { @for chart in charts.iter().flatten() { (chart.draw()) } }
}

pub fn legend(series: &[Series]) -> Vec<(Markup, String)> {
    series.iter().map(|series| (svg::key(series), series.name.clone())).collect()
}

fn line(name: &str, colour: &'static str, dash: &'static str, shape: Option<Shape>) -> Series {
    Series { name: name.to_owned(), colour, dash, shape, line: true }
}

pub fn marks(name: &str, colour: &'static str, shape: Shape) -> Series {
    Series { name: name.to_owned(), colour, dash: "none", shape: Some(shape), line: false }
}

/// The strategies marked on the curves, each with its mark.
fn strategies() -> [(StrategyKind, Series); 5] {
    let mark = |kind: StrategyKind, colour, shape| (kind, marks(kind.label(), colour, shape));
    [
        mark(StrategyKind::AsNow, GREY, Shape::Ring),
        mark(StrategyKind::Intended, BLUE, Shape::Frame),
        mark(StrategyKind::Public, GREEN, Shape::Kite),
        mark(StrategyKind::BEST, RED, Shape::Triangle),
        mark(StrategyKind::PublicAtCost, GREEN, Shape::Diamond),
    ]
}

/// The strategy results of a curve's area.
fn results_of<'a>(stress: &'a StressTest, curve: &Curve) -> Vec<(Series, &'a StrategyResult)> {
    let area = stress.results.areas.iter().find(|area| area.area == curve.area);
    let find = |kind: StrategyKind| area.and_then(|area| area.get(kind));
    strategies().into_iter().filter_map(|(kind, series)| find(kind).map(|result| (series, result))).collect()
}

fn in_area(stress: &StressTest, curve: &Curve) -> String {
    match stress.results.areas.len() {
        1 => people(curve.people),
        _ => format!("{}, of typical size with {}", curve.area, people(curve.people)),
    }
}

/// Payment against the true outcome, with its chance band.
fn payment_by_outcome(scheme: &Scheme, stress: &StressTest) -> Option<ChartFigure> {
    let curve = words::typical_curve(stress)?;
    let outcome = stress.results.outcomes.iter().position(|outcome| outcome.name == curve.outcome)?;
    let at = |value: fn(&simulation::payment_by_aim::CurvePoint) -> f64| -> Vec<(f64, f64)> {
        curve.points.iter().map(|point| (100.0 * point.rate, value(point))).collect()
    };
    let (mean, low, high) = (at(|p| p.payment.mean), at(|p| p.payment_low), at(|p| p.payment_high));
    let placed: Vec<(Series, (f64, f64))> = results_of(stress, curve)
        .into_iter()
        .map(|(series, result)| (series, (100.0 * result.outcome(outcome) / curve.people.max(1.0), result.payment())))
        .collect();
    let (bottom, top) = svg::ends(low.iter().chain(&high).chain(placed.iter().map(|(_, place)| place)).map(|place| place.1));
    let (worst, best) = (curve.points.first()?.rate, curve.points.last()?.rate);
    let shift = 0.03 * (best - worst);
    let title = format!("What is paid at each true level of {}", curve.outcome);
    let x = Axis::even(
        &format!("people with {}, % (better to the right)", curve.outcome),
        100.0 * (worst - shift),
        100.0 * (best + shift),
        6,
        |rate| format!("{rate:.0}%"),
    );
    let y = Axis::pounds("payment to the provider, £", bottom, top, 8);
    let (from, to) = (curve.points.first()?, curve.points.last()?);
    let what = format!(
        "Payment rises from {} at {} to {} at {}.",
        pounds_in_prose(from.payment.mean),
        percent(from.rate),
        pounds_in_prose(to.payment.mean),
        percent(to.rate)
    );
    let mut chart = Chart::new("payment", &title, &what, x, y);
    let average = line("average payment", BLUE, "none", None);
    chart.band(&low, &high, BLUE);
    chart.series(&average, &mean);
    if let Some(baseline) = baseline(scheme, curve, outcome) {
        chart.upright(100.0 * baseline, "baseline");
    }
    placed.iter().for_each(|(series, place)| chart.series(series, &[*place]));
    let mut keys = legend(&[average]);
    keys.push((svg::band_key(BLUE), "middle 90% of replications".to_owned()));
    keys.extend(placed.iter().map(|(series, _)| (svg::key(series), series.name.clone())));
    let data = payment_tables(curve, &placed);
    let words = format!(
        "For {}. {what} The line is the cheapest strategy for each level. Where the line is flat, a change in people's lives changes no \
         payment. A strategy whose mark lies off the line spreads its money differently.{}",
        in_area(stress, curve),
        if bottom > 0.0 { " The scale of payment does not start at zero." } else { "" }
    );
    Some(ChartFigure { id: "payment", title, words, drawing: chart.draw(), legend: keys, data })
}

fn payment_tables(curve: &Curve, placed: &[(Series, (f64, f64))]) -> Markup {
    let along: Vec<Vec<String>> = thinned(&curve.points)
        .map(|p| {
            vec![percent(p.rate), point_figure(p.aim), pounds(p.payment.mean), pounds(p.payment_low), pounds(p.payment_high)]
        })
        .collect();
    let strategies: Vec<Vec<String>> =
        placed.iter().map(|(series, (rate, paid))| vec![series.name.clone(), format!("{rate:.1}%"), pounds(*paid)]).collect();
    let header = ["true level", "aim, percentage points", "mean payment", "5% of replications are below", "5% are above"];
    html! {
        (table("payment", "Payment by true level", &header, &along))
        (table("payment-strategies", "Payment by strategy", &["strategy", "true level", "mean payment"], &strategies))
    }
}

/// The fixed baseline of a curve's area, where it is the same for everyone in it.
fn baseline(scheme: &Scheme, curve: &Curve, outcome: usize) -> Option<f64> {
    let Baseline::Fixed(schedule) = &scheme.outcomes.get(outcome)?.baseline else { return None };
    let area = scheme.areas.iter().position(|area| *area == curve.area)?;
    let first = schedule.at(area, 0, CohortTime::FIRST);
    let same = (0..scheme.segments.len()).all(|segment| schedule.at(area, segment, CohortTime::FIRST) == first);
    same.then(|| first.as_f64())
}

/// About a dozen points of a curve, with both ends: as many as one reads.
fn thinned(points: &[simulation::payment_by_aim::CurvePoint]) -> impl Iterator<Item = &simulation::payment_by_aim::CurvePoint> {
    let (every, last) = (points.len().div_ceil(12).max(1), points.len().saturating_sub(1));
    let kept = move |at: usize, aim: f64| at.is_multiple_of(every) || at == last || aim == 0.0;
    points.iter().enumerate().filter(move |(at, point)| kept(*at, point.aim)).map(|(_, point)| point)
}

/// Profit against spend on help.
fn profit(stress: &StressTest) -> Option<ChartFigure> {
    let curve = words::typical_curve(stress)?;
    let people = curve.people.max(1.0);
    let placed: Vec<(Series, (f64, f64))> = results_of(stress, curve)
        .into_iter()
        .map(|(series, result)| (series, (result.help_spend / people, result.mean_profit() / people)))
        .collect();
    // Far beyond every strategy the line only falls. To show it would make the rest flat.
    let furthest = placed.iter().map(|(_, place)| place.0).fold(1.0, f64::max);
    let beyond = curve.points.iter().filter(|point| point.help_spend / people <= 1.3 * furthest).count();
    let shown = &curve.points[..(beyond + 1).min(curve.points.len())];
    let at = |value: &dyn Fn(&simulation::payment_by_aim::CurvePoint) -> f64| -> Vec<(f64, f64)> {
        shown.iter().map(|point| (point.help_spend / people, value(point) / people)).collect()
    };
    let mean = at(&|point| point.profit);
    let (low, high) = (at(&|point| point.profit_low), at(&|point| point.profit_high));
    let inside = |place: &&(f64, f64)| place.0 <= 1.3 * furthest;
    let seen = low.iter().chain(&high).filter(inside).chain(placed.iter().map(|(_, place)| place));
    let (bottom, top) = svg::ends(seen.map(|place| place.1));
    let title = "What the provider earns by what it spends on help".to_owned();
    let x = Axis::pounds("spent on help, £ a person", 0.0, 1.35 * furthest, 6);
    let y = Axis::pounds("profit, £ a person", bottom, top, 6);
    let peak = shown.iter().max_by(|a, b| a.profit.total_cmp(&b.profit))?;
    let what = format!(
        "Along the line, profit is highest, at {1} a person, where the provider spends {0} a person on help.",
        pounds_in_prose(peak.help_spend / people),
        pounds_in_prose(peak.profit / people)
    );
    let mut chart = Chart::new("profit", &title, &what, x, y);
    let average = line("average profit", BLUE, "none", None);
    chart.band(&low, &high, BLUE);
    chart.series(&average, &mean);
    if bottom < 0.0 && top > 0.0 {
        chart.level(0.0);
    }
    placed.iter().for_each(|(series, place)| chart.series(series, &[*place]));
    let mut keys = legend(&[average]);
    if bottom < 0.0 && top > 0.0 {
        keys.push((svg::level_key(), "no profit and no loss".to_owned()));
    }
    keys.push((svg::band_key(BLUE), "middle 90% of replications".to_owned()));
    keys.extend(placed.iter().map(|(series, _)| (svg::key(series), series.name.clone())));
    let data = profit_tables(curve, &placed);
    let words = format!(
        "For {}. {what} A provider that seeks profit goes for the highest point. In a well-designed scheme, that is also where the public \
         gains most.",
        in_area(stress, curve)
    );
    Some(ChartFigure { id: "profit", title, words, drawing: chart.draw(), legend: keys, data })
}

fn profit_tables(curve: &Curve, placed: &[(Series, (f64, f64))]) -> Markup {
    let people = curve.people.max(1.0);
    let each = |value: f64| pounds(value / people);
    let along: Vec<Vec<String>> = thinned(&curve.points)
        .map(|p| vec![each(p.help_spend), points(p.aim), each(p.profit), words::estimate(scaled(p.against_nothing, people))])
        .collect();
    let strategies: Vec<Vec<String>> =
        placed.iter().map(|(series, place)| vec![series.name.clone(), pounds(place.0), pounds(place.1)]).collect();
    let header = ["spent on help", "aim", "mean profit", "profit compared with nothing extra"];
    html! {
        (table("profit", "Profit by spend, pounds a person", &header, &along))
        (table("profit-strategies", "Profit by strategy, pounds a person", &["strategy", "spent on help", "mean profit"], &strategies))
    }
}

fn scaled(value: risks::Estimate, by: f64) -> risks::Estimate {
    risks::Estimate { mean: value.mean / by, error: value.error / by }
}

/// Break-even aims over the cost of help.
fn break_even(assumptions: &Assumptions, stress: &StressTest) -> Option<ChartFigure> {
    let costs = &stress.by_cost;
    let title = "The smallest aim that pays, by what help costs".to_owned();
    if costs.len() < 2 {
        return None;
    }
    let slots: &[(usize, &str)] = match stress.curves.len() {
        0 | 1 => &[(TYPICAL, "the area")],
        2 => &[(0, "smallest area"), (2, "largest area")],
        _ => &[(0, "smallest area"), (TYPICAL, "typical area"), (2, "largest area")],
    };
    let styles = [(GREEN, "2 5", Shape::Diamond), (BLUE, "none", Shape::Circle), (RED, "9 5", Shape::Triangle)];
    let intended = match assumptions.intended {
        Intended::Aim { better_by, .. } => Some(100.0 * better_by),
        Intended::Spend(_) | Intended::SpendOn(_) => None,
    };
    let aims = costs.iter().flat_map(|cost| cost.break_even).flatten().map(|aim| 100.0 * aim);
    let top = aims.chain(intended).fold(1.0, f64::max) * 1.12;
    let never = |cost: &CostPoint| slots.iter().any(|(slot, _)| cost.break_even[*slot].is_none());
    let ever_never = costs.iter().any(never);
    let ceiling = if ever_never { top * 1.28 } else { top };
    let x = Axis {
        title: "cost of help (what buys half of its effect), £ a person".to_owned(),
        from: 0.0,
        to: 1.0,
        logarithmic: false,
        ticks: cost_ticks(costs),
    };
    let mut y = Axis::even("smallest aim that pays, percentage points", -0.04 * top, ceiling, 7, |at| format!("{at:.0}"));
    let whole = y.ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 >= 0.999);
    y.ticks.retain(|tick| tick.0 <= top);
    y.ticks.iter_mut().for_each(|(at, words)| *words = if whole { format!("{at:.0}") } else { format!("{at:.1}") });
    let what = words::by_cost(stress).unwrap_or_default();
    let mut chart = Chart::new("aim", &title, &what, x, y);
    if ever_never {
        chart.strip(top, ceiling);
    }
    if let Some(intended) = intended {
        chart.level(intended);
    }
    let mut keys = Vec::new();
    for (at, (slot, name)) in slots.iter().enumerate() {
        let (colour, dash, shape) = if slots.len() == 1 { styles[1] } else { styles[at.min(2)] };
        let series = line(name, colour, dash, Some(shape));
        // Each run of costs at which some aim pays is a line of its own; the others have their marks in the strip.
        for run in costs.split(|cost| cost.break_even[*slot].is_none()).filter(|run| !run.is_empty()) {
            let points: Vec<(f64, f64)> =
                run.iter().filter_map(|cost| cost.break_even[*slot].map(|aim| (cost.position, 100.0 * aim))).collect();
            chart.series(&series, &points);
        }
        let height = top + (ceiling - top) * (0.5 - 0.2 * at as f64);
        for cost in costs.iter().filter(|cost| cost.break_even[*slot].is_none()) {
            chart.small_mark(&series, (cost.position, height));
        }
        keys.push((svg::key(&series), (*name).to_owned()));
    }
    if intended.is_some() {
        keys.push((svg::level_key(), "the aim that is intended".to_owned()));
    }
    if ever_never {
        keys.push((svg::strip_key(), "no aim pays".to_owned()));
    }
    let data = break_even_table(costs, slots);
    let words = format!("{what} At 0, every improvement pays. All other assumptions are as stated.");
    Some(ChartFigure { id: "aim", title, words, drawing: chart.draw(), legend: keys, data })
}

fn break_even_table(costs: &[CostPoint], slots: &[(usize, &str)]) -> Markup {
    let mut header = vec!["cost of help"];
    header.extend(slots.iter().map(|(_, name)| *name));
    let row = |cost: &CostPoint| {
        let mut row = vec![words::cost_words(cost)];
        row.extend(slots.iter().map(|(slot, _)| cost.break_even[*slot].map_or("never".to_owned(), aim_words)));
        row
    };
    let rows: Vec<Vec<String>> = costs.iter().map(row).collect();
    let caption = "Smallest aim that pays at least as much as nothing extra, percentage points";
    table("aim", caption, &header, &rows)
}

fn aim_words(aim: f64) -> String {
    if aim <= 0.0 { "0: any aim".to_owned() } else { point_figure(aim) }
}

fn cost_ticks(costs: &[CostPoint]) -> Vec<(f64, String)> {
    let middle = costs.len() / 2;
    [0, middle, costs.len() - 1].into_iter().map(|at| (costs[at].position, words::cost_words(&costs[at]))).collect()
}

/// What it takes to be paid, by area: how small an aim pays and, where results are compared with something, how large a change
/// is rewarded in 3 cohorts of 4.
pub fn sure_aims(stress: &StressTest) -> Markup {
    let names: &[&str] = match stress.curves.len() {
        0 => return html! {},
        1 => &["the area"],
        2 => &["smallest", "largest"],
        _ => &["smallest", "typical", "largest"],
    };
    let columns = if stress.results.wrong_payment.is_some() { 5 } else { 4 };
    let rows: Vec<Vec<String>> = stress
        .curves
        .iter()
        .zip(&stress.sure_aims)
        .zip(names)
        .map(|((curve, sure), name)| {
            let area = if curve.area == "whole area" { (*name).to_owned() } else { format!("{name} ({})", curve.area) };
            let aim = curve.break_even.map_or("never".to_owned(), aim_words);
            let sure = sure.map_or("over 30".to_owned(), point_figure);
            let all = [area, count(curve.people), count(cohort_size(curve, stress)), aim, sure];
            all.into_iter().take(columns).collect()
        })
        .collect();
    let header = ["area", "people", "in a cohort", "smallest aim that pays", "change rewarded in 3 cohorts of 4"];
    let caption = "What it takes to be paid, at the costs as stated, in percentage points";
    stacked_table("sure-aims", caption, &header[..columns], &rows)
}

/// A line of the chart of wrong payments, and what it shows of a cohort size.
type WrongLine = (Series, fn(&WrongPaymentRow) -> f64);

fn wrong_payment_table(wrong: &WrongPayment, lines: &[WrongLine]) -> Markup {
    let mut header = vec!["people"];
    header.extend(lines.iter().map(|(series, _)| series.name.as_str()));
    header.push("mean payment for no change");
    let row = |row: &WrongPaymentRow| {
        let mut cells = vec![count(row.people as f64)];
        if row.limited {
            cells.extend(lines.iter().map(|_| "a cap or floor holds".to_owned()));
            cells.push(String::new());
            return cells;
        }
        cells.extend(lines.iter().map(|(_, of)| words::chance(of(row))));
        cells.push(pounds(row.mean_for_nothing));
        cells
    };
    let rows: Vec<Vec<String>> = wrong.rows.iter().map(row).collect();
    table("wrong-payment", "Chance of a wrong payment by cohort size", &header, &rows)
}

/// The chance of a wrong payment over cohort sizes.
fn wrong_payment(stress: &StressTest) -> Option<ChartFigure> {
    let wrong = stress.results.wrong_payment.as_ref().filter(|wrong| wrong.rows.len() > 1)?;
    let change = points(wrong.intended);
    let mut lines: Vec<WrongLine> = vec![
        (line("a reward although nothing changed", RED, "none", Some(Shape::Circle)), |row| row.reward_for_nothing),
        (line("a deduction although nothing changed", PURPLE, "2 5", Some(Shape::Diamond)), |row| row.deduction_for_nothing),
    ];
    if wrong.intended > 0.0 {
        let name = format!("no reward although {change} better is real");
        lines.push((line(&name, BLUE, "9 5", Some(Shape::Square)), |row| row.real_change_refused));
    }
    let free: Vec<&WrongPaymentRow> = wrong.rows.iter().filter(|row| !row.limited).collect();
    if free.len() < 2 {
        return None;
    }
    let most = free.iter().flat_map(|row| lines.iter().map(move |(_, of)| 100.0 * of(row))).fold(6.0, f64::max);
    let (first, last) = (free.first()?.people as f64, free.last()?.people as f64);
    let decades = [100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0];
    let ticks = decades.into_iter().filter(|at| *at >= 0.95 * first && *at <= 1.05 * last).map(|at| (at, count(at))).collect();
    let x = Axis {
        title: "people in the cohort (logarithmic scale)".to_owned(),
        from: 0.9 * first,
        to: 1.1 * last,
        logarithmic: true,
        ticks,
    };
    let y = Axis::even("chance that the payment is wrong, %", 0.0, (1.08 * most).min(100.0), 6, |at| format!("{at:.0}%"));
    let title = "How often chance decides the payment".to_owned();
    let row = words::typical(wrong)?;
    let refused = match wrong.intended > 0.0 {
        true => format!(" A real change of {change} is not paid in {} of cases.", words::chance(row.real_change_refused)),
        false => String::new(),
    };
    let what = match row.limited {
        true => format!(
            "In a cohort of {}, which is the typical size, a cap or floor holds with the expected results already, so chance decides \
             nothing there.",
            people(row.people as f64)
        ),
        false => format!(
            "In a cohort of {} where nothing changed, a reward is paid in {} of cases and a deduction is made in {}.{refused}",
            people(row.people as f64),
            words::chance(row.reward_for_nothing),
            words::chance(row.deduction_for_nothing)
        ),
    };
    let mut chart = Chart::new("chance", &title, &what, x, y);
    chart.level(5.0);
    chart.upright(wrong.typical as f64, &format!("typical: {}", count(wrong.typical as f64)));
    for (series, of) in &lines {
        let points: Vec<(f64, f64)> = free.iter().map(|row| (row.people as f64, 100.0 * of(row))).collect();
        chart.series(series, &points);
    }
    let data = wrong_payment_table(wrong, &lines);
    let words = format!(
        "{what} These chances are exact: they count every result that a cohort could show. Only {} varies by chance. A payment for no \
         change is wrong when it is more than half of what the intended change earns.{}",
        wrong.outcome,
        left_out(wrong)
    );
    let series: Vec<Series> = lines.into_iter().map(|(series, _)| series).collect();
    let mut keys = legend(&series);
    keys.push((svg::level_key(), "5%".to_owned()));
    Some(ChartFigure { id: "chance", title, words, drawing: chart.draw(), legend: keys, data })
}

/// The cohort sizes that the chart leaves out: " Cohorts of 10,000 people and more are left out, because …". Empty where there are none.
fn left_out(wrong: &WrongPayment) -> String {
    let limited: Vec<usize> = wrong.rows.iter().filter(|row| row.limited).map(|row| row.people).collect();
    let (Some(first), Some(last)) = (limited.first(), limited.last()) else { return String::new() };
    let to_the_end = wrong.rows.iter().all(|row| row.limited == (row.people >= *first));
    let sizes = match (to_the_end, first == last) {
        (true, _) => format!("{} and more", people(*first as f64)),
        (false, true) => people(*first as f64),
        (false, false) => format!("{} to {}", count(*first as f64), people(*last as f64)),
    };
    format!(
        " Cohorts of {sizes} are left out. The contract's caps and floors are amounts for the cohorts that it expects, and hold there \
         with the expected results already."
    )
}

/// Effort by segment: who gets help.
fn effort(stress: &StressTest) -> Option<ChartFigure> {
    let words = "What is spent on each person in a segment: as intended, under the provider's best strategy, and under the public's best \
                 use of the same money. Where the triangle is at zero and far from the diamond, the segment is parked.";
    by_segment(stress, "effort", "What is spent on each segment", words, "spent on help, £ a person", |result, at| {
        result.effort[at]
    })
}

/// Profit by segment: what helping each earns or loses.
fn segment_profit(stress: &StressTest) -> Option<ChartFigure> {
    let idle = stress.results.get(StrategyKind::Idle)?;
    stress.results.priced_outcome?;
    let words = "What the better results of a segment earn where the gates are open, less what its help costs, compared with doing \
                 nothing. Left of zero, helping these people costs the provider more than it earns.";
    let earned = |result: &StrategyResult, at: usize| result.segment_profit(&stress.results, idle, at);
    by_segment(stress, "segment-profit", "What helping each segment earns", words, "earned less spent, £ a person", earned)
}

/// One figure for each segment, pounds a person, under three strategies.
fn by_segment(
    stress: &StressTest,
    id: &'static str,
    title: &str,
    words: &str,
    label: &str,
    value: impl Fn(&StrategyResult, usize) -> f64,
) -> Option<ChartFigure> {
    let results = &stress.results;
    let wanted = [StrategyKind::Intended, StrategyKind::BEST, StrategyKind::PublicAtCost];
    let of = |kind: StrategyKind| strategies().into_iter().find(|(other, _)| *other == kind).map(|(_, series)| series);
    let found: Vec<(Series, &StrategyResult)> = wanted.into_iter().filter_map(|kind| of(kind).zip(results.get(kind))).collect();
    let rows: Vec<(String, Vec<Option<f64>>)> = results
        .segments
        .iter()
        .enumerate()
        .map(|(at, segment)| {
            let each = |result: &StrategyResult| (segment.people >= 0.5).then(|| value(result, at) / segment.people);
            (format!("{} ({})", segment.name, people(segment.people)), found.iter().map(|(_, result)| each(result)).collect())
        })
        .collect();
    let values = || rows.iter().flat_map(|(_, values)| values).flatten().copied();
    let (least, most) = (values().fold(0.0, f64::min), values().fold(10.0, f64::max));
    let axis = Axis::pounds(label, 1.05 * least, 1.05 * most, 5);
    let series: Vec<Series> = found.iter().map(|(series, _)| series.clone()).collect();
    let drawing = svg::rows(id, title, words, &axis, &series, &rows);
    let mut header = vec!["segment", "people"];
    header.extend(found.iter().map(|(series, _)| series.name.as_str()));
    let cells = rows.iter().zip(&results.segments).map(|((_, values), segment)| {
        let mut cells = vec![segment.name.clone(), count(segment.people)];
        cells.extend(values.iter().map(|value| value.map_or("–".to_owned(), pounds)));
        cells
    });
    let data = table(id, label, &header, &cells.collect::<Vec<_>>());
    Some(ChartFigure { id, title: title.to_owned(), words: words.to_owned(), drawing, legend: legend(&series), data })
}

/// What is paid for one more good result in each segment, and what would make helping it pay.
fn prices(stress: &StressTest) -> Option<ChartFigure> {
    let segments = &stress.results.segments;
    let now = marks("paid now for one more good result, where its gate is open", BLUE, Shape::Circle);
    let needed = marks("needed before the first pound of help pays (the un-parking price)", RED, Shape::Kite);
    let rows: Vec<(String, Vec<Option<f64>>)> =
        segments.iter().map(|segment| (segment.name.clone(), vec![segment.unparking_price, Some(segment.price_now)])).collect();
    let most = rows.iter().flat_map(|(_, values)| values).flatten().copied().fold(0.0, f64::max);
    if most <= 0.0 {
        return None;
    }
    let short: Vec<&str> = segments
        .iter()
        .filter(|segment| segment.unparking_price.is_some_and(|price| price > segment.price_now))
        .map(|segment| segment.name.as_str())
        .collect();
    let title = "What is paid for each segment, and what would be needed".to_owned();
    let what = match short.len() {
        0 => {
            "Where the gates are open, the price of every segment is high enough to make the first pound of help pay.".to_owned()
        }
        n if n == segments.len() => "In every segment the price is too low to make even the first pound of help pay.".to_owned(),
        _ => format!("The price is too low to make even the first pound of help pay for {}.", words::listed(&short)),
    };
    let axis = Axis::pounds("£ for one more good result", 0.0, 1.05 * most, 5);
    let series = [needed, now];
    let drawing = svg::rows("prices", &title, &what, &axis, &series, &rows);
    let cells: Vec<Vec<String>> = segments
        .iter()
        .map(|segment| {
            let enough = match segment.unparking_price {
                None => "of no effect: help changes nothing",
                Some(price) if price > segment.price_now => "too low",
                Some(_) => "enough",
            };
            let needed = segment.unparking_price.map_or("–".to_owned(), pounds);
            vec![segment.name.clone(), pounds(segment.price_now), needed, enough.to_owned()]
        })
        .collect();
    let header = ["segment", "paid now", "needed", "the price is"];
    let data = table("prices", "Prices for one more good result, by segment", &header, &cells);
    let words = format!("{what} Behind a gate, a price that is high enough does not help while the gate is out of reach.");
    Some(ChartFigure { id: "prices", title, words, drawing, legend: legend(&series), data })
}
