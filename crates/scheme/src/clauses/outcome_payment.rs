//! A price for each person with the good result, counted from nothing rather than against a baseline.

use crate::clauses::{Context, Kind, Over, Rule};
use crate::document::Section;
use crate::gate::{Gate, Verdict};
use crate::money::{Amount, Pence, Quantity};
use crate::price::{Lines, Posting, Till};
use crate::problem::Problem;
use crate::schedule::Schedule;
use crate::terms::{Better, Scheme};

pub(super) const KIND: Kind = Kind {
    name: "outcome payment",
    summary: "A price for each person with the good result: who achieves the outcome, or, where fewer is better, who avoids it. \
              It may differ by segment and contract year, and may stand behind a gate.",
    example: r#"[pay.job]
clause = "outcome payment"
outcome = "job"
price = { table = "prices.csv", column = "job outcome" }
gate = { improves_by_at_least = "5 %" }   # optional
measured_over = "each year"               # for the gate: each cohort (default), each year, all cohorts
from = "clause 4.3""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct OutcomePayment {
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub gate: Option<Gate>,
    pub over: Over,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let gate = context.gate(section, "gate", outcome);
    let over = section.choice("measured_over", &Over::KNOWN).unwrap_or_default();
    let outcome = outcome?;
    if !context.outcomes[outcome].is_binary() {
        section.push(
            Problem::at(
                section.file,
                section.span_of("outcome"),
                "an outcome payment is for a result that a person has or has not",
            )
            .read(format!("`{}`, which is counted", context.outcomes[outcome].name))
            .expected("an outcome of kind \"binary\"")
            .mend("use a sustainment payment for periods, or a tariff for events against a baseline"),
        );
    }
    Some(Rule::OutcomePayment(OutcomePayment { outcome, price, gate, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &OutcomePayment, till: &mut Till<'_, A, L>) {
    let (scheme, tally) = (till.scheme, till.tally);
    let fewer = scheme.outcomes[rule.outcome].better == Better::Fewer;
    for period in till.periods(rule.over) {
        if let Some(gate) = &rule.gate {
            let measured = till.measured(gate.outcome, period.clone());
            if gate.verdict(scheme, &measured) != Verdict::Better {
                let posting = Posting { cohorts: period, segment: None, quantity: Quantity(0), unit: "people", price: Pence(0) };
                till.pay(posting, || {
                    format!("nothing: {}, and the gate is that {}", gate.found(scheme, &measured), gate.words(scheme))
                });
                continue;
            }
        }
        for at in period {
            for segment in 0..tally.segments {
                let cell = tally.cell(at, segment);
                let count = tally.counts[rule.outcome][cell];
                let good = if fewer { tally.people[cell] - count } else { count };
                if good > 0 {
                    let price = rule.price.at(tally.area, segment, till.year(at));
                    let quantity = Quantity::whole(good);
                    let posting = Posting { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "people", price };
                    till.pay(posting, || {
                        let name = &scheme.outcomes[rule.outcome].name;
                        if fewer { format!("for each person without {name}") } else { format!("for each person with {name}") }
                    });
                }
            }
        }
    }
}

pub(crate) fn explain(rule: &OutcomePayment, scheme: &Scheme) -> Vec<String> {
    let outcome = &scheme.outcomes[rule.outcome];
    let with = if outcome.better == Better::More { "with" } else { "without" };
    let mut out = vec![format!(
        "The payer pays {} for each person {with} {} ({}).",
        super::prices(&rule.price),
        outcome.name,
        outcome.measure
    )];
    if let Some(gate) = &rule.gate {
        out.push(format!("Nothing is paid unless {}, measured over {}.", gate.words(scheme), rule.over.words()));
    }
    out
}
