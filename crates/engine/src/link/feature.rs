//! Parts of columns, worked out once for each distinct value.

use std::collections::BTreeMap;

use jiff::civil::Date;
use regex_lite::Regex;

use super::model::{Feature, Model, Part};
use super::records::Records;
use super::similarity::Shape;
use super::values::{MISSING, Numbering, Values};
use crate::records::day;

/// A feature of all records.
pub struct Prepared<'a> {
    pub column: usize,
    values: std::borrow::Cow<'a, Values>,
    /// From the number of a column's value to the number of its part; `None` where the part is the whole.
    part_of: Option<Vec<u32>>,
    /// What each value is made of, where values are compared for likeness.
    shapes: Vec<Shape>,
    /// For dates: the day of each value.
    days: Vec<i32>,
    /// For each value the base-2 logarithm of its share among those that have one.
    log_share: Vec<f64>,
    coincidence: f64,
    /// The share of records that have a value.
    there: f64,
}

impl Prepared<'_> {
    /// The feature's number for the number of a column's value.
    #[inline]
    pub fn of(&self, value: u32) -> u32 {
        match &self.part_of {
            None => value,
            Some(part_of) => part_of[value as usize],
        }
    }

    /// The chance that two records picked at random both have a value, and the same one.
    pub fn coincidence(&self) -> f64 {
        self.coincidence * self.there.powi(2)
    }

    /// The chance that two records which have a value have the same one: the sum of squared shares.
    pub fn same_by_chance(&self) -> f64 {
        self.coincidence
    }

    /// How many distinct values there are, the missing one included.
    pub fn distinct(&self) -> usize {
        self.values.len()
    }

    pub fn text(&self, number: u32) -> &str {
        self.values.text(number)
    }

    #[inline]
    pub fn hash(&self, number: u32) -> u64 {
        self.values.hash(number)
    }

    #[inline]
    pub fn shape(&self, number: u32) -> Shape {
        self.shapes[number as usize]
    }

    pub fn day(&self, number: u32) -> i32 {
        self.days[number as usize]
    }

    #[inline]
    pub fn log_share(&self, number: u32) -> f64 {
        self.log_share[number as usize]
    }
}

/// Works out all features of a model; says what is wrong with a part that cannot be read.
pub fn prepare<'a>(model: &Model, records: &'a Records) -> Result<Vec<Prepared<'a>>, String> {
    let mut counts: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    let each = model.features.iter().map(|feature| {
        let counts = counts.entry(feature.column).or_insert_with(|| records.counts(feature.column));
        one(feature, records, counts)
    });
    each.collect()
}

fn one<'a>(feature: &Feature, records: &'a Records, counts: &[u32]) -> Result<Prepared<'a>, String> {
    let whole = &records.columns[feature.column].values;
    let (values, part_of, days) = match part(&feature.part)? {
        None => (std::borrow::Cow::Borrowed(whole), None, Vec::new()),
        Some(part) => {
            let mut numbering = Numbering::default();
            let part_of: Vec<u32> =
                (0..whole.len() as u32)
                    .map(|id| {
                        if id == MISSING { MISSING } else { part(whole.text(id)).map_or(MISSING, |text| numbering.number(&text)) }
                    })
                    .collect();
            let values = numbering.finish();
            let days = if is_day(&feature.part) {
                (0..values.len() as u32).map(|id| day_of(values.text(id))).collect()
            } else {
                Vec::new()
            };
            (std::borrow::Cow::Owned(values), Some(part_of), days)
        }
    };
    let shapes = (0..values.len() as u32).map(|id| Shape::of(values.text(id))).collect();
    let mut count = vec![0_u64; values.len()];
    for (value, found) in counts.iter().enumerate() {
        count[part_of.as_ref().map_or(value as u32, |part_of| part_of[value]) as usize] += u64::from(*found);
    }
    count[MISSING as usize] = 0;
    let all = count.iter().sum::<u64>() as f64;
    let coincidence = count.iter().map(|count| (*count as f64 / all.max(1.0)).powi(2)).sum();
    let there = all / records.len().max(1) as f64;
    let log_share = count.iter().map(|count| (*count as f64 / all).log2()).collect();
    Ok(Prepared { column: feature.column, values, part_of, shapes, days, log_share, coincidence, there })
}

fn is_day(part: &Part) -> bool {
    match part {
        Part::Day(_) => true,
        Part::Then(_, last) => is_day(last),
        _ => false,
    }
}

/// The day of a date written year first, of any century: people of old records were born before those of today's.
fn day_of(text: &str) -> i32 {
    text.parse().map_or(day::NEVER, day::day)
}

type Take = Box<dyn Fn(&str) -> Option<String>>;

/// How a part is taken from a value; `None` where it is the whole value.
fn part(part: &Part) -> Result<Option<Take>, String> {
    let take: Take = match part {
        Part::Whole => return Ok(None),
        Part::Letters(from, count) => {
            let (from, count) = (*from, *count);
            Box::new(move |text| Some(text.chars().skip(from).take(count).collect()))
        }
        Part::Found(pattern) => {
            let regex = Regex::new(pattern).map_err(|error| format!("the expression {pattern} cannot be read: {error}"))?;
            Box::new(move |text| regex.find(text).map(|found| found.as_str().to_owned()))
        }
        Part::Day(form) => {
            let form = form.clone();
            Box::new(move |text| Date::strptime(&form, text.trim_end()).ok().map(|date| date.to_string()))
        }
        Part::CertainDay => {
            Box::new(|text| (text.len() == 10 && !text.ends_with("-01-01") && !text.ends_with("-00")).then(|| text.to_owned()))
        }
        Part::DayAndMonthExchanged => Box::new(|text| match text.split('-').collect::<Vec<_>>()[..] {
            [year, month, day] if month != day => Some(format!("{year}-{day}-{month}")),
            _ => None,
        }),
        Part::Sorted => Box::new(|text| {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            words.sort_unstable();
            Some(words.join(" "))
        }),
        Part::Lower => Box::new(|text| Some(text.to_lowercase())),
        Part::Upper => Box::new(|text| Some(text.to_uppercase())),
        Part::Trimmed => Box::new(|text| Some(text.trim().to_owned())),
        Part::Bytes => Box::new(|text| Some(text.bytes().map(char::from).collect())),
        Part::Then(first, second) => {
            let then = self::part(second)?.unwrap_or_else(|| Box::new(|text| Some(text.to_owned())));
            match self::part(first)? {
                None => then,
                Some(first) => Box::new(move |text| first(text).and_then(|text| then(&text))),
            }
        }
    };
    Ok(Some(take))
}
