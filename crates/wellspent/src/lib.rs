//! Wellspent as a library: every use case as a function on plain data.

pub mod access_log;
pub mod agencies;
pub mod doubts;
pub mod error;
pub mod folder;
pub mod gate;
pub mod link;
pub mod linked;
pub mod live;
pub mod pack;
pub mod parsers;
pub mod payees;

pub use access_log::{Access, Actor};
pub use error::{Error, Problems};
