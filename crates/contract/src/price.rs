//! The one pricing function: a scheme and a tally in, money out. It runs exact in pence for whoever pays, and in floating
//! point for the simulation; the code is the same.

use std::cmp::Ordering;
use std::ops::Range;

use crate::clauses::{self, Rule};
use crate::tally::{Stage, Tally};
use crate::terms::{Baseline, Kind, Per, Scheme};
use base::exact::{Ratio, Sum};
use base::literal::Change;
use base::money::{Amount, Pence, Quantity, Rate, WHOLE};

/// One line of a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
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

impl Line {
    /// "17.5 people", "1 event".
    #[must_use]
    pub fn quantity_words(&self) -> String {
        let unit = match (self.quantity.0.abs() == WHOLE, self.unit) {
            (true, "people") => "person",
            (true, "percentage points") => "percentage point",
            (true, unit @ ("events" | "periods" | "months" | "years")) => &unit[..unit.len() - 1],
            (_, unit) => unit,
        };
        format!("{} {unit}", self.quantity)
    }
}

/// Takes lines as pricing makes them. The simulation takes none, and then no reason is ever put into words.
pub trait Lines<A> {
    fn line(&mut self, line: impl FnOnce() -> Line, amount: A);
}

/// Keeps every line.
impl Lines<Pence> for Vec<Line> {
    fn line(&mut self, line: impl FnOnce() -> Line, amount: Pence) {
        self.push(Line { amount, ..line() });
    }
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug)]
pub struct NoLines;

impl<A> Lines<A> for NoLines {
    fn line(&mut self, _: impl FnOnce() -> Line, _: A) {}
}

/// What each clause has paid for each cohort of the tally; also the working memory of a pricing, reused between calls.
#[derive(Clone, Debug, Default)]
pub struct Paid<A> {
    amounts: Vec<A>,
    cohorts: usize,
    /// What later clauses have taken back of what each clause paid, in the same places; empty where one clause at most takes
    /// anything back, since then nothing can be taken twice.
    taken: Vec<A>,
}

impl<A: Amount> Paid<A> {
    /// What one clause paid over some cohorts (positions in the tally).
    pub fn by(&self, clause: usize, cohorts: Range<usize>) -> A {
        let row = &self.amounts[clause * self.cohorts..(clause + 1) * self.cohorts];
        row[cohorts].iter().fold(A::default(), |sum, &amount| sum.plus(amount))
    }

    /// What one clause paid in all.
    pub fn clause(&self, clause: usize) -> A {
        self.by(clause, 0..self.cohorts)
    }

