//! Random input for the parser `opendocument`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| wellspent_fuzz::read("opendocument", bytes));
