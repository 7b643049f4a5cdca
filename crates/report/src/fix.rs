//! The cheapest changes to the rules that remove what a stress test finds, for a terminal.

use base::english::{counted, plural};
use base::money::thousands;
use contract::Scheme;
use risks::{RiskId, percent, pounds};
use simulation::fix::{FixSearchResult, FixSet, ScenarioShare, smallest_difference};

use crate::terminal::Terminal;

/// What was found, in plain words. `assumptions` is the title of the assumptions file.
#[must_use]
pub fn text(scheme: &Scheme, assumptions: &str, found: &FixSearchResult, terminal: Terminal) -> String {
    let mut out = format!("{}\n{}\n\n", terminal.bold(&scheme.name), terminal.dim(&terminal.wrap(assumptions, 0)));
    out += &match (&found.all, found.present.len()) {
        (_, 0) => return out + &terminal.green("We found no unintended risk, so there is nothing to change.\n"),
        (None, _) => {
            let found = format!("We found: {}. No set of changes that we tried leaves fewer.", names(&found.present));
            terminal.red(&terminal.wrap(&found, 0)) + "\n\n"
        }
        (Some(set), _) => whole(set, found, terminal),
    };
    if !found.stays.is_empty() {
        out += &format!("{}\n", terminal.bold("Why a risk stays"));
        for (name, why) in &found.stays {
            out += &format!("  {}\n", terminal.wrap(&format!("{name}: {why}."), 4));
        }
        out += "\n";
    }
    out += &format!("{}\n", terminal.bold("The cheapest fix for each risk alone (from the short search)"));
    for (name, set) in &found.each {
        let words = set.as_ref().map_or("no change that we tried removes it".to_owned(), |set| alone(set, found));
        out += &format!("  {}\n", terminal.wrap(&format!("{name}: {words}"), 4));
    }
    out += &terminal.dim(&format!("\n{} sets of changes tried.\n", found.tried));
    out
}

/// The set that removes most: its changes, what they cost and do, and what becomes of each risk.
fn whole(set: &FixSet, found: &FixSearchResult, terminal: Terminal) -> String {
    let before = found.present.len();
    let in_scenarios = found.shares.iter().any(|share| found.present.contains(&share.risk) && share.after > 0.0);
    let mut out = match set.left.len() {
        0 if in_scenarios => {
            let none = match before {
                1 => {
                    "Under the assumptions as stated, these changes remove it. It stays in some scenarios: see “scenarios changed”."
                }
                _ => {
                    "Under the assumptions as stated, these changes leave none of them. In part of the scenarios some stay: see \
                     “scenarios changed”."
                }
            };
            terminal.green(&format!(
                "{}\n\n",
                terminal.wrap(&format!("We found {}. {none}", counted(before, "unintended risk", "unintended risks")), 0)
            ))
        }
        0 if before == 1 => terminal.green("We found 1 unintended risk, and these changes remove it:\n\n"),
        0 => terminal.green(&format!("We found {before} unintended risks, and these changes remove all of them:\n\n")),
        left => {
            let new = |risk: &RiskId| if found.present.contains(risk) { "" } else { " (new)" };
            let names: Vec<String> = set.left.iter().map(|risk| format!("{}{}", risk.name(), new(risk))).collect();
            let (names, found) = (risks::listed(&names), counted(before, "unintended risk", "unintended risks"));
            let the_changes = plural(set.changes.len(), "The change is:", "The changes are:");
            let sentence = format!("We found {found}. The best changes that we tried leave {left}: {names}. {the_changes}");
            terminal.red(&format!("{}\n\n", terminal.wrap(&sentence, 0)))
        }
    };
    for (at, change) in set.changes.iter().enumerate() {
        out += &format!("  {}. {}\n", at + 1, terminal.wrap(&change.words(), 5));
    }
    out + &format!("\n{}\n{}\n", figures(set, found), findings(set, found, terminal))
}

/// What the payer pays more or less: "£23.8m more (5.3% of the £449m paid now)".
fn cost(set: &FixSet, found: &FixSearchResult) -> String {
    let now = pounds(found.paid_now);
    match change(set.payer_cost, found) {
        None if found.paid_now.abs() < 0.5 => ABOUT_THE_SAME.to_owned(),
        None => format!("{ABOUT_THE_SAME} as the {now} paid now (to within {})", pounds(smallest_difference(found.paid_now))),
        Some(change) if found.paid_now.abs() < 0.5 => change,
        Some(change) => {
            let share = percent(set.payer_cost.abs() / found.paid_now.abs());
            format!("{change} ({share} of the {now} paid now)")
        }
    }
}

