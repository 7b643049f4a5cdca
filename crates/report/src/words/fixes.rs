//! What removes a risk, and what that costs and does, in words.

use risks::{StrategyKind, StrategyResult, pounds_to_two_figures};
use simulation::fix::smallest_difference;
use simulation::stress::{Reported, StressTest, TriedFix};

use super::figures::listed;

/// What a fix costs and does: "the payer pays about £77 million more, and outcomes are worth about £100 million more". It has two
/// digits, because fixes are tried on few replications.
pub fn side_effects(tried: &TriedFix, stress: &StressTest) -> String {
    let nothing = smallest_difference(stress.results.get(StrategyKind::BEST).map_or(0.0, StrategyResult::payment));
    let change = |value: f64| match value {
        value if value.abs() <= nothing => None,
        value => Some(format!("about {} {}", pounds_to_two_figures(value.abs()), if value > 0.0 { "more" } else { "less" })),
    };
    let pays = change(tried.payer_cost.mean)
        .map_or("the payer pays about the same".to_owned(), |change| format!("the payer pays {change}"));
    let worth = change(tried.value_gained.mean)
        .map_or("outcomes stay about the same".to_owned(), |change| format!("outcomes are worth {change}"));
    let names: Vec<&str> = tried.new_findings.iter().map(|risk| risk.name()).collect();
    let new = match names.len() {
        0 => String::new(),
        1 => format!(", but it brings a new risk: {}", names[0]),
        _ => format!(", but it brings new risks: {}", listed(&names)),
    };
    format!("{pays}, and {worth}{new}")
}

/// What removes a risk, as far as a reader has not read it yet.
pub enum FixShown<'a> {
    /// The risk whose fix, already shown, removes this one too.
    AsFor(&'static str),
    New(&'a TriedFix),
}

impl FixShown<'_> {
    /// In a few words: "drop the gate", or "as for drift".
    pub fn words(&self) -> String {
        match self {
            FixShown::AsFor(risk) => format!("as for {risk}"),
            FixShown::New(tried) => tried.fix.words(),
        }
    }
}

/// The fix of a risk, where one was found.
pub fn fix<'a>(reported: &'a Reported, stress: &StressTest) -> Option<FixShown<'a>> {
    let tried = reported.fix.as_ref()?;
    let earlier = stress.reported.iter().take_while(|other| other.finding.risk != reported.finding.risk);
    let same = earlier.into_iter().find(|other| other.fix.as_ref().is_some_and(|fix| fix.fix == tried.fix));
    Some(same.map_or(FixShown::New(tried), |same| FixShown::AsFor(same.finding.name())))
}

/// The words where no fix was found.
pub fn no_fix(reported: &Reported) -> String {
    match reported.tried_without_effect.len() {
        0 => "no change is known that removes it".to_owned(),
        1 => "the one change tried does not remove it".to_owned(),
        n => format!("none of the {n} changes tried removes it"),
    }
}
