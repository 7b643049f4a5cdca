//! Numbers as people write them in a contract: "£4,000", "7.5%", "3 percentage points", "12 months", "1,200 people".
//!
//! Each kind of number is a type, so that a relative change is never mistaken for percentage points, nor money for a count.
//! Any of them may carry a range: `"£4,000 (£3,000 to £6,000)"`.

use std::cmp::Ordering;

use crate::english::counted;
use crate::money::{Pence, Rate, WHOLE};

/// Why a text is not the number it should be, and what to write instead.
#[derive(Clone, Debug, PartialEq)]
pub struct LiteralError {
    pub what: String,
    pub fix: String,
}

/// Why a number that was read is not possible in its place.
pub struct RefusedNumber {
    pub what: String,
    pub expected: String,
    pub fix: String,
}

/// Refuses negative numbers.
pub fn negative<T: Literal>(key: &str) -> impl Fn(&T) -> Option<RefusedNumber> + use<'_, T> {
    move |value| {
        (value.as_f64() < 0.0).then(|| RefusedNumber {
            what: format!("`{key}` is negative"),
            expected: "zero or more".into(),
            fix: "write the number without the minus sign. What is taken away has a key or a clause of its own, such as the \
                  `deduction` of a tariff"
                .into(),
        })
    }
}

/// A kind of number that a scheme file or an assumptions file can state.
pub trait Literal: Copy + PartialOrd + Default {
    /// What is expected, with an example, for error messages.
    const EXPECTED: &'static str;
    /// What [`Literal::as_f64`] counts in: "£", "%", "percentage points" or nothing in particular.
    const UNIT: &'static str;
    /// Whether the number may have a range. A date calculated from a range of lengths would not be one date.
    const RANGES: bool = true;
    /// Reads one number, without a range.
    fn parse(text: &str) -> Result<Self, LiteralError>;
    /// The number at a position (0 to 1) from `low` to `high`.
    fn between(low: Self, high: Self, position: f64) -> Self;
    /// The number in the unit that people read, for reports and the sensitivity analysis.
    fn as_f64(self) -> f64;
    /// As people write it.
    fn words(self) -> String;
    /// What this number counts in, where the kind of number leaves it open.
    fn unit(self) -> &'static str {
        Self::UNIT
    }
}

/// A relative change or a change in percentage points. This is the most common ambiguity in a payment-by-results contract, so
/// the file must say which.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// "10%" of the baseline.
    Relative(Rate),
    /// "3 percentage points".
    Points(Rate),
}

/// Percentage points: `Points(Rate)` of 3 points is 0.03.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Points(pub Rate);

/// Events per person, in billionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct PerHead(pub Rate);

/// A mean amount per person, in billionths of its unit: minutes, pounds, points of a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct MeanAmount(pub Rate);

/// A whole number of people, payments or times.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Count(pub i64);

/// How many rows of records may be faulty: a number of them, or a share of all.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Tolerance {
    Rows(i64),
    Share(Rate),
}

impl Default for Tolerance {
    fn default() -> Tolerance {
        Tolerance::Rows(0)
    }
}

/// A length of time as the contract states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    Days(i64),
    Weeks(i64),
    Months(i64),
}

/// Points of a score, in billionths of a point: 20 or "20 points". They are no percentage points.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Score(pub i64);

/// A bare number: a ratio or a weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Plain(pub f64);

impl Duration {
    /// The number of days; `None` for months, which differ in length.
    #[must_use]
    pub fn in_days(self) -> Option<i64> {
        match self {
            Duration::Days(days) => Some(days),
            Duration::Weeks(weeks) => Some(7 * weeks),
            Duration::Months(_) => None,
        }
    }

    /// In months, with the average length of a month. Only for comparing lengths, never for a date.
    #[must_use]
    pub fn in_months(self) -> f64 {
        match self {
            Duration::Days(days) => days as f64 / 30.436_875,
            Duration::Weeks(weeks) => weeks as f64 * 7.0 / 30.436_875,
            Duration::Months(months) => months as f64,
        }
    }
}

