//! Everything that is computed, as plain functions from tables to tables. No files, no clock, no network, no dice, and no
//! knowledge of the laboratory: what an evaluator must not see, this crate cannot reach.
//!
//! Today it holds one room, `findings`: what goes wrong with a scheme, from a table of plays. The rooms for records, linking,
//! measuring, paying, evaluating and the market are built when the work that needs them begins.

pub mod findings;
