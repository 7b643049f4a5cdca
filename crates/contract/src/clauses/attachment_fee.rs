//! A fee for each person who starts, whatever becomes of them.

use crate::clauses::{Context, Kind, Rule};
use crate::price::{Lines, Posting, Till};
use crate::terms::Scheme;
use base::document::Section;
use base::money::{Amount, Pence, Quantity};
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "attachment fee",
    summary: "A fee for each person who starts. It may differ by segment and contract year, and so be phased out.",
    example: r#"[pay.attachment]
clause = "attachment fee"
price = "£400"                    # or { table = "prices.csv", column = "attachment" }
from = "clause 4.2""#,
    read,
};

#[derive(Clone, Debug, PartialEq)]
pub struct AttachmentFee {
    pub price: Schedule<Pence>,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    Some(Rule::AttachmentFee(AttachmentFee { price: section.positive_schedule("price", context.keys) }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &AttachmentFee, till: &mut Till<'_, A, L>) {
    let tally = till.tally;
    for at in 0..tally.cohorts.len() {
        let year = till.year(at);
        for segment in 0..tally.segments {
            let people = tally.started(tally.cell(at, segment));
            if people > 0 {
                let price = rule.price.at(tally.area, segment, year);
                let quantity = Quantity::whole(people);
                let posting = Posting { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "people", price };
                till.pay(posting, || "for each person who started".to_owned());
            }
        }
    }
}

pub(crate) fn explain(rule: &AttachmentFee, scheme: &Scheme) -> Vec<String> {
    vec![format!("The payer pays {} for each person who starts, whatever the result.", super::prices(scheme, &rule.price))]
}
