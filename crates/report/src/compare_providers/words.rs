//! The sentences about providers.

use base::english::{counted, plural};
use base::money::thousands;
use evaluation::providers::comparison::{Position, ProviderComparison, WrongOrder};
use evaluation::providers::funnel::{Dispersion, FunnelBand};
use evaluation::providers::watch::Watch;

use super::{ComparedProviders, OutcomeComparison, PeriodKind};

/// How many providers a sentence names.
const NAMED: usize = 3;

/// Where a result lies.
pub(super) fn band(band: FunnelBand) -> &'static str {
    match band {
        FunnelBand::FarBelow => "below 99.8%",
        FunnelBand::Below => "below 95%",
        FunnelBand::Within => "within what is expected",
        FunnelBand::Above => "above 95%",
        FunnelBand::FarAbove => "above 99.8%",
    }
}

/// A share in per cent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1}%", 100.0 * share)
}

/// The name of what widens the limits, as it is written on the command line.
pub(super) fn dispersion(dispersion: Dispersion) -> &'static str {
    match dispersion {
        Dispersion::None => "none",
        Dispersion::Additive => "additive",
        Dispersion::Multiplicative => "multiplicative",
    }
}

/// The answer: who lies where.
pub(super) fn answer(outcome: &OutcomeComparison, found: &ProviderComparison) -> String {
    let positions: Vec<&Position> = found.providers.iter().filter_map(|provider| provider.position.as_ref()).collect();
    let within = positions.iter().filter(|position| position.band == FunnelBand::Within).count();
    let mut parts = vec![format!(
        "{} within what is expected of {} people",
        counted(within, "provider is", "providers are"),
        plural(within, "its", "their")
    )];
    for (of, words) in [
        (FunnelBand::FarBelow, "below the 99.8% limit"),
        (FunnelBand::Below, "below the 95% limit"),
        (FunnelBand::Above, "above the 95% limit"),
        (FunnelBand::FarAbove, "above the 99.8% limit"),
    ] {
        let there = outcome.providers.iter().zip(&found.providers);
        let there = there.filter(|(_, provider)| provider.position.is_some_and(|position| position.band == of));
        let names: Vec<String> = there.map(|(row, _)| format!("\"{}\"", row.name)).collect();
        match names.len() {
            0 => {}
            1..=NAMED => parts.push(format!("{} {} {words}", joined(&names), plural(names.len(), "is", "are"))),
            many => parts.push(format!("{many} are {words}")),
        }
    }
    let without = found.providers.len() - positions.len();
    if without > 0 {
        parts.push(format!("{without} {} too few people to say", plural(without, "has", "have")));
    }
    let better = if outcome.more_is_better { "More is better." } else { "Fewer is better." };
    // Names in a list of parts have commas and "and" of their own.
    format!("{}. {better}", parts.join("; "))
}