    /// The most that clauses paid and took together, in pence, each cohort by itself.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.amounts.iter().map(|amount| amount.in_pence().abs()).sum()
    }

    /// What is left of what some clauses paid over some cohorts, that may be taken back: never below zero, and less what others
    /// have taken already. A clause that itself takes back is no payment, and counts by what it took.
    fn left(&self, scheme: &Scheme, clauses: &[usize], cohorts: Range<usize>) -> A {
        let named = clauses.iter().fold(A::default(), |sum, &clause| sum.plus(self.by(clause, cohorts.clone())));
        let mut least = named;
        if !self.taken.is_empty() {
            let mut net = A::default();
            for &clause in clauses.iter().filter(|&&clause| !scheme.clauses[clause].rule.takes_back()) {
                let row = clause * self.cohorts;
                net = net.plus(self.by(clause, cohorts.clone()));
                net = self.taken[row + cohorts.start..row + cohorts.end].iter().fold(net, |net, &taken| net.minus(taken));
            }
            least = if net < named { net } else { named };
        }
        if least > A::default() { least } else { A::default() }
    }

    /// Notes that so much was taken back of what some clauses paid: of the first of them first, cohort by cohort.
    fn take(&mut self, scheme: &Scheme, clauses: &[usize], cohorts: Range<usize>, amount: A) {
        if self.taken.is_empty() {
            return;
        }
        let mut rest = amount;
        for &clause in clauses.iter().filter(|&&clause| !scheme.clauses[clause].rule.takes_back()) {
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

    /// What was paid in all.
    pub fn total(&self) -> A {
        self.amounts.iter().fold(A::default(), |sum, &amount| sum.plus(amount))
    }
}

/// Prices a tally exactly and says why, line by line.
#[must_use]
pub fn statement(scheme: &Scheme, tally: &Tally) -> (Vec<Line>, Paid<Pence>) {
    let mut lines = Vec::new();
    let mut paid = Paid::default();
    price(scheme, tally, &mut paid, &mut lines);
    (lines, paid)
}

/// Prices a tally: every clause in the order of the file, each seeing what the clauses before it paid.
pub fn price<A: Amount, L: Lines<A>>(scheme: &Scheme, tally: &Tally, paid: &mut Paid<A>, lines: &mut L) {
    paid.cohorts = tally.cohorts.len();
    paid.amounts.clear();
    paid.amounts.resize(scheme.clauses.len() * paid.cohorts, A::default());
    paid.taken.clear();
    if scheme.clauses.iter().filter(|clause| clause.rule.takes_back()).nth(1).is_some() {
        paid.taken.resize(paid.amounts.len(), A::default());
    }
    for (at, clause) in scheme.clauses.iter().enumerate() {
        let mut till = Till { scheme, tally, clause: at, paid: &mut *paid, lines: &mut *lines };
        match &clause.rule {
            Rule::ServiceFee(rule) => clauses::service_fee::price(rule, &mut till),
            Rule::AttachmentFee(rule) => clauses::attachment_fee::price(rule, &mut till),
            Rule::OutcomePayment(rule) => clauses::outcome_payment::price(rule, &mut till),
            Rule::SustainmentPayment(rule) => clauses::sustainment_payment::price(rule, &mut till),
            Rule::Tariff(rule) => clauses::tariff::price(rule, &mut till),
            Rule::Bonus(rule) => clauses::bonus::price(rule, &mut till),
            Rule::ShareAtRisk(rule) => clauses::share_at_risk::price(rule, &mut till),
            Rule::Clawback(rule) => clauses::clawback::price(rule, &mut till),
            Rule::Audit(rule) => clauses::audit::price(rule, &mut till),
            Rule::Cap(rule) => clauses::cap::price(rule, &mut till),
            Rule::Floor(rule) => clauses::floor::price(rule, &mut till),
        }
    }
}

/// Where a clause looks up what happened and puts down what it pays.
pub struct Till<'a, A, L> {
    pub scheme: &'a Scheme,
    pub tally: &'a Tally,
    pub clause: usize,
    pub paid: &'a mut Paid<A>,
    pub lines: &'a mut L,
}

/// A posting before it is priced.
pub struct Posting {
    /// Cohorts covered (positions in the tally); the money falls to the last of them.
    pub cohorts: Range<usize>,
    pub segment: Option<usize>,
    pub quantity: Quantity,
    pub unit: &'static str,
    pub price: Pence,
}

impl<'a, A: Amount, L: Lines<A>> Till<'a, A, L> {
    /// Pays quantity × price.
    pub fn pay(&mut self, posting: Posting, reason: impl FnOnce() -> String) {
        let amount = A::of(posting.quantity, posting.price, self.scheme.rounding);
        self.post(posting, amount, reason);
    }

    /// Pays quantity × price where the quantity may be no whole number of billionths: it is priced as the fraction that it is.
    pub fn pay_exact(&mut self, posting: Posting, exact: impl FnOnce() -> Ratio, reason: impl FnOnce() -> String) {
        let (quantity, amount) = A::of_exact(posting.quantity, exact, posting.price, self.scheme.rounding);
        self.post(Posting { quantity, ..posting }, amount, reason);
    }

    /// Pays for the results of one cell: all of them, or, where an outcome and a cell are named, what lies beyond its baseline.
    pub fn pay_cell(&mut self, posting: Posting, beyond: Option<(usize, usize)>, reason: impl FnOnce() -> String) {
        let (scheme, tally) = (self.scheme, self.tally);
        match beyond {
            None => self.pay(posting, reason),
            Some((outcome, cell)) => self.pay_exact(posting, || beyond_baseline(scheme, tally, outcome, cell), reason),
        }
    }

