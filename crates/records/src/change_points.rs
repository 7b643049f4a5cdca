//! Where the recording of something changes: a stretch of people or days in order, in which far less of it is recorded than at the rate
//! elsewhere, or far more.
//!
//! For each unit in order (a month, a few people) it is known how often something was to be expected, and how often it was found. A
//! stretch is judged by a likelihood ratio: how much better does a fixed other rate fit than the nearest rate that is still usual? Rates from
//! [`Rates::usual`] are usual, so that laws, seasons, services that work and people who differ are left alone. The best
//! stretch of all is found in one pass, as the largest sum of neighbouring terms (Kadane; Bentley, "Programming pearls", 1984).
//!
//! False alarms: if every unit is usual, the product of the ratios from a given unit on exceeds `x` anywhere with a chance of at most `1 / x`
//! (Ville's inequality, 1939). So over all first units, other rates and places that are looked at, the chance is at most their number
//! over `x`. [`strength_needed`] is the logarithm of the `x` for a chance of [`FALSE_ALARMS`] in a whole run.

/// Which rates are usual, and which others are tried, all as shares of the expected one.
#[derive(Debug)]
pub struct Rates {
    /// The lowest and the highest usual rate.
    pub usual: (f64, f64),
    others: &'static [f64],
}

/// Of months: seasons, laws and services halve a rate or double it, and hardly ever more from one month to the next.
pub const MONTHS: Rates = Rates { usual: (0.5, 2.5), others: &[0.02, 0.2, 0.4, 5.0, 20.0] };
/// Of people in the order of their ids, which may follow an office or a risk: in the folders that `simulate` writes, people of one kind have
/// an eighth of the rate of all. So only next to nothing is told.
pub const PEOPLE: Rates = Rates { usual: (0.1, f64::INFINITY), others: &[0.002] };
/// Of places as a whole, which may serve other people.
pub const PLACES: Rates = Rates { usual: (0.25, f64::INFINITY), others: &[0.01, 0.12] };

/// The most other rates that any of them tries.
const MOST_RATES: usize = 5;
/// The chance of any false alarm in a run.
pub const FALSE_ALARMS: f64 = 0.001;
/// So many more or fewer are at least told.
pub const LEAST: f64 = 12.0;

/// Neighbouring units, what was expected and found in them, and how clearly the two differ.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stretch {
    /// The first unit, and the last.
    pub units: (usize, usize),
    pub expected: f64,
    pub found: f64,
    /// The logarithm of the likelihood ratio.
    pub strength: f64,
}

/// Finds the clearest stretch of units that are pushed one by one.
#[derive(Clone, Debug)]
pub struct ChangePoints {
    rates: &'static Rates,
    /// For each other rate, the stretch that ends here, and the best so far.
    tries: [(Stretch, Stretch); MOST_RATES],
    /// All units together.
    all: Stretch,
}

impl ChangePoints {
    /// No units yet.
    #[must_use]
    pub fn of(rates: &'static Rates) -> ChangePoints {
        ChangePoints { rates, tries: Default::default(), all: Stretch::default() }
    }

    /// Adds a unit.
    pub fn push(&mut self, unit: usize, expected: f64, found: f64) {
        self.push_between((unit, unit), expected, found);
    }

    /// Adds a unit that has a first number and a last one.
    pub fn push_between(&mut self, unit: (usize, usize), expected: f64, found: f64) {
        self.all.expected += expected;
        self.all.found += found;
        for (rate, (now, best)) in self.rates.others.iter().zip(&mut self.tries) {
            let usual = if *rate < 1.0 { self.rates.usual.0 } else { self.rates.usual.1 };
            if now.strength <= 0.0 {
                *now = Stretch { units: unit, ..Stretch::default() };
            }
            now.units.1 = unit.1;
            now.expected += expected;
            now.found += found;
            now.strength += found * (rate / usual).ln() - expected * (rate - usual);
            if now.strength > best.strength {
                *best = *now;
            }
        }
    }