fn wrong<T>(what: impl Into<String>, fix: impl Into<String>) -> Result<T, LiteralError> {
    Err(LiteralError { what: what.into(), fix: fix.into() })
}

/// A decimal number with optional thousands commas or underscores, to billionths; `None` when it is not one, or too large.
fn billionths(text: &str) -> Option<i64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole: String = whole.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    let plain = |s: &str| s.chars().all(|c| c.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !plain(&whole) || !plain(part) || part.len() > 9 || whole.len() > 18 {
        return None;
    }
    if digits.contains(',') && !commas_in_thousands(digits.split('.').next().unwrap_or_default()) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<9}").parse().ok()?;
    let value = whole.checked_mul(WHOLE)?.checked_add(part)?;
    Some(if negative { -value } else { value })
}

/// "1,234,567" and not "1,23".
fn commas_in_thousands(whole: &str) -> bool {
    let mut groups = whole.trim_start_matches(['-', '+']).split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

/// The number that a text begins with, and what follows it: "415" and "rough sleepers".
fn leading_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',' | '_')).unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    billionths(number).map(|_| (number, rest.trim()))
}

fn lerp(low: i64, high: i64, position: f64) -> i64 {
    low + ((high as f64 - low as f64) * position).round() as i64
}

/// The largest single amount a file may state: £1 billion.
const LARGEST_PENCE: i64 = 100_000_000_000;

impl Literal for Pence {
    const EXPECTED: &'static str = "an amount of money such as \"£4,000\"";
    const UNIT: &'static str = "£";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        let text = text.trim();
        let (negative, body) = match text.strip_prefix(['-', '−']) {
            Some(rest) => (true, rest.trim_start()),
            None => (false, text),
        };
        let amount = match body.strip_prefix('£').or_else(|| body.strip_prefix("GBP")) {
            Some(amount) => amount.trim(),
            None if body.starts_with(['$', '€']) || body.starts_with("USD") || body.starts_with("EUR") => {
                return wrong("another currency", "write the amount in pounds: \"£4,000\"");
            }
            None if body.ends_with('%') || body.contains("point") => {
                return wrong("a percentage where money is expected", "write an amount such as \"£4,000\"");
            }
            None if billionths(body).is_some() => {
                return wrong("a number without its unit", format!("write \"£{body}\" if pounds are meant"));
            }
            None if leading_number(body).is_some_and(|(_, rest)| matches!(rest, "pounds" | "pound" | "GBP" | "quid")) => {
                let (number, _) = leading_number(body).unwrap_or_default();
                return wrong("an amount without its £ sign", format!("write \"£{number}\""));
            }
            None => return wrong("not an amount of money", "write pounds with a £ sign: \"£4,000\", \"£85.50\" or \"£25m\""),
        };
        let (digits, scale) = [("bn", 1_000_000_000), ("m", 1_000_000), ("k", 1_000)]
            .iter()
            .find_map(|(suffix, scale)| Some((amount.strip_suffix(suffix)?.trim(), *scale)))
            .unwrap_or((amount, 1));
        let Some(value) = billionths(digits) else {
            if let Some((number, rest)) = leading_number(amount)
                && rest.starts_with(char::is_alphabetic)
            {
                let fix = format!("write \"£{number}\" alone. The clause or key says what the amount is for");
                return wrong("an amount of money with words after it", fix);
            }
            return wrong("not an amount of money", "write a comma after every three digits: \"£1,234,567.89\"");
        };
        // "£1.200" is a price of £1.20 to nobody: somewhere else a point stands between thousands.
        let decimals = if scale == 1 { digits.split_once('.').map_or(0, |(_, part)| part.len()) } else { 0 };
        if decimals == 3 && digits.ends_with('0') {
            let whole = digits.replace('.', ",");
            return wrong(
                "three digits after the decimal point",
                format!("write \"£{whole}\" with a comma, if thousands are meant"),
            );
        }
        let pence = i128::from(value) * 100 * scale;
        if decimals > 2 || pence % i128::from(WHOLE) != 0 {
            return wrong("parts of a penny", "write at most two digits after the decimal point");
        }
        let pence = pence / i128::from(WHOLE);
        match i64::try_from(pence) {
            Ok(pence) if pence.abs() <= LARGEST_PENCE => Ok(Pence(if negative { -pence } else { pence })),
            _ => wrong("more than £1 billion", "check the number of zeros; the largest amount is £1 billion"),
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        Pence(lerp(low.0, high.0, position))
    }

