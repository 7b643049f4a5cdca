//! When each kind of fact is first recorded of the people who are measured: what `recording_changes.rs` looks at for stretches of people or days of which
//! less was recorded than of the others.
//!
//! For each index event and each series, two bytes say on how many days from the start on nothing had been recorded yet, and whether then
//! something was. Only the first one counts: of people whose first facts are independent, no long list of one person's can look like a
//! change in the recording.

use base::day::{Day, NEVER, date};
use contract::Scheme;
use records::Records;
use records::facts::{Fact, FactsPart, PersonFacts};

use crate::cohorts::IndexEvent;
use crate::person_outcome::PersonOutcome;
use crate::plan::{OutcomePlan, kinds_looked_at};

/// What is looked at of the rows of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordedPart {
    /// The rows themselves.
    Rows,
    /// Rows of a class that counts, or of none.
    Counting,
    /// Rows of a class that the rules leave out.
    LeftOut,
    /// Rows with a day on which they were settled.
    Settled,
    /// Of the first row, whether it is dated on the first day of a month.
    FirstOfMonth,
    /// Ends of the first spell, since it began.
    Ends,
    /// Of the first spell, whether it ended on the day on which it began.
    EndsAtOnce,
}

/// One kind of fact, and what is looked at of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordingSeries {
    /// The position of the kind among the needed kinds: events, then spells.
    pub kind: u16,
    pub part: RecordedPart,
    /// The position of the series of the rows themselves.
    pub rows: usize,
    /// The outcomes that look at the kind, and whether only as a proof, which may come later.
    outcomes: Vec<(usize, bool)>,
}

/// Days without a record from the start on, and whether one came then, on the last of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstSeen(u16);

impl RecordedPart {
    /// Whether it is looked at from the day of the first row on, and not from the start on.
    #[must_use]
    pub fn is_of_first_row(self) -> bool {
        matches!(self, RecordedPart::FirstOfMonth | RecordedPart::Ends | RecordedPart::EndsAtOnce)
    }
}

const HAS: u16 = 1 << 15;

impl FirstSeen {
    fn new(days: Day, has: bool) -> FirstSeen {
        let days = days.clamp(0, Day::from(HAS) - 1) as u16;
        FirstSeen(if has { days | HAS } else { days })
    }

    /// The days up to the first record, its own day included; 0 where nothing is known of the person yet.
    #[must_use]
    pub fn days(self) -> Day {
        Day::from(self.0 & !HAS)
    }

    #[must_use]
    pub fn has(self) -> bool {
        self.0 & HAS > 0
    }
}

/// What was first recorded of everyone.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    pub series: Vec<RecordingSeries>,
    /// For each index event, one for each series.
    pub seen: Vec<FirstSeen>,
}

/// The series of a scheme: every kind that an outcome looks at.
pub(crate) fn series_of(scheme: &Scheme, records: &Records) -> Vec<RecordingSeries> {
    let need = &records.need;
    let mut out = Vec::new();
    let kinds = need.events.iter().map(|kind| ("events", kind)).chain(need.spells.iter().map(|kind| ("spells", kind)));
    for (kind, (table, name)) in kinds.enumerate() {
        let looks = |(at, outcome): (usize, &contract::terms::Outcome)| {
            let measured = outcome.measured.as_ref()?;
            let looked_at = kinds_looked_at(measured, outcome.exceptions.as_ref());
            let is_proof = need.proofs.contains(name) && table == "events";
            looked_at.iter().any(|(of, kind)| *of == table && kind == name).then_some((at, is_proof))
        };
        let outcomes: Vec<(usize, bool)> = scheme.outcomes.iter().enumerate().filter_map(looks).collect();
        let rows = out.len();
        let mut add = |part| out.push(RecordingSeries { kind: kind as u16, part, rows, outcomes: outcomes.clone() });
        if outcomes.is_empty() {
            continue;
        }
        add(RecordedPart::Rows);
        add(RecordedPart::FirstOfMonth);
        if table == "spells" {
            add(RecordedPart::Ends);
            add(RecordedPart::EndsAtOnce);
        }
        if need.classed.contains(name) && table == "events" {
            add(RecordedPart::Counting);
            add(RecordedPart::LeftOut);
        }
        if !need.proofs.is_empty() && need.referred.contains(name) && table == "events" {
            add(RecordedPart::Settled);
        }
    }
    out
}

