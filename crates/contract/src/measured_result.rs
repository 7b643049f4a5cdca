//! What was measured of an outcome over some cohorts, compared with its baseline. Clauses and gates read their results here.

use std::cmp::Ordering;
use std::ops::Range;

use crate::tally::Tally;
use crate::terms::{Baseline, MeasuredFor, MeasuredOver, OutcomeKind, Per, SchemeTerms};
use base::literal::Change;
use base::money::{Quantity, Rate, WHOLE};
use base::ratio::{Ratio, RatioSum};
use base::schedule::Schedule;

/// The groups of a tally's cohorts that a clause is measured over, as positions in the tally. Nothing is allocated: the
/// simulation asks for them millions of times.
#[derive(Clone, Debug)]
pub struct Periods<'a> {
    scheme: &'a SchemeTerms,
    tally: &'a Tally,
    over: MeasuredOver,
    next: usize,
}

impl<'a> Periods<'a> {
    pub(crate) fn new(scheme: &'a SchemeTerms, tally: &'a Tally, over: MeasuredOver) -> Self {
        Periods { scheme, tally, over, next: 0 }
    }
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
            MeasuredOver::EachCohort => start + 1,
            MeasuredOver::AllCohorts => count,
            MeasuredOver::EachYear => (start + 1..count).find(|&end| year(end) != year(start)).unwrap_or(count),
        };
        Some(start..self.next)
    }
}

/// A part of a tally that is measured by itself: some cohorts, by their positions in the tally, of one segment or of all together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyPart {
    pub cohorts: Range<usize>,
    pub segment: Option<usize>,
}

impl TallyPart {
    /// The same cohorts of one segment alone.
    pub(crate) fn of_segment(&self, segment: usize) -> TallyPart {
        TallyPart { segment: Some(segment), ..self.clone() }
    }

    /// Other cohorts of the same segment, or of the same segments.
    fn over(&self, cohorts: Range<usize>) -> TallyPart {
        TallyPart { cohorts, ..*self }
    }

    /// Its cells, where a tally has so many segments.
    fn cells(&self, segments: usize) -> impl Iterator<Item = usize> + Clone + use<> {
        let (first, step) = self.segment.map_or((0, 1), |segment| (segment, segments));
        (self.cohorts.start * segments + first..self.cohorts.end * segments).step_by(step)
    }

    /// The sum of one number for each cell. The simulation adds up all segments far more often than one, and those stand together.
    #[inline]
    pub(crate) fn sum(&self, values: &[i64], segments: usize) -> i64 {
        match self.segment {
            None => values[self.cohorts.start * segments..self.cohorts.end * segments].iter().sum(),
            Some(_) => self.cells(segments).map(|cell| values[cell]).sum(),
        }
    }
}

/// The parts of a tally that a clause measures by themselves: period by period and, where it measures each segment, segment by segment.
#[derive(Clone, Debug)]
pub struct TallyParts<'a> {
    periods: Periods<'a>,
    /// How many parts each period has; none where all segments are one part.
    segments: Option<usize>,
    last: Option<TallyPart>,
}

impl<'a> TallyParts<'a> {
    pub(crate) fn new(scheme: &'a SchemeTerms, tally: &'a Tally, over: MeasuredOver, measured_for: MeasuredFor) -> Self {
        let segments = (measured_for == MeasuredFor::EachSegment).then_some(tally.segments);
        TallyParts { periods: Periods::new(scheme, tally, over), segments, last: None }
    }
}

impl Iterator for TallyParts<'_> {
    type Item = TallyPart;

    #[inline]
    fn next(&mut self) -> Option<TallyPart> {
        let Some(segments) = self.segments else {
            return self.periods.next().map(|cohorts| TallyPart { cohorts, segment: None });
        };
        let next = self.last.as_ref().and_then(|last| Some(last.of_segment(last.segment? + 1)));
        self.last = match next.filter(|part| part.segment.is_some_and(|segment| segment < segments)) {
            Some(part) => Some(part),
            None => self.periods.next().map(|cohorts| TallyPart { cohorts, segment: Some(0) }),
        };
        self.last.clone()
    }
}

