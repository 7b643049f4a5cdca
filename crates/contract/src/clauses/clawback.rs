//! Money taken back for each person or event that undoes a result already paid for: nothing at least, and at most what was paid
//! and not taken back already.

use crate::clauses::{Context, Kind, Over, Rule, names};
use crate::price::{Lines, Posting, Till};
use crate::terms::{self, Scheme};
use base::document::Section;
use base::money::{Amount, Pence, Quantity};
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "clawback",
    summary: "Takes back a price for each person or event that undoes a paid result (a return to treatment, a job lost), never \
              more than the named clauses paid, all that is taken back from them together. Where they paid less than nothing, \
              nothing is taken back.",
    example: r#"[pay.clawback]
clause = "clawback"
of = ["job"]                      # the clauses whose money may be taken back
outcome = "job-lost"              # what undoes the result
price = "£600"
from = "clause 4.7""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Clawback {
    pub of: Vec<usize>,
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub over: Over,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let of = context.clauses(section, "of", false);
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let over = section.choice("measured_over", &Over::KNOWN).unwrap_or_default();
    Some(Rule::Clawback(Clawback { of, outcome: outcome?, price, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Clawback, till: &mut Till<'_, A, L>) {
    let (scheme, tally) = (till.scheme, till.tally);
    for period in till.periods(rule.over) {
        let most = till.left(&rule.of, period.clone());
        let (mut back, mut count) = (A::default(), 0);
        for at in period.clone() {
            for segment in 0..tally.segments {
                let undone = tally.counts[rule.outcome][tally.cell(at, segment)];
                let price = rule.price.at(tally.area, segment, till.year(at));
                back = back.plus(A::of(Quantity::whole(undone), price, scheme.rounding));
                count += undone;
            }
        }
        let limited = back > most;
        let taken = if limited { most } else { back };
        till.take(&rule.of, period.clone(), taken);
        let amount = A::default().minus(taken);
        let price = rule.price.at(tally.area, 0, till.year(period.start));
        let posting = Posting { cohorts: period, segment: None, quantity: Quantity::whole(-count), unit: "undone", price };
        till.post(posting, amount, || {
            let limit = match (limited, takers(scheme) > 1) {
                (false, _) => "",
                (true, false) => ", limited to what was paid",
                (true, true) => ", limited to what was paid and not taken back already",
            };
            format!("taken back from {} for {}{limit}", names(scheme, &rule.of), scheme.outcomes[rule.outcome].name)
        });
    }
}

/// How many clauses take back what others paid.
fn takers(scheme: &Scheme) -> usize {
    scheme.clauses.iter().filter(|clause| clause.rule.takes_back()).count()
}

pub(crate) fn explain(rule: &Clawback, scheme: &Scheme) -> Vec<String> {
    let outcome = &scheme.outcomes[rule.outcome];
    let each = match outcome.kind {
        terms::Kind::Binary => "person with",
        terms::Kind::Frequency { .. } => "event of",
        terms::Kind::Sustained { .. } => "period of",
    };
    let together = if takers(scheme) > 1 { " and no other term has taken back" } else { "" };
    let mut out = vec![format!(
        "For each {each} {} ({}) the payer takes back {}, at most what {} paid{together}.",
        outcome.name,
        outcome.measure,
        super::prices(scheme, &rule.price),
        super::terms(scheme, &rule.of)
    )];
    out.extend(super::nothing_of_a_debt(scheme, &rule.of, "taken back"));
    out
}
