//! The charts of a linkage's page: the weight of each level of each comparison, the weights of links, and how the weights of single
//! pairs add up. Nothing here shows what a record says, only levels.

use std::cmp::Ordering;

use base::english::counted;
use base::money::thousands;
use linkage::model::ComparisonLevel;
use linkage::prediction::Prediction;
use linkage::scoring::Scorer;
use maud::{Markup, html};

use super::summary::REVIEW;
use super::why::name;
use crate::components::{ChartFigure, table};
use crate::svg::{self, Axis, BLUE, Bar, Chart, GREY, RED, band_key};
use linkage::finished_linkage::Linkage;

/// log2(m/u) of a level; nothing where the model gives no such number.
fn bits(level: &ComparisonLevel) -> Option<f64> {
    Some((level.m / level.u).log2()).filter(|bits| bits.is_finite())
}

/// "+5.3", "0" for nothing, or a dash where there is no number.
pub(crate) fn signed(bits: Option<f64>) -> String {
    match bits {
        None => "–".into(),
        Some(bits) if bits.abs() < 0.05 => "0".into(),
        Some(bits) => format!("{bits:+.1}"),
    }
}

/// A chance in as many digits as say something.
pub(crate) fn chance(chance: f64) -> String {
    match chance {
        0.0 => "0".into(),
        small if small < 0.0001 => format!("{small:.1e}"),
        small if small < 0.01 => format!("{small:.5}"),
        other => format!("{other:.3}"),
    }
}

fn colour(bits: f64) -> &'static str {
    if bits < 0.0 { RED } else { BLUE }
}

/// The weight of every level.
pub(crate) fn weights(made: &Linkage) -> ChartFigure {
    let comparisons = &made.linked.model.comparisons;
    let (mut rows, mut cells) = (Vec::new(), Vec::new());
    for comparison in comparisons {
        rows.push((comparison.name.clone(), None));
        for level in &comparison.levels {
            let bits = bits(level);
            let words = signed(bits);
            let to = bits.unwrap_or_default();
            rows.push((level.label.clone(), Some(Bar { from: 0.0, to, colour: colour(to), words })));
            cells.push(vec![comparison.name.clone(), level.label.clone(), chance(level.m), chance(level.u), signed(bits)]);
        }
    }
    let all = || comparisons.iter().flat_map(|comparison| &comparison.levels).filter_map(bits);
    let (low, high) = (all().fold(-1.0, f64::min), all().fold(1.0, f64::max));
    let axis = Axis::even("bits", 1.3 * low, 1.3 * high, 6, |bits| format!("{bits:.0}"));
    let title = "The match weight of each comparison level";
    let words = "A bar to the right is evidence that two records are the same person, and a bar to the left is evidence that they are \
                 not. The weight is log2 of m over u. m is the share of pairs of one person at this level, and u is the share of pairs \
                 of two people. 1 bit doubles the odds, and 10 bits make them about 1,000 times higher. Where the model knows how \
                 common a value is, a pair gets more for a rare value and less for a common one."
        .to_owned();
    let drawing = svg::bars("weights", title, "The table below the chart has the figures.", &axis, None, &rows);
    let header = ["comparison", "level", "m", "u", "log2 m/u"];
    let data = table("weights", "The levels of the model", &header, &cells);
    ChartFigure { id: "weights", title: title.into(), words, drawing, legend: Vec::new(), data }
}

/// Links by weight.
pub(crate) fn histogram(made: &Linkage) -> Option<ChartFigure> {
    // A model made elsewhere may be certain of a level; such a link has no place on the scale.
    let weights = || made.linked.predictions.iter().map(|link| f64::from(link.weight)).filter(|weight| weight.is_finite());
    let (low, high) =
        weights().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), weight| (low.min(weight), high.max(weight)));
    if low > high {
        return None;
    }
    let wide = ((high - low) / 50.0).ceil().max(1.0);
    let first = (low.min(REVIEW.0).min(made.match_threshold) / wide).floor();
    let last = (high.max(REVIEW.1).max(made.match_threshold) / wide).floor() + 1.0;
    let mut columns = vec![0_i64; (last - first) as usize];
    weights().for_each(|weight| columns[((weight / wide).floor() - first) as usize] += 1);
    let top = columns.iter().copied().max().unwrap_or(1).max(1) as f64;
    let x = Axis::even("weight, bits", first * wide, last * wide, 8, |bits| format!("{bits:.0}"));
    let y = Axis::even("links", 0.0, 1.12 * top, 6, |count| thousands(count.round() as i64));
    let title = "Weights of links";
    let what = format!("{} from {low:.1} to {high:.1} bits", counted(weights().count(), "link", "links"));
    let mut chart = Chart::new("links", title, &what, x, y);
    chart.band(&[(REVIEW.0, 0.0), (REVIEW.1, 0.0)], &[(REVIEW.0, 1.12 * top), (REVIEW.1, 1.12 * top)], RED);
    let from = |at: usize| (first + at as f64) * wide;
    for (at, count) in columns.iter().enumerate().filter(|(_, count)| **count > 0) {
        chart.column(from(at), from(at) + wide, *count as f64, BLUE);
    }
    chart.upright(made.match_threshold, "match threshold");
    let rows = columns.iter().enumerate().map(|(at, count)| {
        let range = format!("{:.0} to {:.0}", from(at), from(at) + wide);
        vec![range, thousands(*count)]
    });
    let data = table("links", "Links by weight", &["bits", "links"], &rows.collect::<Vec<_>>());
    let words = format!(
        "A good linkage has two hills, and a valley at the match threshold. Somebody should review the links between {} and {} bits \
         (shaded). Pairs of less than -5 bits are not kept and not drawn.",
        REVIEW.0, REVIEW.1
    );
    let legend = vec![(band_key(RED), "to be reviewed".to_owned())];
    Some(ChartFigure { id: "links", title: title.into(), words, drawing: chart.draw(), legend, data })
}

