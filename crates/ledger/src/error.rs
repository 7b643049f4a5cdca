//! The one error of this crate, as data: what is wrong, where, what was expected and what to do.

use std::fmt;

/// What an error means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerErrorKind {
    /// The ledger does not do what was asked: one person approves twice, a payment is recorded twice, a name is unknown.
    Refused,
    /// An entry breaks a rule of the ledger: somebody changed it, or a program wrote it wrongly.
    BrokenEntry,
    /// Something kept us from answering: the ledger cannot be opened, read or written, or what was asked for is not in it.
    Failed,
}

/// Why the ledger gives no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerError {
    /// What the error means for the caller.
    pub kind: LedgerErrorKind,
    /// The number of the entry that is wrong, where an entry is.
    pub entry: Option<u64>,
    /// The file or the database, where that helps to find it; empty elsewhere.
    pub place: String,
    /// What is wrong, in a sentence without a full stop.
    pub what: String,
    /// What should be there instead; empty where the sentence says it.
    pub expected: String,
    /// What to do about it; empty where nothing can be done.
    pub hint: String,
}

impl LedgerError {
    fn new(kind: LedgerErrorKind, what: impl Into<String>, hint: impl Into<String>) -> LedgerError {
        LedgerError { kind, entry: None, place: String::new(), what: what.into(), expected: String::new(), hint: hint.into() }
    }

    /// The ledger does not do what was asked.
    #[must_use]
    pub fn refused(what: impl Into<String>, hint: impl Into<String>) -> LedgerError {
        LedgerError::new(LedgerErrorKind::Refused, what, hint)
    }

    /// An entry breaks a rule of the ledger. Its number is given where it is known.
    #[must_use]
    pub fn broken_entry(entry: impl Into<Option<u64>>, what: impl Into<String>) -> LedgerError {
        LedgerError { entry: entry.into(), ..LedgerError::new(LedgerErrorKind::BrokenEntry, what, "") }
    }

    /// Something kept us from answering.
    #[must_use]
    pub fn failed(what: impl Into<String>, hint: impl Into<String>) -> LedgerError {
        LedgerError::new(LedgerErrorKind::Failed, what, hint)
    }

    /// The same error with the file or the database.
    #[must_use]
    pub fn at(self, place: impl Into<String>) -> LedgerError {
        LedgerError { place: place.into(), ..self }
    }

    /// The same error with what should be there.
    #[must_use]
    pub fn expecting(self, expected: impl Into<String>) -> LedgerError {
        LedgerError { expected: expected.into(), ..self }
    }

    /// The place, what is wrong and what was expected, on one line and without the hint.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut out = String::new();
        if !self.place.is_empty() {
            out += &format!("{}: ", self.place);
        }
        if let Some(entry) = self.entry {
            out += &format!("entry {entry}: ");
        }
        out += &self.what;
        if !self.expected.is_empty() {
            out += &format!("; expected {}", self.expected);
        }
        out
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())?;
        if self.hint.is_empty() { Ok(()) } else { write!(f, "\n\nhint: {}", self.hint) }
    }
}

impl std::error::Error for LedgerError {}

/// Refuses, with what is wrong and what to do.
pub(crate) fn refuse<T>(what: impl Into<String>, hint: impl Into<String>) -> Result<T, LedgerError> {
    Err(LedgerError::refused(what, hint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_reads_as_place_sentence_and_hint() {
        let error = LedgerError::broken_entry(7, "its number is 9").expecting("8").at("ledger.db");
        assert_eq!(error.to_string(), "ledger.db: entry 7: its number is 9; expected 8");
        assert_eq!(LedgerError::refused("no", "ask again").to_string(), "no\n\nhint: ask again");
    }
}
