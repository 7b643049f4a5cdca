//! What strategic providers would do under a scheme, in a stated scenario.
//!
//! Reading order:
//!
//! - `assumptions` (the assumptions file) and `assumption_checks`, `people` (who they are and their chances), `individuals` (people
//!   of one segment with chances of their own), `amounts` (how much each person has, and who reaches a level)
//! - `draws` (the random draws of a person), `others` (the points of other providers), `person_by_person` (counting one by one), `rank_evaluation` (the same count without
//!   the loop)
//! - `strategy` (a provider's strategy and its result in one area), `misreport`, `bunching`, `timing` and `pilot` (false
//!   reports, people brought over a level, moved dates, and help that was piloted), `shown_conduct` (what detectors could see of it)
//! - `mixture` (kinds of provider and their shares) and `behaviours` (what each kind does)
//! - `search` (the best response), `reference_strategies` (the table that findings read), `threshold` (what is paid
//!   over all results), `fees` (other fees without a new search)
//! - `expected_outcomes` (which way each outcome goes), `stress` (the stress test), with `payment_by_aim`, `marginal_effort` and `wrong_payment` (what an aim, the next pound and
//!   chance earn), `scenario_discovery` (in which scenarios a finding appears) and `tipping_point` (the nearest scenario that
//!   changes it)
//! - `calibration` (a forecast in the terms in which studies report what happened)
//! - `fix` (the cheapest changes to the rules), `design` (the best rules within a budget), `sensitivity` (which assumptions matter)
//! - `simulate` (people as records, in the tables that agencies hand over), `replay` (every draw of one person), `self_checks`
//!   (checks of the program on one scheme), `current_rates` (today's rates, for `explain`)
//! - `market` (providers, users and the rules of a market together)
//! - `game` (games of contract theory), `contract_figures` (figures of a scheme that textbooks have) and `textbook` (both, compared
//!   with the textbooks).
//!
//! The simulation knows the truth of its own scenarios and keeps it to itself: the crates that measure and pay cannot see this one.
//! It opens no file and writes to no terminal.

pub mod amounts;
pub mod assumption_checks;
pub mod assumptions;
mod behaviours;
mod bunching;
pub mod calibration;
pub mod contract_figures;
pub mod current_rates;
pub mod design;
pub mod draws;
pub mod expected_outcomes;
pub mod fees;
pub mod fix;
pub mod game;
pub mod households;
pub mod individuals;
pub mod marginal_effort;
pub mod market;
mod misreport;
pub mod mixture;
mod others;
pub mod payment_by_aim;
pub mod people;
pub mod people_cell;
pub mod person_by_person;
pub mod pilot;
pub mod rank_evaluation;
mod recorded_otherwise;
pub mod reference_strategies;
mod renewal;
pub mod replay;
pub mod scenario_discovery;
pub mod search;
pub mod self_checks;
pub mod sensitivity;
pub mod shown_conduct;
pub mod simulate;
pub mod strategy;
pub mod stress;
pub mod textbook;
mod threshold;
mod timing;
pub mod tipping_point;
pub mod wrong_payment;
