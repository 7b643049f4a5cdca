//! Uncertainty from linkage propagated to a rate, compared with planted truth. Probation knows who started, and the police know
//! who offended. Nobody knows which records are the same person, but each link's probability is right, and the truth is planted
//! by these probabilities.

use linkage::draws::{LinkageDraws, draws};
use linkage::identity::RecordKey;
use linkage::joined::propagated_uncertainty::{EstimateRange, LinkageEstimate, PropagatedUncertainty, propagate};
use linkage::persons::{Member, RecordLink};
use outcomes::sums::Sums;

use crate::dice::{Dice, tell};

/// How often people offend whose link is not in doubt.
const SURE_RATE: u64 = 30;
const PEOPLE: usize = 300;

/// What the agencies hold, and the truth.
#[derive(Default)]
struct Planted {
    members: Vec<Member>,
    links: Vec<RecordLink>,
    /// For each person who started whether they offended.
    truth: Vec<bool>,
}

impl Planted {
    fn record(&mut self, agency: &str, id: String, person: &str) -> RecordKey {
        let key = RecordKey { agency: agency.into(), id };
        self.members.push(Member { key: key.clone(), person: person.into(), quality: 1.0 });
        key
    }

    fn link(&mut self, one: &RecordKey, other: &RecordKey, probability: f64) {
        self.links.push(RecordLink { pair: [one.clone(), other.clone()], probability });
    }

    /// For `doubtful` in a hundred people each offence may be theirs or a stranger's. Half of them share one with a second
    /// person.
    fn new(seed: u64, doubtful: u64) -> Planted {
        let mut dice = Dice(seed);
        let mut planted = Planted::default();
        while planted.truth.len() < PEOPLE {
            let id = planted.truth.len();
            let own = format!("p{id}");
            let one = planted.record("probation", format!("{id}"), &own);
            if !dice.chance(doubtful) {
                let offended = dice.chance(SURE_RATE);
                if offended {
                    let offence = planted.record("police", format!("{id}"), &own);
                    planted.link(&one, &offence, 1.0);
                }
                planted.truth.push(offended);
                continue;
            }
            // From 0.2 to 0.5: as linked, nobody has the offence.
            let probability = 0.2 + dice.below(300) as f64 / 1000.0;
            let offence = planted.record("police", format!("{id}"), &format!("s{id}"));
            planted.link(&one, &offence, probability);
            let odds = probability / (1.0 - probability);
            let mut wanted = dice.below(1 << 40) as f64 / (1_u64 << 40) as f64;
            if dice.chance(50) && id + 1 < PEOPLE {
                let second = planted.record("probation", format!("{}", id + 1), &format!("p{}", id + 1));
                planted.link(&second, &offence, 0.5);
                planted.link(&one, &second, 0.0);
                // Odds of so much to 1 to 1: the first person's, the second's, or neither's.
                wanted *= odds + 2.0;
                planted.truth.push(wanted < odds);
                planted.truth.push((odds..odds + 1.0).contains(&wanted));
            } else {
                planted.truth.push(wanted < probability);
            }
        }
        // As the tables come: in the order of agencies and ids.
        planted.members.sort_by(|a, b| a.key.cmp(&b.key));
        planted
    }

    /// The share of people who started and have a police record.
    fn figure(&self, persons: &[u32]) -> LinkageEstimate {
        let mut offended = vec![false; persons.len()];
        let of = |agency: &'static str| self.members.iter().zip(persons).filter(move |(member, _)| member.key.agency == agency);
        of("police").for_each(|(_, person)| offended[*person as usize] = true);
        let people = of("probation").count() as i64;
        let sum = of("probation").filter(|(_, person)| offended[**person as usize]).count() as i64;
        let sums = Sums { people, sum, squares: sum };
        LinkageEstimate { value: sums.mean(), variance: sums.variance(), people }
    }

