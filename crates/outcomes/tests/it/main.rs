//! Outcomes as their users meet them: records in, tallies out, compared with an oracle. One binary, so that it links once.

// Each crate uses a part of it.
#[allow(dead_code)]
#[path = "../../../records/tests/it/dice.rs"]
mod dice;
mod effect;
mod households;
mod measuring;
mod oracle;
mod records;
mod tallies;
