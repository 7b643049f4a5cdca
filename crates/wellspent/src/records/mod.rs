//! Tables of records before anything is measured from them: `check` finds every fault of a folder, and `map` makes the tables from
//! an agency's own files.

mod check;
mod map;
mod place;

pub use check::{CheckedFile, FaultKind, RecordsCheck, RecordsCheckRequest, check};
pub use map::{MapRequest, MappedPart, MappedRecords, map};
pub use place::{is_input, is_table_of_records};
