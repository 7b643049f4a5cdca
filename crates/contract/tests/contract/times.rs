//! Prices, fees, baselines and targets that differ by contract year and by cohort: what is paid at each time, what the term sheet says,
//! how changed amounts are written back, and what is refused.

use contract::Scheme;
use contract::amend;
use contract::explain::term_sheet;
use contract::fixes::Fix;
use contract::price::statement;
use contract::tally::Tally;

use crate::{head, opened, problems, sound};

/// Two years of half-years, one outcome and some clauses on it.
fn with(outcome: &str, clauses: &str) -> String {
    let head = head(2, &["a"], "nearest penny, half up").replace("every = \"1 year\"", "every = \"6 months\"");
    format!(
        "{head}[outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n{outcome}\n{clauses}"
    )
}

/// What each half-year is paid when so many of 100 people find jobs in it.
fn paid(scheme: &Scheme, jobs: [i64; 4]) -> [i64; 4] {
    let mut tally = Tally::empty(scheme, 0, (0..4).collect());
    (tally.people, tally.counts[0]) = (vec![100; 4], jobs.to_vec());
    let paid = statement(scheme, &tally).1;
    [0, 1, 2, 3].map(|cohort| (0..scheme.clauses.len()).map(|clause| paid.by(clause, cohort..cohort + 1).0).sum::<i64>() / 100)
}

const COHORTS: [&str; 4] = ["2020-01 to 2020-06", "2020-07 to 2020-12", "2021-01 to 2021-06", "2021-07 to 2021-12"];

/// A number for each cohort, by its name.
fn by_cohort(values: [&str; 4]) -> String {
    let each: Vec<String> = COHORTS.iter().zip(values).map(|(name, value)| format!("\"{name}\" = \"{value}\"")).collect();
    format!("{{ by_cohort = {{ {} }} }}", each.join(", "))
}

#[test]
fn each_time_has_its_own_price() {
    let price = |price: &str| {
        let clause = format!("[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = {price}\n");
        sound(&opened(&[("scheme.toml", &with("", &clause)), ("prices.csv", &table())]))
    };
    fn table() -> String {
        let rows: Vec<String> = COHORTS.iter().zip([5, 6, 7, 8]).map(|(name, price)| format!("{name},£{price}\n")).collect();
        format!("cohort,price\n{}", rows.concat())
    }
    let jobs = [1, 10, 2, 20];
    assert_eq!(paid(&price("{ by_year = [\"£3\", \"£4\"] }"), jobs), [3, 30, 8, 80]);
    assert_eq!(paid(&price("{ by_year = [\"£3\"] }"), jobs), [3, 30, 6, 60], "later years repeat the last");
    assert_eq!(paid(&price(&by_cohort(["£1", "£2", "£3", "£4"])), jobs), [1, 20, 6, 80]);
    assert_eq!(paid(&price("{ table = \"prices.csv\", column = \"price\" }"), jobs), [5, 60, 14, 160]);
}

#[test]
fn each_time_has_its_own_fee_baseline_and_target() {
    let baseline = format!("baseline = {}", by_cohort(["10 %", "20 %", "30 %", "40 %"]));
    let clauses = format!(
        "[pay.fee]\nclause = \"service fee\"\neach_month = {}\n\
         [pay.more]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = \"£1,000\"\n\
         gate = {{ improves_by_at_least = {} }}\n",
        by_cohort(["£1", "£2", "£3", "£4"]),
        by_cohort(["1 percentage point", "2 percentage points", "3 percentage points", "4 percentage points"]),
    );
    let scheme = sound(&opened(&[("scheme.toml", &with(&baseline, &clauses))]));
    assert_eq!(paid(&scheme, [11, 22, 33, 44]), [1_006, 2_012, 3_018, 4_024], "each exactly at its target");
    assert_eq!(paid(&scheme, [10, 21, 32, 43]), [6, 12, 18, 24], "each one short of it");
}

