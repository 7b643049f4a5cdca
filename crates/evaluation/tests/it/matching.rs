//! Matching: MatchIt's vignette, a naive matcher on small data full of ties, and rows in any order.

use evaluation::columns::{Column, Columns};
use evaluation::error::EvaluationError;
use evaluation::logistic::logistic;
use evaluation::matching::{Caliper, Distance, MatchedPair, Matches, Order, Rules, Width, check, match_nearest};
use evaluation::units::{effective_size, rows_by_key};
use proptest::prelude::*;

use crate::close;
use crate::data::{Table, matchit};
use crate::logistic::VIGNETTE;
use crate::matchit::with_their_ties;

/// The rules of MatchIt's first example: nearest neighbour, one each, the largest score first.
pub(crate) fn nearest_on(score: &[f64]) -> Rules<'_> {
    Rules {
        distance: Distance::Score(score),
        caliper: None,
        covariate_calipers: &[],
        strata: None,
        ratio: 1,
        replacement: false,
        order: Order::LargestFirst,
    }
}

/// The data of the vignette, its propensity scores, and keys in the order of its rows, as MatchIt breaks ties.
pub(crate) fn vignette() -> Option<(Table, Vec<f64>, Vec<u64>)> {
    let table = matchit()?;
    let score = logistic(&table.flags("treat"), &table.covariates(&VIGNETTE), None).expect("a fit").probabilities();
    let keys = (0..table.rows() as u64).collect();
    Some((table, score, keys))
}

fn difference(table: &Table, matches: &Matches) -> f64 {
    let treated = table.flags("treat");
    let mean = |group: bool| {
        let rows = || (0..treated.len()).filter(|&row| treated[row] == group);
        rows().map(|row| matches.weights[row] * table.column("re78")[row]).sum::<f64>()
            / rows().map(|row| matches.weights[row]).sum::<f64>()
    };
    mean(true) - mean(false)
}

/// MatchIt 4.7.2: `m.out1` of the vignette, then with a caliper of 0.2.
#[test]
fn the_matchings_of_the_vignette() {
    let Some((table, score, keys)) = vignette() else { return };
    let treated = table.flags("treat");
    let plain = match_nearest(&treated, &keys, &nearest_on(&score)).expect("matches");
    assert_eq!((plain.treated_matched(), plain.controls_used), (185, 185));
    close(difference(&table, &plain), 894.367, 5.1e-4);

    let rules = Rules { caliper: Some(Width::OverallDeviations(0.2)), ..nearest_on(&score) };
    let within = match_nearest(&treated, &keys, &rules).expect("matches");
    assert_eq!(within.treated_matched(), 113);
    close(difference(&table, &within), 1571.744, 5.1e-4);
}

/// MatchIt 4.7.2 with replacement. Many men have the same covariates and so one score; which of them is taken moves the figures. The
/// distances of all pairs are the same as with MatchIt's ties, which give the published figures.
#[test]
fn the_matching_of_the_vignette_with_replacement() {
    let Some((table, score, keys)) = vignette() else { return };
    let treated = table.flags("treat");
    let rules = Rules { replacement: true, ..nearest_on(&score) };
    let mut matches = match_nearest(&treated, &keys, &rules).expect("matches");
    assert_eq!((matches.treated_matched(), matches.controls_used), (185, 80));
    let of_scores = |weights: &[f64]| (0..treated.len()).map(|row| weights[row] * score[row]).sum::<f64>();
    let theirs = with_their_ties(&treated, &score, None, true);
    close(of_scores(&matches.weights), of_scores(&theirs.weights), 1e-10);

    let controls = || (0..treated.len()).filter(|&row| !treated[row]).map(|row| theirs.weights[row]);
    assert_eq!(controls().filter(|&weight| weight > 0.0).count(), 82);
    close(effective_size(controls()), 46.31258, 5.1e-6);
    matches.weights = theirs.weights;
    close(difference(&table, &matches), 1991.615, 5.1e-4);
}

/// NumPy, by whitening with the inverse of the Cholesky factor and looking at everybody: by key without replacement and with a
/// caliper of 1.5, then two each with replacement. Many men are equal, and 1e-9 of distance is a tie there.
#[test]
fn the_mahalanobis_distance_is_that_of_numpy() {
    let Some((table, score, keys)) = vignette() else { return };
    let (treated, columns) = (table.flags("treat"), table.covariates(&VIGNETTE));
    let by_key = Rules { distance: Distance::Mahalanobis(&columns), order: Order::ByKey, ..nearest_on(&score) };
    let once = Rules { caliper: Some(Width::Absolute(1.5)), ..by_key };
    let twice = Rules { ratio: 2, replacement: true, ..by_key };
    for (rules, pairs, distance, effect) in
        [(once, 92, 61.564834291009745, 356.6511570652175), (twice, 370, 322.4376746413486, 852.9272998918915)]
    {
        let matches = match_nearest(&treated, &keys, &rules).expect("matches");
        assert_eq!(matches.pairs.len(), pairs);
        close(matches.pairs.iter().map(|pair| pair.distance).sum(), distance, 1e-6);
        close(difference(&table, &matches), effect, 1e-8);
    }
}

