//! What is paid and who approved it: one person under several spellings, settlements, reconciliation with a bank's extract, places
//! that keep nothing, passwords, and a ledger in the earlier chart of accounts.

use std::fs;
use std::process::Output;

use crate::paying::{approve, base, day, ledger_of, pay, run_of, tally, text};
use crate::wellspent::{Scratch, root, run, said};

/// The folder of a ledger that was written before there were expense, payable, cash and receivable.
fn earlier() -> std::path::PathBuf {
    root().join("apps/cli/tests/ledgers/liability-receivable")
}

fn told(name: &str) -> String {
    fs::read_to_string(earlier().join(name)).expect("what was said of it")
}

/// Read, verified and printed byte for byte as before; balances in today's accounts; and it can be paid on.
#[test]
fn a_ledger_in_the_earlier_chart_is_read_and_continued() {
    let scratch = Scratch::new("earlier");
    fs::copy(earlier().join("ledger.db"), scratch.0.join("ledger.db")).expect("a copy");
    let store = format!("{}/ledger.db", scratch.path());
    let ledger = |what: &[&str]| run(&[&["ledger", what[0], &store], &what[1..]].concat());
    assert_eq!(text(&ledger(&["entries"])), told("entries.txt"));
    assert_eq!(text(&ledger(&["head"])), told("head.txt"));
    assert_eq!(text(&ledger(&["show"])), told("show.txt"));
    let verified = ledger(&["verify", "--head", told("head.txt").trim()]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    let head = |text: &str| text.lines().last().expect("a head").to_owned();
    assert_eq!(head(&text(&verified)), head(&told("verify.txt")));
    // What was a liability of -£1,699,920 is an expense; what the providers' receivables were is payable.
    assert!(told("balance.txt").contains("payer's liability, _base           -£1,699,920"));
    let balance = text(&ledger(&["balance"]));
    for (account, debit, credit) in [
        ("expense, _base", "£1,699,920", ""),
        ("payable to Acme, _base", "", "£845,980"),
        ("payable to Brook & Sons, _base", "", "£853,940"),
        ("total", "£1,699,920", "£1,699,920"),
    ] {
        let line = balance.lines().find(|line| line.starts_with(account)).unwrap_or_else(|| panic!("{account}:\n{balance}"));
        let cells: Vec<&str> = line[account.len()..].split_whitespace().collect();
        let wanted: Vec<&str> = [debit, credit].into_iter().filter(|cell| !cell.is_empty()).collect();
        assert_eq!(cells, wanted, "{balance}");
    }
    // The run that waits for approval is of the earlier form, and is approved in today's.
    let approved = run(&approve("369c150958c8", &store));
    assert!(approved.status.success(), "{}", said(&approved));
    assert!(said(&approved).contains("Acme is owed £826,080 under _base"), "{}", said(&approved));
    let settled = settle(&store, "Acme", "£826,080", "2029-08-10", "BACS 1", "Cat Dee", &[]);
    assert!(settled.status.success(), "{}", said(&settled));
    let verified = ledger(&["verify", "--head", told("head.txt").trim()]);
    assert_eq!(verified.status.code(), Some(0), "{}", said(&verified));
    assert!(text(&ledger(&["entries"])).starts_with(&told("entries.txt")), "nothing of it was changed");
    let journal = text(&ledger(&["journal"]));
    let sum =
        |side: usize| -> f64 { journal.lines().skip(1).filter_map(|line| line.split(',').nth(side)?.parse::<f64>().ok()).sum() };
    assert!(sum(7) > 0.0 && (sum(7) - sum(8)).abs() < 0.005, "debits are credits:\n{journal}");
}

fn settle(store: &str, provider: &str, amount: &str, on: &str, reference: &str, by: &str, more: &[&str]) -> Output {
    let arguments = ["ledger", "settle", store, "--provider", provider, "--amount", amount, "--on", on];
    run(&[&arguments[..], &["--reference", reference, "--by", by], more].concat())
}

#[test]
fn one_person_has_one_identity_however_the_name_is_spelt() {
    let scratch = Scratch::new("identity");
    scratch.write("tally.csv", tally(0));
    let (file, day, store) = (format!("{}/tally.csv", scratch.path()), day(0), format!("{}/ledger.db", scratch.path()));
    let prepared = run(&pay(&base(), &file, &day, &store));
    let id = run_of(&prepared);
    let by = |name: &str| run(&["approve", &id, "--store", &store, "--by", name]);
    for name in [
        "ann  lee",
        "ANN\u{a0}LEE",
        "Ann\u{200b} Lee",
        "\u{202e}Ann Lee",
        "Ann Le\u{435}",
        "\u{410}nn Lee",
        "Ａｎｎ Ｌｅｅ",
        "Lee, Ann",
        "Ann Lee\u{fe0f}",
        "",
        "\u{3164}",
        "\u{2800}",
    ] {
        let output = by(name);
        assert_eq!(output.status.code(), Some(1), "{name:?}: {}", said(&output));
        assert!(said(&output).contains("hint:"), "{name:?}: {}", said(&output));
    }
    let near = by("Anne Lee");
    assert!(near.status.success() && said(&near).contains("nearly the same"), "{}", said(&near));
    for name in ["", "\u{200b}", "\u{410}nn", "Ann\u{1b}[2J"] {
        let scheme = base();
        let mut arguments = pay(&scheme, &file, &day, &store);
        arguments[11] = name;
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1), "{name:?}: {}", said(&output));
        assert!(!said(&output).contains(['\u{1b}', '\u{200b}']), "{}", said(&output));
    }
}

