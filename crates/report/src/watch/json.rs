//! A watch for other programs.

use risks::detection::signal::{ComparedWith, SignalEvidence, Unit};
use risks::detection::watch::{FALSE_DISCOVERIES, FALSE_FLAGS, LookedAt};
use risks::observed::month_in_data;
use schemars::JsonSchema;
use serde::Serialize;

use super::{WatchReport, words};
use crate::machine_readable::{JsonDocument, rounded};

/// Flags for risks that show themselves in records. A flag is a reason to look and no finding.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct WatchDocument {
    /// the name of the scheme
    scheme: String,
    /// what was recorded up to this day is looked at
    as_at: String,
    /// the answer as a sentence
    found: String,
    /// the share of flags that are expected to be false, at most
    false_discovery_rate: f64,
    /// the share of serious flags that are expected to be false, at most
    false_discovery_rate_of_serious: f64,
    /// every risk and provider that was looked at, whether or not there is a flag
    looked_at: Vec<LookedAtEntry>,
    /// risks that the records cannot show
    not_looked_for: Vec<NotLookedForEntry>,
    /// what became of earlier flags; null without a list of them
    memory: Option<FlagMemoryEntry>,
}

/// One risk of one provider.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct LookedAtEntry {
    /// the name of the risk, as in the glossary
    risk: &'static str,
    /// the provider; null where it is about the contract as a whole
    provider: Option<String>,
    /// whether a flag stands
    flag: bool,
    /// whether it is serious: a second signal speaks for it too
    serious: bool,
    /// the month in which a flag was first raised, such as 2027-04; null without one
    first_raised: Option<String>,
    /// the month in which it was first serious; null where it never was
    first_serious: Option<String>,
    /// natural logarithm of the evidence (an e-value): the chance of as much without the risk is at most e to the minus this
    log_evidence: Option<f64>,
    /// the strongest first
    signals: Vec<SignalEntry>,
}

/// One signal.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct SignalEntry {
    /// what was looked at
    of: &'static str,
    /// what it shows, as a sentence
    found: String,
    /// what it is compared with: allowance, before or others
    compared_with: &'static str,
    /// the unit of the estimate: share, log_ratio or standard_deviations
    unit: &'static str,
    /// how far it goes in the direction of the risk, since the month from which that is likeliest
    estimate: Option<f64>,
    /// the standard error of the estimate
    standard_error: Option<f64>,
    /// that month
    since: String,
    /// natural logarithm of its evidence at the end of each month of the contract
    log_evidence: Vec<Option<f64>>,
    /// whether too few others were there to compare with
    alone: bool,
}

/// A risk that the records cannot show.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct NotLookedForEntry {
    /// the name of the risk
    risk: &'static str,
    /// why not
    reason: &'static str,
}

/// What became of earlier flags.
#[derive(Clone, Debug, Serialize, JsonSchema)]
struct FlagMemoryEntry {
    /// flags in the list
    flags: usize,
    /// flags that were confirmed
    confirmed: u64,
    /// flags that were confirmed or explained
    decided: u64,
}

impl JsonDocument for WatchDocument {
    const SCHEMA: &'static str = "wellspent-watch/1";
    const COMMAND: &'static str = "wellspent watch --json";
}

impl WatchReport {
    /// For other programs.
    #[must_use]
    pub fn document(&self) -> WatchDocument {
        let not = self.watch.not_looked_for.iter().map(|(risk, reason)| NotLookedForEntry { risk: risk.name(), reason });
        WatchDocument {
            scheme: self.scheme.clone(),
            as_at: self.as_at.to_string(),
            found: words::answer(self),
            false_discovery_rate: FALSE_FLAGS,
            false_discovery_rate_of_serious: FALSE_DISCOVERIES,
            looked_at: self.watch.looked_at.iter().map(|looked| self.entry(looked)).collect(),
            not_looked_for: not.collect(),
            memory: self.memory.as_ref().map(|memory| {
                let (confirmed, decided) = memory.precision();
                FlagMemoryEntry { flags: memory.flags.len(), confirmed, decided }
            }),
        }
    }

    fn entry(&self, looked: &LookedAt) -> LookedAtEntry {
        LookedAtEntry {
            risk: looked.risk.name(),
            provider: self.provider(looked).map(str::to_owned),
            flag: looked.stands,
            serious: looked.stands_serious,
            first_raised: looked.flagged.map(month_in_data),
            first_serious: looked.serious.map(month_in_data),
            log_evidence: looked.log_evidence.last().copied().and_then(rounded),
            signals: looked.signals.iter().map(signal).collect(),
        }
    }
}

fn signal(of: &SignalEvidence) -> SignalEntry {
    SignalEntry {
        of: of.of,
        found: words::signal(of),
        compared_with: match of.compared_with {
            ComparedWith::Zero | ComparedWith::Allowance(_) => "allowance",
            ComparedWith::Before => "before",
            ComparedWith::Others => "others",
        },
        unit: match of.unit {
            Unit::Share => "share",
            Unit::LogRatio => "log_ratio",
            Unit::Deviations => "standard_deviations",
        },
        estimate: rounded(of.estimate),
        standard_error: rounded(of.error),
        since: month_in_data(of.since),
        log_evidence: of.log_evidence.iter().copied().map(rounded).collect(),
        alone: of.alone,
    }
}
