//! What every other crate builds on: money in whole pence, dates, problems with input and where they are, reading TOML and CSV
//! files, exact fractions, statistics, names of people and organisations, and random numbers that can be drawn again.
//!
//! A scheme is a folder. [`open`] takes the bytes of its files and parses each once. A [`Reader`] asks them for keys and turns
//! every mistake into a [`problem::Problem`].
//!
//! This crate opens no file, knows no contract and no record, and has no clock.

pub mod article;
pub mod csv_cell;
pub mod dates_meant;
pub mod day;
mod decoding;
pub mod english;
pub mod hidden_characters;
pub mod hinted;
pub mod literal;
pub mod lookalikes;
pub mod money;
pub mod person_name;
pub mod philox;
pub mod price_index;
pub mod problem;
pub mod proofreading;
pub mod ratio;
pub mod reader;
mod rounding;
pub mod schedule;
pub mod scheme_files;
pub mod similar_names;
pub mod source;
pub mod statistics;
pub mod sum_words;
pub mod table;
pub mod toml_editor;

pub use reader::{Reader, ScenarioDraw};
pub use scheme_files::{SchemeFiles, open};
