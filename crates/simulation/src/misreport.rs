//! Misreporting, where the provider reports: results claimed for people who do not have them, people excepted from a measure who should
//! count, and people labelled as a segment that pays better. Also what audits find of it, and what it costs.

use base::schedule::CohortTime;
use contract::Scheme;
use contract::exceptions::GoodResult;
use contract::price::Paid;
use contract::tally::Tally;
use contract::terms::{Baseline, Better, ReportedBy};

use crate::assumptions::{Assumptions, RisingCost, UnfoundedExceptions};
use crate::strategy::{Arena, Reporting, Strategy};

/// Steps of this share of one spread evenly over the replications, however many there are.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

/// How people could be excepted from an outcome who should count, and the largest share of a cohort: only where the contract lets the
/// provider say who is excepted, and the assumptions say how.
pub(crate) fn unfounded(scheme: &Scheme, assumptions: &Assumptions, outcome: usize) -> Option<(UnfoundedExceptions, f64)> {
    let stated = scheme.outcomes[outcome].exceptions.as_ref();
    let stated = stated.filter(|stated| stated.reported_by == ReportedBy::Provider)?;
    let unfounded = assumptions.exceptions[outcome]?;
    let limit = stated.at_most.map_or(1.0, |limit| limit.as_f64());
    Some((unfounded, unfounded.rising.at_most.min(limit)))
}

