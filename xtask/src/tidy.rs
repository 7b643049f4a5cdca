//! The rules of the house that a machine can check, each with its reason in the message that breaks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sources::sources;
use crate::{messages, root, structure};

/// Every text file that is ours, with its path from the repository. What git ignores lies in `target`.
fn files(endings: &[&str]) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                walk(&path, found);
            } else if path.is_file() {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), &mut found);
    found
        .into_iter()
        .filter(|path| endings.iter().any(|ending| path.extension().is_some_and(|extension| extension == *ending)))
        .filter_map(|path| {
            let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            // Bad files on purpose are not all UTF-8.
            Some((name, fs::read_to_string(&path).ok()?))
        })
        .collect()
}

fn none(broken: &[String], why: &str) {
    assert!(broken.is_empty(), "{why}\n{}", broken.join("\n"));
}

#[test]
fn every_source_file_says_what_it_is() {
    let silent = files(&["rs"]).into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(name, _)| name);
    none(&silent.collect::<Vec<_>>(), "a file opens with `//!` and what comes in, what goes out, what it leaves alone:");
}

/// The crates from the bottom up. Each may use only those before it, and none may reach what it must not know.
const CRATES: [(&str, &[&str]); 12] = [
    ("base", &[]),
    ("contract", &["base"]),
    ("records", &["base"]),
    ("linkage", &["base", "records"]),
    ("outcomes", &["base", "contract", "records"]),
    ("evaluation", &["base"]),
    ("disclosure", &["base"]),
    ("ledger", &["base", "contract", "records"]),
    ("risks", &["base", "contract"]),
    // It writes records of simulated people. Nothing that measures, pays or evaluates may see it: that could peek at the truth.
    ("simulation", &["base", "contract", "records", "outcomes", "risks"]),
    (
        "report",
        &["base", "contract", "records", "linkage", "outcomes", "evaluation", "disclosure", "ledger", "risks", "simulation"],
    ),
    (
        "wellspent",
        &[
            "base",
            "contract",
            "records",
            "linkage",
            "outcomes",
            "evaluation",
            "disclosure",
            "ledger",
            "risks",
            "simulation",
            "report",
        ],
    ),
];

#[test]
fn no_crate_uses_what_stands_above_it() {
    let mut broken = Vec::new();
    for (name, may) in CRATES {
        let manifest = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).expect("a manifest");
        let own = manifest.split("[dependencies]").nth(1).unwrap_or_default();
        let own = own.split("\n[").next().unwrap_or_default();
        let uses = own.lines().filter_map(|line| line.strip_suffix(".workspace = true"));
        let ours = uses.filter(|used| CRATES.iter().any(|(other, _)| other == used));
        broken.extend(ours.filter(|used| !may.contains(used)).map(|used| format!("{name} uses {used}")));
    }
    none(&broken, "a crate may use only those below it:");
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let cycles = structure::import_cycles(&sources(&root()));
    let broken: Vec<String> = cycles.iter().map(|files| files.join(", ")).collect();
    none(&broken, "files that import each other can only be understood together; move what they share into a file below both:");
}

#[test]
fn nothing_but_the_command_line_prints() {
    none(&structure::printing(&sources(&root())), "a library gives back what there is to say:");
}

#[test]
fn what_is_known_of_a_risk_is_in_its_file() {
    none(&structure::risk_names(&sources(&root())), "no other file decides by the name of a risk:");
}

#[test]
fn what_is_known_of_a_clause_is_in_its_file() {
    none(&structure::clause_names(&sources(&root())), "no other file decides by the kind of a clause:");
}

#[test]
fn one_type_name_is_one_thing() {
    let all = structure::duplicate_types(&sources(&root()));
    let broken: Vec<String> = all.iter().map(|(name, files)| format!("{name}: {}", files.join(", "))).collect();
    none(&broken, "a reader who meets a name twice should meet one thing:");
}

#[test]
fn messages_are_in_plain_words() {
    none(&messages::not_plain(&messages::messages()), "messages are in plain English:");
}

/// Messages that have a number before a plural today: a limit, a count that is large by its nature, or a branch for several.
const PLURALS: usize = 70;

#[test]
fn messages_have_the_singular() {
    let found = messages::always_plural(&messages::messages());
    let why = "\"1 rows\" is no English: give a new message one and many, or write the number behind a colon";
    assert!(found.len() <= PLURALS, "{why}\n{}", found.join("\n"));
}

/// Names that begin with a capital wherever they stand.
const PROPER_NAMES: [&str; 7] = ["Chromium", "Excel", "OpenDocument", "Parquet", "PostgreSQL", "Splink", "SQLite"];