    fn as_f64(self) -> f64 {
        self.pounds()
    }

    fn words(self) -> String {
        self.to_string()
    }
}

/// The amount of a text that says it is for each person, or for each of anything that is not a time: "£5,000 per person", "£20 each".
#[must_use]
pub fn amount_for_each_person(text: &str) -> Option<Pence> {
    let (amount, words) = text.trim().split_once(' ')?;
    let starts = ["per ", "for each ", "for every ", "each", "every ", "a "];
    let noun = starts.iter().find_map(|start| words.trim_start().strip_prefix(start))?.trim_start();
    if TIMES.contains(&noun.split_whitespace().next().unwrap_or_default()) { None } else { Pence::parse(amount).ok() }
}

/// The number before a per cent sign, as a proportion in billionths.
fn per_cent(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = ["%", "per cent", "percent"].iter().find_map(|unit| text.strip_suffix(unit))?;
    Some(billionths(digits)? / 100)
}

/// The number before "percentage points", as a proportion in billionths.
fn percentage_points(text: &str) -> Option<i64> {
    let text = text.trim();
    let units = ["percentage points", "percentage point", "points", "point", "pp"];
    let digits = units.iter().find_map(|unit| text.strip_suffix(unit))?;
    Some(billionths(digits)? / 100)
}

impl Literal for Rate {
    const EXPECTED: &'static str = "a share such as \"58%\"";
    const UNIT: &'static str = "%";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        if let Some(value) = per_cent(text) {
            return Ok(Rate(value));
        }
        if percentage_points(text).is_some() {
            return wrong("percentage points where a share is expected", "write a share of the people or of the amount: \"58%\"");
        }
        match billionths(text) {
            Some(value) => {
                wrong("a number without its unit", format!("write \"{}\" if this is a proportion, or \"{text}%\"", Rate(value)))
            }
            None => wrong("not a share", "write a number and a per cent sign: \"58%\""),
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        Rate(lerp(low.0, high.0, position))
    }

    fn as_f64(self) -> f64 {
        Rate::as_f64(self) * 100.0
    }

    fn words(self) -> String {
        self.to_string()
    }
}

impl Literal for Points {
    const EXPECTED: &'static str = "percentage points, such as \"3 percentage points\"";
    const UNIT: &'static str = "percentage points";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        if let Some(value) = percentage_points(text) {
            return Ok(Points(Rate(value)));
        }
        if per_cent(text).is_some() {
            let digits = text.trim().trim_end_matches('%').trim();
            return wrong(
                "a relative change where percentage points are needed",
                format!("write \"{digits} percentage points\" if that is what the contract means"),
            );
        }
        wrong("not percentage points", "write a number and its unit: \"3 percentage points\"")
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        Points(Rate(lerp(low.0.0, high.0.0, position)))
    }

    fn as_f64(self) -> f64 {
        Literal::as_f64(self.0)
    }

    fn words(self) -> String {
        let number = self.0.to_string();
        let number = number.trim_end_matches('%');
        format!("{number} percentage point{}", if number == "1" { "" } else { "s" })
    }
}

impl Default for Change {
    fn default() -> Self {
        Change::Points(Rate(0))
    }
}

