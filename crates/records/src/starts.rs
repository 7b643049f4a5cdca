//! Who started with which provider and when, from the table of starts. Batches are added as they are read, so that the table
//! itself is never in memory. Names get numbers in the order in which they appear, and at the end in the order of names.

use hashbrown::HashTable;

use super::batch::{Batch, Name, known_day};
use super::names::{NOBODY, Names, fingerprint};
use base::day::Day;

/// One person starts with one provider. Ordered by person, day, provider, area and segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Start {
    pub person: u32,
    pub began: Day,
    pub provider: u32,
    /// [`NOBODY`] if none is given.
    pub area: u32,
    pub segment: u32,
    pub comparison: bool,
    pub known: Day,
    /// The household of the person, by the place of its name among all of them; [`NOBODY`] if none is given.
    pub household: u32,
}

/// Every start, and the names that they refer to by position.
#[derive(Debug, Default)]
pub struct Starts {
    /// By person, then by day.
    pub starts: Vec<Start>,
    pub providers: Names,
    pub areas: Names,
    pub segments: Names,
    pub households: Names,
    /// Rows about people who are not in the table of people; they are left out.
    pub unknown_people: u64,
}

/// Collects starts from batches.
#[derive(Debug)]
pub struct StartsBuilder<'a> {
    people: &'a Names,
    starts: Vec<Start>,
    /// Providers, areas, segments and households.
    names: [NameNumbers; 4],
    unknown_people: u64,
}

/// Gives numbers to names in the order in which they appear.
#[derive(Debug, Default)]
struct NameNumbers {
    /// The fingerprint and number of every name, and the names that are numbers and texts, each with its number.
    seen: HashTable<(u64, u32)>,
    numbers: Vec<(i64, u32)>,
    texts: Vec<(String, u32)>,
}

impl Starts {
    /// From batches of the table of starts.
    #[must_use]
    pub fn new(people: &Names, batches: &[Batch]) -> Starts {
        let mut gather = StartsBuilder::new(people);
        batches.iter().for_each(|batch| gather.add(batch));
        gather.end()
    }
}

impl<'a> StartsBuilder<'a> {
    /// No starts yet.
    #[must_use]
    pub fn new(people: &'a Names) -> StartsBuilder<'a> {
        StartsBuilder { people, starts: Vec::new(), names: Default::default(), unknown_people: 0 }
    }

    /// Adds a batch.
    pub fn add(&mut self, batch: &Batch) {
        let column = |name| batch.table.column(name);
        let (person, began, group, known) = (column("person"), column("began"), column("group"), column("known"));
        let named = ["provider", "area", "segment", "household"].map(column);
        for row in 0..batch.rows() {
            let mut of = [NOBODY; 4];
            for ((of, names), column) in of.iter_mut().zip(&mut self.names).zip(named) {
                *of = batch.name(column, row).map_or(NOBODY, |name| names.number(name));
            }
            let Some(person) = batch.name(person, row).and_then(|name| self.people.find(name)) else {
                self.unknown_people += 1;
                continue;
            };
            let ([provider, area, segment, household], began) = (of, batch.day(began, row));
            let comparison = batch.name(group, row) == Some(Name::Text("comparison"));
            let known = known_day(batch.day(known, row), began);
            self.starts.push(Start { person, began, provider, area, segment, comparison, known, household });
        }
    }

    /// Every start, in order.
    #[must_use]
    pub fn end(self) -> Starts {
        let mut starts = self.starts;
        let [(providers, of_provider), (areas, of_area), (segments, of_segment), (households, of_household)] =
            self.names.map(NameNumbers::end);
        for start in &mut starts {
            start.provider = of_provider.get(start.provider as usize).copied().unwrap_or(NOBODY);
            start.area = of_area.get(start.area as usize).copied().unwrap_or(NOBODY);
            start.segment = of_segment.get(start.segment as usize).copied().unwrap_or(NOBODY);
            start.household = of_household.get(start.household as usize).copied().unwrap_or(NOBODY);
        }
        starts.sort_unstable();
        Starts { starts, providers, areas, segments, households, unknown_people: self.unknown_people }
    }
}

impl NameNumbers {
    fn number(&mut self, name: Name<'_>) -> u32 {
        let print = fingerprint(name);
        if let Some((_, number)) = self.seen.find(print, |(other, _)| *other == print) {
            return *number;
        }
        let number = self.seen.len() as u32;
        self.seen.insert_unique(print, (print, number), |(print, _)| *print);
        match name {
            Name::Number(name) => self.numbers.push((name, number)),
            Name::Text(name) => self.texts.push((name.to_owned(), number)),
        }
        number
    }

    /// The names in order, and for each number the position of its name.
    fn end(mut self) -> (Names, Vec<u32>) {
        self.numbers.sort_unstable();
        self.texts.sort_unstable();
        let numbers = self.numbers.iter().map(|(_, number)| *number).chain(self.texts.iter().map(|(_, number)| *number));
        let mut positions = vec![0; self.seen.len()];
        numbers.enumerate().for_each(|(at, number)| positions[number as usize] = at as u32);
        let texts: Vec<String> = self.texts.into_iter().map(|(text, _)| text).collect();
        (Names::new(self.numbers.into_iter().map(|(name, _)| name).collect(), &texts), positions)
    }
}
