//! The ledger in a PostgreSQL database. Writers take turns by a lock on the table, and readers never wait. The connection is encrypted
//! if the server is on another machine, unless the URL says otherwise.

use std::time::Duration;

use postgres::{Client, GenericClient, IsolationLevel, NoTls, Row};

use super::damage;
use super::location::DatabaseServer;
use super::migrations::{OpenMode, steps_to_do};
use super::tls::Tls;
use crate::{LedgerError, SealedEntry};

const STEPS: [&str; 1] = ["
    CREATE TABLE ledger_entry (
        number BIGINT PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        recorded TEXT NOT NULL,
        body TEXT NOT NULL,
        hash TEXT NOT NULL
    );
    CREATE FUNCTION ledger_entry_is_never_changed() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'an entry of the ledger is never changed or taken away'; END $$;
    CREATE TRIGGER ledger_entry_is_never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_is_never_changed();
"];

/// A ledger in a PostgreSQL database.
pub(crate) struct PostgreSqlLedger {
    client: Client,
    server: DatabaseServer,
}

impl PostgreSqlLedger {
    pub(crate) fn open(mut server: DatabaseServer, mode: OpenMode) -> Result<PostgreSqlLedger, LedgerError> {
        server.config.connect_timeout(Duration::from_secs(10)).application_name("wellspent");
        let mut client = connect(&server)?;
        // Whatever the settings of the server: what is acknowledged is on the disk, and nobody waits for ever.
        client.batch_execute("SET synchronous_commit = on; SET lock_timeout = '60s'").map_err(database_error)?;
        let mut postgresql = PostgreSqlLedger { client, server };
        postgresql.migrate(mode)?;
        Ok(postgresql)
    }

    /// The entries after a number, as another program that connects now reads them.
    pub(crate) fn by_another_connection(&self, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
        entries_after(&mut connect(&self.server)?, number)
    }

    fn migrate(&mut self, mode: OpenMode) -> Result<(), LedgerError> {
        let form = |client: &mut Client| -> Result<i64, postgres::Error> {
            let there: bool = client.query_one("SELECT to_regclass('ledger_form') IS NOT NULL", &[])?.get(0);
            if there {
                client.query_one("SELECT COALESCE(MAX(form), 0) FROM ledger_form", &[]).map(|row| row.get(0))
            } else {
                Ok(0)
            }
        };
        let done = form(&mut self.client).map_err(database_error)?;
        if done == 0 && mode == OpenMode::Existing {
            return Err(LedgerError::failed("the database has no ledger yet", "the first prepared run makes one"));
        }
        if steps_to_do(&STEPS, done)?.is_empty() {
            return Ok(());
        }
        let mut transaction = self.client.transaction().map_err(database_error)?;
        // One program at a time, by a lock that needs no table.
        let make = "SELECT pg_advisory_xact_lock(1464159308); CREATE TABLE IF NOT EXISTS ledger_form (form BIGINT NOT NULL)";
        transaction.batch_execute(make).map_err(database_error)?;
        let done = transaction.query_one("SELECT COALESCE(MAX(form), 0) FROM ledger_form", &[]).map_err(database_error)?.get(0);
        for step in steps_to_do(&STEPS, done)? {
            transaction.batch_execute(step).map_err(database_error)?;
        }
        let form = STEPS.len() as i64;
        transaction.execute("INSERT INTO ledger_form (form) VALUES ($1)", &[&form]).map_err(database_error)?;
        transaction.commit().map_err(database_error)
    }

    pub(crate) fn entries_after(&mut self, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
        entries_after(&mut self.client, number)
    }

    /// Reads the new entries, lets `work` decide, and writes the entries that it returns. Nobody else can write meanwhile.
    pub(crate) fn write<T>(
        &mut self,
        after: u64,
        work: impl FnOnce(Vec<SealedEntry>) -> Result<(T, Vec<SealedEntry>), LedgerError>,
    ) -> Result<T, LedgerError> {
        let builder = self.client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
        let mut transaction = builder.start().map_err(database_error)?;
        transaction.batch_execute("LOCK TABLE ledger_entry IN EXCLUSIVE MODE").map_err(database_error)?;
        let (answer, entries) = work(entries_after(&mut transaction, after)?)?;
        insert(&mut transaction, &entries).map_err(database_error)?;
        transaction.commit().map_err(database_error)?;
        Ok(answer)
    }

    /// Rows outside the sequence of entries, and the trigger if it is missing or switched off.
    pub(crate) fn damage(&mut self) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT number FROM ledger_entry WHERE number < 1 ORDER BY number";
        let rows = self.client.query(sql, &[]).map_err(database_error)?;
        let mut found: Vec<String> = rows.iter().map(|row| damage::outside_the_sequence(row.get(0))).collect();
        let sql = "SELECT COUNT(*) FROM pg_trigger WHERE tgrelid = 'ledger_entry'::regclass
                   AND tgname = 'ledger_entry_is_never_changed' AND tgenabled <> 'D'";
        let triggers: i64 = self.client.query_one(sql, &[]).map_err(database_error)?.get(0);
        if triggers == 0 {
            found.push(
                "the trigger ledger_entry_is_never_changed is missing or switched off: somebody could change entries; compare the \
                 ledger with a published head"
                    .to_owned(),
            );
        }
        Ok(found)
    }
}

