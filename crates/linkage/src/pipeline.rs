//! Linking, from records to persons: candidates, match weights, clusters, and estimates of what was missed.

use base::hinted::Hinted;
use std::sync::Mutex;

use rayon::prelude::*;

use super::blocking::{self, AllowedPairs, Blocks};
use super::blocking_rules::{self, CaughtPairs};
use super::calibration::{self, WeightCounts};
use super::clustering::{self, PairDecisions};
use super::cohesion::{self, Cohesion};
use super::comparison_levels::ComparedPair;
use super::earlier_persons::EarlierPersons;
use super::match_weight::probability;
use super::model::LinkageModel;
use super::prediction::{Prediction, PredictionIndex};
use super::recall::{self, RecallEstimate};
use super::record_set::RecordSet;
use super::scoring::{PairBuffer, ScoredValues, Scorer};
use super::standard_comparisons::TrainingHints;
use super::training::{self, TrainingSummary};

/// What the user may decide. Every option has a sensible default.
#[derive(Clone, Debug)]
pub struct LinkageOptions {
    pub allowed: AllowedPairs,
    pub decisions: PairDecisions,
    /// Groups of records are joined while the mean match weight between them is at least this many bits.
    pub match_threshold: f64,
    /// Predictions below this many bits are not returned.
    pub keep_from: f64,
    /// A value that more records share brings no records together.
    pub largest_block: usize,
    /// Persons of an earlier linkage, which need less to stay together.
    pub earlier: Option<EarlierPersons>,
}

impl Default for LinkageOptions {
    fn default() -> LinkageOptions {
        LinkageOptions {
            allowed: AllowedPairs::default(),
            decisions: PairDecisions::default(),
            match_threshold: 0.0,
            keep_from: -5.0,
            largest_block: 500,
            earlier: None,
        }
    }
}

/// Persons, and how they were found.
#[derive(Debug)]
pub struct LinkageResult {
    pub model: LinkageModel,
    pub training: Option<TrainingSummary>,
    pub rules: Vec<RuleCount>,
    pub recall: Option<RecallEstimate>,
    /// The number of pairs that were scored.
    pub candidates: u64,
    /// Pairs worth keeping, in order.
    pub predictions: Vec<Prediction>,
    /// For each record its person: the first of the person's records.
    pub person: Vec<u32>,
    /// What keeps persons of two or more records together.
    pub cohesion: Vec<Cohesion>,
    /// What was worked out from the records' values, so that pairs can be scored again.
    pub values: ScoredValues,
}

/// What a blocking rule did.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleCount {
    pub label: String,
    pub pairs: u64,
    /// Blocks that were left out because too many records share the value, and the pairs in them.
    pub oversized_blocks: u64,
    pub oversized_pairs: u64,
}

/// Links records with a model that is ready. Its numbers and blocking rules are used as they are.
///
/// # Errors
/// The model cannot be used for the records.
pub fn link(records: &RecordSet, model: &LinkageModel, options: &LinkageOptions) -> Result<LinkageResult, Hinted> {
    Ok(find(Scorer::new(model, records)?, options, None))
}

/// Learns a model from the records themselves, chooses blocking rules for it, and links the records with it. `untrained` has
/// every rule that may be tried.
///
/// # Errors The model cannot be used for the records.
pub fn learn_and_link(
    records: &RecordSet,
    untrained: &LinkageModel,
    hints: &TrainingHints,
    options: &LinkageOptions,
) -> Result<LinkageResult, Hinted> {
    // The parts of columns do not depend on numbers or rules, so they are worked out once.
    let scorer = Scorer::new(untrained, records)?;
    let (rules, trial) = blocking_rules::trial(&scorer.prepared, options.largest_block);
    let tried = LinkageModel { rules, ..untrained.clone() };
    let scorer = scorer.with(&tried);
    let (trained, training) = training::train(&scorer, &trial, &options.allowed, hints);
    let scorer = scorer.with(&trained);
    let weighed = training.patterns.iter().map(|pattern| {
        let pairs = pattern.count as f64;
        let weight = scorer.weight_of_levels(&pattern.levels, pattern.within);
        CaughtPairs { rules: pattern.rules, pairs, matches: pairs * probability(weight) }
    });
    let caught: Vec<CaughtPairs> = weighed.collect();
    let best = blocking_rules::choose(&trained, records.len(), &caught);
    let bits = |rules: &[usize]| rules.iter().fold(0, |bits, rule| bits | 1 << rule);
    let occasions = blocking_rules::without_finer(&trained, (0..trained.rules.len()).collect());
    let recall = recall::estimate(&caught, bits(&best), bits(&occasions));
    drop((trial, caught));
    let rules = best.into_iter().map(|rule| trained.rules[rule].clone()).collect();
    let chosen = LinkageModel { rules, ..trained.clone() };
    let within = training.possible_within;
    let found = find(scorer.with(&chosen), options, Some([training.possible - within, within]));
    let all = recall::all(&found.predictions, &found.person, &found.cohesion, found.model.calibration.is_some());
    let recall = RecallEstimate { linked: recall::linked(&found.predictions, &found.person), all, ..recall };
    Ok(LinkageResult { training: Some(training), recall: Some(recall), ..found })
}

