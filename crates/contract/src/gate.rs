//! Gates: how much better a result must be before anything is paid and, in the same way, how much worse before anything is
//! deducted. Gates are decided in whole numbers and exact fractions, so that a payment never depends on the last digit of a
//! decimal. A gate of statistical significance is decided in floating point from the same numbers.
//!
//! A standard of an award is a gate too, and may also be a plain level that needs no baseline.
//!
//! A gate is decided for all segments together, unless it says in which of them it must be met.

use std::cmp::Ordering;

use crate::measured_result::{MeasuredResult, TallyPart, measured_result};
use crate::references;
use crate::spread_words::spread_words;
use crate::tally::Tally;
use crate::terms::{Baseline, Better, Outcome, OutcomeKind, Per, SchemeTerms};
use base::english::plural;
use base::literal::{self, Change, Count, Literal, MeanAmount, PerHead, Ranged, RefusedNumber};
use base::money::{Quantity, Rate, WHOLE, thousands};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::{Schedule, ScheduleKeys};
use base::statistics::normal_quantile;

/// A condition on one outcome, compared with its baseline or with a plain level.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub outcome: usize,
    pub test: GateTest,
    pub met_in: MetIn,
}

/// In which segments a gate must be met. A segment in which nobody is measured is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetIn {
    /// In what the clause measures, as a whole.
    #[default]
    Whole,
    /// In each segment by itself.
    EachSegment,
    /// In at least so many segments, whichever they are.
    AtLeast(usize),
    /// In this segment, whatever happens in the others.
    Segment(usize),
}

/// What a gate requires. A size may differ by area, segment, contract year and cohort.
#[derive(Clone, Debug, PartialEq)]
pub enum GateTest {
    /// The change is at least this large.
    AtLeast(Schedule<Change>),
    /// The change is larger than this.
    MoreThan(Schedule<Change>),
    /// The change from the baseline is statistically significant at the cohort's own size: a one-sample test against a fixed
    /// baseline, or a two-sample (pooled) test against a comparison group, both with the normal approximation.
    Significant { level: Rate, sides: Sides, critical: f64 },
    /// The rate itself is at least this or, where fewer is better, at most this: a share of people, or events or periods for each.
    /// Only a standard of an award is one. A tariff also needs to know what is as much worse, and a plain level does not say that.
    Reaches(Schedule<Rate>),
}

impl GateTest {
    /// Whether what it requires differs by cohort or by contract year.
    #[must_use]
    pub fn differs_in_time(&self) -> bool {
        match self {
            GateTest::AtLeast(change) | GateTest::MoreThan(change) => change.differs_in_time(),
            GateTest::Reaches(level) => level.differs_in_time(),
            GateTest::Significant { .. } => false,
        }
    }

    /// The changes that are required; none for a test of significance and for a plain level.
    #[must_use]
    pub fn changes(&self) -> Option<&Schedule<Change>> {
        match self {
            GateTest::AtLeast(change) | GateTest::MoreThan(change) => Some(change),
            GateTest::Significant { .. } | GateTest::Reaches(_) => None,
        }
    }

    /// The change that is required, where it is one for everybody at all times.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        self.changes().filter(|changes| changes.is_constant()).map(|changes| changes.values()[0])
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// The whole level on the side of better results, and again on the side of worse results where they are deducted.
    #[default]
    One,
    /// Half the level on each side.
    Two,
}

/// On which side of the gate a result falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Better,
    Neither,
    Worse,
}

impl Gate {
    /// A gate for all segments together.
    #[must_use]
    pub fn whole(outcome: usize, test: GateTest) -> Gate {
        Gate { outcome, test, met_in: MetIn::Whole }
    }

