//! Linking at the edge: the configuration, the tables it names, and what is written of the result.

pub mod config;
pub mod decisions;
pub mod model;
pub mod splink;