impl PartialOrd for Change {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Change::Relative(a), Change::Relative(b)) | (Change::Points(a), Change::Points(b)) => Some(a.cmp(b)),
            _ => None,
        }
    }
}

impl Literal for Change {
    const EXPECTED: &'static str = "a change such as \"3 percentage points\" or, relative to the baseline, \"10%\"";
    const UNIT: &'static str = "%";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        if let Some(value) = percentage_points(text) {
            return Ok(Change::Points(Rate(value)));
        }
        if let Some(value) = per_cent(text) {
            return Ok(Change::Relative(Rate(value)));
        }
        wrong("not a change", "write which one it is: \"3 percentage points\", or \"10%\" for a tenth of the baseline")
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        match (low, high) {
            (Change::Relative(low), Change::Relative(high)) => Change::Relative(Rate(lerp(low.0, high.0, position))),
            (Change::Points(low) | Change::Relative(low), Change::Points(high) | Change::Relative(high)) => {
                Change::Points(Rate(lerp(low.0, high.0, position)))
            }
        }
    }

    fn as_f64(self) -> f64 {
        let (Change::Relative(rate) | Change::Points(rate)) = self;
        Literal::as_f64(rate)
    }

    fn words(self) -> String {
        match self {
            Change::Relative(rate) => format!("{rate} of the baseline"),
            Change::Points(rate) => Points(rate).words(),
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Change::Relative(_) => "%",
            Change::Points(_) => Points::UNIT,
        }
    }
}

/// What a number may be "per" without being for one person.
const TIMES: [&str; 8] = ["annum", "cohort", "contract", "day", "month", "quarter", "week", "year"];

/// Whether a noun can stand for one person: "reoffender", "rough sleeper".
fn names_people(noun: &str) -> bool {
    noun.chars().any(char::is_alphabetic) && noun.chars().all(|c| c.is_alphabetic() || matches!(c, ' ' | '-'))
}

impl Literal for PerHead {
    const EXPECTED: &'static str = "a number per person, such as \"4.2 per person\"";
    const UNIT: &'static str = "per person";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        match billionths(for_each_person(text)?) {
            Some(value) if value.abs() <= 100 * WHOLE => Ok(PerHead(Rate(value))),
            Some(_) => wrong("more than 100 for each person", "check the number: it counts events of one person"),
            None => wrong("not a number per person", "write \"4.2 per person\""),
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        PerHead(Rate::between(low.0, high.0, position))
    }

    fn as_f64(self) -> f64 {
        Rate::as_f64(self.0)
    }

    fn words(self) -> String {
        per_person(self.0)
    }
}

/// A number or an amount as it is read: "4.2 per person".
fn per_person(each: Rate) -> String {
    format!("{} per person", crate::money::Quantity(each.0))
}

/// The digits of "4.2 per person", "4.2 each" or "4.2".
fn for_each_person(text: &str) -> Result<&str, LiteralError> {
    let body = text.trim();
    match body.split_once(" per ") {
        Some((_, noun)) if TIMES.contains(&noun.trim()) => {
            wrong("not a number per person", "write the number for one person over the whole window: \"4.2 per person\"")
        }
        Some((digits, noun)) if names_people(noun) => Ok(digits),
        _ => Ok(body.strip_suffix("each").unwrap_or(body)),
    }
}

/// No mean amount is larger than this many units.
const MOST_UNITS: i64 = 1_000_000;

impl Literal for MeanAmount {
    const EXPECTED: &'static str = "an amount per person, such as \"240 per person\"";
    const UNIT: &'static str = "per person";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        let digits = for_each_person(text)?;
        match billionths(digits.trim_start().strip_prefix('£').unwrap_or(digits)) {
            Some(value) if value.abs() <= MOST_UNITS * WHOLE => Ok(MeanAmount(Rate(value))),
            Some(_) => wrong("more than 1,000,000 for each person", "count in a larger unit, such as hours in place of seconds"),
            None => wrong("not an amount per person", "write the number in the unit of the outcome: \"240 per person\""),
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        MeanAmount(Rate::between(low.0, high.0, position))
    }

