//! The largest effect of rows that were set aside, compared with a count by hand. The price is a sum of counts, each with a weight, so
//! what each outcome can change is worked out by itself: the lowest sum takes of each outcome the end that is worse.

use base::day::day;
use base::money::Pence;
use contract::terms::{Outcome, OutcomeKind};
use outcomes::effect::{SetAside, effect};

use outcomes::{MeasuredOutcomes, OutcomeState, ProviderTally};
use records::gate::quality::SumEffect;

use crate::dice::Dice;
use crate::measuring::{FIRST, LAST, random_outcomes};
use crate::records::{TestRecords, plus, scheme};

/// The most that one person can count for, where there is a limit.
fn limit(outcome: &Outcome) -> i64 {
    match outcome.kind {
        OutcomeKind::Binary | OutcomeKind::Frequency { .. } => 1,
        OutcomeKind::Sustained { most, .. } | OutcomeKind::Amount { most } => most,
    }
}

fn price(weights: &[i64], groups: &[ProviderTally]) -> Pence {
    let counts = groups.iter().flat_map(|group| weights.iter().zip(&group.tally.counts));
    Pence(counts.map(|(weight, counts)| weight * counts.iter().sum::<i64>()).sum())
}

/// What moves the sum least and most, from the changes of each outcome's count to its two ends.
fn ends(weights: &[i64], changes: &[(i64, i64)]) -> (i64, i64) {
    let each = weights.iter().zip(changes).map(|(weight, (low, high))| (weight * low, weight * high));
    each.fold((0, 0), |(least, most), (low, high)| (least + low.min(high), most + low.max(high)))
}

/// For each outcome, the change of its count if everybody in a list (once for each row) is at the low end, and at the high end.
fn of_people(measured: &MeasuredOutcomes, outcomes: &[Outcome], people: &[u32]) -> Vec<(i64, i64)> {
    let mut changes = vec![(0, 0); outcomes.len()];
    for (at, index) in measured.index.iter().enumerate() {
        let rows = people.iter().filter(|person| **person == index.start.person).count() as i64;
        let known = measured.of(at).iter().all(|result| result.state == OutcomeState::Observed);
        if rows == 0 || !known || index.start.comparison {
            continue;
        }
        for ((outcome, result), change) in outcomes.iter().zip(measured.of(at)).zip(&mut changes) {
            let now = i64::from(result.value);
            let (low, high) = match outcome.kind {
                OutcomeKind::Frequency { .. } => (now, now + rows),
                _ => (0, limit(outcome).max(now)),
            };
            *change = (change.0 + low - now, change.1 + high - now);
        }
    }
    changes
}

/// The same where as many people as there are rows move in every cell.
fn of_every_cell(groups: &[ProviderTally], outcomes: &[Outcome], rows: i64) -> Vec<(i64, i64)> {
    let mut changes = vec![(0, 0); outcomes.len()];
    for group in groups {
        for ((outcome, counts), change) in outcomes.iter().zip(&group.tally.counts).zip(&mut changes) {
            for (now, people) in counts.iter().zip(&group.tally.people) {
                let down = if matches!(outcome.kind, OutcomeKind::Frequency { .. }) { 0 } else { rows * limit(outcome) };
                let room = if outcome.is_binary() { people - now } else { i64::MAX };
                let up = if *people > 0 { rows * limit(outcome) } else { 0 };
                *change = (change.0 - down.min(*now), change.1 + up.min(room).max(0));
            }
        }
    }
    changes
}

#[test]
fn the_effect_of_rows_set_aside_is_what_a_count_by_hand_gives() {
    let mut dice = Dice(31);
    let mut seen = [0; 3];
    for _ in 0..400 {
        let text = random_outcomes(&mut dice, 2);
        let scheme = scheme("last day of month", &text);
        // Up to five outcomes, every combination of ends is tried. A reason for an exception is another end.
        if scheme.outcomes.len() > 5 || scheme.outcomes.iter().any(|outcome| outcome.exceptions.is_some()) {
            continue;
        }
        let records = TestRecords::random(&mut dice, FIRST, LAST);
        let need = outcomes::need(&scheme).expect("every outcome has its rule");
        let records = records.records(need, 20);
        let as_at = day(plus(LAST, 900));
        let mut measured = outcomes::measure(&scheme, &records, as_at, as_at);
        let (results, groups) = (measured.results.clone(), outcomes::tallies(&scheme, &measured));
        let weights: Vec<i64> = scheme.outcomes.iter().map(|_| i64::from(dice.between(-9, 9))).collect();
        let base = price(&weights, &groups).0;

        let mut people: Vec<u32> = measured.index.iter().map(|index| index.start.person).filter(|_| dice.chance(20)).collect();
        people.extend(people.clone().into_iter().filter(|_| dice.chance(30)));
        people.sort_unstable();
        let mut some = |seen: usize, most: u64| if dice.below(3) as usize == seen { dice.below(most) + 1 } else { 0 };
        let (unknown, starts) = (some(0, 3), some(1, 4));
        let set_aside = SetAside { people: people.clone(), unknown, starts, ..SetAside::default() };
        let found = effect(&scheme, &mut measured, &set_aside, &|measured| outcomes::tallies(&scheme, measured), &|groups| {
            price(&weights, groups)
        });
        assert_eq!(measured.results, results, "results are put back");
        if set_aside == SetAside::default() {
            assert_eq!(found, None);
            continue;
        }
        let mut parts = vec![ends(&weights, &of_people(&measured, &scheme.outcomes, &people))];
        if unknown > 0 {
            parts.push(ends(&weights, &of_every_cell(&groups, &scheme.outcomes, unknown as i64)));
        }
        if starts > 0 && !groups.is_empty() {
            let added: Vec<(i64, i64)> = scheme.outcomes.iter().map(|outcome| (0, starts as i64 * limit(outcome))).collect();
            parts.push(ends(&weights, &added));
        }
        let (least, most) =
            parts.iter().fold((base, base), |(least, most), (low, high)| (least + low.min(&0), most + high.max(&0)));
        let bound = unknown > 0 || starts > 0;
        assert_eq!(found, Some(SumEffect::Between { least: Pence(least), most: Pence(most), bound }), "{text}\n{set_aside:?}");
        for (seen, some) in seen.iter_mut().zip([!people.is_empty(), unknown > 0, starts > 0]) {
            *seen += usize::from(some);
        }
    }
    assert!(seen.iter().all(|count| *count > 30), "{seen:?}");
}

#[test]
fn what_has_no_bound_has_none() {
    let scheme = scheme("last day of month", &random_outcomes(&mut Dice(1), 2));
    let mut measured = MeasuredOutcomes::default();
    let set_aside = SetAside { unbounded: 1, ..SetAside::default() };
    assert_eq!(effect(&scheme, &mut measured, &set_aside, &|_| vec![], &|_| Pence(0)), Some(SumEffect::Unknown));
}
