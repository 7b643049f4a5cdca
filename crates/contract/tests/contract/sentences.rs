//! The sentences of a contract, filled: every scheme of the repository, and each with one of its numbers at none, one, two, negative,
//! very large or with decimals, or a name that is very long. What the term sheet, the warnings and the reasons of a statement say has
//! to stay English. `cargo test -p contract --test contract sentences -- --nocapture` prints one filling of each sentence.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::problem::Severity;
use base::proofreading;
use base::source::{FileBytes, Folder};
use contract::{Scheme, explain, price, tally::Tally};

use super::Draws;

const FOLDERS: [&str; 5] = ["schemes", "schemes/theory", "calibration", "examples", "apps/cli/tests/bad"];

/// Every folder with a scheme, in the order of names.
fn schemes() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = FOLDERS.iter().flat_map(|folder| std::fs::read_dir(root.join(folder)).expect("a folder").flatten());
    let mut found: Vec<PathBuf> = folders.map(|entry| entry.path()).filter(|path| path.join("scheme.toml").is_file()).collect();
    found.sort();
    found
}

fn files(path: &Path) -> Folder {
    let entries = std::fs::read_dir(path).expect("a folder").flatten().map(|entry| entry.path());
    let wanted = entries.filter(|path| path.extension().is_some_and(|ending| ending == "toml" || ending == "csv"));
    let read = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        (name, FileBytes::Read(std::fs::read(&path).expect("it can be read")))
    };
    wanted.map(read).collect()
}

/// The places of the numbers of a text, outside comments and the sentences of the file's author.
fn numbers(text: &str) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut prose = false;
    for (at, letter) in text.char_indices() {
        let begins = |words: &str| text[at..].starts_with(words);
        prose = letter != '\n' && (prose || letter == '#' || begins("measure = ") || begins("from = ") || begins("summary = "));
        if prose || !(letter.is_ascii_digit() || matches!(letter, '.' | ',')) {
            continue;
        }
        match found.last_mut().filter(|(_, end)| *end == at) {
            Some((_, end)) => *end = at + 1,
            None if letter.is_ascii_digit() => found.push((at, at + 1)),
            None => {}
        }
    }
    found
}

/// All that is said about a scheme that can be read, each with what is wrong with it.
fn sentences(folder: &Folder, text: &str) -> Vec<(String, Vec<String>)> {
    let opened = base::open(folder);
    let checked = contract::check(&opened);
    let Some(scheme) = &checked.scheme else { return Vec::new() };
    let warnings = checked.problems.iter().filter(|problem| problem.severity == Severity::Warning);
    let terms = explain::term_sheet(scheme).into_iter().map(|paragraph| paragraph.text);
    let said =
        warnings.map(|problem| problem.what.clone()).chain(terms).map(|sentence| (proofreading::faults(&sentence), sentence));
    // The reason of a line may have a sum that is negative, as the line itself.
    let lines = tallies(scheme).into_iter().flat_map(|tally| price::statement(scheme, &tally).0);
    let reasons = lines.map(|line| (proofreading::faults(&line.reason), line.reason)).map(|(mut faults, reason)| {
        faults.retain(|fault| fault != "a minus before a sum");
        (faults, reason)
    });
    // The names of terms and outcomes are those of the file.
    let name = |fault: &String| {
        fault.strip_prefix("a key in place of a word: “").is_some_and(|key| text.contains(key.trim_end_matches('”')))
    };
    let without_names = |(mut faults, sentence): (Vec<String>, String)| {
        faults.retain(|fault| !name(fault));
        (sentence, faults)
    };
    said.chain(reasons).map(without_names).collect()
}

/// As expected, and with nobody, one person, and very many.
fn tallies(scheme: &Scheme) -> Vec<Tally> {
    let expected = explain::expected_tally(scheme, 0, None);
    let most = expected.people.iter().max().copied().unwrap_or_default().max(1) as f64;
    [0.0, 1.0 / most, 0.1, 1.0, 1.2, 5_000.0].map(|by| expected.scaled(by)).into_iter().collect()
}

#[test]
fn what_a_contract_says_is_english_whatever_the_numbers() {
    const LONG: &str =
        "people who have been out of work for more than two years and live in a household with children of school age";
    let values = ["0", "1", "2", "-1", "11", "999999999", "0.5", "1.5", "12", LONG];
    let mut draws = Draws(12);
    // By what is wrong, one sentence that has it and where.
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut filled: BTreeMap<String, String> = BTreeMap::new();
    for path in schemes() {
        let folder = files(&path);
        let Some(FileBytes::Read(bytes)) = folder.get("scheme.toml") else { continue };
        let text = String::from_utf8_lossy(bytes).into_owned();
        let mut tried = vec![(folder.clone(), text.clone())];
        let places = numbers(&text);
        for _ in 0..if places.is_empty() { 0 } else { super::rounds(12) } {
            let (start, end) = draws.of(&places);
            let changed = format!("{}{}{}", &text[..start], draws.of(&values), &text[end..]);
            let mut with = folder.clone();
            with.insert("scheme.toml".to_owned(), FileBytes::Read(changed.clone().into_bytes()));
            tried.push((with, changed));
        }
        for (sentence, faults) in tried.iter().flat_map(|(folder, text)| sentences(folder, text)) {
            for fault in faults {
                wrong.entry(fault).or_insert_with(|| format!("{sentence} ({})", path.file_name().unwrap_or_default().display()));
            }
            let shape: String = sentence.chars().filter(|letter| !letter.is_ascii_digit()).take(60).collect();
            filled.entry(shape).or_insert(sentence);
        }
    }
    assert!(filled.len() > 20, "few sentences were filled");
    assert!(filled.len() > 300, "only {} sentences", filled.len());
    let said: Vec<String> = wrong.iter().map(|(fault, sentence)| format!("{fault}: {sentence}")).collect();
    assert!(said.is_empty(), "{} faults of English\n{}", said.len(), said.join("\n"));
}
