//! Tests of records that have several values in a column (aliases, former addresses). A test may be true of any of the values,
//! or ask about all of them together (how many there are, how rare the shared ones are), or about the first or last alone.

use super::comparison_functions::{SimilarityMemo, is, value_count_at_most};
use super::model::PairTest;
use super::prepared::{PreparedModel, all_numbers};
use super::record_set::FurtherValue;

/// Whether a test is true (`truth`), or false, when each part of it may be asked of any of the records' values. A NOT then means
/// that no value of one record and value of the other pass the test.
pub(crate) fn any_is(prepared: &PreparedModel<'_>, truth: bool, test: &PairTest, left: u32, right: u32) -> bool {
    let any = |truth: bool, test: &PairTest| any_is(prepared, truth, test, left, right);
    let records = prepared.records;
    let numbers = |feature: usize, record: u32| all_numbers(&prepared.features, feature, records, record);
    match test {
        PairTest::All(tests) if truth => tests.iter().all(|test| any(true, test)),
        PairTest::All(tests) => tests.iter().any(|test| any(false, test)),
        PairTest::Any(tests) if truth => tests.iter().any(|test| any(true, test)),
        PairTest::Any(tests) => tests.iter().all(|test| any(false, test)),
        PairTest::Not(test) => any(!truth, test),
        PairTest::ValueCountAtMost(products, most) => {
            let count = |feature, record| numbers(feature, record).count();
            value_count_at_most(products, *most, |feature| (count(feature, left), count(feature, right))) == Some(truth)
        }
        PairTest::SharedRarer(feature, limit) => {
            let of = |record| numbers(*feature, record);
            let shared = of(left).filter(|number| of(right).any(|other| other == *number));
            let shares = &prepared.value_shares[*feature];
            (shared.map(|number| shares[number as usize]).product::<f64>() < *limit) == truth
        }
        PairTest::Share(feature, other) if feature == other => {
            let of = |record| numbers(*feature, record);
            let both = of(left).next().is_some() && of(right).next().is_some();
            both && of(left).any(|number| of(right).any(|other| other == number)) == truth
        }
        PairTest::OfFirst(test) => {
            is(prepared, truth, test, records.cells(left), records.cells(right), &mut SimilarityMemo::default())
        }
        PairTest::OfLast(test) => {
            is(prepared, truth, test, &last_values(prepared, left), &last_values(prepared, right), &mut SimilarityMemo::default())
        }
        test if !has_several(prepared, test, left) && !has_several(prepared, test, right) => {
            is(prepared, truth, test, records.cells(left), records.cells(right), &mut SimilarityMemo::default())
        }
        test => {
            let mut columns = Vec::new();
            test.features(&mut |feature| columns.push(prepared.features[feature].column));
            let rights = variants(prepared, &columns, right);
            let some_are = |truth: bool| {
                let of = |a: Vec<u32>| rights.iter().any(|b| is(prepared, truth, test, &a, b, &mut SimilarityMemo::default()));
                variants(prepared, &columns, left).into_iter().any(of)
            };
            if truth { some_are(true) } else { !some_are(true) && some_are(false) }
        }
    }
}

/// A record's cells with its last values.
fn last_values(prepared: &PreparedModel<'_>, record: u32) -> Vec<u32> {
    let mut cells = prepared.records.cells(record).to_vec();
    let further = prepared.records.further_values(record).iter();
    further.for_each(|further| cells[further.column as usize] = further.value);
    cells
}

/// Whether a record has several values in a column that a test looks at.
fn has_several(prepared: &PreparedModel<'_>, test: &PairTest, record: u32) -> bool {
    let further = prepared.records.further_values(record);
    let mut found = false;
    if !further.is_empty() {
        test.features(&mut |feature| {
            let column = prepared.features[feature].column;
            found |= further.iter().any(|further| further.column as usize == column);
        });
    }
    found
}

/// A record's cells, once with each of its values in some columns.
pub(crate) fn variants(prepared: &PreparedModel<'_>, columns: &[usize], record: u32) -> Vec<Vec<u32>> {
    let cells = prepared.records.cells(record).to_vec();
    let further = prepared.records.further_values(record).iter();
    let further = further.filter(|further| columns.contains(&(further.column as usize)));
    let with = |further: &FurtherValue| {
        let mut cells = cells.clone();
        cells[further.column as usize] = further.value;
        cells
    };
    std::iter::once(cells.clone()).chain(further.map(with)).collect()
}
