//! Why an estimate cannot be made. A message names a column and a row of the analysis, never a person or a value.

use std::fmt;

/// Why an estimate cannot be made.
///
/// Rows are counted from 0 here, and from 1 in messages, in the order in which the data were handed in.
#[derive(Clone, Debug, PartialEq)]
pub enum EvaluationError {
    /// A column is longer or shorter than the others.
    Lengths {
        /// What was read.
        what: String,
        /// How many rows were expected.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// A cell holds no finite number, or one outside what is allowed.
    Value {
        /// The name of the column.
        column: String,
        /// The row, counted from 0.
        row: usize,
        /// What was expected, as a noun: "a finite number".
        expected: &'static str,
    },
    /// Two columns have one name.
    SameName {
        /// That name.
        column: String,
    },
    /// Two rows have one key.
    SameKey {
        /// One of the rows, counted from 0.
        first: usize,
        /// The other.
        second: usize,
    },
    /// Two rows are about one unit in one period.
    SameUnitAndPeriod {
        /// One of the rows, counted from 0.
        first: usize,
        /// The other.
        second: usize,
    },
    /// Some units lack a row for some periods.
    Gaps {
        /// How many units that is.
        units: usize,
        /// A row of the first of them, counted from 0.
        row: usize,
        /// A period that it lacks.
        period: i64,
    },
    /// A column is constant, or follows from the columns before it.
    Collinear {
        /// The name of the column.
        column: String,
    },
    /// There is less of something than the method needs.
    TooFew {
        /// What is too few, in the plural: "rows", "clusters".
        what: &'static str,
        /// The smallest number that will do.
        needed: usize,
        /// How many there are.
        found: usize,
    },
    /// A column tells, alone or with others, exactly who is treated or has the event, so that no finite coefficient fits.
    Separation {
        /// The column with the largest coefficient, on the scale of its standard deviation.
        column: String,
    },
    /// The search for a maximum did not end.
    NotConverged {
        /// What was sought.
        what: &'static str,
        /// After how many steps it was given up.
        steps: usize,
    },
    /// An option that makes no sense.
    Option {
        /// Which option, and what was expected of it.
        what: &'static str,
    },
    /// A check on the product's own result failed.
    Check {
        /// What does not hold.
        what: &'static str,
    },
}

impl fmt::Display for EvaluationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lengths { what, expected, found } => {
                write!(f, "{what} has another number of rows ({found}) than the units ({expected}): give one value for each unit")
            }
            Self::Value { column, row, expected } => {
                write!(f, "column \"{column}\", row {}: expected {expected}; correct the value or leave the unit out", row + 1)
            }
            Self::SameName { column } => write!(f, "two columns are called \"{column}\": rename one of them"),
            Self::SameKey { first, second } => {
                write!(f, "rows {} and {} have the same unit key: keep one row for each unit", first + 1, second + 1)
            }
            Self::SameUnitAndPeriod { first, second } => write!(
                f,
                "rows {} and {} are about the same unit in the same period: keep one row, or add them up first",
                first + 1,
                second + 1
            ),
            Self::Gaps { units, row, period } => write!(
                f,
                "{units} units have no row for some period; the unit of row {} has none for period {period}: fill the gaps, or \
                 choose to leave such units out",
                row + 1
            ),
            Self::Collinear { column } => write!(
                f,
                "column \"{column}\" is constant or follows from the columns before it, so it has no coefficient of its own: \
                 leave it out"
            ),
            Self::TooFew { what, needed, found } => {
                write!(f, "there are too few {what}: {found}, and the method needs at least {needed}")
            }
            Self::Separation { column } => write!(
                f,
                "the covariates separate the two groups exactly, \"{column}\" most of all: leave that column out, group its \
                 values, or compare only units that could be in either group"
            ),
            Self::NotConverged { what, steps } => write!(
                f,
                "no {what} was found in {steps} steps: look for a column that tells almost exactly who is in which group, or for \
                 very large values"
            ),
            Self::Option { what } => write!(f, "{what}"),
            Self::Check { what } => write!(f, "the result failed its own check: {what}. Please report this as a fault"),
        }
    }
}

impl std::error::Error for EvaluationError {}
