//! Files that somebody changed or that are damaged: what is read is right, or an error says what is wrong.

use ledger::LedgerErrorKind;
use ledger::store::{OpenMode, Store};

use crate::locations::{file, pay, places, statement, tell};

#[test]
fn the_database_refuses_changes() {
    for place in places("refuses") {
        pay(&mut place.open(), &statement("north", 0, &[12])).expect("written");
        for sql in ["UPDATE ledger_entry SET body = 'x'", "DELETE FROM ledger_entry WHERE number = 2"] {
            let answer = place.meddle(sql).expect_err("the trigger refuses");
            assert!(answer.contains("an entry of the ledger is never"), "{answer}");
        }
        assert_eq!(place.open().ledger().head().number, 3);
    }
}

/// Somebody who may remove the triggers can change the table, and the change is found.
#[test]
fn a_change_behind_its_back_is_found_in_its_entry() {
    let changes = [
        ("UPDATE ledger_entry SET body = replace(body, '48000', '58000') WHERE number = 3", 3),
        ("UPDATE ledger_entry SET recorded = '2026-01-01T00:00:00Z' WHERE number = 2", 2),
        ("UPDATE ledger_entry SET hash = replace(hash, 'a', 'b') WHERE number = 4", 4),
        ("DELETE FROM ledger_entry WHERE number = 2", 3),
    ];
    for (change, number) in changes {
        for place in places("behind") {
            let mut store = place.open();
            pay(&mut store, &statement("north", 0, &[12])).expect("written");
            pay(&mut store, &statement("north", 31, &[11])).expect("written");
            let (update, delete) = match place.place.contains("://") {
                true => ("DROP TRIGGER ledger_entry_is_never_changed ON ledger_entry", ""),
                false => ("DROP TRIGGER ledger_entry_is_not_changed", "DROP TRIGGER ledger_entry_is_not_taken_away"),
            };
            place.meddle(&format!("{update}; {delete}; {change}")).expect("somebody may do that");
            let error = Store::open(&place.place, OpenMode::Existing).err().expect("found");
            assert_eq!(error.kind, LedgerErrorKind::BrokenEntry, "{change}: {error}");
            assert_eq!(error.entry, Some(number), "{change}: {error}");
        }
    }
}

/// The chain says nothing of rows before the first entry, and of triggers that were removed or added.
#[test]
fn rows_outside_the_sequence_and_other_triggers_are_told() {
    for number in [-1, 0, i64::MIN + 1] {
        for place in places("outside") {
            pay(&mut place.open(), &statement("north", 0, &[12])).expect("written");
            assert_eq!(place.open().damage().expect("read"), Vec::<String>::new());
            let copy = "id || 'x', kind, recorded, body, hash FROM ledger_entry WHERE number = 2";
            place.meddle(&format!("INSERT INTO ledger_entry SELECT {number}, {copy}")).expect("somebody may do that");
            let found = place.open().damage().expect("read");
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(found[0].contains(&format!("a row with the number {number}, outside the sequence")), "{found:?}");
        }
    }
    for place in places("triggers") {
        pay(&mut place.open(), &statement("north", 0, &[12])).expect("written");
        let (removed, name) = match place.place.contains("://") {
            true => ("DROP TRIGGER ledger_entry_is_never_changed ON ledger_entry", "ledger_entry_is_never_changed is missing"),
            false => ("DROP TRIGGER ledger_entry_is_not_changed", "ledger_entry_is_not_changed is missing"),
        };
        place.meddle(removed).expect("somebody may do that");
        let found = place.open().damage().expect("read");
        assert!(found.len() == 1 && found[0].contains(name), "{found:?}");
    }
    let place = file("another-trigger");
    pay(&mut place.open(), &statement("north", 0, &[12])).expect("written");
    place.meddle("CREATE TABLE notes (text)").expect("a table of somebody else");
    assert_eq!(place.open().damage().expect("read"), Vec::<String>::new());
    let ignored = "CREATE TRIGGER zz BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(IGNORE); END";
    place.meddle(ignored).expect("somebody may do that");
    let found = place.open().damage().expect("read");
    assert!(found.len() == 1 && found[0].contains("the trigger zz is not part of a ledger"), "{found:?}");
    let weak = "DROP TRIGGER zz; DROP TRIGGER ledger_entry_is_not_changed; CREATE TRIGGER ledger_entry_is_not_changed BEFORE UPDATE ON \
                ledger_entry BEGIN SELECT 1; END";
    place.meddle(weak).expect("somebody may do that");
    let found = place.open().damage().expect("read");
    assert!(found.len() == 1 && found[0].contains("ledger_entry_is_not_changed is not the one of a ledger"), "{found:?}");
}

/// One bit is flipped anywhere in the file. Either an error says so, or what is read is what was written and the database finds
/// nothing wrong with its file, because the bit was in unused space.
#[test]
fn a_flipped_bit_is_noticed_or_harmless() {
    let place = file("bits");
    let mut store = place.open();
    for month in 0..4 {
        let people: Vec<i64> = (0..6).map(|cohort| 20 + i64::from(month) + cohort).collect();
        pay(&mut store, &statement("north", 31 * month, &people)).expect("written");
    }
    let kept = store.entries_after(0).expect("read");
    drop(store);
    let whole = std::fs::read(&place.place).expect("the file");
    let copies: u64 = std::env::var("WELLSPENT_FLIPS").ok().and_then(|text| text.parse().ok()).unwrap_or(400);
    let (mut in_an_entry, mut by_the_database, mut harmless) = (0, 0, 0);
    for copy in 0..copies {
        // A multiplicative walk over all bits; 2654435761 is Knuth's.
        let bit = (copy.wrapping_mul(2_654_435_761) ^ (copy << 7)) % (whole.len() as u64 * 8);
        let mut bytes = whole.clone();
        bytes[usize::try_from(bit / 8).expect("a place in the file")] ^= 1 << (bit % 8);
        let flipped = file("flipped");
        std::fs::write(&flipped.place, &bytes).expect("a copy");
        match Store::open(&flipped.place, OpenMode::Existing) {
            Err(error) if error.kind == LedgerErrorKind::BrokenEntry => in_an_entry += 1,
            Err(_) => by_the_database += 1,
            Ok(mut store) => match store.damage() {
                Ok(found) if found.is_empty() => {
                    assert_eq!(store.entries_after(0).expect("read"), kept, "bit {bit} changed what is read, unnoticed");
                    harmless += 1;
                }
                _ => by_the_database += 1,
            },
        }
    }
    tell(&format!(
        "{copies} bits flipped: {in_an_entry} found in an entry, {by_the_database} by the database, {harmless} in unused space"
    ));
    assert!(in_an_entry > copies / 4 && by_the_database > 0, "most of the file is entries, some of it is not");
}
