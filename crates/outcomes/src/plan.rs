//! The rules of a scheme, made ready for millions of people: kinds become numbers, and the ends of windows a table by day.

use base::literal::Duration;
use contract::Scheme;
use contract::exceptions::{Exceptions, GoodResult};
use contract::measurement::{
    Continuity, CountedUnit, EventSelection, LossToFollowUp, OutcomeMeasurement, OutcomeRule, SpellSelection,
};
use contract::terms::{Baseline, Better, MonthEnd, Outcome, OutcomeKind, later, proven_on};

use crate::cohorts::IndexEvent;
use crate::criteria::{EventFilter, FollowUpWindow, ReturnPeriod, SpellSource};
use crate::person_history::PersonHistory;
use base::day::{Day, NEVER, date, day};
use records::{Need, Records};

/// The kind of spell for time in custody.
pub(crate) const CUSTODY: &str = "custody";

/// One outcome, ready to run.
pub(crate) struct OutcomePlan {
    pub rule: CompiledRule,
    /// The first day from which the records are complete; [`Day::MIN`] where they do not say.
    pub since: Day,
    /// The first day that was not observed for this outcome.
    pub observed: Day,
    died: LossToFollowUp,
    removed: LossToFollowUp,
    custody: Option<u16>,
    /// Who is excepted from it: the reasons, and whether people with this value count all the same.
    pub exceptions: Option<(EventFilter, Option<i32>)>,
    /// The binary outcome that it builds on, with which it shares its exceptions.
    pub excepted_with: Option<usize>,
    first: Day,
    windows: Vec<FollowUpWindow>,
}

/// A rule of the scheme with its kinds as numbers.
pub(crate) enum CompiledRule {
    NoneWithin(EventFilter),
    AnyWithin(EventFilter),
    CountWithin(EventFilter, CountedUnit),
    FirstTimeTo(EventFilter),
    Sustained {
        spells: SpellSource,
        days: i64,
        run: Continuity,
    },
    Periods {
        spells: SpellSource,
        of: usize,
        every: i64,
        most: i64,
    },
    StatusAt(SpellSource),
    AtLeast {
        events: EventFilter,
        thresholds: Vec<(Day, i64)>,
    },
    ExitWithoutReturn {
        exits: EventFilter,
        returns: Vec<u16>,
        clear: ReturnPeriod,
    },
    /// The outcomes above by position, each with the value that is good.
    SomeOf {
        outcomes: Vec<(usize, i32)>,
        at_least: usize,
    },
    /// What a household counts of one of its members: the outcome above by position. See [`crate::households`].
    OfMember(usize),
    SumWithin {
        events: EventFilter,
        most: i64,
    },
    DaysUntil {
        events: EventFilter,
        most: i64,
    },
    /// The amount above by position.
    Reaches {
        amount: usize,
        level: i64,
        more_is_better: bool,
    },
}

