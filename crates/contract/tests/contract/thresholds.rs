//! At every threshold that a contract can state, what is paid just below it, at it and just above it is what the term sheet
//! says: "at least" and "up to" include the number itself, "more than" does not.

use base::money::Pence;
use contract::explain::term_sheet;
use contract::price::statement;
use contract::tally::Tally;

use crate::{head, opened, problems, sound};

/// A clause with one threshold on 100 people; a result of `at` people is exactly at it.
struct Threshold {
    clause: &'static str,
    better: &'static str,
    baseline: &'static str,
    at: i64,
    /// The words of the term sheet that state it, and whether the number itself is on the far side.
    words: &'static str,
    taken_in: bool,
}

const fn of(clause: &'static str, at: i64, words: &'static str, taken_in: bool) -> Threshold {
    Threshold { clause, better: "more", baseline: "50 %", at, words, taken_in }
}

/// What a contract of one clause pays for this number of results, in pence.
fn paid(threshold: &Threshold, count: i64) -> (Pence, String) {
    let mut text = head(1, &["a"], "nearest penny, half up");
    for (name, better, baseline) in [("o", threshold.better, threshold.baseline), ("sure", "more", "0 %")] {
        text += &format!(
            "[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"12 months\"\nbaseline = \"{baseline}\"\n"
        );
    }
    text += threshold.clause;
    let bands = "from,to,each_month\n0,55,£0\n56,,£10\n";
    let scheme = sound(&opened(&[("scheme.toml", &text), ("bands.csv", bands)]));
    let mut tally = Tally::empty(&scheme, 0, vec![0]);
    let people = if threshold.clause.contains("bands.csv") { count } else { 100 };
    (tally.people[0], tally.counts[0][0], tally.counts[1][0]) = (people, count.min(people), people);
    let sheet: Vec<String> = term_sheet(&scheme).into_iter().map(|paragraph| paragraph.text).collect();
    (statement(&scheme, &tally).1.total(), sheet.join("\n"))
}

#[test]
fn the_term_sheet_says_what_is_paid_at_each_threshold() {
    let fewer = |threshold: Threshold, baseline: &'static str| Threshold { better: "fewer", baseline, ..threshold };
    let thresholds = [
        of(
            "[pay.c]\nclause = \"bonus\"\noutcome = \"o\"\nabove = \"5 percentage points\"\nper = \"lump sum\"\nprice = \"£10\"",
            55,
            "by more than 5 percentage points",
            false,
        ),
        of(
            "[pay.c]\nclause = \"bonus\"\noutcome = \"o\"\nat_least = \"5 percentage points\"\nper = \"lump sum\"\nprice = \"£10\"",
            55,
            "by at least 5 percentage points",
            true,
        ),
        of(
            "[pay.c]\nclause = \"bonus\"\noutcome = \"o\"\nabove = \"10 %\"\nper = \"lump sum\"\nprice = \"£10\"",
            55,
            "by more than 10% of the baseline",
            false,
        ),
        of(
            "[pay.c]\nclause = \"bonus\"\noutcome = \"o\"\nat_least = \"10 %\"\nper = \"lump sum\"\nprice = \"£10\"",
            55,
            "by at least 10% of the baseline",
            true,
        ),
        fewer(
            of(
                "[pay.c]\nclause = \"bonus\"\noutcome = \"o\"\nabove = \"30 %\"\nper = \"lump sum\"\nprice = \"£10\"",
                28,
                "by more than 30% of the baseline",
                false,
            ),
            "40%",
        ),
        of(
            "[pay.c]\nclause = \"outcome payment\"\noutcome = \"sure\"\nprice = \"£1\"\ngate = { outcome = \"o\", improves_by_at_least = \"5 percentage points\" }",
            55,
            "by at least 5 percentage points",
            true,
        ),
        of(
            "[pay.c]\nclause = \"outcome payment\"\noutcome = \"sure\"\nprice = \"£1\"\ngate = { outcome = \"o\", improves_by_more_than = \"5 percentage points\" }",
            55,
            "by more than 5 percentage points",
            false,
        ),
        of(
            "[pay.c]\nclause = \"outcome payment\"\noutcome = \"sure\"\nprice = \"£1\"\ngate = { outcome = \"o\", improves_by_at_least = \"0 percentage points\" }",
            50,
            "is no worse than the baseline",
            true,
        ),
        of(
            "[pay.c]\nclause = \"outcome payment\"\noutcome = \"sure\"\nprice = \"£1\"\ngate = { outcome = \"o\", improves_by_more_than = \"0 percentage points\" }",
            50,
            "by more than 0 percentage points",
            false,
        ),
        of(
            "[pay.c]\nclause = \"tariff\"\noutcome = \"o\"\nper = \"person\"\nreward = \"£1\"\ngate = { improves_by_at_least = \"10 %\" }",
            55,
            "by at least 10% of the baseline",
            true,
        ),
        fewer(
            of(
                "[pay.c]\nclause = \"tariff\"\noutcome = \"o\"\nper = \"person\"\nreward = \"£1\"\ngate = { improves_by_more_than = \"3 percentage points\" }",
                47,
                "by more than 3 percentage points",
                false,
            ),
            "50%",
        ),
        of(
            "[pay.c]\nclause = \"tariff\"\noutcome = \"sure\"\nper = \"person\"\nreward = \"£1\"\nhurdle = { outcome = \"o\", improves_by_at_least = \"5 percentage points\" }",
            55,
            "by at least 5 percentage points",
            true,
        ),
        of(
            "[pay.f]\nclause = \"attachment fee\"\nprice = \"£1\"\n[pay.c]\nclause = \"share at risk\"\nof = [\"f\"]\nshare = \"100 %\"\ngate = { outcome = \"o\", improves_by_more_than = \"5 percentage points\" }",
            55,
            "by more than 5 percentage points",
            false,
        ),
        of(
            "[pay.c]\nclause = \"award\"\nstandards = [{ outcome = \"o\", reaches = \"55 %\" }]\npays = [\"£0\", \"£10\"]\nmeasured_over = \"each year\"",
            55,
            "o is at least 55%",
            true,
        ),
        fewer(
            of(
                "[pay.c]\nclause = \"award\"\nstandards = [{ outcome = \"o\", reaches = \"45 %\" }]\npays = [\"£0\", \"£10\"]\nmeasured_over = \"each year\"",
                45,
                "o is at most 45%",
                true,
            ),
            "50%",
        ),
        of(
            "[pay.c]\nclause = \"award\"\nstandards = [{ outcome = \"o\", improves_by_more_than = \"5 percentage points\" }]\npays = [\"£0\", \"£10\"]\nmeasured_over = \"each year\"",
            55,
            "by more than 5 percentage points",
            false,
        ),
        of("[pay.c]\nclause = \"service fee\"\nbands = \"bands.csv\"", 56, "56 and more people a year: £10 a month", true),
        of("[pay.c]\nclause = \"service fee\"\nbands = \"bands.csv\"", 55, "0 to 55 people a year: £0 a month", false),
    ];
    for threshold in thresholds {
        let step = if threshold.better == "more" { 1 } else { -1 };
        let [(below, _), (at, sheet), (above, _)] = [-step, 0, step].map(|more| paid(&threshold, threshold.at + more));
        let clause = threshold.clause;
        assert!(sheet.contains(threshold.words), "{clause}\n{sheet}");
        assert_eq!(below, Pence(0), "{clause}: below");
        assert!(above > Pence(0), "{clause}: above");
        assert_eq!(at > Pence(0), threshold.taken_in, "{clause}: at it {at}, and the term sheet says {}", threshold.words);
    }
}

