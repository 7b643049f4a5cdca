//! A payment run from the tally to the ledger, as its users do it.

use std::process::{Command, Output};

use crate::wellspent::{Scratch, root, run, said, skipped};

pub(crate) fn base() -> String {
    root().join("apps/cli/tests/bad/_base").display().to_string()
}

/// A tally of the scheme that the tests share, after so many late convictions in its first cohort; what is known of jobs
/// moves with it.
pub(crate) fn tally(late: usize) -> String {
    let (reoffending, reoffences, kept) = (100 + late, 4 * (100 + late), 170 + late);
    format!(
        "area,cohort,segment,people,reoffending,reoffences,job,job_kept
north,2027-04 to 2028-03,under 25,240,{reoffending},{reoffences},60,{kept}
north,2027-04 to 2028-03,25 and over,260,117,430,91,300
north,2028-04 to 2029-03,25 and over,500,199,900,150,412
south,2027-04 to 2028-03,under 25,500,300,1200,100,333
"
    )
}

/// The day of a step, a day after the other.
pub(crate) fn day(step: usize) -> String {
    let span = jiff::Span::new().days(i64::try_from(step).expect("a count"));
    jiff::civil::date(2029, 4, 1).saturating_add(span).to_string()
}

pub(crate) fn pay<'a>(scheme: &'a str, tally: &'a str, day: &'a str, store: &'a str) -> [&'a str; 12] {
    ["pay", scheme, "--tally", tally, "--provider", "Acme", "--as-at", day, "--store", store, "--prepared-by", "Ann Lee"]
}

pub(crate) fn approve<'a>(run: &'a str, store: &'a str) -> [&'a str; 6] {
    ["approve", run, "--store", store, "--by", "Ben Cole"]
}

pub(crate) fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("the program writes UTF-8")
}

/// The run that `wellspent pay` says it prepared.
pub(crate) fn run_of(output: &Output) -> String {
    let text = text(output);
    let line = text.lines().find(|line| line.starts_with("run ")).expect("the run is named");
    line.split(' ').nth(1).expect("its id").to_owned()
}

#[test]
fn a_run_goes_from_one_person_to_another_and_comes_back_to_the_byte() {
    let scratch = Scratch::new("paying");
    scratch.write("first.csv", tally(0));
    scratch.write("late.csv", tally(4));
    let (first, late) = (format!("{}/first.csv", scratch.path()), format!("{}/late.csv", scratch.path()));
    let (scheme, store) = (base(), format!("{}/ledger.db", scratch.path()));
    let (day_one, day_two) = (day(0), day(90));
    let csv =
        |tally: &str, day: &str| text(&run(&["pay", &scheme, "--tally", tally, "--provider", "Acme", "--as-at", day, "--csv"]));

    let prepared = run(&pay(&scheme, &first, &day_one, &store));
    assert!(prepared.status.success(), "{}", said(&prepared));
    let id = run_of(&prepared);
    let alone = run(&["approve", &id, "--store", &store, "--by", "ann lee"]);
    assert_eq!(alone.status.code(), Some(1), "{}", said(&alone));
    assert!(said(&alone).contains("Ann Lee prepared run"), "{}", said(&alone));
    assert_eq!(text(&run(&["ledger", "balance", &store])).lines().count(), 2, "nothing is owed yet: only the heading");
    let approved = run(&approve(&id, &store));
    assert!(said(&approved).contains("approved and posted"), "{}", said(&approved));
    let head = text(&run(&["ledger", "head", &store]));

    // The same again, by the same people or others, writes nothing.
    assert!(said(&run(&pay(&scheme, &first, &day_one, &store))).contains("it is posted"));
    assert!(said(&run(&approve(&id, &store))).contains("nothing was written"));
    assert_eq!(text(&run(&["ledger", "head", &store])), head);

    // Four late convictions: what they change is taken back and posted anew.
    let prepared = run(&pay(&scheme, &late, &day_two, &store));
    let correction = run_of(&prepared);
    assert!(text(&prepared).contains("would post 2 and take back 2"), "{}", said(&prepared));
    assert!(text(&prepared).contains("a difference of -£15,920"), "four people at £4,000 less, four periods at £20 more");
    assert!(run(&approve(&correction, &store)).status.success());
    let shown = text(&run(&["ledger", "show", &store, &correction]));
    assert!(shown.contains("reverses") && shown.contains("as known at 2029-06-30"), "{shown}");

    // Both statements come back as they were.
    for (tally, day) in [(&first, &day_one), (&late, &day_two)] {
        let replayed = text(&run(&["ledger", "statement", &store, "--contract", "_base", "--as-at", day]));
        assert_eq!(replayed, csv(tally, day), "as at {day}");
        assert!(replayed.lines().count() > 10);
    }
    let none = run(&["ledger", "statement", &store, "--contract", "_base", "--as-at", "2020-01-01"]);
    assert_eq!(none.status.code(), Some(2), "{}", said(&none));

    let verified = run(&["ledger", "verify", &store, "--head", head.trim()]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    let other = format!("3:{}", "0".repeat(64));
    let verified = run(&["ledger", "verify", &store, "--head", &other]);
    assert_eq!(verified.status.code(), Some(1), "{}", said(&verified));
    assert!(said(&verified).contains("since that head was published"));
}

/// The chain is not a secret of this program: `hashlib` comes to the same.
#[test]
fn another_program_can_check_the_chain() {
    let Some(python) = std::env::var_os("WELLSPENT_PYTHON") else {
        skipped("`cargo xtask test` sets WELLSPENT_PYTHON");
        return;
    };
    let scratch = Scratch::new("chain");
    let store = ledger_of(&scratch, &[0, 4]);
    scratch.write("entries", run(&["ledger", "entries", &store]).stdout);
    let script = "
import hashlib, sys
data, previous, number = open(sys.argv[1], 'rb').read(), '0' * 64, 0
while data:
    line, data = data.split(b'\\n', 1)
    length, said = line.decode().split()
    text, data, number = data[:int(length)], data[int(length):], number + 1
    assert hashlib.sha256(text).hexdigest() == said, number
    fields = text.decode().split('\\n')
    assert fields[0] == str(number) and fields[4] == previous, number
    previous = said
print(f'{number}:{previous}')
";
    let found = Command::new(python).args(["-c", script, &format!("{}/entries", scratch.path())]).output().expect("Python runs");
    assert_eq!(text(&found), text(&run(&["ledger", "head", &store])), "{}", String::from_utf8_lossy(&found.stderr));
}

/// A ledger with a run for each number of late convictions, all of them approved.
pub(crate) fn ledger_of(scratch: &Scratch, late: &[usize]) -> String {
    let store = format!("{}/ledger.db", scratch.path());
    for (step, &late) in late.iter().enumerate() {
        scratch.write("tally.csv", tally(late));
        let prepared = run(&pay(&base(), &format!("{}/tally.csv", scratch.path()), &day(step), &store));
        let approved = run(&approve(&run_of(&prepared), &store));
        assert!(approved.status.success(), "{}", said(&approved));
    }
    store
}
