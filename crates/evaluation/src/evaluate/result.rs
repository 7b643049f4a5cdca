//! What an evaluation found: the effect with its interval, everything else that was estimated, who was compared, and what could
//! still explain it.

use base::statistics::{normal_cdf, normal_quantile};

use crate::balance::Balance;
use crate::sample::Loss;
use crate::spec::{EstimandSpec, OutcomeUnit, SavingSpec, Spec};
use crate::words;

/// The whole answer.
#[derive(Clone, Debug)]
pub struct EvaluationResult {
    pub question: String,
    /// In words: "people with a proven reoffence".
    pub outcome: String,
    pub unit: OutcomeUnit,
    pub more_is_better: bool,
    pub estimand: EstimandSpec,
    /// The design, as a sentence for a reader who knows the field.
    pub design: String,
    /// The level of all intervals.
    pub level: f64,
    /// Every estimate that was made, the answer first.
    pub estimates: Vec<EstimatedEffect>,
    /// Who is left after each step, from the table to the comparison.
    pub losses: Vec<Loss>,
    /// Whom the answer is about, where that is not everybody who was treated.
    pub who_is_left: Option<String>,
    /// Before and after; nothing for designs that compare no people one by one.
    pub balance: Option<BalancePair>,
    /// How far the propensity scores of both groups overlap.
    pub overlap: Option<Overlap>,
    /// The effect that this design finds with the stated power, in the unit of the outcome.
    pub minimum_detectable: Option<MinimumDetectable>,
    pub sensitivity: Vec<UnseenFigure>,
    pub panel: Option<PanelResult>,
    pub curves: Vec<OutcomeCurve>,
    /// What is plotted against a running number: a series, an area and its synthetic twin, a score and its cut-off.
    pub lines: Option<Lines>,
    /// What one more result costs, with the interval that follows from the effect.
    pub cost_per_result: Option<CostPerResult>,
    /// What each department saves for each treated person.
    pub savings: Vec<Saving>,
    pub notes: Vec<String>,
}

impl EvaluationResult {
    /// An answer with nothing beside it yet but what follows from it: the smallest effect that would be found, cost and savings.
    pub(super) fn of(spec: &Spec, answer: &EstimatedEffect) -> EvaluationResult {
        EvaluationResult {
            question: spec.question.clone(),
            outcome: words::outcome(&spec.outcome),
            unit: spec.outcome.unit,
            more_is_better: spec.outcome.more_is_better,
            estimand: spec.estimand,
            design: words::design(spec),
            level: spec.level,
            estimates: Vec::new(),
            losses: Vec::new(),
            who_is_left: None,
            balance: None,
            overlap: None,
            minimum_detectable: (answer.standard_error > 0.0 && answer.standard_error.is_finite())
                .then(|| minimum_detectable(spec.level, answer.standard_error)),
            sensitivity: Vec::new(),
            panel: None,
            curves: Vec::new(),
            lines: None,
            cost_per_result: cost_per_result(spec, answer),
            savings: savings(spec, answer),
            notes: Vec::new(),
        }
    }
}

/// The power that the minimum detectable effect is stated for.
const POWER: f64 = 0.8;

/// The effect that would be found four times in five, at the level of the interval.
fn minimum_detectable(level: f64, standard_error: f64) -> MinimumDetectable {
    let effect = (normal_quantile(0.5 + level / 2.0) + normal_quantile(POWER)) * standard_error;
    MinimumDetectable { effect, power: POWER }
}

/// What one more result costs.
fn cost_per_result(spec: &Spec, answer: &EstimatedEffect) -> Option<CostPerResult> {
    let cost = spec.cost_each?;
    if spec.outcome.unit != OutcomeUnit::People {
        return None;
    }
    let sign = if spec.outcome.more_is_better { 1.0 } else { -1.0 };
    let (effect, mut ends) = (sign * answer.effect, [sign * answer.low, sign * answer.high]);
    ends.sort_by(f64::total_cmp);
    let [least, most] = ends;
    (effect > 0.0).then(|| CostPerResult {
        pounds: cost / effect,
        low: cost / most,
        high: (least > effect / 20.0).then(|| cost / least),
    })
}

/// What each department saves for each treated person.
fn savings(spec: &Spec, answer: &EstimatedEffect) -> Vec<Saving> {
    // A saving is for each result, and only people have results.
    if spec.outcome.unit != OutcomeUnit::People {
        return Vec::new();
    }
    let sign = if spec.outcome.more_is_better { 1.0 } else { -1.0 };
    let of = |saving: &SavingSpec| {
        let mut ends = [sign * answer.low * saving.each, sign * answer.high * saving.each];
        ends.sort_by(f64::total_cmp);
        Saving { department: saving.department.clone(), each: sign * answer.effect * saving.each, low: ends[0], high: ends[1] }
    };
    spec.savings.iter().map(of).collect()
}

