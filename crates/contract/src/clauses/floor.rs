//! The least that some clauses may pay together; below zero it limits what the provider can owe.

use crate::clauses::{Context, Kind, Over, Rule, names, sentence, terms};
use crate::price::{Lines, Posting, Till};
use crate::terms::Scheme;
use base::document::Section;
use base::money::{Amount, Pence, Quantity};
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "floor",
    summary: "The least that the named clauses (or all clauses above) may pay together. A negative floor limits what the \
              provider can owe.",
    example: r#"[pay.liability]
clause = "floor"
on = ["binary"]                   # optional: without it, all clauses above
least = "-£250,000"
measured_over = "each year"
from = "clause 4.9""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    pub on: Vec<usize>,
    pub least: Schedule<Pence>,
    pub over: Over,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let on = context.clauses(section, "on", true);
    let least = section.required_schedule("least", context.keys);
    let over = section.required_choice("measured_over", &Over::KNOWN);
    Some(Rule::Floor(Floor { on, least, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Floor, till: &mut Till<'_, A, L>) {
    for period in till.periods(rule.over) {
        let least = rule.least.at(till.tally.area, 0, till.year(period.end - 1));
        let limit = A::of(Quantity::whole(1), least, till.scheme.rounding);
        let sum = till.paid_by(&rule.on, period.clone());
        let scheme = till.scheme;
        let binds = sum < limit;
        let amount = if binds { limit.minus(sum) } else { A::default() };
        let quantity = if binds { Quantity::whole(1) } else { Quantity(0) };
        let posting = Posting { cohorts: period, segment: None, quantity, unit: "floor", price: least };
        till.post(posting, amount, || {
            let of = names(scheme, &rule.on);
            match binds {
                true => format!("{of} may pay no less than {least}"),
                false => format!("nothing: {of} paid {}, and may pay no less than {least}", Pence(sum.in_pence().round() as i64)),
            }
        });
    }
}

pub(crate) fn explain(rule: &Floor, scheme: &Scheme) -> Vec<String> {
    let least = super::prices(scheme, &rule.least);
    let pay = if rule.on.len() == 1 { "pays" } else { "together pay" };
    vec![format!("{} {pay} no less than {least} over {}.", sentence(&terms(scheme, &rule.on)), rule.over.words())]
}
