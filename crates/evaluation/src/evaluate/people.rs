//! Designs that compare people: by lot, by matching, by weights. One function makes an estimate, and the answer, its subgroups, its
//! negative controls and every draw of a bootstrap all go through it.

use std::sync::Arc;

use base::statistics::normal_quantile;

use crate::bootstrap::{BootstrapDraw, Resample, bootstrap};
use crate::coarsened_exact::{Bins, coarsened_exact};
use crate::columns::Columns;
use crate::effects::Effect;
use crate::effects::abadie_imbens::abadie_imbens;
use crate::effects::doubly_robust::doubly_robust;
use crate::effects::g_computation::{Interacted, g_computation, predicted_linear, predicted_logistic};
use crate::effects::inverse_probability::inverse_probability;
use crate::effects::means::{difference_of_means, regression_adjusted};
use crate::entropy_balancing::entropy_balance;
use crate::error::EvaluationError;
use crate::estimand::Estimand;
use crate::least_squares::Covariance;
use crate::logistic::{LogisticFit, logistic};
use crate::matching::{Distance, Matches, Order, Rules, Width, match_nearest};
use crate::randomisation::{Assignment, randomisation_test};
use crate::randomised::{complier_effect, intention_to_treat, intention_to_treat_stratified};
use crate::spec::{
    CaliperSpec, DesignSpec, DistanceSpec, EstimandSpec, MatchingSpec, OutcomeUnit, Spec, StandardErrorMethod, WeightingSpec,
};
use crate::subclassification::subclassify;
use crate::weighting::{Weighting, score_weights};

/// People who are compared. Everything that belongs to one person is at one place.
#[derive(Clone, Debug)]
pub(super) struct Participants {
    pub(super) treated: Vec<bool>,
    pub(super) outcome: Vec<f64>,
    /// Shared with the sample, and between the answer, its negative controls and every deal of lots.
    pub(super) covariates: Arc<Columns>,
    pub(super) keys: Vec<u64>,
    /// The cluster of each.
    pub(super) clusters: Option<Vec<u64>>,
    /// What must be equal within a pair, or within which lots were drawn.
    pub(super) strata: Option<Vec<u64>>,
    /// Who received the service that was offered.
    pub(super) received: Option<Vec<bool>>,
    /// For coarsened exact matching: how each covariate is cut.
    pub(super) bins: Vec<Bins>,
}

impl Participants {
    /// The people of these rows, with keys of their own.
    pub(super) fn take(&self, rows: &[usize], keys: Vec<u64>) -> Participants {
        let numbers = |of: &Vec<u64>| rows.iter().map(|row| of[*row]).collect::<Vec<u64>>();
        let truths = |of: &Vec<bool>| rows.iter().map(|row| of[*row]).collect::<Vec<bool>>();
        Participants {
            treated: truths(&self.treated),
            outcome: rows.iter().map(|row| self.outcome[*row]).collect(),
            covariates: Arc::new(self.covariates.take(rows)),
            keys,
            clusters: self.clusters.as_ref().map(numbers),
            strata: self.strata.as_ref().map(numbers),
            received: self.received.as_ref().map(truths),
            bins: self.bins.clone(),
        }
    }
}

/// What one comparison of people gave.
pub(super) struct ComparedGroups {
    pub(super) effect: Effect,
    /// The weight of everybody in the comparison; everybody counts the same where there is none.
    pub(super) weights: Option<Vec<f64>>,
    pub(super) matches: Option<Matches>,
    pub(super) score: Option<LogisticFit>,
    /// Treated people who are in no comparison, by row.
    pub(super) left_out: Vec<usize>,
    /// The share of people who take the service up because it is offered, and the F statistic of the offer on taking it up.
    pub(super) complier: Option<(f64, f64)>,
    /// The p-value of a randomisation test, where one was asked for.
    pub(super) p_value: Option<f64>,
    /// The interval of a bootstrap, where one was asked for.
    pub(super) interval: Option<(f64, f64)>,
}

