//! Outcomes that count households: what is refused, and that a household is paid as one person is who is measured alone.

use contract::clauses::quantity_words;
use contract::price::statement;
use contract::tally::Tally;
use contract::{Scheme, tally_file};

use crate::{head, opened, problems, sound};

const WORK: &str = "[outcome.work]\nmeasure = \"people in work\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n";

fn family(keys: &str, rule: &str) -> String {
    format!(
        "[outcome.family]\nmeasure = \"families with somebody in work\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
         {keys}[outcome.family.measured]\n{rule}\n"
    )
}

const ANY: &str = "rule = \"household\"\noutcome = \"work\"\nmembers = \"any\"\n";

fn with_size(text: &str) -> String {
    text.replacen("people = 100\n", "people = 100\nhousehold_size = 2.5\n", 1)
}

fn pays(outcome: &str, per: &str) -> String {
    format!(
        "[pay.result]\nclause = \"outcome payment\"\noutcome = \"{outcome}\"\nprice = \"£700\"\n\
         [pay.tariff]\nclause = \"tariff\"\noutcome = \"{outcome}\"\nper = \"{per}\"\nreward = \"£1,000\"\ndeduction = \"£700\"\n\
         gate = {{ improves_by_at_least = \"2 percentage points\" }}\n\
         [pay.bonus]\nclause = \"bonus\"\noutcome = \"{outcome}\"\nabove = \"5 percentage points\"\nper = \"{per}\"\nprice = \"£300\"\n\
         [pay.award]\nclause = \"award\"\nstandards = [{{ outcome = \"{outcome}\", reaches = \"45 %\" }}]\npays = [\"£0\", \"£5,000\"]\n\
         measured_over = \"each year\"\n[pay.floor]\nclause = \"floor\"\nleast = \"-£1,000,000\"\nmeasured_over = \"each year\"\n"
    )
}

fn scheme() -> Scheme {
    let text =
        head(1, &["a"], "nearest penny, half up") + WORK + &family("baseline = \"40 %\"\n", ANY) + &pays("family", "household");
    sound(&opened(&[("scheme.toml", &with_size(&text))]))
}

/// Every clause pays for so many households among any number of people exactly what it pays for so many people who are measured alone.
#[test]
fn households_are_paid_as_people_who_are_measured_alone() {
    let households = scheme();
    let alone = head(1, &["a"], "nearest penny, half up")
        + &WORK.replacen("window", "baseline = \"40 %\"\nwindow", 1)
        + &pays("work", "person");
    let alone = sound(&opened(&[("scheme.toml", &alone)]));
    let mut paid = 0;
    for (people, families, with) in
        [(10, 10, 5), (250, 100, 40), (250, 100, 42), (250, 100, 49), (999, 333, 0), (7, 0, 0), (0, 0, 0)]
    {
        let mut tally = Tally::empty(&households, 0, vec![0]);
        (tally.people[0], tally.counts[0][0], tally.counts[1][0]) = (people, people / 2, with);
        tally.set_households(&households, 0, families);
        let mut of_people = Tally::empty(&alone, 0, vec![0]);
        (of_people.people[0], of_people.counts[0][0]) = (families, with);
        let (of_families, of_one) = (statement(&households, &tally).1, statement(&alone, &of_people).1);
        assert_eq!(of_families.total(), of_one.total(), "{people} people in {families} families, {with} with the result");
        paid += i64::from(of_families.total().0 != 0);
    }
    assert!(paid >= 4);
}

#[test]
fn lines_and_terms_speak_of_households() {
    let scheme = scheme();
    let mut tally = Tally::empty(&scheme, 0, vec![0]);
    (tally.people[0], tally.counts[0][0], tally.counts[1][0]) = (250, 90, 49);
    tally.set_households(&scheme, 0, 100);
    let (lines, _) = statement(&scheme, &tally);
    assert_eq!(quantity_words(lines[0].quantity, lines[0].unit).as_deref(), Some("49 households"));
    let reasons: Vec<&str> = lines.iter().map(|line| line.reason.as_str()).collect();
    assert!(reasons[0].contains("for each household with family"), "{reasons:?}");
    assert!(reasons.iter().any(|reason| reason.contains("49 of 100 households")), "{reasons:?}");
    assert!(reasons.iter().all(|reason| !reason.contains("excepted")), "{reasons:?}");
}

#[test]
fn a_tally_needs_households_and_no_more_than_people() {
    let scheme = scheme();
    let read = |text: &str| {
        let found = tally_file::read(&scheme, "tally.csv", &opened(&[("tally.csv", text)]));
        found.err().map(|problems| format!("{problems:?}"))
    };
    assert_eq!(read("people,households,work,family\n10,4,3,4\n"), None);
    for (text, said) in [
        ("people,work,family\n10,3,2\n", "no column `households`"),
        ("people,households,work,family\n10,11,3,2\n", "more than the people of the row"),
        ("people,households,work,family\n10,4,3,5\n", "more than the households of the row"),
    ] {
        assert!(read(text).is_some_and(|found| found.contains(said)), "{text}: {said}");
    }
}

#[test]
fn what_cannot_be_a_household_outcome_is_refused() {
    let top = head(1, &["a"], "nearest penny, half up");
    let fee = "[pay.fee]\nclause = \"service fee\"\neach_month = \"£1\"\n";
    let said = |text: String| -> String {
        problems(&opened(&[("scheme.toml", &text)])).1.iter().map(|one| one.what.clone() + "\n").collect()
    };
    let family_of = |keys: &str, rule: &str| with_size(&(top.clone() + WORK + &family(keys, rule) + fee));
    let whole = family("", ANY);
    let cases = [
        (top.clone() + WORK + &whole + fee, "household_size"),
        (with_size(&(top.clone() + WORK + fee)), "no outcome counts households"),
        (family_of("", ANY).replacen("better = \"more\"", "better = \"fewer\"", 1), "a household result is good where"),
        (family_of("baseline = { same_people_before = \"6 months\" }\n", ANY), "not compared with the time before"),
        (family_of("reported_by = \"provider\"\n", ANY), "follows from those of its members"),
        (family_of("part_of = \"work\"\n", ANY), "counts people and not households"),
        (family_of("", &ANY.replace("\"work\"", "\"jobs\"")), "no binary outcome of people above"),
        (family_of("", &ANY.replace("\"any\"", "0")), "not a number of members"),
        (family_of("", &ANY.replace("\"any\"", "\"most\"")), "members"),
        (
            with_size(&(top.clone() + WORK + &whole + &whole.replace("family", "again").replace("\"work\"", "\"family\"") + fee)),
            "no binary outcome of people above",
        ),
        (
            with_size(
                &(top.clone()
                    + WORK
                    + &whole
                    + &whole.replace("family", "either").replace(ANY, "rule = \"some of\"\noutcomes = [\"work\", \"family\"]\n")
                    + fee),
            ),
            "some of these outcomes count households",
        ),
        (
            with_size(&(top.clone() + WORK + &family("baseline = \"40 %\"\n", ANY) + &pays("family", "person"))),
            "counts households, not people",
        ),
        (
            top.clone() + &WORK.replacen("window", "baseline = \"40 %\"\nwindow", 1) + &pays("work", "household"),
            "does not count households",
        ),
    ];
    for (text, expected) in cases {
        let found = said(text.clone());
        assert!(found.contains(expected), "{expected}\n{found}\n{text}");
    }
    assert_eq!(said(family_of("", ANY)), "");
    assert_eq!(said(family_of("", &ANY.replace("\"any\"", "2"))), "");
}
