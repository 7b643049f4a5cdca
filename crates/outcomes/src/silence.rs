//! A file that was cut between two rows looks whole. What gives it away is silence: for months nobody has a result, though many people
//! are in their follow-up windows and at other times some of them had one every few days.
//!
//! Results count by the day of the event that decided. How many were to be expected in a time without one follows from the rates of all
//! other times, by how long people had been in their windows (a hazard for each [`STEP`] days). A silence is told where at least
//! [`EXPECTED`] were to be expected, and at least [`TIMES`] as many as in any other time without one: results that are dated once a
//! quarter have many such times. Where all people started at about the same time, no other time says how many were to be expected, and
//! nothing is found. Each provider and each area is looked at, and all of them together.

use std::collections::{BTreeMap, BTreeSet};

use base::day::{Day, NEVER, date, day};
use contract::Scheme;
use contract::measurement::{OutcomeRule, SpellSelection};
use contract::terms::{OutcomeKind, later};

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::plan::events_of;

/// The shortest silence that is told, in days. A summer holiday is shorter.
pub const SHORTEST: Day = 61;
/// How many times as many results were to be expected in it as in any other time without one. Times between independent events are
/// seldom so unequal: of n of them, about 1 set in n² is.
pub const TIMES: f64 = 3.0;
/// The least number of results that were to be expected. None happens by chance with 6 in a million where 12 are expected.
pub const EXPECTED: f64 = 12.0;
/// How many times without a result are compared with each other: the longest.
const COMPARED: usize = 20;
/// The days of people in the silence may be at most so many times those at other times, or these say nothing about it.
const SAYS_ENOUGH: i64 = 10;
/// Days for which the rate is taken to be the same.
const STEP: i64 = 30;

/// A time without any result of an outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Silence {
    /// Position of the outcome in the scheme.
    pub outcome: usize,
    /// The table of its facts, and their kinds.
    pub facts: (&'static str, Vec<String>),
    pub of: SilentPlace,
    /// The first day, and the last.
    pub days: (Day, Day),
    /// Results that were to be expected in it.
    pub expected: f64,
}

/// Where there was silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SilentPlace {
    Everywhere,
    /// Position of the area in the scheme.
    Area(u32),
    /// Position among the providers of the records.
    Provider(u32),
}

/// A person in the follow-up window: the days from the start up to the result, or else up to the end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Exposure {
    start: Day,
    end: Day,
    has_result: bool,
}

/// The same of several people.
type Alike = (Exposure, i64);

/// People with the same days together: of a million people, most share their days with others, and each time without a result looks at
/// all of them.
fn alike(mut exposures: Vec<Exposure>) -> Vec<Alike> {
    exposures.sort_unstable();
    exposures.chunk_by(|one, other| one == other).map(|people| (people[0], people.len() as i64)).collect()
}

/// Every silence, by outcome and place. A place is not told where everywhere is silent at the same time.
#[must_use]
pub fn silences(scheme: &Scheme, measured: &MeasuredOutcomes) -> Vec<Silence> {
    let mut found = Vec::new();
    let several = Several::of(scheme, measured);
    for (at, outcome) in scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.kind == OutcomeKind::Binary) {
        let Some(facts) = outcome.measured.as_ref().and_then(|measured| facts(&measured.rule)) else { continue };
        let mut ends: BTreeMap<Day, Day> = BTreeMap::new();
        let mut end = |start| *ends.entry(start).or_insert_with(|| day(later(date(start), outcome.window, scheme.month_end)));
        let mut exposures: BTreeMap<SilentPlace, Vec<Exposure>> = BTreeMap::new();
        for (person, index) in measured.index.iter().enumerate() {
            let Some(exposure) = exposure(measured, person, at, &mut end) else { continue };
            for place in several.places(index) {
                exposures.entry(place).or_default().push(exposure);
            }
        }
        let mut everywhere: Option<(Day, Day)> = None;
        for (place, exposures) in exposures {
            let Some((days, expected)) = longest_silence(exposures) else { continue };
            if place == SilentPlace::Everywhere {
                everywhere = Some(days);
            } else if everywhere.is_some_and(|whole| days.0 <= whole.1 && whole.0 <= days.1) {
                continue;
            }
            found.push(Silence { outcome: at, facts: facts.clone(), of: place, days, expected });
        }
    }
    found
}

