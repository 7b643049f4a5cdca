//! The people of one area: how many come in each cohort and segment, their numbers, and the chances they face.

use base::money::WHOLE;
use base::schedule::{CohortTime, Schedule};
use contract::Scheme;
use contract::measurement::HouseholdMembers;
use contract::terms::OutcomeKind;

use crate::amounts::{AmountDistribution, AmountLevel};
use crate::assumptions::{Assumptions, Help, Move};
use crate::draws::threshold;
use crate::households::HouseholdAssumption;
use crate::individuals::{HIGHEST, Queue, Risks, folded_threshold, level_where};
pub use crate::people_cell::PeopleCell;

/// The people of one area, by cohort and then segment.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaPeople {
    pub area: usize,
    /// Positions in the scheme of the cohorts simulated.
    pub cohorts: Vec<usize>,
    pub segments: usize,
    pub cells: Vec<PeopleCell>,
}

impl AreaPeople {
    /// Everyone in the area.
    #[must_use]
    pub fn count(&self) -> usize {
        self.cells.iter().map(|cell| cell.people).sum()
    }

    /// People of one segment over all cohorts.
    #[must_use]
    pub fn in_segment(&self, segment: usize) -> usize {
        self.cells.iter().filter(|cell| cell.segment == segment).map(|cell| cell.people).sum()
    }
}

/// The people of every area.
#[must_use]
pub fn people(scheme: &Scheme, assumptions: &Assumptions) -> Vec<AreaPeople> {
    let cohorts: Vec<usize> = (0..scheme.cohorts.len()).filter(|&at| scheme.cohorts[at].year < assumptions.years).collect();
    let mut next_person = 1;
    let mut queues: Vec<Queue> =
        assumptions.individuals.iter().flat_map(|file| (0..assumptions.segments.len()).map(|at| Queue::new(file, at))).collect();
    let mut out = Vec::new();
    for area in 0..scheme.areas.len() {
        let mut cells = Vec::new();
        for (position, &cohort) in cohorts.iter().enumerate() {
            for (segment, people) in divide(scheme, assumptions, area, scheme.cohorts[cohort].time()).into_iter().enumerate() {
                let rows = queues.get_mut(segment).map_or(Vec::new(), |queue| queue.next(people));
                cells.push(PeopleCell { cohort: position, segment, first_person: next_person, people, rows });
                next_person += people as u64;
            }
        }
        out.push(AreaPeople { area, cohorts: cohorts.clone(), segments: assumptions.segments.len(), cells });
    }
    out
}

/// One cohort's people by segment of the assumptions: in whole people, by largest remainders.
fn divide(scheme: &Scheme, assumptions: &Assumptions, area: usize, time: CohortTime) -> Vec<usize> {
    let mut shares: Vec<f64> = assumptions.segments.iter().map(|segment| segment.share).collect();
    if scheme.people.by_segment() {
        // The contract says how many come in each of its own segments; the assumptions only divide those further.
        for priced in 0..scheme.segments.len() {
            let within: f64 = assumptions.segments.iter().filter(|s| s.priced_as == priced).map(|s| s.share).sum();
            let expected = scheme.people.at(area, priced, time).0 as f64;
            for (at, segment) in assumptions.segments.iter().enumerate().filter(|(_, s)| s.priced_as == priced) {
                shares[at] = expected * segment.share / within.max(1e-12);
            }
        }
    } else {
        let expected = scheme.people.at(area, 0, time).0 as f64;
        shares.iter_mut().for_each(|share| *share *= expected);
    }
    let exact: Vec<f64> = shares.iter().map(|people| people * assumptions.volume).collect();
    let total = exact.iter().sum::<f64>().round() as usize;
    let mut whole: Vec<usize> = exact.iter().map(|people| people.floor() as usize).collect();
    let mut order: Vec<usize> = (0..exact.len()).collect();
    order.sort_by(|&a, &b| exact[b].fract().total_cmp(&exact[a].fract()).then(a.cmp(&b)));
    let short = total.saturating_sub(whole.iter().sum());
    for &at in order.iter().cycle().take(short) {
        whole[at] += 1;
    }
    whole
}

