//! The answer of a design that compares people, and what stands beside it: the naive difference, balance, overlap, subgroups, negative
//! controls, and how strong something unseen would have to be.

use std::sync::Arc;

use base::day::Day;

use super::people::{ComparedGroups, Participants, compare, in_the_other_order, naive};
use super::refused::{Refused, refused};
use super::result::{BalancePair, EstimatedEffect, EvaluationResult, Overlap, Role};
use super::unseen;
use crate::balance::{Deviation, balance};
use crate::coarsened_exact::Bins;
use crate::distributions::{student_t_quantile, student_t_tails};
use crate::effects::Effect;
use crate::error::EvaluationError;
use crate::multiple_testing::{Adjustment, adjusted};
use crate::sample::{Loss, Sample, sample};
use crate::spec::{DesignSpec, EstimandSpec, OutcomeUnit, RandomisedSpec, Spec, StandardErrorMethod, SubgroupSpec};
use crate::table::{EvaluationTable, same_value};
use crate::words;

/// Equal parts of 0 to 1 in which propensity scores are counted.
const PARTS: usize = 20;

/// The answer of a design that compares people.
pub(super) fn of_people(spec: &Spec, table: &EvaluationTable, today: Day) -> Result<EvaluationResult, Refused> {
    let sample = sample(spec, table, today)?;
    let people = people(spec, table, &sample)?;
    let told = |of: &'static str| {
        let sample = &sample;
        move |error| refused(error, sample, of)
    };
    clusters_enough(spec, &people).map_err(told("the standard error"))?;
    let found = compare(spec, &people).map_err(told("the answer"))?;
    spread(&found).map_err(told("the answer"))?;
    let answer = estimate(spec, &people, &found, Role::Answer, &spec.outcome.name);
    let unadjusted = naive(&people).map_err(told("the difference without any design"))?;
    let mut estimates = vec![answer.clone(), plain(spec, &unadjusted, &people)];
    estimates.extend(subgroups(spec, table, &sample, &people)?);
    estimates.extend(negative_controls(spec, table, &sample, &people)?);

    let mut losses = sample.losses.clone();
    let (treated, comparison) = in_comparison(&people, &found);
    losses.push(Loss { step: "in the comparison".to_owned(), treated, comparison });
    let deviation = if spec.estimand == EstimandSpec::Att { Deviation::Treated } else { Deviation::Pooled };
    let balance = match people.covariates.all().is_empty() {
        true => None,
        false => {
            let of = |weights: Option<&[f64]>| {
                balance(&people.covariates, &people.treated, weights, deviation).map_err(told("the balance of the covariates"))
            };
            Some(BalancePair { before: of(None)?, after: of(found.weights.as_deref())? })
        }
    };
    let taken = found.matches.as_ref().map_or(0, |matches| matches.none_left.len());
    let who_is_left =
        (!found.left_out.is_empty()).then(|| words::who_is_left(found.left_out.len(), taken, sample.treated_count()));
    let mut notes = sample.notes.clone();
    notes.extend(ties(spec, &people, &found));
    notes.extend(found.complier.map(words::complier));
    if let Some(balance) = &balance {
        notes.extend(words::balance_note(&balance.after));
    }
    Ok(EvaluationResult {
        losses,
        who_is_left,
        balance,
        overlap: found.score.as_ref().map(|score| overlap(&people.treated, &score.probabilities())),
        sensitivity: unseen::figures(spec, &people, &found, &answer),
        estimates,
        notes,
        ..EvaluationResult::of(spec, &answer)
    })
}

/// A standard error of 0 says that nobody differs, and would make any effect certain.
fn spread(found: &ComparedGroups) -> Result<(), EvaluationError> {
    let error = found.effect.standard_error;
    match error.is_finite() && error > 0.0 {
        true => Ok(()),
        false => Err(EvaluationError::Option {
            what: "everybody in a group has the same outcome, so that there is no standard error and nothing to tell chance from",
        }),
    }
}

/// How far the answer moves where people who are equally near are taken in the other order; nothing where it does not move.
fn ties(spec: &Spec, people: &Participants, found: &ComparedGroups) -> Option<String> {
    let other = in_the_other_order(spec, people, found)?;
    let moved = (other - found.effect.estimate).abs() > 1e-9 * found.effect.estimate.abs().max(1e-12);
    moved.then(|| {
        format!(
            "Some people are equally near, and the key decides who is taken. Taken in the other order the answer would be {}.",
            words::difference(spec.outcome.unit, other)
        )
    })
}

