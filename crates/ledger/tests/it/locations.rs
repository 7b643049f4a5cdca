//! Where the tests keep their ledgers, and what they write into them.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use base::money::{Pence, Quantity};
use ledger::store::{OpenMode, Store};
use ledger::{Hash, Ledger, LedgerEntry, LedgerError, Statement, StatementLine, approve, prepare};

/// Says that the running test is skipped, or a part of it, and why. The line is not captured with what the test prints, so it is seen,
/// and `cargo xtask test` counts it.
pub(crate) fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a test"));
    let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
}

/// Prints something beside the result of a test: what it measured.
#[allow(clippy::print_stderr)]
pub(crate) fn tell(line: &str) {
    eprintln!("{line}");
}

/// A place for a ledger that is removed after the test.
pub(crate) struct Location {
    pub(crate) place: String,
    cleanup: Cleanup,
}

enum Cleanup {
    Folder(PathBuf),
    Schema(String, String),
}

/// A new place on each kind of database that there is.
pub(crate) fn places(test: &str) -> Vec<Location> {
    let mut places = vec![file(test)];
    match std::env::var("WELLSPENT_POSTGRESQL") {
        Ok(url) => places.push(schema(test, &url)),
        Err(_) => skipped("the part with PostgreSQL: `cargo xtask test` starts one and sets WELLSPENT_POSTGRESQL"),
    }
    places
}

fn own(test: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("wellspent_{test}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// A file in its own folder.
pub(crate) fn file(test: &str) -> Location {
    let folder = std::env::temp_dir().join(own(test));
    std::fs::create_dir_all(&folder).expect("a temporary folder");
    Location { place: folder.join("ledger.db").display().to_string(), cleanup: Cleanup::Folder(folder) }
}

fn schema(test: &str, url: &str) -> Location {
    let name = own(test);
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("the PostgreSQL of the tests");
    client.batch_execute(&format!("CREATE SCHEMA {name}")).expect("a schema");
    let with = if url.contains('?') { '&' } else { '?' };
    Location { place: format!("{url}{with}options=-c%20search_path%3D{name}"), cleanup: Cleanup::Schema(url.to_owned(), name) }
}

impl Drop for Location {
    fn drop(&mut self) {
        match &self.cleanup {
            Cleanup::Folder(folder) => {
                let _ = std::fs::remove_dir_all(folder);
            }
            Cleanup::Schema(url, name) => {
                if let Ok(mut client) = postgres::Client::connect(url, postgres::NoTls) {
                    let _ = client.batch_execute(&format!("DROP SCHEMA {name} CASCADE"));
                }
            }
        }
    }
}

impl Location {
    pub(crate) fn open(&self) -> Store {
        Store::open(&self.place, OpenMode::CreateIfMissing).expect("the ledger opens")
    }

    /// Changes the database without the program, as somebody with access to it can.
    pub(crate) fn meddle(&self, sql: &str) -> Result<(), String> {
        match &self.cleanup {
            Cleanup::Folder(_) => {
                let connection = rusqlite::Connection::open(&self.place).expect("the file");
                connection.execute_batch(sql).map_err(|error| error.to_string())
            }
            Cleanup::Schema(..) => {
                let mut client = postgres::Client::connect(&self.place, postgres::NoTls).expect("the database");
                client
                    .batch_execute(sql)
                    .map_err(|error| error.as_db_error().map_or(error.to_string(), |answer| answer.message().to_owned()))
            }
        }
    }
}

/// A statement of one contract, with a number of people in each cohort, at £40 each.
pub(crate) fn statement(contract: &str, day: i32, people: &[i64]) -> Statement {
    let day = jiff::civil::date(2027, 1, 1).saturating_add(jiff::Span::new().days(day));
    let line = |(cohort, &people): (usize, &i64)| StatementLine {
        provider: "Acme".to_owned(),
        // Each contract has people of its own: the same lines would be one contract under two names.
        area: contract.to_owned(),
        clause: "job".to_owned(),
        outcome: "job".to_owned(),
        from_cohort: cohort.to_string(),
        to_cohort: cohort.to_string(),
        segment: "under 25".to_owned(),
        nth: 0,
        quantity: Quantity::whole(people),
        unit: "people".to_owned(),
        price: Pence(4_000),
        amount: Pence(people * 4_000),
        reason: format!("{people} people in a job for six months"),
    };
    Statement {
        contract: contract.to_owned(),
        // Each contract has its own rules. The same lines under the same rules would be one contract under two names.
        version: Hash::of(["rules", contract]),
        as_at: day,
        known_at: day,
        providers: vec!["Acme".to_owned()],
        lines: people.iter().enumerate().map(line).collect(),
    }
}

type WrittenRun = Result<((Hash, usize), Vec<LedgerEntry>), LedgerError>;

fn counted(plan: ledger::PlannedRun) -> ((Hash, usize), Vec<LedgerEntry>) {
    ((plan.run, plan.entries.len()), plan.entries)
}

/// Prepares and approves a run, and returns the number of entries written.
pub(crate) fn pay(store: &mut Store, statement: &Statement) -> Result<usize, LedgerError> {
    let now = "2027-01-01T09:00:00Z";
    let prepare = |ledger: &Ledger| -> WrittenRun { Ok(counted(prepare(ledger, statement.clone(), "Ann", "")?)) };
    let (run, first) = store.append(now, prepare)?;
    let approve = |ledger: &Ledger| -> WrittenRun { Ok(counted(approve(ledger, run, "Ben")?)) };
    store.append(now, approve).map(|(_, second)| first + second)
}