    /// Pays an amount that was worked out otherwise.
    pub fn post(&mut self, posting: Posting, amount: A, reason: impl FnOnce() -> String) {
        let at = self.clause * self.paid.cohorts + posting.cohorts.end - 1;
        self.paid.amounts[at] = self.paid.amounts[at].plus(amount);
        let (clause, tally) = (self.clause, self.tally);
        let line = || Line {
            clause,
            cohorts: (tally.cohorts[posting.cohorts.start], tally.cohorts[posting.cohorts.end - 1]),
            segment: posting.segment,
            quantity: posting.quantity,
            unit: posting.unit,
            price: posting.price,
            amount: Pence(0),
            reason: reason(),
        };
        self.lines.line(line, amount);
    }

    /// Contract year of a cohort of the tally.
    pub fn year(&self, cohort: usize) -> usize {
        self.scheme.cohorts[self.tally.cohorts[cohort]].year
    }

    /// What several clauses paid together over some cohorts.
    pub fn paid_by(&self, clauses: &[usize], cohorts: Range<usize>) -> A {
        clauses.iter().fold(A::default(), |sum, &clause| sum.plus(self.paid.by(clause, cohorts.clone())))
    }

    /// What is left of what several clauses paid over some cohorts; see [`Paid::left`].
    pub fn left(&self, clauses: &[usize], cohorts: Range<usize>) -> A {
        self.paid.left(self.scheme, clauses, cohorts)
    }

    /// Notes that so much of what several clauses paid over some cohorts is taken back.
    pub fn take(&mut self, clauses: &[usize], cohorts: Range<usize>, amount: A) {
        self.paid.take(self.scheme, clauses, cohorts, amount);
    }

    /// The stretches of cohorts that a clause is measured over.
    pub fn periods(&self, over: clauses::Over) -> Periods<'a> {
        Periods { scheme: self.scheme, tally: self.tally, over, next: 0 }
    }

    /// Whether everything is known of everyone in some cohorts. Only then is a result compared with a gate or a baseline: what
    /// is known first of a cohort is not a fair part of it, and money would go to and fro.
    pub fn settled(&self, cohorts: &Range<usize>) -> bool {
        cohorts.clone().all(|cohort| self.tally.stage(cohort) == Stage::Complete)
    }

    /// How many results of one cell lie beyond its baseline, to the billionth; below zero when they fall short of it.
    pub fn beyond_baseline(&self, outcome: usize, cell: usize) -> Quantity {
        let counted = self.tally.counts[outcome][cell].saturating_mul(WHOLE);
        let better = counted.saturating_sub(expected_in_cell(self.scheme, self.tally, outcome, cell));
        Quantity(better.saturating_mul(self.scheme.outcomes[outcome].sign()))
    }

    /// What was measured of an outcome over some cohorts.
    pub fn measured(&self, outcome: usize, cohorts: Range<usize>) -> Measured<'a> {
        measured(self.scheme, self.tally, outcome, cohorts)
    }
}

/// The stretches of a tally's cohorts that a clause is measured over, as positions in the tally. Nothing is allocated: the
/// laboratory asks for them millions of times.
#[derive(Clone, Debug)]
pub struct Periods<'a> {
    scheme: &'a Scheme,
    tally: &'a Tally,
    over: clauses::Over,
    next: usize,
}

impl Iterator for Periods<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let (start, count) = (self.next, self.tally.cohorts.len());
        if start >= count {
            return None;
        }
        let year = |cohort: usize| self.scheme.cohorts[self.tally.cohorts[cohort]].year;
        self.next = match self.over {
            clauses::Over::EachCohort => start + 1,
            clauses::Over::AllCohorts => count,
            clauses::Over::EachYear => (start + 1..count).find(|&end| year(end) != year(start)).unwrap_or(count),
        };
        Some(start..self.next)
    }
}

