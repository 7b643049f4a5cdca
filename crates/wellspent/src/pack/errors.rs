//! The simulation error of every number in the report, or why it has none: a row for each cell of `report.json`.

use serde_json::Value;

use super::plain_text::line;

/// Where the error of a number that is not a figure comes from, or why there is none.
#[derive(Clone, Copy)]
enum ErrorSource {
    /// There is none, and why.
    None(&'static str),
    /// The number of scenarios, of all those tried, in which something holds.
    CountOfScenarios,
    /// The same as a share.
    ShareOfScenarios,
    /// A field beside it holds the error.
    Beside(&'static str, &'static str),
}

const STATED: ErrorSource = ErrorSource::None("as the files or the command line state it");
const EXPECTED: ErrorSource = ErrorSource::None(
    "expected over everyone from the chances of the strategy, not drawn: exact for the strategy found; run.regret says how far the \
     search may be from the best",
);
const DONE: ErrorSource = ErrorSource::None("a count of what was done");
const BINOMIAL: ErrorSource = ErrorSource::None("exact: every count that a cohort could show, with its binomial probability");
const OVER_SCENARIOS: ErrorSource =
    ErrorSource::None("not estimated: a quantile over the scenarios, which shows the spread of beliefs and not of chance");
const OVER_REPLICATIONS: ErrorSource =
    ErrorSource::None("not estimated: a quantile over the replications; the mean beside it has its error");
const BOX: ErrorSource = ErrorSource::None(
    "not estimated: a share of scenarios within limits that were chosen on the same scenarios, so it is too favourable",
);
const EDGE: ErrorSource =
    ErrorSource::None("not estimated: the nearest scenario found by a search on few replications; there may be a nearer one");
const PARTS: ErrorSource = ErrorSource::None(
    "not estimated: a mean over the replications; strategies[] has the errors of the payment and of the provider's profit",
);
const RULES: ErrorSource = ErrorSource::None("exact: the rules priced on tallies without chance");
const CLOSED: ErrorSource = ErrorSource::None("exact: a closed form of the stated numbers");
const JACKKNIFE: ErrorSource = ErrorSource::Beside("break_even_error", "jackknife over ten groups of replications");

/// Every number of the report that is not a figure, by its path; `*` stands for the fields of one object.
const NUMBERS: [(&str, ErrorSource); 76] = [
    ("simulated.years", STATED),
    ("simulated.people", STATED),
    ("simulated.cohorts_in_an_area", STATED),
    ("simulated.fair_margin", STATED),
    ("run.seed", STATED),
    ("run.replications", STATED),
    ("run.scenarios", DONE),
    ("run.scenarios_failed", DONE),
    ("run.strategies_tried", DONE),
    ("findings[].people_harmed", EXPECTED),
    ("findings[].harmed_per_thousand", EXPECTED),
    ("findings[].scenarios_present", ErrorSource::CountOfScenarios),
    ("findings[].share_of_scenarios", ErrorSource::ShareOfScenarios),
    ("findings[].forecast", ErrorSource::ShareOfScenarios),
    ("findings[].gain_over_scenarios.low", OVER_SCENARIOS),
    ("findings[].gain_over_scenarios.high", OVER_SCENARIOS),
    ("findings[].when.density", BOX),
    ("findings[].when.coverage", BOX),
    ("findings[].edge.distance", EDGE),
    ("findings[].edge.moves[].value", EDGE),
    ("strategies[].help_spend", EXPECTED),
    ("strategies[].cost", EXPECTED),
    ("strategies[].results_without_chance", RULES),
    ("strategies[].value", EXPECTED),
    ("strategies[].outcomes[].count", EXPECTED),
    ("strategies[].segments[].help_spend", EXPECTED),
    ("strategies[].segments[].served", EXPECTED),
    ("parties[].gains", PARTS),
    ("areas[].people", STATED),
    ("areas[].strategies[].help_spend", EXPECTED),
    ("areas[].strategies[].cost", EXPECTED),
    ("areas[].strategies[].results_without_chance", RULES),
    ("areas[].strategies[].value", EXPECTED),
    ("areas[].strategies[].outcomes[].count", EXPECTED),
    ("areas[].strategies[].segments[].help_spend", EXPECTED),
    ("areas[].strategies[].segments[].served", EXPECTED),
    ("segments[].people", STATED),
    ("segments[].price_now", RULES),
    ("segments[].unparking_price", CLOSED),
    ("outcomes[].value", STATED),
    ("outcomes[].expected.today", EXPECTED),
    ("outcomes[].expected.gets_better", ErrorSource::ShareOfScenarios),
    ("outcomes[].expected.stays", ErrorSource::ShareOfScenarios),
    ("outcomes[].expected.gets_worse", ErrorSource::ShareOfScenarios),
    ("outcomes[].expected.low", OVER_SCENARIOS),
    ("outcomes[].expected.middle", OVER_SCENARIOS),
    ("outcomes[].expected.high", OVER_SCENARIOS),
    ("outcomes[].expected.intended", EXPECTED),
    ("curves[].people", STATED),
    ("curves[].cohort_people", STATED),
    ("curves[].break_even", JACKKNIFE),
    ("curves[].sure_aim", ErrorSource::None("exact (binomial), found by bisection to 0.0005")),
    ("curves[].points[].aim", CLOSED),
    ("curves[].points[].rate", EXPECTED),
    ("curves[].points[].help_spend", EXPECTED),
    ("curves[].points[].payment_middle_90.low", OVER_REPLICATIONS),
    ("curves[].points[].payment_middle_90.high", OVER_REPLICATIONS),
    ("break_even.low", OVER_SCENARIOS),
    ("break_even.middle", OVER_SCENARIOS),
    ("break_even.high", OVER_SCENARIOS),
    ("break_even.middle_smallest", OVER_SCENARIOS),
    ("break_even.middle_largest", OVER_SCENARIOS),
    ("break_even.never", ErrorSource::ShareOfScenarios),
    ("break_even.never_smallest", ErrorSource::ShareOfScenarios),
    ("break_even.never_largest", ErrorSource::ShareOfScenarios),
    ("break_even.drifting_pays", ErrorSource::ShareOfScenarios),
    ("cost_of_help[].way", STATED),
    ("cost_of_help[].smallest.break_even", JACKKNIFE),
    ("cost_of_help[].typical.break_even", JACKKNIFE),
    ("cost_of_help[].largest.break_even", JACKKNIFE),
    ("wrong_payment.intended_change", EXPECTED),
    ("wrong_payment.typical_cohort", STATED),
    ("wrong_payment.cohorts[].*", BINOMIAL),
    ("uncertain[].value", STATED),
    ("uncertain[].low", STATED),
    ("uncertain[].high", STATED),
];

/// What the error of a figure is, by where it stands.
fn how(path: &str) -> &'static str {
    match path {
        "run.regret" => "of the mean over the replications of the search",
        path if path.starts_with("findings[].fix.") => "batch means: the search repeated on six batches of other replications",
        path if path.ends_with("against_nothing_extra") || path.ends_with("half_aim_per_person") => {
            "of the mean difference over the replications, on common random numbers"
        }
        path if path == "findings[].gain" || path == "findings[].loss" => {
            "of the mean over the replications, on common random numbers where two strategies are compared; 0 where it is exact"
        }
        _ => "of the mean over the replications; 0 where no replication differs",
    }
}

