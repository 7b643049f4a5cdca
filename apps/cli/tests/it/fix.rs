//! `wellspent fix`: the folder that it writes is a scheme like any other, and nothing is ever written over.

use std::fs;

use crate::wellspent::{Scratch, run, said};

#[test]
fn the_written_folder_checks_clean() {
    let scratch = Scratch::new("fixed");
    let out = scratch.0.join("new");
    let out = out.to_str().expect("a path in UTF-8");
    let fixed = run(&["fix", "hmp-doncaster-2011", "--scenarios", "2", "--out", out]);
    assert_eq!(fixed.status.code(), Some(0), "{}", said(&fixed));
    let printed = said(&fixed);
    assert!(printed.contains("the payer pays") && printed.contains("paid for noise"), "{printed}");
    let checked = run(&["check", out]);
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
    let text = fs::read_to_string(format!("{out}/scheme.toml")).expect("the new scheme");
    assert!(text.contains("# was: ") && text.contains("  # fix: "), "{text}");
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let scratch = Scratch::new("taken");
    scratch.write("notes.txt", "mine");
    let refused = run(&["fix", "plain-linear", "--scenarios", "0", "--out", scratch.path()]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert_eq!(fs::read_dir(&scratch.0).expect("the folder").count(), 1);
}

#[test]
fn a_scheme_without_findings_needs_no_change() {
    let scratch = Scratch::new("nothing");
    let out = scratch.0.join("new");
    let output = run(&["fix", "plain-linear", "--scenarios", "0", "--out", out.to_str().expect("a path in UTF-8")]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("nothing to change") && !out.exists());
}
