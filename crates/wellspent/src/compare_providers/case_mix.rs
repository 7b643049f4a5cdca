//! What was known of people before: the columns of the model of what is expected.

use base::day::NEVER;
use contract::Scheme;
use evaluation::columns::{Column, Columns};
use evaluation::error::EvaluationError;

use super::people::KnownPerson;
use crate::measured::MeasuredRecords;

/// A level of a category has a column of its own with so many people with the outcome, and so many without it.
const LEAST_OF_LEVEL: usize = 5;
/// Older or younger than anybody: a slip in the day of birth.
const AGES: std::ops::RangeInclusive<f64> = 5.0..=110.0;

/// The columns, and what they are made of.
pub(super) struct CaseMix {
    pub(super) columns: Columns,
    /// What is used, as nouns: "age at start".
    pub(super) used: Vec<String>,
    /// What is not used, with the reason, as sentences.
    pub(super) not_used: Vec<String>,
}

/// The columns of people in their order.
pub(super) fn case_mix(
    scheme: &Scheme,
    found: &MeasuredRecords,
    known: &[KnownPerson<'_>],
    providers: usize,
) -> Result<CaseMix, EvaluationError> {
    let (mut columns, mut used, mut not_used) = (Vec::new(), Vec::new(), Vec::new());
    match ages(found, known) {
        Some(of_age) => {
            used.push("age at start".to_owned());
            columns.extend(of_age);
        }
        None => not_used.push("Age at start is not used: the records have no dates of birth.".to_owned()),
    }
    not_used
        .push("Sex and the outcome before the start are not used: they are not read for a comparison of providers.".to_owned());
    let cohorts: Vec<String> = scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    type LevelOf = fn(&KnownPerson<'_>) -> usize;
    let categories: [(&str, &[String], LevelOf); 3] = [
        ("segment", &scheme.segments, |person| person.index.segment as usize),
        ("cohort", &cohorts, |person| person.index.cohort as usize),
        ("area", &scheme.areas, |person| person.index.area as usize),
    ];
    for (what, names, level) in categories {
        let levels: Vec<usize> = known.iter().map(level).collect();
        match category(known, providers, &levels, names) {
            Category::OneLevel => {}
            Category::TellsProviders => not_used.push(format!(
                "The {what} is not used: providers share none that would link all of them, so that a difference between {what}s cannot be \
                 told from one between providers."
            )),
            Category::Used(of_level) => {
                used.push(what.to_owned());
                columns.extend(of_level.into_iter().map(|(name, values)| Column::new(format!("{what} \"{name}\""), values)));
            }
        }
    }
    Ok(CaseMix { columns: Columns::new(known.len(), columns)?, used, not_used })
}

/// Age at the start in decades from 40, its square, and whether it is not recorded; none where nobody has a day of birth.
fn ages(found: &MeasuredRecords, known: &[KnownPerson<'_>]) -> Option<Vec<Column>> {
    let born = &found.records.people.born;
    let age = |person: &KnownPerson<'_>| {
        let day = born.get(person.index.start.person as usize).copied().filter(|day| *day != NEVER)?;
        let years = f64::from(person.began.saturating_sub(day)) / 365.25;
        AGES.contains(&years).then_some((years - 40.0) / 10.0)
    };
    let ages: Vec<Option<f64>> = known.iter().map(age).collect();
    let recorded: Vec<f64> = ages.iter().flatten().copied().collect();
    if recorded.is_empty() {
        return None;
    }
    // Somebody without an age has the mean, and a column says so.
    let mean = recorded.iter().sum::<f64>() / recorded.len() as f64;
    let filled: Vec<f64> = ages.iter().map(|age| age.unwrap_or(mean)).collect();
    let squared = filled.iter().map(|age| age * age).collect();
    let mut columns = vec![Column::new("age at start", filled), Column::new("age at start squared", squared)];
    if recorded.len() < ages.len() {
        let lacks = ages.iter().map(|age| f64::from(u8::from(age.is_none()))).collect();
        columns.push(Column::new("age not recorded", lacks));
    }
    Some(columns)
}

/// What a category is to the model.
enum Category {
    /// Everybody is of one level.
    OneLevel,
    /// It tells providers apart, so that the model would take their differences for its own.
    TellsProviders,
    /// A name and a column of 0 and 1 for each level but the largest.
    Used(Vec<(String, Vec<f64>)>),
}

fn category(known: &[KnownPerson<'_>], providers: usize, levels: &[usize], names: &[String]) -> Category {
    let mut counts = vec![(0usize, 0usize); names.len()];
    for (person, level) in known.iter().zip(levels) {
        counts[*level].0 += 1;
        counts[*level].1 += usize::from(person.event);
    }
    let largest = (0..names.len()).rev().max_by_key(|level| counts[*level].0).unwrap_or_default();
    // Small levels count with the largest.
    let enough = |level: usize| counts[level].1.min(counts[level].0 - counts[level].1) >= LEAST_OF_LEVEL;
    let own: Vec<usize> = (0..names.len()).filter(|level| *level != largest && enough(*level)).collect();
    if own.is_empty() {
        return Category::OneLevel;
    }
    let merged: Vec<usize> = levels.iter().map(|level| if own.contains(level) { *level } else { largest }).collect();
    if !links_all(known, providers, &merged, names.len()) {
        return Category::TellsProviders;
    }
    let column = |level: usize| merged.iter().map(|of| f64::from(u8::from(*of == level))).collect();
    Category::Used(own.into_iter().map(|level| (names[level].clone(), column(level))).collect())
}

/// Whether all providers are linked by levels that they share. Where they are not, differences of levels and of providers cannot be
/// told apart.
fn links_all(known: &[KnownPerson<'_>], providers: usize, levels: &[usize], level_count: usize) -> bool {
    let mut shared = vec![vec![false; level_count]; providers];
    let mut seen = vec![false; providers];
    for (person, level) in known.iter().zip(levels) {
        shared[person.provider][*level] = true;
        seen[person.provider] = true;
    }
    let Some(first) = seen.iter().position(|seen| *seen) else { return true };
    let mut reached = vec![false; providers];
    let mut waiting = vec![first];
    reached[first] = true;
    while let Some(from) = waiting.pop() {
        for to in 0..providers {
            let linked = !reached[to] && (0..level_count).any(|level| shared[from][level] && shared[to][level]);
            if linked {
                reached[to] = true;
                waiting.push(to);
            }
        }
    }
    (0..providers).all(|provider| reached[provider] || !seen[provider])
}
