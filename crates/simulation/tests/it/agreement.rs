//! Four roads to one answer: closed form, rank evaluation, person by person, and the pricing function in two kinds of number.

use base::philox::philox4x64;
use contract::price::statement;
use contract::tally::Tally;
use proptest::prelude::*;
use risks::{Estimate, StrategyKind};
use simulation::people::{Chances, people};
use simulation::rank_evaluation::Ranks;
use simulation::reference_strategies::CommonDraws;
use simulation::search::{self, Budget, Objective};
use simulation::strategy::{Arena, Strategy};
use simulation::stress::{StressOptions, stress};
use simulation::{person_by_person, replay};

use crate::{ALL, changed, shipped, with_a_fixed_baseline};

/// Rank evaluation and the person-by-person count agree exactly, in every replication, cell and outcome, for any strategy.
#[test]
fn rank_equals_person_by_person() {
    for name in ALL {
        let it = shipped(name);
        let areas = people(&it.scheme, &it.assumptions);
        let area = &areas[0];
        let chances = Chances::of(&it.scheme, &it.assumptions, &areas[0]);
        let (seed, first, replications) = (7, 3, 3);
        let ranks = Ranks::build(&it.scheme, &it.assumptions, area, seed, first, replications);
        let arena = Arena::new(&it.scheme, &it.assumptions, area, &ranks, seed, first);
        let size = chances.helps.len() * area.segments;
        for trial in 0..4u64 {
            let effort: Vec<f64> = (0..size)
                .map(|at| (philox4x64([trial, at as u64, 0, 0], [1, 0])[0] >> 40) as f64 / 16_777_216.0 * 1500.0 * trial as f64)
                .collect();
            let strategy = Strategy::of(effort.clone(), vec![true; area.segments]);
            let mut from_ranks: Vec<Tally> = Vec::new();
            arena.simulate(&[strategy], replications, |_, tally, _| from_ranks.push(tally.clone()));
            for (index, tally) in from_ranks.iter().enumerate() {
                let counts =
                    person_by_person::count(&it.scheme, &it.assumptions, area, &chances, &effort, seed, first + index as u64);
                for (outcome, counts) in counts.iter().enumerate() {
                    let mut expected = vec![0; tally.people.len()];
                    for (cell, count) in area.cells.iter().zip(counts) {
                        expected[tally.cell(cell.cohort, it.assumptions.segments[cell.segment].priced_as)] += *count;
                    }
                    assert_eq!(tally.counts[outcome], expected, "{name}, trial {trial}, replication {index}");
                }
                // The exact and the fast pricing of the same tally differ by rounding alone: half a penny a line.
                let (lines, exact) = statement(&it.scheme, tally);
                let mut fast = contract::price::Paid::<f64>::default();
                contract::price::price(&it.scheme, tally, &mut fast, &mut contract::price::NoLines);
                let allowed = 0.5 * lines.len() as f64 + 0.01;
                assert!((fast.total() - exact.total().0 as f64).abs() <= allowed, "{name}");
            }
        }
    }
}

/// For a linear contract the expected payment and the provider's best response have closed forms.
#[test]
fn simulation_and_search_meet_the_closed_form() {
    let mut it = changed("plain-linear", with_a_fixed_baseline);
    // Without its limits the contract is linear through and through.
    it.scheme.clauses.truncate(2);
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 11, 0, 400);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let price = 15_000.0;
    let pay = search::payment_weights(&arena);
    for (segment, weight) in pay[0].iter().enumerate() {
        assert!((weight - price).abs() < 0.02 * price, "segment {segment} is paid {weight}");
    }
    // e = h/ln 2 · ln(price · most · chance · ln 2 / h), segment by segment.
    let exact = search::along(&arena, &vec![vec![price; 3]], 1.0, &[true; 3]);
    for segment in 0..3 {
        let none = arena.chances.without(0, segment);
        let effort = 250.0 / std::f64::consts::LN_2 * (price * 0.2 * none * std::f64::consts::LN_2 / 250.0).ln();
        assert!((exact.effort[segment] - effort).abs() < 1e-6);
    }
    // Expected payment: fee plus price for each person fewer than the baseline.
    let expected = |strategy: &Strategy| 3_600_000.0 + price * (2_500.0 - arena.true_outcomes(strategy)[0].iter().sum::<f64>());
    let simulated = Estimate::of(arena.totals(std::slice::from_ref(&exact), 400)[0].iter().copied());
    assert!((simulated.mean - expected(&exact)).abs() < 4.0 * simulated.error, "{simulated:?} against {}", expected(&exact));
    // The search tries strategies on a hundred replications and so cannot tell the best from its near neighbours: it loses no more
    // than that.
    let found = search::best(&arena, Objective::Profit, Budget::FULL, &pay, search::Freedom::ALL);
    let profit = |strategy: &Strategy| expected(strategy) - arena.cost(strategy);
    let lost = profit(&exact) - profit(&found.strategy);
    assert!(lost >= -1.0 && lost < 0.003 * profit(&exact), "the search is £{lost:.0} short of £{:.0}", profit(&exact));
}

