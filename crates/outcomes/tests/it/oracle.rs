//! Outcomes the slow and obvious way: person by person and day by day, from texts and calendar dates. It shares only the scheme
//! with the code that it checks.

use base::literal::Duration;
use contract::Scheme;
use contract::exceptions::GoodResult;
use contract::measurement::{
    Continuity, CountedUnit, EventSelection, LossToFollowUp, OutcomeMeasurement, OutcomeRule, SpellSelection,
};
use contract::terms::{MonthEnd, OutcomeKind};
use jiff::civil::Date;

use crate::records::{Event, Spell, Start, TestRecords, plus};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    NotYetKnown,
    LeftOut,
    Excepted,
    Known(i64, Option<Date>),
}

pub(crate) struct Oracle<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) records: &'a TestRecords,
    pub(crate) as_at: Date,
    pub(crate) known_at: Date,
}

/// A date some time later, month by month.
fn later(date: Date, length: Duration, rule: MonthEnd) -> Date {
    let months = match length {
        Duration::Days(days) => return plus(date, days as i32),
        Duration::Weeks(weeks) => return plus(date, 7 * weeks as i32),
        Duration::Months(months) => months,
    };
    let mut month = date.first_of_month();
    for _ in 0..months {
        month = plus(month.last_of_month(), 1);
    }
    match (Date::new(month.year(), month.month(), date.day()), rule) {
        (Ok(date), _) => date,
        (Err(_), MonthEnd::LastDay) => month.last_of_month(),
        (Err(_), MonthEnd::NextDay) => plus(month.last_of_month(), 1),
    }
}

/// Every day from one to another, which is not among them.
fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| Some(plus(*day, 1))).take_while(move |day| *day < to)
}