/// What an estimate is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The answer that the spec asks for.
    Answer,
    /// What a comparison without any design would say.
    Naive,
    /// A group that was named before.
    Subgroup,
    /// An outcome that the service cannot have changed.
    NegativeControl,
    /// The same question asked of another time or place, where nothing can have happened.
    Placebo,
    /// A part of the answer, such as the effect in one year.
    Part,
}

/// One estimate.
#[derive(Clone, Debug, PartialEq)]
pub struct EstimatedEffect {
    pub role: Role,
    /// What it is: "women", "people with a proven reoffence before".
    pub what: String,
    /// The effect, in the unit of the outcome: shares for people, pounds, or the column's own unit.
    pub effect: f64,
    pub standard_error: f64,
    pub low: f64,
    pub high: f64,
    /// Two-sided.
    pub p_value: f64,
    /// The same, corrected for the number of subgroups (Holm 1979); nothing where nothing had to be corrected.
    pub corrected_p_value: Option<f64>,
    /// The mean of the treated, and of those they are compared with; nothing where the design has no such means.
    pub means: Option<(f64, f64)>,
    /// How many treated and others it rests on.
    pub treated: usize,
    pub comparison: usize,
    /// How the standard error was worked out, with the number of clusters.
    pub method: String,
    /// The unit, where it is not that of the answer.
    pub unit: Option<OutcomeUnit>,
}

impl EstimatedEffect {
    /// An estimate with the interval of a large sample, without means.
    pub(super) fn plain(
        role: Role,
        what: &str,
        (effect, standard_error): (f64, f64),
        level: f64,
        method: String,
    ) -> EstimatedEffect {
        let half = normal_quantile(0.5 + level / 2.0) * standard_error;
        EstimatedEffect {
            role,
            what: what.to_owned(),
            effect,
            standard_error,
            low: effect - half,
            high: effect + half,
            p_value: (2.0 * normal_cdf(-(effect / standard_error).abs())).min(1.0),
            corrected_p_value: None,
            means: None,
            treated: 0,
            comparison: 0,
            method,
            unit: None,
        }
    }

    /// Whether the interval leaves out no effect.
    pub fn leaves_out_zero(&self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Balance before and after.
#[derive(Clone, Debug)]
pub struct BalancePair {
    pub before: Balance,
    pub after: Balance,
}

/// A histogram of propensity scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// The share of the treated in each of the equal parts of 0 to 1.
    pub treated: Vec<f64>,
    /// The share of the others.
    pub comparison: Vec<f64>,
}

/// The smallest effect that would be found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MinimumDetectable {
    pub effect: f64,
    /// The chance of finding it, such as 0.8.
    pub power: f64,
}

/// One figure on what could still explain the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct UnseenFigure {
    /// The field's name for it: "Rosenbaum bound".
    pub name: String,
    pub value: f64,
    /// What the figure says, as a sentence.
    pub words: String,
}

/// What a panel says beside the answer.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelResult {
    /// Effects by periods since the start: below 0 they show whether both groups went the same way before.
    pub event_study: Vec<EventTime>,
    /// The naive two-way fixed effects, taken apart (Goodman-Bacon 2021).
    pub parts: Vec<NaivePart>,
    /// What the naive estimate is in all.
    pub naive: Option<f64>,
    /// The test that nothing happened before the start: chi-squared, its degrees of freedom, and the p-value.
    pub before: Option<(f64, usize, f64)>,
}

/// The effect so many periods after the start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventTime {
    pub since_start: i64,
    pub effect: f64,
    pub standard_error: f64,
    pub low: f64,
    pub high: f64,
}

/// One kind of comparison in two-way fixed effects.
#[derive(Clone, Debug, PartialEq)]
pub struct NaivePart {
    pub what: String,
    pub weight: f64,
    pub effect: f64,
}

/// A curve of a share over time.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeCurve {
    pub name: String,
    /// Time, share, and the ends of its interval.
    pub points: Vec<[f64; 4]>,
}

/// Lines over a running number.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// What the running number is.
    pub axis: String,
    /// Where the service began, or the cut-off.
    pub from: f64,
    /// What was seen.
    pub seen: Vec<(f64, f64)>,
    /// What would have been seen without the service.
    pub without: Vec<(f64, f64)>,
}

/// What one more result costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CostPerResult {
    pub pounds: f64,
    /// The ends of the interval; nothing above where the effect may be none or next to none, because the cost then has no upper end.
    pub low: f64,
    pub high: Option<f64>,
}

/// What a department saves.
#[derive(Clone, Debug, PartialEq)]
pub struct Saving {
    pub department: String,
    /// In pounds for each treated person, with the ends of its interval.
    pub each: f64,
    pub low: f64,
    pub high: f64,
}
