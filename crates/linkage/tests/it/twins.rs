//! Twins, siblings and couples at one address among the people of two agencies: made-up households of four kinds. No pair of
//! one person's records has completely different forenames, and twins' records do.

use std::collections::BTreeMap;

use linkage::distinct_values::ValueNumbering;
use linkage::evaluation::{Evaluation, evaluate};
use linkage::field::{Field, FieldKind, Missing};
use linkage::match_weight::probability;
use linkage::record_set::RecordSet;
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use linkage::standard_comparisons::standard_comparisons;
use linkage::twins::{self, TwinSigns};
use linkage::{LinkageOptions, blocking_rules, learn_and_link};
use records::batch::Texts;

use crate::dice::{Dice, tell};
use crate::households::{skewed, typo, words};

struct Homes {
    name: &'static str,
    people: usize,
    twins: usize,
    siblings: usize,
    couples: usize,
    /// Slips in a hundred.
    slips: u64,
}

const KINDS: [Homes; 4] = [
    Homes { name: "households", people: 4_000, twins: 60, siblings: 600, couples: 600, slips: 4 },
    Homes { name: "fewer", people: 4_000, twins: 30, siblings: 100, couples: 100, slips: 3 },
    Homes { name: "clean", people: 3_000, twins: 40, siblings: 300, couples: 300, slips: 0 },
    Homes { name: "twins alone", people: 3_000, twins: 40, siblings: 0, couples: 0, slips: 3 },
];

fn fields() -> Vec<Field> {
    let kinds = [
        ("forename", FieldKind::Forename),
        ("surname", FieldKind::Surname),
        ("date of birth", FieldKind::BirthDate),
        ("postcode", FieldKind::Postcode),
    ];
    kinds.map(|(name, kind)| Field { name: name.into(), kind, missing: Missing::default() }).into()
}

/// The records, their persons, and the twin of each person who has one.
fn planted(seed: u64, homes: &Homes) -> (RecordSet, Vec<u32>, BTreeMap<u32, u32>) {
    let mut dice = Dice(seed);
    let (forenames, surnames) = (words(&mut dice, 300, 2), words(&mut dice, 1_500, 2));
    let born = |dice: &mut Dice| format!("{}-{:02}-{:02}", dice.between(1945, 2004), 1 + dice.below(12), 1 + dice.below(28));
    let place = |dice: &mut Dice| {
        let letters = ["A", "B", "D", "E", "F", "G", "H", "J"];
        let (area, end) = (*dice.one_of(&letters), [*dice.one_of(&letters), *dice.one_of(&letters)].concat());
        format!("{area}{} {}{end}", 1 + dice.below(20), 1 + dice.below(9))
    };
    let mut people: Vec<[String; 4]> = (0..homes.people)
        .map(|_| {
            let (forename, surname) = (skewed(&mut dice, 300, 5.0), skewed(&mut dice, 1_500, 8.0));
            [forenames[forename].clone(), surnames[surname].clone(), born(&mut dice), place(&mut dice)]
        })
        .collect();
    let mut twin = BTreeMap::new();
    for at in 0..homes.twins + homes.siblings + homes.couples {
        let mut other = people[at].clone();
        // Forenames that are not a slip of each other.
        while twins_alike(&other[0], &people[at][0]) {
            other[0].clone_from(dice.one_of(&forenames));
        }
        if at < homes.twins {
            twin.insert(at as u32, people.len() as u32);
        } else {
            other[2] = born(&mut dice);
        }
        people.push(other);
    }
    let (mut tables, mut truth) = (Vec::new(), Vec::new());
    for agency in ["a", "b"] {
        let mut ids = Texts::default();
        let mut columns: Vec<(ValueNumbering, Vec<u32>)> = (0..4).map(|_| (ValueNumbering::default(), Vec::new())).collect();
        for (at, person) in people.iter().enumerate() {
            if agency == "b" && dice.chance(50) {
                continue;
            }
            let mut cells = person.clone();
            for cell in &mut cells[..2] {
                if dice.chance(homes.slips) {
                    *cell = typo(&mut dice, cell);
                }
            }
            if dice.chance(homes.slips) {
                cells[2].replace_range(9.., &dice.below(9).to_string());
            }
            if dice.chance(3 * homes.slips) {
                cells[3] = place(&mut dice);
            }
            ids.push(&at.to_string());
            truth.push(at as u32);
            columns.iter_mut().zip(&cells).for_each(|((numbering, rows), cell)| rows.push(numbering.number(cell)));
        }
        let columns = columns.into_iter().map(|(numbering, rows)| Some(RawColumn { values: numbering.finish(), rows }));
        tables.push(SourceTable { agency: RowAgency::One(agency.into()), ids, columns: columns.collect() });
    }
    let records = combine(&fields(), &[None; 4], tables);
    let truth = (0..records.len() as u32).map(|record| truth[records.row(record) as usize]).collect();
    (records, truth, twin)
}

