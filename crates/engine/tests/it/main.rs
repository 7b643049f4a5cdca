//! The engine as its users meet it: tables in, tables out. One binary, so that it links once. The first sentence of each module
//! says what it is about.

mod bounds;
mod carrying;
mod core_person;
mod dice;
mod households;
mod leaks;
mod likeness;
mod mapping;
mod measuring;
mod namesakes;
mod oracle;
mod reading;
mod region;
mod regions;
mod splink;
mod twins;
mod workbooks;
mod world;
mod zipped;
