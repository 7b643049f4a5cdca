//! Texts are made for the width of the terminal: sentences are wrapped, tables break their cells, and no figure is lost.

use std::process::Command;

use crate::wellspent::{root, run};

/// What a command writes to standard output at a terminal of this width.
fn at(columns: &str, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wellspent"));
    command.args(arguments).current_dir(root()).env("COLUMNS", columns);
    String::from_utf8(command.output().expect("the program starts").stdout).expect("the program writes UTF-8")
}

/// Words without the rules under the heads of tables.
fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().filter(|word| !word.trim_matches('-').is_empty()).collect()
}

const COMMANDS: [&[&str]; 12] = [
    &["check", "plain-linear"],
    &["explain", "plain-linear"],
    &["explain", "work-programme-2011"],
    &["price", "plain-linear", "--example", "as_expected"],
    &["stress", "plain-linear", "--replications", "20", "--scenarios", "2"],
    &["stress", "theory"],
    &["stress", "theory/sensitivity"],
    &["fix", "plain-linear", "--scenarios", "2"],
    &["sensitivity", "plain-linear"],
    &["replay", "plain-linear", "--person", "7"],
    &["glossary", "parking"],
    &["schemes"],
];

#[test]
fn every_text_keeps_to_the_width_of_the_terminal() {
    for arguments in COMMANDS {
        let wide = at("400", arguments);
        assert!(wide.lines().count() > 1, "{arguments:?}: {wide}");
        for width in [60, 80, 100, 160] {
            let text = at(&width.to_string(), arguments);
            // A word that is longer than the line stays whole, and so does a command to copy.
            let whole = |line: &str| !line.trim().contains(' ') || line.trim().starts_with("wellspent ");
            let too_long = |line: &&str| line.chars().count() > width && !whole(line);
            let long: Vec<&str> = text.lines().filter(too_long).collect();
            assert!(long.is_empty(), "{arguments:?} at {width}:\n{}", long.join("\n"));
            let lost: Vec<&str> = words(&wide).into_iter().filter(|word| !text.contains(word)).collect();
            assert!(lost.is_empty(), "{arguments:?} at {width} has lost {lost:?}:\n{text}");
        }
    }
}

#[test]
fn a_pipe_gets_lines_of_100_and_a_very_narrow_terminal_lines_of_40() {
    let arguments = ["explain", "plain-linear"];
    let piped = String::from_utf8(run(&arguments).stdout).expect("UTF-8");
    assert_eq!(piped, at("100", &arguments));
    assert_eq!(piped, at("no number", &arguments));
    assert_eq!(piped, at("0", &arguments));
    assert_eq!(at("40", &arguments), at("1", &arguments));
}

/// Other programs get the same bytes at every width.
#[test]
fn data_does_not_depend_on_the_width() {
    for arguments in [
        &["price", "plain-linear", "--example", "as_expected", "--csv"][..],
        &["price", "plain-linear", "--example", "as_expected", "--json"],
        &["check", "plain-linear", "--json"],
    ] {
        assert_eq!(at("40", arguments), at("400", arguments), "{arguments:?}");
    }
}
