//! A provider with a new name is one payee: what was paid under the old name counts for the new one. A run says so in a detail
//! for each such provider; when the run is approved, what was paid moves from the old name to the new one in a transaction of
//! its own, and what is still due is the difference.

use crate::entry::{Detail, Run};
use crate::hash::Hash;

/// How the name of such a detail begins; the old name follows, and the value is the new one.
const DETAIL: &str = "renamed: ";

/// One provider and its two names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renaming {
    pub old: String,
    pub new: String,
}

impl Renaming {
    /// As a run keeps it.
    #[must_use]
    pub fn detail(&self) -> Detail {
        Detail::new(&format!("{DETAIL}{}", self.old), &self.new)
    }

    /// Why what was paid is moved.
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

/// A detail as a renaming, where it is one.
#[must_use]
pub fn renaming(detail: &Detail) -> Option<Renaming> {
    let old = detail.name.strip_prefix(DETAIL)?;
    Some(Renaming { old: old.to_owned(), new: detail.value.clone() })
}

/// What a run says of new names.
#[must_use]
pub fn renamings(run: &Run) -> Vec<Renaming> {
    run.details.iter().filter_map(renaming).collect()
}

/// Whether the new names of a run can be: each name in one of them alone, both names among those for whom the run speaks, and
/// nothing due under the old one.
pub(crate) fn sound(run: &Run) -> Result<(), String> {
    let (statement, found) = (&run.statement, renamings(run));
    for (at, renaming) in found.iter().enumerate() {
        let Renaming { old, new } = renaming;
        let again = |other: &Renaming| [&other.old, &other.new].into_iter().any(|name| name == old || name == new);
        if old == new || found[..at].iter().any(again) {
            return Err(format!("it gives {old} a new name twice, or its own"));
        }
        if ![old, new].into_iter().all(|name| statement.providers.contains(name)) {
            return Err(format!("it says that {old} is {new} now, and does not speak for both"));
        }
        if statement.lines.iter().any(|line| line.provider == *old) {
            return Err(format!("it says that {old} has another name now, and has a line for it"));
        }
    }
    Ok(())
}
