//! The ledger in one SQLite file. Writers take turns. A commit is on the disk before it is acknowledged: with `synchronous = EXTRA`
//! and a rollback journal there is one file between commits, and nothing beside it.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior, params};

use super::damage;
use super::location;
use super::migrations::{OpenMode, steps_to_do};
use crate::{LedgerError, SealedEntry};

/// "WELL": the number by which a file is known as a ledger.
const APPLICATION: i64 = 0x5745_4C4C;

/// How long to wait for another writer. A commit takes milliseconds.
const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

const STEPS: [&str; 1] = ["
    CREATE TABLE ledger_entry (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        recorded TEXT NOT NULL,
        body TEXT NOT NULL,
        hash TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER ledger_entry_is_not_changed BEFORE UPDATE ON ledger_entry
        BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never changed'); END;
    CREATE TRIGGER ledger_entry_is_not_taken_away BEFORE DELETE ON ledger_entry
        BEGIN SELECT RAISE(ABORT, 'an entry of the ledger is never taken away'); END;
"];

/// A ledger in an SQLite file.
pub(crate) struct SqliteLedger {
    connection: Connection,
    place: String,
}

impl SqliteLedger {
    pub(crate) fn open(place: &str, mode: OpenMode) -> Result<SqliteLedger, LedgerError> {
        location::regular(place)?;
        if mode == OpenMode::CreateIfMissing {
            location::writable(place)?;
        }
        if mode == OpenMode::Existing && !Path::new(place).exists() {
            return Err(LedgerError::failed(
                format!("there is no ledger {place}"),
                "check the path; the first prepared run makes a ledger",
            ));
        }
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if mode == OpenMode::CreateIfMissing {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let connection = Connection::open_with_flags(place, flags).map_err(|error| database_error(place, error))?;
        let mut sqlite = SqliteLedger { connection, place: place.to_owned() };
        sqlite.configure().map_err(|error| database_error(place, error))?;
        sqlite.migrate(mode)?;
        Ok(sqlite)
    }

    fn configure(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(LOCK_TIMEOUT)?;
        self.connection.execute_batch("PRAGMA synchronous = EXTRA; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
    }

    fn migrate(&mut self, mode: OpenMode) -> Result<(), LedgerError> {
        let place = self.place.clone();
        let failed = |error| database_error(&place, error);
        let number = |name: &str, connection: &Connection| -> rusqlite::Result<i64> {
            connection.query_row(&format!("SELECT * FROM {name}"), [], |row| row.get(0))
        };
        let form = |connection: &Connection| number("pragma_user_version", connection);
        let tables = number("(SELECT COUNT(*) FROM sqlite_schema)", &self.connection).map_err(failed)?;
        if tables > 0 && number("pragma_application_id", &self.connection).map_err(failed)? != APPLICATION {
            return Err(LedgerError::failed(
                format!("{place} is a database of another program"),
                "give the path of a ledger, or a path where there is no file yet",
            ));
        }
        if tables == 0 && mode == OpenMode::Existing {
            return Err(LedgerError::failed(format!("{place} has no ledger yet"), "the first prepared run makes one"));
        }
        if steps_to_do(&STEPS, form(&self.connection).map_err(failed)?)?.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        // Another program may have done the step while this one waited.
        for step in steps_to_do(&STEPS, form(&transaction).map_err(failed)?)? {
            transaction.execute_batch(step).map_err(failed)?;
        }
        let settings = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {};", STEPS.len());
        transaction.execute_batch(&settings).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    pub(crate) fn entries_after(&mut self, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
        entries_after(&self.connection, &self.place, number)
    }

    /// Reads the new entries, lets `work` decide, and writes the entries that it returns. Nobody else can write meanwhile.
    pub(crate) fn write<T>(
        &mut self,
        after: u64,
        work: impl FnOnce(Vec<SealedEntry>) -> Result<(T, Vec<SealedEntry>), LedgerError>,
    ) -> Result<T, LedgerError> {
        let place = &self.place;
        location::writable(place)?;
        let failed = |error| database_error(place, error);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let (answer, entries) = work(entries_after(&transaction, place, after)?)?;
        insert(&transaction, &entries).map_err(failed)?;
        transaction.commit().map_err(failed)?;
        Ok(answer)
    }

    /// The entries after a number, as another program that opens the file now reads them.
    pub(crate) fn by_another_connection(&self, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let place = &self.place;
        let other = Connection::open_with_flags(place, flags).map_err(|error| database_error(place, error))?;
        other.busy_timeout(LOCK_TIMEOUT).map_err(|error| database_error(place, error))?;
        entries_after(&other, place, number)
    }

    pub(crate) fn damage(&mut self) -> Result<Vec<String>, LedgerError> {
        let place = &self.place;
        let check = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        let mut found = check().map_err(|error| database_error(place, error))?;
        found.retain(|line| line != "ok");
        let outside: Vec<i64> = outside_the_sequence(&self.connection).map_err(|error| database_error(place, error))?;
        found.extend(outside.into_iter().map(damage::outside_the_sequence));
        found.extend(other_safeguards(&self.connection).map_err(|error| database_error(place, error))?);
        Ok(found)
    }
}

/// The numbers of rows before the first entry, which no reading of the entries comes to.
fn outside_the_sequence(connection: &Connection) -> rusqlite::Result<Vec<i64>> {
    let mut query = connection.prepare("SELECT number FROM ledger_entry WHERE number < 1 ORDER BY number")?;
    query.query_map([], |row| row.get(0))?.collect()
}

/// What differs from the table and the triggers that a new ledger has: without them entries can be changed, and other triggers can
/// change what is written. Tables of somebody else do no harm.
fn other_safeguards(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let new = Connection::open_in_memory()?;
    STEPS.iter().try_for_each(|step| new.execute_batch(step))?;
    let (made, there) = (definitions(&new)?, definitions(connection)?);
    let mut out = Vec::new();
    for (name, (kind, sql)) in &made {
        match there.get(name) {
            None => out.push(format!("the {kind} {name} is missing: {REMOVED}")),
            Some((_, other)) if other != sql => out.push(format!("the {kind} {name} is not the one of a ledger: {REMOVED}")),
            Some(_) => {}
        }
    }
    let more = there.iter().filter(|(name, (kind, _))| kind == "trigger" && !made.contains_key(*name));
    out.extend(more.map(|(name, _)| format!("the trigger {name} is not part of a ledger: it may change what is written")));
    Ok(out)
}

/// What the absence of a trigger means.
const REMOVED: &str = "somebody could change entries; compare the ledger with a published head";

/// The tables and triggers of a database by their names, each with its kind and its definition.
fn definitions(connection: &Connection) -> rusqlite::Result<BTreeMap<String, (String, String)>> {
    let sql = "SELECT name, type, COALESCE(sql, '') FROM sqlite_schema WHERE type IN ('table', 'trigger')";
    connection.prepare(sql)?.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?.collect()
}

fn insert(transaction: &Transaction<'_>, entries: &[SealedEntry]) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare("INSERT INTO ledger_entry (number, id, kind, recorded, body, hash) VALUES (?, ?, ?, ?, ?, ?)")?;
    for SealedEntry { number, id, kind, recorded, body, hash } in entries {
        insert.execute(params![i64::try_from(*number).unwrap_or(i64::MAX), id, kind, recorded, body, hash])?;
    }
    Ok(())
}

fn entries_after(connection: &Connection, place: &str, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
    let sql = "SELECT number, id, kind, recorded, body, hash FROM ledger_entry WHERE number > ? ORDER BY number";
    let mut query = connection.prepare(sql).map_err(|error| database_error(place, error))?;
    let mut rows = query.query([i64::try_from(number).unwrap_or(i64::MAX)]).map_err(|error| database_error(place, error))?;
    let mut entries: Vec<SealedEntry> = Vec::new();
    loop {
        let last = entries.last().map_or(number, |entry| entry.number);
        let next = rows.next().and_then(|row| row.map(sealed).transpose());
        let next = next.map_err(|error| {
            let error = database_error(place, error);
            LedgerError { what: format!("entry {} could not be read: {}", last + 1, error.what), ..error }
        })?;
        match next {
            Some(entry) => entries.push(entry),
            None => return Ok(entries),
        }
    }
}

fn sealed(row: &Row<'_>) -> rusqlite::Result<SealedEntry> {
    let number: i64 = row.get(0)?;
    Ok(SealedEntry {
        number: number.unsigned_abs(),
        id: row.get(1)?,
        kind: row.get(2)?,
        recorded: row.get(3)?,
        body: row.get(4)?,
        hash: row.get(5)?,
    })
}

/// An error of the database, with what to do.
fn database_error(place: &str, error: rusqlite::Error) -> LedgerError {
    let (what, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            ("the disk is full, and nothing of this was written", "free some space, then do the same again")
        }
        Some(ErrorCode::SystemIoFailure) => (
            "the disk could not be read or written",
            "check the disk and its free space, then do the same again: nothing is written twice",
        ),
        Some(ErrorCode::CannotOpen) => ("it could not be opened", "check that the folder exists and that you may write to it"),
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            ("it cannot be written", "check the permissions of the file and of its folder")
        }
        Some(ErrorCode::NotADatabase) => ("it is not a ledger, or its beginning is damaged", "check the path, or use a backup"),
        Some(ErrorCode::DatabaseCorrupt) => ("the file is damaged", "use a backup, and compare it with a published head"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("another program has been writing to it for a minute", "find the program that uses the file, then do the same again")
        }
        _ => ("it could not be read or written", "check it with: wellspent ledger verify STORE"),
    };
    LedgerError::failed(format!("{what} ({error})"), hint).at(format!("the ledger {place}"))
}
