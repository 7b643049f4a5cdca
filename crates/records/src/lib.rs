//! What do agencies hand over? The tables everyone shares, checked at the door.
//!
//! [`schema`] says what the tables are. A reader gives [`batch::Batch`]es of rows that are right and [`fault::Fault`]s for
//! those that are not: [`csv`] from bytes here, Parquet at the edge, where files are opened. [`check`] holds rows against
//! each other. [`Records`] are the tables as the other rooms use them: names as small numbers, days as days since 1970, facts
//! by person.
//!
//! Every row has three clocks: when it happened, when it became known, and when somebody computed with it. The first two stand
//! in the row; the third belongs to the run.

pub mod batch;
pub mod cell;
pub mod check;
pub mod csv;
pub mod dates;
pub mod facts;
pub mod fault;
pub mod files;
pub mod gate;
pub mod gzip;
pub mod lots;
pub mod map;
pub mod names;
pub mod payees;
pub mod people;
pub mod rows;
pub mod schema;
pub mod starts;
pub mod workbook;

use base::day::{Day, NEVER};
use batch::Batch;
use facts::{Facts, Gathered};
use names::Names;
pub use people::{Ends, People};
pub use starts::{Start, Starts};

/// Which facts are asked for: what nobody needs is not read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Need {
    /// Kinds of event, each once.
    pub events: Vec<String>,
    /// Kinds of spell, each once.
    pub spells: Vec<String>,
    /// Classes of event that are told apart.
    pub classes: Vec<String>,
    /// Kinds of event of which it matters which others are about them, and the kinds of those others.
    pub referred: Vec<String>,
    pub referring: Vec<String>,
    /// Those of them that prove others, which rows may also say of themselves.
    pub proofs: Vec<String>,
    /// Kinds of event of which disposals are counted, and of which amounts are added up.
    pub disposals: Vec<String>,
    pub amounts: Vec<String>,
}

impl Need {
    /// Whether a column of a table is asked for.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> bool {
        match (table, column) {
            ("people", "sex") | ("starts", "ended") => false,
            ("events", "about") => !self.referring.is_empty(),
            ("events", "disposal") => !self.disposals.is_empty(),
            ("events", "amount") => !self.amounts.is_empty(),
            ("events", "class") => !self.classes.is_empty(),
            _ => true,
        }
    }

    /// Whether anything of a table is asked for.
    #[must_use]
    pub fn table(&self, table: &str) -> bool {
        match table {
            "people" | "starts" | "coverage" => true,
            "events" => !self.events.is_empty(),
            "spells" => !self.spells.is_empty(),
            _ => false,
        }
    }

    /// The position of a kind of event, as [`facts::Fact`] has it.
    #[must_use]
    pub fn event(&self, kind: &str) -> Option<u16> {
        self.events.iter().position(|known| known == kind).map(|at| at as u16)
    }

    /// The position of a kind of spell, as [`facts::Fact`] has it.
    #[must_use]
    pub fn spell(&self, kind: &str) -> Option<u16> {
        self.spells.iter().position(|known| known == kind).map(|at| (self.events.len() + at) as u16)
    }
}

/// The tables as the other rooms use them.
#[derive(Debug, Default)]
pub struct Records {
    pub need: Need,
    pub people: People,
    /// By person, then by day.
    pub starts: Vec<Start>,
    /// Providers, areas and segments by name; a start has their positions.
    pub providers: Names,
    pub areas: Names,
    pub segments: Names,
    pub facts: Facts,
    pub coverage: Coverage,
    /// Rows about people who are not in the table of people; they are left out.
    pub unknown_people: u64,
}

/// How far the data reach.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// Table, kind (empty for every other kind of the table), the last day that is complete and the first one, or [`NEVER`].
    stated: Vec<(String, String, Day, Day)>,
    /// The last day known of events and of spells, where nothing is stated.
    last_event: Option<Day>,
    last_spell: Option<Day>,
}

impl Records {
    /// From what was read of people, starts and coverage; events and spells are added.
    #[must_use]
    pub fn new(need: Need, people: People, starts: Starts, coverage: &[Batch]) -> Records {
        let facts = Facts::new(people.names.len(), &need);
        let Starts { starts, providers, areas, segments, unknown_people } = starts;
        Records { need, people, starts, providers, areas, segments, facts, coverage: Coverage::new(coverage), unknown_people }
    }

    /// Adds all that was read of a table of facts.
    pub fn add(&mut self, table: &str, gathered: Vec<Gathered>) {
        let last = gathered.iter().map(|gathered| gathered.last).max().filter(|day| *day != Day::MIN);
        match table {
            "spells" => self.coverage.last_spell = last,
            _ => self.coverage.last_event = last,
        }
        self.unknown_people += gathered.iter().map(|gathered| gathered.unknown_people).sum::<u64>();
        gathered.into_iter().for_each(|gathered| self.facts.add(gathered));
    }
}

/// The stated day on which something became known; else the day it happened.
fn known(stated: Day, happened: Day) -> Day {
    if stated == NEVER { happened } else { stated }
}

impl Coverage {
    fn new(batches: &[Batch]) -> Coverage {
        let mut stated = Vec::new();
        for batch in batches {
            let column = |name| batch.table.column(name);
            for row in 0..batch.rows() {
                let text = |name| batch.text(column(name), row);
                let day = |name| batch.day(column(name), row);
                stated.push((text("table"), text("kind"), day("until"), day("since")));
            }
        }
        // Of two rows for the same kind, the one that claims less stands.
        stated.sort();
        Coverage { stated, ..Coverage::default() }
    }

    /// The last day on which facts of a kind are complete; `None` when the table is not there at all.
    #[must_use]
    pub fn until(&self, table: &str, kind: &str) -> Option<Day> {
        let last = if table == "spells" { self.last_spell } else { self.last_event };
        self.of(table, kind).map(|(_, _, until, _)| *until).or(last)
    }

    /// The first day from which facts of a kind are complete; `None` when the records do not say.
    #[must_use]
    pub fn since(&self, table: &str, kind: &str) -> Option<Day> {
        self.of(table, kind).map(|(_, _, _, since)| *since).filter(|since| *since != NEVER)
    }

    fn of(&self, table: &str, kind: &str) -> Option<&(String, String, Day, Day)> {
        let stated = |kind: &str| self.stated.iter().find(|(t, k, _, _)| t == table && k == kind);
        stated(kind).or_else(|| stated(""))
    }
}