/// The report's numbers, a row each, with the standard error and what it is or why there is none.
pub(crate) fn csv(report: &Value) -> String {
    let mut out = line(&["cell", "value", "standard error", "what the error is, or why there is none"]);
    let scenarios = report["run"]["scenarios"].as_f64().unwrap_or_default();
    walk(report, &mut Vec::new(), &mut |path, value, parent| out += &cell(path, value, parent, scenarios));
    out
}

/// Goes through every number and figure with its path and the object it stands in. A path has names, and places in lists.
fn walk<'v>(value: &'v Value, path: &mut Vec<String>, seen: &mut impl FnMut(&[String], &'v Value, Option<&'v Value>)) {
    match value {
        Value::Object(fields) if is_figure(value) => {
            debug_assert_eq!(fields.len(), 2);
            seen(path, value, None);
        }
        Value::Object(fields) => {
            for (name, field) in fields {
                path.push(name.clone());
                match field {
                    Value::Number(_) if !name.ends_with("_error") => seen(path, field, Some(value)),
                    Value::Number(_) => {}
                    _ => walk(field, path, seen),
                }
                path.pop();
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push(format!("[{at}]"));
                walk(item, path, seen);
                path.pop();
            }
        }
        _ => {}
    }
}

fn is_figure(value: &Value) -> bool {
    value.as_object().is_some_and(|fields| fields.len() == 2 && fields.contains_key("mean") && fields.contains_key("error"))
}

