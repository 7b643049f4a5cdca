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

/// The same for each cell by itself where so many fewer people have started in it.
fn of_fewer_people(groups: &[ProviderTally], outcomes: &[Outcome], rows: i64) -> Vec<Vec<(i64, i64)>> {
    let cells = groups.iter().flat_map(|group| (0..group.tally.people.len()).map(move |cell| (group, cell)));
    let change = |(group, cell): (&ProviderTally, usize)| {
        let each = outcomes.iter().zip(&group.tally.counts).map(|(outcome, counts)| {
            let (now, left) = (counts[cell], (group.tally.people[cell] - rows).max(0));
            let most = if outcome.is_binary() { left } else { i64::MAX };
            let fewer = rows * of_one(outcome);
            (now.min(most) - now, (now - fewer).clamp(0, most) - now)
        });
        each.collect()
    };
    cells.map(change).collect()
}

/// The most facts of one person, as the test says.
const FACTS: i64 = 3;

/// The most that one person who is missing can count for.
fn of_one(outcome: &Outcome) -> i64 {
    if matches!(outcome.kind, OutcomeKind::Frequency { .. }) { FACTS } else { limit(outcome) }
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
        let set_aside = SetAside { people: people.clone(), unknown, starts, facts_of_one: FACTS as u64, ..SetAside::default() };
        let found = effect(&scheme, &mut measured, &set_aside, &|measured| outcomes::tallies(&scheme, measured), &|groups| {
            price(&weights, groups)
        });
        assert_eq!(measured.results, results, "results are put back");
        if people.is_empty() && unknown + starts == 0 {
            assert_eq!(found, None);
            continue;
        }
        let mut parts = vec![ends(&weights, &of_people(&measured, &scheme.outcomes, &people))];
        if unknown > 0 {
            parts.push(ends(&weights, &of_every_cell(&groups, &scheme.outcomes, unknown as i64)));
        }
        if starts > 0 && !groups.is_empty() {
            let added: Vec<(i64, i64)> = scheme.outcomes.iter().map(|outcome| (0, starts as i64 * of_one(outcome))).collect();
            parts.push(ends(&weights, &added));
            let ranges =
                |rows: i64| of_fewer_people(&groups, &scheme.outcomes, rows).into_iter().map(|each| ends(&weights, &each));
            let widest = |rows: i64, times: i64| {
                ranges(rows).fold((0, 0), |(least, most), (low, high)| (least.min(low * times), most.max(high * times)))
            };
            let (together, apart) = (widest(starts as i64, 1), widest(1, starts as i64));
            parts.push((together.0.min(apart.0), together.1.max(apart.1)));
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

/// Of more than five outcomes not every combination is tried, but the best of all and the worst of all are.
#[test]
fn many_outcomes_reach_their_best_and_their_worst() {
    let one = |name: &str, better: &str| {
        format!(
            "[outcome.{name}]\nmeasure = \"{name}\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"6 months\"\n\
             [outcome.{name}.measured]\nrule = \"any within\"\nevents = \"offence\"\n\n"
        )
    };
    let text: String = (0..7).map(|at| one(&format!("of{at}"), if at % 2 == 0 { "more" } else { "fewer" })).collect();
    let scheme = scheme("last day of month", &text);
    let records = TestRecords::random(&mut Dice(5), FIRST, LAST);
    let records = records.records(outcomes::need(&scheme).expect("every outcome has its rule"), 20);
    let as_at = day(plus(LAST, 900));
    let mut measured = outcomes::measure(&scheme, &records, as_at, as_at);
    // A pound for each better result, and one off for each worse one.
    let weights: Vec<i64> = (0..7).map(|at| if at % 2 == 0 { 1 } else { -1 }).collect();
    let groups = outcomes::tallies(&scheme, &measured);
    let base = price(&weights, &groups).0;
    let set_aside = SetAside { starts: 1, ..SetAside::default() };
    let tallies = |measured: &MeasuredOutcomes| outcomes::tallies(&scheme, measured);
    let found = effect(&scheme, &mut measured, &set_aside, &tallies, &|groups| price(&weights, groups));
    let Some(SumEffect::Between { least, most, bound: true }) = found else { panic!("{found:?}") };
    assert!(least.0 <= base - 3 && most.0 >= base + 4, "{found:?} and {base}");
}

/// A claim that was set aside may be one that was found false, whatever else is known of its person.
#[test]
fn a_claim_set_aside_may_have_been_found_false() {
    let scheme = scheme("last day of month", &random_outcomes(&mut Dice(1), 2));
    let mut measured = MeasuredOutcomes::default();
    let tally = contract::tally::Tally { people: vec![5, 5], found_false: vec![vec![0, 1]], ..Default::default() };
    let groups = vec![ProviderTally { provider: 0, started: 10, tally, follow_up: vec![] }];
    let set_aside = SetAside { claims: 2, ..SetAside::default() };
    let penalty = |groups: &[ProviderTally]| {
        Pence(groups.iter().flat_map(|group| &group.tally.found_false[0]).map(|found| -750 * found).sum())
    };
    let found = effect(&scheme, &mut measured, &set_aside, &|_| groups.clone(), &penalty);
    assert_eq!(found, Some(SumEffect::Between { least: Pence(-2250), most: Pence(-750), bound: true }));
}

#[test]
fn what_has_no_bound_has_none() {
    let scheme = scheme("last day of month", &random_outcomes(&mut Dice(1), 2));
    let mut measured = MeasuredOutcomes::default();
    let set_aside = SetAside { unbounded: 1, ..SetAside::default() };
    assert_eq!(effect(&scheme, &mut measured, &set_aside, &|_| vec![], &|_| Pence(0)), Some(SumEffect::Unknown));
}