/// The chances that the people of one area face, and how help moves them.
#[derive(Clone, Debug, PartialEq)]
pub struct Chances {
    segments: usize,
    /// For each binary outcome and segment: its chance as things are now. For an amount: the mean of what counts.
    now: Vec<Vec<f64>>,
    /// For each outcome compared with the same people before: the chance (or the events for each) then, by segment.
    before: Vec<Vec<f64>>,
    /// The same without any help.
    none: Vec<Vec<f64>>,
    /// For each outcome that is an amount, and segment.
    amounts: Vec<Vec<OwnAmounts>>,
    /// For each outcome that is to reach a level of an amount: which amount, and the level.
    reaches: Vec<Option<(usize, f64)>>,
    /// For each binary outcome whose people have chances of their own, and segment.
    own: Vec<Vec<OwnChances>>,
    /// For each outcome: +1 when more is better, −1 when fewer.
    sign: Vec<f64>,
    /// For each outcome that is made of others: which, and how many of them need a good result.
    some_of: Vec<Option<SomeOf>>,
    /// For each outcome of a household: that of its members, and how many of them need it.
    households: Vec<Option<(usize, HouseholdMembers)>>,
    /// For each outcome, whether it counts households. Its chances are those of a household, shared by the people of it: results for each
    /// person served, as of every other outcome.
    counts_households: Vec<bool>,
    household: HouseholdAssumption,
    /// For each kind of help and segment.
    pub helps: Vec<Vec<HelpEffect>>,
    /// For each outcome that is counted on top of a binary one, and segment: mean events, or mean periods, of a person
    /// affected; 1 for binary outcomes.
    pub each: Vec<Vec<f64>>,
}

/// What an outcome that is made of others is made of.
type SomeOf = (Vec<usize>, usize);

/// The individual chances of the people of one segment, and the segment's level: each person's risk of the bad result is the file's
/// times the level.
#[derive(Clone, Debug, PartialEq)]
struct OwnChances {
    risks: Risks,
    level_now: f64,
    level_none: f64,
}

/// The amounts of the people of one segment, and where their mean is.
#[derive(Clone, Copy, Debug, PartialEq)]
struct OwnAmounts {
    distribution: AmountDistribution,
    level_now: f64,
    level_none: f64,
}

/// What one kind of help does in one segment.
#[derive(Clone, Debug, PartialEq)]
pub struct HelpEffect {
    pub spent_now: f64,
    pub half_cost: f64,
    pub moves: Vec<Option<Move>>,
}

impl HelpEffect {
    /// How much of what money can buy a spend buys: 0 at zero, a half at `half_cost`, near 1 at far more.
    #[must_use]
    pub fn bought(&self, spend: f64) -> f64 {
        1.0 - (-spend.max(0.0) / self.half_cost * std::f64::consts::LN_2).exp()
    }
}

