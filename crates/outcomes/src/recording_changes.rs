//! Changes in the recording: stretches of days or of people, and providers, areas or sides, of whom far less was recorded than of the
//! others, or far more. A file that lost its end, a join that failed for some people and a column that is filled in no longer all leave
//! rows that are right, and too few of them.
//!
//! What was to be expected of a person follows from the rate of everybody in the same segment by how long ago they started, in
//! steps of a week, as in an actuarial life table. [`records::change_points`] judges stretches of it, in four orders: months, the people in the
//! order of their ids, the months in which they started, and each place as a whole. So the chance of a false alarm is known for all of
//! them together.

use std::collections::BTreeMap;

use base::day::{Day, date};
use contract::Scheme;
use rayon::prelude::*;
use records::change_points::{ChangePoints, MONTHS, PEOPLE, PLACES, Stretch, at_own_rate, dispersion, whole_group};

use crate::cohorts::IndexEvent;
use crate::life_table::{CalendarMonths, LifeTable, Months, STEP, by_month};
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::places::{Places, SilentPlace};
use crate::recorded::{FirstSeen, RecordedPart, RecordingSeries};

/// A stretch of which far less was recorded than of the others, or far more.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingChange {
    pub series: RecordingSeries,
    pub of: SilentPlace,
    pub along: Along,
    /// What was found in the stretch, and what was to be expected at the rate of the others.
    pub found: f64,
    pub expected: f64,
    strength: f64,
}

/// What a stretch is a stretch of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Days, from one to another.
    Days(Day, Day),
    /// People who started between two days.
    Starts(Day, Day),
    /// People in the order of their ids: the positions of the first index event and the last.
    People(usize, usize),
    /// All people of a segment, by its position in the scheme.
    Segment(u32),
    /// All people of the place.
    Everybody,
}

/// Days of about a month, in which starts and follow-up are counted where there are very many places.
const ABOUT_A_MONTH: Day = 28;
/// People who are judged together.
const TOGETHER: usize = 16;
/// The most changes of one series that are told.
const MOST: usize = 5;
/// The most cells of the table of starts and follow-up of all places.
const MOST_CELLS: usize = 1 << 21;
/// So many were to be expected where finding none at all stops the run.
const EXPECTED_WHERE_NONE: f64 = 100.0;

impl RecordingChange {
    /// Whether there is nothing at all, of people of whom very much was to be expected. No law, service or chance does that: a join has
    /// failed, or their part of the file was not supplied. Months without anything are told and never stop a run.
    #[must_use]
    pub fn is_nothing_at_all(&self) -> bool {
        let of_people = !matches!(self.along, Along::Days(..));
        of_people && self.series.part == RecordedPart::Rows && self.found == 0.0 && self.expected >= EXPECTED_WHERE_NONE
    }

    /// Whether an index event is in the place.
    fn is_in_place(&self, index: &IndexEvent) -> bool {
        match self.of {
            SilentPlace::Everywhere => true,
            SilentPlace::Area(area) => index.area == area,
            SilentPlace::Provider(provider) => !index.start.comparison && index.start.provider == provider,
            SilentPlace::Served => !index.start.comparison,
            SilentPlace::Comparison => index.start.comparison,
        }
    }
}

/// Of each index event: whether a change is about it. `None` where nothing is known of it yet, or it has no row of which more could be said.
fn concerns(measured: &MeasuredOutcomes, change: &RecordingChange) -> Vec<Option<bool>> {
    let all = &measured.recorded.series;
    let Some(of) = all.iter().position(|series| *series == change.series) else { return vec![None; measured.index.len()] };
    let one = OneSeries { measured, of };
    // A record usually comes some days after the start. Whoever started much earlier has had theirs.
    let found = || (0..measured.index.len()).map(|at| one.seen(at)).filter(|seen| seen.has());
    let usual = (found().map(|seen| i64::from(seen.days())).sum::<i64>() / found().count().max(1) as i64) as Day;
    let concerned = |at: usize| {
        let (index, begins) = (&measured.index[at], one.begins(at));
        let in_stretch = match change.along {
            // Where far more was recorded on some days, it is the others of which something may be missing.
            Along::Days(from, to) if change.found > change.expected => begins >= from && begins.saturating_add(usual) <= to,
            Along::Days(from, to) => begins <= to && begins.saturating_add(usual) > from,
            Along::Starts(from, to) => (from..=to).contains(&index.start.began),
            Along::People(first, last) => (first..=last).contains(&at),
            Along::Segment(segment) => index.segment == segment,
            Along::Everybody => true,
        };
        change.is_in_place(index) && in_stretch == (change.found < change.expected)
    };
    (0..measured.index.len()).map(|at| (one.seen(at).days() > 0).then(|| concerned(at))).collect()
}

