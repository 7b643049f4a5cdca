//! Random input for the parser `link-configuration`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("link-configuration", bytes));
