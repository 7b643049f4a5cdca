//! What a linkage changes in the history of ids: which id each of today's clusters has, and the events that lead there.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

use super::event::{IdentityEvent, IdentityEventKind, NOBODY, RecordKey, RecordKeyRef};
use super::history::History;
use base::day::Day;
use base::hinted::Hinted;
use records::batch::{Texts, fetch};

/// The reasons for changes.
#[derive(Clone, Debug, Default)]
pub struct ChangeReasons {
    /// For every change without a reason of its own: the linkage, its model.
    pub run: String,
    /// For single records: a corrected date of birth, somebody's decision.
    pub records: BTreeMap<RecordKey, String>,
}

impl ChangeReasons {
    fn own(&self, key: RecordKeyRef<'_>) -> Option<&str> {
        // Most linkages give no record a reason of its own.
        if self.records.is_empty() { None } else { self.records.get(&key.to_key()).map(String::as_str) }
    }

    /// One reason for what happened to several records: the first that one of them has, otherwise that of the linkage.
    fn of_any<'a>(&self, mut keys: impl Iterator<Item = RecordKeyRef<'a>>) -> &str {
        keys.find_map(|key| self.own(key)).unwrap_or(&self.run)
    }
}

/// Why nothing can be added to the history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HistoryRefusal {
    /// The history already has a later day.
    Backwards { day: Day, last: Day },
    /// One record is in two clusters. Its rows, counted from 0.
    TwoClusters { row: usize, other: usize },
}

impl fmt::Display for HistoryRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use base::day::date;
        match self {
            HistoryRefusal::Backwards { day, last } => {
                write!(f, "the history of identities already reaches {}, so nothing can be added for {}", date(*last), date(*day))
            }
            HistoryRefusal::TwoClusters { row, other } => {
                write!(f, "one record is in two clusters: rows {} and {}", other + 1, row + 1)
            }
        }
    }
}

impl std::error::Error for HistoryRefusal {}

impl From<HistoryRefusal> for Hinted {
    fn from(refusal: HistoryRefusal) -> Hinted {
        let hint = match refusal {
            HistoryRefusal::Backwards { .. } => "use that day or a later one, because the history is never changed",
            HistoryRefusal::TwoClusters { .. } => {
                "an agency's own id stands for one person; give the records new ids if the agency used an id twice"
            }
        };
        Hinted::new(refusal.to_string(), hint)
    }
}

/// Today's records, row by row in any order. A record may have several rows.
#[derive(Clone, Copy)]
pub struct TodaysClusters<'a> {
    /// The names of the agencies, and for each row its agency.
    pub agencies: &'a [String],
    pub agency: &'a [u16],
    /// For each row the agency's own id.
    pub ids: &'a Texts,
    /// For each row one row of its cluster, the same for all rows of the cluster.
    pub cluster: &'a [u32],
}

/// What a linkage adds to the history, and the persons of its records. If there are no events, nothing has changed.
pub struct IdentityChanges<'a> {
    keys: AllKeys<'a>,
    /// For each record a place where its key is stored.
    places: Vec<u32>,
    past: PastIdentities<'a>,
    clusters: CurrentClusters,
    named: Vec<PersonId>,
    /// For each row of today its cluster.
    of: Vec<u32>,
    day: Day,
    reasons: &'a ChangeReasons,
    /// The reason of most events, as it is written.
    usual: String,
}

/// Works out the events that lead from the history to today's clusters. Every record that is in the history and not among
/// today's is withdrawn.
///
/// # Errors
///
/// The day is before the last one of the history, or a record is in two clusters.
pub fn changes<'a>(
    history: &'a History,
    today: TodaysClusters<'a>,
    day: Day,
    reasons: &'a ChangeReasons,
) -> Result<IdentityChanges<'a>, HistoryRefusal> {
    if let Some(last) = history.days.last().copied().filter(|last| *last > day) {
        return Err(HistoryRefusal::Backwards { day, last });
    }
    let keys = AllKeys { history, today };
    let numbers = RecordNumbers::of(&keys);
    let (clusters, of) = CurrentClusters::of(&keys, &numbers)?;
    let past = PastIdentities::of(history, &numbers);
    let named = named(&past, &clusters);
    let usual = storable_reason(&reasons.run).into_owned();
    Ok(IdentityChanges { keys, places: numbers.keys, past, clusters, named, of, day, reasons, usual })
}

/// The keys of today's rows, and after them those of the history's records.
#[derive(Clone, Copy)]
struct AllKeys<'a> {
    history: &'a History,
    today: TodaysClusters<'a>,
}

