//! What do agencies supply? The tables that everyone shares, checked by the data-quality gate.
//!
//! [`schema`] defines the tables. A reader gives [`batch::Batch`]es of correct rows, and a [`fault::Fault`] for each row that
//! is not: [`csv`] and [`workbook`] read from bytes, [`files`] opens files and reads Parquet. [`gate`] decides which rows can
//! be used, and [`check`] compares rows with each other. [`Records`] are the tables in memory, as measuring uses them.
//!
//! Every row has two dates: when it happened, and when it became known. The day of the calculation belongs to the run.

pub mod batch;
pub mod cell;
pub mod change_points;
pub mod check;
pub mod column_values;
pub mod counted_rows;
pub mod csv;
pub mod dates;
mod day_set;
pub mod facts;
pub mod fault;
pub mod files;
pub mod gate;
pub mod gzip;
pub mod header;
mod lookups;
pub mod lots;
pub mod map;
mod marked_day;
pub mod names;
pub mod need;
pub mod payees;
pub mod people;
pub mod placeholders;
pub mod referrals;
pub mod rows;
pub mod schema;
pub mod silence;
pub mod spelling;
pub mod starts;
mod tables;
mod totals;
pub mod value_filter;
pub mod workbook;

pub use need::Need;
pub use people::{LastSeen, People};
pub use starts::{Start, Starts};
pub use tables::{Coverage, Records};
