//! Who is who: one person across many agencies.
//!
//! In come records of several agencies (`records`, cleaned by `clean` and joined by `gather`) and what their columns are
//! (`field`); out come persons, and what holds each of them together. [`link()`] is the whole of it: candidates are found by
//! rules (`block`), a model of agreement is learned from them (`train`), and each is scored: which level every comparison comes
//! to (`level`, by the tests in `ways`), what that says in bits (`score`), and who is ruled out before all is looked at (`most`).
//! `calibrate` holds the weights to what pairs of one agency show.
//! Groups whose records agree on the whole become persons (`cluster`, and `hold` says what keeps each together), and what the
//! rules never saw is estimated (`recall`). `model` says what a model is; `feature` and `similarity` are what it looks at, `near`
//! how common likeness is, `unknown_days` which dates are none, `nicknames` what people are called for short, and `sounds` how names sound; `order` sorts by hashes.
//! A model may also come from elsewhere (`splink`, whose conditions `sql` reads).
//! Beside the model stand what people decided (`overrides`), who was one person before (`earlier`), and a rule against taking
//! twins for one (`twins`).
//!
//! Around it: `identity` keeps a person's id through every later linking; `persons` are the tables that are handed on; `draws`
//! are other linkages that those links allow; `purpose` says what may be linked and shown, for what and by which law;
//! `pseudonym` gives names for one project, under a key.
//!
//! Nothing here knows schemes or money; only `draws` throws dice, keyed ones, and rows in any order, on any number of threads,
//! give the same persons.

pub mod block;
pub mod calibrate;
pub mod clean;
pub mod cluster;
pub mod draws;
pub mod earlier;
pub mod evaluate;
pub mod feature;
pub mod field;
pub mod gather;
pub mod hold;
pub mod identity;
pub mod input;
pub mod joined;
pub mod level;
pub mod linkage;
pub mod model;
mod most;
mod near;
pub mod nicknames;
mod order;
pub mod overrides;
pub mod persons;
pub mod pseudonym;
pub mod purpose;
pub mod recall;
pub mod score;
mod several;
pub mod similarity;
pub mod sounds;
pub mod splink;
pub mod sql;
pub mod suggest;
pub mod train;
pub mod twins;
pub mod unknown_days;
pub mod values;
mod ways;

use std::sync::Mutex;

use rayon::prelude::*;

use block::{Blocks, Who};
use calibrate::Counts;
use cluster::{Decided, Known, Link};
use earlier::Earlier;
use field::Nature;
use hold::Hold;
use input::Records;
use model::Model;
use recall::Recall;
use score::{Scorer, probability};
use suggest::Caught;
use train::Training;

/// What the user may decide; everything has a default that needs no thought.
#[derive(Clone, Debug)]
pub struct Choices {
    pub who: Who,
    pub decided: Decided,
    /// Groups are joined while the mean weight between them is at least this many bits.
    pub join: f64,
    /// Links below this many bits are not given back.
    pub keep: f64,
    /// No value brings more records together than this.
    pub block_most: usize,
    /// Persons of an earlier run, which need less to stay together.
    pub earlier: Option<Earlier>,
}

impl Default for Choices {
    fn default() -> Choices {
        Choices { who: Who::default(), decided: Decided::default(), join: 0.0, keep: -5.0, block_most: 500, earlier: None }
    }
}

/// Persons, and how they were found.
#[derive(Debug)]
pub struct Linked {
    pub model: Model,
    pub training: Option<Training>,
    pub rules: Vec<RuleCount>,
    pub recall: Option<Recall>,
    /// Candidates scored.
    pub candidates: u64,
    /// Links worth keeping, in order.
    pub links: Vec<Link>,
    /// For each record its person: the first of the person's records.
    pub person: Vec<u32>,
    /// What holds persons of two records or more together.
    pub holds: Vec<Hold>,
}

/// What a rule did.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCount {
    pub label: String,
    pub pairs: u64,
    pub hot_blocks: u64,
    pub hot_pairs: u64,
}

/// Finds who is who with a model that is ready: its numbers and its rules are taken as they stand.
pub fn link(records: &Records, model: &Model, choices: &Choices) -> Result<Linked, String> {
    Ok(find(Scorer::new(model, records)?, choices, None))
}

/// Learns a model from the records themselves, chooses rules for it, and finds who is who with it. The model comes with every
/// rule that may be tried.
pub fn learn_and_link(records: &Records, untrained: &Model, nature: &Nature, choices: &Choices) -> Result<Linked, String> {
    // What the parts of columns are does not depend on numbers or rules, and is worked out once.
    let scorer = Scorer::new(untrained, records)?;
    let (rules, trial) = suggest::trial(&scorer, choices.block_most);
    let tried = Model { rules, ..untrained.clone() };
    let scorer = scorer.with(&tried);
    let (trained, training) = train::train(&scorer, &trial, &choices.who, nature);
    let scorer = scorer.with(&trained);
    let weighed = training.patterns.iter().map(|pattern| {
        let pairs = pattern.count as f64;
        let weight = scorer.weight_of_levels(&pattern.levels, pattern.within);
        Caught { rules: pattern.rules, pairs, matches: pairs * probability(weight) }
    });
    let caught: Vec<Caught> = weighed.collect();
    let best = suggest::choose(&trained, records.len(), &caught);
    let bits = |rules: &[usize]| rules.iter().fold(0, |bits, rule| bits | 1 << rule);
    let traps = suggest::without_finer(&trained, (0..trained.rules.len()).collect());
    let recall = recall::recall(&caught, bits(&best), bits(&traps));
    drop((trial, caught));
    let rules = best.into_iter().map(|rule| trained.rules[rule].clone()).collect();
    let chosen = Model { rules, ..trained.clone() };
    let within = training.possible_within;
    let found = find(scorer.with(&chosen), choices, Some([training.possible - within, within]));
    let all = recall::all(&found.links, &found.person, &found.holds, found.model.calibration.is_some());
    let recall = Recall { linked: recall::linked(&found.links, &found.person), all, ..recall };
    Ok(Linked { training: Some(training), recall: Some(recall), ..found })
}