/// The same seed gives the same numbers at any number of threads.
#[test]
fn threads_change_nothing() {
    let it = shipped("transforming-rehabilitation-2015");
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let options = StressOptions { seed: 5, replications: 30, scenarios: 4 };
        format!("{:?}", pool.install(|| stress(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {})))
    };
    assert_eq!(run(1), run(3));
}

/// A strategy's profit is judged on the same replications as the reference it is compared with.
#[test]
fn common_random_numbers_make_small_differences_visible() {
    let it = shipped("plain-linear");
    let draws = CommonDraws::build(&it.scheme, &it.assumptions, 3, 0, 200);
    let arena = draws.arena(&it.scheme, &it.assumptions, 0);
    let strategy = |extra: f64| Strategy::of(vec![200.0, 200.0, 200.0 + extra], vec![true; 3]);
    let totals = arena.totals(&[strategy(0.0), strategy(10.0)], 200);
    let difference = Estimate::of(totals[0].iter().zip(&totals[1]).map(|(a, b)| b - a));
    let apart = Estimate::of(totals[0].iter().copied());
    assert!(difference.mean > 0.0);
    assert!(difference.error * 5.0 < apart.error, "{} against {}", difference.error, apart.error);
}

/// Replay tells the same fate as the count that payments are made from.
#[test]
fn replay_is_what_was_counted() {
    let it = shipped("work-programme-2011");
    let areas = people(&it.scheme, &it.assumptions);
    let chances = Chances::of(&it.scheme, &it.assumptions, &areas[0]);
    let idle = vec![0.0; chances.helps.len() * areas[0].segments];
    let counts = person_by_person::count(&it.scheme, &it.assumptions, &areas[0], &chances, &idle, 9, 2);
    let cell = areas[0].cells.iter().position(|cell| cell.segment == 6).expect("a small segment");
    let first = areas[0].cells[cell].first_person;
    let mut happened = 0;
    for person in first..first + areas[0].cells[cell].people as u64 {
        let told = replay::replay(&it.scheme, &it.assumptions, 9, person, 2).expect("a person");
        happened += u32::from(told.decisions[0].happens_idle);
    }
    assert_eq!(i64::from(happened), counts[0][cell]);
    assert!(replay::replay(&it.scheme, &it.assumptions, 9, 0, 2).is_err());
}

/// The value to the public and the profit are added up over areas, not lost on the way.
#[test]
fn the_whole_is_the_sum_of_its_areas() {
    let it = shipped("transforming-rehabilitation-2013");
    let options = StressOptions { seed: 1, replications: 20, scenarios: 0 };
    let result = stress(&it.opened, &it.scheme, &it.assumptions, options, &|_, _| {});
    for kind in [StrategyKind::Idle, StrategyKind::Intended, StrategyKind::BEST] {
        let whole = result.results.get(kind).expect("simulated");
        let parts: f64 =
            result.results.areas.iter().flat_map(|area| &area.strategies).filter(|p| p.kind == kind).map(|p| p.payment()).sum();
        assert!((whole.payment() - parts).abs() < 1.0, "{kind:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// More reoffending never pays the provider more, in any replication, under a scheme without a wrong-way rule.
    #[test]
    fn worse_never_pays_more(effort in prop::collection::vec(0.0..1500.0f64, 3), less in 0.0..1.0f64) {
        let it = shipped("plain-linear");
        let draws = CommonDraws::build(&it.scheme, &it.assumptions, 21, 0, 20);
        let arena = draws.arena(&it.scheme, &it.assumptions, 0);
        let better = Strategy::of(effort.clone(), vec![true; 3]);
        let worse = Strategy::of(effort.iter().map(|effort| effort * less).collect(), vec![true; 3]);
        let totals = arena.totals(&[better, worse], 20);
        for (better, worse) in totals[0].iter().zip(&totals[1]) {
            prop_assert!(worse <= better);
        }
    }
}
