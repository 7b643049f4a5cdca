//! The Monte Carlo error of every number in the report, or plainly why it has none: a row for each cell of `report.json`.

use serde_json::Value;

use super::line;

/// Where the error of a number that is not a figure comes from, or why there is none.
#[derive(Clone, Copy)]
enum Why {
    /// There is none, and why.
    None(&'static str),
    /// The number of worlds, of all those tried, in which something holds.
    CountOfWorlds,
    /// The same as a share.
    ShareOfWorlds,
    /// A field beside it holds the error.
    Beside(&'static str, &'static str),
}

const STATED: Why = Why::None("as the files or the command line state it");
const EXPECTED: Why = Why::None(
    "expected over everyone from the chances of the conduct, not drawn: exact for the conduct found; how far the search may be \
     short of the best is run.regret",
);
const DONE: Why = Why::None("a count of what was done");
const BINOMIAL: Why = Why::None("exact: every count that a cohort could show, with its binomial probability");
const OVER_WORLDS: Why =
    Why::None("not estimated: a quantile over the plausible worlds, which tells the spread of beliefs and not of chance");
const OVER_FUTURES: Why = Why::None("not estimated: a quantile over the futures; the mean beside it has its error");
const BOX: Why =
    Why::None("not estimated: a share of worlds within limits that were chosen on the same worlds, which flatters it");
const EDGE: Why =
    Why::None("not estimated: the nearest world found, by a walk on the few futures of the worlds; a nearer one may be missed");
const RULES: Why = Why::None("exact: the rules priced on tallies without chance");
const CLOSED: Why = Why::None("exact: a closed form of the stated numbers");
const JACKKNIFE: Why = Why::Beside("break_even_error", "jackknife over ten groups of futures");

/// Every number of the report that is not a figure, by its path; `*` stands for the fields of one object.
const NUMBERS: [(&str, Why); 66] = [
    ("world.years", STATED),
    ("world.people", STATED),
    ("world.cohorts_in_an_area", STATED),
    ("world.fair_margin", STATED),
    ("run.seed", STATED),
    ("run.futures", STATED),
    ("run.worlds", DONE),
    ("run.worlds_failed", DONE),
    ("run.conducts_tried", DONE),
    ("findings[].people_harmed", EXPECTED),
    ("findings[].harmed_per_thousand", EXPECTED),
    ("findings[].worlds_present", Why::CountOfWorlds),
    ("findings[].share_of_worlds", Why::ShareOfWorlds),
    ("findings[].gain_over_worlds.low", OVER_WORLDS),
    ("findings[].gain_over_worlds.high", OVER_WORLDS),
    ("findings[].when.density", BOX),
    ("findings[].when.coverage", BOX),
    ("findings[].edge.distance", EDGE),
    ("findings[].edge.moves[].value", EDGE),
    ("conducts[].help_spend", EXPECTED),
    ("conducts[].cost", EXPECTED),
    ("conducts[].results_without_chance", RULES),
    ("conducts[].value", EXPECTED),
    ("conducts[].outcomes[].count", EXPECTED),
    ("conducts[].segments[].help_spend", EXPECTED),
    ("conducts[].segments[].served", EXPECTED),
    ("areas[].people", STATED),
    ("areas[].conducts[].help_spend", EXPECTED),
    ("areas[].conducts[].cost", EXPECTED),
    ("areas[].conducts[].results_without_chance", RULES),
    ("areas[].conducts[].value", EXPECTED),
    ("areas[].conducts[].outcomes[].count", EXPECTED),
    ("areas[].conducts[].segments[].help_spend", EXPECTED),
    ("areas[].conducts[].segments[].served", EXPECTED),
    ("segments[].people", STATED),
    ("segments[].price_now", RULES),
    ("segments[].unparking_price", CLOSED),
    ("outcomes[].value", STATED),
    ("curves[].people", STATED),
    ("curves[].cohort_people", STATED),
    ("curves[].break_even", JACKKNIFE),
    ("curves[].sure_aim", Why::None("exact (binomial), found by bisection to 0.0005")),
    ("curves[].points[].aim", CLOSED),
    ("curves[].points[].rate", EXPECTED),
    ("curves[].points[].help_spend", EXPECTED),
    ("curves[].points[].payment_middle_90.low", OVER_FUTURES),
    ("curves[].points[].payment_middle_90.high", OVER_FUTURES),
    ("break_even.low", OVER_WORLDS),
    ("break_even.middle", OVER_WORLDS),
    ("break_even.high", OVER_WORLDS),
    ("break_even.middle_smallest", OVER_WORLDS),
    ("break_even.middle_largest", OVER_WORLDS),
    ("break_even.never", Why::ShareOfWorlds),
    ("break_even.never_smallest", Why::ShareOfWorlds),
    ("break_even.never_largest", Why::ShareOfWorlds),
    ("break_even.drifting_pays", Why::ShareOfWorlds),
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
        "run.regret" => "of the mean over the futures of the search",
        path if path.starts_with("findings[].mend.") => "batch means: search and play made again on six batches of other futures",
        path if path.ends_with("against_nothing_extra") || path.ends_with("half_aim_per_person") => {
            "of the mean difference over the futures, on the same random numbers"
        }
        path if path == "findings[].gain" || path == "findings[].loss" => {
            "of the mean over the futures, on the same random numbers where two conducts are compared; 0 where it is exact"
        }
        _ => "of the mean over the futures; 0 where no future differs",
    }
}