    /// On which side of the gate a part of a tally falls.
    ///
    /// Where the gate must be met in several segments, it is met on the worse side if as many of them are as much worse. A better
    /// result then never moves it to the worse side.
    #[must_use]
    pub fn decide(&self, scheme: &SchemeTerms, tally: &Tally, part: &TallyPart) -> Verdict {
        let verdict = |part: TallyPart| self.verdict(scheme, &measured_result(scheme, tally, self.outcome, part));
        let required = match self.met_in {
            MetIn::Whole => return verdict(part.clone()),
            MetIn::Segment(segment) => return verdict(part.of_segment(segment)),
            MetIn::EachSegment => None,
            MetIn::AtLeast(segments) => Some(segments),
        };
        let (mut measured, mut better, mut worse) = (0, 0, 0);
        for segment in 0..tally.segments {
            let result = measured_result(scheme, tally, self.outcome, part.of_segment(segment));
            if result.base > 0 {
                measured += 1;
                match self.verdict(scheme, &result) {
                    Verdict::Better => better += 1,
                    Verdict::Worse => worse += 1,
                    Verdict::Neither => {}
                }
            }
        }
        match required.unwrap_or(measured) {
            0 => Verdict::Neither,
            required if better >= required => Verdict::Better,
            required if worse >= required => Verdict::Worse,
            _ => Verdict::Neither,
        }
    }

    /// On which side of the gate one result falls.
    #[must_use]
    #[inline]
    pub fn verdict(&self, scheme: &SchemeTerms, measured: &MeasuredResult<'_>) -> Verdict {
        if measured.base == 0 {
            return Verdict::Neither;
        }
        match &self.test {
            GateTest::AtLeast(change) => {
                let change = measured.own(change);
                if measured.compare(change, 1) != Ordering::Less {
                    Verdict::Better
                } else if measured.compare(change, -1) != Ordering::Greater {
                    Verdict::Worse
                } else {
                    Verdict::Neither
                }
            }
            GateTest::MoreThan(change) => {
                let change = measured.own(change);
                if measured.compare(change, 1) == Ordering::Greater {
                    Verdict::Better
                } else if measured.compare(change, -1) == Ordering::Less {
                    Verdict::Worse
                } else {
                    Verdict::Neither
                }
            }
            GateTest::Significant { critical, .. } => {
                let z = self.z(scheme, measured);
                if z >= *critical {
                    Verdict::Better
                } else if z <= -critical {
                    Verdict::Worse
                } else {
                    Verdict::Neither
                }
            }
            GateTest::Reaches(level) => {
                let (level, counted) = (measured.own(level), i128::from(measured.count) * i128::from(WHOLE));
                let reached = match scheme.outcomes[self.outcome].better {
                    Better::More => counted >= i128::from(measured.base) * i128::from(level.0),
                    Better::Fewer => counted <= i128::from(measured.base) * i128::from(level.0),
                };
                if reached { Verdict::Better } else { Verdict::Neither }
            }
        }
    }

    /// Whether it compares the result with a baseline.
    #[must_use]
    pub fn has_baseline(&self) -> bool {
        !matches!(self.test, GateTest::Reaches(_))
    }

    /// How many standard errors better than the baseline. Near the critical value it is calculated from the exact numbers, not
    /// from billionths.
    fn z(&self, scheme: &SchemeTerms, measured: &MeasuredResult<'_>) -> f64 {
        let near = |number: i64| number as f64 / WHOLE as f64;
        let z = self.standard_errors(scheme, measured, near(measured.expected), near(measured.improvement));
        let GateTest::Significant { critical, .. } = self.test else { return z };
        if measured.is_exact() || (z.abs() - critical).abs() > 1e-4 {
            return z;
        }
        let (expected, improvement) = (measured.expected_exact().as_f64(), measured.improvement_exact().as_f64());
        self.standard_errors(scheme, measured, expected, improvement)
    }

    fn standard_errors(&self, scheme: &SchemeTerms, measured: &MeasuredResult<'_>, expected: f64, improvement: f64) -> f64 {
        let outcome = &scheme.outcomes[self.outcome];
        let (n, compared) = (measured.base as f64, measured.compared as f64);
        let variance = if let Some(spread) = outcome.spread {
            let of_one = spread.as_f64().powi(2);
            of_one / n + if compared > 0.0 { of_one / compared } else { 0.0 }
        } else {
            let p0 = (expected / n).clamp(0.0, 1.0);
            if compared > 0.0 {
                let pooled = ((measured.count as f64 + p0 * compared) / (n + compared)).clamp(0.0, 1.0);
                pooled * (1.0 - pooled) * (1.0 / n + 1.0 / compared)
            } else {
                p0 * (1.0 - p0) / n
            }
        };
        if variance <= 0.0 { 0.0 } else { improvement / n / variance.sqrt() }
    }

