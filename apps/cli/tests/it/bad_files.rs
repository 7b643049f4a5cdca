//! Every mistake has its message: a folder under `tests/bad/` for each, with what `wellspent check` must say of it.
//!
//! A case is the good scheme in `_base` with `change.txt` applied: after `in FILE`, the lines marked `-` are replaced by the
//! lines marked `+`; plus lines alone go to the end of the file; `remove FILE` takes a file away. Any other file in the
//! case's folder replaces the one of the same name, byte for byte. `expected.txt` is what the user sees.

use std::fs;
use std::path::{Path, PathBuf};

use crate::wellspent::{Scratch, differs, root, run, said};

fn folder() -> PathBuf {
    root().join("apps/cli/tests/bad")
}

fn cases() -> Vec<PathBuf> {
    let list = fs::read_dir(folder()).expect("the folder of bad schemes");
    let mut cases: Vec<PathBuf> = list.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    cases.sort();
    cases
}

fn name(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8")
}

fn copy(from: &Path, to: &Scratch) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let path = entry.path();
        if !matches!(name(&path), "change.txt" | "expected.txt") {
            to.write(name(&path), fs::read(&path).expect("a file"));
        }
    }
}

/// Applies `change.txt`; a change that does not fit the base is a mistake in the case.
fn change(text: &str, scratch: &Scratch, case: &str) {
    let mut file = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("in ") {
            file = name.to_owned();
        } else if let Some(name) = line.strip_prefix("remove ") {
            fs::remove_file(scratch.0.join(name)).unwrap_or_else(|_| panic!("{case}: there is no {name} to remove"));
        } else if line.starts_with(['-', '+']) {
            let (mut old, mut new) = (String::new(), String::new());
            let mut next = Some(line);
            while let Some(line) = next {
                match line.split_at(1) {
                    ("-", rest) => old += &format!("{}\n", rest.strip_prefix(' ').unwrap_or(rest)),
                    (_, rest) => new += &format!("{}\n", rest.strip_prefix(' ').unwrap_or(rest)),
                }
                // A minus after a plus starts the next change.
                next = lines.next_if(|line| line.starts_with('+') || line.starts_with('-') && new.is_empty());
            }
            let before = fs::read_to_string(scratch.0.join(&file)).unwrap_or_else(|_| panic!("{case}: there is no {file}"));
            let after = if old.is_empty() {
                before + &new
            } else {
                assert_eq!(before.matches(&old).count(), 1, "{case}: these lines must stand once in {file}:\n{old}");
                before.replace(&old, &new)
            };
            scratch.write(&file, after);
        }
    }
}

/// The folder as the user would have it, and what the program says of it, with the folder's place left out.
fn check(case: &Path) -> String {
    let scratch = Scratch::new(name(case));
    copy(&folder().join("_base"), &scratch);
    copy(case, &scratch);
    if let Ok(text) = fs::read_to_string(case.join("change.txt")) {
        change(&text, &scratch, name(case));
    }
    said(&run(&["check", scratch.path()])).replace(scratch.path(), name(case))
}

#[test]
fn every_mistake_has_its_message() {
    let wrong: Vec<String> = cases().iter().filter_map(|case| differs(&case.join("expected.txt"), &check(case))).collect();
    assert!(
        wrong.is_empty(),
        "{}\nhint: UPDATE=1 cargo test rewrites the files; read each change before you keep it",
        wrong.join("\n")
    );
}

/// What makes a message a good one, whatever its words: where, what was expected, how to fix it, and nothing half-said.
#[test]
fn every_error_says_where_and_how_to_fix_it() {
    for case in cases().iter().filter(|case| name(case) != "_base") {
        let text = check(case);
        let name = name(case);
        assert!(text.contains("error: "), "{name}: finds nothing wrong");
        assert!(text.ends_with("exit code 1\n"), "{name}: must end with exit code 1");
        for problem in text.split("error: ").skip(1) {
            assert!(problem.starts_with(&format!("{name}/")), "{name}: an error that does not name its file:\n{problem}");
            for part in ["      expected  ", "hint: "] {
                assert!(problem.contains(part), "{name}: an error without `{}`:\n{problem}", part.trim());
            }
            assert!(!problem.contains("``") && !problem.contains("= …"), "{name}: a word is missing:\n{problem}");
        }
    }
}

/// A file of records left in the folder by mistake is refused unread, quickly.
#[test]
fn a_file_of_fifty_megabytes_is_refused_unread() {
    let scratch = Scratch::new("records-in-the-folder");
    copy(&folder().join("_base"), &scratch);
    let mut records = b"person,day\n".to_vec();
    records.resize(50_000_000, b'1');
    scratch.write("records.csv", records);
    let began = std::time::Instant::now();
    let said = said(&run(&["check", scratch.path()]));
    assert!(said.contains("records-in-the-folder/records.csv: the file is too large"), "{said}");
    assert!(said.contains("50 MB") && said.contains("at most 4 MB") && said.contains("hint: "), "{said}");
    assert!(said.ends_with("exit code 1\n"), "{said}");
    assert!(began.elapsed().as_secs() < 10, "it took {:?}", began.elapsed());
}
