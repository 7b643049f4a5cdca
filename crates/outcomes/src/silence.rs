//! A file that was cut between two rows looks whole. What gives it away is silence: for months nobody has a result, though many people
//! are in their follow-up windows and at other times some of them had one every few days.
//!
//! Results count by the day of the event that decided. Where nobody has one, [`records::silence`] says how many were to be expected. Where
//! all people started at about the same time, nothing is found. Each provider and each area is looked at, those who are served and those
//! who are only compared, and all of them together: a file that lost the results of one side only moves a comparison most.

use std::collections::BTreeMap;

use base::day::{Day, NEVER, date, day};
use contract::Scheme;
use contract::measurement::{OutcomeRule, SpellSelection};
use contract::terms::{OutcomeKind, later};
use records::silence::{Exposure, alike, longest_silence};

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::plan::events_of;

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
    /// Those who are served, where others are only compared.
    Served,
    /// Those who are only compared.
    Comparison,
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
            let Some((days, expected)) = longest_silence(&alike(exposures)) else { continue };
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
pub(crate) struct Several {
    areas: bool,
    providers: bool,
    groups: bool,
}

impl Several {
    pub(crate) fn of(scheme: &Scheme, measured: &MeasuredOutcomes) -> Several {
        let mut providers = measured.index.iter().filter_map(provider);
        let first = providers.next();
        let served = |which: bool| measured.index.iter().any(|index| index.start.comparison != which);
        let groups = served(true) && served(false);
        Several { areas: scheme.areas.len() > 1, providers: providers.any(|other| Some(other) != first), groups }
    }

    /// The places that a start belongs to.
    pub(crate) fn places(&self, index: &IndexEvent) -> impl Iterator<Item = SilentPlace> {
        let area = self.areas.then_some(SilentPlace::Area(index.area));
        let provider = provider(index).filter(|_| self.providers).map(SilentPlace::Provider);
        let group = if index.start.comparison { SilentPlace::Comparison } else { SilentPlace::Served };
        [Some(SilentPlace::Everywhere), area, provider, self.groups.then_some(group)].into_iter().flatten()
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
