//! A share of certified costs, or of a loss on them, which the payer bears.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, prices, term_numbers, waits_for_costs};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{MeasuredOver, SchemeTerms};
use base::money::{Amount, Pence, Quantity, Rate, WHOLE};
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "cost share",
    summary: "The payer bears a share of the provider's certified costs: match funding or, with a share of 100%, reimbursement. \
              With `beyond`, only costs beyond what the named clauses paid are shared: a loss that both bear, or that the payer \
              guarantees. `at_most` limits what the payer bears in one measured period. It is worked out when the period has \
              ended and its costs are certified; with `beyond`, when everything is known about the people of the period as well.",
    example: r#"[pay.match]
clause = "cost share"
share = "50%"
beyond = ["fee"]                  # optional: only costs that these clauses did not pay
at_most = "£200,000"              # optional: the most that is paid for each measured period
measured_over = "each year"
from = "clause 4.12""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct CostShare {
    pub share: Rate,
    /// The clauses whose payments are taken off the costs first; none where all costs are shared.
    pub beyond: Vec<usize>,
    pub at_most: Option<Schedule<Pence>>,
    pub over: MeasuredOver,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> CostShare {
    let fix = "write the part of the costs that the payer bears, such as \"50%\"";
    let share = section.required_within("share", (Rate(0), Rate(WHOLE)), "not a share of the costs", fix);
    let beyond = if section.has("beyond") { context.clauses(section, "beyond", false) } else { Vec::new() };
    let at_most = section.has("at_most").then(|| section.positive_schedule("at_most", context.keys));
    let over = section.required_choice("measured_over", &MeasuredOver::KNOWN);
    at_most.iter().for_each(|most| context.one_amount(section, "at_most", most, over, "a cost share"));
    CostShare { share, beyond, at_most, over }
}

impl ClauseKind for CostShare {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        Some(read(section, context))
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            // Where other payments are taken off first, it depends on results as these do.
            pays_for_results: !self.beyond.is_empty(),
            compares_results: false,
            takes_back: false,
            may_owe: false,
            pays_for_whole_area: true,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, clauses) = (pricing.scheme, pricing.clauses);
        for period in pricing.periods(self.over) {
            let Some(certified) = pricing.tally.certified(period.clone()) else { continue };
            // What other clauses pay is taken off, so it waits for their results. A share of all costs waits for the end of the period.
            let due = if self.beyond.is_empty() { pricing.all_ended(&period) } else { pricing.all_known(&period) };
            if !due {
                continue;
            }
            let costs = A::of(Quantity::whole(1), certified, scheme.rounding);
            let paid = pricing.paid_by(&self.beyond, period.clone());
            let uncovered = costs.minus(paid.or_nothing()).or_nothing();
            let share = uncovered.share(self.share, scheme.rounding);
            let time = pricing.time(period.end - 1);
            let most = self.at_most.as_ref().map(|most| most.at(pricing.tally.area, 0, time));
            let limit = most.map(|most| A::of(Quantity::whole(1), most, scheme.rounding));
            let binds = limit.filter(|limit| *limit < share);
            let amount = binds.unwrap_or(share);
            let price = amount.nearest_pence();
            let quantity = if amount > A::default() { Quantity::whole(1) } else { Quantity(0) };
            let line = UnpricedLine { cohorts: period, segment: None, quantity, unit: "cost share", price };
            pricing.post(line, amount, || {
                let found = match self.beyond.is_empty() {
                    true => format!("certified costs {certified}"),
                    false => format!(
                        "certified costs {certified}; {} paid {}",
                        clause_names(clauses, &self.beyond),
                        paid.nearest_pence()
                    ),
                };
                let of = if self.beyond.is_empty() { "of them" } else { "of the costs beyond that" };
                let limited = match (binds, most) {
                    (Some(_), Some(most)) => format!(", but at most {most}"),
                    _ => String::new(),
                };
                format!("{found}. The payer bears {} {of}{limited}", self.share)
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let beyond = match self.beyond.as_slice() {
            [] => String::new(),
            beyond => format!(", as far as {} did not pay them", term_numbers(clauses, beyond)),
        };
        let most = self.at_most.as_ref().map_or(String::new(), |most| format!(", but at most {}", prices(scheme, most)));
        vec![
            format!(
                "The payer bears {} of the provider's certified costs{beyond}, measured over {}{most}.",
                self.share,
                self.over.words()
            ),
            waits_for_costs(!self.beyond.is_empty()),
        ]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        self.at_most.iter().map(|most| ("The most", most)).collect()
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        self.at_most.iter_mut().map(|most| ("limit", most)).collect()
    }

    fn reads_costs(&self) -> bool {
        true
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    /// A share of all costs is the sum of the shares of each provider's own.
    fn whole_over(&self) -> Option<MeasuredOver> {
        (self.at_most.is_some() || !self.beyond.is_empty()).then_some(self.over)
    }

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("beyond", &self.beyond))
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.beyond)
    }

    fn scale_limits(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.at_most = self.at_most.as_ref().map(|most| most.map(change));
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        if let (Some(old), Some(new)) = (&self.at_most, &new.at_most) {
            text.price(name, "at_most", old, new);
        }
        text.over(name, self.over, new.over, "share");
    }
}
