//! Events and spells, sorted by person and kind in two passes. As rows arrive, they go to the part of their person and the
//! people next to it. A part is sorted when it is used. So tens of millions of rows need no overall sort, no index and little
//! extra memory, and any number of threads can work on parts.

mod block;
mod builder;
mod fact;
mod person_facts;

use crate::need::Need;
use base::day::{Day, NEVER};
use block::{Block, parts, shift};
use fact::{NeededKeys, needed_keys};

pub use block::MOST_KINDS;
pub use builder::{FactsBuilder, GatheredFacts};
pub use fact::Fact;
pub(crate) use fact::key;
pub use person_facts::{FactsPart, PersonFacts};

/// Every needed event and spell.
#[derive(Debug, Default)]
pub struct Facts {
    /// The blocks of each part.
    blocks: Vec<Vec<Block>>,
    people: usize,
    needed_keys: Vec<NeededKeys>,
    last: Day,
}

impl Facts {
    /// No facts yet, for this many people.
    #[must_use]
    pub fn new(people: usize, need: &Need) -> Facts {
        let needed_keys = needed_keys(need);
        assert!(needed_keys.len() <= MOST_KINDS, "{} kinds do not fit a row", needed_keys.len());
        let blocks = std::iter::repeat_with(Vec::new).take(parts(people, needed_keys.len())).collect();
        Facts { blocks, people, needed_keys, last: Day::MIN }
    }

    pub fn add(&mut self, gathered: GatheredFacts) {
        gathered.blocks.into_iter().for_each(|(part, block)| self.blocks[part].push(block));
        self.last = self.last.max(gathered.last);
    }

