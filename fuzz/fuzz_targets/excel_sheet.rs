//! Random input for the parser `excel-sheet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("excel-sheet", bytes));
