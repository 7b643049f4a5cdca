//! Random input for the parser `release-register`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("release-register", bytes));
