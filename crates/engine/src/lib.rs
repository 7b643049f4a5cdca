//! Everything that is computed, as plain functions from tables to tables. No files, no clock, no network, no dice, and no
//! knowledge of the laboratory: what an evaluator must not see, this crate cannot reach.
//!
//! Today it holds two rooms: `findings`, what goes wrong with a scheme, from a table of plays; and `pay`, who owes whom, from
//! priced tallies. The rooms for records, linking, measuring, evaluating and the market are built when the work that needs them
//! begins.

pub mod findings;
pub mod pay;