#[test]
fn payments_are_recorded_in_parts_once_and_reversed_by_another() {
    let scratch = Scratch::new("settling");
    let store = ledger_of(&scratch, &[0]);
    let amount = "£861,900";
    let refused = |output: Output, words: &str| {
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        assert!(said(&output).contains(words) && said(&output).contains("hint:"), "{}", said(&output));
    };
    refused(settle(&store, "Acme", "£861,900.01", "2029-04-10", "B1", "Cat", &[]), "£861,900 is payable to Acme");
    refused(settle(&store, "Acme Ltd", amount, "2029-04-10", "B1", "Cat", &[]), "did you mean Acme?");
    refused(settle(&store, "Acme", amount, "2029-04-10", "B1", "Ben  COLE", &[]), "cannot record its payment");
    refused(settle(&store, "Acme", "-5", "2029-04-10", "B1", "Cat", &[]), "not a positive amount");
    assert_eq!(settle(&store, "Acme", "five", "2029-04-10", "B1", "Cat", &[]).status.code(), Some(2));
    let first = settle(&store, "Acme", "£800,000", "2029-04-10", "BACS 0001", "Cat Dee", &[]);
    assert!(said(&first).contains("Acme is owed £61,900 under _base (£800,000 was paid)"), "{}", said(&first));
    let head = text(&run(&["ledger", "head", &store]));
    let again = settle(&store, "Acme", "800000.00", "2029-04-10", "bacs0001", "Eve Fox", &[]);
    assert!(again.status.success() && said(&again).contains("nothing was written"), "{}", said(&again));
    assert_eq!(text(&run(&["ledger", "head", &store])), head);
    refused(settle(&store, "Acme", "£61,900", "2029-04-10", "BACS 0001", "Cat Dee", &[]), "was recorded before");
    let over = settle(&store, "Acme", "£62,000", "2029-05-10", "BACS 2", "Cat Dee", &["--over", "rounded up"]);
    assert!(said(&over).contains("Acme owes £100 under _base"), "{}", said(&over));
    let balance = text(&run(&["ledger", "balance", &store]));
    assert!(balance.contains("receivable from Acme, _base"), "{balance}");
    let reverse = |by: &str| run(&["ledger", "reverse", &store, "--reference", "BACS 2", "--by", by, "--reason", "returned"]);
    refused(reverse("cat dee"), "cannot reverse it as well");
    let reversed = reverse("Eve Fox");
    assert!(said(&reversed).contains("Acme is owed £61,900"), "{}", said(&reversed));
    assert!(said(&reverse("Eve Fox")).contains("nothing was written"));
    let listed = text(&run(&["ledger", "settlements", &store]));
    assert!(listed.contains("reversed by Eve Fox: returned") && listed.contains("in force"), "{listed}");
    let verified = run(&["ledger", "verify", &store, "--head", head.trim()]);
    assert!(said(&verified).contains("1 settlement:"), "{}", said(&verified));
    // A conviction comes late, after all was paid: the difference is owed back.
    settle(&store, "Acme", "£61,900", "2029-05-12", "BACS 3", "Cat Dee", &[]);
    scratch.write("late.csv", tally(4));
    let late = format!("{}/late.csv", scratch.path());
    let prepared = run(&pay(&base(), &late, &day(90), &store));
    assert!(said(&prepared).contains("a difference of -£15,920"), "{}", said(&prepared));
    let approved = run(&approve(&run_of(&prepared), &store));
    assert!(said(&approved).contains("Acme owes £15,920 under _base"), "{}", said(&approved));
    let back = settle(&store, "Acme", "£15,920", "2029-08-01", "CR 7", "Cat Dee", &["--received"]);
    assert!(said(&back).contains("Acme is owed £0"), "{}", said(&back));
    assert_eq!(run(&["ledger", "verify", &store]).status.code(), Some(0));
}

