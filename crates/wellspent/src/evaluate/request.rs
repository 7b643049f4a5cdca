//! What is asked of an evaluation.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::access_log::Access;
use crate::folder::Reach;

/// What is evaluated.
#[derive(Clone, Debug)]
pub struct EvaluateRequest {
    /// The spec: a TOML file.
    pub spec: PathBuf,
    /// Which files a scheme may read that measures the outcome.
    pub reach: Reach,
    /// The folder with the table that the spec names, or the table itself.
    pub records: PathBuf,
    /// No day of the table may be after this one.
    pub as_at: Date,
    /// The day of the run, for the registration.
    pub today: Date,
    /// Who asks, and for which purpose. The access log gets a row before the table is read.
    pub access: Access,
}
