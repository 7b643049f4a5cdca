//! Compares two schemes: every changed term, what it costs, who is better and worse off, and which risks went away or appeared.

use std::path::PathBuf;

use base::english::counted;
use report::compare::{CompareReport, TestedRisk, TestedScheme};
use simulation::assumptions::ASSUMPTIONS_FILE;

use crate::error::Error;
use crate::folder::Reach;
use crate::progress::Progress;
use crate::stress::{StressRequest, StressResult, stress};

/// Two schemes that are to be compared, and how hard they are tested.
#[derive(Clone, Debug)]
pub struct CompareRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub old: PathBuf,
    pub new: PathBuf,
    pub reach: Reach,
    /// The seed of every random draw, the same for both.
    pub seed: u64,
    /// Replications on which both are compared.
    pub replications: u32,
    /// Scenarios to try for each.
    pub scenarios: u32,
}

/// Two schemes compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareResult {
    pub report: CompareReport,
    /// What a careful reader of either scheme's files would want to know, each as text with its place.
    pub warnings: Vec<String>,
}

/// Tests both schemes with the same random numbers and compares them.
///
/// # Errors
/// The files cannot be read or have mistakes, or the progress stopped the run.
pub fn compare(request: &CompareRequest, progress: Progress<'_>) -> Result<CompareResult, Error> {
    let CompareRequest { reach, seed, replications, scenarios, .. } = *request;
    let asked = |scheme: &PathBuf| StressRequest { scheme: scheme.clone(), reach, seed, replications, scenarios };
    let old = stress(&asked(&request.old), &|what, part| progress(what, part / 2.0))?;
    let new = stress(&asked(&request.new), &|what, part| progress(what, 0.5 + part / 2.0))?;
    let tried = match scenarios {
        0 => "no scenarios".to_owned(),
        count => counted(count, "scenario", "scenarios"),
    };
    let mut notes = vec![format!(
        "Both schemes are tested with seed {seed}, {replications} replications and {tried}. ± is the 95% simulation error, shown \
         where it would change the figure."
    )];
    let assumptions = |tested: &StressResult| tested.folder.files.get(ASSUMPTIONS_FILE).cloned();
    if assumptions(&old) != assumptions(&new) || old.stress_people() != new.stress_people() {
        notes.push(
            "The two schemes have different assumptions or people, so not every difference comes from the contract.".to_owned(),
        );
    }
    let report = CompareReport::of(&tested(&old), &tested(&new), seed, notes);
    Ok(CompareResult { report, warnings: [old.warnings, new.warnings].concat() })
}

impl StressResult {
    /// How many people were simulated.
    fn stress_people(&self) -> f64 {
        self.stress.results.people
    }
}

fn tested(result: &StressResult) -> TestedScheme<'_> {
    let looked_for = result.stress.reported.iter().filter(|reported| reported.finding.not_looked_for.is_none());
    TestedScheme {
        folder: result.folder.path.display().to_string(),
        scheme: &result.scheme,
        results: &result.stress.results,
        risks: looked_for
            .map(|reported| TestedRisk {
                name: reported.finding.name(),
                present: reported.finding.present,
                share_of_scenarios: reported.share_of_scenarios,
            })
            .collect(),
        scenarios: result.stress.scenarios,
    }
}