/// The table and the kinds of facts that a rule looks for; none where it follows from other outcomes.
fn facts(rule: &OutcomeRule) -> Option<(&'static str, Vec<String>)> {
    match rule {
        OutcomeRule::Sustained { spells, .. } | OutcomeRule::Periods(spells) | OutcomeRule::StatusAt(spells) => {
            Some(match spells {
                SpellSelection::Kept(kinds) => ("spells", kinds.clone()),
                SpellSelection::Paired { begins, .. } => ("events", vec![begins.clone()]),
            })
        }
        rule => events_of(rule).map(|events| ("events", events.kinds.clone())),
    }
}

/// Whether there are several areas, and several providers: one alone is everywhere.
struct Several {
    areas: bool,
    providers: bool,
}

impl Several {
    fn of(scheme: &Scheme, measured: &MeasuredOutcomes) -> Several {
        let mut providers = measured.index.iter().filter_map(provider);
        let first = providers.next();
        Several { areas: scheme.areas.len() > 1, providers: providers.any(|other| Some(other) != first) }
    }

    /// The places that a start belongs to.
    fn places(&self, index: &IndexEvent) -> impl Iterator<Item = SilentPlace> {
        let area = self.areas.then_some(SilentPlace::Area(index.area));
        let provider = provider(index).filter(|_| self.providers).map(SilentPlace::Provider);
        [Some(SilentPlace::Everywhere), area, provider].into_iter().flatten()
    }
}

/// The provider of somebody who is served.
fn provider(index: &IndexEvent) -> Option<u32> {
    (!index.start.comparison).then_some(index.start.provider)
}

/// The days that a person whose result is observed was in the follow-up window.
fn exposure(measured: &MeasuredOutcomes, person: usize, outcome: usize, end: &mut impl FnMut(Day) -> Day) -> Option<Exposure> {
    let result = measured.of(person)[outcome];
    if result.state != OutcomeState::Observed {
        return None;
    }
    let start = measured.index[person].start.began;
    let end = end(start);
    let has_result = result.day != NEVER && (start..end).contains(&result.day);
    Some(Exposure { start, end: if has_result { result.day } else { end }, has_result })
}

/// The time without a result in which most were to be expected, and how many; none where it may be chance.
fn longest_silence(exposures: Vec<Exposure>) -> Option<((Day, Day), f64)> {
    let first = exposures.iter().map(|exposure| exposure.start).min()?;
    let end = exposures.iter().map(|exposure| exposure.end).max()?;
    let results: BTreeSet<Day> = exposures.iter().filter(|exposure| exposure.has_result).map(|exposure| exposure.end).collect();
    let days: Vec<Day> = [first - 1].into_iter().chain(results).chain([end]).collect();
    let mut times: Vec<(Day, Day)> = days.windows(2).map(|pair| (pair[0] + 1, pair[1] - 1)).collect();
    let length = |(from, to): &(Day, Day)| to - from + 1;
    times.sort_unstable_by_key(|time| (-length(time), time.0));
    if times.first().is_none_or(|longest| length(longest) < SHORTEST) {
        return None;
    }
    let people = alike(exposures);
    let all = all_steps(&people);
    let expected_in = |time, rates| expected(&people, &all, time, rates);
    let mut each: Vec<(f64, (Day, Day))> =
        times.into_iter().take(COMPARED).map(|time| (expected_in(time, RatesOf::OtherDays), time)).collect();
    each.sort_by(|one, other| other.0.total_cmp(&one.0));
    let (_, time) = each[0];
    let most = expected_in(time, RatesOf::OtherPeople);
    let second = each.get(1).map_or(0.0, |(expected, _)| *expected);
    (length(&time) >= SHORTEST && most >= EXPECTED && most >= TIMES * second).then_some((time, most))
}

