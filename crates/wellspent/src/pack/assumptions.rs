//! The assumptions log: every number that the run rests on, with its range and its source, and warnings where there is none.

use std::collections::BTreeMap;

use base::reader::{StatedNumber, is_assumption};

use super::plain_text::{head, line, row, text as plain};

/// How well a number is supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    Sourced,
    Assumption,
    NoSource,
}

impl Support {
    pub(crate) fn of(number: &StatedNumber) -> Support {
        match number.from.trim() {
            "" => Support::NoSource,
            from if is_assumption(from) => Support::Assumption,
            _ => Support::Sourced,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Support::Sourced => "sourced",
            Support::Assumption => "assumption",
            Support::NoSource => "no source",
        }
    }
}

/// File and key of a number.
pub(crate) fn place(number: &StatedNumber) -> (&str, &str) {
    number.path.split_once(": ").unwrap_or(("", &number.path))
}

/// How many of the numbers are supported so.
pub(crate) fn count(numbers: &[StatedNumber], support: Support) -> usize {
    numbers.iter().filter(|number| Support::of(number) == support).count()
}

/// Numbers that may be wrong and that no scenario varies.
pub(crate) fn fixed_assumptions(numbers: &[StatedNumber]) -> Vec<&StatedNumber> {
    numbers.iter().filter(|number| number.range.is_none() && Support::of(number) != Support::Sourced).collect()
}

/// Every number, a row each.
pub(crate) fn csv(numbers: &[StatedNumber]) -> String {
    let mut out = line(&["file", "key", "stated", "low", "high", "standing", "source"]);
    for number in numbers {
        let (file, key) = place(number);
        let (low, high) = number.range.as_ref().map_or(("", ""), |(low, high)| (low, high));
        out += &line(&[file, key, &number.stated, low, high, Support::of(number).words(), number.from.trim()]);
    }
    out
}

/// The log for readers: what has no source first, then the assumptions, then what is sourced.
pub(crate) fn text(numbers: &[StatedNumber]) -> String {
    let ranged = numbers.iter().filter(|number| number.range.is_some()).count();
    let mut out = format!(
        "# Assumptions\n\nThe run depends on {} numbers: {} with a source, {} assumptions, {} without a source. {ranged} have a range, \
         and the scenarios vary only those. `assumptions.csv` lists them all, a row each.\n\nA source is what the file says it is. \
         The reviewer must look up whether it exists and says so.\n",
        numbers.len(),
        count(numbers, Support::Sourced),
        count(numbers, Support::Assumption),
        count(numbers, Support::NoSource),
    );
    let partly: Vec<&StatedNumber> = numbers
        .iter()
        .filter(|number| Support::of(number) == Support::Sourced && number.from.to_lowercase().contains("assum"))
        .collect();
    if !partly.is_empty() {
        out += "\n## Warnings: sources that mention an assumption themselves\n\nThese count as numbers with a source, but part of each is \
                assumed.\n\n";
        out += &table(&partly);
    }
    for (support, title, none) in [
        (Support::NoSource, "Warnings: numbers without a source", "Every number has a source, or is marked as an assumption."),
        (Support::Assumption, "Assumptions", "Nothing is assumed."),
        (Support::Sourced, "Numbers with a source", "No number has a source."),
    ] {
        let of: Vec<&StatedNumber> = numbers.iter().filter(|number| Support::of(number) == support).collect();
        out += &format!("\n## {title}\n\n");
        out += &if of.is_empty() { format!("{none}\n") } else { table(&of) };
    }
    out
}

/// What the numbers of one row share: file, key or column, source.
type Group<'a> = (&'a str, &'a str, &'a str);

/// Numbers that share a source and a place, in one row: a table of prices by area is one statement.
fn table(numbers: &[&StatedNumber]) -> String {
    let mut groups: Vec<(Group<'_>, Vec<&StatedNumber>)> = Vec::new();
    for number in numbers {
        let (file, key) = place(number);
        // In a table the last part is the column; in a file of terms every key is different.
        let name = key.rsplit_once(": ").map_or(key, |(_, column)| column);
        let group = (file, name, number.from.trim());
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(number),
            None => groups.push((group, vec![number])),
        }
    }
    let mut out = head(&["file", "number", "stated", "range", "source, or why it is assumed so"]);
    for ((file, name, from), members) in groups {
        let name = if members.len() > 1 { format!("{name} ({} rows)", members.len()) } else { name.to_owned() };
        let stated = spread(members.iter().map(|number| number.stated.as_str()));
        let range = spread(members.iter().map(|number| match &number.range {
            Some((low, high)) => format!("{low} to {high}"),
            None => "none".to_owned(),
        }));
        out += &row(&[file, &name, &stated, &range, from]);
    }
    out
}

/// The different ones of some words; the first and the last of many.
fn spread(words: impl Iterator<Item = impl Into<String>>) -> String {
    let mut different: Vec<String> = Vec::new();
    for words in words.map(Into::into) {
        if !different.contains(&words) {
            different.push(words);
        }
    }
    match different.as_slice() {
        [] => String::new(),
        few if few.len() <= 4 => few.join("; "),
        many => format!("{}; …; {}", many[0], many[many.len() - 1]),
    }
}

/// The same numbers by their source, for a list: source, then keys.
pub(crate) fn by_source(numbers: &[&StatedNumber]) -> String {
    let mut groups: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for number in numbers {
        let (file, key) = place(number);
        let key = match key.rsplit_once(": ") {
            Some((_, column)) => format!("{file}, column {column}"),
            None => format!("{key} ({})", number.stated),
        };
        let keys = groups.entry(number.from.trim()).or_default();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let item = |(from, keys): (&str, Vec<String>)| {
        let from = if from.is_empty() { "no source" } else { from };
        format!("- {}: {}\n", plain(&keys.join("; ")), plain(from))
    };
    groups.into_iter().map(item).collect()
}
