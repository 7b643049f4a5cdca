//! A price for each person with the good result, counted from nothing, or by segment from the baseline.

use crate::clauses::{Context, Counts, Kind, Over, Rule};
use crate::gate::{Gate, Verdict};
use crate::price::{Lines, Posting, Till};
use crate::terms::{Better, Scheme};
use base::document::Section;
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "outcome payment",
    summary: "A price for each person with the good result: who achieves the outcome, or, where fewer is better, who avoids it. \
              It may differ by segment and contract year, and may stand behind a gate. Counted from the baseline, only results \
              beyond each segment's own baseline are paid for, and those short of it are deducted.",
    example: r#"[pay.job]
clause = "outcome payment"
outcome = "job"
price = { table = "prices.csv", column = "job outcome" }
gate = { improves_by_at_least = "5 %" }   # optional
counts_from = "nothing"                   # optional; or "baseline": beyond it alone, both ways
measured_over = "each year"               # for the gate: each cohort (default), each year, all cohorts
from = "clause 4.3""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct OutcomePayment {
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub counts: Counts,
    pub gate: Option<Gate>,
    pub over: Over,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let counts = Counts::read(section, context, outcome);
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
            .fix("use a sustainment payment for periods, or a tariff for events against a baseline"),
        );
    }
    Some(Rule::OutcomePayment(OutcomePayment { outcome, price, counts, gate, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &OutcomePayment, till: &mut Till<'_, A, L>) {
    let (scheme, tally) = (till.scheme, till.tally);
    let fewer = scheme.outcomes[rule.outcome].better == Better::Fewer;
    for period in till.periods(rule.over) {
        let held_against_something = rule.gate.is_some() || rule.counts == Counts::FromBaseline;
        if held_against_something && !till.settled(&period) {
            continue;
        }
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
                let quantity = match rule.counts {
                    Counts::FromNothing => Quantity::whole(good),
                    Counts::FromBaseline => till.beyond_baseline(rule.outcome, cell),
                };
                if quantity.0 != 0 {
                    let price = rule.price.at(tally.area, segment, till.year(at));
                    let posting = Posting { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "people", price };
                    let exact = match rule.counts {
                        Counts::FromNothing => None,
                        Counts::FromBaseline => Some((rule.outcome, cell)),
                    };
                    till.pay_cell(posting, exact, || {
                        let name = &scheme.outcomes[rule.outcome].name;
                        let with = if fewer { "without" } else { "with" };
                        match rule.counts {
                            Counts::FromNothing => format!("for each person {with} {name}"),
                            Counts::FromBaseline => beyond_words(quantity, with, name),
                        }
                    });
                }
            }
        }
    }
}

/// Why a cell is paid, or deducted, when it is counted from its baseline.
fn beyond_words(quantity: Quantity, with: &str, name: &str) -> String {
    let way = if quantity.0 > 0 { "beyond" } else { "short of" };
    format!("for each person {with} {name} {way} the baseline")
}

pub(crate) fn explain(rule: &OutcomePayment, scheme: &Scheme) -> Vec<String> {
    let outcome = &scheme.outcomes[rule.outcome];
    let with = if outcome.better == Better::More { "with" } else { "without" };
    let price = super::prices(scheme, &rule.price);
    let mut out = vec![match rule.counts {
        Counts::FromNothing => format!("The payer pays {price} for each person {with} {} ({}).", outcome.name, outcome.measure),
        Counts::FromBaseline => format!(
            "The payer pays {price} for each person {with} {} ({}) beyond the baseline of their segment, and the provider owes as \
             much for each person short of it.",
            outcome.name, outcome.measure
        ),
    }];
    if let Some(gate) = &rule.gate {
        out.push(format!("Nothing is paid unless {}, measured over {}.", gate.words(scheme), rule.over.words()));
    }
    out
}
