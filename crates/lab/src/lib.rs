//! What strategic players would do.
pub mod conduct;
pub mod draws;
pub mod people;
pub mod person;
pub mod philox;
pub mod rank;
pub mod world;
pub mod search;
pub mod chance;
pub mod plays;
pub mod stress;
