//! What has happened in a period so far: who has how many people in each lot, and the results that shares follow.

use base::money::{Quantity, WHOLE};

use super::rules::{Market, PerformanceRule, ShareRule};

/// How many people each provider has in one period, and what its result is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarketStanding {
    /// In the order of the lots.
    pub(crate) lots: Vec<LotStanding>,
    /// By provider: its result to the power of the rule, as a share of the best; `None` until a result counts.
    pub(crate) merits: Vec<Option<u64>>,
}

/// One lot in one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LotStanding {
    /// Everybody placed in the lot in the period.
    pub(crate) placed: u32,
    /// In the order of the lot's licences.
    pub(crate) licences: Vec<LicenceStanding>,
}

/// One provider in one lot and period.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LicenceStanding {
    /// Everybody placed with it in the period.
    pub(crate) placed: u32,
    /// The people who count in the rota or in shares: those who were not placed by choice, and what a provider that came in later is
    /// taken to have had before.
    pub(crate) by_share: u32,
    /// Whether it takes part in the rota or in shares since the last of them.
    pub(crate) takes_part: bool,
}

/// The result of a provider, adjusted for the people it had: what happened compared with what is expected of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdjustedResult {
    /// How many people are behind it.
    pub people: i64,
    /// People with a good result.
    pub result: Quantity,
    /// How many good results are expected of these people, above zero.
    pub expected: Quantity,
}

/// The merit of the best provider. Merits are whole numbers so that shares can be compared exactly; this one leaves room for counts of
/// people beside it in 128 bits.
pub(crate) const BEST_MERIT: u64 = 1 << 40;

/// One, in the fixed point in which powers are computed.
const ONE: u128 = 1 << 60;

impl MarketStanding {
    /// The beginning of a period, with the results by which shares are set in it, in the order of the providers. A provider without a
    /// result is a new entrant.
    #[must_use]
    pub fn new(rules: &Market, results: &[Option<AdjustedResult>]) -> MarketStanding {
        let lot = |licences: usize| LotStanding { placed: 0, licences: vec![LicenceStanding::default(); licences] };
        let merits = match rules.allocation.by.share_rule() {
            Some(ShareRule::Performance(rule)) => merits(rule, rules.providers.len(), results),
            _ => vec![None; rules.providers.len()],
        };
        MarketStanding { lots: rules.lots.iter().map(|rules| lot(rules.licences.len())).collect(), merits }
    }

    /// How many people a provider has in a lot in the period, by the position of its licence in the lot.
    #[must_use]
    pub fn placed(&self, lot: usize, licence: usize) -> u32 {
        self.lots[lot].licences[licence].placed
    }

    /// How many people were placed in a lot in the period.
    #[must_use]
    pub fn placed_in(&self, lot: usize) -> u32 {
        self.lots[lot].placed
    }
}

/// Each result to the power of the rule, as a share of the best. All steps round down and never turn an order round, so a better result
/// never has a smaller merit.
fn merits(rule: &PerformanceRule, providers: usize, results: &[Option<AdjustedResult>]) -> Vec<Option<u64>> {
    let ratio = |provider: usize| {
        let result = results.get(provider).copied().flatten()?;
        let counts = result.people >= rule.least_people && result.expected.0 > 0;
        let (top, bottom) = (result.result.0.max(0).unsigned_abs(), result.expected.0.unsigned_abs());
        counts.then(|| u128::from(top) * WHOLE.unsigned_abs() as u128 / u128::from(bottom))
    };
    let ratios: Vec<Option<u128>> = (0..providers).map(ratio).collect();
    let best = ratios.iter().flatten().copied().max().unwrap_or_default();
    let merit = |ratio: u128| match ratio {
        // Without a good result there is no share, whatever the power; with the power 0 all are alike.
        0 if rule.half_powers > 0 => 0,
        _ => to_power(ratio.min(best), best, rule.half_powers),
    };
    ratios.into_iter().map(|ratio| ratio.map(merit)).collect()
}

/// The share of the best, to a power that is counted in halves. A result above zero keeps a merit above zero.
fn to_power(ratio: u128, best: u128, half_powers: u32) -> u64 {
    // Both are brought below 2^67 alike, so that the product fits.
    let shift = (128 - best.leading_zeros()).saturating_sub(67);
    let share = (((ratio >> shift) * ONE) / (best >> shift).max(1)).min(ONE);
    let power = (0..half_powers).fold(ONE, |power, _| (power * share) >> 60);
    let root = (power << 60).isqrt() >> 20;
    u64::try_from(root).unwrap_or(BEST_MERIT).clamp(1, BEST_MERIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_are_those_of_the_formula() {
        for (ratio, best, half_powers) in [(1u128, 2u128, 1u32), (3, 4, 2), (3, 4, 3), (9, 10, 8), (7, 7, 5), (1, 3, 0)] {
            let found = to_power(ratio * 1_000_000, best * 1_000_000, half_powers) as f64 / BEST_MERIT as f64;
            let exact = (ratio as f64 / best as f64).powf(f64::from(half_powers) / 2.0);
            assert!((found - exact).abs() < 1e-9, "{ratio}/{best} to {half_powers}/2: {found} and {exact}");
        }
    }
}
