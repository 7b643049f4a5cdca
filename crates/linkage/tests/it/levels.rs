//! Which level the standard comparisons reach for two records, where customs of dates and names decide it.

use linkage::distinct_values::ValueNumbering;
use linkage::field::{Field, FieldKind, Missing};
use linkage::scoring::Scorer;
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use linkage::standard_comparisons::standard_comparisons;
use records::batch::Texts;

/// The labels of the levels of forename, surname and date of birth for two records.
fn levels(cells: [[&str; 3]; 2], missing: Missing) -> [String; 3] {
    let kinds = [("forename", FieldKind::Forename), ("surname", FieldKind::Surname), ("born", FieldKind::BirthDate)];
    let fields = kinds.map(|(name, kind)| Field { name: name.into(), kind, missing });
    let mut ids = Texts::default();
    ["one", "other"].iter().for_each(|id| ids.push(id));
    let column = |column: usize| {
        let mut numbering = ValueNumbering::default();
        let rows = cells.iter().map(|cells| numbering.number(cells[column])).collect();
        Some(RawColumn { values: numbering.finish(), rows })
    };
    let table = SourceTable { agency: RowAgency::One("police".into()), ids, columns: (0..3).map(column).collect() };
    let records = combine(&fields, &[None; 3], vec![table]);
    let (model, _) = standard_comparisons(&fields);
    let levels = Scorer::new(&model, &records).expect("a model that can be used").levels(0, 1);
    [0, 1, 2].map(|at| model.comparisons[at].levels[usize::from(levels[at])].label.clone())
}

fn of_dates(one: &str, other: &str, missing: Missing) -> String {
    let [.., date] = levels([["ann", "lee", one], ["ann", "lee", other]], missing);
    date
}

#[test]
fn days_that_stand_for_an_unknown_one_do_not_agree() {
    let fillers = "the years differ, both days are fillers";
    let says_nothing = Missing::default();
    assert_eq!(of_dates("1952-01-01", "1958-01-01", says_nothing), fillers);
    assert_eq!(of_dates("1952-01-01", "1997-01-01", says_nothing), fillers);
    assert_eq!(of_dates("1952-03-04", "1958-03-04", says_nothing), "one slip");
    assert_eq!(of_dates("1952-03-04", "1997-03-04", says_nothing), "two of day, month and year agree");
    assert_eq!(of_dates("1952-01-01", "1952-05-06", says_nothing), "the year agrees, one day is a filler");
    assert_eq!(of_dates("1952-01-01", "1952-01-01", says_nothing), "the same");
    assert_eq!(of_dates("", "1958-01-01", Missing::Disagrees), "different", "an empty cell is not a filler");
}

#[test]
fn names_that_move_by_one_place_are_exchanged_in_part() {
    let of = |one: [&str; 2], other: [&str; 2]| {
        let [forename, surname, _] = levels([[one[0], one[1], ""], [other[0], other[1], ""]], Missing::default());
        (forename, surname)
    };
    let exchanged = "exchanged in part or in sound".to_owned();
    // Own, father's and grandfather's name, written from another place on.
    assert_eq!(of(["warsame", "abdikadir mohamud"], ["mohamud", "warsame cabdiqaadir"]), (exchanged, "a name is shared".into()));
    assert_eq!(of(["hiba", "mohamud"], ["ifrah", "mohamud"]).0, "different");
    assert_eq!(of(["hiba", "mohamud"], ["hiba", "mohamud"]), ("the same".into(), "the same".into()));
}
