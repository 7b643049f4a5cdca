//! What happens to a payment run when the disk is full, a file cannot be read, or everybody works at once: words that say
//! what to do, and a ledger that is as it was or as it should be.

use std::process::{Command, Output};

use crate::paying::{approve, base, day, ledger_of, pay, run_of, tally, text};
use crate::wellspent::{LATE_ENOUGH, Scratch, root, run, said};

/// Runs the program where no file may grow beyond so many blocks of 512 bytes. The signal that comes with it is ignored, so
/// that writing fails as it does on a full disk.
fn with_room(blocks: usize, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\""), env!("CARGO_BIN_EXE_wellspent")]);
    command.args(arguments).current_dir(root()).env("WELLSPENT_TODAY", LATE_ENOUGH).output().expect("the shell starts")
}

#[test]
fn a_full_disk_leaves_the_ledger_as_it_was() {
    let scratch = Scratch::new("full");
    let store = ledger_of(&scratch, &[0]);
    let head = text(&run(&["ledger", "head", &store]));
    let blocks = usize::try_from(std::fs::metadata(&store).expect("the ledger").len() / 512).expect("a small file");
    scratch.write("tally.csv", tally(9));
    let (file, later) = (format!("{}/tally.csv", scratch.path()), day(60));
    let mut full = 0;
    // At every page of the file, from no room at all to room enough.
    for room in (0..=2 * blocks).step_by(8) {
        let copy = format!("{}/copy-{room}.db", scratch.path());
        std::fs::copy(&store, &copy).expect("a copy");
        let output = with_room(room, &pay(&base(), &file, &later, &copy));
        if output.status.success() {
            continue;
        }
        full += 1;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("the disk could not be read or written"), "{}", said(&output));
        assert!(said(&output).contains("hint: check the disk and its free space"), "{}", said(&output));
        assert_eq!(text(&run(&["ledger", "head", &copy])), head, "room for {room} blocks");
        let again = run(&pay(&base(), &file, &later, &copy));
        assert!(text(&again).contains("prepared by Ann Lee"), "with room again: {}", said(&again));
    }
    assert!(full > 3, "{full} runs met the full disk");
}

#[test]
fn a_ledger_that_cannot_be_opened_says_so() {
    let scratch = Scratch::new("unreadable");
    let output = run(&["ledger", "verify", scratch.path()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("could not be opened"), "{}", said(&output));
    let missing = format!("{}/missing.db", scratch.path());
    for arguments in [vec!["ledger", "head", &missing], vec!["approve", "abc", "--store", &missing, "--by", "Ben"]] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(said(&output).contains("there is no ledger"), "{}", said(&output));
        assert!(!std::path::Path::new(&missing).exists(), "looking makes no ledger");
    }
    // Cut in the middle, as by a copy that was not finished.
    let store = ledger_of(&scratch, &[0]);
    let whole = std::fs::read(&store).expect("the ledger");
    std::fs::write(&store, &whole[..whole.len() / 2]).expect("half of it");
    let output = run(&["ledger", "verify", &store]);
    assert_ne!(output.status.code(), Some(0));
    assert!(said(&output).contains("damaged"), "{}", said(&output));
}

#[test]
fn a_changed_entry_is_named_by_verify() {
    let scratch = Scratch::new("changed");
    let store = ledger_of(&scratch, &[0]);
    let mut bytes = std::fs::read(&store).expect("the ledger");
    let name = b"approved by\tBen Cole";
    // SQLite may keep an old copy of it in unused space.
    let found: Vec<usize> = (0..bytes.len() - name.len()).filter(|&at| bytes[at..].starts_with(name)).collect();
    assert!(!found.is_empty(), "the approval is readable in the file");
    found.iter().for_each(|at| bytes[at + name.len() - 1] ^= 1);
    std::fs::write(&store, bytes).expect("one bit changed");
    for arguments in [vec!["ledger", "verify", &store], vec!["ledger", "balance", &store]] {
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("entry 2: it was changed after it was written"), "{}", said(&output));
        assert!(output.stdout.is_empty(), "nothing of a broken ledger is shown as if it were sound");
    }
}

/// The results of a tally, and those of a service of its own: every count after the people is another one.
fn of_another_service(tally: &str, more: usize) -> String {
    let mut lines = tally.lines();
    let header = lines.next().unwrap_or_default().to_owned() + "\n";
    let cell = |(at, cell): (usize, &str)| match cell.parse::<usize>() {
        Ok(count) if at > 3 => (count + more).to_string(),
        _ => cell.to_owned(),
    };
    let row = |line: &str| line.split(',').enumerate().map(cell).collect::<Vec<_>>().join(",") + "\n";
    header + &lines.map(row).collect::<String>()
}

/// Sixteen people at once, four to a contract, each doing everything twice.
#[test]
fn sixteen_at_once_pay_everything_once() {
    let scratch = Scratch::new("crowd");
    let store = format!("{}/ledger.db", scratch.path());
    // Each contract has results of its own: the same under another name would be owed twice, and is refused.
    (0..4).for_each(|contract| scratch.write(&format!("tally-{contract}.csv"), of_another_service(&tally(contract), contract)));
    let day = day(0);
    let contracts: Vec<String> = (0..4).map(|contract| format!("{}/contract-{contract}", scratch.path())).collect();
    for contract in &contracts {
        std::fs::create_dir(contract).expect("a folder");
        for entry in std::fs::read_dir(base()).expect("the scheme").flatten() {
            std::fs::copy(entry.path(), format!("{contract}/{}", entry.file_name().display())).expect("a copy");
        }
        // A contract of its own says so in its rules: a mere copy would be refused.
        let file = format!("{contract}/scheme.toml");
        let name = contract.rsplit('/').next().expect("a name");
        let rules = std::fs::read_to_string(&file).expect("the rules").replace("County support", name);
        std::fs::write(&file, rules).expect("the rules");
    }
    std::thread::scope(|scope| {
        for worker in 0..16 {
            let file = format!("{}/tally-{}.csv", scratch.path(), worker % 4);
            let (contract, day, store) = (&contracts[worker % 4], &day, &store);
            scope.spawn(move || {
                for _ in 0..2 {
                    let prepared = run(&pay(contract, &file, day, store));
                    assert!(prepared.status.success(), "{}", said(&prepared));
                    let approved = run(&approve(&run_of(&prepared), store));
                    assert!(approved.status.success(), "{}", said(&approved));
                }
            });
        }
    });
    let verified = run(&["ledger", "verify", &store]);
    assert!(text(&verified).contains("4 runs (4 posted)"), "{}", said(&verified));
    let alone = Scratch::new("alone");
    let one = text(&run(&["ledger", "head", &ledger_of(&alone, &[0])]));
    let entries = |head: &str| head.split(':').next().and_then(|number| number.parse::<usize>().ok()).expect("a number");
    assert_eq!(entries(&text(&run(&["ledger", "head", &store]))), 4 * entries(&one));
}
