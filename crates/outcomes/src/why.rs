//! Why an outcome of one person is what it is: the window, how far it has been observed, and the facts that decided.

use contract::Scheme;

use super::life::Life;
use super::plan::{self, Plan, Times, Wanted, Way, Window};
use super::{Finding, Index, Measured};
use base::day::{Day, NEVER};
use records::Records;
use records::facts::{Fact, Part};

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

/// How each outcome was decided for the people of some indices, which are in order.
#[must_use]
pub fn why(scheme: &Scheme, records: &Records, measured: &Measured, of: &[usize], as_at: Day, known_at: Day) -> Vec<Vec<Why>> {
    let indices: Vec<Index> = of.iter().map(|index| measured.index[*index]).collect();
    let plans = plan::plans(scheme, records, &indices, as_at.min(known_at));
    reasons(records, measured, of, known_at, &plans, |index| measured.of(index))
}

/// How it was decided what these people did before the start, in the order of [`Measured::held_before`].
#[must_use]
pub fn why_before(
    scheme: &Scheme,
    records: &Records,
    measured: &Measured,
    of: &[usize],
    as_at: Day,
    known_at: Day,
) -> Vec<Vec<Why>> {
    let indices: Vec<Index> = of.iter().map(|index| measured.index[*index]).collect();
    let plans = plan::plans_before(scheme, records, &indices, as_at.min(known_at));
    let plans: Vec<Plan> = plans.into_iter().map(|(_, plan)| plan).collect();
    reasons(records, measured, of, known_at, &plans, |index| measured.before(index))
}

fn reasons<'a>(
    records: &Records,
    measured: &Measured,
    of: &[usize],
    known_at: Day,
    plans: &[Plan],
    findings: impl Fn(usize) -> &'a [Finding],
) -> Vec<Vec<Why>> {
    let start = |index: usize| measured.index[index].start;
    let place = |index: usize| records.facts.part(start(index).person);
    let mut part = Part::default();
    let mut out = Vec::with_capacity(of.len());
    for neighbours in of.chunk_by(|a, b| place(*a) == place(*b)) {
        records.facts.fill(place(neighbours[0]), known_at, &mut part);
        for index in neighbours {
            let start = start(*index);
            let life = Life::new(part.of(start.person), records.people.ends(start.person), known_at);
            let findings = plans.iter().zip(findings(*index));
            out.push(findings.map(|(plan, finding)| one(plan, *finding, &life, start.began)).collect());
        }
    }
    out
}

fn one(plan: &Plan, finding: Finding, life: &Life<'_>, began: Day) -> Why {
    let window = plan.window(began);
    let mut facts = counted(&plan.way, life, &window);
    facts.sort_unstable();
    Why {
        finding,
        from: window.from,
        to: window.to,
        proof: window.proof,
        needed: window.observed,
        observed: plan.observed,
        facts,
    }
}

fn counted(way: &Way, life: &Life<'_>, window: &Window) -> Vec<(Fact, Day)> {
    let events = |wanted: &Wanted| life.hits(wanted, window).collect();
    match way {
        Way::None(wanted) | Way::Any(wanted) | Way::Count(wanted, _) | Way::FirstTime(wanted) => events(wanted),
        Way::AtLeast { events: wanted, .. } | Way::Exit { exits: wanted, .. } => events(wanted),
        Way::Sustained { spells, .. } | Way::Periods { spells, .. } => inside(spells, life, window.from, window.to),
        Way::Status(spells) => inside(spells, life, window.to, window.to + 1),
    }
}

/// Spells that hold a day of a stretch.
fn inside(times: &Times, life: &Life<'_>, from: Day, to: Day) -> Vec<(Fact, Day)> {
    let here: Vec<Fact> = match times {
        Times::Kept(kinds) => kinds.iter().flat_map(|kind| life.facts.of(*kind)).filter(|fact| fact.to > from).collect(),
        Times::Paired { begins, .. } => life.facts.of(*begins).collect(),
    };
    here.into_iter().filter(|fact| fact.from < to).map(|fact| (fact, NEVER)).collect()
}
