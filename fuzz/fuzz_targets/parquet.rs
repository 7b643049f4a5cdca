//! Random input for the parser `parquet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("parquet", bytes));