/// The index events that a change is about.
#[must_use]
pub fn concerned(measured: &MeasuredOutcomes, change: &RecordingChange) -> Vec<usize> {
    let of = concerns(measured, change);
    (0..of.len()).filter(|at| of[*at] == Some(true)).collect()
}

/// For each index event that a change is about, another one that none is about, on the same side and in the same segment, whose results are
/// all known. They are spread evenly over those that there are.
#[must_use]
pub fn like_others(measured: &MeasuredOutcomes, changes: &[RecordingChange]) -> Vec<(u32, u32)> {
    let each: Vec<Vec<Option<bool>>> = changes.iter().map(|change| concerns(measured, change)).collect();
    let is_concerned = |at: usize| each.iter().any(|of| of[at] == Some(true));
    let mut pairs: BTreeMap<u32, u32> = BTreeMap::new();
    for of in &each {
        let mut groups: BTreeMap<(bool, u32), [Vec<u32>; 2]> = BTreeMap::new();
        for (at, index) in measured.index.iter().enumerate() {
            let known = || measured.all_of(at).all(|result| result.is_known() || result.state == OutcomeState::LeftOut);
            let is_other = of[at] == Some(false) && !is_concerned(at) && known();
            if is_other || of[at] == Some(true) {
                let group = groups.entry((index.start.comparison, index.segment)).or_default();
                group[usize::from(is_other)].push(at as u32);
            }
        }
        for [own, others] in groups.into_values().filter(|[_, others]| !others.is_empty()) {
            for (at, one) in own.iter().enumerate() {
                pairs.entry(*one).or_insert(others[at * others.len() / own.len() % others.len()]);
            }
        }
    }
    pairs.into_iter().collect()
}

/// One series of what was recorded.
#[derive(Clone, Copy)]
struct OneSeries<'a> {
    measured: &'a MeasuredOutcomes,
    /// Its position.
    of: usize,
}

impl OneSeries<'_> {
    fn seen(self, at: usize) -> FirstSeen {
        let recorded = &self.measured.recorded;
        recorded.seen[at * recorded.series.len() + self.of]
    }

    /// The day from which on it is looked at: the start, or the day of the first row. Of first days of months, the month counts: some spans of
    /// four weeks have none.
    fn begins(self, at: usize) -> Day {
        let first = self.first_day(at);
        if self.measured.recorded.series[self.of].part == RecordedPart::FirstOfMonth { first_of_month(first) } else { first }
    }

    /// The start, or the day of the first row.
    fn first_day(self, at: usize) -> Day {
        let series = &self.measured.recorded.series[self.of];
        let began = self.measured.index[at].start.began;
        if !series.part.is_of_first_row() {
            return began;
        }
        began.saturating_add((OneSeries { of: series.rows, ..self }.seen(at).days() - 1).max(0))
    }

    /// For each index event, the day from which on it is looked at.
    fn all_begin(self) -> Vec<Day> {
        let mut days: Vec<Day> = (0..self.measured.index.len()).map(|at| self.first_day(at)).collect();
        if self.measured.recorded.series[self.of].part != RecordedPart::FirstOfMonth {
            return days;
        }
        // Many have the same day, and its month takes a calendar.
        let first = days.iter().copied().min().unwrap_or(0);
        let mut months = vec![None; days.iter().max().map_or(0, |last| (last - first) as usize + 1)];
        for day in &mut days {
            *day = *months[(*day - first) as usize].get_or_insert_with(|| first_of_month(*day));
        }
        days
    }
}

