//! Record tables for simulated people: who they are, when they started, and dated events and spells, in the same tables that agencies
//! hand over. They show one strategy in one replication. Measured and paid, the records give to the penny what the simulation itself
//! pays for that replication.
//!
//! The outcomes of a person are drawn as everywhere in the simulation, and only get dates here. The records also hold what must not
//! count: offences from before the start, after the window, or proven too late, jobs that were too short, and reasons to except
//! somebody from before the start.

use std::collections::BTreeSet;

use base::literal::Duration;
use base::money::WHOLE;
use contract::Scheme;
use contract::measurement::{Continuity, CountedUnit, EventSelection, OutcomeRule, SpellSelection};
use contract::tally::Tally;
use contract::terms::{Baseline, Better, OutcomeKind, later};
use jiff::civil::Date;
use records::batch::Batch;
use records::schema::table;
use risks::StrategyKind;

use crate::assumptions::Assumptions;
use crate::draws::{comparison_count, comparison_extra};
use crate::people::{AreaPeople, Chances, PeopleCell, people};
use crate::person_by_person::Replication;
use crate::rank_evaluation::Ranks;
use crate::reference_strategies::{StrategySet, solve};
use crate::search::Budget;
use crate::strategy::{Arena, Strategy};
use base::philox::words;
use base::schedule::CohortTime;

/// The tables of one simulation.
#[derive(Debug)]
pub struct SimulatedTables {
    pub people: Batch,
    /// Who is paid: the contract's own list, or the one provider of a contract without a list.
    pub providers: Batch,
    pub starts: Batch,
    pub events: Batch,
    pub spells: Batch,
    /// What the provider claims: every result that there should be more of, and nothing that did not happen.
    pub claims: Batch,
    pub coverage: Batch,
}

/// A simulation that is ready: who comes, what is done for them, and how their outcomes look in records.
#[derive(Debug)]
pub struct Simulation<'a> {
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    areas: Vec<(AreaPeople, Strategy)>,
    families: Vec<Family<'a>>,
    seed: u64,
    replication: u64,
}

/// A binary outcome and those counted on top of it, which the same facts must show together.
#[derive(Debug)]
struct Family<'a> {
    base: usize,
    rule: &'a OutcomeRule,
    on_top: Vec<usize>,
    /// The shortest window of them, in which all facts that count are put.
    window: Duration,
    wait: Duration,
}

/// Draws of days start here, above those of outcomes and comparison groups.
const DAYS: u64 = 1 << 33;

/// The most days between a proof and the day on which the records have it.
const LATE: i64 = 45;

/// Prepares a simulation, or explains why a scheme cannot be simulated as records. Of the strategies, [`StrategyKind::Idle`],
/// [`StrategyKind::AsNow`], [`StrategyKind::Intended`] and [`StrategyKind::BEST`] can be chosen; they are found on other replications than the one
/// that is written, and report honestly.
pub fn simulation<'a>(
    scheme: &'a Scheme,
    assumptions: &'a Assumptions,
    kind: StrategyKind,
    seed: u64,
    replication: u64,
) -> Result<Simulation<'a>, String> {
    let families = families(scheme)?;
    let areas = people(scheme, assumptions).into_iter().map(|area| {
        let strategy = strategy(scheme, assumptions, &area, kind, seed, replication);
        (area, strategy)
    });
    Ok(Simulation { scheme, assumptions, areas: areas.collect(), families, seed, replication })
}

fn strategy(
    scheme: &Scheme,
    assumptions: &Assumptions,
    area: &AreaPeople,
    kind: StrategyKind,
    seed: u64,
    replication: u64,
) -> Strategy {
    let chances = Chances::of(scheme, assumptions, area);
    match kind {
        StrategyKind::Idle => Strategy::idle(&chances, area.segments),
        StrategyKind::AsNow => Strategy::as_now(&chances, area.segments),
        kind => {
            let ranks = Ranks::build(scheme, assumptions, area, seed, replication + 1, Budget::QUICK.replications);
            let arena = Arena::new(scheme, assumptions, area, &ranks, seed, replication + 1);
            let solved = solve(&arena, Budget::QUICK, StrategySet::ForProfit);
            let found = solved.strategies.into_iter().find(|(found, _)| *found == kind);
            let (_, strategy) = found.expect("every strategy that can be chosen is solved for");
            Strategy::of(strategy.effort, strategy.taken)
        }
    }
}

