//! Points for results: what each indicator earns, and the sum of them over some cohorts. A sum is known to the billionth with its
//! largest error, which is enough for the simulation. Where that leaves a comparison open, it is repeated in exact fractions.

use std::cmp::Ordering;
use std::ops::Range;

use crate::gate::{self, Gate, GateContext, GateTest, Verdict};
use crate::measured_result::{TallyPart, measured_result, within_i64};
use crate::references;
use crate::tally::Tally;
use crate::terms::{Better, Outcome, SchemeTerms};
use base::literal::{Literal as _, Ranged, RefusedNumber, Score};
use base::money::{Quantity, Rate, WHOLE};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::Schedule;

/// One result that earns points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointsIndicator {
    /// Where all points are earned: a gate on the outcome, or a plain level.
    pub gate: Gate,
    /// The rate up to which none are earned. Between it and the level of `gate` points rise in proportion. `None` where all points
    /// are earned at once.
    pub none_at: Option<Rate>,
    pub points: Score,
}

/// The points of a provider over some cohorts, in billionths. At most `max_error` fewer than the exact ones, and never more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoredPoints {
    pub billionths: i64,
    max_error: i64,
}

/// Reads one indicator of a list of them.
pub(crate) fn read(table: &Section<'_, '_>, context: GateContext<'_>) -> Option<PointsIndicator> {
    let outcomes = context.outcomes;
    let points = if table.has("points") {
        let stated = table.stated::<Score>("points");
        if let Some((_, stated)) = &stated {
            table.refuse("points", stated, |points| {
                (points.0 <= 0).then(|| RefusedNumber {
                    what: "an indicator earns no points".to_owned(),
                    expected: "more than 0 points".to_owned(),
                    fix: "write the most points that this result can earn".to_owned(),
                })
            });
        }
        stated.map(|(points, _)| points)
    } else {
        Some(table.required("points"))
    };
    if !table.has("none_at") && !table.has("all_at") {
        let gate = gate::read_standard(table, context);
        return Some(PointsIndicator { gate: gate?, none_at: None, points: points? });
    }
    let outcome = references::outcome(table, outcomes, "outcome");
    let levels = outcome.map(|at| ["none_at", "all_at"].map(|key| required_level(table, key, &outcomes[at])));
    table.finish();
    let (outcome, [none_at, all_at]) = (outcome?, levels?);
    let ((none_at, none_stated), (all_at, all_stated)) = (none_at?, all_at?);
    if !is_ordered(outcomes[outcome].better, &none_stated, &all_stated) {
        let better = if outcomes[outcome].better == Better::More { "above" } else { "below" };
        table.push(
            table
                .problem("all_at", "all points are earned where none are")
                .read(format!("none at {}, all at {}", words(&outcomes[outcome], none_at), words(&outcomes[outcome], all_at)))
                .expected(format!("a rate for all points {better} the one for none"))
                .fix("exchange the two rates, or correct them. Their ranges must not overlap either"),
        );
    }
    let gate = Gate::whole(outcome, GateTest::Reaches(Schedule::constant(all_at)));
    Some(PointsIndicator { gate, none_at: Some(none_at), points: points? })
}

fn words(outcome: &Outcome, rate: Rate) -> String {
    gate::rate_words(outcome, rate)
}

fn required_level(table: &Section<'_, '_>, key: &str, outcome: &Outcome) -> Option<(Rate, Ranged<Rate>)> {
    if !table.has(key) {
        let other = if key == "none_at" { "all_at" } else { "none_at" };
        let what = format!("`{other}` without `{key}`");
        table.push(
            Problem::at(table.file, table.span, what)
                .expected("the rate at which no points are earned, and the rate at which all are")
                .fix(format!("add {key}, or write reaches = \"30%\" for all points at once")),
        );
    }
    gate::plain_level(table, key, outcome)
}

/// Whether the rate for all points is better than the one for none, wherever a scenario puts them in their ranges.
fn is_ordered(better: Better, none: &Ranged<Rate>, all: &Ranged<Rate>) -> bool {
    let ([none, none_low, none_high], [all, all_low, all_high]) = (none.ends(), all.ends());
    match better {
        Better::More => none.max(none_high) < all.min(all_low),
        Better::Fewer => none.min(none_low) > all.max(all_high),
    }
}

impl PointsIndicator {
    /// The outcome that it is about.
    #[must_use]
    pub fn outcome(&self) -> usize {
        self.gate.outcome
    }