/// The report's numbers, a row each, with the standard error and what it is or why there is none.
pub fn csv(report: &Value) -> String {
    let mut out = line(&["cell", "value", "standard error", "what the error is, or why there is none"]);
    let worlds = report["run"]["worlds"].as_f64().unwrap_or_default();
    walk(report, &mut Vec::new(), &mut |path, value, parent| out += &cell(path, value, parent, worlds));
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

fn cell(path: &[String], value: &Value, parent: Option<&Value>, worlds: f64) -> String {
    let (name, kind) = (named(path, true), named(path, false));
    if is_figure(value) {
        let why = if value["error"].is_null() { "not estimated" } else { how(&kind) };
        return line(&[&name, &written(&value["mean"]), &written(&value["error"]), why]);
    }
    let (error, why) = match why(&kind) {
        Some(Why::None(why)) => (String::new(), why.to_owned()),
        Some(Why::Beside(field, why)) => match parent.map(|parent| written(&parent[field])).filter(|error| !error.is_empty()) {
            Some(error) => (error, why.to_owned()),
            None => (String::new(), format!("not estimated by the {why}: leaving out a tenth of them leaves no such aim")),
        },
        Some(Why::ShareOfWorlds) => of_worlds(value.as_f64().unwrap_or_default(), worlds, 1.0),
        Some(Why::CountOfWorlds) => of_worlds(value.as_f64().unwrap_or_default() / worlds.max(1.0), worlds, worlds),
        None => (String::new(), "not known".to_owned()),
    };
    line(&[&name, &written(value), &error, &why])
}

/// The rule for a number; a table of like numbers has one rule for all its columns.
fn why(kind: &str) -> Option<Why> {
    let table = kind.rsplit_once('.').map(|(table, _)| format!("{table}.*"));
    let rule = NUMBERS.iter().find(|(path, _)| *path == kind || Some(*path) == table.as_deref());
    rule.map(|(_, why)| *why)
}

/// The binomial error of a share of worlds. Nothing seen in so many worlds is not nothing.
fn of_worlds(share: f64, worlds: f64, times: f64) -> (String, String) {
    if worlds == 0.0 {
        return (String::new(), "no world was tried".to_owned());
    }
    if share <= 0.0 || share >= 1.0 {
        let seen = if share <= 0.0 { "up to" } else { "from 100 % down to" };
        let limit = 3.0 / worlds;
        let limit = 100.0 * if share <= 0.0 { limit } else { 1.0 - limit }.max(0.0);
        return (String::new(), format!("the same in all {worlds:.0} worlds: the true share may be {seen} {limit:.1} % (95 %)"));
    }
    let error = times * (share * (1.0 - share) / worlds).sqrt();
    (format!("{error:.6}"), format!("binomial over {worlds:.0} worlds, which lie more evenly than chance: mostly too large"))
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
            r#"{"run": {"worlds": 100}, "curves": [{"break_even": 0.02, "break_even_error": 0.001}],
                "findings": [{"share_of_worlds": 0.5, "worlds_present": 50, "gain": {"mean": 3.0, "error": 1.5}},
                             {"share_of_worlds": 0.0, "worlds_present": 0}],
                "wrong_payment": {"cohorts": [{"people": 100}]}, "news": 3}"#,
        )
        .expect("JSON");
        let text = csv(&report);
        for row in [
            "curves[0].break_even,0.02,0.001,jackknife over ten groups of futures\n",
            "findings[0].share_of_worlds,0.5,0.050000,\"binomial over 100 worlds",
            "findings[0].worlds_present,50,5.000000,",
            "findings[0].gain,3.0,1.5,",
            "findings[1].share_of_worlds,0.0,,the same in all 100 worlds: the true share may be up to 3.0 % (95 %)\n",
            "wrong_payment.cohorts[0].people,100,,exact",
            "news,3,,not known\n",
        ] {
            assert!(text.contains(row), "{row}\n{text}");
        }
        assert!(!text.contains("break_even_error"), "an error is no cell of its own");
    }
}
