//! Laws of person ids, over random histories of a few records and in cases that a reader can follow.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::event::WORDS;
use super::*;
use base::day::{Day, date};
use records::batch::Texts;
use records::csv;
use records::fault::Fault;

fn key(name: &str) -> RecordKey {
    let (agency, id) = name.split_once(' ').expect("AGENCY ID");
    RecordKey { agency: agency.to_owned(), id: id.to_owned() }
}

/// Clusters written as "a 1, b 2 | c 3".
fn clusters(text: &str) -> Vec<(RecordKey, u32)> {
    let each = (0..).zip(text.split('|'));
    each.flat_map(|(at, cluster)| cluster.split(',').map(move |name| (key(name.trim()), at))).collect()
}

/// Today's rows as the crate takes them, and the events that follow.
fn changed<T>(
    history: &History,
    rows: &[(RecordKey, u32)],
    day: Day,
    reasons: &ChangeReasons,
    with: impl FnOnce(&IdentityChanges<'_>) -> T,
) -> Result<T, HistoryRefusal> {
    let (mut agencies, mut ids) = (Vec::<String>::new(), Texts::default());
    let mut number = |key: &RecordKey| {
        let known = agencies.iter().position(|known| *known == key.agency);
        known.unwrap_or_else(|| (agencies.push(key.agency.clone()), agencies.len() - 1).1) as u16
    };
    let agency: Vec<u16> = rows.iter().map(|(key, _)| number(key)).collect();
    rows.iter().for_each(|(key, _)| ids.push(&key.id));
    let first = |cluster: u32| rows.iter().position(|(_, other)| *other == cluster).unwrap_or_default() as u32;
    let cluster: Vec<u32> = rows.iter().map(|(_, cluster)| first(*cluster)).collect();
    let today = TodaysClusters { agencies: &agencies, agency: &agency, ids: &ids, cluster: &cluster };
    changes(history, today, day, reasons).map(|changes| with(&changes))
}

fn event_lines(changes: &IdentityChanges<'_>) -> Vec<String> {
    let mut event_lines = Vec::new();
    let Ok(()) = changes.events(|event| {
        event_lines.push(format!("{event:?}"));
        Ok::<(), std::convert::Infallible>(())
    });
    event_lines
}

fn count(history: &History, rows: &[(RecordKey, u32)], day: Day, reasons: &ChangeReasons) -> Result<usize, HistoryRefusal> {
    changed(history, rows, day, reasons, |changes| event_lines(changes).len())
}

/// Adds a day's events to a history.
fn add(history: &mut History, rows: &[(RecordKey, u32)], day: Day, reasons: &ChangeReasons) {
    let mut added = History::default();
    let keep = |changes: &IdentityChanges<'_>| {
        let Ok(()) = changes.events(|event| {
            added.push(*event);
            Ok::<(), std::convert::Infallible>(())
        });
    };
    changed(history, rows, day, reasons, keep).expect("days in order");
    added.events().for_each(|event| history.push(event));
}

fn same(a: &History, b: &History) -> bool {
    a.events().eq(b.events())
}

/// Adds a day to the history and returns the persons after it: "P00000001: a 1, b 2".
fn day(history: &mut History, day: Day, text: &str, reasons: &ChangeReasons) -> String {
    add(history, &clusters(text), day, reasons);
    let mut persons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (key, person) in persons_at(history, day) {
        persons.entry(person).or_default().push(format!("{} {}", key.agency, key.id));
    }
    persons.into_iter().map(|(person, keys)| format!("{}: {}", &person[6..], keys.join(", "))).collect::<Vec<_>>().join(" | ")
}

fn words<'a>(events: impl Iterator<Item = IdentityEvent<'a>>) -> Vec<String> {
    let word = |what| WORDS.iter().find(|(_, known)| *known == what).map_or("", |(word, _)| *word);
    events.map(|e| format!("{} {} {}{} {}", word(e.kind), e.person, e.key.agency, e.key.id, e.other)).collect()
}

#[test]
fn new_records_and_withdrawn_ones_leave_ids_alone() {
    let (mut history, why) = (History::default(), ChangeReasons::default());
    assert_eq!(day(&mut history, 1, "a 1, b 1 | a 2", &why), "001: a 1, b 1 | 002: a 2");
    assert_eq!(day(&mut history, 2, "c 9 | a 2, c 1 | b 1, a 1", &why), "001: a 1, b 1 | 002: a 2, c 1 | 003: c 9");
    assert_eq!(day(&mut history, 3, "b 1 | a 2, c 1", &why), "001: b 1 | 002: a 2, c 1");
    // An id that ended is not given to anybody else.
    assert_eq!(day(&mut history, 4, "b 1 | a 2, c 1 | d 1", &why), "001: b 1 | 002: a 2, c 1 | 004: d 1");
    // A record that comes back takes up its id again.
    assert_eq!(day(&mut history, 5, "b 1 | a 2, c 1 | c 9", &why), "001: b 1 | 002: a 2, c 1 | 003: c 9");
}