impl Oracle<'_> {
    /// Everyone who counts: the start, the cohort.
    pub(crate) fn index(&self) -> Vec<(&Start, usize)> {
        let mut out = Vec::new();
        for person in &self.records.people {
            for (cohort, dates) in self.scheme.cohorts.iter().enumerate() {
                for comparison in [false, true] {
                    let counts = |start: &&Start| {
                        start.person == person.name
                            && start.comparison == comparison
                            && dates.starts <= start.began
                            && start.began <= dates.ends
                            && start.known.unwrap_or(start.began) <= self.known_at
                            && start.began <= self.as_at
                            && self.scheme.areas.contains(&start.area)
                            && self.scheme.segments.contains(&start.segment)
                    };
                    let first = self
                        .records
                        .starts
                        .iter()
                        .filter(counts)
                        .min_by_key(|start| (start.began, start.provider.clone(), start.area.clone(), start.segment.clone()));
                    out.extend(first.map(|start| (start, cohort)));
                }
            }
        }
        out
    }

    /// What became of one person in every outcome.
    pub(crate) fn answers(&self, start: &Start) -> Vec<Answer> {
        let mut answers = Vec::new();
        for at in 0..self.scheme.outcomes.len() {
            let answer = self.answer(start, at, &answers);
            answers.push(answer);
        }
        answers
    }

    fn answer(&self, start: &Start, at: usize, above: &[Answer]) -> Answer {
        let outcome = &self.scheme.outcomes[at];
        let measured = outcome.measured.as_ref().expect("a rule");
        let rule = self.scheme.month_end;
        let from = start.began;
        let to = later(from, outcome.window, rule);
        let proof = match (outcome.window, outcome.wait) {
            (Duration::Months(a), Duration::Months(b)) => later(from, Duration::Months(a + b), rule),
            _ => later(to, outcome.wait, rule),
        };
        let seen = match &measured.rule {
            OutcomeRule::ExitWithoutReturn { clear, .. } => later(to, *clear, rule),
            OutcomeRule::StatusAt(_) => plus(to, 1),
            _ => to,
        };
        let reasons = outcome.exceptions.as_ref().map_or(&[][..], |exceptions| &exceptions.events);
        let end = self.observed(measured, reasons);
        let of_others = matches!(measured.rule, OutcomeRule::SomeOf { .. } | OutcomeRule::Reaches { .. });
        if !of_others && !days(from, seen.max(proof)).all(|day| Some(day) <= end) {
            return Answer::NotYetKnown;
        }
        let person = self.records.people.iter().find(|person| person.name == start.person).expect("a person");
        let known = match (person.known, person.died, person.removed) {
            (Some(known), _, _) => known <= self.known_at,
            (None, died, removed) => died.into_iter().chain(removed).min().is_some_and(|day| day <= self.known_at),
        };
        let gone = |day: Option<Date>| known && day.is_some_and(|day| day < seen);
        let custody = || days(from, seen).any(|day| self.in_kept(&start.person, &["custody".into()], day));
        if measured.died == LossToFollowUp::LeftOut && gone(person.died)
            || measured.removed == LossToFollowUp::LeftOut && gone(person.removed)
            || measured.custody == LossToFollowUp::LeftOut && custody()
        {
            return Answer::LeftOut;
        }
        if let OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } = outcome.kind
            && above[of] == Answer::Excepted
        {
            return Answer::Excepted;
        }
        let hits = |events: &EventSelection| self.hits(&start.person, events, from, to, proof);
        let first = |events: &EventSelection| hits(events).iter().map(|(event, _)| event.date).min();
        let most = || match outcome.kind {
            OutcomeKind::Amount { most } => most,
            _ => panic!("only an amount has a largest one"),
        };
        let (value, day) = match &measured.rule {
            OutcomeRule::NoneWithin(events) => (i64::from(hits(events).is_empty()), first(events)),
            OutcomeRule::AnyWithin(events) => (i64::from(!hits(events).is_empty()), first(events)),
            OutcomeRule::CountWithin(events, CountedUnit::Event) => (hits(events).len() as i64, first(events)),
            OutcomeRule::CountWithin(events, CountedUnit::Disposal) => {
                let mut settled: Vec<String> = hits(events)
                    .iter()
                    .map(|(event, proof)| match event.disposal.as_str() {
                        "" => format!("on {}", proof.unwrap_or(event.date)),
                        disposal => disposal.to_owned(),
                    })
                    .collect();
                settled.sort();
                settled.dedup();
                (settled.len() as i64, first(events))
            }
            OutcomeRule::FirstTimeTo(events) => {
                let first = first(events);
                (days(from, first.unwrap_or(to)).count() as i64, first)
            }
            OutcomeRule::SumWithin { events, .. } => {
                let hundredths: i64 = hits(events).iter().map(|(event, _)| event.amount).sum();
                let mut whole = 0;
                while whole < most() && 100 * (whole + 1) <= hundredths {
                    whole += 1;
                }
                (whole, None)
            }
            OutcomeRule::DaysUntil(events) => {
                let first = first(events);
                ((days(from, first.unwrap_or(to)).count() as i64).min(most()), first)
            }
            OutcomeRule::Reaches { amount, level } => match &above[*amount] {
                Answer::Known(value, day) => {
                    let falls_short = match self.scheme.outcomes[*amount].better {
                        contract::terms::Better::More => value < level,
                        contract::terms::Better::Fewer => value > level,
                    };
                    (i64::from(!falls_short), *day)
                }
                other => return other.clone(),
            },
            OutcomeRule::Sustained { spells, days: needed, run } => {
                let (mut counted, mut without, mut reached) = (0, 0, None);
                for day in days(from, to) {
                    if self.in_spell(&start.person, spells, day) {
                        counted += 1;
                        without = 0;
                    } else {
                        without += 1;
                    }
                    if let Continuity::Continuous { breaks } = run
                        && without > *breaks
                    {
                        counted = 0;
                    }
                    if counted == *needed && reached.is_none() {
                        reached = Some(plus(day, 1));
                    }
                }
                (i64::from(reached.is_some()), reached)
            }
            OutcomeRule::Periods(spells) => {
                let OutcomeKind::Sustained { of, every, most } = outcome.kind else { panic!("periods are sustained") };
                match &above[of] {
                    Answer::Known(1, Some(reached)) => {
                        let begin = from.max(*reached);
                        let count = days(begin, to).filter(|day| self.in_spell(&start.person, spells, *day)).count() as i64;
                        ((count / every.in_days().expect("days")).min(most), None)
                    }
                    Answer::Known(..) => (0, None),
                    other => return other.clone(),
                }
            }
            OutcomeRule::StatusAt(spells) => {
                let there = self.in_spell(&start.person, spells, to);
                (i64::from(there), there.then_some(to))
            }
            OutcomeRule::AtLeast { events, thresholds, .. } => {
                let mut threshold = thresholds[0].1;
                for (date, amount) in thresholds {
                    if *date <= from {
                        threshold = *amount;
                    }
                }
                let hits = hits(events);
                let total_before = |end: Date| -> i64 { hits.iter().filter(|(e, _)| e.date < end).map(|(e, _)| e.amount).sum() };
                match total_before(to) >= threshold {
                    true => (1, days(from, to).find(|day| total_before(plus(*day, 1)) >= threshold)),
                    false => (0, None),
                }
            }
            OutcomeRule::Household { .. } => unreachable!("households have an oracle of their own"),
            OutcomeRule::SomeOf { outcomes, at_least } => {
                for other in outcomes {
                    if above[*other] == Answer::LeftOut {
                        return Answer::LeftOut;
                    }
                }
                let (mut good, mut reached) = (0, Vec::new());
                for other in outcomes {
                    let Answer::Known(value, day) = &above[*other] else { return Answer::NotYetKnown };
                    let happens = self.scheme.outcomes[*other].better == contract::terms::Better::More;
                    if (*value == 1) == happens {
                        good += 1;
                        reached.push(day.filter(|_| happens).unwrap_or(Date::MAX));
                    }
                }
                reached.sort();
                let day = reached.get(at_least - 1).copied().filter(|day| *day < Date::MAX);
                (i64::from(good >= *at_least), day)
            }
            OutcomeRule::ExitWithoutReturn { exits, returns, spells, clear } => match first(exits) {
                None => (0, None),
                Some(exit) => {
                    let back = days(plus(exit, 1), later(exit, *clear, rule)).any(|day| {
                        let event = |event: &&Event| event.date == day && returns.contains(&event.kind);
                        let spell = |spell: &&Spell| spell.from == day && spells.contains(&spell.kind);
                        self.events(&start.person).iter().any(event) || self.kept(&start.person).iter().any(spell)
                    });
                    (i64::from(!back), Some(exit))
                }
            },
        };
        if let Some(exceptions) = &outcome.exceptions {
            let good = (value == 1) == (outcome.better == contract::terms::Better::More);
            let stays = good && exceptions.good_result == GoodResult::Counts;
            let inside = |event: &&Event| reasons.contains(&event.kind) && from <= event.date && event.date < to;
            if !stays && self.events(&start.person).iter().any(inside) {
                return Answer::Excepted;
            }
        }
        Answer::Known(value, day)
    }

    /// Whether a person was alive on a day, as far as was known.
    fn alive(&self, person: &str, day: Date) -> bool {
        let person = self.records.people.iter().find(|other| other.name == person).expect("a person");
        let known = person.known.or(person.died.into_iter().chain(person.removed).min());
        let died = person.died.filter(|_| known.is_some_and(|known| known <= self.known_at));
        died.is_none_or(|died| day <= died)
    }

    fn events(&self, person: &str) -> Vec<&Event> {
        let known = |event: &&Event| event.person == person && event.known.unwrap_or(event.date) <= self.known_at;
        self.records.events.iter().filter(known).filter(|event| self.alive(person, event.date)).collect()
    }

    fn kept(&self, person: &str) -> Vec<&Spell> {
        let known = |spell: &&Spell| spell.person == person && spell.known.unwrap_or(spell.from) <= self.known_at;
        self.records.spells.iter().filter(known).filter(|spell| self.alive(person, spell.from)).collect()
    }

    /// The events that count, with the day of their proof.
    fn hits(&self, person: &str, wanted: &EventSelection, from: Date, to: Date, proof: Date) -> Vec<(&Event, Option<Date>)> {
        let all = self.events(person);
        let mut out = Vec::new();
        for event in &all {
            if !wanted.kinds.contains(&event.kind)
                || wanted.except.contains(&event.class)
                || event.date < from
                || event.date >= to
            {
                continue;
            }
            let Some(proven_by) = &wanted.proven_by else {
                out.push((*event, None));
                continue;
            };
            let about = all
                .iter()
                .filter(|other| other.kind == *proven_by && other.about == event.event && other.date >= event.date)
                .map(|other| other.date);
            let proven = about.chain(event.settled.filter(|day| self.alive(person, *day))).min();
            if proven.is_some_and(|day| day < proof) {
                out.push((*event, proven));
            }
        }
        out
    }

    fn in_spell(&self, person: &str, spells: &SpellSelection, day: Date) -> bool {
        if !self.alive(person, day) {
            return false;
        }
        match spells {
            SpellSelection::Kept(kinds) => self.in_kept(person, kinds, day),
            SpellSelection::Paired { begins, ends } => {
                let all = self.events(person);
                all.iter().filter(|event| event.kind == *begins && event.date <= day).any(|begin| {
                    let end =
                        all.iter().filter(|other| other.kind == *ends && other.about == begin.event).map(|end| end.date).min();
                    end.is_none_or(|end| day < end)
                })
            }
        }
    }

    fn in_kept(&self, person: &str, kinds: &[String], day: Date) -> bool {
        let inside = |spell: &&Spell| kinds.contains(&spell.kind) && spell.from <= day && spell.to.is_none_or(|to| day < to);
        self.alive(person, day) && self.kept(person).iter().any(inside)
    }

    /// The last day on which all that the rule looks at is complete.
    fn observed(&self, measured: &OutcomeMeasurement, reasons: &[String]) -> Option<Date> {
        let mut last = Some(self.as_at.min(self.known_at));
        let mut need = |table: &str, kinds: &[String]| {
            for kind in kinds {
                let stated = |kind: &str| {
                    self.records.coverage.iter().filter(|row| row.0 == table && row.1 == kind).map(|row| row.2).min()
                };
                let end = stated(kind).or_else(|| stated("")).or_else(|| self.last(table));
                last = last.min(end);
            }
        };
        need("events", reasons);
        let events = |need: &mut dyn FnMut(&str, &[String]), events: &EventSelection| {
            need("events", &events.kinds);
            need("events", events.proven_by.as_slice());
        };
        match &measured.rule {
            OutcomeRule::NoneWithin(wanted)
            | OutcomeRule::AnyWithin(wanted)
            | OutcomeRule::CountWithin(wanted, _)
            | OutcomeRule::FirstTimeTo(wanted) => {
                events(&mut need, wanted);
            }
            OutcomeRule::AtLeast { events: wanted, .. }
            | OutcomeRule::SumWithin { events: wanted, .. }
            | OutcomeRule::DaysUntil(wanted) => events(&mut need, wanted),
            OutcomeRule::SomeOf { .. } | OutcomeRule::Reaches { .. } | OutcomeRule::Household { .. } => {}
            OutcomeRule::Sustained { spells, .. } | OutcomeRule::Periods(spells) | OutcomeRule::StatusAt(spells) => {
                match spells {
                    SpellSelection::Kept(kinds) => need("spells", kinds),
                    SpellSelection::Paired { begins, ends } => need("events", &[begins.clone(), ends.clone()]),
                }
            }
            OutcomeRule::ExitWithoutReturn { exits, returns, spells, .. } => {
                events(&mut need, exits);
                need("events", returns);
                need("spells", spells);
            }
        }
        if measured.custody == LossToFollowUp::LeftOut {
            need("spells", &["custody".to_owned()]);
        }
        last
    }

    /// The last day of the rows of a table that could be known by the day up to which records were known.
    fn last(&self, table: &str) -> Option<Date> {
        let reach = |date: Date, known: Option<Date>| known.map_or(date, |known| known.max(date));
        let events = self.records.events.iter().flat_map(|row| {
            let reached = reach(row.date, row.known);
            [Some(reached), row.settled.map(|settled| settled.max(reached))].into_iter().flatten()
        });
        let spells = self.records.spells.iter().map(|row| reach(row.from, row.known));
        let possible = |day: &Date| *day <= self.known_at;
        if table == "events" { events.filter(possible).max() } else { spells.filter(possible).max() }
    }
}
