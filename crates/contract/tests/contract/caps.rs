//! A cap that can change nothing, or that leaves nothing to pay for, is told before anybody signs. One for each person is refused.

use contract::cap_reach::reached_today;
use contract::warnings::warnings;

use crate::{head, opened, problems, sound};

const WORK: &str = "[outcome.work]\nmeasure = \"people in work\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n\
                    baseline = \"40 %\"\n";

/// 100 people a year, £1,000 for each in work: £40,000 at the baseline, £100,000 at most.
fn scheme(outcome: &str, most: &str, over: &str) -> String {
    head(2, &["a"], "nearest penny, half up")
        + outcome
        + &format!(
            "[pay.work]\nclause = \"outcome payment\"\noutcome = \"work\"\nprice = \"£1,000\"\n\
             [pay.most]\nclause = \"cap\"\nmost = \"{most}\"\nmeasured_over = \"{over}\"\n"
        )
}

/// The warnings about caps.
fn told(text: &str) -> Vec<String> {
    let opened = opened(&[("scheme.toml", text)]);
    let found = warnings(&sound(&opened), &opened);
    found.into_iter().filter(|problem| problem.what.contains("the cap `")).map(|problem| problem.what).collect()
}

#[test]
fn a_cap_out_of_reach_is_told() {
    for (most, over, is_told) in [
        ("£100,000", "each year", true),
        ("£99,999.99", "each year", false),
        ("£200,000", "all cohorts", true),
        ("£199,999", "all cohorts", false),
        ("£5m", "each cohort", true),
    ] {
        let found = told(&scheme(WORK, most, over));
        assert_eq!(found.len(), usize::from(is_told), "{most} over {over}: {found:?}");
        assert!(found.iter().all(|what| what.contains("cannot be reached")), "{found:?}");
    }
}

#[test]
fn a_cap_that_is_reached_without_any_improvement_is_told() {
    for (most, is_told) in [("£39,999.99", true), ("£40,000", false), ("£70,000", false), ("£1", true)] {
        let found = told(&scheme(WORK, most, "each year"));
        assert_eq!(found.len(), usize::from(is_told), "{most}: {found:?}");
        assert!(found.iter().all(|what| what.contains("no improvement is paid for")), "{found:?}");
    }
    // Where no baseline is known, nobody can say that nothing improves.
    let unknown = WORK.replace("baseline = \"40 %\"\n", "");
    assert!(told(&scheme(&unknown, "£1", "each year")).is_empty());
    // Unless somebody says what happens today: 30 of 100 people are in work then.
    for (most, is_told) in [("£29,999", true), ("£30,000", false)] {
        let opened = opened(&[("scheme.toml", &scheme(&unknown, most, "each year"))]);
        let found = reached_today(&sound(&opened), &opened, &|_| vec![vec![0.3]]);
        assert_eq!(found.len(), usize::from(is_told), "{most}");
    }
    // What the baseline says is not said twice.
    let known = opened(&[("scheme.toml", &scheme(WORK, "£1", "each year"))]);
    assert!(reached_today(&sound(&known), &known, &|_| vec![vec![0.3]]).is_empty());
}

/// The people of a comparison group may do worse than anybody expects, so that no result is the best.
#[test]
fn nothing_is_said_of_a_cap_where_the_most_is_not_known() {
    let compared = WORK.replace("baseline = \"40 %\"", "baseline = { comparison_people_each = 1 }");
    assert!(told(&scheme(&compared, "£5m", "each year")).is_empty());
}

#[test]
fn a_limit_for_each_person_is_refused_with_what_comes_near_it() {
    for (limit, read) in
        [("clause = \"cap\"\nmost", "£5,000 per person"), ("clause = \"floor\"\nleast", "-£5,000 for each client")]
    {
        let text =
            scheme(WORK, "£50,000", "each year") + &format!("[pay.each]\n{limit} = \"{read}\"\nmeasured_over = \"each year\"\n");
        let found = problems(&opened(&[("scheme.toml", &text)])).1;
        let about: Vec<_> = found.iter().filter(|problem| problem.what.contains("limits all people together")).collect();
        assert_eq!(about.len(), 1, "{found:?}");
        let fix = about[0].fix.as_deref().unwrap_or_default();
        assert!(fix.contains("£500,000\"") && fix.contains("What cannot be said here"), "{fix}");
    }
    assert!(
        problems(&opened(&[("scheme.toml", &scheme(WORK, "£50,000", "each year"))]))
            .1
            .iter()
            .all(|problem| !problem.what.contains("together"))
    );
}