/// A cap and a floor apply beyond their amount, and change nothing at it.
#[test]
fn limits_take_in_their_own_amount() {
    let cap = of(
        "[pay.o]\nclause = \"outcome payment\"\noutcome = \"o\"\nprice = \"£1\"\n[pay.c]\nclause = \"cap\"\nmost = \"£55\"\nmeasured_over = \"each cohort\"",
        55,
        "at most £55",
        true,
    );
    let floor = of(
        "[pay.o]\nclause = \"tariff\"\noutcome = \"o\"\nper = \"person\"\nreward = \"£1\"\ndeduction = \"£1\"\n[pay.c]\nclause = \"floor\"\nleast = \"-£5\"\nmeasured_over = \"each cohort\"",
        45,
        "costs the provider no more than £5",
        true,
    );
    for (limit, paid_at, amounts) in [(cap, [54, 55, 56], [5_400, 5_500, 5_500]), (floor, [44, 45, 46], [-500, -500, -400])] {
        for (count, amount) in paid_at.into_iter().zip(amounts) {
            let (total, sheet) = paid(&limit, count);
            assert_eq!(total, Pence(amount), "{count}");
            assert!(sheet.contains(limit.words), "{sheet}");
        }
    }
}

/// A cap is compared with the fee of as many months as it covers: a fee for a year is not one for each month.
#[test]
fn a_cap_below_the_fee_is_an_error_and_one_at_the_fee_is_not() {
    for (fee, most, good) in [
        ("each_year = \"£120,000\"", "£120,000", true),
        ("each_year = \"£120,000\"", "£119,999.99", false),
        ("each_month = \"£10,000\"", "£120,000", true),
        ("each_month = \"£10,000\"", "£119,999.99", false),
    ] {
        let mut text = head(1, &["a"], "nearest penny, half up");
        text +=
            "[outcome.o]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"50 %\"\n";
        text += &format!("[pay.fee]\nclause = \"service fee\"\n{fee}\n");
        text += "[pay.each]\nclause = \"outcome payment\"\noutcome = \"o\"\nprice = \"£10\"\n";
        text += &format!(
            "[pay.most]\nclause = \"cap\"\non = [\"fee\", \"each\"]\nmost = \"{most}\"\nmeasured_over = \"each year\"\n"
        );
        let (_, problems) = problems(&opened(&[("scheme.toml", &text)]));
        let below = problems.iter().any(|problem| problem.what.starts_with("the cap is below the fee"));
        assert_eq!(below, !good, "{fee}, at most {most}: {problems:?}");
    }
}
