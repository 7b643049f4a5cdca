//! Reads dates as agencies write them: 31/12/2024, 12/31/2024, 5 Feb 2024, 45292, 2024-06-30T23:00:00Z. The map says how, or
//! all values of a column decide together. If they can be read in two ways, or contradict each other, the column is refused.
//! Nothing is guessed.
//!
//! A time with an offset from UTC needs a time zone to become a day: 23:00 UTC on 30 June is 1 July in London. The map names
//! the zone. A local time keeps its day.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::fault::Fault;
use super::marked_day::mark;
use base::day::{self, Day};

/// How dates are written.
#[derive(Clone, Debug, PartialEq)]
pub enum DateFormat {
    YearFirst,
    DayFirst,
    MonthFirst,
    /// Days as a spreadsheet counts them, with 1900 as a leap year.
    Excel,
    /// Days counted from 1904, as old Excel for Macintosh does.
    Excel1904,
    Pattern(Vec<PatternPiece>),
}

/// A piece of a pattern such as `DD.MM.YYYY`.
#[derive(Clone, Debug, PartialEq)]
pub enum PatternPiece {
    Year,
    /// At least and at most so many digits.
    Month(usize, usize),
    MonthName,
    Day(usize, usize),
    Letter(char),
}

/// What a map says about a column of dates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DateOptions {
    pub format: Option<DateFormat>,
    /// Whether dates with the year first stand among those in the format.
    pub year_first_too: bool,
    /// The time zone in which a time becomes a day.
    pub zone: Option<TimeZone>,
    /// Times without an offset are UTC, not local time.
    pub universal: bool,
}

impl DateOptions {
    /// These options, or the other ones where these say nothing.
    #[must_use]
    pub fn or(self, other: &DateOptions) -> DateOptions {
        DateOptions {
            year_first_too: if self.format.is_some() { self.year_first_too } else { other.year_first_too },
            format: self.format.or_else(|| other.format.clone()),
            zone: self.zone.or_else(|| other.zone.clone()),
            universal: self.universal || other.universal,
        }
    }
}

/// The names of formats, for maps.
pub const FORMATS: [(&str, DateFormat); 5] = [
    ("year first", DateFormat::YearFirst),
    ("day first", DateFormat::DayFirst),
    ("month first", DateFormat::MonthFirst),
    ("Excel serial", DateFormat::Excel),
    ("Excel serial 1904", DateFormat::Excel1904),
];

impl DateFormat {
    /// Reads the name of a format, or a pattern of YYYY, MM or M, MMM or MMMM, DD or D and the text between them.
    #[must_use]
    pub fn of(text: &str) -> Option<DateFormat> {
        let named = FORMATS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text.trim()));
        named.map(|(_, format)| format).or_else(|| pattern(text).map(DateFormat::Pattern))
    }

    /// The format beside "year first", where a column has dates in both: no text can be read as both. In a pattern the year must come last.
    #[must_use]
    pub fn two(texts: &[&str]) -> Option<DateFormat> {
        let [one, other] = texts else { return None };
        let formats = [DateFormat::of(one)?, DateFormat::of(other)?];
        let format = match formats {
            [DateFormat::YearFirst, format] | [format, DateFormat::YearFirst] => format,
            _ => return None,
        };
        match &format {
            DateFormat::YearFirst => None,
            DateFormat::Pattern(pieces) if pieces.last() != Some(&PatternPiece::Year) => None,
            _ => Some(format),
        }
    }

    fn words(&self) -> &'static str {
        match self {
            DateFormat::Pattern(_) => "in the pattern",
            other => FORMATS.iter().find(|(_, format)| format == other).map_or("", |(name, _)| name),
        }
    }
}

