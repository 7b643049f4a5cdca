//! The answer of a survival design: the share in whom the event has happened by a time, and how fast it comes.

use base::day::Day;
use base::english::counted;
use base::statistics::normal_quantile;

use super::refused::{Refused, refused};
use super::result::{EstimatedEffect, EvaluationResult, OutcomeCurve, Role};
use crate::columns::{Column, Columns};
use crate::error::EvaluationError;
use crate::sample::{Sample, sample};
use crate::spec::{OutcomeSource, OutcomeSpec, OutcomeUnit, Spec, StandardErrorMethod, SurvivalMethod, SurvivalSpec};
use crate::survival::FollowUp;
use crate::survival::cox::{CoxCovariance, CoxOptions, Ties, cox};
use crate::survival::cumulative_incidence::{IncidenceStep, cumulative_incidence};
use crate::survival::kaplan_meier::kaplan_meier;
use crate::survival::log_rank::log_rank;
use crate::survival::proportionality::{TimeScale, proportionality};
use crate::table::{EvaluationTable, is_empty, same_value};
use crate::words;

/// How long everybody was watched, and what ended it: 0 nothing, 1 the event, 2 and above events that compete with it.
struct Watched {
    time: Vec<f64>,
    cause: Vec<usize>,
    causes: usize,
    treated: Vec<bool>,
}

/// The people of one of the two groups.
struct GroupTimes {
    time: Vec<f64>,
    cause: Vec<usize>,
}

impl GroupTimes {
    fn of(watched: &Watched, which: bool) -> GroupTimes {
        let rows: Vec<usize> = (0..watched.time.len()).filter(|row| watched.treated[*row] == which).collect();
        GroupTimes {
            time: rows.iter().map(|row| watched.time[*row]).collect(),
            cause: rows.iter().map(|row| watched.cause[*row]).collect(),
        }
    }

    /// The longest time that anybody was watched.
    fn last(&self) -> f64 {
        self.time.iter().copied().fold(0.0, f64::max)
    }
}

/// The answer of a survival design.
pub(super) fn of_times(
    spec: &Spec,
    design: &SurvivalSpec,
    table: &EvaluationTable,
    today: Day,
) -> Result<EvaluationResult, Refused> {
    // The outcome column says what happened and is no number; the time is what the sample needs of everybody.
    let of_time =
        OutcomeSpec { source: OutcomeSource::Column(design.time.clone()), unit: OutcomeUnit::Number, ..spec.outcome.clone() };
    let sample = sample(&Spec { outcome: of_time, ..spec.clone() }, table, today)?;
    let told = |of: &'static str| {
        let sample = &sample;
        move |error| refused(error, sample, of)
    };
    let watched = watched(spec, design, table, &sample)?;
    let groups = [true, false].map(|which| GroupTimes::of(&watched, which));
    let by = groups.iter().map(GroupTimes::last).fold(f64::INFINITY, f64::min);
    let steps = |group: &GroupTimes| cumulative_incidence(None, &group.time, &group.cause, watched.causes);
    let steps = [steps(&groups[0]), steps(&groups[1])].map(|steps| steps.map_err(told("the share with the event")));
    let [treated_steps, other_steps] = steps;
    let steps = [treated_steps?, other_steps?];
    let at = |steps: &[IncidenceStep]| {
        steps.iter().rfind(|step| step.time <= by).map_or((0.0, 0.0), |step| (step.incidence[0], step.standard_error[0]))
    };
    let (treated, others) = (at(&steps[0]), at(&steps[1]));
    let (effect, error) = (treated.0 - others.0, treated.1.hypot(others.1));
    let answer = EstimatedEffect {
        means: Some((treated.0, others.0)),
        treated: sample.treated_count(),
        comparison: sample.comparison_count(),
        ..EstimatedEffect::plain(
            Role::Answer,
            &spec.outcome.name,
            (effect, error),
            spec.level,
            "Aalen-Johansen, by the delta method".to_owned(),
        )
    };
    let mut notes = sample.notes.clone();
    notes.push(format!(
        "Shares are those with the event by time {}, the longest that both groups were watched.{}",
        words::value(OutcomeUnit::Number, by),
        if watched.causes > 1 {
            " Other events compete with it: whoever has one of them can no longer have this one, and does not count as a success."
        } else {
            ""
        }
    ));
    if watched.causes > 1 {
        let other = watched.cause.iter().filter(|cause| **cause > 1).count();
        notes.push(format!(
            "{} one of {}: every word in the outcome column that is neither `{}` nor 0 is one.",
            counted(other as i64, "person had", "people had"),
            counted(watched.causes as i64 - 1, "kind of competing event", "kinds of competing events"),
            design.event
        ));
    }
    if !sample.covariates.all().is_empty() {
        notes.push("The shares are not adjusted for the covariates. The hazard ratio of a Cox model is.".to_owned());
    }
    notes.extend(speed(spec, design, &watched, &sample).map_err(told("the speed of events"))?);
    let mut curves = Vec::new();
    for ((group, steps), name) in groups.iter().zip(&steps).zip(["treated", "comparison"]) {
        let points = if watched.causes == 1 {
            let event: Vec<bool> = group.cause.iter().map(|cause| *cause == 1).collect();
            let follow_up = FollowUp { entry: None, exit: &group.time, event: &event };
            let curve = kaplan_meier(follow_up, spec.level).map_err(told("the curves"))?;
            curve.steps.iter().map(|step| [step.time, step.survival, step.lower, step.upper]).collect()
        } else {
            // Whoever had a competing event can no longer have this one, and stays without it.
            let half = normal_quantile(0.5 + spec.level / 2.0);
            let point = |step: &IncidenceStep| {
                let (share, error) = (1.0 - step.incidence[0], half * step.standard_error[0]);
                [step.time, share, (share - error).max(0.0), (share + error).min(1.0)]
            };
            steps.iter().map(point).collect()
        };
        curves.push(OutcomeCurve { name: name.to_owned(), points });
    }
    // Shares of people, whatever unit the times have.
    let of_people = Spec { outcome: OutcomeSpec { unit: OutcomeUnit::People, ..spec.outcome.clone() }, ..spec.clone() };
    Ok(EvaluationResult {
        losses: sample.losses.clone(),
        curves,
        notes,
        estimates: vec![answer.clone()],
        ..EvaluationResult::of(&of_people, &answer)
    })
}