fn first_of_month(day: Day) -> Day {
    day - Day::from(date(day).day() - 1)
}

/// Every change in the recording that is clear, the clearest first for each kind of fact. `has_own_ids` says whether people have the ids of an
/// agency: those of linked persons follow the records that they were made of, so their order says nothing.
#[must_use]
pub fn recording_changes(scheme: &Scheme, measured: &MeasuredOutcomes, has_own_ids: bool) -> Vec<RecordingChange> {
    let series = &measured.recorded.series;
    if measured.index.is_empty() || series.is_empty() {
        return Vec::new();
    }
    let places = Places::of(scheme, measured);
    let scans: Vec<Scans> = (0..series.len()).into_par_iter().map(|of| Scans::of(measured, &places, of)).collect();
    let looks = scans.iter().map(|scans| scans.looks).sum();
    let mut out: Vec<RecordingChange> = Vec::new();
    for (series, scans) in series.iter().zip(&scans) {
        let of_rows = out.iter().any(|change| change.series.kind == series.kind && change.series.part == RecordedPart::Rows);
        // Where rows are missing, so are their classes.
        if of_rows && !series.part.is_of_first_row() {
            continue;
        }
        let mut found = scans.changes(series, &places, looks);
        found.retain(|change| has_own_ids || !matches!(change.along, Along::People(..)));
        found.sort_by(|one, other| other.strength.total_cmp(&one.strength));
        let mut told: Vec<RecordingChange> = Vec::new();
        for change in found {
            let says_more = |other: &RecordingChange| {
                are_apart(other.of, change.of) || change.is_nothing_at_all() && !other.is_nothing_at_all()
            };
            if told.len() < MOST && told.iter().all(says_more) {
                told.push(change);
            }
        }
        out.extend(told);
    }
    out
}

/// Whether two places have nobody in common, as far as their names say.
fn are_apart(one: SilentPlace, other: SilentPlace) -> bool {
    match (one, other) {
        (SilentPlace::Provider(one), SilentPlace::Provider(other)) => one != other,
        (SilentPlace::Area(one), SilentPlace::Area(other)) => one != other,
        _ => false,
    }
}

/// One series, with everything that is looked at of it.
struct Scans {
    /// For each place: its months, with how much the numbers vary.
    calendar: Vec<(ChangePoints, f64)>,
    /// For each place: the weeks in which people started, the people in order, and all of them.
    starts: Vec<ChangePoints>,
    people: Vec<ChangePoints>,
    totals: Vec<(f64, f64)>,
    /// For each segment, at the rate of all.
    segments: Vec<(f64, f64)>,
    /// The first day of the first month.
    first: Day,
    months: CalendarMonths,
    looks: u64,
}

