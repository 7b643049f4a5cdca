//! What happened? Outcomes from dated records, by the rules that the scheme declares; `docs/outcomes.md` says each to the day.
//!
//! A person counts only when the whole window and the wait have been observed by the data's own end. Anyone else is *not yet
//! known*: never a success, never a failure, and always counted as such.
//!
//! [`need`] says which records a scheme asks for, [`measure`] finds what became of each person, [`tallies`] adds it up for
//! pricing. The result does not depend on the order of rows or the number of threads: people are taken one by one, and only
//! whole numbers are added up.

pub mod claims;
mod cohorts;
mod days;
pub mod doubts;
pub mod effect;
mod exit;
mod life;
pub mod payees;
mod plan;
mod sum;
pub mod sums;
mod tally;
mod time;
pub mod why;
mod within;

use contract::Scheme;
use contract::terms::Kind;
use rayon::prelude::*;

pub use cohorts::Index;
pub use days::Days;
use doubts::{Doubts, Links};
use life::Life;
use plan::{Plan, Way};
pub use plan::{need, unobserved_before};
pub use tally::{Group, Known, merge, payable, payable_at, tallies};

use base::day::{Day, NEVER};
use records::Records;
use records::facts::Part;

/// What became of everyone.
#[derive(Clone, Debug)]
pub struct Measured {
    /// One for each person and cohort, in the order of people.
    pub index: Vec<Index>,
    /// Outcomes of the scheme.
    pub outcomes: usize,
    /// For each index, one finding for each outcome.
    pub findings: Vec<Finding>,
    /// Outcomes that are compared with what the same people did before they started.
    pub held_before: Vec<usize>,
    /// For each index, one finding for each of those, of the stretch before the start.
    pub before: Vec<Finding>,
    /// Starts that no cohort, area or segment of the scheme takes in; they are left out.
    pub elsewhere: u64,
    /// What in the records gives pause.
    pub doubts: Doubts,
}

/// What became of one person in one outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    pub state: State,
    /// 1 or 0 for a binary outcome; events, days or periods for the others. 0 unless known.
    pub value: i32,
    /// The day on which it was reached, or of the event that decided; [`NEVER`] when there is none.
    pub day: Day,
}

/// Whether it can be said what became of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Known,
    /// The window or the wait reaches beyond what has been observed.
    NotYetKnown,
    /// The scheme leaves out people who died, were removed or were in custody inside the window; or the records say that they
    /// begin later than the window.
    LeftOut,
}

impl Finding {
    fn only(state: State) -> Finding {
        Finding { state, value: 0, day: NEVER }
    }

    fn known(value: i64, day: Day) -> Finding {
        Finding { state: State::Known, value: i32::try_from(value).unwrap_or(i32::MAX), day }
    }
}

impl Measured {
    /// What became of the person of an index, outcome by outcome.
    #[must_use]
    pub fn of(&self, index: usize) -> &[Finding] {
        &self.findings[index * self.outcomes..(index + 1) * self.outcomes]
    }

    /// What the person of an index did before the start, in the order of `held_before`.
    #[must_use]
    pub fn before(&self, index: usize) -> &[Finding] {
        &self.before[index * self.held_before.len()..(index + 1) * self.held_before.len()]
    }

    /// The same of some people alone.
    #[must_use]
    pub fn only(&self, wanted: impl Fn(&Index) -> bool) -> Measured {
        let kept: Vec<usize> = (0..self.index.len()).filter(|at| wanted(&self.index[*at])).collect();
        Measured {
            index: kept.iter().map(|at| self.index[*at]).collect(),
            outcomes: self.outcomes,
            findings: kept.iter().flat_map(|at| self.of(*at)).copied().collect(),
            held_before: self.held_before.clone(),
            before: kept.iter().flat_map(|at| self.before(*at)).copied().collect(),
            elsewhere: self.elsewhere,
            doubts: Doubts::default(),
        }
    }

    /// The same, with facts that equal another in all but their key counted once.
    #[must_use]
    pub fn once(&self) -> Measured {
        let mut once = self.clone();
        for copied in &self.doubts.copied {
            let (of, before) = (copied.at * self.outcomes, copied.at * self.held_before.len());
            once.findings[of..of + self.outcomes].copy_from_slice(&copied.findings);
            once.before[before..before + self.held_before.len()].copy_from_slice(&copied.before);
        }
        once
    }

    /// Everything that must be known of the person of an index.
    fn all_of(&self, index: usize) -> impl Iterator<Item = &Finding> {
        self.of(index).iter().chain(self.before(index))
    }
}

