//! Namesakes: people who share names, or a home, and nothing else, and whom no agency holds twice. A model that knows only
//! strangers and households takes them for one person. Nobody is real.

use linkage::distinct_values::ValueNumbering;
use linkage::evaluation::{Evaluation, evaluate};
use linkage::field::{Field, FieldKind, Missing};
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use linkage::standard_comparisons::standard_comparisons;
use linkage::{LinkageOptions, blocking_rules, learn_and_link};
use records::batch::Texts;

use crate::dice::{Dice, tell};
use crate::households::{skewed, typo, words};

/// A record: its person, and its values.
type Row = (u32, Vec<String>);

fn linked(kinds: &[(&str, FieldKind)], rows: &[Row]) -> Evaluation {
    let fields: Vec<Field> =
        kinds.iter().map(|(name, kind)| Field { name: (*name).into(), kind: *kind, missing: Missing::default() }).collect();
    let mut ids = Texts::default();
    (0..rows.len()).for_each(|at| ids.push(&at.to_string()));
    let column = |at: usize| {
        let mut numbering = ValueNumbering::default();
        let numbers = rows.iter().map(|(_, cells)| numbering.number(&cells[at])).collect();
        Some(RawColumn { values: numbering.finish(), rows: numbers })
    };
    let table = SourceTable { agency: RowAgency::One("all".into()), ids, columns: (0..fields.len()).map(column).collect() };
    let records = combine(&fields, &vec![None; fields.len()], vec![table]);
    let truth: Vec<u32> = (0..records.len() as u32).map(|record| rows[records.row(record) as usize].0).collect();
    let (mut model, hints) = standard_comparisons(&fields);
    blocking_rules::add_candidates(&mut model, &fields);
    let linked = learn_and_link(&records, &model, &hints, &LinkageOptions::default()).expect("a model that can be read");
    evaluate(&linked.person, &truth)
}

fn born(dice: &mut Dice) -> String {
    format!("{}-{:02}-{:02}", 1940 + dice.below(65), 1 + dice.below(12), 1 + dice.below(28))
}

/// A census: homes of one to five people, half of whom share a surname, each in the table once. What most pairs at one address
/// agree on is the address. Without duplicates to learn from, these pairs used to be the best candidates for one person.
#[test]
fn who_lives_together_is_not_one_person() {
    let mut dice = Dice(11);
    let (forenames, surnames, streets) = (words(&mut dice, 400, 2), words(&mut dice, 3_000, 2), words(&mut dice, 600, 3));
    let mut rows: Vec<Row> = Vec::new();
    while rows.len() < 6_000 {
        let (family, street, number) = (dice.one_of(&surnames).clone(), dice.one_of(&streets).clone(), 1 + dice.below(400));
        for _ in 0..1 + dice.below(5) {
            let own = if dice.chance(50) { family.clone() } else { dice.one_of(&surnames).clone() };
            let forename = forenames[skewed(&mut dice, 400, 8.0)].clone();
            let sex = ["f", "m"][dice.below(2) as usize].to_owned();
            rows.push((rows.len() as u32, vec![forename, own, born(&mut dice), sex, number.to_string(), street.clone()]));
        }
    }
    dice.shuffle(&mut rows);
    let kinds = [
        ("forename", FieldKind::Forename),
        ("surname", FieldKind::Surname),
        ("date of birth", FieldKind::BirthDate),
        ("sex", FieldKind::Sex),
        ("number", FieldKind::AddressPart),
        ("street", FieldKind::AddressPart),
    ];
    let found = linked(&kinds, &rows);
    tell(&format!("{} records of as many people who live together: {} pairs joined by mistake", rows.len(), found.pairs.wrong));
    assert!(found.pairs.wrong <= 0.002 * rows.len() as f64, "{found:?}");
}

/// Two fifths of the people are of three origins with few names each, so forename and surname occur together more often than by
/// chance. There are only names and dates of birth. Each person has two records, with slips.
#[test]
fn namesakes_are_not_one_person() {
    let mut dice = Dice(12);
    let (forenames, surnames) = (words(&mut dice, 500, 2), words(&mut dice, 3_000, 2));
    let mut rows: Vec<Row> = Vec::new();
    for person in 0..3_000_u32 {
        let (forename, surname) = match dice.below(5) {
            origin @ 0..2 => {
                let (few, own) = (origin as usize * 15, origin as usize * 12);
                (forenames[few + skewed(&mut dice, 15, 4.0)].clone(), surnames[own + skewed(&mut dice, 12, 4.0)].clone())
            }
            _ => (forenames[skewed(&mut dice, 500, 8.0)].clone(), surnames[skewed(&mut dice, 3_000, 12.0)].clone()),
        };
        let day = born(&mut dice);
        for _ in 0..2 {
            let mut cells = vec![forename.clone(), surname.clone(), day.clone()];
            (0..3).for_each(|at| {
                if dice.chance(6) {
                    cells[at] = typo(&mut dice, &cells[at]);
                }
            });
            if dice.chance(5) {
                cells[2].clear();
            }
            rows.push((person, cells));
        }
    }
    dice.shuffle(&mut rows);
    let kinds = [("forename", FieldKind::Forename), ("surname", FieldKind::Surname), ("date of birth", FieldKind::BirthDate)];
    let found = linked(&kinds, &rows).pairs;
    tell(&format!("names and dates, namesakes: precision {:.4}, recall {:.4}", found.precision(), found.recall()));
    assert!(found.precision() > 0.97 && found.recall() > 0.85, "{found:?}");
}