impl Scans {
    fn of(measured: &MeasuredOutcomes, places: &Places, of: usize) -> Scans {
        let one = OneSeries { measured, of };
        // What is read of everybody several times stands close together.
        let own: Vec<FirstSeen> = (0..measured.index.len()).map(|at| one.seen(at)).collect();
        let days = one.all_begin();
        let (seen, begins) = (|at: usize| own[at], |at: usize| days[at]);
        let everybody = || (0..measured.index.len()).filter(|at| seen(*at).days() > 0);
        let segments = measured.index.iter().map(|index| index.segment as usize + 1).max().unwrap_or(1);
        let pooled = LifeTable::of(everybody().map(seen));
        let tables: Vec<LifeTable> = if segments > 1 { of_segments(measured, segments, &seen, everybody()) } else { Vec::new() };
        let first = everybody().map(begins).min().unwrap_or(0);
        let last = everybody().map(begins).max().unwrap_or(0);
        let longest = everybody().map(|at| seen(at).days()).max().unwrap_or(0);
        let weeks_of_starts = ((last - first) / STEP + 1) as usize;
        let calendar_months = CalendarMonths::from(first, last - first + longest);
        let months = calendar_months.count();
        let all = places.all.len();
        // Starts and follow-up are counted in weeks, or in longer times where there are very many places.
        let cells = |unit: Day| all * ((last - first) / unit + 1) as usize * (longest / unit + 1) as usize;
        let unit = [7, ABOUT_A_MONTH, 91].into_iter().find(|unit| cells(*unit) <= MOST_CELLS).unwrap_or(364);
        let (rows, columns) = (((last - first) / unit + 1) as usize, (longest / unit + 1) as usize);
        let mut counts = vec![0_u32; all * rows * columns];
        let mut found = vec![0_u32; all * months];
        let mut by_start = vec![(0.0, 0.0); all * weeks_of_starts];
        let mut by_segment = vec![(0.0, 0.0); segments];
        let mut found_at = vec![0.0; (longest / STEP + 1) as usize];
        let mut people = vec![(ChangePoints::of(&PEOPLE), Neighbours::default()); all];
        for at in everybody() {
            let (seen, index) = (seen(at), &measured.index[at]);
            let (begins, has) = (begins(at) - first, f64::from(u8::from(seen.has())));
            let of_all = pooled.up_to(seen.days());
            let expected = tables.get(index.segment as usize).map_or(of_all, |table| table.up_to(seen.days()));
            found_at[((seen.days() - 1) / STEP) as usize] += has;
            let of_segment = &mut by_segment[index.segment as usize];
            *of_segment = (of_segment.0 + of_all, of_segment.1 + has);
            let cell = (begins / unit) as usize * columns + (seen.days() / unit) as usize;
            let (month, week) = (calendar_months.of(begins + seen.days() - 1), (begins / STEP) as usize);
            places.each_of(index, |place| {
                counts[place * rows * columns + cell] += 1;
                found[place * months + month] += u32::from(seen.has());
                let start = &mut by_start[place * weeks_of_starts + week];
                *start = (start.0 + expected, start.1 + has);
                let (scan, neighbours) = &mut people[place];
                neighbours.add(at, expected, has, scan);
            });
        }
        let mut looks = (all * (months + weeks_of_starts + 1) + segments) as u64;
        let of_everywhere =
            Months { counts: &counts[..rows * columns], columns, unit, found: &found[..months], calendar: &calendar_months };
        let apart = of_everywhere.apart_from_months(&found_at);
        let calendar = (0..all).map(|place| {
            let of_place = &counts[place * rows * columns..(place + 1) * rows * columns];
            let expected = by_month(of_place, columns, unit, &calendar_months, &apart);
            let found = &found[place * months..(place + 1) * months];
            months_of(&expected, found)
        });
        let calendar = calendar.collect();
        let of_starts = by_start.chunks(weeks_of_starts).map(|weeks| {
            let mut scan = ChangePoints::of(&MONTHS);
            weeks.iter().enumerate().for_each(|(at, (expected, found))| scan.push(at, *expected, *found));
            scan
        });
        let starts = of_starts.collect();
        let totals = by_start
            .chunks(weeks_of_starts)
            .map(|weeks| weeks.iter().fold((0.0, 0.0), |sum, (expected, found)| (sum.0 + expected, sum.1 + found)));
        let totals = totals.collect();
        let people = people.into_iter().map(|(mut scan, mut neighbours)| {
            neighbours.end(&mut scan);
            looks += neighbours.groups;
            scan
        });
        let people = people.collect();
        Scans { calendar, starts, people, totals, segments: by_segment, first, months: calendar_months, looks }
    }

