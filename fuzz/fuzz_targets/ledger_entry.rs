//! Random input for the parser `ledger-entry`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("ledger-entry", bytes));
