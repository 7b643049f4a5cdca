//! Ends that stop being recorded from a day on, as if nothing had ended since; and rows of one agency that stop, while those of the others
//! go on. No row is wrong, and yet people seem to stay in work, or never to offend again. Both are only told: it may be so.
//!
//! Ends are looked at with [`crate::silence`], by how long the spells had gone on. An agency's rows have no age. They are compared with its
//! own rate before, and with the rows of the others since.

use std::collections::BTreeMap;

use base::day::{Day, NEVER, date};

use super::super::batch::{Batch, ColumnValues};
use super::super::fault::{Fault, visible};
use super::super::lookups::RowLookups;
use super::super::silence::{Alike, EXPECTED, Exposure, SHORTEST, TIMES, longest_silence};

/// The first day and the end of rows, by kind. Starts have no kind, and stand under the empty one.
pub type DaysByKind = BTreeMap<String, RowDays>;

/// How many rows there are of each first day and end. Days are exact in files of usual size, and coarser in larger ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowDays {
    /// Days are rounded down to a multiple of two to this power.
    coarse: u32,
    rows: BTreeMap<(Day, Day), i64>,
    /// Whether the file has ends at all.
    has_ends: bool,
}

/// So many different pairs of days are kept.
const MOST: usize = 1 << 17;
/// Kinds that are kept where no rule says which are needed.
const MOST_KINDS: usize = 64;
/// Since an agency's rows stopped, the others have at least this share of their own rate before.
const GO_ON: f64 = 0.5;

impl RowDays {
    fn add(&mut self, first: Day, end: Day, rows: i64) {
        let coarse = self.coarse;
        *self.rows.entry((rounded(first, coarse), rounded(end, coarse))).or_default() += rows;
        while self.rows.len() > MOST {
            self.coarse += 1;
            for ((first, end), rows) in std::mem::take(&mut self.rows) {
                *self.rows.entry((rounded(first, self.coarse), rounded(end, self.coarse))).or_default() += rows;
            }
        }
    }

    fn merge(&mut self, mut other: RowDays) {
        self.has_ends |= other.has_ends;
        if self.coarse < other.coarse {
            std::mem::swap(&mut self.coarse, &mut other.coarse);
            std::mem::swap(&mut self.rows, &mut other.rows);
        }
        other.rows.into_iter().for_each(|((first, end), rows)| self.add(first, end, rows));
    }

    fn last_first_day(&self) -> Option<Day> {
        self.rows.keys().map(|(first, _)| *first).max()
    }

    /// What is seen of each row up to the last complete day.
    fn exposures(&self, until: Day) -> Vec<Alike> {
        let after = until.saturating_add(1);
        let began = self.rows.iter().filter(|((first, _), _)| *first <= until);
        let exposure = |((first, end), rows): (&(Day, Day), &i64)| {
            let exposure = Exposure { start: *first, end: (*end).min(after).max(*first), has_result: *end <= until };
            (exposure, *rows)
        };
        began.map(exposure).collect()
    }

    /// How many rows begin on each day, up to a last day.
    fn firsts(&self, until: Day) -> BTreeMap<Day, i64> {
        let mut firsts = BTreeMap::new();
        let began = self.rows.iter().filter(|((first, _), _)| *first <= until);
        began.for_each(|((first, _), rows)| *firsts.entry(*first).or_default() += rows);
        firsts
    }
}

fn rounded(day: Day, coarse: u32) -> Day {
    if day == NEVER { NEVER } else { (day >> coarse) << coarse }
}

/// Adds the days of a batch. Rows of a kind that no rule needs are left out where the kinds are known. Events have no end: they are kept
/// only for agencies, whose rows are compared with each other.
pub(super) fn add(kinds: &[String], linked: bool, file: usize, batch: &Batch, lookups: &RowLookups, into: &mut Vec<DaysByKind>) {
    let (first, end) = match batch.table.name {
        "starts" => ("began", Some("ended")),
        "spells" => ("from", Some("to")),
        "events" if linked => ("date", None),
        _ => return,
    };
    let end = end.map(|end| batch.table.column(end)).filter(|end| batch.columns[*end] != ColumnValues::Absent);
    if end.is_none() && !linked {
        return;
    }
    let (first, kind) = (batch.table.column(first), (batch.table.name != "starts").then(|| batch.table.column("kind")));
    if into.len() <= file {
        into.resize(file + 1, DaysByKind::new());
    }
    let into = &mut into[file];
    let name = |row: usize| match (kind, lookups.kinds.get(row).copied().unwrap_or(0)) {
        (None, _) => Some(String::new()),
        (Some(kind), _) if kinds.is_empty() => Some(batch.text(kind, row)),
        (Some(_), 0) => None,
        (Some(_), kind) => Some(kinds[usize::from(kind) - 1].clone()),
    };
    for row in 0..batch.rows() {
        let (Some(kind), day) = (name(row), batch.day(first, row)) else { continue };
        if day == NEVER || !into.contains_key(&kind) && into.len() >= MOST_KINDS {
            continue;
        }
        let days = into.entry(kind).or_default();
        days.has_ends |= end.is_some();
        days.add(day, end.map_or(NEVER, |end| batch.day(end, row)), 1);
    }
}

