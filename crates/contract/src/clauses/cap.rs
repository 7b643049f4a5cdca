//! The most that some clauses may pay together.

use crate::clauses::{Context, Kind, Over, Rule, names, sentence, terms};
use crate::price::{Lines, Posting, Till};
use crate::terms::Scheme;
use base::document::Section;
use base::money::{Amount, Pence, Quantity};
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "cap",
    summary: "The most that the named clauses (or all clauses above) may pay together, over each cohort, each year or the contract.",
    example: r#"[pay.cap]
clause = "cap"
on = ["binary", "frequency"]      # optional: without it, all clauses above
most = "£1,600,000"
measured_over = "each year"
from = "clause 4.8""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Cap {
    pub on: Vec<usize>,
    pub most: Schedule<Pence>,
    pub over: Over,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let on = context.clauses(section, "on", true);
    let most = section.positive_schedule("most", context.keys);
    let over = section.required_choice("measured_over", &Over::KNOWN);
    Some(Rule::Cap(Cap { on, most, over }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Cap, till: &mut Till<'_, A, L>) {
    for period in till.periods(rule.over) {
        let most = rule.most.at(till.tally.area, 0, till.year(period.end - 1));
        let limit = A::of(Quantity::whole(1), most, till.scheme.rounding);
        let sum = till.paid_by(&rule.on, period.clone());
        let scheme = till.scheme;
        let binds = sum > limit;
        let amount = if binds { limit.minus(sum) } else { A::default() };
        till.take(&rule.on, period.clone(), A::default().minus(amount));
        let quantity = if binds { Quantity::whole(1) } else { Quantity(0) };
        let posting = Posting { cohorts: period, segment: None, quantity, unit: "cap", price: most };
        till.post(posting, amount, || {
            let of = names(scheme, &rule.on);
            match binds {
                true => format!("{of} may pay at most {most}"),
                false => format!("nothing: {of} paid {}, and may pay at most {most}", Pence(sum.in_pence().round() as i64)),
            }
        });
    }
}

pub(crate) fn explain(rule: &Cap, scheme: &Scheme) -> Vec<String> {
    let most = super::prices(scheme, &rule.most);
    let pay = if rule.on.len() == 1 { "pays" } else { "together pay" };
    vec![format!("{} {pay} at most {most} over {}.", sentence(&terms(scheme, &rule.on)), rule.over.words())]
}
