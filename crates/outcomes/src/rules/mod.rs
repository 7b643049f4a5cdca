//! The rules by which an outcome is measured, one a file. Each takes a person's history and a follow-up window.

pub(crate) mod any_within;
pub(crate) mod at_least;
pub(crate) mod count_within;
pub(crate) mod days_until;
pub(crate) mod exit_without_return;
pub(crate) mod first_time_to;
pub(crate) mod none_within;
pub(crate) mod periods;
pub(crate) mod reaches;
pub(crate) mod some_of;
pub(crate) mod status_at;
pub(crate) mod sum_within;
pub(crate) mod sustained;