fn connect(server: &DatabaseServer) -> Result<Client, LedgerError> {
    let connected = match &server.tls {
        None => server.config.connect(NoTls),
        Some((check, roots)) => server.config.connect(Tls::new(*check, roots.as_deref())?),
    };
    connected.map_err(|error| {
        let secret = server.config.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        let error = database_error(error);
        // A server may repeat what it was sent.
        if secret.len() > 3 { LedgerError { what: error.what.replace(&*secret, "***"), ..error } } else { error }
    })
}

/// Writes all entries in one statement, because a round trip to the server for each would take longer than the writing.
fn insert(client: &mut impl GenericClient, entries: &[SealedEntry]) -> Result<(), postgres::Error> {
    let numbers: Vec<i64> = entries.iter().map(|entry| i64::try_from(entry.number).unwrap_or(i64::MAX)).collect();
    let column = |of: fn(&SealedEntry) -> &String| entries.iter().map(|entry| of(entry).as_str()).collect::<Vec<&str>>();
    let sql = "INSERT INTO ledger_entry (number, id, kind, recorded, body, hash)
               SELECT * FROM UNNEST($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])";
    let texts = [
        column(|entry| &entry.id),
        column(|entry| &entry.kind),
        column(|entry| &entry.recorded),
        column(|entry| &entry.body),
        column(|entry| &entry.hash),
    ];
    let [id, kind, recorded, body, hash] = &texts;
    client.execute(sql, &[&numbers, id, kind, recorded, body, hash]).map(|_| ())
}

fn entries_after(client: &mut impl GenericClient, number: u64) -> Result<Vec<SealedEntry>, LedgerError> {
    let sql = "SELECT number, id, kind, recorded, body, hash FROM ledger_entry WHERE number > $1 ORDER BY number";
    let rows = client.query(sql, &[&i64::try_from(number).unwrap_or(i64::MAX)]).map_err(database_error)?;
    Ok(rows.iter().map(sealed).collect())
}

fn sealed(row: &Row) -> SealedEntry {
    SealedEntry {
        number: row.get::<_, i64>(0).unsigned_abs(),
        id: row.get(1),
        kind: row.get(2),
        recorded: row.get(3),
        body: row.get(4),
        hash: row.get(5),
    }
}

/// An error of the database. It leaves out the URL, which may hold a password.
fn database_error(error: postgres::Error) -> LedgerError {
    let what = match (error.as_db_error(), std::error::Error::source(&error)) {
        (Some(answer), _) => answer.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    };
    let hint = "check the URL (postgres://USER@HOST/DATABASE) and the server, then do the same again: nothing is written twice";
    LedgerError::failed(what, hint).at("the ledger in PostgreSQL")
}
