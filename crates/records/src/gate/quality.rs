//! The data-quality statement: what was read, what was used, what was set aside and why, whom it concerns and what it could
//! change. It travels with every figure, to the terminal, into files, onto the page, into the ledger and before the person who
//! approves.

use base::money::Pence;

use super::super::fault::Grade;
use super::evidence::Stated;
use super::findings::{Findings, Kind};
use base::day::{NEVER, date};

/// What there is to say of the records behind a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Quality {
    pub files: Vec<FileRead>,
    pub findings: Vec<Finding>,
    pub zeros: Vec<Zero>,
    /// The most that what was set aside could change the sum; `None` where it can change nothing or there is no sum.
    pub effect: Option<Effect>,
    /// Facts of people who are measured that equal another in all but their key.
    pub copies: Option<Copies>,
    /// Who accepted faults that may change the sum, and why.
    pub accepted: Option<Accepted>,
}

/// Facts that equal another in all but their key: all of them count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copies {
    pub rows: u64,
    pub people: u64,
    /// The sum as it is, and as it would be if each counted once; `None` where there is no sum.
    pub sums: Option<(Pence, Pence)>,
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

/// What happens for a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The run stops.
    Refused,
    /// The row is not used, and the sum may change with it.
    SetAside,
    /// The row is not used, and no rule looks at it.
    SetAsideWithoutEffect,
    /// The row is counted once, or there is something to know.
    Told,
}

/// One kind of finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub outcome: Outcome,
    pub file: String,
    pub column: String,
    pub what: String,
    pub rows: u64,
    /// People the rows are about, as far as that is known.
    pub people: u64,
    /// The first rows, with what was read there.
    pub places: String,
}

/// A kind of which an agency says that there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zero {
    pub table: String,
    pub kind: String,
    pub people: u64,
    pub since: String,
    pub until: String,
    pub by: String,
    pub on: String,
}

/// How much the sum could change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The sum, were the outcomes of everybody concerned at their best for the payer, and at their worst; in pence. `bound` says
    /// whether the true range may be narrower.
    Between { least: Pence, most: Pence, bound: bool },
    /// Nobody can say: it is about how far the records reach, who is paid, or whom people are compared with.
    Unknown,
}

/// Faults that somebody accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    pub by: String,
    pub reason: String,
}

impl Outcome {
    const WORDS: [(Outcome, &str); 4] = [
        (Outcome::Refused, "refused"),
        (Outcome::SetAside, "set aside"),
        (Outcome::SetAsideWithoutEffect, "set aside, no effect"),
        (Outcome::Told, "told"),
    ];

    #[must_use]
    pub fn word(self) -> &'static str {
        Outcome::WORDS.iter().find(|(outcome, _)| *outcome == self).map_or("", |(_, word)| word)
    }
}

/// The lines of findings.
#[must_use]
pub fn findings(findings: &Findings) -> Vec<Finding> {
    let mut out: Vec<Finding> = findings
        .iter()
        .map(|(key, kind)| Finding {
            outcome: match key.grade {
                Grade::File | Grade::Refused => Outcome::Refused,
                Grade::Row if key.touches => Outcome::SetAside,
                Grade::Row => Outcome::SetAsideWithoutEffect,
                Grade::Repeat | Grade::Warning => Outcome::Told,
            },
            file: key.file.clone(),
            column: key.column.clone(),
            what: key.what.to_owned(),
            rows: kind.count,
            people: kind.people(),
            places: places(kind),
        })
        .collect();
    out.sort_by(|a, b| (a.outcome, &a.file, &a.column, &a.what).cmp(&(b.outcome, &b.file, &b.column, &b.what)));
    out
}

/// "row 3 (`offense`), row 9, …".
fn places(kind: &Kind) -> String {
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
    let more = if kind.count > places.len() as u64 { ", …" } else { "" };
    words.join(", ") + more
}

/// The zeros among stated counts.
#[must_use]
pub fn zeros(stated: &[Stated]) -> Vec<Zero> {
    let day = |day| if day == NEVER { String::new() } else { date(day).to_string() };
    let zero = |stated: &Stated| Zero {
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

impl Quality {
    /// How many rows were set aside with which the sum may change.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.findings.iter().filter(|finding| finding.outcome == Outcome::SetAside).map(|finding| finding.rows).sum()
    }

    /// The findings of an outcome.
    pub fn of(&self, outcome: Outcome) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.outcome == outcome)
    }

    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }
}
