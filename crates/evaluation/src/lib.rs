//! Did it work? The effect of a service on those who were treated, from plain columns of data, with a standard error that the
//! analyst names, and what could still explain it.
//!
//! This crate opens no file, knows no contract, and cannot see a simulation: it would otherwise look at the truth that it has to
//! estimate.
//!
//! In reading order:
//!
//! - A whole evaluation: [`spec`] (what is asked), [`table`] and [`sample`] (of whom), [`evaluate`] (the answer) and [`words`] (what
//!   can be said of it).
//! - What goes in: [`columns`] (covariates, checked once), [`units`] (groups and keys), and [`error`] (why there is no estimate).
//! - Regression: [`least_squares`], whose covariance the caller names, and [`logistic`], for propensity scores and binary outcomes.
//! - A comparison group like the treated: [`matching`], [`coarsened_exact`], [`subclassification`], [`weighting`] and
//!   [`entropy_balancing`]; and [`balance`], which says how like it is.
//! - Effects: [`effects`] on those whom [`estimand`] names, with standard errors; [`bootstrap`] and [`randomisation`] for any
//!   estimate; [`randomised`] for trials.
//! - Starts at different times, in one area or at a threshold: [`difference_in_differences`], [`fixed_effects`],
//!   [`interrupted_time_series`], [`synthetic_control`] and [`regression_discontinuity`].
//! - Time to an event: [`survival`]. Providers compared with what is expected of them: [`providers`].
//! - Reading a result: [`distributions`], and [`multiple_testing`] where there are several.
//! - What could still explain it: [`sensitivity`]. What a study can find: [`minimum_detectable`].

pub mod balance;
pub mod bootstrap;
pub mod coarsened_exact;
pub mod columns;
mod design;
pub mod difference_in_differences;
pub mod distributions;
pub mod effects;
pub mod entropy_balancing;
pub mod error;
pub mod estimand;
pub mod evaluate;
pub mod fixed_effects;
pub mod interrupted_time_series;
pub mod least_squares;
pub mod linear_algebra;
pub mod logistic;
pub mod matching;
pub mod minimum_detectable;
pub mod multiple_testing;
pub mod providers;
pub mod randomisation;
pub mod randomised;
pub mod regression_discontinuity;
pub mod sample;
pub mod sensitivity;
pub mod spec;
pub mod subclassification;
pub mod survival;
pub mod synthetic_control;
pub mod table;
pub mod units;
pub mod weighting;
pub mod words;
