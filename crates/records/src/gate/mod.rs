//! The data-quality gate between records and money. Everything that is measured or paid comes through here, and so does what
//! `records check` reads. One set of rules says which rows can be used.
//!
//! A [`QualityGate`] takes the batches of one table, from any number of files and threads. It sets aside rows that cannot be
//! used, counts a repeated row once, and notes everything else worth knowing in a [`GateResult`]. [`evidence`] checks whether
//! the records have what the rules need, and [`quality`] is the data-quality report that travels with every figure.
//!
//! Each finding has one of three outcomes. *Reported*: it cannot change the sum. *Set aside*: the row cannot be used; a policy
//! says how many such rows are tolerated where the sum may change. *Refused*: the run stops, because going on would mean
//! guessing.

pub mod about;
pub mod amount_sizes;
pub mod amounts;
mod audits;
pub mod copies;
pub mod ends;
pub mod evidence;
mod file_columns;
pub mod findings;
mod groups;
pub mod households;
pub mod hundredfold;
mod keys;
mod known_names;
mod letter_case;
pub mod quality;
mod repeats;
mod result;
mod row_faults;
mod rules;
mod table_gate;

pub use super::lookups::RowLookups;
pub use known_names::{CONSEQUENCES, KnownNames};
pub use letter_case::LetterCaseCheck;
pub use repeats::{SecondReading, key};
pub use result::{FileRef, GateResult, OtherKind, OtherKinds, RowCounts};
pub use rules::{StartScope, StatedCount, TableRules};
pub use table_gate::QualityGate;