/// An outcome over some cohorts, compared with its baseline.
///
/// The numbers in billionths are near enough for the simulation; whether a gate is passed is read off them where they leave no
/// doubt, and worked out again in fractions where they do. So gates are decided exactly, and rarely at the cost of it.
#[derive(Clone, Debug)]
pub struct Measured<'a> {
    scheme: &'a Scheme,
    tally: &'a Tally,
    outcome: usize,
    cohorts: Range<usize>,
    /// What a rate is taken of: people, or reoffenders for a frequency per reoffender.
    pub base: i64,
    pub count: i64,
    /// The count the baseline leads one to expect, in billionths; 0 without a baseline.
    pub expected: i64,
    /// How much better than expected, in billionths: positive is better whichever way the outcome runs.
    pub improvement: i64,
    /// People of the comparison group, or the same people before; 0 when the baseline is fixed.
    pub compared: i64,
    /// How far `expected` and `improvement` may each be from the truth, in billionths; 0 when they are exact.
    off_by: i64,
}

/// What was measured of an outcome over some cohorts.
#[must_use]
pub fn measured<'a>(scheme: &'a Scheme, tally: &'a Tally, outcome: usize, cohorts: Range<usize>) -> Measured<'a> {
    match scheme.outcomes[outcome].ratchet {
        Rate(0) => unratcheted(scheme, tally, outcome, cohorts),
        _ => ratcheted(scheme, tally, outcome, cohorts),
    }
}

fn unratcheted<'a>(scheme: &'a Scheme, tally: &'a Tally, outcome: usize, cohorts: Range<usize>) -> Measured<'a> {
    let definition = &scheme.outcomes[outcome];
    let base_of = match definition.kind {
        Kind::Frequency { of, per: Per::Affected } => &tally.counts[of],
        _ => &tally.people,
    };
    let segments = tally.segments;
    let cells = cohorts.start * segments..cohorts.end * segments;
    let base: i64 = base_of[cells.clone()].iter().sum();
    let count: i64 = tally.counts[outcome][cells.clone()].iter().sum();
    let (mut compared, mut off_by) = (0, 0);
    let expected = match &definition.baseline {
        Baseline::None => 0,
        Baseline::Fixed(schedule) if schedule.is_constant() => base.saturating_mul(schedule.values()[0].0),
        by_cell => {
            if matches!(by_cell, Baseline::Comparison { .. } | Baseline::Before { .. }) {
                compared = tally.comparison[outcome].people[cells.clone()].iter().sum();
                // Each cell is cut to a whole billionth.
                off_by = cells.len() as i64;
            }
            // A comparison group is standardised to the mix of segments served: its rate in each cell.
            cells.fold(0, |sum: i64, cell| sum.saturating_add(expected_in_cell(scheme, tally, outcome, cell)))
        }
    };
    let better = count.saturating_mul(WHOLE).saturating_sub(expected);
    let improvement = better.saturating_mul(definition.sign());
    Measured { scheme, tally, outcome, cohorts, base, count, expected, improvement, compared, off_by }
}

/// The count that the baseline leads one to expect in one cell of the tally (a cohort and a segment), in billionths; 0 without
/// a baseline.
#[must_use]
pub fn expected_in_cell(scheme: &Scheme, tally: &Tally, outcome: usize, cell: usize) -> i64 {
    match scheme.outcomes[outcome].baseline {
        Baseline::Fixed(_) => i64::try_from(expected_fraction(scheme, tally, outcome, cell).0).unwrap_or(i64::MAX),
        _ => {
            let (top, bottom) = expected_fraction(scheme, tally, outcome, cell);
            i64::try_from(top.saturating_mul(WHOLE.into()) / i128::from(bottom)).unwrap_or(i64::MAX)
        }
    }
}