/// A pattern has each of the three once, and a year of four digits.
fn pattern(text: &str) -> Option<Vec<PatternPiece>> {
    let letters: Vec<char> = text.chars().collect();
    let mut pieces = Vec::new();
    for run in letters.chunk_by(|a, b| a == b && a.is_ascii_alphabetic()) {
        pieces.push(match (run[0].to_ascii_uppercase(), run.len()) {
            ('Y', 4) => PatternPiece::Year,
            ('M', 1) => PatternPiece::Month(1, 2),
            ('M', 2) => PatternPiece::Month(2, 2),
            ('M', 3 | 4) => PatternPiece::MonthName,
            ('D', 1) => PatternPiece::Day(1, 2),
            ('D', 2) => PatternPiece::Day(2, 2),
            (letter, _) if letter.is_ascii_alphanumeric() => return None,
            _ => PatternPiece::Letter(run[0]),
        });
    }
    let count = |which: fn(&PatternPiece) -> bool| pieces.iter().filter(|piece| which(piece)).count();
    let whole = count(|piece| *piece == PatternPiece::Year) == 1
        && count(|piece| matches!(piece, PatternPiece::Month(..) | PatternPiece::MonthName)) == 1
        && count(|piece| matches!(piece, PatternPiece::Day(..))) == 1;
    whole.then_some(pieces)
}

/// A time of day and its offset from UTC, both in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct TimeOfDay {
    seconds: i64,
    offset: Option<i64>,
}

/// What a text can be, without its time of day.
#[derive(Clone, Debug, PartialEq)]
enum DateForm {
    /// The year comes first.
    Year(Date),
    /// A month written as a word.
    Named(Date),
    /// Two numbers of at most two digits, then a year: the date if the day comes first, and if the month does.
    Numbers(Option<Date>, Option<Date>),
    /// A year of two digits.
    TwoDigits,
    /// A single number: whole days, and the remaining seconds.
    Number(i64, i64),
}

/// Splits a text into a possible date and a time of day.
fn parts(text: &str) -> Option<(&str, Option<TimeOfDay>)> {
    let Some(colon) = text.find(':') else { return Some((text, None)) };
    let hour = text[..colon].rfind(|c: char| !c.is_ascii_digit())?;
    let before = text[hour..].chars().next()?;
    if !matches!(before, 'T' | 't' | ' ' | ',') {
        return None;
    }
    let time = time(&text[hour + before.len_utf8()..])?;
    Some((text[..hour].trim_end_matches([' ', ',']), Some(time)))
}

/// `23:00`, `11:00:05.25 PM`, `23:00Z`, `23:00:00 +01:00`.
fn time(text: &str) -> Option<TimeOfDay> {
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.'))).unwrap_or(text.len());
    let (clock, rest) = text.split_at(end);
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("0"));
    let (second, fraction) = second.split_once('.').unwrap_or((second, "0"));
    let number = |text: &str, most: i64| {
        let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number: &i64| fits && *number <= most)
    };
    let (mut hour, minute, second) = (number(hour, 23)?, number(minute, 59)?, number(second, 60)?);
    if parts.next().is_some() || fraction.is_empty() || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut rest = rest.trim();
    let half = rest.get(..2).map(str::to_ascii_uppercase);
    if let Some(half @ ("AM" | "PM")) = half.as_deref() {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + if half == "PM" { 12 } else { 0 };
        rest = rest[2..].trim_start();
    }
    let offset = match rest {
        "" => None,
        "Z" | "z" | "UTC" | "GMT" => Some(0),
        _ => {
            let sign = if rest.starts_with('+') { 1 } else { -1 };
            let digits = rest.strip_prefix(['+', '-', '\u{2212}'])?.replace(':', "");
            let (hours, minutes) = if digits.len() == 2 { (digits.as_str(), "0") } else { digits.split_at_checked(2)? };
            Some(sign * (number(hours, 14)? * 3600 + number(minutes, 59)? * 60))
        }
    };
    Some(TimeOfDay { seconds: hour * 3600 + minute * 60 + second.min(59), offset })
}

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The month of an English name, whole or its first three letters.
fn month(name: &str) -> Option<i64> {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let is = |month: &&str| {
        **month == name || name.len() == 3 && month.starts_with(&name) || name == "sept" && **month == *"september"
    };
    MONTHS.iter().position(is).map(|at| at as i64 + 1)
}

