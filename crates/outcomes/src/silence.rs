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
    let expected_in = |time, rates| expected(&people, time, rates);
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

/// The results to be expected in some days, at the rates of all other days.
fn expected(people: &[Alike], (from, to): (Day, Day), rates: RatesOf) -> f64 {
    #[derive(Clone, Copy, Default)]
    struct Step {
        inside: i64,
        outside: i64,
        results: i64,
    }
    let mut steps: Vec<Step> = Vec::new();
    for (exposure, number_alike) in people {
        let (start, length) = (i64::from(exposure.start), i64::from(exposure.end) - i64::from(exposure.start));
        let last = (length / STEP) as usize;
        if steps.len() <= last {
            steps.resize(last + 1, Step::default());
        }
        for (number, step) in steps.iter_mut().enumerate().take(last + 1) {
            let begins = start + number as i64 * STEP;
            let ends = (begins + STEP).min(start + length);
            let inside = (ends.min(i64::from(to) + 1) - begins.max(i64::from(from))).max(0);
            step.inside += inside * number_alike;
            if inside == 0 || rates == RatesOf::OtherDays {
                step.outside += (ends - begins - inside) * number_alike;
                step.results += i64::from(exposure.has_result && number == last) * number_alike;
            }
        }
    }
    // A rate of few days says nothing about many, and nobody has more than one result.
    let known = steps.iter().filter(|step| step.outside * SAYS_ENOUGH >= step.inside && step.outside > 0);
    let sum: f64 = known.map(|step| step.inside as f64 * step.results as f64 / step.outside as f64).sum();
    let is_concerned = |exposure: &Exposure| exposure.start <= to && from < exposure.end;
    let concerned: i64 = people.iter().filter(|(exposure, _)| is_concerned(exposure)).map(|(_, number)| number).sum();
    sum.min(concerned as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
