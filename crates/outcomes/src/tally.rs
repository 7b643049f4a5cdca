//! The outcomes of everyone, added up for pricing: by provider and area, cohort and segment.

use std::collections::BTreeMap;

use base::literal::Duration;
use contract::Scheme;
use contract::tally::{CohortStage, ComparisonGroup, Tally};
use contract::terms::{Baseline, Better, Cohort, MonthEnd, later};

use crate::households::by_household;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::{OutcomeState, PersonOutcome};
use base::day::{Day, day};

/// The results of one provider in one area.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderTally {
    /// Position among the providers of the records.
    pub provider: u32,
    /// People served, whether their outcomes are observed or not.
    pub started: i64,
    /// The people for whom every outcome of the scheme is known.
    pub tally: Tally,
    /// For each outcome and each cell of the tally: everyone who started, observed or not.
    pub follow_up: Vec<Vec<FollowUpCounts>>,
}

/// The follow-up of one outcome in one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowUpCounts {
    /// People whose follow-up window and waiting period were observed.
    pub observed: i64,
    /// The sum of their results.
    pub count: i64,
    /// People who are not yet known.
    pub censored: i64,
    pub left_out: i64,
    /// People excepted from the outcome.
    pub excepted: i64,
}

/// A tally for each provider and area, in their order. A person is in it when every outcome of the scheme is known: the tally has
/// one number of people, and each outcome is a share of those of them who are not excepted from it.
#[must_use]
pub fn tallies(scheme: &Scheme, measured: &MeasuredOutcomes) -> Vec<ProviderTally> {
    tallies_at(scheme, measured, &[])
}

/// The same, with a tally for some providers and areas even where nobody started.
fn tallies_at(scheme: &Scheme, measured: &MeasuredOutcomes, places: &[(u32, usize)]) -> Vec<ProviderTally> {
    let measured = &*by_household(scheme, measured);
    let segments = scheme.segments.len();
    let areas = scheme.areas.len();
    let providers = measured.index.iter().map(|index| index.start.provider).chain(places.iter().map(|(provider, _)| *provider));
    let providers = providers.map(|provider| provider as usize + 1).max().unwrap_or(0);
    let mut groups: Vec<Option<ProviderTally>> = vec![None; providers * areas];
    let empty = |provider: u32, area: usize| {
        let tally = Tally::empty(scheme, area, (0..scheme.cohorts.len()).collect());
        let follow_up = vec![vec![FollowUpCounts::default(); tally.people.len()]; scheme.outcomes.len()];
        ProviderTally { provider, started: 0, tally, follow_up }
    };
    for (provider, area) in places {
        groups[*provider as usize * areas + area] = Some(empty(*provider, *area));
    }
    for (at, index) in measured.index.iter().enumerate() {
        let (provider, area) = (index.start.provider, index.area as usize);
        let group = groups[provider as usize * areas + area].get_or_insert_with(|| empty(provider, area));
        let cell = index.cohort as usize * segments + index.segment as usize;
        let results = measured.of(at);
        let all_known = measured.all_of(at).all(PersonOutcome::is_known);
        if index.start.comparison {
            for (outcome, result) in scheme.outcomes.iter().zip(results).enumerate().filter(|_| all_known) {
                let counts = result.1.state == OutcomeState::Observed;
                if counts && matches!(result.0.baseline, Baseline::Comparison { .. }) {
                    let comparison = &mut group.tally.comparison[outcome];
                    comparison.people[cell] += 1;
                    comparison.counts[cell] += i64::from(result.1.value);
                }
            }
            continue;
        }
        group.started += 1;
        group.tally.people[cell] += i64::from(all_known);
        let counts = |outcome: usize| all_known && results[outcome].state == OutcomeState::Observed;
        for (outcome, result) in measured.compared_before.iter().zip(measured.before(at)).filter(|(outcome, _)| counts(**outcome))
        {
            let before = &mut group.tally.comparison[*outcome];
            before.people[cell] += 1;
            before.counts[cell] += i64::from(result.value);
        }
        for (outcome, result) in results.iter().enumerate() {
            let follow_up = &mut group.follow_up[outcome][cell];
            match result.state {
                OutcomeState::Observed => {
                    follow_up.observed += 1;
                    follow_up.count += i64::from(result.value);
                }
                OutcomeState::Censored => follow_up.censored += 1,
                OutcomeState::LeftOut => follow_up.left_out += 1,
                OutcomeState::Excepted | OutcomeState::WithHousehold => {
                    follow_up.excepted += i64::from(result.state == OutcomeState::Excepted);
                    // What builds on an outcome leaves out the same people, and they are counted once.
                    if let Some(excepted) = group.tally.excepted[outcome].get_mut(cell).filter(|_| all_known) {
                        *excepted += 1;
                    }
                }
            }
            if all_known {
                group.tally.counts[outcome][cell] += i64::from(result.value);
            }
        }
    }
    groups.into_iter().flatten().collect()
}

