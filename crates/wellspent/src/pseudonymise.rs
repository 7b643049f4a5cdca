//! Writes the rows and columns that a purpose covers, for one project, under pseudonyms that nobody can undo without the key. The
//! key must lie apart from everything that is read or written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use linkage::persons::{Member, of_agency};
use linkage::pseudonym::{KEY_BYTES_MIN, Secret, payload};
use outcomes::QueryDates;
use records::batch::Name;
use records::files::FileFormat;
use records::files::gated::basic_rules;
use records::files::safe;
use records::files::write::{Unfinished, Writer};
use report::machine_readable::JsonDocument;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access_log::{self, Access};
use crate::agencies;
use crate::error::Error;
use crate::folder;

/// What is written, for whom.
#[derive(Clone, Debug)]
pub struct PseudonymiseRequest {
    /// The folder of several agencies.
    pub records: PathBuf,
    pub access: Access,
    /// The file with the key: at least 32 random bytes.
    pub key: PathBuf,
    /// The folder to write to, which must be empty or new.
    pub out: PathBuf,
    pub days: QueryDates,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PseudonymisedRecords {
    pub folder: PathBuf,
    pub notes: Vec<String>,
}

impl PseudonymisedRecords {
    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> PseudonymiseDocument {
        PseudonymiseDocument { folder: self.folder.display().to_string(), notes: self.notes.clone() }
    }
}

/// Records that were written under pseudonyms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PseudonymiseDocument {
    /// the folder that was written
    pub folder: String,
    /// what there is to say of the records
    pub notes: Vec<String>,
}

impl JsonDocument for PseudonymiseDocument {
    const SCHEMA: &'static str = "wellspent-pseudonymise/1";
    const COMMAND: &'static str = "wellspent pseudonymise --json";
}

/// Writes the tables under pseudonyms. The access log gets a row first.
///
/// # Errors
/// The purpose does not cover it, the key is weak or not kept apart, or the tables cannot be read or written.
pub fn pseudonymise(request: &PseudonymiseRequest) -> Result<PseudonymisedRecords, Error> {
    Ok(written(request)?)
}

fn written(request: &PseudonymiseRequest) -> anyhow::Result<PseudonymisedRecords> {
    let PseudonymiseRequest { records, access, key, out, days } = request;
    folder::must_be_folder(out)?;
    std::fs::create_dir_all(out).with_context(|| format!("could not make the folder {}", out.display()))?;
    kept_apart(key, out)?;
    kept_apart(key, records)?;
    let secret = secret(key)?;
    folder::must_be_new(out)?;
    let mut agencies = agencies::open(records, &access.purpose, *days)?;
    access_log::note(records, access, "pseudonymise", &[])?;
    let members: Vec<Member> = agencies.members.clone();
    let names: Vec<String> = agencies.folders.keys().cloned().collect();
    // All folders at once: with the tables of some agencies only, a person would seem to have no other records.
    let unfinished: Vec<Unfinished> =
        names.iter().map(|agency| Unfinished::begin(&out.join(agency))).collect::<anyhow::Result<_>>()?;
    for agency in names {
        let people: BTreeMap<Name<'_>, &Member> = of_agency(&members, &agency);
        let to = out.join(&agency);
        let mut writers = BTreeMap::new();
        agencies.note_others(&agency, &|purpose, table| purpose.touches(table))?;
        agencies.each(&agency, &|purpose, table| purpose.touches(table), &|_| basic_rules(true), &mut |purpose, _, batch| {
            let table = batch.table;
            let batch = payload(batch, purpose, &people, &secret, days.days());
            if !writers.contains_key(table.name) {
                writers.insert(table.name, (table, Writer::begin(&to, table, FileFormat::Csv)?));
            }
            writers.get_mut(table.name).map_or(Ok(()), |(_, writer)| writer.write(&batch))
        })?;
        for (_, (table, writer)) in writers {
            writer.end(table)?;
        }
    }
    unfinished.into_iter().try_for_each(Unfinished::end)?;
    Ok(PseudonymisedRecords { folder: out.clone(), notes: agencies.left_out().into_iter().collect() })
}

/// Refuses a key that lies with the data: a copy of the folder would hold both.
fn kept_apart(key: &Path, folder: &Path) -> anyhow::Result<()> {
    let place = key.canonicalize().with_context(|| format!("could not open the key {}", key.display()))?;
    let folder = folder.canonicalize().with_context(|| format!("could not find the folder {}", folder.display()))?;
    let beside = place.parent().is_some_and(|parent| parent.starts_with(&folder) || folder.parent() == Some(parent));
    if beside {
        bail!(Error::failed(
            format!("the key {} lies in or beside {}", key.display(), folder.display()),
            "keep it on another drive or with another organisation, where only people who may undo the pseudonyms can read it; a \
             key that travels with the data protects nobody"
        ));
    }
    Ok(())
}

fn secret(path: &Path) -> anyhow::Result<Secret> {
    /// No key is longer.
    const LARGEST_KEY_BYTES: u64 = 1 << 12;
    let file = safe::open(path, LARGEST_KEY_BYTES)?;
    private(path, &file.metadata().with_context(|| format!("could not read {}", path.display()))?)?;
    Secret::new(&safe::read(path, LARGEST_KEY_BYTES)?).map_err(|weak| {
        anyhow::Error::from(Error::failed(
            format!(
                "the key {} {weak}, so somebody could guess it; a key is at least {KEY_BYTES_MIN} random bytes",
                path.display()
            ),
            MAKE_A_KEY,
        ))
    })
}

const MAKE_A_KEY: &str = "make one with: umask 077; openssl rand -hex 32 > KEY";

/// Refuses a key that others on this machine can read.
#[cfg(unix)]
fn private(path: &Path, metadata: &std::fs::Metadata) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if metadata.mode() & 0o077 != 0 {
        bail!(Error::failed(
            format!("other users of this machine may read or change the key {}", path.display()),
            format!("if nobody else has seen it: chmod 600 {}; otherwise {MAKE_A_KEY}", path.display())
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path, _: &std::fs::Metadata) -> anyhow::Result<()> {
    Ok(())
}