/// Makes the estimate that a spec asks for, with its standard error.
///
/// # Errors
///
/// The method cannot be used on these people, or its standard error not with this design.
pub(super) fn compare(spec: &Spec, people: &Participants) -> Result<ComparedGroups, EvaluationError> {
    let error = &spec.standard_error;
    match error.method {
        StandardErrorMethod::Bootstrap => {
            if matches!(&spec.design, DesignSpec::Matching(matching) if matching.replacement) {
                return Err(EvaluationError::Option {
                    what: "a bootstrap is wrong for matching with replacement (Abadie and Imbens 2008): use \"abadie-imbens\"",
                });
            }
            let mut found = estimated(spec, people, StandardErrorMethod::Robust)?;
            let resample = match &people.clusters {
                Some(clusters) => Resample::Clusters(clusters),
                None => Resample::WithinGroups(&people.treated),
            };
            let again = |draw: &BootstrapDraw| {
                let drawn = people.take(&draw.rows, draw.keys.clone());
                Ok(estimated(spec, &drawn, StandardErrorMethod::Robust)?.effect.estimate)
            };
            let made = bootstrap(&people.keys, resample, error.draws, error.seed, again)?;
            if made.failed * 20 > error.draws {
                return Err(EvaluationError::Option {
                    what: "more than one draw of the bootstrap in twenty gave no estimate, so that its spread is not that of the answer",
                });
            }
            found.effect.standard_error = made.standard_error;
            found.effect.standard_error_name = "bootstrap";
            found.interval = Some(made.interval(spec.level));
            Ok(found)
        }
        StandardErrorMethod::Randomisation => {
            let quick = if people.clusters.is_some() { StandardErrorMethod::Clustered } else { StandardErrorMethod::Robust };
            let mut found = estimated(spec, people, quick)?;
            let assignment = match (&people.clusters, &people.strata) {
                (Some(_), Some(_)) => {
                    return Err(EvaluationError::Option {
                        what: "lots for whole clusters within strata are not dealt again here: leave out `clusters` or `strata`",
                    });
                }
                (Some(clusters), None) => Assignment::Clusters(clusters),
                (None, Some(strata)) => Assignment::WithinStrata(strata),
                (None, None) => Assignment::Complete,
            };
            let again = |treated: &[bool]| {
                let dealt = Participants { treated: treated.to_vec(), ..people.clone() };
                Ok(estimated(spec, &dealt, StandardErrorMethod::Robust)?.effect.estimate)
            };
            let test = randomisation_test(&people.treated, &people.keys, assignment, error.draws, error.seed, again)?;
            // The interval that says the same as the test: the effect over its distance from none in standard errors (Miettinen 1976).
            let distance = normal_quantile(1.0 - test.p_value / 2.0);
            if distance > 0.0 && found.effect.estimate != 0.0 {
                found.effect.standard_error = found.effect.estimate.abs() / distance;
            }
            found.effect.standard_error_name = "test-based";
            found.effect.clusters = None;
            found.p_value = Some(test.p_value);
            Ok(found)
        }
        method => estimated(spec, people, method),
    }
}

/// The estimate by matching where whoever is equally near is taken in the other order; nothing for another design. Scores stay as they
/// were fitted.
pub(super) fn in_the_other_order(spec: &Spec, people: &Participants, found: &ComparedGroups) -> Option<f64> {
    let DesignSpec::Matching(design) = &spec.design else { return None };
    let reversed = Participants { keys: people.keys.iter().map(|key| u64::MAX - key).collect(), ..people.clone() };
    let other = matched_on(design, &reversed, found.score.clone(), StandardErrorMethod::Robust).ok()?;
    Some(other.effect.estimate)
}