/// A bonus whose level rises each year, and a standard likewise; measured over each year, they take the level of that year.
#[test]
fn a_level_may_rise_each_year() {
    let clauses = "[pay.extra]\nclause = \"bonus\"\noutcome = \"job\"\nat_least = { by_year = [\"5 percentage points\", \"10 percentage points\"] }\n\
                   up_to = { by_year = [\"7 percentage points\", \"20 percentage points\"] }\n\
                   per = \"person\"\nprice = { by_year = [\"£10\", \"£100\"] }\nmeasured_over = \"each year\"\n\
                   [pay.most]\nclause = \"award\"\nstandards = [{ outcome = \"job\", reaches = { by_year = [\"36 %\", \"42 %\"] } }]\n\
                   pays = [\"£0\", \"£5\"]\nmeasured_over = \"each year\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &with("baseline = \"30 %\"", clauses))]));
    // 80 of 200 are 20 above the baseline: 10 beyond the level of the first year, of which 4 count. The second year needs 80.
    assert_eq!(paid(&scheme, [40, 40, 40, 39]), [0, 45, 0, 0]);
    assert_eq!(paid(&scheme, [36, 35, 44, 40]), [0, 10, 0, 405]);
}

#[test]
fn the_term_sheet_says_the_times_in_one_sentence() {
    let clauses = format!(
        "[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = {{ by_year = [\"£600\", \"£550\"] }}\n\
         gate = {{ improves_by_at_least = {{ by_year = [\"3 percentage points\", \"4 percentage points\"] }} }}\n\
         [pay.fee]\nclause = \"service fee\"\neach_month = {}\n",
        by_cohort(["£1", "£2", "£3", "£4"])
    );
    let scheme = sound(&opened(&[("scheme.toml", &with("baseline = \"30 %\"", &clauses))]));
    let sheet: Vec<String> = term_sheet(&scheme).into_iter().map(|paragraph| paragraph.text).collect();
    for said in [
        "The payer pays £550 to £600 (year 1: £600, year 2: £550) for each person with job",
        "by at least 3 percentage points for year 1, 4 percentage points for year 2",
        "£1 to £4 (cohort 2020-01 to 2020-06: £1, cohort 2020-07 to 2020-12: £2,",
    ] {
        assert!(sheet.iter().any(|text| text.contains(said)), "{said}\n{sheet:#?}");
    }
}

#[test]
fn changed_amounts_are_written_where_they_stand() {
    for (price, wanted) in [
        ("{ by_year = [\"£600\", \"£550\"] }".to_owned(), "price = { by_year = [\"£1,200\", \"£1,100\"] }"),
        (by_cohort(["£1", "£2", "£3", "£4"]), "\"2020-07 to 2020-12\" = \"£4\", \"2021-01 to 2021-06\" = \"£6\""),
    ] {
        let clause = format!("[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = {price}\n");
        let files = opened(&[("scheme.toml", &with("", &clause))]);
        let before = sound(&files);
        let after = Fix::Prices(200).apply(&before).expect("it has a price");
        let texts = amend::amend(&files, &before, &after).expect("it can be written");
        assert!(texts["scheme.toml"].contains(wanted), "{}", texts["scheme.toml"]);
    }
}

