//! What people are grouped by.

/// What people are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakdownBy {
    Provider,
    Area,
    Cohort,
    Segment,
}
