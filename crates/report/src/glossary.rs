//! The glossary, for the program and its pages: `docs/glossary.md` is its only copy.

use crate::terminal::{bold, wrap};

const GLOSSARY: &str = include_str!("../../../docs/glossary.md");

/// Every entry: its name and its text.
pub fn entries() -> Vec<(&'static str, &'static str)> {
    GLOSSARY
        .split("\n## ")
        .skip(1)
        .filter_map(|entry| entry.split_once('\n'))
        .map(|(name, text)| (name.trim(), text.trim()))
        .collect()
}

/// Marks the line with the words that earlier versions used for a term.
const FORMERLY: &str = "Formerly: ";

/// The words that earlier versions used for an entry.
fn former_names(text: &str) -> Vec<&str> {
    let line = text.lines().find_map(|line| line.strip_prefix(FORMERLY)).unwrap_or_default();
    line.trim_end_matches('.').split([',', ';']).map(str::trim).filter(|name| !name.is_empty()).collect()
}

/// The entry with a name, or else the one that earlier versions called so.
#[must_use]
pub fn find(term: &str) -> Option<(&'static str, &'static str)> {
    let entries = entries();
    let named = entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(term));
    let former = || entries.iter().find(|(_, text)| former_names(text).iter().any(|name| name.eq_ignore_ascii_case(term)));
    named.or_else(former).copied()
}

/// The entry of a term for a terminal.
#[must_use]
pub fn text(term: &str) -> Option<String> {
    let (name, text) = find(term)?;
    // The former names are on a line of their own, as in the document.
    let (text, former) = match text.split_once(FORMERLY) {
        Some((text, names)) => (text, format!("{FORMERLY}{names}\n")),
        None => (text, String::new()),
    };
    let paragraphs: Vec<String> = text.split("\n\n").map(|paragraph| wrap(paragraph, 92, "")).collect();
    Some(format!("{}\n{}\n{former}", bold(name), paragraphs.join("\n\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_found_by_its_name_and_by_its_former_name() {
        let name = |term: &str| find(term).map(|(name, _)| name);
        assert_eq!(name("Strategy"), Some("strategy"));
        assert_eq!(name("conduct"), Some("strategy"));
        assert_eq!(name("plausible world"), Some("scenario"));
        assert_eq!(name("nonsense"), None);
    }
}
