//! The chance of a wrong payment in one cohort, without simulation. Every count that a cohort could show is priced by the scheme's
//! own rules, with its exact binomial probability. Where segments are decided by themselves, their counts are drawn evenly instead.

use contract::clauses::Clause;
use contract::price::{NoLines, Paid, price};
use contract::tally::{OthersPoints, Tally};
use contract::terms::{Baseline, OutcomeKind};
use contract::{Scheme, limits};
use risks::{WrongPayment, WrongPaymentRow};

use crate::assumptions::Assumptions;
use crate::households::households;
use crate::others;
use crate::people::{AreaPeople, Chances};
use crate::strategy::weights_beside_a_jump;

/// Cohort sizes that a report shows, around those that contracts use.
pub const SIZES: [usize; 12] = [100, 200, 300, 600, 1_000, 1_286, 2_000, 2_600, 5_143, 10_000, 20_000, 50_000];

/// A single cohort of any size, and what it is paid by how many people have the outcome.
pub struct LoneCohort<'a> {
    scheme: &'a Scheme,
    area: usize,
    outcome: usize,
    /// Events (or periods) of each person affected, by outcome; the mean of an amount.
    each: Vec<f64>,
    /// Share of the people in each of the contract's segments, and their relative chances.
    mix: Vec<(f64, f64)>,
    /// For each outcome and segment of the contract: what those it is compared with have, for each person.
    compared: Vec<Vec<f64>>,
    /// The points of other providers, for the clauses that compare with them.
    others: Vec<OthersPoints>,
    /// The chance without a change.
    pub chance: f64,
}

