//! Keeps the ledger: entries as they were sealed, in order and never changed. It is one SQLite file by its path, or a PostgreSQL
//! database by its URL. Both have the same table and the same functions.
//!
//! All entries of one decision are written in one database transaction, while nobody else can write. Every entry that is read is
//! checked before it counts. The store has no clock: the caller gives the time.

mod damage;
mod location;
mod migrations;
mod postgresql;
mod sqlite;
mod tls;

use crate::{Ledger, LedgerEntry, LedgerError, SealedEntry};

pub use location::without_password;
pub use migrations::OpenMode;

/// A ledger in its file or database, and what it held when it was last read.
pub struct Store {
    backend: Backend,
    ledger: Ledger,
}

enum Backend {
    Sqlite(sqlite::SqliteLedger),
    // Boxed, because it is much larger than the other.
    PostgreSql(Box<postgresql::PostgreSqlLedger>),
}

impl Store {
    /// Opens a ledger, and reads and checks all of it. `place` is the path of a file, or a URL that begins with `postgres://` or
    /// `postgresql://`.
    ///
    /// # Errors
    /// The ledger cannot be opened, or an entry is broken.
    pub fn open(place: &str, mode: OpenMode) -> Result<Store, LedgerError> {
        let backend = match location::read(place)? {
            location::Location::PostgreSql(server) => {
                Backend::PostgreSql(Box::new(postgresql::PostgreSqlLedger::open(*server, mode)?))
            }
            location::Location::File(path) => Backend::Sqlite(sqlite::SqliteLedger::open(&path, mode)?),
        };
        let mut store = Store { backend, ledger: Ledger::default() };
        store.refresh()?;
        Ok(store)
    }

    /// The ledger as it was last read or written.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Reads what others have written since.
    ///
    /// # Errors
    /// The entries cannot be read, or one is broken.
    pub fn refresh(&mut self) -> Result<(), LedgerError> {
        let new = self.entries_after(self.ledger.head().number)?;
        accept_all(&mut self.ledger, &new)
    }

    /// The entries after a number, as they are kept and unchecked.
    ///
    /// # Errors
    /// The entries cannot be read.
    pub fn entries_after(&mut self, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
        match &mut self.backend {
            Backend::Sqlite(sqlite) => sqlite.entries_after(number),
            Backend::PostgreSql(postgresql) => postgresql.entries_after(number),
        }
    }

    /// Writes the entries that `decide` makes from the ledger as it is at that moment. Nobody else writes in between. If this returns
    /// an answer, all entries are on the disk, and another connection has read them back. If `decide` refuses, none is written.
    ///
    /// # Errors
    /// `decide` refuses, or the ledger cannot be read or written. After an error in the middle of a commit the entries may be there
    /// or not. It is always safe to do the same again.
    pub fn append<T>(
        &mut self,
        recorded: &str,
        decide: impl FnOnce(&Ledger) -> Result<(T, Vec<LedgerEntry>), LedgerError>,
    ) -> Result<T, LedgerError> {
        // After an error the ledger in memory may be ahead of the one that is kept, so it is dropped and read again.
        let mut ledger = std::mem::take(&mut self.ledger);
        let after = ledger.head().number;
        let mut written = Vec::new();
        let work = |new: Vec<SealedEntry>| {
            accept_all(&mut ledger, &new)?;
            match decide(&ledger) {
                Ok((answer, entries)) => {
                    written = seal_all(&mut ledger, &entries, recorded)?;
                    Ok((Ok(answer), written.clone()))
                }
                Err(refusal) => Ok((Err(refusal), Vec::new())),
            }
        };
        let answer = match &mut self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(after, work)?,
            Backend::PostgreSql(postgresql) => postgresql.write(after, work)?,
        };
        self.read_back(&written)?;
        self.ledger = ledger;
        answer
    }

    /// Checks that other connections can read what was written. A file that was deleted while it was open accepts everything and keeps
    /// nothing.
    fn read_back(&mut self, written: &[SealedEntry]) -> Result<(), LedgerError> {
        let Some(first) = written.first() else { return Ok(()) };
        let found = match &mut self.backend {
            Backend::Sqlite(sqlite) => sqlite.by_another_connection(first.number - 1),
            Backend::PostgreSql(postgresql) => postgresql.by_another_connection(first.number - 1),
        };
        let found = found.map_err(|error| LedgerError {
            what: format!("another connection could not read back what was written to the ledger: {}", error.what),
            ..error
        })?;
        // Somebody else may have written more entries by now.
        if found.len() < written.len() || found[..written.len()] != *written {
            return Err(LedgerError::failed(
                "another connection does not find what was written to the ledger, so it is not kept",
                "check it with: wellspent ledger verify STORE; then do the same again: nothing is written twice",
            ));
        }
        Ok(())
    }

    /// What is wrong beyond what the chain shows: what the database finds in its file, rows outside the sequence of entries, and
    /// triggers that are missing.
    ///
    /// # Errors
    /// The database does not answer.
    pub fn damage(&mut self) -> Result<Vec<String>, LedgerError> {
        match &mut self.backend {
            Backend::Sqlite(sqlite) => sqlite.damage(),
            // The server checks its own files.
            Backend::PostgreSql(postgresql) => postgresql.damage(),
        }
    }
}

fn accept_all(ledger: &mut Ledger, entries: &[SealedEntry]) -> Result<(), LedgerError> {
    entries.iter().try_for_each(|sealed| ledger.accept(sealed))?;
    ledger.reconciles()
}

/// Seals entries after the head. An entry that breaks a rule of the ledger is never written.
fn seal_all(ledger: &mut Ledger, entries: &[LedgerEntry], recorded: &str) -> Result<Vec<SealedEntry>, LedgerError> {
    let mut sealed = Vec::with_capacity(entries.len());
    for entry in entries {
        let head = ledger.head();
        let next = SealedEntry::new(entry, head.number + 1, recorded, head.hash);
        ledger.accept(&next)?;
        sealed.push(next);
    }
    ledger.reconciles()?;
    Ok(sealed)
}
