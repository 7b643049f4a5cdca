//! One file per command, named as the command.

pub mod approve;
pub mod check;
pub mod claims;
pub mod design;
pub mod duplication;
pub mod explain;
pub mod fix;
pub mod glossary;
pub mod invoices;
pub mod ledger;
pub mod link;
pub mod lots;
pub mod map;
pub mod measure;
pub mod pay;
pub mod person;
pub mod price;
pub mod pseudonymise;
pub mod records;
pub mod replay;
pub mod sensitivity;
pub mod simulate;
pub mod stress;
pub mod uprate;
pub mod verify;
pub mod why;
