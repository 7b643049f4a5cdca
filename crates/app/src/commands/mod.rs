//! One file per command, named as the command.

pub mod check;
pub mod explain;
pub mod price;
pub mod stress;