fn worth(value: f64, found: &FixSearchResult) -> String {
    change(value, found)
        .unwrap_or_else(|| format!("{ABOUT_THE_SAME} (to within {})", pounds(smallest_difference(found.paid_now))))
}

const ABOUT_THE_SAME: &str = "about the same";

/// A difference in pounds: "£23.8m more". `None` where the search cannot tell it from none.
fn change(value: f64, found: &FixSearchResult) -> Option<String> {
    (value.abs() > smallest_difference(found.paid_now))
        .then(|| format!("{} {}", pounds(value.abs()), if value < 0.0 { "less" } else { "more" }))
}

fn figures(set: &FixSet, found: &FixSearchResult) -> String {
    let people = match set.people_better.abs().round() as i64 {
        0 => "as many with each outcome as now".to_owned(),
        number => format!("{} {}", thousands(number), set.better),
    };
    let rows = [("the payer pays", cost(set, found)), ("outcomes are worth", worth(set.value_gained, found)), ("people", people)];
    rows.map(|(label, figure)| format!("  {label:<20} {figure}\n")).concat()
        + &if costs_more_than_it_brings(set, found) { format!("  {COSTS_MORE}\n") } else { String::new() }
        + "  Both sets of rules are compared at the provider's best strategy under each.\n"
}

const COSTS_MORE: &str = "The payer pays more for it than the better outcomes are worth.";

/// Whether the payer pays more, as far as can be told, and by more than what outcomes gain.
fn costs_more_than_it_brings(set: &FixSet, found: &FixSearchResult) -> bool {
    set.payer_cost > smallest_difference(found.paid_now) && set.payer_cost > set.value_gained
}

/// A row for each risk that is present now, under the changed rules or in some scenario.
fn findings(set: &FixSet, found: &FixSearchResult, terminal: Terminal) -> String {
    let share = |risk: RiskId| found.shares.iter().find(|share| share.risk == risk);
    let all = risks::CATALOGUE.iter().map(|risk| risk.id);
    let touched = |risk: &RiskId| {
        found.present.contains(risk) || set.left.contains(risk) || share(*risk).is_some_and(|share| share.after > 0.0)
    };
    let word = |present: bool| if present { "present" } else { "absent" }.to_owned();
    let of = |share: Option<&ScenarioShare>, part: fn(&ScenarioShare) -> f64| {
        share.map_or("-".to_owned(), |share| percent(part(share)))
    };
    let row = |risk: RiskId| {
        vec![
            risk.name().to_owned(),
            word(found.present.contains(&risk)),
            word(set.left.contains(&risk)),
            of(share(risk), |share| share.before),
            of(share(risk), |share| share.after),
        ]
    };
    let mut rows: Vec<Vec<String>> = all.filter(touched).map(row).collect();
    let mut header = ["risk", "now", "changed", "scenarios now", "scenarios changed"].map(str::to_owned).to_vec();
    if found.scenarios == 0 {
        header.truncate(3);
        rows.iter_mut().for_each(|row| row.truncate(3));
    }
    let scenarios = match found.scenarios {
        0 => String::new(),
        scenarios => format!("scenarios: the share of {scenarios} scenarios in which the risk is present\n"),
    };
    format!("{}{}", terminal.table(&header, &rows), terminal.dim(&scenarios))
}

fn alone(set: &FixSet, found: &FixSearchResult) -> String {
    let words: Vec<String> = set.changes.iter().map(contract::fixes::Fix::words).collect();
    let brings = match set.brings.as_slice() {
        [] => String::new(),
        brings => format!(". It brings {}", names(brings)),
    };
    format!(
        "{}. The payer pays {}. Outcomes are worth {}{brings}.{}",
        words.join("; and "),
        cost(set, found),
        worth(set.value_gained, found),
        if costs_more_than_it_brings(set, found) { format!(" {COSTS_MORE}") } else { String::new() }
    )
}

/// Names of risks, one after another.
fn names(risks: &[RiskId]) -> String {
    risks.iter().map(|risk| risk.name()).collect::<Vec<&str>>().join(", ")
}
