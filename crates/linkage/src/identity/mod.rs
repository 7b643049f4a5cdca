//! Person ids that last. Other systems remember the ids they were given, so an id must survive the next linkage.
//!
//! The input is the history of identities so far, today's clusters of records, and the reasons for what changed. The output is
//! the events to add to the history. Which records were one person on any day follows from the history alone, so ids can be
//! replayed for a date, and nothing that was written is ever changed.
//!
//! - A cluster keeps the id of the person with whom it shares most records. If there are two such persons, the older id lives on.
//! - When joined clusters come apart again, each takes back its former id.
//!
//! `event` is what can happen, `history` what happened, and `changes` what happens today. Nothing here decides which records
//! belong together.

mod changes;
mod event;
mod history;

pub use changes::{ChangeReasons, HistoryRefusal, IdentityChanges, TodaysClusters, changes};
pub use event::{IDENTITIES, IdentityEvent, IdentityEventKind, RecordKey, RecordKeyRef};
pub use history::{History, HistoryReader, lives_on, person_at, persons_at, read, write};

#[cfg(test)]
mod tests;
