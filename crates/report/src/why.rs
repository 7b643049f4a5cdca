//! Why a line of a statement or an outcome of a person is what it is: the people, windows and facts behind it, as data and as text.

use base::day::{Day, date};
use base::english::counted;
use base::money::thousands;
use records::gate::quality::QualityReport;

use crate::people::ResultState;
use crate::terminal::Terminal;

/// The people behind a line of a statement, or everything that was decided for one person.
pub struct WhyReport {
    pub about: Explained,
    /// The data-quality report.
    pub quality: QualityReport,
    pub notes: Vec<String>,
}

impl WhyReport {
    /// Everything for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }
}

/// What is explained.
#[derive(Clone, Debug, PartialEq)]
pub enum Explained {
    Line(LineExplanation),
    Person(PersonExplanation),
}

/// A line of a statement with everyone whom it counts.
#[derive(Clone, Debug, PartialEq)]
pub struct LineExplanation {
    /// What the line is for: clause, area, cohorts, segment.
    pub place: String,
    /// "12 people × £4,000 = £48,000".
    pub sum: String,
    pub reason: String,
    /// The outcome that the line pays for; nothing where it pays for people.
    pub outcome: Option<String>,
    /// How many people the line is about.
    pub people: usize,
    /// Whether it pays for these people or their results, and not for time or by what other lines come to.
    pub is_about_people: bool,
    /// How many of them are excepted from the outcome.
    pub excepted: usize,
    /// Those whom it counts.
    pub counted: Vec<CountedPerson>,
}

/// Somebody whom a line counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedPerson {
    pub person: String,
    pub started: Day,
    /// The agencies' rows with the start, where several agencies are joined.
    pub sources: Vec<String>,
    /// The result and its facts, where the line pays for an outcome.
    pub result: Option<(OutcomeResult, Vec<FactInWords>)>,
}

/// Everything that was decided for one person.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonExplanation {
    pub person: String,
    pub as_at: Day,
    pub known_at: Day,
    pub died: Option<Day>,
    pub removed: Option<Day>,
    pub starts: Vec<StartExplanation>,
    /// All facts of the kinds that the contract needs.
    pub facts: Vec<FactInWords>,
}

/// One start of a person.
#[derive(Clone, Debug, PartialEq)]
pub struct StartExplanation {
    pub began: Day,
    pub provider: String,
    pub sources: Vec<String>,
    /// How it counts, or why it does not.
    pub counts: Result<CountedStart, String>,
}

/// A start that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct CountedStart {
    /// Whether it counts in the comparison group.
    pub comparison: bool,
    pub area: String,
    pub cohort: String,
    pub segment: String,
    pub outcomes: Vec<OutcomeExplanation>,
}

/// How one outcome was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeExplanation {
    pub outcome: String,
    pub result: OutcomeResult,
    /// The follow-up window: its first day, and the first day after it.
    pub from: Day,
    pub to: Day,
    /// Everything before this day must be observed, and everything before `observed` is.
    pub needed: Day,
    pub observed: Day,
    pub facts: Vec<FactInWords>,
}

/// What became of a person in one outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OutcomeResult {
    pub state: ResultState,
    pub value: Option<i64>,
    /// The day on which it was reached, or of the event that decided.
    pub decided: Option<Day>,
}

/// A fact: an event on a day, or a spell.
#[derive(Clone, Debug, PartialEq)]
pub struct FactInWords {
    pub kind: String,
    pub from: Day,
    /// The first day after a spell; nothing for an event and for a spell that has no end yet.
    pub to: Option<Day>,
    pub is_spell: bool,
    /// The day of the proof, where the rule asks for one.
    pub proven: Option<Day>,
    /// The agencies' rows with the fact, where several agencies are joined.
    pub sources: Vec<String>,
}

/// " (police, event e17)", or nothing where it is not known.
fn from(sources: &[String]) -> String {
    if sources.is_empty() { String::new() } else { format!(" ({})", sources.join("; ")) }
}

