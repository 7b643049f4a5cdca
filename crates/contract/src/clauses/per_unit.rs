//! What a tariff is paid for each of.

use crate::terms::{Outcome, OutcomeKind};

/// What a tariff is paid for each of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerUnit {
    /// Each person (or event) better or worse than expected.
    #[default]
    Person,
    Event,
    /// Each unit by which the amounts of everybody together are better or worse than expected.
    Unit,
    PercentagePoint,
}

impl PerUnit {
    /// As the file writes them.
    pub(super) const KNOWN: [(&'static str, PerUnit); 5] = [
        ("person", PerUnit::Person),
        ("household", PerUnit::Person),
        ("event", PerUnit::Event),
        ("unit", PerUnit::Unit),
        ("percentage point", PerUnit::PercentagePoint),
    ];

    /// As the file writes it for an outcome.
    pub(super) fn written(self, outcome: &Outcome) -> &'static str {
        match self {
            PerUnit::Person => outcome.counted().1,
            _ => Self::KNOWN.iter().find(|(_, per)| *per == self).map_or("", |(word, _)| word),
        }
    }

    /// What each result of an outcome is paid by.
    pub(super) fn of(outcome: &Outcome) -> PerUnit {
        match outcome.kind {
            OutcomeKind::Binary => PerUnit::Person,
            OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => PerUnit::Event,
            OutcomeKind::Amount { .. } => PerUnit::Unit,
        }
    }
}
