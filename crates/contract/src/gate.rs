//! Gates: how much better a result must be before anything is paid, and by the same measure how much worse before anything
//! is deducted. Gates are decided in whole numbers and fractions of them, so that a payment can never turn on the last digit of
//! a decimal; a gate of statistical significance is decided in floating point from the same numbers.

use std::cmp::Ordering;

use crate::clauses::Context;
use crate::price::Measured;
use crate::terms::{Baseline, Better, Kind, Per, Scheme};
use base::document::Section;
use base::literal::{Change, Literal as _};
use base::money::{Quantity, Rate, WHOLE};
use base::statistics::normal_quantile;

/// A condition on one outcome against its baseline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gate {
    pub outcome: usize,
    pub test: Test,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Test {
    /// The change is at least this large.
    AtLeast(Change),
    /// The change is larger than this.
    MoreThan(Change),
    /// The change is statistically significant against the baseline, with the cohort's own size: one-sample test against a
    /// fixed baseline, two-sample (pooled) against a comparison group, normal approximation.
    Significant { level: Rate, sides: Sides, critical: f64 },
}

impl Test {
    /// The change that is asked for; none for a test of significance.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        match self {
            Test::AtLeast(change) | Test::MoreThan(change) => Some(*change),
            Test::Significant { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sides {
    /// The whole level on the side of improvement (and again on the side of worsening, where worsening is deducted).
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
    /// Where a result falls.
    #[must_use]
    pub fn verdict(&self, scheme: &Scheme, measured: &Measured<'_>) -> Verdict {
        if measured.base == 0 {
            return Verdict::Neither;
        }
        match self.test {
            Test::AtLeast(change) => match (measured.compare(change, 1), measured.compare(change, -1)) {
                (Ordering::Greater | Ordering::Equal, _) => Verdict::Better,
                (_, Ordering::Less | Ordering::Equal) => Verdict::Worse,
                _ => Verdict::Neither,
            },
            Test::MoreThan(change) => match (measured.compare(change, 1), measured.compare(change, -1)) {
                (Ordering::Greater, _) => Verdict::Better,
                (_, Ordering::Less) => Verdict::Worse,
                _ => Verdict::Neither,
            },
            Test::Significant { critical, .. } => {
                let z = self.z(scheme, measured);
                if z >= critical {
                    Verdict::Better
                } else if z <= -critical {
                    Verdict::Worse
                } else {
                    Verdict::Neither
                }
            }
        }
    }

    /// How many standard errors better than the baseline. Near the critical value it is worked out from the exact numbers, not
    /// from billionths.
    fn z(&self, scheme: &Scheme, measured: &Measured<'_>) -> f64 {
        let near = |number: i64| number as f64 / WHOLE as f64;
        let z = self.standard_errors(scheme, measured, near(measured.expected), near(measured.improvement));
        let Test::Significant { critical, .. } = self.test else { return z };
        if measured.is_exact() || (z.abs() - critical).abs() > 1e-4 {
            return z;
        }
        let (expected, improvement) = (measured.expected_exact().as_f64(), measured.improvement_exact().as_f64());
        self.standard_errors(scheme, measured, expected, improvement)
    }

    fn standard_errors(&self, scheme: &Scheme, measured: &Measured<'_>, expected: f64, improvement: f64) -> f64 {
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

    /// The change that the gate asks for; none for a test of significance.
    #[must_use]
    pub fn change(&self) -> Option<Change> {
        self.test.change()
    }

    /// As a clause of English: "the rate of reoffending is better than the baseline by at least 3 percentage points".
    #[must_use]
    pub fn words(&self, scheme: &Scheme) -> String {
        let outcome = &scheme.outcomes[self.outcome];
        let against = match outcome.baseline {
            Baseline::Comparison { .. } => "the comparison group",
            Baseline::Before { .. } => "the same people before",
            _ => "the baseline",
        };
        match self.test {
            Test::AtLeast(change) if change.as_f64() == 0.0 => format!("{} is no worse than {against}", outcome.name),
            Test::AtLeast(change) => format!("{} is better than {against} by at least {}", outcome.name, change.words()),
            Test::MoreThan(change) => format!("{} is better than {against} by more than {}", outcome.name, change.words()),
            Test::Significant { level, sides, .. } => {
                let sides = if sides == Sides::One { "one-sided" } else { "two-sided" };
                format!(
                    "{} is better than {against} by a statistically significant amount ({level} level, {sides})",
                    outcome.name
                )
            }
        }
    }

    /// What was found, for the reason on a statement line.
    #[must_use]
    pub fn found(&self, scheme: &Scheme, measured: &Measured<'_>) -> String {
        let points = self.shown_points(measured);
        let outcome = &scheme.outcomes[self.outcome];
        let unit = match outcome.kind {
            Kind::Binary => "percentage points",
            Kind::Frequency { per: Per::Affected, .. } => "events per hundred affected",
            _ => "events per hundred people",
        };
        let way = match (measured.way() != Ordering::Less, outcome.better) {
            (true, Better::Fewer) | (false, Better::More) => "below",
            _ => "above",
        };
        let z = match self.test {
            Test::Significant { critical, .. } => {
                format!(" (z = {:.2}, {critical:.2} needed)", self.z(scheme, measured))
            }
            _ => String::new(),
        };
        format!("{} was {points} {unit} {way} the baseline{z}", outcome.name)
    }

    /// The size of the change found in percentage points. Where three decimals would not tell it from the change asked for,
    /// and it is not the same, it has nine.
    fn shown_points(&self, measured: &Measured<'_>) -> String {
        let size = |points: Quantity| Quantity(points.0.abs());
        let found = size(Quantity::nearest(&measured.in_points_exact(&measured.improvement_exact())));
        let alike = self.change().is_some_and(|change| {
            let asked = size(Quantity::nearest(&measured.in_points_exact(&measured.edge_exact(change))));
            found.to_string() == asked.to_string() && found != asked
        });
        if alike { base::money::decimal(found.0, 9) } else { found.to_string() }
    }
}

/// Reads `gate = { … }` or `hurdle = { … }`.
pub(crate) fn read(section: &Section<'_, '_>, key: &str, own: Option<usize>, context: &Context<'_>) -> Option<Gate> {
    let table = section.section(key)?;
    let outcome = match table.has("outcome") {
        true => context.outcome(&table, "outcome"),
        false => own.or_else(|| context.outcome(&table, "outcome")),
    };
    let at_least: Option<Change> = table.positive("improves_by_at_least");
    let more_than: Option<Change> = table.positive("improves_by_more_than");
    let level: Option<Rate> = table.number("significant_at");
    let sides = table.choice("sides", &[("one-sided", Sides::One), ("two-sided", Sides::Two)]);
    let test = match (at_least, more_than, level) {
        (Some(change), None, None) => Some(Test::AtLeast(change)),
        (None, Some(change), None) => Some(Test::MoreThan(change)),
        (None, None, Some(level)) => significant(&table, level, sides),
        (None, None, None)
            if ["improves_by_at_least", "improves_by_more_than", "significant_at"].iter().any(|k| table.has(k)) =>
        {
            None
        }
        _ => {
            table.push(
                Problem::at(table.file, table.span, format!("`{key}` must say exactly one thing"))
                    .expected("one of improves_by_at_least, improves_by_more_than or significant_at")
                    .fix(format!("for example {key} = {{ improves_by_at_least = \"3 percentage points\" }}")),
            );
            None
        }
    };
    table.finish();
    if level.is_none() && sides.is_some() && !table.has("significant_at") {
        table.push(
            table
                .problem("sides", "`sides` belongs to a test of significance")
                .expected("significant_at beside it")
                .fix("remove sides, or write significant_at = \"5 %\""),
        );
    }
    let (outcome, test) = (outcome?, test?);
    let definition = &context.outcomes[outcome];
    if definition.baseline == Baseline::None {
        table.push(
            Problem::at(table.file, table.span, format!("`{key}` needs a baseline, and {} has none", definition.name))
                .expected(format!("a baseline in [outcome.{}]", definition.name))
                .fix("add: baseline = \"58 %\" with its source, or baseline = { comparison_people_each = 10 }"),
        );
    }
    if matches!(test, Test::Significant { .. }) && !definition.is_binary() && definition.spread.is_none() {
        table.push(
            Problem::at(table.file, table.span, format!("a significance test on {} needs its spread", definition.name))
                .expected(format!("`spread` in [outcome.{}]: the standard deviation of the count per person", definition.name))
                .fix("add, for example, spread = \"3.1 per person\" with its source"),
        );
    }
    Some(Gate { outcome, test })
}

fn significant(table: &Section<'_, '_>, level: Rate, sides: Option<Sides>) -> Option<Test> {
    let Some(sides) = sides else {
        if !table.has("sides") {
            table.push(
                table
                    .problem("significant_at", "the test does not say whether it is one-sided or two-sided")
                    .expected("sides = \"one-sided\" or sides = \"two-sided\"")
                    .fix("at the 5 % level a one-sided test asks for 1.64 standard errors and a two-sided one for 1.96"),
            );
        }
        return None;
    };
    if !(1..WHOLE / 2).contains(&level.0) {
        table.push(
            table
                .problem("significant_at", "a level of significance lies between 0 % and 50 %")
                .read(level.words())
                .expected("a small share such as \"5 %\"")
                .fix("the usual level is \"5 %\""),
        );
        return None;
    }
    let tail = level.as_f64() / if sides == Sides::Two { 2.0 } else { 1.0 };
    Some(Test::Significant { level, sides, critical: -normal_quantile(tail) })
}

use base::problem::Problem;