impl Arena<'_> {
    /// How far an outcome can be claimed falsely: only where the provider reports it and the assumptions say how.
    #[must_use]
    pub fn false_claims(&self, outcome: usize) -> Option<RisingCost> {
        let reports = self.scheme.outcomes[outcome].reported_by == ReportedBy::Provider;
        self.assumptions.false_claims[outcome].filter(|_| reports)
    }

    /// How far people can be labelled falsely: only where the provider sets the labels, one of them pays better, and the assumptions
    /// say how.
    #[must_use]
    pub fn relabelling(&self) -> Option<RisingCost> {
        self.assumptions.relabelling.filter(|_| self.best_label.is_some())
    }

    /// Whether anything can be reported falsely.
    #[must_use]
    pub fn may_misreport(&self) -> bool {
        let outcomes = 0..self.scheme.outcomes.len();
        self.relabelling().is_some()
            || outcomes.into_iter().any(|at| self.false_claims(at).is_some() || self.unfounded(at).is_some())
    }

    /// Pounds that a false claim on an outcome loses on average to the audit.
    #[must_use]
    pub fn expected_penalty(&self, outcome: usize) -> f64 {
        let audits =
            self.scheme.clauses.iter().filter_map(|clause| clause.terms.audit()).filter(|audit| audit.outcome == outcome);
        audits.map(|audit| audit.checks.as_f64() * audit.penalty.at(self.people.area, 0, CohortTime::FIRST).pounds()).sum()
    }

    /// The same for the contract and the assumptions played.
    #[must_use]
    pub fn unfounded(&self, outcome: usize) -> Option<(UnfoundedExceptions, f64)> {
        unfounded(self.scheme, self.assumptions, outcome)
    }

    /// Takes a share of each cohort out of the measure of a binary outcome, and out of what builds on it. Those whose result the provider
    /// foresees have the bad one; the others are as good as everyone left. It takes as many in each segment as there are of them.
    fn except(&self, outcome: usize, share: f64, tally: &mut Tally) {
        let (definition, segments) = (&self.scheme.outcomes[outcome], tally.segments);
        let (Some(stated), Some((unfounded, _))) = (&definition.exceptions, self.unfounded(outcome)) else { return };
        for cohort in 0..tally.cohorts.len() {
            let cells = cohort * segments..(cohort + 1) * segments;
            let yes = || cells.clone().map(|cell| tally.counts[outcome][cell]);
            let no = || cells.clone().map(|cell| tally.measured(self.scheme, outcome, cell) - tally.counts[outcome][cell]);
            let (good, bad): (Vec<i64>, Vec<i64>) = match definition.better {
                Better::More => (yes().collect(), no().collect()),
                Better::Fewer => (no().collect(), yes().collect()),
            };
            let (all_good, all_bad) = (good.iter().sum::<i64>(), bad.iter().sum::<i64>());
            let people = all_good + all_bad;
            let can = if stated.good_result == GoodResult::Counts { all_bad } else { people };
            let wanted = (people as f64 * share + 1e-9).floor() as i64;
            let excepted = wanted.min(stated.most(people)).clamp(0, can);
            let foreseen = ((excepted as f64 * unfounded.foresees).round() as i64).clamp(0, excepted.min(all_bad));
            let (others, left) = (excepted - foreseen, people - foreseen);
            let bad_too = (others as f64 * (all_bad - foreseen) as f64 / left.max(1) as f64).round() as i64;
            let bad_too = bad_too.clamp((others - all_good).max(0), others.min(all_bad - foreseen).max(0));
            let bad_taken = divided(foreseen + bad_too, &bad);
            let good_taken = divided(others - bad_too, &good);
            for (at, cell) in cells.enumerate() {
                self.take_out(outcome, cell, (good_taken[at], bad_taken[at]), tally);
            }
        }
    }

    /// Has a number of people with a bad result of one cell leave the measure of an outcome, and of what builds on it. Where the contract
    /// leaves them out they are in neither number; elsewhere nothing more is seen of them, and they pass for a good result.
    pub(crate) fn leave(&self, outcome: usize, cell: usize, people: i64, tally: &mut Tally) {
        if self.scheme.outcomes[outcome].leaves_out_who_leaves() {
            let cells = tally.people.len();
            tally.excepted[outcome].resize(cells, 0);
            return self.take_out(outcome, cell, (0, people), tally);
        }
        let before = tally.counts[outcome][cell];
        for (at, _) in self.scheme.outcomes.iter().enumerate().filter(|(at, other)| other.base(*at) == outcome) {
            let count = &mut tally.counts[at][cell];
            *count -= if at == outcome { people } else { in_proportion(*count, people, before) };
        }
    }

    /// Takes people with good and bad results of one cell out of the measure of an outcome, and of what builds on it.
    fn take_out(&self, outcome: usize, cell: usize, (good, bad): (i64, i64), tally: &mut Tally) {
        let yes = if self.scheme.outcomes[outcome].better == Better::More { good } else { bad };
        let (before, measured) = (tally.counts[outcome][cell], tally.measured(self.scheme, outcome, cell));
        for (at, other) in self.scheme.outcomes.iter().enumerate().filter(|(at, other)| other.base(*at) == outcome) {
            let count = &mut tally.counts[at][cell];
            *count -= if at == outcome { yes } else { in_proportion(*count, yes, before) };
            // The same people leave the time before they started too.
            if matches!(other.baseline, Baseline::Before { .. }) {
                let compared = &mut tally.comparison[at];
                compared.counts[cell] -= in_proportion(compared.counts[cell], good + bad, measured);
                compared.people[cell] -= good + bad;
            }
        }
        tally.excepted[outcome][cell] += good + bad;
    }

    /// For each outcome, how many people are excepted from it who should count, as expected.
    pub(crate) fn expected_unfounded(&self, strategy: &Strategy) -> Vec<f64> {
        let served: f64 =
            (0..self.people.segments).filter(|&at| strategy.taken[at]).map(|segment| self.in_segment(segment)).sum();
        strategy.reporting.excepted.iter().map(|share| share * served).collect()
    }

    /// Turns what happened into what is reported. The audit finds its share of the false claims: whole claims in each replication, and
    /// the exact share over replications, so that rounding does not hide a few false claims in a small cohort.
    pub(crate) fn misreport(&self, reporting: &Reporting, replication: usize, tally: &mut Tally) {
        for (at, share) in reporting.excepted.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            self.except(at, *share, tally);
        }
        let start = (replication as f64 * GOLDEN).fract();
        for (at, share) in reporting.claimed.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let checks = self.scheme.checked(at).map_or(0.0, |checks| checks.as_f64());
            let mut checked = start;
            for cell in 0..tally.people.len() {
                let bad = match self.scheme.outcomes[at].better {
                    Better::More => tally.measured(self.scheme, at, cell) - tally.counts[at][cell],
                    Better::Fewer => tally.counts[at][cell],
                };
                let false_claims = (bad as f64 * share).round() as i64;
                tally.counts[at][cell] += false_claims * self.scheme.outcomes[at].sign();
                let before = checked.floor();
                checked += false_claims as f64 * checks;
                if let Some(found) = tally.found_false[at].get_mut(cell) {
                    *found += (checked.floor() - before) as i64;
                }
            }
        }
        if let Some(best) = self.best_label.filter(|_| reporting.mislabelled > 0.0) {
            relabel(self.scheme, tally, best, reporting.mislabelled);
        }
    }

    /// What false reports cost the provider itself, in pounds; penalties are paid by the contract's own clause.
    pub(crate) fn misreporting_cost(&self, strategy: &Strategy) -> f64 {
        if !self.may_misreport() {
            return 0.0;
        }
        let (claims, labels) = (self.expected_claims(strategy), self.expected_mislabelled(strategy));
        let mut cost = 0.0;
        for (at, share) in strategy.reporting.claimed.iter().enumerate() {
            if let (Some(rising), Some((_, bad))) = (self.false_claims(at), claims[at]) {
                cost += rising.cost(*share, bad);
            }
        }
        for (at, people) in self.expected_unfounded(strategy).into_iter().enumerate() {
            if let (Some((unfounded, _)), Some(share)) = (self.unfounded(at), strategy.reporting.excepted.get(at)) {
                cost += unfounded.rising.cost(*share, people / share.max(1e-12));
            }
        }
        if let (Some(rising), share) = (self.relabelling(), strategy.reporting.mislabelled) {
            cost += rising.cost(share, labels / share.max(1e-12));
        }
        cost
    }

    /// For each outcome that can be claimed falsely: the good and the bad results among those served, as expected.
    pub(crate) fn expected_claims(&self, strategy: &Strategy) -> Vec<Option<(f64, f64)>> {
        (0..self.scheme.outcomes.len())
            .map(|at| {
                self.false_claims(at)?;
                Some(self.good_and_bad(strategy, at))
            })
            .collect()
    }

    /// The good and the bad results of a binary outcome among those served, as expected.
    fn good_and_bad(&self, strategy: &Strategy, outcome: usize) -> (f64, f64) {
        let (mut good, mut bad) = (0.0, 0.0);
        for segment in (0..self.people.segments).filter(|&segment| strategy.taken[segment]) {
            let chance = self.chances.with(outcome, segment, &strategy.effort);
            let (people, affected) = (self.in_segment(segment), self.in_segment(segment) * chance);
            let (yes, no) = (affected, people - affected);
            let more = self.scheme.outcomes[outcome].better == Better::More;
            good += if more { yes } else { no };
            bad += if more { no } else { yes };
        }
        (good, bad)
    }

    /// What running the contract costs the payer itself under a strategy, in pounds: by the year, for each person served, for each
    /// claim of the provider, and for each claim that an audit checks.
    #[must_use]
    pub fn administration(&self, strategy: &Strategy) -> f64 {
        let costs = &self.assumptions.payer_costs;
        if !costs.is_stated() {
            return 0.0;
        }
        let months: i64 = self.people.cohorts.iter().map(|&cohort| self.scheme.cohorts[cohort].months).sum();
        let served: f64 =
            (0..self.people.segments).filter(|&at| strategy.taken[at]).map(|segment| self.in_segment(segment)).sum();
        let mut sum = costs.each_year * months as f64 / 12.0 + costs.each_person * served;
        for (at, outcome) in self.scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_binary()) {
            if outcome.reported_by == ReportedBy::Provider {
                let (good, bad) = self.good_and_bad(strategy, at);
                let claims = good + bad * strategy.reporting.claimed.get(at).copied().unwrap_or_default();
                let checked = self.scheme.checked(at).map_or(0.0, |checks| checks.as_f64());
                sum += claims * (costs.each_claim + checked * costs.each_check);
            }
        }
        sum
    }

    /// People labelled as another segment.
    pub(crate) fn expected_mislabelled(&self, strategy: &Strategy) -> f64 {
        let Some(best) = self.best_label.filter(|_| self.assumptions.relabelling.is_some()) else { return 0.0 };
        let other = |segment: &usize| strategy.taken[*segment] && self.assumptions.segments[*segment].priced_as != best;
        strategy.reporting.mislabelled
            * (0..self.people.segments).filter(other).map(|segment| self.in_segment(segment)).sum::<f64>()
    }

    /// The segment into which it pays most to put everyone's label, if any.
    pub(crate) fn find_best_label(&self) -> Option<usize> {
        if self.scheme.segments_set_by == ReportedBy::Records {
            return None;
        }
        let mut paid = Paid::<f64>::default();
        let mut total = |tally: &Tally| 100.0 * self.gain(tally, &mut paid);
        let honest = self.expected_tally(|_, _| 0.0);
        let before = total(&honest);
        let pays = (0..self.scheme.segments.len()).map(|segment| {
            let mut tally = honest.clone();
            relabel(self.scheme, &mut tally, segment, 1.0);
            (segment, total(&tally))
        });
        let best = pays.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (best.1 > before + 0.5).then_some(best.0)
    }
}

