//! Households of simulated people: who is in one with whom, and how likely a household is to have a result.
//!
//! People of one cohort and segment are in one household in the order of their numbers, so many together as the contract expects. Where that
//! is not a whole number, households have the two whole numbers of members around it. A household counts with its first person, whose
//! draw decides it.

use contract::Scheme;
use contract::measurement::HouseholdMembers;

/// Households among so many people of one cohort and segment.
#[must_use]
pub fn households(scheme: &Scheme, people: usize) -> i64 {
    contract::explain::households_of(scheme, people as i64)
}

/// Whether a household counts with a person, by the person's place in the cohort and segment, from 0.
#[must_use]
pub fn counts_with(scheme: &Scheme, place: usize) -> bool {
    households(scheme, place + 1) > households(scheme, place)
}

/// The uniform of a person that decides an outcome. Of people with whom no household counts it is the largest number, which is below no
/// threshold of an outcome that counts households.
#[must_use]
#[inline]
pub(crate) fn uniform(scheme: &Scheme, outcome: usize, place: usize, drawn: u32) -> u32 {
    let counts = !scheme.outcomes[outcome].counts_households || counts_with(scheme, place);
    if counts { drawn } else { u32::MAX }
}

/// How the members of a household are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct HouseholdAssumption {
    /// Members on average, at least 1.
    pub size: f64,
    /// The share of households in which all members have the same result. In the others each has its own.
    pub alike: f64,
}

impl HouseholdAssumption {
    /// The chance that enough members of a household have an outcome that each of them has with this chance.
    pub(crate) fn chance(self, each: f64, needed: HouseholdMembers) -> f64 {
        let (each, fewest) = (each.clamp(0.0, 1.0), self.size.floor().max(1.0));
        let larger = (self.size - fewest).clamp(0.0, 1.0);
        let of = |members: i64| {
            let needed = match needed {
                HouseholdMembers::All => members,
                HouseholdMembers::AtLeast(number) => number.max(1),
            };
            let same = if needed <= members { each } else { 0.0 };
            self.alike * same + (1.0 - self.alike) * at_least(needed, members, each)
        };
        let fewest = fewest as i64;
        (1.0 - larger) * of(fewest) + larger * of(fewest + 1)
    }
}

/// The chance of so many successes or more in so many independent tries.
fn at_least(needed: i64, tries: i64, chance: f64) -> f64 {
    if needed > tries {
        return 0.0;
    }
    1.0 - base::statistics::binomial_cdf(needed - 1, tries, chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: HouseholdAssumption = HouseholdAssumption { size: 3.0, alike: 0.0 };

    #[test]
    fn chances_of_a_household_are_those_of_the_textbook() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} and {b}");
        close(THREE.chance(0.2, HouseholdMembers::AtLeast(1)), 1.0 - 0.8f64.powi(3));
        close(THREE.chance(0.2, HouseholdMembers::AtLeast(2)), 3.0 * 0.04 * 0.8 + 0.008);
        close(THREE.chance(0.2, HouseholdMembers::All), 0.008);
        close(THREE.chance(0.2, HouseholdMembers::AtLeast(4)), 0.0);
    }

    #[test]
    fn a_household_whose_members_are_alike_is_like_one_person() {
        let alike = HouseholdAssumption { alike: 1.0, ..THREE };
        for needed in [HouseholdMembers::All, HouseholdMembers::AtLeast(1), HouseholdMembers::AtLeast(3)] {
            assert!((alike.chance(0.37, needed) - 0.37).abs() < 1e-12);
        }
    }

    #[test]
    fn half_of_the_households_are_larger_where_the_size_is_halfway() {
        let half = HouseholdAssumption { size: 2.5, alike: 0.0 };
        let expected = (0.3f64.powi(2) + 0.3f64.powi(3)) / 2.0;
        assert!((half.chance(0.3, HouseholdMembers::All) - expected).abs() < 1e-12);
    }
}