    /// The clearest stretch, if it is clear enough. `looks` is the number of units of everything that is looked at in a run, and `dispersion`
    /// how many times as much the numbers vary as independent ones would.
    #[must_use]
    pub fn clearest(&self, looks: u64, dispersion: f64) -> Option<Stretch> {
        let of_all = |stretch: &Stretch| self.at_the_rate_of_others(*stretch, dispersion);
        let clear = self.tries.iter().map(|(_, best)| of_all(best)).filter(|stretch| is_told(stretch, self.rates, looks));
        clear.max_by(|one, other| one.strength.total_cmp(&other.strength))
    }

    /// The same stretch with what was to be expected at the rate of the units outside it: those inside have lowered the rate of all.
    fn at_the_rate_of_others(&self, stretch: Stretch, dispersion: f64) -> Stretch {
        let outside = (self.all.found - stretch.found, self.all.expected - stretch.expected);
        let rate = if outside.1 > 0.0 { outside.0 / outside.1 } else { 1.0 };
        Stretch { expected: stretch.expected * rate, strength: stretch.strength / dispersion.max(1.0), ..stretch }
    }
}

/// Whether one group differs from the others, where each is looked at as a whole: what is expected and found in it, and in the others.
#[must_use]
pub fn whole_group(rates: &'static Rates, own: (f64, f64), others: (f64, f64), looks: u64) -> Option<Stretch> {
    if others.0 <= 0.0 {
        return None;
    }
    let mut group = ChangePoints::of(rates);
    group.push(0, own.0 * others.1 / others.0, own.1);
    let best = group.tries.into_iter().map(|(_, best)| best).max_by(|one, other| one.strength.total_cmp(&other.strength))?;
    is_told(&best, rates, looks).then_some(best)
}

fn is_told(stretch: &Stretch, rates: &Rates, looks: u64) -> bool {
    let Stretch { expected, found, strength, .. } = *stretch;
    let unusual = found < rates.usual.0 * expected || found > rates.usual.1 * expected;
    unusual && (expected - found).abs() >= LEAST && strength >= strength_needed(looks)
}

/// The logarithm of the likelihood ratio from which on a stretch is told.
#[must_use]
pub fn strength_needed(looks: u64) -> f64 {
    (looks.max(1) as f64 * MOST_RATES as f64 / FALSE_ALARMS).ln()
}

/// How many times as much the found numbers vary about the expected ones as independent ones would, at least 1. A lower quartile says it,
/// so that the months that were lost do not: where all is dated on a few days of the year, most months are empty by nature.
#[must_use]
pub fn dispersion(units: &[(f64, f64)]) -> f64 {
    /// The lower quartile of the square of a normal deviate.
    const QUARTILE: f64 = 0.1015;
    let all = units.iter().filter(|(expected, _)| *expected >= 1.0);
    let mut squares: Vec<f64> = all.map(|(expected, found)| (found - expected).powi(2) / expected).collect();
    squares.sort_unstable_by(f64::total_cmp);
    squares.get(squares.len() / 4).map_or(1.0, |square| (square / QUARTILE).max(1.0))
}

