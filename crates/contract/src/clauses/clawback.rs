//! Money taken back for each person or event that undoes a result already paid for. It is never negative, and at most what was
//! paid and has not been taken back already.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, TakenBack};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::{clause_names, nothing_of_a_debt, prices, term_numbers};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Better, MeasuredOver, OutcomeKind, SchemeTerms};
use base::money::{Amount, Pence, Quantity};
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "clawback",
    summary: "Takes back a price for each person or event that undoes a paid result (a return to treatment, a job lost). All \
              that is taken back from the named clauses is never more than they paid. Where the provider owes money under them, \
              nothing is taken back.",
    example: r#"[pay.clawback]
clause = "clawback"
of = ["job"]                      # the clauses whose money may be taken back
outcome = "job-lost"              # what undoes the result
price = "£600"
from = "clause 4.7""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Clawback {
    pub of: Vec<usize>,
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub over: MeasuredOver,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Clawback> {
    let of = context.clauses(section, "of", false);
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let over = section.choice("measured_over", &MeasuredOver::KNOWN).unwrap_or_default();
    Some(Clawback { of, outcome: outcome?, price, over })
}

impl ClauseKind for Clawback {
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
            takes_back: true,
            may_owe: true,
            pays_for_whole_area: false,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally, clauses) = (pricing.scheme, pricing.tally, pricing.clauses);
        for period in pricing.periods(self.over) {
            let most = pricing.left_to_take(&self.of, period.clone());
            let (mut back, mut count) = (A::default(), 0);
            for at in period.clone() {
                for segment in 0..tally.segments {
                    let undone = tally.counts[self.outcome][tally.cell(at, segment)];
                    let price = self.price.at(tally.area, segment, pricing.time(at));
                    back = back.plus(A::of(Quantity::whole(undone), price, scheme.rounding));
                    count += undone;
                }
            }
            let limited = back > most;
            let taken = if limited { most } else { back };
            pricing.take(&self.of, period.clone(), taken);
            let amount = A::default().minus(taken);
            let price = self.price.at(tally.area, 0, pricing.time(period.start));
            let line = UnpricedLine { cohorts: period, segment: None, quantity: Quantity::whole(-count), unit: "undone", price };
            pricing.post(line, amount, || {
                let limit = match (limited, clauses.several_take_back()) {
                    (false, _) => "",
                    (true, false) => ", limited to what was paid",
                    (true, true) => ", limited to what was paid and has not been taken back already",
                };
                format!("taken back from {} for {}{limit}", clause_names(clauses, &self.of), scheme.outcomes[self.outcome].name)
            });
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let outcome = &scheme.outcomes[self.outcome];
        let each = match outcome.kind {
            OutcomeKind::Binary if outcome.counts_households => "household with",
            OutcomeKind::Binary => "person with",
            OutcomeKind::Frequency { .. } => "event of",
            OutcomeKind::Sustained { .. } => "period of",
            OutcomeKind::Amount { .. } => "unit of",
        };
        let together = if clauses.several_take_back() { " and no other term has taken back" } else { "" };
        let mut out = vec![format!(
            "For each {each} {} ({}) the payer takes back {}, at most what {} paid{together}.",
            outcome.name,
            outcome.measure,
            prices(scheme, &self.price),
            term_numbers(clauses, &self.of)
        )];
        out.extend(nothing_of_a_debt(clauses, &self.of, "taken back"));
        out
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The price", &self.price)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("price", &mut self.price)]
    }

    fn undone_by(&self) -> Option<usize> {
        Some(self.outcome)
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("of", &self.of))
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.of)
    }

    fn takes_of_what_is_left(&self) -> Option<TakenBack> {
        Some(TakenBack::Amounts)
    }

    fn rewards_worse_results(&self, scheme: &SchemeTerms) -> Option<String> {
        let outcome = &scheme.outcomes[self.outcome];
        (outcome.better == Better::More)
            .then(|| format!("money is taken back for each `{}`, but more of it is better", outcome.name))
    }

    /// No change of the rules changes a clawback.
    fn amend(&self, _: &Self, _: &str, _: &mut Amendment<'_>) {}
}
