//! Upper bounds: a pair that is ruled out before its values are looked at closely would have had too low a weight. Every pair
//! of records is compared with its full weight.

use linkage::model::LinkageModel;
use linkage::record_set::RecordSet;
use linkage::scoring::PairBuffer;
use linkage::scoring::Scorer;

use crate::households::{learned, planted};

/// The number of pairs, and of those with at least this many bits. Checks them against full weights.
fn checked_against_full_weights(records: &RecordSet, model: &LinkageModel, least: f64) -> (usize, usize) {
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
    scorer.weights_from(least, &pairs, &mut PairBuffer::default(), |pair, weight| {
        // Levels can be read back from the number that stands for them.
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
    assert!(learned.comparisons.iter().any(|comparison| comparison.depends_on.is_some()), "some comparison depends on another");
    // Frequencies that count by half, and a model without households or twins.
    let mut half = learned.clone();
    let levels = half.comparisons.iter_mut().flat_map(|comparison| &mut comparison.levels);
    levels.filter_map(|level| level.term_frequency.as_mut()).for_each(|frequency| frequency.weight = 0.5);
    let plain = LinkageModel { household: 0.0, twins: None, ..learned.clone() };
    for model in [learned, half, plain] {
        for least in [-20.0, -5.0, 0.0, 9.0] {
            let (pairs, found) = checked_against_full_weights(&planted.records, &model, least);
            assert!(found > 100 && (found < pairs / 10 || least < -10.0), "{found} of {pairs} from {least} bits");
        }
    }
}
