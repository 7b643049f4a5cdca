//! Whose effect is estimated.

/// Whose covariates an effect is averaged over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Estimand {
    /// The treated: the effect on the treated (ATT).
    Treated,
    /// All units: the average effect (ATE).
    Everybody,
}

impl Estimand {
    /// Whether a unit is one of those.
    pub(crate) fn has(self, treated: bool) -> bool {
        self == Estimand::Everybody || treated
    }
}