impl<'a> AllKeys<'a> {
    fn rows(&self) -> usize {
        self.today.cluster.len()
    }

    fn len(&self) -> usize {
        self.rows() + self.history.keys.len()
    }

    fn get(&self, place: u32) -> RecordKeyRef<'a> {
        let (row, TodaysClusters { agencies, agency, ids, .. }) = (place as usize, self.today);
        match row.checked_sub(self.rows()) {
            None => RecordKeyRef { agency: &agencies[usize::from(agency[row])], id: ids.get(row) },
            Some(record) => self.history.keys.get(record as u32),
        }
    }

    /// For each place the position of its agency among the names of all agencies in order.
    fn agency_order(&self) -> impl Fn(usize) -> u32 {
        let (today, names) = (self.today.agencies, self.history.keys.agencies());
        let mut order: Vec<(&str, usize)> = today.iter().map(String::as_str).chain(names).zip(0..).collect();
        order.sort_unstable();
        let (mut ranks, mut rank) = (vec![0; order.len()], 0);
        for (at, (name, number)) in order.iter().enumerate() {
            rank += u32::from(at > 0 && order[at - 1].0 != *name);
            ranks[*number] = rank;
        }
        let (rows, known, row, record) = (self.rows(), today.len(), self.today.agency, &self.history.keys.agency);
        move |place| match place.checked_sub(rows) {
            None => ranks[usize::from(row[place])],
            Some(at) => ranks[known + record[at] as usize],
        }
    }
}

/// Every record of the history and of today as a small number, in the order of their keys, so that millions of them are
/// compared as numbers.
struct RecordNumbers {
    /// For each record a place where its key is stored.
    keys: Vec<u32>,
    /// For each row of today, and for each record of the history, its number.
    rows: Vec<u32>,
    history: Vec<u32>,
}

impl RecordNumbers {
    fn of(all: &AllKeys<'_>) -> RecordNumbers {
        let agency = all.agency_order();
        // In order by agency and the first letters of the id, and if these are equal by the whole id.
        let begins = |place: u32| {
            let (id, mut first) = (all.get(place).id.as_bytes(), [0; 12]);
            let length = id.len().min(first.len());
            first[..length].copy_from_slice(&id[..length]);
            let [a, b, c] = [0, 4, 8].map(|at| u32::from_be_bytes([first[at], first[at + 1], first[at + 2], first[at + 3]]));
            (u64::from(agency(place as usize)) << 32 | u64::from(a), u64::from(b) << 32 | u64::from(c), place)
        };
        let mut order: Vec<(u64, u64, u32)> = (0..all.len() as u32).map(begins).collect();
        order.sort_unstable();
        let id = |place: u32| all.get(place).id;
        let alike = |a: &(u64, u64, u32), b: &(u64, u64, u32)| (a.0, a.1) == (b.0, b.1);
        for chunk in order.chunk_by_mut(alike).filter(|chunk| chunk.len() > 1) {
            chunk.sort_unstable_by(|a, b| id(a.2).cmp(id(b.2)).then(a.2.cmp(&b.2)));
        }
        let (mut keys, mut rows) = (Vec::with_capacity(all.len()), vec![0; all.len()]);
        let mut last = None;
        for key in &order {
            if !last.is_some_and(|last| alike(last, key) && id(last.2) == id(key.2)) {
                keys.push(key.2);
            }
            rows[key.2 as usize] = keys.len() as u32 - 1;
            last = Some(key);
        }
        let history = rows.split_off(all.rows());
        RecordNumbers { keys, rows, history }
    }
}

/// What the history says about today, and about ids that ended. Persons are numbered in the order in which they appear in it.
struct PastIdentities<'a> {
    /// The person of each record, and the first that it ever belonged to; [`NOBODY`] if there is none.
    now: Vec<u32>,
    home: Vec<u32>,
    /// Each record with every person that it ever belonged to, in order.
    ever: Vec<(u32, u32)>,
    persons: Vec<&'a str>,
    /// The position of each person among all, by the day on which it was first created and then by its id.
    age: Vec<u32>,
    alive: Vec<bool>,
}

