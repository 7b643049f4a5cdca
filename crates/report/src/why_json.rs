//! Why a line or an outcome is what it is, for other programs. The comments are the text of the published description.

use base::day::{Day, date};
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::quality;
use crate::why::{CountedPerson, CountedStart, Explained, FactInWords, LineExplanation, OutcomeExplanation, OutcomeResult};
use crate::why::{PersonExplanation, StartExplanation, WhyReport};

/// Why a line of a statement, or the outcomes of a person, are what they are. Either `line` or `person` is there.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WhyDocument {
    /// the line
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<WhyLineEntry>,
    /// the person
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<WhyPersonEntry>,
    /// the data-quality report, a sentence each
    pub data_quality: Vec<String>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// A line of a statement with everyone whom it counts.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WhyLineEntry {
    /// clause, area, cohorts and segment
    pub place: String,
    /// quantity, price and amount
    pub sum: String,
    /// why
    pub reason: String,
    /// the outcome that is paid for
    pub outcome: Option<String>,
    /// people the line is about
    pub people: usize,
    /// how many of them are excepted from the outcome
    pub excepted: usize,
    /// those whom it counts
    pub counted: Vec<CountedPersonEntry>,
}

/// Somebody whom a line counts.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CountedPersonEntry {
    /// the id
    pub person: String,
    /// the day of the start
    pub started: String,
    /// the agencies' rows with the start
    pub sources: Vec<String>,
    /// the result
    pub result: Option<ResultEntry>,
    /// the facts that count
    pub facts: Option<Vec<FactEntry>>,
}

/// What became of a person in one outcome.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ResultEntry {
    /// what became of the person
    #[schemars(extend("enum" = ["success", "failure", "not yet known", "left out"]))]
    pub state: &'static str,
    /// 1 or 0, or a number of events, days or periods; null unless known
    pub value: Option<i64>,
    /// the day that decided
    pub decided_on: Option<String>,
}

/// A fact: an event on a day, or a spell.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FactEntry {
    /// the kind
    pub kind: String,
    /// whether it is of one day or lasts
    #[schemars(extend("enum" = ["event", "spell"]))]
    pub form: &'static str,
    /// the day, or the first day
    pub from: String,
    /// the first day after a spell; null for an event and a spell without an end
    pub to: Option<String>,
    /// the day of the proof
    pub proven_on: Option<String>,
    /// the agencies' rows
    pub sources: Vec<String>,
}

/// Everything that was decided for one person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct WhyPersonEntry {
    /// the id
    pub id: String,
    /// what happened up to this day counts
    pub as_at: String,
    /// what was known by this day counts
    pub known_at: String,
    /// the day of death
    pub died: Option<String>,
    /// the day of removal
    pub removed: Option<String>,
    /// the starts
    pub starts: Vec<StartEntry>,
    /// the facts that count
    pub facts: Vec<FactEntry>,
}

/// One start of a person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StartEntry {
    /// the day
    pub began: String,
    /// the provider
    pub provider: String,
    /// the agencies' rows
    pub sources: Vec<String>,
    /// where it counts; null where it does not
    pub counted: Option<CountedStartEntry>,
    /// why it does not count
    pub why_not_counted: Option<String>,
}

/// A start that counts.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct CountedStartEntry {
    /// the group
    #[schemars(extend("enum" = ["served", "comparison"]))]
    pub group: &'static str,
    /// the area
    pub area: String,
    /// the cohort
    pub cohort: String,
    /// the segment
    pub segment: String,
    /// the outcomes
    pub outcomes: Vec<OutcomeResultEntry>,
}

/// How one outcome was decided.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct OutcomeResultEntry {
    /// the name
    pub outcome: String,
    /// the result
    pub result: ResultEntry,
    /// the first day of the window
    pub window_from: String,
    /// the first day after the window
    pub window_to_before: String,
    /// everything before this day must be observed
    pub must_be_observed_to_before: String,
    /// everything before this day is observed
    pub observed_to_before: String,
    /// the facts that count
    pub facts: Vec<FactEntry>,
}

