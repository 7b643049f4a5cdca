//! Providers compared with what is expected of them, without a league table: most of the difference between neighbours in one is
//! chance.

pub mod cusum;
pub mod funnel;
pub mod ranking;
pub mod standardisation;