impl<'a> PastIdentities<'a> {
    fn of(history: &'a History, numbers: &RecordNumbers) -> PastIdentities<'a> {
        let nobody = vec![NOBODY; numbers.keys.len()];
        let (persons, ever) = (Vec::new(), Vec::new());
        let mut past = PastIdentities { now: nobody.clone(), home: nobody, ever, persons, age: Vec::new(), alive: Vec::new() };
        let (mut known, mut first_day) = (vec![NOBODY; history.persons.len()], Vec::new());
        for at in 0..history.len() {
            let record = history.record[at];
            match history.kinds[at] {
                IdentityEventKind::Joined => {
                    let record = numbers.history[record as usize];
                    let text = history.person[at];
                    let person = &mut known[text as usize];
                    if *person == NOBODY {
                        *person = past.persons.len() as u32;
                        past.persons.push(history.persons.text(text));
                        first_day.push(history.days[at]);
                    }
                    past.now[record as usize] = *person;
                    past.ever.push((record, *person));
                    let home = &mut past.home[record as usize];
                    *home = if *home == NOBODY { *person } else { *home };
                }
                IdentityEventKind::Left => past.now[numbers.history[record as usize] as usize] = NOBODY,
                IdentityEventKind::Created | IdentityEventKind::Merged | IdentityEventKind::Split => {}
            }
        }
        past.ever.sort_unstable();
        past.ever.dedup();
        past.alive = vec![false; past.persons.len()];
        past.now.iter().filter(|person| **person != NOBODY).for_each(|person| past.alive[*person as usize] = true);
        let mut by_age: Vec<u32> = (0..past.persons.len() as u32).collect();
        by_age.sort_unstable_by_key(|person| (first_day[*person as usize], past.persons[*person as usize]));
        past.age = vec![0; by_age.len()];
        (0..).zip(by_age).for_each(|(age, person)| past.age[person as usize] = age);
        past
    }

    /// The ended persons that a record ever belonged to.
    fn ended(&self, record: u32) -> impl Iterator<Item = u32> + '_ {
        let from = self.ever.partition_point(|(of, _)| *of < record);
        let own = self.ever[from..].iter().take_while(move |(of, _)| *of == record);
        own.map(|(_, person)| *person).filter(|person| !self.alive[*person as usize])
    }
}

/// Today's clusters in the order of their first records. Each is a list of records in order.
struct CurrentClusters {
    records: Vec<u32>,
    /// Where each cluster ends.
    ends: Vec<u32>,
}

