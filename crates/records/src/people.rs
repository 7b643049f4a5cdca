//! Everyone in the table of people. Batches are added as they are read, so that the table itself is never in memory.

use super::batch::{Batch, Name, known_day};
use super::names::Names;
use base::day::{Day, NEVER};

/// Everyone, in the order of their names.
#[derive(Debug, Default)]
pub struct People {
    pub names: Names,
    /// Empty if nobody died or was removed.
    ends: Vec<LastSeen>,
    /// The day of birth of each, or [`NEVER`]. Empty if none is given.
    pub born: Vec<Day>,
}

/// Until when a person can be observed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LastSeen {
    /// The day of death, or [`NEVER`].
    pub died: Day,
    /// The day of removal, or [`NEVER`].
    pub removed: Day,
    /// The day on which this became known.
    pub known: Day,
}

/// A person who neither died nor was removed.
const STILL: LastSeen = LastSeen { died: NEVER, removed: NEVER, known: NEVER };

/// Collects people from batches.
#[derive(Debug, Default)]
pub struct PeopleBuilder {
    numbers: Vec<i64>,
    texts: Vec<String>,
    /// For people with a number and people with a text: as many as there are up to the last one who died or was removed.
    ends: [Vec<LastSeen>; 2],
    /// The same of days of birth.
    born: [Vec<Day>; 2],
}

impl People {
    /// From batches of the table of people.
    #[must_use]
    pub fn new(batches: &[Batch]) -> People {
        let mut gather = PeopleBuilder::default();
        batches.iter().for_each(|batch| gather.add(batch));
        gather.end()
    }

    /// Until when a person can be observed.
    #[must_use]
    pub fn ends(&self, person: u32) -> LastSeen {
        self.ends.get(person as usize).copied().unwrap_or(STILL)
    }
}

impl PeopleBuilder {
    /// Adds a batch.
    pub fn add(&mut self, batch: &Batch) {
        let column = |name| batch.table.column(name);
        let (person, born, died, removed, known) =
            (column("person"), column("born"), column("died"), column("removed"), column("known"));
        for row in 0..batch.rows() {
            let (died, removed) = (batch.day(died, row), batch.day(removed, row));
            let (before, ends, births) = match batch.name(person, row) {
                Some(Name::Number(number)) => {
                    self.numbers.push(number);
                    (self.numbers.len() - 1, &mut self.ends[0], &mut self.born[0])
                }
                Some(Name::Text(text)) => {
                    self.texts.push(text.to_owned());
                    (self.texts.len() - 1, &mut self.ends[1], &mut self.born[1])
                }
                None => continue,
            };
            let born = batch.day(born, row);
            if born != NEVER {
                births.resize(before, NEVER);
                births.push(born);
            }
            if died.min(removed) != NEVER {
                ends.resize(before, STILL);
                ends.push(LastSeen { died, removed, known: known_day(batch.day(known, row), died.min(removed)) });
            }
        }
    }

    /// Everyone. If a person is in two rows, the row with the earlier death or removal counts.
    #[must_use]
    pub fn end(self) -> People {
        let ([of_numbers, of_texts], [births, more_births]) = (self.ends, self.born);
        let (numbers, mut ends, mut born) = ordered(self.numbers, of_numbers, births);
        let (texts, more, more_births) = ordered(self.texts, of_texts, more_births);
        if !more.is_empty() {
            ends.resize(numbers.len(), STILL);
            ends.extend(more);
        }
        if !more_births.is_empty() {
            born.resize(numbers.len(), NEVER);
            born.extend(more_births);
        }
        People { names: Names::new(numbers, &texts), ends, born }
    }
}

/// Names in order, each once, with their last days and days of birth, where any are given.
fn ordered<T: Ord>(mut names: Vec<T>, mut ends: Vec<LastSeen>, mut born: Vec<Day>) -> (Vec<T>, Vec<LastSeen>, Vec<Day>) {
    if ends.is_empty() && born.is_empty() {
        names.sort_unstable();
        names.dedup();
        return (names, ends, born);
    }
    let (has_ends, has_births) = (!ends.is_empty(), !born.is_empty());
    ends.resize(names.len(), STILL);
    born.resize(names.len(), NEVER);
    let mut all: Vec<(T, LastSeen, Day)> =
        names.into_iter().zip(ends).zip(born).map(|((name, ends), born)| (name, ends, born)).collect();
    all.sort_unstable();
    all.dedup_by(|later, first| later.0 == first.0);
    let (mut names, mut ends, mut born) = (Vec::with_capacity(all.len()), Vec::new(), Vec::new());
    for (name, last_seen, birth) in all {
        names.push(name);
        if has_ends {
            ends.push(last_seen);
        }
        if has_births {
            born.push(birth);
        }
    }
    (names, ends, born)
}
