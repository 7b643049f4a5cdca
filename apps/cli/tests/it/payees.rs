//! Who is paid: never decided by spelling, never because a name appears, and never twice under two names.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use crate::paying::{run_of, text};
use crate::wellspent::{Scratch, root, run, said};

/// A fee of £1,000 a month for a year, £100 for each result; what goes before the first table, and after the last.
pub(crate) fn scheme(top: &str, end: &str) -> Scratch {
    let scratch = Scratch::new("contract");
    scratch.write(
        "scheme.toml",
        format!(
            "scheme = \"T\"\ncurrency = \"GBP\"\nrounding = \"nearest penny, half up\"\nmonth_end = \"last day of month\"\n\
             from = \"assumption: test\"\n{top}\n[contract]\nstarts = 2020-01-01\nends = 2021-12-31\n[cohorts]\nstarts = 2020-01-01\n\
             ends = 2020-12-31\nevery = \"1 year\"\npeople = 10\n[outcome.o]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\n\
             window = \"3 months\"\n[outcome.o.measured]\nrule = \"any within\"\nevents = \"x\"\n[pay.p]\nclause = \"outcome payment\"\n\
             outcome = \"o\"\nprice = \"£100\"\n{end}"
        ),
    );
    scratch
}

const FEE: &str = "[pay.fee]\nclause = \"service fee\"\neach_month = \"£1,000\"\n";

/// People who all reach the outcome: the provider and the area of each, who starts on the first of the month given.
fn records(people: &[(&str, &str, usize)]) -> Scratch {
    let scratch = Scratch::new("extract");
    fill(&scratch, people);
    scratch
}

fn fill(scratch: &Scratch, people: &[(&str, &str, usize)]) {
    let (mut names, mut starts, mut events) =
        ("person\n".to_owned(), "start,person,provider,area,began\n".to_owned(), "event,person,kind,date\n".to_owned());
    for (at, (provider, area, month)) in people.iter().enumerate() {
        let _ = writeln!(names, "{at}");
        let _ = writeln!(starts, "{at},{at},\"{provider}\",{area},2020-{month:02}-01");
        let _ = writeln!(events, "{at},{at},x,2020-{month:02}-15");
    }
    scratch.write("people.csv", names);
    scratch.write("starts.csv", starts);
    scratch.write("events.csv", events);
    scratch.write("coverage.csv", "table,kind,until\nevents,x,2021-12-31\n");
}

fn table(names: &[&str]) -> String {
    names.iter().fold("provider\n".to_owned(), |text, name| text + "\"" + name + "\"\n")
}

fn pay(scheme: &Scratch, records: &Scratch, more: &[&str]) -> Output {
    run(&[&["pay", scheme.path(), records.path(), "--as-at", "2021-12-31"], more].concat())
}

/// What each provider is paid in all, as it is said.
fn totals(output: &Output) -> Vec<(String, String)> {
    let text = text(output);
    let lines = text.lines().filter_map(|line| line.trim().split_once(" in all"));
    lines.map(|(name, sum)| (name.trim().to_owned(), sum.trim().to_owned())).collect()
}

fn paid(output: &Output, expected: &[(&str, &str)]) {
    let expected: Vec<(String, String)> = expected.iter().map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned())).collect();
    assert_eq!(totals(output), expected, "{}", said(output));
    assert!(output.status.success(), "{}", said(output));
}

fn refused(output: &Output, words: &[&str]) {
    let said = said(output);
    assert!(!output.status.success(), "{said}");
    assert!(totals(output).is_empty(), "nothing is shown as if it were due: {said}");
    for words in words {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

/// Numbers that are the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % most.max(1) as u64) as usize
    }
}

