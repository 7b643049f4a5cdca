//! The glossary, for the program and its pages: `docs/glossary.md` is its only copy.

use crate::terminal::Terminal;

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

/// The entry with a name, or else the one that earlier versions called so. A plural finds the entry of its singular, and the other
/// way round.
#[must_use]
pub fn find(term: &str) -> Option<(&'static str, &'static str)> {
    let term = term.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let entries = entries();
    let named = |wanted: &dyn Fn(&str) -> bool| {
        let former = || entries.iter().find(|(_, text)| former_names(text).iter().any(|name| wanted(name)));
        entries.iter().find(|(name, _)| wanted(name)).or_else(former).copied()
    };
    let of_term = singulars(&term);
    let same = |name: &str| singulars(&name.to_lowercase()).iter().any(|one| of_term.contains(one));
    named(&|name| name.to_lowercase() == term).or_else(|| named(&same))
}

/// A term, and what it may be the plural of: "tallies" of "tally", "gates" of "gate", "losses" of "loss".
fn singulars(term: &str) -> Vec<String> {
    let endings = [("ies", "y"), ("ses", "s"), ("s", "")];
    let singular = |(plural, one): (&str, &str)| Some(format!("{}{one}", term.strip_suffix(plural)?));
    std::iter::once(term.to_owned()).chain(endings.into_iter().filter_map(singular)).collect()
}

/// A text of the glossary without the marks of its document: no stars, no backticks, and links as their words alone.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        out += before;
        let of_link = link.split_once("](").filter(|(words, _)| !words.contains(['[', ']']));
        let Some((words, after)) = of_link.and_then(|(words, after)| Some((words, after.split_once(')')?.1))) else {
            out.push('[');
            rest = link;
            continue;
        };
        out += words;
        rest = after;
    }
    (out + rest).replace(['`', '*'], "")
}

/// The entry of a term for a terminal.
#[must_use]
pub fn text(term: &str, terminal: Terminal) -> Option<String> {
    let (name, text) = find(term)?;
    // The former names are on a line of their own, as in the document.
    let (text, former) = match text.split_once(FORMERLY) {
        Some((text, names)) => (text, format!("{FORMERLY}{names}\n")),
        None => (text, String::new()),
    };
    let paragraphs: Vec<String> = text.split("\n\n").map(|paragraph| terminal.wrap(&plain(paragraph), 0)).collect();
    Some(format!("{}\n{}\n{former}", terminal.bold(name), paragraphs.join("\n\n")))
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

    #[test]
    fn an_entry_is_shown_without_marks() {
        assert_eq!(plain("See [agent type](#agent-type), *or* `x[0]` ([a](b))."), "See agent type, or x[0] (a).");
        for (name, text) in entries() {
            assert!(!plain(text).contains("]("), "{name}");
        }
    }

    #[test]
    fn a_plural_finds_the_entry_of_its_singular() {
        let name = |term: &str| find(term).map(|(name, _)| name);
        for (plural, singular) in
            [("tallies", "tally"), ("gates", "gate"), ("Blocking  Rules", "blocking rule"), ("scenarios", "scenario")]
        {
            assert_eq!(name(plural), Some(singular), "{plural}");
        }
        for (entry, _) in entries() {
            assert_eq!(name(&format!("{entry}s")), Some(entry));
        }
    }
}
