//! What the result depends on, as a page: for each figure a chart of the shares of its spread with their intervals, and one of
//! what every uncertain number moves.

use base::english::counted;
use contract::Scheme;
use maud::html;
use risks::pounds;
use simulation::scenario_discovery::written;
use simulation::sensitivity::{Interval, OutputFigure, SensitivityAnalysis, SensitivityOutput};

use super::charts::{legend, marks};
use super::components::{ChartFigure, Page, PageSection, paragraph, table};
use super::svg::{self, Axis, BLUE, GREY, RED, Shape, ValueRange};
use super::words::number_name;

/// The whole page. The same run gives the same bytes.
pub fn page(scheme: &Scheme, found: &SensitivityAnalysis, notes: &str) -> String {
    let area = if scheme.areas.len() > 1 { format!(" In the typical area alone ({}).", found.area) } else { String::new() };
    let counts = format!(
        "{}, {}.{area}",
        counted(found.uncertain_numbers.len(), "uncertain number", "uncertain numbers"),
        counted(found.people, "person", "people")
    );
    let mut sections: Vec<PageSection> = found
        .outputs
        .iter()
        .zip(FIGURES)
        .map(|(output, (id, name, charts))| {
            let body = html! {
                p.strategy { (title(output)) "." }
                (paragraph(&in_words(output)))
                (shares(found, output, charts[0]).draw())
                (screen(found, output, charts[1]).draw())
            };
            PageSection::new(id, name, body)
        })
        .collect();
    sections.push(PageSection::new("read", "How to read this page", paragraph(notes)));
    Page {
        title: &format!("{} – what the result depends on", scheme.name),
        kind: "What the result of a stress test depends on",
        heading: &scheme.name,
        about: &[counts],
        sections,
    }
    .render()
}

/// Id and heading of each figure's section, and the ids of its two charts.
const FIGURES: [(&str, &str, [&str; 2]); 2] = [
    ("gain", "What the provider gains", ["gain-shares", "gain-screen"]),
    ("rate", "What happens to people", ["rate-shares", "rate-screen"]),
];

/// What a figure is, in words.
pub fn title(output: &SensitivityOutput) -> String {
    match &output.what {
        OutputFigure::GainFromDrift => {
            "What the provider gains by drifting: its profit at its best less its profit as intended".to_owned()
        }
        OutputFigure::TrueOutcome(name) => format!("The true rate of {name} at the provider's best"),
    }
}

/// A value of a figure.
fn value(output: &SensitivityOutput, value: f64) -> String {
    match output.what {
        OutputFigure::GainFromDrift => pounds(value),
        OutputFigure::TrueOutcome(_) => format!("{value:.1}%"),
    }
}

/// A movement of a figure.
pub fn movement(output: &SensitivityOutput, by: f64) -> String {
    match output.what {
        OutputFigure::GainFromDrift => pounds(by),
        OutputFigure::TrueOutcome(_) => format!("{by:.1} points"),
    }
}

/// "£1.2m as stated; £1.1m in the middle, £0.3m to £2m in 9 scenarios of 10".
pub fn spread(output: &SensitivityOutput) -> String {
    let [low, middle, high] = output.spread.map(|figure| value(output, figure));
    format!("{} as stated; {middle} in the middle, {low} to {high} in 9 scenarios of 10", value(output, output.stated))
}

/// The same in sentences.
fn in_words(output: &SensitivityOutput) -> String {
    let [low, middle, high] = output.spread.map(|figure| value(output, figure));
    format!(
        "Under the assumptions as stated it is {}. Over the scenarios its middle value is {middle}, and 9 scenarios in 10 give {low} to {high}.",
        value(output, output.stated)
    )
}

/// "41% (36 to 46)". A share below zero is zero, estimated with an error.
pub fn interval(share: Interval) -> String {
    let whole = |value: f64| (100.0 * value.max(0.0)).round();
    format!("{:.0}% ({:.0} to {:.0})", whole(share.value), whole(share.low), whole(share.high))
}

/// Positions among the numbers of the second step, those that bring most first.
pub fn by_share(found: &SensitivityAnalysis, output: &SensitivityOutput) -> Vec<usize> {
    let mut order: Vec<usize> = (0..found.kept.len()).collect();
    order.sort_by(|&a, &b| output.shares[b].in_all.value.total_cmp(&output.shares[a].in_all.value));
    order
}

/// "£250 to £1,500".
pub fn range(found: &SensitivityAnalysis, uncertain: usize) -> String {
    let uncertain = &found.uncertain_numbers[uncertain];
    // The unit once, at the end; the pound sign stands before both.
    let first = if uncertain.unit == "£" { "£" } else { "" };
    format!("{} to {}", written(uncertain.low, first), written(uncertain.high, uncertain.unit))
}

