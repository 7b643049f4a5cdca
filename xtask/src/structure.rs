//! The structure of the workspace as figures: type names used twice, files that import each other in a circle, lines that print
//! outside the command line, places that match on the name of a risk or a clause. `cargo xtask structure` prints them, and the
//! tests hold them to their limits.

use std::collections::BTreeMap;
use std::path::Path;

use crate::sources::{Source, cycles, imports, sources, texts_and_comments};

/// Type names that are defined more than once, each with the files.
pub(crate) fn duplicate_types(sources: &[Source]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in sources {
        for line in source.text.lines() {
            let code = line.trim_start();
            let code = code.strip_prefix("pub ").unwrap_or(code);
            let code = match code.strip_prefix("pub(") {
                Some(rest) => rest.split_once(") ").map_or("", |(_, rest)| rest),
                None => code,
            };
            let words: Vec<&str> = code.split(' ').collect();
            // A type inside a function or a trait's associated type is nobody's business outside.
            let indented = line.starts_with(' ');
            if words.len() > 1 && !indented && ["struct", "enum", "trait", "type"].contains(&words[0]) {
                let name: String = words[1].chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
                found.entry(name).or_default().push(source.name.clone());
            }
        }
    }
    found.retain(|_, files| files.len() > 1);
    found
}

/// Circles of imports, each as the names of its files.
pub(crate) fn import_cycles(sources: &[Source]) -> Vec<Vec<String>> {
    let name = |at: usize| sources[at].name.clone();
    cycles(&imports(sources)).into_iter().map(|group| group.into_iter().map(name).collect()).collect()
}

/// Lines outside the command line that print.
pub(crate) fn printing(sources: &[Source]) -> Vec<String> {
    let prints = ["println!", "print!(", "eprint!(", "io::stdout", "io::stderr", "stdout()", "stderr()"];
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !source.name.starts_with("apps/cli/")) {
        for (at, line) in source.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if prints.iter().any(|print| code.contains(print)) {
                found.push(format!("{}:{}: {}", source.name, at + 1, line.trim()));
            }
        }
    }
    found
}

/// Places outside a risk's own file, the list of risks and the glossary that hold the name of a risk as a text of its own.
pub(crate) fn risk_names(sources: &[Source]) -> Vec<String> {
    let names: Vec<&str> = risks::CATALOGUE.iter().map(|risk| risk.name).collect();
    named(sources, &names, |source| source.name.starts_with("crates/risks/src/"))
}

/// The same of clauses: outside `contract/src/clauses`, no text is the name of a clause, and nothing matches on `ClauseTerms`.
pub(crate) fn clause_names(sources: &[Source]) -> Vec<String> {
    let names: Vec<&str> = contract::clauses::CATALOGUE.iter().map(|kind| kind.name).collect();
    let own = |source: &Source| source.name.starts_with("crates/contract/src/clauses/");
    let mut found = named(sources, &names, own);
    for source in sources.iter().filter(|source| !own(source)) {
        for (at, line) in source.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            let matches = code.match_indices("ClauseTerms::").any(|(at, _)| {
                let before = code[..at].chars().next_back();
                let after = code[at + "ClauseTerms::".len()..].chars().next();
                before.is_none_or(|letter| !letter.is_alphanumeric()) && after.is_some_and(|letter| letter.is_uppercase())
            });
            if matches {
                found.push(format!("{}:{}: {}", source.name, at + 1, line.trim()));
            }
        }
    }
    found
}

/// Texts that are the name of something else: a key of a scheme file, an id in a chart, a word of a textbook's game.
const OTHER_MEANINGS: [(&str, &str); 7] = [
    // The table [award] of a market: how providers get in.
    ("crates/contract/src/market/", "award"),
    // The table [baseline.NAME.ratchet], and the key of the assumptions file.
    ("crates/contract/src/", "ratchet"),
    ("crates/simulation/src/assumptions/", "timing"),
    ("crates/simulation/src/assumptions/", "displacement"),
    // How far an outcome drifts by itself.
    ("crates/report/src/sensitivity.rs", "drift"),
    // Forms of games and their figures: `cap` and `audit` there are numbers of a principal-agent model.
    ("crates/simulation/src/game/", ""),
    ("crates/report/src/charts.rs", "drift"),
];

fn named(sources: &[Source], names: &[&str], own: impl Fn(&Source) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| !own(source)) {
        let (texts, _) = texts_and_comments(&source.text);
        let other = |text: &str| {
            OTHER_MEANINGS.iter().any(|(file, name)| source.name.starts_with(file) && (name.is_empty() || *name == text))
        };
        let hits = texts.iter().filter(|piece| names.contains(&piece.text.as_str()) && !other(&piece.text));
        found.extend(hits.map(|piece| format!("{}:{}: \"{}\"", source.name, piece.line, piece.text)));
    }
    found
}

/// Prints every figure, with what is behind it.
#[allow(clippy::print_stdout)]
pub(crate) fn print(root: &Path) {
    let sources = sources(root);
    let duplicates = duplicate_types(&sources);
    println!("type names defined more than once: {}", duplicates.len());
    duplicates.iter().for_each(|(name, files)| println!("  {name}: {}", files.join(", ")));
    let cycles = import_cycles(&sources);
    println!("circles of imports: {}", cycles.len());
    cycles.iter().for_each(|files| println!("  {}", files.join(", ")));
    for (what, lines) in [
        ("lines that print outside apps/cli", printing(&sources)),
        ("places outside crates/risks that hold the name of a risk", risk_names(&sources)),
        ("places outside contract/src/clauses that hold the name of a clause or match on its kind", clause_names(&sources)),
    ] {
        println!("{what}: {}", lines.len());
        lines.iter().for_each(|line| println!("  {line}"));
    }
}