    fn as_f64(self) -> f64 {
        Rate::as_f64(self.0)
    }

    fn words(self) -> String {
        per_person(self.0)
    }
}

impl Literal for Count {
    const EXPECTED: &'static str = "a whole number such as 1_200 or \"1,200 people\"";
    const UNIT: &'static str = "";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        let text = text.trim();
        let digits = text.strip_suffix("people").or_else(|| text.strip_suffix("times")).unwrap_or(text);
        match billionths(digits) {
            Some(value) if value % WHOLE == 0 && value.abs() <= 1_000_000_000 * WHOLE => Ok(Count(value / WHOLE)),
            Some(_) if digits.trim().split_once('.').is_some_and(|(_, part)| part.len() == 3) => {
                let whole = digits.trim().replace('.', ",");
                wrong("not a whole number", format!("write \"{whole}\" with a comma, if thousands are meant"))
            }
            Some(_) => wrong("not a whole number", "write a whole number of at most 1,000,000,000"),
            None => match leading_number(text) {
                Some((number, rest)) if names_people(rest) => {
                    wrong("a number with other words after it", format!("write {number}, or \"{number} people\""))
                }
                _ => wrong("not a number", "write a whole number alone, such as 1_200"),
            },
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        Count(lerp(low.0, high.0, position))
    }

    fn as_f64(self) -> f64 {
        self.0 as f64
    }

    fn words(self) -> String {
        crate::money::thousands(self.0)
    }
}

impl Default for Duration {
    fn default() -> Self {
        Duration::Months(1)
    }
}

impl PartialOrd for Duration {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.in_months().partial_cmp(&other.in_months())
    }
}

impl Literal for Tolerance {
    const EXPECTED: &'static str = "a number of rows such as 10, or a share of them such as \"0.1%\"";
    const UNIT: &'static str = "";
    const RANGES: bool = false;

    fn parse(text: &str) -> Result<Self, LiteralError> {
        let (value, found) = match per_cent(text) {
            Some(share) => (share, Tolerance::Share(Rate(share))),
            None => {
                let Count(rows) = Count::parse(text)?;
                (rows, Tolerance::Rows(rows))
            }
        };
        match value {
            0.. => Ok(found),
            _ => wrong("a negative number", "write 0 if no fault is tolerated"),
        }
    }

    fn between(low: Self, _: Self, _: f64) -> Self {
        low
    }

    fn as_f64(self) -> f64 {
        match self {
            Tolerance::Rows(rows) => rows as f64,
            Tolerance::Share(share) => share.as_f64() * 100.0,
        }
    }

    fn words(self) -> String {
        match self {
            Tolerance::Rows(0) => "none".into(),
            Tolerance::Rows(rows) => counted(rows, "row", "rows"),
            Tolerance::Share(share) => format!("{} of the rows", share.words()),
        }
    }
}

impl Literal for Duration {
    const EXPECTED: &'static str = "a length of time such as \"12 months\", \"26 weeks\" or \"90 days\"";
    const UNIT: &'static str = "months";
    const RANGES: bool = false;

