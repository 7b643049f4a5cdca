//! An evaluation for other programs.

use schemars::JsonSchema;
use serde::Serialize;

use super::{EvaluationReport, RegistrationState};
use crate::machine_readable::{JsonDocument, rounded};
use evaluation::evaluate::Role;
use evaluation::evaluate::said;
use evaluation::words;

/// The whole answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EvaluationDocument {
    /// what is asked, in words
    question: String,
    /// what is counted or measured
    outcome: String,
    /// whose effect it is, in words
    estimand: &'static str,
    /// how groups were made comparable, as a sentence
    design: String,
    /// level of all intervals, from 0 to 1
    level: f64,
    /// the answer as a sentence
    found: String,
    /// every estimate that was made, the answer first
    estimates: Vec<EstimateEntry>,
    /// who is left after each step
    losses: Vec<LossEntry>,
    /// how alike the groups are; empty for designs that compare no people one by one
    balance: Vec<BalanceEntry>,
    /// effects by periods since the start; empty without a panel
    event_study: Vec<EventTimeEntry>,
    /// the naive two-way fixed effects, taken apart
    naive_parts: Vec<NaivePartEntry>,
    /// the smallest effect that would be found with a power of 80%, in the unit of the outcome
    minimum_detectable: Option<f64>,
    /// how strong something unseen would have to be
    sensitivity: Vec<SensitivityEntry>,
    /// sentences
    can_be_said: Vec<String>,
    /// sentences
    cannot_be_said: Vec<String>,
    /// whether the question was asked beforehand
    registration: RegistrationEntry,
    /// further sentences
    notes: Vec<String>,
}

/// One estimate. Effects are in the unit of the outcome: shares for people, pounds, or the column's own unit.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EstimateEntry {
    /// answer, naive, subgroup, negative control, placebo or part
    role: &'static str,
    /// what it is
    what: String,
    /// the estimate
    effect: Option<f64>,
    /// its standard error
    standard_error: Option<f64>,
    /// lower end of the interval
    low: Option<f64>,
    /// upper end of the interval
    high: Option<f64>,
    /// two-sided
    p_value: Option<f64>,
    /// corrected for the number of subgroups (Holm)
    corrected_p_value: Option<f64>,
    /// mean of the treated
    treated_mean: Option<f64>,
    /// mean of those they are compared with
    comparison_mean: Option<f64>,
    /// treated people or units it rests on
    treated: usize,
    /// people or units they are compared with
    comparison: usize,
    /// how the standard error was worked out
    method: String,
}

/// Who is left after a step.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct LossEntry {
    /// what the step asks
    step: String,
    /// treated people left
    treated: usize,
    /// others left
    comparison: usize,
}

