//! Records as their users meet them: files in, rows and faults out. One binary, so that it links once.

// Other crates use what this one does not.
#[allow(dead_code)]
mod dice;
mod leaks;
mod mapping;
mod reading;
mod workbooks;
mod zipped;
