//! Figures of the documents that follow from other figures on the same page must do so. Somebody who divides one column by another
//! looks for what else is wrong.

use std::fs;

use crate::root;

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).expect("a document")
}

/// The cells of the rows of every table with a header that has these words.
fn rows(page: &str, header: &str) -> Vec<Vec<String>> {
    let (_, rest) = page.split_once(header).expect("the table");
    let rows = rest.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// "55,000", "6.9 million times as fast".
fn number(text: &str) -> Option<f64> {
    let digits: String =
        text.chars().take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.')).filter(|c| *c != ',').collect();
    let number: f64 = digits.parse().ok()?;
    Some(if text.contains(" million") { number * 1e6 } else { number })
}

/// Whether a ratio is right to the two digits that are shown.
fn follows(shown: &str, ratio: f64) -> bool {
    number(shown).is_some_and(|shown| (shown / ratio - 1.0).abs() < 0.015)
}

#[test]
fn the_ratios_of_the_readme_follow_from_its_figures() {
    let readme = read("README.md");
    let strategies = rows(&readme, "| what is timed |");
    let ours = number(&strategies[0][1]).expect("strategies a second");
    for row in &strategies[1..] {
        let ratio = ours / number(&row[1]).expect("strategies a second");
        assert!(follows(&row[2], ratio), "{}: {} is not {ratio:.2}", row[0], row[2]);
    }
    let measured = rows(&readme, "| people | events |");
    let seconds = |row: &[String], at: usize| number(&row[at]).expect("seconds");
    for row in &measured[1..] {
        for (at, ratio) in [(6, 3), (7, 4)] {
            let ratio = seconds(row, ratio) / seconds(&measured[0], ratio);
            assert!(follows(&row[at], ratio), "{}: {} is not {ratio:.2}", row[2], row[at]);
        }
    }
}

/// The two sentences in front of the tables are written by hand.
#[test]
fn what_is_said_of_the_held_out_schemes_is_in_their_table() {
    let page = read("docs/validity/calibration.md");
    let table = rows(&page, "| forecast by | of | documented and predicted | false alarms | Brier score |");
    let of = |what: &str| table.iter().find(|row| row[0] == "a mixture of providers" && row[1] == what).expect("a row");
    let count = |cell: &str| cell.split(" (").next().unwrap_or_default().to_owned();
    for (what, begins) in
        [("risks", "documented risks are forecast"), ("which way outcomes go", "outcomes that moved are forecast")]
    {
        let row = of(what);
        let said = page.lines().find(|line| line.starts_with("- ") && line.contains(begins)).expect("the sentence");
        assert!(said.starts_with(&format!("- {} ", count(&row[2]))), "{what}: {said}");
        assert!(said.contains(&format!("and {} that did not", count(&row[3]))), "{what}: {said}");
        assert!(said.contains(&format!("Brier score is {}", row[4])), "{what}: {said}");
    }
}
