//! `wellspent market`: a market that is played, told as text, page and JSON.

use crate::report::needs_nothing_else;
use crate::schema::assert_matches;
use crate::wellspent::{Scratch, differs, root, run, said};

const QUICK: [&str; 4] = ["market", "open-market", "--replications", "8"];

/// Word for word: a change in any figure is seen and reviewed. `UPDATE=1 cargo test -p cli` rewrites the file.
#[test]
fn a_market_is_told_as_before() {
    let found = said(&run(&QUICK));
    let differing = differs(&root().join("apps/cli/tests/golden/market.txt"), &found);
    assert!(differing.is_none(), "{}", differing.unwrap_or_default());
}

#[test]
fn the_page_and_the_document_of_a_market() {
    let page = String::from_utf8(run(&[&QUICK[..], &["--html", "-"]].concat()).stdout).expect("text");
    needs_nothing_else("open-market", &page);
    assert_eq!(page.matches("<figure id=\"chart-").count(), 2, "a chart of what each rule brings, and one of shares over time");
    let document = assert_matches("market", &[&QUICK[..], &["--json"]].concat());
    let rules = document["rules"].as_array().expect("a list");
    assert_eq!(rules[0]["rules"], "as written");
    assert_eq!(rules[0]["net_beyond_written"]["mean"], 0.0);
    // Everybody who is placed is with somebody, in each cohort.
    for shares in rules[0]["shares"].as_array().expect("cohorts") {
        let sum: f64 = shares.as_array().expect("providers").iter().filter_map(serde_json::Value::as_f64).sum();
        assert!((sum - 1.0).abs() < 1e-4, "{sum}");
    }
}

#[test]
fn what_has_no_market_is_said() {
    let none = run(&["market", "plain-linear"]);
    assert_eq!(none.status.code(), Some(2), "{}", said(&none));
    assert!(said(&none).contains("no market.toml") && said(&none).contains("open-market"), "{}", said(&none));
    // A market of which nothing is assumed can be checked, and not played.
    let bare = Scratch::new("bare-market");
    for entry in std::fs::read_dir(root().join("schemes/open-market")).expect("a shipped scheme").flatten() {
        let file = entry.file_name().into_string().expect("a name");
        let text = std::fs::read_to_string(entry.path()).expect("text");
        bare.write(&file, text.split("[market.users]").next().unwrap_or_default());
    }
    let refused = run(&["market", bare.path()]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("[market.users]"), "{}", said(&refused));
}
