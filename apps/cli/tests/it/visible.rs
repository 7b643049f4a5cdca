//! Whatever comes in, no character that a terminal obeys or nobody sees comes out as it is: not on standard output, not on
//! standard error, not on a page.
//!
//! A hostile text is put into every place where text comes from outside: scheme files, tables, records, tallies, folder and file
//! names, arguments, names and notes in the ledger. `WELLSPENT_HOSTILE` says how many random texts besides those listed.

use std::fs;
use std::process::Output;

use base::hidden_characters::hidden;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::paying::{base, day, ledger_of, pay, run_of, tally};
use crate::wellspent::{Scratch, run};

/// Asserts that nothing hidden is in what a command said or wrote.
fn nothing_hidden(what: &str, text: &str) {
    let found = text.char_indices().find(|(_, c)| hidden(*c) && !matches!(c, '\n' | '\t'));
    if let Some((at, c)) = found {
        let from = text[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
        panic!("{what}: U+{:04X} after {:?}", u32::from(c), &text[from..at]);
    }
}

fn said_plainly(what: &str, output: &Output) {
    for bytes in [&output.stdout, &output.stderr] {
        nothing_hidden(what, &String::from_utf8_lossy(bytes).replace('\u{fffd}', "?"));
    }
    assert!(!String::from_utf8_lossy(&output.stderr).contains("a fault in wellspent"), "{what}");
}

/// A folder with the base scheme, each text of a kind replaced by a hostile one.
fn spoilt(scratch: &Scratch, hostile: &str) {
    let quoted = hostile.chars().fold(String::new(), |out, c| match c {
        '"' | '\\' => out + "\\" + &c.to_string(),
        c if c.is_control() => out + &format!("\\u{:04x}", u32::from(c)),
        c => out + &c.to_string(),
    });
    for file in ["scheme.toml", "assumptions.toml", "segments.csv", "bands.csv", "prices.csv"] {
        let text = fs::read_to_string(format!("{}/{file}", base())).expect("a file of the base scheme");
        // In TOML as an escape, in CSV and comments as it is.
        let text = match file.ends_with(".toml") {
            true => text.replace("north", &format!("north{quoted}")).replace("A made-up", &format!("A {hostile} made-up")),
            false => text.replace("under 25", &format!("\"under{} 25\"", hostile.replace('"', "\"\""))),
        };
        scratch.write(file, text);
    }
}

/// Every command that shows what it is given, with a hostile text in its way.
fn every_way(hostile: &str) {
    let scratch = Scratch::new("hostile");
    spoilt(&scratch, hostile);
    let folder = scratch.path();
    // No argument can hold a zero byte.
    let word = hostile.replace('\0', "");
    scratch.write("tally.csv", tally(0).replace("north", &format!("\"north{}\"", hostile.replace('"', "\"\""))));
    let (file, page) = (format!("{folder}/tally.csv"), format!("{folder}/page.html"));
    for arguments in [
        vec!["check", folder],
        vec!["explain", folder],
        vec!["price", folder, "--tally", &file],
        vec!["pay", folder, "--tally", &file, "--provider", &word, "--as-at", "2029-04-01", "--html", &page],
        vec!["pay", folder, "--tally", &file, "--provider", &word, "--as-at", "2029-04-01", "--csv"],
        vec!["check", &word],
        vec![&word],
        vec!["ledger", &word],
        vec!["ledger", "verify", &word],
        vec!["glossary", &word],
        vec!["pay", folder, "--as-at", &word],
        vec!["uprate", &word],
    ] {
        said_plainly(&format!("{arguments:?}"), &run(&arguments));
    }
    if let Ok(page) = fs::read_to_string(&page) {
        nothing_hidden("the page of a statement", &page);
    }
    // Records, good for one thing and hostile in all others; and a folder that is named so.
    let records = format!("{folder}/records");
    fs::create_dir_all(&records).expect("a folder");
    let cell = format!("\"{}\"", hostile.replace('"', "\"\""));
    let write = |name: &str, text: &str| fs::write(format!("{records}/{name}"), text).expect("a table");
    write("people.csv", &format!("person,{cell}\n{cell},1\np1,2\n"));
    write("starts.csv", &format!("person,provider,area,date\np1,{cell},{cell},2027-05-01\np1,Acme,north,{cell}\n"));
    write("events.csv", &format!("person,kind,date,known\np1,{cell},2027-06-01,{cell}\n"));
    write("invoices.csv", &format!("contract,invoice,outcome,results,price,amount\n{cell},{cell},{cell},2,£3,£7\n"));
    for arguments in [
        vec!["records", "check", &records],
        vec!["measure", folder, &records, "--as-at", "2029-04-01"],
        vec!["pay", folder, &records, "--as-at", "2029-04-01"],
        vec!["why", folder, &records, "--as-at", "2029-04-01", "--person", &word],
        vec!["invoices", &records],
        vec!["claims", folder, &records, "--as-at", "2029-04-01"],
        vec!["lots", &records],
    ] {
        said_plainly(&format!("{arguments:?}"), &run(&arguments));
    }
}

/// A ledger of the earlier form may hold anything: it is written here as no command would write it.
fn in_the_ledger(hostile: &str) {
    let scratch = Scratch::new("hostile-ledger");
    let store = ledger_of(&scratch, &[0]);
    let file = format!("{}/tally.csv", scratch.path());
    let word = hostile.replace('\0', "");
    let (scheme, later) = (base(), day(40));
    let mut arguments = pay(&scheme, &file, &later, &store).to_vec();
    arguments[5] = &word;
    arguments.extend(["--note", &word]);
    said_plainly("a hostile provider and note", &run(&arguments));
    arguments[11] = &word;
    said_plainly("a hostile preparer", &run(&arguments));
    let prepared = run(&pay(&scheme, &file, &later, &store));
    let id = if prepared.status.success() { run_of(&prepared) } else { "abc".to_owned() };
    said_plainly("a hostile approver", &run(&["approve", &id, "--store", &store, "--by", &word]));
    let settle = ["ledger", "settle", &store, "--on", "2029-05-01", "--provider", &word, "--amount", "5", "--reference", &word];
    said_plainly("a hostile settlement", &run(&[&settle[..], &["--by", &word]].concat()));
    scratch
        .write("bank.csv", format!("reference,date,amount,payee\n\"{0}x\",2029-05-01,5,\"{0}\"\n", hostile.replace('"', "\"\"")));
    let bank = format!("{}/bank.csv", scratch.path());
    for more in [&[][..], &["--csv"]] {
        said_plainly("a hostile extract", &run(&[&["ledger", "reconcile", &store, &bank][..], more].concat()));
    }
    for look in ["show", "balance", "journal", "settlements", "entries", "verify"] {
        said_plainly(look, &run(&["ledger", look, &store]));
    }
}

#[test]
fn nothing_hidden_reaches_a_reader() {
    for hostile in [
        "\u{1b}[2J\u{1b}]0;x\u{7}",
        "\u{202e}dlrow\u{2066}\u{200b}\u{ad}\u{fe0f}",
        "\u{9b}31m\u{85}\r\u{8}\u{7f}\u{2028}\u{feff}\u{e0041}",
    ] {
        every_way(hostile);
        in_the_ledger(hostile);
    }
    let cases: u32 = std::env::var("WELLSPENT_HOSTILE").ok().and_then(|text| text.parse().ok()).unwrap_or(3);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() });
    let one = prop_oneof![
        any::<char>().prop_filter("hidden", |c| hidden(*c)),
        (0_u8..0xa0).prop_map(char::from),
        "[a-z\"',;\\\\<&]".prop_map(|text: String| text.chars().next().unwrap_or('x')),
    ];
    let texts = prop::collection::vec(one, 1..12).prop_map(|chars| chars.into_iter().collect::<String>());
    let tried = runner.run(&texts, |hostile| {
        every_way(&hostile);
        in_the_ledger(&hostile);
        Ok(())
    });
    tried.expect("nothing hidden is shown");
}

