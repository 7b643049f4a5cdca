//! What can be planted, how large it is where it was documented, and which risk it belongs to. Everything here was written down
//! before any detector was run on a folder: the sizes, their sources, and the close relatives that count as found.

use super::watched_scheme::WatchedScheme;

/// What one provider does, or what happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conduct {
    Drift,
    Parking,
    CherryPicking,
    GateKeeping,
    ThresholdEffect,
    TimingOfClaims,
    TimingOfEvents,
    Misreporting,
    Ratchet,
    PaidForNoise,
    Deadweight,
    RegressionToTheMean,
    BaselineDrift,
    MetricDivergence,
    LossAndWindfall,
    VolumeRisk,
    PilotToScale,
    BaselineInflation,
    EnrolAllServeFew,
    ExitFromTheMeasure,
    Displacement,
    UnderClaiming,
}

/// Every conduct, in the order of the table.
pub(crate) const CONDUCTS: [Conduct; 22] = [
    Conduct::Drift,
    Conduct::Parking,
    Conduct::CherryPicking,
    Conduct::GateKeeping,
    Conduct::ThresholdEffect,
    Conduct::TimingOfClaims,
    Conduct::TimingOfEvents,
    Conduct::Misreporting,
    Conduct::Ratchet,
    Conduct::PaidForNoise,
    Conduct::Deadweight,
    Conduct::RegressionToTheMean,
    Conduct::BaselineDrift,
    Conduct::MetricDivergence,
    Conduct::LossAndWindfall,
    Conduct::VolumeRisk,
    Conduct::PilotToScale,
    Conduct::BaselineInflation,
    Conduct::EnrolAllServeFew,
    Conduct::ExitFromTheMeasure,
    Conduct::Displacement,
    Conduct::UnderClaiming,
];

/// How large: half of what was documented, as documented, or twice that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Half,
    Documented,
    Twice,
}

pub(crate) const SIZES: [Size; 3] = [Size::Half, Size::Documented, Size::Twice];

impl Size {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Size::Half => "half",
            Size::Documented => "documented",
            Size::Twice => "twice",
        }
    }

    /// Times the documented size.
    pub(crate) fn times(self) -> f64 {
        match self {
            Size::Half => 0.5,
            Size::Documented => 1.0,
            Size::Twice => 2.0,
        }
    }
}

/// One conduct of one size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Planting {
    pub(crate) conduct: Conduct,
    pub(crate) size: Size,
}

/// What is known of a conduct.
pub(crate) struct ConductFacts {
    /// As the table has it.
    pub(crate) name: &'static str,
    /// The word by which a flag names the risk, in lower case with hyphens for spaces, as [`risk_key`] makes it.
    pub(crate) risk: &'static str,
    /// Other risks whose flag counts as found, because the same records show both.
    pub(crate) relatives: &'static [&'static str],
    /// The scheme in which it makes sense.
    pub(crate) scheme: WatchedScheme,
    /// The documented size, in words.
    pub(crate) documented: &'static str,
    /// Where the size is from, or "assumption".
    pub(crate) source: &'static str,
}

/// A name of a risk without its spaces, commas and capitals, so that "gate-keeping" and "Gate keeping" are one.
pub(crate) fn risk_key(name: &str) -> String {
    name.trim().to_lowercase().replace(',', "").replace([' ', '_'], "-")
}

impl Planting {
    /// The first month in which it shows; months begin at 0. Where it makes no sense to begin later, the first.
    pub(crate) fn begins_in_month(self) -> i32 {
        match self.conduct {
            Conduct::PaidForNoise
            | Conduct::Deadweight
            | Conduct::RegressionToTheMean
            | Conduct::BaselineDrift
            | Conduct::LossAndWindfall
            | Conduct::VolumeRisk
            | Conduct::PilotToScale => 0,
            // It is over when the contract begins.
            Conduct::BaselineInflation => i32::MIN,
            _ => 12,
        }
    }

    /// The month from which somebody could know: months until found are counted from it.
    pub(crate) fn first_month(self) -> usize {
        usize::try_from(self.begins_in_month()).unwrap_or(0)
    }

    /// Times the size that was documented.
    pub(crate) fn times(self) -> f64 {
        self.size.times()
    }

    /// Whether it is something that happens to everybody, so that a flag need not name the provider.
    pub(crate) fn is_everybodys(self) -> bool {
        self.conduct == Conduct::BaselineDrift
    }

    /// Times the number of people in the first month, where the plan itself grows.
    pub(crate) fn planned_growth(self, month: usize) -> f64 {
        if self.conduct == Conduct::PilotToScale { 1.0 + 2.0 * month as f64 / 35.0 } else { 1.0 }
    }
}
