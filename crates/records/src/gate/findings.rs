//! Findings in files of records, in groups: how many rows, which people, and where the first few are. A million faulty rows
//! need no more memory than ten, and the order of threads does not change the result.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::fault::{Fault, Grade};
use super::super::files::source_rows::SourceRows;

/// How many places of a group are kept.
pub const SHOWN: usize = 10;

/// All findings.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    kinds: BTreeMap<FindingKey, FindingGroup>,
    /// Where the rows came from, so that what is added here names that too.
    sources: Option<Arc<SourceRows>>,
}

/// What the findings of one group have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingKey {
    pub grade: Grade,
    /// Whether the finding may change the sum.
    pub affects_sum: bool,
    /// The name of the file, or of the table where a file is missing.
    pub file: String,
    pub column: String,
    pub what: &'static str,
}

/// The findings with one key.
#[derive(Clone, Debug)]
pub struct FindingGroup {
    /// The finding with the lowest place.
    pub first: Fault,
    pub count: u64,
    /// The lowest places, each with what was read there.
    places: Vec<(u64, Option<String>)>,
    /// The people whom the rows are about, as far as they are known, perhaps several times.
    people: Vec<u32>,
}

/// What was read in a row, and the row of the agency's own file that it is from.
#[must_use]
pub fn with_source(sources: &SourceRows, file: &str, place: u64, value: Option<String>) -> Option<String> {
    match (sources.words(file, place), value) {
        (None, value) => value,
        (Some(source), None) => Some(source),
        (Some(source), Some(value)) => Some(format!("{value}; {source}")),
    }
}

impl Findings {
    /// No findings yet, of tables whose rows came from other files.
    #[must_use]
    pub fn with_sources(sources: Arc<SourceRows>) -> Findings {
        Findings { kinds: BTreeMap::new(), sources: Some(sources) }
    }

    /// The same file's value with the row that it is from, where that is known.
    fn sourced(&self, file: &str, place: u64, value: Option<String>) -> Option<String> {
        match &self.sources {
            Some(sources) => with_source(sources, file, place, value),
            None => value,
        }
    }

    /// Adds a finding. `affects_sum` says whether it may change the sum, `person` whom its row is about.
    pub fn add(&mut self, file: &str, fault: Fault, affects_sum: bool, person: Option<u32>) {
        let key =
            FindingKey { grade: fault.grade, affects_sum, file: file.to_owned(), column: fault.column.clone(), what: fault.what };
        let fault = Fault { value: self.sourced(file, fault.place, fault.value.clone()), ..fault };
        let place = (fault.place, fault.value.clone());
        match self.kinds.get_mut(&key) {
            None => {
                let people = person.into_iter().collect();
                self.kinds.insert(key, FindingGroup { first: fault, count: 1, places: vec![place], people });
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
        for (key, mut more) in other.kinds {
            if self.sources.is_some() && other.sources.is_none() {
                more.first.value = self.sourced(&key.file, more.first.place, more.first.value);
                more.tidy(SHOWN);
                for (place, value) in &mut more.places {
                    *value = self.sourced(&key.file, *place, value.take());
                }
            }
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

    /// The same findings, for files in a folder inside the folder.
    #[must_use]
    pub fn within(self, folder: &str) -> Findings {
        let inside =
            |(key, kind): (FindingKey, FindingGroup)| (FindingKey { file: format!("{folder}/{}", key.file), ..key }, kind);
        Findings { kinds: self.kinds.into_iter().map(inside).collect(), sources: None }
    }

    /// Each group: first what stops a run, then what may change the sum.
    pub fn iter(&self) -> impl Iterator<Item = (&FindingKey, &FindingGroup)> {
        self.kinds.iter()
    }

    /// Only some groups.
    #[must_use]
    pub fn only(mut self, of: impl Fn(&FindingKey) -> bool) -> Findings {
        self.kinds.retain(|key, _| of(key));
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// How many findings some groups have.
    #[must_use]
    pub fn count(&self, of: impl Fn(&FindingKey) -> bool) -> u64 {
        self.kinds.iter().filter(|(key, _)| of(key)).map(|(_, kind)| kind.count).sum()
    }

    /// The people whom findings of some groups are about, in order, each once.
    #[must_use]
    pub fn people(&self, of: impl Fn(&FindingKey) -> bool) -> Vec<u32> {
        let mut people: Vec<u32> =
            self.kinds.iter().filter(|(key, _)| of(key)).flat_map(|(_, kind)| kind.people.iter().copied()).collect();
        people.sort_unstable();
        people.dedup();
        people
    }
}

impl FindingGroup {
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

    /// The people whom the rows are about, once for each row.
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
