//! Tests a scheme against its own rules, and solves textbook cases.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use base::problem::Severity;
use contract::Scheme;
use report::json::StressDocument;
use report::{html, summary};
use simulation::assumptions::Assumptions;
use simulation::stress::{StressOptions, StressTest, memory_bytes, stress as stress_test};
use simulation::textbook::{self, ComparedFigure, TextbookCase};

use crate::Terminal;
use crate::error::Error;
use crate::folder::{self, Reach, SchemeFolder, SchemeInputs};
use crate::pack::packed_command::PackedCommand;
use crate::pack::{self, Pack, PackedRun};
use crate::progress::{Progress, stoppable};
use report::machine_readable::JsonDocument as _;
use report::textbook_json::{TextbookCaseEntry, TextbookDocument};

/// How many replications a stress test may have.
pub const REPLICATIONS: RangeInclusive<u32> = 20..=100_000;

/// How many scenarios a stress test, a search for fixes or a design may have.
pub const SCENARIOS: RangeInclusive<u32> = 0..=65_536;

/// More memory than this is refused before the run begins.
const MOST_MEMORY_BYTES: u64 = 12_000_000_000;

/// What is to be tested, and how hard.
#[derive(Clone, Debug)]
pub struct StressRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The seed of every random draw.
    pub seed: u64,
    /// Replications on which the findings are reported.
    pub replications: u32,
    /// Scenarios to try.
    pub scenarios: u32,
}

impl StressRequest {
    /// A request with the usual counts.
    #[must_use]
    pub fn new(scheme: &Path, reach: Reach) -> StressRequest {
        StressRequest { scheme: scheme.to_owned(), reach, seed: 1, replications: 200, scenarios: 64 }
    }

    pub(crate) fn options(&self) -> StressOptions {
        StressOptions { seed: self.seed, replications: self.replications as usize, scenarios: self.scenarios as usize }
    }
}

/// A scheme that was tested.
#[derive(Debug)]
pub struct StressResult {
    pub folder: SchemeFolder,
    pub scheme: Scheme,
    pub assumptions: Assumptions,
    pub stress: StressTest,
    /// What a careful reader of the scheme's files would want to know, each as text with its place.
    pub warnings: Vec<String>,
    request: StressRequest,
}

/// Tests a scheme.
///
/// # Errors
/// The files cannot be read or have mistakes, the run would not fit into memory, or the progress stopped it.
pub fn stress(request: &StressRequest, progress: Progress<'_>) -> Result<StressResult, Error> {
    within("replications", request.replications, &REPLICATIONS)?;
    within("scenarios", request.scenarios, &SCENARIOS)?;
    let SchemeInputs { folder, scheme, assumptions, warnings } = folder::open_inputs(&request.scheme, request.reach)?;
    let needed = memory_bytes(&scheme, &assumptions, request.options());
    if needed > MOST_MEMORY_BYTES {
        return Err(Error::failed(
            format!("this run would need about {} GB in memory", needed / 1_000_000_000),
            "simulate fewer years (`years` in assumptions.toml), fewer people, or fewer --replications",
        ));
    }
    let options = request.options();
    let stress = stoppable(progress, |step| stress_test(&folder.opened, &scheme, &assumptions, options, step))?;
    Ok(StressResult { folder, scheme, assumptions, stress, warnings, request: request.clone() })
}

/// Refuses a number that no run may have.
pub(crate) fn within(what: &str, number: u32, range: &RangeInclusive<u32>) -> Result<(), Error> {
    if range.contains(&number) {
        return Ok(());
    }
    Err(Error::failed(
        format!("{number} {what} are not possible"),
        format!("choose a number from {} to {}", range.start(), range.end()),
    ))
}

impl StressResult {
    /// What a commissioner takes in within half a minute; `paged` when the whole report is written elsewhere too.
    #[must_use]
    pub fn summary(&self, paged: bool, terminal: Terminal) -> String {
        summary::text(&self.scheme, &self.assumptions, &self.stress, self.request.options(), paged, terminal)
    }

    /// The whole report as a page.
    #[must_use]
    pub fn html(&self) -> String {
        html::page(&self.scheme, &self.assumptions, &self.stress, self.request.options())
    }

