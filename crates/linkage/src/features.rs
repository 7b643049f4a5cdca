//! Features: the parts of column values that tests and blocking rules look at. Each is worked out once for each distinct value.

use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;
use regex_lite::Regex;

use super::distinct_values::{DistinctValues, MISSING, ValueNumbering};
use super::model::{Feature, LinkageModel, ValuePart};
use super::nicknames;
use super::phonetic;
use super::record_set::RecordSet;
use super::similarity::TextShape;
use base::day;
use base::hinted::Hinted;

/// The features of a model for a set of records. For each value of a column the numbers of all its parts are stored together,
/// because a comparison that reads one soon reads the others.
#[derive(Debug, Default)]
pub struct Features {
    each: Vec<PreparedFeature>,
    parts: Vec<u32>,
    places: Vec<FeaturePlace>,
    /// Pairs of different features that are compared with each other, and where to find the first one in the numbers of the
    /// second.
    across: Vec<(usize, usize, FeaturePlace)>,
}

/// Where the number of a feature is stored: it is the value of a column itself, or one of the parts of that value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeaturePlace {
    column: u32,
    first: u32,
    /// The distance between the parts of two values; 0 for the whole value.
    step: u32,
}

/// A feature of all records.
#[derive(Debug)]
pub struct PreparedFeature {
    pub column: usize,
    values: Arc<DistinctValues>,
    /// The shape of each value, if similarity is measured.
    shapes: Vec<TextShape>,
    /// The words of each value, if a test asks whether two values share a word.
    words: Vec<[u32; 4]>,
    /// For dates: the day of each value.
    days: Vec<i32>,
    /// For each value the base-2 logarithm of its share among records that have a value.
    log_share: Vec<f64>,
    coincidence: f64,
    /// The share of records that have a value.
    there: f64,
}

impl std::ops::Index<usize> for Features {
    type Output = PreparedFeature;

    #[inline]
    fn index(&self, feature: usize) -> &PreparedFeature {
        &self.each[feature]
    }
}

impl Features {
    /// The number of a feature's value for a record with these cells.
    #[inline]
    #[must_use]
    pub fn number(&self, feature: usize, cells: &[u32]) -> u32 {
        self.at(self.places[feature], cells)
    }

    /// Where the number of a feature is stored.
    #[must_use]
    pub fn place(&self, feature: usize) -> FeaturePlace {
        self.places[feature]
    }

    /// The number at a place.
    #[inline]
    #[must_use]
    pub fn at(&self, place: FeaturePlace, cells: &[u32]) -> u32 {
        self.of_value(place, cells[place.column as usize])
    }

    /// The number at a place for one value of the column.
    #[inline]
    fn of_value(&self, place: FeaturePlace, value: u32) -> u32 {
        if place.step == 0 { value } else { self.parts[place.first as usize + place.step as usize * value as usize] }
    }

    /// The number of a feature for one value of its column.
    #[inline]
    #[must_use]
    pub fn number_of(&self, feature: usize, value: u32) -> u32 {
        self.of_value(self.places[feature], value)
    }

    /// Reads a little of what is stored for a feature's value, so that it is in the cache.
    #[inline]
    #[must_use]
    pub fn fetch(&self, feature: usize, cells: &[u32]) -> u64 {
        let number = self.number(feature, cells);
        self.each[feature].shapes.get(number as usize).map_or(u64::from(number), TextShape::letters)
    }

    /// Where to look for a feature of the left record and another feature of the right one, so that equal texts have equal
    /// numbers.
    #[inline]
    #[must_use]
    pub fn comparable(&self, left: usize, right: usize) -> (FeaturePlace, FeaturePlace) {
        let across = |from: usize, to: usize| self.across.iter().find(|(a, b, _)| (*a, *b) == (from, to)).map(|found| found.2);
        let plain = (self.places[left], self.places[right]);
        match (across(left, right), across(right, left)) {
            _ if left == right => plain,
            (Some(left), _) => (left, plain.1),
            (None, Some(right)) => (plain.0, right),
            (None, None) => unreachable!("features compared with each other are prepared for it"),
        }
    }
}

impl PreparedFeature {
    /// The probability that two records picked at random both have a value, and the same one.
    pub fn coincidence(&self) -> f64 {
        self.coincidence * self.there.powi(2)
    }

    /// The probability that two records which have a value have the same one: the sum of squared shares.
    pub fn same_by_chance(&self) -> f64 {
        self.coincidence
    }

    /// How many distinct values there are, including the missing value.
    pub fn distinct(&self) -> usize {
        self.values.len()
    }

    #[inline]
    pub fn text(&self, number: u32) -> &str {
        let near = self.shapes.get(number as usize).and_then(TextShape::text);
        near.unwrap_or_else(|| self.values.text(number))
    }