/// The outcomes in families, when each can be shown by facts of its own.
fn families(scheme: &Scheme) -> Result<Vec<Family<'_>>, String> {
    let rule = |at: usize| {
        let name = &scheme.outcomes[at].name;
        let measured = scheme.outcomes[at].measured.as_ref().map(|measured| &measured.rule);
        measured.ok_or_else(|| format!("the scheme does not say how to measure {name}: add [outcome.{name}.measured]"))
    };
    let mut out: Vec<Family<'_>> = Vec::new();
    let mut used: Vec<&String> = Vec::new();
    let mut ratio = None;
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        if matches!(outcome.baseline, Baseline::Before { .. }) {
            return Err(format!("{} is compared with the same people before, which is not simulated as records", outcome.name));
        }
        if let Baseline::Comparison { ratio: this } = outcome.baseline
            && *ratio.get_or_insert(this) != this
        {
            return Err("outcomes with comparison groups of different sizes cannot share their people".into());
        }
        let (base, rule) = (outcome.base(at), rule(at)?);
        if matches!(rule, OutcomeRule::FirstTimeTo(_)) {
            let why = "and the assumptions give how many events happen to those affected, not when the first one does";
            return Err(format!("{} is the time to an event, {why}", outcome.name));
        }
        if base != at {
            let Some(family) = out.iter_mut().find(|family| family.base == base) else { continue };
            if !builds_on(rule, family.rule) {
                return Err(format!("{} does not count the facts of {}", outcome.name, scheme.outcomes[base].name));
            }
            family.on_top.push(at);
            family.window = shorter(family.window, outcome.window);
            family.wait = shorter(family.wait, outcome.wait);
            continue;
        }
        if outcome.household().is_some() {
            let why = "and the simulation draws it as a whole, not from the outcomes of its members";
            return Err(format!("{} is a result of households, {why}", outcome.name));
        }
        if outcome.some_of().is_some() {
            let why = "and the simulation draws it as a whole, not from the outcomes of each person";
            return Err(format!("{} is made of other outcomes, {why}", outcome.name));
        }
        if outcome.is_amount() || outcome.reaches().is_some() {
            return Err(format!(
                "{} is an amount or follows from one, and the simulation adds amounts up over people",
                outcome.name
            ));
        }
        let kinds = kinds(rule);
        if kinds.iter().any(|kind| used.contains(kind)) {
            return Err(format!("{} is measured by the same facts as another outcome", outcome.name));
        }
        used.extend(kinds);
        out.push(Family { base, rule, on_top: Vec::new(), window: outcome.window, wait: outcome.wait });
    }
    let reasons = scheme.outcomes.iter().filter_map(|outcome| Some((outcome, outcome.exceptions.as_ref()?)));
    for (outcome, exceptions) in reasons {
        if let Some(both) = exceptions.events.iter().find(|kind| used.contains(kind)) {
            return Err(format!("people are excepted from {} for {both}, which another outcome counts", outcome.name));
        }
    }
    Ok(out)
}

fn shorter(a: Duration, b: Duration) -> Duration {
    let from = Date::constant(2000, 1, 1);
    let end = |duration| later(from, duration, contract::terms::MonthEnd::LastDay);
    if end(b) < end(a) { b } else { a }
}

/// Whether an outcome on top counts the very facts that the one below is shown by.
fn builds_on(top: &OutcomeRule, base: &OutcomeRule) -> bool {
    match (top, base) {
        // Without proof, events of one day cannot be separated into disposals.
        (OutcomeRule::CountWithin(top, each), OutcomeRule::AnyWithin(base)) => {
            top == base && (*each == CountedUnit::Event || top.proven_by.is_some())
        }
        (OutcomeRule::Periods(top), OutcomeRule::Sustained { spells: base, .. }) => top == base,
        _ => false,
    }
}

