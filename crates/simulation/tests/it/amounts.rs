//! Amounts: waiting times and wages, and the people who reach a level of them.

use contract::tally::Tally;
use risks::StrategyKind;
use simulation::people::{Chances, people};
use simulation::person_by_person;
use simulation::rank_evaluation::Ranks;
use simulation::strategy::{Arena, Strategy};
use simulation::stress::{StressOptions, stress};

use crate::{Shipped, files, read, scheme_of};

const TERMS: &str = r#"[outcome.wait]
measure = "minutes waited"
kind = "amount"
unit = "minutes"
most = MOST
better = "BETTER"
window = "1 day"
baseline = "230 per person"

[outcome.reached]
measure = "people in good time"
kind = "binary"
better = "more"
window = "1 day"

[outcome.reached.measured]
rule = "reaches"
outcome = "wait"
level = 240

[outcome.back]
measure = "people who come back"
kind = "binary"
better = "fewer"
window = "1 year"

[pay.minutes]
clause = "tariff"
outcome = "wait"
per = "unit"
reward = "£2"
deduction = "£2"

[pay.target]
clause = "award"
standards = [{ outcome = "reached", reaches = "60 %" }]
pays = ["£0", "£10,000"]
measured_over = "each cohort"
"#;

const ASSUMPTIONS: &str = r#"
assumptions = "Assumptions made for a test"

[people]
volume = "100 %"

[outcome.wait]
now = "230 per person"
spread = "90 per person"
shape = "SHAPE"
value = "£3"

[outcome.reached]
value = "£0"

[outcome.back]
now = "30 %"

[help.staff]
half_cost = "£20"
spent_now = "£5"
moves = { wait = "30 %", back = "5 percentage points" }

[bunching.reached]
within = 20
at_most = "60 %"
cost_of_last = "£30"

[cost]
each_person = "£10"

[intended]
spend = "£30"
"#;

fn scheme((shape, better, most): (&str, &str, i64)) -> Shipped {
    let terms = TERMS.replace("BETTER", better).replace("MOST", &most.to_string());
    read(&files([
        ("scheme.toml", scheme_of((2030, 2028), "400", &terms)),
        ("assumptions.toml", ASSUMPTIONS.replace("SHAPE", shape)),
    ]))
}

/// Both shapes, both directions, with the largest amount far away and near.
const CASES: [(&str, &str, i64); 6] = [
    ("log-normal", "fewer", 100_000),
    ("log-normal", "fewer", 300),
    ("log-normal", "more", 300),
    ("normal", "fewer", 300),
    ("normal", "more", 100_000),
    ("normal", "more", 300),
];

/// Sums along sorted uniforms are those of a loop over people, to the unit, in every replication.
#[test]
fn adding_up_by_rank_equals_person_by_person() {
    for case in CASES {
        let it = scheme(case);
        let area = &people(&it.scheme, &it.assumptions)[0];
        let chances = Chances::of(&it.scheme, &it.assumptions, area);
        let ranks = Ranks::build(&it.scheme, &it.assumptions, area, 7, 3, 3);
        let arena = Arena::new(&it.scheme, &it.assumptions, area, &ranks, 7, 3);
        for spend in [0.0, 5.0, 60.0, 1e6] {
            let strategy = Strategy::of(vec![spend], vec![true]);
            let mut tallies: Vec<Tally> = Vec::new();
            arena.simulate(std::slice::from_ref(&strategy), 3, |_, tally, _| tallies.push(tally.clone()));
            for (index, tally) in tallies.iter().enumerate() {
                let (of, effort) = ((&it.scheme, &it.assumptions), &strategy.effort);
                let counts = person_by_person::count(of.0, of.1, area, &chances, effort, 7, 3 + index as u64);
                let counts: Vec<i64> = counts.iter().map(|cells| cells.iter().sum()).collect();
                let found: Vec<i64> = tally.counts.iter().map(|cells| cells.iter().sum()).collect();
                assert_eq!(found, counts, "{case:?}, £{spend}");
                assert!(found[0] <= case.2 * 400);
            }
        }
    }
}