/// Adds the days of other rows.
pub(super) fn merge(into: &mut DaysByKind, more: DaysByKind) {
    for (kind, days) in more {
        into.entry(kind).or_default().merge(days);
    }
}

/// What is doubtful of the ends in a table: of all files together, and of one where the others have none such. Each fault has the
/// position of its file; those of all together have the first. `until` is the last complete day of a kind, where it is stated, and
/// `known_at` the last day that is asked about.
#[must_use]
pub fn stopped_ends(
    table: &'static str,
    files: &[DaysByKind],
    until: &dyn Fn(&str) -> Option<Day>,
    known_at: Day,
) -> Vec<(usize, Fault)> {
    let mut all = DaysByKind::new();
    files.iter().for_each(|file| merge(&mut all, file.clone()));
    let mut out = Vec::new();
    for (kind, days) in &all {
        let Some(last) = until(kind).or_else(|| days.last_first_day()).map(|day| day.min(known_at)) else { continue };
        let found = |days: &RowDays| longest_silence(&days.exposures(last)).filter(|_| days.has_ends);
        if let Some(silence) = found(days) {
            out.push((0, end_fault(table, kind, silence)));
            continue;
        }
        if files.len() > 1 {
            let of_file = |(at, file): (usize, &DaysByKind)| Some((at, end_fault(table, kind, found(file.get(kind)?)?)));
            out.extend(files.iter().enumerate().filter_map(of_file));
        }
    }
    out
}

/// Agencies whose rows of a kind stop while those of the others go on: the position of each, and the fault. `until` and `known_at` are as
/// for [`stopped_ends`].
#[must_use]
pub fn stopped_rows(agencies: &[DaysByKind], until: &dyn Fn(&str) -> Option<Day>, known_at: Day) -> Vec<(usize, Fault)> {
    let mut out = Vec::new();
    for (at, kinds) in agencies.iter().enumerate() {
        for (kind, own) in kinds {
            let last = until(kind).map_or(known_at, |day| day.min(known_at));
            let others = agencies.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, kinds)| kinds.get(kind));
            let mut rest: BTreeMap<Day, i64> = BTreeMap::new();
            others.for_each(|days| days.firsts(last).into_iter().for_each(|(day, rows)| *rest.entry(day).or_default() += rows));
            if let Some((silence, expected)) = stop(&own.firsts(last), &rest) {
                out.push((at, row_fault(kind, silence, expected)));
            }
        }
    }
    out
}

/// The days since the last of an agency's rows, while others have some, and how many were to be expected; none where it may be chance.
fn stop(own: &BTreeMap<Day, i64>, others: &BTreeMap<Day, i64>) -> Option<((Day, Day), f64)> {
    let (first, last) = (*own.keys().next()?, *own.keys().next_back()?);
    let until = *others.keys().next_back()?;
    let (before, since) = (f64::from(last.checked_sub(first)?.max(1)), until.checked_sub(last)?);
    let of = |rows: &BTreeMap<Day, i64>, from: Day, to: Day| rows.range(from..=to).map(|(_, rows)| rows).sum::<i64>() as f64;
    if since < SHORTEST {
        return None;
    }
    let since_days = f64::from(since);
    // The others may have become fewer as well.
    let usual = of(others, first, last) / before * since_days;
    let share = of(others, last + 1, until) / usual.max(f64::MIN_POSITIVE);
    let expected = of(own, first, last) / before * since_days * share.min(1.0);
    let days: Vec<Day> = own.keys().copied().collect();
    let longest = days.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(0);
    let unusual = since_days >= TIMES * f64::from(longest);
    (usual > 0.0 && share >= GO_ON && expected >= EXPECTED && unusual).then_some(((last + 1, until), expected))
}