/// The messages of a source file that begin like a sentence of their own. "error: " stands before them.
fn capital_errors(text: &str) -> Vec<&str> {
    let openers = ["bail!(", "anyhow!(", "Hinted::new(", "Error::failed("];
    let of = |opener: &'static str| {
        text.match_indices(opener).filter_map(move |(at, _)| {
            let rest = text[at + opener.len()..].trim_start();
            let rest =
                rest.strip_prefix("Error::failed(").or_else(|| rest.strip_prefix("Hinted::new(")).unwrap_or(rest).trim_start();
            let message = rest.strip_prefix("format!(").unwrap_or(rest).trim_start().strip_prefix('"')?;
            let mut letters = message.chars();
            let is_sentence = letters.next()?.is_uppercase() && letters.next()?.is_lowercase();
            (is_sentence && !PROPER_NAMES.iter().any(|name| message.starts_with(name)))
                .then(|| message.lines().next().unwrap_or(""))
        })
    };
    openers.into_iter().flat_map(of).collect()
}

#[test]
fn errors_begin_with_a_small_letter() {
    let mut broken = Vec::new();
    for source in sources(&root()) {
        broken.extend(capital_errors(&source.text).into_iter().map(|message| format!("{}: {message}", source.name)));
    }
    none(&broken, "a message follows \"error: \", so it begins with a small letter:");
    assert_eq!(
        capital_errors("bail!(\"Say who\"); bail!(\n  format!(\"Write {x}\")); bail!(\"JSON\"); bail!(\"Excel is\")").len(),
        2
    );
}

/// A sentence whose only difference for one thing is a word. Two whole sentences may differ as they like.
#[test]
fn singular_and_plural_are_chosen_in_one_place() {
    let mut broken = Vec::new();
    for (name, text) in files(&["rs"]) {
        let library = name.starts_with("crates/") || name.starts_with("apps/");
        if !library || name.contains("/tests/") || name.contains("/benches/") {
            continue;
        }
        let lines = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default().lines().enumerate();
        broken.extend(
            lines.filter(|(_, line)| chooses_a_word(line)).map(|(at, line)| format!("{name}:{}: {}", at + 1, line.trim())),
        );
    }
    none(&broken, "`base::english::plural` and `counted` have the singular and the plural of every sentence:");
}

/// `if rows == 1 { "row" } else { "rows" }`, for two words or two pairs of words.
fn chooses_a_word(line: &str) -> bool {
    let branches = line.split_once(" == 1 { ").or_else(|| line.split_once(" == 1.0 { "));
    let Some((one, other)) = branches.and_then(|(_, rest)| rest.split_once(" } else { ")) else { return false };
    // What comes before a number is a whole sentence of its own: "one agency".
    let word = |text: &str| text.starts_with('"') || text.starts_with("(\"");
    word(one) && (word(other) || other.starts_with("format!(\"{")) && !one.starts_with("\"one ")
}

#[test]
fn the_rule_of_singular_and_plural_finds_what_breaks_it() {
    for line in [
        "let are = if rows == 1 { \"is\" } else { \"are\" };",
        "let s = if self.rows.len() == 1 { \"\" } else { \"s\" };",
        "let (are, it) = if rows == 1 { (\"is\", \"it\") } else { (\"are\", \"them\") };",
        "if people == 1 { \"1 person\".to_owned() } else { format!(\"{} people\", thousands(people)) }",
    ] {
        assert!(chooses_a_word(line), "{line}");
    }
    assert!(!chooses_a_word("let found = if count == 1 { first.to_owned() } else { format!(\"{count}\") };"));
}

/// The most lines of one function, with its signature and its closing bracket.
const LONGEST_FUNCTION: usize = 100;

/// Functions that may be longer, because a reader would only have to jump if they were divided.
const MAY_BE_LONGER: [(&str, &str, &str); 2] = [
    ("crates/wellspent/src/gate.rs", "read", "the tables of a folder in the order in which they need each other"),
    ("xtask/src/mutations/faults.rs", "plant", "an arm for each risk"),
];

#[test]
fn no_function_is_too_long_to_be_read_at_once() {
    let (mut broken, mut excused) = (Vec::new(), Vec::new());
    for (name, text) in files(&["rs"]).into_iter().filter(|(name, _)| !name.contains("/tests/")) {
        for (function, lines) in functions(&text).into_iter().filter(|(_, lines)| *lines > LONGEST_FUNCTION) {
            match MAY_BE_LONGER.iter().find(|(file, known, _)| *file == name && *known == function) {
                Some(known) => excused.push(known.1),
                None => broken.push(format!("{name}: {function} has {lines} lines")),
            }
        }
    }
    none(&broken, &format!("a function has at most {LONGEST_FUNCTION} lines; divide it where a reader would pause:"));
    assert_eq!(excused.len(), MAY_BE_LONGER.len(), "these are long no more: take the others off the list: {excused:?}");
}

