//! The funnel plot: standardised rates by the number of people, between the limits.

use evaluation::providers::comparison::{Position, ProviderComparison};
use evaluation::providers::funnel::FunnelBand;

use super::OutcomeComparison;
use super::tables::{self, TextTable};
use super::words::{self, percent};
use crate::charts::{legend, marks};
use crate::components::{ChartFigure, stacked_table};
use crate::svg::{self, Axis, BLUE, Chart, GREY, PURPLE, RED, Series, Shape};

/// Places at which the limits are worked out.
const PLACES: u64 = 60;

/// The plot, with its figures as a table; none where no provider has a place. `which` ends the ids, where a page has several.
pub(super) fn funnel(outcome: &OutcomeComparison, found: &ProviderComparison, which: &str) -> Option<ChartFigure> {
    let placed: Vec<(f64, &Position)> = found
        .providers
        .iter()
        .filter_map(|provider| Some((provider.counts.people as f64, provider.position.as_ref()?)))
        .collect();
    let most = placed.iter().map(|(people, _)| *people).fold(0.0, f64::max);
    let least = placed.iter().map(|(people, _)| *people).fold(f64::INFINITY, f64::min);
    if placed.is_empty() || found.share <= 0.0 || found.share >= 1.0 {
        return None;
    }
    let (from, to) = ((0.6 * least).floor().max(1.0), (1.08 * most).ceil());
    let sizes: Vec<u64> = (0..=PLACES).map(|at| (from + (to - from) * at as f64 / PLACES as f64).round() as u64).collect();
    let limits: Vec<(f64, [f64; 4])> =
        sizes.iter().map(|people| (*people as f64, found.funnel.limits_of_share(found.share, *people))).collect();
    let values = limits.iter().flat_map(|(_, limits)| *limits).chain(placed.iter().map(|(_, position)| position.rate));
    let (low, high) = svg::ends(values);
    let (many, _) = words::unit(outcome);
    let x = Axis::even(&format!("{many} whose result is known"), from, to, 6, |value| base::money::thousands(value as i64));
    let y = Axis::even("standardised rate", low.max(0.0), high, 6, percent);
    let title = "Standardised rates and their limits (funnel plot)".to_owned();
    let words = format!(
        "Each mark is a provider: across, how many {many} it has, and up, its standardised rate. The limits are closer together for more \
         {many}. They are drawn for the mix of everybody; each provider's place goes by limits for its own mix, which the table gives. \
         {}",
        words::answer(outcome, found)
    );
    let mut chart = Chart::new(&format!("funnel{which}"), &title, &words, x, y);
    let line = |name: &str, colour, dash| Series { name: name.to_owned(), colour, dash, shape: None, line: true };
    let lines = [line("95% limits", BLUE, "7 5"), line("99.8% limits", GREY, "2 4")];
    for (limit, series) in [(0, 1), (1, 0), (2, 0), (3, 1)] {
        let points: Vec<(f64, f64)> = limits.iter().map(|(people, limits)| (*people, limits[limit])).collect();
        chart.series(&lines[series], &points);
    }
    chart.level(found.share);
    let kinds = [
        marks("within what is expected", BLUE, Shape::Circle),
        marks("outside the 95% limits", PURPLE, Shape::Diamond),
        marks("outside the 99.8% limits", RED, Shape::Triangle),
    ];
    for (people, position) in &placed {
        let kind = match position.band {
            FunnelBand::Within => 0,
            FunnelBand::Below | FunnelBand::Above => 1,
            FunnelBand::FarBelow | FunnelBand::FarAbove => 2,
        };
        chart.series(&kinds[kind], &[(*people, position.rate)]);
    }
    let mut keys = legend(&kinds);
    keys.push((svg::level_key(), format!("everybody: {}", percent(found.share))));
    keys.extend(legend(&lines));
    let TextTable { caption, header, rows, .. } = figures(outcome, found);
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let data = stacked_table(&format!("funnel{which}"), &caption, &header, &rows);
    Some(ChartFigure { id: "funnel", title, words, drawing: chart.draw(), legend: keys, data })
}

/// The figures of the plot: results and limits together.
fn figures(outcome: &OutcomeComparison, found: &ProviderComparison) -> TextTable {
    let (results, limits) = (tables::results(outcome, found), tables::limits(outcome, found));
    let joined = results.rows.iter().zip(&limits.rows).map(|(result, limits)| {
        // Provider, people, standardised rate, both limits, place.
        vec![result[0].clone(), result[1].clone(), result[5].clone(), limits[2].clone(), limits[3].clone(), result[6].clone()]
    });
    let (many, _) = words::unit(outcome);
    TextTable {
        id: "funnel",
        caption: "The figures of the funnel plot".to_owned(),
        header: ["provider", many, "standardised rate", "95% limits", "99.8% limits", "place"].map(str::to_owned).to_vec(),
        rows: joined.collect(),
    }
}