/// An outcome over a part of a tally, compared with its baseline.
///
/// The numbers in billionths are precise enough for the simulation. They also decide most gates. Where they are too close to
/// the gate to decide it, the comparison is repeated in exact fractions. So gates are decided exactly and rarely cost more.
#[derive(Clone, Debug)]
pub struct MeasuredResult<'a> {
    scheme: &'a SchemeTerms,
    tally: &'a Tally,
    outcome: usize,
    part: TallyPart,
    /// What a rate is divided by: people, or reoffenders for a frequency per reoffender.
    pub base: i64,
    pub count: i64,
    /// The count that the baseline predicts, in billionths; 0 without a baseline.
    pub expected: i64,
    /// How much better than expected, in billionths: positive is better, whether the outcome wants more or fewer.
    pub improvement: i64,
    /// People of the comparison group, or the same people before; 0 when the baseline is fixed.
    pub compared: i64,
    /// The largest error of `expected` and of `improvement`, in billionths; 0 when they are exact.
    max_error: i64,
}

/// What was measured of an outcome over a part of a tally.
#[must_use]
#[inline]
pub fn measured_result<'a>(scheme: &'a SchemeTerms, tally: &'a Tally, outcome: usize, part: TallyPart) -> MeasuredResult<'a> {
    match scheme.outcomes[outcome].ratchet {
        Rate(0) => unratcheted(scheme, tally, outcome, part),
        _ => ratcheted(scheme, tally, outcome, part),
    }
}

#[inline]
fn unratcheted<'a>(scheme: &'a SchemeTerms, tally: &'a Tally, outcome: usize, part: TallyPart) -> MeasuredResult<'a> {
    let definition = &scheme.outcomes[outcome];
    let (base_of, excepted) = match definition.kind {
        OutcomeKind::Frequency { of, per: Per::Affected } => (&tally.counts[of], None),
        _ => (&tally.people, tally.excepted.get(definition.base(outcome)).filter(|excepted| !excepted.is_empty())),
    };
    let segments = tally.segments;
    let base = part.sum(base_of, segments) - excepted.map_or(0, |excepted| part.sum(excepted, segments));
    let count = part.sum(&tally.counts[outcome], segments);
    let (mut compared, mut max_error) = (0, 0);
    let expected = match &definition.baseline {
        Baseline::None => 0,
        Baseline::Fixed(schedule) if schedule.is_constant() => base.saturating_mul(schedule.values()[0].0),
        by_cell => {
            if matches!(by_cell, Baseline::Comparison { .. } | Baseline::Before { .. }) {
                compared = part.sum(&tally.comparison[outcome].people, segments);
                // Each cell is truncated to a whole billionth.
                max_error = part.cells(segments).count() as i64;
            }
            // A comparison group is standardised to the mix of segments served: its rate in each cell.
            part.cells(segments).fold(0, |sum: i64, cell| sum.saturating_add(expected_in_cell(scheme, tally, outcome, cell)))
        }
    };
    let better = count.saturating_mul(WHOLE).saturating_sub(expected);
    let improvement = better.saturating_mul(definition.sign());
    MeasuredResult { scheme, tally, outcome, part, base, count, expected, improvement, compared, max_error }
}

/// The count that the baseline predicts in one cell of the tally (a cohort and a segment), in billionths; 0 without a
/// baseline.
#[must_use]
pub fn expected_in_cell(scheme: &SchemeTerms, tally: &Tally, outcome: usize, cell: usize) -> i64 {
    match scheme.outcomes[outcome].baseline {
        Baseline::Fixed(_) => i64::try_from(expected_fraction(scheme, tally, outcome, cell).0).unwrap_or(i64::MAX),
        _ => {
            let (top, bottom) = expected_fraction(scheme, tally, outcome, cell);
            i64::try_from(top.saturating_mul(WHOLE.into()) / i128::from(bottom)).unwrap_or(i64::MAX)
        }
    }
}