/// 0.4 is as far below 0.7 as 1 is above it, but in binary 0.7 - 0.4 is not 1 - 0.7. The smaller key decides, and not the last bit.
#[test]
fn the_last_bit_does_not_break_a_tie() {
    let (treated, score) = ([true, false, false], [0.7, 0.4, 1.0]);
    for (keys, control) in [([1, 2, 3], 1), ([1, 3, 2], 2)] {
        let matches = match_nearest(&treated, &keys, &nearest_on(&score)).expect("matches");
        assert_eq!(matches.pairs[0].control, control);
    }
}

/// A file in another order gives the same pairs. Sorted by key it gives the same bits, from the score to the effect.
#[test]
fn the_order_of_a_file_changes_nothing() {
    let Some((table, _, keys)) = vignette() else { return };
    let (treated, columns) = (table.flags("treat"), table.covariates(&VIGNETTE));
    let run = |rows: &[usize]| {
        let treated: Vec<bool> = rows.iter().map(|&row| treated[row]).collect();
        let keys: Vec<u64> = rows.iter().map(|&row| keys[row]).collect();
        let fit = logistic(&treated, &columns.take(rows), None).expect("a fit");
        let rules = Rules { caliper: Some(Width::PooledDeviations(0.2)), ..nearest_on(&fit.log_odds) };
        let matches = match_nearest(&treated, &keys, &rules).expect("matches");
        let pairs: Vec<(u64, u64)> = matches.pairs.iter().map(|pair| (keys[pair.treated], keys[pair.control])).collect();
        let distances: Vec<u64> = matches.pairs.iter().map(|pair| pair.distance.to_bits()).collect();
        (keys, pairs, distances)
    };
    let all: Vec<usize> = (0..keys.len()).collect();
    let turned: Vec<usize> = all.iter().map(|&row| (row * 401 + 7) % keys.len()).collect();
    let (_, pairs, distances) = run(&all);
    let (turned_keys, turned_pairs, _) = run(&turned);
    assert_eq!(pairs, turned_pairs);
    let sorted: Vec<usize> = rows_by_key(&turned_keys).into_iter().map(|place| turned[place]).collect();
    assert_eq!((pairs, distances), (run(&sorted).1, run(&sorted).2));
}

/// A small world with many ties.
#[derive(Clone, Debug)]
struct World {
    treated: Vec<bool>,
    keys: Vec<u64>,
    score: Vec<f64>,
    other: Vec<f64>,
    strata: Vec<u64>,
}

fn worlds() -> impl Strategy<Value = World> {
    prop::collection::vec((any::<bool>(), 0..12_i32, 0..4_i32, 0..2_u64), 2..40).prop_flat_map(|units| {
        let keys: Vec<u64> = (0..units.len() as u64).map(|key| key * 3 + 5).collect();
        Just(keys).prop_shuffle().prop_map(move |keys| World {
            treated: units.iter().map(|unit| unit.0).collect(),
            keys,
            score: units.iter().map(|unit| f64::from(unit.1) * 0.25).collect(),
            other: units.iter().map(|unit| f64::from(unit.2)).collect(),
            strata: units.iter().map(|unit| unit.3).collect(),
        })
    })
}