fn watched(spec: &Spec, design: &SurvivalSpec, table: &EvaluationTable, sample: &Sample) -> Result<Watched, Refused> {
    let OutcomeSource::Column(column) = &spec.outcome.source else {
        let fix = "name the column with what happened, such as column = \"event\"";
        return Err(table.fault("", &[], "a survival design needs the outcome in a column", "a column", fix).into());
    };
    let text = table.text(column)?;
    let mut others: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    let of_value: Vec<usize> = text
        .values
        .iter()
        .map(|value| match value.trim() {
            value if same_value(value, &design.event) => 1,
            value if same_value(value, "0") => 0,
            value => {
                let next = others.len() + 2;
                *others.entry(value).or_insert(next)
            }
        })
        .collect();
    let empty: Vec<usize> =
        sample.table_rows.iter().copied().filter(|row| is_empty(&text.values[text.rows[*row] as usize])).collect();
    if !empty.is_empty() {
        let fix = "write 0 for whoever was watched to the end without an event";
        return Err(table.fault(column, &empty, "what happened is not said", "the event, another event, or 0", fix).into());
    }
    let cause: Vec<usize> = sample.table_rows.iter().map(|row| of_value[text.rows[*row] as usize]).collect();
    if !cause.contains(&1) {
        let expected = format!("`{}` in some rows", design.event);
        let fix = "correct `event` under [survival], or the cells";
        return Err(table.fault(column, &[], "the event happened to nobody", &expected, fix).into());
    }
    Ok(Watched { time: sample.outcome.clone(), causes: others.len() + 1, cause, treated: sample.treated.clone() })
}

/// How fast the event comes: the log-rank test, or a hazard ratio.
fn speed(spec: &Spec, design: &SurvivalSpec, watched: &Watched, sample: &Sample) -> Result<Vec<String>, EvaluationError> {
    let event: Vec<bool> = watched.cause.iter().map(|cause| *cause == 1).collect();
    let follow_up = FollowUp { entry: None, exit: &watched.time, event: &event };
    let group: Vec<usize> = watched.treated.iter().map(|treated| usize::from(*treated)).collect();
    let test = log_rank(follow_up, &group, None)?;
    let mut out =
        vec![format!("Log-rank test of the two curves: chi-squared {:.3}, p-value {:.4}.", test.chi_squared, test.p_value)];
    if design.method == SurvivalMethod::LogRank {
        return Ok(out);
    }
    let covariance = match spec.standard_error.method {
        StandardErrorMethod::Robust => CoxCovariance::Robust,
        _ => CoxCovariance::Information,
    };
    let treated = watched.treated.iter().map(|treated| f64::from(u8::from(*treated))).collect();
    let columns = std::iter::once(Column::new("treated", treated)).chain(sample.covariates.all().iter().cloned()).collect();
    let columns = Columns::new(watched.time.len(), columns)?;
    let options = CoxOptions { ties: Ties::Efron, strata: None, covariance };
    let fit = cox(follow_up, &columns, options)?;
    let (log_ratio, error) = (fit.coefficients[0], fit.standard_error(0));
    let half = normal_quantile(0.5 + spec.level / 2.0) * error;
    out.push(format!(
        "Hazard ratio of the treated: {:.3} ({} interval {:.3} to {:.3}; {}). Above 1 the event comes faster.",
        log_ratio.exp(),
        words::level(spec.level),
        (log_ratio - half).exp(),
        (log_ratio + half).exp(),
        fit.covariance_name
    ));
    if let Ok(tests) = proportionality(follow_up, &columns, options, &fit, TimeScale::KaplanMeier)
        && let Some(treated) = tests.first()
    {
        out.push(format!(
            "Test that the ratio is the same all the time: p-value {:.3}. Where it is small, one ratio does not describe the difference.",
            treated.p_value
        ));
    }
    Ok(out)
}