impl Chances {
    /// The chances of the people of one area.
    #[must_use]
    pub fn of(scheme: &Scheme, assumptions: &Assumptions, people: &AreaPeople) -> Chances {
        let area = people.area;
        let segments = assumptions.segments.len();
        let sign: Vec<f64> = scheme.outcomes.iter().map(|outcome| outcome.sign() as f64).collect();
        let helps: Vec<Vec<HelpEffect>> = assumptions.help.iter().map(|help| effects(help, area, segments)).collect();
        let mut now = Vec::new();
        let mut each = Vec::new();
        let mut own = vec![Vec::new(); scheme.outcomes.len()];
        let mut amounts = vec![Vec::new(); scheme.outcomes.len()];
        for (at, outcome) in scheme.outcomes.iter().enumerate() {
            let belief = &assumptions.outcomes[at];
            let values: Vec<f64> = (0..segments).map(|segment| belief.now.at(area, segment, CohortTime::FIRST)).collect();
            let (chances, means) = match outcome.kind {
                OutcomeKind::Binary if assumptions.individuals.as_ref().is_some_and(|file| file.have(at)) => {
                    own[at] = own_chances(scheme, assumptions, people, at);
                    (own[at].iter().map(|own| side(own.risks.mean(own.level_now), sign[at])).collect(), vec![1.0; segments])
                }
                // Its chance follows from those of the others.
                OutcomeKind::Binary if !outcome.follows_from().is_empty() => (vec![0.0; segments], vec![1.0; segments]),
                OutcomeKind::Binary => {
                    let mut chances = values;
                    if let Some(rate) = &belief.matches {
                        chances = matched(scheme, assumptions, &chances, rate, area);
                    }
                    chances.iter_mut().for_each(|p| *p = (*p + belief.trend).clamp(0.0, 1.0));
                    (chances, vec![1.0; segments])
                }
                OutcomeKind::Frequency { .. } => (Vec::new(), values),
                OutcomeKind::Amount { .. } => {
                    amounts[at] = (0..segments)
                        .filter_map(|segment| assumptions.amount(scheme, at, area, segment))
                        .map(|distribution| OwnAmounts {
                            distribution,
                            level_now: distribution.mean,
                            level_none: distribution.mean,
                        })
                        .collect();
                    let means = amounts[at].iter().map(|own| own.distribution.mean_that_counts(own.level_now));
                    (means.collect(), vec![1.0; segments])
                }
                OutcomeKind::Sustained { most, .. } => (Vec::new(), values.iter().map(|&c| mean_periods(c, most)).collect()),
            };
            now.push(chances);
            each.push(means);
        }
        let before = assumptions.outcomes.iter().map(|belief| {
            let by_segment =
                belief.before.iter().flat_map(|before| (0..segments).map(move |at| before.at(area, at, CohortTime::FIRST)));
            by_segment.collect()
        });
        let some_of = scheme.outcomes.iter().map(|outcome| outcome.some_of().map(|(of, at_least)| (of.to_vec(), at_least)));
        let some_of = some_of.collect();
        let reaches = scheme.outcomes.iter().map(|outcome| outcome.reaches().map(|(amount, level)| (amount, level as f64)));
        let mut chances = Chances {
            segments,
            before: before.collect(),
            none: now.clone(),
            now,
            amounts,
            reaches: reaches.collect(),
            own,
            sign,
            some_of,
            households: scheme.outcomes.iter().map(contract::terms::Outcome::household).collect(),
            counts_households: scheme.outcomes.iter().map(|outcome| outcome.counts_households).collect(),
            household: HouseholdAssumption { size: scheme.household_size.as_f64(), alike: assumptions.households_alike },
            helps,
            each,
        };
        for outcome in 0..chances.now.len() {
            chances.take_help_away(outcome);
        }
        chances.follow_from_others();
        chances
    }

    /// Works out the chances of outcomes that follow from others: those of a level of an amount, and then those made of others.
    fn follow_from_others(&mut self) {
        for outcome in 0..self.reaches.len() {
            let Some((amount, level)) = self.reaches[outcome] else { continue };
            for (segment, own) in self.amounts[amount].iter().enumerate() {
                self.now[outcome][segment] = own.distribution.as_good_as(own.level_now, level);
                self.none[outcome][segment] = own.distribution.as_good_as(own.level_none, level);
            }
        }
        for outcome in 0..self.some_of.len() {
            for segment in 0..self.now[outcome].len() {
                let now = self.of_outcomes(outcome, |at| self.now[at][segment]);
                let none = self.of_outcomes(outcome, |at| self.none[at][segment]);
                if let (Some(now), Some(none)) = (now, none) {
                    (self.now[outcome][segment], self.none[outcome][segment]) = (now, none);
                }
            }
        }
    }

    /// The chance of an outcome that is made of others or is one of a household, given the chance of each outcome; `None` where it is
    /// neither.
    fn of_outcomes(&self, outcome: usize, chance: impl Fn(usize) -> f64) -> Option<f64> {
        match self.households[outcome] {
            Some((of, needed)) => Some(self.household.chance(chance(of), needed) / self.household.size),
            None => self.of_others(outcome, chance),
        }
    }

