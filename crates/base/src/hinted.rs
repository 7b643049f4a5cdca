//! What kept us from an answer, in two sentences: what is wrong, and what to do about it. Each stays apart, so that a program can show
//! them in its own way.

use std::fmt;

/// Something that is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hinted {
    /// What is wrong, in a sentence without a full stop.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Hinted {
    /// Both sentences.
    #[must_use]
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Hinted {
        Hinted { what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\nhint: {}", self.what, self.hint)
    }
}

impl std::error::Error for Hinted {}
