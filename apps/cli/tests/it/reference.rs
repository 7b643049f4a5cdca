//! The references of the scheme file and of the market file have files that a newcomer copies: they must check clean.

use std::fs;

use crate::wellspent::{Scratch, root, run, said};

#[test]
fn the_first_scheme_of_the_reference_checks_clean() {
    let text = fs::read_to_string(root().join("docs/scheme-file.md")).expect("the reference");
    let scratch = Scratch::new("my-county");
    for name in ["scheme.toml", "assumptions.toml"] {
        let block = text.split_once(&format!("```toml {name}\n")).and_then(|(_, rest)| rest.split_once("```"));
        scratch.write(name, block.unwrap_or_else(|| panic!("the reference has no block for {name}")).0);
    }
    let said = said(&run(&["check", scratch.path()])).replace(scratch.path(), "my-county");
    let pound = "At the first pound of “coaching”, one more of the people who start a job within a year and keep it for 13 weeks \
                 costs £5,776. It leaves the provider £2,000 better off under the contract, and is worth £9,800 to the public.";
    assert_eq!(said, format!("example as_expected: holds\n{pound}\nmy-county: no errors, no warnings\nexit code 0\n"));
}

/// The example of the market file, beside the contract of the shipped scheme that has the same areas.
#[test]
fn the_market_of_the_reference_checks_clean() {
    let text = fs::read_to_string(root().join("docs/market-file.md")).expect("the reference");
    let scratch = Scratch::new("my-market");
    for name in ["scheme.toml", "segments.csv"] {
        scratch.write(name, fs::read(root().join("schemes/county-market").join(name)).expect("a shipped file"));
    }
    for (language, name) in [("toml", "market.toml"), ("csv", "providers.csv")] {
        let block = text.split_once(&format!("```{language} {name}\n")).and_then(|(_, rest)| rest.split_once("```"));
        scratch.write(name, block.unwrap_or_else(|| panic!("the reference has no block for {name}")).0);
    }
    let said = said(&run(&["check", scratch.path()])).replace(scratch.path(), "my-market");
    assert!(said.contains("my-market: no errors, no warnings") && said.ends_with("exit code 0\n"), "{said}");
}
