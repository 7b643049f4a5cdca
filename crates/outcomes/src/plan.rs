//! The scheme's rules made ready to run on millions of people: kinds as numbers, ends of windows looked up by day.

use base::literal::Duration;
use contract::Scheme;
use contract::measured::{Each, Events, Inside, Measured, Rule, Run, Spells};
use contract::terms::{Baseline, Kind, MonthEnd, Outcome, later};

use super::cohorts::Index;
use super::life::Life;
use base::day::{Day, date, day};
use records::{Need, Records};

/// The kind of spell that says where a person was not free.
pub(super) const CUSTODY: &str = "custody";

/// One outcome, ready to run.
pub(super) struct Plan {
    pub way: Way,
    /// The first day of which the records say that everything is there; [`Day::MIN`] where they do not say.
    pub since: Day,
    /// The first day that has not been observed for this outcome.
    pub observed: Day,
    died: Inside,
    removed: Inside,
    custody: Option<u16>,
    first: Day,
    windows: Vec<Window>,
}

/// The days that matter for one index day. Every stretch is half open: its end is the first day no longer of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub from: Day,
    pub to: Day,
    /// Proof must come before this day.
    pub proof: Day,
    /// What happens before this day is looked at.
    pub seen: Day,
    /// Everything before this day must have been observed.
    pub observed: Day,
}

pub(super) enum Way {
    None(Wanted),
    Any(Wanted),
    Count(Wanted, Each),
    FirstTime(Wanted),
    Sustained { spells: Times, days: i64, run: Run },
    Periods { spells: Times, of: usize, every: i64, most: i64 },
    Status(Times),
    AtLeast { events: Wanted, thresholds: Vec<(Day, i64)> },
    Exit { exits: Wanted, returns: Vec<u16>, clear: Clear },
}

/// Which events count.
pub(super) struct Wanted {
    pub kinds: Vec<u16>,
    /// By class, from 1.
    pub except: Vec<bool>,
    pub proven_by: Option<u16>,
}

/// Where spells come from.
pub(super) enum Times {
    Kept(Vec<u16>),
    Paired { begins: u16, ends: u16 },
}

/// How long nobody may come back.
pub(super) struct Clear {
    length: Duration,
    rule: MonthEnd,
}

impl Clear {
    /// The first day on which coming back no longer matters.
    pub(super) fn after(&self, exit: Day) -> Day {
        day(later(date(exit), self.length, self.rule))
    }
}

/// Which records the rules of a scheme ask for, or the names of the outcomes that have no rule.
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
            if let Some(proof) = &events.proven_by {
                add(&mut need.events, std::slice::from_ref(proof));
                add(&mut need.referred, &events.kinds);
                add(&mut need.referring, std::slice::from_ref(proof));
                add(&mut need.proofs, std::slice::from_ref(proof));
            }
        }
        match &measured.rule {
            Rule::Sustained { spells, .. } | Rule::Periods(spells) | Rule::StatusAt(spells) => match spells {
                Spells::Kept(kinds) => add(&mut need.spells, kinds),
                Spells::Paired { begins, ends } => {
                    add(&mut need.events, &[begins.clone(), ends.clone()]);
                    add(&mut need.referred, std::slice::from_ref(begins));
                    add(&mut need.referring, std::slice::from_ref(ends));
                }
            },
            Rule::ExitWithoutReturn { returns, spells, .. } => {
                add(&mut need.events, returns);
                add(&mut need.spells, spells);
            }
            Rule::CountWithin(events, Each::Disposal) => add(&mut need.disposals, &events.kinds),
            Rule::AtLeast { events, .. } => add(&mut need.amounts, &events.kinds),
            Rule::CountWithin(..) | Rule::NoneWithin(_) | Rule::AnyWithin(_) | Rule::FirstTimeTo(_) => {}
        }
        if measured.custody == Inside::LeftOut {
            add(&mut need.spells, &[CUSTODY.to_owned()]);
        }
    }
    if without.is_empty() { Ok(need) } else { Err(without) }
}

