//! Keeps the ledger: entries as they were sealed, in order, never changed. SQLite in one file by default, PostgreSQL by URL;
//! the same few functions, the same one table.
//!
//! What entries mean is `ledger`'s business. Here they are sealed and written, all entries of one decision in one
//! transaction, while nobody else can write; and every entry that is read is compared with the chain before it counts.
//! This crate knows no scheme and no terminal, and has no clock: whoever writes says what time it is.

mod place;
mod postgresql;
mod sqlite;
mod tls;

use crate::{Entry, Fault, Ledger, Sealed};
use anyhow::{Context as _, bail};

pub use place::without_password;

/// The ledger as it is kept, and what it said when it was last read.
pub struct Store {
    keeper: Keeper,
    ledger: Ledger,
}

enum Keeper {
    Sqlite(sqlite::Sqlite),
    // Much larger than the other.
    PostgreSql(Box<postgresql::PostgreSql>),
}

/// How a store is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// It must be there.
    Existing,
    /// It is made when it is not there.
    OrNew,
}

impl Store {
    /// Opens a ledger and reads it whole; every entry is checked, and one that does not stand is an error that holds a
    /// [`Fault`]. `place` is a file, or a URL that begins with `postgres://` or `postgresql://`.
    pub fn open(place: &str, open: Open) -> anyhow::Result<Store> {
        let keeper = match place::read(place)? {
            place::Place::PostgreSql(server) => Keeper::PostgreSql(Box::new(postgresql::PostgreSql::open(*server, open)?)),
            place::Place::File(path) => Keeper::Sqlite(sqlite::Sqlite::open(&path, open)?),
        };
        let mut store = Store { keeper, ledger: Ledger::default() };
        store.refresh()?;
        Ok(store)
    }

    /// What the ledger said when it was last read or written.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Reads what others have written since.
    pub fn refresh(&mut self) -> anyhow::Result<()> {
        let new = self.entries_after(self.ledger.head().number)?;
        take_all(&mut self.ledger, &new)
    }

    /// The entries after a number, as they are kept and unchecked.
    pub fn entries_after(&mut self, number: u64) -> anyhow::Result<Vec<Sealed>> {
        match &mut self.keeper {
            Keeper::Sqlite(sqlite) => sqlite.entries_after(number),
            Keeper::PostgreSql(postgresql) => postgresql.entries_after(number),
        }
    }

    /// Writes what `decide` makes of the ledger as it is at that moment. Nobody else writes in between; all of it is written
    /// and on the disk when this returns well, and none of it when `decide` refuses. What was written is read back by another
    /// connection before this returns. After an error in the middle of a commit it may be there or not; to do the same again is
    /// always safe.
    pub fn append<T, E>(
        &mut self,
        recorded: &str,
        decide: impl FnOnce(&Ledger) -> Result<(T, Vec<Entry>), E>,
    ) -> anyhow::Result<Result<T, E>> {
        // After an error what was read is forgotten and read again: it may have run ahead of what is kept.
        let mut ledger = std::mem::take(&mut self.ledger);
        let after = ledger.head().number;
        let mut written = Vec::new();
        let work = |new: Vec<Sealed>| {
            take_all(&mut ledger, &new)?;
            match decide(&ledger) {
                Ok((answer, entries)) => {
                    written = seal_all(&mut ledger, &entries, recorded)?;
                    Ok((Ok(answer), written.clone()))
                }
                Err(refusal) => Ok((Err(refusal), Vec::new())),
            }
        };
        let answer = match &mut self.keeper {
            Keeper::Sqlite(sqlite) => sqlite.write(after, work)?,
            Keeper::PostgreSql(postgresql) => postgresql.write(after, work)?,
        };
        self.read_back(&written)?;
        self.ledger = ledger;
        Ok(answer)
    }

    /// Whether what was written is there for others too: a file that was taken away while it was open takes everything, and
    /// keeps nothing.
    fn read_back(&mut self, written: &[Sealed]) -> anyhow::Result<()> {
        let Some(first) = written.first() else { return Ok(()) };
        let hint = "look at it with: wellspent ledger verify STORE; then do the same again: nothing is written twice";
        let found = match &mut self.keeper {
            Keeper::Sqlite(sqlite) => sqlite.by_another_connection(first.number - 1),
            Keeper::PostgreSql(postgresql) => postgresql.by_another_connection(first.number - 1),
        };
        let found = found.with_context(|| "what was written to the ledger could not be read back by another connection")?;
        // Somebody else may have written behind it by now.
        if found.len() < written.len() || found[..written.len()] != *written {
            bail!("what was written to the ledger is not there for another connection: it is not kept\n\nhint: {hint}");
        }
        Ok(())
    }

    /// What the database itself finds wrong with its file, beyond what the chain shows.
    pub fn damage(&mut self) -> anyhow::Result<Vec<String>> {
        match &mut self.keeper {
            Keeper::Sqlite(sqlite) => sqlite.damage(),
            // The server looks after its own files.
            Keeper::PostgreSql(_) => Ok(Vec::new()),
        }
    }
}

fn take_all(ledger: &mut Ledger, entries: &[Sealed]) -> anyhow::Result<()> {
    for sealed in entries {
        ledger.take(sealed)?;
    }
    let number = ledger.head().number;
    Ok(ledger.ties().map_err(|what| Fault { number, what })?)
}

/// Seals entries behind the head. What would break a law of the ledger is never written.
fn seal_all(ledger: &mut Ledger, entries: &[Entry], recorded: &str) -> anyhow::Result<Vec<Sealed>> {
    let mut sealed = Vec::with_capacity(entries.len());
    for entry in entries {
        let head = ledger.head();
        let next = Sealed::new(entry, head.number + 1, recorded, head.hash);
        ledger.take(&next)?;
        sealed.push(next);
    }
    let number = ledger.head().number;
    ledger.ties().map_err(|what| Fault { number, what })?;
    Ok(sealed)
}

/// The steps that bring a database to the form that this program knows, each done once, in order. A step that was released
/// is never changed.
fn steps_to_do<'a>(steps: &'a [&'a str], done: i64) -> anyhow::Result<&'a [&'a str]> {
    match usize::try_from(done).ok().and_then(|done| steps.get(done..)) {
        Some(rest) => Ok(rest),
        None => bail!(
            "the ledger was written by a newer wellspent (form {done}; this one knows {})\n\nhint: use the newer one",
            steps.len()
        ),
    }
}
