//! The record of one request to publish: what was asked, which rule hit which cells, what was hidden, by whom and when. Cells are
//! named by their position only, so that the record can be shown to people who may not see the numbers. (ACRO, the automatic
//! checker of research outputs, keeps such a record of each output.)

use base::day::{Day, date};
use base::english::counted;
use base::money::thousands;

use crate::primary::SensitivityRule;

/// A cell of a request: the number of its table and its number in the table, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellPosition {
    pub table: usize,
    pub cell: usize,
}

/// How a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReleaseOutcome {
    Approved,
    /// Refused, with the reason.
    Refused(String),
}

/// The record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    pub name: String,
    pub actor: String,
    pub day: Day,
    pub asked: String,
    /// The policy, in words.
    pub policy: String,
    /// A fingerprint of what was published, so that a file can be shown to be of this release. Empty where nothing was.
    pub fingerprint: String,
    /// How many cells the tables have.
    pub cells: usize,
    /// Earlier releases that it was checked with.
    pub earlier: usize,
    /// Which rule made which cell sensitive.
    pub hits: Vec<(SensitivityRule, CellPosition)>,
    /// Small differences between populations, each of which is protected too.
    pub differences: usize,
    /// Cells hidden to protect others.
    pub also_hidden: Vec<CellPosition>,
    /// Numbers withheld, by their position in the request, from 1.
    pub withheld: Vec<usize>,
    /// Sensitive cells that were published, each with the reason.
    pub exceptions: Vec<(CellPosition, String)>,
    /// The base that the tables were rounded to, where they were.
    pub rounded_to: Option<i64>,
    pub outcome: ReleaseOutcome,
}

impl AuditRecord {
    /// A record in which nothing has been found yet.
    #[must_use]
    pub fn of(name: &str, actor: &str, day: Day, asked: &str) -> Self {
        AuditRecord {
            name: name.into(),
            actor: actor.into(),
            day,
            asked: asked.into(),
            policy: String::new(),
            fingerprint: String::new(),
            cells: 0,
            earlier: 0,
            hits: Vec::new(),
            differences: 0,
            also_hidden: Vec::new(),
            withheld: Vec::new(),
            exceptions: Vec::new(),
            rounded_to: None,
            outcome: ReleaseOutcome::Approved,
        }
    }

    /// The record as lines of text.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let outcome = match &self.outcome {
            ReleaseOutcome::Approved => "approved".to_owned(),
            ReleaseOutcome::Refused(why) => format!("refused: {why}"),
        };
        let mut lines = vec![
            format!("release: {}", self.name),
            format!("asked: {}", self.asked),
            format!("by: {} on {}", self.actor, date(self.day)),
            format!("policy: {}", self.policy),
            format!("outcome: {outcome}"),
            format!("checked with: {}", counted(self.earlier as i64, "earlier release", "earlier releases")),
            format!("cells: {}", thousands(self.cells as i64)),
        ];
        for rule in ALL_RULES {
            let cells: Vec<String> = self.hits.iter().filter(|hit| hit.0 == rule).map(|hit| place(hit.1)).collect();
            if !cells.is_empty() {
                lines.push(format!("{}: {}", rule_words(rule), cells.join("; ")));
            }
        }
        if self.differences > 0 {
            let words = counted(self.differences as i64, "small difference", "small differences");
            lines.push(format!("{words} between groups, protected too"));
        }
        if !self.also_hidden.is_empty() {
            let cells: Vec<String> = self.also_hidden.iter().map(|cell| place(*cell)).collect();
            lines.push(format!("hidden to protect others: {}", cells.join("; ")));
        }
        lines.extend(self.rounded_to.map(|base| format!("rounded to multiples of {base}")));
        if !self.withheld.is_empty() {
            let numbers: Vec<String> = self.withheld.iter().map(usize::to_string).collect();
            lines.push(format!("published numbers withheld, by position: {}", numbers.join(", ")));
        }
        lines.extend(self.exceptions.iter().map(|(cell, reason)| format!("exception for {}: {reason}", place(*cell))));
        if !self.fingerprint.is_empty() {
            lines.push(format!("fingerprint of what was published: {}", self.fingerprint));
        }
        lines
    }
}

pub(crate) const ALL_RULES: [SensitivityRule; 5] = [
    SensitivityRule::SmallCount,
    SensitivityRule::Zero,
    SensitivityRule::Dominance,
    SensitivityRule::PPercent,
    SensitivityRule::Difference,
];

/// A rule in a few words.
#[must_use]
pub fn rule_words(rule: SensitivityRule) -> &'static str {
    match rule {
        SensitivityRule::SmallCount => "small count",
        SensitivityRule::Zero => "zero",
        SensitivityRule::Dominance => "dominance (n, k)",
        SensitivityRule::PPercent => "dominance (p%)",
        SensitivityRule::Difference => "small difference",
    }
}

fn place(position: CellPosition) -> String {
    format!("table {} cell {}", position.table, position.cell)
}
