//! The tests of disclosure control.

mod closed;
mod literature;
mod more;
mod oracle;
mod random_tables;
mod releases;
mod speed;