    fn parse(text: &str) -> Result<Self, LiteralError> {
        let mut words = text.split_whitespace();
        let (Some(digits), Some(unit), None) = (words.next(), words.next(), words.next()) else {
            let fix = match leading_number(text.trim()) {
                Some((number, "")) => format!("write the unit too: \"{number} months\", if months are meant"),
                Some((number, "m" | "mo" | "mths")) => format!("write \"{number} months\""),
                Some((number, "y" | "yr" | "yrs")) => format!("write \"{number} years\""),
                Some((number, "w" | "wk" | "wks")) => format!("write \"{number} weeks\""),
                Some((number, "d")) => format!("write \"{number} days\""),
                _ => "write a number and its unit: \"12 months\"".to_owned(),
            };
            return wrong("not a length of time", fix);
        };
        let Some(number) = billionths(digits).filter(|n| n % WHOLE == 0).map(|n| n / WHOLE) else {
            return wrong("not a length of time", "write a whole number and its unit: \"12 months\"");
        };
        let most = match unit.trim_end_matches('s') {
            "day" => 36_525,
            "week" => 5_218,
            "month" => 1_200,
            _ => 100,
        };
        if !(0..=most).contains(&number) {
            return wrong("not between 0 and 100 years", "write a whole number and its unit: \"12 months\"");
        }
        match unit.trim_end_matches('s') {
            "day" => Ok(Duration::Days(number)),
            "week" => Ok(Duration::Weeks(number)),
            "month" => Ok(Duration::Months(number)),
            "year" => Ok(Duration::Months(12 * number)),
            _ => wrong("an unknown unit of time", "use days, weeks, months or years: \"12 months\""),
        }
    }

    fn between(low: Self, _: Self, _: f64) -> Self {
        low
    }

    fn as_f64(self) -> f64 {
        self.in_months()
    }

    fn words(self) -> String {
        match self {
            Duration::Days(n) => counted(n, "day", "days"),
            Duration::Weeks(n) => counted(n, "week", "weeks"),
            Duration::Months(n) => counted(n, "month", "months"),
        }
    }
}

impl Literal for Plain {
    const EXPECTED: &'static str = "a number such as 0.5";
    const UNIT: &'static str = "";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        match billionths(text) {
            Some(value) => Ok(Plain(value as f64 / WHOLE as f64)),
            None => wrong("not a number", "write a bare number such as 0.5"),
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        Plain(low.0 + (high.0 - low.0) * position)
    }

    fn as_f64(self) -> f64 {
        self.0
    }

    fn words(self) -> String {
        self.0.to_string()
    }
}

/// The most points that a file may state.
const LARGEST_SCORE: i64 = 100_000;

impl Literal for Score {
    const EXPECTED: &'static str = "a number of points such as 20 or \"20 points\"";
    const UNIT: &'static str = "";

    fn parse(text: &str) -> Result<Self, LiteralError> {
        let text = text.trim();
        if text.ends_with('%') || text.contains("percentage") {
            return wrong("a share where points are expected", "write the number of points itself, such as 20");
        }
        let digits = text.strip_suffix("points").or_else(|| text.strip_suffix("point")).unwrap_or(text);
        match billionths(digits) {
            Some(value) if value.abs() <= LARGEST_SCORE * WHOLE => Ok(Score(value)),
            Some(_) => wrong("more than 100,000 points", "check the number; a scale of fewer points says the same"),
            None => wrong("not a number of points", "write a number such as 20"),
        }
    }

    fn between(low: Self, high: Self, position: f64) -> Self {
        Score(lerp(low.0, high.0, position))
    }

    fn as_f64(self) -> f64 {
        self.0 as f64 / WHOLE as f64
    }

    fn words(self) -> String {
        format!("{} point{}", crate::money::Quantity(self.0), if self.0 == WHOLE { "" } else { "s" })
    }
}

/// A number and, where one was given, its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranged<T> {
    pub value: T,
    pub range: Option<(T, T)>,
}

impl<T: Copy> Ranged<T> {
    /// The value first, then the ends of its range; the value alone when there is none.
    #[must_use]
    pub fn ends(&self) -> [T; 3] {
        let (low, high) = self.range.unwrap_or((self.value, self.value));
        [self.value, low, high]
    }
}

