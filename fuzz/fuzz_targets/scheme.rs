//! Random input for the parser `scheme`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("scheme", bytes));
