//! What kept a use case from its result, as data. A program renders it once and chooses its exit code by the kind.

use std::collections::BTreeMap;
use std::fmt;

use base::problem::{self, Problem, Severity};
use base::source::Source;

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
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
    pub kind: Kind,
    /// Mistakes in files, and warnings beside them, each as text with its place and how to fix it.
    pub problems: Vec<String>,
    /// What is wrong, in a sentence; empty where the problems say it.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
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
        let error = match error.downcast::<Error>() {
            Ok(own) => return own,
            Err(error) => error,
        };
        let refused = error.is::<ledger::Fault>() || error.is::<ledger::Refusal>() || error.is::<linkage::purpose::Refusal>();
        let text = format!("{error:#}");
        let (what, hint) = match text.split_once("\n\nhint: ") {
            Some((what, hint)) => (what.to_owned(), Some(hint.to_owned())),
            None => (text, None),
        };
        Error { kind: if refused { Kind::Refused } else { Kind::Failed }, problems: Vec::new(), what, hint }
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
    pub fn of(folder: &str, problems: &[Problem], sources: &BTreeMap<String, Source>) -> Problems {
        let mut sorted: Vec<&Problem> = problems.iter().collect();
        sorted.sort_by_key(|problem| (problem.severity, problem.file.clone(), problem.more > 0, problem.span));
        // The contract and the assumptions may look things up in the same table, and meet the same mistake there.
        sorted.dedup();
        let texts = sorted.iter().map(|problem| problem.render(folder, sources)).collect();
        let all = problem::count(sorted.iter().copied());
        let errors = problem::count(sorted.into_iter().filter(|problem| problem.severity == Severity::Error));
        Problems { texts, errors, warnings: all - errors }
    }

    /// The error that stops whoever needs these files, where there are mistakes.
    ///
    /// # Errors
    /// There are mistakes.
    pub fn stop(self) -> Result<Problems, Error> {
        match self.errors {
            0 => Ok(self),
            _ => Err(Error { kind: Kind::Mistakes, problems: self.texts, what: String::new(), hint: None }),
        }
    }
}
