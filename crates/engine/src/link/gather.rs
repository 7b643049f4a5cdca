//! Tables of several agencies become one set of records: every distinct text is cleaned once.

use super::clean::{clean, month_first};
use super::field::{Field, Kind};
use super::records::{Column, More, Records};
use super::values::{MISSING, Numbering, Values};
use crate::records::batch::Texts;

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

/// Joins tables; gives back too at which row, counted over all tables, each record stood. `split` says for each field at which
/// letter a value parts into several, if it does.
#[must_use]
pub fn gather(fields: &[Field], split: &[Option<char>], tables: Vec<Table>) -> (Records, Vec<u32>) {
    let (mut agencies, mut agency, mut ids) = (Vec::<String>::new(), Vec::new(), Texts::default());
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
    let mut columns: Vec<Option<Cells>> = fields.iter().map(|_| None).collect();
    // Initials come last, since an agency that has names has them too.
    let mut order: Vec<usize> = (0..fields.len()).collect();
    order.sort_by_key(|at| fields[*at].kind == Kind::Initials);
    for at in order {
        let field = &fields[at];
        let (mut numbering, mut rows) = (Numbering::default(), Vec::with_capacity(ids.len()));
        for table in &tables {
            let Some(Some(raw)) = table.columns.get(at) else {
                rows.extend(std::iter::repeat_n(MISSING, table.ids.len()));
                continue;
            };
            let texts = (0..raw.values.len() as u32).map(|id| raw.values.text(id));
            let month_first = field.kind == Kind::BirthDate && month_first(texts);
            let cleaned: Vec<Vec<u32>> = (0..raw.values.len() as u32)
                .map(|id| {
                    let text = raw.values.text(id);
                    let parts: Vec<&str> = match split[at] {
                        Some(letter) => text.split(letter).collect(),
                        None => vec![text],
                    };
                    let clean = |part: &&str| numbering.number(&clean(field.kind, part, month_first));
                    let mut numbers: Vec<u32> = parts.iter().map(clean).collect();
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
        if field.kind == Kind::Initials {
            initials(fields, &columns, &mut numbering, &mut rows);
        }
        columns[at] = Some((Column { name: field.name.clone(), values: numbering.finish() }, rows));
    }
    Records::new(agencies, &agency, &ids, columns.into_iter().flatten().collect(), more)
}

/// A column and the number of each record's value in it.
type Cells = (Column, Vec<u32>);

/// Gives records without initials the first letters of their names, so that names and initials can be held against each other.
fn initials(fields: &[Field], columns: &[Option<Cells>], numbering: &mut Numbering, rows: &mut [u32]) {
    let of = |kind: Kind| columns[fields.iter().position(|field| field.kind == kind)?].as_ref();
    let Some(((forenames, forename), (surnames, surname))) = of(Kind::Forename).zip(of(Kind::Surname)) else { return };
    for (at, row) in rows.iter_mut().enumerate().filter(|(_, row)| **row == MISSING) {
        let first = |column: &Column, value: u32| column.values.text(value).chars().next();
        if let Some((one, other)) = first(forenames, forename[at]).zip(first(surnames, surname[at])) {
            *row = numbering.number(&format!("{one}{other}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::field::Missing;

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
        let (records, _) = gather(&fields, &[None; 3], tables);
        assert_eq!((records.text(0, 0), records.text(1, 0)), ("ao", "ao"));
    }
}
