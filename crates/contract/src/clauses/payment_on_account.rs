//! A payment on account: money paid month by month before results are known, and set against what is due once they are.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, prices, term_numbers};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::tally::CohortStage;
use crate::terms::{MeasuredOver, SchemeTerms};
use base::money::{Amount, Pence, Quantity};
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "payment on account",
    summary: "A provisional payment for each month of a cohort, until everything is known about its people. What the named \
              clauses already pay for the cohort is taken off it. Then it ends, so that in all the provider gets what those \
              clauses pay, and no more.",
    example: r#"[pay.on_account]
clause = "payment on account"
of = ["job"]                      # the clauses above that it is paid ahead of
each_month = "£20,000"            # or a table by area and year
from = "clause 4.12""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct PaymentOnAccount {
    /// The clauses that it is paid ahead of.
    pub of: Vec<usize>,
    /// By area and contract year.
    pub each_month: Schedule<Pence>,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> PaymentOnAccount {
    let of = context.clauses(section, "of", false);
    let each_month = section.positive_schedule("each_month", context.keys);
    context.one_amount(section, "each_month", &each_month, MeasuredOver::EachCohort, "a payment on account");
    PaymentOnAccount { of, each_month }
}

impl ClauseKind for PaymentOnAccount {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        Some(read(section, context))
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            // The better the results that are known, the less is still paid ahead of them.
            pays_for_results: true,
            compares_results: false,
            takes_back: false,
            may_owe: false,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally, clauses) = (pricing.scheme, pricing.tally, pricing.clauses);
        for at in 0..tally.cohorts.len() {
            let cohort = &scheme.cohorts[tally.cohorts[at]];
            let price = self.each_month.at(tally.area, 0, cohort.time());
            let known = tally.stage(at) == CohortStage::Complete;
            let months = Quantity::whole(if known { 0 } else { tally.months(at, cohort.months) });
            let line = UnpricedLine { cohorts: at..at + 1, segment: None, quantity: months, unit: "months", price };
            let ahead = A::of(months, price, scheme.rounding);
            let less = pricing.paid_by(&self.of, at..at + 1).or_nothing();
            let amount = ahead.minus(less).or_nothing();
            pricing.post(line, amount, || {
                let of = clause_names(clauses, &self.of);
                match known {
                    true => format!("no more on account: everything is known about the cohort, and {of} is paid as it is due"),
                    false => format!("on account of {of}, less the {} already due", less.nearest_pence()),
                }
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let of = term_numbers(clauses, &self.of);
        vec![
            format!("The payer pays {} on account of {of} for each month of a cohort.", prices(scheme, &self.each_month)),
            format!("What {of} already makes due for the same cohort is taken off it."),
            "Once everything is known about the cohort, nothing more is paid on account. What was is set against what is due."
                .to_owned(),
        ]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The payment on account for a month", &self.each_month)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("monthly payment on account", &mut self.each_month)]
    }

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("of", &self.of))
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.of)
    }

    fn is_monthly(&self) -> bool {
        true
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "each_month", &self.each_month, &new.each_month);
    }
}