/// Whose days give the rate of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum RatesOf {
    /// People who were in it wholly at other times: where all start on one day, nobody was.
    OtherPeople,
    /// Everybody, on other days.
    OtherDays,
}

/// What is known of the same [`STEP`] days since the start, of several people.
#[derive(Clone, Copy, Default)]
struct Step {
    days: i64,
    results: i64,
}

/// The steps of a person: the number of each, its first day and the day after it.
fn steps_of(exposure: &Exposure) -> impl Iterator<Item = (usize, i64, i64)> {
    let (start, end) = (i64::from(exposure.start), i64::from(exposure.end));
    (0..=(end - start) / STEP).map(move |number| {
        let begins = start + number * STEP;
        (number as usize, begins, (begins + STEP).min(end))
    })
}

/// The steps of everybody on all days.
fn all_steps(people: &[Alike]) -> Vec<Step> {
    let mut all: Vec<Step> = Vec::new();
    for (exposure, number_alike) in people {
        for (number, begins, ends) in steps_of(exposure) {
            if all.len() <= number {
                all.resize(number + 1, Step::default());
            }
            all[number].days += (ends - begins) * number_alike;
        }
        let last = (exposure.end - exposure.start) as usize / STEP as usize;
        all[last].results += i64::from(exposure.has_result) * number_alike;
    }
    all
}

