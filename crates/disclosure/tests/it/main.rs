//! The tests of disclosure control.

// What was found, for those who look at the figures.
#![allow(clippy::print_stdout)]

mod closed;
mod literature;
mod more;
mod oracle;
mod random_tables;
mod releases;
mod speed;