    /// The change that the gate requires, where it is one for everybody at all times; none for a test of significance and for a
    /// plain level.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        self.test.change()
    }

    /// The plain level that must be reached, where it is one for everybody at all times.
    #[must_use]
    pub fn plain_level(&self) -> Option<Rate> {
        match &self.test {
            GateTest::Reaches(level) if level.is_constant() => Some(level.values()[0]),
            _ => None,
        }
    }

    /// Every change that the gate requires of somebody at some time, with its outcome.
    #[must_use]
    pub fn levels(&self) -> Vec<(usize, Change)> {
        let mut out: Vec<(usize, Change)> = Vec::new();
        for &change in self.test.changes().map_or(&[][..], |changes| changes.values()) {
            if !out.contains(&(self.outcome, change)) {
                out.push((self.outcome, change));
            }
        }
        out
    }

    /// The condition in words: "the rate of reoffending is better than the baseline by at least 3 percentage points".
    #[must_use]
    pub fn words(&self, scheme: &SchemeTerms) -> String {
        let condition = self.condition_words(scheme);
        match self.met_in {
            MetIn::Whole => condition,
            MetIn::EachSegment => format!("{condition} in each segment by itself"),
            MetIn::AtLeast(1) => format!("{condition} in at least 1 segment"),
            MetIn::AtLeast(segments) => format!("{condition} in at least {segments} segments"),
            MetIn::Segment(segment) => format!("{condition} in the segment \"{}\"", scheme.segments[segment]),
        }
    }

    fn condition_words(&self, scheme: &SchemeTerms) -> String {
        let outcome = &scheme.outcomes[self.outcome];
        let against = match outcome.baseline {
            Baseline::Comparison { .. } => "the comparison group",
            Baseline::Before { .. } => "the same people before they started",
            _ => "the baseline",
        };
        match &self.test {
            GateTest::AtLeast(changes) if changes.values().iter().all(|change| change.as_f64() == 0.0) => {
                format!("{} is no worse than {against}", outcome.name)
            }
            GateTest::AtLeast(changes) => {
                format!("{} is better than {against} by at least {}", outcome.name, change_words(scheme, changes))
            }
            GateTest::MoreThan(changes) => {
                format!("{} is better than {against} by more than {}", outcome.name, change_words(scheme, changes))
            }
            GateTest::Significant { level, sides, .. } => {
                let sides = if *sides == Sides::One { "one-sided" } else { "two-sided" };
                format!(
                    "{} is better than {against} by a statistically significant amount (at the {level} level, {sides})",
                    outcome.name
                )
            }
            GateTest::Reaches(level) => {
                let way = if outcome.better == Better::More { "at least" } else { "at most" };
                format!("{} is {way} {}", outcome.name, spread_words(scheme, level, |level| rate_words(outcome, level)))
            }
        }
    }

    /// What was found in a part of a tally, for the reason on a statement line.
    #[must_use]
    pub fn found_in(&self, scheme: &SchemeTerms, tally: &Tally, part: &TallyPart) -> String {
        let result = |part: TallyPart| measured_result(scheme, tally, self.outcome, part);
        match self.met_in {
            MetIn::Whole => return self.found(scheme, &result(part.clone())),
            MetIn::Segment(segment) => {
                let found = self.found(scheme, &result(part.of_segment(segment)));
                return format!("in the segment \"{}\", {found}", scheme.segments[segment]);
            }
            MetIn::EachSegment | MetIn::AtLeast(_) => {}
        }
        let segments = (0..tally.segments).map(|segment| (segment, result(part.of_segment(segment))));
        let measured: Vec<_> = segments.filter(|(_, result)| result.base > 0).collect();
        let (met, missed): (Vec<_>, Vec<_>) =
            measured.iter().partition(|(_, result)| self.verdict(scheme, result) == Verdict::Better);
        let named = |what: &str, these: &[&(usize, MeasuredResult<'_>)]| {
            let shown = these.iter().take(MAX_SEGMENTS_NAMED);
            let mut each: Vec<String> = shown
                .map(|(segment, result)| format!("\"{}\" ({})", scheme.segments[*segment], self.found(scheme, result)))
                .collect();
            if these.len() > each.len() {
                each.push(format!("and {} more", these.len() - each.len()));
            }
            if each.is_empty() { String::new() } else { format!(", {what} in {}", each.join(", ")) }
        };
        let all = plural(measured.len(), "segment", "segments");
        format!("met in {} of {} {all}{}{}", met.len(), measured.len(), named("met", &met), named("missed", &missed))
    }

    /// What was found of one result.
    #[must_use]
    pub fn found(&self, scheme: &SchemeTerms, measured: &MeasuredResult<'_>) -> String {
        let outcome = &scheme.outcomes[self.outcome];
        if !self.has_baseline() || measured.base == 0 {
            return rate_found(outcome, measured);
        }
        let points = self.shown_size(outcome, measured);
        let s = if points == "1" { "" } else { "s" };
        let unit = match outcome.kind {
            OutcomeKind::Binary => format!("percentage point{s}"),
            OutcomeKind::Frequency { per: Per::Affected, .. } => format!("event{s} per hundred people affected"),
            OutcomeKind::Amount { .. } => format!("{} per person", outcome.unit),
            _ => format!("event{s} per hundred people"),
        };
        let way = match (measured.compared_with_baseline() != Ordering::Less, outcome.better) {
            (true, Better::Fewer) | (false, Better::More) => "below",
            _ => "above",
        };
        let z = match self.test {
            GateTest::Significant { critical, .. } => {
                format!(" (z = {:.2}; {critical:.2} is needed)", self.z(scheme, measured))
            }
            _ => String::new(),
        };
        format!("{} was {points} {unit} {way} the baseline{z}", outcome.name)
    }

    /// The size of the change found: in percentage points, or an amount in its units for each person. Where three decimals would make
    /// it look the same as the required change, although it differs, it has nine.
    fn shown_size(&self, outcome: &Outcome, measured: &MeasuredResult<'_>) -> String {
        let size = |change: &Ratio| {
            let points = measured.in_points_exact(change);
            let shown = if outcome.is_amount() { points.times(1, 100) } else { points };
            Quantity(Quantity::nearest(&shown).0.abs())
        };
        let found = size(&measured.improvement_exact());
        let alike = self.test.changes().is_some_and(|changes| {
            let asked = size(&measured.edge_exact(measured.own(changes)));
            found.to_string() == asked.to_string() && found != asked
        });
        if alike { base::money::decimal(found.0, 9) } else { found.to_string() }
    }
}

