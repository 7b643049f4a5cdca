//! Random input for the parser `assumptions`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("assumptions", bytes));
