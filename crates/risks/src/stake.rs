//! How much is at stake in results, as a measure of what is large. It is read off what is paid, so that two ways of writing the same
//! payments have the same stake.

use crate::results::StrategyResult;
use crate::wording::{percent, pounds};

/// What chance, recovery or a trend is compared with.
pub(crate) struct Stake {
    pub(crate) pounds: f64,
    /// What the pounds are: "what the intended improvement earns".
    pub(crate) of: &'static str,
    share: f64,
}

/// The shares of what the intended improvement earns, or else of all payments, above which a sum that no one earned is too much.
/// Both are assumptions.
const OF_IMPROVEMENT: f64 = 0.05;
const OF_PAYMENTS: f64 = 0.01;
/// An improvement that earns less than this share of all payments is no measure.
const EARNS_NEXT_TO_NOTHING: f64 = 0.001;

impl Stake {
    /// What doing as intended is paid more than spending what is spent today.
    pub(crate) fn of(now: &StrategyResult, intended: &StrategyResult) -> Stake {
        let (earns, all) = (intended.payment() - now.payment(), intended.payment().abs().max(1.0));
        match earns > (EARNS_NEXT_TO_NOTHING * all).max(1.0) {
            true => Stake { pounds: earns, of: "what the intended improvement earns", share: OF_IMPROVEMENT },
            false => Stake { pounds: all, of: "all payments", share: OF_PAYMENTS },
        }
    }

    /// Pounds above which a sum that no one earned is too much.
    pub(crate) fn limit(&self) -> f64 {
        self.share * self.pounds
    }

    /// "£1.47m, which is 5.0% of what the intended improvement earns".
    pub(crate) fn limit_in_words(&self) -> String {
        format!("{}, which is {} of {}", pounds(self.limit()), percent(self.share), self.of)
    }
}
