//! The working parts of pricing: the lines of a statement, what each clause has paid so far, and what a clause is given while
//! it is priced.

use std::ops::Range;

use crate::exceptions::excepted_words;
use crate::gate::{Gate, Verdict};
use crate::measured_result::{
    MeasuredResult, Periods, TallyPart, TallyParts, better_than_baseline_exact, expected_in_cell, measured_result,
};
use crate::other_clauses::OtherClauses;
use crate::tally::{CohortStage, Tally};
use crate::terms::{MeasuredFor, MeasuredOver, SchemeTerms};
use base::money::{Amount, Pence, Quantity, WHOLE};
use base::ratio::Ratio;
use base::schedule::CohortTime;

/// One line of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct PricedLine {
    /// Position of the clause in the scheme.
    pub clause: usize,
    /// First and last cohort (positions in the scheme) that the line covers.
    pub cohorts: (usize, usize),
    /// The segment, when the line is for one alone.
    pub segment: Option<usize>,
    pub quantity: Quantity,
    pub unit: &'static str,
    pub price: Pence,
    pub amount: Pence,
    pub reason: String,
}

/// Whether an amount is quantity × price, to the penny. The line of a cap, a floor or a limited deduction is not.
#[must_use]
pub fn is_product(quantity: Quantity, price: Pence, amount: Pence) -> bool {
    let product = i128::from(quantity.0) * i128::from(price.0);
    (product - i128::from(amount.0) * i128::from(WHOLE)).abs() < i128::from(WHOLE)
}

/// Receives lines as pricing makes them. The simulation keeps none, so no reason is ever written for it.
pub trait LineSink<A> {
    fn line(&mut self, line: impl FnOnce() -> PricedLine, amount: A);
}

/// Keeps every line.
impl LineSink<Pence> for Vec<PricedLine> {
    fn line(&mut self, line: impl FnOnce() -> PricedLine, amount: Pence) {
        self.push(PricedLine { amount, ..line() });
    }
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoLines;

impl<A> LineSink<A> for NoLines {
    fn line(&mut self, _: impl FnOnce() -> PricedLine, _: A) {}
}

/// What each clause has paid for each cohort of the tally. It is also the working memory of pricing, reused between calls.
#[derive(Clone, Debug, Default)]
pub struct Paid<A> {
    amounts: Vec<A>,
    cohorts: usize,
    /// What later clauses have taken back from each clause, in the same places. Empty when at most one clause takes anything
    /// back, because then nothing can be taken twice.
    taken: Vec<A>,
}

impl<A: Amount> Paid<A> {
    /// Starts a pricing: nothing is paid yet. `several_take_back` says whether more than one clause takes money back.
    pub(crate) fn reset(&mut self, clauses: usize, cohorts: usize, several_take_back: bool) {
        self.cohorts = cohorts;
        self.amounts.clear();
        self.amounts.resize(clauses * cohorts, A::default());
        self.taken.clear();
        if several_take_back {
            self.taken.resize(self.amounts.len(), A::default());
        }
    }

    /// What one clause paid over some cohorts (positions in the tally).
    pub fn by(&self, clause: usize, cohorts: Range<usize>) -> A {
        let row = &self.amounts[clause * self.cohorts..(clause + 1) * self.cohorts];
        row[cohorts].iter().fold(A::default(), |sum, &amount| sum.plus(amount))
    }

    /// What one clause paid in total.
    pub fn clause(&self, clause: usize) -> A {
        self.by(clause, 0..self.cohorts)
    }

    /// The sum of all amounts paid and taken back, in pence, each counted as positive.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.amounts.iter().map(|amount| amount.in_pence().abs()).sum()
    }

    /// What may still be taken back of what some clauses paid over some cohorts: never below zero, and less what other clauses
    /// have already taken. A clause that takes back is not a payment; it counts with the amount it took.
    fn left_to_take(&self, clauses: &dyn OtherClauses, of: &[usize], cohorts: Range<usize>) -> A {
        let named = of.iter().fold(A::default(), |sum, &clause| sum.plus(self.by(clause, cohorts.clone())));
        let mut least = named;
        if !self.taken.is_empty() {
            let mut net = A::default();
            for &clause in of.iter().filter(|&&clause| !clauses.takes_back(clause)) {
                let row = clause * self.cohorts;
                net = net.plus(self.by(clause, cohorts.clone()));
                net = self.taken[row + cohorts.start..row + cohorts.end].iter().fold(net, |net, &taken| net.minus(taken));
            }
            least = if net < named { net } else { named };
        }
        least.or_nothing()
    }

    /// Records that an amount was taken back from some clauses: from the first clause first, cohort by cohort.
    fn take(&mut self, clauses: &dyn OtherClauses, of: &[usize], cohorts: Range<usize>, amount: A) {
        if self.taken.is_empty() {
            return;
        }
        let mut rest = amount;
        for &clause in of.iter().filter(|&&clause| !clauses.takes_back(clause)) {
            for at in clause * self.cohorts + cohorts.start..clause * self.cohorts + cohorts.end {
                let here = self.amounts[at].minus(self.taken[at]);
                let part = if here < rest { here } else { rest };
                if part > A::default() {
                    self.taken[at] = self.taken[at].plus(part);
                    rest = rest.minus(part);
                }
            }
        }
    }

    /// What was paid in total.
    pub fn total(&self) -> A {
        self.amounts.iter().fold(A::default(), |sum, &amount| sum.plus(amount))
    }
}

