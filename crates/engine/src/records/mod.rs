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
pub mod day;
pub mod facts;
pub mod fault;
pub mod map;
pub mod names;
pub mod schema;

use batch::{Batch, Name};
use day::{Day, NEVER};
use facts::{Chunk, Facts};
use names::Names;
use rayon::prelude::*;

/// Which facts are asked for: what nobody needs is not read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Need {
    /// Kinds of event, each once.
    pub events: Vec<String>,
    /// Kinds of spell, each once.
    pub spells: Vec<String>,
    /// Classes of event that are told apart.
    pub classes: Vec<String>,
    /// Whether it matters which event is about which.
    pub links: bool,
    pub disposals: bool,
    pub amounts: bool,
}

impl Need {
    /// Whether a column of a table is asked for.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> bool {
        match (table, column) {
            ("people", "forename" | "surname" | "born" | "sex" | "postcode") | ("starts", "start" | "ended") => false,
            ("spells", "spell") => false,
            ("events", "event" | "about") => self.links,
            ("events", "disposal") => self.disposals,
            ("events", "amount") => self.amounts,
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

/// Everyone, in the order of their names.
#[derive(Debug, Default)]
pub struct People {
    pub names: Names,
    pub ends: Vec<Ends>,
}

/// When a person was last to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ends {
    /// The day of death, or [`NEVER`].
    pub died: Day,
    /// The day of removal, or [`NEVER`].
    pub removed: Day,
    /// The day on which this became known.
    pub known: Day,
}

/// One person begins with one provider. Ordered by person, day, provider, area and segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    pub person: u32,
    pub began: Day,
    pub provider: u32,
    /// [`names::NOBODY`] when none is given.
    pub area: u32,
    pub segment: u32,
    pub comparison: bool,
    pub known: Day,
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
    pub fn new(need: Need, people: People, starts: &[Batch], coverage: &[Batch]) -> Records {
        let facts = Facts::new(people.names.len(), need.events.len() + need.spells.len());
        let mut records = Records { need, people, coverage: Coverage::new(coverage), facts, ..Records::default() };
        records.add_starts(starts);
        records
    }

    /// Adds all that was read of a table of facts.
    pub fn add(&mut self, table: &str, chunks: Vec<Chunk>) {
        let last = chunks.iter().map(|chunk| chunk.last).max().filter(|day| *day != Day::MIN);
        match table {
            "spells" => self.coverage.last_spell = last,
            _ => self.coverage.last_event = last,
        }
        self.unknown_people += chunks.iter().map(|chunk| chunk.unknown_people).sum::<u64>();
        self.facts.add(chunks);
    }

    fn add_starts(&mut self, batches: &[Batch]) {
        let Some(table) = batches.first().map(|batch| batch.table) else { return };
        let column = |name| table.column(name);
        let names = || rayon::join(|| named(batches, column("area")), || named(batches, column("segment")));
        (self.providers, (self.areas, self.segments)) = rayon::join(|| named(batches, column("provider")), names);
        let start = |batch: &Batch, row: usize| -> Option<Start> {
            let person = batch.name(column("person"), row).and_then(|name| self.people.names.find(name))?;
            let position =
                |names: &Names, name| batch.name(column(name), row).and_then(|name| names.find(name)).unwrap_or(names::NOBODY);
            let began = batch.day(column("began"), row);
            Some(Start {
                person,
                began,
                provider: position(&self.providers, "provider"),
                area: position(&self.areas, "area"),
                segment: position(&self.segments, "segment"),
                comparison: batch.name(column("group"), row) == Some(Name::Text("comparison")),
                known: known(batch.day(column("known"), row), began),
            })
        };
        let of = |batch: &Batch| (0..batch.rows()).filter_map(|row| start(batch, row)).collect();
        let starts: Vec<Vec<Start>> = batches.par_iter().map(of).collect();
        self.starts = starts.concat();
        let rows: usize = batches.iter().map(Batch::rows).sum();
        self.unknown_people += (rows - self.starts.len()) as u64;
        self.starts.sort_unstable();
    }
}

/// The stated day on which something became known; else the day it happened.
fn known(stated: Day, happened: Day) -> Day {
    if stated == NEVER { happened } else { stated }
}

/// Every name in a column, in order, each once.
fn named(batches: &[Batch], column: usize) -> Names {
    let (mut all, mut seen) = (std::collections::BTreeSet::new(), names::Fingerprints::default());
    for batch in batches {
        // There are few names and many rows.
        let new =
            (0..batch.rows()).filter_map(|row| batch.name(column, row)).filter(|name| seen.insert(names::fingerprint(*name)));
        all.extend(new);
    }
    let numbers = all.iter().filter_map(|name| if let Name::Number(number) = name { Some(*number) } else { None });
    let texts: Vec<String> = all.iter().filter(|name| matches!(name, Name::Text(_))).map(Name::to_string).collect();
    Names::new(numbers.collect(), &texts)
}

impl People {
    /// From batches of the table of people. Of a person who is there twice, the row with the earlier death or removal stands.
    #[must_use]
    pub fn new(batches: &[Batch]) -> People {
        let mut numbers: Vec<(i64, Ends)> = Vec::with_capacity(batches.iter().map(Batch::rows).sum());
        let mut texts: Vec<(String, Ends)> = Vec::new();
        for batch in batches {
            let column = |name| batch.table.column(name);
            let (person, died, removed, known) = (column("person"), column("died"), column("removed"), column("known"));
            for row in 0..batch.rows() {
                let (died, removed) = (batch.day(died, row), batch.day(removed, row));
                let ends = Ends { died, removed, known: self::known(batch.day(known, row), died.min(removed)) };
                match batch.name(person, row) {
                    Some(Name::Number(number)) => numbers.push((number, ends)),
                    Some(Name::Text(text)) => texts.push((text.to_owned(), ends)),
                    None => {}
                }
            }
        }
        numbers.sort_unstable();
        numbers.dedup_by_key(|(name, _)| *name);
        texts.sort_unstable();
        texts.dedup_by(|a, b| a.0 == b.0);
        let ends = numbers.iter().map(|(_, ends)| *ends).chain(texts.iter().map(|(_, ends)| *ends)).collect();
        let texts: Vec<String> = texts.into_iter().map(|(text, _)| text).collect();
        People { names: Names::new(numbers.into_iter().map(|(number, _)| number).collect(), &texts), ends }
    }
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