fn date(year: i64, month: i64, day: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// What a text can be; `None` if it is not a date.
fn form(text: &str) -> Option<DateForm> {
    let mut tokens: Vec<&str> = text.split(['/', '.', '-', ' ', ',']).filter(|token| !token.is_empty()).collect();
    let weekday = |token: &str| {
        let token = token.to_ascii_lowercase();
        WEEKDAYS.iter().any(|day| *day == token || token.len() == 3 && day.starts_with(&token))
    };
    if tokens.len() == 4 && weekday(tokens[0]) {
        tokens.remove(0);
    }
    let digits = |token: &str| (1..=9).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_digit());
    let number = |token: &str| token.parse::<i64>().ok().filter(|_| digits(token));
    // "5th" beside the name of a month.
    let ordinal = |token: &str| {
        let plain = ["st", "nd", "rd", "th"].iter().find_map(|end| token.strip_suffix(end)).unwrap_or(token);
        number(plain).filter(|_| plain.len() <= 2)
    };
    match tokens[..] {
        [one] if one.len() == 8 && digits(one) => {
            let part = |from: usize, to: usize| one[from..to].parse().ok();
            Some(DateForm::Year(date(part(0, 4)?, part(4, 6)?, part(6, 8)?)?))
        }
        [whole] if digits(whole) && text.trim() == whole => Some(DateForm::Number(number(whole)?, 0)),
        [whole, fraction] if digits(whole) && text.trim() == format!("{whole}.{fraction}") => {
            let fraction: f64 = format!("0.{fraction}").parse().ok()?;
            Some(DateForm::Number(number(whole)?, ((fraction * 86_400.0).round() as i64).min(86_399)))
        }
        [a, b, c] => {
            let lengths = [a.len(), b.len(), c.len()];
            match (number(a), number(b), number(c)) {
                (Some(a), Some(b), Some(c)) => match lengths {
                    [4, 1..=2, 1..=2] => date(a, b, c).map(DateForm::Year),
                    [1..=2, 1..=2, 4] => {
                        let (day, month) = (date(c, b, a), date(c, a, b));
                        (day.is_some() || month.is_some()).then_some(DateForm::Numbers(day, month))
                    }
                    [1..=2, 1..=2, 1..=2] => Some(DateForm::TwoDigits),
                    _ => None,
                },
                _ => {
                    let (month, others) = match (month(a), month(b)) {
                        (Some(month), _) => (month, [b, c]),
                        (_, Some(month)) => (month, [a, c]),
                        _ => return None,
                    };
                    let [first, last] = others;
                    let year = |token: &str| number(token).filter(|_| token.len() == 4);
                    match (year(first), year(last)) {
                        (Some(year), _) => date(year, month, ordinal(last)?).map(DateForm::Named),
                        (_, Some(year)) => date(year, month, ordinal(first)?).map(DateForm::Named),
                        _ => (ordinal(first).is_some() && number(last).is_some_and(|_| last.len() <= 2))
                            .then_some(DateForm::TwoDigits),
                    }
                }
            }
        }
        _ => None,
    }
}

/// Serial numbers that only a spreadsheet gives: 1982 to 2064.
const SURELY_EXCEL: std::ops::Range<i64> = 30_000..60_000;

/// From this time on, the date may be a day early: midnight in a British summer is 23:00 UTC.
const LATE: i64 = 23 * 3600;

/// The forms of date in a column, each with the place of the first.
#[derive(Clone, Debug, Default)]
pub struct DateSurvey {
    year: Option<u64>,
    named: Option<u64>,
    day_first: Option<u64>,
    month_first: Option<u64>,
    either: Option<u64>,
    same: Option<u64>,
    two_digits: Option<u64>,
    excel: Option<u64>,
    number: Option<u64>,
    /// A time with an offset from UTC that is not midnight UTC.
    moment: Option<u64>,
    late: Option<u64>,
    /// A cell that a workbook keeps as a date. It needs no format and can be read in one way only.
    cell: Option<u64>,
    /// A date cell whose day is over 12, so that day and month have surely not been exchanged.
    sure_cell: Option<u64>,
}