/// The same rules, by looking at every pair every time.
fn naive(world: &World, rules: &Rules<'_>, caliper: Option<f64>, other: Option<f64>) -> Vec<MatchedPair> {
    let rows = world.treated.len();
    let distance = |t: usize, c: usize| (world.score[t] - world.score[c]).abs();
    let allowed = |t: usize, c: usize| {
        world.treated[t]
            && !world.treated[c]
            && rules.strata.is_none_or(|strata| strata[t] == strata[c])
            && caliper.is_none_or(|caliper| distance(t, c) <= caliper)
            && other.is_none_or(|other| (world.other[t] - world.other[c]).abs() <= other)
    };
    let mut pairs: Vec<MatchedPair> = Vec::new();
    let mut order: Vec<usize> = (0..rows).filter(|&row| world.treated[row]).collect();
    order.sort_by_key(|&row| world.keys[row]);
    if rules.order == Order::LargestFirst {
        order.sort_by(|&a, &b| world.score[b].total_cmp(&world.score[a]));
    }
    for round in 0..rules.ratio {
        let mut done: Vec<usize> = Vec::new();
        loop {
            let free = |pairs: &[MatchedPair], t: usize, c: usize| {
                allowed(t, c) && !pairs.iter().any(|pair| pair.control == c && (!rules.replacement || pair.treated == t))
            };
            let waiting: Vec<usize> = order.iter().copied().filter(|row| !done.contains(row)).collect();
            let choosers = if rules.order == Order::ClosestFirst { waiting } else { waiting.into_iter().take(1).collect() };
            if choosers.is_empty() {
                break;
            }
            let best = choosers
                .iter()
                .flat_map(|&t| (0..rows).map(move |c| (t, c)))
                .filter(|&(t, c)| free(&pairs, t, c))
                .filter(|&(t, _)| pairs.iter().filter(|pair| pair.treated == t).count() == round)
                .min_by(|&(t, c), &(u, d)| {
                    distance(t, c)
                        .total_cmp(&distance(u, d))
                        .then((world.keys[t], world.keys[c]).cmp(&(world.keys[u], world.keys[d])))
                });
            match best {
                Some((t, c)) => {
                    pairs.push(MatchedPair { treated: t, control: c, distance: distance(t, c) });
                    done.push(t);
                }
                None => done.extend(choosers),
            }
        }
    }
    pairs.sort_by(|a, b| {
        (world.keys[a.treated].cmp(&world.keys[b.treated]))
            .then(a.distance.total_cmp(&b.distance))
            .then(world.keys[a.control].cmp(&world.keys[b.control]))
    });
    pairs
}

/// Something done to a result.
type Damage = fn(&mut Matches);

/// Every way in which a result could break its rules is found.
#[test]
fn a_result_that_breaks_its_rules_is_refused() {
    let treated = [true, true, true, false, false, false, false];
    let score = [0.5, 0.4, 9.0, 0.45, 0.5, 0.1, 0.3];
    let other = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 5.0];
    let keys = [1, 2, 3, 4, 5, 6, 7];
    let calipers = [Caliper { name: "other", values: &other, width: Width::Absolute(1.0) }];
    let strata = [0, 0, 0, 0, 0, 1, 0];
    let rules =
        Rules { caliper: Some(Width::Absolute(0.2)), covariate_calipers: &calipers, strata: Some(&strata), ..nearest_on(&score) };
    let sound = match_nearest(&treated, &keys, &rules).expect("matches");
    let rows = |matches: &Matches| matches.pairs.iter().map(|pair| (pair.treated, pair.control)).collect::<Vec<_>>();
    assert_eq!((rows(&sound), sound.outside_support.clone()), (vec![(0, 4), (1, 3)], vec![2]));
    assert!(check(&sound, &treated, &keys, &rules).is_ok());

    let broken: [(&str, Damage); 10] = [
        ("two treated", |m| m.pairs[0].control = 1),
        ("another stratum", |m| m.pairs[0].control = 5),
        ("another distance", |m| m.pairs[0].distance = 0.01),
        ("outside the caliper of a covariate", |m| (m.pairs[1].control, m.pairs[1].distance) = (6, 0.4 - 0.3)),
        ("a unit used twice", |m| (m.pairs[1].control, m.pairs[1].distance) = (4, 0.5 - 0.4)),
        ("one more than the ratio", |m| m.pairs.insert(1, MatchedPair { treated: 0, control: 3, distance: 0.5 - 0.45 })),
        ("nobody knows of one", |m| m.outside_support.clear()),
        ("matched and left out", |m| m.none_left.push(0)),
        ("weights", |m| m.weights[4] = 2.0),
        ("another caliper", |m| m.caliper = Some(9.0)),
    ];
    for (name, damage) in broken {
        let mut matches = sound.clone();
        damage(&mut matches);
        assert!(matches!(check(&matches, &treated, &keys, &rules), Err(EvaluationError::Check { .. })), "{name}");
    }
}

#[test]
fn rules_that_cannot_be_followed_are_refused() {
    let (treated, keys, score) = ([true, false, false], [1, 2, 3], [0.1, 0.2, 0.3]);
    let refused = |treated: &[bool], keys: &[u64], rules: Rules<'_>| match_nearest(treated, keys, &rules).expect_err("an error");
    let error = refused(&treated, &[1, 3, 3], nearest_on(&score));
    assert_eq!(error, EvaluationError::SameKey { first: 1, second: 2 });
    assert!(matches!(refused(&[true; 3], &keys, nearest_on(&score)), EvaluationError::TooFew { .. }));
    let without_number = nearest_on(&[0.1, f64::NAN, 0.3]);
    assert_eq!(
        refused(&treated, &keys, without_number).to_string(),
        "column \"score\", row 2: expected a finite number; correct the value or leave the unit out"
    );
    for rules in [
        Rules { ratio: 0, ..nearest_on(&score) },
        Rules { caliper: Some(Width::Absolute(-1.0)), ..nearest_on(&score) },
        // There is no variance among one.
        Rules { caliper: Some(Width::PooledDeviations(0.2)), ..nearest_on(&score) },
    ] {
        assert!(matches!(refused(&treated, &keys, rules), EvaluationError::Option { .. }));
    }
}

