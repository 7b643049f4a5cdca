//! Days as whole numbers since 1970-01-01. Records keep them this way because they are small and quick to compare.

use jiff::civil::Date;

/// Days since 1970-01-01.
pub type Day = i32;

/// No day is given: the event has not happened, or the spell has not ended.
pub const NEVER: Day = Day::MAX;

/// The earliest and the latest day that a record may have. Any other day is almost certainly a typing mistake.
pub const FIRST: Day = day_of(1850, 1, 1);
pub const LAST: Day = day_of(2199, 12, 31);

/// Days since 1970 of a calendar day, calculated by whole eras of 400 years.
const fn day_of(year: i32, month: i32, day: i32) -> Day {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// The day of a civil date.
#[must_use]
pub fn day(date: Date) -> Day {
    day_of(date.year().into(), date.month().into(), date.day().into())
}

/// The civil date of a day; the nearest possible date when the calendar does not reach that far.
#[must_use]
pub fn date(day: Day) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    let end = if day < 0 { Date::MIN } else { Date::MAX };
    epoch.checked_add(jiff::Span::new().days(i64::from(day).clamp(-4_000_000, 4_000_000))).unwrap_or(end)
}

/// Reads `2027-04-01`, or says why it is not a day.
pub fn parse(text: &[u8]) -> Result<Day, InvalidDay> {
    let &[a, b, c, d, b'-', e, f, b'-', g, h] = text else { return Err(why(text)) };
    let digits = [a, b, c, d, e, f, g, h];
    if !digits.iter().all(u8::is_ascii_digit) {
        return Err(why(text));
    }
    let number = |digits: &[u8]| digits.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
    let (year, month, day) = (number(&digits[..4]), number(&digits[4..6]), number(&digits[6..]));
    if !(1..=12).contains(&month) || day < 1 || day > days_in(year, month) {
        return Err(InvalidDay::Impossible);
    }
    let found = day_of(year, month, day);
    if (FIRST..=LAST).contains(&found) { Ok(found) } else { Err(InvalidDay::FarAway) }
}

/// Why a text is not a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidDay {
    /// 2027-02-30.
    Impossible,
    /// 0217-04-01, 9999-12-31.
    FarAway,
    /// 03/04/2027 is 3 April to one reader and 4 March to another.
    Ambiguous,
    /// 31/12/2027: only one day is possible, but the order is different.
    Order,
    /// 2027/12/31 or 2027-4-1: the right order in a different form.
    Form,
    /// 31/12/27: the century is not clear.
    TwoDigits,
    /// A day and a time of day.
    Time,
    Other,
}

fn why(text: &[u8]) -> InvalidDay {
    let digits = |part: &&[u8]| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let number = |part: &[u8]| part.iter().fold(0, |number, digit| number * 10 + i32::from(digit - b'0'));
    let parts: Vec<&[u8]> = text.split(|byte| matches!(byte, b'/' | b'.' | b'-')).collect();
    if let [a, b, c] = parts[..]
        && parts.iter().all(digits)
    {
        let is_day = |year: &[u8], month: &[u8], day: &[u8]| {
            let (year, month, day) = (number(year), number(month), number(day));
            (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month)
        };
        let lengths = [a.len(), b.len(), c.len()];
        return match lengths {
            [4, 1..=2, 1..=2] if is_day(a, b, c) => InvalidDay::Form,
            [4, 1..=2, 1..=2] => InvalidDay::Impossible,
            [1..=2, 1..=2, 4] => match (is_day(c, b, a), is_day(c, a, b)) {
                (true, true) if number(a) != number(b) => InvalidDay::Ambiguous,
                (false, false) => InvalidDay::Impossible,
                _ => InvalidDay::Order,
            },
            [1..=2, 1..=2, 1..=2] => InvalidDay::TwoDigits,
            _ => InvalidDay::Other,
        };
    }
    if text.len() > 10 && matches!(text[10], b'T' | b' ') && parse(&text[..10]).is_ok() {
        return InvalidDay::Time;
    }
    InvalidDay::Other
}

const fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_agrees_with_the_calendar() {
        let mut date = Date::constant(1850, 1, 1);
        for expected in FIRST..=LAST {
            assert_eq!(day(date), expected);
            assert_eq!(super::date(expected), date);
            assert_eq!(parse(date.to_string().as_bytes()), Ok(expected));
            date = date.tomorrow().expect("the calendar continues");
        }
        assert_eq!(parse(b"1970-01-01"), Ok(0));
    }

    #[test]
    fn a_text_that_is_not_a_day_says_why() {
        assert_eq!(parse(b"2027-02-29"), Err(InvalidDay::Impossible));
        assert_eq!(parse(b"2028-02-29"), Ok(day(Date::constant(2028, 2, 29))));
        assert_eq!(parse(b"2027-13-01"), Err(InvalidDay::Impossible));
        assert_eq!(parse(b"03/04/2025"), Err(InvalidDay::Ambiguous));
        assert_eq!(parse(b"3.4.2025"), Err(InvalidDay::Ambiguous));
        for text in ["2025-4-3", "2025/04/03", "2024/03/12", "2024-3-9", "2024.02.29"] {
            assert_eq!(parse(text.as_bytes()), Err(InvalidDay::Form), "{text}");
        }
        for text in ["31/12/2024", "12/31/2024", "5.5.2025", "29-02-2024"] {
            assert_eq!(parse(text.as_bytes()), Err(InvalidDay::Order), "{text}");
        }
        for text in ["31/02/2024", "2024/13/01", "2023-2-29", "0/1/2024"] {
            assert_eq!(parse(text.as_bytes()), Err(InvalidDay::Impossible), "{text}");
        }
        assert_eq!(parse(b"31/12/24"), Err(InvalidDay::TwoDigits));
        assert_eq!(parse(b"2024-123-1"), Err(InvalidDay::Other));
        assert_eq!(parse(b"2025-04-03T00:00:00"), Err(InvalidDay::Time));
        assert_eq!(parse(b"9999-12-31"), Err(InvalidDay::FarAway));
        assert_eq!(parse(b"next week"), Err(InvalidDay::Other));
        assert_eq!(parse("二〇二五".as_bytes()), Err(InvalidDay::Other));
    }
}
