//! A finished linkage: what it was for, the records, the persons, and how right it is if there are labels.

use std::collections::BTreeMap;

use base::hinted::Hinted;
use base::money::thousands;

use crate::evaluation::{self, Evaluation, GroupAccuracy};
use crate::model::{BlockingRule, LinkageModel};
use crate::pipeline::LinkageResult;
use crate::record_set::RecordSet;
use crate::scoring::Scorer;
use crate::unusable_dates::{UnusableDateReason, UnusableDates};

/// A finished linkage.
pub struct Linkage {
    /// What the linkage is for, and on which legal basis.
    pub purpose: String,
    pub basis: String,
    pub records: RecordSet,
    pub linked: LinkageResult,
    /// Groups of records are joined while the mean match weight between them is at least this many bits.
    pub match_threshold: f64,
    /// Pairs that people have decided are not one person.
    pub cannot: Vec<(u32, u32)>,
    pub evaluation: Option<Evaluation>,
    /// By the name of the group; empty without labels or groups.
    pub by_group: Vec<(String, GroupAccuracy)>,
}

impl Linkage {
    /// Scores pairs of these records as they were scored.
    #[must_use]
    pub fn scorer(&self) -> Scorer<'_> {
        Scorer::of_values(&self.linked.model, &self.records, self.linked.values.clone())
    }
}

/// Notes about the data, in words: dates of birth that cannot be used, and rows that share an id.
pub fn data_notes(records: &RecordSet) -> Vec<String> {
    let mut notes = Vec::new();
    for UnusableDates { agency, column, records: count, reason } in &records.unusable_dates {
        let (agency, field) = (&records.agencies[usize::from(*agency)], &records.columns[*column].name);
        let (rows, have, they, count_as) = match count {
            1 => ("row", "has", "it", "counts"),
            _ => ("rows", "have", "they", "count"),
        };
        let which = match reason {
            UnusableDateReason::OneDay(day) => {
                format!("{have} the {field} {day}, far more than any usual day, so it stands for an unknown date")
            }
            UnusableDateReason::NoDay(Some(text)) => {
                format!("{have} a {field} that is not in the calendar or stands for an unknown date (most often {text})")
            }
            UnusableDateReason::NoDay(None) => {
                format!("{have} a {field} that is not in the calendar or stands for an unknown date")
            }
        };
        notes.push(format!("{agency}: {} {rows} {which}; {they} {count_as} as missing", thousands(*count as i64)));
    }
    match records.repeated {
        0 => {}
        1 => notes.push("1 row repeats another row with the same id word for word, and is left out".into()),
        count => notes.push(format!(
            "{} rows repeat another row with the same id word for word, and are left out",
            thousands(count as i64)
        )),
    }
    let further = records.further_rows();
    if !further.is_empty() {
        let ids = further.iter().filter(|at| !records.is_further_row(**at - 1)).count();
        notes.push(match ids {
            1 => "1 id has several rows that differ; they are taken together as one record".to_owned(),
            ids => format!(
                "{} ids have several rows that differ; the rows of each id are taken together as one record",
                thousands(ids as i64)
            ),
        });
    }
    notes
}

/// Checks that a ready model can link anything. If every rule needs a field that no table has, no two records would be
/// compared.
///
/// # Errors
/// The model has no comparisons, or every rule needs a field that the tables lack.
pub fn check_usable(model: &LinkageModel, records: &RecordSet) -> Result<(), Hinted> {
    if model.comparisons.is_empty() {
        return Err(Hinted::new(
            "the model has no comparisons, so no two records could be found to be one person",
            "use a whole model, such as the model.json that `wellspent link` writes",
        ));
    }
    let has_values = |column: usize| records.columns.get(column).is_some_and(|column| !column.values.is_empty());
    let lacks = |feature: usize| !has_values(model.features[feature].column);
    let name = |column: usize| records.columns.get(column).map_or("?", |column| column.name.as_str());
    let dead = |rule: &&BlockingRule| rule.same.iter().any(|(a, b)| lacks(*a) || lacks(*b));
    let rules = model.rules.iter().filter(dead).count();
    if rules < model.rules.len() {
        return Ok(());
    }
    let columns = model.rules.iter().flat_map(|rule| &rule.same).flat_map(|(a, b)| [*a, *b]).filter(|of| lacks(*of));
    let mut missing: Vec<&str> = columns.map(|feature| name(model.features[feature].column)).collect();
    missing.sort_unstable();
    missing.dedup();
    Err(Hinted::new(
        format!(
            "no two records would be compared: every blocking rule of the model needs a field that the tables do not have ({})",
            missing.join(", ")
        ),
        "name the columns under [table.NAME.columns], or give the model rules on fields that the tables have",
    ))
}

/// Compares the persons with labels, if there are any. Records without a label are left out.
pub fn evaluated(
    person: &[u32],
    records: &RecordSet,
    truth: &[String],
    group: &[String],
) -> (Option<Evaluation>, Vec<(String, GroupAccuracy)>) {
    let row = |record: usize| records.row(record as u32) as usize;
    let labelled = (0..person.len()).filter(|record| truth.get(row(*record)).is_some_and(|label| !label.is_empty()));
    let labelled: Vec<usize> = labelled.collect();
    if labelled.is_empty() {
        return (None, Vec::new());
    }
    let found: Vec<u32> = labelled.iter().map(|record| person[*record]).collect();
    let (known, _) = numbered(labelled.iter().map(|record| truth[row(*record)].as_str()));
    let evaluation = evaluation::evaluate(&found, &known);
    if group.is_empty() {
        return (Some(evaluation), Vec::new());
    }
    let (groups, names) = numbered(labelled.iter().map(|record| group[row(*record)].as_str()));
    let by_group = evaluation::by_group(&found, &known, &groups);
    let mut by_group: Vec<(String, GroupAccuracy)> = names.into_iter().map(str::to_owned).zip(by_group).collect();
    by_group.sort_by(|a, b| a.0.cmp(&b.0));
    (Some(evaluation), by_group)
}

/// Texts as numbers in the order of their first appearance, and the texts.
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
