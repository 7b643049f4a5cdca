//! Time to an event, such as the first reoffence or a return to homelessness, where some people are no longer watched before it
//! happens.

pub mod concordance;
pub mod cox;
pub mod cumulative_incidence;
pub mod kaplan_meier;
pub mod log_rank;
pub mod proportionality;
mod risk_sets;

use crate::columns::{check_finite, check_rows};
use crate::error::EvaluationError;

/// How long each person was watched, and whether that ended with the event. Times are in any one unit.
#[derive(Clone, Copy, Debug)]
pub struct FollowUp<'a> {
    /// When watching began, where some people were watched only from later on (left truncation). A person is at risk after this
    /// time, and not at it. Without it everybody is at risk from the start.
    pub entry: Option<&'a [f64]>,
    /// When watching ended.
    pub exit: &'a [f64],
    /// Whether it ended with the event; otherwise the person is censored, and at risk at that time still.
    pub event: &'a [bool],
}

impl FollowUp<'_> {
    /// How many people there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.exit.len()
    }

    /// Checks that every column has the same rows, every time is finite and nobody leaves before entering.
    ///
    /// # Errors
    ///
    /// The column and the row that cannot be used, or no rows at all.
    pub fn check(&self) -> Result<(), EvaluationError> {
        let rows = self.rows();
        if rows == 0 {
            return Err(EvaluationError::TooFew { what: "rows", needed: 1, found: 0 });
        }
        check_finite("exit", self.exit, rows)?;
        check_rows("event", self.event.len(), rows)?;
        match self.entry {
            Some(entry) => {
                check_finite("entry", entry, rows)?;
                match (0..rows).find(|&row| self.exit[row] <= entry[row]) {
                    Some(row) => {
                        Err(EvaluationError::Value { column: "exit".to_owned(), row, expected: "a time after the entry" })
                    }
                    None => Ok(()),
                }
            }
            None => match self.exit.iter().position(|&time| time < 0.0) {
                Some(row) => Err(EvaluationError::Value { column: "exit".to_owned(), row, expected: "a time of 0 or more" }),
                None => Ok(()),
            },
        }
    }
}
