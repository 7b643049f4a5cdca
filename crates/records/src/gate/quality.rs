//! The data-quality report: what was read, what was used, what was set aside and why, how many people it concerns, and what it
//! could change. It travels with every figure: to the terminal, into files, onto the page, into the ledger, and to the person
//! who approves.

use base::money::Pence;

use super::super::fault::Grade;
use super::findings::{FindingGroup, Findings};
use super::known_names::CONSEQUENCES;
use super::rules::StatedCount;
use base::day::{NEVER, date};

/// The quality of the records behind a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QualityReport {
    pub files: Vec<FileRead>,
    pub findings: Vec<QualityFinding>,
    pub zeros: Vec<StatedZero>,
    /// How much the rows set aside could change the sum; `None` if they can change nothing or there is no sum.
    pub effect: Option<SumEffect>,
    /// Facts of measured people that equal another in everything but the key.
    pub copies: Option<CopiedFacts>,
    /// Results of measured people that count in two cohorts.
    pub again: Option<CountedInTwoCohorts>,
    /// Facts of measured people without a class, where the class decides whether they count.
    pub without_class: Option<FactsWithoutClass>,
    /// People of whom far less or far more is recorded than of the others.
    pub unlike_others: Option<RecordedUnlikeOthers>,
    /// For each outcome with exceptions, who is excepted.
    pub exceptions: Vec<ExceptedPeople>,
    /// Who accepted faults that may change the sum, and why, if anybody did.
    pub accepted: Option<AcceptedFaults>,
}

/// Facts that equal another in everything but the key. All of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopiedFacts {
    pub rows: u64,
    pub people: u64,
    /// The sum as it is, and the sum if each counted once; `None` if there is no sum.
    pub sums: Option<(Pence, Pence)>,
}

/// Results that count in a later cohort what counts in an earlier one too, because the follow-up windows of one person overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountedInTwoCohorts {
    pub results: u64,
    pub people: u64,
    /// The sum as it is, and the sum if each counted only in the first cohort; `None` if there is no sum.
    pub sums: Option<(Pence, Pence)>,
}

/// Facts without a class, where the class decides whether they count. All of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactsWithoutClass {
    pub rows: u64,
    pub people: u64,
    /// The sum as it is, and the sum if none of them counted; `None` if there is no sum.
    pub sums: Option<(Pence, Pence)>,
}

/// People of whom far less or far more is recorded than of the others, where others show what their results could be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedUnlikeOthers {
    pub people: u64,
    /// The sum as it is, and the sum if their results were those of others; `None` if there is no sum.
    pub sums: Option<(Pence, Pence)>,
}

/// Who is excepted from one outcome for a reason in the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExceptedPeople {
    pub outcome: String,
    /// People served of whom every outcome is known, and how many of them are excepted.
    pub people: u64,
    pub excepted: u64,
    /// A sentence for each provider and cohort in which more are excepted than the contract allows.
    pub over: Vec<String>,
}

/// A file of records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRead {
    pub name: String,
    pub sha256: String,
    pub rows: u64,
    pub used: u64,
    pub set_aside: u64,
    pub repeats: u64,
}

/// What happens because of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingOutcome {
    /// The run stops.
    Refused,
    /// The row is not used, and this may change the sum.
    SetAside,
    /// The row is not used, and no rule uses its kind.
    SetAsideWithoutEffect,
    /// The run goes on: the row counts once, or there is something to know.
    Reported,
}

/// A line of the report: all findings of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QualityFinding {
    pub outcome: FindingOutcome,
    pub file: String,
    pub column: String,
    pub what: String,
    pub rows: u64,
    /// How many people the rows are about, as far as they are known.
    pub people: u64,
    /// The first rows, each with what was read there.
    pub places: String,
}

/// A kind of event or spell that an agency says never happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedZero {
    pub table: String,
    pub kind: String,
    pub people: u64,
    pub since: String,
    pub until: String,
    pub by: String,
    pub on: String,
}

/// How much the rows set aside could change the sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SumEffect {
    /// The lowest and the highest sum, with the people concerned at their best and at their worst. `bound` says whether the true
    /// range may be narrower.
    Between { least: Pence, most: Pence, bound: bool },
    /// No bound is possible: the rows are about how far the records reach, who is paid, or whom people are compared with.
    Unknown,
}

/// Faults that somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptedFaults {
    pub by: String,
    pub reason: String,
}

