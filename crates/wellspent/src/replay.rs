//! Gives every draw of one simulated person, so that anybody can work it out again elsewhere.
//!
//! ```
//! use wellspent::folder::Reach;
//! use wellspent::replay::{ReplayRequest, replay};
//!
//! let reach = Reach::Inside(None);
//! let found = replay(&ReplayRequest { scheme: "plain-linear".into(), reach, person: 1, replication: 0, seed: 1 })?;
//! assert!(!found.replay.decisions.is_empty());
//! # Ok::<(), wellspent::Error>(())
//! ```

use std::path::PathBuf;

use simulation::replay::{PersonReplay, replay as draws};

use crate::Terminal;
use crate::error::Error;
use crate::folder::{self, Reach};

/// Which person, in which replication of which run.
#[derive(Clone, Debug)]
pub struct ReplayRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// From 1.
    pub person: u64,
    /// From 0.
    pub replication: u64,
    pub seed: u64,
}

/// The draws of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplayResult {
    pub replay: PersonReplay,
}

/// Draws one person again.
///
/// # Errors
/// The files cannot be read or have mistakes, or there is no such person.
pub fn replay(request: &ReplayRequest) -> Result<ReplayResult, Error> {
    let inputs = folder::open_inputs(&request.scheme, request.reach)?;
    let found = draws(&inputs.scheme, &inputs.assumptions, request.seed, request.person, request.replication);
    Ok(ReplayResult { replay: found.map_err(anyhow::Error::msg)? })
}

impl ReplayResult {
    /// The draws in plain words.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::replay::text(&self.replay, terminal)
    }

    /// The draws for other programs.
    #[must_use]
    pub fn document(&self) -> report::replay::ReplayDocument<'_> {
        report::replay::document(&self.replay)
    }
}
