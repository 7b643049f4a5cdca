//! Random input for the parser `disclosure-policy`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("disclosure-policy", bytes));
