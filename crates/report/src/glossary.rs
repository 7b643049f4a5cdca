//! The glossary, for the program and its pages: `docs/glossary.md` is its only copy.

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