/// The tallies that a statement prices. Beyond [`tallies`], they say how far each cohort is by a day, how many people who
/// started are left out or not yet known, and which of their results are observed already: a job counts before anybody knows
/// how long it lasts. Each provider of an area is compared with the whole comparison group of the area.
#[must_use]
pub fn payable(scheme: &Scheme, measured: &MeasuredOutcomes, as_at: Day) -> Vec<ProviderTally> {
    payable_at(scheme, measured, as_at, &[])
}

/// The same, with a tally for some providers and areas even where nobody started: a provider that holds an area earns its fee.
#[must_use]
pub fn payable_at(scheme: &Scheme, measured: &MeasuredOutcomes, as_at: Day, places: &[(u32, usize)]) -> Vec<ProviderTally> {
    let measured = &*by_household(scheme, measured);
    let mut groups = tallies_at(scheme, measured, places);
    share_comparisons(scheme, &mut groups, places);
    for group in &mut groups {
        group.tally.waiting = vec![0; group.tally.people.len()];
        group.tally.left_out = vec![0; group.tally.people.len()];
        let ended = |cohort: &usize| day(scheme.cohorts[*cohort].ends) <= as_at;
        let stage = |cohort| if ended(&cohort) { CohortStage::Complete } else { CohortStage::Running };
        group.tally.stages = group.tally.cohorts.iter().map(|cohort| stage(*cohort)).collect();
        let passed = |cohort: &usize| months_passed(&scheme.cohorts[*cohort], as_at, scheme.month_end);
        group.tally.passed = group.tally.cohorts.iter().map(passed).collect();
    }
    // Where the tally of each provider and area is, and those of each area.
    let mut place: BTreeMap<(u32, usize), usize> = BTreeMap::new();
    let mut of_area: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, group) in groups.iter().enumerate() {
        place.insert((group.provider, group.tally.area), at);
        of_area.entry(group.tally.area).or_default().push(at);
    }
    for (at, index) in measured.index.iter().enumerate() {
        let results = measured.of(at);
        let area = index.area as usize;
        let own = place.get(&(index.start.provider, area)).filter(|_| !index.start.comparison).copied();
        let any = |state| measured.all_of(at).any(|result| result.state == state);
        let (cohort, cell) = (index.cohort as usize, index.cohort as usize * scheme.segments.len() + index.segment as usize);
        if any(OutcomeState::LeftOut) {
            own.into_iter().for_each(|own| groups[own].tally.left_out[cell] += 1);
            continue;
        }
        if !any(OutcomeState::Censored) {
            continue;
        }
        // Everybody of the area waits for the comparison group.
        let waiting = if index.start.comparison { of_area.get(&area).map_or(&[][..], Vec::as_slice) } else { own.as_slice() };
        for &at in waiting {
            let stage = &mut groups[at].tally.stages[cohort];
            if *stage == CohortStage::Complete {
                *stage = CohortStage::Ended;
            }
        }
        if let Some(tally) = own.map(|own| &mut groups[own].tally) {
            tally.waiting[cell] += 1;
            // Where fewer results are better, people without one count, and only when all their outcomes are observed.
            let known = results.iter().enumerate().filter(|(_, result)| result.state == OutcomeState::Observed);
            for (outcome, result) in known.filter(|(outcome, _)| scheme.outcomes[*outcome].better == Better::More) {
                tally.counts[outcome][cell] += i64::from(result.value);
            }
        }
    }
    groups
}

