//! Honest folders: what happens in real records though no provider does anything unintended. A watch must raise nothing on them.

use super::calendar::MONTHS;

/// What is special about an honest folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Honest {
    /// Nothing.
    Plain,
    /// A strong monthly pattern in starts, events and contacts.
    Seasons,
    /// Some providers grow and others shrink, as planned.
    GrowthAndDecline,
    /// From month 13 on more of the people referred in one area are harder.
    MixInOneArea,
    /// From month 13 on more of the people referred anywhere are harder.
    MixEverywhere,
    /// One provider writes its records late.
    LateRecording,
    /// From month 19 on offences are recorded more completely, for everybody.
    ChangeOfRecording,
    /// Providers differ more, and stay as they are.
    LastingDifferences,
    /// One provider gets better.
    Improvement,
    /// A month without contacts, and hardly any starts, for everybody.
    Lockdown,
    /// Twenty providers with a few starts each.
    ManySmallProviders,
}

/// Every honest folder, in the order of the table.
pub(crate) const HONEST: [Honest; 11] = [
    Honest::Plain,
    Honest::Seasons,
    Honest::GrowthAndDecline,
    Honest::MixInOneArea,
    Honest::MixEverywhere,
    Honest::LateRecording,
    Honest::ChangeOfRecording,
    Honest::LastingDifferences,
    Honest::Improvement,
    Honest::Lockdown,
    Honest::ManySmallProviders,
];

/// How much providers differ for good: standard deviations of the logarithm of contacts, and of the effect as a share of the usual.
pub(crate) struct ProviderSpread {
    pub(crate) contacts: f64,
    pub(crate) effect: f64,
}

/// The month without contacts.
const LOCKDOWN: i32 = 19;

impl Honest {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Honest::Plain => "plain",
            Honest::Seasons => "seasons",
            Honest::GrowthAndDecline => "growth and decline, as planned",
            Honest::MixInOneArea => "harder people in one area",
            Honest::MixEverywhere => "harder people everywhere",
            Honest::LateRecording => "late recording by one provider",
            Honest::ChangeOfRecording => "a change of recording",
            Honest::LastingDifferences => "lasting differences between providers",
            Honest::Improvement => "a provider that improves",
            Honest::Lockdown => "a month without contacts",
            Honest::ManySmallProviders => "many small providers",
        }
    }

    pub(crate) fn provider_spread(self) -> ProviderSpread {
        match self {
            Honest::LastingDifferences => ProviderSpread { contacts: 0.3, effect: 0.4 },
            _ => ProviderSpread { contacts: 0.12, effect: 0.15 },
        }
    }

    /// Times the planned number of people, by the month of the contract.
    pub(crate) fn growth(self, provider: usize, month: usize) -> f64 {
        let years = month as f64 / 12.0;
        match (self, provider % 3) {
            (Honest::GrowthAndDecline, 0) => 1.25_f64.powf(years),
            (Honest::GrowthAndDecline, 1) => 0.8_f64.powf(years),
            _ => 1.0,
        }
    }

    /// The factor of the season: most in the month after the contract's first, least half a year later. `most` is the usual
    /// strength in the plain world.
    pub(crate) fn season(self, month: i32, strong: f64) -> f64 {
        let size = if self == Honest::Seasons { strong } else { 0.05 };
        1.0 + size * (std::f64::consts::TAU * f64::from(month - 1) / 12.0).cos()
    }

    /// How much larger the share of harder people is among those referred.
    pub(crate) fn harder_by(self, area: usize, month: usize, watched: usize) -> f64 {
        let changed = match self {
            Honest::MixInOneArea => area == watched,
            Honest::MixEverywhere => true,
            _ => false,
        };
        if changed && month >= 12 { 0.15 } else { 0.0 }
    }

    /// Days by which a provider writes later than others, by the provider that is looked at.
    pub(crate) fn later_by(self, is_watched: bool) -> i32 {
        if self == Honest::LateRecording && is_watched { 40 } else { 0 }
    }

    /// The share of offences of a month that is recorded.
    pub(crate) fn offences_recorded(self, month: i32) -> f64 {
        if self == Honest::ChangeOfRecording && month < 18 { 0.8 } else { 1.0 }
    }

    /// Times the usual contacts and effect of help with the provider that is looked at.
    pub(crate) fn improvement(self, is_watched: bool, month: i32) -> f64 {
        if self != Honest::Improvement || !is_watched {
            return 1.0;
        }
        1.0 + 0.3 * (f64::from(month - 6) / 18.0).clamp(0.0, 1.0)
    }

    /// Whether nobody can be met in the month.
    pub(crate) fn is_shut(self, month: i32) -> bool {
        self == Honest::Lockdown && month == LOCKDOWN
    }

    /// Times the people referred in the month.
    pub(crate) fn referrals(self, month: usize) -> f64 {
        debug_assert!(month < MONTHS);
        let shut = if self.is_shut(month as i32) { 0.3 } else { 1.0 };
        shut * self.season(month as i32, 0.35)
    }

    /// How many providers there are, and how large the one that is looked at is, where the setting asks for so many.
    pub(crate) fn providers(self, providers: usize, starts_a_month: f64) -> (usize, f64) {
        if self == Honest::ManySmallProviders { (20, (starts_a_month / 8.0).max(3.0)) } else { (providers, starts_a_month) }
    }
}