impl DateSurvey {
    /// Adds a value; an empty one is ignored. `is_cell` says that a workbook keeps it as a date.
    pub fn look(&mut self, text: &str, place: u64, is_cell: bool) {
        let Some((text, time)) = parts(text.trim()) else { return };
        let form = form(text);
        let note = |into: &mut Option<u64>| {
            into.get_or_insert(place);
        };
        match &form {
            None => return,
            Some(DateForm::Year(date)) if is_cell => {
                note(&mut self.cell);
                if date.day() > 12 {
                    note(&mut self.sure_cell);
                }
            }
            Some(DateForm::Year(_)) => note(&mut self.year),
            Some(DateForm::Named(_)) => note(&mut self.named),
            Some(DateForm::TwoDigits) => note(&mut self.two_digits),
            Some(DateForm::Number(number, _)) if SURELY_EXCEL.contains(number) => note(&mut self.excel),
            Some(DateForm::Number(..)) => note(&mut self.number),
            Some(DateForm::Numbers(day, month)) if day == month => note(&mut self.same),
            Some(DateForm::Numbers(_, None)) => note(&mut self.day_first),
            Some(DateForm::Numbers(None, _)) => note(&mut self.month_first),
            Some(DateForm::Numbers(..)) => note(&mut self.either),
        }
        let beyond = if let Some(DateForm::Number(_, seconds)) = form { seconds } else { 0 };
        match time {
            Some(TimeOfDay { seconds, offset: Some(offset) }) if seconds != 0 || offset != 0 => note(&mut self.moment),
            Some(TimeOfDay { seconds, offset: None }) if seconds >= LATE => note(&mut self.late),
            None if beyond >= LATE => note(&mut self.late),
            _ => {}
        }
    }

    /// The row of a time that is no day without a time zone, what is wrong with it, and what was found.
    fn without_zone(&self, options: &DateOptions) -> Option<(u64, &'static str, &'static str)> {
        if options.zone.is_some() {
            return None;
        }
        let place = self.moment.or(self.late)?;
        let (what, found) = match self.moment {
            Some(_) => ("a time with an offset from UTC needs a time zone to become a day", "a time other than midnight UTC"),
            None => ("so late a time may belong to the next day", "23:00 or later, without a time zone"),
        };
        Some((place, what, found))
    }

    /// How the dates of the column are read: as the map says, or as all values decide together. `None` if no value is a date.
    pub fn decide(&self, options: &DateOptions, column: &str) -> Result<Option<DateReader>, Box<Fault>> {
        let refuse = |place: u64, what: &'static str, found: String, expected: &str, fix: &str| {
            let fault = Fault::file(what, expected, fix);
            Err(Box::new(Fault {
                place,
                column: column.to_owned(),
                value: Some(found).filter(|found| !found.is_empty()),
                ..fault
            }))
        };
        const SAY: &str = "say which in the map: { column = \"…\", format = \"day first\" }, or \"month first\"";
        if let Some(place) =
            self.two_digits.filter(|_| !matches!(options.format, Some(DateFormat::Excel | DateFormat::Excel1904)))
        {
            let fix = "ask for the file with four digits for each year: 01/02/24 may be 1924 or 2024";
            return refuse(place, "a year has two digits", String::new(), "years with four digits", fix);
        }
        let format = match &options.format {
            Some(format) => format.clone(),
            None => {
                let numbers = self.day_first.or(self.month_first).or(self.either).or(self.same);
                if let (Some(year), Some(number)) = (self.year, numbers) {
                    let fix = "ask for the file again with all dates written in the same way; a spreadsheet may have changed some of them. If both \
                               ways are right, name both: format = [\"year first\", \"day first\"], or \"month first\"";
                    let found = format!("year first in row {year}, year last in row {number}");
                    return refuse(
                        number,
                        "dates are written in two ways in one column",
                        found,
                        "one date format in the column",
                        fix,
                    );
                }
                // A spreadsheet that expects the month first makes date cells of the texts that it can read so, day and month exchanged,
                // and leaves the others as text: this is what such a column looks like.
                let settled = self.day_first.or(self.month_first);
                if let (Some(cell), None, Some(text), None) = (self.cell, self.sure_cell, settled, self.either) {
                    return refuse(
                        cell,
                        "a spreadsheet may have exchanged the day and the month of the date cells",
                        format!(
                            "no day over 12 in a date cell (the first is in row {cell}), and only days over 12 in text (row {text})"
                        ),
                        "date cells and texts with days from the whole month, or a format in the map",
                        "compare a date cell with its source. If it is right, say how the texts are written: { column = \"…\", format = \
                         \"day first\" }",
                    );
                }
                match (self.day_first, self.month_first) {
                    (Some(day), Some(month)) => {
                        let fix = "ask for the file again with all dates written in the same way";
                        let found = format!("the day comes first in row {day}, the month in row {month}");
                        return refuse(
                            month,
                            "dates are written in two ways in one column",
                            found,
                            "one date format in the column",
                            fix,
                        );
                    }
                    (Some(_), None) => DateFormat::DayFirst,
                    (None, Some(_)) => DateFormat::MonthFirst,
                    (None, None) => match (self.either, self.same) {
                        (Some(place), _) => {
                            let expected = "a date that settles it, such as 31/12/2024, or a format in the map";
                            return refuse(
                                place,
                                "every date in the column can be read in two ways: day first or month first",
                                String::new(),
                                expected,
                                SAY,
                            );
                        }
                        (None, Some(_)) => DateFormat::DayFirst,
                        (None, None) => match (self.year.or(self.named).or(self.cell), self.excel, self.number) {
                            (Some(_), _, _) => DateFormat::YearFirst,
                            (None, Some(_), None) => DateFormat::Excel,
                            (None, _, Some(place)) => {
                                let fix = "say in the map what they are: format = \"Excel serial\", or day_zero = 2020-01-01 for the \
                                            day from which they count";
                                return refuse(place, "the days are numbers", String::new(), "dates", fix);
                            }
                            (None, None, None) => return Ok(None),
                        },
                    },
                }
            }
        };
        if let Some((place, what, found)) = self.without_zone(options) {
            let fix =
                "name the time zone in the map: zone = \"Europe/London\"; if the times are in UTC, also add times = \"UTC\"";
            return refuse(place, what, found.into(), "dates, or a time zone in the map", fix);
        }
        let year_first_too = options.year_first_too;
        Ok(Some(DateReader { format, year_first_too, zone: options.zone.clone(), universal: options.universal }))
    }
}

