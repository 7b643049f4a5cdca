//! Linkage as its users meet it: tables in, persons out. One binary, so that it links once. The first sentence of each module
//! says what it is about.

mod bounds;
mod carrying;
mod core_person;
// Each crate uses a part of it.
#[allow(dead_code)]
#[path = "../../../records/tests/it/dice.rs"]
mod dice;
mod households;
mod likeness;
mod namesakes;
mod region;
mod regions;
mod splink;
mod twins;
