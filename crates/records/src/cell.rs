//! Reads one text as one typed value, or as a fault with its fix.

use std::borrow::Cow;

use super::column_values::{ColumnValues, NONE};
use super::marked_day::unmarked;
use super::schema::{RecordColumn, ValueKind};
use base::day::{self, InvalidDay, NEVER};

/// A fault of a value: what is wrong, and how to fix it.
pub type CellFault = (&'static str, &'static str);

/// The longest value that is read.
pub const LONGEST: usize = 4096;

pub const TOO_LONG: CellFault =
    ("the value is too long", "at most 4096 bytes are read; look for a quotation mark that was never closed");

/// Adds a value to its column. A faulty value adds an empty one, so that all columns have the same length.
pub fn read(column: &RecordColumn, bytes: &[u8], values: &mut ColumnValues) -> Result<(), CellFault> {
    let bytes = bytes.trim_ascii();
    let result = check(column, bytes);
    match values {
        ColumnValues::Absent => {}
        ColumnValues::Days(days) => {
            let day = if bytes.is_empty() { Ok(NEVER) } else { day::parse(bytes).map_err(|why| no_day(bytes, why)) };
            days.push(day.unwrap_or(NEVER));
            return result.and(day.map(drop));
        }
        ColumnValues::Numbers(numbers) => {
            let (number, wrong) = match column.kind {
                ValueKind::Share => (share(bytes), NO_SHARE),
                _ => (hundredths(bytes), NO_AMOUNT),
            };
            let number = if bytes.is_empty() { Some(NONE) } else { number };
            numbers.push(number.unwrap_or(NONE));
            return result.and(number.map(drop).ok_or(wrong));
        }
        ColumnValues::Texts(texts) => texts.push(&decode(if result.is_ok() { bytes } else { b"" })),
    }
    result
}

/// The faults that a value of any kind can have.
fn check(column: &RecordColumn, bytes: &[u8]) -> Result<(), CellFault> {
    if bytes.is_empty() && column.required {
        return Err(("a value is missing", "every row needs a value in this column"));
    }
    if bytes.len() > LONGEST {
        return Err(TOO_LONG);
    }
    if bytes.iter().any(|byte| *byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err(("the value has a control character", "remove it; the file may have been damaged in transfer"));
    }
    let names = column.kind == ValueKind::Id || column.kind == ValueKind::Text && column.required;
    if names && is_placeholder(bytes) {
        return Err(PLACEHOLDER);
    }
    if let ValueKind::Choice(words) = column.kind
        && !bytes.is_empty()
        && !words.iter().any(|word| word.as_bytes() == bytes)
    {
        return Err(("this is not one of the known words", "copy one of the expected words exactly"));
    }
    Ok(())
}

const PLACEHOLDER: CellFault = (
    "a program wrote this in place of a value",
    "write the value itself, with ids as text; rows that share such a value would count as one person or one thing",
);

/// What programs write where a value is missing or does not fit: `#N/A`, `NULL`, `1.23457E+15`. As a name it would make one of many.
fn is_placeholder(bytes: &[u8]) -> bool {
    const ERRORS: [&str; 11] =
        ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#DIV/0!", "#SPILL!", "#CALC!", "#GETTING_DATA", "#NV"];
    const EMPTY: [&str; 6] = ["NULL", "(null)", "<NA>", "NaN", "NaT", "\\N"];
    let is = |words: &[&str]| words.iter().any(|word| bytes.eq_ignore_ascii_case(word.as_bytes()));
    match bytes {
        [b'#', b'#', rest @ ..] => rest.iter().all(|byte| *byte == b'#'),
        [b'#', ..] => is(&ERRORS),
        [b'N' | b'n' | b'(' | b'<' | b'\\', ..] => is(&EMPTY),
        // A large number as a spreadsheet shows it, with its last digits gone.
        [b'0'..=b'9' | b'-', .., b'+', a, b] if a.is_ascii_digit() && b.is_ascii_digit() => {
            has_lost_digits(&bytes[..bytes.len() - 3])
        }
        _ => false,
    }
}

/// "1.23457E" or "1E", which stand before the exponent.
fn has_lost_digits(bytes: &[u8]) -> bool {
    let Some(digits) = bytes.strip_suffix(b"E").or_else(|| bytes.strip_suffix(b"e")) else { return false };
    let digits = digits.strip_prefix(b"-").unwrap_or(digits);
    let digit = |byte: &u8| byte.is_ascii_digit();
    match digits {
        [first] => digit(first),
        [first, b'.' | b',', rest @ ..] => digit(first) && !rest.is_empty() && rest.iter().all(digit),
        _ => false,
    }
}

