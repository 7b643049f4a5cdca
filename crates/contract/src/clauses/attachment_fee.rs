//! A fee for each person who starts, whatever the result.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, NewClause};
use crate::clauses::reading::ClauseContext;
use crate::clauses::wording::prices;
use crate::expected_people;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Cohort, SchemeTerms};
use base::money::{Amount, Pence, Quantity};
use base::reader::Section;
use base::schedule::Schedule;

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "attachment fee",
    summary: "A fee for each person who starts. It may differ by segment and contract year, and so be phased out.",
    example: r#"[pay.attachment]
clause = "attachment fee"
price = "£400"                    # or { table = "prices.csv", column = "attachment" }, or { by_year = ["£400", "£200", "£0"] }
from = "clause 4.2""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct AttachmentFee {
    pub price: Schedule<Pence>,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> AttachmentFee {
    AttachmentFee { price: section.positive_schedule("price", context.keys) }
}

impl ClauseKind for AttachmentFee {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        Some(read(section, context))
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: false,
            compares_results: false,
            takes_back: false,
            may_owe: false,
            pays_for_whole_area: false,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let tally = pricing.tally;
        for at in 0..tally.cohorts.len() {
            let time = pricing.time(at);
            for segment in 0..tally.segments {
                let people = tally.started(tally.cell(at, segment));
                if people > 0 {
                    let price = self.price.at(tally.area, segment, time);
                    let quantity = Quantity::whole(people);
                    let line = UnpricedLine { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "people", price };
                    pricing.pay(line, || "for each person who started".to_owned());
                }
            }
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        vec![format!("The payer pays {} for each person who starts, whatever the result.", prices(scheme, &self.price))]
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The price", &self.price)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("price", &mut self.price)]
    }

    fn expected_fee(&self, scheme: &SchemeTerms, area: usize, cohort: &Cohort) -> Option<f64> {
        let each = (0..scheme.segments.len()).map(|segment| {
            let people = expected_people::in_cohort(scheme, area, segment, cohort.time());
            self.price.at(area, segment, cohort.time()).0 as f64 * people
        });
        Some(each.sum())
    }

    fn fee_varies_with_people(&self) -> bool {
        true
    }

    fn scale_fees(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.price = self.price.map(change);
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "price", &self.price, &new.price);
    }

    fn write_new(&self, name: &str, text: &mut Amendment<'_>) -> Option<NewClause> {
        let price = text.amounts(name, "price", &self.price);
        Some(NewClause { why: "a fee that varies with the number of people", lines: vec![("price", price)] })
    }
}
