//! Linking made-up people of a region with different naming customs: pair F1 by origin, the calibration of weights, and whether
//! the interval for the share of matching pairs linked contains the truth. The error processes and seeds here were held out for
//! judging. `LOOKED_AT` and its seeds were used while the linkage was built.

use std::collections::BTreeMap;

use linkage::match_weight::probability;
use linkage::standard_comparisons::standard_comparisons;
use linkage::{LinkageOptions, LinkageResult, blocking_rules, learn_and_link};

use crate::dice::tell;
use crate::region::{HELD_OUT, LOOKED_AT, ORIGINS, Process, Row, fields, records, region};

/// Pairs of one population: right, wrong and missed.
#[derive(Clone, Copy, Default)]
struct Pairs {
    right: f64,
    wrong: f64,
    missed: f64,
}

impl Pairs {
    fn f1(self) -> f64 {
        2.0 * self.right / (2.0 * self.right + self.wrong + self.missed)
    }

    fn recall(self) -> f64 {
        self.right / (self.right + self.missed)
    }

    fn precision(self) -> f64 {
        self.right / (self.right + self.wrong)
    }

    fn add(&mut self, other: Pairs) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }
}

/// One population, linked.
struct Found {
    all: Pairs,
    origins: Vec<Pairs>,
    /// By tenth of the reported probability: pairs, the sum of probabilities, and pairs that are right.
    calibration: [(f64, f64, f64); 10],
    reported: Option<(f64, f64)>,
}

fn pairs_of(groups: &BTreeMap<u32, Vec<usize>>, with: &mut impl FnMut(usize, usize)) {
    for own in groups.values() {
        for (at, one) in own.iter().enumerate() {
            own[at + 1..].iter().for_each(|other| with(*one, *other));
        }
    }
}

fn linked(rows: &[Row]) -> Found {
    let (records, of) = records(rows);
    let fields = fields();
    let (mut model, hints) = standard_comparisons(&fields);
    blocking_rules::add_candidates(&mut model, &fields);
    let found: LinkageResult =
        learn_and_link(&records, &model, &hints, &LinkageOptions::default()).expect("a model that can be read");
    let row = |record: usize| &rows[of[record]];
    let (mut truth, mut persons) = (BTreeMap::<u32, Vec<usize>>::new(), BTreeMap::<u32, Vec<usize>>::new());
    for record in 0..records.len() {
        truth.entry(row(record).person).or_default().push(record);
        persons.entry(found.person[record]).or_default().push(record);
    }
    let (mut all, mut origins) = (Pairs::default(), vec![Pairs::default(); ORIGINS.len()]);
    pairs_of(&truth, &mut |one, other| {
        let origin = row(one).origin as usize;
        let together = found.person[one] == found.person[other];
        let pair = Pairs { right: f64::from(together), missed: f64::from(!together), wrong: 0.0 };
        all.add(pair);
        origins[origin].add(pair);
    });
    pairs_of(&persons, &mut |one, other| {
        if row(one).person != row(other).person {
            all.wrong += 1.0;
            let (a, b) = (row(one).origin as usize, row(other).origin as usize);
            origins[a].wrong += 1.0;
            if a != b {
                origins[b].wrong += 1.0;
            }
        }
    });
    let mut calibration = [(0.0, 0.0, 0.0); 10];
    for link in &found.predictions {
        let chance = probability(f64::from(link.weight));
        let of = &mut calibration[((chance * 10.0) as usize).min(9)];
        let right = row(link.left as usize).person == row(link.right as usize).person;
        *of = (of.0 + 1.0, of.1 + chance, of.2 + f64::from(right));
    }
    let reported = found.recall.and_then(|recall| recall.all).map(|all| (all.low, all.high));
    Found { all, origins, calibration, reported }
}

/// Links several populations of each process, prints the results, and returns all of them together.
fn of_processes(name: &str, processes: &[Process], seeds: std::ops::Range<u64>, people: usize) -> (Found, usize, usize) {
    let (mut together, mut covered, mut count) = (None::<Found>, 0, 0);
    for (process, seed) in processes.iter().flat_map(|process| seeds.clone().map(move |seed| (process, seed))) {
        let found = linked(&region(seed, people, process));
        let recall = found.all.recall();
        covered += usize::from(found.reported.is_none_or(|(low, high)| (low..=high).contains(&recall)));
        count += 1;
        let reported =
            found.reported.map_or("cannot be told".to_owned(), |(low, high)| format!("reported {low:.3} to {high:.3}"));
        tell(&format!(
            "{name}, seed {seed}: precision {:.4}, recall {recall:.4} ({reported}), F1 {:.4}",
            found.all.precision(),
            found.all.f1()
        ));
        match &mut together {
            None => together = Some(found),
            Some(sum) => {
                sum.all.add(found.all);
                sum.origins.iter_mut().zip(&found.origins).for_each(|(sum, of)| sum.add(*of));
                let both = sum.calibration.iter_mut().zip(found.calibration);
                both.for_each(|(sum, of)| *sum = (sum.0 + of.0, sum.1 + of.1, sum.2 + of.2));
            }
        }
    }
    let together = together.expect("some population");
    for ((origin, _), pairs) in ORIGINS.iter().zip(&together.origins) {
        tell(&format!(
            "{name}, {origin}: F1 {:.3}, precision {:.3}, recall {:.3}",
            pairs.f1(),
            pairs.precision(),
            pairs.recall()
        ));
    }
    for (pairs, reported, right) in together.calibration.iter().filter(|(pairs, _, _)| *pairs > 0.0) {
        tell(&format!(
            "{name}: of {pairs} pairs with a probability of {:.3}, {:.3} are one person",
            reported / pairs,
            right / pairs
        ));
    }
    tell(&format!("{name}: the interval contains the truth in {covered} of {count} populations"));
    (together, covered, count)
}

/// Populations of 3,000 people, one for each held-out process. `WELLSPENT_REGIONS=10` links ten of each, of 6,000 people, and
/// those that were looked at.
#[test]
fn people_of_every_origin_are_found() {
    let more = std::env::var("WELLSPENT_REGIONS").ok().and_then(|count| count.parse::<u64>().ok());
    let people = if more.is_some() { 6_000 } else { 3_000 };
    if let Some(count) = more {
        of_processes("looked at", &[LOOKED_AT], 1..1 + count, people);
    }
    let seeds = 100..100 + more.unwrap_or(1);
    let (found, covered, count) = of_processes("held out", &HELD_OUT, seeds, people);
    assert!(found.all.precision() > 0.95 && found.all.f1() > 0.92, "F1 {}", found.all.f1());
    let worst = found.origins.iter().map(|pairs| pairs.f1()).fold(1.0, f64::min);
    assert!(worst > 0.82, "the worst origin has an F1 of {worst}");
    assert!(10 * covered >= 9 * count, "the interval contains the truth in {covered} of {count}");
    for (pairs, reported, right) in found.calibration.iter().filter(|(pairs, _, _)| *pairs > 200.0) {
        assert!((reported - right).abs() < 0.25 * pairs, "of {pairs} pairs {reported} reported and {right} right");
    }
}