/// The name with one slip of the pen, of a program or of a keyboard.
fn slip(name: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = dice.below(letters.len());
    let blank = letters.iter().position(|letter| *letter == ' ');
    match dice.below(14) {
        0 => {
            letters[at] =
                if letters[at].is_uppercase() { letters[at].to_ascii_lowercase() } else { letters[at].to_ascii_uppercase() }
        }
        1 => letters.insert(blank.unwrap_or(at), ' '),
        2 => letters[blank.unwrap_or(at)] = '\u{a0}',
        3 => letters.insert(at, ['\u{200b}', '\u{ad}', '\u{feff}', '\u{2060}', '\u{202e}'][dice.below(5)]),
        4 => letters[blank.unwrap_or(at)] = ['\u{2003}', '\t', '\u{3000}'][dice.below(3)],
        5 if letters.len() > 2 => _ = letters.remove(at),
        6 => letters.insert(at, (b'a' + dice.below(26) as u8) as char),
        7 => letters[at] = (b'a' + dice.below(26) as u8) as char,
        8 if at > 0 => letters.swap(at, at - 1),
        9 => letters.push(['.', ',', '\'', 's'][dice.below(4)]),
        10 => return format!("{name} Limited"),
        11 => return name.to_uppercase(),
        12 => return name.split(' ').rev().collect::<Vec<_>>().join(" "),
        // Another form of Unicode: letters that are parted from their accents, or as wide as a Chinese one.
        _ => {
            return name
                .chars()
                .map(|letter| match letter {
                    'é' => "e\u{301}".to_owned(),
                    'É' => "E\u{301}".to_owned(),
                    'A' | 'B' | 'H' | 'T' | 'N' => char::from_u32(letter as u32 + 0xfee0).map(String::from).unwrap_or_default(),
                    letter => letter.to_string(),
                })
                .collect();
        }
    }
    letters.into_iter().collect()
}

/// 360 slips in one row of twelve, with a table of providers, with the contract's own list, and with neither: each is refused
/// with its row, or pays what is paid without it.
#[test]
fn a_slip_in_a_name_never_changes_the_sum_in_silence() {
    let mut dice = Dice(1);
    let (mut stopped, mut said_nearest) = (0, 0);
    for name in ["ACME Ltd", "Harbour Trust", "Café Nord", "Brook"] {
        for listed in ["table", "contract", "nowhere"] {
            let top = if listed == "contract" { format!("providers = [\"{name}\"]") } else { String::new() };
            let (scheme, folder) = (scheme(&top, FEE), records(&[(name, "", 2); 12]));
            if listed == "table" {
                folder.write("providers.csv", table(&[name]));
            }
            let right = pay(&scheme, &folder, &[]);
            paid(&right, &[(name, "£13,200")]);
            for _ in 0..30 {
                let (wrong, row) = (slip(name, &mut dice), dice.below(12));
                let mut people = vec![(name, "", 2); 12];
                people[row].0 = &wrong;
                fill(&folder, &people);
                let output = pay(&scheme, &folder, &[]);
                if output.status.success() {
                    assert_eq!(text(&output), text(&right), "{name} as {wrong:?}, listed: {listed}");
                    continue;
                }
                stopped += 1;
                let said = said(&output);
                assert!(
                    said.contains("starts.csv")
                        && [format!("row {} ", row + 2), format!("line {} ", row + 2)].iter().any(|place| said.contains(place)),
                    "{said}"
                );
                said_nearest += usize::from(said.contains(&format!("`{name}`")));
                assert!(totals(&output).is_empty(), "{said}");
            }
        }
    }
    assert!(stopped > 300 && said_nearest + 5 > stopped, "{stopped} stopped, {said_nearest} with the name that was meant");
}