/// How the dates of one column are read.
#[derive(Clone, Debug, PartialEq)]
pub struct DateReader {
    format: DateFormat,
    year_first_too: bool,
    zone: Option<TimeZone>,
    universal: bool,
}

impl DateReader {
    /// The day of a text, or of a cell that a workbook keeps as a date; `None` if the text is not a date in this format.
    #[must_use]
    pub fn read(&self, text: &str, is_cell: bool) -> Option<Day> {
        let (text, time) = parts(text.trim())?;
        let (date, beyond) = match &self.format {
            DateFormat::Pattern(pieces) if !is_cell && !self.is_year_first(text) => (matched(pieces, text)?, 0),
            format => match (format, form(text)?) {
                (_, DateForm::Year(date)) if is_cell || self.year_first_too || *format == DateFormat::YearFirst => (date, 0),
                (DateFormat::DayFirst, DateForm::Numbers(Some(date), _))
                | (DateFormat::MonthFirst, DateForm::Numbers(_, Some(date))) => (date, 0),
                (DateFormat::YearFirst | DateFormat::DayFirst | DateFormat::MonthFirst, DateForm::Named(date)) => (date, 0),
                (DateFormat::Excel, DateForm::Number(number, seconds)) => (counted(number, 1900)?, seconds),
                (DateFormat::Excel1904, DateForm::Number(number, seconds)) => (counted(number, 1904)?, seconds),
                _ => return None,
            },
        };
        let day = day::day(date);
        let time = time.unwrap_or(TimeOfDay { seconds: beyond, offset: None });
        let offset = time.offset.or(self.universal.then_some(0));
        match (&self.zone, offset) {
            (Some(zone), Some(offset)) => {
                let moment = jiff::Timestamp::from_second(i64::from(day) * 86_400 + time.seconds - offset).ok()?;
                Some(day::day(zone.to_datetime(moment).date()))
            }
            _ => Some(day),
        }
    }

    /// Whether a text is a date with the year first, where such dates stand among the others.
    fn is_year_first(&self, text: &str) -> bool {
        self.year_first_too && matches!(form(text), Some(DateForm::Year(_)))
    }

    /// A text that is not a date in this format, as it goes into a table: marked, so that nothing else reads it as a date.
    #[must_use]
    pub fn marked(&self, text: &str) -> String {
        if day::parse(text.as_bytes()).is_err() { text.to_owned() } else { mark(text, self.format.words()) }
    }
}

