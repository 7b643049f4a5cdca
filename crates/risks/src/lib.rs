//! The risks that payment rules can bring: one file for each, with everything that is said or decided about it.
//!
//! A file holds the id, the definition, the forecast, the fixes to try, the reason why the risk may stay, what to watch on live
//! records, and the words for who gains and who loses. Nothing outside a risk's file and the list below knows one risk from
//! another. It asks the risk, by its [`RiskId`]. Only the suite of planted faults (`xtask/src/mutations/faults.rs`) goes through
//! them one by one, because it has to plant each.
//!
//! A finding is a risk that was tested on a scheme. It is *present* only when every one of its tests holds: the provider gains,
//! someone loses, and the whole is worse. When a test fails, the finding is reported as absent with the figure that says so,
//! because an all-clear is a result too.
//!
//! A risk reads a table of [`StrategyResults`]: what the reference strategies cost, pay and do to people, all on common random
//! numbers. It does not know how the strategies were found. Compare profits and not spends: the best strategy found is exact in what
//! it earns, and several spends can earn nearly the same. It reads what is paid in all, and not clause by clause, so that two ways of
//! writing the same payments have the same findings. To add one: copy a neighbour, add it to [`RiskId`] and to [`CATALOGUE`], give it
//! a glossary entry, and plant it.

mod baseline_drift;
mod baseline_inflation;
mod cherry_picking;
mod deadweight;
pub mod detection;
mod displacement;
mod drift;
mod enrol_all_serve_few;
mod estimate;
mod exit_from_the_measure;
mod finding;
mod gate_keeping;
mod harm;
mod loss_and_windfall;
mod metric_divergence;
mod misreporting;
pub mod observed;
mod paid_for_noise;
mod parking;
mod pilot_to_scale;
mod ratchet;
mod regression_to_the_mean;
mod results;
mod risk;
mod risk_id;
mod stake;
mod threshold_effect;
mod timing;
mod under_claiming;
mod volume_risk;
mod wording;

pub use estimate::{Estimate, mean};
pub use finding::{Finding, FindingTest};
pub use results::*;
pub use risk::{FeeLever, Indicator, Risk};
pub use risk_id::RiskId;
pub use wording::{
    PeopleNoun, listed, people, percent, percentage_points, pounds, pounds_in_prose, pounds_supported_in_prose,
    pounds_to_two_figures, pounds_within, pounds_within_in_prose, quoted, quoted_list,
};

/// Every risk, in reading order.
pub const CATALOGUE: &[Risk] = &[
    drift::RISK,
    parking::RISK,
    cherry_picking::RISK,
    gate_keeping::RISK,
    threshold_effect::RISK,
    timing::RISK,
    misreporting::RISK,
    ratchet::RISK,
    paid_for_noise::RISK,
    deadweight::RISK,
    regression_to_the_mean::RISK,
    baseline_drift::RISK,
    metric_divergence::RISK,
    loss_and_windfall::RISK,
    volume_risk::RISK,
    pilot_to_scale::RISK,
    baseline_inflation::RISK,
    enrol_all_serve_few::RISK,
    exit_from_the_measure::RISK,
    displacement::RISK,
    under_claiming::RISK,
];

impl RiskId {
    /// Everything about the risk.
    #[must_use]
    pub fn risk(self) -> &'static Risk {
        &CATALOGUE[self as usize]
    }

    /// As in the report and the glossary: "drift".
    #[must_use]
    pub fn name(self) -> &'static str {
        self.risk().name
    }
}

impl std::fmt::Display for RiskId {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_the_order_of_the_ids() {
        for (at, risk) in CATALOGUE.iter().enumerate() {
            assert_eq!(risk.id as usize, at, "{}", risk.name);
            assert_eq!(risk.id.name(), risk.name);
        }
    }

    #[test]
    fn each_risk_has_something_to_watch() {
        assert!(CATALOGUE.iter().all(|risk| !risk.watch.is_empty() && risk.definition.ends_with('.')));
    }
}