/// The same as a fraction: one whole number over another above zero.
fn expected_fraction(scheme: &SchemeTerms, tally: &Tally, outcome: usize, cell: usize) -> (i128, i64) {
    let definition = &scheme.outcomes[outcome];
    let base = match definition.kind {
        OutcomeKind::Frequency { of, per: Per::Affected } => tally.counts[of][cell],
        _ => tally.measured(scheme, outcome, cell),
    };
    match &definition.baseline {
        Baseline::None => (0, 1),
        Baseline::Fixed(schedule) => {
            let time = scheme.cohorts[tally.cohorts[cell / tally.segments]].time();
            let rate = schedule.at(tally.area, cell % tally.segments, time);
            (i128::from(base) * i128::from(rate.0), WHOLE)
        }
        Baseline::Comparison { .. } | Baseline::Before { .. } => {
            let group = &tally.comparison[outcome];
            (i128::from(base) * i128::from(group.counts[cell]), group.people[cell].max(1))
        }
    }
}

/// How many results of one cell are better than its baseline, as a fraction; negative when they are worse.
pub(crate) fn better_than_baseline_exact(scheme: &SchemeTerms, tally: &Tally, outcome: usize, cell: usize) -> Ratio {
    let (top, bottom) = expected_fraction(scheme, tally, outcome, cell);
    let better = Ratio::whole(tally.counts[outcome][cell]).minus(&Ratio::new(top, bottom.into()));
    better.times(scheme.outcomes[outcome].sign().into(), 1)
}

/// The cohorts of each contract year that a tally has, up to some cohort.
fn years<'a>(scheme: &'a SchemeTerms, tally: &'a Tally, before: usize) -> impl Iterator<Item = Range<usize>> + 'a {
    Periods::new(scheme, tally, MeasuredOver::EachYear).take_while(move |year| year.start < before)
}

/// What was measured of an outcome over a part of a tally, compared with a baseline that takes over a share of each year's
/// improvement. The bar of a year is the bar of the year before, moved by that share of the difference between the bar and the
/// year's result. The earlier years are those of the same tally, and of the same segment where one is measured by itself.
fn ratcheted<'a>(scheme: &'a SchemeTerms, tally: &'a Tally, outcome: usize, part: TallyPart) -> MeasuredResult<'a> {
    let definition = &scheme.outcomes[outcome];
    let cohorts = part.cohorts.clone();
    let mut measured = unratcheted(scheme, tally, outcome, part.clone());
    // The bar of each cohort's year, for one person, in billionths better than the baseline, and its largest error.
    let (mut bar, mut bar_error, mut raised) = (0i128, 0i64, 0i128);
    for year in years(scheme, tally, cohorts.end) {
        for cohort in year.start.max(cohorts.start)..year.end.min(cohorts.end) {
            let base = unratcheted(scheme, tally, outcome, part.over(cohort..cohort + 1)).base;
            raised += bar * i128::from(base);
            measured.max_error = measured.max_error.saturating_add(base.saturating_mul(bar_error));
        }
        let result = unratcheted(scheme, tally, outcome, part.over(year));
        let beyond = i128::from(result.improvement) / i128::from(result.base.max(1)) - bar;
        bar += beyond * i128::from(definition.ratchet.0) / i128::from(WHOLE);
        // Two divisions, each truncated to a whole billionth, on top of the errors of the result and of the bar before.
        bar_error += result.max_error / result.base.max(1) + 3;
    }
    let raised = within_i64(raised);
    measured.improvement = measured.improvement.saturating_sub(raised);
    measured.expected = measured.expected.saturating_add(raised.saturating_mul(definition.sign()));
    measured
}

