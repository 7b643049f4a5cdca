//! `wellspent design`: the folder that it writes is a scheme like any other, and mistakes on the command line are told.

use std::collections::BTreeMap;

use crate::wellspent::{Scratch, run, said};

#[test]
fn the_designed_folder_checks_clean() {
    let scratch = Scratch::new("designed");
    let out = scratch.0.join("new");
    let out = out.to_str().expect("a path in UTF-8");
    let designed = run(&["design", "hmp-doncaster-2011", "--budget", "£55m", "--scenarios", "2", "--out", out]);
    assert_eq!(designed.status.code(), Some(0), "{}", said(&designed));
    let printed = said(&designed);
    assert!(printed.contains(" best ") && printed.contains("now "), "{printed}");
    // A change has one number, in the list of the best design and below the table.
    let mut numbers: BTreeMap<String, &str> = BTreeMap::new();
    for (number, change) in printed.lines().filter_map(|line| line.trim_start().split_once(". ")) {
        // A longer line is broken, and at different places.
        if number.bytes().all(|byte| byte.is_ascii_digit()) && change.len() < 80 {
            let other = numbers.insert(change.to_owned(), number);
            assert!(other.is_none_or(|other| other == number), "{change} is {number} and {other:?}\n{printed}");
        }
    }
    assert!(!numbers.is_empty(), "{printed}");
    let checked = run(&["check", out]);
    assert_eq!(checked.status.code(), Some(0), "{}", said(&checked));
}

#[test]
fn a_budget_that_is_no_money_is_refused() {
    for budget in ["lots", "£0"] {
        let refused = run(&["design", "plain-linear", "--budget", budget]);
        assert!(refused.status.code() == Some(2) && said(&refused).contains("hint: "), "{}", said(&refused));
    }
}