    /// The chance of good results in enough of the outcomes that one is made of, given the chance of each of them; `None` where it is
    /// not made of others. They are taken to be independent for people of one segment.
    fn of_others(&self, outcome: usize, chance: impl Fn(usize) -> f64) -> Option<f64> {
        let (of, at_least) = self.some_of[outcome].as_ref()?;
        let people = if self.counts_households[outcome] { self.household.size } else { 1.0 };
        // The chances of each number of good results so far.
        let mut numbers = vec![1.0];
        for &at in of {
            // The bad side of an outcome happens with the chance that its good side does not.
            let good = 1.0 - side(people * chance(at), self.sign[at]).clamp(0.0, 1.0);
            let mut next = vec![0.0; numbers.len() + 1];
            for (number, so_far) in numbers.iter().enumerate() {
                next[number] += so_far * (1.0 - good);
                next[number + 1] += so_far * good;
            }
            numbers = next;
        }
        Some(numbers.iter().skip(*at_least).sum::<f64>() / people)
    }

    /// The same people when a binary outcome is better for everyone by this proportion of people, served or not, now and before they
    /// started.
    #[must_use]
    pub fn better_for_all(mut self, outcome: usize, by: f64) -> Chances {
        for before in &mut self.before[outcome] {
            *before = (*before + self.sign[outcome] * by).clamp(0.0, 1.0);
        }
        for segment in 0..self.now[outcome].len() {
            self.now[outcome][segment] = (self.now[outcome][segment] + self.sign[outcome] * by).clamp(0.0, 1.0);
            if let Some(own) = self.own[outcome].get_mut(segment) {
                let bad = side(self.now[outcome][segment], self.sign[outcome]);
                own.level_now = level_where(bad, |level| own.risks.mean(level));
            }
        }
        self.take_help_away(outcome);
        self.follow_from_others();
        self
    }

    /// Works out the chances without help from those of now.
    fn take_help_away(&mut self, outcome: usize) {
        for segment in 0..self.now[outcome].len() {
            if let Some(own) = self.amounts[outcome].get(segment) {
                let today: Vec<f64> = self.helps.iter().map(|help| help[segment].spent_now).collect();
                let none = own.level_now / self.left(outcome, segment, |help| today[help]).max(1e-9);
                self.none[outcome][segment] = own.distribution.mean_that_counts(none);
                self.amounts[outcome][segment].level_none = none;
            } else if let Some(own) = self.own[outcome].get(segment) {
                let today: Vec<f64> = self.helps.iter().map(|help| help[segment].spent_now).collect();
                let none = own.level_now / self.left(outcome, segment, |help| today[help]);
                self.none[outcome][segment] = side(own.risks.mean(none), self.sign[outcome]);
                self.own[outcome][segment].level_none = none;
            } else {
                self.none[outcome][segment] = self.without_help(outcome, segment);
            }
        }
    }

    /// What relative help leaves of each person's risk of the bad result, or of each person's amount, at a spend on each kind of it. An
    /// amount of which there should be more grows.
    fn left(&self, outcome: usize, segment: usize, spend: impl Fn(usize) -> f64) -> f64 {
        let way = if self.amounts[outcome].is_empty() { -1.0 } else { self.sign[outcome] };
        let left = self.helps.iter().enumerate().map(|(help, effects)| match effects[segment].moves[outcome] {
            Some(Move::Relative(most)) => 1.0 + way * most * effects[segment].bought(spend(help)),
            Some(Move::Points(_)) | None => 1.0,
        });
        left.product()
    }

    /// The level of people with chances of their own, under an effort.
    fn level(&self, own: &OwnChances, outcome: usize, segment: usize, effort: &[f64]) -> f64 {
        own.level_none * self.left(outcome, segment, |help| effort[help * self.segments + segment])
    }

