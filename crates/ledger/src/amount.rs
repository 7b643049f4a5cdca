//! Reads an amount of money as people and banks write it. An amount that can be read in two ways is refused.

use base::literal::Literal as _;
use base::money::Pence;

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidAmount {
    /// Its points and commas can be read in two ways.
    Ambiguous,
    /// It is not an amount of money.
    NotMoney,
}

/// Reads an amount, with or without the pound sign.
///
/// # Errors
/// The text is not an amount, or can be read in two ways.
pub fn parse(text: &str) -> Result<Pence, InvalidAmount> {
    let text = text.trim();
    if is_ambiguous(text) {
        return Err(InvalidAmount::Ambiguous);
    }
    let bare = text.trim_start_matches(['-', '−', '+']).trim_start();
    let read = if bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let sign = &text[..text.len() - bare.len()];
        Pence::parse(&format!("{}£{bare}", sign.trim_start_matches('+').trim()))
    } else {
        Pence::parse(text)
    };
    read.map_err(|_| InvalidAmount::NotMoney)
}

/// Whether the points and commas of an amount can be read in two ways: "1.000" is one pound here, and a thousand in other countries.
/// A comma before each three digits, and a point before one or two digits, are plain.
fn is_ambiguous(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    let digits: &str = digits.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).next().unwrap_or_default();
    let (whole, part) = match digits.rsplit_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let in_threes = rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    // "£1.125m" is an amount in millions. A comma or a second point after the first point is never plain.
    let scaled = text.trim_end().ends_with(['k', 'm', 'n']);
    let pence = part.is_none_or(|part| part.len() <= 2 || scaled);
    !(in_threes && pence) || whole.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_in_one_way_or_not_at_all() {
        for (text, pence) in [
            ("1,234", 123_400),
            ("1,234.56", 123_456),
            ("£1,234,567.8", 123_456_780),
            ("1234.5", 123_450),
            ("-£5", -500),
            ("-0.05", -5),
            ("£1.125m", 112_500_000),
            ("GBP 12.00", 1_200),
            ("£12", 1_200),
        ] {
            assert_eq!(parse(text), Ok(Pence(pence)), "{text}");
        }
        for text in [
            "1.000",
            "£1.000",
            "1.234,56",
            "1,23",
            "1,2345",
            "1.234.567",
            "1,234.567",
            "-1.000",
            "£0.125",
            "12,34,567",
            "1,234,56",
        ] {
            assert_eq!(parse(text), Err(InvalidAmount::Ambiguous), "{text}");
        }
        for text in ["", "five", "€5", "$5", "1 234", "1'234"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
