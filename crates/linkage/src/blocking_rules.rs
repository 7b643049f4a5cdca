//! Proposes and chooses blocking rules: single fields, pairs of fields, and the beginnings of names and dates. They are tried
//! on the data themselves. A rule is worth having if it finds many matches for the pairs that it brings together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::blocking::{self, Blocks};
use super::field::{Field, FieldKind};
use super::model::{BlockingRule, LinkageModel, ValuePart};
use super::prepared::PreparedModel;

/// Adds all candidate rules to a model. [`Blocks`] then show what each brings together.
pub fn add_candidates(model: &mut LinkageModel, fields: &[Field]) {
    let mut keys: Vec<(usize, String, Vec<usize>)> = Vec::new();
    for (column, field) in fields.iter().enumerate() {
        let mut key = |label: String, part: ValuePart| {
            let feature = model.feature(column, part);
            keys.push((column, label, vec![feature]));
        };
        let name = &field.name;
        match field.kind {
            FieldKind::Forename | FieldKind::Surname => {
                key(name.clone(), ValuePart::Whole);
                key(
                    format!("first letters of {name}"),
                    ValuePart::Letters(0, if field.kind == FieldKind::Surname { 4 } else { 3 }),
                );
                key(format!("sound of {name}"), ValuePart::SoundsAsOne);
            }
            FieldKind::BirthDate => {
                key(name.clone(), ValuePart::CertainDay);
                key(format!("year of {name}"), ValuePart::Letters(0, 4));
            }
            FieldKind::Postcode => {
                key(name.clone(), ValuePart::Whole);
                key(format!("outward part of {name}"), ValuePart::Found("^[a-z]{1,2}[0-9][a-z0-9]?".into()));
            }
            FieldKind::Sex => {}
            FieldKind::FullName => {
                key(name.clone(), ValuePart::Sorted);
                key(format!("first letters of {name}"), ValuePart::Letters(0, 5));
            }
            _ => key(name.clone(), ValuePart::Whole),
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
    model.rules.extend(rules.into_iter().map(|(label, features)| BlockingRule { label, same: same(features) }));
    let find = |kind: FieldKind| fields.iter().position(|field| field.kind == kind);
    if let Some((forename, surname)) = find(FieldKind::Forename).zip(find(FieldKind::Surname)) {
        let parts = [
            ("forename and surname exchanged", ValuePart::Whole),
            ("forename and surname exchanged, by their sound", ValuePart::SoundsAsOne),
            ("forename and surname exchanged, by first letters", ValuePart::Letters(0, 3)),
        ];
        for (label, part) in parts {
            let (forename, surname) = (model.feature(forename, part.clone()), model.feature(surname, part));
            model.rules.push(BlockingRule { label: label.into(), same: vec![(forename, surname), (surname, forename)] });
        }
    }
}

/// At most this many rules are tried.
const MOST_RULES: usize = 128;
/// A rule that brings together more pairs than this for each record is not tried.
const MOST_PAIRS_A_RECORD: f64 = 30.0;
/// Rules are tried on a sample of blocks, so that about this many records remain.
const TRIED: u64 = 1 << 15;

/// Rules on trial, each with a sample of its blocks.
pub struct RuleTrial {
    pub blocks: Vec<Blocks>,
    /// One block in this many is in the sample.
    pub every: u64,
}

/// The rules of a model that do not bring together too many pairs, each with a sample of its blocks.
#[must_use]
pub fn trial(prepared: &PreparedModel<'_>, most: usize) -> (Vec<BlockingRule>, RuleTrial) {
    let (rules, records) = (&prepared.model.rules, prepared.records.len());
    let every = (records as u64 / TRIED).max(1).next_power_of_two();
    let limit = MOST_PAIRS_A_RECORD * records as f64 / every as f64;
    // The sample is drawn by the feature with most values, so that it has many blocks.
    let widest =
        |rule: usize| rules[rule].same.iter().max_by_key(|(a, _)| prepared.features[*a].distinct()).copied().unwrap_or_default();
    let both = (0..rules.len()).map(widest).flat_map(|(left, right)| [left, right]);
    let features: BTreeSet<usize> = both.collect();
    let picked: BTreeMap<usize, Vec<u32>> =
        features.into_par_iter().map(|feature| (feature, blocking::picked(prepared, feature, every))).collect();
    let some = |rule: usize| {
        let (left, right) = widest(rule);
        (rule, Blocks::among(prepared, rule, most, &picked[&left], &picked[&right]))
    };
    let mut tried: Vec<(usize, Blocks)> = (0..rules.len()).into_par_iter().map(some).collect();
    // If most pairs of a rule are left out because their value is too common, the rest says nothing about the rule.
    tried.retain(|(_, blocks)| blocks.pairs > blocks.oversized_pairs && (blocks.pairs as f64) < limit);
    tried.sort_by_key(|(rule, blocks)| (blocks.pairs, *rule));
    tried.truncate(MOST_RULES);
    let kept = tried.iter().map(|(rule, _)| rules[*rule].clone()).collect();
    (kept, RuleTrial { blocks: tried.into_iter().map(|(_, blocks)| blocks).collect(), every })
}

/// The pairs that all chosen rules together may bring together: in any case, and for each record.
const PAIRS_AT_LEAST: f64 = 2e6;
const PAIRS_A_RECORD: f64 = 4.0;
/// A rule that adds less than this share of all matches is not worth its pairs.
const LEAST_GAIN: f64 = 1e-4;

/// Pairs that the same rules (a bit each) bring together: how many, and how many of them are expected to be one person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CaughtPairs {
    pub rules: u128,
    pub pairs: f64,
    pub matches: f64,
}

/// The rules that find most matches for the fewest pairs. Each step takes the rule with the most new matches for each new pair.
#[must_use]
pub fn choose(model: &LinkageModel, records: usize, caught: &[CaughtPairs]) -> Vec<usize> {
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

/// Rules, without those whose every pair another of them brings together too.
#[must_use]
pub fn without_finer(model: &LinkageModel, chosen: Vec<usize>) -> Vec<usize> {
    let follows = |coarse: usize, fine: usize| {
        let (coarse, fine) = (&model.features[coarse], &model.features[fine]);
        let coarser = fine.part == ValuePart::Whole || fine.part == ValuePart::CertainDay && coarse.part != ValuePart::Whole;
        coarse.column == fine.column && (coarse.part == fine.part || coarser)
    };
    let holds = |coarser: usize, finer: usize| {
        let (coarser, finer) = (&model.rules[coarser].same, &model.rules[finer].same);
        coarser.iter().all(|(a, b)| finer.iter().any(|(c, d)| follows(*a, *c) && follows(*b, *d)))
    };
    chosen.iter().copied().filter(|rule| !chosen.iter().any(|other| other != rule && holds(*other, *rule))).collect()
}