/// Fills in what was first recorded of the people of one part, once they are measured.
pub(crate) fn fill(
    series: &[RecordingSeries],
    plans: &[OutcomePlan],
    records: &Records,
    part: &FactsPart,
    index: &[IndexEvent],
    results: &[PersonOutcome],
    out: &mut [FirstSeen],
) {
    if series.is_empty() {
        return;
    }
    let (first_spell, no_class) = (records.need.events.len() as u16, records.need.no_class());
    // For each outcome, how far its rows are looked at, and its proofs.
    let mut ends = vec![(NEVER, NEVER); plans.len()];
    let looked_at: Vec<bool> =
        (0..plans.len()).map(|at| series.iter().any(|series| series.outcomes.iter().any(|(of, _)| *of == at))).collect();
    let each = index.iter().zip(results.chunks_exact(plans.len())).zip(out.chunks_exact_mut(series.len()));
    for ((index, results), out) in each {
        let own = part.of(index.start.person);
        let began = index.start.began;
        for (at, end) in ends.iter_mut().enumerate().filter(|(at, _)| looked_at[*at]) {
            let window = plans[at].window(began);
            *end = if results[at].is_known() { (window.seen, window.proof) } else { (began, began) };
        }
        let mut first = (NEVER, NEVER);
        for (at, series) in series.iter().enumerate() {
            let until = |(outcome, is_proof): &(usize, bool)| {
                let (seen, proof) = ends[*outcome];
                if *is_proof { proof } else { seen }
            };
            let end = series.outcomes.iter().map(until).max().unwrap_or(began);
            if end <= began {
                out[at] = FirstSeen::default();
                continue;
            }
            let is_spell = series.kind >= first_spell;
            if series.part.is_of_first_row() {
                out[at] = match (series.part, first) {
                    (_, (from, _)) if from >= end => FirstSeen::default(),
                    (RecordedPart::FirstOfMonth, (from, _)) => FirstSeen::new(1, date(from).day() == 1),
                    (RecordedPart::EndsAtOnce, (from, to)) => FirstSeen::new(1, to <= from.saturating_add(1)),
                    (_, (from, to)) => FirstSeen::new(to.saturating_add(1).min(end).saturating_sub(from), to < end),
                };
                continue;
            }
            let counts = |fact: &Fact| match series.part {
                RecordedPart::Rows | RecordedPart::FirstOfMonth | RecordedPart::Ends | RecordedPart::EndsAtOnce => true,
                RecordedPart::Counting => fact.class == 0 || fact.class == no_class,
                RecordedPart::LeftOut => fact.class > 0 && fact.class < no_class,
                RecordedPart::Settled => fact.to != NEVER,
            };
            first = first_in(own, series.kind, is_spell, (began, end), counts);
            out[at] = match first {
                (NEVER, _) => FirstSeen::new(end - began, false),
                (from, _) => FirstSeen::new(from - began + 1, true),
            };
        }
    }
}

/// The first day between two days on which there is a fact that counts, and its end.
#[inline]
fn first_in(
    own: PersonFacts<'_>,
    kind: u16,
    is_spell: bool,
    (began, end): (Day, Day),
    counts: impl Fn(&Fact) -> bool,
) -> (Day, Day) {
    let touches = |fact: &Fact| fact.from < end && if is_spell { fact.to > began } else { fact.from >= began };
    let days = own.of(kind).filter(|fact| touches(fact) && counts(fact)).map(|fact| (fact.from.max(began), fact.to));
    days.min().unwrap_or((NEVER, NEVER))
}