fn no_day(bytes: &[u8], why: InvalidDay) -> CellFault {
    match why {
        _ if std::str::from_utf8(bytes).is_ok_and(|text| unmarked(text).is_some()) => (
            "the day is not written in the format that the map says for its column",
            "write it in the file like the others, or correct `format` in the map",
        ),
        InvalidDay::Impossible => ("this day does not exist", "check the day and the month; write dates like this: 2027-04-01"),
        InvalidDay::FarAway => ("this day is too far away to be right", "give a day from 1850 to 2199; leave open ends empty"),
        InvalidDay::Ambiguous => (
            "this date can be read in two ways",
            "write the year first, then the month, then the day: 3 April 2025 is 2025-04-03",
        ),
        InvalidDay::Order => (
            "the year does not come first",
            "write dates like this: 2024-12-31; or make the table with a map, which reads dates in any order",
        ),
        InvalidDay::Form => (
            "the date is not written like 2027-04-01",
            "use hyphens, and two digits each for the month and the day: 9 March 2024 is 2024-03-09",
        ),
        InvalidDay::TwoDigits => ("the year has two digits", "write the year first, with four digits: 2027-04-01"),
        InvalidDay::Time => ("this is a time, and a day is needed", "leave out the time of day: contracts count in days"),
        InvalidDay::Other => {
            ("this is not a date", "write dates like this: 2027-04-01; in a spreadsheet, format the column as text or ISO date")
        }
    }
}

const NO_AMOUNT: CellFault =
    ("this is not an amount", "write digits and a point, without a unit, a currency sign or commas: 1234.50");
pub const NO_SHARE: CellFault =
    ("this is not a number from 0 to 1", "write a probability as a decimal, not as a percentage: 0.975");

/// "0.975" is 975,000 millionths; further digits do not count.
fn share(bytes: &[u8]) -> Option<i64> {
    // Programs may write a very small probability with an exponent.
    let value: f64 = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    millionths(value)
}

/// A number from 0 to 1 in millionths.
#[must_use]
pub fn millionths(value: f64) -> Option<i64> {
    (0.0..=1.0).contains(&value).then(|| (value * 1e6).round() as i64)
}

/// "1234.5" is 123,450 hundredths.
fn hundredths(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, bytes),
    };
    let point = digits.iter().position(|byte| *byte == b'.').unwrap_or(digits.len());
    let (whole, part) = (&digits[..point], digits.get(point + 1..).unwrap_or_default());
    let all_digits = whole.iter().chain(part).all(u8::is_ascii_digit);
    if whole.is_empty() || whole.len() > 13 || part.len() > 2 || point + 1 == digits.len() || !all_digits {
        return None;
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0'));
    let value = number(whole) * 100 + if part.len() == 1 { 10 } else { 1 } * number(part);
    Some(if negative { -value } else { value })
}

/// Bytes as text. If they are not UTF-8, they are read as Windows-1252, which most office programs in western Europe use. But
/// if some letters are UTF-8, the others are damaged, and only those are lost.
#[must_use]
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) if bytes.utf8_chunks().any(|chunk| !chunk.valid().is_ascii()) => String::from_utf8_lossy(bytes),
        Err(_) => Cow::Owned(bytes.iter().map(|byte| windows_1252(*byte)).collect()),
    }
}

fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’', '“',
        '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_writes_for_a_missing_value_is_no_name() {
        let found = [
            "#N/A",
            "#n/a",
            "#REF!",
            "#VALUE!",
            "#DIV/0!",
            "####",
            "NULL",
            "null",
            "NaN",
            "(null)",
            "<NA>",
            "\\N",
            "1.23457E+15",
            "1E+15",
            "-1.2E+11",
            "1,23457E+15",
        ];
        found.iter().for_each(|text| assert!(is_placeholder(text.as_bytes()), "{text}"));
        let names = [
            "",
            "#",
            "#7",
            "#A12",
            "N",
            "NA",
            "n1",
            "Nadia",
            "Nullarbor",
            "NULL-7",
            "1",
            "12E+15",
            "E+15",
            "1+15",
            "A+12",
            "7E",
            "1.E+15",
            "1.2E15",
            "2027+01",
        ];
        names.iter().for_each(|text| assert!(!is_placeholder(text.as_bytes()), "{text}"));
    }

    #[test]
    fn shares_are_between_zero_and_one() {
        for (text, value) in
            [("0", 0), ("1", 1_000_000), ("0.975", 975_000), (".5", 500_000), ("1e-7", 0), ("0.9999996", 1_000_000)]
        {
            assert_eq!(share(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["-0.1", "1.01", "97 %", "NaN", "inf", "", "0,5"] {
            assert_eq!(share(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn amounts_are_exact_to_the_penny() {
        let cases = [("1234.5", 123_450), ("0.07", 7), ("-3", -300), ("12.34", 1234), ("9999999999999.99", 999_999_999_999_999)];
        for (text, value) in cases {
            assert_eq!(hundredths(text.as_bytes()), Some(value), "{text}");
        }
        for text in ["", "-", ".5", "5.", "1,234", "£5", "1e3", "1.234", "--1", "99999999999999", "NaN"] {
            assert_eq!(hundredths(text.as_bytes()), None, "{text}");
        }
    }
}
