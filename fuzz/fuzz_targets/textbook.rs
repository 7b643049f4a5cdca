//! Random input for the parser `textbook`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("textbook", bytes));
