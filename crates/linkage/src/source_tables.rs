//! Source tables: the tables of several agencies become one set of records. Every distinct text is cleaned once.

use rayon::prelude::*;

use super::cleaning::{clean, is_filled, month_first};
use super::distinct_values::{DistinctValues, MISSING, ValueNumbering};
use super::field::{Field, FieldKind};
use super::record_set::{FieldColumn, FurtherValue, RecordSet};
use super::unusable_dates::{self, UnusableDateReason, UnusableDates};
use records::batch::Texts;

/// One table as it was read.
#[derive(Debug, Default)]
pub struct SourceTable {
    /// The agency of all rows, or of each row.
    pub agency: RowAgency,
    pub ids: Texts,
    /// For each field its column; `None` if the table has no such column.
    pub columns: Vec<Option<RawColumn>>,
}

/// Which agency holds the rows of a table.
#[derive(Debug)]
pub enum RowAgency {
    One(String),
    Column(RawColumn),
}

impl Default for RowAgency {
    fn default() -> RowAgency {
        RowAgency::One(String::new())
    }
}

/// A column as it was read: its distinct texts, and the number of the text in each row.
#[derive(Debug, Default)]
pub struct RawColumn {
    pub values: DistinctValues,
    pub rows: Vec<u32>,
}

/// Combines tables. `split` gives, for each field, the character between several values in a cell, if there is one.
#[must_use]
pub fn combine(fields: &[Field], split: &[Option<char>], mut tables: Vec<SourceTable>) -> RecordSet {
    let (mut agencies, mut agency, mut ids, mut rows) = (Vec::<String>::new(), Vec::new(), Texts::default(), Vec::new());
    for table in &mut tables {
        let mut number = |name: &str| {
            let known = agencies.iter().position(|known| known == name);
            known.unwrap_or_else(|| {
                agencies.push(name.to_owned());
                agencies.len() - 1
            }) as u16
        };
        match &table.agency {
            RowAgency::One(name) => {
                let number = number(name);
                agency.extend(std::iter::repeat_n(number, table.ids.len()));
            }
            RowAgency::Column(raw) => {
                let mut numbers: Vec<Option<u16>> = vec![None; raw.values.len()];
                let of = |id: &u32| *numbers[*id as usize].get_or_insert_with(|| number(raw.values.text(*id)));
                agency.extend(raw.rows.iter().map(of));
            }
        }
        rows.push(table.ids.len());
        ids.append(std::mem::take(&mut table.ids));
    }
    let cleaned = |(at, field)| column(field, at, split[at], &tables, (&rows, &agency));
    let found: Vec<(Cells, Vec<FurtherValue>, Vec<UnusableDates>)> = fields.par_iter().enumerate().map(cleaned).collect();
    drop(tables);
    let (mut columns, mut more, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (cells, further, days) in found {
        columns.push(cells);
        more.extend(further);
        unknown.extend(days);
    }
    if let Some(at) = fields.iter().position(|field| field.kind == FieldKind::Initials) {
        initials(fields, &mut columns, at);
    }
    let finished = columns.into_iter().zip(fields).map(|((numbering, rows), field)| {
        let column = FieldColumn { name: field.name.clone(), values: numbering.finish().into() };
        (column, rows)
    });
    let mut records = RecordSet::new(agencies, &agency, ids, finished.collect(), more);
    records.unusable_dates = unknown;
    records
}

/// The distinct values of a column, and the number of each record.
type Cells = (ValueNumbering, Vec<u32>);

/// One field of all tables: its cleaned values, the further values of records, and the dates of birth that cannot be used.
/// `rows` is the number of rows of each table, and `agency` the agency of each row.
fn column(
    field: &Field,
    at: usize,
    split: Option<char>,
    tables: &[SourceTable],
    (rows, agency): (&[usize], &[u16]),
) -> (Cells, Vec<FurtherValue>, Vec<UnusableDates>) {
    let (mut numbering, mut numbers, mut more) = (ValueNumbering::default(), Vec::with_capacity(agency.len()), Vec::new());
    let is_day = field.kind == FieldKind::BirthDate;
    let mut no_days: Vec<(u16, &str)> = Vec::new();
    for (table, rows) in tables.iter().zip(rows) {
        let Some(Some(raw)) = table.columns.get(at) else {
            numbers.extend(std::iter::repeat_n(MISSING, *rows));
            continue;
        };
        let texts = (0..raw.values.len() as u32).map(|id| raw.values.text(id));
        let month_first = field.kind == FieldKind::BirthDate && month_first(texts);
        // For each text its first value, and its other values in order.
        let (mut first, mut further) = (Vec::with_capacity(raw.values.len()), Vec::<(u32, u32)>::new());
        for id in 0..raw.values.len() as u32 {
            let text = raw.values.text(id);
            let Some(letter) = split else {
                first.push(numbering.number(&clean(field.kind, text, month_first)));
                continue;
            };
            // A value that a list repeats counts once.
            let mut distinct = Vec::new();
            for number in text.split(letter).map(|part| numbering.number(&clean(field.kind, part, month_first))) {
                if number != MISSING && !distinct.contains(&number) {
                    distinct.push(number);
                }
            }
            first.push(distinct.first().copied().unwrap_or(MISSING));
            further.extend(distinct.into_iter().skip(1).map(|number| (id, number)));
        }
        if is_day {
            let is_none = |id: u32| first[id as usize] == MISSING && is_filled(raw.values.text(id));
            let none: Vec<bool> = (0..raw.values.len() as u32).map(is_none).collect();
            let rows = raw.rows.iter().zip(&agency[numbers.len()..]).filter(|(id, _)| none[**id as usize]);
            no_days.extend(rows.map(|(id, agency)| (*agency, raw.values.text(*id))));
        }
        for id in &raw.rows {
            let from = further.partition_point(|(of, _)| of < id);
            let others = further[from..].iter().take_while(|(of, _)| of == id);
            let record = numbers.len() as u32;
            more.extend(others.map(|(_, value)| FurtherValue { record, column: at as u32, value: *value }));
            numbers.push(first[*id as usize]);
        }
    }
    let mut unknown = unusable_dates::no_days(at, no_days.into_iter());
    if is_day {
        let unusable = |(agency, value, records): (u16, u32, u64)| {
            let reason = UnusableDateReason::OneDay(numbering.text(value).to_owned());
            UnusableDates { agency, column: at, records, reason }
        };
        unknown.extend(unusable_dates::take_out(agency, &mut numbers).into_iter().map(unusable));
    }
    ((numbering, numbers), more, unknown)
}

/// Gives records without initials the first letters of their names, so that names and initials can be compared.
fn initials(fields: &[Field], columns: &mut [Cells], at: usize) {
    let of = |kind: FieldKind| fields.iter().position(|field| field.kind == kind);
    let Some((forename, surname)) = of(FieldKind::Forename).zip(of(FieldKind::Surname)) else { return };
    let (mut numbering, mut rows) = std::mem::take(&mut columns[at]);
    let first = |column: usize, row: usize| {
        let (names, rows) = &columns[column];
        names.text(rows[row]).chars().next()
    };
    for (row, number) in rows.iter_mut().enumerate().filter(|(_, number)| **number == MISSING) {
        if let Some((one, other)) = first(forename, row).zip(first(surname, row)) {
            *number = numbering.number(&format!("{one}{other}"));
        }
    }
    columns[at] = (numbering, rows);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Missing;

    /// An agency is one that holds a record. The empty name is none.
    #[test]
    fn agencies_are_those_of_rows() {
        let mut numbering = ValueNumbering::default();
        let rows = ["police", "court", "police"].map(|name| numbering.number(name)).to_vec();
        let mut ids = Texts::default();
        ["1", "2", "3"].iter().for_each(|id| ids.push(id));
        let agency = RowAgency::Column(RawColumn { values: numbering.finish(), rows });
        let records = combine(&[], &[], vec![SourceTable { agency, ids, columns: Vec::new() }]);
        assert_eq!(records.agencies, ["police", "court"]);
    }

    /// A treatment agency has only initials, and the police have names. Both have initials afterwards.
    #[test]
    fn names_give_initials() {
        let kinds = [("initials", FieldKind::Initials), ("forename", FieldKind::Forename), ("surname", FieldKind::Surname)];
        let fields = kinds.map(|(name, kind)| Field { name: name.into(), kind, missing: Missing::default() });
        let table = |agency: &str, texts: [Option<&str>; 3]| {
            let raw = |text: &str| {
                let mut numbering = ValueNumbering::default();
                let rows = vec![numbering.number(text)];
                RawColumn { values: numbering.finish(), rows }
            };
            let mut ids = Texts::default();
            ids.push("1");
            SourceTable { agency: RowAgency::One(agency.into()), ids, columns: texts.map(|text| text.map(raw)).into() }
        };
        let tables = vec![table("police", [None, Some("Ann"), Some("O'Hara")]), table("treatment", [Some("A.O."), None, None])];
        let records = combine(&fields, &[None; 3], tables);
        assert_eq!((records.text(0, 0), records.text(1, 0)), ("ao", "ao"));
    }
}