/// The changes that a gate requires: "5 percentage points", "5 percentage points for year 1, 6 percentage points for year 2".
pub(crate) fn change_words(scheme: &SchemeTerms, changes: &Schedule<Change>) -> String {
    spread_words(scheme, changes, |change| change.words())
}

/// How many segments one reason names.
const MAX_SEGMENTS_NAMED: usize = 4;

/// "30%" of people, or "1.7 each".
pub(crate) fn rate_words(outcome: &Outcome, rate: Rate) -> String {
    if outcome.is_binary() { rate.to_string() } else { format!("{} each", Quantity(rate.0)) }
}

/// The rate that was found. The counts are given too: rounded, the rate may look like the level that it misses.
pub(crate) fn rate_found(outcome: &Outcome, measured: &MeasuredResult<'_>) -> String {
    if measured.base == 0 {
        return format!("{} was measured for nobody", outcome.name);
    }
    let rate = Quantity::nearest(&Ratio::new(measured.count.into(), measured.base.into()));
    let of = if outcome.is_binary() { "of" } else { "for" };
    let (many, one) = outcome.counted();
    let people = plural(measured.base, one, many);
    let affected = if matches!(outcome.kind, OutcomeKind::Frequency { per: Per::Affected, .. }) { " affected" } else { "" };
    let (count, base) = (thousands(measured.count), thousands(measured.base));
    format!("{} was {} ({count} {of} {base} {people}{affected})", outcome.name, rate_words(outcome, Rate(rate.0)))
}

