//! The choke point: whatever is published about people passes here. The tables are checked together with everything that was published
//! before, the register remembers them with a record of the request, and only what may be shown comes out, as a [`Publication`].
//! Nothing comes out before the register has it.

pub(crate) mod measured;
mod people_tables;
mod register_file;

use std::path::{Path, PathBuf};

use base::day::day;
use base::problem::Problem;
use disclosure::nested::PopulationVersions;
use disclosure::publication::Publication;
use disclosure::register::{AlikeMeasures, PastRelease, ReleaseRegister, ReleaseRequest};
use disclosure::release::{ApprovedRelease, RefusedRelease, release};
use disclosure::rules::{self, DisclosurePolicy};
use disclosure::secondary::SearchLimits;
use disclosure::system::CellId;
use disclosure::table::StatisticalTable;
use disclosure::words::CellShown;
use jiff::civil::Date;
use report::publication::PublishedResult;
pub use report::releases::ReleaseRecords;
use sha2::{Digest as _, Sha256};

use self::register_file::RegisterFile;
use crate::access_log::Actor;
use crate::agencies;
use crate::error::{Error, ErrorKind};

/// The file in the folder of records in which the data controller sets what may be published.
pub const DISCLOSURE_FILE: &str = "disclosure.toml";

/// A release that somebody asks for.
#[derive(Clone, Debug)]
pub struct PublishOptions {
    /// The name of the release, such as "Reoffending by area, June 2028".
    pub name: String,
    pub actor: Actor,
    /// The day of the release.
    pub today: Date,
    /// The register of releases. It is begun where there is none.
    pub register: PathBuf,
}

/// What was published, with what the person who asked should know.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedRelease {
    pub result: PublishedResult,
    /// The record of the request, a line each. Cells are named by position, so it says no number of the tables.
    pub audit: Vec<String>,
    pub notes: Vec<String>,
}

/// Tables that are to be published together.
pub(crate) struct ReleaseDraft {
    /// What was asked for, in words.
    pub(crate) asked: String,
    /// Whom all tables are about. Other records, even of the same people, are another population.
    pub(crate) population: String,
    pub(crate) tables: Vec<StatisticalTable>,
    pub(crate) sums: Vec<(CellId, Vec<CellId>)>,
    /// Cells within one another.
    pub(crate) within: Vec<(CellId, CellId)>,
    /// Measures that have the same people in a category.
    pub(crate) alike: Vec<AlikeMeasures>,
    /// So many of the last tables are published only where every number of the others is: they say how large a hidden one can be.
    pub(crate) only_if_open: usize,
    /// Totals that are published if that is possible at all.
    pub(crate) keep: Vec<CellId>,
}

/// The policy of a folder of records; the default where it sets none.
pub(crate) fn policy(records: &Path) -> anyhow::Result<DisclosurePolicy> {
    let read = agencies::read(records, DISCLOSURE_FILE, |reader| rules::read(reader, DISCLOSURE_FILE))?;
    Ok(read.unwrap_or_default())
}

/// Publishes tables: protects them, remembers them, and lays out what may be shown.
///
/// # Errors
/// What is asked for cannot be published safely, or the register cannot be read or written: then nothing is published.
pub(crate) fn publish(
    options: &PublishOptions,
    policy: &DisclosurePolicy,
    draft: ReleaseDraft,
    laid_out: impl FnOnce(Publication) -> PublishedResult,
) -> Result<PublishedRelease, Error> {
    if [options.name.as_str(), options.actor.name()].iter().any(|text| text.chars().any(char::is_control)) {
        return Err(Error::failed(
            "the name of the release, or of who asks, has a line break or another control character",
            "write it on one line: it stands in the record of the release",
        ));
    }
    let mut file = RegisterFile::open(&options.register)?;
    let only_if_open = draft.only_if_open;
    let mut request = request(options, file.register(), draft);
    let found = attempt(file.register(), policy, &mut request, only_if_open);
    let approved = match found {
        Ok(approved) => approved,
        Err(refused) => {
            let entry = PastRelease {
                cells: Vec::new(),
                sums: Vec::new(),
                within: Vec::new(),
                numbers: Vec::new(),
                nested: Vec::new(),
                versions: Vec::new(),
                audit: refused.audit,
            };
            file.add(&entry)?;
            return Err(refusal(refused.problem));
        }
    };
    let ApprovedRelease { publication, mut entry, .. } = approved;
    let result = laid_out(publication);
    entry.audit.fingerprint = hex(&Sha256::digest(result.csv().as_bytes()));
    file.add(&entry)?;
    let mut notes = Vec::new();
    if file.is_new() {
        notes.push(format!(
            "{} is a new register. Use it for every later release about these people, and keep it with the records: it holds the true \
             numbers of hidden cells",
            options.register.display()
        ));
    }
    if !policy.assumed.is_empty() {
        notes.push(format!(
            "nobody set {}, so the usual values count: write them into {DISCLOSURE_FILE} in the folder of records",
            policy.assumed.join(", ")
        ));
    }
    Ok(PublishedRelease { result, audit: entry.audit.lines(), notes })
}

fn request(options: &PublishOptions, register: &ReleaseRegister, draft: ReleaseDraft) -> ReleaseRequest {
    let mut versions: Vec<PopulationVersions> = Vec::new();
    for cell in register.releases.iter().flat_map(|release| &release.cells) {
        let is_known = versions.iter().any(|version| version.earlier == cell.id.population);
        if !is_known && cell.id.population != draft.population {
            versions.push(PopulationVersions { earlier: cell.id.population.clone(), later: draft.population.clone() });
        }
    }
    ReleaseRequest {
        name: options.name.clone(),
        actor: options.actor.name().to_owned(),
        day: day(options.today),
        asked: draft.asked,
        tables: draft.tables,
        numbers: Vec::new(),
        sums: draft.sums,
        within: draft.within,
        alike: draft.alike,
        keep: draft.keep,
        exceptions: Vec::new(),
        nested: Vec::new(),
        versions,
    }
}

/// With everything that should be published, and with less where that is not possible.
fn attempt(
    register: &ReleaseRegister,
    policy: &DisclosurePolicy,
    request: &mut ReleaseRequest,
    only_if_open: usize,
) -> Result<ApprovedRelease, Box<RefusedRelease>> {
    let limits = SearchLimits::default();
    if only_if_open > 0 {
        let found = release(register, policy, &limits, request);
        let is_open = |found: &ApprovedRelease| found.tables.iter().flatten().all(|cell| matches!(cell, CellShown::Value(_)));
        if policy.rounding_base.is_none() && found.as_ref().is_ok_and(is_open) {
            return found;
        }
        request.tables.truncate(request.tables.len().saturating_sub(only_if_open));
    }
    let found = release(register, policy, &limits, request);
    if found.is_ok() || request.keep.is_empty() {
        return found;
    }
    request.keep.clear();
    release(register, policy, &limits, request)
}

/// The answer is no.
fn refusal(problem: Problem) -> Error {
    Error {
        kind: ErrorKind::Refused,
        problems: Vec::new(),
        what: format!("nothing is published: {}", problem.what),
        hint: problem.fix,
        notes: Vec::new(),
    }
}

/// A table that cannot be checked is not published.
pub(crate) fn unpublishable(problem: &Problem) -> Error {
    refusal(problem.clone())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The records of all requests in a register, approved and refused.
///
/// # Errors
/// The register cannot be read.
pub fn release_records(register: &Path) -> Result<ReleaseRecords, Error> {
    let register = register_file::read(register)?;
    Ok(ReleaseRecords(register.releases.into_iter().map(|release| release.audit).collect()))
}
