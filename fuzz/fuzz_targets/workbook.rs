//! Random input for the parser `workbook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("workbook", bytes));
