//! A folder of record tables on disk: `people.csv`, `events.parquet` and so on. Only this module opens and writes records. It
//! deals with files, threads and formats; the rest of the crate decides what rows mean.

mod folder;
pub mod gated;
pub mod input;
pub mod list;
pub mod others;
mod pages;
mod panics;
pub mod parquet;
pub mod parquet_rows;
pub mod parquet_text;
mod parquet_types;
pub mod safe;
pub mod set_aside;
pub mod shared_file;
pub mod source_rows;
mod table_file;
pub mod write;
pub mod xlsx;

pub use folder::{ACCESS_LOGS, UNFINISHED, find, is_kept_for_records};
pub use table_file::{FileFormat, TableFile};
