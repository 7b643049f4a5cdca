//! What makes a table useless for linking although every cell of it can be read: it has no rows, its rows have no ids, or its dates of
//! birth are no dates.

use std::path::Path;

use base::english::plural;
use base::money::thousands;
use linkage::cleaning::{clean, is_filled, month_first};
use linkage::field::FieldKind;
use linkage::source_tables::RawColumn;
use records::batch::Texts;
use records::counted_rows::CountedRows;
use records::placeholders::stands_for_none;

use super::texts::row_number;
use crate::error::Error;

/// Refuses rows without an id, or with a word for "none" that several have: all of them would be one record. `complete` says
/// whether every row of the file was read, so that its place among the ids is its place in the file.
///
/// # Errors
/// There are such rows.
pub(super) fn ids(name: &str, path: &Path, column: &str, ids: &Texts, complete: bool) -> Result<(), Error> {
    let (mut blank, mut none) = (CountedRows::default(), CountedRows::default());
    for (at, id) in (0..ids.len()).map(|at| (at, ids.get(at).trim())) {
        let row = if complete { row_number(path, at) as u64 } else { 0 };
        if id.is_empty() {
            blank.add(row);
        } else if stands_for_none(id) {
            none.add(row);
        }
    }
    let (found, which) = match (blank.count, none.count) {
        (0, 0 | 1) => return Ok(()),
        (0, _) => (&none, "a word for \"none\" as their id"),
        _ => (&blank, "no id"),
    };
    let places = if found.places().is_empty() { String::new() } else { format!(" ({})", found.places()) };
    let rows = plural(found.count, "row has", "rows have");
    let what = format!("{name}: {} {rows} {which} in `{column}`{places}", thousands(found.count as i64));
    Err(Error::failed(what, "give each row its id, or delete it: rows with one id count as one record"))
}

/// A warning about a table without rows.
pub(super) fn no_rows(name: &str, rows: usize) -> Option<String> {
    (rows == 0).then(|| format!("{name} has no rows, so none of its people is linked"))
}

/// In a column of dates, this share of values that cannot be read is told, from so many rows on. A few are slips.
const TOLD_SHARE: usize = 20;
const TOLD_ROWS: usize = 3;

/// A warning about a column of dates of birth of which many values cannot be read: they are like no date of another table.
pub(super) fn dates(name: &str, column: &str, raw: &RawColumn) -> Option<String> {
    let texts = || (0..raw.values.len() as u32).map(|id| raw.values.text(id));
    let month_first = month_first(texts());
    let state = |text: &str| match (is_filled(text), clean(FieldKind::BirthDate, text, month_first)) {
        (false, _) => State::Empty,
        // It counts as missing, which is told elsewhere.
        (true, day) if day.is_empty() => State::Empty,
        (true, day) if is_day(&day) => State::Day,
        (true, day) if day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => State::Number,
        _ => State::Text,
    };
    let states: Vec<State> = texts().map(state).collect();
    let count = |of: State| raw.rows.iter().filter(|row| states[**row as usize] == of).count();
    let (days, numbers, other) = (count(State::Day), count(State::Number), count(State::Text));
    let unread = numbers + other;
    if unread < TOLD_ROWS || unread * TOLD_SHARE < days + unread {
        return None;
    }
    let hint =
        if numbers > other { "; they look like the numbers that a spreadsheet keeps for days: write them as dates" } else { "" };
    let (unread, all) = (thousands(unread as i64), thousands((days + unread) as i64));
    Some(format!(
        "{name}: {unread} of {all} values of `{column}` cannot be read as a date, and are like no date of another table{hint}"
    ))
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Empty,
    Day,
    Number,
    Text,
}

/// Whether a cleaned value is a day, or a month or a year of one: `2001-02-03`.
fn is_day(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let digits = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    parts.len() == 3 && parts[0].len() == 4 && parts[1].len() == 2 && parts[2].len() == 2 && parts.iter().all(digits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use linkage::distinct_values::ValueNumbering;

    fn column(texts: &[&str]) -> RawColumn {
        let mut numbering = ValueNumbering::default();
        let rows = texts.iter().map(|text| numbering.number(text)).collect();
        RawColumn { values: numbering.finish(), rows }
    }

    #[test]
    fn dates_that_cannot_be_read_are_told_without_a_value() {
        let told = |texts: &[&str]| dates("h.csv", "dob", &column(texts));
        let serials = told(&["30496", "29209", "31000", "31001", ""]).expect("a warning");
        assert!(serials.starts_with("h.csv: 4 of 4 values of `dob` cannot be read as a date"), "{serials}");
        assert!(serials.contains("spreadsheet") && !serials.contains("30496"), "{serials}");
        let words = told(&["monday", "tuesday", "friday", "1990-01-02"]).expect("a warning");
        assert!(words.contains("3 of 4") && !words.contains("spreadsheet"), "{words}");
        assert_eq!(told(&["1990-01-02", "3/4/1991", "unknown", "", "May 1991", "1992"]), None);
    }

    #[test]
    fn rows_without_an_id_are_refused_with_their_rows() {
        let refused = |all: &[&str], complete| {
            let mut texts = Texts::default();
            all.iter().for_each(|id| texts.push(id));
            ids("h.csv", Path::new("h.csv"), "tenant", &texts, complete).err().map(|error| error.to_string())
        };
        assert_eq!(refused(&["1", "2", "none"], true), None);
        let blank = refused(&["1", "", " "], true).expect("refused");
        assert!(blank.contains("h.csv: 2 rows have no id in `tenant` (rows 3 and 4)"), "{blank}");
        assert!(refused(&["1", ""], false).expect("refused").contains("1 row has no id in `tenant`"));
        assert!(refused(&["1", "NULL", "NULL"], true).expect("refused").contains("(rows 3 and 4)"));
    }

    #[test]
    fn a_table_without_rows_is_told() {
        assert_eq!(no_rows("h.csv", 0).as_deref(), Some("h.csv has no rows, so none of its people is linked"));
        assert_eq!(no_rows("h.csv", 1), None);
    }
}
