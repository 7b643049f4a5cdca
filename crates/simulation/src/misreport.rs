//! Misreporting, where the provider reports: results claimed for people who do not have them, and people labelled as a segment that
//! pays better. Also what audits find of it, and what it costs.

use base::schedule::CohortTime;
use contract::price::Paid;
use contract::tally::Tally;
use contract::terms::{Better, ReportedBy};

use crate::assumptions::RisingCost;
use crate::strategy::{Arena, Reporting, Strategy};

/// Steps of this share of one spread evenly over the replications, however many there are.
const GOLDEN: f64 = 0.618_033_988_749_894_9;

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
        self.relabelling().is_some() || (0..self.scheme.outcomes.len()).any(|at| self.false_claims(at).is_some())
    }

    /// Pounds that a false claim on an outcome loses on average to the audit.
    #[must_use]
    pub fn expected_penalty(&self, outcome: usize) -> f64 {
        let audits =
            self.scheme.clauses.iter().filter_map(|clause| clause.terms.audit()).filter(|audit| audit.outcome == outcome);
        audits.map(|audit| audit.checks.as_f64() * audit.penalty.at(self.people.area, 0, CohortTime::FIRST).pounds()).sum()
    }

    /// Turns what happened into what is reported. The audit finds its share of the false claims: whole claims in each replication, and
    /// the exact share over replications, so that rounding does not hide a few false claims in a small cohort.
    pub(crate) fn misreport(&self, reporting: &Reporting, replication: usize, tally: &mut Tally) {
        let start = (replication as f64 * GOLDEN).fract();
        for (at, share) in reporting.claimed.iter().enumerate().filter(|(_, share)| **share > 0.0) {
            let checks = self.scheme.checked(at).map_or(0.0, |checks| checks.as_f64());
            let mut checked = start;
            for cell in 0..tally.people.len() {
                let bad = match self.scheme.outcomes[at].better {
                    Better::More => tally.people[cell] - tally.counts[at][cell],
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
            relabel(tally, best, reporting.mislabelled);
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
                let (mut good, mut bad) = (0.0, 0.0);
                for segment in (0..self.people.segments).filter(|&segment| strategy.taken[segment]) {
                    let chance = self.chances.with(at, segment, &strategy.effort);
                    let (people, affected) = (self.in_segment(segment), self.in_segment(segment) * chance);
                    let (yes, no) = (affected, people - affected);
                    let more = self.scheme.outcomes[at].better == Better::More;
                    good += if more { yes } else { no };
                    bad += if more { no } else { yes };
                }
                Some((good, bad))
            })
            .collect()
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
            relabel(&mut tally, segment, 1.0);
            (segment, total(&tally))
        });
        let best = pays.max_by(|a, b| a.1.total_cmp(&b.1))?;
        (best.1 > before + 0.5).then_some(best.0)
    }
}

/// Puts a share of everybody of the other segments, with what happened to them, into one.
fn relabel(tally: &mut Tally, best: usize, share: f64) {
    let segments = tally.segments;
    let move_over = |counts: &mut Vec<i64>| {
        for cohort in counts.chunks_mut(segments) {
            for segment in (0..segments).filter(|&segment| segment != best) {
                let moved = (cohort[segment] as f64 * share).round() as i64;
                cohort[segment] -= moved;
                cohort[best] += moved;
            }
        }
    };
    move_over(&mut tally.people);
    tally.counts.iter_mut().for_each(move_over);
    tally.found_false.iter_mut().for_each(move_over);
}
