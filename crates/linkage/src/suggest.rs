//! Which rules find candidates, when nobody has said: pairs and triples of fields, and the beginnings of names and dates, tried
//! on the data themselves. A rule is worth having when it brings few enough pairs together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::block::{self, Blocks};
use super::field::{Field, Kind};
use super::model::{Model, Part, Rule};
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
                key(format!("sound of {name}"), Part::SoundsAsOne);
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
        let parts = [
            ("forename and surname exchanged", Part::Whole),
            ("forename and surname exchanged, by their sound", Part::SoundsAsOne),
            ("forename and surname exchanged, by first letters", Part::Letters(0, 3)),
        ];
        for (label, part) in parts {
            let (forename, surname) = (model.feature(forename, part.clone()), model.feature(surname, part));
            model.rules.push(Rule { label: label.into(), same: vec![(forename, surname), (surname, forename)] });
        }
    }
}

/// No more rules are looked at.
const MOST_RULES: usize = 128;
/// A rule that brings more pairs together than this for each record is not looked at further.
const MOST_PAIRS_A_RECORD: f64 = 30.0;
/// Blocks that candidates for rules are tried on are sampled so that about so many records remain.
const TRIED: u64 = 1 << 15;

/// Rules on trial: each with some of its blocks.
pub struct Trial {
    pub blocks: Vec<Blocks>,
    /// One block in so many was looked at.
    pub every: u64,
}

/// The rules of a model that bring a bearable number of pairs together, and for each of them a sample of its blocks.
#[must_use]
pub fn trial(scorer: &Scorer<'_>, most: usize) -> (Vec<Rule>, Trial) {
    let (rules, records) = (&scorer.model.rules, scorer.records.len());
    let every = (records as u64 / TRIED).max(1).next_power_of_two();
    let limit = MOST_PAIRS_A_RECORD * records as f64 / every as f64;
    // Picked by the feature with most values, so that a sample of blocks is many blocks.
    let widest =
        |rule: usize| rules[rule].same.iter().max_by_key(|(a, _)| scorer.features[*a].distinct()).copied().unwrap_or_default();
    let both = (0..rules.len()).map(widest).flat_map(|(left, right)| [left, right]);
    let features: BTreeSet<usize> = both.collect();
    let picked: BTreeMap<usize, Vec<u32>> =
        features.into_par_iter().map(|feature| (feature, block::picked(scorer, feature, every))).collect();
    let some = |rule: usize| {
        let (left, right) = widest(rule);
        (rule, Blocks::among(scorer, rule, most, &picked[&left], &picked[&right]))
    };
    let mut tried: Vec<(usize, Blocks)> = (0..rules.len()).into_par_iter().map(some).collect();
    // Where most of what a rule brings together is too common, what is left of it says nothing of the rule.
    tried.retain(|(_, blocks)| blocks.pairs > blocks.hot_pairs && (blocks.pairs as f64) < limit);
    tried.sort_by_key(|(rule, blocks)| (blocks.pairs, *rule));
    tried.truncate(MOST_RULES);
    let kept = tried.iter().map(|(rule, _)| rules[*rule].clone()).collect();
    (kept, Trial { blocks: tried.into_iter().map(|(_, blocks)| blocks).collect(), every })
}

/// Pairs that all rules together may bring together, however few records there are, and for each record of many.
const PAIRS_AT_LEAST: f64 = 2e6;
const PAIRS_A_RECORD: f64 = 4.0;
/// A rule that adds less than this share of all matches is not worth its pairs.
const LEAST_GAIN: f64 = 1e-4;

/// Pairs that the same rules (a bit each) bring together: how many, and how many of them are expected to be one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caught {
    pub rules: u128,
    pub pairs: f64,
    pub matches: f64,
}

/// The rules that find most for the fewest pairs: at each step the one with the most matches not found before for each pair not
/// looked at before.
#[must_use]
pub fn choose(model: &Model, records: usize, caught: &[Caught]) -> Vec<usize> {
    let limit = PAIRS_AT_LEAST.max(PAIRS_A_RECORD * records as f64);
    let all: f64 = caught.iter().map(|caught| caught.matches).sum();
    let rules = caught.iter().fold(0, |bits, caught| bits | caught.rules);
    let (mut chosen, mut sum, mut found) = (Vec::new(), 0.0, 0_u128);
    loop {
        let (mut gains, mut costs) = ([0.0; MOST_RULES], [0.0; MOST_RULES]);
        for caught in caught.iter().filter(|caught| caught.rules & found == 0) {
            let mut left = caught.rules;
            while left != 0 {
                let rule = left.trailing_zeros() as usize;
                gains[rule] += caught.matches;
                costs[rule] += caught.pairs;
                left &= left - 1;
            }
        }
        // A few pairs more or less are no reason to prefer a rule.
        let worth = |rule: &usize| gains[*rule] / (costs[*rule] + 0.01 * records as f64);
        let best = (0..MOST_RULES)
            .filter(|rule| rules >> rule & 1 == 1 && gains[*rule] > LEAST_GAIN * all && sum + costs[*rule] <= limit)
            .max_by(|a, b| worth(a).total_cmp(&worth(b)).then(b.cmp(a)));
        let Some(best) = best else { return without_finer(model, chosen) };
        chosen.push(best);
        found |= 1 << best;
        sum += costs[best];
    }
}

/// Rules without those whose every pair another of them brings together too.
#[must_use]
pub fn without_finer(model: &Model, chosen: Vec<usize>) -> Vec<usize> {
    let follows = |coarse: usize, fine: usize| {
        let (coarse, fine) = (&model.features[coarse], &model.features[fine]);
        let coarser = fine.part == Part::Whole || fine.part == Part::CertainDay && coarse.part != Part::Whole;
        coarse.column == fine.column && (coarse.part == fine.part || coarser)
    };
    let holds = |coarser: usize, finer: usize| {
        let (coarser, finer) = (&model.rules[coarser].same, &model.rules[finer].same);
        coarser.iter().all(|(a, b)| finer.iter().any(|(c, d)| follows(*a, *c) && follows(*b, *d)))
    };
    chosen.iter().copied().filter(|rule| !chosen.iter().any(|other| other != rule && holds(*other, *rule))).collect()
}
