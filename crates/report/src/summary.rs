//! The terminal summary: what a commissioner takes in within half a minute.

use base::money::thousands;
use contract::Scheme;
use risks::quoted;
use simulation::assumptions::Assumptions;
use simulation::stress::{Reported, StressOptions, StressTest};

use super::words::FixShown;
use super::{parties, words};
use crate::terminal::Terminal;

/// The summary as text; `paged` when the whole report is written elsewhere too.
pub fn text(
    scheme: &Scheme,
    assumptions: &Assumptions,
    stress: &StressTest,
    options: StressOptions,
    paged: bool,
    terminal: Terminal,
) -> String {
    let (present, absent): (Vec<&Reported>, Vec<&Reported>) = words::looked_for(stress).partition(|r| r.finding.present);
    let verdict = terminal.wrap(&words::verdict(stress), 0);
    let mut out = format!("{}\n", terminal.bold(&terminal.wrap(&scheme.name, 0)));
    out += &terminal.dim(&format!(
        "{}\n",
        terminal.wrap(&format!("{}. All sums: {}.", assumptions.name, words::over(stress, assumptions)), 0)
    ));
    out += &format!("\n{}\n", if present.is_empty() { terminal.green(&verdict) } else { terminal.red(&verdict) });
    out += &expected_outcomes(stress, terminal);
    present.iter().for_each(|reported| out += &finding(reported, stress, terminal));
    let trying = words::trying(stress);
    if !trying.is_empty() {
        out += &format!("\n{}\n", terminal.bold("What effort pays"));
        trying.iter().for_each(|fact| out += &format!("  - {}\n", terminal.wrap(fact, 4)));
    }
    if let Some(found) = parties::table(scheme, assumptions, stress) {
        out += &format!("\n{}\n", terminal.bold("Who gains and who loses"));
        found.sentences().iter().for_each(|one| out += &format!("  - {}\n", terminal.wrap(one, 4)));
    }
    if !absent.is_empty() {
        out += &format!("\n{}\n", terminal.bold("Looked for and not found"));
        absent.iter().for_each(|reported| out += &all_clear(reported, stress, terminal));
    }
    let unseen: Vec<&str> = words::not_looked_for(stress).map(|(name, _)| name).collect();
    if !unseen.is_empty() {
        let names = words::listed(&unseen);
        let words = format!(
            "Not looked for, because the files say nothing by which to look: {names}. docs/scheme-file.md says what to add."
        );
        out += &format!("\n{}\n", terminal.wrap(&words, 0));
    }
    out += &footer(stress, options, terminal);
    if !paged {
        out += &terminal.dim("--html FILE writes the whole report: charts, every test and assumption, the contract's terms.\n");
    }
    out
}

/// Which way each outcome goes for a mixture of providers.
fn expected_outcomes(stress: &StressTest, terminal: Terminal) -> String {
    if stress.expected.is_empty() {
        return String::new();
    }
    let mut out = format!("\n{}\n", terminal.bold("What to expect of each outcome, compared with today"));
    for expected in &stress.expected {
        let change = words::expected_change(expected);
        let range = match stress.scenarios {
            0 => format!("{change} as stated"),
            _ => format!("{change} in the middle 90% of scenarios"),
        };
        let scenarios = words::expected_scenarios(expected, stress);
        let scenarios = scenarios.map_or(String::new(), |scenarios| format!(" {}.", words::sentence(&scenarios)));
        let name = quoted(&expected.name);
        let text = format!(
            "{name}: {}. Today {}; {range}; {} is intended.{scenarios}",
            words::expected_direction(expected, stress),
            words::today(expected),
            words::intended_change(expected)
        );
        out += &format!("  - {}\n", terminal.wrap(&text, 4));
    }
    if let Some(at_scale) = words::at_scale(stress) {
        out += &format!("{}\n", terminal.wrap(&at_scale, 0));
    }
    let note = format!("{} {}", words::WHICH_TO_USE, words::TRACK_RECORD.trim_end());
    out += &terminal.dim(&format!("{}\n", terminal.wrap(&note, 0)));
    out
}

/// A line of a finding: a label, and text that wraps beside it.
fn line(label: &str, text: &str, terminal: Terminal) -> String {
    format!("  {label:<10}{}\n", terminal.wrap(text, 12))
}

