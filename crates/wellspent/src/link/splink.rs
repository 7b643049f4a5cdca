//! A Splink settings file: JSON in, plain settings out, for the engine to make a model of. Keys that say nothing about scores
//! (what is retained, how training converges, prefixes of columns) are passed over.

use std::fmt::Write as _;

use linkage::splink::{ImportedModel, NotUnderstood, SplinkComparison, SplinkLevel, SplinkSettings, SplinkTermFrequency, import};
use serde::Deserialize;

/// A model made with Splink, and what else its file says.
pub struct Splink {
    pub imported: ImportedModel,
    /// Whether two records of one table may be one person.
    pub within: bool,
}

/// Reads a settings file, with other rules than its own where they are given; what is not understood comes back as one message
/// for each.
pub fn read(name: &str, text: &str, rules: Option<&[String]>) -> Result<Splink, Vec<String>> {
    let mut file: SettingsFile =
        serde_json::from_str(text).map_err(|error| vec![format!("{name} is no Splink settings file: {}", wrong(&error))])?;
    let within = match file.link_type.as_str() {
        "dedupe_only" | "link_and_dedupe" => true,
        "link_only" => false,
        other => {
            let expected = "expected: \"dedupe_only\", \"link_only\" or \"link_and_dedupe\"";
            return Err(vec![format!(
                "{name}: `link_type` is not one of the known words\n  read:     \"{other}\"\n  {expected}"
            )]);
        }
    };
    if let Some(rules) = rules {
        file.blocking_rules_to_generate_predictions = rules.iter().cloned().map(SettingsRule::Plain).collect();
    }
    let place = |unread: &NotUnderstood| if rules.is_some() && unread.place.starts_with("rule ") { "`rules`" } else { name };
    let imported = settings(file).and_then(|settings| import(&settings));
    imported
        .map(|imported| Splink { imported, within })
        .map_err(|unread| unread.iter().map(|unread| message(place(unread), unread)).collect())
}

/// What a JSON file has wrong: where, and what the program expected there. Nothing of what stands in the file is told, since any
/// file can be named in the place of a model.
pub fn wrong(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!("line {}, column {}", error.line(), error.column());
    let what = match error.classify() {
        serde_json::error::Category::Data => match (text.starts_with("missing field"), text.find("expected ")) {
            (true, _) => text.split(" at line ").next().unwrap_or_default().to_owned(),
            (false, Some(at)) => text[at..].split(" at line ").next().unwrap_or_default().to_owned(),
            (false, None) => "something here is of another kind than a model has".to_owned(),
        },
        _ => "this is not JSON".to_owned(),
    };
    format!("{place}: {what}")
}

/// Where it stands, what it says, and what would be understood.
fn message(name: &str, unread: &NotUnderstood) -> String {
    let mut out = format!("{name}: {}: {}", unread.place, unread.error.problem);
    if !unread.text.is_empty() {
        // A condition may run over several lines; only the one that is meant is shown.
        let before: usize = unread.text.chars().take(unread.error.at).map(char::len_utf8).sum();
        let from = unread.text[..before].rfind('\n').map_or(0, |at| at + 1);
        let line = unread.text[from..].lines().next().unwrap_or_default();
        let column = unread.text[from..before].chars().count();
        let _ = write!(out, "\n  read:     {line}\n            {}^", " ".repeat(column));
    }
    let _ = write!(out, "\n  expected: {}", unread.error.supported);
    out
}

#[derive(Deserialize)]
struct SettingsFile {
    link_type: String,
    probability_two_random_records_match: f64,
    #[serde(default)]
    blocking_rules_to_generate_predictions: Vec<SettingsRule>,
    comparisons: Vec<SettingsComparison>,
    sql_dialect: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum SettingsRule {
    Plain(String),
    WithOptions {
        blocking_rule: String,
        #[serde(default)]
        arrays_to_explode: Vec<String>,
    },
}

#[derive(Deserialize)]
struct SettingsComparison {
    output_column_name: Option<String>,
    comparison_levels: Vec<SettingsLevel>,
}

#[derive(Deserialize)]
struct SettingsLevel {
    sql_condition: String,
    label_for_charts: Option<String>,
    #[serde(default)]
    is_null_level: bool,
    m_probability: Option<f64>,
    u_probability: Option<f64>,
    tf_adjustment_column: Option<String>,
    tf_adjustment_weight: Option<f64>,
    #[serde(default)]
    tf_minimum_u_value: f64,
    #[serde(default)]
    disable_tf_exact_match_detection: bool,
}

fn settings(file: SettingsFile) -> Result<SplinkSettings, Vec<NotUnderstood>> {
    let (mut rules, mut unread) = (Vec::new(), Vec::new());
    for (at, rule) in file.blocking_rules_to_generate_predictions.into_iter().enumerate() {
        match rule {
            SettingsRule::Plain(text) => rules.push(text),
            SettingsRule::WithOptions { blocking_rule, arrays_to_explode } if arrays_to_explode.is_empty() => {
                rules.push(blocking_rule)
            }
            SettingsRule::WithOptions { blocking_rule, arrays_to_explode } => unread.push(NotUnderstood {
                place: format!("rule {}", at + 1),
                text: blocking_rule,
                error: linkage::sql::SqlError::new(
                    0,
                    format!("it takes the list {} apart", arrays_to_explode.join(", ")),
                    "rules of columns that hold one value",
                ),
            }),
        }
    }
    let level = |level: SettingsLevel| SplinkLevel {
        label: level.label_for_charts.unwrap_or_else(|| level.sql_condition.clone()),
        condition: level.sql_condition,
        missing: level.is_null_level,
        m: level.m_probability,
        u: level.u_probability,
        term_frequency: level.tf_adjustment_column.map(|column| SplinkTermFrequency {
            column: column.trim_matches(['"', '`']).to_owned(),
            weight: level.tf_adjustment_weight.unwrap_or(1.0),
            minimum_u: level.tf_minimum_u_value,
            own_u: level.disable_tf_exact_match_detection,
        }),
    };
    let comparison = |(at, comparison): (usize, SettingsComparison)| SplinkComparison {
        name: comparison.output_column_name.unwrap_or_else(|| format!("comparison {}", at + 1)),
        levels: comparison.comparison_levels.into_iter().map(level).collect(),
    };
    let comparisons = file.comparisons.into_iter().enumerate().map(comparison).collect();
    let by_bytes = file.sql_dialect.is_none_or(|dialect| dialect.eq_ignore_ascii_case("duckdb"));
    let settings = SplinkSettings { prior: file.probability_two_random_records_match, by_bytes, rules, comparisons };
    if unread.is_empty() { Ok(settings) } else { Err(unread) }
}