/// What a gate may refer to while it is read.
#[derive(Clone, Copy)]
pub(crate) struct GateContext<'a> {
    pub outcomes: &'a [Outcome],
    pub keys: &'a ScheduleKeys,
}

/// Where a condition is written, for messages about it.
struct GatePlace<'a> {
    /// "`gate`", or "a standard".
    what: &'a str,
    /// What stands before its braces: "gate = ".
    before: &'a str,
    /// Whether it may be a plain level.
    levels: bool,
}

/// Reads `gate = { … }` or `hurdle = { … }`.
pub(crate) fn read(section: &Section<'_, '_>, key: &str, own: Option<usize>, context: GateContext<'_>) -> Option<Gate> {
    let (what, before) = (format!("`{key}`"), format!("{key} = "));
    condition(&section.section(key)?, &GatePlace { what: &what, before: &before, levels: false }, own, context)
}

/// Reads one standard of a list of them: a gate, or a plain level.
pub(crate) fn read_standard(table: &Section<'_, '_>, context: GateContext<'_>) -> Option<Gate> {
    condition(table, &GatePlace { what: "a standard", before: "", levels: true }, None, context)
}

fn condition(table: &Section<'_, '_>, place: &GatePlace<'_>, own: Option<usize>, context: GateContext<'_>) -> Option<Gate> {
    let outcomes = context.outcomes;
    let outcome = match table.has("outcome") {
        true => references::outcome(table, outcomes, "outcome"),
        false => own.or_else(|| references::outcome(table, outcomes, "outcome")),
    };
    let size = |key: &str| table.has(key).then(|| table.positive_schedule::<Change>(key, context.keys));
    let at_least = size("improves_by_at_least");
    let more_than = size("improves_by_more_than");
    let level: Option<Rate> = table.number("significant_at");
    let sides = table.choice("sides", &[("one-sided", Sides::One), ("two-sided", Sides::Two)]);
    let reaches = outcome.filter(|_| place.levels).and_then(|at| plain_levels(table, &outcomes[at], context.keys));
    let known: &[&str] = match place.levels {
        true => &["improves_by_at_least", "improves_by_more_than", "significant_at", "reaches"],
        false => &["improves_by_at_least", "improves_by_more_than", "significant_at"],
    };
    let test = match (at_least, more_than, level, reaches) {
        (Some(change), None, None, None) => Some(GateTest::AtLeast(change)),
        (None, Some(change), None, None) => Some(GateTest::MoreThan(change)),
        (None, None, Some(level), None) => significant(table, level, sides),
        (None, None, None, Some(level)) => Some(GateTest::Reaches(level)),
        (None, None, None, None) if known.iter().any(|key| table.has(key)) => None,
        _ => {
            let (last, first) = known.split_last().unwrap_or((&"", &[]));
            let example = match (place.levels, outcomes.first()) {
                (true, Some(outcome)) => format!("outcome = \"{}\", ", outcome.name),
                _ => String::new(),
            };
            table.push(
                Problem::at(table.file, table.span, format!("{} needs exactly one condition", place.what))
                    .expected(format!("one of {} or {last}", first.join(", ")))
                    .fix(format!("for example {}{{ {example}improves_by_at_least = \"3 percentage points\" }}", place.before)),
            );
            None
        }
    };
    let met_in = met_in(table, &context.keys.segments);
    table.finish();
    if level.is_none() && sides.is_some() && !table.has("significant_at") {
        table.push(
            table
                .problem("sides", "`sides` is only for a test of significance")
                .expected("significant_at in the same table")
                .fix("remove sides, or write significant_at = \"5%\""),
        );
    }
    let (outcome, test) = (outcome?, test?);
    let definition = &outcomes[outcome];
    let gate = Gate { outcome, test, met_in };
    if definition.baseline == Baseline::None && gate.has_baseline() {
        let level = if place.levels { ". Or write a plain level: reaches = \"30%\"" } else { "" };
        table.push(
            Problem::at(table.file, table.span, format!("{} needs a baseline, and {} has none", place.what, definition.name))
                .expected(format!("a baseline in [outcome.{}]", definition.name))
                .fix(format!("add: baseline = \"58%\" with its source, or baseline = {{ comparison_people_each = 10 }}{level}")),
        );
    }
    if let Some(changes) = gate.test.changes() {
        let key = if table.has("improves_by_at_least") { "improves_by_at_least" } else { "improves_by_more_than" };
        in_its_unit(table, key, definition, changes);
    }
    if matches!(gate.test, GateTest::Significant { .. }) && !definition.is_binary() && definition.spread.is_none() {
        table.push(
            Problem::at(table.file, table.span, format!("a significance test on {} needs its spread", definition.name))
                .expected(format!("`spread` in [outcome.{}]: the standard deviation of the count per person", definition.name))
                .fix("add, for example, spread = \"3.1 per person\" with its source"),
        );
    }
    Some(gate)
}

