//! What every other crate stands on: money in whole pence, dates, problems with input and where they are, reading TOML and CSV
//! tables, exact fractions, statistics, names and identity, keyed random numbers.
//!
//! A scheme is a folder: [`open`] takes the bytes of its files and parses each once, and a [`Reader`] asks them for keys and
//! turns every mistake into a [`problem::Problem`].
//!
//! This crate opens no file, knows no contract and no record, and has no clock.

pub mod cell;
pub mod day;
pub mod document;
pub mod exact;
pub mod identity;
pub mod literal;
pub mod money;
pub mod opened;
pub mod pen;
pub mod philox;
pub mod price_index;
pub mod problem;
pub mod schedule;
pub mod source;
pub mod spelling;
pub mod statistics;
pub mod table;
pub mod visible;

pub use document::{Picks, Reader};
pub use opened::{Opened, open};
