//! Tables of several agencies become one set of records: every distinct text is cleaned once.

use rayon::prelude::*;

use super::clean::{clean, is_filled, month_first};
use super::field::{Field, Kind};
use super::input::{Column, More, Records};
use super::unknown_days::{self, UnknownDays, What};
use super::values::{MISSING, Numbering, Values};
use records::batch::Texts;

/// One table as it was read.
#[derive(Debug, Default)]
pub struct Table {
    /// The agency of all rows, or of each row by name.
    pub agency: Agency,
    pub ids: Texts,
    /// For each field what the rows say; `None` where the table has no such column.
    pub columns: Vec<Option<Raw>>,
}

/// Whose records they are.
#[derive(Debug)]
pub enum Agency {
    One(String),
    Column(Raw),
}

impl Default for Agency {
    fn default() -> Agency {
        Agency::One(String::new())
    }
}

/// A column as it was read: its distinct texts, and the number of each row's.
#[derive(Debug, Default)]
pub struct Raw {
    pub values: Values,
    pub rows: Vec<u32>,
}

/// Joins tables. `split` says for each field at which letter a value parts into several, if it does.
#[must_use]
pub fn gather(fields: &[Field], split: &[Option<char>], mut tables: Vec<Table>) -> Records {
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
            Agency::One(name) => {
                let number = number(name);
                agency.extend(std::iter::repeat_n(number, table.ids.len()));
            }
            Agency::Column(raw) => {
                let mut numbers: Vec<Option<u16>> = vec![None; raw.values.len()];
                let of = |id: &u32| *numbers[*id as usize].get_or_insert_with(|| number(raw.values.text(*id)));
                agency.extend(raw.rows.iter().map(of));
            }
        }
        rows.push(table.ids.len());
        ids.append(std::mem::take(&mut table.ids));
    }
    let cleaned = |(at, field)| column(field, at, split[at], &tables, (&rows, &agency));
    let found: Vec<(Cells, Vec<More>, Vec<UnknownDays>)> = fields.par_iter().enumerate().map(cleaned).collect();
    drop(tables);
    let (mut columns, mut more, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for (cells, further, days) in found {
        columns.push(cells);
        more.extend(further);
        unknown.extend(days);
    }
    if let Some(at) = fields.iter().position(|field| field.kind == Kind::Initials) {
        initials(fields, &mut columns, at);
    }
    let finished = columns.into_iter().zip(fields).map(|((numbering, rows), field)| {
        let column = Column { name: field.name.clone(), values: numbering.finish() };
        (column, rows)
    });
    let mut records = Records::new(agencies, &agency, ids, finished.collect(), more);
    records.unknown_days = unknown;
    records
}

/// The distinct values of a column, and the number of each record's.
type Cells = (Numbering, Vec<u32>);

/// One field of all tables, cleaned, the further values of records in it, and dates of birth that are none. `rows` is how many rows
/// each table has, and `agency` that of each row.
fn column(
    field: &Field,
    at: usize,
    split: Option<char>,
    tables: &[Table],
    (rows, agency): (&[usize], &[u16]),
) -> (Cells, Vec<More>, Vec<UnknownDays>) {
    let (mut numbering, mut numbers, mut more) = (Numbering::default(), Vec::with_capacity(agency.len()), Vec::new());
    let is_day = field.kind == Kind::BirthDate;
    let mut no_days: Vec<(u16, &str)> = Vec::new();
    for (table, rows) in tables.iter().zip(rows) {
        let Some(Some(raw)) = table.columns.get(at) else {
            numbers.extend(std::iter::repeat_n(MISSING, *rows));
            continue;
        };
        let texts = (0..raw.values.len() as u32).map(|id| raw.values.text(id));
        let month_first = field.kind == Kind::BirthDate && month_first(texts);
        // Of each text the first value, and in order what other values it holds.
        let (mut first, mut further) = (Vec::with_capacity(raw.values.len()), Vec::<(u32, u32)>::new());
        for id in 0..raw.values.len() as u32 {
            let text = raw.values.text(id);
            let Some(letter) = split else {
                first.push(numbering.number(&clean(field.kind, text, month_first)));
                continue;
            };
            // What a list says twice it says once.
            let mut said = Vec::new();
            for number in text.split(letter).map(|part| numbering.number(&clean(field.kind, part, month_first))) {
                if number != MISSING && !said.contains(&number) {
                    said.push(number);
                }
            }
            first.push(said.first().copied().unwrap_or(MISSING));
            further.extend(said.into_iter().skip(1).map(|number| (id, number)));
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
            more.extend(others.map(|(_, value)| More { record, column: at as u32, value: *value }));
            numbers.push(first[*id as usize]);
        }
    }
    let mut unknown = unknown_days::no_days(at, no_days.into_iter());
    if is_day {
        let told = |(agency, value, records): (u16, u32, u64)| {
            let what = What::OneDay(numbering.text(value).to_owned());
            UnknownDays { agency, column: at, records, what }
        };
        unknown.extend(unknown_days::take_out(agency, &mut numbers).into_iter().map(told));
    }
    ((numbering, numbers), more, unknown)
}

/// Gives records without initials the first letters of their names, so that names and initials can be compared with each other.
fn initials(fields: &[Field], columns: &mut [Cells], at: usize) {
    let of = |kind: Kind| fields.iter().position(|field| field.kind == kind);
    let Some((forename, surname)) = of(Kind::Forename).zip(of(Kind::Surname)) else { return };
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

    /// An agency is one that holds a record, and no empty name.
    #[test]
    fn agencies_are_those_of_rows() {
        let mut numbering = Numbering::default();
        let rows = ["police", "court", "police"].map(|name| numbering.number(name)).to_vec();
        let mut ids = Texts::default();
        ["1", "2", "3"].iter().for_each(|id| ids.push(id));
        let agency = Agency::Column(Raw { values: numbering.finish(), rows });
        let records = gather(&[], &[], vec![Table { agency, ids, columns: Vec::new() }]);
        assert_eq!(records.agencies, ["police", "court"]);
    }

    /// A treatment agency has initials only, the police have names: both have initials afterwards.
    #[test]
    fn names_give_initials() {
        let kinds = [("initials", Kind::Initials), ("forename", Kind::Forename), ("surname", Kind::Surname)];
        let fields = kinds.map(|(name, kind)| Field { name: name.into(), kind, missing: Missing::default() });
        let table = |agency: &str, texts: [Option<&str>; 3]| {
            let raw = |text: &str| {
                let mut numbering = Numbering::default();
                let rows = vec![numbering.number(text)];
                Raw { values: numbering.finish(), rows }
            };
            let mut ids = Texts::default();
            ids.push("1");
            Table { agency: Agency::One(agency.into()), ids, columns: texts.map(|text| text.map(raw)).into() }
        };
        let tables = vec![table("police", [None, Some("Ann"), Some("O'Hara")]), table("treatment", [Some("A.O."), None, None])];
        let records = gather(&fields, &[None; 3], tables);
        assert_eq!((records.text(0, 0), records.text(1, 0)), ("ao", "ao"));
    }
}
