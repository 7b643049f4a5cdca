//! One file per command, named as the command.

pub mod check;
pub mod design;
pub mod explain;
pub mod glossary;
pub mod mend;
pub mod price;
pub mod replay;
pub mod sensitivity;
pub mod stress;
pub mod verify;