/// A ledger from before names were checked, with a preparer whose name turns the line round: it is read and shown plainly, and
/// printed for other programs as it is.
#[test]
fn an_earlier_ledger_with_hidden_characters_is_shown_plainly() {
    let scratch = Scratch::new("hidden-ledger");
    let folder = crate::wellspent::root().join("apps/cli/tests/ledgers/hidden-characters");
    fs::copy(folder.join("ledger.db"), scratch.0.join("ledger.db")).expect("a copy");
    let store = format!("{}/ledger.db", scratch.path());
    for look in ["show", "balance", "journal", "verify"] {
        let output = run(&["ledger", look, &store]);
        assert_eq!(output.status.code(), Some(0), "{look}");
        said_plainly(look, &output);
    }
    let entries = run(&["ledger", "entries", &store]).stdout;
    assert_eq!(entries, fs::read(folder.join("entries.txt")).expect("as it was printed"));
    let shown = String::from_utf8_lossy(&run(&["ledger", "show", &store]).stdout).into_owned();
    assert!(shown.contains("Ann<U+202E> Lee"), "{shown}");
    let verified = run(&["ledger", "verify", &store]);
    assert!(String::from_utf8_lossy(&verified.stderr).contains("two spellings of one name"), "told, since it was allowed then");
}
