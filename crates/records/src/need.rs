//! Which records the rules of a scheme need. Nothing else is read.

use super::schema::RecordTable;

/// Which records are needed; nothing else is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Need {
    /// Kinds of event, each once.
    pub events: Vec<String>,
    /// Kinds of spell, each once.
    pub spells: Vec<String>,
    /// Classes of event that the rules distinguish.
    pub classes: Vec<String>,
    /// Kinds of event whose class decides whether they count.
    pub classed: Vec<String>,
    /// Kinds of event that others are about, and the kinds of those others.
    pub referred: Vec<String>,
    pub referring: Vec<String>,
    /// Kinds of event that prove others. A row may also say itself when it was proven.
    pub proofs: Vec<String>,
    /// Kinds of event whose disposals are counted, and whose amounts are added up.
    pub disposals: Vec<String>,
    pub amounts: Vec<String>,
    /// Kinds of event whose amounts are added up to a result, and the most that counts of it, in whole pounds or units.
    pub most: Vec<(String, i64)>,
    /// Whether a rule asks when people died, and when they were removed.
    pub died: bool,
    pub removed: bool,
    /// Whether households are counted.
    pub households: bool,
}

/// A column that the rules use.
#[derive(Clone, Debug, PartialEq)]
pub struct RequiredColumn {
    pub name: &'static str,
    /// The kinds of the rows; if empty, every row.
    pub kinds: Vec<String>,
    pub need: ColumnNeed,
}

/// How a column is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnNeed {
    /// Each row must have a value.
    Filled,
    /// The column must exist in each file.
    There,
    /// It must exist in each file where another file of the table has values in it.
    InEveryFile,
    /// The same, but a file without it is only reported, unless one of its columns has nearly that name.
    Told,
}

/// Columns of a table whose rows are listed or added up: a file that does not have one of them, where another does, is reported.
#[must_use]
pub fn told_columns(table: &RecordTable) -> Vec<RequiredColumn> {
    let optional = table.columns.iter().filter(|column| !column.required && !column.personal);
    optional.map(|column| RequiredColumn { name: column.name, kinds: Vec::new(), need: ColumnNeed::Told }).collect()
}

/// The columns of the table of claims with the results of an audit, where a contract pays by them.
#[must_use]
pub fn audit_columns() -> Vec<RequiredColumn> {
    ["checked", "found"].map(|name| RequiredColumn { name, kinds: Vec::new(), need: ColumnNeed::There }).into()
}

impl Need {
    /// Whether a column of a table is needed.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> bool {
        match (table, column) {
            ("people", "sex") | ("starts", "ended") => false,
            ("starts", "household") => self.households,
            ("events", "about") => !self.referring.is_empty(),
            ("events", "disposal") => !self.disposals.is_empty(),
            ("events", "amount") => !self.amounts.is_empty(),
            ("events", "class") => !self.classes.is_empty(),
            _ => true,
        }
    }

    /// Whether a table is needed.
    #[must_use]
    pub fn table(&self, table: &str) -> bool {
        match table {
            "people" | "starts" | "coverage" => true,
            "events" => !self.events.is_empty(),
            "spells" => !self.spells.is_empty(),
            _ => false,
        }
    }

    /// The columns of a table without which the rules would read another history: a table that does not have one is refused. This is
    /// the whole list. When something was proven may stand in `settled` or in rows of its own, so the gate asks for `settled` only
    /// where there is no such row, or where another file has it.
    #[must_use]
    pub fn required_columns(&self, table: &str) -> Vec<RequiredColumn> {
        use ColumnNeed::{Filled, InEveryFile, There, Told};
        let of = |name, kinds: &[String], need| RequiredColumn { name, kinds: kinds.to_vec(), need };
        let (of_kinds, of_all) = match table {
            "events" => {
                let classes = if self.classes.is_empty() { &[][..] } else { &self.events[..] };
                let proven = if self.proofs.is_empty() { &[][..] } else { &self.referred[..] };
                let kinds = vec![
                    of("class", classes, There),
                    of("disposal", &self.disposals, There),
                    of("amount", &self.amounts, Filled),
                    of("settled", proven, InEveryFile),
                    of("about", &self.referring, InEveryFile),
                    of("known", &self.events, Told),
                ];
                (kinds, Vec::new())
            }
            // Without their ends, all spells would go on.
            "spells" => (vec![of("to", &self.spells, There), of("known", &self.spells, Told)], Vec::new()),
            "people" => (Vec::new(), vec![("died", There, self.died), ("removed", There, self.removed), ("known", Told, true)]),
            "starts" => {
                (Vec::new(), vec![("household", Filled, self.households), ("group", InEveryFile, true), ("known", Told, true)])
            }
            "coverage" => (Vec::new(), ["kind", "since", "count"].map(|name| (name, InEveryFile, true)).into()),
            _ => (Vec::new(), Vec::new()),
        };
        let of_kinds = of_kinds.into_iter().filter(|column| !column.kinds.is_empty());
        of_kinds.chain(of_all.into_iter().filter(|(.., asked)| *asked).map(|(name, need, _)| of(name, &[], need))).collect()
    }

    /// The class of a fact that has none, after the positions of the needed classes.
    #[must_use]
    pub fn no_class(&self) -> u16 {
        self.classes.len() as u16 + 1
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
