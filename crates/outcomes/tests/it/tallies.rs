//! Tallies, compared with a count of people one by one.

use std::collections::{BTreeMap, BTreeSet};

use base::day::{Day, day};
use contract::Scheme;
use contract::tally::CohortStage;
use contract::terms::{Baseline, Better};
use outcomes::{IndexEvent, MeasuredOutcomes, OutcomeState, PersonOutcome, ProviderTally};

use crate::dice::Dice;
use crate::measuring::{FIRST, LAST, random_outcomes};
use crate::records::{TestRecords, plus, scheme};

/// A random scheme with comparison groups where the rules allow them, and random records measured under it.
fn drawn(dice: &mut Dice) -> (Scheme, MeasuredOutcomes, Day) {
    let mut text = random_outcomes(dice, 3);
    for at in 1..3 {
        let head = format!("[outcome.o{at}]\n");
        // A part that follows from an outcome has its people, so its baseline cannot differ; an amount that is reached is such a part.
        if dice.chance(60) && text.contains(&head) {
            text = text.replace(&head, &format!("{head}baseline = {{ comparison_people_each = 2 }}\n"));
        }
    }
    let scheme = scheme("last day of month", &text);
    let records = TestRecords::random(dice, FIRST, LAST);
    let need = outcomes::need(&scheme).expect("every outcome has its rule");
    let records = records.records(need, 20);
    let as_at = day(plus(LAST, dice.between(-200, 700)));
    let measured = outcomes::measure(&scheme, &records, as_at, as_at);
    (scheme, measured, as_at)
}

/// The people whom one cell counts, with their results.
fn people_of(measured: &MeasuredOutcomes, fits: impl Fn(&IndexEvent) -> bool) -> impl Iterator<Item = &[PersonOutcome]> {
    (0..measured.index.len()).filter(move |at| fits(&measured.index[*at])).map(|at| measured.of(at))
}

fn all_known(results: &[PersonOutcome]) -> bool {
    results.iter().all(|result| matches!(result.state, OutcomeState::Observed | OutcomeState::Excepted))
}

fn any(results: &[PersonOutcome], state: OutcomeState) -> bool {
    results.iter().any(|result| result.state == state)
}

/// The sum of the values of an outcome.
fn sum<'m>(people: impl Iterator<Item = &'m [PersonOutcome]>, outcome: usize) -> i64 {
    people.map(|results| i64::from(results[outcome].value)).sum()
}

/// Checks one tally cell by cell.
fn check(scheme: &Scheme, measured: &MeasuredOutcomes, as_at: Day, group: &ProviderTally, seen: &mut BTreeMap<&str, usize>) {
    let tally = &group.tally;
    for (cell, (cohort, segment)) in
        (0..scheme.cohorts.len()).flat_map(|cohort| (0..scheme.segments.len()).map(move |segment| (cohort, segment))).enumerate()
    {
        let place = |index: &IndexEvent| {
            (index.area as usize, index.cohort as usize, index.segment as usize) == (tally.area, cohort, segment)
        };
        let own = |index: &IndexEvent| place(index) && !index.start.comparison && index.start.provider == group.provider;
        let compared = |index: &IndexEvent| place(index) && index.start.comparison;
        let mine = || people_of(measured, own);
        assert_eq!(tally.people[cell], mine().filter(|results| all_known(results)).count() as i64);
        assert_eq!(tally.left_out[cell], mine().filter(|results| any(results, OutcomeState::LeftOut)).count() as i64);
        let waits = |results: &&[PersonOutcome]| any(results, OutcomeState::Censored) && !any(results, OutcomeState::LeftOut);
        assert_eq!(tally.waiting[cell], mine().filter(waits).count() as i64);
        for (at, outcome) in scheme.outcomes.iter().enumerate() {
            let mut count = sum(mine().filter(|results| all_known(results)), at);
            if outcome.better == Better::More {
                count += sum(mine().filter(waits).filter(|results| results[at].state == OutcomeState::Observed), at);
            }
            assert_eq!(tally.counts[at][cell], count, "{}", outcome.name);
            let whole = || {
                people_of(measured, compared)
                    .filter(|results| all_known(results))
                    .filter(|results| results[at].state == OutcomeState::Observed)
            };
            if matches!(outcome.baseline, Baseline::Comparison { .. }) {
                let comparison = (tally.comparison[at].people[cell], tally.comparison[at].counts[cell]);
                assert_eq!(comparison, (whole().count() as i64, sum(whole(), at)), "{}", outcome.name);
                *seen.entry("compared").or_default() += usize::from(comparison.1 > 0);
            }
        }
        *seen.entry("left out").or_default() += usize::from(tally.left_out[cell] > 0);
        *seen.entry("waiting").or_default() += usize::from(tally.waiting[cell] > 0);
    }
    for (at, cohort) in scheme.cohorts.iter().enumerate() {
        let concerned = |index: &IndexEvent| {
            let own = index.start.comparison || index.start.provider == group.provider;
            (index.area as usize, index.cohort as usize) == (tally.area, at) && own
        };
        let unknown = |results: &&[PersonOutcome]| any(results, OutcomeState::Censored) && !any(results, OutcomeState::LeftOut);
        let stage = match (day(cohort.ends) <= as_at, people_of(measured, concerned).any(|results| unknown(&results))) {
            (false, _) => CohortStage::Running,
            (true, true) => CohortStage::Ended,
            (true, false) => CohortStage::Complete,
        };
        assert_eq!(tally.stages[at], stage);
        *seen
            .entry(match stage {
                CohortStage::Running => "running",
                CohortStage::Ended => "ended",
                CohortStage::Complete => "complete",
            })
            .or_default() += 1;
    }
}

