//! The program is killed (`kill -9`) at random moments of making a ledger, preparing and approving, and started again until it
//! says that it is done. `WELLSPENT_KILLS` says how often; `cargo xtask kill 1000` is the long run.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use store::{Open, Store};

use crate::paying::{approve, base, day, pay, run_of, tally};
use crate::wellspent::{Scratch, run, said, tell};

/// A fresh place for a ledger on each kind of database that there is.
fn stores(scratch: &Scratch) -> Vec<(&'static str, String)> {
    let mut stores = vec![("SQLite", format!("{}/ledger.db", scratch.path()))];
    match std::env::var("WELLSPENT_POSTGRESQL") {
        Ok(url) => {
            let schema = format!("wellspent_killed_{}", std::process::id());
            let mut client = postgres::Client::connect(&url, postgres::NoTls).expect("the PostgreSQL of the tests");
            client.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema");
            stores.push(("PostgreSQL", format!("{url}?options=-c%20search_path%3D{schema}")));
        }
        Err(_) => tell("skipped on PostgreSQL: `cargo xtask test` starts one and sets WELLSPENT_POSTGRESQL"),
    }
    stores
}

/// Dice for the moments of killing: splitmix64.
struct Dice(u64);

impl Dice {
    /// A number below one.
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Someone who works on a ledger and is killed again and again.
struct Worker<'a> {
    store: &'a str,
    dice: Dice,
    /// Killed within this time; kept at about twice what a piece of work takes, so that half of them are killed.
    within: Duration,
    killed: usize,
    /// Of these, how many left a commit half done, and how many came between the commit and its acknowledgement.
    in_commit: usize,
    after_commit: usize,
    /// Entries in the ledger when it was last looked at.
    entries: u64,
    runs: Vec<String>,
    approvals: usize,
}

impl Worker<'_> {
    /// Tries until the program says that it is done.
    fn until_done(&mut self, arguments: &[&str]) -> Output {
        loop {
            let after = self.within.mul_f64(self.dice.share());
            if let Some(output) = done_before(arguments, after) {
                self.within = self.within.mul_f64(0.95);
                return output;
            }
            self.killed += 1;
            self.within = self.within.mul_f64(1.05);
            // SQLite keeps its journal beside the file only while a commit is on its way.
            self.in_commit += usize::from(Path::new(&format!("{}-journal", self.store)).exists());
            let before = self.entries;
            self.check();
            self.after_commit += usize::from(self.entries > before);
        }
    }

    /// Opens the ledger as the next user would, which checks every entry, and looks for all that was acknowledged.
    fn check(&mut self) {
        let store = match Store::open(self.store, Open::Existing) {
            Ok(store) => store,
            Err(error) => {
                let not_made = ["there is no ledger", "no ledger yet"].iter().any(|words| error.to_string().contains(words));
                assert!(not_made && self.runs.is_empty(), "{error:#}");
                return;
            }
        };
        let ledger = store.ledger();
        let found: Vec<_> = self.runs.iter().flat_map(|run| ledger.runs_named(run)).collect();
        assert_eq!(found.len(), self.runs.len(), "prepared and acknowledged, and not all there");
        let approved = found.iter().filter(|run| ledger.run(**run).is_some_and(|posted| posted.approved_by.is_some())).count();
        self.entries = ledger.head().number;
        assert!(approved >= self.approvals, "{approved} approvals are there, {} were acknowledged", self.approvals);
    }
}

/// What the program says if it is done by itself in this time; otherwise it is killed, and has acknowledged nothing.
fn done_before(arguments: &[&str], after: Duration) -> Option<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    std::thread::sleep(after);
    child.kill().expect("it can be killed");
    let output = child.wait_with_output().expect("it ends");
    output.status.code().map(|_| {
        assert!(output.status.success(), "{}", said(&output));
        output
    })
}

/// The ids in a ledger, in order.
fn ids(store: &str) -> Vec<String> {
    let mut store = Store::open(store, Open::Existing).expect("a sound ledger");
    store.entries_after(0).expect("it can be read").into_iter().map(|entry| entry.id).collect()
}

/// Nothing acknowledged is lost, and the ledger ends as one that was never disturbed: the same entries in the same order,
/// none of them twice.
#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice() {
    let kills: usize = std::env::var("WELLSPENT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(30);
    let scratch = Scratch::new("killed");
    let scheme = base();
    for (kind, store) in &stores(&scratch) {
        let start = Instant::now();
        let within = Duration::from_millis(50);
        let mut worker = Worker {
            store,
            dice: Dice(7),
            within,
            killed: 0,
            in_commit: 0,
            after_commit: 0,
            entries: 0,
            runs: Vec::new(),
            approvals: 0,
        };
        let mut steps = Vec::new();
        while worker.killed < kills {
            let step = steps.len();
            let file = format!("{}/tally-{step}.csv", scratch.path());
            scratch.write(&format!("tally-{step}.csv"), tally(step % 18));
            let id = run_of(&worker.until_done(&pay(&scheme, &file, &day(step), store)));
            worker.runs.push(id.clone());
            worker.until_done(&approve(&id, store));
            worker.approvals += 1;
            worker.check();
            steps.push((file, id));
        }
        worker.check();
        let undisturbed = format!("{}/undisturbed-{kind}.db", scratch.path());
        for (step, (file, id)) in steps.iter().enumerate() {
            let prepared = run(&pay(&scheme, file, &day(step), &undisturbed));
            assert!(prepared.status.success(), "{}", said(&prepared));
            assert!(run(&approve(id, &undisturbed)).status.success());
        }
        assert_eq!(ids(store), ids(&undisturbed), "{kind}");
        tell(&format!(
            "{kind}: killed {} times in {:.0} s, {} of them in a commit and {} after it; {} runs prepared and approved, {} entries, \
             none lost and none twice",
            worker.killed,
            start.elapsed().as_secs_f64(),
            worker.in_commit,
            worker.after_commit,
            steps.len(),
            ids(store).len()
        ));
    }
}