/// As it was found: a whole fee more for a capital, a double, a no-break or a zero-width space.
#[test]
fn one_start_respelt_is_no_second_fee() {
    let folder = Scratch::new("records");
    let output = run(&["simulate", "plain-linear", "--out", folder.path()]);
    assert!(output.status.success(), "{}", said(&output));
    let until = text(&output).trim_end().rsplit(' ').next().expect("a day").to_owned();
    assert_eq!(
        fs::read_to_string(folder.0.join("providers.csv")).expect("the table"),
        "provider,name,known\nrehabilitation provider,,\n"
    );
    let starts = fs::read_to_string(folder.0.join("starts.csv")).expect("the table");
    let ask = ["pay", "plain-linear", folder.path(), "--as-at", &until];
    let right = run(&ask);
    paid(&right, &[("rehabilitation provider", "£4,350,000")]);
    for wrong in
        ["Rehabilitation provider", "rehabilitation  provider", "rehabilitation\u{a0}provider", "rehabilitation\u{200b} provider"]
    {
        let row = starts.lines().skip(1).find(|row| !row.contains("comparison")).expect("somebody served");
        let line = starts.lines().position(|other| other == row).expect("its line") + 1;
        folder.write("starts.csv", starts.replacen(row, &row.replace("rehabilitation provider", wrong), 1));
        refused(&run(&ask), &[&format!("row {line} "), "`rehabilitation provider`"]);
    }
}

/// Names may be as near as they like where somebody lists them, and where nobody does they must only not be slips of each other.
#[test]
fn honest_names_are_never_refused() {
    let near: Vec<String> = (1..=300).map(|number| format!("Provider {number}")).collect();
    let near: Vec<&str> = near.iter().map(String::as_str).collect();
    let people: Vec<(&str, &str, usize)> = near.iter().map(|name| (*name, "", 2)).collect();
    let folder = records(&people);
    folder.write("providers.csv", table(&near));
    let output = pay(&scheme("", ""), &folder, &[]);
    assert_eq!(totals(&output).len(), 300, "{}", said(&output));
    assert!(totals(&output).iter().all(|(_, sum)| sum == "£100"));
    fs::remove_file(folder.0.join("providers.csv")).expect("a file");
    let listed = format!("providers = [{}]", near.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", "));
    assert_eq!(totals(&pay(&scheme(&listed, ""), &folder, &[])).len(), 300);
    refused(&pay(&scheme("", ""), &folder, &[]), &["may be the same", "providers.csv"]);

    let far = [
        "Ingeus",
        "Serco",
        "Seetec",
        "Interserve Justice",
        "Sodexo",
        "Catch22",
        "Turning Point",
        "Nacro",
        "St Giles Trust",
        "Shelter",
        "Maximus",
        "Reed in Partnership",
        "Working Links",
        "MTC Novo",
        "Avanta",
        "G4S",
        "Prospects",
        "Newcastle College Group",
        "A4e",
        "Home Group",
        "Depaul",
        "Thames Reach",
        "P3",
        "Teens and Toddlers",
        "Adviza",
        "Career Connect",
        "3SC",
        "Ways to Wellness",
    ];
    let people: Vec<(&str, &str, usize)> = far.iter().map(|name| (*name, "", 2)).collect();
    assert_eq!(totals(&pay(&scheme("", ""), &records(&people), &[])).len(), far.len());
}

