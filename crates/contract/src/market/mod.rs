//! The rules of a market: how providers get in and out, and who gets the next person. A payment-by-results contract says what is paid;
//! this says to whom people are sent.
//!
//! [`read::market`] reads the file [`MARKET_FILE`] beside the contract, [`words`] says it in English and [`warnings`] looks for faults that
//! can be seen in the rules alone. [`allocate::allocate`] decides one referral. Live referral and the simulation call the same function, as
//! both price with the same one.
//!
//! From the bottom up: [`rules`], [`standing`] (what has happened so far), [`shares`] (what each provider should get), [`allocate`].
//! Nothing here opens a file, knows a person or draws a random number. Whoever calls hands in a key for each referral.

pub mod allocate;
mod provider_table;
pub mod ranking;
pub mod read;
pub mod rules;
pub mod shares;
pub mod standing;
pub mod warnings;
pub mod words;

/// The file with the rules of a market, in the folder of a scheme.
pub const MARKET_FILE: &str = "market.toml";