/// Shares of the spread, by itself and together with others.
fn shares(found: &SensitivityAnalysis, output: &SensitivityOutput, id: &'static str) -> ChartFigure {
    let ranged = |share: Interval| -> ValueRange { Some([share.value, share.low, share.high].map(|part| 100.0 * part.max(0.0))) };
    let order = by_share(found, output);
    let rows: Vec<(String, Vec<ValueRange>)> = order
        .iter()
        .map(|&at| {
            let name =
                format!("{} ({})", number_name(&found.uncertain_numbers[found.kept[at]].path), range(found, found.kept[at]));
            (name, vec![ranged(output.shares[at].alone), ranged(output.shares[at].in_all)])
        })
        .collect();
    let most = rows.iter().flat_map(|(_, values)| values).flatten().map(|value| value[2]).fold(10.0, f64::max);
    let axis = Axis::even("share of the spread, %", 0.0, 1.05 * most, 6, |share| format!("{share:.0}%"));
    let series = [marks("by itself", BLUE, Shape::Circle), marks("by itself or together with others", RED, Shape::Diamond)];
    let title = caption("Which numbers explain the spread", output);
    let words = "Each uncertain number's share of the spread (variance) of this figure, with its 90% interval (Sobol' \
                 first-order and total indices). Where the two marks lie apart, the number matters through its interaction with others.";
    let drawing = svg::ranged_rows(id, &title, words, &axis, &series, &rows);
    let cells: Vec<Vec<String>> = order
        .iter()
        .map(|&at| {
            let share = output.shares[at];
            vec![number_name(&found.uncertain_numbers[found.kept[at]].path), interval(share.alone), interval(share.in_all)]
        })
        .collect();
    let data = table(id, &caption("Shares of the spread, 90% interval", output), &["number", "by itself", "with others"], &cells);
    ChartFigure { id, title, words: words.to_owned(), drawing, legend: legend(&series), data }
}

/// The name of a chart or a table of one of the two figures: no two on the page have the same.
fn caption(name: &str, output: &SensitivityOutput) -> String {
    match &output.what {
        OutputFigure::GainFromDrift => format!("{name}: the provider's gain"),
        OutputFigure::TrueOutcome(outcome) => format!("{name}: the rate of {outcome}"),
    }
}

/// What every number moves the figure by.
fn screen(found: &SensitivityAnalysis, output: &SensitivityOutput, id: &'static str) -> ChartFigure {
    let mut order: Vec<usize> = (0..found.uncertain_numbers.len()).collect();
    order.sort_by(|&a, &b| output.effects[b].size.total_cmp(&output.effects[a].size));
    // Money in pounds, rates in points. Both are zero for most numbers of a long file.
    let shown: Vec<usize> =
        order.iter().copied().filter(|&uncertain| output.effects[uncertain].size > 0.0).take(MOST_SHOWN).collect();
    let rows: Vec<(String, Vec<Option<f64>>)> = shown
        .iter()
        .map(|&uncertain| {
            let effect = output.effects[uncertain];
            let name = format!("{} ({})", number_name(&found.uncertain_numbers[uncertain].path), range(found, uncertain));
            (name, vec![Some(effect.varies), Some(effect.size)])
        })
        .collect();
    let most = rows.iter().flat_map(|(_, values)| values).flatten().copied().fold(0.0, f64::max).max(1e-9);
    let axis = match output.what {
        OutputFigure::GainFromDrift => Axis::pounds("moved by, £", 0.0, 1.05 * most, 5),
        OutputFigure::TrueOutcome(_) => Axis::even("moved by, percentage points", 0.0, 1.05 * most, 5, |by| format!("{by:.1}")),
    };
    let series = [
        marks("how much that depends on the others (standard deviation)", GREY, Shape::Ring),
        marks("moved by its whole range, on average", BLUE, Shape::Square),
    ];
    let title = caption("What each number moves", output);
    let rest = order.len() - shown.len();
    let words = format!(
        "A first look moves one number at a time from many starting points (Morris's elementary effects).{}",
        match rest {
            0 => String::new(),
            1 => " The other number moves it less, or not at all.".to_owned(),
            _ => format!(" The other {rest} numbers move it less, or not at all."),
        }
    );
    let drawing = svg::rows(id, &title, &words, &axis, &series, &rows);
    let cells: Vec<Vec<String>> = order
        .iter()
        .map(|&uncertain| {
            let effect = output.effects[uncertain];
            let name = number_name(&found.uncertain_numbers[uncertain].path);
            vec![name, range(found, uncertain), movement(output, effect.size), movement(output, effect.varies)]
        })
        .collect();
    let data = table(
        id,
        &caption("What each number moves", output),
        &["number", "range", "moves it by", "depends on the others by"],
        &cells,
    );
    ChartFigure { id, title, words, drawing, legend: legend(&series), data }
}

/// Numbers that are drawn; the table has them all.
const MOST_SHOWN: usize = 12;
