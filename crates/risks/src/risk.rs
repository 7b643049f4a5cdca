//! What every risk says: its definition in words and in code, what to try against it, and how to speak about it.

use contract::fixes::Fix;

use crate::detection::detector::Detector;
use crate::finding::Finding;
use crate::results::{AgentType, StrategyResults};
use crate::risk_id::RiskId;

/// One risk: its definition in words and in code, what to try against it, and how to speak about it.
#[derive(Clone, Copy, Debug)]
pub struct Risk {
    pub id: RiskId,
    /// As in the report and the glossary.
    pub name: &'static str,
    /// What it is and when it is present, as in the glossary.
    pub definition: &'static str,
    /// What to watch on live records.
    pub watch: &'static [Indicator],
    /// How it is looked for in live records.
    pub detector: Detector,
    /// Looks for it in a table of results, where the provider is of this agent type.
    pub forecast: fn(&StrategyResults, AgentType) -> Finding,
    /// Rule changes to try, the smallest first.
    pub fixes: fn(&StrategyResults) -> Vec<Fix>,
    /// What fees alone can do about it.
    pub fee_lever: FeeLever,
    /// Why it stays under the best rules found, with the figure that says so; nothing where there is no simple reason.
    pub why_it_stays: fn(&StrategyResults) -> Option<String>,
    /// What the provider gains by it, as a phrase after "the provider gains".
    pub gain_in_words: fn(&Finding) -> String,
    /// Who loses by it, and how much: people first, then money.
    pub losers: fn(&Finding, &StrategyResults) -> Vec<String>,
}

impl Risk {
    /// What to watch, as sentences.
    #[must_use]
    pub fn watch_in_words(&self) -> String {
        let sentences = self.watch.iter().map(|indicator| format!("{}. Warning sign: {}.", indicator.measure, indicator.warning));
        sentences.collect::<Vec<String>>().join(" ")
    }
}

/// Something to watch on live records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// What to measure, and what to split it by or compare it with.
    pub measure: &'static str,
    /// What would be a warning sign.
    pub warning: &'static str,
}

/// What fees that do not depend on results can do about a risk. They change no incentive, so they are tried last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeeLever {
    /// Nothing.
    None,
    /// Their level can set it right or wrong.
    Level,
    /// Their shape can: how far they follow the number of people.
    Shape,
}