/// The people of a sample, with their clusters and strata.
fn people(spec: &Spec, table: &EvaluationTable, sample: &Sample) -> Result<Participants, Refused> {
    let numbers = |column: &str| -> Result<Vec<u64>, Refused> {
        Ok(sample.categories(table, column)?.0.into_iter().map(|at| at as u64).collect())
    };
    let clusters = spec.standard_error.clusters.as_deref().map(numbers).transpose()?;
    let mut received = None;
    let strata = match &spec.design {
        DesignSpec::Randomised(RandomisedSpec { strata, received: column }) => {
            if let (Some(column), Some(who)) = (column, &spec.treated) {
                let all = table.either(column, &who.is, &who.not)?;
                received = Some(sample.table_rows.iter().map(|row| all[*row]).collect());
            }
            strata.as_deref().map(numbers).transpose()?
        }
        DesignSpec::Matching(matching) => {
            let mut joined: Option<Vec<u64>> = None;
            for column in &matching.exact {
                let (places, _) = sample.categories(table, column)?;
                let so_far = joined.unwrap_or_else(|| vec![0; places.len()]);
                joined = Some(renumbered(so_far.iter().zip(&places).map(|(a, b)| (*a, *b))));
            }
            joined
        }
        _ => None,
    };
    let bins = match &spec.design {
        DesignSpec::CoarsenedExact(classes) => {
            let of = |name: &str| classes.iter().find(|class| class.column == name && !class.cuts.is_empty());
            sample
                .covariates
                .all()
                .iter()
                .map(|column| of(&column.name).map_or(Bins::Exact, |class| Bins::Limits(class.cuts.clone())))
                .collect()
        }
        _ => Vec::new(),
    };
    Ok(Participants {
        treated: sample.treated.clone(),
        outcome: sample.outcome.clone(),
        covariates: sample.covariates.clone(),
        keys: sample.keys.clone(),
        clusters,
        strata,
        received,
        bins,
    })
}

/// Numbers for pairs of numbers, the same for the same pair.
fn renumbered(pairs: impl Iterator<Item = (u64, usize)> + Clone) -> Vec<u64> {
    let mut known: Vec<(u64, usize)> = pairs.clone().collect();
    known.sort_unstable();
    known.dedup();
    pairs.map(|pair| known.binary_search(&pair).unwrap_or_default() as u64).collect()
}

/// Few clusters make a clustered standard error too small.
fn clusters_enough(spec: &Spec, people: &Participants) -> Result<(), EvaluationError> {
    if spec.standard_error.method == StandardErrorMethod::Randomisation {
        return Ok(());
    }
    let Some(clusters) = &people.clusters else { return Ok(()) };
    let mut all = clusters.clone();
    all.sort_unstable();
    all.dedup();
    match all.len() < spec.standard_error.least_clusters {
        true => Err(EvaluationError::TooFew {
            what: "clusters for a clustered standard error, which is too small with few; use \"randomisation\", or state `least_clusters`",
            needed: spec.standard_error.least_clusters,
            found: all.len(),
        }),
        false => Ok(()),
    }
}

/// An estimate with its interval. Where there are clusters, Student's t counts them; otherwise the sample is large.
fn estimate(spec: &Spec, people: &Participants, found: &ComparedGroups, role: Role, what: &str) -> EstimatedEffect {
    let effect = &found.effect;
    let (treated, comparison) = in_comparison(people, found);
    let method = words::standard_error(effect.standard_error_name, effect.clusters, &spec.standard_error);
    // Of compliers only the difference is known.
    let means = found.complier.is_none().then_some((effect.treated_mean, effect.control_mean));
    let mut made = EstimatedEffect {
        means,
        treated,
        comparison,
        ..EstimatedEffect::plain(role, what, (effect.estimate, effect.standard_error), spec.level, method)
    };
    if let Some(clusters) = effect.clusters.filter(|clusters| *clusters > 1) {
        let freedom = (clusters - 1) as f64;
        let half = student_t_quantile(0.5 + spec.level / 2.0, freedom) * effect.standard_error;
        (made.low, made.high) = (effect.estimate - half, effect.estimate + half);
        made.p_value = (2.0 * student_t_tails((effect.estimate / effect.standard_error).abs(), freedom).upper).min(1.0);
    }
    if let Some((low, high)) = found.interval {
        (made.low, made.high) = (low, high);
    }
    if let Some(p_value) = found.p_value {
        made.p_value = p_value;
    }
    made
}

fn plain(spec: &Spec, effect: &Effect, people: &Participants) -> EstimatedEffect {
    let treated = people.treated.iter().filter(|treated| **treated).count();
    let what = "difference without any design";
    let found = (effect.estimate, effect.standard_error);
    EstimatedEffect {
        means: Some((effect.treated_mean, effect.control_mean)),
        treated,
        comparison: people.treated.len() - treated,
        ..EstimatedEffect::plain(Role::Naive, what, found, spec.level, effect.standard_error_name.to_owned())
    }
}

