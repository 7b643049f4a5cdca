//! The same question asked of another date, or without one area: what stands beside the answer of a design on areas and periods.

use base::philox::{open_unit, words};
use base::statistics::normal_quantile;
use evaluation::evaluate::{EvaluationResult, Role, evaluate, said};
use evaluation::table::EvaluationTable;

use crate::close;
use crate::evaluating::{spec, table};

const TOP: &str = r#"
question = "Did it work?"
estimand = "att"
[data]
table = "rates.csv"
id = "row"
[outcome]
column = "rate"
name = "the rate"
unit = "number"
better = "less"
"#;
const AREAS: &str = "design = \"synthetic control\"\n[areas]\nunit = \"area\"\nperiod = \"year\"\ntreated = \"a0\"\nfrom = 2015\n\
                     [standard_error]\nmethod = \"placebo\"\n";
const SERIES: &str = "design = \"interrupted time series\"\n[series]\nperiod = \"year\"\nfrom = 2030\nlag = 2\n\
                      [standard_error]\nmethod = \"newey-west\"\n";
const PANEL: &str = "design = \"difference in differences\"\n[panel]\nunit = \"area\"\nperiod = \"year\"\nfirst_treated = \"first\"\n\
                     comparison = \"never treated\"\n[standard_error]\nmethod = \"influence\"\nleast_clusters = 5\n";

/// The keys of the top stand before its tables.
fn answered(of: &str, table: &EvaluationTable) -> EvaluationResult {
    let (design, rest) = of.split_once('\n').expect("a design");
    let text = TOP.replacen("estimand = \"att\"", &format!("estimand = \"att\"\n{design}"), 1) + rest;
    evaluate(&spec(&text), table, 30_000).expect("an answer")
}

/// Noise between -0.5 and 0.5 that is no chance.
fn noise(area: u32, year: u32) -> f64 {
    f64::from((area * 7_919 + year * 104_729 + area * year * 31) % 997) / 997.0 - 0.5
}

/// Rows of areas and years: the rate, and the first year with the service where there is one.
fn rows(
    areas: &[u32],
    years: std::ops::Range<u32>,
    rate: impl Fn(u32, u32) -> f64,
    first: impl Fn(u32) -> u32,
) -> EvaluationTable {
    let all: Vec<(u32, u32)> = areas.iter().flat_map(|area| years.clone().map(move |year| (*area, year))).collect();
    let text = |of: &dyn Fn(u32, u32) -> String| all.iter().map(|(area, year)| of(*area, *year)).collect::<Vec<String>>();
    table(&[
        ("row", false, (0..all.len()).map(|at| format!("r{at:05}")).collect()),
        ("area", false, text(&|area, _| format!("a{area}"))),
        ("year", true, text(&|_, year| year.to_string())),
        ("rate", true, text(&|area, year| rate(area, year).to_string())),
        ("first", true, text(&|area, _| first(area).to_string())),
    ])
}

fn of_role(found: &EvaluationResult, role: Role) -> Vec<&evaluation::evaluate::EstimatedEffect> {
    found.estimates.iter().filter(|estimate| estimate.role == role).collect()
}

/// The first area is a mixture of two others and falls by 4 in 2015. Without either of the two the mixture is another one; at a date
/// before nothing shows.
#[test]
fn a_synthetic_control_is_asked_about_another_date_and_without_each_area() {
    let own = |area: u32, year: u32| f64::from(20 + area * area % 7) + 0.1 * f64::from(area * (year - 2000)) + noise(area, year);
    let rate = |area: u32, year: u32| match area {
        0 => 0.6 * own(3, year) + 0.4 * own(8, year) - if year >= 2015 { 4.0 } else { 0.0 },
        _ => own(area, year),
    };
    let areas: Vec<u32> = (0..12).collect();
    let found = answered(AREAS, &rows(&areas, 2000..2020, rate, |_| 0));
    close(of_role(&found, Role::Answer)[0].effect, -4.0, 0.1);
    let earlier = of_role(&found, Role::Placebo);
    assert_eq!(earlier[0].what, "as if the service had begun at year 2007");
    assert!(earlier[0].effect.abs() < 1.0 && !earlier[0].leaves_out_zero(), "{earlier:?}");
    assert!(said::doubts(&found).is_empty());
    // The figure without one area is that of a table without it.
    let left_out = &found.sensitivity[0];
    assert_eq!(left_out.name, "Leave-one-area-out");
    let without = |gone: u32| {
        let rest: Vec<u32> = areas.iter().copied().filter(|area| *area != gone).collect();
        of_role(&answered(AREAS, &rows(&rest, 2000..2020, rate, |_| 0)), Role::Answer)[0].effect
    };
    let furthest = [3, 8].map(without).into_iter().max_by(|a, b| (a + 4.0).abs().total_cmp(&(b + 4.0).abs())).expect("two");
    close(left_out.value, furthest, 1e-9);
    assert!(
        left_out.words.contains("areas left out in turn") && left_out.words.contains("No area turns it round"),
        "{left_out:?}"
    );
    // What happened in 2008 without the service shows at the placebo date, and makes the answer doubtful.
    let early = |area: u32, year: u32| rate(area, year) - if area == 0 && year >= 2008 { 6.0 } else { 0.0 };
    let areas: Vec<u32> = (0..30).collect();
    let found = answered(AREAS, &rows(&areas, 2000..2020, early, |_| 0));
    assert!(of_role(&found, Role::Placebo)[0].leaves_out_zero(), "{:?}", found.estimates);
    assert!(said::doubts(&found)[0].starts_with("An effect shows as if the service had begun"), "{:?}", said::doubts(&found));
}

