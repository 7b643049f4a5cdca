//! Exceptions: who leaves a measure, what the limit is, and that an excepted person changes a payment exactly as one who never started.

use contract::exceptions::over_limit;
use contract::price::statement;
use contract::tally::Tally;
use contract::tally_file;
use contract::{Scheme, check};

use crate::{head, opened, problems, sound};

const OUTCOME: &str = "[outcome.good]\nmeasure = \"people in work\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
                       baseline = \"40 %\"\n";
const EXCEPTIONS: &str = "[outcome.good.exceptions]\nevents = [\"declined\", \"moved\"]\ngood_result = \"counts\"\n";
const ON_TOP: &str = "[outcome.kept]\nmeasure = \"months in work\"\nkind = \"sustained\"\nof = \"good\"\nevery = \"4 weeks\"\nmost = 13\n\
                      better = \"more\"\nwindow = \"12 months\"\nbaseline = \"1 per person\"\n";
const PAYS: &str = "[pay.tariff]\nclause = \"tariff\"\noutcome = \"good\"\nper = \"person\"\nreward = \"£1,000\"\ndeduction = \"£700\"\n\
                    gate = { improves_by_at_least = \"2 percentage points\" }\n\
                    [pay.award]\nclause = \"award\"\nstandards = [{ outcome = \"good\", reaches = \"45 %\" }]\npays = [\"£0\", \"£5,000\"]\n\
                    measured_over = \"each year\"\n\
                    [pay.kept]\nclause = \"sustainment payment\"\noutcome = \"kept\"\nprice = \"£10\"\ncounts_from = \"baseline\"\n\
                    [pay.floor]\nclause = \"floor\"\nleast = \"-£1,000,000\"\nmeasured_over = \"each year\"\n";

fn text(exceptions: &str) -> String {
    format!("{}{OUTCOME}{exceptions}{ON_TOP}{PAYS}", head(1, &["a", "b"], "nearest penny, half up"))
}

fn scheme(exceptions: &str) -> Scheme {
    sound(&opened(&[("scheme.toml", &text(exceptions))]))
}

fn tally(scheme: &Scheme, people: [i64; 2], good: [i64; 2], kept: [i64; 2], excepted: [i64; 2]) -> Tally {
    let mut tally = Tally::empty(scheme, 0, vec![0]);
    (tally.people, tally.counts) = (people.to_vec(), vec![good.to_vec(), kept.to_vec()]);
    if scheme.outcomes[0].exceptions.is_some() {
        tally.excepted[0] = excepted.to_vec();
    }
    tally
}

/// What is paid for results is the same as if those who are excepted had never started, for a tariff with a gate, an award, and what
/// builds on the outcome.
#[test]
fn an_excepted_person_counts_like_one_who_never_started() {
    let (with, without) = (scheme(EXCEPTIONS), scheme(""));
    let mut seen = 0;
    for excepted in [[0, 0], [1, 0], [0, 7], [13, 4], [30, 40]] {
        for good in [[0, 0], [10, 12], [20, 15], [36, 30]] {
            let kept = good.map(|people| 3 * people);
            let (_, one) = statement(&with, &tally(&with, [70, 80], good, kept, excepted));
            let fewer = [70 - excepted[0], 80 - excepted[1]];
            let (_, other) = statement(&without, &tally(&without, fewer, good, kept, [0, 0]));
            for clause in 0..with.clauses.len() {
                assert_eq!(one.clause(clause), other.clause(clause), "{excepted:?} {good:?} {}", with.clauses[clause].name);
            }
            seen += usize::from(one.total().0 != 0);
        }
    }
    assert!(seen > 10, "most of these are paid for");
}

/// Excepting somebody without the good result never costs the provider anything.
#[test]
fn one_exception_more_of_a_bad_result_never_pays_less() {
    let scheme = scheme(EXCEPTIONS);
    for good in 0..=60 {
        let paid = |excepted: i64| statement(&scheme, &tally(&scheme, [60, 40], [good, 10], [good, 10], [excepted, 0])).1.total();
        for excepted in 0..60 - good {
            assert!(paid(excepted + 1) >= paid(excepted), "{good} of 60, {excepted} excepted");
        }
    }
}

/// A tenth of 100 people is 10, whichever segments they are of. The limit is of whole people, and rounds down.
#[test]
fn the_limit_is_of_a_cohort_and_exact() {
    let scheme = scheme(&format!("{EXCEPTIONS}at_most = \"10 %\"\n"));
    let over = |people, excepted| over_limit(&scheme, &tally(&scheme, people, [0, 0], [0, 0], excepted)).len();
    assert_eq!((over([60, 40], [10, 0]), over([60, 40], [0, 10]), over([60, 40], [5, 6])), (0, 0, 1));
    assert_eq!((over([60, 39], [9, 0]), over([60, 39], [9, 1])), (0, 1));
}