#[test]
fn the_larger_share_lives_on_and_of_equal_shares_the_older() {
    let (mut history, why) = (History::default(), ChangeReasons { run: "run 2".into(), ..ChangeReasons::default() });
    day(&mut history, 1, "a 1 | a 2", &why);
    day(&mut history, 2, "a 1 | a 2, b 2 | c 3", &why);
    assert_eq!(day(&mut history, 3, "a 1, a 2, b 2 | c 3", &why), "002: a 1, a 2, b 2 | 003: c 3");
    let merged = history.events().find(|event| event.kind == IdentityEventKind::Merged).expect("a merger");
    assert_eq!((merged.person, merged.other), ("P00000002", "P00000001"));
    assert_eq!(merged.reason, "run 2; P00000002 shares 2 of its records, P00000001 1");
    let (mut equal, at) = (History::default(), |history: &History, day| lives_on(history, "P00000002", day).map(str::to_owned));
    day(&mut equal, 1, "z 1 | a 1", &why);
    assert_eq!(day(&mut equal, 2, "z 1, a 1", &why), "001: a 1, z 1");
    assert!(equal.events().any(|event| event.reason.ends_with("1; the older id lives on")));
    assert_eq!((at(&equal, 1).as_deref(), at(&equal, 2).as_deref()), (Some("P00000002"), Some("P00000001")));
    assert_eq!(at(&equal, 0), None);
}

/// Persons that were joined by mistake and come apart again get back the ids that other systems know.
#[test]
fn a_merger_undone_gives_both_ids_back() {
    let (mut history, why) = (History::default(), ChangeReasons::default());
    let before = day(&mut history, 1, "a 1, b 1 | c 2, d 2", &why);
    assert_eq!(day(&mut history, 2, "a 1, b 1, c 2, d 2", &why), "001: a 1, b 1, c 2, d 2");
    let from = history.len();
    assert_eq!(day(&mut history, 3, "c 2, d 2 | a 1, b 1", &why), before);
    let expected =
        ["created P00000002  ", "split P00000002  P00000001", "joined P00000002 c2 P00000001", "joined P00000002 d2 P00000001"];
    assert_eq!(words(history.events().skip(from)), expected);
    assert_eq!(history.get(from).reason, "the id it had before is given back");
    // Also if the smaller part is the one that is as old.
    day(&mut history, 4, "a 1, b 1, c 2, d 2, e 5", &why);
    assert_eq!(day(&mut history, 5, "c 2, d 2, e 5 | a 1, b 1", &why), "001: c 2, d 2, e 5 | 003: a 1, b 1");
}

/// Somebody decides that a record belongs to another person. While the clusters say so, it stays there, whatever arrives.
#[test]
fn a_correction_persists_with_its_reason() {
    let (mut history, mut why) = (History::default(), ChangeReasons { run: "run".into(), ..ChangeReasons::default() });
    day(&mut history, 1, "a 1, b 1, c 1 | a 2, b 2", &why);
    why.records.insert(key("c 1"), "two brothers; birth certificate seen".into());
    assert_eq!(day(&mut history, 2, "a 1, b 1 | a 2, b 2, c 1", &why), "001: a 1, b 1 | 002: a 2, b 2, c 1");
    let moved = history.events().last().expect("a move");
    assert_eq!((moved.kind, moved.other), (IdentityEventKind::Joined, "P00000001"));
    assert_eq!(moved.reason, "two brothers; birth certificate seen");
    let why = ChangeReasons::default();
    for (at, more) in ["d 1", "d 2", "e 1"].into_iter().enumerate() {
        let now = day(&mut history, 3 + at as Day, &format!("a 2, b 2, c 1 | a 1, b 1, {more}"), &why);
        assert!(now.ends_with("002: a 2, b 2, c 1"), "{now}");
    }
}

#[test]
fn what_cannot_be_added_is_refused() {
    let (mut history, why) = (History::default(), ChangeReasons::default());
    day(&mut history, 5, "a 1 | a 2", &why);
    assert_eq!(count(&history, &clusters("a 1"), 4, &why), Err(HistoryRefusal::Backwards { day: 4, last: 5 }));
    assert_eq!(count(&history, &clusters("a 1 | a 2 | a 1"), 6, &why), Err(HistoryRefusal::TwoClusters { row: 2, other: 0 }));
    assert_eq!(count(&history, &clusters("a 1, a 1 | a 2"), 5, &why), Ok(0), "the same row twice");
}

fn text(history: &History) -> String {
    let mut out = csv::header_line(&IDENTITIES);
    history.events().for_each(|event| write(&event, &date(event.day).to_string(), &mut out));
    out
}

fn read_text(text: &str) -> (History, Vec<Fault>) {
    let (mut batches, mut faults) = (Vec::new(), Vec::new());
    let take = |batch, found| {
        batches.push(batch);
        faults.extend(found);
        Ok(())
    };
    csv::read(text.as_bytes(), &IDENTITIES, take).expect("bytes in memory");
    let (events, found) = read(&batches);
    faults.extend(found);
    (events, faults)
}

