//! Columns that the rules use and a file does not have: whatever other name its header gives them, their values would be missing
//! without a word. A table may come in several files, and each of them is looked at.

use super::super::batch::{Batch, ColumnValues};
use super::super::fault::Fault;
use super::super::need::{ColumnNeed, RequiredColumn};
use base::english::plural;

/// What the gate saw of the columns of one file.
#[derive(Clone, Debug, Default)]
pub(super) struct FileColumns {
    /// Columns of the header that are not read.
    pub unread: Vec<String>,
    /// For each column that the rules use, a bit by its position: the file has rows for which it matters, the file does not have the
    /// column, and it has a value in such a row.
    concerned: u32,
    missing: u32,
    filled: u32,
}

/// The most columns that are looked at.
pub(super) const MOST: usize = 32;

impl FileColumns {
    /// Adds rows. `here` says whether a column matters for a row, by the position of the column.
    pub(super) fn add(&mut self, columns: &[RequiredColumn], batch: &Batch, here: &dyn Fn(usize, usize) -> bool) {
        for (at, column) in columns.iter().enumerate().take(MOST) {
            let (bit, values) = (1 << at, &batch.columns[batch.table.column(column.name)]);
            // Once a value was seen, there is nothing more to find out.
            if self.filled & bit != 0 {
                continue;
            }
            let mut rows = (0..batch.rows()).filter(|row| here(at, *row));
            let Some(first) = rows.next() else { continue };
            self.concerned |= bit;
            if *values == ColumnValues::Absent {
                self.missing |= bit;
            } else if std::iter::once(first).chain(rows).any(|row| has_value(values, row)) {
                self.filled |= bit;
            }
        }
    }

    pub(super) fn merge(&mut self, other: FileColumns) {
        self.unread.extend(other.unread);
        self.concerned |= other.concerned;
        self.missing |= other.missing;
        self.filled |= other.filled;
    }
}

fn has_value(values: &ColumnValues, row: usize) -> bool {
    match values {
        ColumnValues::Days(days) => days[row] != base::day::NEVER,
        values => values.name(row).is_some(),
    }
}

/// The columns that files of a table do not have, each with the position of its file.
pub(super) fn missing(columns: &[RequiredColumn], files: &[FileColumns], names: &[String]) -> Vec<(usize, Fault)> {
    let mut out = Vec::new();
    for (at, RequiredColumn { name, need, .. }) in columns.iter().enumerate().take(MOST) {
        let bit = 1 << at;
        let filled = files.iter().position(|file| file.filled & bit != 0);
        let there = files.iter().position(|file| file.concerned & !file.missing & bit != 0);
        for (file, seen) in files.iter().enumerate().filter(|(_, seen)| seen.concerned & seen.missing & bit != 0) {
            let hint = renamed(name, &seen.unread);
            let empty = "if no row has a value for it, add it without values";
            let rename = "supply the column; if it has another name, rename it to this one";
            // A column of nearly the name says that this file has the values that another file has not.
            let other = filled.or(there.filter(|_| similar(name, &seen.unread).is_some()));
            let fault = match (need, other) {
                (ColumnNeed::Filled, _) => Fault::file(NEEDED, format!("a column `{name}`"), format!("{rename}{hint}")),
                (ColumnNeed::There, _) => Fault::file(NEEDED, format!("a column `{name}`"), format!("{rename}; {empty}{hint}")),
                (_, None) => continue,
                (ColumnNeed::InEveryFile | ColumnNeed::Told, Some(other)) => {
                    let expected =
                        format!("a column `{name}`, as in {}", names.get(other).map_or("another file", String::as_str));
                    let fault = Fault::file(OTHERS_HAVE, expected, format!("{rename}; {empty}{hint}"));
                    // Agencies may well know different things. A column of nearly the name says that this one knows it too.
                    match *need == ColumnNeed::Told && similar(name, &seen.unread).is_none() {
                        true => fault.warning(),
                        false => fault.refused(),
                    }
                }
            };
            let fault = if fault.grade == super::super::fault::Grade::File { fault.refused() } else { fault };
            out.push((file, Fault { column: (*name).into(), ..fault }));
        }
    }
    out
}

/// Of a column that every file must have.
const NEEDED: &str = "the rules need this column, and the table does not have it";

/// Of a column that only some files of a table have.
const OTHERS_HAVE: &str = "another file of this table has this column, and this file does not";

/// The column of a header that may be another one under a name of its own.
fn similar<'a>(column: &str, unread: &'a [String]) -> Option<&'a str> {
    let names = || unread.iter().map(String::as_str);
    let within = |name: &&str| {
        let (name, column) = (name.to_lowercase(), column.to_lowercase());
        name.contains(&column) || name.chars().count() >= 4 && column.contains(&name)
    };
    names().find(within).or_else(|| base::problem::nearest(column, names()))
}

/// What a missing column may be called in a file, with the columns that are not read; empty where there are none.
pub(super) fn renamed(column: &str, unread: &[String]) -> String {
    /// How many columns are named.
    const SHOWN: usize = 4;
    if let Some(similar) = similar(column, unread) {
        return format!("; the nearest in this file is `{similar}`, which is not read");
    }
    if unread.is_empty() {
        return String::new();
    }
    let shown: Vec<String> = unread.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    let more = if unread.len() > SHOWN { " and others" } else { "" };
    format!("; of this file {}{more} {} not read", shown.join(", "), plural(unread.len(), "is", "are"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_header_is_named() {
        let unread = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        for (column, names, nearest) in [
            ("known", &["notes", "known_on"][..], Some("known_on")),
            ("settled", &["Settled on", "notes"], Some("Settled on")),
            ("settled", &["setled"], Some("setled")),
            ("settled", &["convicted"], None),
            ("to", &["stop"], Some("stop")),
            ("since", &[], None),
        ] {
            assert_eq!(similar(column, &unread(names)), nearest, "{column}: {names:?}");
        }
        assert_eq!(renamed("settled", &unread(&["convicted"])), "; of this file `convicted` is not read");
        assert_eq!(renamed("settled", &[]), "");
        let many = ["a1", "b1", "c1", "d1", "e1"];
        assert!(renamed("settled", &unread(&many)).ends_with("`d1` and others are not read"));
    }
}