/// Every kind of fact that a rule looks at.
fn kinds(rule: &OutcomeRule) -> Vec<&String> {
    match rule {
        OutcomeRule::NoneWithin(events)
        | OutcomeRule::AnyWithin(events)
        | OutcomeRule::CountWithin(events, _)
        | OutcomeRule::FirstTimeTo(events)
        | OutcomeRule::DaysUntil(events) => events.kinds.iter().collect(),
        OutcomeRule::AtLeast { events, .. } | OutcomeRule::SumWithin { events, .. } => events.kinds.iter().collect(),
        OutcomeRule::SomeOf { .. } | OutcomeRule::Reaches { .. } | OutcomeRule::Household { .. } => Vec::new(),
        OutcomeRule::Sustained { spells, .. } | OutcomeRule::Periods(spells) | OutcomeRule::StatusAt(spells) => match spells {
            SpellSelection::Kept(kinds) => kinds.iter().collect(),
            SpellSelection::Paired { begins, ends } => vec![begins, ends],
        },
        OutcomeRule::ExitWithoutReturn { exits, returns, spells, .. } => {
            exits.kinds.iter().chain(returns).chain(spells).collect()
        }
    }
}

impl Simulation<'_> {
    /// The last day that the records cover: by then everything is known of everyone.
    #[must_use]
    pub fn until(&self) -> Date {
        let rule = self.scheme.month_end;
        let ends = self.areas.iter().flat_map(|(area, _)| &area.cohorts).map(|cohort| self.scheme.cohorts[*cohort].ends);
        let last = ends.max().unwrap_or(self.scheme.ends);
        let known = self.scheme.outcomes.iter().map(|outcome| outcome.known_on(last, rule));
        plus(known.max().unwrap_or(last), LATE + 32)
    }

    /// What the simulation itself counts, area by area, to be priced and compared with the records.
    #[must_use]
    pub fn tallies(&self) -> Vec<Tally> {
        let mut out = Vec::new();
        for (area, strategy) in &self.areas {
            let ranks = Ranks::build(self.scheme, self.assumptions, area, self.seed, self.replication, 1);
            let arena = Arena::new(self.scheme, self.assumptions, area, &ranks, self.seed, self.replication);
            arena.simulate(std::slice::from_ref(strategy), 1, |_, tally, _| out.push(tally.clone()));
        }
        out
    }

    /// The tables.
    #[must_use]
    pub fn tables(&self) -> SimulatedTables {
        let empty = |name| Batch::empty(table(name).expect("a table of the schema"));
        let tables = SimulatedTables {
            people: empty("people"),
            providers: empty("providers"),
            starts: empty("starts"),
            events: empty("events"),
            spells: empty("spells"),
            claims: empty("claims"),
            coverage: empty("coverage"),
        };
        let everyone: usize = self.areas.iter().map(|(area, _)| area.count()).sum();
        let mut writing = Writing { simulation: self, tables, next_other: everyone as u64 + 1, events: 0, spells: 0 };
        for (area, strategy) in &self.areas {
            writing.area(area, strategy);
        }
        match &self.scheme.providers[..] {
            [] => writing.tables.providers.push(&[("provider", &self.scheme.provider)]),
            listed => {
                listed.iter().for_each(|one| writing.tables.providers.push(&[("provider", &one.id), ("name", &one.name)]));
            }
        }
        let until = self.until().to_string();
        for table in ["events", "spells"] {
            writing.tables.coverage.push(&[("table", table), ("until", &until)]);
        }
        writing.state_zeros(&until);
        writing.tables
    }
}

/// Who serves people that start in an area on a day: the first of the contract's list that holds it.
fn provider(scheme: &Scheme, area: usize, on: Date) -> &str {
    let holds = scheme.providers.iter().find(|provider| provider.holds(area, on));
    holds.or(scheme.providers.first()).map_or(&scheme.provider, |provider| &provider.id)
}

/// The tables while they are written.
struct Writing<'a> {
    simulation: &'a Simulation<'a>,
    tables: SimulatedTables,
    /// The number of the next person of a comparison group.
    next_other: u64,
    events: u64,
    spells: u64,
}

