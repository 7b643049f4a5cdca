//! Something extra above a level: a lump sum, or a price for what lies beyond the level.

use crate::clauses::{Context, Kind, Over, Rule};
use crate::gate::{Gate, Test, Verdict};
use crate::price::{Lines, Measured, Posting, Till};
use crate::terms::{Baseline, Scheme};
use base::document::Section;
use base::exact::Ratio;
use base::literal::{Change, Literal as _};
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "bonus",
    summary: "Something extra above a level of improvement: a lump sum, or a price for each person, event or percentage point \
              beyond it, up to a second level where there is one. `above` means strictly more: a result exactly at the level \
              earns nothing. Where the contract says that the level itself is enough, write `at_least`.",
    example: r#"[pay.incentive]
clause = "bonus"
outcome = "job"
above = "30 %"                    # better than the baseline by more than this; or "5 percentage points"
up_to = "50 %"                    # optional; with at_least = "30 %" instead of `above` the level itself is enough
per = "person"                    # or "event", "percentage point", "lump sum"
price = "£1,000"
measured_over = "each year"
from = "clause 4.5""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Bonus {
    pub outcome: usize,
    /// The level, as the gate of the bonus: more than it, or at least it.
    pub level: Test,
    pub up_to: Option<Change>,
    pub per: PerBonus,
    pub price: Schedule<Pence>,
    pub over: Over,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerBonus {
    #[default]
    Person,
    Event,
    PercentagePoint,
    LumpSum,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let outcome = context.outcome(section, "outcome");
    let level = level(section);
    let above = level.change().unwrap_or_default();
    let up_to: Option<Change> = section.positive("up_to");
    let per = section.required_choice(
        "per",
        &[
            ("person", PerBonus::Person),
            ("event", PerBonus::Event),
            ("percentage point", PerBonus::PercentagePoint),
            ("lump sum", PerBonus::LumpSum),
        ],
    );
    let price = section.positive_schedule("price", context.keys);
    let over = section.choice("measured_over", &Over::KNOWN).unwrap_or_default();
    if let Some(up_to) = up_to
        && !matches!(above.partial_cmp(&up_to), Some(std::cmp::Ordering::Less))
    {
        section.push(
            section
                .problem("up_to", "the bonus ends before it begins")
                .read(format!("from {}, up to {}", above.words(), up_to.words()))
                .expected("an upper level beyond the one where the bonus begins, in the same unit")
                .fix("raise `up_to`, or state both relative or both in percentage points"),
        );
    }
    let outcome = outcome?;
    if context.outcomes[outcome].baseline == Baseline::None {
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "a bonus above a level needs a baseline to measure from")
                .expected(format!("a baseline in [outcome.{}]", context.outcomes[outcome].name))
                .fix("add: baseline = \"30 %\" with its source"),
        );
    }
    Some(Rule::Bonus(Bonus { outcome, level, up_to, per, price, over }))
}

/// `above` or `at_least`, exactly one of them.
fn level(section: &Section<'_, '_>) -> Test {
    let change = |key: &str| section.positive::<Change>(key).unwrap_or_default();
    match (section.has("above"), section.has("at_least")) {
        (true, false) => Test::MoreThan(change("above")),
        (false, true) => Test::AtLeast(change("at_least")),
        (false, false) => Test::MoreThan(section.required("above")),
        (true, true) => {
            section.push(
                section
                    .problem("at_least", "a bonus begins at one level")
                    .read("above and at_least")
                    .expected("`above` if a result exactly at the level earns nothing, `at_least` if it earns the bonus")
                    .fix("remove one of the two"),
            );
            Test::MoreThan(change("above"))
        }
    }
}

impl Bonus {
    /// The level as a condition on the outcome.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Gate { outcome: self.outcome, test: self.level }
    }

    /// The improvement at which the bonus begins.
    #[must_use]
    pub fn above(&self) -> Change {
        self.level.change().unwrap_or_default()
    }

    /// "by more than 5 percentage points".
    fn level_words(&self) -> String {
        match self.level {
            Test::AtLeast(change) => format!("by at least {}", change.words()),
            _ => format!("by more than {}", self.above().words()),
        }
    }
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Bonus, till: &mut Till<'_, A, L>) {
    let scheme = till.scheme;
    let gate = rule.gate();
    for period in till.periods(rule.over) {
        if !till.settled(&period) {
            continue;
        }
        let measured = till.measured(rule.outcome, period.clone());
        let reached = gate.verdict(scheme, &measured) == Verdict::Better;
        let beyond = beyond(rule, &measured);
        let (quantity, unit) = match (reached, rule.per) {
            (_, PerBonus::LumpSum) => (Quantity::whole(reached.into()), "lump sum"),
            (false, per) => (Quantity(0), unit(per)),
            (true, PerBonus::PercentagePoint) => (measured.in_points(beyond), unit(rule.per)),
            (true, per) => (Quantity(beyond), unit(per)),
        };
        let exact = || match (reached, rule.per) {
            (_, PerBonus::LumpSum) => Ratio::whole(reached.into()),
            (false, _) => Ratio::whole(0),
            (true, PerBonus::PercentagePoint) => measured.in_points_exact(&beyond_exact(rule, &measured)),
            (true, _) => beyond_exact(rule, &measured),
        };
        let price = rule.price.at(till.tally.area, 0, till.year(period.end - 1));
        let posting = Posting { cohorts: period, segment: None, quantity, unit, price };
        till.pay_exact(posting, exact, || {
            let found = gate.found(scheme, &measured);
            format!("{found}; the bonus is for a result better than the baseline {}", rule.level_words())
        });
    }
}

/// How much of the improvement lies beyond the level, up to the second level where there is one, in billionths.
fn beyond(rule: &Bonus, measured: &Measured<'_>) -> i64 {
    let end = rule.up_to.map(|up_to| measured.edge(up_to));
    let reach = end.map_or(measured.improvement, |end| measured.improvement.min(end));
    reach.saturating_sub(measured.edge(rule.above())).max(0)
}

/// The same as a fraction.
fn beyond_exact(rule: &Bonus, measured: &Measured<'_>) -> Ratio {
    let improvement = measured.improvement_exact();
    let reach = match rule.up_to {
        Some(up_to) => improvement.min(measured.edge_exact(up_to)),
        None => improvement,
    };
    reach.minus(&measured.edge_exact(rule.above()))
}

fn unit(per: PerBonus) -> &'static str {
    match per {
        PerBonus::Person => "people",
        PerBonus::Event => "events",
        PerBonus::PercentagePoint => "percentage points",
        PerBonus::LumpSum => "lump sum",
    }
}

pub(crate) fn explain(rule: &Bonus, scheme: &Scheme) -> Vec<String> {
    let outcome = &scheme.outcomes[rule.outcome];
    let price = super::prices(scheme, &rule.price);
    let up_to = rule.up_to.map_or(String::new(), |up_to| format!(", up to {}", up_to.words()));
    let what = match rule.per {
        PerBonus::LumpSum => format!("a lump sum of {price} once"),
        PerBonus::Person => format!("{price} for each person by which"),
        PerBonus::Event => format!("{price} for each event by which"),
        PerBonus::PercentagePoint => format!("{price} for each percentage point by which"),
    };
    vec![format!(
        "As a bonus the payer pays {what} {} is better than its baseline {}{up_to}, measured over {}.",
        outcome.name,
        rule.level_words(),
        rule.over.words()
    )]
}