/// The estimate with a standard error that needs no draws.
fn estimated(spec: &Spec, people: &Participants, method: StandardErrorMethod) -> Result<ComparedGroups, EvaluationError> {
    match &spec.design {
        DesignSpec::Randomised(_) => randomised(spec, people, method),
        DesignSpec::Matching(design) => matched(design, people, method),
        DesignSpec::Subclassification { classes } => {
            let score = score(people)?;
            let found = subclassify(&people.treated, &score.probabilities(), *classes)?;
            let effect = weighted_difference(people, &found.weights, method)?;
            Ok(ComparedGroups { left_out: found.outside_support, ..ComparedGroups::weighted(effect, found.weights, Some(score)) })
        }
        DesignSpec::CoarsenedExact(_) => {
            let found = coarsened_exact(&people.treated, &people.covariates, &people.bins)?;
            let effect = weighted_difference(people, &found.weights, method)?;
            Ok(ComparedGroups { left_out: found.outside_support, ..ComparedGroups::weighted(effect, found.weights, None) })
        }
        DesignSpec::Weighting(kind) => {
            let score = score(people)?;
            let kind = weighting(*kind, spec.estimand)?;
            let weights = score_weights(&people.treated, &score.probabilities(), kind)?.weights;
            let effect = match method {
                StandardErrorMethod::Influence => {
                    inverse_probability(&people.outcome, &people.treated, &people.covariates, &score, kind)?
                }
                _ => weighted_difference(people, &weights, method)?,
            };
            Ok(ComparedGroups::weighted(effect, weights, Some(score)))
        }
        DesignSpec::EntropyBalancing => {
            let found = entropy_balance(&people.treated, &people.covariates, target(spec.estimand)?)?;
            let effect = weighted_difference(people, &found.weights, method)?;
            Ok(ComparedGroups::weighted(effect, found.weights, None))
        }
        DesignSpec::DoublyRobust => doubly_robust_effect(spec, people),
        _ => Err(EvaluationError::Option { what: "this design does not compare people one by one" }),
    }
}

impl ComparedGroups {
    fn weighted(effect: Effect, weights: Vec<f64>, score: Option<LogisticFit>) -> ComparedGroups {
        ComparedGroups {
            effect,
            weights: Some(weights),
            matches: None,
            score,
            left_out: Vec::new(),
            complier: None,
            p_value: None,
            interval: None,
        }
    }
}

/// The propensity score.
fn score(people: &Participants) -> Result<LogisticFit, EvaluationError> {
    if people.covariates.all().is_empty() {
        return Err(EvaluationError::Option { what: "this design needs covariates: add a table [covariate.NAME] for each" });
    }
    logistic(&people.treated, &people.covariates, None)
}

/// The covariance of a regression by the name in the spec.
fn covariance<'a>(people: &'a Participants, method: StandardErrorMethod) -> Result<Covariance<'a>, EvaluationError> {
    match (method, &people.clusters) {
        (StandardErrorMethod::Classical, _) => Ok(Covariance::Classical),
        (StandardErrorMethod::Robust, _) => Ok(Covariance::Hc2),
        (StandardErrorMethod::Clustered, Some(clusters)) => Ok(Covariance::Cr1(clusters)),
        _ => Err(EvaluationError::Option {
            what: "this standard error does not go with this design: see the table of standard errors in docs/evaluation.md",
        }),
    }
}

/// The weighted difference of means, with a covariance by its name in the spec.
fn weighted_difference(people: &Participants, weights: &[f64], method: StandardErrorMethod) -> Result<Effect, EvaluationError> {
    difference_of_means(&people.outcome, &people.treated, Some(weights), covariance(people, method)?)
}

/// Whose effect weights or a model are for.
fn target(estimand: EstimandSpec) -> Result<Estimand, EvaluationError> {
    match estimand {
        EstimandSpec::Att => Ok(Estimand::Treated),
        EstimandSpec::Ate => Ok(Estimand::Everybody),
        _ => Err(EvaluationError::Option {
            what: "this design gives the effect on the treated (\"att\") or on everybody (\"ate\")",
        }),
    }
}

fn weighting(kind: WeightingSpec, estimand: EstimandSpec) -> Result<Weighting, EvaluationError> {
    match (kind, estimand) {
        (WeightingSpec::InverseProbability, EstimandSpec::Att) => Ok(Weighting::Treated),
        (WeightingSpec::InverseProbability, EstimandSpec::Ate) => Ok(Weighting::Everybody),
        (WeightingSpec::Stabilised, EstimandSpec::Ate) => Ok(Weighting::Stabilised),
        (WeightingSpec::Overlap, EstimandSpec::Ato) => Ok(Weighting::Overlap),
        _ => Err(EvaluationError::Option {
            what: "these weights give another effect: \"inverse probability\" goes with \"att\" or \"ate\", \"stabilised\" with \"ate\", \
                   \"overlap\" with \"ato\"",
        }),
    }
}

