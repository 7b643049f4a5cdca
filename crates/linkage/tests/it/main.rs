//! Linkage as its users meet it: from tables to persons. One test binary, so that it is linked once. The first sentence of each
//! module says what it is about.

mod bounds;
mod core_person;
mod propagated_uncertainty;
// Each crate uses a part of it.
#[allow(dead_code)]
#[path = "../../../records/tests/it/dice.rs"]
mod dice;
mod households;
mod levels;
mod namesakes;
mod region;
mod regions;
mod similarity;
mod splink;
mod twins;