/// "findings[3].gain", and with every place left out "findings[].gain".
fn named(path: &[String], places: bool) -> String {
    path.iter().enumerate().fold(String::new(), |out, (at, part)| match part.starts_with('[') {
        true if places => out + part,
        true => out + "[]",
        false if at == 0 => part.clone(),
        false => out + "." + part,
    })
}

fn cell(path: &[String], value: &Value, parent: Option<&Value>, scenarios: f64) -> String {
    let (name, kind) = (named(path, true), named(path, false));
    if is_figure(value) {
        let why = if value["error"].is_null() { "not estimated" } else { how(&kind) };
        return line(&[&name, &written(&value["mean"]), &written(&value["error"]), why]);
    }
    let (error, why) = match why(&kind) {
        Some(ErrorSource::None(why)) => (String::new(), why.to_owned()),
        Some(ErrorSource::Beside(field, why)) => {
            match parent.map(|parent| written(&parent[field])).filter(|error| !error.is_empty()) {
                Some(error) => (error, why.to_owned()),
                None => (String::new(), format!("not estimated by the {why}: leaving out a tenth of them leaves no such aim")),
            }
        }
        Some(ErrorSource::ShareOfScenarios) => of_scenarios(value.as_f64().unwrap_or_default(), scenarios, 1.0),
        Some(ErrorSource::CountOfScenarios) => {
            of_scenarios(value.as_f64().unwrap_or_default() / scenarios.max(1.0), scenarios, scenarios)
        }
        None => (String::new(), "not known".to_owned()),
    };
    line(&[&name, &written(value), &error, &why])
}

/// The rule for a number; a table of like numbers has one rule for all its columns.
fn why(kind: &str) -> Option<ErrorSource> {
    let table = kind.rsplit_once('.').map(|(table, _)| format!("{table}.*"));
    let rule = NUMBERS.iter().find(|(path, _)| *path == kind || Some(*path) == table.as_deref());
    rule.map(|(_, why)| *why)
}

/// The binomial error of a share of scenarios. What no scenario shows may still be possible.
fn of_scenarios(share: f64, scenarios: f64, times: f64) -> (String, String) {
    if scenarios == 0.0 {
        return (String::new(), "no scenario was tried".to_owned());
    }
    if share <= 0.0 || share >= 1.0 {
        let seen = if share <= 0.0 { "up to" } else { "from 100% down to" };
        let limit = 3.0 / scenarios;
        let limit = 100.0 * if share <= 0.0 { limit } else { 1.0 - limit }.max(0.0);
        return (
            String::new(),
            format!("the same in all {scenarios:.0} scenarios: the true share may be {seen} {limit:.1}% (95%)"),
        );
    }
    let error = times * (share * (1.0 - share) / scenarios).sqrt();
    (
        format!("{error:.6}"),
        format!("binomial over {scenarios:.0} scenarios, which are spread more evenly than chance: mostly too large"),
    )
}

fn written(value: &Value) -> String {
    if value.is_null() { String::new() } else { value.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_says_what_its_error_is() {
        let report: Value = serde_json::from_str(
            r#"{"run": {"scenarios": 100}, "curves": [{"break_even": 0.02, "break_even_error": 0.001}],
                "findings": [{"share_of_scenarios": 0.5, "scenarios_present": 50, "gain": {"mean": 3.0, "error": 1.5}},
                             {"share_of_scenarios": 0.0, "scenarios_present": 0}],
                "wrong_payment": {"cohorts": [{"people": 100}]}, "news": 3}"#,
        )
        .expect("JSON");
        let text = csv(&report);
        for row in [
            "curves[0].break_even,0.02,0.001,jackknife over ten groups of replications\n",
            "findings[0].share_of_scenarios,0.5,0.050000,\"binomial over 100 scenarios",
            "findings[0].scenarios_present,50,5.000000,",
            "findings[0].gain,3.0,1.5,",
            "findings[1].share_of_scenarios,0.0,,the same in all 100 scenarios: the true share may be up to 3.0% (95%)\n",
            "wrong_payment.cohorts[0].people,100,,\"exact",
            "news,3,,not known\n",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
        assert!(!text.contains("break_even_error"), "an error is no cell of its own");
    }
}
