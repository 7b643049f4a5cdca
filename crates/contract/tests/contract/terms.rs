//! Terms that a reader would look for and must find: what changed between two contracts, and from when a result is known.

use contract::changes;
use contract::terms::MonthEnd;
use jiff::civil::date;

use crate::{head, opened, sound};

const JOB: &str = "[outcome.job]\nmeasure = \"people in work\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
                   [pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£10\"\n";

/// A renamed area is told beside whatever else changed in the first section of the term sheet.
#[test]
fn a_renamed_area_is_told_whatever_else_changed() {
    let scheme = |areas: &str, top: &str| {
        let text = head(1, &["a", "b"], "nearest penny, half up") + JOB;
        sound(&opened(&[("scheme.toml", &text.replacen("currency", &format!("{top}areas = {areas}\ncurrency"), 1))]))
    };
    let old = scheme("[\"north\", \"south\"]", "");
    let new = scheme("[\"north\", \"west\"]", "intake = \"provider chooses\"\n");
    let told: Vec<String> = changes::changes(&old, &new).into_iter().map(|change| change.sentence).collect();
    assert!(told.iter().any(|sentence| sentence.contains("north, west")), "{told:?}");
    assert!(told.iter().any(|sentence| sentence.contains("turn people away")), "{told:?}");
}

/// Months of the window and the waiting period are counted together, and somebody who left must not come back for a while.
#[test]
fn a_result_is_known_when_all_that_it_looks_at_is_over() {
    let known = |more: &str, rule: &str| {
        let text = head(1, &["a", "b"], "nearest penny, half up")
            + &JOB.replace("window = \"12 months\"", &format!("window = \"1 month\"\n{more}"));
        let scheme = sound(&opened(&[("scheme.toml", &text.replace("[pay.job]", &format!("{rule}[pay.job]")))]));
        scheme.outcomes[0].known_on(date(2027, 1, 31), MonthEnd::LastDay)
    };
    assert_eq!(known("", ""), date(2027, 2, 27));
    // Two months from 31 January, and not a month from 28 February.
    assert_eq!(known("wait = \"1 month\"\n", ""), date(2027, 3, 30));
    let exit =
        "[outcome.job.measured]\nrule = \"exit without return\"\nevents = \"left\"\nreturns = \"back\"\nclear = \"6 months\"\n";
    assert_eq!(known("", exit), date(2027, 8, 27));
    let status = "[outcome.job.measured]\nrule = \"status at\"\nspells = \"job\"\n";
    assert_eq!(known("", status), date(2027, 2, 28));
}
