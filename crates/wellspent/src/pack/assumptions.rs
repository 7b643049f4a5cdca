//! The assumptions log: every number that the run rests on, with its range and its source, and warnings where there is none.

use std::collections::BTreeMap;

use base::document::{Number, is_assumption};

use super::{head, line, row, text as plain};

/// How well a number is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Sourced,
    Assumption,
    NoSource,
}

impl Standing {
    pub fn of(number: &Number) -> Standing {
        match number.from.trim() {
            "" => Standing::NoSource,
            from if is_assumption(from) => Standing::Assumption,
            _ => Standing::Sourced,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Standing::Sourced => "sourced",
            Standing::Assumption => "assumption",
            Standing::NoSource => "no source",
        }
    }
}

/// File and key of a number.
pub fn place(number: &Number) -> (&str, &str) {
    number.path.split_once(": ").unwrap_or(("", &number.path))
}

/// How many of the numbers stand so.
pub fn count(numbers: &[Number], standing: Standing) -> usize {
    numbers.iter().filter(|number| Standing::of(number) == standing).count()
}

/// Numbers that may be wrong and that no scenario varies.
pub fn fixed_assumptions(numbers: &[Number]) -> Vec<&Number> {
    numbers.iter().filter(|number| number.range.is_none() && Standing::of(number) != Standing::Sourced).collect()
}

/// Every number, a row each.
pub fn csv(numbers: &[Number]) -> String {
    let mut out = line(&["file", "key", "stated", "low", "high", "standing", "source"]);
    for number in numbers {
        let (file, key) = place(number);
        let (low, high) = number.range.as_ref().map_or(("", ""), |(low, high)| (low, high));
        out += &line(&[file, key, &number.stated, low, high, Standing::of(number).words(), number.from.trim()]);
    }
    out
}

/// The log for readers: what has no source first, then the assumptions, then what is sourced.
pub fn text(numbers: &[Number]) -> String {
    let ranged = numbers.iter().filter(|number| number.range.is_some()).count();
    let mut out = format!(
        "# Assumptions\n\nThe run rests on {} numbers: {} with a source, {} assumptions, {} without a source. {ranged} have a range, \
         and the scenarios vary those and no others. `assumptions.csv` has them all, a row each.\n\nA source is what the \
         file says it is: whether it exists and says so is for the reviewer to look up.\n",
        numbers.len(),
        count(numbers, Standing::Sourced),
        count(numbers, Standing::Assumption),
        count(numbers, Standing::NoSource),
    );
    let partly: Vec<&Number> = numbers
        .iter()
        .filter(|number| Standing::of(number) == Standing::Sourced && number.from.to_lowercase().contains("assum"))
        .collect();
    if !partly.is_empty() {
        out += "\n## Warnings: sources that speak of an assumption themselves\n\nCounted among the numbers with a source; part of each \
                is assumed all the same.\n\n";
        out += &table(&partly);
    }
    for (standing, title, none) in [
        (
            Standing::NoSource,
            "Warnings: numbers without a source",
            "Every number says where it comes from, or that it is assumed.",
        ),
        (Standing::Assumption, "Assumptions", "Nothing is assumed."),
        (Standing::Sourced, "Numbers with a source", "No number has a source."),
    ] {
        let of: Vec<&Number> = numbers.iter().filter(|number| Standing::of(number) == standing).collect();
        out += &format!("\n## {title}\n\n");
        out += &if of.is_empty() { format!("{none}\n") } else { table(&of) };
    }
    out
}

/// What the numbers of one row share: file, key or column, source.
type Group<'a> = (&'a str, &'a str, &'a str);

/// Numbers that share a source and a place, a row together: a table of prices by area is one statement.
fn table(numbers: &[&Number]) -> String {
    let mut groups: Vec<(Group<'_>, Vec<&Number>)> = Vec::new();
    for number in numbers {
        let (file, key) = place(number);
        // In a table the last part is the column; in a file of terms every key is its own.
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

/// The same numbers by what they rest on, for a list: source, then keys.
pub fn by_source(numbers: &[&Number]) -> String {
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
