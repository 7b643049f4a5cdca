//! What is written is there for everybody, once and in order, on both kinds of database.

use ledger::store::{OpenMode, Store};
use ledger::{Ledger, LedgerEntry, LedgerError, LedgerErrorKind};

use crate::locations::{file, pay, places, statement};

#[test]
fn what_was_acknowledged_is_read_by_everybody() {
    for place in places("read") {
        let mut one = place.open();
        assert_eq!(pay(&mut one, &statement("north", 0, &[12, 30])), Ok(4), "two for the run, two transactions");
        let mut other = place.open();
        assert_eq!(other.ledger().head(), one.ledger().head());
        assert_eq!(pay(&mut other, &statement("north", 31, &[11, 30])), Ok(4), "one reversed, one new");
        one.refresh().expect("what the other wrote is sound");
        assert_eq!(one.ledger().head(), other.ledger().head());
        assert_eq!(one.ledger().owed("north", "Acme").0, 41 * 4_000);
        assert_eq!(other.entries_after(0).expect("read").len(), 8);
        assert_eq!(other.damage().expect("looked at"), Vec::<String>::new());
    }
}

#[test]
fn a_repeat_writes_nothing() {
    for place in places("repeat") {
        let mut store = place.open();
        pay(&mut store, &statement("north", 0, &[12])).expect("written");
        let head = store.ledger().head();
        assert_eq!(pay(&mut store, &statement("north", 0, &[12])), Ok(0));
        assert_eq!(pay(&mut place.open(), &statement("north", 0, &[12])), Ok(0));
        store.refresh().expect("sound");
        assert_eq!(store.ledger().head(), head);
    }
}

/// A decision that refuses, or that would break a rule, writes nothing, and the store goes on working.
#[test]
fn nothing_is_written_by_half() {
    for place in places("half") {
        let mut store = place.open();
        pay(&mut store, &statement("north", 0, &[12])).expect("written");
        let head = store.ledger().head();
        let refusal = LedgerError::refused("no", "none");
        let refused = store.append("now", |_: &Ledger| Err::<((), Vec<LedgerEntry>), _>(refusal.clone()));
        assert_eq!(refused, Err(refusal));
        let kept = store.entries_after(0).expect("read");
        let broken = |_: &Ledger| {
            let entry = LedgerEntry::read(&kept[2].kind, &kept[2].body).expect("an entry");
            let run = LedgerEntry::Prepared(ledger::entry::PaymentRun {
                form: ledger::entry::EntryForm::Second,
                details: Vec::new(),
                prepared_by: "Ann".to_owned(),
                note: String::new(),
                after: ledger::Hash::NONE,
                statement: statement("south", 0, &[1]),
            });
            Ok::<_, LedgerError>(((), vec![run, entry]))
        };
        assert!(store.append("now", broken).is_err(), "the same transaction twice");
        store.refresh().expect("sound");
        assert_eq!(store.ledger().head(), head, "not even the entry before it was kept");
        assert_eq!(pay(&mut store, &statement("north", 31, &[13])), Ok(4));
    }
}

/// Many writers do the same things at the same time, and each does everything twice, as after a lost connection. Everything is
/// written once.
#[test]
fn sixteen_writers_with_repeats_write_everything_once() {
    const WRITERS: usize = 16;
    const MONTHS: usize = 3;
    for place in places("writers") {
        std::thread::scope(|scope| {
            for writer in 0..WRITERS {
                let place = &place;
                scope.spawn(move || {
                    let mut store = place.open();
                    for month in 0..MONTHS {
                        // Two writers work on each contract, and each does everything twice.
                        let contract = format!("contract {}", writer / 2);
                        let months = i32::try_from(month).expect("few months");
                        let statement = statement(&contract, 31 * months, &vec![20 + i64::from(months); 1 + month]);
                        for _ in 0..2 {
                            // It is refused if the other writer is a month ahead already.
                            if let Err(error) = pay(&mut store, &statement) {
                                let ahead = error.kind == LedgerErrorKind::Refused && error.what.contains("2027");
                                assert!(ahead, "{error}");
                            }
                        }
                    }
                });
            }
        });
        let store = place.open();
        let ledger = store.ledger();
        for contract in 0..WRITERS / 2 {
            let last = i64::try_from(MONTHS).expect("few months");
            let owed = ledger.owed(&format!("contract {contract}"), "Acme").0;
            assert_eq!(owed, last * (20 + last - 1) * 4_000, "contract {contract}");
        }
        // For each contract and month: prepared, approved, all lines posted, and those of the month before reversed.
        let each: usize = (0..MONTHS).map(|month| 2 + (1 + month) + month).sum();
        assert_eq!(ledger.head().number, (WRITERS / 2 * each) as u64);
    }
}

#[test]
fn another_program_s_database_is_left_alone() {
    let place = file("other");
    let missing = Store::open(&place.place, OpenMode::Existing).err().expect("nothing there").to_string();
    assert!(missing.contains("there is no ledger"), "{missing}");
    place.meddle("CREATE TABLE people (name TEXT)").expect("a database of another program");
    for open in [OpenMode::Existing, OpenMode::CreateIfMissing] {
        let said = Store::open(&place.place, open).err().expect("not a ledger").to_string();
        assert!(said.contains("another program"), "{said}");
    }
    std::fs::write(&place.place, "name,people\nnorth,12\n".repeat(100)).expect("a file");
    let said = Store::open(&place.place, OpenMode::CreateIfMissing).err().expect("not a database").to_string();
    assert!(said.contains("it is not a ledger"), "{said}");
    let said = Store::open("no/such/folder/ledger.db", OpenMode::CreateIfMissing).err().expect("no folder").to_string();
    assert!(said.contains("it could not be opened"), "{said}");
}

#[test]
fn a_newer_form_is_not_touched() {
    for place in places("newer") {
        drop(place.open());
        let newer = if place.place.contains("://") { "UPDATE ledger_form SET form = 99" } else { "PRAGMA user_version = 99" };
        place.meddle(newer).expect("a newer program");
        let said = Store::open(&place.place, OpenMode::CreateIfMissing).err().expect("a newer form").to_string();
        assert!(said.contains("newer wellspent"), "{said}");
    }
}