/// Measures every outcome of a scheme for everyone who started in one of its cohorts. `as_at` is the day for which the question
/// is asked; rows that became known after `known_at` are as if they were not there. Every outcome of the scheme must have its
/// rule, and the records what [`need`] asked for.
#[must_use]
pub fn measure(scheme: &Scheme, records: &Records, as_at: Day, known_at: Day) -> Measured {
    let (index, elsewhere) = cohorts::index(scheme, records, known_at);
    let plans = plan::plans(scheme, records, &index, as_at.min(known_at));
    let (held_before, plans_before): (Vec<usize>, Vec<Plan>) =
        plan::plans_before(scheme, records, &index, as_at.min(known_at)).into_iter().unzip();
    let none_yet = |plans: &[Plan]| vec![Finding::only(State::NotYetKnown); index.len() * plans.len()];
    let (mut findings, mut before) = (none_yet(&plans), none_yet(&plans_before));
    // Each part of the facts with its people, and the places of what is found of them.
    let (mut rest, mut of, mut of_before, mut first) = (&index[..], &mut findings[..], &mut before[..], 0);
    let parts: Vec<_> = (0..records.facts.parts())
        .map(|at| {
            let own = rest.split_off(..rest.partition_point(|index| records.facts.part(index.start.person) <= at));
            let own = own.unwrap_or_default();
            let findings = of.split_off_mut(..own.len() * plans.len()).unwrap_or_default();
            first += own.len();
            let before = of_before.split_off_mut(..own.len() * plans_before.len()).unwrap_or_default();
            (at, first - own.len(), own, findings, before)
        })
        .collect();
    let links = Links::of(records);
    let found = parts.into_par_iter().map_init(Part::default, |part, (at, first, own, of, of_before)| {
        records.facts.fill(at, known_at, part);
        find(&plans, records, part, own, known_at, of);
        find(&plans_before, records, part, own, known_at, of_before);
        doubts::doubts((&plans, &plans_before), &links, records, part, own, known_at, first)
    });
    let mut doubts = Doubts { starts: cohorts::copied(records), ..Doubts::default() };
    found.collect::<Vec<_>>().into_iter().for_each(|found| doubts.add(found));
    Measured { index, outcomes: scheme.outcomes.len(), findings, held_before, before, elsewhere, doubts }
}

/// Finds what became of one part's people: of each index, as many findings as there are plans.
fn find(plans: &[Plan], records: &Records, part: &Part, index: &[Index], known_at: Day, out: &mut [Finding]) {
    if plans.is_empty() {
        return;
    }
    // Room for spells, used again from person to person.
    let mut room = Vec::new();
    let mut out = out.chunks_exact_mut(plans.len());
    for same in index.chunk_by(|a, b| a.start.person == b.start.person) {
        let person = same[0].start.person;
        let life = Life::new(part.of(person), records.people.ends(person), known_at);
        for (index, out) in same.iter().zip(&mut out) {
            of_life(plans, &life, index, out, &mut room);
        }
    }
}

/// Every outcome of one index.
fn of_life(plans: &[Plan], life: &Life<'_>, index: &Index, out: &mut [Finding], room: &mut Vec<(Day, Day)>) {
    for (at, plan) in plans.iter().enumerate() {
        out[at] = finding(plan, life, index.start.began, &out[..at], room);
    }
}

/// One outcome of one person. `above` holds the findings of the outcomes above it, which it may build on.
fn finding(plan: &Plan, life: &Life<'_>, began: Day, above: &[Finding], room: &mut Vec<(Day, Day)>) -> Finding {
    let window = plan.window(began);
    if window.observed > plan.observed {
        return Finding::only(State::NotYetKnown);
    }
    if window.from < plan.since || plan.leaves_out(life, &window) {
        return Finding::only(State::LeftOut);
    }
    match &plan.way {
        Way::None(events) => within::none(events, life, &window),
        Way::Any(events) => within::any(events, life, &window),
        Way::Count(events, each) => within::count(events, *each, life, &window),
        Way::FirstTime(events) => within::first_time(events, life, &window),
        Way::Sustained { spells, days, run } => time::sustained(spells, *days, *run, life, &window, room),
        Way::Periods { spells, of, every, most } => match above[*of].state {
            State::Known if above[*of].value == 0 => Finding::known(0, NEVER),
            State::Known => time::periods(spells, above[*of].day, *every, *most, life, &window, room),
            state => Finding::only(state),
        },
        Way::Status(spells) => time::status(spells, life, &window, room),
        Way::AtLeast { events, thresholds } => sum::at_least(events, thresholds, life, &window),
        Way::Exit { exits, returns, clear } => exit::without_return(exits, returns, clear, life, &window),
    }
}

/// The position of the binary outcome that a sustained one builds on.
fn base(kind: Kind) -> usize {
    match kind {
        Kind::Binary => 0,
        Kind::Frequency { of, .. } | Kind::Sustained { of, .. } => of,
    }
}
