//! Looks for the cheapest changes to the rules that remove what a stress test finds, and writes them into a new scheme.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use contract::Scheme;
use report::fix_json::FixDocument;
use simulation::assumptions::Assumptions;
use simulation::fix::{FixSearchResult, fix as search, written};
use simulation::stress::StressOptions;

use crate::Terminal;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder, SchemeInputs};
use crate::pack::packed_command::PackedCommand;
use crate::pack::{self, Pack, PackedRun};
use crate::progress::{Progress, stoppable};
use crate::stress::{SCENARIOS, within};

/// What is to be fixed, and how hard to look.
#[derive(Clone, Debug)]
pub struct FixRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The seed of every random draw.
    pub seed: u64,
    /// Scenarios in which the chosen changes are tried.
    pub scenarios: u32,
}

/// The changes that were found.
#[derive(Debug)]
pub struct FixResult {
    pub folder: SchemeFolder,
    pub scheme: Scheme,
    pub assumptions: Assumptions,
    pub found: FixSearchResult,
    /// What a careful reader of the scheme's files would want to know, each as text with its place.
    pub warnings: Vec<String>,
    request: FixRequest,
}

/// Looks for changes to the rules.
///
/// # Errors
/// The files cannot be read or have mistakes, or the progress stopped the run.
pub fn fix(request: &FixRequest, progress: Progress<'_>) -> Result<FixResult, Error> {
    within("scenarios", request.scenarios, &SCENARIOS)?;
    let SchemeInputs { folder, scheme, assumptions, warnings } = folder::open_inputs(&request.scheme, request.reach)?;
    let options = StressOptions { seed: request.seed, scenarios: request.scenarios as usize, ..StressOptions::default() };
    let found = stoppable(progress, |step| search(&folder.opened, &scheme, &assumptions, options, step))?;
    Ok(FixResult { folder, scheme, assumptions, found, warnings, request: request.clone() })
}

impl FixResult {
    /// The changes in plain words.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::fix::text(&self.scheme, &self.assumptions.name, &self.found, terminal)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> FixDocument {
        FixDocument::of(&self.scheme, &self.assumptions.name, &self.found)
    }

    /// Writes the changed scheme into a new folder. Gives what there is to say about it; `None` where nothing is to be changed.
    ///
    /// # Errors
    /// The changes cannot be written as text, or the folder cannot be written.
    pub fn write(&self, out: &Path) -> Result<Option<Vec<String>>, Error> {
        let Some(set) = &self.found.all else { return Ok(None) };
        let texts = written(&self.folder.opened, &self.scheme, &set.fix()).context("these changes cannot be written as text")?;
        folder::write_texts(out, &texts)?;
        let people = simulation::assumptions::people_file(&self.folder.opened);
        let note = |file| format!("We did not copy the file of people ({file}). Say in the new assumptions.toml where it is.");
        Ok(Some(people.map(note).into_iter().collect()))
    }

    /// The assurance pack of the run: what was found, and the changed scheme.
    ///
    /// # Errors
    /// A file of the pack cannot be made.
    pub fn pack(&self) -> Result<Pack, Error> {
        let mut results = vec![(pack::SUMMARY.to_owned(), self.text(Terminal::PLAIN))];
        let texts = self.found.all.as_ref().and_then(|set| written(&self.folder.opened, &self.scheme, &set.fix()));
        results.extend(texts.into_iter().flatten().map(|(name, text)| (format!("scheme/{name}"), text)));
        let command = PackedCommand::Fix { seed: self.request.seed, scenarios: self.request.scenarios };
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
