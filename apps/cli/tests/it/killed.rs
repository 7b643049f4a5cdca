//! The program is killed (`kill -9`) at random moments of making a ledger, preparing and approving, and started again until it
//! says that it is done; and at random moments of writing tables of records. `WELLSPENT_KILLS` says how often;
//! `cargo xtask kill 1000` is the long run.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use ledger::store::{OpenMode, Store};

use crate::paying::{approve, base, day, ledger_of, pay, run_of, tally};
use crate::wellspent::{LATE_ENOUGH, Scratch, run, said, skipped, tell};

/// Payment runs in one ledger. Everybody who opens a ledger reads and checks all of it, so that one that grew for a thousand
/// kills would be read most of the time and written hardly ever; after so many runs a ledger is held to its end and the next
/// one begun.
const RUNS: usize = 12;

/// The databases that there are, each with its URL if it has one.
fn databases() -> Vec<(&'static str, Option<String>)> {
    let url = std::env::var("WELLSPENT_POSTGRESQL").ok();
    if url.is_none() {
        skipped("the part with PostgreSQL: `cargo xtask test` starts one and sets WELLSPENT_POSTGRESQL");
    }
    let mut databases = vec![("SQLite", None)];
    databases.extend(url.map(|url| ("PostgreSQL", Some(url))));
    databases
}

