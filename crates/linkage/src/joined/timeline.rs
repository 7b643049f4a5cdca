//! One person across agencies. The input is rows of the agencies' tables and the person's records. The output is items in the
//! order of time, each with its agency. It has only what the purpose shows.

use std::collections::BTreeSet;

use crate::purpose::Purpose;
use base::day::{Day, NEVER};
use records::batch::{Batch, Name};
use records::schema::{RecordColumn, ValueKind};

/// Something that an agency holds about a person.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimelineItem {
    /// [`Day::MIN`] for what has no day: a name, a date of birth.
    pub from: Day,
    /// The first day after it; [`NEVER`] if it goes on; the day itself if it is of one day.
    pub to: Day,
    pub agency: String,
    pub table: &'static str,
    pub what: String,
    /// The line of the CSV file, or the row of the Parquet file.
    pub place: u64,
}

/// What one row of a table says, by the columns of its days: the table, the first day, the last day, and the words for it.
const DAYS: [(&str, &str, &str, &str); 9] = [
    ("people", "died", "", "died"),
    ("people", "removed", "", "removed from sight"),
    ("starts", "began", "ended", "served"),
    ("events", "date", "", ""),
    ("spells", "from", "to", ""),
    ("contacts", "date", "", ""),
    ("spend", "date", "", "spent"),
    ("claims", "date", "", "claimed"),
    ("feedback", "date", "", "said"),
];

/// Adds what a batch of an agency's table says about the person whose records there have these ids. Rows about days after
/// `as_at`, or known only after `known_at`, are left out.
pub fn items(
    out: &mut Vec<TimelineItem>,
    agency: &str,
    batch: &Batch,
    ids: &BTreeSet<Name<'_>>,
    purpose: &Purpose,
    (as_at, known_at): (Day, Day),
) {
    let table = batch.table;
    let at = |name: &str| table.columns.iter().position(|column| column.name == name);
    let Some(person) = at("person").filter(|_| purpose.touches(table)) else { return };
    let text = |name: &str, row| at(name).map(|column| batch.text(column, row)).unwrap_or_default();
    for row in (0..batch.rows()).filter(|row| batch.name(person, *row).is_some_and(|name| ids.contains(&name))) {
        let known = at("known").map_or(NEVER, |column| batch.day(column, row));
        if known != NEVER && known > known_at {
            continue;
        }
        let item = |from, to, what| TimelineItem {
            from,
            to,
            agency: agency.to_owned(),
            table: table.name,
            what,
            place: batch.places[row],
        };
        if purpose.shows_row(table, &text("kind", row)) {
            for (_, first, last, words) in DAYS.iter().filter(|days| days.0 == table.name) {
                let from = at(first).map_or(NEVER, |column| batch.day(column, row));
                let to = at(last).map_or(from, |column| batch.day(column, row));
                // If it was not yet known to have ended, it still went on.
                let to = if to > as_at && to != from { NEVER } else { to };
                if from <= as_at && from != NEVER {
                    let details = if table.name == "people" { String::new() } else { details(batch, row, purpose) };
                    let what = [*words, &details].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ");
                    out.push(item(from, to, what));
                }
            }
        }
        if table.name == "people" {
            let column_text: Vec<String> = named(batch, row, purpose).collect();
            if !column_text.is_empty() {
                out.push(item(Day::MIN, Day::MIN, column_text.join(", ")));
            }
        }
    }
}

/// The person's own columns that the purpose names: "surname Brown".
fn named<'a>(batch: &'a Batch, row: usize, purpose: &'a Purpose) -> impl Iterator<Item = String> + 'a {
    let columns = batch.table.columns.iter().enumerate();
    let shown = columns.filter(|(at, column)| {
        column.personal && !["died", "removed"].contains(&column.name) && purpose.shows_column(batch.table, *at)
    });
    shown.filter_map(move |(at, column)| column_text(column, &batch.text(at, row)))
}

/// The kind of the row, then its other columns that say more than when, who and which row it is.
fn details(batch: &Batch, row: usize, purpose: &Purpose) -> String {
    let table = batch.table;
    let all = table.columns.iter().enumerate().skip(usize::from(table.keyed));
    let worth = |column: &RecordColumn| column.kind != ValueKind::Day && column.name != "person" && column.name != "kind";
    let rest = all.filter(|(at, column)| worth(column) && purpose.shows_column(table, *at));
    let kind = table.columns.iter().position(|column| column.name == "kind").map(|at| batch.text(at, row));
    let rest = rest.filter_map(|(at, column)| column_text(column, &batch.text(at, row)));
    kind.filter(|kind| !kind.is_empty()).into_iter().chain(rest).collect::<Vec<_>>().join(", ")
}

fn column_text(column: &RecordColumn, value: &str) -> Option<String> {
    (!value.is_empty()).then(|| format!("{} {value}", column.name))
}
