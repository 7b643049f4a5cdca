//! The E-value (VanderWeele and Ding 2017): how strongly something unmeasured would have to be associated with both treatment and
//! outcome, as risk ratios, to explain an effect away.

use crate::error::EvaluationError;

/// An effect on the scale of which the E-value is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EffectScale {
    /// A ratio of risks or of rates, or of odds or hazards where fewer than about 15% have the outcome.
    RiskRatio,
    /// A ratio of odds of an outcome that many have: its root stands for the ratio of risks.
    CommonOddsRatio,
    /// A ratio of hazards of an outcome that many have.
    CommonHazardRatio,
    /// A difference of means in standard deviations: exp(0.91 d) stands for the ratio of risks.
    StandardisedDifference,
}

/// E-values of an estimate and of its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EValue {
    /// What would move the estimate to no effect.
    pub estimate: f64,
    /// What would move the limit of the interval that is nearer to no effect there; 1 where the interval holds no effect already.
    pub interval: f64,
}

/// E-values for an estimate and its interval, all three on the scale `scale`.
///
/// # Errors
///
/// A ratio that is not above 0, or limits that do not enclose the estimate.
pub fn e_value(scale: EffectScale, estimate: f64, (low, high): (f64, f64)) -> Result<EValue, EvaluationError> {
    let ratio = |value: f64| match scale {
        EffectScale::RiskRatio => value,
        EffectScale::CommonOddsRatio => value.sqrt(),
        EffectScale::CommonHazardRatio => (1.0 - 0.5_f64.powf(value.sqrt())) / (1.0 - 0.5_f64.powf(value.sqrt().recip())),
        EffectScale::StandardisedDifference => (0.91 * value).exp(),
    };
    if !(low <= estimate && estimate <= high) {
        return Err(EvaluationError::Option { what: "the interval of an E-value has to enclose the estimate" });
    }
    let [estimate, low, high] = [estimate, low, high].map(ratio);
    if !(low > 0.0 && high.is_finite()) {
        return Err(EvaluationError::Option { what: "an E-value needs ratios above 0, and finite numbers" });
    }
    let nearer = if low <= 1.0 && high >= 1.0 {
        1.0
    } else if estimate > 1.0 {
        low
    } else {
        high
    };
    Ok(EValue { estimate: of_ratio(estimate), interval: of_ratio(nearer) })
}

fn of_ratio(ratio: f64) -> f64 {
    let ratio = if ratio < 1.0 { 1.0 / ratio } else { ratio };
    ratio + (ratio * (ratio - 1.0)).sqrt()
}
