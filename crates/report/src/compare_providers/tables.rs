//! The tables of a comparison: a head and rows of text, the same for the terminal and the page.

use base::money::thousands;
use evaluation::providers::comparison::{ExpectedCount, ProviderComparison, ProviderResult};

use super::OutcomeComparison;
use super::places::TOO_FEW;
use super::words::{self, percent};

/// A table of text.
pub(super) struct TextTable {
    pub(super) id: &'static str,
    pub(super) caption: String,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// What is shown where there is no figure: of nobody, or of too few people.
const NONE: &str = "–";

fn count(count: u64) -> String {
    thousands(count as i64)
}

/// A figure of people, where there are any.
fn of_people(people: u64, figure: impl FnOnce() -> String) -> String {
    if people > 0 { figure() } else { NONE.to_owned() }
}

fn strings<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}

/// A row for each provider.
fn by_provider(
    outcome: &OutcomeComparison,
    found: &ProviderComparison,
    cells: impl Fn(&ProviderResult) -> Vec<String>,
) -> Vec<Vec<String>> {
    let rows = outcome.providers.iter().zip(&found.providers);
    rows.map(|(row, provider)| std::iter::once(row.name.clone()).chain(cells(provider)).collect()).collect()
}

/// The results: how many, how many were expected, and where that lies.
pub(super) fn results(outcome: &OutcomeComparison, found: &ProviderComparison) -> TextTable {
    let (many, _) = words::unit(outcome);
    let rows = by_provider(outcome, found, |provider| {
        let ExpectedCount { people, events, .. } = provider.counts;
        vec![
            count(people),
            count(events),
            of_people(people, || percent(provider.counts.share())),
            of_people(people, || percent(provider.counts.expected_share())),
            of_people(people, || percent(provider.counts.share() / provider.counts.expected_share() * found.share)),
            provider.position.map_or(TOO_FEW, |position| words::band(position.band)).to_owned(),
        ]
    });
    TextTable {
        id: "results",
        caption: "Results of each provider".to_owned(),
        header: strings(["provider", many, "with it", "rate", "expected", "standardised", "place"]),
        rows,
    }
}

/// The limits, and the shrunken rates.
pub(super) fn limits(outcome: &OutcomeComparison, found: &ProviderComparison) -> TextTable {
    let rows = by_provider(outcome, found, |provider| match provider.position {
        None => vec![NONE.to_owned(); 4],
        Some(position) => {
            let [far_low, low, high, far_high] = position.limits;
            vec![
                percent(position.rate),
                format!("{} to {}", percent(low), percent(high)),
                format!("{} to {}", percent(far_low), percent(far_high)),
                percent(position.shrunken),
            ]
        }
    });
    TextTable {
        id: "limits",
        caption: "Limits of the standardised rates".to_owned(),
        header: strings(["provider", "standardised", "95% limits", "99.8% limits", "shrunken"]),
        rows,
    }
}

/// How many results are known.
pub(super) fn followed_up(outcome: &OutcomeComparison) -> TextTable {
    let households = outcome.providers.iter().any(|provider| provider.followed_up.with_household > 0);
    let mut header = strings(["provider", "known", "not yet known", "left out", "excepted"]);
    if households {
        header.push("counted with household".to_owned());
    }
    let row = |provider: &super::ProviderRow| {
        let of = provider.followed_up;
        let mut cells = vec![provider.name.clone()];
        cells.extend([of.known, of.not_yet_known, of.left_out, of.excepted].map(count));
        if households {
            cells.push(count(of.with_household));
        }
        cells
    };
    TextTable {
        id: "followed-up",
        caption: "Whose results are known".to_owned(),
        header,
        rows: outcome.providers.iter().map(row).collect(),
    }
}

/// Whom each provider served: the expected rate, and the share of each segment.
pub(super) fn mix(outcome: &OutcomeComparison, found: &ProviderComparison) -> TextTable {
    let segments = outcome.segments.len() > 1;
    let mut header = strings(["provider", "expected"]);
    if segments {
        header.extend(outcome.segments.iter().cloned());
    }
    let rows = outcome.providers.iter().zip(&found.providers).map(|(row, provider)| {
        let people = provider.counts.people;
        let expected = of_people(people, || percent(provider.counts.expected_share()));
        let mut cells = vec![row.name.clone(), expected];
        if segments {
            let share = |of: &u64| of_people(people, || format!("{:.0}%", 100.0 * *of as f64 / people as f64));
            cells.extend(row.segments.iter().map(share));
        }
        cells
    });
    TextTable { id: "mix", caption: "Each provider's mix of people".to_owned(), header, rows: rows.collect() }
}

/// Observed over expected by period: one row for a provider and a column for a period, or the other way round where there are many
/// periods.
pub(super) fn trend(outcome: &OutcomeComparison, found: &ProviderComparison) -> TextTable {
    let cell = |counts: &ExpectedCount| match counts.people {
        0 => "nobody".to_owned(),
        _ => format!("{:.2}", counts.events as f64 / counts.expected),
    };
    let header = std::iter::once(words::period(outcome.periods_are).to_owned());
    let header = header.chain(outcome.providers.iter().map(|provider| provider.name.clone()));
    let row = |(at, name): (usize, &String)| {
        std::iter::once(name.clone()).chain(found.providers.iter().map(|provider| cell(&provider.periods[at]))).collect()
    };
    TextTable {
        id: "trend",
        caption: "Results over what was expected (1.00 is as expected)".to_owned(),
        header: header.collect(),
        rows: outcome.periods.iter().enumerate().map(row).collect(),
    }
}

/// The watch over each provider: signals and run lengths.
pub(super) fn watches(outcome: &OutcomeComparison, found: &ProviderComparison) -> TextTable {
    let rows = outcome.providers.iter().zip(&found.providers).map(|(row, provider)| {
        let mut cells = vec![row.name.clone()];
        match &provider.watches {
            None => cells.extend(vec![TOO_FEW.to_owned(); 2].into_iter().chain(vec![NONE.to_owned(); 2])),
            Some([more, fewer]) => cells.extend([
                words::signal(more, &row.began),
                words::signal(fewer, &row.began),
                words::run(more.run_without_change.min(fewer.run_without_change)),
                words::run(more.run_with_change.max(fewer.run_with_change)),
            ]),
        }
        cells
    });
    TextTable {
        id: "watches",
        caption: "Signals, by the start of the person at whom they came".to_owned(),
        header: strings([
            "provider",
            "more than expected",
            "fewer than expected",
            "run to a false signal",
            "run to a true signal",
        ]),
        rows: rows.collect(),
    }
}

/// The calibration: people by tenths of risk.
pub(super) fn calibration(found: &ProviderComparison) -> TextTable {
    let row = |group: &evaluation::providers::calibration::RiskGroup| {
        let of = group.people.max(1) as f64;
        vec![percent(group.expected / of), percent(group.events as f64 / of), count(group.people)]
    };
    TextTable {
        id: "calibration",
        caption: "Expected and observed, by tenths of the expected chance".to_owned(),
        header: strings(["expected", "observed", "people"]),
        rows: found.calibration.groups.iter().map(row).collect(),
    }
}
