//! A provider with a new name is still one payee: what was paid under the old name counts for the new one. A run keeps the two
//! names in a detail. When the run is approved, a transaction of its own moves what was paid to the new name, and the difference
//! is what is still due.

use crate::entry::{PaymentRun, RunDetail};
use crate::hash::Hash;

/// The name of such a detail is this text and the old name. Its value is the new name. Ledgers hold these words.
const DETAIL: &str = "renamed: ";

/// A provider with an old and a new name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    pub old: String,
    pub new: String,
}

impl Renaming {
    /// The detail that keeps the two names with a run.
    #[must_use]
    pub fn detail(&self) -> RunDetail {
        RunDetail::new(&format!("{DETAIL}{}", self.old), &self.new)
    }

    /// The reason of the transaction that moves what was paid. Ledgers hold these words, so they must never change.
    #[must_use]
    pub fn reason(&self) -> String {
        format!("{} is {} now: what was paid under the old name counts for the new one", self.old, self.new)
    }

    /// The key of the transaction that moves what was paid.
    #[must_use]
    pub fn key(&self, contract: &str) -> Hash {
        Hash::of(["renamed", contract, &self.old, &self.new])
    }
}

/// The old and the new name in a detail, where it holds them.
#[must_use]
pub fn renaming(detail: &RunDetail) -> Option<Renaming> {
    let old = detail.name.strip_prefix(DETAIL)?;
    Some(Renaming { old: old.to_owned(), new: detail.value.clone() })
}

/// The new names of providers that a run gives.
#[must_use]
pub fn renamings(run: &PaymentRun) -> Vec<Renaming> {
    run.details.iter().filter_map(renaming).collect()
}

/// Refuses new names that contradict each other or the statement. Each name may be in one of them only, the statement must be for
/// both names, and it may have no line under the old one.
pub(crate) fn check(run: &PaymentRun) -> Result<(), String> {
    let (statement, found) = (&run.statement, renamings(run));
    for (at, renaming) in found.iter().enumerate() {
        let Renaming { old, new } = renaming;
        let again = |other: &Renaming| [&other.old, &other.new].into_iter().any(|name| name == old || name == new);
        if old == new || found[..at].iter().any(again) {
            return Err(format!("it gives {old} a new name twice, or gives it its own name"));
        }
        if ![old, new].into_iter().all(|name| statement.providers.contains(name)) {
            return Err(format!("it renames {old} to {new}, and the statement is not for both names"));
        }
        if statement.lines.iter().any(|line| line.provider == *old) {
            return Err(format!("it renames {old}, and the statement has a line under that name"));
        }
    }
    Ok(())
}
