//! How risks are looked for in records: signals that detectors build, the evidence in them, and what is flagged.
//!
//! In reading order: [`evidence`] (what a number says against chance), [`series`] (numbers by provider and month), [`signal`] (the
//! evidence of a series, month by month), [`detector`] (what a risk's file says of looking for it), [`watch`] (all of them together), [`expected`] (what
//! detectors would see of a strategy before there are records).

pub mod detector;
pub mod evidence;
pub mod expected;
#[cfg(test)]
pub(crate) mod made_up;
pub(crate) mod measures;
pub mod series;
pub mod signal;
pub mod watch;
