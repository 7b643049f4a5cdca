//! Repeats the run of an assurance pack from its own inputs and options, and says what differs.

use std::path::{Path, PathBuf};

use report::verify::{Verified, VerifyDocument};

use crate::Terminal;
use crate::error::{Error, ErrorKind};
use crate::fix::{FixRequest, fix};
use crate::folder::Reach;
use crate::pack::compare::FoundPack;
use crate::pack::packed_command::{MANIFEST, PROGRAM, PackedCommand};
use crate::pack::{Pack, inputs, seal};
use crate::progress::Progress;
use crate::sensitivity::{SensitivityRequest, sensitivity};
use crate::stress::{StressRequest, stress};

/// Which pack is to be verified.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    /// The folder that was given to `--pack`.
    pub pack: PathBuf,
    pub reach: Reach,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyResult {
    pub pack: PathBuf,
    /// What is not as it should be, each in words; nothing in a pack that is as it was written.
    pub wrong: Vec<String>,
    /// Files that were compared with the run made again; none where it could not be made.
    pub compared: usize,
    /// The SHA-256 of the pack's list of hashes.
    pub fingerprint: Option<String>,
    /// The version that wrote the pack, where it is not this one.
    pub written_by: Option<String>,
    /// Mistakes in the pack's inputs, each as text with its place.
    pub warnings: Vec<String>,
}

/// Verifies a pack.
///
/// # Errors
/// The folder cannot be read or is not a pack, or the progress stopped the run.
pub fn verify(request: &VerifyRequest, progress: Progress<'_>) -> Result<VerifyResult, Error> {
    let place = request.pack.display();
    if !request.pack.is_dir() {
        let what = match request.pack.exists() {
            true => format!("{place} is a file, and an assurance pack is a folder"),
            false => format!("there is no folder {place}"),
        };
        return Err(Error::failed(what, "name the folder that was given to --pack"));
    }
    let files = seal::read(&request.pack)?;
    if !files.contains_key(MANIFEST) && !files.contains_key(seal::SUMS) {
        return Err(Error::failed(
            format!("{place} is not an assurance pack: it has no {MANIFEST}"),
            "`wellspent stress SCHEME --pack DIR` writes one",
        ));
    }
    let found = FoundPack::of(files);
    let mut wrong = found.before();
    let mut warnings = Vec::new();
    let made = match &found.manifest {
        Ok(manifest) => again(request, manifest.command, progress, &mut warnings)?,
        Err(_) => None,
    };
    match &made {
        Some(made) => {
            wrong.extend(found.against(&made.files));
            wrong.extend(made.failed.iter().map(|name| format!("a check FAILED: {name} (see checks.md)")));
        }
        None => {
            wrong.extend(found.unsealed());
            wrong.push("we could not repeat the run, so only the hashes were compared".to_owned());
        }
    }
    Ok(VerifyResult {
        pack: request.pack.clone(),
        wrong,
        compared: made.as_ref().map_or(0, |made| made.files.len()),
        fingerprint: found.files.get(seal::SUMS).map(|list| seal::sha256(list)),
        written_by: found.other_program().map(str::to_owned),
        warnings,
    })
}

/// The run made again; `None` when there are no inputs, or they have mistakes.
fn again(
    request: &VerifyRequest,
    command: PackedCommand,
    progress: Progress<'_>,
    warnings: &mut Vec<String>,
) -> Result<Option<Pack>, Error> {
    let path = request.pack.join(inputs::FOLDER);
    if !path.is_dir() {
        return Ok(None);
    }
    match run(command, &path, request.reach, progress) {
        Ok(pack) => Ok(Some(pack)),
        Err(error) if error.kind == ErrorKind::Mistakes => {
            warnings.extend(error.problems);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The same run by the same function that the command calls, so that a pack can ask for nothing that the command could not.
fn run(command: PackedCommand, inputs: &Path, reach: Reach, progress: Progress<'_>) -> Result<Pack, Error> {
    let scheme = inputs.to_owned();
    match command {
        PackedCommand::Stress { seed, replications, scenarios } => {
            stress(&StressRequest { scheme, reach, seed, replications, scenarios }, progress)?.pack()
        }
        PackedCommand::Fix { seed, scenarios } => fix(&FixRequest { scheme, reach, seed, scenarios }, progress)?.pack(),
        PackedCommand::Sensitivity { seed } => sensitivity(&SensitivityRequest { scheme, reach, seed }, progress)?.pack(),
    }
}

impl VerifyResult {
    /// The answer in plain words.
    #[must_use]
    pub fn text(&self, terminal: Terminal) -> String {
        report::verify::text(&self.found(&self.pack.display().to_string()), terminal)
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> VerifyDocument {
        VerifyDocument::from(&self.found(&self.pack.display().to_string()))
    }

    fn found<'a>(&'a self, place: &'a str) -> Verified<'a> {
        Verified {
            place,
            wrong: &self.wrong,
            compared: self.compared,
            fingerprint: self.fingerprint.as_deref(),
            written_by: self.written_by.as_deref(),
            program: PROGRAM,
        }
    }
}
