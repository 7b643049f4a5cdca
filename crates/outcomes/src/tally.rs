//! What became of everyone, added up for pricing: by provider and area, cohort and segment.

use std::collections::BTreeMap;

use base::literal::Duration;
use contract::Scheme;
use contract::tally::{Comparison, Stage, Tally};
use contract::terms::{Baseline, Better, Cohort, MonthEnd, later};

use super::{Measured, State};
use base::day::{Day, day};

/// What one provider's people came to in one area.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Position among the providers of the records.
    pub provider: u32,
    /// People served, known or not.
    pub started: i64,
    /// The people for whom every outcome of the scheme is known.
    pub tally: Tally,
    /// For each outcome and each cell of the tally, everyone who started, known or not.
    pub known: Vec<Vec<Known>>,
}

/// How much is known of one outcome in one cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// People whose window and wait have been observed, and what they came to.
    pub people: i64,
    pub count: i64,
    pub not_yet_known: i64,
    pub left_out: i64,
}

/// A tally for each provider and area, in their order. A person is in it when every outcome of the scheme is known: the tally
/// has one number of people, and all outcomes are shares of it.
#[must_use]
pub fn tallies(scheme: &Scheme, measured: &Measured) -> Vec<Group> {
    tallies_at(scheme, measured, &[])
}

/// The same, with a tally for each of some providers and areas even where nobody started.
fn tallies_at(scheme: &Scheme, measured: &Measured, places: &[(u32, usize)]) -> Vec<Group> {
    let segments = scheme.segments.len();
    let areas = scheme.areas.len();
    let providers = measured.index.iter().map(|index| index.start.provider).chain(places.iter().map(|(provider, _)| *provider));
    let providers = providers.map(|provider| provider as usize + 1).max().unwrap_or(0);
    let mut groups: Vec<Option<Group>> = vec![None; providers * areas];
    let empty = |provider: u32, area: usize| {
        let tally = Tally::empty(scheme, area, (0..scheme.cohorts.len()).collect());
        let known = vec![vec![Known::default(); tally.people.len()]; scheme.outcomes.len()];
        Group { provider, started: 0, tally, known }
    };
    for (provider, area) in places {
        groups[*provider as usize * areas + area] = Some(empty(*provider, *area));
    }
    for (at, index) in measured.index.iter().enumerate() {
        let (provider, area) = (index.start.provider, index.area as usize);
        let group = groups[provider as usize * areas + area].get_or_insert_with(|| empty(provider, area));
        let cell = index.cohort as usize * segments + index.segment as usize;
        let findings = measured.of(at);
        let all_known = measured.all_of(at).all(|finding| finding.state == State::Known);
        if index.start.comparison {
            for (outcome, finding) in scheme.outcomes.iter().zip(findings).enumerate().filter(|_| all_known) {
                if matches!(finding.0.baseline, Baseline::Comparison { .. }) {
                    let comparison = &mut group.tally.comparison[outcome];
                    comparison.people[cell] += 1;
                    comparison.counts[cell] += i64::from(finding.1.value);
                }
            }
            continue;
        }
        group.started += 1;
        group.tally.people[cell] += i64::from(all_known);
        for (outcome, finding) in measured.held_before.iter().zip(measured.before(at)).filter(|_| all_known) {
            let before = &mut group.tally.comparison[*outcome];
            before.people[cell] += 1;
            before.counts[cell] += i64::from(finding.value);
        }
        for (outcome, finding) in findings.iter().enumerate() {
            let known = &mut group.known[outcome][cell];
            match finding.state {
                State::Known => {
                    known.people += 1;
                    known.count += i64::from(finding.value);
                }
                State::NotYetKnown => known.not_yet_known += 1,
                State::LeftOut => known.left_out += 1,
            }
            if all_known {
                group.tally.counts[outcome][cell] += i64::from(finding.value);
            }
        }
    }
    groups.into_iter().flatten().collect()
}