fn twins_alike(one: &str, other: &str) -> bool {
    linkage::similarity::jaro_winkler(one, other) >= 0.8 || one.starts_with(other) || other.starts_with(one)
}

struct Found {
    evaluation: Evaluation,
    joined: usize,
    /// How many pairs within persons are expected to be wrong.
    expected: f64,
}

fn linked(records: &RecordSet, truth: &[u32], twin: &BTreeMap<u32, u32>, rule: bool) -> Found {
    let fields = fields();
    let (mut model, hints) = standard_comparisons(&fields);
    blocking_rules::add_candidates(&mut model, &fields);
    if rule {
        let signs = TwinSigns { same: vec![1, 2, 3], unlike: vec![0], apart: Vec::new() };
        twins::add(&mut model, &signs, &fields, 0.0);
    }
    let found = learn_and_link(records, &model, &hints, &LinkageOptions::default()).expect("a model that can be read");
    let at_a =
        |person: u32| (0..records.len()).find(|record| truth[*record] == person && records.agency_of(*record as u32) == "a");
    let person = |of: u32| at_a(of).map(|record| found.person[record]);
    let joined = twin.iter().filter(|(one, other)| person(**one).is_some() && person(**one) == person(**other)).count();
    let together = found.predictions.iter().filter(|link| found.person[link.left as usize] == found.person[link.right as usize]);
    let expected = together.map(|link| 1.0 - probability(f64::from(link.weight))).sum();
    Found { evaluation: evaluate(&found.person, truth), joined, expected }
}

#[test]
fn twins_of_different_names_stay_apart() {
    for (seed, homes) in KINDS.iter().enumerate() {
        let (records, truth, twin) = planted(seed as u64 + 1, homes);
        let plain = linked(&records, &truth, &twin, false);
        let ruled = linked(&records, &truth, &twin, true);
        for (how, found) in [("as learned", &plain), ("with [twins]", &ruled)] {
            let pairs = &found.evaluation.pairs;
            tell(&format!(
                "{}, {how}: {} of {} twins joined, precision {:.4}, recall {:.4}; wrong links expected {:.0}, true {:.0}",
                homes.name,
                found.joined,
                twin.len(),
                pairs.precision(),
                pairs.recall(),
                found.expected,
                pairs.wrong
            ));
        }
        assert!(6 * plain.joined <= twin.len(), "{}: {} twins joined", homes.name, plain.joined);
        assert!(plain.evaluation.pairs.precision() > 0.99 && plain.evaluation.pairs.recall() > 0.98, "{}", homes.name);
        // With so few wrong links, a handful is chance.
        let error = (plain.expected - plain.evaluation.pairs.wrong).abs();
        assert!(error <= 20.0 + plain.evaluation.pairs.wrong / 3.0, "{}: {} expected", homes.name, plain.expected);
        assert!(ruled.joined <= plain.joined, "{}: the rule joins {}", homes.name, ruled.joined);
        let lost = plain.evaluation.pairs.recall() - ruled.evaluation.pairs.recall();
        assert!(lost < 0.01, "{}: slips of the pen are parted: {lost}", homes.name);
    }
}
