//! The two days of a question: what happened up to the first counts, as it was known on the second.

use base::day::{Day, day};
use jiff::civil::Date;

/// The days for which a question is asked.
#[derive(Clone, Copy, Debug)]
pub struct Days {
    /// What happened up to this day counts.
    pub as_at: Date,
    /// Rows that became known after this day are left out; without it, the day of `as_at`.
    pub known_at: Option<Date>,
}

impl Days {
    #[must_use]
    pub fn known_at(&self) -> Date {
        self.known_at.unwrap_or(self.as_at)
    }

    /// Both, as records keep days.
    #[must_use]
    pub fn days(&self) -> (Day, Day) {
        (day(self.as_at), day(self.known_at()))
    }
}