/// Refuses a change in percentage points of people for an outcome that is an amount.
pub(crate) fn in_its_unit(section: &Section<'_, '_>, key: &str, outcome: &Outcome, changes: &Schedule<Change>) {
    let points = changes.values().iter().find(|change| matches!(change, Change::Points(points) if points.0 != 0));
    if let Some(points) = points.filter(|_| outcome.is_amount()) {
        section.push(
            section
                .problem(key, format!("`{}` is an amount, and has no percentage points", outcome.name))
                .read(points.words())
                .expected("a share of the baseline, such as \"5 %\"")
                .fix("write the change as a share of the baseline. An award and a points payment can have a level: reaches = \"240 per person\""),
        );
    }
}

/// `met_in`, `met_in_at_least` or `segment`, at most one of them.
fn met_in(table: &Section<'_, '_>, segments: &[String]) -> MetIn {
    let known = [("all segments", MetIn::Whole), ("each segment", MetIn::EachSegment)];
    let together = table.choice("met_in", &known);
    let one = table.text("segment").and_then(|name| {
        let found = segments.iter().position(|segment| segment == name);
        if found.is_none() {
            let shown: Vec<&str> = segments.iter().take(12).map(String::as_str).collect();
            table.push(
                table
                    .problem("segment", "the scheme has no segment of this name")
                    .read(format!("\"{name}\""))
                    .expected(format!("one of {}", shown.join(", ")))
                    .nearest(name, segments.iter().map(String::as_str))
                    .fix("correct the name here, or add it to the scheme"),
            );
        }
        found.map(MetIn::Segment)
    });
    let several = table.has("met_in_at_least").then(|| {
        let what = "not a number of segments that the contract has";
        let fix = "write in how many of the segments the gate must be met";
        let most = i64::try_from(segments.len()).unwrap_or(i64::MAX);
        let stated = table.required_within("met_in_at_least", (Count(1), Count(most)), what, fix);
        MetIn::AtLeast(usize::try_from(stated.0).unwrap_or(1))
    });
    let keys: Vec<&str> = ["met_in", "met_in_at_least", "segment"].into_iter().filter(|key| table.has(key)).collect();
    if keys.len() > 1 {
        table.push(
            table
                .problem(keys[1], "the gate says twice in which segments it must be met")
                .read(keys.join(" and "))
                .expected("one of met_in, met_in_at_least or segment")
                .fix("remove all but one"),
        );
    }
    let met_in = together.or(several).or(one).unwrap_or_default();
    if met_in != MetIn::Whole && segments.len() < 2 {
        table.push(
            table
                .problem(keys.first().copied().unwrap_or("met_in"), "the contract has only one segment")
                .expected("a gate for everyone together")
                .fix("remove the key, or list the groups that the contract distinguishes: segments = [\"under 25\", \"25 and over\"]"),
        );
    }
    met_in
}

