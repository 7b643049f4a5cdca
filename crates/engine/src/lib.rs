//! Everything that is computed, as plain functions from tables to tables. No files, no clock, no network, no dice, and no
//! knowledge of the laboratory: what an evaluator must not see, this crate cannot reach.
//!
//! `records`: the tables that agencies hand over, checked at the door. `link`: who is who, across agencies. `joined`: what they
//! hold and do of the same people. `measure`: what happened, outcomes from dated records. `pay`: who owes whom, from priced
//! tallies. `findings`: what goes wrong with a scheme, from a table of plays. `market`: who holds which lots. The room for
//! evaluating is built when the work that needs it begins.

pub mod findings;
pub mod joined;
pub mod link;
pub mod market;
pub mod measure;
pub mod pay;
pub mod records;
