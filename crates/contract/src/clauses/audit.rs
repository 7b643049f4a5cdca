//! A penalty for each result that a provider claimed and an audit found false.

use crate::clauses::{Context, Kind, Rule};
use crate::price::{Lines, Posting, Till};
use crate::terms::{SaidBy, Scheme};
use base::document::Section;
use base::money::{Amount, Pence, Quantity, Rate, WHOLE};
use base::problem::Problem;
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "audit",
    summary: "A penalty for each result that the provider claimed and an audit found false: so much of what it claims is checked, \
              and each false claim found costs it so much, the payment itself included.",
    example: r#"[pay.audit]
clause = "audit"
outcome = "job"                   # an outcome with reported_by = "provider"
checks = "10 %"                   # of the provider's claims, drawn at random
penalty = "£8,000"                # for each claim found false, the payment itself included
from = "clause 4.10""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    pub outcome: usize,
    /// Share of the claims that is checked. What was found is counted in the tally; the share itself prices nothing.
    pub checks: Rate,
    pub penalty: Schedule<Pence>,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let outcome = context.outcome(section, "outcome");
    let fix = "write the share of claims that is checked, such as \"10 %\"";
    let checks = section.required_within("checks", (Rate(0), Rate(WHOLE)), "not a share of the claims", fix);
    let penalty = section.positive_schedule("penalty", context.keys);
    let outcome = outcome?;
    if context.outcomes[outcome].reported_by == SaidBy::Records {
        let name = &context.outcomes[outcome].name;
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "records that somebody else keeps need no audit of claims")
                .read(format!("`{name}`, which is taken from records"))
                .expected(format!("reported_by = \"provider\" in [outcome.{name}]"))
                .fix("say that the provider reports it, or remove the audit")
                .warning(),
        );
    }
    Some(Rule::Audit(Audit { outcome, checks, penalty }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Audit, till: &mut Till<'_, A, L>) {
    let tally = till.tally;
    let none_found = tally.found_false[rule.outcome].iter().all(|found| *found == 0);
    if none_found && !tally.cohorts.is_empty() {
        let price = rule.penalty.at(tally.area, 0, till.year(0));
        let cohorts = 0..tally.cohorts.len();
        let posting = Posting { cohorts, segment: None, quantity: Quantity(0), unit: "found false", price };
        till.pay(posting, || "nothing: no claim was found false".to_owned());
    }
    for at in 0..tally.cohorts.len() {
        let year = till.year(at);
        for segment in 0..tally.segments {
            let found = tally.found_false[rule.outcome][tally.cell(at, segment)];
            if found > 0 {
                let price = rule.penalty.at(tally.area, segment, year);
                let quantity = Quantity::whole(-found);
                let posting = Posting { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "found false", price };
                till.pay(posting, || "a penalty for each claim that the audit found false".to_owned());
            }
        }
    }
}

pub(crate) fn explain(rule: &Audit, scheme: &Scheme) -> Vec<String> {
    vec![format!(
        "The provider itself reports {}. {} of its claims are checked, and each one found false costs it {}.",
        scheme.outcomes[rule.outcome].name,
        rule.checks,
        super::prices(scheme, &rule.penalty)
    )]
}
