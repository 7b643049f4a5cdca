//! The road from records to money, under mutation: thousands of good folders in which one thing goes wrong (a row repeated, a
//! value misspelt, a file cut), and thousands in which something changes that matters to nobody. Whatever arrives, the sum is as
//! it should be or nothing is paid and the reason is told; and nothing harmless is ever refused.
//!
//! `WELLSPENT_MUTATIONS=20000` sets how many are tried; `WELLSPENT_SEED=7` draws others.

mod draw;
mod folder;
mod maps;
mod mutations;

use std::fmt::Write as _;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::wellspent::{Scratch, differs, root, run, said, tell};
use draw::Draw;
use folder::{AS_AT, Folder, PRICES, SCHEME};
use mutations::{Arrived, HARMLESS, Kind, MUTATIONS, Must};

/// How many folders a test draws, and from which seed on.
fn count(default: usize) -> (usize, u64) {
    let number = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    (number("WELLSPENT_MUTATIONS").map_or(default, |count| count as usize), number("WELLSPENT_SEED").unwrap_or(1))
}

/// What became of one kind of mutation.
#[derive(Clone, Default)]
struct Row {
    tried: usize,
    paid: usize,
    less: usize,
    refused: usize,
    wrong: usize,
}

/// Tries so many folders, kind after kind, on two threads, and gives the table and the first failures.
fn try_all(kinds: &[Kind], count: usize, seed: u64) -> (Vec<Row>, Vec<String>) {
    let rows = Mutex::new(vec![Row::default(); kinds.len()]);
    let failures = Mutex::new(Vec::new());
    let next = AtomicUsize::new(0);
    let scheme = Scratch::new("three-outcomes");
    scheme.write("scheme.toml", SCHEME);
    scheme.write("prices.csv", PRICES);
    std::thread::scope(|threads| {
        for _ in 0..2 {
            threads.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return;
                    }
                    let (kind, mut draw) = (at % kinds.len(), Draw::new(seed.wrapping_add(at as u64)));
                    let good = Folder::good(&mut draw);
                    // Some folders have no place for some mutations: another place is drawn.
                    let Some(arrived) = (0..50).find_map(|_| kinds[kind].1(&good, &mut draw)) else { continue };
                    let found = judge(&scheme, &arrived);
                    let row = &mut rows.lock().expect("no thread panicked")[kind];
                    row.tried += 1;
                    match found {
                        Ok(Became::Paid) => row.paid += 1,
                        Ok(Became::PaidLess) => row.less += 1,
                        Ok(Became::Refused) => row.refused += 1,
                        Err(why) => {
                            row.wrong += 1;
                            let what = format!("seed {seed}, number {at}, {}: {}\n{why}", kinds[kind].0, arrived.what);
                            failures.lock().expect("no thread panicked").push((kind, at, what));
                        }
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no thread panicked");
    failures.sort();
    (rows.into_inner().expect("no thread panicked"), failures.into_iter().map(|(_, _, what)| what).collect())
}

/// What became of a folder, and rightly.
enum Became {
    Paid,
    PaidLess,
    Refused,
}

/// What became of a folder; or what is wrong with that.
fn judge(scheme: &Scratch, arrived: &Arrived) -> Result<Became, String> {
    let records = Scratch::new("records");
    for (name, bytes) in &arrived.files {
        records.write(name, bytes);
    }
    let output = run(&["pay", scheme.path(), records.path(), "--as-at", AS_AT, "--csv"]);
    let short = || {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        told.lines().filter(|line| !line.is_empty()).take(6).fold(String::new(), |out, line| format!("{out}    {line}\n"))
    };
    match output.status.code() {
        Some(0) => {
            let sum = total(&output);
            if arrived.must == Must::Refuse {
                return Err(format!("paid {sum} where nothing may be paid\n{}", short()));
            }
            let told = String::from_utf8_lossy(&output.stderr).contains("no row of coverage says how far this kind is complete");
            if arrived.must == Must::PayLessAndTell && told && arrived.sums.iter().any(|right| sum < *right) {
                return Ok(Became::PaidLess);
            }
            if !arrived.sums.contains(&sum) {
                return Err(format!("paid {sum}, expected one of {:?}\n{}", arrived.sums, short()));
            }
            if arrived.must == Must::PayAndTell && output.stderr.is_empty() {
                return Err(format!("paid {sum} and said nothing"));
            }
            Ok(Became::Paid)
        }
        Some(1 | 2) => {
            if matches!(arrived.must, Must::Pay | Must::PayAndTell) {
                return Err(format!("refused\n{}", short()));
            }
            let told = String::from_utf8_lossy(&output.stderr).into_owned();
            let tables = ["people", "providers", "starts", "events", "spells", "coverage"];
            if !tables.iter().any(|table| told.contains(table)) {
                return Err(format!("refused without saying where\n{}", short()));
            }
            Ok(Became::Refused)
        }
        code => Err(format!("ended with {code:?}\n{}", short())),
    }
}

/// The sum of a statement as CSV, in pence.
fn total(output: &Output) -> i64 {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut lines = text.lines();
    let amount = lines.next().and_then(|header| header.split(',').position(|name| name == "amount")).expect("a header");
    // Only the reason, which comes later, holds commas.
    let pence = |line: &str| -> i64 {
        let cell = line.split(',').nth(amount).expect("an amount");
        cell.replace('.', "").parse().expect("pounds with two digits after the point")
    };
    lines.map(pence).sum()
}

fn table(kinds: &[Kind], rows: &[Row]) -> String {
    let mut out = String::from(
        "| what happened to the records | tried | paid, and the sum is right | paid less, and told | refused | wrong |\n|---|---|---|---|---|---|\n",
    );
    let mut all = Row::default();
    for ((name, _), row) in kinds.iter().zip(rows) {
        let _ = writeln!(out, "| {name} | {} | {} | {} | {} | {} |", row.tried, row.paid, row.less, row.refused, row.wrong);
        all.tried += row.tried;
        all.paid += row.paid;
        all.less += row.less;
        all.refused += row.refused;
        all.wrong += row.wrong;
    }
    let _ = writeln!(out, "| **all** | {} | {} | {} | {} | {} |", all.tried, all.paid, all.less, all.refused, all.wrong);
    out
}

/// The table stands in docs/validity/records.md; a run with another seed or number of mutations is printed alone.
fn compare(marker: &str, table: &str) {
    tell(table);
    if std::env::var_os("WELLSPENT_MUTATIONS").is_some() || std::env::var_os("WELLSPENT_SEED").is_some() {
        return;
    }
    let path = root().join("docs/validity/records.md");
    let page = std::fs::read_to_string(&path).expect("the page is there");
    let (begin, end) =
        (format!("<!-- {marker}: `UPDATE=1 cargo test -p cli --test it mutated` writes what follows -->\n"), "<!-- end -->");
    let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("docs/validity/records.md has no place for {marker}"));
    let (_, after) = rest.split_once(end).expect("the place ends");
    let now = format!("{before}{begin}\n{table}\n{end}{after}");
    if let Some(difference) = differs(&path, &now) {
        panic!("{difference}\n\nhint: UPDATE=1 writes it");
    }
}

#[test]
fn good_folders_are_paid_what_can_be_worked_out_by_hand() {
    let scheme = Scratch::new("three-outcomes");
    scheme.write("scheme.toml", SCHEME);
    scheme.write("prices.csv", PRICES);
    let (count, seed) = count(40);
    for at in 0..count {
        let good = Folder::good(&mut Draw::new(seed.wrapping_add(at as u64)));
        let records = Scratch::new("records");
        good.tables.iter().for_each(|table| records.write(&format!("{}.csv", table.name), table.csv()));
        let output = run(&["pay", scheme.path(), records.path(), "--as-at", AS_AT, "--csv"]);
        assert!(output.status.success(), "number {at}: {}", said(&output));
        assert_eq!(Some(total(&output)), good.pays(), "number {at}: {}", said(&output));
    }
}

#[test]
fn whatever_goes_wrong_on_the_way_the_sum_is_right_or_nothing_is_paid() {
    let (count, seed) = count(3_150);
    let (rows, failures) = try_all(MUTATIONS, count, seed);
    let table = table(MUTATIONS, &rows);
    assert!(
        failures.is_empty(),
        "{table}\n{} wrong, of which:\n{}",
        failures.len(),
        failures.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
    compare("records under mutation", &table);
}

#[test]
fn nothing_harmless_is_ever_refused() {
    let (count, seed) = count(1_050);
    let (rows, failures) = try_all(HARMLESS, count, seed);
    let table = table(HARMLESS, &rows);
    assert!(
        failures.is_empty(),
        "{table}\n{} wrong, of which:\n{}",
        failures.len(),
        failures.iter().take(60).cloned().collect::<Vec<_>>().join("\n")
    );
    compare("harmless changes", &table);
}
