//! What do several agencies hold of the same people, and do with them? Reads the tables that linking wrote and those of the
//! agencies, under a stated purpose; how anybody was linked is not known here.
//!
//! `timeline`: all that is held of one person. `duplication`: the same work done twice, and what it costs. `rows`: their
//! tables as one, under any linkage. `carried`: how sure a figure is when who is who is not.

pub mod carried;
pub mod duplication;
pub mod rows;
pub mod timeline;