    #[inline]
    pub fn hash(&self, number: u32) -> u64 {
        self.values.hash(number)
    }

    #[inline]
    pub fn shape(&self, number: u32) -> &TextShape {
        &self.shapes[number as usize]
    }

    /// The words of a value.
    #[inline]
    pub fn words(&self, number: u32) -> &[u32; 4] {
        &self.words[number as usize]
    }

    pub fn day(&self, number: u32) -> i32 {
        self.days[number as usize]
    }

    #[inline]
    pub fn log_share(&self, number: u32) -> f64 {
        self.log_share[number as usize]
    }
}

/// Works out the features that the tests and rules of a model need.
///
/// # Errors
/// A part cannot be used, such as a regular expression with a mistake in it.
pub fn prepare(model: &LinkageModel, records: &RecordSet) -> Result<Features, Hinted> {
    let counts: Vec<Vec<u32>> = (0..records.columns.len()).map(|column| records.counts(column)).collect();
    let looked_at = model.letters_compared();
    let words = model.words_compared();
    let one = |at: usize| one(&model.features[at], (looked_at[at], words[at]), records, &counts[model.features[at].column]);
    let found: Vec<(PreparedFeature, Option<Vec<u32>>)> =
        (0..model.features.len()).into_par_iter().map(one).collect::<Result<_, _>>()?;
    let (each, numbers): (Vec<PreparedFeature>, Vec<Option<Vec<u32>>>) = found.into_iter().unzip();
    let pairs = model.cross_pairs();
    let translated: Vec<Vec<u32>> =
        pairs.par_iter().map(|(from, to)| translated(&each[*from], &numbers[*from], &each[*to])).collect();
    let (columns, parts) = side_by_side(records, &each, &numbers, &pairs, &translated);
    let whole = |column: usize| FeaturePlace { column: column as u32, first: 0, step: 0 };
    let places = each.iter().zip(&columns).map(|(of, place)| place.unwrap_or(whole(of.column)));
    let places = places.collect();
    let across = pairs.iter().zip(&columns[each.len()..]);
    let across = across.filter_map(|((from, to), place)| Some((*from, *to, (*place)?))).collect();
    Ok(Features { each, parts, places, across })
}

/// For each value of a feature's column the number of its part among the values of another feature, or missing if it is not
/// there.
fn translated(from: &PreparedFeature, part_of: &Option<Vec<u32>>, to: &PreparedFeature) -> Vec<u32> {
    let known = to.values.index();
    let of: Vec<u32> = (0..from.values.len() as u32).map(|number| to.values.find(&known, from.values.text(number))).collect();
    match part_of {
        None => of,
        Some(part_of) => part_of.iter().map(|part| of[*part as usize]).collect(),
    }
}

/// Stores the parts of each value together, column by column: first those of features, then those that were translated. Returns
/// where each part is stored; `None` for features that are whole values.
fn side_by_side(
    records: &RecordSet,
    each: &[PreparedFeature],
    numbers: &[Option<Vec<u32>>],
    pairs: &[(usize, usize)],
    translated: &[Vec<u32>],
) -> (Vec<Option<FeaturePlace>>, Vec<u32>) {
    let of_features = each.iter().zip(numbers).map(|(of, numbers)| (of.column, numbers.as_deref()));
    let of_pairs = pairs.iter().zip(translated).map(|((from, _), numbers)| (each[*from].column, Some(&numbers[..])));
    let all: Vec<(usize, Option<&[u32]>)> = of_features.chain(of_pairs).collect();
    let (mut places, mut parts) = (vec![None; all.len()], Vec::new());
    for column in 0..records.columns.len() {
        let of: Vec<(usize, &[u32])> = all
            .iter()
            .enumerate()
            .filter_map(|(at, (its, numbers))| Some((at, (*numbers).filter(|_| *its == column)?)))
            .collect();
        for (place, (at, _)) in of.iter().enumerate() {
            let first = (parts.len() + place) as u32;
            places[*at] = Some(FeaturePlace { column: column as u32, first, step: of.len() as u32 });
        }
        parts.extend(
            (0..records.columns[column].values.len()).flat_map(|value| of.iter().map(move |(_, numbers)| numbers[value])),
        );
    }
    (places, parts)
}

/// A feature and, for each value of its column, the number of its part, if the part is not the whole value.
type One = (PreparedFeature, Option<Vec<u32>>);