/// The day of a serial number.
fn counted(number: i64, system: i16) -> Option<Date> {
    let days = match system {
        1904 => number - 24_107,
        // Excel has a 29 February 1900, number 60, so that the days before it are one off.
        _ if number == 60 || number < 1 => return None,
        _ if number < 60 => number - 25_568,
        _ => number - 25_569,
    };
    (0..3_000_000).contains(&number).then(|| i32::try_from(days).ok()).flatten().map(day::date)
}

fn matched(pieces: &[PatternPiece], text: &str) -> Option<Date> {
    let (mut rest, mut year, mut found, mut day) = (text, 0, 0, 0);
    for piece in pieces {
        let mut digits = |least: usize, most: usize| {
            let length = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
            let (number, after) = rest.split_at(length);
            rest = after;
            number.parse::<i64>().ok().filter(|_| length >= least)
        };
        match piece {
            PatternPiece::Year => year = digits(4, 4)?,
            PatternPiece::Month(least, most) => found = digits(*least, *most)?,
            PatternPiece::Day(least, most) => day = digits(*least, *most)?,
            PatternPiece::MonthName => {
                let length = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
                let (name, after) = rest.split_at(length);
                (found, rest) = (month(name)?, after);
            }
            PatternPiece::Letter(letter) => rest = rest.strip_prefix(*letter)?,
        }
    }
    if rest.is_empty() { date(year, found, day) } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::marked_day::unmarked;
    use super::*;

    fn decided(values: &[&str], options: &DateOptions) -> Result<Option<DateReader>, Box<Fault>> {
        let mut survey = DateSurvey::default();
        values.iter().enumerate().for_each(|(at, value)| survey.look(value, at as u64 + 2, false));
        survey.decide(options, "seen")
    }

    fn days(values: &[&str], options: &DateOptions) -> Vec<String> {
        let days = decided(values, options).unwrap_or_else(|fault| panic!("{values:?}: {fault:?}")).expect("days");
        let text = |value: &&str| days.read(value, false).map_or_else(|| days.marked(value), |day| day::date(day).to_string());
        values.iter().map(text).collect()
    }

    fn in_zone(name: &str) -> DateOptions {
        DateOptions { zone: Some(TimeZone::get(name).expect("a zone")), ..DateOptions::default() }
    }

    fn as_format(name: &str) -> DateOptions {
        DateOptions { format: Some(DateFormat::of(name).expect("a format")), ..DateOptions::default() }
    }

    #[test]
    fn all_values_of_a_column_decide() {
        let none = DateOptions::default();
        for (values, expected) in [
            (&["03/04/2024", "31/12/2024"][..], &["2024-04-03", "2024-12-31"][..]),
            (&["03/04/2024", "12/31/2024"], &["2024-03-04", "2024-12-31"]),
            (&["5.5.2024", "07.07.2024"], &["2024-05-05", "2024-07-07"]),
            (&["2024/3/9", "2024-12-31", "20240301", ""], &["2024-03-09", "2024-12-31", "2024-03-01", ""]),
            (
                &["5 Feb 2024", "Feb 6, 2024", "7-February-2024", "8th Sept 2024", "2024 Mar 9"],
                &["2024-02-05", "2024-02-06", "2024-02-07", "2024-09-08", "2024-03-09"],
            ),
            (&["Monday 5 February 2024", "31/12/2024"], &["2024-02-05", "2024-12-31"]),
            (&["45292", "45293.0", "45293.5"], &["2024-01-01", "2024-01-02", "2024-01-02"]),
            (&["31/12/2024 06:15", "1/2/2024 11:59:59 PM"][..1], &["2024-12-31"]),
            (&["2024-07-01T00:00:00Z", "2024-07-02"], &["2024-07-01", "2024-07-02"]),
            (&["31/12/2024", "unknown", "2/30/2024"], &["2024-12-31", "unknown", "2/30/2024"]),
        ] {
            assert_eq!(days(values, &none), expected, "{values:?}");
        }
        assert_eq!(decided(&["", "unknown", "n/a"], &none), Ok(None));
    }

    #[test]
    fn what_stays_open_is_refused_with_its_row() {
        let none = DateOptions::default();
        for (values, options, place, what) in [
            (&["03/04/2024", "04/05/2024"][..], &none, 2, "can be read in two ways"),
            (&["31/12/2024", "12/31/2024"], &none, 3, "in two ways"),
            (&["2024-03-04", "05/06/2024"], &none, 3, "in two ways"),
            (&["31/12/24"], &none, 2, "two digits"),
            (&["5 Feb 24"], &none, 2, "two digits"),
            (&["31/12/24"], &as_format("day first"), 2, "two digits"),
            (&["19723"], &none, 2, "numbers"),
            (&["45292", "7"], &none, 3, "numbers"),
            (&["2024-07-01", "2024-07-01T23:00:00Z"], &none, 3, "needs a time zone"),
            (&["2024-07-01T00:00:00+01:00"], &none, 2, "needs a time zone"),
            (&["2024-07-01 22:59", "2024-07-01 23:00"], &none, 3, "the next day"),
        ] {
            let fault = decided(values, options).expect_err(what);
            assert!(fault.what.contains(what) && fault.place == place, "{values:?} {fault:?}");
        }
    }

    /// Date cells of a workbook among texts: a cell is one day, whatever the texts say, and is no evidence of how they are written.
    #[test]
    fn a_date_cell_needs_no_format() {
        let read = |values: &[(&str, bool)], options: &DateOptions| -> Result<Vec<String>, &'static str> {
            let mut survey = DateSurvey::default();
            values.iter().enumerate().for_each(|(at, (value, is_cell))| survey.look(value, at as u64 + 2, *is_cell));
            let days = survey.decide(options, "seen").map_err(|fault| fault.what)?.expect("days");
            Ok(values
                .iter()
                .map(|(value, is_cell)| days.read(value, *is_cell).map_or(String::new(), |day| day::date(day).to_string()))
                .collect())
        };
        let (none, day_first) = (DateOptions::default(), as_format("day first"));
        let cells = ("2027-10-12", true);
        for options in [&none, &day_first, &as_format("DD/MM/YYYY")] {
            assert_eq!(
                read(&[cells, ("2027-10-30", true), ("31/12/2027", false), ("03/04/2027", false)], options),
                Ok(vec!["2027-10-12".into(), "2027-10-30".into(), "2027-12-31".into(), "2027-04-03".into()])
            );
        }
        assert_eq!(read(&[cells], &none), Ok(vec!["2027-10-12".into()]));
        assert_eq!(read(&[cells, ("5 May 2027", false)], &none), Ok(vec!["2027-10-12".into(), "2027-05-05".into()]));
        // The texts must still be settled by themselves.
        let two_ways = "every date in the column can be read in two ways: day first or month first";
        assert_eq!(read(&[cells, ("03/04/2027", false)], &none), Err(two_ways));
        // Every day that could be exchanged is in a date cell, and none in a text: a spreadsheet has been at work.
        let exchanged = "a spreadsheet may have exchanged the day and the month of the date cells";
        assert_eq!(read(&[cells, ("31/12/2027", false)], &none), Err(exchanged));
        assert_eq!(read(&[cells, ("31/12/2027", false)], &day_first), Ok(vec!["2027-10-12".into(), "2027-12-31".into()]));
    }

    #[test]
    fn what_was_marked_is_recognised() {
        for (name, _) in
            FORMATS.iter().filter(|(_, format)| *format != DateFormat::YearFirst).chain(&[("DD.MM.YYYY", DateFormat::Excel)])
        {
            let days = decided(&["2024-04-03"], &as_format(name)).expect("decided").expect("days");
            assert_eq!(unmarked(&days.marked("2024-04-03")), Some("2024-04-03"), "{name}");
        }
        for other in ["2024-04-03", "John (not day first)", "2024-04-03 (not sure)"] {
            assert_eq!(unmarked(other), None, "{other}");
        }
    }

    #[test]
    fn formats_that_a_map_says() {
        for (format, value, expected) in [
            ("day first", "03/04/2024", "2024-04-03"),
            ("Month First", "03/04/2024", "2024-03-04"),
            ("day first", "2024-04-03", "2024-04-03 (not day first)"),
            ("month first", "31/12/2024", "31/12/2024"),
            ("Excel serial", "1", "1900-01-01"),
            ("Excel serial", "59", "1900-02-28"),
            ("Excel serial", "60", "60"),
            ("Excel serial", "61", "1900-03-01"),
            ("Excel serial", "2024-04-03", "2024-04-03 (not Excel serial)"),
            ("Excel serial 1904", "0", "1904-01-01"),
            ("Excel serial 1904", "43830", "2024-01-01"),
            ("DD.MM.YYYY", "03.04.2024", "2024-04-03"),
            ("DD.MM.YYYY", "3.4.2024", "3.4.2024"),
            ("D-MMM-YYYY", "3-apr-2024", "2024-04-03"),
            ("YYYYMMDD", "20240403", "2024-04-03"),
            ("YYYY-DD-MM", "2024-04-03", "2024-03-04"),
        ] {
            assert_eq!(days(&[value], &as_format(format)), [expected], "{format}");
        }
        for none in ["DD/MM/YY", "DD/MM", "europe", "", "YYYY-MM-DD-DD", "%d/%m/%Y"] {
            assert_eq!(DateFormat::of(none), None, "{none}");
        }
    }

    /// The same moment is a day by the clock of the zone, on every day of a summer and a winter, and around both changes of
    /// clocks.
    #[test]
    fn moments_are_days_in_their_zone() {
        let london = in_zone("Europe/London");
        for (value, expected) in [
            ("2024-07-01T23:00:00Z", "2024-07-02"),
            ("2024-07-01T22:59:59.999Z", "2024-07-01"),
            ("2024-12-01T23:00:00Z", "2024-12-01"),
            ("2024-03-31T00:30:00Z", "2024-03-31"),
            ("2024-03-31T23:00:00Z", "2024-04-01"),
            ("2024-10-26T23:00:00Z", "2024-10-27"),
            ("2024-10-27T23:00:00Z", "2024-10-27"),
            ("2024-07-02T00:30:00+02:00", "2024-07-01"),
            ("2024-07-01 23:30:00 -0500", "2024-07-02"),
            // What a clock on a wall showed keeps its day, also where the hour does not exist, or exists twice.
            ("2024-03-31T01:30:00", "2024-03-31"),
            ("2024-10-27 01:30", "2024-10-27"),
            ("2024-07-01T23:30:00", "2024-07-01"),
        ] {
            assert_eq!(days(&[value], &london), [expected], "{value}");
        }
        let universal = DateOptions { universal: true, ..london.clone() };
        assert_eq!(days(&["2024-07-01T23:30:00"], &universal), ["2024-07-02"]);
        // Midnight of every day in London, written in universal time: no day is lost and none comes twice.
        let zone = london.zone.clone().expect("a zone");
        let mut date = Date::constant(2023, 12, 1);
        while date < Date::constant(2025, 2, 1) {
            let moment = zone.to_timestamp(date.at(0, 0, 0, 0)).expect("a moment").to_string();
            assert_eq!(days(&[&moment], &london), [date.to_string()], "{moment}");
            date = date.tomorrow().expect("another day");
        }
    }

    /// No text makes the reader fail, and every real day comes back from every way of writing it.
    #[test]
    fn every_day_comes_back() {
        for day in (day::FIRST..=day::LAST).step_by(17) {
            let date = day::date(day);
            let (y, m, d) = (date.year(), date.month(), date.day());
            let name = MONTHS[m as usize - 1];
            for (text, format) in [
                (format!("{d}/{m}/{y}"), "day first"),
                (format!("{m:02}-{d:02}-{y}"), "month first"),
                (format!("{y}.{m}.{d}"), "year first"),
                (format!("{d} {name} {y}"), "day first"),
                (format!("{}. {d}, {y}", &name[..3]), "month first"),
                (format!("{d:02}{m:02}{y}"), "DDMMYYYY"),
            ] {
                assert_eq!(days(&[&text], &as_format(format)), [date.to_string()], "{text}");
            }
        }
        for text in ["::", "T1:1", "１/２/2024", "1//2024", "é 1:00", "2024-07-01T23:00:00é", "+", "1:", " :1", "0.", ".5"] {
            let mut survey = DateSurvey::default();
            survey.look(text, 1, false);
            for format in ["day first", "Excel serial", "DD.MM.YYYY", "D MMM YYYY"] {
                let days = survey.decide(&as_format(format), "seen").ok().flatten();
                assert_eq!(days.and_then(|days| days.read(text, false)), None, "{text}");
            }
        }
    }
}
