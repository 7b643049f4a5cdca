//! The tests of disclosure control.

mod closed;
mod oracle;
mod random_tables;
mod releases;
mod speed;