/// What one clause is given while it is priced: the terms, the tally, what was paid before, and where its lines go.
pub struct ClausePricing<'a, A, L> {
    pub scheme: &'a SchemeTerms,
    /// All clauses, as the one that is priced sees them.
    pub clauses: &'a dyn OtherClauses,
    pub tally: &'a Tally,
    pub clause: usize,
    pub paid: &'a mut Paid<A>,
    pub lines: &'a mut L,
}

/// A line of a statement before its amount is known.
pub struct UnpricedLine {
    /// Cohorts covered (positions in the tally); the money falls to the last of them.
    pub cohorts: Range<usize>,
    pub segment: Option<usize>,
    pub quantity: Quantity,
    pub unit: &'static str,
    pub price: Pence,
}

impl<'a, A: Amount, L: LineSink<A>> ClausePricing<'a, A, L> {
    /// Pays quantity × price.
    pub fn pay(&mut self, posting: UnpricedLine, reason: impl FnOnce() -> String) {
        let amount = A::of(posting.quantity, posting.price, self.scheme.rounding);
        self.post(posting, amount, reason);
    }

    /// Pays quantity × price where the quantity may not be a whole number of billionths: the exact fraction is priced.
    pub fn pay_exact(&mut self, posting: UnpricedLine, exact: impl FnOnce() -> Ratio, reason: impl FnOnce() -> String) {
        let (quantity, amount) = A::of_exact(posting.quantity, exact, posting.price, self.scheme.rounding);
        self.post(UnpricedLine { quantity, ..posting }, amount, reason);
    }

    /// Pays for the results of one cell. Where an outcome and a cell are named, only results better than the baseline count.
    pub fn pay_cell(&mut self, posting: UnpricedLine, beyond: Option<(usize, usize)>, reason: impl FnOnce() -> String) {
        let (scheme, tally) = (self.scheme, self.tally);
        match beyond {
            None => self.pay(posting, reason),
            Some((outcome, cell)) => self.pay_exact(posting, || better_than_baseline_exact(scheme, tally, outcome, cell), reason),
        }
    }

    /// Pays an amount that is not simply quantity × price.
    pub fn post(&mut self, posting: UnpricedLine, amount: A, reason: impl FnOnce() -> String) {
        let at = self.clause * self.paid.cohorts + posting.cohorts.end - 1;
        self.paid.amounts[at] = self.paid.amounts[at].plus(amount);
        let (clause, tally, scheme, clauses) = (self.clause, self.tally, self.scheme, self.clauses);
        let line = || PricedLine {
            clause,
            cohorts: (tally.cohorts[posting.cohorts.start], tally.cohorts[posting.cohorts.end - 1]),
            segment: posting.segment,
            quantity: posting.quantity,
            unit: posting.unit,
            price: posting.price,
            amount: Pence(0),
            reason: reason() + &excepted_words(scheme, tally, &clauses.outcomes(clause), &posting.cohorts, posting.segment),
        };
        self.lines.line(line, amount);
    }

    /// When a cohort of the tally is.
    pub fn time(&self, cohort: usize) -> CohortTime {
        self.scheme.cohorts[self.tally.cohorts[cohort]].time()
    }

    /// What several clauses paid together over some cohorts.
    pub fn paid_by(&self, clauses: &[usize], cohorts: Range<usize>) -> A {
        clauses.iter().fold(A::default(), |sum, &clause| sum.plus(self.paid.by(clause, cohorts.clone())))
    }

    /// What may still be taken back of what several clauses paid over some cohorts.
    pub fn left_to_take(&self, clauses: &[usize], cohorts: Range<usize>) -> A {
        self.paid.left_to_take(self.clauses, clauses, cohorts)
    }

    /// Records that an amount is taken back from several clauses over some cohorts.
    pub fn take(&mut self, clauses: &[usize], cohorts: Range<usize>, amount: A) {
        self.paid.take(self.clauses, clauses, cohorts, amount);
    }

    /// The groups of cohorts that a clause is measured over.
    pub fn periods(&self, over: MeasuredOver) -> Periods<'a> {
        Periods::new(self.scheme, self.tally, over)
    }

    /// The parts of the tally that a clause measures by themselves.
    pub fn parts(&self, over: MeasuredOver, measured_for: MeasuredFor) -> TallyParts<'a> {
        TallyParts::new(self.scheme, self.tally, over, measured_for)
    }

    /// Whether everything is known about everyone in some cohorts. Only then is a result compared with a gate or a baseline: the
    /// first facts about a cohort are not a fair sample of it, and money would be paid and taken back again.
    pub fn all_known(&self, cohorts: &Range<usize>) -> bool {
        cohorts.clone().all(|cohort| self.tally.stage(cohort) == CohortStage::Complete)
    }

    /// Whether some cohorts have ended.
    pub fn all_ended(&self, cohorts: &Range<usize>) -> bool {
        cohorts.clone().all(|cohort| self.tally.stage(cohort) != CohortStage::Running)
    }

    /// How many results of one cell are better than its baseline, to the billionth; negative when they are worse.
    pub fn better_than_baseline(&self, outcome: usize, cell: usize) -> Quantity {
        let counted = self.tally.counts[outcome][cell].saturating_mul(WHOLE);
        let better = counted.saturating_sub(expected_in_cell(self.scheme, self.tally, outcome, cell));
        Quantity(better.saturating_mul(self.scheme.outcomes[outcome].sign()))
    }

    /// What was measured of an outcome over a part of the tally.
    pub fn measured(&self, outcome: usize, part: &TallyPart) -> MeasuredResult<'a> {
        measured_result(self.scheme, self.tally, outcome, part.clone())
    }

    /// On which side of a gate a part of the tally falls.
    pub fn decide(&self, gate: &Gate, part: &TallyPart) -> Verdict {
        gate.decide(self.scheme, self.tally, part)
    }
}
