//! Effects where units start treatment at different times, from what happens to each cohort against units not treated by then.

pub mod aggregate;
pub mod bootstrap;
mod doubly_robust;
pub mod group_time;
pub mod influence;
pub mod panel;
pub mod pre_trends;
pub mod sun_abraham;
pub mod two_way_fixed_effects;