fn events_of(rule: &Rule) -> Option<&Events> {
    match rule {
        Rule::NoneWithin(events) | Rule::AnyWithin(events) | Rule::CountWithin(events, _) | Rule::FirstTimeTo(events) => {
            Some(events)
        }
        Rule::AtLeast { events, .. } | Rule::ExitWithoutReturn { exits: events, .. } => Some(events),
        Rule::Sustained { .. } | Rule::Periods(_) | Rule::StatusAt(_) => None,
    }
}

/// The plans of all outcomes, for the days on which people started.
pub(super) fn plans(scheme: &Scheme, records: &Records, index: &[Index], asked: Day) -> Vec<Plan> {
    scheme.outcomes.iter().map(|outcome| plan(scheme, outcome, records, index, asked, None)).collect()
}

/// The plans of what the same people did before they started, for the outcomes that are compared with it, with their positions.
pub(super) fn plans_before(scheme: &Scheme, records: &Records, index: &[Index], asked: Day) -> Vec<(usize, Plan)> {
    let held = |(at, outcome): (usize, &Outcome)| match outcome.baseline {
        Baseline::Before { over } => Some((at, plan(scheme, outcome, records, index, asked, Some(over)))),
        _ => None,
    };
    scheme.outcomes.iter().enumerate().filter_map(held).collect()
}

fn plan(scheme: &Scheme, outcome: &Outcome, records: &Records, index: &[Index], asked: Day, before: Option<Duration>) -> Plan {
    let measured = outcome.measured.as_ref().expect("`need` has said that every outcome has its rule");
    let began = |index: &Index| index.start.began;
    let (first, last) = (index.iter().map(began).min().unwrap_or(0), index.iter().map(began).max().unwrap_or(0));
    let windows = (first..=last).map(|began| match before {
        None => window(began, outcome.window, outcome.wait, measured, scheme.month_end),
        Some(over) => {
            let window = window(earlier(began, over), over, outcome.wait, measured, scheme.month_end);
            // Months are not all of one length: the stretch ends where the window begins, to the day.
            Window { to: began, ..window }
        }
    });
    let (since, until) = observed(measured, records);
    Plan {
        way: way(&measured.rule, outcome.kind, &records.need, scheme.month_end),
        since,
        observed: asked.min(until).saturating_add(1),
        died: measured.died,
        removed: measured.removed,
        custody: records.need.spell(CUSTODY).filter(|_| measured.custody == Inside::LeftOut),
        first,
        windows: windows.collect(),
    }
}

/// The same day so long before; where that month is too short, its last day.
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

/// Whether the records say from which day they hold everything that outcomes compared with the same people before look at; if
/// not, the first such outcome.
#[must_use]
pub fn unobserved_before(scheme: &Scheme, records: &Records) -> Option<usize> {
    (0..scheme.outcomes.len()).find(|at| {
        let outcome = &scheme.outcomes[*at];
        let measured = outcome.measured.as_ref().filter(|_| matches!(outcome.baseline, Baseline::Before { .. }));
        measured.is_some_and(|measured| observed(measured, records).0 == Day::MIN)
    })
}

fn window(from: Day, window: Duration, wait: Duration, measured: &Measured, rule: MonthEnd) -> Window {
    let start = date(from);
    let end = later(start, window, rule);
    // Twelve months and six are eighteen months from the index date, whichever day the twelve end on.
    let proof = match (window, wait) {
        (Duration::Months(window), Duration::Months(wait)) => later(start, Duration::Months(window + wait), rule),
        _ => later(end, wait, rule),
    };
    let (to, proof) = (day(end), day(proof));
    let seen = match &measured.rule {
        Rule::ExitWithoutReturn { clear, .. } => day(later(end, *clear, rule)),
        // The day itself must be seen.
        Rule::StatusAt(_) => to + 1,
        _ => to,
    };
    Window { from, to, proof, seen, observed: seen.max(proof) }
}

