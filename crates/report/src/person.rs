//! One person's timeline across agencies: the items as data, as text and as JSON.

use std::fmt::Write as _;

use base::day::{Day, NEVER, date};
use linkage::joined::timeline::TimelineItem;
use linkage::purpose::{Purpose, ShownPart};
use outcomes::QueryDates;
use serde_json::{Value as Json, json};

use crate::machine_readable;
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
    ///
    /// # Errors
    /// The result cannot be written as JSON.
    pub fn json(&self) -> anyhow::Result<String> {
        json_text(self)
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

/// The timeline for other programs.
fn json_text(found: &Timeline) -> anyhow::Result<String> {
    let day = |day: Day| date(day).to_string();
    let of_item = |item: &TimelineItem| {
        let from = if item.from == Day::MIN { Json::Null } else { day(item.from).into() };
        let last = match (item.from, item.to) {
            (Day::MIN, _) | (_, NEVER) => Json::Null,
            (from, to) if to <= from => day(from).into(),
            (_, to) => day(to - 1).into(),
        };
        json!({
            "first_day": from,
            "last_day": last,
            "agency": item.agency,
            "table": item.table,
            "what": item.what,
            "row": item.place,
        })
    };
    let of_records = |(agency, count): &(String, usize)| json!({ "agency": agency, "records": count });
    machine_readable::json(
        "wellspent-person/1",
        &json!({
            "asked": found.asked,
            "person": found.person,
            "as_at": found.days.as_at.to_string(),
            "known_at": found.days.known_at().to_string(),
            "purpose": {
                "name": found.purpose.name,
                "why": found.purpose.why,
                "legal_basis": found.purpose.legal_basis,
                "shows": items(&found.purpose),
                "agencies": found.purpose.agencies,
            },
            "id_changes": found.id_changes.iter().map(|(at, what)| json!({ "day": day(*at), "what": what })).collect::<Vec<_>>(),
            "records": found.records.iter().map(of_records).collect::<Vec<_>>(),
            "quality": found.quality,
            "items": found.items.iter().map(of_item).collect::<Vec<_>>(),
            "notes": found.notes,
        }),
    )
}
