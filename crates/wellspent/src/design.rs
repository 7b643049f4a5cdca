//! Searches prices, gates, limits and fees for the scheme that does most for the public under a budget.

use std::path::{Path, PathBuf};

use base::literal::{Literal as _, ranged};
use base::money::{Pence, Rate, WHOLE};
use contract::Scheme;
use report::design::DesignAsked;
use simulation::assumptions::Assumptions;
pub use simulation::design::DesignAim;
use simulation::design::{DesignGoal, DesignSearchResult, design as search};
use simulation::fix::{together, written};
use simulation::stress::StressOptions;

use crate::Terminal;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder, SchemeInputs};
use crate::progress::{Progress, stoppable};
use crate::stress::{SCENARIOS, within};

/// What a design is wanted for.
#[derive(Clone, Debug)]
pub struct DesignRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// What the design is judged by.
    pub objective: DesignAim,
    /// The most that the payer may pay over the cohorts simulated, in pounds; none for what is intended today.
    pub budget: Option<f64>,
    /// The least share of what it is paid that the provider must keep on average to sign.
    pub margin: f64,
    /// The seed of every random draw.
    pub seed: u64,
    /// Scenarios in which the best design is tested.
    pub scenarios: u32,
}

/// The designs that were found.
#[derive(Debug)]
pub struct DesignResult {
    pub folder: SchemeFolder,
    pub scheme: Scheme,
    pub assumptions: Assumptions,
    pub found: DesignSearchResult,
    /// What a careful reader of the scheme's files would want to know, each as text with its place.
    pub warnings: Vec<String>,
    asked: DesignAsked,
}

/// Looks for the best design.
///
/// # Errors
/// The files cannot be read or have mistakes, or the progress stopped the run.
pub fn design(request: &DesignRequest, progress: Progress<'_>) -> Result<DesignResult, Error> {
    within("scenarios", request.scenarios, &SCENARIOS)?;
    let DesignRequest { objective, budget, margin, seed, .. } = *request;
    let SchemeInputs { folder, scheme, assumptions, warnings } = folder::open_inputs(&request.scheme, request.reach)?;
    let asked = DesignAsked { seed, scenarios: request.scenarios as usize, margin };
    let options = StressOptions { seed, scenarios: asked.scenarios, ..StressOptions::default() };
    let wanted = DesignGoal { objective, budget, margin };
    let found = stoppable(progress, |step| search(&folder.opened, (&scheme, &assumptions), wanted, options, step))?;
    Ok(DesignResult { folder, scheme, assumptions, found, warnings, asked })
}

impl DesignResult {
    /// The designs in plain words.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::design::text(&self.scheme, &self.assumptions, &self.found, &self.asked, terminal)
    }

    /// The designs for other programs.
    #[must_use]
    pub fn document(&self) -> report::design::DesignDocument {
        report::design::document(&self.scheme, &self.found, &self.asked)
    }

    /// Writes the best design into a new folder.
    ///
    /// # Errors
    /// The scheme is best as it is, the design cannot be written as text, or the folder cannot be written.
    pub fn write(&self, out: &Path) -> Result<(), Error> {
        let Some(best) = self.found.best.as_ref().filter(|best| !best.changes.is_empty()) else {
            return Err(Error::failed("there is no other design to write", "allow a larger --budget or another --objective"));
        };
        let Some(texts) = written(&self.folder.opened, &self.scheme, &together(&best.changes)) else {
            return Err(Error::failed("this design cannot be written as text", "make the changes by hand"));
        };
        Ok(folder::write_texts(out, &texts)?)
    }
}

/// "£450m" as pounds.
///
/// # Errors
/// It is not an amount above zero.
pub fn budget(text: &str) -> Result<f64, Error> {
    match ranged::<Pence>(text) {
        Ok(amount) if amount.value.0 > 0 => Ok(amount.value.pounds()),
        Ok(_) => Err(Error::failed(
            format!("a budget of {text} pays for nothing"),
            "write an amount above zero, such as --budget £450m",
        )),
        Err(wrong) => Err(Error::failed(format!("--budget {text}: {}; expected {}", wrong.what, Pence::EXPECTED), wrong.fix)),
    }
}

/// "5%" as a proportion.
///
/// # Errors
/// It is not a share that somebody can keep.
pub fn margin(text: &str) -> Result<f64, Error> {
    match ranged::<Rate>(text) {
        Ok(share) if (0..WHOLE).contains(&share.value.0) => Ok(share.value.as_f64()),
        Ok(_) => {
            Err(Error::failed(format!("--margin {text}: nobody can keep such a share"), "write a share from 0% to below 100%"))
        }
        Err(wrong) => Err(Error::failed(format!("--margin {text}: {}; expected {}", wrong.what, Rate::EXPECTED), wrong.fix)),
    }
}
