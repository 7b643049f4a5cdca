//! The engine as its users meet it: tables in, tables out. One binary, so that it links once.
//!
//! `mapping`: an agency's own columns become tables. `reading`: CSV files as office programs and accidents make them. `measuring`: outcomes, by hand and against a plain oracle.
//! `bounds`: pairs ruled out before they are looked at closely. `carrying`: link uncertainty in rates, against planted truth. `households`: people who live together, and twins, planted among others. `namesakes`: people who share names or a home and nothing else. `likeness`: how common it is. `region`, `regions`: people of many origins at five agencies. `twins`: four kinds of households with twins. `splink`: models from Splink settings. `core_person`: a model and decisions in the manner of Core Person Record.

mod bounds;
mod carrying;
mod core_person;
mod dice;
mod households;
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
mod world;