/// A fresh place for a ledger: a new file, or in the database of a URL a schema instead of the last one.
fn fresh(scratch: &Scratch, url: Option<&str>, number: usize) -> String {
    let Some(url) = url else {
        return format!("{}/ledger-{number}.db", scratch.path());
    };
    let schema = format!("wellspent_killed_{}", std::process::id());
    let mut client = postgres::Client::connect(url, postgres::NoTls).expect("the PostgreSQL of the tests");
    let sql = format!("DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}");
    client.batch_execute(&sql).expect("a schema");
    format!("{url}?options=-c%20search_path%3D{schema}")
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

/// When to kill, and what the kills came upon, over all the ledgers in one database.
struct Kills {
    dice: Dice,
    /// Killed within this time; kept at about twice what each piece of work takes, so that half of them are killed.
    within: BTreeMap<&'static str, Duration>,
    /// A kill each: the piece of work, and after how many tenths of a millisecond.
    moments: Vec<(&'static str, u128)>,
    /// Of these, how many left no ledger or half of one, how many left a commit half done, and how many came between the
    /// commit and its acknowledgement.
    making: usize,
    in_commit: usize,
    after_commit: usize,
}

/// Someone who works on a ledger and is killed again and again.
struct Worker<'a> {
    store: &'a str,
    kills: &'a mut Kills,
    /// Entries in the ledger when it was last looked at.
    entries: u64,
    runs: Vec<String>,
    approvals: usize,
}

impl Worker<'_> {
    /// Tries until the program says that it is done.
    fn until_done(&mut self, work: &'static str, arguments: &[&str]) -> Output {
        loop {
            let within = self.kills.within.entry(work).or_insert(Duration::from_millis(50));
            let after = within.mul_f64(self.kills.dice.share());
            let done = done_before(arguments, after);
            *within = within.mul_f64(if done.is_some() { 0.95 } else { 1.05 });
            if let Some(output) = done {
                return output;
            }
            self.kills.moments.push((work, after.as_micros() / 100));
            // SQLite keeps its journal beside the file only while a commit is on its way.
            self.kills.in_commit += usize::from(Path::new(&format!("{}-journal", self.store)).exists());
            let before = self.entries;
            self.check();
            self.kills.after_commit += usize::from(self.entries > before);
        }
    }

    /// Opens the ledger as the next user would, which checks every entry, and looks for all that was acknowledged.
    fn check(&mut self) {
        let store = match Store::open(self.store, OpenMode::Existing) {
            Ok(store) => store,
            Err(error) => {
                let not_made = ["there is no ledger", "no ledger yet"].iter().any(|words| error.to_string().contains(words));
                assert!(not_made && self.runs.is_empty(), "{error:#}");
                self.kills.making += 1;
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
    command.args(arguments).env("WELLSPENT_TODAY", LATE_ENOUGH);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
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
    let mut store = Store::open(store, OpenMode::Existing).expect("a sound ledger");
    store.entries_after(0).expect("it can be read").into_iter().map(|entry| entry.id).collect()
}

/// Prepares and approves one run after another in a fresh ledger, and holds it to its end: the ids of all its entries.
fn worked(store: &str, tallies: &[String], kills: &mut Kills) -> Vec<String> {
    let scheme = base();
    let mut worker = Worker { store, kills, entries: 0, runs: Vec::new(), approvals: 0 };
    for (step, file) in tallies.iter().enumerate() {
        let id = run_of(&worker.until_done("preparing", &pay(&scheme, file, &day(step), store)));
        worker.runs.push(id.clone());
        worker.until_done("approving", &approve(&id, store));
        worker.approvals += 1;
        worker.check();
    }
    ids(store)
}

/// How often to kill, at the least.
fn least() -> usize {
    std::env::var("WELLSPENT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(30)
}

/// Nothing acknowledged is lost, and every ledger ends as one that was never disturbed: the same entries in the same order,
/// none of them twice.
#[test]
fn killed_at_any_moment_nothing_is_lost_and_nothing_is_there_twice() {
    let (least, scratch) = (least(), Scratch::new("killed"));
    // The last ones come back to what was said before.
    let late: Vec<usize> = (0..RUNS).map(|step| step % 9).collect();
    let undisturbed = ids(&ledger_of(&scratch, &late));
    let tallies: Vec<String> = (0..RUNS).map(|step| format!("{}/tally-{step}.csv", scratch.path())).collect();
    for (step, late) in late.iter().enumerate() {
        scratch.write(&format!("tally-{step}.csv"), tally(*late));
    }
    for (kind, url) in databases() {
        let start = Instant::now();
        let mut kills =
            Kills { dice: Dice(7), within: BTreeMap::new(), moments: Vec::new(), making: 0, in_commit: 0, after_commit: 0 };
        let mut ledgers = 0;
        while kills.moments.len() < least {
            ledgers += 1;
            let store = fresh(&scratch, url.as_deref(), ledgers);
            assert_eq!(worked(&store, &tallies, &mut kills), undisturbed, "{kind}, ledger {ledgers}");
        }
        let approving = kills.moments.iter().filter(|(work, _)| *work == "approving").count();
        tell(&format!(
            "{kind}: killed {} times in {:.0} s, at {} different moments (tenths of a millisecond of preparing or approving): {} \
             before there was a ledger, {} preparing, {approving} approving; {} in a commit and {} after it; {ledgers} ledgers of \
             {RUNS} runs and {} entries, none lost and none twice",
            kills.moments.len(),
            start.elapsed().as_secs_f64(),
            kills.moments.iter().collect::<BTreeSet<_>>().len(),
            kills.making,
            kills.moments.len() - approving - kills.making,
            kills.in_commit,
            kills.after_commit,
            undisturbed.len()
        ));
    }
}

/// The tables of a folder, each with what is in it; none where the program refuses to read them.
fn tables(folder: &str) -> Option<BTreeMap<OsString, Vec<u8>>> {
    let files = run(&["records", "check", folder]).status.success().then(|| fs::read_dir(folder).expect("a folder"))?;
    // What else is written beside tables says where they come from, and is different for each command.
    let beside = |name: &OsString| name == "kept.csv" || name == "source-rows.csv";
    let files = files.map(|file| file.expect("a file")).filter(|file| !beside(&file.file_name()));
    Some(files.map(|file| (file.file_name(), fs::read(file.path()).expect("a table"))).collect())
}

/// Tables that are read are whole: what was half written when the program was killed is refused, and what was acknowledged is
/// all there.
#[test]
fn killed_while_it_writes_tables_what_is_read_is_whole() {
    let (least, scratch) = (least(), Scratch::new("killed"));
    let at = |name: &str| format!("{}/{name}", scratch.path());
    let rows: String = (0..4_000).map(|person| format!("P{person},2024-01-{:02}\n", 1 + person % 28)).collect();
    scratch.write("cases.csv", format!("who,charged\n{rows}"));
    let map = "[people.all]\nfile = \"cases.csv\"\nperson = \"who\"\n
[events.charge]\nfile = \"cases.csv\"\nperson = \"who\"\nkind = { is = \"charge\" }\ndate = \"charged\"\n";
    scratch.write("map.toml", map);
    let (map, data, whole, half) = (at("map.toml"), scratch.path().to_owned(), at("whole"), at("half"));
    let made = run(&["records", "map", &map, &data, "--out", &whole]);
    assert!(made.status.success(), "{}", said(&made));
    let whole_tables = tables(&whole).expect("sound tables");
    let works =
        [["records", "map", &map, &data, "--out", &half].to_vec(), ["records", "check", &whole, "--keep", &half].to_vec()];
    for work in works {
        let (mut dice, mut within, mut killed, mut refused) = (Dice(7), Duration::from_millis(50), 0, 0);
        while killed < least {
            let done = done_before(&work, within.mul_f64(dice.share())).is_some();
            within = within.mul_f64(if done { 0.95 } else { 1.05 });
            killed += usize::from(!done);
            match tables(&half) {
                Some(found) => assert!(found == whole_tables, "{work:?}: half of it is read"),
                None => {
                    assert!(!done, "{work:?}: acknowledged, and it is not read");
                    refused += usize::from(Path::new(&half).join("people.csv").exists());
                }
            }
            let _ = fs::remove_dir_all(&half);
        }
        tell(&format!(
            "{}: killed {killed} times, {refused} of them with tables half written, none of which is read",
            work[..2].join(" ")
        ));
    }
}