#[test]
fn a_history_changed_by_hand_is_told_by_its_line_and_no_name() {
    let (mut history, why) =
        (History::default(), ChangeReasons { run: "a \"run\", with\na break".into(), ..ChangeReasons::default() });
    day(&mut history, 1, "a 1 | a 2", &why);
    day(&mut history, 2, "a 1, a 2", &why);
    let sound = text(&history);
    let (read, faults) = read_text(&sound);
    assert!(same(&read, &history) && faults.is_empty(), "{faults:?}");
    for (from, to, line) in [
        ("merged", "moved", 6),
        ("joined,P00000002,a,2", "joined,P00000002,a,9", 7),
        ("1970-01-03,joined", "1970-01-01,joined", 7),
    ] {
        let changed = sound.replacen(from, to, 1);
        let (_, faults) = read_text(&changed);
        assert!(faults.iter().any(|fault| fault.place == line), "{from}: {faults:?}\n{changed}");
        assert!(!faults.is_empty() && faults.iter().all(|fault| fault.value.is_none() || fault.column == "event"), "{faults:?}");
    }
}

/// Some days, each with the cluster number of some of twelve records.
fn days() -> impl Strategy<Value = Vec<BTreeMap<u8, u32>>> {
    prop::collection::vec(prop::collection::btree_map(0..12_u8, 0..4_u32, 0..12), 1..8)
}

fn of(members: &BTreeMap<u8, u32>) -> Vec<(RecordKey, u32)> {
    members
        .iter()
        .map(|(id, cluster)| (RecordKey { agency: format!("agency {}", id % 3), id: id.to_string() }, *cluster))
        .collect()
}

/// Which records are together, under any names.
fn together<K: Ord, P: Ord>(members: impl IntoIterator<Item = (K, P)>) -> BTreeSet<Vec<K>> {
    let mut sets: BTreeMap<P, Vec<K>> = BTreeMap::new();
    for (key, person) in members {
        sets.entry(person).or_default().push(key);
    }
    sets.into_values().map(|mut keys| (keys.sort(), keys).1).collect()
}

proptest! {
    #[test]
    fn replay_gives_the_clusters_back_and_earlier_days_never_change(days in days(), shuffle in any::<u64>()) {
        let mut history = History::default();
        let mut seen: Vec<Vec<(RecordKey, String)>> = Vec::new();
        for (at, members) in days.iter().enumerate() {
            let today = of(members);
            let why = ChangeReasons::default();
            let of_today = |changes: &IdentityChanges<'_>| {
                let (persons, whose) = changes.persons();
                let persons: Vec<String> = whose.iter().map(|at| persons.get(*at as usize).to_owned()).collect();
                (event_lines(changes), persons)
            };
            let (events, persons) = changed(&history, &today, at as Day, &why, of_today).expect("days in order");
            // The same rows in another order and under other numbers give the same events.
            let mut other: Vec<(RecordKey, u32)> = today.iter().map(|(key, cluster)| (key.clone(), 99 - cluster)).collect();
            other.sort_by_key(|(key, _)| key.id.parse::<u64>().unwrap_or(0).wrapping_mul(shuffle | 1));
            prop_assert_eq!(changed(&history, &other, at as Day, &why, event_lines).expect("days in order"), events);
            add(&mut history, &today, at as Day, &why);
            prop_assert_eq!(count(&history, &today, at as Day, &why), Ok(0));
            let replayed = persons_at(&history, at as Day);
            for ((key, _), person) in today.iter().zip(&persons) {
                prop_assert_eq!(replayed.get(&key.as_ref()), Some(&person.as_str()));
                prop_assert_eq!(person_at(&history, key.as_ref(), at as Day), Some(person.as_str()));
            }
            prop_assert_eq!(together(replayed.iter().map(|(key, person)| (key.to_key(), *person))), together(today));
            seen.push(replayed.into_iter().map(|(key, person)| (key.to_key(), person.to_owned())).collect());
            for (before, then) in seen.iter().enumerate() {
                let again = persons_at(&history, before as Day);
                let again: Vec<(RecordKey, String)> = again.into_iter().map(|(key, person)| (key.to_key(), person.to_owned())).collect();
                prop_assert_eq!(&again, then);
            }
        }
        let (read, faults) = read_text(&text(&history));
        prop_assert!(faults.is_empty(), "{:?}", faults);
        prop_assert!(same(&read, &history));
    }

    /// Every id that was given out can be followed: it lives, it was merged into one that lives, or its records were withdrawn.
    #[test]
    fn no_id_is_lost_and_none_stands_for_two(days in days()) {
        let mut history = History::default();
        for (at, members) in days.iter().enumerate() {
            add(&mut history, &of(members), at as Day, &ChangeReasons::default());
        }
        let last = days.len() as Day;
        let alive: BTreeSet<&str> = persons_at(&history, last).into_values().collect();
        let born: BTreeSet<&str> = history.events().filter(|e| e.kind == IdentityEventKind::Created).map(|e| e.person).collect();
        prop_assert!(alive.is_subset(&born));
        for person in born {
            let follow = lives_on(&history, person, last);
            prop_assert!(follow.is_none_or(|person| alive.contains(person)));
            prop_assert_eq!(alive.contains(person), follow == Some(person));
        }
    }
}
