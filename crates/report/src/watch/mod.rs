//! A watch on records, as a text, a page and a document for other programs. It names providers and no people.

mod json;
mod page;
mod text;
mod words;

use jiff::civil::Date;
use records::gate::quality::QualityReport;
use risks::RiskId;
use risks::detection::watch::{LookedAt, RiskWatch};
use risks::observed::Month;

pub use json::WatchDocument;
pub use words::month_in_words;

/// What a watch found.
#[derive(Clone, Debug)]
pub struct WatchReport {
    pub scheme: String,
    pub as_at: Date,
    /// The providers, by the positions that the watch uses.
    pub providers: Vec<String>,
    pub watch: RiskWatch,
    /// What became of earlier flags; none without a list of them.
    pub memory: Option<FlagMemory>,
    pub notes: Vec<String>,
    /// The data-quality report.
    pub quality: QualityReport,
}

/// A list of flags, as people decided about them.
#[derive(Clone, Debug, Default)]
pub struct FlagMemory {
    /// In the order in which they were raised.
    pub flags: Vec<RememberedFlag>,
}

/// One flag of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct RememberedFlag {
    pub risk: RiskId,
    /// None where it is about the contract as a whole.
    pub provider: Option<String>,
    pub raised: Month,
    pub serious: bool,
    pub decision: FlagDecision,
    pub decided_by: String,
    pub decided_on: Option<Date>,
    pub note: String,
}

/// What became of a flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagDecision {
    /// Nobody has decided yet.
    Open,
    /// What it says was found to be so.
    Confirmed,
    /// There was an innocent explanation.
    Explained,
}

impl FlagDecision {
    /// Each as the list writes it.
    pub const KNOWN: [(&'static str, FlagDecision); 3] =
        [("open", FlagDecision::Open), ("confirmed", FlagDecision::Confirmed), ("explained", FlagDecision::Explained)];

    #[must_use]
    pub fn written(self) -> &'static str {
        Self::KNOWN.iter().find(|(_, decision)| *decision == self).map_or("", |(word, _)| word)
    }
}

impl FlagMemory {
    /// The flags that were confirmed, and those of which anything was decided: the precision of the watch is one divided by the other.
    #[must_use]
    pub fn precision(&self) -> (u64, u64) {
        let count = |of: &dyn Fn(&RememberedFlag) -> bool| self.flags.iter().filter(|flag| of(flag)).count() as u64;
        (count(&|flag| flag.decision == FlagDecision::Confirmed), count(&|flag| flag.decision != FlagDecision::Open))
    }

    /// What is remembered of a risk of a provider: the last row, where there are several.
    #[must_use]
    pub fn of(&self, risk: RiskId, provider: Option<&str>) -> Option<&RememberedFlag> {
        self.flags.iter().rev().find(|flag| flag.risk == risk && flag.provider.as_deref() == provider)
    }
}

impl WatchReport {
    /// The flags of the last month: serious ones first, then by the strength of evidence.
    #[must_use]
    pub fn flags(&self) -> Vec<&LookedAt> {
        let mut flags: Vec<&LookedAt> = self.watch.looked_at.iter().filter(|looked| looked.stands).collect();
        let last = |looked: &LookedAt| looked.log_evidence.last().copied().unwrap_or_default();
        flags.sort_by(|a, b| b.stands_serious.cmp(&a.stands_serious).then(last(b).total_cmp(&last(a))));
        flags
    }

    /// Flags that were raised in an earlier month and do not stand in the last.
    #[must_use]
    pub fn past(&self) -> Vec<&LookedAt> {
        self.watch.looked_at.iter().filter(|looked| !looked.stands && looked.flagged.is_some()).collect()
    }

    /// The provider of something looked at, by name.
    #[must_use]
    pub fn provider(&self, looked: &LookedAt) -> Option<&str> {
        looked.provider.and_then(|at| self.providers.get(at)).map(String::as_str)
    }

    /// What is remembered of a flag.
    #[must_use]
    pub fn remembered(&self, looked: &LookedAt) -> Option<&RememberedFlag> {
        self.memory.as_ref()?.of(looked.risk, self.provider(looked))
    }
}
