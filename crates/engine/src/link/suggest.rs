//! Which rules find candidates, when nobody has said: pairs and triples of fields, and the beginnings of names and dates, tried
//! on the data themselves. A rule is worth having when it brings few enough pairs together.

use super::block::Blocks;
use super::field::{Field, Kind};
use super::model::{Model, Part, Rule};
use super::score::Scorer;

/// Pairs a suggested rule may bring together for each record; a rule with more is left out.
const MOST_PAIRS_A_RECORD: f64 = 12.0;

/// Adds rules to a model: the whole list of what could be tried. [`Blocks`] then says what each brings together.
pub fn rules(model: &mut Model, fields: &[Field]) {
    let mut keys: Vec<(usize, String, Vec<usize>)> = Vec::new();
    for (column, field) in fields.iter().enumerate() {
        let mut key = |label: String, part: Part| {
            let feature = model.feature(column, part);
            keys.push((column, label, vec![feature]));
        };
        let name = &field.name;
        match field.kind {
            Kind::Forename | Kind::Surname => {
                key(name.clone(), Part::Whole);
                key(format!("first letters of {name}"), Part::Letters(0, if field.kind == Kind::Surname { 4 } else { 3 }));
            }
            Kind::BirthDate => {
                key(name.clone(), Part::CertainDay);
                key(format!("year of {name}"), Part::Letters(0, 4));
            }
            Kind::Postcode => {
                key(name.clone(), Part::Whole);
                key(format!("outward part of {name}"), Part::Found("^[a-z]{1,2}[0-9][a-z0-9]?".into()));
            }
            Kind::Sex => {}
            Kind::FullName => {
                key(name.clone(), Part::Sorted);
                key(format!("first letters of {name}"), Part::Letters(0, 5));
            }
            _ => key(name.clone(), Part::Whole),
        }
    }
    let alone = keys.iter().map(|(_, label, features)| (label.clone(), features.clone()));
    let mut rules: Vec<(String, Vec<usize>)> = alone.collect();
    for (at, (column, label, features)) in keys.iter().enumerate() {
        for (other, other_label, others) in &keys[at + 1..] {
            if column != other {
                rules.push((format!("{label} + {other_label}"), [features.clone(), others.clone()].concat()));
            }
        }
    }
    let same = |features: Vec<usize>| features.into_iter().map(|feature| (feature, feature)).collect();
    model.rules.extend(rules.into_iter().map(|(label, features)| Rule { label, same: same(features) }));
    let find = |kind: Kind| fields.iter().position(|field| field.kind == kind);
    if let Some((forename, surname)) = find(Kind::Forename).zip(find(Kind::Surname)) {
        let (forename, surname) = (model.feature(forename, Part::Whole), model.feature(surname, Part::Whole));
        model.rules.push(Rule { label: "forename and surname exchanged".into(), same: vec![(forename, surname), (surname, forename)] });
    }
}

/// Leaves in the model the rules that are worth having on these data.
pub fn choose(model: &mut Model, records: &super::records::Records, most: usize) -> Result<(), String> {
    let counted = {
        let scorer = Scorer::new(model, records)?;
        (0..model.rules.len()).map(|rule| Blocks::new(&scorer, rule, most)).map(|blocks| (blocks.pairs, blocks.hot_pairs)).collect::<Vec<_>>()
    };
    let limit = MOST_PAIRS_A_RECORD * records.len() as f64;
    let mut at = 0;
    model.rules.retain(|_| {
        let (pairs, _) = counted[at];
        at += 1;
        pairs > 0 && (pairs as f64) < limit
    });
    Ok(())
}