#[test]
fn a_tally_over_the_limit_is_refused_and_its_columns_are_checked() {
    let limited = text(&format!("{EXCEPTIONS}at_most = \"10 %\"\n"));
    let read = |rows: &str| {
        let files = opened(&[("scheme.toml", &limited), ("t.csv", rows)]);
        tally_file::read(&sound(&files), "t.csv", &files).map_err(|problems| problems[0].what.clone())
    };
    let rows =
        |good: i64, excepted: i64| format!("segment,people,good,kept,good excepted\na,60,{good},0,{excepted}\nb,40,0,0,0\n");
    assert_eq!(read(&rows(50, 10)).map(|tallies| tallies[0].excepted[0].clone()), Ok(vec![10, 0]));
    assert_eq!(read(&rows(49, 11)).map(|_| ()), Err("too many people are excepted from `good`".to_owned()));
    assert_eq!(read(&rows(51, 10)).map(|_| ()), Err("`good` is more than the people who are not excepted".to_owned()));
    assert_eq!(read(&rows(0, 61)).map(|_| ()), Err("`good excepted` is more than the people of the row".to_owned()));
    // Without the column nobody is excepted.
    assert!(read("segment,people,good,kept\na,60,51,0\nb,40,0,0\n").is_ok());
}

#[test]
fn a_worked_example_may_except_people_up_to_the_limit() {
    let example = |excepted: i64| {
        let pays = "pays = { award = \"£5,000\" }";
        let example =
            format!("[example.one]\nsegment = \"a\"\npeople = 100\ngood = 41\n\"good excepted\" = {excepted}\n{pays}\n");
        let text = text(&format!("{EXCEPTIONS}at_most = \"10 %\"\n")) + &example;
        let files = opened(&[("scheme.toml", &text)]);
        check(&files)
            .problems
            .iter()
            .filter(|problem| problem.what.contains("example") || problem.what.contains("excepted"))
            .count()
    };
    assert_eq!(example(9), 0, "41 of 91 are more than 45 percent");
    assert_eq!(example(8), 1, "41 of 92 are fewer, and the example is wrong");
    assert_eq!(example(11), 1, "too many");
}

#[test]
fn what_exceptions_cannot_be_is_said() {
    let first = |text: &str| {
        let (_, problems) = problems(&opened(&[("scheme.toml", text)]));
        problems.first().map(|problem| problem.what.clone()).unwrap_or_default()
    };
    let with = |exceptions: &str| first(&text(exceptions));
    assert_eq!(with("[outcome.good.exceptions]\ngood_result = \"counts\"\n"), "the exceptions do not say what is a reason");
    assert!(with("[outcome.good.exceptions]\nevents = \"moved\"\n").contains("good_result"));
    assert!(with(&format!("{EXCEPTIONS}at_most = \"110 %\"\n")).contains("not a share of the people"));
    assert!(with(&format!("{EXCEPTIONS}limit = \"10 %\"\n")).contains("limit"));
    let on_top = text("") + "[outcome.kept.exceptions]\nevents = \"moved\"\ngood_result = \"counts\"\n";
    assert_eq!(first(&on_top), "exceptions belong to a binary outcome");
    let part = text(EXCEPTIONS)
        + "[outcome.best]\nmeasure = \"people in good work\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\npart_of = \"good\"\n";
    assert_eq!(first(&part), "`best` and `good` must count the same people");
    let other =
        "[outcome.other]\nmeasure = \"people on a course\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n";
    let either = "[outcome.either]\nmeasure = \"people with either\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
                  [outcome.either.measured]\nrule = \"some of\"\noutcomes = [\"good\", \"other\"]\n";
    assert_eq!(first(&format!("{}{other}{either}", text(EXCEPTIONS))), "`either` and `good` must count the same people");
}

#[test]
fn unlimited_exceptions_that_the_provider_reports_are_warned_of() {
    let warned = |exceptions: &str| {
        let checked = check(&opened(&[("scheme.toml", &text(exceptions))]));
        assert!(checked.scheme.is_some(), "{:?}", checked.problems);
        checked.problems.iter().any(|problem| problem.what.contains("there is no limit to how many"))
    };
    let reported = format!("{EXCEPTIONS}reported_by = \"provider\"\n");
    assert!(warned(&reported) && !warned(EXCEPTIONS) && !warned(&format!("{reported}at_most = \"5 %\"\n")));
    let each = format!("{reported}at_most = \"5 %\"\n");
    let text = text(&each).replace("percentage points\" }", "percentage points\", met_in = \"each segment\" }");
    let checked = check(&opened(&[("scheme.toml", &text)]));
    assert!(checked.problems.iter().any(|problem| problem.what.contains("the provider says who is excepted from it")));
}

#[test]
fn the_term_sheet_says_who_is_excepted() {
    let scheme = scheme(&format!("{EXCEPTIONS}at_most = \"10 %\"\nreported_by = \"provider\"\n"));
    let paragraphs = contract::explain::term_sheet(&scheme);
    let own = paragraphs.iter().find(|paragraph| paragraph.number == "2.1.1").expect("a paragraph");
    assert_eq!(
        own.text,
        "People without the result who have “declined” or “moved” in the window are excepted: they do not count here. People with the \
         result always count. At most 10% of the people of a cohort may be excepted. The provider reports the reason."
    );
}
