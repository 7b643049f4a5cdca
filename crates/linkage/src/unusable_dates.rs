//! Dates of birth that cannot be used: cells that are not a day of the calendar, and single days that a large share of one
//! agency's records have, because people or programs write them when the day is not known. Both count as missing, and are
//! reported.

use std::collections::BTreeMap;

use super::distinct_values::MISSING;

/// Records of one agency whose date of birth counts as missing although the cell is not empty.
#[derive(Clone, Debug, PartialEq)]
pub struct UnusableDates {
    pub agency: u16,
    /// The position of the field.
    pub column: usize,
    pub records: u64,
    pub reason: UnusableDateReason,
}

/// Why a date counts as missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnusableDateReason {
    /// It is not a day of the calendar, or it is the first or last day of one. With the most common text, if many records have
    /// it.
    NoDay(Option<String>),
    /// So many records have this one day that it cannot be when they were born.
    OneDay(String),
}

/// A text is shown if at least this many records of an agency have it. A rarer one may be a misspelling in somebody's own date.
const SHOWN: u64 = 10;

/// Counts cells without a day, by agency. `cells` gives the agency and the text of each such row.
pub fn no_days<'a>(column: usize, cells: impl Iterator<Item = (u16, &'a str)>) -> Vec<UnusableDates> {
    let mut counts: BTreeMap<u16, BTreeMap<&str, u64>> = BTreeMap::new();
    for (agency, text) in cells {
        *counts.entry(agency).or_default().entry(text).or_default() += 1;
    }
    let unusable = |(agency, texts): (u16, BTreeMap<&str, u64>)| {
        let commonest = texts.iter().max_by_key(|(text, count)| (**count, std::cmp::Reverse(**text)));
        let shown = commonest.filter(|(_, count)| **count >= SHOWN).map(|(text, _)| text.chars().take(40).collect());
        UnusableDates { agency, column, records: texts.values().sum(), reason: UnusableDateReason::NoDay(shown) }
    };
    counts.into_iter().map(unusable).collect()
}

/// A day is a placeholder if at least this many records of an agency have it, at least this share of those with a date, and
/// this many times as many as have a usual day. There must also be enough other days to know what is usual.
const LEAST_RECORDS: u64 = 20;
const LEAST_SHARE: f64 = 0.01;
const TIMES_THE_USUAL: f64 = 30.0;
const LEAST_DAYS: usize = 20;

/// Removes days that far too many records of one agency have from a column, and returns them. `rows` are the numbers of the
/// values.
pub fn take_out(agency: &[u16], rows: &mut [u32]) -> Vec<(u16, u32, u64)> {
    let dated = agency.iter().zip(rows.iter()).filter(|(_, value)| **value != MISSING);
    let mut keyed: Vec<u64> = dated.map(|(agency, value)| u64::from(*agency) << 32 | u64::from(*value)).collect();
    keyed.sort_unstable();
    let mut counts: Vec<(u16, u32, u64)> = Vec::new();
    for same in keyed.chunk_by(|a, b| a == b) {
        counts.push(((same[0] >> 32) as u16, same[0] as u32, same.len() as u64));
    }
    drop(keyed);
    let mut found: Vec<(u16, u32, u64)> = Vec::new();
    for own in counts.chunk_by(|a, b| a.0 == b.0).filter(|own| own.len() > LEAST_DAYS) {
        let all: u64 = own.iter().map(|(_, _, count)| count).sum();
        let mut sizes: Vec<u64> = own.iter().map(|(_, _, count)| *count).collect();
        sizes.sort_unstable();
        // The mean of the lower nine tenths: what is usual, without days that may be placeholders.
        let usual = &sizes[..sizes.len() * 9 / 10];
        let usual = usual.iter().sum::<u64>() as f64 / usual.len() as f64;
        let is_placeholder = |count: u64| {
            count >= LEAST_RECORDS && count as f64 >= LEAST_SHARE * all as f64 && count as f64 >= TIMES_THE_USUAL * usual
        };
        found.extend(own.iter().copied().filter(|(_, _, count)| is_placeholder(*count)));
    }
    if !found.is_empty() {
        for (agency, value) in agency.iter().zip(rows) {
            if found.iter().any(|(of, day, _)| of == agency && day == value) {
                *value = MISSING;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 80 of 1,080 records have one day, and the others are spread over 500 days. In the other agency that day is as rare as
    /// any.
    #[test]
    fn a_day_of_very_many_is_taken_out_where_it_is_common_alone() {
        let mut rows: Vec<u32> =
            (0..1000).map(|at| 1 + at % 500).chain([7; 80]).chain((0..1000).map(|at| 1 + at % 500)).collect();
        let agency: Vec<u16> = (0..2080).map(|at| u16::from(at >= 1080)).collect();
        let found = take_out(&agency, &mut rows);
        assert_eq!(found, [(0, 7, 82)]);
        assert!(!rows[..1080].contains(&7) && rows[1080..].contains(&7));
    }

    /// A table with few days, all of them common, has no placeholder.
    #[test]
    fn few_days_tell_nothing() {
        let mut rows = vec![3; 500];
        assert!(take_out(&vec![0; 500], &mut rows).is_empty());
        assert_eq!(rows, vec![3; 500]);
    }
}