#[test]
fn a_fee_is_due_under_the_contract_and_not_because_a_name_appears() {
    let areas = "areas = [\"north\", \"south\"]";
    // Two providers, and nobody says who holds what.
    let both = records(&[("Acme", "north", 2), ("Brook House", "south", 2)]);
    refused(&pay(&scheme(areas, FEE), &both, &[]), &["`fee` (service fee) pays for an area as a whole", "[providers.\"Acme\"]"]);
    // One in each area; a third has nobody and holds nothing yet, a fourth has nobody and is owed its fee.
    let held = "[providers.Acme]\nareas = [\"north\"]\nends = 2020-06-30\n\
                [providers.\"Brook House\"]\nareas = [\"south\"]\n\
                [providers.Later]\nname = \"Later Ltd\"\nareas = [\"north\"]\nstarts = 2020-07-01\n";
    let contract = scheme(areas, &format!("{FEE}{held}"));
    let output = pay(&contract, &both, &[]);
    paid(&output, &[("Acme", "£6,100"), ("Brook House", "£12,100"), ("Later", "£6,000")]);
    let shown = said(&run(&["explain", contract.path()])).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("Acme is paid for north from 1 January 2020 to 30 June 2020."), "{shown}");
    assert!(shown.contains("Later Ltd (`Later` in the records) is paid for north from 1 July 2020"), "{shown}");
    // In May the window of whoever started in February has ended: five months and one result.
    let may = run(&["pay", contract.path(), both.path(), "--as-at", "2020-05-31"]);
    paid(&may, &[("Acme", "£5,100"), ("Brook House", "£5,100")]);
    // Somebody whom another provider serves there.
    let astray = records(&[("Acme", "north", 7), ("Brook House", "south", 2)]);
    refused(&pay(&contract, &astray, &[]), &["starts.csv, row 2", "Acme does not hold north on that day"]);
    // Two at the same time need a word.
    let shared = "[providers.Acme]\n[providers.\"Brook House\"]\nareas = [\"south\"]\n";
    let wrong = run(&["check", scheme(areas, &format!("{FEE}{shared}")).path()]);
    assert!(said(&wrong).contains("`Acme` and `Brook House` hold south at the same time"), "{}", said(&wrong));
    let each = scheme(&format!("{areas}\npriced_for = \"each provider\""), &format!("{FEE}{shared}"));
    paid(&pay(&each, &both, &[]), &[("Acme", "£24,100"), ("Brook House", "£12,100")]);
    // A month is not parted.
    let parted = held.replace("06-30", "06-15").replace("07-01", "06-16");
    let wrong = said(&run(&["check", scheme(areas, &format!("{FEE}{parted}")).path()]));
    assert!(wrong.contains("within a month of the service fee `fee`") && wrong.contains("such as 2020-06-01"), "{wrong}");
    // One provider by nature: nobody has started, and the fee is due.
    let one = scheme("providers = [\"Acme\"]", FEE);
    paid(&pay(&one, &records(&[("Acme", "", 2)]), &[]), &[("Acme", "£12,100")]);
    let nobody = records(&[("Acme", "north", 2)]);
    refused(&pay(&scheme(areas, FEE), &nobody, &[]), &["nobody started with Acme in south"]);
    paid(&pay(&scheme(&format!("{areas}\nproviders = [\"Acme\"]"), FEE), &nobody, &[]), &[("Acme", "£24,100")]);
}

/// Somebody who claims and is nobody's provider.
#[test]
fn claims_name_a_provider_too() {
    let folder = records(&[("Acme", "", 2)]);
    folder.write("providers.csv", table(&["Acme"]));
    folder.write("claims.csv", "claim,provider,person,outcome,date\n1,Acme,0,o,2020-03-01\n2,ACME,0,o,2020-03-01\n");
    let contract = scheme("", "");
    let output = run(&["claims", contract.path(), folder.path(), "--as-at", "2021-12-31"]);
    refused(&output, &["claims.csv", "row 3 ", "this organisation is not in the table of providers", "write `Acme`"]);
}

fn prepare(scheme: &Path, records: &Path, day: &str, store: &str, more: &[&str]) -> Output {
    let (scheme, records) = (scheme.display().to_string(), records.display().to_string());
    run(&[&["pay", &scheme, &records, "--as-at", day, "--store", store, "--prepared-by", "Ann Lee"], more].concat())
}