/// A plain level under some key: a share of people or, for what is counted, so many for each. As it is in this scenario, and as the
/// file states it.
pub(crate) fn plain_level(table: &Section<'_, '_>, key: &str, outcome: &Outcome) -> Option<(Rate, Ranged<Rate>)> {
    if !table.has(key) {
        return None;
    }
    /// A level of what is counted or added up, as its rate.
    fn each<T: Literal>(table: &Section<'_, '_>, key: &str, rate: impl Fn(T) -> Rate) -> Option<(Rate, Ranged<Rate>)> {
        let (each, stated) = table.stated::<T>(key)?;
        table.refuse(key, &stated, literal::negative(key));
        let range = stated.range.map(|(low, high)| (rate(low), rate(high)));
        Some((rate(each), Ranged { value: rate(stated.value), range }))
    }
    match outcome.kind {
        OutcomeKind::Amount { .. } => each(table, key, |each: MeanAmount| each.0),
        OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => each(table, key, |each: PerHead| each.0),
        OutcomeKind::Binary => {
            let (value, stated) = table.stated::<Rate>(key)?;
            table.refuse(key, &stated, |level| not_a_share(key, level));
            Some((value, stated))
        }
    }
}

/// `reaches` of a gate: the same, where it may differ by area, segment and time.
fn plain_levels(table: &Section<'_, '_>, outcome: &Outcome, keys: &ScheduleKeys) -> Option<Schedule<Rate>> {
    if !table.has("reaches") {
        return None;
    }
    Some(match outcome.kind {
        OutcomeKind::Binary => table.checked_schedule("reaches", keys, |level: &Rate| not_a_share("reaches", level)),
        OutcomeKind::Amount { most } => {
            table.checked_schedule::<MeanAmount>("reaches", keys, |each| beyond_the_most(each, most)).map(|each| each.0)
        }
        OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => {
            table.positive_schedule::<PerHead>("reaches", keys).map(|each| each.0)
        }
    })
}

/// A mean that everybody's amounts, from 0 to the most that counts, can never be on the other side of.
fn beyond_the_most(each: &MeanAmount, most: i64) -> Option<RefusedNumber> {
    (each.0.0 < 0 || each.as_f64() >= most as f64).then(|| RefusedNumber {
        what: "no mean of these amounts is beyond the level, so that it decides nothing".to_owned(),
        expected: format!("from 0 to less than {most}, which is the most that counts for one person"),
        fix: "correct the level, or `most` of the outcome".to_owned(),
    })
}

/// A level that is no share of people.
fn not_a_share(key: &str, level: &Rate) -> Option<RefusedNumber> {
    (*level < Rate(0) || *level > Rate(WHOLE)).then(|| RefusedNumber {
        what: "the level is not a share of people".to_owned(),
        expected: "from 0% to 100%".to_owned(),
        fix: format!("write the rate itself, not the change: {key} = \"30%\""),
    })
}

fn significant(table: &Section<'_, '_>, level: Rate, sides: Option<Sides>) -> Option<GateTest> {
    let Some(sides) = sides else {
        if !table.has("sides") {
            table.push(
                table
                    .problem("significant_at", "the test does not say whether it is one-sided or two-sided")
                    .expected("sides = \"one-sided\" or sides = \"two-sided\"")
                    .fix("at the 5% level, a one-sided test needs 1.64 standard errors and a two-sided test 1.96"),
            );
        }
        return None;
    };
    if !(1..WHOLE / 2).contains(&level.0) {
        table.push(
            table
                .problem("significant_at", "a significance level must be between 0% and 50%")
                .read(level.words())
                .expected("a small share such as \"5%\"")
                .fix("the usual level is \"5%\""),
        );
        return None;
    }
    let tail = level.as_f64() / if sides == Sides::Two { 2.0 } else { 1.0 };
    Some(GateTest::Significant { level, sides, critical: -normal_quantile(tail) })
}
