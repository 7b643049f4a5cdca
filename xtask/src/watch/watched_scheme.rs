//! Which schemes there are, and what the records of each need.

/// One of the schemes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WatchedScheme {
    /// A fee for each start, and a tariff for people who do not reoffend, against each area's own past.
    Supervision,
    /// The same, behind a gate.
    SupervisionGate,
    /// The same, with a baseline that follows the results.
    SupervisionRatchet,
    /// Jobs that the provider claims and an audit checks, and a level of weeks in work. The provider chooses whom to serve.
    Work,
    /// Jobs and reoffending compared with a comparison group. People count after an assessment.
    Live,
    /// Admissions compared with those of the same people before.
    LiveBefore,
}

/// The schemes that honest folders go round.
pub(crate) const HONEST_SCHEMES: [WatchedScheme; 3] = [WatchedScheme::Supervision, WatchedScheme::Work, WatchedScheme::Live];

impl WatchedScheme {
    pub(crate) fn name(self) -> &'static str {
        match self {
            WatchedScheme::Supervision => "supervision",
            WatchedScheme::SupervisionGate => "supervision with a gate",
            WatchedScheme::SupervisionRatchet => "supervision with a ratchet",
            WatchedScheme::Work => "work",
            WatchedScheme::Live => "live",
            WatchedScheme::LiveBefore => "before",
        }
    }

    /// Whether the provider claims results.
    pub(crate) fn has_claims(self) -> bool {
        self == WatchedScheme::Work
    }

    /// Who decides who is served, as the scheme file says it.
    pub(crate) fn intake(self) -> &'static str {
        match self {
            WatchedScheme::Work => "provider chooses",
            WatchedScheme::Live | WatchedScheme::LiveBefore => "after assessment",
            _ => "everyone",
        }
    }
}