/// Scores candidates and forms persons. `possible` are the pairs of two agencies and of one that could be linked, where weights
/// are to be calibrated.
fn find(scorer: Scorer<'_>, options: &LinkageOptions, possible: Option<[f64; 2]>) -> LinkageResult {
    let (model, records) = (scorer.prepared.model, scorer.prepared.records);
    let blocks: Vec<Blocks> =
        (0..model.rules.len()).into_par_iter().map(|rule| Blocks::new(&scorer.prepared, rule, options.largest_block)).collect();
    let rules = model.rules.iter().zip(&blocks).map(|(rule, blocks)| RuleCount {
        label: rule.label.clone(),
        pairs: blocks.pairs,
        oversized_blocks: blocks.oversized_blocks,
        oversized_pairs: blocks.oversized_pairs,
    });
    let rules = rules.collect();
    let (candidates, mut predictions, counts) = scored(&scorer, &blocks, options);
    drop(blocks);
    let mut calibrated = model.clone();
    let calibration = possible.and_then(|possible| calibration::calibration(&counts, possible));
    if let Some(calibration) = calibration {
        let agency = &records.agency;
        for prediction in &mut predictions {
            let (left, right) = (prediction.left as usize, prediction.right as usize);
            let within = if agency[left] == agency[right] { model.within } else { 0.0 };
            prediction.weight = (calibration.calibrated(f64::from(prediction.weight) - within) + within) as f32;
        }
        predictions.retain(|prediction| f64::from(prediction.weight) >= options.keep_from);
        calibrated.calibration = Some(calibration);
    }
    let (model, scorer) = (&calibrated, scorer.with(&calibrated));
    let known = PredictionIndex::new(records.len(), &predictions);
    let bits = |left: u32, right: u32| {
        known.bits(left, right).unwrap_or_else(|| {
            let levels = scorer.levels(left, right);
            scorer.weight(left, right, &levels)
        })
    };
    let weigh = |left: u32, right: u32| options.allowed.allows(records, left, right).then(|| bits(left, right));
    let (decisions, threshold) = (&options.decisions, options.match_threshold);
    let person = match &options.earlier {
        None => clustering::clusters(records.len(), &predictions, decisions, threshold, weigh),
        Some(earlier) => {
            let raised = earlier.raised(&predictions, threshold, weigh);
            let weigh = |left: u32, right: u32| weigh(left, right).map(|bits| bits + earlier.bits(threshold, left, right));
            clustering::clusters(records.len(), &raised, decisions, threshold, weigh)
        }
    };
    let mut cohesion = cohesion::cohesion(&person, threshold, bits);
    cohesion.retain(|person| person.records.iter().filter(|record| !records.is_further_row(**record)).count() > 1);
    drop(known);
    let predictions = once(records, predictions);
    let values = scorer.values();
    LinkageResult { model: model.clone(), training: None, rules, recall: None, candidates, predictions, person, cohesion, values }
}

/// Predictions for records that have several rows: of all predictions between the rows of two records the strongest, given for
/// their first rows.
fn once(records: &RecordSet, mut predictions: Vec<Prediction>) -> Vec<Prediction> {
    if !records.has_further_rows() {
        return predictions;
    }
    for prediction in &mut predictions {
        let (one, other) = (records.first_row(prediction.left), records.first_row(prediction.right));
        (prediction.left, prediction.right) = (one.min(other), one.max(other));
    }
    predictions.retain(|prediction| prediction.left != prediction.right);
    predictions.sort_by(|a, b| (a.left, a.right).cmp(&(b.left, b.right)).then(b.weight.total_cmp(&a.weight)));
    predictions.dedup_by_key(|prediction| (prediction.left, prediction.right));
    predictions
}

/// Scores every candidate and keeps those that are worth it. Gives the number of candidates, the predictions in order, and the
/// counts by weight.
fn scored(scorer: &Scorer<'_>, blocks: &[Blocks], options: &LinkageOptions) -> (u64, Vec<Prediction>, WeightCounts) {
    let records = scorer.prepared.records;
    let limits = options.allowed.has_limits();
    let wanted = |_, left, right| !limits || options.allowed.allows(records, left, right);
    let agency = &records.agency;
    let all = Mutex::new(WeightCounts::default());
    let work = |buffer: &mut PairBuffer, predictions: &mut Vec<Prediction>, _, pairs: &[(u32, u32)]| {
        let mut counts = WeightCounts::default();
        let take = |pair: &ComparedPair, weight: f64, within: f64| {
            let (left, right) = (pair.left, pair.right);
            counts.add(agency[left as usize] == agency[right as usize], weight - within);
            if weight >= options.keep_from {
                predictions.push(Prediction { left, right, weight: weight as f32, pattern: scorer.pattern(&pair.levels) });
            }
        };
        scorer.weights_before(options.keep_from, pairs, buffer, take);
        if let Ok(mut all) = all.lock() {
            all.join(&counts);
        }
    };
    let (candidates, mut predictions) = blocking::each_pair(&scorer.prepared, blocks, wanted, PairBuffer::default, work);
    let counts = all.into_inner().unwrap_or_default();
    predictions.sort_unstable_by_key(|prediction| (prediction.left, prediction.right));
    // A rule that asks something else of the right record than of the left one may bring a pair together twice.
    let found = predictions.len();
    predictions.dedup_by_key(|prediction| (prediction.left, prediction.right));
    (candidates - (found - predictions.len()) as u64, predictions, counts)
}
