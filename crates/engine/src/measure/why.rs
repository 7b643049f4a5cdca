//! Why an outcome of one person is what it is: the window, how far it has been observed, and the facts that decided.

use scheme::Scheme;

use super::life::Life;
use super::plan::{self, Times, Wanted, Way, Window};
use super::{Finding, Measured};
use crate::records::Records;
use crate::records::day::{Day, NEVER};
use crate::records::facts::Fact;

/// How one outcome of one person was decided.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    pub finding: Finding,
    /// The window: from the index date to the first day after it.
    pub from: Day,
    pub to: Day,
    /// Proof must come before this day.
    pub proof: Day,
    /// Everything before this day must have been observed, and everything before `observed` has been.
    pub needed: Day,
    pub observed: Day,
    /// The facts that count, each with the day of its proof ([`NEVER`] where none is asked for).
    pub facts: Vec<(Fact, Day)>,
}

/// How each outcome was decided for the person of one index.
#[must_use]
pub fn why(scheme: &Scheme, records: &Records, measured: &Measured, index: usize, as_at: Day, known_at: Day) -> Vec<Why> {
    let plans = plan::plans(scheme, records, &measured.index[index..=index], as_at.min(known_at));
    reasons(records, measured, index, known_at, &plans, measured.of(index))
}

/// How it was decided what the person of one index did before the start, in the order of [`Measured::held_before`].
#[must_use]
pub fn why_before(scheme: &Scheme, records: &Records, measured: &Measured, index: usize, as_at: Day, known_at: Day) -> Vec<Why> {
    let plans = plan::plans_before(scheme, records, &measured.index[index..=index], as_at.min(known_at));
    let plans: Vec<plan::Plan> = plans.into_iter().map(|(_, plan)| plan).collect();
    reasons(records, measured, index, known_at, &plans, measured.before(index))
}

fn reasons(
    records: &Records,
    measured: &Measured,
    index: usize,
    known_at: Day,
    plans: &[plan::Plan],
    findings: &[Finding],
) -> Vec<Why> {
    let start = measured.index[index].start;
    let facts = records.facts.of(start.person, known_at);
    let mut life = Life::default();
    life.become_that_of(&facts, records.people.ends[start.person as usize], known_at, records.need.links);
    let one = |(plan, finding): (&plan::Plan, &Finding)| {
        let window = plan.window(start.began);
        Why {
            finding: *finding,
            from: window.from,
            to: window.to,
            proof: window.proof,
            needed: window.observed,
            observed: plan.observed,
            facts: counted(&plan.way, &life, &window),
        }
    };
    plans.iter().zip(findings).map(one).collect()
}

fn counted(way: &Way, life: &Life<'_>, window: &Window) -> Vec<(Fact, Day)> {
    let events = |wanted: &Wanted| life.hits(wanted, window).map(|(fact, proof)| (*fact, proof)).collect();
    match way {
        Way::None(wanted) | Way::Any(wanted) | Way::Count(wanted, _) | Way::FirstTime(wanted) => events(wanted),
        Way::AtLeast { events: wanted, .. } | Way::Exit { exits: wanted, .. } => events(wanted),
        Way::Sustained { spells, .. } | Way::Periods { spells, .. } => inside(spells, life, window.from, window.to),
        Way::Status(spells) => inside(spells, life, window.to, window.to + 1),
    }
}

/// Spells that hold a day of a stretch.
fn inside(times: &Times, life: &Life<'_>, from: Day, to: Day) -> Vec<(Fact, Day)> {
    let here = |fact: &&Fact| match times {
        Times::Kept(kinds) => kinds[fact.kind as usize] && fact.from < to && fact.to > from,
        Times::Paired { begins, .. } => *begins == fact.kind && fact.from < to,
    };
    life.facts.iter().filter(here).map(|fact| (*fact, NEVER)).collect()
}
