//! How strong something unseen would have to be to explain the answer away: E-value, Rosenbaum bound, robustness value.

use base::statistics::normal_quantile;

use super::people::{ComparedGroups, Participants, adjusted};
use super::result::{EstimatedEffect, UnseenFigure};
use crate::sensitivity::e_value::{EffectScale, e_value};
use crate::sensitivity::robustness_value::robustness_value;
use crate::sensitivity::rosenbaum::{Tail, binary_pairs, largest_gamma, signed_rank};
use crate::spec::{DesignSpec, OutcomeUnit, Spec};
use crate::words;

/// Bounds are looked for up to here; more hidden bias than that is not plausible where people were chosen by hand.
const LARGEST_GAMMA: f64 = 20.0;

/// What can be said of each; nothing for designs by lot, where nothing unseen decides who is treated, except the E-value.
pub(super) fn figures(spec: &Spec, people: &Participants, found: &ComparedGroups, answer: &EstimatedEffect) -> Vec<UnseenFigure> {
    let binary = spec.outcome.unit == OutcomeUnit::People;
    let mut out = Vec::new();
    if matches!(spec.design, DesignSpec::Randomised(_)) {
        return out;
    }
    if binary {
        out.extend(e_value_figure(answer));
    }
    out.extend(rosenbaum_figure(spec, people, found, answer, binary));
    out.extend(robustness_figure(spec, people, found));
    out
}

/// From the ratio of the two shares; the ends of the interval are those of the difference, over the share of the comparison group.
fn e_value_figure(answer: &EstimatedEffect) -> Option<UnseenFigure> {
    let (treated, comparison) = answer.means?;
    let ratio = |effect: f64| (comparison + effect).max(1e-9) / comparison;
    if comparison <= 0.0 || treated <= 0.0 {
        return None;
    }
    let found = e_value(EffectScale::RiskRatio, ratio(answer.effect), (ratio(answer.low), ratio(answer.high))).ok()?;
    Some(UnseenFigure {
        name: "E-value".to_owned(),
        value: found.estimate,
        words: format!(
            "Something unseen would have to be {:.2} times as common among the treated, and as strongly tied to the outcome, to explain \
             the whole effect; {:.2} times would be enough for the interval to hold no effect (VanderWeele and Ding 2017).",
            found.estimate, found.interval
        ),
    })
}

/// From the pairs of matching one to one.
fn rosenbaum_figure(
    spec: &Spec,
    people: &Participants,
    found: &ComparedGroups,
    answer: &EstimatedEffect,
    binary: bool,
) -> Option<UnseenFigure> {
    let matches = found.matches.as_ref()?;
    // With replacement or several matches the pairs are not independent of each other.
    if matches.pairs.len() != matches.treated_matched() || matches.controls_used != matches.pairs.len() {
        return None;
    }
    let differences: Vec<f64> =
        matches.pairs.iter().map(|pair| people.outcome[pair.treated] - people.outcome[pair.control]).collect();
    let up = answer.effect > 0.0;
    let level = (1.0 - spec.level) / 2.0;
    let gamma = if binary {
        let discordant = differences.iter().filter(|difference| **difference != 0.0).count();
        let with = differences.iter().filter(|difference| (**difference > 0.0) == up && **difference != 0.0).count();
        largest_gamma(level, LARGEST_GAMMA, |gamma| binary_pairs(discordant, with, gamma, Tail::Exact)).ok()?
    } else {
        let toward: Vec<f64> = differences.iter().map(|difference| if up { *difference } else { -difference }).collect();
        largest_gamma(level, LARGEST_GAMMA, |gamma| signed_rank(&toward, gamma)).ok()?
    };
    let test = if binary { "exact binomial" } else { "Wilcoxon's signed rank, by the normal approximation" };
    let said = match gamma {
        1.0 => {
            format!(
                "Even with no hidden bias the pairs do not show an effect at the {} level ({test}).",
                words::level(spec.level)
            )
        }
        gamma if gamma >= LARGEST_GAMMA => {
            format!(
                "The conclusion stands even where something unseen makes one of a pair {gamma:.0} times as likely to be treated ({test})."
            )
        }
        gamma => format!(
            "The conclusion stands while nothing unseen makes one of a pair more than {gamma:.2} times as likely to be treated as the \
             other ({test}; Rosenbaum 2002)."
        ),
    };
    Some(UnseenFigure { name: "Rosenbaum bound".to_owned(), value: gamma, words: said })
}

/// From a regression on the same covariates with the weights of the comparison.
fn robustness_figure(spec: &Spec, people: &Participants, found: &ComparedGroups) -> Option<UnseenFigure> {
    if people.covariates.all().is_empty() {
        return None;
    }
    let effect = adjusted(people, found.weights.as_deref()).ok()?;
    let freedom = effect.units.checked_sub(people.covariates.all().len() + 2)?;
    let t = effect.estimate / effect.standard_error;
    let found = robustness_value(t, freedom, 1.0, normal_quantile(0.5 + spec.level / 2.0)).ok()?;
    let (value, of_interval) = (found.of_estimate, found.of_significance);
    Some(UnseenFigure {
        name: "Robustness value".to_owned(),
        value,
        words: format!(
            "Something unseen would have to explain {:.1}% of what is left of both treatment and outcome to bring the effect to nothing, \
             and {:.1}% to bring the interval to it (regression on the same covariates; Cinelli and Hazlett 2020).",
            100.0 * value,
            100.0 * of_interval
        ),
    })
}