/// Adds the tallies of other people under the same scheme, as at the same day.
pub fn merge(into: &mut Vec<ProviderTally>, more: Vec<ProviderTally>) {
    fn add(sums: &mut Vec<i64>, more: &[i64]) {
        sums.resize(sums.len().max(more.len()), 0);
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    let rank = |stage: &CohortStage| match stage {
        CohortStage::Running => 0,
        CohortStage::Ended => 1,
        CohortStage::Complete => 2,
    };
    for group in more {
        let same = |other: &&mut ProviderTally| (other.provider, other.tally.area) == (group.provider, group.tally.area);
        let Some(own) = into.iter_mut().find(same) else {
            into.push(group);
            continue;
        };
        own.started += group.started;
        let (tally, other) = (&mut own.tally, &group.tally);
        add(&mut tally.people, &other.people);
        add(&mut tally.waiting, &other.waiting);
        add(&mut tally.left_out, &other.left_out);
        tally.counts.iter_mut().zip(&other.counts).for_each(|(sum, more)| add(sum, more));
        tally.found_false.iter_mut().zip(&other.found_false).for_each(|(sum, more)| add(sum, more));
        tally.excepted.iter_mut().zip(&other.excepted).for_each(|(sum, more)| add(sum, more));
        for (sum, more) in tally.comparison.iter_mut().zip(&other.comparison) {
            add(&mut sum.people, &more.people);
            add(&mut sum.counts, &more.counts);
        }
        // A cohort is only as far as its slowest people.
        for (stage, more) in tally.stages.iter_mut().zip(&other.stages) {
            if rank(more) < rank(stage) {
                *stage = *more;
            }
        }
    }
}

/// Whole months of a cohort that have passed when a day is over.
fn months_passed(cohort: &Cohort, as_at: Day, rule: MonthEnd) -> i64 {
    let over = |months: &i64| day(later(cohort.starts, Duration::Months(*months), rule)) <= as_at.saturating_add(1);
    (1..=cohort.months).take_while(over).count() as i64
}

/// Gives each provider the comparison group of its whole area, and drops tallies without anybody served, except for some places.
/// Results from before the start stay with their own provider.
fn share_comparisons(scheme: &Scheme, groups: &mut Vec<ProviderTally>, places: &[(u32, usize)]) {
    let mut areas: BTreeMap<usize, Vec<ComparisonGroup>> = BTreeMap::new();
    for group in groups.iter() {
        let Some(sums) = areas.get_mut(&group.tally.area) else {
            areas.insert(group.tally.area, group.tally.comparison.clone());
            continue;
        };
        for (sum, more) in sums.iter_mut().zip(&group.tally.comparison) {
            sum.people.iter_mut().zip(&more.people).for_each(|(sum, more)| *sum += more);
            sum.counts.iter_mut().zip(&more.counts).for_each(|(sum, more)| *sum += more);
        }
    }
    groups.retain(|group| group.started > 0 || places.contains(&(group.provider, group.tally.area)));
    let shared = |outcome: &contract::terms::Outcome| matches!(outcome.baseline, Baseline::Comparison { .. });
    for group in groups {
        let (own, all) = (group.tally.comparison.iter_mut(), &areas[&group.tally.area]);
        let each = own.zip(all).zip(&scheme.outcomes).filter(|(_, outcome)| shared(outcome));
        each.for_each(|((own, all), _)| own.clone_from(all));
    }
}
