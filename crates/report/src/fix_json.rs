//! The changes that remove what a stress test finds, for other programs. The comments are the text of the published description.

use contract::Scheme;
use risks::RiskId;
use schemars::JsonSchema;
use serde::Serialize;
use simulation::fix::{FixSearchResult, FixSet, ScenarioShare};

use crate::machine_readable::{JsonDocument, pennies, rounded};

/// The cheapest changes to the rules that remove the unintended risks of a scheme. Money in pounds, at the provider's best strategy
/// under each set of rules.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FixDocument {
    /// the name of the scheme
    pub scheme: String,
    /// the title of its assumptions
    pub assumptions: String,
    /// what the payer pays under the rules as they are
    pub paid_now: Option<f64>,
    /// the risks that are present under the rules as they are
    pub present: Vec<String>,
    /// the set of changes that leaves the fewest risks; null where nothing is to be changed, or nothing helps
    pub all: Option<FixSetEntry>,
    /// the cheapest set of changes for each risk alone, from a short search
    pub each: Vec<RiskFixEntry>,
    /// why a risk stays, where there is a simple reason
    pub stays: Vec<StayingRiskEntry>,
    /// in which share of the scenarios each risk is present, before and after the whole set
    pub shares: Vec<ScenarioShareEntry>,
    /// how many scenarios were tried
    pub scenarios: usize,
    /// how many sets of changes were tried
    pub tried: usize,
}

/// A set of changes and what it does, compared with the rules as they are.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FixSetEntry {
    /// each change in a sentence
    pub changes: Vec<String>,
    /// what the payer pays more; negative where it pays less
    pub payer_cost: Option<f64>,
    /// what the outcomes are worth more; negative where they are worth less
    pub value_gained: Option<f64>,
    /// how many people have a better result, net of those with a worse one
    pub people_better: Option<f64>,
    /// what their result is, in words
    pub better: String,
    /// the risks that it removes
    pub removes: Vec<String>,
    /// the risks that it brings
    pub brings: Vec<String>,
    /// the risks that are present under the changed rules
    pub left: Vec<String>,
}

/// The cheapest set of changes for one risk alone.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct RiskFixEntry {
    /// the risk
    pub risk: String,
    /// the changes; null where no change that was tried removes it
    pub set: Option<FixSetEntry>,
}

/// Why a risk stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StayingRiskEntry {
    /// the risk
    pub risk: String,
    /// why, in a sentence
    pub why: String,
}

/// In which share of the scenarios a risk is present.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ScenarioShareEntry {
    /// the risk
    pub risk: String,
    /// the share under the rules as they are
    pub before: Option<f64>,
    /// the share under the changed rules
    pub after: Option<f64>,
}

fn names(risks: &[RiskId]) -> Vec<String> {
    risks.iter().map(|risk| risk.name().to_owned()).collect()
}

impl From<&FixSet> for FixSetEntry {
    fn from(set: &FixSet) -> FixSetEntry {
        FixSetEntry {
            changes: set.changes.iter().map(contract::fixes::Fix::words).collect(),
            payer_cost: pennies(set.payer_cost),
            value_gained: pennies(set.value_gained),
            people_better: rounded(set.people_better),
            better: set.better.clone(),
            removes: names(&set.removes),
            brings: names(&set.brings),
            left: names(&set.left),
        }
    }
}

impl FixDocument {
    /// What was found. `assumptions` is the title of the assumptions file.
    #[must_use]
    pub fn of(scheme: &Scheme, assumptions: &str, found: &FixSearchResult) -> FixDocument {
        let each = |(risk, set): &(RiskId, Option<FixSet>)| RiskFixEntry {
            risk: risk.name().to_owned(),
            set: set.as_ref().map(FixSetEntry::from),
        };
        let stays = |(risk, why): &(RiskId, String)| StayingRiskEntry { risk: risk.name().to_owned(), why: why.clone() };
        let share = |share: &ScenarioShare| ScenarioShareEntry {
            risk: share.risk.name().to_owned(),
            before: rounded(share.before),
            after: rounded(share.after),
        };
        FixDocument {
            scheme: scheme.name.clone(),
            assumptions: assumptions.to_owned(),
            paid_now: pennies(found.paid_now),
            present: names(&found.present),
            all: found.all.as_ref().map(FixSetEntry::from),
            each: found.each.iter().map(each).collect(),
            stays: found.stays.iter().map(stays).collect(),
            shares: found.shares.iter().map(share).collect(),
            scenarios: found.scenarios,
            tried: found.tried,
        }
    }
}

impl JsonDocument for FixDocument {
    const SCHEMA: &'static str = "wellspent-fix/1";
    const COMMAND: &'static str = "wellspent fix --json";
}
