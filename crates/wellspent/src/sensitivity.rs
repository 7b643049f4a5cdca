//! Says which of the uncertain assumptions the result of a stress test depends on.

use std::path::PathBuf;

use contract::Scheme;
use report::sensitivity_summary;
use simulation::assumptions::Assumptions;
use simulation::sensitivity::{SensitivityAnalysis, SensitivityOptions, sensitivity as look};

use crate::Terminal;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder, SchemeInputs};
use crate::pack::packed_command::PackedCommand;
use crate::pack::{self, Pack, PackedRun};
use crate::progress::{Progress, stoppable};

/// What is to be looked at.
#[derive(Clone, Debug)]
pub struct SensitivityRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The seed of every random draw.
    pub seed: u64,
}

/// What the result depends on.
#[derive(Debug)]
pub struct SensitivityResult {
    pub folder: SchemeFolder,
    pub scheme: Scheme,
    pub assumptions: Assumptions,
    pub found: SensitivityAnalysis,
    /// What a careful reader of the scheme's files would want to know, each as text with its place.
    pub warnings: Vec<String>,
    seed: u64,
}

/// Moves the uncertain assumptions over their ranges and says which of them matter.
///
/// # Errors
/// The files cannot be read or have mistakes, or the progress stopped the run.
pub fn sensitivity(request: &SensitivityRequest, progress: Progress<'_>) -> Result<SensitivityResult, Error> {
    let SchemeInputs { folder, scheme, assumptions, warnings } = folder::open_inputs(&request.scheme, request.reach)?;
    let options = SensitivityOptions { seed: request.seed, ..SensitivityOptions::default() };
    let found = stoppable(progress, |step| look(&folder.opened, &scheme, &assumptions, options, step))?;
    Ok(SensitivityResult { folder, scheme, assumptions, found, warnings, seed: request.seed })
}

impl SensitivityResult {
    /// What matters, in plain words.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        sensitivity_summary::text(&self.scheme, &self.found, self.seed, terminal)
    }

    /// The same as a page with charts.
    #[must_use]
    pub fn html(&self) -> String {
        report::sensitivity::page(&self.scheme, &self.found, &sensitivity_summary::notes(&self.found, self.seed))
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> sensitivity_summary::SensitivityDocument<'_> {
        sensitivity_summary::document(&self.scheme, &self.found, self.seed)
    }

    /// The assurance pack of the run.
    ///
    /// # Errors
    /// A file of the pack cannot be made.
    pub fn pack(&self) -> Result<Pack, Error> {
        let results = vec![(pack::SUMMARY.to_owned(), self.text(Terminal::PLAIN)), ("report.html".to_owned(), self.html())];
        let command = PackedCommand::Sensitivity { seed: self.seed };
        let run = PackedRun {
            command,
            folder: &self.folder,
            scheme: &self.scheme,
            assumptions: &self.assumptions,
            results,
            stress: None,
        };
        Ok(pack::of(&run)?)
    }
}