impl SumEffect {
    /// The same where the sum could also be another by so much, whatever else is true.
    #[must_use]
    pub fn or_by(self, change: Pence) -> SumEffect {
        match self {
            SumEffect::Between { least, most, bound } => SumEffect::Between {
                least: Pence(least.0.saturating_add(change.0.min(0))),
                most: Pence(most.0.saturating_add(change.0.max(0))),
                bound,
            },
            SumEffect::Unknown => SumEffect::Unknown,
        }
    }
}

impl FindingOutcome {
    const WORDS: [(FindingOutcome, &str); 4] = [
        (FindingOutcome::Refused, "refused"),
        (FindingOutcome::SetAside, "set aside"),
        (FindingOutcome::SetAsideWithoutEffect, "set aside, no effect"),
        (FindingOutcome::Reported, "reported"),
    ];

    #[must_use]
    pub fn word(self) -> &'static str {
        FindingOutcome::WORDS.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, word)| word)
    }
}

/// The lines of the report for some findings.
#[must_use]
pub fn findings(findings: &Findings) -> Vec<QualityFinding> {
    let mut out: Vec<QualityFinding> = findings
        .iter()
        .map(|(key, kind)| QualityFinding {
            outcome: match key.grade {
                Grade::File | Grade::Refused => FindingOutcome::Refused,
                Grade::Row if key.affects_sum => FindingOutcome::SetAside,
                Grade::Row => FindingOutcome::SetAsideWithoutEffect,
                Grade::Repeat | Grade::Warning => FindingOutcome::Reported,
            },
            file: key.file.clone(),
            column: key.column.clone(),
            what: key.what.to_owned(),
            rows: kind.count,
            people: kind.people(),
            places: places(kind),
        })
        .collect();
    // What follows from other faults comes after them.
    let follows = |finding: &QualityFinding| CONSEQUENCES.contains(&finding.what.as_str());
    out.sort_by(|a, b| {
        (a.outcome, follows(a), &a.file, &a.column, &a.what).cmp(&(b.outcome, follows(b), &b.file, &b.column, &b.what))
    });
    out
}

/// Places as text: "row 3 (`offense`), row 9, …".
fn places(kind: &FindingGroup) -> String {
    let places = kind.places();
    let words: Vec<String> = places
        .iter()
        .filter_map(|(place, value)| match (place, value) {
            (0, None) => None,
            (0, Some(value)) => Some(value.clone()),
            (place, None) => Some(format!("row {place}")),
            (place, Some(value)) => Some(format!("row {place} ({value})")),
        })
        .collect();
    // Of a whole file there is no place to name.
    let more = if kind.count > places.len() as u64 && !words.is_empty() { ", …" } else { "" };
    words.join(", ") + more
}

/// The stated counts that are 0.
#[must_use]
pub fn zeros(stated: &[StatedCount]) -> Vec<StatedZero> {
    let day = |day| if day == NEVER { String::new() } else { date(day).to_string() };
    let zero = |stated: &StatedCount| StatedZero {
        table: stated.table.clone(),
        kind: stated.kind.clone(),
        people: stated.people.unwrap_or(0),
        since: day(stated.since),
        until: day(stated.until),
        by: stated.by.clone(),
        on: day(stated.on),
    };
    stated.iter().filter(|stated| stated.count == 0).map(zero).collect()
}

/// Whether a file, as reports name it, has rows of a table: "police/Claims-2.csv", or "records.xlsx, sheet claims".
#[must_use]
pub fn is_of(file: &str, table: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or_default().to_lowercase();
    name.starts_with(table) || name.rsplit_once(", sheet ").is_some_and(|(_, sheet)| sheet.starts_with(table))
}

impl QualityReport {
    /// Rows of a table that were set aside, in all its files.
    #[must_use]
    pub fn set_aside_of(&self, table: &str) -> u64 {
        self.files.iter().filter(|file| is_of(&file.name, table)).map(|file| file.set_aside).sum()
    }

    /// How many rows were set aside that may change the sum.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.findings.iter().filter(|finding| finding.outcome == FindingOutcome::SetAside).map(|finding| finding.rows).sum()
    }

    /// The findings with one outcome.
    pub fn of(&self, outcome: FindingOutcome) -> impl Iterator<Item = &QualityFinding> {
        self.findings.iter().filter(move |finding| finding.outcome == outcome)
    }

    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}
