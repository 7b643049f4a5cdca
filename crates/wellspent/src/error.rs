//! What kept a use case from its result, as data. A program renders it once and chooses its exit code by the kind.

use std::collections::BTreeMap;
use std::fmt;

use base::hinted::Hinted;
use base::problem::{self, Problem, Severity};
use base::source::SourceFile;
use ledger::LedgerErrorKind;
use linkage::purpose::PurposeRefusal;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The files have mistakes: `problems` lists each with its place.
    Mistakes,
    /// The answer is no: a ledger that does not verify, a run that may not be posted, people whom no purpose covers.
    Refused,
    /// Something kept us from answering: a file that cannot be opened, an option that does not fit.
    Failed,
}

/// An error of the library.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    pub kind: ErrorKind,
    /// Mistakes in files, and warnings beside them, each as text with its place and how to fix it.
    pub problems: Vec<String>,
    /// What is wrong, in a sentence; empty where the problems say it.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What there was to say before it failed: which files were read, and what was left out.
    pub notes: Vec<String>,
}

impl Error {
    /// Something kept us from answering, with what to do about it.
    #[must_use]
    pub fn failed(what: impl Into<String>, hint: impl Into<String>) -> Error {
        Error { kind: ErrorKind::Failed, problems: Vec::new(), what: what.into(), hint: Some(hint.into()), notes: Vec::new() }
    }

    /// The same, with what was said around it on the way. `text` is the whole message.
    fn within(mut self, text: &str) -> Error {
        let around = text.strip_suffix(&self.to_string()).unwrap_or_default();
        if !self.what.is_empty() {
            self.what.insert_str(0, around);
        }
        self
    }

    /// The same, after notes that the result would have had.
    #[must_use]
    pub fn with_notes(mut self, notes: &[String]) -> Error {
        self.notes.splice(0..0, notes.iter().cloned());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        match &self.hint {
            Some(hint) => write!(f, "\n\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Error {
        let text = format!("{error:#}");
        let error = match error.downcast::<Error>() {
            Ok(own) => return own.within(&text),
            Err(error) => error,
        };
        let error = match error.downcast::<ledger::LedgerError>() {
            Ok(of_ledger) => return of_ledger.into(),
            Err(error) => error,
        };
        let error = match error.downcast::<PurposeRefusal>() {
            Ok(refusal) => return Error { kind: ErrorKind::Refused, ..Error::failed(refusal.what, refusal.hint) }.within(&text),
            Err(error) => error,
        };
        match error.downcast::<Hinted>() {
            Ok(hinted) => Error::failed(hinted.what, hinted.hint).within(&text),
            Err(_) => Error { hint: None, ..Error::failed(text, "") },
        }
    }
}

impl From<ledger::LedgerError> for Error {
    fn from(error: ledger::LedgerError) -> Error {
        let kind = match error.kind {
            LedgerErrorKind::Refused | LedgerErrorKind::BrokenEntry => ErrorKind::Refused,
            LedgerErrorKind::Failed => ErrorKind::Failed,
        };
        let hint = Some(error.hint.clone()).filter(|hint| !hint.is_empty());
        Error { kind, problems: Vec::new(), what: error.sentence(), hint, notes: Vec::new() }
    }
}

/// Mistakes and warnings of the files of a folder, in the order in which they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Problems {
    /// Each as text with its place and how to fix it.
    pub texts: Vec<String>,
    pub errors: usize,
    pub warnings: usize,
}

impl Problems {
    /// Problems in the order of the files, errors first, each once. `folder` is the folder as the reader knows it.
    #[must_use]
    pub fn of(folder: &str, problems: &[Problem], sources: &BTreeMap<String, SourceFile>) -> Problems {
        let sorted = sorted(problems);
        let texts = sorted.iter().map(|problem| problem.render(folder, sources)).collect();
        let all = problem::count(sorted.iter().copied());
        let errors = problem::count(sorted.into_iter().filter(|problem| problem.severity == Severity::Error));
        Problems { texts, errors, warnings: all - errors }
    }

    /// The error that holds them, whether or not there are mistakes.
    #[must_use]
    pub fn error(self) -> Error {
        Error { kind: ErrorKind::Mistakes, problems: self.texts, what: String::new(), hint: None, notes: Vec::new() }
    }

    /// The error that stops whoever needs these files, where there are mistakes.
    ///
    /// # Errors
    /// There are mistakes.
    pub fn stop(self) -> Result<Problems, Error> {
        match self.errors {
            0 => Ok(self),
            _ => Err(self.error()),
        }
    }
}

/// Problems in the order in which they are shown, each once.
pub(crate) fn sorted(problems: &[Problem]) -> Vec<&Problem> {
    let mut sorted: Vec<&Problem> = problems.iter().collect();
    sorted.sort_by_key(|problem| (problem.severity, problem.file.clone(), problem.more > 0, problem.span));
    // The contract and the assumptions may look things up in the same table, and meet the same mistake there.
    sorted.dedup();
    sorted
}