    /// What it earns over some cohorts, as a part of its points: one whole number over another above zero, from 0 to 1.
    fn part(&self, scheme: &SchemeTerms, tally: &Tally, part: &TallyPart) -> (i128, i128) {
        let (Some(none_at), GateTest::Reaches(all_at)) = (self.none_at, &self.gate.test) else {
            return ((self.gate.decide(scheme, tally, part) == Verdict::Better).into(), 1);
        };
        let measured = measured_result(scheme, tally, self.outcome(), part.clone());
        let all_at = measured.own(all_at);
        if measured.base == 0 {
            return (0, 1);
        }
        let (sign, base) = (i128::from(scheme.outcomes[self.outcome()].sign()), i128::from(measured.base));
        let beyond = i128::from(measured.count) * i128::from(WHOLE) - base * i128::from(none_at.0);
        let whole = (sign * i128::from(all_at.0 - none_at.0) * base).max(1);
        ((sign * beyond).clamp(0, whole), whole)
    }

    /// "20 points where job is at least 30%".
    #[must_use]
    pub fn explain(&self, scheme: &SchemeTerms) -> String {
        let outcome = &scheme.outcomes[self.outcome()];
        match (self.none_at, self.gate.plain_level()) {
            (Some(none_at), Some(all_at)) => format!(
                "{} where {} is {} or better, none at {}, and between the two in proportion",
                self.points.words(),
                outcome.name,
                words(outcome, all_at),
                words(outcome, none_at)
            ),
            _ => format!("{} where {}", self.points.words(), self.gate.words(scheme)),
        }
    }
}

/// The points earned over some cohorts, to the billionth.
#[must_use]
pub fn scored(indicators: &[PointsIndicator], scheme: &SchemeTerms, tally: &Tally, cohorts: &Range<usize>) -> ScoredPoints {
    let part = TallyPart { cohorts: cohorts.clone(), segment: None };
    let (mut billionths, mut max_error) = (0, 0);
    for indicator in indicators {
        let (top, bottom) = indicator.part(scheme, tally, &part);
        let points = i128::from(indicator.points.0) * top;
        billionths = within_i64(i128::from(billionths) + points / bottom);
        max_error += i64::from(points % bottom != 0);
    }
    ScoredPoints { billionths, max_error }
}

/// The same as a fraction.
#[must_use]
pub fn scored_exact(indicators: &[PointsIndicator], scheme: &SchemeTerms, tally: &Tally, cohorts: &Range<usize>) -> Ratio {
    let part = TallyPart { cohorts: cohorts.clone(), segment: None };
    let mut sum = Ratio::whole(0);
    for indicator in indicators {
        let (top, bottom) = indicator.part(scheme, tally, &part);
        sum = sum.plus(&Ratio::new(i128::from(indicator.points.0) * top, bottom).times(1, WHOLE.into()));
    }
    sum
}

/// What was found for each indicator, for the reason on a statement line: "job 12.5 of 20 (job was 30% (30 of 100 people))".
#[must_use]
pub fn found(indicators: &[PointsIndicator], scheme: &SchemeTerms, tally: &Tally, cohorts: &Range<usize>) -> String {
    let part = TallyPart { cohorts: cohorts.clone(), segment: None };
    let each = indicators.iter().map(|indicator| {
        let (top, bottom) = indicator.part(scheme, tally, &part);
        let earned = Quantity::nearest(&Ratio::new(i128::from(indicator.points.0) * top, bottom).times(1, WHOLE.into()));
        let found = indicator.gate.found_in(scheme, tally, &part);
        format!("{earned} of {} ({found})", Quantity(indicator.points.0))
    });
    each.collect::<Vec<_>>().join("; ")
}

impl ScoredPoints {
    /// Compares them with a number of points in billionths, exactly.
    #[must_use]
    pub fn compare(&self, billionths: i64, exact: impl Fn() -> Ratio) -> Ordering {
        match self.billionths.cmp(&billionths) {
            Ordering::Less if self.max_error > 0 && self.billionths.saturating_add(self.max_error) >= billionths => {
                exact().cmp(&Ratio::new(billionths.into(), WHOLE.into()))
            }
            Ordering::Equal if self.max_error > 0 => exact().cmp(&Ratio::new(billionths.into(), WHOLE.into())),
            order => order,
        }
    }
}
