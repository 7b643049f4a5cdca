//! Where a risk appears, in words: in how many scenarios, under which assumptions, and what would have to change.

use base::english::plural;
use base::reader::UncertainNumber;
use risks::quoted;
use simulation::scenario_discovery::{BoxLimit, uncertain_name, written};
use simulation::stress::{Reported, StressTest};

use super::figures::listed;

/// "59 of 64": a share of the scenarios tried, as a count, which claims no more than was tried.
pub fn scenarios(share: f64, stress: &StressTest) -> String {
    match stress.scenarios {
        0 => "none tried".to_owned(),
        tried => format!("{} of {tried}", (share * tried as f64).round()),
    }
}

/// "59 of 64 scenarios", "1 of 1 scenario".
pub fn counted_scenarios(share: f64, stress: &StressTest) -> String {
    format!("{} {}", scenarios(share, stress), plural(stress.scenarios, "scenario", "scenarios"))
}

/// "in 19 of 64 scenarios", beside the name of a finding that fewer than two in three scenarios have: it must not look like one in all.
pub fn not_in_most(share: f64, stress: &StressTest) -> Option<String> {
    (stress.scenarios > 0 && share < 2.0 / 3.0).then(|| format!("in {}", counted_scenarios(share, stress)))
}

/// In which scenarios a finding appears, where a few assumptions describe them: "mostly where the cost a person of half the effect of
/// “support” is above £410. It appears in 92% of such scenarios, and they are 80% of the scenarios in which it appears".
pub fn scenario_box(reported: &Reported, stress: &StressTest) -> Option<String> {
    let found = reported.scenario_box.as_ref().filter(|found| !found.limits.is_empty())?;
    let limit = |limit: &BoxLimit| {
        let number = stress.uncertain_numbers.get(limit.number)?;
        Some(format!("{} {}", number_phrase(&number.path), limit.words(number)))
    };
    let limits: Vec<String> = found.limits.iter().filter_map(limit).collect();
    let limits: Vec<&str> = limits.iter().map(String::as_str).collect();
    Some(format!(
        "mostly where {}. It appears in {:.0}% of such scenarios, and they are {:.0}% of the scenarios in which it appears",
        listed(&limits),
        100.0 * found.density,
        100.0 * found.coverage
    ))
}

/// A number's path in words, without its file: "help, support, half cost".
pub fn number_name(path: &str) -> String {
    path.split_once(": ").map_or(path, |(_, name)| name).replace('.', ", ").replace('_', " ")
}

/// A number in a sentence, as the subject of "is": "the cost a person of half the effect of “support”".
fn number_phrase(path: &str) -> String {
    let name = path.split_once(": ").map_or(path, |(_, name)| name);
    match name.split('.').collect::<Vec<&str>>().as_slice() {
        ["help", help, "moves", outcome] => format!("the most that {} does for {}", quoted(help), quoted(outcome)),
        ["help", help, "half_cost"] => format!("the cost a person of half the effect of {}", quoted(help)),
        ["help", help, "spent_now"] => format!("what is spent on {} a person today", quoted(help)),
        ["outcome", outcome, "now"] => format!("the rate of {} today", quoted(outcome)),
        ["outcome", outcome, "value"] => format!("the worth of a result on {}", quoted(outcome)),
        ["outcome", outcome, "trend"] => format!("the trend of {}", quoted(outcome)),
        _ => format!("“{}”", number_name(path)),
    }
}

/// The nearest scenario that changes a finding: "it would disappear if half the effect of “support” cost £310 a person instead of £600".
pub fn nearest_scenario(reported: &Reported, stress: &StressTest) -> Option<String> {
    let point = reported.tipping_point.as_ref()?;
    let verb = if reported.finding.present { "disappear" } else { "appear" };
    if point.moves.is_empty() {
        return Some("it is at its limit as stated, so that chance decides whether a run finds it".to_owned());
    }
    let shown = point.moves.iter().take(MOST_MOVES);
    let mut conditions: Vec<String> = shown.map(|&(at, position)| moved(&stress.uncertain_numbers[at], position)).collect();
    match point.moves.len() - conditions.len() {
        0 => {}
        1 => conditions.push("one more number moved".to_owned()),
        n => conditions.push(format!("{n} more numbers moved")),
    }
    let conditions: Vec<&str> = conditions.iter().map(String::as_str).collect();
    Some(format!("it would {verb} if {}", listed(&conditions)))
}

/// A sentence with more conditions than this cannot be read.
const MOST_MOVES: usize = 4;

/// "the worth of a result on “job” were £310 instead of £600". "Were" is the subjunctive, for one number too.
fn moved(number: &UncertainNumber, position: f64) -> String {
    let (there, stated) = (written(number.at(position), number.unit), written(number.value, number.unit));
    let name = uncertain_name(&number.path);
    if there == stated {
        // Less than the digits shown.
        let side = if number.at(position) < number.value { "below" } else { "above" };
        return format!("{} were slightly {side} {stated}", number_phrase(&number.path));
    }
    match name.strip_prefix("help.").and_then(|rest| rest.strip_suffix(".half_cost")) {
        Some(help) if !help.contains('.') => {
            format!("half the effect of {} cost {there} a person instead of {stated}", quoted(help))
        }
        _ => format!("{} were {there} instead of {stated}", number_phrase(&number.path)),
    }
}
