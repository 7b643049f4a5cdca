//! Textbook cases at the command line: by any name, with an exit code that tells agreement from difference, and every mistake
//! in their files with its place. The table in docs/validity/theory.md is what the program prints; `UPDATE=1 cargo test` rewrites it.

use std::fs;

use crate::wellspent::{Scratch, root, run, said};

/// A shipped case with one text of one file changed.
fn changed(name: &str, file: &str, from: &str, to: &str) -> Scratch {
    let scratch = Scratch::new(name);
    for entry in fs::read_dir(root().join("schemes/theory").join(name)).expect("a shipped case").flatten() {
        let text = fs::read_to_string(entry.path()).expect("text");
        let here = entry.file_name().into_string().expect("a name");
        assert!(here != file || text.contains(from), "{name}/{file} has no `{from}`");
        scratch.write(&here, if here == file { text.replace(from, to) } else { text });
    }
    scratch
}

#[test]
fn a_case_goes_by_any_of_its_names() {
    let said = |name: &str| said(&run(&["stress", name]));
    let short = said("theory/linear-contract");
    assert!(short.contains("share  ") && short.contains("0.4000  0.4000  agrees"), "{short}");
    assert!(short.ends_with("exit code 0\n"), "{short}");
    assert_eq!(short, said("schemes/theory/linear-contract"));
    assert_eq!(short, said("schemes/theory/linear-contract/game.toml"));
    let wrong = said("theory/linear-contrat");
    assert!(wrong.contains("did you mean theory/linear-contract?"), "{wrong}");
}

#[test]
fn simulated_figures_come_with_their_error() {
    let said = said(&run(&["stress", "theory/regression-to-the-mean", "--seed", "2"]));
    assert!(said.contains("0.5599  0.5") && said.contains(" ± 0.0"), "{said}");
}

#[test]
fn a_textbook_that_is_wrong_ends_with_exit_code_1() {
    let wrong = changed("ratchet", "textbook.toml", "value = 0.166666667", "value = 0.17");
    let said = said(&run(&["stress", wrong.path()]));
    assert!(said.contains("DIFFERS by 3.333e-3, 1.000e-6 allowed") && said.contains("figures that differ: 2."), "{said}");
    assert!(said.ends_with("exit code 1\n"), "{said}");
}

#[test]
fn mistakes_in_the_files_of_a_case_have_their_place_and_fix() {
    let mistakes = [
        ("ratchet", "game.toml", "follows = ", "folows = ", "game.toml:10:1", "did you mean `follows`?"),
        ("ratchet", "game.toml", "discount_rate = 0.05", "discount_rate = 0", "game.toml:13:17", "correct the number"),
        ("ratchet", "game.toml", "\"ratchet\"", "\"rachet\"", "game.toml:1:8", "write one of the expected values"),
        ("multitask", "game.toml", "uncounted = 0.5", "uncounted = 1.5", "game.toml:3:2", "lower `cost_with`"),
        ("misreporting", "game.toml", "task = \"overstating\"", "task = \"overstatin\"", "game.toml:15:8", "correct the name"),
        ("ratchet", "textbook.toml", "low = [\"baseline.follows\"]", "low = [\"baseline.folows\"]", "textbook.toml:", "range"),
        ("parking", "textbook.toml", "value = 0\n", "vale = 0\n", "textbook.toml:", "did you mean `value`?"),
        ("parking", "scheme.toml", "price = \"£600\"", "price = 600", "scheme.toml:", "£600"),
    ];
    for (name, file, from, to, place, fix) in mistakes {
        let broken = changed(name, file, from, to);
        for command in ["check", "stress"] {
            let said = said(&run(&[command, broken.path()]));
            assert!(said.contains(place) && said.contains(fix), "{command} {name} with `{to}`:\n{said}");
            assert!(said.contains("expected") && said.ends_with("exit code 1\n"), "{said}");
        }
    }
    // A figure that the answer does not have is only known when the game has been solved.
    let unknown = changed("ratchet", "textbook.toml", "[figure.effort]", "[figure.efort]");
    let said = said(&run(&["stress", unknown.path()]));
    assert!(said.contains("nearest   `effort`") && said.ends_with("exit code 1\n"), "{said}");
}

/// Some warn: a threshold is a cliff, and a tariff without a floor has no limit. That is what these cases are about.
#[test]
fn every_shipped_case_checks_without_errors() {
    for entry in fs::read_dir(root().join("schemes/theory")).expect("the cases").flatten().filter(|e| e.path().is_dir()) {
        let said = said(&run(&["check", &entry.path().display().to_string()]));
        assert!(said.ends_with("exit code 0\n"), "{said}");
    }
}

const BEGIN: &str = "<!-- cases: `wellspent stress theory` printed what follows -->\n\n```text\n";
const END: &str = "```\n\n<!-- cases end -->\n";

#[test]
fn the_table_in_the_documents_is_what_is_printed() {
    let output = run(&["stress", "theory"]);
    let printed = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let path = root().join("docs/validity/theory.md");
    let written = fs::read_to_string(&path).expect("the document");
    let (head, rest) = written.split_once(BEGIN).expect("the line before the cases");
    let (_, tail) = rest.split_once(END).expect("the line after the cases");
    let current = format!("{head}{BEGIN}{printed}{END}{tail}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, current).expect("the document can be written");
    } else {
        assert!(written == current, "docs/validity/theory.md is out of date\nhint: UPDATE=1 cargo test -p cli the_table");
    }
}