/// How many treated and others are in the comparison.
fn in_comparison(people: &Participants, found: &ComparedGroups) -> (usize, usize) {
    let counts = |row: &usize| found.weights.as_ref().is_none_or(|weights| weights[*row] > 0.0);
    let of = |which: bool| (0..people.treated.len()).filter(|row| people.treated[*row] == which).filter(counts).count();
    (of(true), of(false))
}

/// The groups that were named before, with p-values corrected for their number.
fn subgroups(
    spec: &Spec,
    table: &EvaluationTable,
    sample: &Sample,
    people: &Participants,
) -> Result<Vec<EstimatedEffect>, Refused> {
    let mut found = Vec::new();
    for SubgroupSpec { column, is } in &spec.subgroups {
        let text = table.text(column)?;
        let inside: Vec<bool> = text.values.iter().map(|value| same_value(value, is)).collect();
        let rows: Vec<usize> =
            (0..people.treated.len()).filter(|row| inside[text.rows[sample.table_rows[*row]] as usize]).collect();
        let name = format!("{column}: {is}");
        if rows.is_empty() {
            let fix = "correct the value in the spec, or leave the subgroup out";
            return Err(table
                .fault(column, &[], "nobody has the value of a subgroup", &format!("`{is}` in some rows"), fix)
                .into());
        }
        let keys = rows.iter().map(|row| people.keys[*row]).collect();
        let members = without_constants(people.take(&rows, keys));
        let compared =
            compare(spec, &members).map_err(|error| refused(error, &sample.of_rows(&rows), &format!("the subgroup `{name}`")))?;
        spread(&compared).map_err(|error| refused(error, sample, &format!("the subgroup `{name}`")))?;
        found.push(estimate(spec, &members, &compared, Role::Subgroup, &name));
    }
    let p_values: Vec<f64> = found.iter().map(|estimate| estimate.p_value).collect();
    let corrected = adjusted(&p_values, Adjustment::Holm);
    for (estimate, p_value) in found.iter_mut().zip(corrected) {
        estimate.corrected_p_value = Some(p_value);
    }
    Ok(found)
}

/// A covariate that is the same for a whole subgroup says nothing within it.
fn without_constants(people: Participants) -> Participants {
    let varies = |values: &[f64]| values.iter().any(|value| *value != values[0]);
    let kept: Vec<usize> = (0..people.covariates.all().len()).filter(|at| varies(&people.covariates.all()[*at].values)).collect();
    if kept.len() == people.covariates.all().len() {
        return people;
    }
    let bins = match people.bins.is_empty() {
        true => Vec::new(),
        false => kept.iter().map(|at| people.bins[*at].clone()).collect(),
    };
    let columns = kept.iter().map(|at| people.covariates.all()[*at].clone()).collect();
    let covariates = crate::columns::Columns::new(people.covariates.rows(), columns).map_or(people.covariates, Arc::new);
    Participants { covariates, bins, ..people }
}

/// The same comparison for outcomes that the service cannot have changed.
fn negative_controls(
    spec: &Spec,
    table: &EvaluationTable,
    sample: &Sample,
    people: &Participants,
) -> Result<Vec<EstimatedEffect>, Refused> {
    let mut found = Vec::new();
    for column in &spec.negative_controls {
        // What is a covariate is balanced by design, and shows nothing.
        if spec.covariates.iter().any(|covariate| covariate.column == *column) {
            let fix = "take it out of the covariates, or name another negative control";
            let what = "a negative control is a covariate too, so that it is balanced by design and shows nothing";
            return Err(table.fault(column, &[], what, "an outcome that is not adjusted for", fix).into());
        }
        let outcome = sample.numbers(table, column)?;
        let binary = outcome.iter().all(|value| *value == 0.0 || *value == 1.0);
        let other = Participants { outcome, ..people.clone() };
        let unit = if binary { OutcomeUnit::People } else { OutcomeUnit::Number };
        let asked = Spec { outcome: crate::spec::OutcomeSpec { unit, ..spec.outcome.clone() }, ..spec.clone() };
        let compared =
            compare(&asked, &other).map_err(|error| refused(error, sample, &format!("the negative control `{column}`")))?;
        let made = estimate(&asked, &other, &compared, Role::NegativeControl, column);
        found.push(EstimatedEffect { unit: Some(unit), ..made });
    }
    Ok(found)
}

fn overlap(treated: &[bool], probabilities: &[f64]) -> Overlap {
    let shares = |which: bool| {
        let mut counts = vec![0.0; PARTS];
        for (_, p) in treated.iter().zip(probabilities).filter(|(treated, _)| **treated == which) {
            counts[((p * PARTS as f64) as usize).min(PARTS - 1)] += 1.0;
        }
        let total: f64 = counts.iter().sum();
        counts.into_iter().map(|count| count / total.max(1.0)).collect()
    };
    Overlap { treated: shares(true), comparison: shares(false) }
}
