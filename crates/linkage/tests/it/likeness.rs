//! How common a likeness is: agreement that is not exact says less where many people have a name so alike.

use linkage::field::{Field, Kind, Missing, comparisons};
use linkage::score::Scorer;

use super::splink::{at, records};

/// The bits that the frequency of likeness adds to two rows, and the *u* of their level.
fn added(names: &[(&str, usize)], one: &str, other: &str) -> (f64, f64) {
    let names: Vec<&str> = names.iter().flat_map(|(name, count)| std::iter::repeat_n(*name, *count)).collect();
    let rows: Vec<Vec<&str>> = names.iter().map(|name| vec![*name]).collect();
    let records = records(&["surname".to_owned()], &rows);
    let field = Field { name: "surname".into(), kind: Kind::Surname, missing: Missing::default() };
    let (mut model, _) = comparisons(&[field]);
    for level in &mut model.comparisons[0].levels {
        (level.m, level.u) = (0.1, 0.05);
    }
    let row = |name: &str| names.iter().position(|known| *known == name).expect("somebody has the name");
    let (left, right) = (at(&records, row(one)), at(&records, row(other)));
    let (left, right) = (left.min(right), left.max(right));
    let scorer = Scorer::new(&model, &records).expect("the model can be used");
    let levels = scorer.levels(left, right);
    (scorer.parts(left, right, &levels).0[0].1, 0.05)
}

#[test]
fn a_likeness_is_as_common_as_the_values_that_are_so_like_the_commoner_one() {
    let names = [("smith", 50), ("snith", 30), ("smithe", 5), ("jones", 13), ("thistlethwaite", 1), ("thistlethwayte", 1)];
    let close = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-6, "{found} and not {expected}");
    // Smith and Snith are 0.88 alike, as few others are; a tenth of u stands for values that are not counted.
    let (bits, u) = added(&names, "smith", "snith");
    close(bits, (u / (0.30 + 0.1 * u)).log2());
    // Of the two long names either is as common as the other, and one record in a hundred has the other.
    let (bits, u) = added(&names, "thistlethwaite", "thistlethwayte");
    close(bits, (u / (0.01 + 0.1 * u)).log2());
    // What is the same, or not alike, is not adjusted so.
    close(added(&names, "jones", "smith").0, 0.0);
    // In the other order of rows the same.
    let mut turned = names;
    turned.reverse();
    close(added(&turned, "smith", "snith").0, added(&names, "smith", "snith").0);
}
