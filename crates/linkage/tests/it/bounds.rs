//! A pair that is ruled out before its values are looked at closely would have come to too little: every pair of records is
//! compared with its weight worked out in full.

use linkage::input::Records;
use linkage::level::Memory;
use linkage::model::Model;
use linkage::score::Scorer;

use crate::households::{learned, planted};

/// Pairs that come to at least so many bits when all is looked at, and those that are given back.
fn held_against_all(records: &Records, model: &Model, least: f64) -> (usize, usize) {
    let scorer = Scorer::new(model, records).expect("the model is ready");
    let count = records.len() as u32;
    let pairs: Vec<(u32, u32)> = (0..count).flat_map(|left| (left + 1..count).map(move |right| (left, right))).collect();
    let mut expected = Vec::new();
    for (left, right) in pairs.iter().copied() {
        let weight = scorer.weight(left, right, &scorer.levels(left, right));
        if weight >= least {
            expected.push((left, right, weight.to_bits()));
        }
    }
    let mut found = Vec::new();
    scorer.weights_from(least, &pairs, &mut Memory::default(), |pair, weight| {
        // Levels come back from the number that stands for them.
        assert_eq!(scorer.levels_of_pattern(scorer.pattern(&pair.levels)), pair.levels);
        found.push((pair.left, pair.right, weight.to_bits()));
    });
    assert_eq!(found, expected, "from {least} bits");
    (pairs.len(), found.len())
}

#[test]
fn nothing_is_ruled_out_that_would_have_counted() {
    let planted = planted(11, 400, 20, 5);
    let learned = learned(&planted).model;
    assert!(learned.comparisons.iter().any(|comparison| comparison.given.is_some()), "some comparison hangs on another");
    // Frequencies that count by half, and a model without households or twins.
    let mut half = learned.clone();
    let levels = half.comparisons.iter_mut().flat_map(|comparison| &mut comparison.levels);
    levels.filter_map(|level| level.frequency.as_mut()).for_each(|frequency| frequency.weight = 0.5);
    let plain = Model { household: 0.0, twins: None, ..learned.clone() };
    for model in [learned, half, plain] {
        for least in [-20.0, -5.0, 0.0, 9.0] {
            let (pairs, found) = held_against_all(&planted.records, &model, least);
            assert!(found > 100 && (found < pairs / 10 || least < -10.0), "{found} of {pairs} from {least} bits");
        }
    }
}