impl<'a> LoneCohort<'a> {
    /// A cohort like those of an area, of which only `outcome` varies by chance.
    #[must_use]
    pub fn like(scheme: &'a Scheme, assumptions: &Assumptions, people: &AreaPeople, outcome: usize) -> LoneCohort<'a> {
        let segments = scheme.segments.len();
        let chances = Chances::of(scheme, assumptions, people);
        let total = people.count() as f64;
        let mut mix = vec![(0.0, 0.0); segments];
        let mut affected = vec![0.0; scheme.outcomes.len()];
        let mut compared = vec![vec![0.0; segments]; scheme.outcomes.len()];
        let mut chance = 0.0;
        for (segment, belief) in assumptions.segments.iter().enumerate() {
            let share = people.in_segment(segment) as f64 / total.max(1.0);
            let now = chances.now(outcome, segment);
            mix[belief.priced_as].0 += share;
            mix[belief.priced_as].1 += share * now;
            chance += share * now;
            for (at, sum) in affected.iter_mut().enumerate() {
                *sum += share
                    * match scheme.outcomes[at].is_amount() {
                        true => chances.now(at, segment),
                        false => now * chances.each[at][segment],
                    };
                compared[at][belief.priced_as] += share * expected_of_the_compared(scheme, &chances, at, segment);
            }
        }
        for sums in &mut compared {
            sums.iter_mut().zip(&mix).for_each(|(sum, (share, _))| *sum = if *share > 0.0 { *sum / share } else { 0.0 });
        }
        for (share, rate) in &mut mix {
            *rate = if *share > 0.0 { *rate / *share } else { 0.0 };
        }
        let each = affected.iter().zip(&scheme.outcomes).map(|(sum, outcome)| match outcome.is_amount() {
            true => *sum,
            false if chance > 0.0 => sum / chance,
            false => 0.0,
        });
        let each = each.collect();
        let others = others::without_chance(scheme, assumptions, &[0]);
        LoneCohort { scheme, area: people.area, outcome, each, mix, compared, others, chance }
    }

    /// A cohort of one segment at a given chance, in the scheme's first area.
    #[must_use]
    pub fn plain(scheme: &'a Scheme, outcome: usize, chance: f64) -> LoneCohort<'a> {
        let mut mix = vec![(0.0, 0.0); scheme.segments.len()];
        mix[0] = (1.0, chance);
        let outcomes = scheme.outcomes.len();
        let compared = vec![vec![chance; scheme.segments.len()]; outcomes];
        LoneCohort { scheme, area: 0, outcome, each: vec![1.0; outcomes], mix, compared, others: Vec::new(), chance }
    }

    /// Pounds paid in all when `count` of `people` have the outcome.
    fn paid(&self, people: usize, count: i64, paid: &mut Paid<f64>) -> f64 {
        self.paid_for(&self.in_segments(people), &self.divided(people, count), paid)
    }

    /// Pounds paid in all for people and counts by segment.
    fn paid_for(&self, people: &[i64], counts: &[i64], paid: &mut Paid<f64>) -> f64 {
        price(self.scheme, &self.tally(people, counts), paid, &mut NoLines);
        paid.total() / 100.0
    }

    /// The segment that takes what rounding leaves.
    fn last(&self) -> usize {
        self.mix.iter().rposition(|(share, _)| *share > 0.0).unwrap_or_default()
    }

    /// People by segment, in their shares.
    fn in_segments(&self, people: usize) -> Vec<i64> {
        let (last, mut left) = (self.last(), people as i64);
        let part = |(segment, (share, _)): (usize, &(f64, f64))| {
            let part = if segment == last { left } else { (people as f64 * share).round() as i64 };
            let within = part.clamp(0, left.max(0));
            left -= part;
            within
        };
        self.mix.iter().enumerate().map(part).collect()
    }

    /// A count by segment, in the proportions that their chances give it.
    fn divided(&self, people: usize, count: i64) -> Vec<i64> {
        let weight: f64 = self.mix.iter().map(|(share, rate)| share * rate).sum();
        let (last, mut left) = (self.last(), count);
        let part = |(segment, people): (usize, i64)| {
            let (share, rate) = self.mix[segment];
            let shown = match segment == last {
                true => left,
                false if weight > 0.0 => (count as f64 * share * rate / weight).round() as i64,
                false => 0,
            };
            let shown = shown.clamp(0, people.min(left.max(0)));
            left -= shown;
            shown
        };
        self.in_segments(people).into_iter().enumerate().map(part).collect()
    }

    fn tally(&self, people: &[i64], counts: &[i64]) -> Tally {
        let mut tally = Tally::empty(self.scheme, self.area, vec![0]);
        tally.others.clone_from(&self.others);
        for (segment, (&people, &shown)) in people.iter().zip(counts).enumerate() {
            tally.people[segment] = people;
            tally.set_households(self.scheme, segment, households(self.scheme, people as usize));
            for (at, outcome) in self.scheme.outcomes.iter().enumerate() {
                let follows = match outcome.kind {
                    OutcomeKind::Binary => at == self.outcome,
                    OutcomeKind::Frequency { of, .. } | OutcomeKind::Sustained { of, .. } => of == self.outcome,
                    OutcomeKind::Amount { .. } => false,
                };
                if outcome.is_amount() {
                    tally.counts[at][segment] = (people as f64 * self.each[at]).round() as i64;
                } else if follows {
                    tally.counts[at][segment] = (shown as f64 * self.each[at]).round() as i64;
                    if outcome.counts_households {
                        tally.counts[at][segment] = tally.counts[at][segment].min(tally.measured(self.scheme, at, segment));
                    }
                }
                if let Some(ratio) = outcome.compared() {
                    let people = tally.people[segment] * ratio;
                    tally.comparison[at].people[segment] = match outcome.counts_households {
                        true => tally.measured(self.scheme, at, segment) * ratio,
                        false => people,
                    };
                    tally.comparison[at].counts[segment] = (people as f64 * self.compared[at][segment]).round() as i64;
                }
            }
        }
        tally
    }

    /// What may be paid, each amount with its relative weight, when the true chance is `chance`.
    ///
    /// Where only the sum over segments decides, every count is divided in proportion. Where something is decided for each segment, its
    /// count varies by itself, and so many combinations are drawn evenly.
    fn possible(&self, people: usize, chance: f64) -> Vec<(f64, f64)> {
        let mut paid = Paid::default();
        let several = self.mix.iter().filter(|(share, _)| *share > 0.0).count() > 1;
        if !several || !self.scheme.clauses.iter().any(Clause::decides_by_segment) {
            let counts = binomial_weights(people as i64, chance).into_iter();
            return counts.map(|(count, weight)| (self.paid(people, count, &mut paid), weight)).collect();
        }
        let in_segments = self.in_segments(people);
        let change = if self.chance > 0.0 { chance / self.chance } else { 1.0 };
        let quantiles: Vec<Vec<(i64, f64)>> = in_segments
            .iter()
            .zip(&self.mix)
            .map(|(&people, (_, rate))| cumulative(binomial_weights(people, (rate * change).clamp(0.0, 1.0))))
            .collect();
        let draw = |number: u32| {
            let counts: Vec<i64> = (0u32..)
                .zip(&quantiles)
                .map(|(dimension, counts)| {
                    let uniform = f64::from(sobol_burley::sample(number, dimension % 256, dimension / 256));
                    quantile(counts, uniform)
                })
                .collect();
            (self.paid_for(&in_segments, &counts, &mut paid), 1.0)
        };
        (0..COMBINATIONS).map(draw).collect()
    }

    /// The chance that what is paid satisfies `when`, and the mean paid, when the true chance is `chance`.
    #[must_use]
    pub fn payment(&self, people: usize, chance: f64, when: impl Fn(f64) -> bool) -> (f64, f64) {
        chance_and_mean(&self.possible(people, chance), when)
    }

    /// Whether a cap or a floor changes what is paid when the count is what the chance says. Amounts are for the cohorts that the contract
    /// expects, and a much larger cohort can earn nothing more under the same cap.
    #[must_use]
    pub fn is_limited(&self, people: usize, chance: f64) -> bool {
        let count = ((people as f64 * chance).round() as i64).clamp(0, people as i64);
        let mut paid = Paid::default();
        self.paid(people, count, &mut paid);
        let mut clauses = self.scheme.clauses.iter().enumerate();
        clauses.any(|(at, clause)| clause.terms.is_limit() && paid.clause(at) != 0.0)
    }

    /// What is paid when the count is what the chance says. Where a gate turns on exactly that count, both sides of it count by half.
    #[must_use]
    pub fn without_chance(&self, people: usize, chance: f64) -> f64 {
        let count = (people as f64 * chance).round() as i64;
        let paid = |count: i64| self.paid(people, count.clamp(0, people as i64), &mut Paid::default());
        let paid = [-2, -1, 0, 1, 2].map(|more| paid(count + more));
        weights_beside_a_jump(paid).iter().zip(paid).map(|(weight, paid)| weight * paid).sum()
    }
}

/// The chance that one of these amounts, each with its relative weight, satisfies `when`, and their mean.
fn chance_and_mean(possible: &[(f64, f64)], when: impl Fn(f64) -> bool) -> (f64, f64) {
    let (mut hit, mut mean, mut total) = (0.0, 0.0, 0.0);
    for &(amount, weight) in possible {
        total += weight;
        mean += weight * amount;
        if when(amount) {
            hit += weight;
        }
    }
    (hit / total, mean / total)
}

/// What one person has on average among those an outcome is compared with: the same people before, or a group as people are now.
fn expected_of_the_compared(scheme: &Scheme, chances: &Chances, outcome: usize, segment: usize) -> f64 {
    let definition = &scheme.outcomes[outcome];
    let base = definition.base(outcome);
    let before = matches!(definition.baseline, Baseline::Before { .. });
    let then = |at: usize| chances.before(at, segment).filter(|_| before);
    let chance = then(base).unwrap_or_else(|| chances.now(base, segment));
    match definition.kind {
        OutcomeKind::Frequency { .. } => chance * then(outcome).unwrap_or(chances.each[outcome][segment]),
        _ => chance * chances.each[outcome][segment],
    }
}

/// How many combinations of counts are drawn where segments vary by themselves: a chance is then known to about a percentage point.
const COMBINATIONS: u32 = 2_048;

/// Counts in order, each with the share of all weight up to it.
fn cumulative(mut counts: Vec<(i64, f64)>) -> Vec<(i64, f64)> {
    counts.sort_by_key(|(count, _)| *count);
    let total: f64 = counts.iter().map(|(_, weight)| weight).sum();
    let mut sum = 0.0;
    counts.iter_mut().for_each(|(_, weight)| {
        sum += *weight / total;
        *weight = sum;
    });
    counts
}

/// The count at a share of all weight.
fn quantile(counts: &[(i64, f64)], share: f64) -> i64 {
    let at = counts.partition_point(|(_, up_to)| *up_to < share);
    counts.get(at).or(counts.last()).map_or(0, |(count, _)| *count)
}

/// Counts with their relative binomial weights, from the mode outwards until they are negligible (1e-13 of the mode).
fn binomial_weights(n: i64, p: f64) -> Vec<(i64, f64)> {
    if p <= 0.0 || n == 0 {
        return vec![(0, 1.0)];
    }
    if p >= 1.0 {
        return vec![(n, 1.0)];
    }
    let mode = (((n + 1) as f64) * p).floor().min(n as f64) as i64;
    let odds = p / (1.0 - p);
    let mut out = vec![(mode, 1.0)];
    let mut weight = 1.0;
    for k in mode..n {
        weight *= (n - k) as f64 / (k + 1) as f64 * odds;
        if weight < 1e-13 {
            break;
        }
        out.push((k + 1, weight));
    }
    weight = 1.0;
    for k in (1..=mode).rev() {
        weight *= k as f64 / (n - k + 1) as f64 / odds;
        if weight < 1e-13 {
            break;
        }
        out.push((k - 1, weight));
    }
    out
}

/// The chances of a wrong payment in the area's typical cohort and in cohorts of some other `sizes`. A payment for no change is wrong when
/// it is more than half of what the intended change would earn; a real change is refused when it earns next to nothing.
#[must_use]
pub fn wrong_payment(
    scheme: &Scheme,
    assumptions: &Assumptions,
    people: &AreaPeople,
    outcome: usize,
    intended: f64,
    sizes: &[usize],
) -> WrongPayment {
    // A cohort by itself must not have the caps of a whole year or contract.
    let alone = limits::of_one_cohort(scheme);
    let cohort = LoneCohort::like(&alone, assumptions, people, outcome);
    let sign = scheme.outcomes[outcome].sign() as f64;
    let better = (cohort.chance + sign * intended).clamp(0.0, 1.0);
    let cohorts = people.cohorts.len().max(1);
    let typical = people.count() / cohorts;
    let mut sizes: Vec<usize> = sizes.to_vec();
    sizes.push(typical.max(1));
    sizes.sort_unstable();
    sizes.dedup();
    let rows = sizes.into_iter().map(|people| {
        let still = cohort.without_chance(people, cohort.chance);
        let earned = cohort.without_chance(people, better) - still;
        let half = (earned / 2.0).max(0.01);
        let unchanged = cohort.possible(people, cohort.chance);
        let (reward, mean) = chance_and_mean(&unchanged, |paid| paid - still > half);
        let (deduction, _) = chance_and_mean(&unchanged, |paid| still - paid > half);
        let (refused, _) = cohort.payment(people, better, |paid| paid - still <= (0.02 * earned).max(0.005));
        WrongPaymentRow {
            people,
            reward_for_nothing: reward,
            deduction_for_nothing: deduction,
            real_change_refused: refused,
            mean_for_nothing: mean - still,
            limited: cohort.is_limited(people, cohort.chance) || cohort.is_limited(people, better),
        }
    });
    WrongPayment { outcome: scheme.outcomes[outcome].name.clone(), intended, typical, rows: rows.collect() }
}