impl Writing<'_> {
    /// States for every kind of fact that the rules look at and that never happened that it did not happen, so that it is no gap in the
    /// records.
    fn state_zeros(&mut self, until: &str) {
        let Ok(need) = outcomes::need(self.simulation.scheme) else { return };
        let people = self.tables.people.rows().to_string();
        for (table, kinds, batch) in
            [("events", &need.events, &self.tables.events), ("spells", &need.spells, &self.tables.spells)]
        {
            let column = batch.table.column("kind");
            let there: BTreeSet<String> = (0..batch.rows()).map(|row| batch.text(column, row)).collect();
            for kind in kinds.iter().filter(|kind| !there.contains(*kind)) {
                let row =
                    [("table", table), ("kind", kind.as_str()), ("until", until), ("people", people.as_str()), ("count", "0")];
                self.tables.coverage.push(&[&row[..], &[("said_by", "the simulation"), ("said_on", until)]].concat());
            }
        }
    }

    fn area(&mut self, area: &AreaPeople, strategy: &Strategy) {
        let Simulation { scheme, assumptions, seed, replication, .. } = *self.simulation;
        let chances = Chances::of(scheme, assumptions, area);
        let replication =
            Replication { scheme, assumptions, area: area.area, chances: &chances, effort: &strategy.effort, seed, replication };
        for cell in &area.cells {
            if strategy.taken[cell.segment] {
                for person in cell.first_person..cell.first_person + cell.people as u64 {
                    let counts: Vec<i64> = replication.of(cell, person).map(i64::from).collect();
                    self.person(area, cell, person, false, &counts);
                }
            }
            self.comparison(area, cell, &chances);
        }
    }

    /// The comparison people of a cell. The simulation draws how many are affected, and their events together; here they are
    /// dealt out.
    fn comparison(&mut self, area: &AreaPeople, cell: &PeopleCell, chances: &Chances) {
        let Simulation { scheme, assumptions, seed, replication, .. } = *self.simulation;
        let Some(ratio) = scheme.outcomes.iter().find_map(|outcome| outcome.compared()) else { return };
        let people = cell.people as i64 * ratio;
        let drawn: Vec<(i64, i64)> = (0..scheme.outcomes.len())
            .map(|at| {
                let (outcome, base) = (&scheme.outcomes[at], scheme.outcomes[at].base(at));
                let chance = chances.now(base, cell.segment);
                let affected = comparison_count(seed, cell.first_person, replication, base, people, chance);
                let parameter = assumptions.outcomes[at].now.at(area.area, cell.segment, CohortTime::FIRST);
                let count = comparison_extra(seed, cell.first_person, replication, at, outcome.kind, parameter, affected);
                (affected, count)
            })
            .collect();
        for at in 0..people {
            let share = |&(affected, count): &(i64, i64)| match at < affected {
                true => count / affected + i64::from(at < count % affected),
                false => 0,
            };
            let counts: Vec<i64> = drawn.iter().map(share).collect();
            self.person(area, cell, self.next_other, true, &counts);
            self.next_other += 1;
        }
    }

    fn person(&mut self, area: &AreaPeople, cell: &PeopleCell, person: u64, comparison: bool, counts: &[i64]) {
        let simulation = self.simulation;
        let scheme = simulation.scheme;
        let cohort = &scheme.cohorts[area.cohorts[cell.cohort]];
        let days = i64::from((cohort.ends - cohort.starts).get_days()) + 1;
        let began = plus(cohort.starts, below(simulation.draw(person, scheme.outcomes.len(), 0)[0], days));
        let (name, began_text) = (person.to_string(), began.to_string());
        let provider = provider(scheme, area.area, began);
        self.tables.people.push(&[("person", &name)]);
        self.tables.starts.push(&[
            ("start", &name),
            ("person", &name),
            ("provider", provider),
            ("began", &began_text),
            ("area", &scheme.areas[area.area]),
            ("segment", &scheme.segments[simulation.assumptions.segments[cell.segment].priced_as]),
            ("group", if comparison { "comparison" } else { "served" }),
        ]);
        let mut reasons = scheme.outcomes.iter().filter_map(|outcome| outcome.exceptions.as_ref()).flat_map(|from| &from.events);
        if let (Some(reason), [word, back, ..]) = (reasons.next(), simulation.draw(person, scheme.outcomes.len(), 1))
            && below(word, 8) == 0
        {
            self.earlier_reason(reason, person, plus(began, -1 - below(back, 90)));
        }
        for family in &simulation.families {
            SimulatedPerson { simulation, family, person, began, draws: 0, writing: self }.live(counts);
        }
        if !comparison {
            self.claim(&name, provider, began, counts);
        }
    }
}