#[test]
fn what_is_paid_is_a_count_of_people_one_by_one() {
    let mut dice = Dice(77);
    let mut seen = BTreeMap::new();
    for _ in 0..150 {
        let (scheme, measured, as_at) = drawn(&mut dice);
        let groups = outcomes::payable(&scheme, &measured, as_at);
        let served: BTreeSet<(u32, u32)> = measured
            .index
            .iter()
            .filter(|index| !index.start.comparison)
            .map(|index| (index.start.provider, index.area))
            .collect();
        let places: BTreeSet<(u32, u32)> = groups.iter().map(|group| (group.provider, group.tally.area as u32)).collect();
        assert_eq!(places, served, "a tally for each provider that served somebody in an area");
        groups.iter().for_each(|group| check(&scheme, &measured, as_at, group, &mut seen));
    }
    assert_eq!(seen.len(), 6, "{seen:?}");
    assert!(seen.values().all(|count| *count > 50), "{seen:?}");
}

#[test]
fn tallies_of_two_halves_of_the_people_add_up_to_those_of_all() {
    let mut dice = Dice(78);
    for _ in 0..150 {
        let (scheme, measured, as_at) = drawn(&mut dice);
        // People of the comparison group belong to an area and not to a half.
        let all = measured.only(|index| !index.start.comparison);
        let half = |odd: bool| all.only(|index| (index.start.person % 2 == 1) == odd);
        let mut sum = outcomes::payable(&scheme, &half(false), as_at);
        outcomes::merge(&mut sum, outcomes::payable(&scheme, &half(true), as_at));
        sum.sort_by_key(|group| (group.provider, group.tally.area));
        let whole = outcomes::payable(&scheme, &all, as_at);
        let of = |groups: &[ProviderTally]| {
            groups.iter().map(|group| (group.provider, group.started, group.tally.clone())).collect::<Vec<_>>()
        };
        assert_eq!(of(&sum), of(&whole));
    }
}

#[test]
fn the_mean_of_an_outcome_and_its_variance_are_those_of_the_people_observed() {
    let mut dice = Dice(79);
    let mut observed = 0;
    for _ in 0..50 {
        let (scheme, measured, _) = drawn(&mut dice);
        let served = |index: &IndexEvent| !index.start.comparison;
        for (at, sums) in outcomes::sums::sums(&measured, &served).iter().enumerate() {
            let values: Vec<f64> = people_of(&measured, served)
                .filter(|results| results[at].state == OutcomeState::Observed)
                .map(|results| f64::from(results[at].value))
                .collect();
            let people = values.len().max(1) as f64;
            let mean = values.iter().sum::<f64>() / people;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / people / people;
            assert_eq!(sums.people, values.len() as i64);
            assert!((sums.mean() - mean).abs() < 1e-9, "{}", scheme.outcomes[at].name);
            assert!((sums.variance() - variance).abs() < 1e-6 * variance.max(1.0), "{}", scheme.outcomes[at].name);
            observed += usize::from(variance > 0.0);
        }
    }
    assert!(observed > 50, "{observed}");
}