#[test]
fn what_is_measured_together_has_one_number() {
    let of =
        |rest: &str| format!("[pay.all]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nmeasured_over = {rest}\n");
    const INDICATOR: &str = "{ outcome = \"job\", points = 10, none_at = \"10 %\", all_at = \"50 %\" }";
    let kind = |kind: &str, rest: &str| format!("[pay.all]\nclause = \"{kind}\"\n{rest}\n");
    let price = "reward = \"£10\"";
    let cohorts = by_cohort(["1 %", "2 %", "3 %", "4 %"]);
    for (clause, what) in [
        (
            of(&format!("\"each year\"\n{price}\ngate = {{ improves_by_at_least = {cohorts} }}")),
            "a number differs by cohort, and the clause measures several of them together",
        ),
        (
            of(&format!("\"all cohorts\"\n{price}\ngate = {{ improves_by_at_least = {{ by_year = [\"1 %\", \"2 %\"] }} }}")),
            "a number differs by contract year, and the clause measures several of them together",
        ),
        (
            of(&format!("\"each year\"\nreward = {}", by_cohort(["£1", "£2", "£3", "£4"]))),
            "an amount differs by cohort, and the clause measures several of them together",
        ),
        (
            kind(
                "points payment",
                &format!(
                    "each_point = {}\nindicators = [{INDICATOR}]\nmeasured_over = \"each year\"",
                    by_cohort(["£1", "£2", "£3", "£4"])
                ),
            ),
            "an amount differs by cohort, and the clause measures several of them together",
        ),
        (
            kind(
                "points payment",
                &format!(
                    "pot = {}\nindicators = [{INDICATOR}]\nmeasured_over = \"each year\"",
                    by_cohort(["£1", "£2", "£3", "£4"])
                ),
            ),
            "an amount differs by cohort, and the clause measures several of them together",
        ),
        (
            kind(
                "cost share",
                &format!("share = \"50 %\"\nat_most = {}\nmeasured_over = \"each year\"", by_cohort(["£1", "£2", "£3", "£4"])),
            ),
            "an amount differs by cohort, and the clause measures several of them together",
        ),
        (
            of("\"each cohort\"\nreward = { by_cohort = { 2020-01 = \"£4\" } }"),
            "there is no number for the cohort `2020-01 to 2020-06`",
        ),
        (of("\"each cohort\"\nreward = { by_year = [] }"), "the list has no number"),
        (of("\"each cohort\"\nreward = { by_year = [\"£1\", \"-£2\"] }"), "`reward` is negative"),
    ] {
        let found = problems(&opened(&[("scheme.toml", &with("baseline = \"30 %\"", &clause))])).1;
        assert!(found.iter().any(|problem| problem.what == what), "{what}\n{found:#?}");
    }
}

/// Numbers beyond the last contract year are not used, and nobody is left to find out.
#[test]
fn a_year_too_many_is_warned_of() {
    let clause = "[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = { by_year = [\"£1\", \"£2\", \"£3\"] }\n";
    let found = problems(&opened(&[("scheme.toml", &with("", clause))])).1;
    assert!(found.iter().any(|problem| problem.what.starts_with("cohorts start in 2 contract years alone")), "{found:#?}");
}

/// A clause that pays for all segments together has one amount for them: the first would be taken in silence.
#[test]
fn an_amount_for_all_segments_differs_by_none() {
    let head = head(1, &["a", "b"], "nearest penny, half up");
    let outcome = "[outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\n";
    let amount = "{ table = \"amounts.csv\", column = \"amount\" }";
    let over = "measured_over = \"each year\"";
    for (kind, rest) in [
        ("cap", format!("most = {amount}\n{over}")),
        ("floor", format!("least = {amount}\n{over}")),
        ("cost share", format!("share = \"50 %\"\nat_most = {amount}\n{over}")),
        (
            "points payment",
            format!(
                "each_point = {amount}\nindicators = [{{ outcome = \"job\", points = 10, none_at = \"10 %\", all_at = \"50 %\" }}]\n{over}"
            ),
        ),
    ] {
        let fee = "[pay.job]\nclause = \"outcome payment\"\noutcome = \"job\"\nprice = \"£5\"\n";
        let text = format!("{head}{outcome}{fee}[pay.all]\nclause = \"{kind}\"\n{rest}\n");
        let found = problems(&opened(&[("scheme.toml", &text), ("amounts.csv", "segment,amount\na,£10\nb,£20\n")])).1;
        let wanted = format!("a {kind} has one amount for all segments, because it is measured over them together");
        assert!(found.iter().any(|problem| problem.what == wanted), "{kind}\n{found:#?}");
    }
}