impl CurrentClusters {
    /// The clusters, and for each row its cluster. The order of the rows makes no difference.
    fn of(all: &AllKeys<'_>, numbers: &RecordNumbers) -> Result<(CurrentClusters, Vec<u32>), HistoryRefusal> {
        let cluster = all.today.cluster;
        let mut first: Vec<u32> = vec![NOBODY; numbers.keys.len()];
        for (row, &record) in numbers.rows.iter().enumerate() {
            match first[record as usize] {
                NOBODY => first[record as usize] = row as u32,
                other if cluster[other as usize] != cluster[row] => {
                    return Err(HistoryRefusal::TwoClusters { row, other: other as usize });
                }
                _ => {}
            }
        }
        // Clusters are numbered by their first record. Then each record is put into its cluster.
        let (mut number, mut ends) = (vec![NOBODY; cluster.len()], Vec::new());
        let today = || first.iter().enumerate().filter(|(_, row)| **row != NOBODY);
        for (_, row) in today() {
            let number = &mut number[cluster[*row as usize] as usize];
            if *number == NOBODY {
                *number = ends.len() as u32;
                ends.push(0);
            }
            ends[*number as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += std::mem::replace(end, sum);
        }
        let mut records = vec![0; sum as usize];
        for (record, row) in today() {
            let end = &mut ends[number[cluster[*row as usize] as usize] as usize];
            records[*end as usize] = record as u32;
            *end += 1;
        }
        let of = cluster.iter().map(|cluster| number[*cluster as usize]).collect();
        Ok((CurrentClusters { records, ends }, of))
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    fn get(&self, at: usize) -> &[u32] {
        let from = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.records[from as usize..self.ends[at] as usize]
    }
}

/// A cluster's id: that of a person of the history, or a new one by its number.
#[derive(Clone, Copy, Debug)]
enum PersonId {
    Known(u32),
    New(usize),
}

/// The id of each cluster: kept, taken back, or new.
fn named(past: &PastIdentities<'_>, clusters: &CurrentClusters) -> Vec<PersonId> {
    let mut named: Vec<Option<u32>> = vec![None; clusters.len()];
    let mut taken = vec![false; past.persons.len()];
    let now = |record: u32, claims: &mut Vec<u32>| {
        claims.extend(Some(past.now[record as usize]).filter(|person| *person != NOBODY));
    };
    if !past.persons.is_empty() {
        give(past, clusters, &now, &mut taken, &mut named);
        give(past, clusters, &|record, claims| claims.extend(past.ended(record)), &mut taken, &mut named);
    }
    let mut number = past.persons.len();
    let mut new = || {
        number += 1;
        PersonId::New(number)
    };
    named.into_iter().map(|person| person.map_or_else(&mut new, PersonId::Known)).collect()
}

/// Gives ids to clusters without one, the largest share first. If shares are equal: the older person, then the cluster with
/// more of the person's first records, then the cluster whose first record comes first.
fn give(
    past: &PastIdentities<'_>,
    clusters: &CurrentClusters,
    claims: &dyn Fn(u32, &mut Vec<u32>),
    taken: &mut [bool],
    named: &mut [Option<u32>],
) {
    let (mut shares, mut claimed, mut own) = (Vec::new(), Vec::new(), Vec::new());
    for at in (0..clusters.len()).filter(|at| named[*at].is_none()) {
        claimed.clear();
        for &record in clusters.get(at) {
            own.clear();
            claims(record, &mut own);
            claimed.extend(own.iter().map(|&person| (person, past.home[record as usize] == person)));
        }
        claimed.sort_unstable();
        for person in claimed.chunk_by(|a, b| a.0 == b.0) {
            let (number, home) = (person[0].0, person.iter().filter(|(_, home)| *home).count());
            shares.push((Reverse(person.len() as u32), past.age[number as usize], Reverse(home as u32), at as u32, number));
        }
    }
    shares.sort_unstable();
    for (_, _, _, at, person) in shares {
        if named[at as usize].is_none() && !taken[person as usize] {
            taken[person as usize] = true;
            named[at as usize] = Some(person);
        }
    }
}

impl<'a> IdentityChanges<'a> {
    /// Today's persons in the order of their first records, and for each row the position of its person.
    #[must_use]
    pub fn persons(&self) -> (Texts, &[u32]) {
        let (mut texts, mut text) = (Texts::default(), String::new());
        self.named.iter().for_each(|id| texts.push(self.text(*id, &mut text)));
        (texts, &self.of)
    }

    /// An id as text. New ids are plain numbers, because a number made from names or local ids could be traced back to them.
    fn text<'t>(&self, id: PersonId, text: &'t mut String) -> &'t str
    where
        'a: 't,
    {
        match id {
            PersonId::Known(person) => self.past.persons[person as usize],
            PersonId::New(number) => {
                text.clear();
                let _ = write!(text, "P{number:08}");
                text
            }
        }
    }

    /// Goes through all events in order.
    ///
    /// # Errors
    ///
    /// The errors of `with`.
    pub fn events<E>(&self, mut with: impl FnMut(&IdentityEvent<'_>) -> Result<(), E>) -> Result<(), E> {
        let heirs = self.heirs();
        self.withdrawn(&mut with)?;
        let mut text = String::new();
        for at in 0..self.clusters.len() {
            if at % FETCHED == 0 {
                let next = at..(at + FETCHED).min(self.clusters.len());
                fetch(next.flat_map(|at| self.clusters.get(at)).map(|record| self.key(*record).id));
            }
            let (cluster, id) = (self.clusters.get(at), self.named[at]);
            let known = match id {
                PersonId::Known(person) => Some(person),
                PersonId::New(_) => None,
            };
            let moves = |record: &&u32| known.is_none() || self.before(**record) != known;
            if !cluster.iter().any(|record| moves(&record)) {
                continue;
            }
            let person = self.text(id, &mut text);
            self.of_person(cluster, person, known, &heirs, &mut with)?;
            for record in cluster.iter().filter(moves) {
                let key = self.key(*record);
                let other = self.before(*record).map_or("", |person| self.past.persons[person as usize]);
                with(&IdentityEvent { kind: IdentityEventKind::Joined, person, key, other, ..self.event(&self.reason(key)) })?;
            }
        }
        Ok(())
    }

    fn key(&self, record: u32) -> RecordKeyRef<'a> {
        self.keys.get(self.places[record as usize])
    }

    /// The person that a record belonged to until today.
    fn before(&self, record: u32) -> Option<u32> {
        Some(self.past.now[record as usize]).filter(|person| *person != NOBODY)
    }

    /// An event of today, to which the caller adds the rest.
    fn event<'r>(&self, reason: &'r str) -> IdentityEvent<'r> {
        IdentityEvent {
            day: self.day,
            kind: IdentityEventKind::Created,
            person: "",
            key: RecordKeyRef::default(),
            other: "",
            reason,
        }
    }

    /// The reason for what happens to a record.
    fn reason(&self, key: RecordKeyRef<'_>) -> Cow<'_, str> {
        self.reasons.own(key).map_or(Cow::Borrowed(self.usual.as_str()), storable_reason)
    }

    /// Records of the history that are not among today's.
    fn withdrawn<E>(&self, with: &mut impl FnMut(&IdentityEvent<'_>) -> Result<(), E>) -> Result<(), E> {
        let mut here = vec![false; self.places.len()];
        self.clusters.records.iter().for_each(|record| here[*record as usize] = true);
        for record in (0..here.len() as u32).filter(|record| !here[*record as usize]) {
            if let Some(person) = self.before(record) {
                let (key, person) = (self.key(record), self.past.persons[person as usize]);
                with(&IdentityEvent { kind: IdentityEventKind::Left, person, key, ..self.event(&self.reason(key)) })?;
            }
        }
        Ok(())
    }

    /// How the person came to be, and which others ended in it.
    fn of_person<E>(
        &self,
        cluster: &[u32],
        person: &str,
        known: Option<u32>,
        heirs: &BTreeMap<u32, u32>,
        with: &mut impl FnMut(&IdentityEvent<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut came_from: BTreeMap<&str, (u32, Vec<u32>)> = BTreeMap::new();
        for record in cluster {
            if let Some(before) = self.before(*record) {
                let from = came_from.entry(self.past.persons[before as usize]).or_insert((before, Vec::new()));
                from.1.push(*record);
            }
        }
        let kept = came_from.get(person).map_or(0, |(_, records)| records.len());
        let lived = known.is_some_and(|person| self.past.alive[person as usize]);
        let given = |records: &[u32]| self.reasons.of_any(records.iter().map(|record| self.key(*record)));
        if !lived {
            let again = if known.is_some() { "the id it had before is given back" } else { "" };
            let reason = joined_reason(given(cluster), again);
            with(&IdentityEvent { kind: IdentityEventKind::Created, person, ..self.event(&storable_reason(&reason)) })?;
        }
        let first = cluster.first().copied().unwrap_or(NOBODY);
        for (other, (number, records)) in came_from.iter().filter(|(other, _)| **other != person) {
            if heirs.get(number) == Some(&first) {
                let shared = format!("{person} shares {kept} of its records, {other} {}", records.len());
                let why = if kept == records.len() { "; the older id lives on" } else { "" };
                let reason = joined_reason(given(records), &format!("{shared}{why}"));
                with(&IdentityEvent { kind: IdentityEventKind::Merged, person, other, ..self.event(&storable_reason(&reason)) })?;
            } else if !lived {
                with(&IdentityEvent {
                    kind: IdentityEventKind::Split,
                    person,
                    other,
                    ..self.event(&storable_reason(given(records)))
                })?;
            }
        }
        Ok(())
    }

    /// For each person that ends today, the first record of the person that takes most of its records. If others take the rest,
    /// they came out of it.
    fn heirs(&self) -> BTreeMap<u32, u32> {
        let mut living = vec![false; self.past.persons.len()];
        for id in &self.named {
            if let PersonId::Known(person) = id {
                living[*person as usize] = true;
            }
        }
        let mut shares: BTreeMap<(u32, usize), usize> = BTreeMap::new();
        for at in 0..self.clusters.len() {
            let before = self.clusters.get(at).iter().filter_map(|record| self.before(*record));
            for ended in before.filter(|before| !living[*before as usize]) {
                *shares.entry((ended, at)).or_default() += 1;
            }
        }
        let named = |at: usize| self.text(self.named[at], &mut String::new()).to_owned();
        let mut most: Vec<_> = shares.into_iter().map(|((ended, at), share)| (ended, Reverse(share), named(at), at)).collect();
        most.sort_unstable();
        most.dedup_by_key(|(ended, ..)| *ended);
        most.into_iter().map(|(ended, _, _, at)| (ended, self.clusters.get(at)[0])).collect()
    }
}

/// The ids of this many clusters are read ahead together.
const FETCHED: usize = 64;

/// A reason as the history keeps it. The data-quality gate reads the history like any other table, so a reason must be short
/// and without control characters.
fn storable_reason(reason: &str) -> Cow<'_, str> {
    if reason.len() <= LONGEST_REASON && !reason.contains(char::is_control) {
        return Cow::Borrowed(reason);
    }
    Cow::Owned(reason.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_REASON).collect())
}

fn joined_reason(given: &str, rule: &str) -> String {
    if given.is_empty() || rule.is_empty() { format!("{given}{rule}") } else { format!("{given}; {rule}") }
}

/// A reason is cut after this many characters.
const LONGEST_REASON: usize = 1000;