/// Reads `value` or `value (low to high)`.
pub fn ranged<T: Literal>(text: &str) -> Result<Ranged<T>, LiteralError> {
    let text = text.trim();
    if let Some((value, rest)) = text.split_once('(')
        && let Some(inside) = rest.trim_end().strip_suffix(')')
    {
        let value = T::parse(value)?;
        let (low, high) = range(inside)?;
        return within(value, low, high);
    }
    match T::parse(text) {
        Ok(value) => Ok(Ranged { value, range: None }),
        Err(wrong) => Err(ranged_meant::<T>(text).unwrap_or(wrong)),
    }
}

/// What to write for a range that stands alone, "£15 to £30", or for "2% ± 1%"; `None` where it is neither.
fn ranged_meant<T: Literal>(text: &str) -> Option<LiteralError> {
    if !T::RANGES {
        return None;
    }
    let example = |value: T, low: T, high: T| {
        let ends = format!("{} to {}", low.words(), high.words());
        format!("write a value and then its range in brackets, such as \"{} ({ends})\"", value.words())
    };
    if let Some((low, high)) = range_meant::<T>(text) {
        let fix = example(T::between(low, high, 0.5), low, high);
        return Some(LiteralError { what: "a range without its value".into(), fix });
    }
    let (value, _) = text.split_once('±').or_else(|| text.split_once("+/-"))?;
    let value = T::parse(value).ok()?.words();
    let fix = format!("write the value, and both ends of its range in brackets: \"{value} (LOW to HIGH)\"");
    Some(LiteralError { what: "a range with ±".into(), fix })
}

/// The ends of a range that is written with a dash, or with one unit for both ends: "1-3%", "1 to 3 %", "£15–£30".
fn range_meant<T: Literal>(text: &str) -> Option<(T, T)> {
    let text = text.trim();
    let dash = |from: usize| text.get(from..).and_then(|rest| rest.find(['-', '–'])).map(|at| at + from);
    let (low, high) = text.split_once(" to ").or_else(|| {
        // A minus before the first number is no dash.
        let at = dash(text.chars().next()?.len_utf8())?;
        let width = text[at..].chars().next()?.len_utf8();
        Some((&text[..at], &text[at + width..]))
    })?;
    let digit = |c: char| c.is_ascii_digit();
    let unit = high.rfind(digit).map_or("", |at| &high[at + 1..]);
    let sign = low.find(digit).map_or("", |at| &low[..at]);
    let low = T::parse(low).or_else(|_| T::parse(&format!("{}{unit}", low.trim()))).ok()?;
    let high = T::parse(high).or_else(|_| T::parse(&format!("{sign}{}", high.trim()))).ok()?;
    (low < high).then_some((low, high))
}

/// Reads `low to high`.
pub fn range<T: Literal>(text: &str) -> Result<(T, T), LiteralError> {
    if !T::RANGES {
        return wrong("a range where only one number is possible", "write the number alone, without its range");
    }
    let meant = |wrong: LiteralError| match range_meant::<T>(text) {
        Some((low, high)) => {
            let fix = format!("write the range with the unit at both ends: \"{} to {}\"", low.words(), high.words());
            LiteralError { what: "not a range".into(), fix }
        }
        None => wrong,
    };
    let Some((low, high)) = text.split_once(" to ") else {
        let fix = "write the low end, \"to\" and the high end, each with its unit: \"£3,000 to £6,000\"";
        return wrong("not a range", fix).map_err(meant);
    };
    let (low, high) = (T::parse(low).map_err(meant)?, T::parse(high).map_err(meant)?);
    match low.partial_cmp(&high) {
        Some(Ordering::Greater) => wrong("a range that starts with its high end", "write the low end first"),
        Some(_) => Ok((low, high)),
        None => wrong("a range in two units", "write both ends in the same unit"),
    }
}

