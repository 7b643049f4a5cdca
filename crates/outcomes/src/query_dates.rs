//! The two dates of a question: the day it is about, and the day up to which records were known.

use base::day::{Day, day};
use jiff::civil::Date;

/// The day a question is about, and the day up to which records were known.
#[derive(Clone, Copy, Debug)]
pub struct QueryDates {
    /// What happened up to this day counts.
    pub as_at: Date,
    /// Rows that became known after this day are left out; without it, the day of `as_at`.
    pub known_at: Option<Date>,
}

impl QueryDates {
    #[must_use]
    pub fn known_at(&self) -> Date {
        self.known_at.unwrap_or(self.as_at)
    }

    /// Both, as days since 1970.
    #[must_use]
    pub fn days(&self) -> (Day, Day) {
        (day(self.as_at), day(self.known_at()))
    }
}
