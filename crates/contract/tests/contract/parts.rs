//! Outcomes that are a part of another, and baselines that the contract only assumes: what `check` and the term sheet say of them.

use base::money::Pence;
use contract::explain::{expected_tally, payment_table, term_sheet};
use contract::fixes::Fix;
use contract::price::statement;
use contract::tally::Tally;
use contract::warnings::warnings;
use contract::{Scheme, tally_file};

use crate::{head, opened, problems, sound};

fn outcome(name: &str, rest: &str) -> String {
    format!("[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"fewer\"\nwindow = \"12 months\"\n{rest}\n")
}

fn paying(outcome: &str) -> String {
    format!("[pay.{outcome}]\nclause = \"outcome payment\"\noutcome = \"{outcome}\"\nprice = \"£100\"\n")
}

/// What `check` warns of in a contract with this text after its head.
fn warned(text: &str) -> Vec<String> {
    let opened = opened(&[("scheme.toml", &(head(1, &["a"], "nearest penny, half up") + text))]);
    let scheme = sound(&opened);
    warnings(&scheme, &opened).into_iter().map(|problem| problem.what).collect()
}

#[test]
fn a_result_that_is_paid_twice_is_told() {
    let outcomes =
        outcome("out", "") + &outcome("excluded", "part_of = \"out\"") + &outcome("for_good", "part_of = \"excluded\"");
    let twice = |text: &str| warned(text).into_iter().filter(|what| what.contains("both are paid for")).count();
    assert_eq!(twice(&(outcomes.clone() + &paying("out") + &paying("excluded"))), 1);
    // Through the part between them as well, and once for each pair.
    assert_eq!(twice(&(outcomes.clone() + &paying("out") + &paying("for_good"))), 1);
    assert_eq!(twice(&(outcomes.clone() + &paying("out") + &paying("excluded") + &paying("for_good"))), 3);
    assert_eq!(twice(&(outcomes + &paying("excluded"))), 0);
}

#[test]
fn a_part_is_no_more_than_the_whole() {
    let text = head(1, &["a"], "nearest penny, half up")
        + &outcome("out", "")
        + &outcome("excluded", "part_of = \"out\"")
        + &paying("excluded");
    let read = |rows: &str| {
        let opened = opened(&[("scheme.toml", &text), ("tally.csv", rows)]);
        let scheme = sound(&opened);
        tally_file::read(&scheme, "tally.csv", &opened).map_err(|problems| problems[0].what.clone())
    };
    assert!(read("people,out,excluded\n100,20,20\n").is_ok());
    assert_eq!(
        read("people,out,excluded\n100,20,21\n").expect_err("refused"),
        "`excluded` is more than `out`, of which it is a part"
    );
}

#[test]
fn the_table_of_payments_has_no_part_above_its_whole() {
    let text = head(1, &["a"], "nearest penny, half up")
        + &outcome("out", "baseline = \"15 %\"")
        + &outcome("excluded", "baseline = \"10 %\"\npart_of = \"out\"")
        + &paying("excluded");
    let scheme = sound(&opened(&[("scheme.toml", &text)]));
    let expected = expected_tally(&scheme, 0, None);
    let changes = [-10.0, -6.0, -4.0, 0.0, 4.0, 6.0];
    let shown = |outcome: usize| -> Vec<f64> {
        payment_table(&scheme, &expected, outcome, &changes).into_iter().map(|level| level.change).collect()
    };
    assert_eq!(shown(0), [-4.0, 0.0, 4.0, 6.0], "the whole may fall to its part");
    assert_eq!(shown(1), [-10.0, -6.0, -4.0, 0.0, 4.0], "the part may rise to its whole");
}

#[test]
fn a_part_runs_the_same_way_as_the_whole_and_stands_below_it() {
    let wrong = |outcomes: &str| {
        let opened = opened(&[("scheme.toml", &(head(1, &["a"], "nearest penny, half up") + outcomes + &paying("out")))]);
        let (scheme, found) = problems(&opened);
        assert!(scheme.is_none());
        found.into_iter().map(|problem| problem.what).collect::<Vec<_>>().join("\n")
    };
    let good = outcome("excluded", "part_of = \"out\"").replace("fewer", "more");
    assert!(wrong(&(outcome("out", "") + &good)).contains("the other way round"));
    assert!(wrong(&(outcome("excluded", "part_of = \"out\"") + &outcome("out", ""))).contains("no binary outcome above"));
}

/// A contract that takes it that everybody would have come into care.
const ASSUMED: &str = "baseline = { assumed = \"100 %\" }";

fn assumed() -> (String, Scheme) {
    let text =
        outcome("care", ASSUMED) + "[pay.home]\nclause = \"tariff\"\noutcome = \"care\"\nper = \"person\"\nreward = \"£5,000\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &(head(1, &["a"], "nearest penny, half up") + &text))]));
    (text, scheme)
}

#[test]
fn an_assumed_baseline_is_said_to_be_one() {
    let (text, scheme) = assumed();
    assert!(warned(&text).iter().any(|what| what.contains("assumes what would have happened to `care`")));
    let measured = text.replace(ASSUMED, "baseline = \"100 %\"");
    assert!(!warned(&measured).iter().any(|what| what.contains("assumes")));
    let sheet = term_sheet(&scheme);
    let words = &sheet.iter().find(|paragraph| paragraph.number == "2.1").expect("the outcome").text;
    assert!(words.contains("assumes what would have happened without the service: 100%. Nobody measures that"), "{words}");
}

#[test]
fn an_assumed_baseline_is_priced_as_a_fixed_one_until_it_is_measured() {
    let (_, scheme) = assumed();
    let mut tally = Tally::empty(&scheme, 0, vec![0]);
    (tally.people[0], tally.counts[0][0]) = (200, 20);
    assert_eq!(statement(&scheme, &tally).1.total(), Pence(180 * 500_000));
    let live = Fix::LiveComparison(1).apply(&scheme).expect("it changes the baseline");
    assert!(scheme.outcomes[0].is_assumed && !live.outcomes[0].is_assumed);
}
