//! Words that turn on a number, and capital letters. Every sentence of the program that has a count in it takes its singular and its
//! plural from here.

use crate::money::thousands;

/// The word for so many: the singular for 1, and the plural for every other number, none and negative ones too.
///
/// ```
/// use base::english::plural;
///
/// assert_eq!(plural(1, "is", "are"), "is");
/// assert_eq!(plural(0, "is", "are"), "are");
/// ```
#[must_use]
pub fn plural<'a>(number: impl TryInto<i64>, one: &'a str, many: &'a str) -> &'a str {
    if whole(number) == 1 { one } else { many }
}

/// A number with its noun: "1 person", "2,480 people".
///
/// ```
/// use base::english::counted;
///
/// assert_eq!(counted(1, "person", "people"), "1 person");
/// assert_eq!(counted(2_480, "person", "people"), "2,480 people");
/// ```
#[must_use]
pub fn counted(number: impl TryInto<i64>, one: &str, many: &str) -> String {
    let number = whole(number);
    format!("{} {}", thousands(number), plural(number, one, many))
}

/// A text with a capital letter at its beginning.
///
/// ```
/// use base::english::capitalised;
///
/// assert_eq!(capitalised("employers pay"), "Employers pay");
/// assert_eq!(capitalised(""), "");
/// ```
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// The months, as in "April 2027".
pub const MONTHS: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

/// Nothing that is counted comes near the largest number that is told from larger ones.
fn whole(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
