//! All risks looked for together, month by month.
//!
//! A flag needs evidence that is strong beside the number of risks and providers looked at: of all flags raised, at most the share
//! [`FALSE_FLAGS`] of those that stand is expected to be false, whenever one looks. It is *serious* where the share would be [`FALSE_DISCOVERIES`] and a second
//! signal speaks for it too: another measure, or the same in the other half of the people. The detection of cheating in tests asks for two
//! measures (Jacob and Levitt 2003).

use std::collections::BTreeMap;

use super::evidence::{discoveries, log_mean};
use super::signal::{SignalEvidence, evidence};
use crate::CATALOGUE;
use crate::observed::{Month, ObservedRecords, month};
use crate::risk_id::RiskId;

/// Why a risk is not looked for although its tables are there.
const NOTHING_TO_LOOK_AT: &str = "the records have nothing of it yet, or too few providers to compare";

/// The share of flags that are expected to be false: an ordinary flag only asks somebody to look.
pub const FALSE_FLAGS: f64 = 0.2;
/// The share of serious flags that are expected to be false.
pub const FALSE_DISCOVERIES: f64 = 0.05;
/// A second signal speaks for a risk where its own evidence reaches this: it does so by chance at most once in twenty series.
pub const SECOND_SIGNAL: f64 = 20.0;

/// What was looked for and what was found.
#[derive(Clone, Debug, Default)]
pub struct RiskWatch {
    /// The first month, and the number of months to the last.
    pub first: Month,
    pub months: usize,
    /// One for each risk and provider that was looked at, in the order of the catalogue.
    pub looked_at: Vec<LookedAt>,
    /// Risks that the records cannot show, with the reason.
    pub not_looked_for: Vec<(RiskId, &'static str)>,
}

/// One risk of one provider.
#[derive(Clone, Debug)]
pub struct LookedAt {
    pub risk: RiskId,
    /// None where it is about the contract as a whole.
    pub provider: Option<usize>,
    /// The strongest first.
    pub signals: Vec<SignalEvidence>,
    /// The logarithm of the evidence of all signals together, at the end of each month.
    pub log_evidence: Vec<f64>,
    /// The first month of a flag, and of a serious one.
    pub flagged: Option<Month>,
    pub serious: Option<Month>,
    /// Whether there is a flag, or a serious one, in the last month.
    pub stands: bool,
    pub stands_serious: bool,
}

/// Looks for every risk of the catalogue.
#[must_use]
pub fn watch(records: &ObservedRecords) -> RiskWatch {
    let first = month(records.begins);
    let months = usize::try_from(month(records.as_at) - first + 1).unwrap_or_default();
    let mut watch = RiskWatch { first, months, ..RiskWatch::default() };
    for risk in CATALOGUE {
        match (risk.detector.signals)(records) {
            Err(reason) => watch.not_looked_for.push((risk.id, reason)),
            Ok(signals) => {
                let mut by_provider: BTreeMap<Option<usize>, Vec<SignalEvidence>> = BTreeMap::new();
                for signal in &signals {
                    for (provider, found) in evidence(signal, first, months) {
                        by_provider.entry((!signal.about_contract).then_some(provider)).or_default().push(found);
                    }
                }
                if by_provider.is_empty() {
                    watch.not_looked_for.push((risk.id, NOTHING_TO_LOOK_AT));
                }
                watch
                    .looked_at
                    .extend(by_provider.into_iter().map(|(provider, found)| looked_at(risk.id, provider, found, months)));
            }
        }
    }
    flag(&mut watch);
    watch
}

fn looked_at(risk: RiskId, provider: Option<usize>, mut signals: Vec<SignalEvidence>, months: usize) -> LookedAt {
    let together = (0..months).map(|at| log_mean(&signals.iter().map(|signal| signal.log_evidence[at]).collect::<Vec<f64>>()));
    let log_evidence = together.collect();
    let last = |signal: &SignalEvidence| signal.log_evidence.last().copied().unwrap_or_default();
    signals.sort_by(|a, b| last(b).total_cmp(&last(a)));
    LookedAt { risk, provider, signals, log_evidence, flagged: None, serious: None, stands: false, stands_serious: false }
}

/// Raises flags, month by month.
fn flag(watch: &mut RiskWatch) {
    for at in 0..watch.months {
        let logs: Vec<f64> = watch.looked_at.iter().map(|looked| looked.log_evidence[at]).collect();
        let month = watch.first + at as Month;
        let (found, strong) = (discoveries(&logs, FALSE_FLAGS), discoveries(&logs, FALSE_DISCOVERIES));
        watch.looked_at.iter_mut().for_each(|looked| (looked.stands, looked.stands_serious) = (false, false));
        for found in found {
            let looked = &mut watch.looked_at[found];
            looked.stands = true;
            looked.flagged.get_or_insert(month);
            let speak = |signal: &&SignalEvidence| !signal.alone && signal.log_evidence[at] >= SECOND_SIGNAL.ln();
            if strong.contains(&found) && looked.signals.iter().filter(speak).count() >= 2 {
                looked.stands_serious = true;
                looked.serious.get_or_insert(month);
            }
        }
    }
}
