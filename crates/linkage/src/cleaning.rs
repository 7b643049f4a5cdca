//! Cleaning: text as agencies write it becomes text that can be compared. Text gets one case and loses accents and fillers;
//! dates are written year first, and postcodes with one space. Text that cannot be read stays as it is, in lower case. Nothing
//! is dropped without being counted as missing.

use jiff::civil::Date;

use super::field::FieldKind;

/// What people type when they do not know a value.
const FILLERS: [&str; 22] = [
    "unknown",
    "not known",
    "notknown",
    "unk",
    "n/a",
    "na",
    "none",
    "null",
    "nil",
    "nan",
    "not given",
    "not stated",
    "not provided",
    "not recorded",
    "refused",
    "withheld",
    "anonymous",
    "test",
    "tbc",
    "tba",
    "xxx",
    "xx",
];

/// Text is compared up to this many bytes. The rest of a longer text is left out.
const LONGEST: usize = 200;

/// A value as it is compared; empty if it says nothing. `month_first` says how its column writes dates: see [`month_first`].
#[must_use]
pub fn clean(kind: FieldKind, text: &str, month_first: bool) -> String {
    if kind == FieldKind::AsItStands {
        return text.to_owned();
    }
    let text = plain(text);
    if text.is_empty() || FILLERS.contains(&text.as_str()) || !text.chars().any(char::is_alphanumeric) {
        return String::new();
    }
    match kind {
        FieldKind::Forename | FieldKind::Surname | FieldKind::FullName => name(&text),
        FieldKind::BirthDate => date(&text, month_first),
        FieldKind::Sex => match text.chars().next() {
            Some('m') => "m".into(),
            Some('f' | 'w') => "f".into(),
            _ => text,
        },
        FieldKind::Postcode => postcode(&text),
        FieldKind::NationalId => only(&text, char::is_alphanumeric),
        FieldKind::Initials => only(&text, char::is_alphabetic),
        FieldKind::Email => only(&text, |letter| !letter.is_whitespace()),
        FieldKind::AddressPart | FieldKind::Area | FieldKind::AsItStands => text,
    }
}

fn only(text: &str, keep: impl Fn(char) -> bool) -> String {
    text.chars().filter(|letter| keep(*letter)).collect()
}

/// Lower case, without accents, and with one space instead of several spaces or control characters.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        if letter.is_whitespace() || letter.is_control() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            push_plain(&mut out, letter);
        }
        if out.len() >= LONGEST {
            break;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Latin letters without their accents (the Unicode blocks Latin-1 Supplement and Latin Extended-A). Other letters stay as they
/// are.
fn push_plain(out: &mut String, letter: char) {
    let plain = match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ß' => "ss",
        'ś' | 'ŝ' | 'ş' | 'š' => "s",
        'þ' => "th",
        'ţ' | 'ť' | 'ŧ' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        // Combining accents, which follow their letter as a character of their own.
        '\u{300}'..='\u{36f}' => "",
        '’' | '‘' | '`' | '´' => "'",
        '‐' | '‑' | '–' | '—' => "-",
        _ => return out.push(letter),
    };
    out.push_str(plain);
}

/// Letters of any script. Apostrophes are left out (O'Brien becomes OBrien); hyphens and dots become spaces.
fn name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\'' => {}
            _ if letter.is_alphabetic() || is_mark(letter) => out.push(letter),
            _ if !out.is_empty() && !out.ends_with(' ') => out.push(' '),
            _ => {}
        }
    }
    out.truncate(out.trim_end().len());
    let titles = ["mr", "mrs", "miss", "ms", "dr", "prof", "sir"];
    match out.split_once(' ') {
        Some((title, rest)) if titles.contains(&title) => rest.to_owned(),
        _ => out,
    }
}

/// Vowel signs and similar marks, which belong to a name in scripts that write them as marks.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}' | '\u{5b0}'..='\u{5c7}' | '\u{64b}'..='\u{65f}')
}

