//! `wellspent pseudonymise RECORDS --purpose NAME --key FILE --out DIR`: the rows and columns that a purpose shows, for one
//! project, under names that nobody can work back without the key. The key never stands beside what was written or read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use linkage::persons::{Member, of_agency};
use linkage::pseudonym::{KEY_BYTES_MIN, Secret, payload};
use records::batch::Name;

use crate::args::{AccessArgs, DaysArgs};
use crate::print;
use records::files::Format;
use records::files::safe;
use records::files::through::asked;
use records::files::write::{Unfinished, Writer};
use wellspent::access_log;
use wellspent::agencies;
use wellspent::folder;

#[derive(Args)]
pub struct Pseudonymise {
    /// The folder with persons.csv, purposes.toml and a folder of records for each agency
    records: PathBuf,
    #[command(flatten)]
    access: AccessArgs,
    /// The file with the key: at least 32 random bytes, kept apart from all records
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The folder to write to, which must be empty or new
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    days: DaysArgs,
}

pub fn run(command: &Pseudonymise) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&command.out).with_context(|| format!("could not make the folder {}", command.out.display()))?;
    apart(&command.key, &command.out)?;
    apart(&command.key, &command.records)?;
    let secret = secret(&command.key)?;
    folder::must_be_new(&command.out)?;
    let access = command.access.access()?;
    let mut agencies = agencies::open(&command.records, &access.purpose, command.days.days())?;
    access_log::note(&command.records, &access, "pseudonymise", &[])?;
    let members: Vec<Member> = agencies.members.clone();
    let names: Vec<String> = agencies.folders.keys().cloned().collect();
    // All folders at once: with some agencies' tables and not others', somebody's records would read as if there were no more.
    let unfinished: Vec<Unfinished> =
        names.iter().map(|agency| Unfinished::begin(&command.out.join(agency))).collect::<anyhow::Result<_>>()?;
    for agency in names {
        let people: BTreeMap<Name<'_>, &Member> = of_agency(&members, &agency);
        let to = command.out.join(&agency);
        let mut writers = BTreeMap::new();
        agencies.each(&agency, &|purpose, table| purpose.touches(table), &|_| asked(true), &mut |purpose, batch| {
            let table = batch.table;
            let batch = payload(batch, purpose, &people, &secret, command.days.days().days());
            if !writers.contains_key(table.name) {
                writers.insert(table.name, (table, Writer::begin(&to, table, Format::Csv)?));
            }
            writers.get_mut(table.name).map_or(Ok(()), |(_, writer)| writer.write(&batch))
        })?;
        for (_, (table, writer)) in writers {
            writer.end(table)?;
        }
    }
    unfinished.into_iter().try_for_each(Unfinished::end)?;
    print::notes(agencies.left_out().as_slice());
    print::stderr(&format!("wrote {}", command.out.display()));
    Ok(ExitCode::SUCCESS)
}

/// Refuses a key that lies where the data lie: whoever got a copy of the folder would have both.
fn apart(key: &Path, folder: &Path) -> anyhow::Result<()> {
    let place = key.canonicalize().with_context(|| format!("could not open the key {}", key.display()))?;
    let folder = folder.canonicalize().with_context(|| format!("could not find the folder {}", folder.display()))?;
    let beside = place.parent().is_some_and(|parent| parent.starts_with(&folder) || folder.parent() == Some(parent));
    if beside {
        bail!(
            "the key {} lies in or beside {}\n\nhint: keep it where only who may undo the pseudonyms can read it, on another \
             drive or with another organisation; a key that travels with the data protects nobody",
            key.display(),
            folder.display()
        );
    }
    Ok(())
}

fn secret(path: &Path) -> anyhow::Result<Secret> {
    /// Nobody's key is longer.
    const LARGEST_KEY_BYTES: u64 = 1 << 12;
    let file = safe::open(path, LARGEST_KEY_BYTES)?;
    private(path, &file.metadata().with_context(|| format!("could not read {}", path.display()))?)?;
    Secret::new(&safe::read(path, LARGEST_KEY_BYTES)?).map_err(|weak| {
        anyhow::anyhow!(
            "the key {} {weak}, so it could be guessed; a key is at least {KEY_BYTES_MIN} random bytes\n\nhint: {MAKE_A_KEY}",
            path.display()
        )
    })
}

const MAKE_A_KEY: &str = "make one with: umask 077; openssl rand -hex 32 > KEY";

/// Refuses a key that others on this machine can read.
#[cfg(unix)]
fn private(path: &Path, metadata: &std::fs::Metadata) -> anyhow::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    if metadata.mode() & 0o077 != 0 {
        bail!(
            "other users of this machine may read or change the key {}\n\nhint: if nobody else has seen it: chmod 600 {}; else \
             {MAKE_A_KEY}",
            path.display(),
            path.display()
        );
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &Path, _: &std::fs::Metadata) -> anyhow::Result<()> {
    Ok(())
}
