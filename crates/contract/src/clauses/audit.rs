//! A penalty for each result that a provider claimed and an audit found false.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, NewClause};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::prices;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{ReportedBy, SchemeTerms};
use base::money::{Amount, Pence, Quantity, Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "audit",
    summary: "A penalty for each result that the provider claimed and an audit found false. A share of its claims is checked, \
              and each false claim that is found costs the penalty, which includes the payment itself.",
    example: r#"[pay.audit]
clause = "audit"
outcome = "job"                   # an outcome with reported_by = "provider"
checks = "10%"                    # of the provider's claims, drawn at random
penalty = "£8,000"                # for each claim found false, including the payment itself
from = "clause 4.10""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    pub outcome: usize,
    /// Share of the claims that is checked. What was found is counted in the tally; the share itself prices nothing.
    pub checks: Rate,
    pub penalty: Schedule<Pence>,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Audit> {
    let outcome = context.outcome(section, "outcome");
    let fix = "write the share of claims that is checked, such as \"10%\"";
    let checks = section.required_within("checks", (Rate(0), Rate(WHOLE)), "not a share of the claims", fix);
    let penalty = section.positive_schedule("penalty", context.keys);
    let outcome = outcome?;
    if context.outcomes[outcome].reported_by == ReportedBy::Records {
        let name = &context.outcomes[outcome].name;
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "an audit is only for an outcome that the provider reports")
                .read(format!("`{name}`, which is taken from records"))
                .expected(format!("reported_by = \"provider\" in [outcome.{name}]"))
                .fix("say that the provider reports it, or remove the audit")
                .warning(),
        );
    }
    Some(Audit { outcome, checks, penalty })
}

impl ClauseKind for Audit {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: false,
            // The penalty includes the payment for a false claim, but it is owed whatever other clauses paid.
            takes_back: false,
            may_owe: true,
            pays_for_whole_area: false,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let tally = pricing.tally;
        let none_found = tally.found_false[self.outcome].iter().all(|found| *found == 0);
        if none_found && !tally.cohorts.is_empty() {
            let price = self.penalty.at(tally.area, 0, pricing.time(0));
            let cohorts = 0..tally.cohorts.len();
            let line = UnpricedLine { cohorts, segment: None, quantity: Quantity(0), unit: "found false", price };
            pricing.pay(line, || "no penalty: no claim was found false".to_owned());
        }
        for at in 0..tally.cohorts.len() {
            let time = pricing.time(at);
            for segment in 0..tally.segments {
                let found = tally.found_false[self.outcome][tally.cell(at, segment)];
                if found > 0 {
                    let price = self.penalty.at(tally.area, segment, time);
                    let (cohorts, quantity) = (at..at + 1, Quantity::whole(-found));
                    let line = UnpricedLine { cohorts, segment: Some(segment), quantity, unit: "found false", price };
                    pricing.pay(line, || "a penalty for each claim that the audit found false".to_owned());
                }
            }
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        vec![format!(
            "The provider itself reports {}. {} of its claims are checked. Each claim found false costs it {}.",
            scheme.outcomes[self.outcome].name,
            self.checks,
            prices(scheme, &self.penalty)
        )]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The penalty", &self.penalty)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("penalty", &mut self.penalty)]
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        if self.checks != new.checks {
            text.set(name, "checks", &format!("\"{}\"", new.checks), "outcome", "more is checked");
        }
        text.price(name, "penalty", &self.penalty, &new.penalty);
    }

    fn write_new(&self, name: &str, text: &mut Amendment<'_>) -> Option<NewClause> {
        let lines = vec![
            text.outcome_name(self.outcome),
            ("checks", format!("\"{}\"", self.checks)),
            ("penalty", text.amounts(name, "penalty", &self.penalty)),
        ];
        Some(NewClause { why: "what the provider claims is checked", lines })
    }
}
