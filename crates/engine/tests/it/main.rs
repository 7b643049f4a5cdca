//! The engine as its users meet it: tables in, tables out. One binary, so that it links once.
//!
//! `reading`: CSV files as office programs and accidents make them.

mod dice;
mod reading;