    /// The result for other programs, as docs/report-json.md describes it.
    #[must_use]
    pub fn document(&self) -> StressDocument {
        StressDocument::of(&self.scheme, &self.assumptions, &self.stress, self.request.options())
    }

    /// The assurance pack of the run.
    ///
    /// # Errors
    /// The result cannot be written as JSON.
    pub fn pack(&self) -> Result<Pack, Error> {
        let StressRequest { seed, replications, scenarios, .. } = self.request;
        let run = PackedRun {
            command: PackedCommand::Stress { seed, replications, scenarios },
            folder: &self.folder,
            scheme: &self.scheme,
            assumptions: &self.assumptions,
            results: vec![
                (pack::SUMMARY.to_owned(), self.summary(true, Terminal::PLAIN)),
                (pack::REPORT.to_owned(), self.document().json()?),
                ("report.html".to_owned(), self.html()),
            ],
            stress: Some(&self.stress),
        };
        Ok(pack::of(&run)?)
    }
}

/// Textbook cases that were solved.
#[derive(Debug)]
pub struct TextbookResult {
    pub cases: Vec<SolvedCase>,
    /// Whether the path named one case, and not a folder of them.
    single: bool,
}

/// One textbook case: what the textbook has, and what the engine finds.
#[derive(Debug)]
pub struct SolvedCase {
    /// The name of its folder.
    pub name: String,
    pub case: TextbookCase,
    pub compared: Vec<ComparedFigure>,
}

/// Whether a path names a textbook case, or a folder of them.
///
/// # Errors
/// The folder cannot be read.
pub fn is_textbook(scheme: &Path, reach: Reach) -> Result<bool, Error> {
    Ok(!folder::cases_in(scheme, reach)?.is_empty() || textbook::is_case(&folder::open(scheme, reach)?.opened))
}

/// Solves a textbook case, or every one of a folder, and compares the answers with the textbook.
///
/// # Errors
/// The files cannot be read, or have mistakes.
pub fn textbook(scheme: &Path, reach: Reach, seed: u64) -> Result<TextbookResult, Error> {
    let cases = folder::cases_in(scheme, reach)?;
    let single = cases.is_empty();
    let folders = if single { vec![folder::open(scheme, reach)?] } else { cases };
    let cases = folders.iter().map(|folder| solve(folder, seed)).collect::<Result<Vec<SolvedCase>, Error>>()?;
    Ok(TextbookResult { cases, single })
}

fn solve(folder: &SchemeFolder, seed: u64) -> Result<SolvedCase, Error> {
    let (case, mut problems) = textbook::read(&folder.opened);
    problems.retain(|problem| problem.severity == Severity::Error);
    match case.map(|case| textbook::compare(&folder.opened, &case, seed).map(|compared| (case, compared))) {
        Some(Ok((case, compared))) => return Ok(SolvedCase { name: folder.name(), case, compared }),
        Some(Err(found)) => problems.extend(found),
        None => {}
    }
    Err(folder.mistakes(&problems))
}

impl TextbookResult {
    /// How many figures differ from the textbook.
    #[must_use]
    pub fn differing(&self) -> usize {
        self.figures().filter(|one| !one.agrees()).count()
    }

    fn figures(&self) -> impl Iterator<Item = &ComparedFigure> {
        self.cases.iter().flat_map(|case| &case.compared)
    }

    /// One case with its question and what it teaches; or a table of many.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        let ending = report::textbook::ending(self.cases.len(), self.figures().count(), self.differing(), terminal);
        let body = match self.cases.as_slice() {
            [one] if self.single => report::textbook::text(&one.case, &one.compared, terminal),
            cases => {
                let rows: Vec<_> = cases.iter().map(|case| (case.name.clone(), case.compared.clone())).collect();
                report::textbook::table(&rows, terminal)
            }
        };
        format!("{body}\n{ending}")
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> TextbookDocument {
        let cases = self.cases.iter().map(|one| TextbookCaseEntry::of(&one.name, &one.case, &one.compared));
        TextbookDocument::of(cases.collect())
    }
}