fn one(feature: &Feature, (looked_at, by_words): (bool, bool), records: &RecordSet, counts: &[u32]) -> Result<One, Hinted> {
    let whole = &records.columns[feature.column].values;
    let (values, part_of, days) = match part(&feature.part)? {
        None => (Arc::clone(whole), None, Vec::new()),
        Some(part) => {
            let mut numbering = ValueNumbering::default();
            let number = |id: u32| match id {
                MISSING => MISSING,
                id => part(whole.text(id)).map_or(MISSING, |text| numbering.number(&text)),
            };
            let part_of: Vec<u32> = (0..whole.len() as u32).map(number).collect();
            let values = numbering.finish();
            let days = if is_day(&feature.part) { each(&values, day_of) } else { Vec::new() };
            (Arc::new(values), Some(part_of), days)
        }
    };
    let shapes = if looked_at { each(&values, TextShape::of) } else { Vec::new() };
    let words = if by_words { each(&values, phonetic::numbered) } else { Vec::new() };
    let mut count = vec![0_u64; values.len()];
    for (value, found) in counts.iter().enumerate() {
        count[part_of.as_ref().map_or(value as u32, |part_of| part_of[value]) as usize] += u64::from(*found);
    }
    count[MISSING as usize] = 0;
    let all = count.iter().sum::<u64>() as f64;
    let coincidence = count.iter().map(|count| (*count as f64 / all.max(1.0)).powi(2)).sum();
    let there = all / records.len().max(1) as f64;
    let log_share = count.iter().map(|count| (*count as f64 / all).log2()).collect();
    let column = feature.column;
    Ok((PreparedFeature { column, values, shapes, words, days, log_share, coincidence, there }, part_of))
}

/// The result of a function for each text, by its number.
fn each<T>(values: &DistinctValues, of: impl Fn(&str) -> T) -> Vec<T> {
    (0..values.len() as u32).map(|id| of(values.text(id))).collect()
}

fn is_day(part: &ValuePart) -> bool {
    match part {
        ValuePart::Day(_) => true,
        ValuePart::Then(_, last) => is_day(last),
        _ => false,
    }
}

/// The day of a date written year first, of any century: old records are of people born long ago.
fn day_of(text: &str) -> i32 {
    text.parse().map_or(day::NEVER, day::day)
}

type PartExtractor = Box<dyn Fn(&str) -> Option<String>>;

/// How to take a part from a value; `None` if it is the whole value.
fn part(part: &ValuePart) -> Result<Option<PartExtractor>, Hinted> {
    let take: PartExtractor = match part {
        ValuePart::Whole => return Ok(None),
        ValuePart::Letters(from, count) => {
            let (from, count) = (*from, *count);
            Box::new(move |text| Some(text.chars().skip(from).take(count).collect()))
        }
        ValuePart::Found(pattern) => {
            let regex = Regex::new(pattern).map_err(|error| {
                let what = format!("the regular expression `{pattern}` of the model is not valid: {error}");
                Hinted::new(what, "correct it in the model, or leave out the level or the rule that uses it")
            })?;
            Box::new(move |text| regex.find(text).map(|found| found.as_str().to_owned()))
        }
        ValuePart::Day(form) => {
            let form = form.clone();
            Box::new(move |text| Date::strptime(&form, text.trim_end()).ok().map(|date| date.to_string()))
        }
        ValuePart::CertainDay => {
            Box::new(|text| (text.len() == 10 && !text.ends_with("-01-01") && !text.ends_with("-00")).then(|| text.to_owned()))
        }
        ValuePart::DayAndMonthExchanged => Box::new(|text| match text.split('-').collect::<Vec<_>>()[..] {
            [year, month, day] if month != day => Some(format!("{year}-{day}-{month}")),
            _ => None,
        }),
        ValuePart::InFull(names) => {
            let names = names.clone();
            Box::new(move |text| Some(nicknames::in_full(&names, text)))
        }
        ValuePart::Sorted => Box::new(|text| {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            words.sort_unstable();
            Some(words.join(" "))
        }),
        ValuePart::Sounds => Box::new(|text| Some(phonetic::sounds(text))),
        ValuePart::SoundsAsOne => Box::new(|text| Some(phonetic::as_one(text))),
        ValuePart::Lower => Box::new(|text| Some(text.to_lowercase())),
        ValuePart::Upper => Box::new(|text| Some(text.to_uppercase())),
        ValuePart::Trimmed => Box::new(|text| Some(text.trim().to_owned())),
        ValuePart::Bytes => Box::new(|text| Some(text.bytes().map(char::from).collect())),
        ValuePart::Then(first, second) => {
            let then = self::part(second)?.unwrap_or_else(|| Box::new(|text| Some(text.to_owned())));
            match self::part(first)? {
                None => then,
                Some(first) => Box::new(move |text| first(text).and_then(|text| then(&text))),
            }
        }
    };
    Ok(Some(take))
}
