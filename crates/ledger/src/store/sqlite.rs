//! The ledger in one file. Writers take turns; a commit is on the disk before it is acknowledged (`synchronous = EXTRA`
//! with a rollback journal, so that between commits there is one file and nothing beside it).

use std::path::Path;
use std::time::Duration;

use crate::Sealed;
use anyhow::{Context as _, anyhow, bail};
use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior, params};

use super::{Open, place, steps_to_do};

/// "WELL": says that a file is a ledger of ours.
const APPLICATION: i64 = 0x5745_4C4C;

/// How long to wait for another writer. A commit takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(60);

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

pub(crate) struct Sqlite {
    connection: Connection,
    place: String,
}

impl Sqlite {
    pub(crate) fn open(place: &str, open: Open) -> anyhow::Result<Sqlite> {
        place::regular(place)?;
        if open == Open::OrNew {
            place::writable(place)?;
        }
        if open == Open::Existing && !Path::new(place).exists() {
            bail!("there is no ledger {place}\n\nhint: check the path; the first prepared run makes a ledger");
        }
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        if open == Open::OrNew {
            flags |= OpenFlags::SQLITE_OPEN_CREATE;
        }
        let connection = Connection::open_with_flags(place, flags).map_err(|error| said(place, error))?;
        let mut sqlite = Sqlite { connection, place: place.to_owned() };
        sqlite.settle().map_err(|error| said(place, error))?;
        sqlite.migrate(open)?;
        Ok(sqlite)
    }

    fn settle(&self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        self.connection.execute_batch("PRAGMA synchronous = EXTRA; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;")
    }

    fn migrate(&mut self, open: Open) -> anyhow::Result<()> {
        let place = self.place.clone();
        let said = |error| said(&place, error);
        let number = |name: &str, connection: &Connection| -> rusqlite::Result<i64> {
            connection.query_row(&format!("SELECT * FROM {name}"), [], |row| row.get(0))
        };
        let form = |connection: &Connection| number("pragma_user_version", connection);
        let tables = number("(SELECT COUNT(*) FROM sqlite_schema)", &self.connection).map_err(said)?;
        if tables > 0 && number("pragma_application_id", &self.connection).map_err(said)? != APPLICATION {
            bail!(
                "{place} is a database of some other program\n\nhint: give the path of a ledger, or a path where nothing is yet"
            );
        }
        if tables == 0 && open == Open::Existing {
            bail!("{place} holds no ledger yet\n\nhint: the first prepared run makes one");
        }
        if steps_to_do(&STEPS, form(&self.connection).map_err(said)?)?.is_empty() {
            return Ok(());
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(said)?;
        // Somebody else may have done it while this one waited.
        for step in steps_to_do(&STEPS, form(&transaction).map_err(said)?)? {
            transaction.execute_batch(step).map_err(said)?;
        }
        let settings = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {};", STEPS.len());
        transaction.execute_batch(&settings).map_err(said)?;
        transaction.commit().map_err(said)
    }

    pub(crate) fn entries_after(&mut self, number: u64) -> anyhow::Result<Vec<Sealed>> {
        entries_after(&self.connection, &self.place, number)
    }

    /// Reads what is new, lets `work` decide and writes what it gives, while nobody else can write.
    pub(crate) fn write<T>(
        &mut self,
        after: u64,
        work: impl FnOnce(Vec<Sealed>) -> anyhow::Result<(T, Vec<Sealed>)>,
    ) -> anyhow::Result<T> {
        let place = &self.place;
        place::writable(place)?;
        let said = |error| said(place, error);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(said)?;
        let (answer, entries) = work(entries_after(&transaction, place, after)?)?;
        insert(&transaction, &entries).map_err(said)?;
        transaction.commit().map_err(said)?;
        Ok(answer)
    }

    /// The entries after a number, as whoever opens the file now reads them.
    pub(crate) fn by_another_connection(&self, number: u64) -> anyhow::Result<Vec<Sealed>> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let place = &self.place;
        let other = Connection::open_with_flags(place, flags).map_err(|error| said(place, error))?;
        other.busy_timeout(PATIENCE).map_err(|error| said(place, error))?;
        entries_after(&other, place, number)
    }

    pub(crate) fn damage(&mut self) -> anyhow::Result<Vec<String>> {
        let place = &self.place;
        let look = || -> rusqlite::Result<Vec<String>> {
            let mut statement = self.connection.prepare("PRAGMA integrity_check")?;
            statement.query_map([], |row| row.get(0))?.collect()
        };
        let mut found = look().map_err(|error| said(place, error))?;
        found.retain(|line| line != "ok");
        Ok(found)
    }
}

fn insert(transaction: &Transaction<'_>, entries: &[Sealed]) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare("INSERT INTO ledger_entry (number, id, kind, recorded, body, hash) VALUES (?, ?, ?, ?, ?, ?)")?;
    for Sealed { number, id, kind, recorded, body, hash } in entries {
        insert.execute(params![i64::try_from(*number).unwrap_or(i64::MAX), id, kind, recorded, body, hash])?;
    }
    Ok(())
}

fn entries_after(connection: &Connection, place: &str, number: u64) -> anyhow::Result<Vec<Sealed>> {
    let sql = "SELECT number, id, kind, recorded, body, hash FROM ledger_entry WHERE number > ? ORDER BY number";
    let mut query = connection.prepare(sql).map_err(|error| said(place, error))?;
    let mut rows = query.query([i64::try_from(number).unwrap_or(i64::MAX)]).map_err(|error| said(place, error))?;
    let mut entries: Vec<Sealed> = Vec::new();
    loop {
        let last = entries.last().map_or(number, |entry| entry.number);
        let next = rows.next().and_then(|row| row.map(sealed).transpose());
        match next.map_err(|error| said(place, error)).with_context(|| format!("entry {} could not be read", last + 1))? {
            Some(entry) => entries.push(entry),
            None => return Ok(entries),
        }
    }
}

fn sealed(row: &Row<'_>) -> rusqlite::Result<Sealed> {
    let number: i64 = row.get(0)?;
    Ok(Sealed {
        number: number.unsigned_abs(),
        id: row.get(1)?,
        kind: row.get(2)?,
        recorded: row.get(3)?,
        body: row.get(4)?,
        hash: row.get(5)?,
    })
}

/// What went wrong, in words that say what to do.
fn said(place: &str, error: rusqlite::Error) -> anyhow::Error {
    let (what, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => ("the disk is full, and nothing of this was written", "make room and do the same again"),
        Some(ErrorCode::SystemIoFailure) => (
            "the disk could not be read or written",
            "check the disk and its room, then do the same again: nothing is written twice",
        ),
        Some(ErrorCode::CannotOpen) => ("it could not be opened", "check that the folder is there and that you may write in it"),
        Some(ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            ("it may not be written", "check the permissions of the file and of its folder")
        }
        Some(ErrorCode::NotADatabase) => ("it is no ledger, or its beginning is damaged", "check the path, or go back to a copy"),
        Some(ErrorCode::DatabaseCorrupt) => ("the file is damaged", "go back to a copy, and hold it against a published head"),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            ("another program has been writing to it for a minute", "see what holds the file, then do the same again")
        }
        _ => ("it could not be read or written", "look at it with: wellspent ledger verify STORE"),
    };
    anyhow!("the ledger {place}: {what} ({error})\n\nhint: {hint}")
}
