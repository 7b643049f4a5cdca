//! What was found in files of records, by kind: how many rows, whose, and where the first few are. A million faulty rows need no
//! more memory than ten, and the result does not depend on the order in which threads met them.

use std::collections::BTreeMap;

use super::super::fault::{Fault, Grade};

/// Places that are kept of one kind of finding.
pub const SHOWN: usize = 10;

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kinds: BTreeMap<Key, Kind>,
}

/// What makes two findings one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub grade: Grade,
    /// Whether the sum may change with it.
    pub touches: bool,
    /// The name of the file, or of the table where a file is missing.
    pub file: String,
    pub column: String,
    pub what: &'static str,
}

/// One kind of finding.
#[derive(Clone, Debug)]
pub struct Kind {
    /// The one with the lowest place.
    pub first: Fault,
    pub count: u64,
    /// The lowest places, with what was read there.
    places: Vec<(u64, Option<String>)>,
    /// People the rows are about, as far as that is known, perhaps several times.
    people: Vec<u32>,
}

impl Findings {
    /// Adds a finding; `touches` says whether the sum may change with it, `person` whom its row is about.
    pub fn add(&mut self, file: &str, fault: Fault, touches: bool, person: Option<u32>) {
        let key = Key { grade: fault.grade, touches, file: file.to_owned(), column: fault.column.clone(), what: fault.what };
        let place = (fault.place, fault.value.clone());
        match self.kinds.get_mut(&key) {
            None => {
                let people = person.into_iter().collect();
                self.kinds.insert(key, Kind { first: fault, count: 1, places: vec![place], people });
            }
            Some(kind) => {
                if fault.place < kind.first.place {
                    kind.first = fault;
                }
                kind.count += 1;
                kind.places.push(place);
                kind.people.extend(person);
                kind.tidy(4 * SHOWN);
            }
        }
    }

    /// Adds what another thread found.
    pub fn merge(&mut self, other: Findings) {
        for (key, more) in other.kinds {
            match self.kinds.get_mut(&key) {
                None => {
                    self.kinds.insert(key, more);
                }
                Some(kind) => {
                    if more.first.place < kind.first.place {
                        kind.first = more.first;
                    }
                    kind.count += more.count;
                    kind.places.extend(more.places);
                    kind.people.extend(more.people);
                    kind.tidy(4 * SHOWN);
                }
            }
        }
    }

    /// The same findings, in files of a folder inside the folder.
    #[must_use]
    pub fn within(self, folder: &str) -> Findings {
        let inside = |(key, kind): (Key, Kind)| (Key { file: format!("{folder}/{}", key.file), ..key }, kind);
        Findings { kinds: self.kinds.into_iter().map(inside).collect() }
    }

    /// Each kind: what stops a run first, then what touches the sum.
    pub fn iter(&self) -> impl Iterator<Item = (&Key, &Kind)> {
        self.kinds.iter()
    }

    /// Only some kinds.
    #[must_use]
    pub fn only(mut self, of: impl Fn(&Key) -> bool) -> Findings {
        self.kinds.retain(|key, _| of(key));
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// How many findings there are of some kinds.
    #[must_use]
    pub fn count(&self, of: impl Fn(&Key) -> bool) -> u64 {
        self.kinds.iter().filter(|(key, _)| of(key)).map(|(_, kind)| kind.count).sum()
    }

    /// People whom findings of some kinds are about, in order, each once.
    #[must_use]
    pub fn people(&self, of: impl Fn(&Key) -> bool) -> Vec<u32> {
        let mut people: Vec<u32> =
            self.kinds.iter().filter(|(key, _)| of(key)).flat_map(|(_, kind)| kind.people.iter().copied()).collect();
        people.sort_unstable();
        people.dedup();
        people
    }
}

impl Kind {
    /// The lowest places, in order.
    #[must_use]
    pub fn places(&self) -> Vec<(u64, Option<String>)> {
        let mut places = self.places.clone();
        places.sort();
        places.truncate(SHOWN);
        places
    }

    /// How many different people the rows are about.
    #[must_use]
    pub fn people(&self) -> u64 {
        let mut people = self.people.clone();
        people.sort_unstable();
        people.dedup();
        people.len() as u64
    }

    /// How many rows there are about each of them.
    #[must_use]
    pub fn rows_of_people(&self) -> &[u32] {
        &self.people
    }

    fn tidy(&mut self, most: usize) {
        if self.places.len() > most {
            self.places.sort();
            self.places.truncate(SHOWN);
        }
    }
}
