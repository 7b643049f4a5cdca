//! placeholder
pub mod world;