/// Which records the rules of a scheme need, or the names of the outcomes that have no rule.
pub fn need(scheme: &Scheme) -> Result<Need, Vec<String>> {
    let mut need = Need::default();
    let mut without = Vec::new();
    let add = |list: &mut Vec<String>, names: &[String]| {
        for name in names {
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
    };
    for outcome in &scheme.outcomes {
        let Some(measured) = &outcome.measured else {
            without.push(outcome.name.clone());
            continue;
        };
        if let Some(events) = events_of(&measured.rule) {
            add(&mut need.events, &events.kinds);
            add(&mut need.classes, &events.except);
            if !events.except.is_empty() {
                add(&mut need.classed, &events.kinds);
            }
            if let Some(proof) = &events.proven_by {
                add(&mut need.events, std::slice::from_ref(proof));
                add(&mut need.referred, &events.kinds);
                add(&mut need.referring, std::slice::from_ref(proof));
                add(&mut need.proofs, std::slice::from_ref(proof));
            }
        }
        match &measured.rule {
            OutcomeRule::Sustained { spells, .. } | OutcomeRule::Periods(spells) | OutcomeRule::StatusAt(spells) => {
                match spells {
                    SpellSelection::Kept(kinds) => add(&mut need.spells, kinds),
                    SpellSelection::Paired { begins, ends } => {
                        add(&mut need.events, &[begins.clone(), ends.clone()]);
                        add(&mut need.referred, std::slice::from_ref(begins));
                        add(&mut need.referring, std::slice::from_ref(ends));
                    }
                }
            }
            OutcomeRule::ExitWithoutReturn { returns, spells, .. } => {
                add(&mut need.events, returns);
                add(&mut need.spells, spells);
            }
            OutcomeRule::CountWithin(events, CountedUnit::Disposal) => add(&mut need.disposals, &events.kinds),
            OutcomeRule::SumWithin { events, .. } => {
                add(&mut need.amounts, &events.kinds);
                need.most.extend(events.kinds.iter().map(|kind| (kind.clone(), most(outcome.kind))));
            }
            OutcomeRule::AtLeast { events, .. } => add(&mut need.amounts, &events.kinds),
            OutcomeRule::CountWithin(..)
            | OutcomeRule::NoneWithin(_)
            | OutcomeRule::AnyWithin(_)
            | OutcomeRule::FirstTimeTo(_)
            | OutcomeRule::DaysUntil(_)
            | OutcomeRule::Reaches { .. }
            | OutcomeRule::SomeOf { .. } => {}
            OutcomeRule::Household { .. } => need.households = true,
        }
        if let Some(exceptions) = &outcome.exceptions {
            add(&mut need.events, &exceptions.events);
        }
        need.died |= measured.died == LossToFollowUp::LeftOut;
        need.removed |= measured.removed == LossToFollowUp::LeftOut;
        if measured.custody == LossToFollowUp::LeftOut {
            add(&mut need.spells, &[CUSTODY.to_owned()]);
        }
    }
    if without.is_empty() { Ok(need) } else { Err(without) }
}

pub(crate) fn events_of(rule: &OutcomeRule) -> Option<&EventSelection> {
    match rule {
        OutcomeRule::NoneWithin(events)
        | OutcomeRule::AnyWithin(events)
        | OutcomeRule::CountWithin(events, _)
        | OutcomeRule::FirstTimeTo(events)
        | OutcomeRule::DaysUntil(events) => Some(events),
        OutcomeRule::AtLeast { events, .. }
        | OutcomeRule::SumWithin { events, .. }
        | OutcomeRule::ExitWithoutReturn { exits: events, .. } => Some(events),
        OutcomeRule::Sustained { .. }
        | OutcomeRule::Periods(_)
        | OutcomeRule::StatusAt(_)
        | OutcomeRule::SomeOf { .. }
        | OutcomeRule::Household { .. }
        | OutcomeRule::Reaches { .. } => None,
    }
}

/// The plans of all outcomes, for the index dates of these people. `days` are the day that the question is about, and the day up to
/// which records were known.
pub(crate) fn plans_of(scheme: &Scheme, records: &Records, index: &[IndexEvent], days: (Day, Day)) -> Vec<OutcomePlan> {
    scheme.outcomes.iter().map(|outcome| plan(scheme, outcome, records, index, days, None)).collect()
}

/// For outcomes compared with the same people before they started: their positions, and their plans for the time before.
pub(crate) fn plans_before_of(
    scheme: &Scheme,
    records: &Records,
    index: &[IndexEvent],
    days: (Day, Day),
) -> Vec<(usize, OutcomePlan)> {
    let compared_before = |(at, outcome): (usize, &Outcome)| match outcome.baseline {
        Baseline::Before { over } => Some((at, plan(scheme, outcome, records, index, days, Some(over)))),
        _ => None,
    };
    scheme.outcomes.iter().enumerate().filter_map(compared_before).collect()
}

fn plan(
    scheme: &Scheme,
    outcome: &Outcome,
    records: &Records,
    index: &[IndexEvent],
    days: (Day, Day),
    before: Option<Duration>,
) -> OutcomePlan {
    let measured = outcome.measured.as_ref().expect("`need` has checked that every outcome has a rule");
    let began = |index: &IndexEvent| index.start.began;
    let (first, last) = (index.iter().map(began).min().unwrap_or(0), index.iter().map(began).max().unwrap_or(0));
    let windows = (first..=last).map(|began| match before {
        None => window(began, outcome.window, outcome.wait, measured, scheme.month_end),
        Some(over) => {
            let window = window(earlier(began, over), over, outcome.wait, measured, scheme.month_end);
            // Months have different lengths: the period before ends exactly where the window begins.
            FollowUpWindow { to: began, ..window }
        }
    });
    let (since, observed) = match measured.rule {
        // It looks at no records of its own. What is known of it follows from the outcomes above.
        OutcomeRule::SomeOf { .. } | OutcomeRule::Reaches { .. } | OutcomeRule::Household { .. } => (Day::MIN, Day::MAX),
        _ => {
            let (as_at, known_at) = days;
            // What takes a person out of the measure now says nothing of the time before.
            let reasons = outcome.exceptions.as_ref().filter(|_| before.is_none());
            let (since, until) = observed(measured, reasons, records, known_at);
            (since, as_at.min(known_at).min(until).saturating_add(1))
        }
    };
    OutcomePlan {
        rule: compiled(&measured.rule, outcome.kind, scheme, &records.need),
        since,
        observed,
        died: measured.died,
        removed: measured.removed,
        custody: records.need.spell(CUSTODY).filter(|_| measured.custody == LossToFollowUp::LeftOut),
        exceptions: outcome.exceptions.as_ref().filter(|_| before.is_none()).map(|from| excepting(from, outcome, &records.need)),
        excepted_with: excepted_with(scheme, outcome).filter(|_| before.is_none()),
        first,
        windows: windows.collect(),
    }
}

/// The same day that much earlier; where that month is too short, its last day.
fn earlier(from: Day, over: Duration) -> Day {
    match over {
        Duration::Days(days) => from.saturating_sub(days as Day),
        Duration::Weeks(weeks) => from.saturating_sub(7 * weeks as Day),
        Duration::Months(months) => {
            let before = date(from).checked_sub(jiff::Span::new().months(months.clamp(0, 10_000)));
            before.map_or(base::day::FIRST, day)
        }
    }
}

/// The first outcome compared with the same people before they started for which the records do not say from which day they
/// are complete.
#[must_use]
pub fn unobserved_before(scheme: &Scheme, records: &Records) -> Option<usize> {
    (0..scheme.outcomes.len()).find(|at| {
        let outcome = &scheme.outcomes[*at];
        let measured = outcome.measured.as_ref().filter(|_| matches!(outcome.baseline, Baseline::Before { .. }));
        measured.is_some_and(|measured| observed(measured, None, records, Day::MAX).0 == Day::MIN)
    })
}

fn window(from: Day, window: Duration, wait: Duration, measured: &OutcomeMeasurement, rule: MonthEnd) -> FollowUpWindow {
    let start = date(from);
    let end = later(start, window, rule);
    let (to, proof) = (day(end), day(proven_on(start, (window, wait), rule)));
    let seen = day(measured.rule.looks_until(end, rule));
    FollowUpWindow { from, to, proof, seen, observed: seen.max(proof) }
}

/// The reasons of exceptions, and the value with which a person counts all the same.
fn excepting(exceptions: &Exceptions, outcome: &Outcome, need: &Need) -> (EventFilter, Option<i32>) {
    let reasons = EventFilter {
        kinds: events_among(&exceptions.events, need),
        except: vec![false; need.classes.len() + 2],
        proven_by: None,
    };
    let good = i32::from(outcome.better == Better::More);
    (reasons, (exceptions.good_result == GoodResult::Counts).then_some(good))
}

/// The binary outcome with exceptions that an outcome builds on.
fn excepted_with(scheme: &Scheme, outcome: &Outcome) -> Option<usize> {
    match outcome.kind {
        OutcomeKind::Binary | OutcomeKind::Amount { .. } => None,
        OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } => {
            scheme.outcomes[of].exceptions.is_some().then_some(of)
        }
    }
}