impl JsonDocument for WhyDocument {
    const SCHEMA: &'static str = "wellspent-why/1";
    const COMMAND: &'static str = "wellspent why --json";
}

fn day(day: Day) -> String {
    date(day).to_string()
}

impl From<&OutcomeResult> for ResultEntry {
    fn from(result: &OutcomeResult) -> ResultEntry {
        ResultEntry { state: result.state.word(), value: result.value, decided_on: result.decided.map(day) }
    }
}

fn facts(facts: &[FactInWords]) -> Vec<FactEntry> {
    let entry = |fact: &FactInWords| FactEntry {
        kind: fact.kind.clone(),
        form: if fact.is_spell { "spell" } else { "event" },
        from: day(fact.from),
        to: fact.to.map(day),
        proven_on: fact.proven.map(day),
        sources: fact.sources.clone(),
    };
    facts.iter().map(entry).collect()
}

impl From<&CountedPerson> for CountedPersonEntry {
    fn from(person: &CountedPerson) -> CountedPersonEntry {
        CountedPersonEntry {
            person: person.person.clone(),
            started: day(person.started),
            sources: person.sources.clone(),
            result: person.result.as_ref().map(|(result, _)| result.into()),
            facts: person.result.as_ref().map(|(_, of)| facts(of)),
        }
    }
}

impl From<&LineExplanation> for WhyLineEntry {
    fn from(line: &LineExplanation) -> WhyLineEntry {
        WhyLineEntry {
            place: line.place.clone(),
            sum: line.sum.clone(),
            reason: line.reason.clone(),
            outcome: line.outcome.clone(),
            people: line.people,
            excepted: line.excepted,
            counted: line.counted.iter().map(CountedPersonEntry::from).collect(),
        }
    }
}

impl From<&OutcomeExplanation> for OutcomeResultEntry {
    fn from(outcome: &OutcomeExplanation) -> OutcomeResultEntry {
        OutcomeResultEntry {
            outcome: outcome.outcome.clone(),
            result: ResultEntry::from(&outcome.result),
            window_from: day(outcome.from),
            window_to_before: day(outcome.to),
            must_be_observed_to_before: day(outcome.needed),
            observed_to_before: day(outcome.observed),
            facts: facts(&outcome.facts),
        }
    }
}

impl From<&CountedStart> for CountedStartEntry {
    fn from(counted: &CountedStart) -> CountedStartEntry {
        CountedStartEntry {
            group: if counted.comparison { "comparison" } else { "served" },
            area: counted.area.clone(),
            cohort: counted.cohort.clone(),
            segment: counted.segment.clone(),
            outcomes: counted.outcomes.iter().map(OutcomeResultEntry::from).collect(),
        }
    }
}

impl From<&StartExplanation> for StartEntry {
    fn from(start: &StartExplanation) -> StartEntry {
        StartEntry {
            began: day(start.began),
            provider: start.provider.clone(),
            sources: start.sources.clone(),
            counted: start.counts.as_ref().ok().map(CountedStartEntry::from),
            why_not_counted: start.counts.as_ref().err().cloned(),
        }
    }
}

impl From<&PersonExplanation> for WhyPersonEntry {
    fn from(person: &PersonExplanation) -> WhyPersonEntry {
        WhyPersonEntry {
            id: person.person.clone(),
            as_at: day(person.as_at),
            known_at: day(person.known_at),
            died: person.died.map(day),
            removed: person.removed.map(day),
            starts: person.starts.iter().map(StartEntry::from).collect(),
            facts: facts(&person.facts),
        }
    }
}

impl WhyReport {
    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> WhyDocument {
        WhyDocument::from(self)
    }
}

impl From<&WhyReport> for WhyDocument {
    fn from(found: &WhyReport) -> WhyDocument {
        let (line, person) = match &found.about {
            Explained::Line(line) => (Some(WhyLineEntry::from(line)), None),
            Explained::Person(person) => (None, Some(WhyPersonEntry::from(person))),
        };
        WhyDocument { line, person, data_quality: quality::lines(&found.quality), notes: found.notes.clone() }
    }
}