/// The expected outcomes are the means of many replications, with the cut at the largest amount in reach too. More help betters both
/// the mean and the number who reach the level, without an assumption about that.
#[test]
fn expected_amounts_are_the_means_of_replications() {
    for case in CASES {
        let it = scheme(case);
        let area = &people(&it.scheme, &it.assumptions)[0];
        let replications = 400;
        let ranks = Ranks::build(&it.scheme, &it.assumptions, area, 11, 0, replications);
        let arena = Arena::new(&it.scheme, &it.assumptions, area, &ranks, 11, 0);
        let mut before: Option<Vec<f64>> = None;
        for (spend, brought_over) in [(0.0, 0.0), (5.0, 0.0), (40.0, 0.0), (40.0, 0.5)] {
            let strategy = Strategy { brought_over: vec![0.0, brought_over, 0.0], ..Strategy::of(vec![spend], vec![true]) };
            let expected: Vec<f64> = arena.true_outcomes(&strategy).iter().map(|segments| segments.iter().sum()).collect();
            let mut sums = [0.0; 3];
            arena.simulate(std::slice::from_ref(&strategy), replications, |_, tally, _| {
                sums.iter_mut().zip(&tally.counts).for_each(|(sum, cells)| *sum += cells.iter().sum::<i64>() as f64);
            });
            // Five standard errors of 160,000 people: of a mean of 90 each, and of a share.
            let allowed = [5.0 * 90.0 / 400.0, 5.0 * 0.5 / 400.0, 5.0 * 0.5 / 400.0];
            for at in 0..3 {
                let (mean, wanted) = (sums[at] / replications as f64 / 400.0, expected[at] / 400.0);
                assert!((mean - wanted).abs() < allowed[at], "{case:?}, £{spend}, outcome {at}: {mean} for {wanted}");
            }
            if let Some(before) = before.replace(expected.clone()) {
                let more = if case.1 == "more" { 1.0 } else { -1.0 };
                assert!(more * (expected[0] - before[0]) > 1.0, "{case:?}: the mean does not move");
                assert!(expected[1] > before[1] + 1.0, "{case:?}: nobody more reaches the level");
                // Whoever is brought over moves by a part of the twenty minutes, and no more.
                let (people, minutes) = (expected[1] - before[1], more * (expected[0] - before[0]));
                assert!(brought_over == 0.0 || minutes < 20.0 * people, "{case:?}: {minutes} minutes for {people} people");
            }
        }
    }
}

/// Today's help explains today's mean.
#[test]
fn help_as_now_leads_to_the_mean_as_now() {
    for case in CASES {
        let it = scheme(case);
        let area = &people(&it.scheme, &it.assumptions)[0];
        let chances = Chances::of(&it.scheme, &it.assumptions, area);
        for outcome in 0..3 {
            let (now, with) = (chances.now(outcome, 0), chances.with(outcome, 0, &[5.0]));
            assert!(
                (now - with).abs() < 1e-9 * now.max(1.0),
                "{case:?}: outcome {outcome} is {now} now, and {with} with today's help"
            );
        }
    }
}

/// A price for each minute moves a provider that seeks profit, and a higher one moves it further; the whole stress test runs.
#[test]
fn a_price_for_each_unit_buys_better_amounts() {
    let spend = |price: &str| {
        let text = scheme_of((2030, 2028), "400", &TERMS.replace("BETTER", "fewer").replace("MOST", "1440"));
        let priced = read(&files([
            ("scheme.toml", text.replace("\"£2\"", price)),
            ("assumptions.toml", ASSUMPTIONS.replace("SHAPE", "log-normal")),
        ]));
        let options = StressOptions { scenarios: 0, replications: 60, ..StressOptions::default() };
        let found = stress(&priced.opened, &priced.scheme, &priced.assumptions, options, &|_, _| {});
        let best = found.results.get(StrategyKind::BEST).expect("a best response");
        (best.help_spend, found.expected[0].clone())
    };
    let ((low, _), (high, forecast)) = (spend("\"£0.10\""), spend("\"£4\""));
    assert!(high > low + 1_000.0, "£{low} at a low price, £{high} at a high one");
    assert_eq!(forecast.unit.as_deref(), Some("minutes"));
    assert!((forecast.today - 230.0).abs() < 0.5 && forecast.each[1] > 1.0, "{forecast:?}");
}

/// Where the number who reach a level is paid for, those just short of it are brought over, and the mean hardly moves. Where nothing
/// depends on the level, nobody is.
#[test]
fn people_just_short_of_a_paid_level_are_brought_over_it() {
    let best = |target: &str| {
        let terms = TERMS.replace("BETTER", "fewer").replace("MOST", "1440").replace("\"£2\"", "\"£0.01\"");
        // Help is dear, and a little more than today's people are needed.
        let terms = terms.replace("\"£10,000\"", target).replace("60 %", "66 %");
        let dear = ASSUMPTIONS.replace("SHAPE", "log-normal").replace("\"£20\"", "\"£2,000\"").replace("\"£5\"", "\"£0\"");
        let it = read(&files([("scheme.toml", scheme_of((2030, 2028), "400", &terms)), ("assumptions.toml", dear)]));
        let options = StressOptions { scenarios: 0, replications: 60, ..StressOptions::default() };
        let results = stress(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {}).results;
        let outcomes = |kind: StrategyKind| -> Vec<f64> {
            let found = results.get(kind).expect("it was played");
            (0..3).map(|at| found.outcome(at)).collect()
        };
        (outcomes(StrategyKind::BEST), outcomes(StrategyKind::Idle))
    };
    let (paid, idle) = best("\"£10,000\"");
    let (unpaid, _) = best("\"£0\"");
    assert!(paid[1] > idle[1] + 5.0, "{paid:?}: nobody is brought over");
    assert!(paid[0] > idle[0] - 20.0 * (paid[1] - idle[1]), "{paid:?}: everybody waits less");
    assert!(unpaid[1] < idle[1] + 1.0, "{unpaid:?}: people are brought over for nothing");
}