/// Every kind of event and spell that a rule looks at, or that is a reason to be excepted, with its table.
pub(crate) fn kinds_looked_at(measured: &OutcomeMeasurement, exceptions: Option<&Exceptions>) -> Vec<(&'static str, String)> {
    let reasons = exceptions.into_iter().flat_map(|exceptions| &exceptions.events);
    let mut kinds: Vec<(&'static str, String)> = reasons.map(|kind| ("events", kind.clone())).collect();
    if let Some(events) = events_of(&measured.rule) {
        kinds.extend(events.kinds.iter().chain(&events.proven_by).map(|kind| ("events", kind.clone())));
    }
    match &measured.rule {
        OutcomeRule::Sustained { spells, .. } | OutcomeRule::Periods(spells) | OutcomeRule::StatusAt(spells) => match spells {
            SpellSelection::Kept(names) => kinds.extend(names.iter().map(|kind| ("spells", kind.clone()))),
            SpellSelection::Paired { begins, ends } => kinds.extend([("events", begins.clone()), ("events", ends.clone())]),
        },
        OutcomeRule::ExitWithoutReturn { returns, spells, .. } => {
            kinds.extend(returns.iter().map(|kind| ("events", kind.clone())));
            kinds.extend(spells.iter().map(|kind| ("spells", kind.clone())));
        }
        // Events alone, which are counted above.
        OutcomeRule::SomeOf { .. }
        | OutcomeRule::Household { .. }
        | OutcomeRule::NoneWithin(_)
        | OutcomeRule::AnyWithin(_)
        | OutcomeRule::CountWithin(..)
        | OutcomeRule::AtLeast { .. }
        | OutcomeRule::SumWithin { .. }
        | OutcomeRule::DaysUntil(_)
        | OutcomeRule::Reaches { .. }
        | OutcomeRule::FirstTimeTo(_) => {}
    }
    if measured.custody == LossToFollowUp::LeftOut {
        kinds.push(("spells", CUSTODY.to_owned()));
    }
    kinds
}

/// The first and the last day on which everything that a rule looks at is complete, and everything that is a reason to be excepted, as
/// known by a day.
fn observed(measured: &OutcomeMeasurement, exceptions: Option<&Exceptions>, records: &Records, known_at: Day) -> (Day, Day) {
    let kinds = kinds_looked_at(measured, exceptions);
    // A table that was not supplied was not observed on any day.
    let until = kinds.iter().map(|(table, kind)| records.coverage.until(table, kind, known_at).unwrap_or(Day::MIN));
    // With several kinds, a first day counts only if all of them state one.
    let since: Vec<Option<Day>> = kinds.iter().map(|(table, kind)| records.coverage.since(table, kind)).collect();
    let all_stated = since.iter().all(Option::is_some);
    let latest = since.into_iter().flatten().max().filter(|_| all_stated);
    (latest.unwrap_or(Day::MIN), until.min().unwrap_or(Day::MIN))
}

fn compiled(rule: &OutcomeRule, kind: OutcomeKind, scheme: &Scheme, need: &Need) -> CompiledRule {
    let month_end = scheme.month_end;
    let events_of = |events: &EventSelection| EventFilter {
        kinds: events_among(&events.kinds, need),
        except: std::iter::once(false)
            .chain(need.classes.iter().map(|class| events.except.contains(class)))
            .chain(std::iter::once(false))
            .collect(),
        proven_by: events.proven_by.as_deref().and_then(|kind| need.event(kind)),
    };
    let spells_of = |spells: &SpellSelection| match spells {
        SpellSelection::Kept(kinds) => SpellSource::Kept(spells_among(kinds, need)),
        SpellSelection::Paired { begins, ends } => {
            let kind = |name: &str| need.event(name).expect("`need` has every kind of a rule");
            SpellSource::Paired { begins: kind(begins), ends: kind(ends) }
        }
    };
    match rule {
        OutcomeRule::NoneWithin(events) => CompiledRule::NoneWithin(events_of(events)),
        OutcomeRule::AnyWithin(events) => CompiledRule::AnyWithin(events_of(events)),
        OutcomeRule::CountWithin(events, each) => CompiledRule::CountWithin(events_of(events), *each),
        OutcomeRule::FirstTimeTo(events) => CompiledRule::FirstTimeTo(events_of(events)),
        OutcomeRule::Sustained { spells, days, run } => {
            CompiledRule::Sustained { spells: spells_of(spells), days: *days, run: *run }
        }
        OutcomeRule::Periods(spells) => {
            let (of, every, most) = match kind {
                OutcomeKind::Sustained { of, every, most } => (of, every.in_days().unwrap_or(1).max(1), most),
                OutcomeKind::Binary | OutcomeKind::Frequency { .. } | OutcomeKind::Amount { .. } => (0, 1, 0),
            };
            CompiledRule::Periods { spells: spells_of(spells), of, every, most }
        }
        OutcomeRule::StatusAt(spells) => CompiledRule::StatusAt(spells_of(spells)),
        OutcomeRule::AtLeast { events, thresholds, .. } => CompiledRule::AtLeast {
            events: events_of(events),
            thresholds: thresholds.iter().map(|(from, threshold)| (day(*from), *threshold)).collect(),
        },
        OutcomeRule::ExitWithoutReturn { exits, returns, spells, clear } => {
            let returns = [events_among(returns, need), spells_among(spells, need)].concat();
            CompiledRule::ExitWithoutReturn {
                exits: events_of(exits),
                returns,
                clear: ReturnPeriod { length: *clear, rule: month_end },
            }
        }
        OutcomeRule::SomeOf { outcomes, at_least } => {
            let good = |at: &usize| (*at, i32::from(scheme.outcomes[*at].better == Better::More));
            CompiledRule::SomeOf { outcomes: outcomes.iter().map(good).collect(), at_least: *at_least }
        }
        OutcomeRule::Household { of, .. } => CompiledRule::OfMember(*of),
        OutcomeRule::SumWithin { events, .. } => CompiledRule::SumWithin { events: events_of(events), most: most(kind) },
        OutcomeRule::DaysUntil(events) => CompiledRule::DaysUntil { events: events_of(events), most: most(kind) },
        OutcomeRule::Reaches { amount, level } => {
            let more_is_better = scheme.outcomes[*amount].better == Better::More;
            CompiledRule::Reaches { amount: *amount, level: *level, more_is_better }
        }
    }
}

fn events_among(names: &[String], need: &Need) -> Vec<u16> {
    need.events.iter().filter(|kind| names.contains(kind)).filter_map(|kind| need.event(kind)).collect()
}

fn spells_among(names: &[String], need: &Need) -> Vec<u16> {
    need.spells.iter().filter(|kind| names.contains(kind)).filter_map(|kind| need.spell(kind)).collect()
}

impl OutcomePlan {
    pub(crate) fn window(&self, began: Day) -> FollowUpWindow {
        self.windows[(began - self.first) as usize]
    }

    /// Whether the scheme leaves the person out because of something inside the window.
    pub(crate) fn leaves_out(&self, history: &PersonHistory<'_>, window: &FollowUpWindow) -> bool {
        self.died == LossToFollowUp::LeftOut && history.died < window.seen
            || self.removed == LossToFollowUp::LeftOut && history.removed < window.seen
            || self.custody.is_some_and(|custody| history.in_spell(custody, window))
    }

    /// The day of the first reason in the window to except the person, whose outcome has this value; [`NEVER`] where the person counts.
    pub(crate) fn excepts(&self, history: &PersonHistory<'_>, window: &FollowUpWindow, value: i32) -> Day {
        match &self.exceptions {
            Some((reasons, counts)) if *counts != Some(value) => history.first(reasons, window),
            _ => NEVER,
        }
    }
}

/// The largest amount that counts for one person.
fn most(kind: OutcomeKind) -> i64 {
    match kind {
        OutcomeKind::Amount { most } => most,
        OutcomeKind::Binary | OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => i64::MAX,
    }
}
