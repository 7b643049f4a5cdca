//! Records of the measured people that contradict each other or cannot be true: the same fact under two keys, events about
//! missing events, and starts after a death. `contradictions.rs` finds them.

use crate::person_outcome::PersonOutcome;
use base::day::Day;

/// Records of the measured people that contradict each other or cannot be true.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inconsistencies {
    /// People with facts that equal another fact in everything but the key, in the order of index events.
    pub copied: Vec<PersonWithCopies>,
    /// Starts that equal another start in everything but the key. A person counts once in a cohort, so they change nothing.
    pub starts: u64,
    /// Keys that facts are about, where no suitable earlier fact of the same person has the key.
    pub missing_targets: Vec<u64>,
    /// People with a fact that names no other fact, although there is one that it may be about.
    pub missing_about: Vec<u32>,
    /// Index events of people who died before they started, and of those who were removed before.
    pub started_after_death: Vec<usize>,
    pub started_after_removal: Vec<usize>,
    /// Index events of people who are both served and in the comparison group of one cohort.
    pub in_both_groups: Vec<usize>,
    /// Index events of people with another start on the same day in the same cohort, with another provider, area or segment.
    pub contested: Vec<usize>,
    /// Positions of index events with whom a household counts although another member started on the same day with another provider
    /// or in another area.
    pub contested_households: Vec<usize>,
    /// People of whom something is said to have happened after their death. It does not count.
    pub after_death: Vec<AfterDeath>,
    /// People with a spell that goes on in one row and has ended in another, which begins on the same day.
    pub ended_and_open: Vec<DoubtfulSpell>,
    /// People with two spells of one kind that begin on the same day and end on different days.
    pub two_ends: Vec<DoubtfulSpell>,
    /// People with an exit that counts although they are in a spell that began before it and goes on.
    pub left_and_open: Vec<DoubtfulSpell>,
    /// Index events of people of whom something counts in an earlier cohort too, because the follow-up windows overlap.
    pub counted_again: Vec<CountedAgain>,
    /// People with a fact that has no class, where the class decides whether it counts, in the order of index events.
    pub without_class: Vec<PersonWithoutClass>,
}

/// A person of whom something is said to have happened after the death.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AfterDeath {
    pub person: u32,
    pub died: Day,
    /// Whether a result would be another one if it counted.
    pub changes: bool,
}

/// A spell that goes on although another row says that it has ended, or that has ended on two days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoubtfulSpell {
    pub person: u32,
    /// The position of its kind among the needed kinds.
    pub kind: u16,
    /// Its first day.
    pub from: Day,
    /// Whether a result would be another one if only one of the rows were right.
    pub changes: bool,
}

/// An index event of a person of whom something counts in an earlier cohort too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountedAgain {
    /// The position of the index event in the later cohort.
    pub at: usize,
    /// How many of its results count something again.
    pub times: u64,
    /// Its results if each thing counted only in the first cohort.
    pub results: Vec<PersonOutcome>,
}

/// A person with facts that equal another fact in everything but the key: one event supplied twice, or two events that the
/// records cannot tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWithCopies {
    /// The position of the index event.
    pub at: usize,
    /// Facts that equal an earlier one; 0 from the person's second index event on.
    pub rows: u64,
    /// The results if each fact counted once.
    pub results: Vec<PersonOutcome>,
    pub before: Vec<PersonOutcome>,
}

/// An index event of a person with facts that have no class, where the class decides whether they count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonWithoutClass {
    /// The position of the index event.
    pub at: usize,
    /// Facts without a class; 0 from the person's second index event on.
    pub rows: u64,
    /// The results if none of them counted.
    pub results: Vec<PersonOutcome>,
    pub before: Vec<PersonOutcome>,
}

impl Inconsistencies {
    pub(crate) fn add(&mut self, other: Inconsistencies) {
        self.copied.extend(other.copied);
        self.starts += other.starts;
        self.missing_targets.extend(other.missing_targets);
        self.missing_about.extend(other.missing_about);
        self.started_after_death.extend(other.started_after_death);
        self.started_after_removal.extend(other.started_after_removal);
        self.in_both_groups.extend(other.in_both_groups);
        self.contested.extend(other.contested);
        self.contested_households.extend(other.contested_households);
        self.after_death.extend(other.after_death);
        self.ended_and_open.extend(other.ended_and_open);
        self.two_ends.extend(other.two_ends);
        self.left_and_open.extend(other.left_and_open);
        self.counted_again.extend(other.counted_again);
        self.without_class.extend(other.without_class);
    }
}
