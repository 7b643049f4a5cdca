//! The program as its users meet it: every test runs the real `wellspent`, except the casebook, which prices with the same
//! library. One binary, so that it links once. The first sentence of each module says what it is about.
//!
//! Where a test compares with a file, `UPDATE=1 cargo test` rewrites the file, and the difference is there to be read before it
//! is kept.

mod bad_files;
mod carried;
mod casebook;
mod cli;
mod contract;
mod design;
mod faults;
mod golden;
mod joined;
mod killed;
mod linking;
mod mend;
mod money_out;
mod mutated;
mod pack;
mod paying;
mod real;
mod records;
mod reference;
mod report;
mod simulated;
mod splink;
mod textbook;
mod wellspent;
