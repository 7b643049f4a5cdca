//! Numbers of a workbook as a person sees them: a date if the format of the cell says so, with leading zeros if the format
//! shows them, and with no more digits than a spreadsheet keeps.

use crate::cell::CellFault;
use base::day;

/// What the format of a cell makes of its number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NumberFormat {
    /// The number itself.
    Plain,
    /// A day, perhaps with a time.
    Day,
    /// A time of day or a duration, without a day.
    Clock,
    /// A fixed number of digits with leading zeros: a mask in which `0` is a digit.
    Mask(String),
    /// An amount in another currency than pounds.
    Foreign,
    /// A number of which only the thousands, or millions, are seen.
    Scaled,
}

/// A spreadsheet keeps at most this many digits.
const DIGITS: usize = 15;
pub(crate) const ROUNDED: CellFault = (
    "the number has more digits than a spreadsheet keeps",
    "format the column as text before you enter the numbers, or supply the table as CSV; the last digits are lost here",
);
pub(crate) const FOREIGN: CellFault = (
    "the cell shows an amount in another currency than pounds",
    "convert it into pounds; if it is in pounds already, give the cell a format with £, or one without a currency",
);
const SCALED: CellFault = (
    "the cell shows thousands or millions, and has another number behind them",
    "give the cell a format that shows the whole number, and check that it is the one that is meant",
);
const NO_DAY: CellFault = ("this day does not exist", "days of a workbook begin on 1 January 1900, or 1904; check the cell");
const NO_NUMBER: CellFault = ("the cell says that it has a number, but has none", "enter the value again");

/// The format with a number of its own, which no workbook spells out.
#[must_use]
pub(crate) fn built_in(id: u64) -> NumberFormat {
    match id {
        // 27 to 36 and 50 to 58 are dates in East Asian editions.
        14..=17 | 22 | 27..=31 | 34..=36 | 50..=58 => NumberFormat::Day,
        18..=21 | 32 | 33 | 45..=47 => NumberFormat::Clock,
        _ => NumberFormat::Plain,
    }
}

/// What a format code says: its first section, which is for numbers that are not negative.
#[must_use]
pub(crate) fn format(code: &str) -> NumberFormat {
    let (mut letters, mut mask, mut elapsed) = (String::new(), String::new(), false);
    // The currency that the format names: `[$€-407]` has one, `[$-809]` only a language.
    let mut currency = String::new();
    let mut rest = code.chars();
    while let Some(letter) = rest.next() {
        match letter {
            ';' => break,
            '\\' | '!' => mask.extend(rest.next()),
            // The next letter is a width, or fills the cell.
            '_' | '*' => {
                rest.next();
            }
            '"' => mask.extend(rest.by_ref().take_while(|letter| *letter != '"')),
            '[' => {
                let inside: String = rest.by_ref().take_while(|letter| *letter != ']').collect();
                if let Some(symbol) = inside.strip_prefix('$') {
                    currency = symbol.rsplit_once('-').map_or(symbol, |(symbol, _)| symbol).trim().to_owned();
                }
                elapsed |=
                    !inside.is_empty() && inside.chars().all(|letter| matches!(letter.to_ascii_lowercase(), 'h' | 'm' | 's'));
            }
            letter => {
                letters.push(letter.to_ascii_lowercase());
                mask.push(letter);
            }
        }
    }
    if letters == "general" || letters == "@" {
        return NumberFormat::Plain;
    }
    if elapsed {
        return NumberFormat::Clock;
    }
    if !currency.is_empty() && !is_pounds(&currency) || names_another_currency(&mask) {
        return NumberFormat::Foreign;
    }
    let has = |wanted: &[char]| letters.contains(wanted);
    if !has(&['0', '#', '?']) && has(&['y', 'd', 'm', 'h', 's']) {
        let clock = has(&['h', 's']) && !has(&['y', 'd']);
        return if clock { NumberFormat::Clock } else { NumberFormat::Day };
    }
    // A comma between digits parts thousands; one after them leaves thousands out.
    if letters.rfind(['0', '#', '?']).is_some_and(|last| letters[last + 1..].starts_with(',')) {
        return NumberFormat::Scaled;
    }
    let zeros = letters.chars().filter(|letter| *letter == '0').count();
    let only_digits = letters.chars().all(|letter| matches!(letter, '0' | ' ' | '-' | '/'));
    if zeros >= 2 && only_digits { NumberFormat::Mask(mask) } else { NumberFormat::Plain }
}

/// Whether a currency is the pound sterling.
#[must_use]
pub(crate) fn is_pounds(currency: &str) -> bool {
    currency.contains(['£', '₤', '￡']) || currency.trim().eq_ignore_ascii_case("GBP")
}

