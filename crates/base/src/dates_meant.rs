//! Dates that are not written as a file writes them, for hints: "01/04/2027", "31.3.2031", "1st April 2027".
//!
//! Nothing is read from them. A hint names the date that was probably meant, and the author decides.

use jiff::civil::Date;

const MONTHS: [&str; 12] =
    ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];

/// The date that a text probably means. The day comes before the month, as in Britain, unless only the other order gives a date.
#[must_use]
pub fn date_meant(text: &str) -> Option<Date> {
    let parts: Vec<&str> =
        text.split(|c: char| matches!(c, '/' | '.' | '-' | ',') || c.is_whitespace()).filter(|part| !part.is_empty()).collect();
    let [first, second, third] = parts.as_slice() else { return None };
    if first.len() == 4 {
        return date(first, second, third);
    }
    if third.len() != 4 {
        return None;
    }
    date(third, second, first).or_else(|| date(third, first, second))
}

fn date(year: &str, month: &str, day: &str) -> Option<Date> {
    let name = month.to_lowercase();
    let by_name = || MONTHS.iter().position(|known| name.len() >= 3 && known.starts_with(&name)).map(|at| at as i8 + 1);
    let month = month.parse::<i8>().ok().or_else(by_name)?;
    let day = ["st", "nd", "rd", "th"].iter().find_map(|end| day.strip_suffix(end)).unwrap_or(day);
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_meant_however_it_is_written() {
        let meant = |text: &str| date_meant(text).map_or(String::new(), |date| date.to_string());
        for text in ["01/04/2027", "1.4.2027", "01-04-2027", "2027/04/01", "1 April 2027", "1st Apr 2027", "April 1, 2027"] {
            assert_eq!(meant(text), "2027-04-01", "{text}");
        }
        assert_eq!(meant("04/13/2027"), "2027-04-13", "no month has the number 13");
        for text in ["April 2027", "31/02/2027", "1/4/27", "soon", "", "1 2 3 4", "£1 a 2027"] {
            assert_eq!(meant(text), "", "{text}");
        }
    }
}
