//! What do several agencies hold of the same people, and do with them? Reads the tables that linking wrote and those of the
//! agencies, under a stated purpose; how anybody was linked is not known here.
//!
//! `timeline`: all that is held of one person. `duplication`: the same work done twice, and what it costs.

pub mod duplication;
pub mod timeline;
