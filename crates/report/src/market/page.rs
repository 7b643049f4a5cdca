//! The result as a page with charts.

use base::english::counted;
use maud::html;
use risks::{percent, pounds, pounds_within};

use super::{PlayedMarket, words};
use crate::charts::{legend, marks};
use crate::components::{ChartFigure, Page, PageSection, list, paragraph, stacked_table, table};
use crate::svg::{self, Axis, BLUE, Chart, GREEN, GREY, RED, Series, Shape, ValueRange};

/// The whole page. The same run gives the same bytes.
#[must_use]
pub fn page(market: PlayedMarket<'_>) -> String {
    let found = market.found;
    let about = [format!(
        "{}, {}, {}.",
        counted(market.rules.lots.len(), "lot", "lots"),
        counted(found.providers.len(), "provider", "providers"),
        risks::people(found.people as f64)
    )];
    let sections = vec![
        PageSection::new("answer", "What to expect", html! { p.strategy { (market.answer()) } }),
        PageSection::new(
            "rules",
            "Each rule switched alone",
            html! {
                @if let Some(chart) = switched(market) { (chart.draw()) }
                (stacked_table("rules", "What each rule does, in figures", &PlayedMarket::RULES, &market.rules()))
            },
        ),
        PageSection::new(
            "providers",
            "Providers",
            html! {
                (stacked_table("providers", "What each provider does and gets, as written", &PlayedMarket::PROVIDERS, &market.providers()))
                @if let Some(chart) = shares(market) { (chart.draw()) }
            },
        ),
        PageSection::new(
            "people",
            "People",
            table("groups", "Who finds a provider, and who has a good result", &PlayedMarket::GROUPS, &market.groups()),
        ),
        PageSection::new(
            "rest",
            "Whether providers came to rest",
            html! { (table("rest", "How play ended under each rule", &PlayedMarket::REST, &market.rest())) (list(&market.rest_in_words())) },
        ),
        PageSection::new(
            "played",
            "How it was played",
            html! {
                (paragraph("Nothing is assumed to win: an open market can do worse than a closed one."))
                (list(&market.notes()))
            },
        ),
    ];
    Page {
        title: &format!("{} – the market", market.scheme.name),
        kind: "A market under test",
        heading: &market.rules.title,
        about: &about,
        sections,
    }
    .render()
}

/// What each rule brings beyond the market as it is written.
fn switched(market: PlayedMarket<'_>) -> Option<ChartFigure> {
    let others = || market.found.solved.iter().skip(1);
    others().next()?;
    let rows: Vec<(String, Vec<ValueRange>)> = others()
        .map(|solved| {
            (words::variant(solved.variant), vec![Some([solved.more.net.mean, solved.more.net.low(), solved.more.net.high()])])
        })
        .collect();
    let (low, high) = svg::ends(rows.iter().flat_map(|(_, values)| values).flatten().flatten().copied().chain([0.0]));
    let axis = Axis::pounds("worth less paid, beyond the market as written", low, high, 6);
    let series = [marks("difference, with its 95% interval", BLUE, Shape::Circle)];
    let title = "What each rule brings".to_owned();
    let words = "What results are worth to the public less what is paid, beyond the market as written, on the same people and the same luck. Left of zero the rule does harm.".to_owned();
    let drawing = svg::ranged_rows("switched", &title, &words, &axis, &series, &rows);
    let cells: Vec<Vec<String>> = others()
        .map(|solved| vec![words::variant(solved.variant), pounds_within(solved.more.net), pounds(solved.figures.paid.mean)])
        .collect();
    let data =
        table("switched", "What each rule brings, in figures", &["rules", "worth less paid, beyond as written", "paid"], &cells);
    Some(ChartFigure { id: "switched", title, words, drawing, legend: legend(&series), data })
}

/// Each line has a dash of its own, for readers who cannot tell colours apart.
const LINES: [(&str, &str); 4] = [(RED, "none"), (BLUE, "7 5"), (GREY, "2 4"), (GREEN, "12 4")];

/// The shares of the largest providers over the cohorts.
fn shares(market: PlayedMarket<'_>) -> Option<ChartFigure> {
    let written = market.found.solved.first()?;
    let shares = &written.figures.shares;
    if shares.len() < 2 {
        return None;
    }
    let mut largest: Vec<usize> = (0..market.found.providers.len()).collect();
    let had = |at: usize| shares.iter().map(|cohort| cohort[at]).sum::<f64>();
    largest.sort_by(|&a, &b| had(b).total_cmp(&had(a)).then(a.cmp(&b)));
    largest.retain(|&at| had(at) > 0.0);
    let shown: Vec<usize> = largest.iter().copied().take(LINES.len()).collect();
    let most = shares.iter().flatten().copied().fold(0.1, f64::max);
    let x = Axis::even("cohort", 1.0, shares.len() as f64, shares.len().min(8), |cohort| format!("{cohort:.0}"));
    let y = Axis::even("share of people placed", 0.0, 1.05 * most, 6, |share| format!("{:.0}%", 100.0 * share));
    let title = "The market over time".to_owned();
    let rest = largest.len() - shown.len();
    let others = if rest == 0 {
        String::new()
    } else {
        format!(
            " {} with fewer people in the table alone.",
            base::english::capitalised(&format!("{} are", counted(rest, "provider", "providers")))
                .replace("provider are", "provider is")
        )
    };
    let words = format!("The share of the people placed in each cohort that each provider has, as written.{others}");
    let mut chart = Chart::new("shares", &title, &words, x, y);
    let mut series = Vec::new();
    for (&at, (colour, dash)) in shown.iter().zip(LINES) {
        let line = Series { name: market.found.providers[at].clone(), colour, dash, shape: None, line: true };
        let points: Vec<(f64, f64)> =
            shares.iter().enumerate().map(|(cohort, shares)| (cohort as f64 + 1.0, shares[at])).collect();
        chart.series(&line, &points);
        series.push(line);
    }
    let mut header = vec!["cohort"];
    header.extend(largest.iter().map(|&at| market.found.providers[at].as_str()));
    let cells: Vec<Vec<String>> = shares
        .iter()
        .enumerate()
        .map(|(cohort, shares)| {
            let name = market.scheme.cohorts.get(cohort).map_or_else(|| (cohort + 1).to_string(), |cohort| cohort.name.clone());
            std::iter::once(name).chain(largest.iter().map(|&at| percent(shares[at]))).collect()
        })
        .collect();
    let data = table("shares", "Shares by cohort", &header, &cells);
    Some(ChartFigure { id: "shares", title, words, drawing: chart.draw(), legend: legend(&series), data })
}