impl Writing<'_> {
    /// An event that would be a reason to except a person, from before the start: it excepts nobody.
    fn earlier_reason(&mut self, kind: &str, person: u64, day: Date) {
        self.events += 1;
        let (id, person, day) = (self.events.to_string(), person.to_string(), day.to_string());
        let row = [("event", id.as_str()), ("person", &person), ("date", &day), ("known", &day), ("kind", kind)];
        self.tables.events.push(&row);
    }

    /// A claim for each result, on the last day of its window; of what is audited the share that the contract checks is found
    /// true.
    fn claim(&mut self, person: &str, provider: &str, began: Date, counts: &[i64]) {
        let Simulation { scheme, .. } = *self.simulation;
        for (at, outcome) in scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.better == Better::More) {
            let date = plus(later(began, outcome.window, scheme.month_end), -1);
            for _ in 0..self.simulation.shown(at, counts) {
                let number = self.tables.claims.rows() + 1;
                let (name, day) = (number.to_string(), date.to_string());
                let mut row = vec![("claim", name.as_str()), ("provider", provider), ("person", person)];
                row.extend([("outcome", outcome.name.as_str()), ("date", &day)]);
                let checked = scheme.checked(at).is_some_and(|share| {
                    let word = self.simulation.draw(number as u64, scheme.outcomes.len() + 1, at as u64)[0];
                    below(word, WHOLE) < share.0
                });
                if checked {
                    row.extend([("checked", day.as_str()), ("found", "true")]);
                }
                self.tables.claims.push(&row);
            }
        }
    }
}

impl Simulation<'_> {
    /// What the records show of an outcome. In them a job that lasts lasts for every outcome that counts its periods, while the
    /// simulation counts only those that pay for the person's segment.
    fn shown(&self, outcome: usize, counts: &[i64]) -> i64 {
        let family = self.families.iter().find(|family| family.on_top.contains(&outcome));
        let count = family.and_then(|family| family.on_top.iter().map(|at| counts[*at]).max()).unwrap_or(counts[outcome]);
        match self.scheme.outcomes[outcome].kind {
            OutcomeKind::Sustained { most, .. } => count.min(most),
            OutcomeKind::Binary | OutcomeKind::Frequency { .. } | OutcomeKind::Amount { .. } => count,
        }
    }

    /// Four words for the days of one person.
    fn draw(&self, person: u64, outcome: usize, number: u64) -> [u64; 4] {
        words(self.seed, person, self.replication, DAYS + ((outcome as u64) << 20) + number)
    }
}

/// A whole number from 0 to below `limit`, each as likely.
fn below(word: u64, limit: i64) -> i64 {
    ((u128::from(word) * limit.max(1) as u128) >> 64) as i64
}

fn plus(date: Date, days: i64) -> Date {
    later(date, Duration::Days(days), contract::terms::MonthEnd::LastDay)
}