    /// The clear changes of each place.
    fn changes(&self, series: &RecordingSeries, places: &Places, looks: u64) -> Vec<RecordingChange> {
        let mut out: Vec<RecordingChange> = Vec::new();
        for (at, of) in places.all.iter().enumerate() {
            let day = |at: usize, unit: Day| self.first + at as Day * unit;
            let days = |(from, to): (usize, usize), unit: Day| (day(from, unit), day(to + 1, unit) - 1);
            let mut add = |along: Along, Stretch { expected, found, strength, .. }: Stretch| {
                out.push(RecordingChange { series: series.clone(), of: *of, along, found, expected, strength });
            };
            let (calendar, dispersion) = &self.calendar[at];
            let of_days = calendar.clearest(looks, *dispersion);
            if let Some(stretch) = of_days {
                let (from, to) = self.months.days(stretch.units);
                let (from, to) = (self.first + from, self.first + to);
                add(Along::Days(from, to), stretch);
            }
            // First rows are of days of their own.
            if let Some(stretch) = self.starts[at].clearest(looks, 1.0).filter(|_| !series.part.is_of_first_row()) {
                let (from, to) = days(stretch.units, STEP);
                add(Along::Starts(from, to), stretch);
            }
            if let Some(stretch) = self.people[at].clearest(looks, 1.0) {
                add(Along::People(stretch.units.0, stretch.units.1), stretch);
            }
            let (own, all) = (self.totals[at], self.totals[0]);
            let others = (all.0 - own.0, all.1 - own.1);
            // The two sides are meant to be alike, and halving a rate is much for a service.
            let is_side = matches!(of, SilentPlace::Served | SilentPlace::Comparison);
            if let Some(stretch) = whole_group(if is_side { &MONTHS } else { &PLACES }, own, others, looks) {
                add(Along::Everybody, stretch);
            }
            if *of == SilentPlace::Everywhere {
                for (segment, own) in self.segments.iter().enumerate() {
                    let others = (all.0 - own.0, all.1 - own.1);
                    if let Some(stretch) = whole_group(&PEOPLE, *own, others, looks) {
                        add(Along::Segment(segment as u32), stretch);
                    }
                }
            }
        }
        // A place may end a service earlier than the others, and then has far more in some months.
        let is_one_of_many = |of: SilentPlace| matches!(of, SilentPlace::Area(_) | SilentPlace::Provider(_));
        out.retain(|change| change.found < change.expected || !is_one_of_many(change.of));
        out
    }
}

/// The life table of each segment.
fn of_segments(
    measured: &MeasuredOutcomes,
    segments: usize,
    seen: &impl Fn(usize) -> FirstSeen,
    everybody: impl Iterator<Item = usize>,
) -> Vec<LifeTable> {
    let mut of: Vec<Vec<FirstSeen>> = vec![Vec::new(); segments];
    everybody.for_each(|at| of[measured.index[at].segment as usize].push(seen(at)));
    of.into_iter().map(|seen| LifeTable::of(seen.into_iter())).collect()
}

/// The months of one place, at its own rate.
fn months_of(expected: &[f64], found: &[u32]) -> (ChangePoints, f64) {
    let units: Vec<(f64, f64)> = expected.iter().zip(found).map(|(expected, found)| (*expected, f64::from(*found))).collect();
    let units = at_own_rate(&units);
    let mut scan = ChangePoints::of(&MONTHS);
    units.iter().enumerate().for_each(|(at, (expected, found))| scan.push(at, *expected, *found));
    (scan, dispersion(&units))
}

/// A few people who come one after the other, judged together.
#[derive(Clone, Debug, Default)]
struct Neighbours {
    number: usize,
    first: usize,
    last: usize,
    expected: f64,
    found: f64,
    groups: u64,
}

impl Neighbours {
    fn add(&mut self, at: usize, expected: f64, found: f64, scan: &mut ChangePoints) {
        if self.number == 0 {
            self.first = at;
        }
        self.number += 1;
        self.last = at;
        self.expected += expected;
        self.found += found;
        if self.number == TOGETHER {
            self.end(scan);
        }
    }

    fn end(&mut self, scan: &mut ChangePoints) {
        if self.number > 0 {
            scan.push_between((self.first, self.last), self.expected, self.found);
            *self = Neighbours { groups: self.groups + 1, ..Neighbours::default() };
        }
    }
}
