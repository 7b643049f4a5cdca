//! Tables of several agencies become one set of records: every distinct text is cleaned once.

use super::clean::clean;
use super::field::Field;
use super::records::{Column, Ids, More, Records};
use super::values::{MISSING, Numbering, Values};

/// One table as it was read.
#[derive(Debug, Default)]
pub struct Table {
    /// The agency of all rows, or of each row by name.
    pub agency: Agency,
    pub ids: Ids,
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

/// Joins tables; gives back too at which row, counted over all tables, each record stood. `split` says for each field at which letter a value parts into several, if it does.
#[must_use]
pub fn gather(fields: &[Field], split: &[Option<char>], tables: Vec<Table>) -> (Records, Vec<u32>) {
    let (mut agencies, mut agency, mut ids) = (Vec::<String>::new(), Vec::new(), Ids::default());
    for table in &tables {
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
                let numbers: Vec<u16> = (0..raw.values.len() as u32).map(|id| number(raw.values.text(id))).collect();
                agency.extend(raw.rows.iter().map(|id| numbers[*id as usize]));
            }
        }
        (0..table.ids.len()).for_each(|at| ids.push(table.ids.get(at)));
    }
    let mut more = Vec::new();
    let mut columns = Vec::new();
    for (at, field) in fields.iter().enumerate() {
        let (mut numbering, mut rows) = (Numbering::default(), Vec::with_capacity(ids.len()));
        for table in &tables {
            let Some(Some(raw)) = table.columns.get(at) else {
                rows.extend(std::iter::repeat_n(MISSING, table.ids.len()));
                continue;
            };
            let cleaned: Vec<Vec<u32>> = (0..raw.values.len() as u32)
                .map(|id| {
                    let text = raw.values.text(id);
                    let parts: Vec<&str> = match split[at] {
                        Some(letter) => text.split(letter).collect(),
                        None => vec![text],
                    };
                    let mut numbers: Vec<u32> = parts.iter().map(|part| numbering.number(&clean(field.kind, part))).collect();
                    numbers.retain(|number| *number != MISSING);
                    numbers
                })
                .collect();
            for id in &raw.rows {
                let numbers = &cleaned[*id as usize];
                let record = rows.len() as u32;
                more.extend(numbers.iter().skip(1).map(|value| More { record, column: at as u32, value: *value }));
                rows.push(numbers.first().copied().unwrap_or(MISSING));
            }
        }
        columns.push((Column { name: field.name.clone(), values: numbering.finish() }, rows));
    }
    Records::new(agencies, &agency, &ids, columns, more)
}