fn randomised(spec: &Spec, people: &Participants, method: StandardErrorMethod) -> Result<ComparedGroups, EvaluationError> {
    let Participants { outcome, treated, covariates, strata, received, .. } = people;
    let with_strata = || strata.as_ref().map(|strata| with_strata(covariates, strata)).transpose();
    let mut complier = None;
    let effect = match (spec.estimand, received) {
        (EstimandSpec::Complier, Some(received)) => {
            // HC2 is not defined for two stages.
            let covariance = match covariance(people, method)? {
                Covariance::Hc2 => Covariance::Hc1,
                other => other,
            };
            let columns = with_strata()?;
            let found = complier_effect(outcome, treated, received, columns.as_ref().unwrap_or(covariates), covariance)?;
            complier = Some((found.compliers, found.first_stage_f));
            let mean = mean_of(outcome, treated, false);
            Effect {
                estimate: found.estimate,
                standard_error: found.standard_error,
                standard_error_name: found.standard_error_name,
                treated_mean: mean + found.estimate,
                control_mean: mean,
                units: treated.len(),
                clusters: found.clusters,
            }
        }
        (EstimandSpec::Complier, None) => {
            return Err(EvaluationError::Option {
                what: "the effect on compliers needs to know who received the service: add `received` to [randomised]",
            });
        }
        (EstimandSpec::IntentionToTreat, _) => match (strata, covariates.all().is_empty()) {
            (Some(strata), true) if method == StandardErrorMethod::Robust => {
                intention_to_treat_stratified(outcome, treated, strata)?
            }
            (None, true) => intention_to_treat(outcome, treated, covariance(people, method)?)?,
            _ => {
                let columns = with_strata()?;
                let columns = columns.as_ref().unwrap_or(covariates);
                let names = varying_in_both(columns, treated);
                let covariance = covariance(people, method)?;
                g_computation(outcome, treated, columns, None, Interacted::Named(&names), Estimand::Everybody, covariance)?
            }
        },
        _ => {
            return Err(EvaluationError::Option {
                what: "a trial gives \"intention to treat\", or \"complier\" where not everybody received what was offered",
            });
        }
    };
    Ok(ComparedGroups { weights: None, complier, ..ComparedGroups::weighted(effect, Vec::new(), None) })
}

/// The covariates that vary among the treated and among the others. They have a slope of their own in each group (Lin 2013), and one that
/// is the same for a whole group cannot have.
fn varying_in_both<'a>(columns: &'a Columns, treated: &[bool]) -> Vec<&'a str> {
    let varies = |values: &[f64], which: bool| {
        let mut of = values.iter().zip(treated).filter(|(_, treated)| **treated == which).map(|(value, _)| *value);
        let first = of.next();
        of.any(|value| Some(value) != first)
    };
    let both = columns.all().iter().filter(|column| varies(&column.values, true) && varies(&column.values, false));
    both.map(|column| column.name.as_str()).collect()
}

/// The mean outcome of one of the two groups.
fn mean_of(outcome: &[f64], treated: &[bool], which: bool) -> f64 {
    let (sum, count) = outcome
        .iter()
        .zip(treated)
        .filter(|(_, treated)| **treated == which)
        .fold((0.0, 0.0), |(sum, count), (value, _)| (sum + value, count + 1.0));
    sum / count
}

/// More strata than this have no columns of their own.
const MOST_STRATA: usize = 500;

/// Covariates with a column for each stratum but the first.
fn with_strata(covariates: &Columns, strata: &[u64]) -> Result<Columns, EvaluationError> {
    let mut names: Vec<u64> = strata.to_vec();
    names.sort_unstable();
    names.dedup();
    if names.len() > MOST_STRATA {
        return Err(EvaluationError::Option {
            what: "there are more than 500 strata, which is too many to adjust for: leave out the covariates, or use fewer strata",
        });
    }
    let dummies = names.iter().skip(1).map(|name| {
        let values = strata.iter().map(|of| f64::from(u8::from(of == name))).collect();
        crate::columns::Column::new(format!("stratum {}", name + 1), values)
    });
    Columns::new(covariates.rows(), covariates.all().iter().cloned().chain(dummies).collect())
}