    /// What the uniforms of a segment must be below for a binary outcome to happen; those of people with chances of their own
    /// are folded ([`crate::individuals::folded`]).
    #[must_use]
    pub fn threshold(&self, outcome: usize, segment: usize, effort: &[f64]) -> u64 {
        match self.own[outcome].get(segment) {
            Some(own) => folded_threshold(self.level(own, outcome, segment, effort), self.sign[outcome] > 0.0),
            // People with whom no household counts have the largest number, so nothing may be above it.
            None if self.counts_households[outcome] => {
                threshold(self.of_one(outcome, self.with(outcome, segment, effort))).min(u32::MAX.into())
            }
            None => threshold(self.with(outcome, segment, effort)),
        }
    }

    /// The chance of one draw, given that of a person: where households are counted, a household has one draw for all its people.
    #[must_use]
    pub(crate) fn of_one(&self, outcome: usize, chance: f64) -> f64 {
        if self.counts_households[outcome] { (self.household.size * chance).min(1.0) } else { chance }
    }

    /// How the amounts of a segment are added up under an effort; `None` where the outcome is no amount.
    #[must_use]
    pub fn amount_level(&self, outcome: usize, segment: usize, effort: &[f64]) -> Option<AmountLevel> {
        let own = self.amounts[outcome].get(segment)?;
        Some(own.distribution.at(self.mean_amount(own, outcome, segment, effort)))
    }

    /// Where the mean of a segment's amounts is under an effort, before they are cut to what counts.
    fn mean_amount(&self, own: &OwnAmounts, outcome: usize, segment: usize, effort: &[f64]) -> f64 {
        own.level_none * self.left(outcome, segment, |help| effort[help * self.segments + segment])
    }

    /// The share of a segment's people whose amount falls short of a level by no more than so many units under an effort, and by how much
    /// it does on average.
    pub(crate) fn short_of(&self, amount: usize, segment: usize, effort: &[f64], (level, within): (f64, f64)) -> (f64, f64) {
        let Some(own) = self.amounts[amount].get(segment) else { return (0.0, 0.0) };
        own.distribution.short_of(self.mean_amount(own, amount, segment, effort), level, within)
    }

    /// What one better result of an outcome is measured against: all people for a binary outcome, and today's mean for an amount.
    #[must_use]
    pub fn scale(&self, outcome: usize, segment: usize) -> f64 {
        if self.amounts[outcome].is_empty() { 1.0 } else { self.now[outcome][segment] }
    }

    /// The level of people with chances of their own; `None` where they are alike.
    pub(crate) fn own_level(&self, outcome: usize, segment: usize, effort: &[f64]) -> Option<f64> {
        self.own[outcome].get(segment).map(|own| self.level(own, outcome, segment, effort))
    }

    /// The same people, if they had been before they started as they are now.
    #[must_use]
    pub fn without_recovery(mut self) -> Chances {
        for at in 0..self.before.len() {
            for segment in 0..self.before[at].len() {
                self.before[at][segment] = if self.now[at].is_empty() { self.each[at][segment] } else { self.now[at][segment] };
            }
        }
        self
    }

    /// The same people when one kind of help moves everything by another size, and its effect costs another number of times as
    /// much. What help does today stays as it is.
    #[must_use]
    pub fn with_help(mut self, help: usize, size: f64, dearer: f64) -> Chances {
        for effect in &mut self.helps[help] {
            effect.half_cost *= dearer;
            effect.spent_now *= dearer;
            for moves in effect.moves.iter_mut().flatten() {
                *moves = match *moves {
                    Move::Relative(most) => Move::Relative((most * size).clamp(-1.0, 1.0)),
                    Move::Points(most) => Move::Points((most * size).clamp(-1.0, 1.0)),
                };
            }
        }
        for outcome in 0..self.now.len() {
            self.take_help_away(outcome);
        }
        self.follow_from_others();
        self
    }

    /// The chance of a binary outcome before people started, where results are compared with it.
    #[must_use]
    pub fn before(&self, outcome: usize, segment: usize) -> Option<f64> {
        self.before[outcome].get(segment).copied()
    }