fn end_fault(table: &'static str, kind: &str, (days, expected): ((Day, Day), f64)) -> Fault {
    let what = "for months nothing ends, though much of the same age ended at other times: ends may be missing";
    let column = if table == "spells" { "to" } else { "ended" };
    let fix = format!(
        "ask the agency whether it still recorded ends in these months, and supply them in `{column}`. No action needed if nothing ended"
    );
    let named = if kind.is_empty() { "no start".to_owned() } else { format!("{}: no spell", visible(kind)) };
    let value =
        format!("{named} ends {}; at the rate of other times about {expected:.0} ends were to be expected", between(days));
    let fault = Fault::file(what, "ends of all months", fix).warning();
    Fault { column: column.into(), value: Some(value), ..fault }
}

fn row_fault(kind: &str, days: (Day, Day), expected: f64) -> Fault {
    let what = "the rows of this agency stop, while those of the others go on: rows may be missing";
    let fix = "ask the agency, and supply the rows of these months. No action needed if there truly were none";
    let named = if kind.is_empty() { String::new() } else { format!("{}: ", visible(kind)) };
    let value = format!("{named}none {}; at its own rate before about {expected:.0} were to be expected", between(days));
    Fault { value: Some(value), ..Fault::file(what, "rows of all months", fix).warning() }
}

fn between((from, to): (Day, Day)) -> String {
    format!("from {} to {}", date(from), date(to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::words;

    /// Spells of the given mean length that begin over three years, drawn by a seed; those after `lost` have no end.
    fn spells(seed: u64, count: u64, mean: f64, lost: Day) -> RowDays {
        let mut days = RowDays { has_ends: true, ..RowDays::default() };
        for at in 0..count {
            let drawn = |of: u64| words(seed, at, of, 0)[0] as f64 / 2.0_f64.powi(64);
            let first = (drawn(0) * 1_000.0) as Day;
            let end = first + (-mean * (1.0 - drawn(1)).ln()) as Day + 1;
            days.add(first, if end < lost { end } else { NEVER }, 1);
        }
        days
    }

    fn told(files: &[RowDays]) -> usize {
        let files: Vec<DaysByKind> = files.iter().map(|days| DaysByKind::from([("job".to_owned(), days.clone())])).collect();
        stopped_ends("spells", &files, &|_| Some(1_000), 1_000).len()
    }

    #[test]
    fn ends_that_stop_are_told_of_all_files_and_of_one() {
        for seed in 0..50 {
            assert_eq!(told(&[spells(seed, 400, 120.0, 500)]), 1, "{seed}");
            assert_eq!(told(&[spells(seed, 400, 120.0, 500), spells(seed + 100, 400, 90.0, 1_000)]), 1, "{seed}");
        }
    }

    #[test]
    fn ends_that_go_on_are_told_of_hardly_ever() {
        let count = |mean: f64, rows: u64| (0..300).map(|seed| told(&[spells(seed, rows, mean, 1_001)])).sum::<usize>();
        assert_eq!([count(30.0, 200), count(120.0, 60), count(400.0, 300), count(2_000.0, 2_000)], [0; 4]);
    }

    #[test]
    fn rows_of_an_agency_that_stop_are_told() {
        let agency = |seed: u64, until: Day, rows: u64| {
            let mut days = RowDays::default();
            (0..rows).for_each(|at| days.add((words(seed, at, 0, 0)[0] % until as u64) as Day, NEVER, 1));
            DaysByKind::from([("offence".to_owned(), days)])
        };
        for seed in 0..200 {
            let told =
                |agencies: &[DaysByKind]| stopped_rows(agencies, &|_| None, 2_000).iter().map(|(at, _)| *at).collect::<Vec<_>>();
            assert_eq!(told(&[agency(seed, 500, 100), agency(seed + 1_000, 1_000, 100)]), [0]);
            assert_eq!(told(&[agency(seed, 1_000, 40), agency(seed + 1_000, 1_000, 100)]), [0; 0], "{seed}");
            // All of them stop.
            assert_eq!(told(&[agency(seed, 500, 100), agency(seed + 1_000, 500, 100)]), [0; 0], "{seed}");
        }
    }

    #[test]
    fn many_days_are_kept_coarser_and_in_any_order() {
        let (mut all, mut other, mut one) = (RowDays::default(), RowDays::default(), RowDays::default());
        for at in 0..400_000_i32 {
            let (first, end) = (at % 997, at % 997 + at % 1_013);
            all.add(first, end, 1);
            if at % 3 == 0 { &mut one } else { &mut other }.add(first, end, 1);
        }
        assert!(all.rows.len() <= MOST && all.coarse > 0);
        one.merge(other);
        assert_eq!(one, all);
    }
}