fn matched(design: &MatchingSpec, people: &Participants, method: StandardErrorMethod) -> Result<ComparedGroups, EvaluationError> {
    let score = match design.distance {
        DistanceSpec::Mahalanobis => None,
        _ => Some(score(people)?),
    };
    matched_on(design, people, score, method)
}

/// The same with a score that is there already; without one on the Mahalanobis distance.
fn matched_on(
    design: &MatchingSpec,
    people: &Participants,
    score: Option<LogisticFit>,
    method: StandardErrorMethod,
) -> Result<ComparedGroups, EvaluationError> {
    let line: Vec<f64> = match (&score, design.distance) {
        (Some(score), DistanceSpec::Propensity) => score.probabilities(),
        (Some(score), _) => score.log_odds.clone(),
        (None, _) => Vec::new(),
    };
    let rules = Rules {
        distance: if score.is_some() { Distance::Score(&line) } else { Distance::Mahalanobis(&people.covariates) },
        caliper: design.caliper.map(|caliper| match (caliper, &score) {
            (CaliperSpec::Absolute(width), _) | (CaliperSpec::Deviations(width), None) => Width::Absolute(width),
            (CaliperSpec::Deviations(width), Some(_)) => Width::OverallDeviations(width),
        }),
        covariate_calipers: &[],
        strata: people.strata.as_deref(),
        ratio: design.ratio,
        replacement: design.replacement,
        order: if score.is_some() { Order::LargestFirst } else { Order::ClosestFirst },
    };
    let matches = match_nearest(&people.treated, &people.keys, &rules)?;
    let effect = match method {
        StandardErrorMethod::AbadieImbens => {
            let on = if line.is_empty() {
                return Err(EvaluationError::Option {
                    what: "the standard error \"abadie-imbens\" is for matching on a score: use \"pair\" with a Mahalanobis distance",
                });
            } else {
                &line
            };
            abadie_imbens(&people.outcome, &people.treated, &people.keys, on, &matches, 1)?
        }
        StandardErrorMethod::Pair => {
            // Everybody without a pair has a weight of 0, and a set of its own.
            let own = people.treated.len() as u64;
            let sets: Vec<u64> =
                matches.sets()?.into_iter().enumerate().map(|(row, set)| set.unwrap_or(own + row as u64)).collect();
            difference_of_means(&people.outcome, &people.treated, Some(&matches.weights), Covariance::Cr1(&sets))?
        }
        _ => weighted_difference(people, &matches.weights, method)?,
    };
    let left_out = matches.outside_support.iter().chain(&matches.none_left).copied().collect();
    let weights = matches.weights.clone();
    Ok(ComparedGroups { matches: Some(matches), left_out, ..ComparedGroups::weighted(effect, weights, score) })
}

fn doubly_robust_effect(spec: &Spec, people: &Participants) -> Result<ComparedGroups, EvaluationError> {
    let target = target(spec.estimand)?;
    let score = score(people)?;
    let probabilities = score.probabilities();
    let predicted = match spec.outcome.unit {
        OutcomeUnit::People => {
            let outcome: Vec<bool> = people.outcome.iter().map(|value| *value == 1.0).collect();
            predicted_logistic(&outcome, &people.treated, &people.covariates, Interacted::All)?
        }
        _ => predicted_linear(&people.outcome, &people.treated, &people.covariates, Interacted::All)?,
    };
    let effect = doubly_robust(&people.outcome, &people.treated, &probabilities, &predicted, target)?;
    let kind = if target == Estimand::Treated { Weighting::Treated } else { Weighting::Everybody };
    let weights = score_weights(&people.treated, &probabilities, kind)?.weights;
    Ok(ComparedGroups::weighted(effect, weights, Some(score)))
}

/// What a comparison without any design says: the difference of means, with unequal variances.
pub(super) fn naive(people: &Participants) -> Result<Effect, EvaluationError> {
    difference_of_means(&people.outcome, &people.treated, None, Covariance::Hc2)
}

/// A regression on the same covariates with the weights of the comparison, and the classical standard error that the robustness value
/// is defined with.
pub(super) fn adjusted(people: &Participants, weights: Option<&[f64]>) -> Result<Effect, EvaluationError> {
    regression_adjusted(&people.outcome, &people.treated, &people.covariates, weights, Covariance::Classical)
}
