//! Which rules find candidates, when nobody has said: pairs and triples of fields, and the beginnings of names and dates, tried
//! on the data themselves. A rule is worth having when it brings few enough pairs together.

use rayon::prelude::*;

use super::block::Blocks;
use super::field::{Field, Kind};
use super::model::{Model, Part, Rule};
use super::records::Records;
use super::score::Scorer;

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

/// Records that rules are tried on; the first ones, which is as good as any, since records stand in the order of a hash.
const TRIED: usize = 1 << 17;
/// Pairs that all rules together may bring together, however few records there are, and for each record of many.
const PAIRS_AT_LEAST: f64 = 3e6;
const PAIRS_A_RECORD: f64 = 4.0;

/// Leaves in the model the rules that are worth having on these data: those that bring the fewest pairs together, until there
/// are enough pairs.
pub fn choose(model: &mut Model, records: &Records, most: usize) -> Result<(), String> {
    let tried = records.len().min(TRIED);
    let scale = records.len() as f64 / tried.max(1) as f64;
    let most = ((most as f64 / scale) as usize).max(3);
    let pairs: Vec<f64> = {
        let scorer = Scorer::new(model, records)?;
        let count = |rule| Blocks::of_first(&scorer, rule, most, tried).pairs as f64 * scale * scale;
        (0..model.rules.len()).into_par_iter().map(count).collect()
    };
    let mut order: Vec<usize> = (0..pairs.len()).filter(|rule| pairs[*rule] > 0.0).collect();
    order.sort_by(|a, b| pairs[*a].total_cmp(&pairs[*b]).then(a.cmp(b)));
    let limit = PAIRS_AT_LEAST.max(PAIRS_A_RECORD * records.len() as f64);
    let (mut chosen, mut sum): (Vec<usize>, f64) = (Vec::new(), 0.0);
    for rule in order {
        // A coarser rule takes the place of the finer ones that it holds.
        let held: Vec<usize> = chosen.iter().copied().filter(|finer| holds(model, rule, *finer)).collect();
        let freed: f64 = held.iter().map(|finer| pairs[*finer]).sum();
        if sum + pairs[rule] - freed > limit {
            break;
        }
        chosen.retain(|finer| !held.contains(finer));
        chosen.push(rule);
        sum += pairs[rule] - freed;
    }
    model.rules = chosen.into_iter().map(|rule| model.rules[rule].clone()).collect();
    Ok(())
}

/// Whether every pair that the finer rule brings together is brought together by the coarser one too.
fn holds(model: &Model, coarser: usize, finer: usize) -> bool {
    let follows = |coarse: usize, fine: usize| {
        let (coarse, fine) = (&model.features[coarse], &model.features[fine]);
        coarse.column == fine.column
            && (coarse.part == fine.part || fine.part == Part::Whole || fine.part == Part::CertainDay && coarse.part != Part::Whole)
    };
    model.rules[coarser].same.iter().all(|(a, b)| model.rules[finer].same.iter().any(|(c, d)| follows(*a, *c) && follows(*b, *d)))
}