/// "a", "a and b", "a, b and c".
pub(super) fn joined(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What the figures are of, and what they are not.
pub(super) fn scope(compared: &ComparedProviders, outcome: &OutcomeComparison, found: &ProviderComparison) -> String {
    let known: u64 = outcome.providers.iter().map(|provider| provider.followed_up.known).sum();
    let (many, _) = unit(outcome);
    format!(
        "Of {} {many} whose result is known by {}, {} had this outcome. A provider's standardised rate is what everybody's rate would be \
         if all did as well or as badly as it did with its own {many}. The list is in the order of names: it is no ranking.",
        thousands(known as i64),
        day(compared.as_at),
        percent(found.share)
    )
}

/// "people" and "person", or households.
pub(super) fn unit(outcome: &OutcomeComparison) -> (&'static str, &'static str) {
    if outcome.counts_households { ("households", "household") } else { ("people", "person") }
}

fn day(day: jiff::civil::Date) -> String {
    day.strftime("%-d %B %Y").to_string()
}

/// What the limits allow for, and where other limits would put providers elsewhere.
pub(super) fn limits(outcome: &OutcomeComparison, found: &ProviderComparison) -> Vec<String> {
    let placed = found.providers.iter().filter(|provider| provider.position.is_some()).count();
    let mut out = vec![
        "By chance alone, a provider that does as expected is outside the 95% limits 1 time in 20, and outside the 99.8% limits 1 time in \
         500. A result outside them is a reason to ask why, and no verdict."
            .to_owned(),
    ];
    out.push(match found.funnel.dispersion {
        Dispersion::None => "The limits allow for chance only, by the exact binomial distribution.".to_owned(),
        Dispersion::Additive if found.funnel.tau_squared == 0.0 => "The limits would allow for ordinary differences between providers that \
             nobody recorded (additive over-dispersion), but chance explains all that there is. They are exact binomial limits."
            .to_owned(),
        Dispersion::Additive => format!(
            "The limits allow for chance and for ordinary differences between providers that nobody recorded (additive over-dispersion: \
             the squared differences are {:.1} times as large as chance makes them).",
            found.funnel.phi
        ),
        Dispersion::Multiplicative if found.funnel.phi <= 1.0 => "The limits would allow for differences beyond chance (multiplicative \
             over-dispersion), but chance explains all that there is. They are exact binomial limits."
            .to_owned(),
        Dispersion::Multiplicative => format!(
            "The limits are {:.2} times as far apart as chance makes them, at every size (multiplicative over-dispersion).",
            found.funnel.phi.sqrt()
        ),
    });
    if placed < 10 {
        out.push(format!(
            "With {} the differences beyond chance can hardly be estimated, and one provider far out widens the limits for itself. \
             Compare the limits with `--dispersion none`.",
            counted(placed, "provider", "providers")
        ));
    }
    out.extend(changes(outcome, found));
    out
}

/// Where another allowance would put a provider into another band.
fn changes(outcome: &OutcomeComparison, found: &ProviderComparison) -> Vec<String> {
    let mut out = Vec::new();
    for (row, provider) in outcome.providers.iter().zip(&found.providers) {
        let Some(position) = provider.position else { continue };
        let kinds = [Dispersion::None, Dispersion::Additive, Dispersion::Multiplicative];
        let others: Vec<String> = kinds
            .iter()
            .zip(position.bands)
            .filter(|(kind, other)| **kind != found.funnel.dispersion && *other != position.band)
            .map(|(kind, other)| {
                let with = match kind {
                    Dispersion::None => "limits for chance only",
                    Dispersion::Additive => "additive over-dispersion",
                    Dispersion::Multiplicative => "multiplicative over-dispersion",
                };
                format!("{} with {with}", band(other))
            })
            .collect();
        if !others.is_empty() {
            out.push(format!("\"{}\" is {}. It would be {}.", row.name, band(position.band), joined(&others)));
        }
    }
    if out.is_empty() {
        out.push("Every provider has the same place with limits for chance only, and with additive and multiplicative over-dispersion.".to_owned());
    }
    out
}

/// How often a ranking would be wrong.
pub(super) fn ranking(wrong: &WrongOrder) -> String {
    let pair = plural(wrong.pairs, "the two providers", "two neighbours in it");
    let spread = if wrong.pairs > 1 && (wrong.largest - wrong.smallest) >= 0.01 {
        format!(" (from {:.0} to {:.0} in 100)", 100.0 * wrong.smallest, 100.0 * wrong.largest)
    } else {
        String::new()
    };
    let coin = if wrong.mean > 0.495 { " That is as often as a coin would." } else { "" };
    format!(
        "If these providers were ranked and the ranking made again with as many new people, {pair} would change places in {:.0} of 100 \
         cases on average{spread}, going by the shrunken rates.{coin}",
        100.0 * wrong.mean
    )
}

/// What the model is.
pub(super) fn model(outcome: &OutcomeComparison, found: &ProviderComparison) -> Vec<String> {
    let known = if outcome.known_before.is_empty() {
        "The model knows nothing of people, so that everybody has the same expected chance.".to_owned()
    } else {
        format!("The model knows {} of each person.", joined(&outcome.known_before))
    };
    let mut out = vec![
        "What is expected comes from this program's own model: a logistic regression on these records, over the people of all providers \
         together. It is not OGRS, nor another published score, and it has not been validated elsewhere."
            .to_owned(),
        known,
    ];
    out.extend(outcome.not_used.iter().cloned());
    if !found.model.left_out.is_empty() {
        out.push(format!("Left out, because they add nothing that can be estimated here: {}.", joined(&found.model.left_out)));
    }
    out.push(
        "What nobody recorded may still differ between providers: how hard to help people were, and who was referred.".to_owned(),
    );
    out
}

/// How well the model fits.
pub(super) fn fit(found: &ProviderComparison) -> String {
    let calibration = &found.calibration;
    let slope = calibration.slope.map(|slope| {
        let judged = match slope {
            slope if slope < 0.8 => "predictions are too far apart",
            slope if slope > 1.25 => "predictions are too close together",
            _ => "close to 1, which is perfect",
        };
        format!("The calibration slope is {slope:.2} ({judged}).")
    });
    let c = calibration.c_statistic.map(|c| {
        format!("The C statistic is {c:.2}: of two people, one with the outcome and one without, the model gave the one with it the higher \
                 chance in {:.0} of 100 cases (50 is a coin).", 100.0 * c)
    });
    let figures: Vec<String> = slope.into_iter().chain(c).collect();
    if figures.is_empty() {
        return "There is no spread of chances to judge.".to_owned();
    }
    format!("{} Each person was predicted by a model fitted without that person's tenth of the people.", figures.join(" "))
}

/// What the watch is, and its run lengths.
pub(super) fn watching(outcome: &OutcomeComparison) -> String {
    let (many, _) = unit(outcome);
    format!(
        "Each provider's {many} are followed in the order in which they started (risk-adjusted CUSUM). A signal says that the odds of the \
         outcome seem to have risen to 1.5 times what is expected, or fallen to 1 / 1.5. The limit is set so that each of the two gives a \
         false signal once in 20 times the provider's number of {many} on average: about 1 provider in 20 has one by chance. A run \
         is how many {many} pass before a signal, on average, from a Markov chain."
    )
}

/// A signal in words: when it was given first. `began` are the first days of the provider's people.
pub(super) fn signal(watch: &Watch, began: &[jiff::civil::Date]) -> String {
    match watch.signals.first().and_then(|at| began.get(*at)) {
        None => "none".to_owned(),
        Some(day) => format!("{} {}", day.strftime("%B"), day.year()),
    }
}

/// The head of a column of periods.
pub(super) fn period(kind: PeriodKind) -> &'static str {
    match kind {
        PeriodKind::Cohorts => "cohort",
        PeriodKind::Quarters => "quarter of the start",
    }
}

/// A run length: long ones in two digits, because they are approximate.
pub(super) fn run(length: f64) -> String {
    if !length.is_finite() || length >= 1e9 {
        return "over a billion".to_owned();
    }
    let unit = 10f64.powf((length.max(1.0).log10().floor() - 1.0).max(0.0));
    thousands(((length / unit).round() * unit) as i64)
}