fn approve(prepared: &Output, store: &str) {
    assert!(prepared.status.success(), "{}", said(prepared));
    let approved = run(&["approve", &run_of(prepared), "--store", store, "--by", "Ben Cole"]);
    assert!(approved.status.success(), "{}", said(&approved));
    let verified = run(&["ledger", "verify", store]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn a_provider_that_vanishes_stops_the_run_until_somebody_says_what_became_of_it() {
    let fault = root().join("apps/cli/tests/faults/payee-that-vanishes");
    let at = |name: &str| fault.join(name);
    let scratch = Scratch::new("ledger");
    let store = format!("{}/l.db", scratch.path());
    approve(&prepare(&at("scheme"), &at("first"), "2022-01-01", &store, &[]), &store);
    let second = |more: &[&str]| prepare(&at("scheme"), &at("second"), "2022-02-01", &store, more);
    let stopped = second(&[]);
    assert_eq!(stopped.status.code(), Some(1), "{}", said(&stopped));
    for words in
        ["Harbour Trust (£300) is in force in the ledger", "--renamed \"Harbour Trust=Harbour Trust Ltd\"", "--take-back"]
    {
        assert!(said(&stopped).contains(words), "{}", said(&stopped));
    }
    let slipped = second(&["--renamed", "Harbor Trust=Harbour Trust Ltd"]);
    assert!(said(&slipped).contains("did you mean `Harbour Trust`?"), "{}", said(&slipped));
    let renamed = second(&["--renamed", "Harbour Trust=Harbour Trust Ltd"]);
    let shown = said(&renamed);
    assert!(
        shown.contains("Harbour Trust Ltd, which was Harbour Trust: £300 before, £300 after, a difference of £0")
            && shown.contains("it would post 1 and take back 1"),
        "{shown}"
    );
    approve(&renamed, &store);
    // Said once, it need not be said again.
    assert!(prepare(&at("scheme"), &at("second"), "2022-03-01", &store, &[]).status.success());
    // And back to nobody: the remedy for one provider alone.
    let gone = ["--provider", "Harbour Trust Ltd", "--take-back", "Harbour Trust Ltd"];
    let alone = prepare(&at("scheme"), &at("first"), "2022-03-01", &store, &gone[..2]);
    assert!(said(&alone).contains("add --take-back \"Harbour Trust Ltd\""), "{}", said(&alone));
    let taken = prepare(&at("scheme"), &at("first"), "2022-03-01", &store, &gone);
    assert!(said(&taken).contains("Harbour Trust Ltd: £300 before, £0 after"), "{}", said(&taken));
    approve(&taken, &store);
}

/// A start goes to another provider, which leaves the first with nobody; and a run for one provider says whom it leaves.
#[test]
fn people_who_are_given_to_another_provider_are_paid_once() {
    let (contract, scratch) = (scheme("", ""), Scratch::new("ledger"));
    let store = format!("{}/l.db", scratch.path());
    let first = records(&[("Acme", "", 2), ("Brook House", "", 2), ("Brook House", "", 2)]);
    approve(&prepare(&contract.0, &first.0, "2021-06-01", &store, &[]), &store);
    let second = records(&[("Brook House", "", 2), ("Brook House", "", 2), ("Brook House", "", 2)]);
    let run = |more: &[&str]| prepare(&contract.0, &second.0, "2021-07-01", &store, more);
    let stopped = said(&run(&[]));
    assert!(stopped.contains("Acme (£100) is in force in the ledger"), "{stopped}");
    let one = run(&["--provider", "Brook House"]);
    assert!(said(&one).contains("Acme is not in this run, and stays as it is: £100"), "{}", said(&one));
    let taken = run(&["--take-back", "Acme"]);
    let shown = said(&taken);
    assert!(shown.contains("Acme: £100 before, £0 after") && shown.contains("Brook House: £200 before, £300 after"), "{shown}");
    approve(&taken, &store);
    // A folder that is called otherwise but for spelling is the same contract.
    let other = Scratch::new("CONTRACT");
    fs::copy(contract.0.join("scheme.toml"), other.0.join("scheme.toml")).expect("a copy");
    let again = prepare(&other.0, &second.0, "2021-07-01", &store, &[]);
    assert!(said(&again).contains("the ledger has this contract as `contract`"), "{}", said(&again));
}

fn settle(store: &str, provider: &str, amount: &str, on: &str, reference: &str) -> Output {
    let arguments = ["ledger", "settle", store, "--provider", provider, "--amount", amount, "--on", on];
    run(&[&arguments[..], &["--reference", reference, "--by", "Cat Dee"]].concat())
}

/// What was settled to a provider counts under its new name: the difference is due, and no more can be settled.
#[test]
fn a_provider_with_a_new_name_is_not_paid_again() {
    let fault = root().join("apps/cli/tests/faults/payee-that-vanishes");
    let at = |name: &str| fault.join(name);
    let scratch = Scratch::new("ledger");
    let store = format!("{}/l.db", scratch.path());
    approve(&prepare(&at("scheme"), &at("first"), "2022-01-01", &store, &[]), &store);
    let paid = settle(&store, "Harbour Trust", "£300", "2022-01-15", "B1");
    assert!(paid.status.success(), "{}", said(&paid));
    let says = |output: &Output, words: &[&str]| {
        for words in words {
            assert!(said(output).contains(words), "{words} is not in {}", said(output));
        }
    };
    let second = |more: &[&str]| prepare(&at("scheme"), &at("second"), "2022-02-01", &store, more);
    let name = "Harbour Trust=Harbour Trust Ltd";
    for (more, words) in [
        (&["--renamed", name, "--take-back", "Harbour Trust"][..], "--take-back and --renamed both have Harbour Trust"),
        (&["--renamed", name, "--renamed", "Harbour Trust=Brook"], "two --renamed have Harbour Trust"),
    ] {
        let output = second(more);
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
        says(&output, &[words]);
    }
    let renamed = second(&["--renamed", name]);
    says(
        &renamed,
        &[
            "Harbour Trust Ltd, which was Harbour Trust: £300 before, £300 after, a difference of £0",
            "£300 was paid under the old name, so Harbour Trust Ltd would be owed £0",
        ],
    );
    let shown = run(&["ledger", "show", &store, &run_of(&renamed)]);
    says(&shown, &["£300 before, £300 after", "what was paid under the old name counts for the new one"]);
    let approved = run(&["approve", &run_of(&renamed), "--store", &store, "--by", "Ben Cole"]);
    says(
        &approved,
        &["£300 before, £300 after, a difference of £0", "Harbour Trust Ltd is owed £0 under scheme (£300 was paid)"],
    );
    assert!(!said(&approved).contains("Harbour Trust is owed") && !said(&approved).contains("owes"), "{}", said(&approved));
    let verified = run(&["ledger", "verify", &store]);
    assert!(verified.status.success(), "{}", said(&verified));
    says(
        &settle(&store, "Harbour Trust Ltd", "£300", "2022-02-15", "B2"),
        &["£0 is payable to Harbour Trust Ltd", "exit code 1"],
    );
    says(&settle(&store, "Harbour Trust", "£300", "2022-02-15", "B2"), &["--provider \"Harbour Trust Ltd\"", "exit code 1"]);
    // Taken back after it was paid, it owes; and that is said at each step.
    let gone = ["--provider", "Harbour Trust Ltd", "--take-back", "Harbour Trust Ltd"];
    let taken = prepare(&at("scheme"), &at("first"), "2022-03-01", &store, &gone);
    says(&taken, &["Harbour Trust Ltd: £300 before, £0 after", "£300 was paid, so Harbour Trust Ltd would owe £300"]);
    let approved = run(&["approve", &run_of(&taken), "--store", &store, "--by", "Ben Cole"]);
    says(&approved, &["Harbour Trust Ltd owes £300 under scheme (£300 was paid)"]);
    says(&settle(&store, "Harbour Trust Ltd", "£1", "2022-03-15", "B3"), &["Harbour Trust Ltd owes £300 itself"]);
    assert!(run(&["ledger", "verify", &store]).status.success());
}

/// The new name of a provider that has lines of its own is another provider's.
#[test]
fn a_provider_is_not_renamed_to_another() {
    let (contract, scratch) = (scheme("", ""), Scratch::new("ledger"));
    let store = format!("{}/l.db", scratch.path());
    let both = records(&[("Acme", "whole area", 1), ("Brook", "whole area", 2)]);
    both.write("providers.csv", table(&["Acme", "Brook"]));
    approve(&prepare(&contract.0, &both.0, "2021-12-31", &store, &[]), &store);
    let one = records(&[("Brook", "whole area", 1), ("Brook", "whole area", 2)]);
    one.write("providers.csv", table(&["Acme", "Brook"]));
    let renamed = prepare(&contract.0, &one.0, "2022-01-31", &store, &["--renamed", "Acme=Brook"]);
    assert_eq!(renamed.status.code(), Some(1), "{}", said(&renamed));
    assert!(said(&renamed).contains("another provider than Acme"), "{}", said(&renamed));
    assert!(said(&renamed).contains("--take-back \"Acme\""), "{}", said(&renamed));
}

/// A scheme folder that was copied is another contract to the ledger, and the same people are not paid for again.
#[test]
fn a_copied_contract_is_not_paid_again() {
    let (contract, scratch) = (scheme("", ""), Scratch::new("ledger"));
    let store = format!("{}/l.db", scratch.path());
    let text = fs::read(contract.0.join("scheme.toml")).expect("a scheme");
    let (first, copy) = (scratch.0.join("jobs"), scratch.0.join("jobs-2"));
    for folder in [&first, &copy] {
        fs::create_dir(folder).expect("a folder");
        fs::write(folder.join("scheme.toml"), &text).expect("a copy");
    }
    let people = records(&[("Acme", "whole area", 1), ("Acme", "whole area", 2)]);
    let prepared = prepare(&first, &people.0, "2021-12-31", &store, &[]);
    for posted in [false, true] {
        let again = prepare(&copy, &people.0, "2021-12-31", &store, &[]);
        assert_eq!(again.status.code(), Some(1), "{}", said(&again));
        assert!(said(&again).contains("the contract jobs has run"), "{}", said(&again));
        assert!(said(&again).contains("use a folder of that name"), "{}", said(&again));
        if !posted {
            approve(&prepared, &store);
        }
    }
    // Other people under the same rules are told, and paid.
    let others = records(&[("Acme", "whole area", 3)]);
    let told = prepare(&copy, &others.0, "2021-12-31", &store, &[]);
    assert!(
        told.status.success() && said(&told).contains("note: jobs-2 has the same rules as the contract jobs"),
        "{}",
        said(&told)
    );
    approve(&told, &store);
    // And the first contract goes on.
    let later = prepare(&first, &people.0, "2022-01-31", &store, &[]);
    assert!(later.status.success(), "{}", said(&later));
}

/// Names and reasons are looked at where they are given, with the name of the option.
#[test]
fn names_and_reasons_are_read_where_they_are_given() {
    let (contract, people) = (scheme("", ""), records(&[("Acme", "whole area", 1)]));
    for (option, value) in [
        ("--accepted-by", "-"),
        ("--accepted-by", "..."),
        ("--accepted-by", "Ann\u{200b} Lee"),
        ("--accepted-by", "\u{410}nn"),
        ("--accept-faults", "..."),
        ("--accept-faults", "late\u{202e} rows"),
        ("--prepared-by", "..."),
        ("--prepared-by", "Ann\u{200b}"),
    ] {
        let mut more = vec![("--accept-faults", "late rows"), ("--accepted-by", "Ann Lee")];
        more.retain(|(name, _)| *name != option);
        more.push((option, value));
        let more: Vec<&str> = more.into_iter().flat_map(|(name, value)| [name, value]).collect();
        let output = pay(&contract, &people, &more);
        assert_ne!(output.status.code(), Some(0), "{option} {value:?}");
        let shown = said(&output);
        assert!(shown.contains(option) && !shown.contains("Data quality") && shown.lines().count() < 8, "{shown}");
    }
    let noted = Scratch::new("ledger");
    let store = format!("{}/l.db", noted.path());
    let output = pay(&contract, &people, &["--store", &store, "--prepared-by", "Ann Lee", "--note", "all\u{200b} well"]);
    assert!(said(&output).contains("the note (--note) has a character that cannot be seen, <U+200B>"), "{}", said(&output));
}
