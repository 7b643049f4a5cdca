//! The program as its users meet it: every test runs the real `wellspent`, except the casebook, which prices with the same
//! library. One binary, so that it links once. The first sentence of each module says what it is about.
//!
//! Where a test compares with a file, `UPDATE=1 cargo test` rewrites the file, and the difference is there to be read before
//! it is kept.
//!
//! `bad_files`: every mistake in a scheme folder has its message, word for word. `carried`: what linkage leaves unsure in a
//! figure. `casebook`: the Markdown cases under `cases/` come out to the penny. `cli`: exit codes, pipes, names. `compare`:
//! two schemes side by side. `comparing_providers`: providers against what is expected of their people. `contract`: what no contract could say. `contradicting`: records that contradict each other. `design`, `fix`: the changed scheme that is written
//! checks clean. `doubted`: what measuring finds doubtful. `exceptions`: people who leave a measure. `faults`: a full disk, a file that cannot be read, everybody at
//! once. `first_statement`: the tutorial, by the clock. `foreign_parquet`: Parquet files of other programs. `formats`: a table is the same in every format. `fuzzed`: every
//! parser under random input. `gate`: what is missing, misspelt or repeated. `golden`: the summary of every shipped scheme.
//! `joined`: several agencies together, and what is never shown. `killed`: the program is killed in the middle of a payment
//! run. `linked_money`: several agencies' records are paid. `linking`: which records of several agencies are the same person. `mapping`: an agency's own
//! files by a map. `misplaced`: values in the wrong row, blank, or of the wrong sign or size. `money_out`: what was paid. `mutated`: the road from records to money. `new_scheme`: starting schemes, and
//! the schemes inside the program. `pack`: an assurance pack is made again to the byte, and what is changed in it is located.
//! `odd_calls`: what nobody should call. `parts`: a table in several files and sheets. `payees`: who is paid, and never twice. `paying`: a payment run from the
//! tally to the ledger. `publishing`: what is published, and an attacker who reads it. `real`: real data against published figures. `records`: tables of records, good, bad and hostile.
//! tally to the ledger. `real`: real data against published figures. `recorded`: too little is recorded of some people or days. `records`: tables of records, good, bad and hostile.
//! `reference`: the scheme that newcomers copy checks clean. `referring`: who gets the next person. `refused_sums`: commands that could pay another sum. `report`: the page and the JSON of a stress test. `safe_files`:
//! what a map or a configuration may not name. `schema`: results match their published schemas. `silent`: what used to change a sum
//! without a word. `simulated`: from simulated
//! records to money, reasons and claims. `splink`: models made with Splink give the same weights. `textbook`: textbook cases
//! by name, right and wrong. `spelled`: words in two spellings, and claims that fit nothing. `visible`: no hidden character reaches a reader. `width`: texts for the width of the terminal.

mod bad_files;
mod carried;
mod casebook;
mod cli;
mod compare;
mod comparing_providers;
mod contract;
mod contradicting;
mod design;
mod doubted;
mod evaluating;
mod exceptions;
mod faults;
mod first_statement;
mod fix;
mod foreign_parquet;
mod formats;
mod fuzzed;
mod gate;
mod golden;
mod joined;
mod killed;
mod linked_money;
mod linking;
mod mapping;
mod misplaced;
mod money_out;
mod mutated;
mod new_scheme;
mod odd_calls;
mod pack;
mod parts;
mod payees;
mod paying;
mod people_table;
mod playing_markets;
mod publishing;
mod real;
mod recorded;
mod records;
mod reference;
mod referring;
mod refused_sums;
mod report;
mod safe_files;
mod schema;
mod silence;
mod silent;
mod simulated;
mod spelled;
mod splink;
mod textbook;
mod unreached;
mod visible;
mod watching;
mod wellspent;
mod width;
#[path = "../../../../crates/records/tests/it/zipped.rs"]
mod zipped;