/// The functions of a formatted file, each with its number of lines. A function ends with the first bracket that stands as far in as it
/// began.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let named = code
            .strip_prefix("fn ")
            .or_else(|| code.starts_with("pub").then(|| code.split_once(" fn ").map(|(_, named)| named)).flatten());
        let (Some(named), false) = (named, line.ends_with(['}', ';'])) else { continue };
        let name = named.split(['(', '<']).next().unwrap_or_default().to_owned();
        let end = format!("{}}}", &line[..line.len() - code.len()]);
        let length = lines[at..].iter().position(|later| *later == end).map_or(0, |last| last + 1);
        found.push((name, length));
    }
    found
}

#[test]
fn every_kind_of_clause_has_a_page_of_cases() {
    let cases: Vec<(String, String)> = files(&["md"]).into_iter().filter(|(name, _)| name.starts_with("cases/")).collect();
    let bare = contract::clauses::CATALOGUE.iter().filter(|kind| {
        let page = format!("cases/clauses/{}.md", kind.name.replace(' ', "-"));
        !cases.iter().any(|(name, text)| *name == page && text.contains(&format!("clause = \"{}\"", kind.name)))
    });
    let bare: Vec<String> = bare.map(|kind| format!("cases/clauses/{}.md", kind.name.replace(' ', "-"))).collect();
    none(&bare, "what a clause pays is specified in the casebook; these pages are missing:");
}

/// A key that the reference does not have cannot be found by anyone who does not read the code.
#[test]
fn every_key_of_the_files_is_in_the_reference() {
    let page = |name: &str| fs::read_to_string(root().join(name)).expect("the reference");
    let (of_scheme, of_market) = (page(crate::docs::SCHEME_FILE), page("docs/market-file.md"));
    let readers = ["text", "required_text", "date", "required_date", "truth", "list", "choice", "required_choice", "number"];
    let more = ["required", "positive", "required_within", "required_schedule", "positive_schedule", "schedule_up_to"];
    let rest = ["checked_schedule", "section", "required_section"];
    let mut missing = Vec::new();
    for (name, text) in files(&["rs"]) {
        if !name.starts_with("crates/contract/src/") && !name.starts_with("crates/simulation/src/assumptions") {
            continue;
        }
        let reference = if name.starts_with("crates/contract/src/market/") { &of_market } else { &of_scheme };
        // A long call stands on several lines.
        let text: String = text.split_whitespace().collect();
        for reader in readers.iter().chain(&more).chain(&rest) {
            for generic in ["", "::<Pence>", "::<Rate>", "::<PerHead>", "::<Count>", "::<Change>"] {
                let call = format!(".{reader}{generic}(\"");
                let keys = text.split(&call).skip(1).filter_map(|after| after.split('"').next());
                missing.extend(keys.filter(|key| !names(reference, key)).map(|key| format!("{key} ({name})")));
            }
        }
    }
    missing.sort();
    missing.dedup();
    none(&missing, "docs/scheme-file.md, or docs/market-file.md for those of a market, does not have these keys:");
}

/// Whether the reference has the key in its code font, or in an example.
fn names(reference: &str, key: &str) -> bool {
    [format!("`{key}`"), format!("\n{key} = "), format!(" {key} = "), format!("[{key}]"), format!("[{key}.")]
        .iter()
        .any(|form| reference.contains(form))
}

/// What is written must make sense to someone who has the repository and nothing else.
#[test]
fn no_file_speaks_of_where_it_was_made() {
    // Put together here, so that this file does not break its own rule.
    let paths = [concat!("/wo", "rk/"), concat!("/tm", "p/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    let words = [concat!("this ses", "sion"), concat!("iss", "ue #"), concat!("pull requ", "est"), concat!("chat", "bot")];
    let mut broken = Vec::new();
    for (name, text) in files(&["rs", "md", "toml", "csv", "txt", "py"]) {
        for (at, line) in text.lines().enumerate() {
            let lower = line.to_lowercase();
            if paths.iter().chain(&words).any(|word| lower.contains(word)) {
                broken.push(format!("{name}:{}: {}", at + 1, line.trim()));
            }
        }
    }
    none(&broken, "a path of one machine, or a word about how the work was done:");
}

#[test]
fn no_line_ends_in_blanks() {
    let mut broken = Vec::new();
    for (name, text) in files(&["rs", "md", "toml"]) {
        let lines = text.lines().enumerate().filter(|(_, line)| line.ends_with([' ', '\t']));
        broken.extend(lines.map(|(at, _)| format!("{name}:{}", at + 1)));
    }
    none(&broken, "blanks at the end of a line make changes look larger than they are:");
}