/// The number itself, or the largest or smallest that there is: too much is never nothing.
pub(crate) fn within_i64(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

impl MeasuredResult<'_> {
    /// The number that applies to what was measured, of those that differ by area, segment and time: for several cohorts that of the
    /// last, as for their payment.
    #[must_use]
    #[inline]
    pub fn own<T: Copy>(&self, numbers: &Schedule<T>) -> T {
        let last = self.tally.cohorts[self.part.cohorts.end - 1];
        numbers.at(self.tally.area, self.part.segment.unwrap_or(0), self.scheme.cohorts[last].time())
    }

    /// How many percentage points (or events per hundred people) better than the baseline, to the billionth.
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
        Quantity(within_i64(i128::from(improvement) * 100 / i128::from(self.base)))
    }

    /// An improvement as percentage points.
    #[must_use]
    pub fn in_points_exact(&self, improvement: &Ratio) -> Ratio {
        match self.base {
            0 => Ratio::whole(0),
            base => improvement.times(100, base.into()),
        }
    }

    /// Compares the improvement with a required change or, with a sign of -1, with a change of the same size for the worse.
    /// The comparison is exact.
    #[must_use]
    #[inline]
    pub fn compare(&self, change: Change, sign: i64) -> Ordering {
        // In points both sides are whole billionths, and they nearly always fit into 64 bits.
        if let Change::Points(rate) = change {
            let edge = self.base.checked_mul(rate.0).and_then(|edge| edge.checked_mul(sign));
            let apart = edge.and_then(|edge| self.improvement.checked_sub(edge));
            let decides = |apart: &i64| self.max_error == 0 || apart.unsigned_abs() > self.max_error.unsigned_abs();
            if let Some(apart) = apart.filter(decides) {
                return apart.cmp(&0);
            }
        }
        self.compare_widely(change, sign)
    }

    /// The same in 128 bits and, where that does not decide, in fractions.
    fn compare_widely(&self, change: Change, sign: i64) -> Ordering {
        let (whole, max_error) = (i128::from(WHOLE), i128::from(self.max_error));
        let (edge, most) = match change {
            Change::Points(rate) => (i128::from(self.base) * i128::from(rate.0) * whole, max_error * whole),
            Change::Relative(rate) => {
                (i128::from(self.expected) * i128::from(rate.0), max_error * (whole + i128::from(rate.0.abs())))
            }
        };
        let apart = i128::from(self.improvement) * whole - i128::from(sign) * edge;
        if max_error == 0 || apart.abs() > most {
            return apart.cmp(&0);
        }
        self.improvement_exact().cmp(&self.edge_exact(change).times(sign.into(), 1))
    }

    /// Whether the result is worse than the baseline, equal to it or better; the comparison is exact.
    #[must_use]
    pub fn compared_with_baseline(&self) -> Ordering {
        self.compare(Change::Points(Rate(0)), 1)
    }

    /// The improvement that a change requires, in billionths.
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

    /// The count that the baseline predicts.
    #[must_use]
    pub fn expected_exact(&self) -> Ratio {
        if self.max_error == 0 {
            return Ratio::new(self.expected.into(), WHOLE.into());
        }
        let definition = &self.scheme.outcomes[self.outcome];
        let expected = self.without_ratchet(&self.part);
        match definition.ratchet {
            Rate(0) => expected,
            _ => expected.plus(&self.raised().times(definition.sign().into(), 1)),
        }
    }

    /// How much better than expected.
    #[must_use]
    pub fn improvement_exact(&self) -> Ratio {
        if self.max_error == 0 {
            return Ratio::new(self.improvement.into(), WHOLE.into());
        }
        let better = Ratio::whole(self.count).minus(&self.expected_exact());
        better.times(self.scheme.outcomes[self.outcome].sign().into(), 1)
    }

    /// Whether the numbers in billionths are exact.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.max_error == 0
    }

    /// The count that the baseline of a part predicts before it follows any result.
    fn without_ratchet(&self, part: &TallyPart) -> Ratio {
        let mut sum = RatioSum::default();
        for cell in part.cells(self.tally.segments) {
            let (top, bottom) = expected_fraction(self.scheme, self.tally, self.outcome, cell);
            sum.add(top, bottom);
        }
        sum.total()
    }

    /// By how many results the earlier years raised the bar of these cohorts.
    fn raised(&self) -> Ratio {
        let definition = &self.scheme.outcomes[self.outcome];
        let (mut bar, mut raised) = (Ratio::whole(0), Ratio::whole(0));
        let cohorts = &self.part.cohorts;
        for year in years(self.scheme, self.tally, cohorts.end) {
            let counted = cohorts.start.max(year.start)..cohorts.end.min(year.end);
            if !counted.is_empty() {
                let base = unratcheted(self.scheme, self.tally, self.outcome, self.part.over(counted)).base;
                raised = raised.plus(&bar.times(base.into(), 1));
            }
            let year = self.part.over(year);
            let result = unratcheted(self.scheme, self.tally, self.outcome, year.clone());
            let better = Ratio::whole(result.count).minus(&self.without_ratchet(&year));
            let each = better.times(definition.sign().into(), result.base.max(1).into());
            bar = bar.plus(&each.minus(&bar).times(definition.ratchet.0.into(), WHOLE.into()));
        }
        raised
    }
}
