//! Linking at the edge: the configuration, the tables it names, and what is said and written of the result.
//!
//! `config` reads what is linked for what, which `allowed` holds against the purposes that are stated, with `decisions` made by
//! hand and a `model` made before or elsewhere (`splink`); `run` makes the linkage; `summary` says it on the terminal, `page` with
//! its `charts` as HTML, `report` for one person; `write` leaves the tables behind.

pub mod allowed;
pub mod config;
pub mod decisions;
pub mod model;
pub mod run;
pub mod splink;
pub mod texts;
pub mod write;