    /// Undoes what help does today, so that the chance now is what today's spending leads to.
    fn without_help(&self, outcome: usize, segment: usize) -> f64 {
        let now = self.now[outcome][segment];
        let more = self.sign[outcome] > 0.0;
        let mut bad = if more { 1.0 - now } else { now };
        for help in &self.helps {
            let effect = &help[segment];
            match effect.moves[outcome] {
                Some(Move::Relative(most)) => bad /= 1.0 - most * effect.bought(effect.spent_now),
                Some(Move::Points(most)) => bad += most * effect.bought(effect.spent_now),
                None => {}
            }
        }
        let bad = bad.clamp(0.0, 1.0);
        if more { 1.0 - bad } else { bad }
    }

    /// The chance of a binary outcome in a segment, or the mean of an amount, when so much is spent on each kind of help for each person.
    #[must_use]
    pub fn with(&self, outcome: usize, segment: usize, effort: &[f64]) -> f64 {
        if let Some(own) = self.own[outcome].get(segment) {
            return side(own.risks.mean(self.level(own, outcome, segment, effort)), self.sign[outcome]);
        }
        if let Some(own) = self.amounts[outcome].get(segment) {
            return own.distribution.mean_that_counts(self.mean_amount(own, outcome, segment, effort));
        }
        if let Some((amount, level)) = self.reaches[outcome] {
            let own = &self.amounts[amount][segment];
            return own.distribution.as_good_as(self.mean_amount(own, amount, segment, effort), level);
        }
        if let Some(chance) = self.of_outcomes(outcome, |at| self.with(at, segment, effort)) {
            return chance;
        }
        let none = self.none[outcome][segment];
        let more = self.sign[outcome] > 0.0;
        let mut bad = if more { 1.0 - none } else { none };
        for (help, effects) in self.helps.iter().enumerate() {
            let effect = &effects[segment];
            let bought = effect.bought(effort[help * self.segments + segment]);
            match effect.moves[outcome] {
                Some(Move::Relative(most)) => bad *= 1.0 - most * bought,
                Some(Move::Points(most)) => bad -= most * bought,
                None => {}
            }
        }
        let bad = bad.clamp(0.0, 1.0);
        if more { 1.0 - bad } else { bad }
    }

    /// The chance without any help.
    #[must_use]
    pub fn without(&self, outcome: usize, segment: usize) -> f64 {
        self.none[outcome][segment]
    }

    /// The chance as things are now.
    #[must_use]
    pub fn now(&self, outcome: usize, segment: usize) -> f64 {
        self.now[outcome][segment]
    }

    /// The largest change for the better that one kind of help can make, on top of no help at all; below zero for the worse.
    #[must_use]
    pub fn reach(&self, outcome: usize, help: usize, segment: usize) -> f64 {
        let amount = self.reaches[outcome].map_or(outcome, |(amount, _)| amount);
        if let Some(own) = self.amounts[amount].get(segment) {
            let most = match self.helps[help][segment].moves[amount] {
                Some(Move::Relative(most)) => own.level_none * (1.0 + self.sign[amount] * most),
                Some(Move::Points(_)) | None => return 0.0,
            };
            return match self.reaches[outcome] {
                Some((_, level)) => own.distribution.as_good_as(most, level) - self.none[outcome][segment],
                None => self.sign[outcome] * (own.distribution.mean_that_counts(most) - self.none[outcome][segment]),
            };
        }
        if self.some_of[outcome].is_some() || self.households[outcome].is_some() {
            let better = |at: usize| {
                let gains = self.sign[at] * self.reach(at, help, segment);
                (self.none[at][segment] + gains).clamp(0.0, 1.0)
            };
            let most = self.of_outcomes(outcome, better).unwrap_or_default();
            return (self.sign[outcome] * (most - self.none[outcome][segment])).max(0.0);
        }
        let none = self.none[outcome].get(segment).copied().unwrap_or_default();
        let bad = if self.sign[outcome] > 0.0 { 1.0 - none } else { none };
        match self.helps[help][segment].moves[outcome] {
            Some(Move::Relative(most)) => most * bad,
            Some(Move::Points(most)) => most.min(bad),
            None => 0.0,
        }
    }
}

