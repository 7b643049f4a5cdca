//! The ledger in PostgreSQL. Writers take turns by a lock on the table; readers never wait. The connection is encrypted where
//! the server is on another machine, unless the URL says otherwise.

use std::time::Duration;

use crate::Sealed;
use anyhow::{anyhow, bail};
use postgres::{Client, GenericClient, IsolationLevel, NoTls, Row};

use super::place::Server;
use super::tls::Tls;
use super::{Open, steps_to_do};

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

pub(crate) struct PostgreSql {
    client: Client,
    server: Server,
}

impl PostgreSql {
    pub(crate) fn open(mut server: Server, open: Open) -> anyhow::Result<PostgreSql> {
        server.config.connect_timeout(Duration::from_secs(10)).application_name("wellspent");
        let mut client = connect(&server)?;
        // Whatever the server's habit: acknowledged is on the disk, and nobody waits for ever.
        client.batch_execute("SET synchronous_commit = on; SET lock_timeout = '60s'").map_err(said)?;
        let mut postgresql = PostgreSql { client, server };
        postgresql.migrate(open)?;
        Ok(postgresql)
    }

    /// The entries after a number, as whoever connects now reads them.
    pub(crate) fn by_another_connection(&self, number: u64) -> anyhow::Result<Vec<Sealed>> {
        entries_after(&mut connect(&self.server)?, number)
    }

    fn migrate(&mut self, open: Open) -> anyhow::Result<()> {
        let form = |client: &mut Client| -> Result<i64, postgres::Error> {
            let there: bool = client.query_one("SELECT to_regclass('ledger_form') IS NOT NULL", &[])?.get(0);
            if there {
                client.query_one("SELECT COALESCE(MAX(form), 0) FROM ledger_form", &[]).map(|row| row.get(0))
            } else {
                Ok(0)
            }
        };
        let done = form(&mut self.client).map_err(said)?;
        if done == 0 && open == Open::Existing {
            bail!("the database holds no ledger yet\n\nhint: the first prepared run makes one");
        }
        if steps_to_do(&STEPS, done)?.is_empty() {
            return Ok(());
        }
        let mut transaction = self.client.transaction().map_err(said)?;
        // One at a time, by a lock that needs no table.
        let make = "SELECT pg_advisory_xact_lock(1464159308); CREATE TABLE IF NOT EXISTS ledger_form (form BIGINT NOT NULL)";
        transaction.batch_execute(make).map_err(said)?;
        let done = transaction.query_one("SELECT COALESCE(MAX(form), 0) FROM ledger_form", &[]).map_err(said)?.get(0);
        for step in steps_to_do(&STEPS, done)? {
            transaction.batch_execute(step).map_err(said)?;
        }
        let form = i64::try_from(STEPS.len())?;
        transaction.execute("INSERT INTO ledger_form (form) VALUES ($1)", &[&form]).map_err(said)?;
        transaction.commit().map_err(said)
    }

    pub(crate) fn entries_after(&mut self, number: u64) -> anyhow::Result<Vec<Sealed>> {
        entries_after(&mut self.client, number)
    }

    /// Reads what is new, lets `work` decide and writes what it gives, while nobody else can write.
    pub(crate) fn write<T>(
        &mut self,
        after: u64,
        work: impl FnOnce(Vec<Sealed>) -> anyhow::Result<(T, Vec<Sealed>)>,
    ) -> anyhow::Result<T> {
        let builder = self.client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
        let mut transaction = builder.start().map_err(said)?;
        transaction.batch_execute("LOCK TABLE ledger_entry IN EXCLUSIVE MODE").map_err(said)?;
        let (answer, entries) = work(entries_after(&mut transaction, after)?)?;
        insert(&mut transaction, &entries).map_err(said)?;
        transaction.commit().map_err(said)?;
        Ok(answer)
    }
}

fn connect(server: &Server) -> anyhow::Result<Client> {
    let connected = match &server.tls {
        None => server.config.connect(NoTls),
        Some((check, roots)) => server.config.connect(Tls::new(*check, roots.as_deref())?),
    };
    connected.map_err(|error| {
        let secret = server.config.get_password().map(String::from_utf8_lossy).unwrap_or_default();
        let said = said(error);
        // A server may repeat what it was sent.
        if secret.len() > 3 && said.to_string().contains(&*secret) {
            anyhow!("{}", said.to_string().replace(&*secret, "***"))
        } else {
            said
        }
    })
}

/// All in one statement: a journey to the server for each would cost more than the writing.
fn insert(client: &mut impl GenericClient, entries: &[Sealed]) -> Result<(), postgres::Error> {
    let numbers: Vec<i64> = entries.iter().map(|entry| i64::try_from(entry.number).unwrap_or(i64::MAX)).collect();
    let column = |of: fn(&Sealed) -> &String| entries.iter().map(|entry| of(entry).as_str()).collect::<Vec<&str>>();
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

fn entries_after(client: &mut impl GenericClient, number: u64) -> anyhow::Result<Vec<Sealed>> {
    let sql = "SELECT number, id, kind, recorded, body, hash FROM ledger_entry WHERE number > $1 ORDER BY number";
    let rows = client.query(sql, &[&i64::try_from(number).unwrap_or(i64::MAX)]).map_err(said)?;
    Ok(rows.iter().map(sealed).collect())
}

fn sealed(row: &Row) -> Sealed {
    Sealed {
        number: row.get::<_, i64>(0).unsigned_abs(),
        id: row.get(1),
        kind: row.get(2),
        recorded: row.get(3),
        body: row.get(4),
        hash: row.get(5),
    }
}

/// What went wrong. The URL is left out: there may be a password in it.
fn said(error: postgres::Error) -> anyhow::Error {
    let what = match (error.as_db_error(), std::error::Error::source(&error)) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    };
    let hint = "check the URL (postgres://USER@HOST/DATABASE) and the server, then do the same again: nothing is written twice";
    anyhow!("the ledger in PostgreSQL: {what}\n\nhint: {hint}")
}
