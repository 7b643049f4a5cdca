//! Random input for the parser `purposes`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("purposes", bytes));