/// `possible` are the pairs of two agencies and of one that could be linked, where the weights are to be held to what they show.
fn find(scorer: Scorer<'_>, choices: &Choices, possible: Option<[f64; 2]>) -> Linked {
    let (model, records) = (scorer.model, scorer.records);
    let blocks: Vec<Blocks> =
        (0..model.rules.len()).into_par_iter().map(|rule| Blocks::new(&scorer, rule, choices.block_most)).collect();
    let rules = model.rules.iter().zip(&blocks).map(|(rule, blocks)| RuleCount {
        label: rule.label.clone(),
        pairs: blocks.pairs,
        hot_blocks: blocks.hot_blocks,
        hot_pairs: blocks.hot_pairs,
    });
    let rules = rules.collect();
    let (candidates, mut links, counts) = scored(&scorer, &blocks, choices);
    drop(blocks);
    let mut calibrated = model.clone();
    let calibration = possible.and_then(|possible| calibrate::calibration(&counts, possible));
    if let Some(calibration) = calibration {
        let agency = &records.agency;
        for link in &mut links {
            let within = if agency[link.left as usize] == agency[link.right as usize] { model.within } else { 0.0 };
            link.weight = (calibration.bent(f64::from(link.weight) - within) + within) as f32;
        }
        links.retain(|link| f64::from(link.weight) >= choices.keep);
        calibrated.calibration = Some(calibration);
    }
    let (model, scorer) = (&calibrated, scorer.with(&calibrated));
    let known = Known::new(records.len(), &links);
    let bits = |left: u32, right: u32| {
        known.bits(left, right).unwrap_or_else(|| {
            let levels = scorer.levels(left, right);
            scorer.weight(left, right, &levels)
        })
    };
    let weigh = |left: u32, right: u32| choices.who.may(records, left, right).then(|| bits(left, right));
    let person = match &choices.earlier {
        None => cluster::clusters(records.len(), &links, &choices.decided, choices.join, weigh),
        Some(earlier) => {
            let raised = earlier.raised(&links, choices.join, weigh);
            let weigh = |left: u32, right: u32| weigh(left, right).map(|bits| bits + earlier.bits(choices.join, left, right));
            cluster::clusters(records.len(), &raised, &choices.decided, choices.join, weigh)
        }
    };
    let mut holds = hold::holds(&person, choices.join, bits);
    holds.retain(|hold| hold.records.iter().filter(|record| !records.is_further(**record)).count() > 1);
    drop(known);
    let links = once(records, links);
    Linked { model: model.clone(), training: None, rules, recall: None, candidates, links, person, holds }
}

/// Links of records that have several rows: of all links between the rows of two records the strongest, between their first rows.
fn once(records: &Records, mut links: Vec<Link>) -> Vec<Link> {
    if !records.has_further() {
        return links;
    }
    for link in &mut links {
        let (one, other) = (records.first_row(link.left), records.first_row(link.right));
        (link.left, link.right) = (one.min(other), one.max(other));
    }
    links.retain(|link| link.left != link.right);
    links.sort_by(|a, b| (a.left, a.right).cmp(&(b.left, b.right)).then(b.weight.total_cmp(&a.weight)));
    links.dedup_by_key(|link| (link.left, link.right));
    links
}

/// Every candidate's weight; those worth keeping are kept.
fn scored(scorer: &Scorer<'_>, blocks: &[Blocks], choices: &Choices) -> (u64, Vec<Link>, Counts) {
    let limits = choices.who.limits();
    let wanted = |_, left, right| !limits || choices.who.may(scorer.records, left, right);
    let agency = &scorer.records.agency;
    let all = Mutex::new(Counts::default());
    let work = |memory: &mut level::Memory, links: &mut Vec<Link>, _, pairs: &[(u32, u32)]| {
        let mut counts = Counts::default();
        let link = |pair: &level::Looked, weight: f64, within: f64| {
            let (left, right) = (pair.left, pair.right);
            counts.add(agency[left as usize] == agency[right as usize], weight - within);
            if weight >= choices.keep {
                links.push(Link { left, right, weight: weight as f32, pattern: scorer.pattern(&pair.levels) });
            }
        };
        scorer.weights_before(choices.keep, pairs, memory, link);
        if let Ok(mut all) = all.lock() {
            all.join(&counts);
        }
    };
    let (candidates, mut links) = block::each_pair(scorer, blocks, wanted, level::Memory::default, work);
    let counts = all.into_inner().unwrap_or_default();
    links.sort_unstable_by_key(|link| (link.left, link.right));
    // A rule that asks something else of the right record than of the left one may bring a pair together twice.
    let found = links.len();
    links.dedup_by_key(|link| (link.left, link.right));
    (candidates - (found - links.len()) as u64, links, counts)
}
