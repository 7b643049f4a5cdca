//! What a letter looks like, whatever alphabet it is from: the Latin letter or digit that a reader would take it for. The table is that
//! of UTS 39 (confusables), with the small capitals of Latin, which it leaves out.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::confusable_detection::skeleton;

/// A text in the letters that its own look like: small letters, without strokes and accents of their own. Only letters outside ASCII
/// change otherwise, because "Neil" and "Nell" are two names.
#[must_use]
pub fn as_seen(text: &str) -> String {
    text.nfkc().map(|c| shape(c, c)).collect()
}

/// The same by the capital of each letter: a Greek "ν" looks like a "v", and its capital like an "N".
#[must_use]
pub fn as_seen_in_capitals(text: &str) -> String {
    text.nfkc().map(seen_in_capitals).collect()
}

/// What the capital of a letter looks like, as a small letter; the letter itself where that is no Latin one.
pub(crate) fn seen_in_capitals(c: char) -> char {
    let mut capital = c.to_uppercase();
    match (capital.next(), capital.next()) {
        (Some(capital), None) => shape(c, capital),
        _ => c,
    }
}

/// What a letter looks like, judged by one of its forms.
fn shape(c: char, form: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    if let Some(at) = SMALL_CAPITALS.chars().position(|small| small == c) {
        return char::from(b"abcdefghijklmnopqrstuvwyz"[at]);
    }
    let form = form.to_string();
    let mut seen = skeleton(&form).filter(|mark| !is_combining_mark(*mark));
    match (seen.next(), seen.next()) {
        // The capital "I" of every alphabet has the shape of a small "l".
        (Some('l'), None) if !form.chars().all(char::is_lowercase) => 'i',
        (Some(letter), None) if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
        _ => c,
    }
}

/// The small capitals from A to Z. There is none of X.
const SMALL_CAPITALS: &str = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_what_it_looks_like() {
        for text in ["ᴀɴɴ ʟᴇᴇ", "Aɴɴ Lᴇᴇ", "ꓮꓠꓠ ꓡꓰꓰ", "ΑΝΝ ᏞᎬᎬ", "Ann Łee", "АNN LEE", "𝐀𝐧𝐧 𝐋𝐞𝐞"]
        {
            assert!([as_seen(text), as_seen_in_capitals(text)].contains(&"ann lee".to_owned()), "{text}: {}", as_seen(text));
        }
        assert_eq!(as_seen_in_capitals("ανν Ιι"), "ann ii");
        assert_eq!(as_seen("Neil, Nell 1I"), "neil, nell 1i");
        assert_eq!((as_seen("李明"), as_seen_in_capitals("Жж ß")), ("李明".to_owned(), "Жж ß".to_owned()));
    }
}
