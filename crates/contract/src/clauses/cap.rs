//! The most that some clauses may pay together.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, NewClause, OtherTerms};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, prices, term_numbers};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Cohort, MeasuredOver, SchemeTerms};
use base::english::{capitalised, plural};
use base::literal;
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule};

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "cap",
    summary: "The most that the named clauses (or all clauses above) may pay together, over each cohort, each year or the \
              contract.",
    example: r#"[pay.cap]
clause = "cap"
on = ["binary", "frequency"]      # optional: without it, all clauses above
most = "£1,600,000"
measured_over = "each year"
from = "clause 4.8""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    pub on: Vec<usize>,
    pub most: Schedule<Pence>,
    pub over: MeasuredOver,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Cap {
    let on = context.clauses(section, "on", true);
    let most = context.limit(section, "most", "a cap", literal::negative("most"));
    let over = section.required_choice("measured_over", &MeasuredOver::KNOWN);
    context.one_amount(section, "most", &most, over, "a cap");
    Cap { on, most, over }
}

impl ClauseKind for Cap {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        Some(read(section, context))
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            // It compares money. The clauses it is on answer for the results.
            compares_results: false,
            takes_back: true,
            may_owe: true,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        for period in pricing.periods(self.over) {
            let most = self.most.at(pricing.tally.area, 0, pricing.time(period.end - 1));
            let limit = A::of(Quantity::whole(1), most, pricing.scheme.rounding);
            let sum = pricing.paid_by(&self.on, period.clone());
            let clauses = pricing.clauses;
            let binds = sum > limit;
            let amount = if binds { limit.minus(sum) } else { A::default() };
            pricing.take(&self.on, period.clone(), A::default().minus(amount));
            let quantity = if binds { Quantity::whole(1) } else { Quantity(0) };
            let line = UnpricedLine { cohorts: period, segment: None, quantity, unit: "cap", price: most };
            pricing.post(line, amount, || {
                let of = clause_names(clauses, &self.on);
                match binds {
                    true => format!("{of} may pay at most {most}"),
                    false => format!("no change: {of} paid {}, and may pay at most {most}", sum.nearest_pence()),
                }
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let most = prices(scheme, &self.most);
        let pay = plural(self.on.len(), "pays", "together pay");
        vec![format!("{} {pay} at most {most} over {}.", capitalised(&term_numbers(clauses, &self.on)), self.over.words())]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The most", &self.most)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("limit", &mut self.most)]
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("on", &self.on))
    }

    fn is_on_all_unless_said(&self) -> bool {
        true
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.on)
    }

    fn is_limit(&self) -> bool {
        true
    }

    /// A cap below the fixed fee that it includes can never pay for a result.
    fn conflict(&self, name: &str, others: &OtherTerms<'_>) -> Option<Problem> {
        // The first group of cohorts that the cap is measured over, and the fee of its months, before any yearly discount.
        let group: Vec<&Cohort> = match self.over {
            MeasuredOver::EachCohort => others.cohorts.iter().take(1).collect(),
            MeasuredOver::EachYear => others.cohorts.iter().filter(|cohort| cohort.year == 0).collect(),
            MeasuredOver::AllCohorts => return None,
        };
        for area in 0..others.keys.areas.len() {
            let fee: i64 = self.on.iter().map(|&at| others.clauses.least_fee(at, area, &group)).sum();
            let most = self.most.at(area, 0, CohortTime::FIRST);
            if fee > most.0 {
                let section = others.tables.section(name);
                let span = section.map_or(others.tables.span, |section| section.span_of("most"));
                let (over, fee) = (self.over.words(), Pence(fee));
                return Some(
                    Problem::at(
                        others.tables.file,
                        span,
                        "the cap is below the fee that it includes, so no result is ever paid for",
                    )
                    .read(format!("at most {most} over {over}, and the fee alone is {fee}"))
                    .expected("a cap above the fee")
                    .fix("raise the cap, or name the clauses it is meant for: on = [\"NAME\"]"),
                );
            }
        }
        None
    }

    fn scale_limits(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.most = self.most.map(change);
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "most", &self.most, &new.most);
    }

    fn write_new(&self, name: &str, text: &mut Amendment<'_>) -> Option<NewClause> {
        let mut lines = vec![text.clause_list("on", &self.on), text.measured_over(self.over)];
        lines.push(("most", text.amounts(name, "most", &self.most)));
        Some(NewClause { why: "the most that results may add", lines })
    }
}
