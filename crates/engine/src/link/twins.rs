//! Twins: two people who share a surname, a date of birth and an address, whom weights of columns take for one. Where the rule
//! holds a pair gets the weight that the rule gives, whatever its columns say. After the rule of HMPPS Core Person Record, which
//! forces suspected twins to -5 bits.

use super::field::{Field, Kind};
use super::model::{Model, Part, Test, Twins};
use super::score::{Levels, Scorer};

/// From this many bits on a pair is looked at, and the bits that twins get, as in Core Person Record.
const ABOVE: f64 = 8.0;
const BITS: f64 = -5.0;
/// Forenames less alike than this (Jaro and Winkler's similarity) are two names.
const ALIKE: f64 = 0.99;

/// Which fields make twins of two records, by their positions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Signs {
    /// Some value of each is shared.
    pub same: Vec<usize>,
    /// Every value of one record differs from every value of the other.
    pub unlike: Vec<usize>,
    /// No value is shared; missing is no sign of one person.
    pub apart: Vec<usize>,
}

impl Signs {
    /// What there is of surname, date of birth and postcode; forename; and national ids.
    #[must_use]
    pub fn of(fields: &[Field]) -> Signs {
        let all = |kinds: &[Kind]| (0..fields.len()).filter(|at| kinds.contains(&fields[*at].kind)).collect();
        Signs {
            same: all(&[Kind::Surname, Kind::BirthDate, Kind::Postcode]),
            unlike: all(&[Kind::Forename]),
            apart: all(&[Kind::NationalId]),
        }
    }
}

/// Puts the rule into a model.
pub fn add(model: &mut Model, signs: &Signs) {
    let mut whole = |column: &usize| model.feature(*column, Part::Whole);
    let not = |test: Test| Test::Not(Box::new(test));
    let mut tests: Vec<Test> = Vec::new();
    for column in &signs.same {
        let feature = whole(column);
        tests.push(Test::Same(feature, feature));
    }
    for column in &signs.unlike {
        let feature = whole(column);
        tests.push(not(Test::JaroWinkler(feature, feature, ALIKE)));
    }
    for column in &signs.apart {
        let feature = whole(column);
        tests.push(Test::Any(vec![Test::LeftMissing(feature), Test::RightMissing(feature), not(Test::Same(feature, feature))]));
    }
    model.twins = Some(Twins { test: Test::All(tests), above: ABOVE, bits: BITS });
}

impl Scorer<'_> {
    /// The bits of a pair: those of its levels, unless the two are taken for twins.
    #[must_use]
    pub fn weight(&self, left: u32, right: u32, levels: &Levels) -> f64 {
        let weight = self.weight_by_columns(left, right, levels);
        match &self.model.twins {
            Some(twins) if weight > twins.above && self.any_comes_to(true, &twins.test, left, right) => twins.bits,
            _ => weight,
        }
    }
}