fn days_between(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// The facts of one person that one family of outcomes looks at. Days are counted from the index date.
struct SimulatedPerson<'a, 'b> {
    simulation: &'b Simulation<'b>,
    family: &'b Family<'b>,
    person: u64,
    began: Date,
    draws: u64,
    writing: &'a mut Writing<'b>,
}

/// How an event is proven.
#[derive(Clone, Copy)]
struct Proof {
    /// The day, from the index date.
    day: i64,
    /// What settles it, where several events may be settled together.
    disposal: Option<u64>,
}

/// The class of events that no rule leaves out.
const OTHER_CLASS: &str = "counted class";

impl SimulatedPerson<'_, '_> {
    /// Writes facts that come to these counts, by outcome.
    fn live(mut self, counts: &[i64]) {
        let family = self.family;
        let affected = counts[family.base] > 0;
        let count = family.on_top.iter().map(|at| counts[*at]).max().unwrap_or(0);
        match family.rule {
            OutcomeRule::AnyWithin(events) => {
                let together = family.on_top.iter().any(|at| self.counts_disposals(*at));
                self.happen(events, if affected { count.max(1) } else { 0 }, together);
            }
            OutcomeRule::NoneWithin(events) => self.happen(events, i64::from(!affected), false),
            OutcomeRule::Sustained { spells, days, run } => self.last(spells, *days, *run, affected.then_some(count)),
            OutcomeRule::StatusAt(spells) => {
                let (from, window) = (self.below(self.window()), self.window());
                let end = if affected { window + 1 + self.below(200) } else { window };
                self.spell(spells, from, end);
            }
            OutcomeRule::AtLeast { events, thresholds, .. } => {
                let after = thresholds.partition_point(|(from, _)| *from <= self.began).max(1) - 1;
                let enough = thresholds.get(after).map_or(1, |(_, threshold)| *threshold);
                let amount = if affected { enough } else { enough - 1 };
                for part in [amount / 3, amount - amount / 3] {
                    let day = self.below(self.window());
                    let proof = self.proof(events, day);
                    self.event(events, day, "", proof, Some(part));
                }
            }
            OutcomeRule::ExitWithoutReturn { exits, returns, spells, .. } => self.exit(exits, returns, spells, affected),
            // Counted on top of another outcome, or refused.
            OutcomeRule::CountWithin(..)
            | OutcomeRule::Periods(_)
            | OutcomeRule::FirstTimeTo(_)
            | OutcomeRule::SumWithin { .. }
            | OutcomeRule::DaysUntil(_)
            | OutcomeRule::Reaches { .. }
            | OutcomeRule::Household { .. }
            | OutcomeRule::SomeOf { .. } => {}
        }
    }

    fn counts_disposals(&self, outcome: usize) -> bool {
        let measured = self.simulation.scheme.outcomes[outcome].measured.as_ref();
        matches!(measured.map(|measured| &measured.rule), Some(OutcomeRule::CountWithin(_, CountedUnit::Disposal)))
    }

    /// Events that count, so many (or settled so many times), and some that must not.
    fn happen(&mut self, events: &EventSelection, count: i64, together: bool) {
        for _ in 0..count {
            let day = self.below(self.window());
            let disposal = together.then_some(self.writing.events + 1);
            let proof = self.proof(events, day).map(|proof| Proof { disposal, ..proof });
            self.event(events, day, "", proof, None);
            if together && proof.is_some() && self.below(3) == 0 {
                // Another one, dealt with on the same day in court.
                let day = self.below(day + 1);
                self.event(events, day, "", proof, None);
            }
        }
        let (kind, window) = (self.below(12), self.window());
        match (kind, events.except.first()) {
            // From before the start, whenever it is proven.
            (0, _) => {
                let (proof, day) = (self.proof(events, 0), -1 - self.below(90));
                self.event(events, day, "", proof, None);
            }
            // After the window.
            (1, _) => {
                let day = window + self.below(90);
                let proof = events.proven_by.is_some().then_some(Proof { day: day + 30, disposal: None });
                self.event(events, day, "", proof, None);
            }
            // Proven too late, or never.
            (2 | 3, _) if events.proven_by.is_some() => {
                let (day, late) = (self.below(window), self.proof_end() + self.below(30));
                self.event(events, day, "", (kind == 2).then_some(Proof { day: late, disposal: None }), None);
            }
            (4, Some(class)) => {
                let day = self.below(window);
                let proof = self.proof(events, day);
                self.event(events, day, class, proof, None);
            }
            _ => {}
        }
    }

    /// Days in spells that reach the outcome, with this many periods after. For a person who is not affected, too few of them.
    fn last(&mut self, spells: &SpellSelection, days: i64, run: Continuity, periods: Option<i64>) {
        let Some(periods) = periods else {
            if days > 1 && self.below(3) == 0 {
                let length = 1 + self.below(days.min(self.window()) - 1);
                let from = self.below(self.window() - length + 1);
                self.spell(spells, from, from + length);
            }
            return;
        };
        let on_top: Vec<&contract::terms::Outcome> =
            self.family.on_top.iter().map(|at| &self.simulation.scheme.outcomes[*at]).collect();
        let every = on_top.iter().find_map(|outcome| match outcome.kind {
            OutcomeKind::Sustained { every, .. } => every.in_days(),
            _ => None,
        });
        let length = days + every.map_or(0, |every| periods * every + self.below(every));
        let base = self.days(self.simulation.scheme.outcomes[self.family.base].window);
        let longest = on_top.iter().map(|outcome| self.days(outcome.window)).min().unwrap_or(i64::MAX);
        let room = (base - days).min(longest.saturating_sub(length)).max(0);
        let from = self.below(room + 1);
        let pause = self.below((room - from).min(30) + 1);
        if run == Continuity::Cumulative && pause > 0 && length > 1 {
            // Two spells with a pause between.
            let first = 1 + self.below(length - 1);
            self.spell(spells, from, from + first);
            self.spell(spells, from + first + pause, from + length + pause);
        } else {
            self.spell(spells, from, from + length);
        }
    }

    fn exit(&mut self, exits: &EventSelection, returns: &[String], spells: &[String], stays_away: bool) {
        let day = self.below(self.window());
        let back = returns.first().map(|kind| (kind, true)).or(spells.first().map(|kind| (kind, false)));
        if !stays_away && (back.is_none() || self.below(2) == 0) {
            return;
        }
        let proof = self.proof(exits, day);
        self.event(exits, day, "", proof, None);
        match back.filter(|_| !stays_away) {
            Some((kind, true)) => {
                let returns = EventSelection { kinds: vec![kind.clone()], except: Vec::new(), proven_by: None };
                self.event(&returns, day + 1, "", None, None);
            }
            Some((kind, false)) => self.spell(&SpellSelection::Kept(vec![kind.clone()]), day + 1, day + 8),
            None => {}
        }
    }

    /// A proof in time of what happened on a day, where proof is asked for.
    fn proof(&mut self, events: &EventSelection, day: i64) -> Option<Proof> {
        events.proven_by.as_ref()?;
        Some(Proof { day: day + self.below((self.proof_end() - day).min(180)), disposal: None })
    }

    fn event(&mut self, events: &EventSelection, day: i64, class: &str, proof: Option<Proof>, hundredths: Option<i64>) {
        let kind = events.kinds[self.below(events.kinds.len() as i64) as usize].clone();
        // Where the class decides whether an event counts, each event has one.
        let class = if class.is_empty() && !events.except.is_empty() { OTHER_CLASS } else { class };
        let disposal = proof.and_then(|proof| proof.disposal).map_or(String::new(), |disposal| format!("d{disposal}"));
        let amount = hundredths.map_or(String::new(), |amount| format!("{}.{:02}", amount / 100, amount % 100));
        let id = self.row(&[("kind", &kind), ("class", class), ("disposal", &disposal), ("amount", &amount)], day, day);
        if let (Some(proven_by), Some(proof)) = (&events.proven_by, proof) {
            let late = self.below(LATE + 1);
            self.row(&[("kind", proven_by), ("about", &id), ("disposal", &disposal)], proof.day, proof.day + late);
        }
    }

    /// One row of events; gives its name.
    fn row(&mut self, cells: &[(&str, &str)], day: i64, known: i64) -> String {
        self.writing.events += 1;
        let (id, person) = (self.writing.events.to_string(), self.person.to_string());
        let (day, known) = (plus(self.began, day).to_string(), plus(self.began, known).to_string());
        let mut row = vec![("event", id.as_str()), ("person", &person), ("date", &day), ("known", &known)];
        row.extend_from_slice(cells);
        self.writing.tables.events.push(&row);
        id
    }

    fn spell(&mut self, spells: &SpellSelection, from: i64, to: i64) {
        match spells {
            SpellSelection::Kept(kinds) => {
                self.writing.spells += 1;
                let kind = kinds[self.below(kinds.len() as i64) as usize].as_str();
                let (id, person) = (self.writing.spells.to_string(), self.person.to_string());
                let (from, to) = (plus(self.began, from).to_string(), plus(self.began, to).to_string());
                let row = [("spell", id.as_str()), ("person", &person), ("kind", kind), ("from", &from), ("to", &to)];
                self.writing.tables.spells.push(&row);
            }
            SpellSelection::Paired { begins, ends } => {
                let id = self.row(&[("kind", begins)], from, from);
                self.row(&[("kind", ends), ("about", &id)], to, to);
            }
        }
    }

    fn below(&mut self, limit: i64) -> i64 {
        self.draws += 1;
        below(self.simulation.draw(self.person, self.family.base, self.draws)[0], limit)
    }

    /// Days in the window in which facts count.
    fn window(&self) -> i64 {
        self.days(self.family.window)
    }

    fn days(&self, length: Duration) -> i64 {
        days_between(self.began, later(self.began, length, self.simulation.scheme.month_end))
    }

    /// The first day on which a proof comes too late; window and wait in months are counted together.
    fn proof_end(&self) -> i64 {
        match (self.family.window, self.family.wait) {
            (Duration::Months(window), Duration::Months(wait)) => self.days(Duration::Months(window + wait)),
            (window, wait) => {
                let rule = self.simulation.scheme.month_end;
                days_between(self.began, later(later(self.began, window, rule), wait, rule))
            }
        }
    }
}
