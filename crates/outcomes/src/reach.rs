//! Do the rows of a kind reach anybody who is measured? Records that are about other people, or that had not arrived by the day that is
//! asked about, look as if nothing had happened.

use base::day::Day;
use records::Records;
use records::facts::FactsPart;

use crate::cohorts::IndexEvent;

/// What of one kind of event or spell reaches the people who are measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KindReach {
    /// Rows about people served, and about people of the comparison group, that were known by the day asked about.
    pub served: u64,
    pub compared: u64,
    /// Whether any of them is dated on or after its person's first start.
    pub after_start: bool,
}

/// The reach of each kind among the people of one part, by the position of the kind.
pub(crate) fn reach_of(part: &FactsPart, index: &[IndexEvent], kinds: usize) -> Vec<KindReach> {
    let mut out = vec![KindReach::default(); kinds];
    for same in index.chunk_by(|a, b| a.start.person == b.start.person) {
        let own = part.of(same[0].start.person);
        let first = same.iter().map(|index| index.start.began).min().unwrap_or(Day::MAX);
        let served = same.iter().any(|index| !index.start.comparison);
        for (kind, reach) in out.iter_mut().enumerate() {
            let rows = own.rows(kind as u16) as u64;
            *if served { &mut reach.served } else { &mut reach.compared } += rows;
            reach.after_start |= rows > 0 && !reach.after_start && own.any_from(kind as u16, first);
        }
    }
    out
}

/// Adds the reach of another part.
pub(crate) fn add(all: &mut [KindReach], more: Vec<KindReach>) {
    for (all, more) in all.iter_mut().zip(more) {
        all.served += more.served;
        all.compared += more.compared;
        all.after_start |= more.after_start;
    }
}

/// A kind whose rows do not reach the people who are measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Unreached {
    /// The position of the kind among the needed kinds: events, then spells.
    pub kind: usize,
    /// Rows about people of the table of people, dated up to the day asked about.
    pub rows: u64,
    /// Of these, rows that became known only after it.
    pub later: u64,
    /// Rows about people served that were to be expected, if they had as many as everybody in the table of people.
    pub expected: f64,
    pub how: HowUnreached,
}

/// Why the rows of a kind do not reach the people who are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HowUnreached {
    /// None is about anybody who was served.
    NobodyServed,
    /// Some are about people served, and none about the comparison group.
    NobodyCompared,
    /// None was known by the day asked about, though all happened by then.
    NotYetKnown,
    /// More than half were not known by the day asked about, though they happened by then.
    MostlyNotYetKnown,
    /// All are dated before the first start of their person.
    BeforeTheStart,
}

/// Rows of a kind from which a pattern among them is worth telling.
const FEW: u64 = 12;

/// Every kind whose rows do not reach the people who are measured. `reach` is what [`crate::measure`] found.
#[must_use]
pub fn unreached(records: &Records, reach: &[KindReach], index: &[IndexEvent], known_at: Day) -> Vec<Unreached> {
    let has = |comparison: bool| index.iter().any(|index| index.start.comparison == comparison);
    let (has_served, has_compared) = (has(false), has(true));
    let is_unreached =
        |reach: &KindReach| has_served && reach.served == 0 || has_compared && reach.compared == 0 || !reach.after_start;
    let has_later = records.facts.last() > known_at;
    // Counting reads every fact again.
    if index.is_empty() || !has_later && !reach.iter().any(is_unreached) {
        return Vec::new();
    }
    let counts = records.facts.counts(known_at);
    let served = index.iter().filter(|index| !index.start.comparison).count();
    let share = served as f64 / records.people.names.len().max(1) as f64;
    let one = |(kind, (reach, (rows, later))): (usize, (&KindReach, (u64, u64)))| {
        let how = if rows == 0 {
            return None;
        } else if later == rows {
            HowUnreached::NotYetKnown
        } else if has_served && reach.served == 0 {
            HowUnreached::NobodyServed
        } else if has_compared && reach.compared == 0 && reach.served >= FEW {
            HowUnreached::NobodyCompared
        } else if later > rows / 2 {
            HowUnreached::MostlyNotYetKnown
        } else if !reach.after_start && reach.served + reach.compared >= FEW {
            HowUnreached::BeforeTheStart
        } else {
            return None;
        };
        Some(Unreached { kind, rows, later, expected: rows as f64 * share.min(1.0), how })
    };
    reach.iter().zip(counts).enumerate().filter_map(one).collect()
}
