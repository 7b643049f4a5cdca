//! Similarity: agreement that is not exact counts less where many people have a similar name; and nicknames.

use std::collections::BTreeMap;

use linkage::distinct_values::ValueNumbering;
use linkage::field::{Field, FieldKind, Missing};
use linkage::model::LinkageModel;
use linkage::scoring::Scorer;
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use linkage::standard_comparisons::standard_comparisons;
use records::batch::Texts;

use super::splink::{at, records};

/// The bits that the frequency of similar values adds for two rows, and the *u* of their level.
fn added(names: &[(&str, usize)], one: &str, other: &str) -> (f64, f64) {
    let names: Vec<&str> = names.iter().flat_map(|(name, count)| std::iter::repeat_n(*name, *count)).collect();
    let rows: Vec<Vec<&str>> = names.iter().map(|name| vec![*name]).collect();
    let records = records(&["surname".to_owned()], &rows);
    let field = Field { name: "surname".into(), kind: FieldKind::Surname, missing: Missing::default() };
    let (mut model, _) = standard_comparisons(&[field]);
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
    // Smith and Snith have a similarity of 0.88, and few other values do. A tenth of u stands for values that are not counted.
    let (bits, u) = added(&names, "smith", "snith");
    close(bits, (u / (0.30 + 0.1 * u)).log2());
    // The two long names are equally common, and one record in a hundred has the other.
    let (bits, u) = added(&names, "thistlethwaite", "thistlethwayte");
    close(bits, (u / (0.01 + 0.1 * u)).log2());
    // Values that are the same, or not similar, are not adjusted in this way.
    close(added(&names, "jones", "smith").0, 0.0);
    // The order of the rows makes no difference.
    let mut turned = names;
    turned.reverse();
    close(added(&turned, "smith", "snith").0, added(&names, "smith", "snith").0);
}

/// Two forms of one name have a level of their own, below the same name and one that begins the other.
#[test]
fn forms_of_one_name_agree() {
    let fields = [Field { name: "forename".into(), kind: FieldKind::Forename, missing: Missing::default() }];
    let (mut model, _) = standard_comparisons(&fields);
    let level = |model: &LinkageModel, one: &str, other: &str| {
        let mut numbering = ValueNumbering::default();
        let rows = [one, other].map(|name| numbering.number(name)).to_vec();
        let mut ids = Texts::default();
        ["1", "2"].iter().for_each(|id| ids.push(id));
        let columns = vec![Some(RawColumn { values: numbering.finish(), rows })];
        let records = combine(&fields, &[None], vec![SourceTable { agency: RowAgency::One("a".into()), ids, columns }]);
        let scorer = Scorer::new(model, &records).expect("it can be made ready");
        let levels = scorer.levels(0, 1);
        model.comparisons[0].levels[usize::from(levels[0])].label.clone()
    };
    assert_eq!(level(&model, "Bill", "William"), "one name in full");
    assert_eq!(level(&model, "Billy Joe", "Willy Joe"), "one name in full");
    assert_eq!(level(&model, "Rob", "Robert"), "one begins the other");
    assert_eq!(level(&model, "Bill", "Robert"), "different");
    model.set_nicknames(&BTreeMap::from([("bill".to_owned(), "robert".to_owned())]));
    assert_eq!(level(&model, "Bill", "Robert"), "one name in full");
    assert_ne!(level(&model, "Bill", "William"), "one name in full");
}