    fn carried(&self, seed: u64, count: usize) -> PropagatedUncertainty {
        let uniform = move |component: u64, draw: u64, step: u64| {
            let mut dice = Dice(seed ^ component << 40 ^ draw << 20 ^ step);
            let _ = dice.roll();
            ((dice.roll() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
        };
        let drawn: LinkageDraws = draws(&self.members, &self.links, count, &uniform);
        let figures: Vec<LinkageEstimate> = (0..count).map(|draw| self.figure(&drawn.persons(draw))).collect();
        propagate(self.figure(&drawn.linked), &figures, EstimateRange::Share)
    }

    fn rate(&self) -> f64 {
        self.truth.iter().filter(|offended| **offended).count() as f64 / self.truth.len() as f64
    }
}

/// With independent links alone, the rate over draws has the mean of the probabilities, and the variance of as many Bernoulli
/// trials.
#[test]
fn independent_links_have_a_closed_form() {
    let mut planted = Planted::default();
    let probabilities: Vec<f64> = (0..PEOPLE).map(|at| (at % 99 + 1) as f64 / 100.0).collect();
    for (at, probability) in probabilities.iter().enumerate() {
        let one = planted.record("probation", format!("{at:03}"), &format!("p{at}"));
        let other = planted.record("police", format!("{at:03}"), &format!("s{at}"));
        planted.link(&one, &other, *probability);
    }
    planted.members.sort_by(|a, b| a.key.cmp(&b.key));
    let count = 4_000;
    let found = planted.carried(11, count);
    let mean = probabilities.iter().sum::<f64>() / PEOPLE as f64;
    let variance = probabilities.iter().map(|p| p * (1.0 - p)).sum::<f64>() / (PEOPLE * PEOPLE) as f64;
    let error = (variance / count as f64).sqrt();
    assert!((found.mean - mean).abs() < 4.0 * error, "{} is not {mean} ± 4 × {error}", found.mean);
    // The squared Monte Carlo error times the number of draws is the variance. The error of a variance is √(2 / draws) of it.
    let spread = found.mean_error.powi(2) * count as f64;
    assert!((spread / variance - 1.0).abs() < 4.0 * (2.0 / count as f64).sqrt(), "{spread} is not {variance}");
    assert_eq!(found.as_linked.value, 0.0);
}

/// Over many plantings, the interval of linkage contains the planted rate about as often as it says. An interval that takes the
/// linkage as certain hardly ever contains it.
#[test]
fn the_intervals_hold_what_was_planted() {
    const PLANTINGS: u64 = 400;
    let (mut linkage, mut both, mut naive, mut width) = (0, 0, 0, 0.0);
    // Among people like these: three in four offend at the sure rate, and the others as their links say. The mean over
    // plantings.
    let expected = {
        let many: Vec<f64> = (0..4_000).map(|seed| Planted::new(1_000_000 + seed, 25).rate()).collect();
        many.iter().sum::<f64>() / many.len() as f64
    };
    for seed in 0..PLANTINGS {
        let planted = Planted::new(seed, 25);
        let found = planted.carried(seed, 200);
        let holds = |interval: (f64, f64), value: f64| interval.0 - 1e-9 <= value && value <= interval.1 + 1e-9;
        linkage += u32::from(holds(found.linkage, planted.rate()));
        both += u32::from(holds(found.both, expected));
        naive += u32::from(holds(found.people, expected));
        width += (found.linkage.1 - found.linkage.0) / PLANTINGS as f64;
    }
    let share = |count: u32| f64::from(count) / PLANTINGS as f64;
    tell(&format!(
        "linkage alone {:.3}, both {:.3}, as linked {:.3}; mean width of linkage alone {width:.3}",
        share(linkage),
        share(both),
        share(naive)
    ));
    // Three binomial errors of 400 trials at 0.95 are 0.033. Whole people make the interval a little too wide.
    assert!((0.917..=0.99).contains(&share(linkage)), "linkage alone: {}", share(linkage));
    // The links were planted without regard to the rate, so both together is on the safe side: see docs/linkage.md.
    assert!(share(both) >= 0.917, "both: {}", share(both));
    assert!(share(naive) < 0.7, "as linked: {}", share(naive));
}