/// 20,000 treated and 60,000 others with four covariates of a few values each, so that most distances are 0: thousands of equal points
/// must not make every search look at all of them. The same by score, where one score has thousands of units.
#[test]
fn many_equal_units_are_matched_in_moments() {
    let rows = 80_000_usize;
    let word = |row: usize, j: u64| base::philox::words(11, row as u64, j, 0)[0];
    let columns = (0..4).map(|j| Column::new(format!("x{j}"), (0..rows).map(|row| (word(row, j) % 3) as f64).collect()));
    let columns = Columns::new(rows, columns.collect()).expect("columns");
    let treated: Vec<bool> = (0..rows).map(|row| row % 4 == 0).collect();
    let keys: Vec<u64> = (0..rows as u64).collect();
    let score: Vec<f64> = columns.all()[0].values.clone();
    let by_points = Rules { distance: Distance::Mahalanobis(&columns), order: Order::ByKey, ..nearest_on(&score) };
    for rules in [nearest_on(&score), by_points, Rules { order: Order::ClosestFirst, ..by_points }] {
        let matches = match_nearest(&treated, &keys, &rules).expect("matches");
        assert_eq!(matches.treated_matched(), 20_000);
        let apart = matches.pairs.iter().filter(|pair| pair.distance > 0.0).count();
        assert!(apart < 200, "{apart}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Every rule, with ties in the scores, gives what looking at all pairs gives.
    #[test]
    fn a_naive_matcher_agrees(
        world in worlds(),
        ratio in 1..4_usize,
        replacement in any::<bool>(),
        order in prop::sample::select(vec![Order::LargestFirst, Order::ClosestFirst, Order::ByKey]),
        caliper in prop::option::of(prop::sample::select(vec![0.0, 0.25, 0.5, 1.0])),
        other in prop::option::of(prop::sample::select(vec![0.0, 1.0])),
        strata in any::<bool>(),
    ) {
        let calipers: Vec<Caliper<'_>> =
            other.iter().map(|&width| Caliper { name: "other", values: &world.other, width: Width::Absolute(width) }).collect();
        let rules = Rules {
            distance: Distance::Score(&world.score),
            caliper: caliper.map(Width::Absolute),
            covariate_calipers: &calipers,
            strata: strata.then_some(&world.strata),
            ratio,
            replacement,
            order,
        };
        match match_nearest(&world.treated, &world.keys, &rules) {
            Ok(matches) => prop_assert_eq!(matches.pairs, naive(&world, &rules, caliper, other)),
            Err(error) => prop_assert!(
                !world.treated.contains(&true) || !world.treated.contains(&false), "{error}"
            ),
        }
    }

    /// The order of the rows changes nothing, for scores and for points.
    #[test]
    fn the_order_of_rows_changes_nothing(world in worlds(), shift in 1..40_usize, points in any::<bool>()) {
        prop_assume!(world.treated.contains(&true) && world.treated.contains(&false));
        let rows = world.treated.len();
        let turned: Vec<usize> = (0..rows).map(|row| (row + shift) % rows).rev().collect();
        let other = World {
            treated: turned.iter().map(|&row| world.treated[row]).collect(),
            keys: turned.iter().map(|&row| world.keys[row]).collect(),
            score: turned.iter().map(|&row| world.score[row]).collect(),
            other: turned.iter().map(|&row| world.other[row]).collect(),
            strata: turned.iter().map(|&row| world.strata[row]).collect(),
        };
        let pairs = |world: &World| {
            let columns = Columns::new(rows, vec![
                Column::new("score", world.score.clone()),
            ]).expect("columns");
            let rules = Rules {
                distance: if points { Distance::Mahalanobis(&columns) } else { Distance::Score(&world.score) },
                order: Order::ClosestFirst,
                ..nearest_on(&world.score)
            };
            let matches = match_nearest(&world.treated, &world.keys, &rules).ok()?;
            Some(matches.pairs.iter().map(|pair| (world.keys[pair.treated], world.keys[pair.control])).collect::<Vec<_>>())
        };
        prop_assert_eq!(pairs(&world), pairs(&other));
    }
}
