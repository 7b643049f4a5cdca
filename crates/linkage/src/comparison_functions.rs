//! Comparison functions: whether a test of two records' values is true. The values are given as cells (the numbers of a
//! record's values, column by column), so that no text is looked at unless a test compares letters.

use super::features::Features;
use super::model::PairTest;
use super::phonetic;
use super::prepared::{Alternatives, NumberQuestion, PreparedModel};
use super::similarity;

/// How similar two values are, as far as it was worked out: several levels of a comparison ask for the same similarity.
#[derive(Default)]
pub(crate) struct SimilarityMemo {
    features: (usize, usize),
    at_most: Option<f64>,
    exactly: Option<f64>,
}

/// The first level before `before` of which some alternative holds, or else `before`.
#[inline]
pub(crate) fn first_level(prepared: &PreparedModel<'_>, alternatives: &Alternatives, before: u8, a: &[u32], b: &[u32]) -> u8 {
    if alternatives.each.first().is_none_or(|first| first.level >= before) {
        return before;
    }
    let answers = answers(&prepared.features, &alternatives.questions, a, b);
    let mut memo = SimilarityMemo::default();
    for alternative in &alternatives.each {
        if alternative.level >= before {
            break;
        }
        let agrees = alternative.questions & !answers == 0;
        if agrees && alternative.tests.iter().all(|test| is(prepared, true, test, a, b, &mut memo)) {
            return alternative.level;
        }
    }
    before
}

/// The answers to all questions about two records' cells, a bit each.
#[inline]
fn answers(features: &Features, questions: &[NumberQuestion], a: &[u32], b: &[u32]) -> u64 {
    let yes = |question: &NumberQuestion| match question {
        NumberQuestion::LeftMissing(place) => features.at(*place, a) == 0,
        NumberQuestion::RightMissing(place) => features.at(*place, b) == 0,
        NumberQuestion::Same(left, right) => {
            let number = features.at(*left, a);
            number != 0 && number == features.at(*right, b)
        }
    };
    questions.iter().enumerate().fold(0, |bits, (at, question)| bits | u64::from(yes(question)) << at)
}

/// Whether a condition of two values has this truth. Where a value is missing it is neither true nor false.
#[inline]
fn of_both(
    prepared: &PreparedModel<'_>,
    truth: bool,
    left: (usize, &[u32]),
    right: (usize, &[u32]),
    holds: impl FnOnce(u32, u32) -> bool,
) -> bool {
    let (x, y) = (prepared.features.number(left.0, left.1), prepared.features.number(right.0, right.1));
    x != 0 && y != 0 && holds(x, y) == truth
}

/// Whether a test of two records' cells is true (`truth`), or whether it is false. Where a value that it asks about is missing,
/// it is neither, as in SQL.
pub(crate) fn is(
    prepared: &PreparedModel<'_>,
    truth: bool,
    test: &PairTest,
    a: &[u32],
    b: &[u32],
    memo: &mut SimilarityMemo,
) -> bool {
    let features = &prepared.features;
    let number = |feature: usize, cells: &[u32]| features.number(feature, cells);
    match test {
        PairTest::Otherwise => truth,
        PairTest::LeftMissing(feature) => (number(*feature, a) == 0) == truth,
        PairTest::RightMissing(feature) => (number(*feature, b) == 0) == truth,
        PairTest::Same(left, right) | PairTest::Share(left, right) => {
            let (x, y) = (number(*left, a), number(*right, b));
            let equal = || {
                let (one, other) = features.comparable(*left, *right);
                features.at(one, a) == features.at(other, b)
            };
            x != 0 && y != 0 && (if left == right { x == y } else { equal() }) == truth
        }
        PairTest::Jaro(left, right, least) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            let (one, other) = (&features[*left], &features[*right]);
            one.shape(x).jaro_at_most(other.shape(y)) >= *least && similarity::jaro(one.text(x), other.text(y)) >= *least
        }),
        PairTest::JaroWinkler(left, right, least) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            let (one, other) = (&features[*left], &features[*right]);
            if memo.features != (*left, *right) {
                *memo = SimilarityMemo { features: (*left, *right), ..SimilarityMemo::default() };
            }
            let at_most = memo.at_most.get_or_insert_with(|| one.shape(x).jaro_winkler_at_most(other.shape(y)));
            let exactly = || similarity::jaro_winkler(one.text(x), other.text(y));
            *at_most >= *least && *memo.exactly.get_or_insert_with(exactly) >= *least
        }),
        PairTest::Levenshtein(left, right, most) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            let (one, other) = (&features[*left], &features[*right]);
            one.shape(x).edits_at_least(other.shape(y)) <= *most
                && similarity::levenshtein(one.text(x), other.text(y), *most) <= *most
        }),
        PairTest::DamerauLevenshtein(left, right, most) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            let (one, other) = (&features[*left], &features[*right]);
            one.shape(x).edits_at_least(other.shape(y)) <= *most
                && similarity::damerau_levenshtein(one.text(x), other.text(y), *most) <= *most
        }),
        PairTest::WithinSeconds(left, right, most) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            let (x, y) = (features[*left].day(x), features[*right].day(y));
            (f64::from(x) - f64::from(y)).abs() * 86_400.0 <= *most
        }),
        PairTest::OneBeginsOther(left, right, least) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            if !features[*left].shape(x).may_begin(features[*right].shape(y)) {
                return false;
            }
            let (x, y) = (features[*left].text(x), features[*right].text(y));
            let (short, long) = if x.len() <= y.len() { (x, y) } else { (y, x) };
            long.starts_with(short) && short.chars().count() >= *least
        }),
        PairTest::SharesWord(left, right) => of_both(prepared, truth, (*left, a), (*right, b), |x, y| {
            phonetic::share_a_word(features[*left].words(x), features[*right].words(y))
        }),
        PairTest::ValueCountAtMost(products, most) => {
            let there = |feature: usize, cells: &[u32]| usize::from(number(feature, cells) != 0);
            value_count_at_most(products, *most, |feature| (there(feature, a), there(feature, b))) == Some(truth)
        }
        PairTest::SharedRarer(feature, limit) => {
            let (x, y) = (number(*feature, a), number(*feature, b));
            (if x == y && x != 0 { prepared.value_shares[*feature][x as usize] } else { 1.0 } < *limit) == truth
        }
        PairTest::OfFirst(test) | PairTest::OfLast(test) => is(prepared, truth, test, a, b, memo),
        PairTest::All(tests) if truth => tests.iter().all(|test| is(prepared, true, test, a, b, memo)),
        PairTest::All(tests) => tests.iter().any(|test| is(prepared, false, test, a, b, memo)),
        PairTest::Any(tests) if truth => tests.iter().any(|test| is(prepared, true, test, a, b, memo)),
        PairTest::Any(tests) => tests.iter().all(|test| is(prepared, false, test, a, b, memo)),
        PairTest::Not(test) => is(prepared, !truth, test, a, b, memo),
    }
}

/// Whether the number of values of the left record times that of the right record, added up over pairs of features, is at most
/// `most`. `None` where one of the numbers is 0, as for a list that is missing.
pub(crate) fn value_count_at_most(
    products: &[(usize, usize)],
    most: usize,
    counts: impl Fn(usize) -> (usize, usize),
) -> Option<bool> {
    let mut sum = 0;
    for (left, right) in products {
        let (left, right) = (counts(*left).0, counts(*right).1);
        if left == 0 || right == 0 {
            return None;
        }
        sum += left * right;
    }
    Some(sum <= most)
}