/// The tallies that a statement is priced by. Beyond [`tallies`], they say how far each cohort has come by a day, who has
/// started and is still waited for, and which results are known of those already: a job counts before it is known how long it
/// lasts. The comparison people of an area are compared with every provider's people there.
#[must_use]
pub fn payable(scheme: &Scheme, measured: &Measured, as_at: Day) -> Vec<Group> {
    payable_at(scheme, measured, as_at, &[])
}

/// The same, with a tally for each of some providers and areas even where nobody started: who holds an area is owed its fee.
#[must_use]
pub fn payable_at(scheme: &Scheme, measured: &Measured, as_at: Day, places: &[(u32, usize)]) -> Vec<Group> {
    let mut groups = tallies_at(scheme, measured, places);
    share_comparisons(scheme, &mut groups, places);
    for group in &mut groups {
        group.tally.waiting = vec![0; group.tally.people.len()];
        let ended = |cohort: &usize| day(scheme.cohorts[*cohort].ends) <= as_at;
        let stage = |cohort| if ended(&cohort) { Stage::Complete } else { Stage::Running };
        group.tally.stages = group.tally.cohorts.iter().map(|cohort| stage(*cohort)).collect();
        let passed = |cohort: &usize| months_passed(&scheme.cohorts[*cohort], as_at, scheme.month_end);
        group.tally.passed = group.tally.cohorts.iter().map(passed).collect();
    }
    for (at, index) in measured.index.iter().enumerate() {
        let findings = measured.of(at);
        let waits = measured.all_of(at).any(|finding| finding.state == State::NotYetKnown);
        if !waits || measured.all_of(at).any(|finding| finding.state == State::LeftOut) {
            continue;
        }
        let (cohort, cell) = (index.cohort as usize, index.cohort as usize * scheme.segments.len() + index.segment as usize);
        for group in groups.iter_mut().filter(|group| group.tally.area == index.area as usize) {
            let own = group.provider == index.start.provider;
            if (own || index.start.comparison) && group.tally.stages[cohort] == Stage::Complete {
                group.tally.stages[cohort] = Stage::Ended;
            }
            if own && !index.start.comparison {
                group.tally.waiting[cell] += 1;
                // Of a result that there should be fewer of, what counts is who has not had it: only people known in all.
                let known = findings.iter().enumerate().filter(|(_, finding)| finding.state == State::Known);
                for (outcome, finding) in known.filter(|(outcome, _)| scheme.outcomes[*outcome].better == Better::More) {
                    group.tally.counts[outcome][cell] += i64::from(finding.value);
                }
            }
        }
    }
    groups
}

/// Adds the groups of other people under the same scheme, as at the same day.
pub fn merge(into: &mut Vec<Group>, more: Vec<Group>) {
    fn add(sums: &mut Vec<i64>, more: &[i64]) {
        sums.resize(sums.len().max(more.len()), 0);
        sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
    }
    let rank = |stage: &Stage| match stage {
        Stage::Running => 0,
        Stage::Ended => 1,
        Stage::Complete => 2,
    };
    for group in more {
        let same = |other: &&mut Group| (other.provider, other.tally.area) == (group.provider, group.tally.area);
        let Some(own) = into.iter_mut().find(same) else {
            into.push(group);
            continue;
        };
        own.started += group.started;
        let (tally, other) = (&mut own.tally, &group.tally);
        add(&mut tally.people, &other.people);
        add(&mut tally.waiting, &other.waiting);
        tally.counts.iter_mut().zip(&other.counts).for_each(|(sum, more)| add(sum, more));
        tally.found_false.iter_mut().zip(&other.found_false).for_each(|(sum, more)| add(sum, more));
        for (sum, more) in tally.comparison.iter_mut().zip(&other.comparison) {
            add(&mut sum.people, &more.people);
            add(&mut sum.counts, &more.counts);
        }
        // A cohort is as far as the least of its people.
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

/// Gives each provider the comparison people of its whole area, and drops groups of nobody else, but for some places. What people did before they
/// started stays with their own provider.
fn share_comparisons(scheme: &Scheme, groups: &mut Vec<Group>, places: &[(u32, usize)]) {
    let mut areas: BTreeMap<usize, Vec<Comparison>> = BTreeMap::new();
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