/// The first and the last day on which everything that a rule looks at is complete.
fn observed(measured: &Measured, records: &Records) -> (Day, Day) {
    let mut kinds: Vec<(&str, &str)> = Vec::new();
    if let Some(events) = events_of(&measured.rule) {
        kinds.extend(events.kinds.iter().chain(&events.proven_by).map(|kind| ("events", kind.as_str())));
    }
    match &measured.rule {
        Rule::Sustained { spells, .. } | Rule::Periods(spells) | Rule::StatusAt(spells) => match spells {
            Spells::Kept(names) => kinds.extend(names.iter().map(|kind| ("spells", kind.as_str()))),
            Spells::Paired { begins, ends } => kinds.extend([("events", begins.as_str()), ("events", ends.as_str())]),
        },
        Rule::ExitWithoutReturn { returns, spells, .. } => {
            kinds.extend(returns.iter().map(|kind| ("events", kind.as_str())));
            kinds.extend(spells.iter().map(|kind| ("spells", kind.as_str())));
        }
        _ => {}
    }
    if measured.custody == Inside::LeftOut {
        kinds.push(("spells", CUSTODY));
    }
    // A table that was not handed over at all has been observed up to no day.
    let until = kinds.iter().map(|(table, kind)| records.coverage.until(table, kind).unwrap_or(Day::MIN));
    // Of several kinds, what is said of one of them alone says nothing of all.
    let since: Vec<Option<Day>> = kinds.iter().map(|(table, kind)| records.coverage.since(table, kind)).collect();
    let all_said = since.iter().all(Option::is_some);
    let latest = since.into_iter().flatten().max().filter(|_| all_said);
    (latest.unwrap_or(Day::MIN), until.min().unwrap_or(Day::MIN))
}

fn way(rule: &Rule, kind: Kind, need: &Need, month_end: MonthEnd) -> Way {
    let wanted = |events: &Events| Wanted {
        kinds: events_among(&events.kinds, need),
        except: std::iter::once(false).chain(need.classes.iter().map(|class| events.except.contains(class))).collect(),
        proven_by: events.proven_by.as_deref().and_then(|kind| need.event(kind)),
    };
    let times = |spells: &Spells| match spells {
        Spells::Kept(kinds) => Times::Kept(spells_among(kinds, need)),
        Spells::Paired { begins, ends } => {
            let kind = |name: &str| need.event(name).expect("`need` has every kind of a rule");
            Times::Paired { begins: kind(begins), ends: kind(ends) }
        }
    };
    match rule {
        Rule::NoneWithin(events) => Way::None(wanted(events)),
        Rule::AnyWithin(events) => Way::Any(wanted(events)),
        Rule::CountWithin(events, each) => Way::Count(wanted(events), *each),
        Rule::FirstTimeTo(events) => Way::FirstTime(wanted(events)),
        Rule::Sustained { spells, days, run } => Way::Sustained { spells: times(spells), days: *days, run: *run },
        Rule::Periods(spells) => {
            let (every, most) = match kind {
                Kind::Sustained { every, most, .. } => (every.in_days().unwrap_or(1).max(1), most),
                Kind::Binary | Kind::Frequency { .. } => (1, 0),
            };
            Way::Periods { spells: times(spells), of: super::base(kind), every, most }
        }
        Rule::StatusAt(spells) => Way::Status(times(spells)),
        Rule::AtLeast { events, thresholds, .. } => Way::AtLeast {
            events: wanted(events),
            thresholds: thresholds.iter().map(|(from, threshold)| (day(*from), *threshold)).collect(),
        },
        Rule::ExitWithoutReturn { exits, returns, spells, clear } => {
            let returns = [events_among(returns, need), spells_among(spells, need)].concat();
            Way::Exit { exits: wanted(exits), returns, clear: Clear { length: *clear, rule: month_end } }
        }
    }
}

fn events_among(names: &[String], need: &Need) -> Vec<u16> {
    need.events.iter().filter(|kind| names.contains(kind)).filter_map(|kind| need.event(kind)).collect()
}

fn spells_among(names: &[String], need: &Need) -> Vec<u16> {
    need.spells.iter().filter(|kind| names.contains(kind)).filter_map(|kind| need.spell(kind)).collect()
}

impl Plan {
    pub(super) fn window(&self, began: Day) -> Window {
        self.windows[(began - self.first) as usize]
    }

    /// Whether the scheme leaves the person out for what happened inside the window.
    pub(super) fn leaves_out(&self, life: &Life<'_>, window: &Window) -> bool {
        self.died == Inside::LeftOut && life.died < window.seen
            || self.removed == Inside::LeftOut && life.removed < window.seen
            || self.custody.is_some_and(|custody| life.in_spell(custody, window))
    }
}