    /// Number of parts.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.blocks.len()
    }

    /// The position of the part of a person.
    #[must_use]
    pub fn part(&self, person: u32) -> usize {
        person as usize >> shift(self.needed_keys.len())
    }

    /// The facts of one person that were known by a day, in order.
    #[must_use]
    pub fn of(&self, person: u32, known_at: Day) -> Vec<Fact> {
        let mut part = FactsPart::default();
        self.fill(self.part(person), known_at, &mut part);
        let mut facts: Vec<Fact> = part.of(person).all().collect();
        facts.sort_unstable();
        facts
    }

    /// The last day on which anything that was read happened or became known.
    #[must_use]
    pub fn last(&self) -> Day {
        self.last
    }

    /// For each kind, how many facts are dated up to a day, and how many of them became known only after it.
    #[must_use]
    pub fn counts(&self, known_at: Day) -> Vec<(u64, u64)> {
        let mut counts = vec![(0, 0); self.needed_keys.len()];
        for block in self.blocks.iter().flatten() {
            for row in block.rows.iter().filter(|row| row.day() <= known_at) {
                let (all, later) = &mut counts[row.place() % self.needed_keys.len()];
                *all += 1;
                *later += 1;
            }
            block.known(known_at, |_, row| {
                let (_, later) = &mut counts[row.place() % self.needed_keys.len()];
                *later -= u64::from(row.day() <= known_at);
            });
        }
        counts
    }

    /// Number of events and spells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.blocks.iter().flatten().map(|block| block.rows.len()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The most facts, known by a day, that one person has.
    #[must_use]
    pub fn most_of_one(&self, known_at: Day) -> usize {
        let mut part = FactsPart::default();
        let of_part = |at| {
            self.fill(at, known_at, &mut part);
            part.people().map(|person| part.of(person).len()).max().unwrap_or(0)
        };
        (0..self.parts()).map(of_part).max().unwrap_or(0)
    }

    /// Fills `part` with the facts, known by a day, of the people of the part at a position, by person and kind. The same `part`
    /// is reused, so that its memory is allocated only once.
    pub fn fill(&self, at: usize, known_at: Day, part: &mut FactsPart) {
        let shift = shift(self.needed_keys.len());
        let first = (at << shift).min(self.people);
        let people = ((at + 1) << shift).min(self.people) - first;
        (part.first, part.people) = (first as u32, people as u32);
        part.needed_keys.clone_from(&self.needed_keys);
        let starts = &mut part.starts;
        starts.clear();
        starts.resize(people * self.needed_keys.len() + 1, 0);
        // In most records, nothing became known after the last day.
        let known_at = if self.last <= known_at { NEVER } else { known_at };
        let blocks = &self.blocks[at];
        for block in blocks {
            block.known(known_at, |_, row| starts[row.place() + 1] += 1);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        part.next.clone_from(starts);
        part.block.make_room(starts[starts.len() - 1] as usize, blocks);
        for block in blocks {
            block.known(known_at, |at, row| {
                let next = &mut part.next[row.place()];
                part.block.rows[*next as usize] = row;
                if let Some(more) = &mut part.block.more {
                    more.put(*next as usize, block, at, &self.needed_keys);
                }
                *next += 1;
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::People;
    use crate::batch::Batch;
    use crate::schema::table;
    use base::day::{FIRST, LAST};

    /// A file that is handed over twice under new keys, and a fact about the copy of another one alone. Small keys and large
    /// ones, in any order of rows: the same facts once, and everything is about a fact that is kept.
    #[test]
    fn copies_count_once_whatever_their_order() {
        let (people_table, events) = (table("people").expect("a table"), table("events").expect("a table"));
        let mut batch = Batch::empty(people_table);
        batch.push(&[("person", "1")]);
        let people = People::new(&[batch]);
        let need = Need {
            events: vec!["offence".into(), "conviction".into()],
            referred: vec!["offence".into()],
            referring: vec!["conviction".into()],
            ..Need::default()
        };
        for offset in [0, 5_000_000_000_u64] {
            // Two offences of one day, each with its conviction; a third with a copy, and a conviction about the copy.
            let rows = [
                ("offence", 1, "2020-01-01", 0),
                ("offence", 2, "2020-01-01", 0),
                ("conviction", 3, "2020-03-01", 1),
                ("conviction", 4, "2020-03-01", 2),
                ("offence", 5, "2020-02-01", 0),
                ("offence", 6, "2020-02-01", 0),
                ("conviction", 7, "2020-04-01", 6),
            ];
            let once = |order: &[usize]| {
                let mut gather = FactsBuilder::new(&people.names, &need);
                let mut batch = Batch::empty(events);
                for at in order {
                    let (kind, key, date, about) = rows[*at];
                    let [key, of] = [key, about].map(|key| if key == 0 { String::new() } else { (key + offset).to_string() });
                    batch.push(&[("event", &key), ("person", "1"), ("kind", kind), ("date", date), ("about", &of)]);
                }
                gather.add(&batch);
                let mut facts = Facts::new(people.names.len(), &need);
                facts.add(gather.end());
                let mut part = FactsPart::default();
                facts.fill(0, LAST, &mut part);
                assert_eq!(part.of(0).copies(), 2, "convictions about two keys differ");
                let once = part.of(0).once(0);
                let mut all: Vec<Fact> = once.of(0).all().collect();
                all.sort_unstable();
                all
            };
            let first = once(&[0, 1, 2, 3, 4, 5, 6]);
            let keys: Vec<u64> = first.iter().filter(|fact| fact.kind == 0).map(|fact| fact.key).collect();
            let about: Vec<u64> = first.iter().filter(|fact| fact.kind == 1).map(|fact| fact.about).collect();
            assert_eq!((keys.len(), about), (2, keys));
            assert_eq!(once(&[6, 5, 4, 3, 2, 1, 0]), first);
            assert_eq!(once(&[3, 1, 5, 0, 6, 2, 4]), first);
        }
    }

    /// Facts of 300 people, eight of each, of a number of kinds that decides how many people a part has: all of them in one, or
    /// one in each. Every second batch has keys that are large, and the last kind is about others, or also what others are about.
    #[test]
    fn everybody_has_their_own_facts_however_many_kinds_there_are() {
        let (people_table, events) = (table("people").expect("a table"), table("events").expect("a table"));
        let mut batch = Batch::empty(people_table);
        (0..300).for_each(|person| batch.push(&[("person", &format!("{person}"))]));
        let people = People::new(&[batch]);
        for (kinds, both) in [(3, false), (3, true), (1_000, false), (20_000, true)] {
            let names: Vec<String> = (0..kinds).map(|kind| format!("kind {kind}")).collect();
            let (first, last) = (&names[..2], &names[kinds - 2..]);
            let referred = if both { last.to_vec() } else { last[..1].to_vec() };
            let need = Need { events: names.clone(), referred, referring: last[1..].to_vec(), ..Need::default() };
            let mut gather = FactsBuilder::new(&people.names, &need);
            let mut expected: Vec<Vec<Fact>> = vec![Vec::new(); 300];
            for (at, offset) in [0, 5_000_000_000, 20_000, 7_000_000_000].into_iter().enumerate() {
                let mut batch = Batch::empty(events);
                for row in 0..600_u64 {
                    let (person, key, about) = ((row * 7 + at as u64) % 300, row + offset, row / 2 + offset);
                    let kind = if row % 3 == 0 { &first[0] } else { &last[row as usize % 2] };
                    let day = FIRST + (row as Day * 41) % (LAST - FIRST);
                    batch.push(&[
                        ("event", &key.to_string()),
                        ("person", &person.to_string()),
                        ("kind", kind),
                        ("date", &base::day::date(day).to_string()),
                        ("about", &about.to_string()),
                    ]);
                    // This person is unknown, and this kind is not needed.
                    for other in [("300", kind.as_str()), ("1", "another")] {
                        batch.push(&[
                            ("event", &key.to_string()),
                            ("person", other.0),
                            ("kind", other.1),
                            ("date", "2020-02-29"),
                        ]);
                    }
                    let kind = names.iter().position(|name| name == kind).expect("it is among them") as u16;
                    expected[person as usize].push(Fact { from: day, to: NEVER, kind, ..Fact::default() });
                }
                gather.add(&batch);
            }
            let gathered = gather.end();
            assert_eq!(gathered.unknown_people, 4 * 600);
            let mut facts = Facts::new(people.names.len(), &need);
            facts.add(gathered);
            assert_eq!(facts.parts() > 1, kinds > 100);
            for (person, mut expected) in expected.into_iter().enumerate() {
                let found = facts.of(person as u32, LAST);
                let mut bare: Vec<Fact> = found.iter().map(|fact| Fact { key: 0, about: 0, ..*fact }).collect();
                bare.sort_unstable();
                expected.sort_unstable();
                assert_eq!(bare, expected);
                // Needed keys are all different, and the last kind is about others.
                let of = |kind: usize| found.iter().filter(move |fact| usize::from(fact.kind) == kind);
                let asked: Vec<u64> = of(kinds - 2).chain(of(kinds - 1).filter(|_| both)).map(|fact| fact.key).collect();
                let keys: std::collections::BTreeSet<u64> = asked.iter().copied().filter(|key| *key > 0).collect();
                assert_eq!(keys.len(), asked.len());
                let about: std::collections::BTreeSet<u64> = of(kinds - 1).map(|fact| fact.about).collect();
                assert!(!about.contains(&0) && about.len() == of(kinds - 1).count());
            }
        }
    }
}