/// A value must be inside its own range.
pub fn within<T: Literal>(value: T, low: T, high: T) -> Result<Ranged<T>, LiteralError> {
    if value.partial_cmp(&low).is_none() {
        return wrong("a value in one unit and its range in another", "write all three in the same unit");
    }
    if value < low || value > high {
        let (value, low, high) = (value.words(), low.words(), high.words());
        let fix = format!("write a value from {low} to {high}, or a range around {value}");
        return wrong("a value outside its own range", fix);
    }
    Ok(Ranged { value, range: Some((low, high)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_read_as_people_write_it() {
        for (text, pence) in [
            ("£4,000", 400_000),
            ("GBP 4,000", 400_000),
            ("-£12.34", -1_234),
            ("£25m", 2_500_000_000),
            ("£1.5k", 150_000),
            ("£0.05", 5),
        ] {
            assert_eq!(Pence::parse(text), Ok(Pence(pence)), "{text}");
        }
        for text in ["£1.200", "£12.000", "£1.2000", "£4000.500", "4000", "£4,00", "$5", "5%", "£0.005", "£2bn", "", "£", "four"]
        {
            assert!(Pence::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_amount_for_each_person_is_told_from_one_for_a_time() {
        for text in ["£5,000 per person", "£5,000 for each participant", "£5,000 each", "£5,000 a head", "£5k per client"] {
            assert!(amount_for_each_person(text).is_some(), "{text}");
        }
        for text in ["£5,000", "£5,000 per year", "£5,000 a month", "£5,000 per cohort", "£5,000 (£4,000 to £6,000)", "lots each"]
        {
            assert_eq!(amount_for_each_person(text), None, "{text}");
        }
    }

    #[test]
    fn relative_change_and_points_are_told_apart() {
        assert_eq!(Change::parse("10%"), Ok(Change::Relative(Rate(100_000_000))));
        assert_eq!(Change::parse("3 percentage points"), Ok(Change::Points(Rate(30_000_000))));
        assert!(Points::parse("3%").is_err());
        assert!(Rate::parse("0.58").is_err());
    }

    #[test]
    fn a_hint_says_what_was_meant() {
        fn hint<T: Literal>(text: &str) -> String {
            ranged::<T>(text).err().map_or(String::new(), |wrong| wrong.fix)
        }
        assert_eq!(hint::<Rate>("5 % (6 % to 8 %)"), "write a value from 6% to 8%, or a range around 5%");
        assert_eq!(hint::<Rate>("2 % (1-3 %)"), "write the range with the unit at both ends: \"1% to 3%\"");
        assert_eq!(hint::<Rate>("2 % (1 to 3 %)"), "write the range with the unit at both ends: \"1% to 3%\"");
        assert_eq!(hint::<Pence>("£15 - 30"), "write a value and then its range in brackets, such as \"£22.50 (£15 to £30)\"");
        assert_eq!(hint::<Pence>("£15 to £30"), "write a value and then its range in brackets, such as \"£22.50 (£15 to £30)\"");
        assert!(hint::<Rate>("2 % ± 1 %").contains("\"2% (LOW to HIGH)\""));
        assert_eq!(hint::<Pence>("£20 per person"), "write \"£20\" alone. The clause or key says what the amount is for");
        assert_eq!(hint::<Pence>("20 pounds"), "write \"£20\"");
        assert_eq!(hint::<Pence>("£12.000"), "write \"£12,000\" with a comma, if thousands are meant");
        assert_eq!(hint::<Count>("415 rough sleepers"), "write 415, or \"415 people\"");
        assert_eq!(hint::<Count>("1.200"), "write \"1,200\" with a comma, if thousands are meant");
        assert_eq!(hint::<Duration>("12m"), "write \"12 months\"");
        assert_eq!(hint::<Duration>("12"), "write the unit too: \"12 months\", if months are meant");
        assert_eq!(Rate::parse("2 percent"), Ok(Rate(WHOLE / 50)));
    }

    #[test]
    fn a_range_must_hold_its_value() {
        assert!(ranged::<Rate>("58% (56% to 60%)").is_ok());
        assert!(ranged::<Rate>("58% (59% to 60%)").is_err());
        assert!(ranged::<Rate>("58% (60% to 56%)").is_err());
    }
}
