//! Which risk. What is known of each is in its own file.

/// Which risk. The order is that of [`crate::CATALOGUE`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RiskId {
    Drift,
    Parking,
    CherryPicking,
    GateKeeping,
    ThresholdEffect,
    Timing,
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
