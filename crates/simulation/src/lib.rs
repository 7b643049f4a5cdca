//! What strategic players would do: people with keyed randomness, strategy, search, scenarios.
//!
//! Reading order: `assumptions` (what is believed), `people` (who they are and what chances they face), `individuals` (people of one
//! segment who are not alike), `draws` and `philox` (one
//! person's fate), `person` (counting one by one) and `rank` (the same count without the loop), `strategy` (what a provider
//! does and what comes of it), `misreport`, `timing` and `pilot` (what may be done, or feared, besides), `search` (the best
//! strategy), `strategy_results` (the table that findings read), `curve` (what trying pays), `adversary` (the smallest move that changes a finding), `stress`
//! (the main job), `fix` (the cheapest changes to the rules that
//! remove what it found), `fees` (what other fees do, without a new search), `design` (the best rules under a budget),
//! `sensitivity` (what its result hangs on), `simulate` (people as records, in the tables that agencies hand over), `checks`
//! (whether all this holds on one scheme). `as_now` is what happens without any strategy, for `explain`. Beside them stand
//! `game` (games of contract theory,
//! solved), `contract` (figures of a scheme that textbooks have) and `textbook` (both, compared with what the textbooks say).
//!
//! The simulation knows the truth of its made-up scenarios and keeps it to itself: `engine` cannot see this crate. It opens no
//! file and writes to no terminal.

pub mod adversary;
pub mod as_now;
pub mod assumptions;
pub mod chance;
pub mod checks;
pub mod contract_figures;
pub mod curve;
pub mod design;
pub mod draws;
pub mod fees;
pub mod fix;
pub mod game;
pub mod help;
pub mod individuals;
mod misreport;
pub mod people;
pub mod person;
pub mod pilot;
pub mod rank;
pub mod replay;
pub mod search;
pub mod sensitivity;
pub mod simulate;
pub mod strategy;
pub mod strategy_results;
pub mod stress;
pub mod textbook;
mod timing;
pub mod when;
