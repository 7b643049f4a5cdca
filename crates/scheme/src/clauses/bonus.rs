//! Something extra above a level: a lump sum, or a price for what lies beyond the level.

use crate::clauses::{Context, Kind, Over, Rule};
use crate::document::Section;
use crate::gate::{Gate, Test, Verdict};
use crate::literal::{Change, Literal as _};
use crate::money::{Amount, Pence, Quantity};
use crate::price::{Lines, Measured, Posting, Till};
use crate::problem::Problem;
use crate::schedule::Schedule;
use crate::terms::{Baseline, Scheme};

pub(super) const KIND: Kind = Kind {
    name: "bonus",
    summary: "Something extra above a level of improvement: a lump sum, or a price for each person, event or percentage point \
              beyond it, up to a second level where there is one.",
    example: r#"[pay.incentive]
clause = "bonus"
outcome = "job"
above = "30 %"                    # beyond the baseline; or "5 percentage points"
up_to = "50 %"                    # optional
per = "person"                    # or "event", "percentage point", "lump sum"
price = "£1,000"
measured_over = "each year"
from = "clause 4.5""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Bonus {
    pub outcome: usize,
    pub above: Change,
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
    let above: Change = match section.has("above") {
        true => section.positive("above").unwrap_or_default(),
        false => section.required("above"),
    };
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
                .read(format!("above {}, up to {}", above.words(), up_to.words()))
                .expected("an upper level beyond `above`, in the same unit")
                .mend("raise `up_to`, or state both relative or both in percentage points"),
        );
    }
    let outcome = outcome?;
    if context.outcomes[outcome].baseline == Baseline::None {
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "a bonus above a level needs a baseline to measure from")
                .expected(format!("a baseline in [outcome.{}]", context.outcomes[outcome].name))
                .mend("add: baseline = \"30 %\" with its source"),
        );
    }
    Some(Rule::Bonus(Bonus { outcome, above, up_to, per, price, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Bonus, till: &mut Till<'_, A, L>) {
    let scheme = till.scheme;
    let gate = Gate { outcome: rule.outcome, test: Test::AtLeast(rule.above) };
    for period in till.periods(rule.over) {
        if !till.settled(&period) {
            continue;
        }
        let measured = till.measured(rule.outcome, period.clone());
        let reached = gate.verdict(scheme, &measured) == Verdict::Better;
        let end = rule.up_to.map(|up_to| Gate { outcome: rule.outcome, test: Test::AtLeast(up_to) }.edge(&measured));
        let reach = end.map_or(measured.improvement, |end| measured.improvement.min(end));
        let beyond = reach.saturating_sub(gate.edge(&measured)).max(0);
        let (quantity, unit) = match (reached, rule.per) {
            (false, _) => (Quantity(0), "people"),
            (true, PerBonus::LumpSum) => (Quantity::whole(1), "lump sum"),
            (true, PerBonus::Person) => (Quantity(beyond), "people"),
            (true, PerBonus::Event) => (Quantity(beyond), "events"),
            (true, PerBonus::PercentagePoint) => (Measured { improvement: beyond, ..measured }.points(), "percentage points"),
        };
        let price = rule.price.at(till.tally.area, 0, till.year(period.end - 1));
        let posting = Posting { cohorts: period, segment: None, quantity, unit, price };
        till.pay(posting, || {
            let found = gate.found(scheme, &measured);
            format!("{found}; the bonus starts {} better than the baseline", rule.above.words())
        });
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
        "As a bonus the payer pays {what} {} is better than its baseline by more than {}{up_to}, measured over {}.",
        outcome.name,
        rule.above.words(),
        rule.over.words()
    )]
}
