//! Who is who? Records of many agencies become persons with ids that last, and are shown only for a stated purpose.
//!
//! `identity`: ids of persons over time. `persons`: the tables of persons and of links, as they are handed on. `purpose`: what
//! may be linked and shown, for what, by which law. `pseudonym`: names for one project, under a key. `timeline`: all that is
//! held of one person. `duplication`: how many agencies hold the same people and do the same work with them.

pub mod duplication;
pub mod identity;
pub mod persons;
pub mod pseudonym;
pub mod purpose;
pub mod timeline;
