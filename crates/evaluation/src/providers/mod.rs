//! Providers compared with what is expected of them, without a league table: most of the difference between neighbours in one is
//! chance. [`comparison`] puts the parts together.

pub mod calibration;
pub mod case_mix;
pub mod comparison;
pub mod cusum;
pub mod funnel;
pub mod ranking;
pub mod standardisation;
pub mod watch;
