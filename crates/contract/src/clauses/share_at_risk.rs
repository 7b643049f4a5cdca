//! A share of what other clauses paid, kept only if a gate is passed.

use crate::clauses::{Context, Kind, Over, Rule, names, terms};
use crate::gate::{Gate, Verdict};
use crate::price::{Lines, Posting, Till};
use crate::terms::Scheme;
use base::document::Section;
use base::money::{Amount, Pence, Quantity, Rate, WHOLE};
use base::problem::Problem;

pub(super) const KIND: Kind = Kind {
    name: "share at risk",
    summary: "A share of what the named clauses paid is given back unless a gate is passed; nothing where they paid less than \
              nothing, and never more than they paid and have not had taken back.",
    example: r#"[pay.at_risk]
clause = "share at risk"
of = ["fee"]
share = "10 %"
gate = { outcome = "reoffending", improves_by_at_least = "5 percentage points" }
measured_over = "each year"
from = "clause 4.6""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct ShareAtRisk {
    pub of: Vec<usize>,
    pub share: Rate,
    pub gate: Gate,
    pub over: Over,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let of = context.clauses(section, "of", false);
    let fix = "write the part of the payment that is at risk";
    let share = section.required_within("share", (Rate(0), Rate(WHOLE)), "a share that cannot be", fix);
    let gate = context.gate(section, "gate", None);
    if !section.has("gate") {
        section.push(
            Problem::at(section.file, section.span, "a share at risk needs a gate")
                .expected("gate = { outcome = \"…\", improves_by_at_least = \"5 percentage points\" }")
                .fix("say which result lets the provider keep the share"),
        );
    }
    let over = section.choice("measured_over", &Over::KNOWN).unwrap_or_default();
    Some(Rule::ShareAtRisk(ShareAtRisk { of, share, gate: gate?, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &ShareAtRisk, till: &mut Till<'_, A, L>) {
    let scheme = till.scheme;
    for period in till.periods(rule.over) {
        if !till.settled(&period) {
            continue;
        }
        let measured = till.measured(rule.gate.outcome, period.clone());
        let passed = rule.gate.verdict(scheme, &measured) == Verdict::Better;
        let sum = till.paid_by(&rule.of, period.clone());
        // A share of a debt would be a gift for missing the gate.
        let sum = if sum > A::default() { sum } else { A::default() };
        let (share, left) = (sum.share(rule.share, scheme.rounding), till.left(&rule.of, period.clone()));
        let at_risk = if share < left { share } else { left };
        if !passed {
            till.take(&rule.of, period.clone(), at_risk);
        }
        let amount = if passed { A::default() } else { A::default().minus(at_risk) };
        let price = Pence(at_risk.in_pence().round() as i64);
        let quantity = if passed { Quantity(0) } else { Quantity::whole(-1) };
        let posting = Posting { cohorts: period, segment: None, quantity, unit: "share at risk", price };
        till.post(posting, amount, || {
            let found = rule.gate.found(scheme, &measured);
            let kept = if passed { "is kept" } else { "is given back" };
            format!(
                "{found}; {} of {} {kept}, the gate being that {}",
                rule.share,
                names(scheme, &rule.of),
                rule.gate.words(scheme)
            )
        });
    }
}

pub(crate) fn explain(rule: &ShareAtRisk, scheme: &Scheme) -> Vec<String> {
    let mut out = vec![format!(
        "The provider gives back {} of what {} paid unless {}, measured over {}.",
        rule.share,
        terms(scheme, &rule.of),
        rule.gate.words(scheme),
        rule.over.words()
    )];
    out.extend(super::nothing_of_a_debt(scheme, &rule.of, "given back"));
    out
}
