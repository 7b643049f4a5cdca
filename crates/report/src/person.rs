//! One person's timeline across agencies: the items as data, as text and as JSON.

use std::fmt::Write as _;

use base::day::{Day, NEVER, date};
use linkage::joined::timeline::TimelineItem;
use linkage::purpose::{Purpose, ShownPart};
use outcomes::QueryDates;
use schemars::JsonSchema;
use serde::Serialize;

use crate::machine_readable::JsonDocument;
use crate::terminal::Terminal;
use crate::words::listed;

/// What the agencies hold of one person, as far as a purpose covers it.
pub struct Timeline {
    /// The id that was asked for, and the id under which the person is known on the day.
    pub asked: String,
    pub person: String,
    pub days: QueryDates,
    pub purpose: Purpose,
    /// Changes of the person's id, by day.
    pub id_changes: Vec<(Day, String)>,
    /// How many records each agency holds.
    pub records: Vec<(String, usize)>,
    /// How certain it is that they belong to one person, from 0 to 1.
    pub quality: f64,
    pub items: Vec<TimelineItem>,
    pub notes: Vec<String>,
}

impl Timeline {
    /// Everything for the terminal.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        text(self, terminal)
    }

    /// Everything for other programs.
    #[must_use]
    pub fn document(&self) -> PersonDocument {
        PersonDocument::from(self)
    }
}

/// The timeline for the terminal.
fn text(found: &Timeline, terminal: Terminal) -> String {
    let Timeline { asked, person, days, .. } = found;
    let mut out = format!("{}, as at {}, known at {}\n", terminal.bold(person), days.as_at, days.known_at());
    out += &format!("{}\n", terminal.dim(&terminal.wrap(&covers(&found.purpose), 0)));
    if person != asked {
        let _ = writeln!(out, "{asked} is part of {person} by then");
    }
    for (day, what) in &found.id_changes {
        let _ = writeln!(out, "{}  {what}", date(*day));
    }
    let records: Vec<String> = found.records.iter().map(|(agency, count)| format!("{agency} {count}")).collect();
    let _ = writeln!(
        out,
        "records: {}; the quality of the link between them is {:.2} (1 is certain)\n",
        records.join(", "),
        found.quality
    );
    if found.items.is_empty() {
        return out + "The agencies hold nothing of this person that the purpose covers.\n";
    }
    let header = ["when", "agency", "table", "what", "row"].map(str::to_owned);
    let row = |item: &TimelineItem| {
        vec![when(item), item.agency.clone(), item.table.to_string(), item.what.clone(), item.place.to_string()]
    };
    out + &terminal.columns(&header, &found.items.iter().map(row).collect::<Vec<_>>(), |column| column == 4)
}

/// "2027-04-01 – 2027-04-30".
fn when(item: &TimelineItem) -> String {
    match (item.from, item.to) {
        (Day::MIN, _) => String::new(),
        (from, NEVER) => format!("{} →", date(from)),
        (from, to) if to <= from => date(from).to_string(),
        // People name the last day of a spell. The tables have the first day after it.
        (from, to) => format!("{} – {}", date(from), date(to - 1)),
    }
}

/// What the purpose covers, item by item.
fn items(purpose: &Purpose) -> Vec<String> {
    let item = |item: &linkage::purpose::ShownItem| match &item.part {
        ShownPart::Rows => item.table.name.to_owned(),
        ShownPart::Kind(kind) => format!("{}: {kind}", item.table.name),
        ShownPart::Column(column) => format!("{}.{column}", item.table.name),
    };
    purpose.shows.iter().map(item).collect()
}

/// What is shown for the purpose, and that nothing else is.
fn covers(purpose: &Purpose) -> String {
    let agencies: Vec<&str> = purpose.agencies.iter().map(String::as_str).collect();
    format!(
        "For {} ({}), by {}. Shown: {} of {}. We neither show nor count what else is held, or by whom.",
        purpose.name,
        purpose.why,
        purpose.legal_basis,
        items(purpose).join(", "),
        listed(&agencies)
    )
}

/// One person's timeline across agencies, as far as the purpose covers it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PersonDocument {
    /// the id that was asked for
    pub asked: String,
    /// the id of the person on the day
    pub person: String,
    /// what happened up to this day
    pub as_at: String,
    /// what was known by this day
    pub known_at: String,
    /// the purpose
    pub purpose: PurposeEntry,
    /// changes of the id
    pub id_changes: Vec<IdChangeEntry>,
    /// records by agency
    pub records: Vec<AgencyRecordsEntry>,
    /// how certain it is that they belong to one person, from 0 to 1
    pub quality: f64,
    /// the items, by day
    pub items: Vec<TimelineEntry>,
    /// what else the reader should know, a sentence each
    pub notes: Vec<String>,
}

/// What a purpose covers.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PurposeEntry {
    /// its name
    pub name: String,
    /// what it is for
    pub why: String,
    /// its lawful basis
    pub legal_basis: String,
    /// what it covers
    pub shows: Vec<String>,
    /// whose records it covers
    pub agencies: Vec<String>,
}

/// A change of the person's id.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct IdChangeEntry {
    /// the day
    pub day: String,
    /// what changed
    pub what: String,
}

/// How many records an agency holds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AgencyRecordsEntry {
    /// the agency
    pub agency: String,
    /// records
    pub records: usize,
}

/// Something that an agency holds of the person.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct TimelineEntry {
    /// the first day; null for what has no day
    pub first_day: Option<String>,
    /// the last day; null where it goes on
    pub last_day: Option<String>,
    /// who holds it
    pub agency: String,
    /// the table
    pub table: String,
    /// what it is
    pub what: String,
    /// the row of the file, as a spreadsheet numbers it, with the header as row 1
    pub row: u64,
}

impl JsonDocument for PersonDocument {
    const SCHEMA: &'static str = "wellspent-person/1";
    const COMMAND: &'static str = "wellspent person --json";
}

impl From<&Timeline> for PersonDocument {
    fn from(found: &Timeline) -> PersonDocument {
        let day = |day: Day| date(day).to_string();
        let item = |item: &TimelineItem| TimelineEntry {
            first_day: (item.from != Day::MIN).then(|| day(item.from)),
            last_day: match (item.from, item.to) {
                (Day::MIN, _) | (_, NEVER) => None,
                (from, to) if to <= from => Some(day(from)),
                (_, to) => Some(day(to - 1)),
            },
            agency: item.agency.clone(),
            table: item.table.to_owned(),
            what: item.what.clone(),
            row: item.place,
        };
        PersonDocument {
            asked: found.asked.clone(),
            person: found.person.clone(),
            as_at: found.days.as_at.to_string(),
            known_at: found.days.known_at().to_string(),
            purpose: PurposeEntry {
                name: found.purpose.name.clone(),
                why: found.purpose.why.clone(),
                legal_basis: found.purpose.legal_basis.clone(),
                shows: items(&found.purpose),
                agencies: found.purpose.agencies.clone(),
            },
            id_changes: found.id_changes.iter().map(|(at, what)| IdChangeEntry { day: day(*at), what: what.clone() }).collect(),
            records: found
                .records
                .iter()
                .map(|(agency, records)| AgencyRecordsEntry { agency: agency.clone(), records: *records })
                .collect(),
            quality: found.quality,
            items: found.items.iter().map(item).collect(),
            notes: found.notes.clone(),
        }
    }
}
