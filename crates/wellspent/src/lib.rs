//! Wellspent as a library: every use case as a function on plain data. The programs for the terminal, the browser and Python use
//! this crate and nothing below it.
//!
//! A use case takes a request, a plain struct, and gives a result, a plain struct, or an [`Error`]: what is wrong, each problem with
//! its place, and what to do. Nothing here prints, reads the command line or decides how many threads there are. Long runs report
//! their [`progress`] and can be stopped.
//!
//! Before a contract is signed:
//!
//! - [`new_scheme`] writes a scheme to start from, and [`shipped`] are the schemes inside the program. [`check`] finds every mistake,
//!   [`explain`] writes the term sheet, [`price`] prices a tally.
//! - [`stress`] plays strategic providers against the rules. [`fix`] finds the cheapest changes that remove what it found,
//!   [`design`] searches the rules themselves, [`sensitivity`] says which assumptions matter, [`compare`] puts two schemes side by
//!   side, [`replay`] shows every draw of one person.
//! - [`market`] plays a market with several providers: who takes part, what each of its rules does, and whom it harms.
//! - [`pack`] writes a run down for an auditor, and [`verify`] repeats it.
//!
//! While a contract runs:
//!
//! - [`records`] checks tables of records and makes them from an agency's own files. [`link`] links the records of several agencies.
//!   [`simulate`] writes records to try things on.
//! - [`measure`] measures outcomes, [`pay`] produces a statement and prepares a payment run, [`approve`] posts it, [`why`] shows what
//!   is behind a line, [`claims`] compares what providers claim with what the records show.
//! - [`ledger`] reads the ledger, [`settle`] records what was paid, [`reconcile`] compares it with the bank, [`invoices`] and
//!   [`lots`] look at invoices and at who holds what, [`uprate`] brings amounts to the prices of one year.
//! - [`refer`] places people with providers by the rules of a market.
//! - [`person`], [`duplication`] and [`pseudonymise`] show what several agencies hold. Each needs an [`Access`]: who asks, and the
//!   purpose. A row in the access log is written before anything is shown.
//!
//! After it, or beside it:
//!
//! - [`evaluate`] answers whether a service worked, by the design that a spec names. [`evaluate::registration`] stamps a spec before
//!   the data are there. [`compare_providers`] says how the providers of one contract compare with what is expected of them.
//!
//! - [`publish`] is the choke point: what is published of people passes disclosure control there and is remembered.
//!
//! At any time:
//!
//! - [`glossary`] explains a term, [`schema`] has the published forms of tables and results, [`access_log`] says who looked at whose
//!   records, [`parsers`] are all readers of what others wrote, to be tried with random input.
//!
//! A first check and a first test. The pages of [`explain`], [`price`], [`replay`], [`simulate`] (with [`pay`]), [`glossary`], [`schema`]
//! and [`shipped`] have examples of their own.
//!
//! ```
//! use wellspent::check::{CheckRequest, check};
//! use wellspent::folder::Reach;
//! use wellspent::stress::{StressRequest, stress};
//!
//! // A scheme inside the program; a folder on disk works the same way.
//! let scheme = std::path::Path::new("plain-linear");
//! let checked = check(&CheckRequest { scheme: scheme.to_owned(), reach: Reach::Inside(None) })?;
//! assert_eq!(checked.report.errors, 0);
//!
//! let request = StressRequest { replications: 20, scenarios: 2, ..StressRequest::new(scheme, Reach::Inside(None)) };
//! let tested = stress(&request, &wellspent::progress::silent)?;
//! assert!(tested.stress.reported.iter().any(|risk| risk.finding.present));
//! # Ok::<(), wellspent::Error>(())
//! ```

pub mod access_log;
mod agencies;
pub mod approve;
mod bank_extract;
mod breakdown;
pub mod check;
pub mod claims;
pub mod compare;
pub mod compare_providers;
pub mod design;
mod doubted;
mod doubtful_audits;
mod doubtful_households;
mod doubtful_rows;
mod doubts;
pub mod duplication;
pub mod error;
pub mod evaluate;
pub mod explain;
pub mod fix;
pub mod folder;
mod gate;
pub mod glossary;
pub mod invoices;
pub mod ledger;
pub mod link;
pub mod lots;
pub mod market;
pub mod measure;
mod measured;
mod missing_audits;
mod missing_starts;
pub mod new_scheme;
pub mod pack;
pub mod parsers;
pub mod pay;
mod payees;
pub mod person;
mod person_ids;
pub mod price;
pub mod progress;
mod proof_values;
pub mod pseudonymise;
pub mod publish;
pub mod reconcile;
mod recording_changes;
pub mod records;
pub mod refer;
pub mod replay;
pub mod schema;
pub mod sensitivity;
pub mod settle;
mod several_agencies;
pub mod shipped;
mod silent_months;
pub mod simulate;
pub mod stress;
mod unreached_kinds;
pub mod uprate;
pub mod verify;
pub mod watch;
pub mod why;

pub use access_log::{Access, Actor};
// What requests and results are made of. With these a program needs no other crate of the workspace.
pub use ::ledger::store::without_password;
pub use ::records::files::FileFormat;
pub use ::records::gate::quality::AcceptedFaults;
pub use base::{english, hidden_characters, person_name};
pub use error::{Error, Problems};
pub use outcomes::QueryDates;
pub use report::machine_readable::JsonDocument;
pub use report::quality;
pub use report::terminal::{self, Terminal};
pub use several_agencies::JoinOptions;