/// Whether a text that a cell shows beside its number names another currency than pounds.
#[must_use]
pub(crate) fn names_another_currency(text: &str) -> bool {
    /// Currencies of Europe, and those of which most is traded.
    const CODES: [&str; 25] = [
        "AUD", "BGN", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "HKD", "HUF", "INR", "ISK", "JPY", "KRW", "MXN", "NOK",
        "NZD", "PLN", "RON", "SEK", "SGD", "TRY", "USD", "ZAR",
    ];
    let symbol = |letter: char| matches!(letter, '$' | '¢' | '¥' | '₠'..='₣' | '₥'..='\u{20cf}' | '＄' | '￥' | '￦' | '฿');
    text.contains(symbol)
        || text
            .split(|letter: char| !letter.is_alphabetic())
            .any(|word| CODES.contains(&word) || matches!(word, "kr" | "zł" | "Kč"))
}

/// A number as a person sees it in a cell of a format.
pub(crate) fn shown(raw: &str, format: &NumberFormat, from_1904: bool) -> Result<String, CellFault> {
    let raw = raw.trim();
    let value: f64 = raw.parse().map_err(|_| NO_NUMBER)?;
    if !value.is_finite() {
        return Err(NO_NUMBER);
    }
    match format {
        NumberFormat::Plain => number(raw, value),
        NumberFormat::Day => moment(value, from_1904),
        NumberFormat::Clock => Ok(clock((value * 86_400.0).round())),
        NumberFormat::Foreign => Err(FOREIGN),
        NumberFormat::Scaled => Err(SCALED),
        NumberFormat::Mask(mask) => {
            let digits = number(raw, value)?;
            Ok(if digits.bytes().all(|byte| byte.is_ascii_digit()) { masked(&digits, mask) } else { digits })
        }
    }
}

/// A number with at most the digits that a spreadsheet shows; a whole one without a point.
fn number(raw: &str, value: f64) -> Result<String, CellFault> {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let digits = digits.trim_start_matches('0');
        if digits.len() <= DIGITS {
            let sign = if raw.starts_with('-') && !digits.is_empty() { "-" } else { "" };
            return Ok(format!("{sign}{}", if digits.is_empty() { "0" } else { digits }));
        }
        // Another program than a spreadsheet wrote it, with all its digits.
        let kept = digits[DIGITS..].bytes().any(|byte| byte != b'0');
        return if kept && digits.len() <= 40 { Ok(raw.to_owned()) } else { Err(ROUNDED) };
    }
    if value.abs() >= 1e15 {
        return Err(ROUNDED);
    }
    // The number nearest to what fifteen digits show: 0.1 + 0.2 is 0.3, as on the screen.
    let near: f64 = format!("{value:.14e}").parse().unwrap_or(value);
    Ok((near + 0.0).to_string())
}

/// A number of days as a day of the calendar, with the time where it is not midnight.
fn moment(value: f64, from_1904: bool) -> Result<String, CellFault> {
    let seconds = (value * 86_400.0).round();
    if !(0.0..=2_958_466.0 * 86_400.0).contains(&seconds) {
        return Err(NO_DAY);
    }
    let (days, time) = ((seconds / 86_400.0).floor() as i32, seconds % 86_400.0);
    // The first spreadsheets took 1900 for a leap year: their day 60 never existed.
    let since_1970 = match days {
        _ if from_1904 => days - 24_107,
        0 => return Err(NO_DAY),
        60 => return Ok("1900-02-29".into()),
        1..60 => days - 25_568,
        _ => days - 25_569,
    };
    let day = day::date(since_1970);
    Ok(if time == 0.0 { day.to_string() } else { format!("{day}T{}", clock(time)) })
}

