//! The tables of records in memory, as measuring uses them, and how far they reach.

use base::day::{Day, NEVER};

use super::batch::Batch;
use super::day_set::DaySet;
use super::facts::{Facts, GatheredFacts};
use super::names::Names;
use super::need::Need;
use super::people::People;
use super::starts::{Start, Starts};

/// The tables in memory: names as small numbers, days as days since 1970, facts by person.
#[derive(Debug, Default)]
pub struct Records {
    pub need: Need,
    pub people: People,
    /// In the order of people, then of days.
    pub starts: Vec<Start>,
    /// The names of providers, areas and segments. A start has their positions.
    pub providers: Names,
    pub areas: Names,
    pub segments: Names,
    pub facts: Facts,
    pub coverage: Coverage,
    /// Rows about people who are not in the table of people. They are left out.
    pub unknown_people: u64,
}

/// How far the records reach.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Table, kind (empty: every other kind of the table), last complete day, and first complete day or [`NEVER`].
    stated: Vec<(String, String, Day, Day)>,
    /// The days that the events and the spells reach, used where nothing is stated; `None` if the table was not supplied.
    events: Option<DaySet>,
    spells: Option<DaySet>,
}

impl Records {
    /// Starts from people, starts and coverage. Events and spells are added later.
    #[must_use]
    pub fn new(need: Need, people: People, starts: Starts, coverage: &[Batch]) -> Records {
        let facts = Facts::new(people.names.len(), &need);
        let Starts { starts, providers, areas, segments, unknown_people, .. } = starts;
        Records { need, people, starts, providers, areas, segments, facts, coverage: Coverage::new(coverage), unknown_people }
    }

    /// Adds everything that was read from the table of events or of spells.
    pub fn add(&mut self, table: &str, gathered: Vec<GatheredFacts>) {
        let mut reached = DaySet::default();
        gathered.iter().for_each(|gathered| reached.merge(&gathered.reached));
        match table {
            "spells" => self.coverage.spells = Some(reached),
            _ => self.coverage.events = Some(reached),
        }
        self.unknown_people += gathered.iter().map(|gathered| gathered.unknown_people).sum::<u64>();
        gathered.into_iter().for_each(|gathered| self.facts.add(gathered));
    }
}

impl Coverage {
    /// What the tables of coverage state.
    #[must_use]
    pub fn new(batches: &[Batch]) -> Coverage {
        let mut stated = Vec::new();
        for batch in batches {
            let column = |name| batch.table.column(name);
            for row in 0..batch.rows() {
                let text = |name| batch.text(column(name), row);
                let day = |name| batch.day(column(name), row);
                stated.push((text("table"), text("kind"), day("until"), day("since")));
            }
        }
        // If two rows are for the same kind, the one that states less counts.
        stated.sort();
        Coverage { stated, ..Coverage::default() }
    }

    /// The last day on which facts of a kind are complete, as known by a day; `None` if nothing says so. Where nothing is stated, it
    /// is the last day of the rows that could be known by then. What is planned for later, or dated later by mistake, shows nothing.
    #[must_use]
    pub fn until(&self, table: &str, kind: &str, known_at: Day) -> Option<Day> {
        self.stated_until(table, kind).or_else(|| self.last_row(table, known_at))
    }

    /// The last day of the rows of a table that is not after a day; `None` if there is none.
    #[must_use]
    pub fn last_row(&self, table: &str, day: Day) -> Option<Day> {
        let reached = if table == "spells" { &self.spells } else { &self.events };
        reached.as_ref().and_then(|days| days.last_until(day))
    }

    /// The last complete day that is stated of anything; `None` if none is.
    #[must_use]
    pub fn latest(&self) -> Option<Day> {
        self.stated.iter().map(|(_, _, until, _)| *until).max()
    }

    /// The last complete day of a kind that the agency states; `None` if it states none.
    #[must_use]
    pub fn stated_until(&self, table: &str, kind: &str) -> Option<Day> {
        self.of(table, kind).map(|(_, _, until, _)| *until)
    }

    /// The first day from which facts of a kind are complete; `None` if the records do not say.
    #[must_use]
    pub fn since(&self, table: &str, kind: &str) -> Option<Day> {
        self.of(table, kind).map(|(_, _, _, since)| *since).filter(|since| *since != NEVER)
    }

    fn of(&self, table: &str, kind: &str) -> Option<&(String, String, Day, Day)> {
        let stated = |kind: &str| self.stated.iter().find(|(t, k, _, _)| t == table && k == kind);
        stated(kind).or_else(|| stated(""))
    }
}