#[test]
fn an_extract_of_the_bank_is_reconciled() {
    let scratch = Scratch::new("reconcile");
    let store = ledger_of(&scratch, &[0]);
    for (amount, on, reference) in [
        ("£100,000", "2029-04-10", "B1"),
        ("£50,000", "2029-04-11", "B2"),
        ("£20,000", "2029-04-12", "B3"),
        ("£900", "2029-06-01", "B4"),
    ] {
        assert!(settle(&store, "Acme", amount, on, reference, "Cat Dee", &[]).status.success());
    }
    let file = format!("{}/bank.csv", scratch.path());
    let reconcile = |more: &[&str]| run(&[&["ledger", "reconcile", &store, &file], more].concat());
    // Everything there, in another order, in the bank's own words.
    scratch.write(
        "bank.csv",
        "Value Date;Supplier Name;Amount (GBP);Payment Reference;Balance
12/04/2029;ACME;20,000.00;b3;1
10 April 2029;Acme;\"£100,000.00\";B1;2

2029-04-11;acme;50000;B 2;3
01-Jun-2029;Acme;900.00;B4;4
",
    );
    let output = reconcile(&[]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(text(&output).contains("everything is matched"), "{}", said(&output));
    scratch.write(
        "bank.csv",
        "reference,date,amount,payee\nB1,2029-04-10,-100000,Acme\nB2,2029-04-11,-50000,Acme\nB3,2029-04-12,-20000,Acme\n",
    );
    assert_eq!(reconcile(&["--to", "2029-05-31"]).status.code(), Some(1), "signs are taken as they are");
    assert_eq!(reconcile(&["--to", "2029-05-31", "--paid-is-negative"]).status.code(), Some(0));
    assert_eq!(reconcile(&["--paid-is-negative"]).status.code(), Some(1), "B4 is missing");

    // One right, one that differs in everything, one missing, one too many, one twice.
    scratch.write(
        "bank.csv",
        "reference,date,amount,payee
B1,2029-04-10,100000.00,Acme
B2,2029-04-13,50000.01,Brook
X9,2029-04-12,20000.00,Acme
B1,2029-04-10,100000.00,Acme
B4,2029-06-01,900.00,Acme
",
    );
    let output = reconcile(&[]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let shown = text(&output);
    for words in [
        "amount: £50,000 in the ledger, £50,000.01 in the extract, a difference of £0.01",
        "date: 2029-04-11 in the ledger, 2029-04-13 in the extract",
        "payee: Acme in the ledger, Brook in the extract",
        "only in the ledger",
        "row 4: X9",
        "is it the same payment under another reference?",
        "row 5: B1",
    ] {
        let one_line = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(one_line.contains(words), "{words:?} is not in\n{shown}");
    }
    let total: Vec<&str> = shown.lines().find(|line| line.starts_with("total")).expect("a total").split_whitespace().collect();
    assert_eq!(total, ["total", "6", "£170,900", "£270,900.01", "£100,000.01"]);
    // As CSV every amount is there, and the totals are the same.
    let csv = text(&reconcile(&["--csv"]));
    let column = |at: usize| -> i64 {
        let cells = csv.lines().skip(1).filter_map(|line| line.split(',').nth(at)?.parse::<f64>().ok());
        cells.map(|pounds| (pounds * 100.0).round() as i64).sum()
    };
    assert_eq!((column(5), column(9), column(10)), (17_090_000, 27_090_001, 10_000_001), "{csv}");
    // What cannot be read is refused with its row, and nothing of it is repeated.
    for (file, words) in [
        ("reference,date,amount,payee\nB1,2029-13-10,1,Acme\n", "row 2: the date"),
        ("reference,date,amount,payee\nB1,2029-04-10,SECRET,Acme\n", "row 2: the amount"),
        ("reference,date,amount,payee\n,2029-04-10,1,Acme\n", "row 2: the reference is empty"),
        ("reference,amount,payee\nB1,1,Acme\n", "no column for the date"),
        ("reference,date,date,amount,payee\nB1,1,1,1,Acme\n", "two columns named date"),
        ("", "is empty"),
    ] {
        scratch.write("bank.csv", file);
        let output = reconcile(&[]);
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(words) && !said(&output).contains("SECRET"), "{}", said(&output));
    }
}

/// A payment that the bank gave back is not matched with the row that says it was made.
#[test]
fn a_payment_that_came_back_differs() {
    let scratch = Scratch::new("came-back");
    let store = ledger_of(&scratch, &[0]);
    assert!(settle(&store, "Acme", "£1,000", "2029-04-10", "B1", "Cat Dee", &[]).status.success());
    let file = format!("{}/bank.csv", scratch.path());
    let (paid, returned) = ("B1,2029-04-10,1000,Acme,Paid\n", "b 1,2029-04-12,1000,Acme,Returned\n");
    let rejected = "B1,2029-04-09,1000,Acme,Rejected\n";
    for (rows, code, words) in [
        (paid.to_owned(), 0, "everything is matched"),
        (format!("{paid}{returned}"), 1, "row 3 of the extract says \"returned\""),
        (format!("{returned}{paid}"), 1, "row 2 of the extract says \"returned\""),
        (returned.to_owned(), 1, "row 2 of the extract says \"returned\""),
        (format!("{rejected}{paid}"), 0, "everything is matched"),
    ] {
        scratch.write("bank.csv", format!("reference,date,amount,payee,Status\n{rows}"));
        let output = run(&["ledger", "reconcile", &store, &file]);
        assert_eq!(output.status.code(), Some(code), "{rows}: {}", said(&output));
        let shown = text(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(words), "{rows}: {}", said(&output));
    }
}

/// A payment is of a day on which it can have been made.
#[test]
fn a_payment_of_a_day_that_cannot_be_is_refused() {
    let scratch = Scratch::new("days");
    let store = ledger_of(&scratch, &[0]);
    for (on, words) in [
        ("1999-01-01", "before 2029-04-01, the day of the first statement"),
        ("2029-03-31", "before 2029-04-01"),
        ("2036-01-01", "today is 2035-12-31"),
        ("2199-01-01", "today is 2035-12-31"),
    ] {
        let output = settle(&store, "Acme", "£5", on, "B1", "Cat", &[]);
        assert_eq!(output.status.code(), Some(1), "{on}: {}", said(&output));
        assert!(said(&output).contains(words) && said(&output).contains("hint:"), "{on}: {}", said(&output));
    }
    let output = settle(&store, "Acme", "£5", "30/04/2029", "B1", "Cat", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("--on") && said(&output).contains("write the year first: 2029-04-30"), "{}", said(&output));
    assert!(settle(&store, "Acme", "£5", "2029-04-01", "B1", "Cat", &[]).status.success());
}

/// An extract is read in one way, or somebody is asked.
#[test]
fn an_extract_that_can_be_read_in_two_ways_is_not_guessed_at() {
    let scratch = Scratch::new("extracts");
    let store = ledger_of(&scratch, &[0]);
    assert!(settle(&store, "Acme", "£1,000", "2029-04-10", "B1", "Cat Dee", &[]).status.success());
    let file = format!("{}/bank.csv", scratch.path());
    let reconcile = |text: &str, more: &[&str]| {
        scratch.write("bank.csv", text);
        run(&[&["ledger", "reconcile", &store, &file], more].concat())
    };
    for (text, words) in [
        ("reference,date,amount,payee,Currency\nB1,2029-04-10,1000,Acme,EUR\n", "row 2: the currency is not GBP"),
        ("reference,date,amount,payee,ccy\nB1,2029-04-10,1000,Acme,GBp\n", "row 2: the currency is not GBP"),
        ("reference,date,amount,payee\nB1,2029-04-10,1.000,Acme\n", "row 2: the amount can be read in two ways"),
        ("reference,date,amount,payee\nB1,2029-04-10,\"1.000,00\",Acme\n", "row 2: the amount can be read in two ways"),
        ("reference,date,amount,payee\nB1,2029-04-10,,Acme\n", "row 2: the amount is empty"),
        ("reference,date,amount,payee\nB1,2029-04-10,€1000,Acme\n", "row 2: the amount is not"),
        ("reference,date,Amount,Amount (GBP),payee\nB1,2029-04-10,9,1000,Acme\n", "can be the amount: Amount, Amount (GBP)"),
        ("reference,date,Debit,Amount,payee\nB1,2029-04-10,1000,1000,Acme\n", "--amount \"Debit\""),
        ("reference,Date,Value Date,Amount,payee\nB1,2029-04-10,2029-04-10,1000,Acme\n", "can be the date: Date, Value Date"),
        ("amount\n1000\n", "no column for the reference, the date, the payee"),
        (
            "Statement of account\nreference,payee,date\nB1,Acme,2029-04-10\n",
            "no column for the amount: its columns are reference",
        ),
    ] {
        let output = reconcile(text, &[]);
        assert_eq!(output.status.code(), Some(2), "{text}: {}", said(&output));
        assert!(said(&output).contains(words), "{text}: {}", said(&output));
    }
    let euros = reconcile("reference,date,Amount (EUR),payee\nB1,2029-04-10,1000,Acme\n", &["--amount", "Amount (EUR)"]);
    assert!(said(&euros).contains("in EUR by the name of the column"), "{}", said(&euros));
    for (text, more) in [
        ("reference,date,amount,payee,Currency\nB1,2029-04-10,\"1,000\",Acme,GBP\nTotal,,\"1,000\",,\n", &[][..]),
        ("reference,date,Amount,Amount (GBP),payee\nB1,2029-04-10,9,1000.0,Acme\n", &["--amount", "Amount (GBP)"]),
        ("My bank\n\nreference,date,amount,payee\nB1,10/04/2029,£1000,Acme\n,,1000,Grand total:\n", &[]),
    ] {
        let output = reconcile(text, more);
        assert_eq!(output.status.code(), Some(0), "{text}: {}", said(&output));
        assert_eq!(
            said(&output).contains("has totals and no payment"),
            text.to_lowercase().contains("total"),
            "{}",
            said(&output)
        );
    }
    let output = reconcile("reference,date,amount,payee\nB1,2029-04-10,1000,Acme\n", &["--contract", "_Base"]);
    assert!(said(&output).contains("did you mean --contract _base?"), "{}", said(&output));
    let output = run(&["ledger", "statement", &store, "--contract", "_Base", "--as-at", "2029-05-01"]);
    assert!(said(&output).contains("did you mean --contract _base?"), "{}", said(&output));
    let output = settle(&store, "Acme", "£5", "2029-04-10", "B2", "Cat", &["--contract", "_Base"]);
    assert!(said(&output).contains("did you mean _base?"), "{}", said(&output));
}

/// What keeps nothing, or cannot be kept, is refused with how to say it right, and leaves no file behind.
#[test]
fn a_place_that_keeps_nothing_is_refused() {
    let scratch = Scratch::new("places");
    scratch.write("tally.csv", tally(0));
    let (file, day) = (format!("{}/tally.csv", scratch.path()), day(0));
    let inside = |name: &str| format!("{}/{name}", scratch.path());
    let read_only = ledger_of(&Scratch::new("read-only"), &[]);
    let fifo = inside("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    drop(read_only);
    let kept = inside("kept.db");
    assert!(run(&pay(&base(), &file, &day, &kept)).status.success());
    let mut permissions = fs::metadata(&kept).expect("a file").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&kept, permissions).expect("read-only");
    let memory = format!("file:{}?mode=memory", inside("memory.db"));
    let options = inside("ledger.db?mode=memory");
    let slash = inside("new/");
    for place in [
        "",
        " ",
        ":memory:",
        "file::memory:?cache=shared",
        &memory,
        "file:ledger.db",
        &options,
        "sqlite://x.db",
        "/dev/null",
        "/dev/full",
        scratch.path(),
        &slash,
        &fifo,
        &kept,
    ] {
        let output = run(&pay(&base(), &file, &day, place));
        assert_eq!(output.status.code(), Some(2), "{place:?}: {}", said(&output));
        assert!(said(&output).contains("hint:") && !said(&output).contains("prepared by"), "{place:?}: {}", said(&output));
    }
    let mut left: Vec<String> =
        fs::read_dir(&scratch.0).expect("the folder").flatten().map(|entry| entry.file_name().display().to_string()).collect();
    left.sort();
    assert_eq!(left, ["fifo", "kept.db", "tally.csv"]);
    assert_eq!(run(&["ledger", "verify", &kept]).status.code(), Some(0), "a read-only ledger can be looked at");
}

/// Nothing that is printed has the password of a database in it, whatever is wrong with the command or the place.
#[test]
fn a_password_is_never_printed() {
    let scratch = Scratch::new("password");
    scratch.write("tally.csv", tally(0));
    let (file, day, scheme) = (format!("{}/tally.csv", scratch.path()), day(0), base());
    let places = [
        "postgres://ann:hunter2secret@127.0.0.1:1/ledger",
        "postgres://ann:hunter2secret@db.example.org/ledger",
        "postgres://ann:hunter2%73ecret@127.0.0.1:1/ledger",
        "postgres://ann:hunter2/secret@127.0.0.1:1/ledger",
        "postgres://ann:hunter2 secret@127.0.0.1:1/ledger",
        "postgresql://127.0.0.1:1/ledger?user=ann&password=hunter2secret",
        "POSTGRES://ann:hunter2secret@127.0.0.1:1/ledger",
        "host=127.0.0.1 port=1 user=ann password=hunter2secret dbname=ledger",
        "host=127.0.0.1 port=1 user=ann password='hunter2 secret' dbname=ledger",
        "postgres://ann:hunter2secret@127.0.0.1:port/ledger",
        "postgres://ann:hunter2secret",
        "mysql://ann:hunter2secret@127.0.0.1/ledger",
    ];
    for place in places {
        let mut outputs: Vec<Output> = vec![run(&pay(&scheme, &file, &day, place)), run(&approve("abc", place))];
        for arguments in [
            vec!["ledger", "verify", place],
            vec!["ledger", "show", place],
            vec!["ledger", place],
            vec!["ledger", "verify", place, place],
            vec!["approve", "abc", "--stor", place],
            vec![place],
        ] {
            outputs.push(run(&arguments));
        }
        for output in outputs {
            assert_ne!(output.status.code(), Some(0));
            assert!(!said(&output).contains("hunter2"), "{place}: {}", said(&output));
        }
    }
}