#[test]
fn a_series_is_asked_about_an_earlier_date() {
    let rate = |fall: u32| move |_: u32, year: u32| 50.0 + noise(1, year) - if year >= fall { 5.0 } else { 0.0 };
    let found = answered(SERIES, &rows(&[0], 2000..2050, rate(2030), |_| 0));
    let earlier = of_role(&found, Role::Placebo);
    assert_eq!((earlier.len(), earlier[0].what.as_str()), (1, "as if the service had begun at year 2015"));
    assert!(!earlier[0].leaves_out_zero() && earlier[0].effect.abs() < 1.0, "{earlier:?}");
    let found = answered(SERIES, &rows(&[0], 2000..2050, rate(2015), |_| 0));
    close(of_role(&found, Role::Placebo)[0].effect, -5.0, 0.5);
    assert!(!said::doubts(&found).is_empty());
}

/// On noise alone the placebo date is hardly ever a reason to doubt a large answer, and its interval does not leave out nothing too often.
#[test]
fn noise_before_the_start_is_no_reason_to_doubt() {
    for periods in [16, 24, 48] {
        let (mut left_out, mut doubted) = (0, 0);
        const RUNS: u64 = 400;
        for run in 0..RUNS {
            let draw = |year: u32| normal_quantile(words(11, run, u64::from(year), 0).map(open_unit)[0]);
            let rate = |_: u32, year: u32| draw(year) - if year >= 2030 { 8.0 } else { 0.0 };
            let found = answered(SERIES, &rows(&[0], 2030 - periods..2040, rate, |_| 0));
            left_out += u32::from(of_role(&found, Role::Placebo)[0].leaves_out_zero());
            doubted += u32::from(!said::doubts(&found).is_empty());
        }
        assert!(left_out <= 60 && doubted <= 8, "{periods} periods: {left_out} and {doubted} of {RUNS}");
    }
}

/// Where nothing happened, the interval of the answer seldom leaves out nothing, however few the periods.
#[test]
fn the_interval_of_a_short_series_holds() {
    for periods in [12, 24, 48] {
        const RUNS: u64 = 400;
        let left_out = (0..RUNS).filter(|run| {
            let rate = |_: u32, year: u32| normal_quantile(words(12, *run, u64::from(year), 0).map(open_unit)[0]);
            let found = answered(SERIES, &rows(&[0], 2030 - periods / 2..2030 + periods / 2, rate, |_| 0));
            let answer = &found.estimates[0];
            assert_eq!(answer.leaves_out_zero(), answer.p_value < 0.05);
            answer.leaves_out_zero()
        });
        let left_out = left_out.count();
        assert!(left_out <= 48, "{periods} periods: {left_out} of {RUNS}");
    }
}

/// The answer without an area is that of a table without its rows. Twenty areas start in 2005 and one of them falls by far the most.
#[test]
fn a_panel_is_asked_without_each_unit() {
    let first = |area: u32| if area < 20 { 2005 } else { 0 };
    let rate = |area: u32, year: u32| {
        let with = first(area) > 0 && year >= 2005;
        f64::from(area) + noise(area, year) - if with { if area == 7 { 60.0 } else { 1.0 } } else { 0.0 }
    };
    let areas: Vec<u32> = (0..40).collect();
    let table = |areas: &[u32]| rows(areas, 2000..2010, rate, first);
    let found = answered(PANEL, &table(&areas));
    let rest: Vec<u32> = areas.iter().copied().filter(|area| *area != 7).collect();
    let without = of_role(&answered(PANEL, &table(&rest)), Role::Answer)[0].effect;
    close(found.sensitivity[0].value, without, 1e-9);
    close(without, -1.0, 0.5);
    // A unit may be a person, and is named by its row.
    assert!(found.sensitivity[0].words.contains("without the unit in row 72."), "{}", found.sensitivity[0].words);
    let by_area = PANEL.replace("influence\"", "clustered\"\nclusters = \"area\"");
    let words = &answered(&by_area, &table(&areas)).sensitivity[0].words;
    assert!(words.contains("without a7."), "{words}");
}
