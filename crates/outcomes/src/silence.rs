//! A file that was cut between two rows looks whole. What gives it away is silence: for months nobody has a result, though many people
//! are in their follow-up windows and at other times some of them had one every few days.
//!
//! Results count by the day of the event that decided. Where nobody has one, [`records::silence`] says how many were to be expected. Where
//! all people started at about the same time, nothing is found. Each provider and each area is looked at, those who are served and those
//! who are only compared, and all of them together: a file that lost the results of one side only moves a comparison most.

use base::day::{Day, NEVER, date, day};
use contract::Scheme;
use contract::measurement::{OutcomeRule, SpellSelection};
use contract::terms::{OutcomeKind, later};
use rayon::prelude::*;
use records::silence::{Exposure, alike, longest_silence};

use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::places::{Places, SilentPlace};
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

/// Every silence, by outcome and place. A place is not told where everywhere is silent at the same time.
#[must_use]
pub fn silences(scheme: &Scheme, measured: &MeasuredOutcomes) -> Vec<Silence> {
    let mut found = Vec::new();
    let places = Places::of(scheme, measured);
    for (at, outcome) in scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.kind == OutcomeKind::Binary) {
        let Some(facts) = outcome.measured.as_ref().and_then(|measured| facts(&measured.rule)) else { continue };
        let exposures = exposures(measured, &places, at, |start| day(later(date(start), outcome.window, scheme.month_end)));
        // Everywhere has as many people as all areas together, so that two cores have the same to do.
        let longest: Vec<_> = exposures.into_par_iter().map(|of_place| longest_silence(&alike(of_place))).collect();
        let mut everywhere: Option<(Day, Day)> = None;
        for (place, longest) in places.all.iter().zip(longest) {
            let Some((days, expected)) = longest else { continue };
            if *place == SilentPlace::Everywhere {
                everywhere = Some(days);
            } else if everywhere.is_some_and(|whole| days.0 <= whole.1 && whole.0 <= days.1) {
                continue;
            }
            found.push(Silence { outcome: at, facts: facts.clone(), of: *place, days, expected });
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

/// For each place, the days that everybody whose result is observed was in the follow-up window. `end_of` is its end, by the day of the start.
fn exposures(measured: &MeasuredOutcomes, places: &Places, outcome: usize, end_of: impl Fn(Day) -> Day) -> Vec<Vec<Exposure>> {
    let observed =
        || measured.index.iter().enumerate().filter(|(at, _)| measured.of(*at)[outcome].state == OutcomeState::Observed);
    let mut people = vec![0; places.all.len()];
    let (mut first, mut last) = (Day::MAX, Day::MIN);
    for (_, index) in observed() {
        places.each_of(index, |place| people[place] += 1);
        (first, last) = (first.min(index.start.began), last.max(index.start.began));
    }
    // Many start on the same day, and an end takes a calendar.
    let mut ends = vec![None; if first <= last { (last - first) as usize + 1 } else { 0 }];
    let mut out: Vec<Vec<Exposure>> = people.into_iter().map(Vec::with_capacity).collect();
    for (at, index) in observed() {
        let (start, result) = (index.start.began, measured.of(at)[outcome]);
        let end = *ends[(start - first) as usize].get_or_insert_with(|| end_of(start));
        let has_result = result.day != NEVER && (start..end).contains(&result.day);
        let exposure = Exposure { start, end: if has_result { result.day } else { end }, has_result };
        places.each_of(index, |place| out[place].push(exposure));
    }
    out
}
