//! The least that some clauses may pay together. A negative floor limits what the provider can owe.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, NewClause};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, prices, term_numbers};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{MeasuredOver, SchemeTerms};
use base::english::{capitalised, plural};
use base::money::{Amount, Pence, Quantity};
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "floor",
    summary: "The least that the named clauses (or all clauses above) may pay together. A negative floor limits what the \
              provider can owe. What is missing is added once everything is known about the people of the measured period; a debt \
              is limited before that, too.",
    example: r#"[pay.liability]
clause = "floor"
on = ["binary"]                   # optional: without it, all clauses above
least = "-£250,000"
measured_over = "each year"
from = "clause 4.9""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    pub on: Vec<usize>,
    pub least: Schedule<Pence>,
    pub over: MeasuredOver,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Floor {
    let on = context.clauses(section, "on", true);
    let least = context.limit(section, "least", "a floor", |_| None);
    let over = section.required_choice("measured_over", &MeasuredOver::KNOWN);
    context.one_amount(section, "least", &least, over, "a floor");
    Floor { on, least, over }
}

impl ClauseKind for Floor {
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
            takes_back: false,
            // Not even where the least is negative: a floor only adds what is missing. The debt is that of the clauses it is on.
            may_owe: false,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        for period in pricing.periods(self.over) {
            let stated = self.least.at(pricing.tally.area, 0, pricing.time(period.end - 1));
            // Results that are not known yet may still bring what is missing. Until they are, only a debt is limited.
            let waits = stated > Pence(0) && !pricing.all_known(&period);
            let least = if waits { Pence(0) } else { stated };
            let limit = A::of(Quantity::whole(1), least, pricing.scheme.rounding);
            let sum = pricing.paid_by(&self.on, period.clone());
            let clauses = pricing.clauses;
            let binds = sum < limit;
            let amount = if binds { limit.minus(sum) } else { A::default() };
            let quantity = if binds { Quantity::whole(1) } else { Quantity(0) };
            let line = UnpricedLine { cohorts: period, segment: None, quantity, unit: "floor", price: least };
            pricing.post(line, amount, || {
                let of = clause_names(clauses, &self.on);
                let paid = sum.nearest_pence();
                match (binds, waits) {
                    (true, false) => format!("{of} may pay no less than {least}"),
                    (false, false) => format!("no change: {of} paid {paid}, and may pay no less than {least}"),
                    (true, true) => {
                        format!("{of} paid {paid}. No less than {stated} is due once everything is known, and no debt before")
                    }
                    (false, true) => {
                        format!("no change yet: {of} paid {paid}. No less than {stated} is due once everything is known")
                    }
                }
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let (terms, over) = (capitalised(&term_numbers(clauses, &self.on)), self.over.words());
        let (pay, cost) = (plural(self.on.len(), "pays", "together pay"), plural(self.on.len(), "costs", "together cost"));
        // A floor below nothing is the most that the provider can owe.
        if self.least.values().iter().all(|least| least.0 < 0) {
            let most = self.least.map(|least| Pence(least.0.saturating_neg()));
            return vec![format!("{terms} {cost} the provider no more than {} over {over}.", prices(scheme, &most))];
        }
        vec![format!("{terms} {pay} no less than {} over {over}.", prices(scheme, &self.least))]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The least", &self.least)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("limit", &mut self.least)]
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

    fn limits_debt_of(&self, clause: usize) -> bool {
        self.on.contains(&clause)
    }

    fn is_limit(&self) -> bool {
        true
    }

    fn scale_limits(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.least = self.least.map(change);
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "least", &self.least, &new.least);
    }

    fn write_new(&self, name: &str, text: &mut Amendment<'_>) -> Option<NewClause> {
        let mut lines = vec![text.clause_list("on", &self.on), text.measured_over(self.over)];
        lines.push(("least", text.amounts(name, "least", &self.least)));
        Some(NewClause { why: "the most that results may take away", lines })
    }
}
