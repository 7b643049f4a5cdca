//! What happened? Outcomes from dated records, by the rules of the scheme. `docs/outcomes.md` explains each rule to the day.
//!
//! A person counts only when the whole follow-up window and the waiting period have been observed. Anyone else is censored:
//! neither a success nor a failure. Reports say "not yet known".
//!
//! [`need`] says which records a scheme asks for, [`measure`] finds the outcomes of each person, and [`tallies`] adds them up for
//! pricing. The order of rows and the number of threads do not change the result: people are measured one by one, and only
//! whole numbers are added up.

pub mod audit_shares;
pub mod claims;
mod cohorts;
mod contradictions;
pub mod coverage_held;
mod criteria;
pub mod effect;
mod evaluate;
pub mod explain;
pub mod follow_up;
pub mod households;
pub mod inconsistencies;
pub mod left_out;
mod life_table;
mod measure;
mod measured_outcomes;
pub mod payees;
mod person_history;
mod person_outcome;
pub mod places;
mod plan;
pub mod proof_values;
mod query_dates;
pub mod reach;
pub mod recorded;
pub mod recording_changes;
mod remeasured;
mod rules;
pub mod silence;
pub mod sums;
mod tally;

pub use cohorts::IndexEvent;
pub use measure::measure;
pub use measured_outcomes::MeasuredOutcomes;
pub use person_outcome::{OutcomeState, PersonOutcome};
pub use plan::{need, unobserved_before};
pub use query_dates::QueryDates;
pub use tally::{FollowUpCounts, ProviderTally, merge, payable, payable_at, tallies};
