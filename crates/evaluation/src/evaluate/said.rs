//! The sentences about an answer: what was found, and what it does and does not show. "Not significant" is never all that they say.

use super::result::{EstimatedEffect, EvaluationResult, Role};
use crate::balance::Light;
use crate::spec::{EstimandSpec, OutcomeUnit};
use crate::words;
use base::english::capitalised;

/// What was found, with its comparison and its interval.
pub fn found(evaluation: &EvaluationResult) -> String {
    let Some(answer) = evaluation.estimates.iter().find(|estimate| estimate.role == Role::Answer) else { return String::new() };
    let unit = evaluation.unit;
    let interval = format!("{} interval {}", words::level(evaluation.level), words::interval(unit, answer.low, answer.high));
    let amount = match unit {
        OutcomeUnit::People => capitalised(&evaluation.outcome),
        _ => format!("{}, on average", capitalised(&evaluation.outcome)),
    };
    let compared = match answer.means {
        Some((treated, others))
            if evaluation.estimand == EstimandSpec::Att || evaluation.estimand == EstimandSpec::IntentionToTreat =>
        {
            format!(
                "{amount}: {} of those treated and {} of those they are compared with. That is {} ({interval}).",
                words::value(unit, treated),
                words::value(unit, others),
                moved(unit, answer.effect)
            )
        }
        Some((treated, others)) => format!(
            "{amount}: {} if everybody had been treated and {} if nobody had. That is {} ({interval}).",
            words::value(unit, treated),
            words::value(unit, others),
            moved(unit, answer.effect)
        ),
        None => format!("{amount}: {} than without the service ({interval}).", moved(unit, answer.effect)),
    };
    let meaning = match (answer.leaves_out_zero(), (answer.effect > 0.0) == evaluation.more_is_better) {
        _ if !doubts(evaluation).is_empty() => "But the comparison is not to be trusted, as said below.",
        (false, _) => "The data do not show whether the service helped, changed nothing or harmed.",
        (true, true) => "That is better.",
        (true, false) => "That is worse.",
    };
    let nearly = match answer.leaves_out_zero() && answer.low.abs().min(answer.high.abs()) < 0.05 * answer.effect.abs() {
        true => " It can only just be told from no effect.",
        false => "",
    };
    format!("{compared} {meaning}{nearly}")
}

/// Why the comparison is not to be trusted, whatever it shows; nothing where nothing speaks against it.
pub fn doubts(evaluation: &EvaluationResult) -> Vec<String> {
    let moved =
        evaluation.estimates.iter().filter(|estimate| estimate.role == Role::NegativeControl && estimate.leaves_out_zero());
    let mut out: Vec<String> = moved
        .map(|estimate| {
            format!(
                "An effect shows on `{}`, which the service cannot have changed. The groups differ in something that was not recorded.",
                estimate.what
            )
        })
        .collect();
    // What is small beside the answer cannot explain it.
    let answer = evaluation.estimates.first().map_or(0.0, |answer| answer.effect.abs());
    let is_large = |estimate: &&EstimatedEffect| estimate.leaves_out_zero() && 2.0 * estimate.effect.abs() >= answer;
    let earlier = evaluation.estimates.iter().filter(|estimate| estimate.role == Role::Placebo).filter(is_large);
    out.extend(earlier.map(|estimate| {
        format!("An effect shows {}, before it began. So what came after the start may have other causes.", estimate.what)
    }));
    if let Some(balance) = &evaluation.balance
        && balance.after.light() == Light::Red
    {
        out.extend(words::balance_note(&balance.after));
    }
    if let Some((_, _, p_value)) = evaluation.panel.as_ref().and_then(|panel| panel.before)
        && p_value < 0.01
    {
        out.push(
            "The units did not go the same way before the start, so that what came after it may have other causes.".to_owned(),
        );
    }
    out
}

/// "3.2 percentage points less", "£1,794 more".
fn moved(unit: OutcomeUnit, by: f64) -> String {
    format!("{} {}", words::difference(unit, by.abs()), if by < 0.0 { "less" } else { "more" })
}

/// What can be said.
pub fn can_be_said(evaluation: &EvaluationResult) -> Vec<String> {
    let Some(answer) = evaluation.estimates.iter().find(|estimate| estimate.role == Role::Answer) else { return Vec::new() };
    let unit = evaluation.unit;
    let doubts = doubts(evaluation);
    if !doubts.is_empty() {
        return doubts;
    }
    let mut out =
        vec![format!("The best estimate of {} is {}.", words::estimand(evaluation.estimand), moved(unit, answer.effect))];
    out.push(format!(
        "Effects from {} fit the data at the {} level.",
        words::interval(unit, answer.low, answer.high),
        words::level(evaluation.level)
    ));
    if let Some(least) = evaluation.minimum_detectable {
        out.push(format!(
            "With data like these an effect of {} would be found {:.0} times in 100.",
            words::difference(unit, least.effect.abs()),
            100.0 * least.power
        ));
    }
    out
}

/// What cannot be said.
pub fn cannot_be_said(evaluation: &EvaluationResult, randomised: bool) -> Vec<String> {
    let Some(answer) = evaluation.estimates.iter().find(|estimate| estimate.role == Role::Answer) else { return Vec::new() };
    let mut out = Vec::new();
    if !answer.leaves_out_zero() {
        out.push("That the service has no effect. More people would be needed to tell a small effect from none.".to_owned());
        out.push("That the service works.".to_owned());
    }
    if !randomised {
        out.push(
            "That nothing else explains the difference. Whatever was not recorded may differ between those who are compared."
                .to_owned(),
        );
    }
    if evaluation.who_is_left.is_some() {
        out.push("Anything about treated people who are comparable to nobody.".to_owned());
    }
    out.push("What the service would do for other people, in other places or at other times.".to_owned());
    let subgroups = evaluation.estimates.iter().filter(|estimate| estimate.role == Role::Subgroup).count();
    if subgroups > 1 {
        out.push(format!(
            "That a group is different because its own interval leaves out zero: {subgroups} were looked at, and p-values are corrected \
             for that (Holm)."
        ));
    }
    out
}

/// What the negative controls show.
pub fn negative_controls(evaluation: &EvaluationResult) -> Option<String> {
    let of: Vec<&EstimatedEffect> =
        evaluation.estimates.iter().filter(|estimate| estimate.role == Role::NegativeControl).collect();
    let moved: Vec<&str> =
        of.iter().filter(|estimate| estimate.leaves_out_zero()).map(|estimate| estimate.what.as_str()).collect();
    match (of.len(), moved.as_slice()) {
        (0, _) => None,
        (_, []) => Some("No effect shows on what the service cannot have changed, as it should be.".to_owned()),
        (_, names) => Some(format!("An effect shows on `{}`, which the service cannot have changed.", names.join("`, `"))),
    }
}
