//! Which records the rules of a scheme need. Nothing else is read.

/// Which records are needed; nothing else is read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Need {
    /// Kinds of event, each once.
    pub events: Vec<String>,
    /// Kinds of spell, each once.
    pub spells: Vec<String>,
    /// Classes of event that the rules distinguish.
    pub classes: Vec<String>,
    /// Kinds of event that others are about, and the kinds of those others.
    pub referred: Vec<String>,
    pub referring: Vec<String>,
    /// Kinds of event that prove others. A row may also say itself when it was proven.
    pub proofs: Vec<String>,
    /// Kinds of event whose disposals are counted, and whose amounts are added up.
    pub disposals: Vec<String>,
    pub amounts: Vec<String>,
}

impl Need {
    /// Whether a column of a table is needed.
    #[must_use]
    pub fn column(&self, table: &str, column: &str) -> bool {
        match (table, column) {
            ("people", "sex") | ("starts", "ended") => false,
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