/// Whether a column of dates writes the month before the day: more of its values can only be read that way than only the other
/// way.
#[must_use]
pub fn month_first<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut before, mut after) = (0_u64, 0_u64);
    for text in texts {
        let digits = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let parts: Vec<&str> = text.trim().split(|letter: char| !letter.is_ascii_alphanumeric()).filter(digits).collect();
        let (first, second) = match parts[..] {
            [first, second, year, ..] if year.len() == 4 => (first, second),
            [all] if all.len() == 8 && !(1850..2200).contains(&all[..4].parse::<u32>().unwrap_or(0)) => (&all[..2], &all[2..4]),
            _ => continue,
        };
        match (first.parse::<u32>(), second.parse::<u32>()) {
            (Ok(1..=12), Ok(13..=31)) => before += 1,
            (Ok(13..=31), Ok(1..=12)) => after += 1,
            _ => {}
        }
    }
    before > after
}

/// Whether a cell holds something that cleaning could not read as a day: it is not empty, and not a word such as "unknown".
#[must_use]
pub fn is_filled(text: &str) -> bool {
    let text = plain(text);
    text.chars().any(char::is_alphanumeric) && !FILLERS.contains(&text.as_str())
}

/// Days that stand for "not known": the first and last days of calendars, and the days from which programs count.
const PLACEHOLDERS: [&str; 7] =
    ["1000-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1901-01-01", "2099-12-31"];

/// A date as `2001-02-03`, with `00` for a day or month that is not given. Text in the form of a date that is not in the
/// calendar is missing, and so is a day that stands for "not known". Other text stays as it is.
fn date(text: &str, month_first: bool) -> String {
    let found = written_date(text, month_first);
    let unknown = PLACEHOLDERS.contains(&found.as_str()) || found.is_empty();
    if unknown { String::new() } else { found }
}

/// Whether text that cannot be read as a day was meant as one: digits alone, or with the separators and month names of a date.
fn is_meant_as_date(parts: &[&str]) -> bool {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = |part: &&str| digits(part) || digits(month_number(part));
    let year = |part: &&str| part.len() == 4 && digits(part);
    match parts {
        [all] => digits(all) && (all.len() == 8 || all.len() <= 4 || all.bytes().all(|byte| matches!(byte, b'0' | b'9'))),
        [_, _] | [_, _, _] => {
            let zeros = parts.iter().all(|part| part.bytes().all(|byte| byte == b'0'));
            parts.iter().all(is_date) && (parts.iter().any(year) || zeros)
        }
        _ => false,
    }
}

fn written_date(text: &str, month_first: bool) -> String {
    let text = text.split(['t', ' ']).next().filter(|first| first.len() >= 8).unwrap_or(text);
    let parts: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let written = |year: &str, month: &str, day: &str| {
        let number = |part: &str| part.parse::<i16>().ok();
        let (year, month, day) = (number(year)?, number(month)?, number(day)?);
        let month = i8::try_from(month).ok()?;
        let day = i8::try_from(day).ok()?;
        if !(1000..2200).contains(&year) {
            return None;
        }
        let real = match (month, day) {
            (0, 0) => true,
            (_, 0) => (1..=12).contains(&month),
            _ => Date::new(year, month, day).is_ok(),
        };
        real.then(|| format!("{year:04}-{month:02}-{day:02}"))
    };
    // Two numbers before a year: in the order of the column, or in the other order where that is not a date.
    let either = |first: &str, second: &str, year: &str| {
        let (month, day) = if month_first { (first, second) } else { (second, first) };
        written(year, month_number(month), day).or_else(|| written(year, month_number(day), month))
    };
    let found = match parts[..] {
        [all] if all.len() == 8 && all.is_ascii() => {
            written(&all[..4], &all[4..6], &all[6..]).or_else(|| either(&all[..2], &all[2..4], &all[4..]))
        }
        [year] if year.len() == 4 => written(year, "0", "0"),
        [year, month] if year.len() == 4 => written(year, month_number(month), "0"),
        [month, year] if year.len() == 4 => written(year, month_number(month), "0"),
        [year, month, day] if year.len() == 4 => written(year, month_number(month), day),
        [first, second, year] if year.len() == 4 => either(first, second, year),
        _ => None,
    };
    found.unwrap_or_else(|| if is_meant_as_date(&parts) { String::new() } else { text.to_owned() })
}

