//! One event or spell, and the keys by which facts refer to each other.

use crate::batch::{ColumnValues, NONE, Name};
use crate::names::fingerprint;
use crate::need::Need;
use crate::spelling;
use base::day::Day;

/// An event or a spell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The day it happened or began.
    pub from: Day,
    /// For a spell, the first day after its end; for an event, the day it was proven; otherwise [`NEVER`].
    pub to: Day,
    /// The position among the needed kinds: events, then spells.
    pub kind: u16,
    /// The position among the needed classes, from 1; 0 is any other class, and [`Need::no_class`] none at all.
    pub class: u16,
    /// The key of the row; 0 if no rule needs it.
    pub key: u64,
    /// The key of the row that this one is about; 0 if there is none, or no rule needs it.
    pub about: u64,
    /// The disposal that settled it; 0 if none is given.
    pub disposal: u64,
    /// In hundredths.
    pub amount: i64,
}

/// Which of its two keys the facts of a kind need.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum NeededKeys {
    #[default]
    None,
    Own,
    About,
    Both,
}

impl NeededKeys {
    /// The keys of a fact that needs only one.
    #[inline]
    pub(super) fn keys(self, key: u32) -> FactKeys {
        let when = |needed| if self == needed { u64::from(key) } else { 0 };
        FactKeys { own: when(NeededKeys::Own), about: when(NeededKeys::About) }
    }
}

/// Which keys the facts of each needed kind of event and spell need.
pub(super) fn needed_keys(need: &Need) -> Vec<NeededKeys> {
    let of = |kind: &String| match (need.referred.contains(kind), need.referring.contains(kind)) {
        (false, false) => NeededKeys::None,
        (true, false) => NeededKeys::Own,
        (false, true) => NeededKeys::About,
        (true, true) => NeededKeys::Both,
    };
    need.events.iter().map(of).chain(need.spells.iter().map(|_| NeededKeys::None)).collect()
}

/// The keys of a row and of the row that it is about; 0 is none. A small number is its own key, from 1 on; anything else has its
/// fingerprint. Keys are only compared within the rows of one person, where two fingerprints will practically never be equal by
/// accident.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FactKeys {
    pub(super) own: u64,
    pub(super) about: u64,
}

/// The key of a row in a column, as facts have it; 0 if it has none.
pub(crate) fn key(column: &ColumnValues, row: usize) -> u64 {
    let of = |name: Name<'_>| match name {
        Name::Number(number) if is_small(number) => number as u64 + 1,
        name => fingerprint(name) | 1 << 63,
    };
    match column {
        ColumnValues::Numbers(numbers) if numbers[row] != NONE => of(Name::Number(numbers[row])),
        ColumnValues::Texts(texts) if !texts.get(row).is_empty() => of(Name::of(texts.get(row))),
        _ => 0,
    }
}

/// The key of a disposal. Only rows of one person are compared, so that letter case, blanks and hyphens do not make another disposal.
pub(super) fn disposal_key(column: &ColumnValues, row: usize) -> u64 {
    match column {
        ColumnValues::Texts(texts) if !texts.get(row).is_empty() => {
            let folded: String = spelling::folded(texts.get(row)).chars().filter(|letter| *letter != ' ').collect();
            fingerprint(Name::of(&folded)) | 1 << 63
        }
        column => key(column, row),
    }
}

pub(super) fn is_small(number: i64) -> bool {
    (0..i64::from(u32::MAX)).contains(&number)
}