fn clock(seconds: f64) -> String {
    let (sign, seconds) = (if seconds < 0.0 { "-" } else { "" }, seconds.abs() as u64);
    format!("{sign}{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Digits in the places of a mask, from the right; the remaining ones come first.
fn masked(digits: &str, mask: &str) -> String {
    let mut left: Vec<char> = digits.chars().collect();
    let mut out: Vec<char> =
        mask.chars().rev().map(|letter| if letter == '0' { left.pop().unwrap_or('0') } else { letter }).collect();
    out.extend(left.into_iter().rev());
    out.into_iter().rev().collect()
}

/// A date of ISO 8601, without the time where that is midnight.
#[must_use]
pub(crate) fn date(text: &str) -> &str {
    match text.split_once('T') {
        Some((day, time)) if time.trim_end_matches('Z').chars().all(|letter| matches!(letter, '0' | ':' | '.')) => day,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_says_what_a_number_is() {
        for code in
            ["dd/mm/yyyy", "[$-809]dd mmmm yyyy;@", "yyyy\\-mm\\-dd", "d-mmm-yy", "mmm yy", "dd/mm/yyyy hh:mm", "[Red]yyyy"]
        {
            assert_eq!(format(code), NumberFormat::Day, "{code}");
        }
        for code in ["hh:mm", "[h]:mm:ss", "mm:ss", "h:mm AM/PM"] {
            assert_eq!(format(code), NumberFormat::Clock, "{code}");
        }
        for code in ["General", "0", "0.00", "#,##0", "#,##0.00;[Red]-#,##0.00", "0%", "0.00E+00", "@", "\"dose\" 0", "£0.00", ""]
        {
            assert_eq!(format(code), NumberFormat::Plain, "{code}");
        }
        for code in [
            "£#,##0.00",
            "[$£-809]#,##0.00",
            "[$GBP] #,##0",
            "\"£\"#,##0",
            "_-[$£-809]* #,##0.00_-;-[$£-809]* #,##0.00_-",
            "[$-809]#,##0.00",
            "0 \"doses\"",
            "[Red]#,##0",
            "#,##0.00_);(#,##0.00)",
        ] {
            assert_eq!(format(code), NumberFormat::Plain, "{code}");
        }
        for code in [
            "[$€-407] #,##0.00",
            "#,##0.00\\ \"€\"",
            "€#,##0",
            "$#,##0.00",
            "\"$\"#,##0.00_);(\"$\"#,##0.00)",
            "_-[$€-2]\\ * #,##0.00_-",
            "[$USD] #,##0.00",
            "[$kr-41D] 0",
            "0.00 \"EUR\"",
            "[$¥-411]0",
        ] {
            assert_eq!(format(code), NumberFormat::Foreign, "{code}");
            assert_eq!(shown("620", &format(code), false), Err(FOREIGN), "{code}");
        }
        for code in ["#,##0,", "0.0,,\"m\"", "#,##0,\"k\"", "£#,##0,"] {
            assert_eq!(format(code), NumberFormat::Scaled, "{code}");
            assert_eq!(shown("45000", &format(code), false), Err(SCALED), "{code}");
        }
        for (code, number, shown_as) in [
            ("00000", "123", "00123"),
            ("000 000 0000", "9434765919", "943 476 5919"),
            ("\"P\"000", "7", "P007"),
            ("000\\-000", "12345678", "12345-678"),
            ("00000", "12.5", "12.5"),
        ] {
            assert_eq!(shown(number, &format(code), false).as_deref(), Ok(shown_as), "{code}");
        }
    }

    #[test]
    fn numbers_have_the_digits_that_a_spreadsheet_keeps() {
        let cases = [
            ("7", "7"),
            ("7.0", "7"),
            ("-0", "0"),
            ("0.30000000000000004", "0.3"),
            ("1234.5999999999999", "1234.6"),
            ("1E-3", "0.001"),
            ("1.2E5", "120000"),
            ("123456789012345", "123456789012345"),
            ("1234567890123456789", "1234567890123456789"),
            ("-12.50", "-12.5"),
            ("1E+2", "100"),
        ];
        for (raw, expected) in cases {
            assert_eq!(shown(raw, &NumberFormat::Plain, false).as_deref(), Ok(expected), "{raw}");
        }
        for raw in ["1234567890123450", "1.23456789012345E+18", "1E300", "9434765919000000.5"] {
            assert_eq!(shown(raw, &NumberFormat::Plain, false), Err(ROUNDED), "{raw}");
        }
        for raw in ["x", "NaN", "inf", ""] {
            assert_eq!(shown(raw, &NumberFormat::Plain, false), Err(NO_NUMBER), "{raw}");
        }
    }

    /// Against days that were typed into a spreadsheet, in both of its calendars.
    #[test]
    fn days_count_from_1900_or_1904() {
        let cases = [
            ("1", "1900-01-01"),
            ("59", "1900-02-28"),
            ("60", "1900-02-29"),
            ("61", "1900-03-01"),
            ("25569", "1970-01-01"),
            ("45383", "2024-04-01"),
            ("45383.5", "2024-04-01T12:00:00"),
            ("45383.9999999", "2024-04-02"),
            ("2958465", "9999-12-31"),
        ];
        for (raw, expected) in cases {
            assert_eq!(shown(raw, &NumberFormat::Day, false).as_deref(), Ok(expected), "{raw}");
        }
        for (raw, expected) in [("0", "1904-01-01"), ("43921", "2024-04-01"), ("60", "1904-03-01")] {
            assert_eq!(shown(raw, &NumberFormat::Day, true).as_deref(), Ok(expected), "{raw}");
        }
        for raw in ["0", "-1", "2958467", "1E9"] {
            assert_eq!(shown(raw, &NumberFormat::Day, false), Err(NO_DAY), "{raw}");
        }
        assert_eq!(shown("0.5625", &NumberFormat::Clock, false).as_deref(), Ok("13:30:00"));
        assert_eq!(date("2027-04-01T00:00:00"), "2027-04-01");
        assert_eq!(date("2027-04-01T13:30:00"), "2027-04-01T13:30:00");
    }
}