/// "1, on 2027-03-30".
fn result_in_words(result: &OutcomeResult) -> String {
    match (result.state, result.value, result.decided) {
        (ResultState::NotYetKnown | ResultState::LeftOut | ResultState::Excepted | ResultState::WithHousehold, ..)
        | (_, None, _) => result.state.word().to_owned(),
        (_, Some(value), None) => value.to_string(),
        (_, Some(value), Some(day)) => format!("{value}, on {}", date(day)),
    }
}

/// "offence on 2027-05-04, proven 2027-06-01".
fn fact_in_words(fact: &FactInWords) -> String {
    let FactInWords { kind, from: began, to, is_spell, proven, sources } = fact;
    let (began, from) = (date(*began), from(sources));
    match (is_spell, to, proven) {
        (true, None, _) => format!("{kind} from {began}, with no end yet{from}"),
        (true, Some(to), _) => format!("{kind} from {began} to before {}{from}", date(*to)),
        (false, _, None) => format!("{kind} on {began}{from}"),
        (false, _, Some(proven)) => format!("{kind} on {began}{from}, proven {}", date(*proven)),
    }
}

/// Everything for the terminal.
fn text(found: &WhyReport, terminal: Terminal) -> String {
    match &found.about {
        Explained::Line(line) => line_text(line, terminal),
        Explained::Person(person) => person_text(person, terminal),
    }
}

fn line_text(line: &LineExplanation, terminal: Terminal) -> String {
    let mut out = format!("{}\n{}: {}\n", terminal.bold(&line.place), line.sum, line.reason);
    let people = counted(line.people, "person", "people");
    out += &match &line.outcome {
        Some(_) => format!("The line counts {} of {people}{}:\n", thousands(line.counted.len() as i64), excepted(line.excepted)),
        None if line.is_about_people => format!("The line is for {people}:\n"),
        None => "It follows from time, totals or other lines, and not from single people, so nobody is listed.\n".to_owned(),
    };
    for person in &line.counted {
        out += &format!("{:<20} started {}{}", person.person, date(person.started), from(&person.sources));
        if let Some((result, facts)) = &person.result {
            let facts: Vec<String> = facts.iter().map(fact_in_words).collect();
            out += &format!("  {}  {}", result_in_words(result), facts.join("; "));
        }
        out += "\n";
    }
    out
}

/// ", 7 of whom are excepted"; nothing where nobody is.
fn excepted(people: usize) -> String {
    match people {
        0 => String::new(),
        1 => ", 1 of whom is excepted".to_owned(),
        people => format!(", {} of whom are excepted", thousands(people as i64)),
    }
}

fn person_text(person: &PersonExplanation, terminal: Terminal) -> String {
    let mut out =
        format!("{}, as at {}, known at {}\n", terminal.bold(&person.person), date(person.as_at), date(person.known_at));
    for (what, day) in [("died", person.died), ("removed", person.removed)] {
        if let Some(day) = day {
            out += &format!("  {what} {}\n", date(day));
        }
    }
    for start in &person.starts {
        out += &format!("start on {} with {}{}", date(start.began), start.provider, from(&start.sources));
        match &start.counts {
            Err(why) => out += &format!(": not counted; {why}\n"),
            Ok(counted) => {
                let group = if counted.comparison { "in the comparison group " } else { "" };
                out += &format!(": counts {group}in {}, {}, {}\n", counted.area, counted.cohort, counted.segment);
                counted.outcomes.iter().for_each(|outcome| out += &outcome_text(outcome, terminal));
            }
        }
    }
    out += "all facts of the kinds that the contract needs:\n";
    for fact in &person.facts {
        out += &format!("    {}\n", fact_in_words(fact));
    }
    if person.facts.is_empty() {
        out += "    none\n";
    }
    out
}

fn outcome_text(outcome: &OutcomeExplanation, terminal: Terminal) -> String {
    let mut out = format!("  {}: {}\n", terminal.bold(&outcome.outcome), result_in_words(&outcome.result));
    out += &format!(
        "    window {} to before {}; must be observed to before {}; is observed to before {}\n",
        date(outcome.from),
        date(outcome.to),
        date(outcome.needed),
        date(outcome.observed)
    );
    let what = if outcome.result.state == ResultState::Excepted { "excepted because of" } else { "counts" };
    for fact in &outcome.facts {
        out += &format!("    {what}: {}\n", fact_in_words(fact));
    }
    out
}
