//! Whether an assurance pack is as it was written, for a terminal.

use crate::terminal::{green, red};

/// What was found of a pack.
#[derive(Clone, Copy, Debug)]
pub struct Verified<'a> {
    pub place: &'a str,
    /// What is not as it should be, each in words.
    pub wrong: &'a [String],
    /// Files that were compared with the run made again.
    pub compared: usize,
    pub fingerprint: Option<&'a str>,
    /// The version that wrote the pack, where it is not this one.
    pub written_by: Option<&'a str>,
    pub program: &'a str,
}

/// The answer in plain words.
#[must_use]
pub fn text(found: &Verified<'_>) -> String {
    let Verified { place, wrong, compared, program, .. } = *found;
    if wrong.is_empty() {
        let answer = match found.written_by {
            None => format!("{place}: made again, all {compared} files are the same to the byte"),
            Some(writer) => format!(
                "{place}: written by {writer} and made again by {program}. Every number in its data files is the same. Its words may \
                 differ between versions"
            ),
        };
        return format!("{}\nfingerprint {}\n", green(&answer), found.fingerprint.unwrap_or_default());
    }
    let count = if wrong.len() == 1 { "1 thing is".to_owned() } else { format!("{} things are", wrong.len()) };
    let list = wrong.iter().map(|words| format!("- {}\n", words.replace('\n', "\n  ")));
    format!("{}\n{}", red(&format!("{place}: {count} not as it should be")), list.collect::<String>())
}
