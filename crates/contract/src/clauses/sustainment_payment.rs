//! A price for each further period that a result lasts.

use crate::clauses::{Context, Counts, Kind, Rule};
use crate::price::{Lines, Posting, Till};
use crate::terms::{self, Scheme};
use base::document::Section;
use base::literal::Literal as _;
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "sustainment payment",
    summary: "A price for each period that a result lasts: so many payments at most, every so many weeks, as the outcome \
              states. Counted from the baseline, only periods beyond it are paid for, and those short of it are deducted.",
    example: r#"[pay.sustainment]
clause = "sustainment payment"
outcome = "job-kept"              # an outcome of kind "sustained"
price = "£170"                    # for each period
counts_from = "nothing"           # optional; or "baseline": beyond it alone, both ways
from = "clause 4.4""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct SustainmentPayment {
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub counts: Counts,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let counts = Counts::read(section, context, outcome);
    let outcome = outcome?;
    if !matches!(context.outcomes[outcome].kind, terms::Kind::Sustained { .. }) {
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "a sustainment payment is for a result that lasts")
                .read(format!("`{}`", context.outcomes[outcome].name))
                .expected("an outcome of kind \"sustained\"")
                .fix("add an outcome with kind = \"sustained\", of = \"NAME\", every = \"4 weeks\", most = 13"),
        );
    }
    Some(Rule::SustainmentPayment(SustainmentPayment { outcome, price, counts }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &SustainmentPayment, till: &mut Till<'_, A, L>) {
    let tally = till.tally;
    for at in 0..tally.cohorts.len() {
        if rule.counts == Counts::FromBaseline && !till.settled(&(at..at + 1)) {
            continue;
        }
        let year = till.year(at);
        for segment in 0..tally.segments {
            let cell = tally.cell(at, segment);
            let quantity = match rule.counts {
                Counts::FromNothing => Quantity::whole(tally.counts[rule.outcome][cell]),
                Counts::FromBaseline => till.beyond_baseline(rule.outcome, cell),
            };
            if quantity.0 != 0 {
                let price = rule.price.at(tally.area, segment, year);
                let posting = Posting { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "periods", price };
                let exact = match rule.counts {
                    Counts::FromNothing => None,
                    Counts::FromBaseline => Some((rule.outcome, cell)),
                };
                till.pay_cell(posting, exact, || {
                    let beyond = match (rule.counts, quantity.0 > 0) {
                        (Counts::FromNothing, _) => "",
                        (Counts::FromBaseline, true) => ", beyond the baseline",
                        (Counts::FromBaseline, false) => ", short of the baseline",
                    };
                    format!("for each period that the result lasted{beyond}")
                });
            }
        }
    }
}

pub(crate) fn explain(rule: &SustainmentPayment, scheme: &Scheme) -> Vec<String> {
    let outcome = &scheme.outcomes[rule.outcome];
    let terms::Kind::Sustained { of, every, most } = outcome.kind else { return Vec::new() };
    let mut out = vec![format!(
        "The payer pays {} for every {} that {} lasts, up to {most} payment{} for one person.",
        super::prices(scheme, &rule.price),
        every.words(),
        scheme.outcomes[of].name,
        if most == 1 { "" } else { "s" }
    )];
    if rule.counts == Counts::FromBaseline {
        out.push(
            "Only what lies beyond the baseline is paid for; the provider owes as much for what falls short of it.".to_owned(),
        );
    }
    out
}
