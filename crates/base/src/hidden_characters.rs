//! Finds characters that a reader cannot see or that a terminal obeys, and writes them so that they can be seen.
//!
//! A name from a file may contain a control character that clears the screen, a bidirectional override that reverses a line, or a
//! zero-width space that makes two names look like one. All code that shows text from outside shows these as `<U+202E>`.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character is hidden: a control (C0, C1, delete), a line or paragraph separator, a character that Unicode lets a
/// program ignore (zero-width, bidirectional, soft hyphen, variation selector, tag, filler), an annotation mark, or no
/// character at all. A line feed and a tab are controls too.
#[must_use]
pub fn hidden(c: char) -> bool {
    matches!(c,
        '\0'..='\x1f'
        | '\x7f'..='\u{9f}'
        | '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{3164}'
        | '\u{fdd0}'..='\u{fdef}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}'
    ) || (c as u32) & 0xfffe == 0xfffe
}

/// A text from outside within one line of output. Every hidden character is shown by its number, including line ends and tabs.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    shown(text, hidden)
}

/// A text of several lines: as [`visible`], but line feeds and tabs stay as they are.
#[must_use]
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| hidden(c) && c != '\n' && c != '\t')
}

fn shown(text: &str, hide: impl Fn(char) -> bool) -> Cow<'_, str> {
    // Most texts have no hidden characters, and are not copied.
    let Some(first) = text.find(&hide) else { return Cow::Borrowed(text) };
    let mut out = text[..first].to_owned();
    for c in text[first..].chars() {
        if hide(c) {
            let _ = write!(out, "<U+{:04X}>", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_that_a_terminal_obeys_are_shown_by_number() {
        assert_eq!(visible("Acme\u{200b} Ltd"), "Acme<U+200B> Ltd");
        assert_eq!(visible("a\x1b[2Jb\u{9b}31m\r\nc\td"), "a<U+001B>[2Jb<U+009B>31m<U+000D><U+000A>c<U+0009>d");
        assert_eq!(visible_lines("a\u{202e}b\r\nc\td"), "a<U+202E>b<U+000D>\nc\td");
        assert_eq!(visible("tag \u{e0041}"), "tag <U+E0041>");
        assert!(matches!(visible("Siân O’Neil, £5 — ½ 日本 👍"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn no_hidden_character_is_left(text in prop::collection::vec(any::<char>(), 0..40)) {
            let text: String = text.into_iter().collect();
            prop_assert!(!visible(&text).contains(hidden));
            prop_assert!(!visible_lines(&text).contains(|c| hidden(c) && c != '\n' && c != '\t'));
            let again = visible(&text).into_owned();
            prop_assert_eq!(visible(&again).into_owned(), again.clone());
        }
    }
}