/// The fee that a cap includes is that of its own months, not that of the first cohort for all of them.
#[test]
fn a_cap_is_compared_with_the_fees_of_its_cohorts() {
    let fee = by_cohort(["£3,000", "£1,000", "£1,000", "£1,000"]);
    let scheme = |most: &str| {
        let clauses = format!(
            "[pay.fee]\nclause = \"service fee\"\neach_month = {fee}\n\
             [pay.most]\nclause = \"cap\"\nmost = \"{most}\"\nmeasured_over = \"each year\"\n"
        );
        problems(&opened(&[("scheme.toml", &with("", &clauses))])).1
    };
    let below = |most: &str| scheme(most).iter().any(|problem| problem.what.starts_with("the cap is below the fee"));
    // Six months at £3,000 and six at £1,000.
    assert!(!below("£24,000"));
    assert!(below("£23,999"));
}

/// Measured over all cohorts together, a clause could keep one of its numbers alone.
#[test]
fn clauses_with_numbers_of_their_own_for_each_time_are_not_pooled() {
    let tariff = |gate: &str, reward: &str| {
        let clause = format!(
            "[pay.more]\nclause = \"tariff\"\noutcome = \"job\"\nper = \"person\"\nreward = {reward}\n\
             measured_over = \"each cohort\"\ngate = {{ improves_by_at_least = {gate} }}\n"
        );
        sound(&opened(&[("scheme.toml", &with("baseline = \"30 %\"", &clause))]))
    };
    let cohorts = by_cohort(["1 %", "2 %", "3 %", "4 %"]);
    assert!(Fix::PoolCohorts.apply(&tariff("\"1 %\"", "\"£10\"")).is_some());
    assert!(Fix::PoolCohorts.apply(&tariff(&cohorts, "\"£10\"")).is_none());
    assert!(Fix::PoolCohorts.apply(&tariff("{ by_year = [\"1 %\", \"2 %\"] }", "\"£10\"")).is_none());
    assert!(Fix::PoolCohorts.apply(&tariff("\"1 %\"", &by_cohort(["£1", "£2", "£3", "£4"]))).is_none());
}

/// Certified costs of several providers say whose they are. Costs of nobody would count for each of them.
#[test]
fn certified_costs_of_several_providers_say_whose_they_are() {
    let costs = |providers: &str, table: &str| {
        let head = head(1, &["a"], "nearest penny, half up");
        let text = format!(
            "certified_costs = \"costs.csv\"\npriced_for = \"each provider\"\nproviders = [{providers}]\n{head}[outcome.job]\nmeasure = \"jobs\"\nkind = \"binary\"\n\
             better = \"more\"\nwindow = \"12 months\"\n[pay.match]\nclause = \"cost share\"\nshare = \"50 %\"\nmeasured_over = \"each year\"\n"
        );
        problems(&opened(&[("scheme.toml", &text), ("costs.csv", table)]))
            .1
            .into_iter()
            .map(|problem| problem.what)
            .collect::<Vec<_>>()
    };
    let has = |found: &[String], what: &str| assert!(found.iter().any(|found| found.contains(what)), "{what}: {found:?}");
    let two = "\"one\", \"two\"";
    assert_eq!(costs("\"one\"", "costs\n£100\n"), Vec::<String>::new());
    assert_eq!(costs(two, "provider,costs\none,£100\ntwo,£200\n"), Vec::<String>::new());
    has(&costs(two, "costs\n£100\n"), "provider");
    has(&costs(two, "provider,costs\nonne,£100\ntwo,£200\n"), "the scheme has no provider `onne`");
    has(&costs(two, "provider,costs\n,£100\ntwo,£200\n"), "the scheme has no provider ``");
}
