//! A linkage that was made: what it was for, the records, who was linked, and how good it is where there are labels.

use std::collections::BTreeMap;

use base::money::thousands;

use crate::Linked;
use crate::evaluate::{self, Evaluation, Group};
use crate::input::Records;
use crate::model::{Model, Rule};
use crate::unknown_days::{UnknownDays, What};

/// A linkage that was made.
pub struct Linkage {
    /// What for, and by which law.
    pub purpose: String,
    pub basis: String,
    pub records: Records,
    pub linked: Linked,
    /// Groups are joined while the mean weight between them is at least this many bits.
    pub join: f64,
    /// Pairs that people have decided are not one person.
    pub cannot: Vec<(u32, u32)>,
    pub evaluation: Option<Evaluation>,
    /// By the name of the group; empty without labels or groups.
    pub by_group: Vec<(String, Group)>,
}

/// What the tables hold that is not what it seems, in words: dates that are none, and rows that share an id.
pub fn unusual(records: &Records) -> Vec<String> {
    let mut told = Vec::new();
    for UnknownDays { agency, column, records: count, what } in &records.unknown_days {
        let (agency, field) = (&records.agencies[usize::from(*agency)], &records.columns[*column].name);
        let (rows, have, count_as) = if *count == 1 { ("row", "has", "counts") } else { ("rows", "have", "count") };
        let which = match what {
            What::OneDay(day) => {
                format!("{have} the one day {day} as {field}, far more than any usual day, so it stands for an unknown one")
            }
            What::NoDay(Some(text)) => {
                format!("{have} a {field} that is no day or stands for an unknown one (most often {text})")
            }
            What::NoDay(None) => format!("{have} a {field} that is no day or stands for an unknown one"),
        };
        told.push(format!(
            "{agency}: {} {rows} {which}; {} {count_as} as missing",
            thousands(*count as i64),
            if *count == 1 { "it" } else { "they" }
        ));
    }
    match records.repeated {
        0 => {}
        1 => told.push("1 row repeats another of the same id word for word, and counts once".into()),
        count => {
            told.push(format!("{} rows repeat another of the same id word for word, and count once", thousands(count as i64)))
        }
    }
    let further = records.further();
    if !further.is_empty() {
        let ids = further.iter().filter(|at| !records.is_further(**at - 1)).count();
        told.push(match ids {
            1 => "1 id has several rows that differ; its rows are taken together as one record".to_owned(),
            ids => format!(
                "{} ids have several rows that differ; the rows of each are taken together as one record",
                thousands(ids as i64)
            ),
        });
    }
    told
}

/// Whether a ready model can link anything: each of its rules needs fields, and where no table has them no two records are
/// compared.
pub fn usable(model: &Model, records: &Records) -> Result<(), String> {
    if model.comparisons.is_empty() {
        return Err(format!(
            "the model has no comparisons, so no two records could be told to be one person\n\nhint: use a whole model, such as \
               the model.json that `wellspent link` writes"
        ));
    }
    let has_values = |column: usize| records.columns.get(column).is_some_and(|column| !column.values.is_empty());
    let lacks = |feature: usize| !has_values(model.features[feature].column);
    let name = |column: usize| records.columns.get(column).map_or("?", |column| column.name.as_str());
    let dead = |rule: &&Rule| rule.same.iter().any(|(a, b)| lacks(*a) || lacks(*b));
    let rules = model.rules.iter().filter(dead).count();
    if rules < model.rules.len() {
        return Ok(());
    }
    let columns = model.rules.iter().flat_map(|rule| &rule.same).flat_map(|(a, b)| [*a, *b]).filter(|of| lacks(*of));
    let mut missing: Vec<&str> = columns.map(|feature| name(model.features[feature].column)).collect();
    missing.sort_unstable();
    missing.dedup();
    Err(format!(
        "no two records would be compared: every rule of the model needs a field that the tables do not have: {}\n\nhint: name the \
         columns under [table.NAME.columns], or give the model rules on the fields that there are",
        missing.join(", ")
    ))
}

/// Held against labels, where there are any; records without one are left out.
pub fn evaluated(
    person: &[u32],
    records: &Records,
    truth: &[String],
    group: &[String],
) -> (Option<Evaluation>, Vec<(String, Group)>) {
    let row = |record: usize| records.row(record as u32) as usize;
    let labelled = (0..person.len()).filter(|record| truth.get(row(*record)).is_some_and(|label| !label.is_empty()));
    let labelled: Vec<usize> = labelled.collect();
    if labelled.is_empty() {
        return (None, Vec::new());
    }
    let found: Vec<u32> = labelled.iter().map(|record| person[*record]).collect();
    let (known, _) = numbered(labelled.iter().map(|record| truth[row(*record)].as_str()));
    let evaluation = evaluate::evaluate(&found, &known);
    if group.is_empty() {
        return (Some(evaluation), Vec::new());
    }
    let (groups, names) = numbered(labelled.iter().map(|record| group[row(*record)].as_str()));
    let by_group = evaluate::by_group(&found, &known, &groups);
    let mut by_group: Vec<(String, Group)> = names.into_iter().map(str::to_owned).zip(by_group).collect();
    by_group.sort_by(|a, b| a.0.cmp(&b.0));
    (Some(evaluation), by_group)
}

/// Texts as numbers in the order in which they are met, and the texts.
fn numbered<'a>(texts: impl Iterator<Item = &'a str>) -> (Vec<u32>, Vec<&'a str>) {
    let (mut numbers, mut names) = (BTreeMap::new(), Vec::new());
    let number = |text: &'a str| {
        *numbers.entry(text).or_insert_with(|| {
            names.push(text);
            names.len() as u32 - 1
        })
    };
    let all = texts.map(number).collect();
    (all, names)
}
