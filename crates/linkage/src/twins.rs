//! A rule against taking twins for one person: two people who share a surname, a date of birth and an address, whom match
//! weights alone take for one. A pair to which the rule applies gets the weight of the rule. HMPPS Core Person Record forces
//! suspected twins to -5 bits in the same way, but only looks at pairs above 8 bits. Here every such pair gets the weight,
//! because a lower one could still be joined at a lower threshold. Forenames that are one slip apart are one forename.

use super::field::{Field, FieldKind};
use super::model::{LinkageModel, PairTest, TwinRule, ValuePart};
use super::nicknames;

/// The bits that suspected twins get, as in Core Person Record. If the threshold is negative, they get this many bits below it.
const BITS: f64 = -5.0;
/// Forenames of at least this Jaro-Winkler similarity may be one name with a slip.
const ALIKE: f64 = 0.85;

/// Which fields show that two records are of twins, by position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TwinSigns {
    /// Some value of each is shared.
    pub same: Vec<usize>,
    /// Every value of one record differs from every value of the other.
    pub unlike: Vec<usize>,
    /// No value is shared. A missing value is no sign of one person.
    pub apart: Vec<usize>,
}

impl TwinSigns {
    /// Surname, date of birth and postcode; forename; and national ids, as far as there are such fields.
    #[must_use]
    pub fn of(fields: &[Field]) -> TwinSigns {
        let all = |kinds: &[FieldKind]| (0..fields.len()).filter(|at| kinds.contains(&fields[*at].kind)).collect();
        TwinSigns {
            same: all(&[FieldKind::Surname, FieldKind::BirthDate, FieldKind::Postcode]),
            unlike: all(&[FieldKind::Forename]),
            apart: all(&[FieldKind::NationalId]),
        }
    }
}

/// Adds the rule to a model. `join` is the match threshold.
pub fn add(model: &mut LinkageModel, signs: &TwinSigns, fields: &[Field], join: f64) {
    let is_name = |column: &usize| fields.get(*column).is_some_and(|field| field.kind == FieldKind::Forename);
    let in_full: Vec<Option<usize>> = signs
        .unlike
        .iter()
        .map(|column| is_name(column).then(|| model.feature(*column, ValuePart::InFull(nicknames::usual()))))
        .collect();
    let mut whole = |column: &usize| model.feature(*column, ValuePart::Whole);
    let not = |test: PairTest| PairTest::Not(Box::new(test));
    let mut tests: Vec<PairTest> = Vec::new();
    for column in &signs.same {
        let feature = whole(column);
        tests.push(PairTest::Same(feature, feature));
    }
    for (column, in_full) in signs.unlike.iter().zip(in_full) {
        let feature = whole(column);
        // Each condition is a test of its own, so that a name without a list of short forms is compared as well.
        tests.push(not(PairTest::JaroWinkler(feature, feature, ALIKE)));
        tests.push(not(PairTest::OneBeginsOther(feature, feature, 1)));
        tests.extend(in_full.map(|in_full| not(PairTest::Same(in_full, in_full))));
    }
    for column in &signs.apart {
        let feature = whole(column);
        tests.push(PairTest::Any(vec![
            PairTest::LeftMissing(feature),
            PairTest::RightMissing(feature),
            not(PairTest::Same(feature, feature)),
        ]));
    }
    let bits = BITS.min(join + BITS);
    model.twins = Some(TwinRule { test: PairTest::All(tests), above: bits, bits });
}