/// The same as a fraction: one whole number over another above zero.
fn expected_fraction(scheme: &Scheme, tally: &Tally, outcome: usize, cell: usize) -> (i128, i64) {
    let definition = &scheme.outcomes[outcome];
    let base = match definition.kind {
        Kind::Frequency { of, per: Per::Affected } => tally.counts[of][cell],
        _ => tally.people[cell],
    };
    match &definition.baseline {
        Baseline::None => (0, 1),
        Baseline::Fixed(schedule) => {
            let year = scheme.cohorts[tally.cohorts[cell / tally.segments]].year;
            let rate = schedule.at(tally.area, cell % tally.segments, year);
            (i128::from(base) * i128::from(rate.0), WHOLE)
        }
        Baseline::Comparison { .. } | Baseline::Before { .. } => {
            let group = &tally.comparison[outcome];
            (i128::from(base) * i128::from(group.counts[cell]), group.people[cell].max(1))
        }
    }
}

/// How many results of one cell lie beyond its baseline, as a fraction; below zero when they fall short of it.
fn beyond_baseline(scheme: &Scheme, tally: &Tally, outcome: usize, cell: usize) -> Ratio {
    let (top, bottom) = expected_fraction(scheme, tally, outcome, cell);
    let better = Ratio::whole(tally.counts[outcome][cell]).minus(&Ratio::new(top, bottom.into()));
    better.times(scheme.outcomes[outcome].sign().into(), 1)
}

/// The cohorts of each contract year that a tally has, up to some cohort.
fn years<'a>(scheme: &'a Scheme, tally: &'a Tally, before: usize) -> impl Iterator<Item = Range<usize>> + 'a {
    let periods = Periods { scheme, tally, over: clauses::Over::EachYear, next: 0 };
    periods.take_while(move |year| year.start < before)
}

/// What was measured of an outcome over some cohorts, against a baseline that takes over a share of each year's improvement:
/// the bar of a year is that of the year before, moved by the share of how far its result was from it. The years before are
/// those of the same tally.
fn ratcheted<'a>(scheme: &'a Scheme, tally: &'a Tally, outcome: usize, cohorts: Range<usize>) -> Measured<'a> {
    let definition = &scheme.outcomes[outcome];
    let mut measured = unratcheted(scheme, tally, outcome, cohorts.clone());
    // The bar of each cohort's year, for one person, in billionths beyond the baseline, and how far it may be from the truth.
    let (mut bar, mut bar_off_by, mut raised) = (0i128, 0i64, 0i128);
    for year in years(scheme, tally, cohorts.end) {
        for cohort in year.start.max(cohorts.start)..year.end.min(cohorts.end) {
            let base = unratcheted(scheme, tally, outcome, cohort..cohort + 1).base;
            raised += bar * i128::from(base);
            measured.off_by = measured.off_by.saturating_add(base.saturating_mul(bar_off_by));
        }
        let result = unratcheted(scheme, tally, outcome, year);
        let beyond = i128::from(result.improvement) / i128::from(result.base.max(1)) - bar;
        bar += beyond * i128::from(definition.ratchet.0) / i128::from(WHOLE);
        // Two divisions, each cut to a whole billionth, besides what the result and the bar before were off by.
        bar_off_by += result.off_by / result.base.max(1) + 3;
    }
    let raised = i64::try_from(raised).unwrap_or_default();
    measured.improvement = measured.improvement.saturating_sub(raised);
    measured.expected = measured.expected.saturating_add(raised.saturating_mul(definition.sign()));
    measured
}

