//! Whose effect is estimated.

/// Whose covariates an effect is averaged over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The treated: the effect on the treated (ATT).
    Treated,
    /// All units: the average effect (ATE).
    Everybody,
}

impl Target {
    /// Whether a unit belongs to the target.
    pub(crate) fn has(self, treated: bool) -> bool {
        self == Target::Everybody || treated
    }
}