/// The results to be expected in some days without any, at the rates of all other days. `all` is what [`all_steps`] gives.
fn expected(people: &[Alike], all: &[Step], (from, to): (Day, Day), rates: RatesOf) -> f64 {
    // For each step the days inside, and what says nothing about the others.
    let (mut inside, mut apart, mut concerned) = (vec![0; all.len()], vec![Step::default(); all.len()], 0);
    let (first_day, after) = (i64::from(from), i64::from(to) + 1);
    for (exposure, number_alike) in people.iter().filter(|(exposure, _)| exposure.start <= to && from < exposure.end) {
        concerned += number_alike;
        let last = (exposure.end - exposure.start) as usize / STEP as usize;
        let overlapping = steps_of(exposure).skip_while(|(_, _, ends)| *ends <= first_day);
        for (number, begins, ends) in overlapping.take_while(|(_, begins, _)| *begins < after) {
            let days = ends.min(after) - begins.max(first_day);
            if days <= 0 {
                continue;
            }
            inside[number] += days * number_alike;
            match rates {
                RatesOf::OtherDays => apart[number].days += days * number_alike,
                RatesOf::OtherPeople => {
                    apart[number].days += (ends - begins) * number_alike;
                    apart[number].results += i64::from(exposure.has_result && number == last) * number_alike;
                }
            }
        }
    }
    let step = |((all, inside), apart): ((&Step, &i64), &Step)| {
        let (days, results) = (all.days - apart.days, all.results - apart.results);
        // A rate of few days says nothing about many.
        let says_enough = days * SAYS_ENOUGH >= *inside && days > 0;
        if says_enough { *inside as f64 * results as f64 / days as f64 } else { 0.0 }
    };
    // Nobody has more than one result.
    all.iter().zip(&inside).zip(&apart).map(step).sum::<f64>().min(concerned as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::words;

    /// One person a day starts for so many days and is followed up for a year; every third has a result after the same time.
    fn steady(days: Day) -> Vec<Exposure> {
        (0..days)
            .map(|start| match start % 3 {
                0 => Exposure { start, end: start + 100 + start % 7, has_result: true },
                _ => Exposure { start, end: start + 365, has_result: false },
            })
            .collect()
    }

    /// The same, with the results of some days lost.
    fn without(exposures: &[Exposure], lost: std::ops::Range<Day>) -> Vec<Exposure> {
        let cut = |exposure: &Exposure| match exposure.has_result && lost.contains(&exposure.end) {
            true => Exposure { end: exposure.start + 365, has_result: false, ..*exposure },
            false => *exposure,
        };
        exposures.iter().map(cut).collect()
    }

    #[test]
    fn lost_months_are_found_with_the_number_of_lost_results() {
        let all = steady(900);
        for lost in [300..420, 800..1400, 0..400] {
            let number = all.iter().filter(|exposure| exposure.has_result && lost.contains(&exposure.end)).count() as f64;
            let (days, expected) = longest_silence(without(&all, lost.clone())).expect("a silence");
            assert!((days.0 - lost.start).abs() <= 101 && days.0 <= lost.start + 3, "{days:?} {lost:?}");
            assert!((expected / number - 1.0).abs() < 0.35, "{expected} expected, {number} lost");
        }
    }

    #[test]
    fn nothing_is_found_where_nothing_is_lost_or_nothing_can_be_said() {
        assert_eq!(longest_silence(steady(900)), None);
        assert_eq!(longest_silence(vec![]), None);
        // Everybody starts on one day, and results come after a hundred: the days before are silent by their nature.
        let at_once: Vec<Exposure> =
            steady(900).iter().map(|one| Exposure { start: 0, end: one.end - one.start, ..*one }).collect();
        assert_eq!(longest_silence(at_once), None);
        // Results that are dated once a quarter.
        let quarterly: Vec<Exposure> = steady(900)
            .iter()
            .map(|one| if one.has_result { Exposure { end: (one.end / 91 + 1) * 91, ..*one } } else { *one })
            .collect();
        assert_eq!(longest_silence(quarterly), None);
        // Two lost months are a holiday.
        assert_eq!(longest_silence(without(&steady(900), 300..350)), None);
    }

    /// The same, a person and a day at a time.
    fn expected_by_day(exposures: &[Exposure], (from, to): (Day, Day), rates: RatesOf) -> f64 {
        let is_inside = |day: Day| (from..=to).contains(&day);
        let mut sum = 0.0;
        let concerned = exposures.iter().filter(|exposure| exposure.start <= to && from < exposure.end).count();
        for step in 0..40 {
            let (mut inside, mut days, mut results) = (0_i64, 0_i64, 0_i64);
            for exposure in exposures {
                let begins = exposure.start + step * STEP as Day;
                let own: Vec<Day> = (begins..(begins + STEP as Day).min(exposure.end)).collect();
                let own_inside = own.iter().filter(|day| is_inside(**day)).count() as i64;
                inside += own_inside;
                if own_inside == 0 || rates == RatesOf::OtherDays {
                    days += own.len() as i64 - own_inside;
                    let is_last = (exposure.end - exposure.start) / STEP as Day == step;
                    results += i64::from(exposure.has_result && is_last);
                }
            }
            if days * SAYS_ENOUGH >= inside && days > 0 {
                sum += inside as f64 * results as f64 / days as f64;
            }
        }
        sum.min(concerned as f64)
    }

    #[test]
    fn what_was_to_be_expected_is_the_same_day_by_day() {
        for draw in 0..200 {
            let number = |person: u64, of: u64, below: i32| (words(7, draw, person, of)[0] % below as u64) as Day;
            let exposures: Vec<Exposure> = (0..60)
                .map(|person| {
                    let start = number(person, 0, 500);
                    Exposure { start, end: start + number(person, 1, 400), has_result: number(person, 2, 3) == 0 }
                })
                .collect();
            let from = number(60, 0, 700);
            let time = (from, from + number(60, 1, 200));
            let people = alike(exposures.clone());
            let all = all_steps(&people);
            for rates in [RatesOf::OtherDays, RatesOf::OtherPeople] {
                assert_eq!(expected(&people, &all, time, rates), expected_by_day(&exposures, time, rates), "{draw}");
            }
        }
    }
}