/// Standardised differences of one covariate, in standard deviations.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct BalanceEntry {
    /// its name
    covariate: String,
    /// before the comparison
    before: Option<f64>,
    /// in the comparison
    after: Option<f64>,
    /// variance of the treated over that of the others, after
    variance_ratio: Option<f64>,
    /// largest difference of the distributions (Kolmogorov-Smirnov), after
    distribution_distance: Option<f64>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct EventTimeEntry {
    /// periods since the start; below 0 before it
    since_start: i64,
    /// the estimate
    effect: Option<f64>,
    /// its standard error
    standard_error: Option<f64>,
    /// lower end of the interval
    low: Option<f64>,
    /// upper end of the interval
    high: Option<f64>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NaivePartEntry {
    /// which units are compared
    what: String,
    /// its weight; weights add up to 1
    weight: Option<f64>,
    /// what it says
    effect: Option<f64>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct SensitivityEntry {
    /// the name of the figure
    name: String,
    /// the figure
    value: Option<f64>,
    /// what it says
    words: String,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
struct RegistrationEntry {
    /// the spec was registered before the data were there
    registered: bool,
    /// the spec is as it was registered; null where it was not
    unchanged: Option<bool>,
    /// lines that differ from what was registered
    difference: Vec<String>,
    /// SHA-256 of the spec
    spec_sha256: String,
    /// SHA-256 of the table
    table_sha256: String,
    /// how often this table was evaluated beside this spec
    runs: usize,
    /// with how many versions of the spec
    specs: usize,
}

impl JsonDocument for EvaluationDocument {
    const SCHEMA: &'static str = "wellspent-evaluate/1";
    const COMMAND: &'static str = "wellspent evaluate --json";
}

impl EvaluationReport {
    /// The report for other programs.
    #[must_use]
    pub fn document(&self) -> EvaluationDocument {
        let found = &self.evaluation;
        let estimates = found.estimates.iter().map(|estimate| EstimateEntry {
            role: match estimate.role {
                Role::Answer => "answer",
                Role::Naive => "naive",
                Role::Subgroup => "subgroup",
                Role::NegativeControl => "negative control",
                Role::Placebo => "placebo",
                Role::Part => "part",
            },
            what: estimate.what.clone(),
            effect: rounded(estimate.effect),
            standard_error: rounded(estimate.standard_error),
            low: rounded(estimate.low),
            high: rounded(estimate.high),
            p_value: rounded(estimate.p_value),
            corrected_p_value: estimate.corrected_p_value.and_then(rounded),
            treated_mean: estimate.means.and_then(|means| rounded(means.0)),
            comparison_mean: estimate.means.and_then(|means| rounded(means.1)),
            treated: estimate.treated,
            comparison: estimate.comparison,
            method: estimate.method.clone(),
        });
        let balance = found.balance.iter().flat_map(|pair| {
            pair.before.covariates.iter().zip(&pair.after.covariates).map(|(before, after)| BalanceEntry {
                covariate: after.name.clone(),
                before: rounded(before.standardised),
                after: rounded(after.standardised),
                variance_ratio: after.variance_ratio.and_then(rounded),
                distribution_distance: rounded(after.distribution_distance),
            })
        });
        let panel = found.panel.iter();
        EvaluationDocument {
            question: found.question.clone(),
            outcome: found.outcome.clone(),
            estimand: words::estimand(found.estimand),
            design: found.design.clone(),
            level: found.level,
            found: said::found(found),
            estimates: estimates.collect(),
            losses: found
                .losses
                .iter()
                .map(|loss| LossEntry { step: loss.step.clone(), treated: loss.treated, comparison: loss.comparison })
                .collect(),
            balance: balance.collect(),
            event_study: panel
                .clone()
                .flat_map(|panel| &panel.event_study)
                .map(|at| EventTimeEntry {
                    since_start: at.since_start,
                    effect: rounded(at.effect),
                    standard_error: rounded(at.standard_error),
                    low: rounded(at.low),
                    high: rounded(at.high),
                })
                .collect(),
            naive_parts: panel
                .flat_map(|panel| &panel.parts)
                .map(|part| NaivePartEntry {
                    what: part.what.clone(),
                    weight: rounded(part.weight),
                    effect: rounded(part.effect),
                })
                .collect(),
            minimum_detectable: found.minimum_detectable.and_then(|least| rounded(least.effect)),
            sensitivity: found
                .sensitivity
                .iter()
                .map(|figure| SensitivityEntry {
                    name: figure.name.clone(),
                    value: rounded(figure.value),
                    words: figure.words.clone(),
                })
                .collect(),
            can_be_said: said::can_be_said(found),
            cannot_be_said: said::cannot_be_said(found, self.randomised),
            registration: RegistrationEntry {
                registered: self.registration.state != RegistrationState::NotRegistered,
                unchanged: match &self.registration.state {
                    RegistrationState::Registered { unchanged, .. } => Some(*unchanged),
                    RegistrationState::NotRegistered => None,
                },
                difference: self.registration.difference().to_vec(),
                spec_sha256: self.registration.spec_sha256.clone(),
                table_sha256: self.registration.table_sha256.clone(),
                runs: self.registration.runs,
                specs: self.registration.specs,
            },
            notes: self.remarks(),
        }
    }
}