fn month_number(text: &str) -> &str {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const NUMBERS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"];
    MONTHS.iter().position(|month| text.starts_with(month)).map_or(text, |at| NUMBERS[at])
}

/// One space before the last three characters of what looks like a UK postcode. Other postcodes have no spaces.
fn postcode(text: &str) -> String {
    let packed = only(text, |letter| letter.is_alphanumeric());
    let uk = packed.is_ascii() && (5..=7).contains(&packed.len()) && {
        let (outward, inward) = packed.as_bytes().split_at(packed.len() - 3);
        outward[0].is_ascii_alphabetic() && inward[0].is_ascii_digit() && inward[1..].iter().all(u8::is_ascii_alphabetic)
    };
    if uk { format!("{} {}", &packed[..packed.len() - 3], &packed[packed.len() - 3..]) } else { packed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans() {
        for (kind, text, expected) in [
            (FieldKind::Surname, "  O'BRIEN-Smith ", "obrien smith"),
            (FieldKind::Forename, "Mr. José", "jose"),
            (FieldKind::Forename, "Unknown", ""),
            (FieldKind::Forename, "Владимир", "владимир"),
            (FieldKind::Forename, "नीता", "नीता"),
            (FieldKind::BirthDate, "3/4/1980", "1980-04-03"),
            (FieldKind::BirthDate, "12/31/1980", "1980-12-31"),
            (FieldKind::BirthDate, "19800403", "1980-04-03"),
            (FieldKind::BirthDate, "3 April 1980", "1980-04-03"),
            (FieldKind::BirthDate, "1980-04-03T00:00:00", "1980-04-03"),
            (FieldKind::BirthDate, "April 1980", "1980-04-00"),
            (FieldKind::BirthDate, "1980", "1980-00-00"),
            (FieldKind::BirthDate, "30/02/1980", ""),
            (FieldKind::BirthDate, "0000-00-00", ""),
            (FieldKind::BirthDate, "00/00/0000", ""),
            (FieldKind::BirthDate, "00000000", ""),
            (FieldKind::BirthDate, "0", ""),
            (FieldKind::BirthDate, "31 February 1980", ""),
            (FieldKind::BirthDate, "1980-13-01T00:00:00", ""),
            (FieldKind::BirthDate, "19800231", ""),
            (FieldKind::BirthDate, "1900-01-01", ""),
            (FieldKind::BirthDate, "01/01/1901", ""),
            (FieldKind::BirthDate, "9999-12-31", ""),
            (FieldKind::BirthDate, "31/12/9999", ""),
            (FieldKind::BirthDate, "0001-01-01 00:00:00", ""),
            (FieldKind::BirthDate, "1715-06-03", "1715-06-03"),
            (FieldKind::BirthDate, "3/4/80", "3/4/80"),
            (FieldKind::BirthDate, "circa 1980", "circa 1980"),
            (FieldKind::Postcode, "sw1a1aa", "sw1a 1aa"),
            (FieldKind::Postcode, "4223", "4223"),
            (FieldKind::NationalId, "QQ 12 34 56 C", "qq123456c"),
            (FieldKind::Sex, "Female", "f"),
            (FieldKind::Area, "—", ""),
        ] {
            assert_eq!(clean(kind, text, false), expected, "{text}");
        }
    }

    /// A date that can be read in two ways is read as the other dates of its column are.
    #[test]
    fn a_column_says_whether_the_month_comes_first() {
        for (column, expected) in [
            (["12/31/1980", "3/4/1980"], "1980-03-04"),
            (["31/12/1980", "3/4/1980"], "1980-04-03"),
            (["12311980", "03041980"], "1980-03-04"),
            (["1980-12-31", "3/4/1980"], "1980-04-03"),
        ] {
            let month_first = month_first(column.into_iter());
            assert_eq!(clean(FieldKind::BirthDate, column[1], month_first), expected, "{column:?}");
        }
    }
}