/// A few pairs that are explained: some nearest to the threshold on either side, and one that is clear.
fn explained(made: &Linkage) -> Vec<(&'static str, Prediction)> {
    let order = |a: &Prediction, b: &Prediction| a.weight.total_cmp(&b.weight).then((a.left, a.right).cmp(&(b.left, b.right)));
    let is_below = |link: &Prediction, bits: f64| f64::from(link.weight) < bits;
    let links = || made.linked.predictions.iter().copied();
    let mut pairs: Vec<(&str, Prediction)> = Vec::new();
    // The middle one of those that need no review.
    let mut clear: Vec<Prediction> = links().filter(|link| !is_below(link, REVIEW.1.max(made.match_threshold))).collect();
    if !clear.is_empty() {
        let middle = clear.len() / 2;
        pairs.push(("A clear pair", *clear.select_nth_unstable_by(middle, order).1));
    }
    let nearest_two =
        |title, links: &mut dyn Iterator<Item = Prediction>, order: &dyn Fn(&Prediction, &Prediction) -> Ordering| {
            let mut nearest: Vec<Prediction> = Vec::new();
            for link in links {
                if nearest.len() < 2 || order(&link, &nearest[1]).is_lt() {
                    nearest.push(link);
                    nearest.sort_by(order);
                    nearest.truncate(2);
                }
            }
            nearest.into_iter().map(move |link| (title, link))
        };
    let (mut above, mut below) = (
        links().filter(|link| !is_below(link, made.match_threshold)),
        links().filter(|link| is_below(link, made.match_threshold)),
    );
    pairs.extend(nearest_two("One of the nearest above the threshold", &mut above, &order));
    pairs.extend(nearest_two("One of the nearest below the threshold", &mut below, &|a, b| order(b, a)));
    pairs
}

const PAIRS: [&str; 5] = ["pair-1", "pair-2", "pair-3", "pair-4", "pair-5"];

/// How the weights of some pairs add up, step by step.
pub(crate) fn waterfalls(made: &Linkage, scorer: &Scorer<'_>) -> Option<Markup> {
    let pairs = explained(made);
    if pairs.is_empty() {
        return None;
    }
    Some(html! { @for ((title, link), id) in pairs.into_iter().zip(PAIRS) { (waterfall(made, scorer, id, title, link).draw()) } })
}

fn waterfall(
    made: &Linkage,
    scorer: &Scorer<'_>,
    id: &'static str,
    title: &str,
    Prediction { left, right, .. }: Prediction,
) -> ChartFigure {
    let levels = scorer.levels(left, right);
    let (parts, rest) = scorer.parts(left, right, &levels);
    let mut steps: Vec<(String, f64)> = vec![("before any comparison".into(), scorer.before(left, right))];
    for (comparison, (level, (bits, rare))) in made.linked.model.comparisons.iter().zip(levels.iter().zip(parts)) {
        steps.push((format!("{}: {}", comparison.name, comparison.levels[usize::from(*level)].label), bits));
        if rare.abs() >= 0.05 {
            steps.push((if rare > 0.0 { "a rare value" } else { "a common value" }.into(), rare));
        }
    }
    if rest.abs() >= 0.05 {
        steps.push(("households, a rule on twins, or calibration".into(), rest));
    }
    let mut sum = 0.0;
    let mut rows: Vec<(String, Option<Bar>)> = Vec::new();
    for (name, bits) in &steps {
        rows.push((name.clone(), Some(Bar { from: sum, to: sum + bits, colour: colour(*bits), words: signed(Some(*bits)) })));
        sum += bits;
    }
    rows.push(("total".into(), Some(Bar { from: 0.0, to: sum, colour: GREY, words: signed(Some(sum)) })));
    let ends = rows.iter().filter_map(|(_, bar)| bar.as_ref()).flat_map(|bar| [bar.from, bar.to]);
    let (low, high) = svg::ends(ends.chain([made.match_threshold]));
    let span = high - low;
    let axis = Axis::even("bits", low - 0.06 * span, high + 0.1 * span, 5, |bits| format!("{bits:.0}"));
    let outcome = if made.linked.person[left as usize] == made.linked.person[right as usize] {
        "In the result they are one person."
    } else {
        "In the result they are two people."
    };
    let both = format!("{} and {}", name(&made.records, left), name(&made.records, right));
    let words = format!(
        "{both}: {} bits, a chance of {:.1}% that they are one person. {outcome}",
        signed(Some(sum)),
        100.0 * linkage::match_weight::probability(sum)
    );
    let drawing = svg::bars(id, title, &words, &axis, Some((made.match_threshold, "match threshold")), &rows);
    let mut cells: Vec<Vec<String>> = steps.iter().map(|(name, bits)| vec![name.clone(), signed(Some(*bits))]).collect();
    cells.push(vec!["total".into(), signed(Some(sum))]);
    let data = table(id, &format!("{both}, step by step"), &["what is compared", "bits"], &cells);
    ChartFigure { id, title: title.into(), words, drawing, legend: Vec::new(), data }
}