/// A part of a count, to the nearest whole: as much of it as some people are of all.
fn in_proportion(count: i64, people: i64, all: i64) -> i64 {
    (count as f64 * people as f64 / all.max(1) as f64).round() as i64
}

/// A number of people divided among groups in proportion to their sizes, by largest remainders; no more than there are in any group.
fn divided(people: i64, sizes: &[i64]) -> Vec<i64> {
    let all = sizes.iter().sum::<i64>().max(1);
    let part = |size: i64| i128::from(people) * i128::from(size);
    let mut out: Vec<i64> = sizes.iter().map(|&size| i64::try_from(part(size) / i128::from(all)).unwrap_or(size)).collect();
    let mut order: Vec<usize> = (0..sizes.len()).filter(|&at| out[at] < sizes[at]).collect();
    order.sort_by_key(|&at| (std::cmp::Reverse(part(sizes[at]) % i128::from(all)), at));
    let short = people - out.iter().sum::<i64>();
    order.into_iter().take(usize::try_from(short).unwrap_or_default()).for_each(|at| out[at] += 1);
    out
}

/// Puts a share of everybody of the other segments, with what happened to them, into one. What the same people did before goes with
/// them, and among those moved and those left no more have a binary outcome than are measured.
fn relabel(scheme: &Scheme, tally: &mut Tally, best: usize, share: f64) {
    let part = |number: i64| (number as f64 * share).round() as i64;
    let segments = tally.segments;
    for from in (0..tally.people.len()).filter(|cell| cell % segments != best) {
        let to = from - from % segments + best;
        let shift = |numbers: &mut Vec<i64>, moved: i64| {
            numbers[from] -= moved;
            numbers[to] += moved;
        };
        let people = part(tally.people[from]);
        for (at, outcome) in scheme.outcomes.iter().enumerate() {
            let (count, base) = (tally.counts[at][from], outcome.base(at));
            let excepted = tally.excepted[base].get(from).copied().unwrap_or_default();
            let (goes, stays) = (people - part(excepted), tally.people[from] - excepted - (people - part(excepted)));
            let moved = match outcome.is_binary() {
                true => part(count).min(goes).max(count - stays),
                false => part(count),
            };
            shift(&mut tally.counts[at], moved);
            if matches!(outcome.baseline, Baseline::Before { .. }) {
                let compared = &mut tally.comparison[at];
                let (people, counts) = (part(compared.people[from]), part(compared.counts[from]));
                shift(&mut compared.people, people);
                shift(&mut compared.counts, counts);
            }
        }
        for numbers in tally.excepted.iter_mut().chain(&mut tally.found_false).filter(|numbers| !numbers.is_empty()) {
            let moved = part(numbers[from]);
            shift(numbers, moved);
        }
        shift(&mut tally.people, people);
    }
}