/// The same units with what is to be expected at their own rate: that of the middle one, so that a stretch with far less or far more says
/// little; where it has nothing, that of all together.
#[must_use]
pub fn at_own_rate(units: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let (expected, found) = units.iter().fold((0.0, 0.0), |sum, (expected, found)| (sum.0 + expected, sum.1 + found));
    let mut rates: Vec<(f64, f64)> = units.iter().filter(|unit| unit.0 > 0.0).map(|unit| (unit.1 / unit.0, unit.0)).collect();
    rates.sort_unstable_by(|one, other| one.0.total_cmp(&other.0));
    let mut so_far = 0.0;
    let middle = rates.iter().find(|(_, weight)| {
        so_far += weight;
        so_far * 2.0 >= expected
    });
    let of_all = if expected > 0.0 { found / expected } else { 0.0 };
    let rate = middle.map_or(0.0, |(rate, _)| *rate);
    let rate = if rate > 0.0 { rate } else { of_all };
    units.iter().map(|(expected, found)| (expected * rate, *found)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::philox::words;

    fn uniform(seed: u64, at: u64) -> f64 {
        words(seed, at, 0, 0)[0] as f64 / 2.0_f64.powi(64)
    }

    /// Units of one person each, who has something with a chance; of those in `lost` only a share of them.
    fn people(seed: u64, number: usize, chance: f64, lost: std::ops::Range<usize>, share: f64) -> ChangePoints {
        let mut scan = ChangePoints::of(&MONTHS);
        for person in 0..number {
            let chance_here = if lost.contains(&person) { chance * share } else { chance };
            scan.push(person, chance, f64::from(u8::from(uniform(seed, person as u64) < chance_here)));
        }
        scan
    }

    #[test]
    fn a_block_of_people_is_found_with_its_ends_and_its_number() {
        for seed in 0..50 {
            for share in [0.0, 0.05, 0.2] {
                let scan = people(seed, 5_000, 0.3, 1_000..3_000, share);
                let found = scan.clearest(100_000, 1.0).expect("a block");
                assert!(found.units.0.abs_diff(1_000) < 300 && found.units.1.abs_diff(3_000) < 300, "{found:?}");
                assert!((found.expected / 600.0 - 1.0).abs() < 0.2 && found.found < 0.4 * found.expected, "{found:?}");
            }
        }
    }

    #[test]
    fn people_of_one_kind_may_have_little_and_not_nothing() {
        let of = |share: f64| {
            let mut scan = ChangePoints::of(&PEOPLE);
            for person in 0..10_000_u64 {
                let chance = if (3_000..5_000).contains(&person) { 0.3 * share } else { 0.3 };
                scan.push(person as usize, 0.3, f64::from(u8::from(uniform(9, person) < chance)));
            }
            scan.clearest(100_000, 1.0).map(|found| (found.units.0.abs_diff(3_000) < 20, found.found))
        };
        assert_eq!((of(0.12), of(0.0)), (None, Some((true, 0.0))));
    }

    /// Nothing is told of what is usual: of 2,000 runs none, where the bound allows two.
    #[test]
    fn what_is_usual_is_not_told() {
        let told = |share: f64, lost: std::ops::Range<usize>| {
            (0..500).filter(|seed| people(*seed, 4_000, 0.3, lost.clone(), share).clearest(4_000, 1.0).is_some()).count()
        };
        assert_eq!([told(1.0, 0..0), told(0.55, 1_000..3_000), told(2.0, 1_000..2_000), told(0.6, 0..3_900)], [0; 4]);
    }

    #[test]
    fn rates_that_rise_are_found_and_numbers_that_come_in_heaps_are_not() {
        let months = |of: &dyn Fn(usize) -> f64| {
            let units: Vec<(f64, f64)> = at_own_rate(&(0..40).map(|month| (3.0, of(month))).collect::<Vec<_>>());
            let mut scan = ChangePoints::of(&MONTHS);
            units.iter().enumerate().for_each(|(at, (expected, found))| scan.push(at, *expected, *found));
            scan.clearest(1_000, dispersion(&units))
        };
        let noise = |month: usize| (month * 7 % 5) as f64 - 2.0;
        let rise = months(&|month| if month >= 30 { 100.0 } else { 14.0 + noise(month) }).expect("a rise");
        assert_eq!(rise.units, (30, 39));
        let fall = months(&|month| if month >= 30 { 2.0 } else { 26.0 + noise(month) }).expect("a fall");
        assert_eq!(fall.units, (30, 39));
        assert_eq!(months(&|month| if month % 4 == 3 { 80.0 } else { 0.0 }), None, "once in four months");
        assert_eq!(months(&|month| if month % 12 < 2 { 12.0 } else { 22.0 } + noise(month)), None, "a season");
    }

    #[test]
    fn one_group_among_others() {
        let whole_group = |expected, found, looks| whole_group(&PLACES, (expected, found), (1_000.0, 1_000.0), looks);
        assert!(whole_group(100.0, 0.0, 100).is_some());
        assert!(whole_group(80.0, 0.0, 100).is_some_and(|group| group.found == 0.0));
        assert_eq!([whole_group(100.0, 30.0, 100), whole_group(10.0, 0.0, 100), whole_group(0.0, 0.0, 100)], [None; 3]);
    }
}
