//! Everyone, from the table of people. Batches are taken in as they are read, so that the table is never in memory beside what
//! is kept of it.

use super::batch::{Batch, Name};
use super::names::Names;
use base::day::{Day, NEVER};

/// Everyone, in the order of their names.
#[derive(Debug, Default)]
pub struct People {
    pub names: Names,
    /// Nothing when all of them are still to be seen.
    ends: Vec<Ends>,
}

/// When a person was last to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ends {
    /// The day of death, or [`NEVER`].
    pub died: Day,
    /// The day of removal, or [`NEVER`].
    pub removed: Day,
    /// The day on which this became known.
    pub known: Day,
}

/// A person who is still to be seen.
const STILL: Ends = Ends { died: NEVER, removed: NEVER, known: NEVER };

/// People on their way in.
#[derive(Debug, Default)]
pub struct Gather {
    numbers: Vec<i64>,
    texts: Vec<String>,
    /// Of those with a number and of those with a text, as many as there are up to the last one who has an end.
    ends: [Vec<Ends>; 2],
}

impl People {
    /// From batches of the table of people.
    #[must_use]
    pub fn new(batches: &[Batch]) -> People {
        let mut gather = Gather::default();
        batches.iter().for_each(|batch| gather.add(batch));
        gather.end()
    }

    /// When a person was last to be seen.
    #[must_use]
    pub fn ends(&self, person: u32) -> Ends {
        self.ends.get(person as usize).copied().unwrap_or(STILL)
    }
}

impl Gather {
    /// Takes in a batch.
    pub fn add(&mut self, batch: &Batch) {
        let column = |name| batch.table.column(name);
        let (person, died, removed, known) = (column("person"), column("died"), column("removed"), column("known"));
        for row in 0..batch.rows() {
            let (died, removed) = (batch.day(died, row), batch.day(removed, row));
            let (before, ends) = match batch.name(person, row) {
                Some(Name::Number(number)) => {
                    self.numbers.push(number);
                    (self.numbers.len() - 1, &mut self.ends[0])
                }
                Some(Name::Text(text)) => {
                    self.texts.push(text.to_owned());
                    (self.texts.len() - 1, &mut self.ends[1])
                }
                None => continue,
            };
            if died.min(removed) != NEVER {
                ends.resize(before, STILL);
                ends.push(Ends { died, removed, known: super::known(batch.day(known, row), died.min(removed)) });
            }
        }
    }

    /// Everyone. Of a person who is there twice, the row with the earlier death or removal stands.
    #[must_use]
    pub fn end(self) -> People {
        let [of_numbers, of_texts] = self.ends;
        let (numbers, mut ends) = ordered(self.numbers, of_numbers);
        let (texts, more) = ordered(self.texts, of_texts);
        if !more.is_empty() {
            ends.resize(numbers.len(), STILL);
            ends.extend(more);
        }
        People { names: Names::new(numbers, &texts), ends }
    }
}

/// Names in order, each once, and what was there of ends.
fn ordered<T: Ord + Clone>(mut names: Vec<T>, mut ends: Vec<Ends>) -> (Vec<T>, Vec<Ends>) {
    if ends.is_empty() {
        names.sort_unstable();
        names.dedup();
        return (names, ends);
    }
    ends.resize(names.len(), STILL);
    let mut both: Vec<(T, Ends)> = names.into_iter().zip(ends).collect();
    both.sort_unstable();
    both.dedup_by(|later, first| later.0 == first.0);
    both.into_iter().unzip()
}