impl Measured<'_> {
    /// How many percentage points (or events per hundred) better than the baseline, to the billionth.
    #[must_use]
    pub fn points(&self) -> Quantity {
        self.in_points(self.improvement)
    }

    /// An improvement in billionths as percentage points.
    #[must_use]
    pub fn in_points(&self, improvement: i64) -> Quantity {
        if self.base == 0 {
            return Quantity(0);
        }
        Quantity(i64::try_from(i128::from(improvement) * 100 / i128::from(self.base)).unwrap_or_default())
    }

    /// An improvement as percentage points.
    #[must_use]
    pub fn in_points_exact(&self, improvement: &Ratio) -> Ratio {
        match self.base {
            0 => Ratio::whole(0),
            base => improvement.times(100, base.into()),
        }
    }

    /// Where the improvement lies of a change that is asked for, or, with a sign of -1, of one as large the other way.
    /// It is decided exactly.
    #[must_use]
    pub fn compare(&self, change: Change, sign: i64) -> Ordering {
        let (whole, off_by) = (i128::from(WHOLE), i128::from(self.off_by));
        let (edge, most) = match change {
            Change::Points(rate) => (i128::from(self.base) * i128::from(rate.0) * whole, off_by * whole),
            Change::Relative(rate) => {
                (i128::from(self.expected) * i128::from(rate.0), off_by * (whole + i128::from(rate.0.abs())))
            }
        };
        let apart = i128::from(self.improvement) * whole - i128::from(sign) * edge;
        if off_by == 0 || apart.abs() > most {
            return apart.cmp(&0);
        }
        self.improvement_exact().cmp(&self.edge_exact(change).times(sign.into(), 1))
    }

    /// Whether the result is worse than the baseline, as it, or better; decided exactly.
    #[must_use]
    pub fn way(&self) -> Ordering {
        self.compare(Change::Points(Rate(0)), 1)
    }

    /// The improvement that a change asks for, in billionths.
    #[must_use]
    pub fn edge(&self, change: Change) -> i64 {
        match change {
            Change::Points(rate) => self.base.saturating_mul(rate.0),
            Change::Relative(rate) => {
                let edge = i128::from(self.expected) * i128::from(rate.0) / i128::from(WHOLE);
                i64::try_from(edge).unwrap_or(i64::MAX)
            }
        }
    }

    /// The same as a fraction.
    #[must_use]
    pub fn edge_exact(&self, change: Change) -> Ratio {
        match change {
            Change::Points(rate) => Ratio::new(i128::from(self.base) * i128::from(rate.0), WHOLE.into()),
            Change::Relative(rate) => self.expected_exact().times(rate.0.into(), WHOLE.into()),
        }
    }

    /// The count the baseline leads one to expect.
    #[must_use]
    pub fn expected_exact(&self) -> Ratio {
        if self.off_by == 0 {
            return Ratio::new(self.expected.into(), WHOLE.into());
        }
        let definition = &self.scheme.outcomes[self.outcome];
        let expected = self.without_ratchet(&self.cohorts);
        match definition.ratchet {
            Rate(0) => expected,
            _ => expected.plus(&self.raised().times(definition.sign().into(), 1)),
        }
    }

    /// How much better than expected.
    #[must_use]
    pub fn improvement_exact(&self) -> Ratio {
        if self.off_by == 0 {
            return Ratio::new(self.improvement.into(), WHOLE.into());
        }
        let better = Ratio::whole(self.count).minus(&self.expected_exact());
        better.times(self.scheme.outcomes[self.outcome].sign().into(), 1)
    }

    /// Whether the numbers in billionths are the truth.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.off_by == 0
    }

    /// The count that the baseline of some cohorts leads one to expect, before it follows any result.
    fn without_ratchet(&self, cohorts: &Range<usize>) -> Ratio {
        let mut sum = Sum::default();
        for cell in cohorts.start * self.tally.segments..cohorts.end * self.tally.segments {
            let (top, bottom) = expected_fraction(self.scheme, self.tally, self.outcome, cell);
            sum.add(top, bottom);
        }
        sum.total()
    }

    /// By how many results the bar of these cohorts was moved by the years before.
    fn raised(&self) -> Ratio {
        let definition = &self.scheme.outcomes[self.outcome];
        let (mut bar, mut raised) = (Ratio::whole(0), Ratio::whole(0));
        for year in years(self.scheme, self.tally, self.cohorts.end) {
            let counted = self.cohorts.start.max(year.start)..self.cohorts.end.min(year.end);
            if !counted.is_empty() {
                let base = unratcheted(self.scheme, self.tally, self.outcome, counted).base;
                raised = raised.plus(&bar.times(base.into(), 1));
            }
            let result = unratcheted(self.scheme, self.tally, self.outcome, year.clone());
            let better = Ratio::whole(result.count).minus(&self.without_ratchet(&year));
            let each = better.times(definition.sign().into(), result.base.max(1).into());
            bar = bar.plus(&each.minus(&bar).times(definition.ratchet.0.into(), WHOLE.into()));
        }
        raised
    }
}