/// The chance of an outcome from that of its bad side, or the other way round.
fn side(chance: f64, sign: f64) -> f64 {
    if sign > 0.0 { 1.0 - chance } else { chance }
}

/// The people's own chances by segment. A baseline to be matched and a trend move them in proportion to each person's own
/// risk, not on the odds: only so does a person's uniform keep its place among the others'.
fn own_chances(scheme: &Scheme, assumptions: &Assumptions, people: &AreaPeople, outcome: usize) -> Vec<OwnChances> {
    let belief = &assumptions.outcomes[outcome];
    let sign = scheme.outcomes[outcome].sign() as f64;
    let risks = |segment: usize| assumptions.individuals.as_ref()?.risks_of(outcome, segment, people.cells.iter());
    let all: Vec<Risks> = (0..assumptions.segments.len()).filter_map(risks).collect();
    let mut level = 1.0;
    if let Some(rate) = &belief.matches {
        let cohort = divide(scheme, assumptions, people.area, CohortTime::FIRST);
        let total = cohort.iter().sum::<usize>().max(1) as f64;
        let weigh =
            |value: &dyn Fn(usize) -> f64| cohort.iter().enumerate().map(|(at, &n)| n as f64 * value(at)).sum::<f64>() / total;
        let target =
            weigh(&|at| rate.at(people.area, assumptions.segments[at].priced_as, CohortTime::FIRST).0 as f64 / WHOLE as f64);
        level = level_where(side(target, sign), |level| weigh(&|at| all[at].mean(level)));
    }
    let shifted = |risks: &Risks| match belief.trend {
        0.0 => level,
        trend => {
            let bad = (risks.mean(level) - sign * trend).clamp(0.0, 1.0);
            level_where(bad, |level| risks.mean(level))
        }
    };
    all.iter().map(|risks| OwnChances { level_now: shifted(risks).min(HIGHEST), level_none: 0.0, risks: risks.clone() }).collect()
}

fn effects(help: &Help, area: usize, segments: usize) -> Vec<HelpEffect> {
    (0..segments)
        .map(|segment| HelpEffect {
            spent_now: help.spent_now.at(area, segment, CohortTime::FIRST),
            half_cost: help.half_cost.at(area, segment, CohortTime::FIRST),
            moves: help.moves.iter().map(|moves| moves.as_ref().map(|m| m.at(area, segment, CohortTime::FIRST))).collect(),
        })
        .collect()
}

/// Mean number of periods when each lasts with chance `c`: at most `most`.
fn mean_periods(continues: f64, most: i64) -> f64 {
    (1..=most.min(1000)).map(|k| continues.powi(k as i32)).sum()
}

/// Shifts all segments' odds by one factor until the area's rate meets the contract's baseline.
fn matched(
    scheme: &Scheme,
    assumptions: &Assumptions,
    chances: &[f64],
    baseline: &Schedule<base::money::Rate>,
    area: usize,
) -> Vec<f64> {
    let people = divide(scheme, assumptions, area, CohortTime::FIRST);
    let total: usize = people.iter().sum();
    let weigh = |value: &dyn Fn(usize) -> f64| -> f64 {
        people.iter().enumerate().map(|(at, &n)| n as f64 * value(at)).sum::<f64>() / total.max(1) as f64
    };
    let target = weigh(&|at| baseline.at(area, assumptions.segments[at].priced_as, CohortTime::FIRST).0 as f64 / WHOLE as f64);
    let shifted = |log_odds: f64, p: f64| {
        let odds = (p / (1.0 - p).max(1e-15)) * log_odds.exp();
        odds / (1.0 + odds)
    };
    let (mut low, mut high) = (-12.0, 12.0);
    for _ in 0..80 {
        let middle = (low + high) / 2.0;
        if weigh(&|at| shifted(middle, chances[at])) < target { low = middle } else { high = middle }
    }
    chances.iter().map(|&p| shifted((low + high) / 2.0, p)).collect()
}
