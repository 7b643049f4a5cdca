//! Random input for the parser `sql`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("sql", bytes));
