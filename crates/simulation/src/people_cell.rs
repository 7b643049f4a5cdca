//! The people of one cohort and segment: the smallest group that is counted together.

/// The people of one cohort and segment.
#[derive(Clone, Debug, PartialEq)]
pub struct PeopleCell {
    /// Position of the cohort among those simulated.
    pub cohort: usize,
    /// Segment of the assumptions.
    pub segment: usize,
    /// Number of the first person; people are numbered from 1 through all areas, cohorts and segments.
    pub first_person: u64,
    pub people: usize,
    /// For each person the row of the file of individuals; empty where people of a segment are alike.
    pub rows: Vec<u32>,
}