fn finding(reported: &Reported, stress: &StressTest, terminal: Terminal) -> String {
    let finding = &reported.finding;
    let few = words::not_in_most(reported.share_of_scenarios, stress).map_or(String::new(), |few| format!(" ({few})"));
    let mut out = format!("\n{}{}\n", terminal.red(&finding.name().to_uppercase()), terminal.dim(&few));
    out += &line("strategy", &finding.strategy, terminal);
    out += &line("gains", &format!("the provider: {}", words::gains(finding)), terminal);
    let losers = words::losers(finding, stress);
    if !losers.is_empty() {
        out += &line("loses", &losers.join("; "), terminal);
    }
    let place = match stress.scenarios {
        0 => "in the assumptions as stated, the only one tried".to_owned(),
        _ => format!("in {}", words::counted_scenarios(reported.share_of_scenarios, stress)),
    };
    out += &line("where", &format!("{place}; {}", words::agent_types(reported)), terminal);
    // In which scenarios it is present, before the forecast, which counts others.
    out += &words::scenario_box(reported, stress).map_or(String::new(), |when| line("", &when, terminal));
    out += &line("forecast", &words::forecast(reported, stress), terminal);
    out += &words::nearest_scenario(reported, stress).map_or(String::new(), |edge| line("nearest", &edge, terminal));
    out += &line(
        "fix",
        &match words::fix(reported, stress) {
            Some(fix @ FixShown::AsFor(_)) => fix.words(),
            Some(FixShown::New(tried)) => format!("{} ({})", tried.fix.words(), words::side_effects(tried, stress)),
            None => words::no_fix(reported) + &tried_in_vain(reported),
        },
        terminal,
    );
    out
}

/// The first of the changes that do not remove a finding; the page has them all. A change may itself be several joined by "and",
/// so each is numbered.
fn tried_in_vain(reported: &Reported) -> String {
    const SHOWN: usize = 3;
    let all = &reported.tried_without_effect;
    let first: Vec<String> = all.iter().take(SHOWN).enumerate().map(|(at, words)| format!("({}) {words}", at + 1)).collect();
    match all.len() {
        0 => String::new(),
        1 => format!(": {}", all[0]),
        n if n > SHOWN => format!(": {}; and {} more", first.join("; "), n - SHOWN),
        _ => format!(": {}", first.join("; ")),
    }
}

fn all_clear(reported: &Reported, stress: &StressTest, terminal: Terminal) -> String {
    let why = words::why_not(&reported.finding).map_or(String::new(), |(what, figure)| format!("needs “{what}”; here: {figure}"));
    let elsewhere = match reported.share_of_scenarios {
        share if share > 0.0 => format!(" (but present in {})", words::counted_scenarios(share, stress)),
        _ => String::new(),
    };
    let mixed = match reported.forecast > 0.5 {
        true => format!("; but {}", words::forecast(reported, stress)),
        false => String::new(),
    };
    let nearest = words::nearest_scenario(reported, stress).map_or(String::new(), |edge| format!("; {edge}"));
    format!(
        "  {:<32} {}\n",
        reported.finding.name(),
        terminal.dim(&terminal.wrap(&format!("{why}{elsewhere}{mixed}{nearest}"), 35))
    )
}

fn footer(stress: &StressTest, options: StressOptions, terminal: Terminal) -> String {
    let (regret, error) = stress.regret;
    let failed = match stress.scenarios_failed {
        0 => String::new(),
        1 => " 1 more scenario could not be read.".to_owned(),
        n => format!(" {n} more scenarios could not be read."),
    };
    let text = format!(
        "± is the 95% simulation error, shown where it would change the figure. Replications: {}. Scenarios: {}, drawn from uncertain \
         numbers: {}. Strategies tried: {}. Seed: {}.{failed} The best strategy found may earn less than the true best by {} in an \
         area. Numbers that are assumptions, not facts: {}.",
        thousands(options.replications as i64),
        stress.scenarios,
        stress.uncertain_numbers.len(),
        thousands(stress.tried as i64),
        options.seed,
        words::estimate(risks::Estimate { mean: regret, error }),
        stress.assumptions.len(),
    );
    format!("\n{}\n", terminal.dim(&terminal.wrap(&text, 0)))
}
