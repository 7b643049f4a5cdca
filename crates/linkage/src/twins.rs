//! Twins: two people who share a surname, a date of birth and an address, whom weights of columns take for one. Where the rule
//! holds a pair gets the weight that the rule gives, whatever its columns say. After the rule of HMPPS Core Person Record, which
//! forces suspected twins to -5 bits; here every such pair gets them, since one below the 8 bits from which that service looks at
//! a pair would be joined where groups are joined from fewer, and forenames that are a slip apart are one forename.

use super::field::{Field, Kind};
use super::model::{Model, Part, Test, Twins};
use super::nicknames;
use super::score::{Levels, Scorer};

/// The bits that twins get, as in Core Person Record; so many below the threshold where that is lower still.
const BITS: f64 = -5.0;
/// Forenames at least so alike (Jaro and Winkler's similarity) may be one name with a slip of the pen.
const ALIKE: f64 = 0.85;

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

/// Puts the rule into a model. `join` is the threshold from which groups are joined.
pub fn add(model: &mut Model, signs: &Signs, fields: &[Field], join: f64) {
    let is_name = |column: &usize| fields.get(*column).is_some_and(|field| field.kind == Kind::Forename);
    let in_full: Vec<Option<usize>> = signs
        .unlike
        .iter()
        .map(|column| is_name(column).then(|| model.feature(*column, Part::InFull(nicknames::usual()))))
        .collect();
    let mut whole = |column: &usize| model.feature(*column, Part::Whole);
    let not = |test: Test| Test::Not(Box::new(test));
    let mut tests: Vec<Test> = Vec::new();
    for column in &signs.same {
        let feature = whole(column);
        tests.push(Test::Same(feature, feature));
    }
    for (column, in_full) in signs.unlike.iter().zip(in_full) {
        let feature = whole(column);
        // Each is asked by itself, so that a name without a list of short forms is compared all the same.
        tests.push(not(Test::JaroWinkler(feature, feature, ALIKE)));
        tests.push(not(Test::Begins(feature, feature, 1)));
        tests.extend(in_full.map(|in_full| not(Test::Same(in_full, in_full))));
    }
    for column in &signs.apart {
        let feature = whole(column);
        tests.push(Test::Any(vec![Test::LeftMissing(feature), Test::RightMissing(feature), not(Test::Same(feature, feature))]));
    }
    let bits = BITS.min(join + BITS);
    model.twins = Some(Twins { test: Test::All(tests), above: bits, bits });
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
