//! Whom users want: what only they know is drawn once, and does not change with what providers do.

use base::philox::{open_unit, words};

use crate::assumptions::market::{AssumedProvider, MarketAssumptions};

/// Decisions about a market start here, far above those about people's outcomes, comparison groups and mixtures.
const MARKET: u64 = 1 << 52;
/// The most providers that a user names.
pub(super) const NAMED: usize = 3;

/// One person who is referred.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub area: usize,
    /// Position among the area's cells of people.
    pub cell: usize,
    pub person: u64,
    pub chooses: bool,
    /// Told of results.
    pub informed: bool,
    /// A key that decides what nothing else decides.
    pub key: u64,
    /// When the person arrives among those of the cohort.
    pub order: u64,
    /// For each provider the log odds of choosing it that do not depend on its results.
    pub liking: Vec<f32>,
}

impl Arrival {
    /// Draws what is known only to one person in one replication.
    pub(super) fn drawn(
        market: &MarketAssumptions,
        providers: &[&AssumedProvider],
        seed: u64,
        (area, cell): (usize, usize),
        person: u64,
        replication: u64,
    ) -> Arrival {
        let about = words(seed, person, replication, MARKET);
        let liking = providers.iter().enumerate().map(|(at, provider)| {
            let of_four = words(seed, person, replication, MARKET + 1 + (at / 4) as u64);
            // Gumbel's distribution: the best of several such sums is chosen with the odds of a logit.
            let taste = -(-open_unit(of_four[at % 4]).ln()).ln();
            (taste - market.users.each_mile * provider.miles.get(area).copied().unwrap_or_default()) as f32
        });
        Arrival {
            area,
            cell,
            person,
            chooses: open_unit(about[0]) < market.users.choosing,
            informed: open_unit(about[1]) < market.users.informed,
            key: about[2],
            order: about[3],
            liking: liking.collect(),
        }
    }

    /// The providers that this person names, the most wanted first. `points` says by how many percentage points the results of each are
    /// known to be better than expected; what is not offered is not named.
    pub(super) fn named(&self, each_point: f64, points: &[f64], offered: impl Fn(usize) -> bool, named: &mut Vec<usize>) {
        named.clear();
        if !self.chooses {
            return;
        }
        let known = |at: usize| if self.informed { (each_point * points[at]) as f32 } else { 0.0 };
        let liking = |at: usize| self.liking[at] + known(at);
        for provider in (0..self.liking.len()).filter(|&at| offered(at)) {
            let place = named.iter().position(|&other| liking(provider) > liking(other)).unwrap_or(named.len());
            if place < NAMED {
                named.truncate(NAMED - 1);
                named.insert(place, provider);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Arrival;
    use crate::assumptions::market::{AssumedProvider, MarketAssumptions, Users};
    use crate::mixture::Behaviour;

    fn market(each_mile: f64) -> MarketAssumptions {
        let provider = |miles: f64| AssumedProvider {
            id: String::new(),
            kind: Behaviour::Profit,
            each_person: 0.0,
            each_cohort: 0.0,
            reserve: 0.0,
            from_cohort: 0,
            miles: vec![miles],
        };
        let users = Users { choosing: 1.0, informed: 1.0, each_point: 0.1, each_mile };
        MarketAssumptions { users, providers: vec![provider(0.0), provider(10.0), provider(20.0)] }
    }

    /// How often each provider is wanted most by 20,000 people.
    fn wanted(market: &MarketAssumptions, points: &[f64]) -> [f64; 3] {
        let mut counts = [0.0; 3];
        let mut named = Vec::new();
        let providers: Vec<&AssumedProvider> = market.providers.iter().collect();
        for person in 0..20_000 {
            Arrival::drawn(market, &providers, 5, (0, 0), person, 0).named(market.users.each_point, points, |_| true, &mut named);
            assert_eq!(named.len(), 3);
            counts[named[0]] += 1.0 / 20_000.0;
        }
        counts
    }

    /// The shares are those of the multinomial logit, within four standard errors.
    #[test]
    fn choices_are_a_logit() {
        let (market, points) = (market(0.05), [0.0, 8.0, -5.0]);
        let weights: Vec<f64> = (0..3).map(|at| (0.1 * points[at] - 0.05 * 10.0 * at as f64).exp()).collect();
        let all: f64 = weights.iter().sum();
        for (share, weight) in wanted(&market, &points).into_iter().zip(weights) {
            let expected = weight / all;
            assert!((share - expected).abs() < 4.0 * (expected * (1.0 - expected) / 20_000.0).sqrt(), "{share} {expected}");
        }
    }

    #[test]
    fn who_does_not_choose_names_nobody_and_who_is_not_told_does_not_know() {
        let mut market = market(0.0);
        market.users.informed = 0.0;
        let shares = wanted(&market, &[0.0, 100.0, 0.0]);
        assert!(shares.iter().all(|share| (share - 1.0 / 3.0).abs() < 0.015), "{shares:?}");
        market.users.choosing = 0.0;
        let mut named = vec![1];
        Arrival::drawn(&market, &market.providers.iter().collect::<Vec<_>>(), 5, (0, 0), 1, 0).named(
            0.1,
            &[0.0; 3],
            |_| true,
            &mut named,
        );
        assert!(named.is_empty());
    }
}
