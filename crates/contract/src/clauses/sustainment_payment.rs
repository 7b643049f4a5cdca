//! A price for each further period that a result lasts.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, by_segment};
use crate::clauses::reading::{ClauseContext, CountingBasis};
use crate::clauses::wording::prices;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Better, Outcome, OutcomeKind, SchemeTerms};
use base::english::counted;
use base::literal::Literal as _;
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule};

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "sustainment payment",
    summary: "A price for each period that a result lasts. The outcome states how long a period is and how many are paid for at \
              most. Counted from the baseline, only periods beyond it are paid for, and those short of it are deducted.",
    example: r#"[pay.sustainment]
clause = "sustainment payment"
outcome = "job-kept"              # an outcome of kind "sustained"
price = "£170"                    # for each period
counts_from = "nothing"           # optional; "baseline" pays only beyond it, and deducts below it
from = "clause 4.4""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct SustainmentPayment {
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub counts: CountingBasis,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<SustainmentPayment> {
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let counts = CountingBasis::read(section, context, outcome);
    let outcome = outcome?;
    if !matches!(context.outcomes[outcome].kind, OutcomeKind::Sustained { .. }) {
        section.push(
            Problem::at(section.file, section.span_of("outcome"), "a sustainment payment is for a result that lasts")
                .read(format!("`{}`", context.outcomes[outcome].name))
                .expected("an outcome of kind \"sustained\"")
                .fix("add an outcome with kind = \"sustained\", of = \"NAME\", every = \"4 weeks\", most = 13"),
        );
    }
    Some(SustainmentPayment { outcome, price, counts })
}

impl ClauseKind for SustainmentPayment {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: self.counts == CountingBasis::FromBaseline,
            takes_back: false,
            may_owe: self.counts == CountingBasis::FromBaseline,
            pays_for_whole_area: false,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let tally = pricing.tally;
        for at in 0..tally.cohorts.len() {
            if self.counts == CountingBasis::FromBaseline && !pricing.all_known(&(at..at + 1)) {
                continue;
            }
            let time = pricing.time(at);
            for segment in 0..tally.segments {
                let cell = tally.cell(at, segment);
                let quantity = match self.counts {
                    CountingBasis::FromNothing => Quantity::whole(tally.counts[self.outcome][cell]),
                    CountingBasis::FromBaseline => pricing.better_than_baseline(self.outcome, cell),
                };
                if quantity.0 != 0 {
                    let price = self.price.at(tally.area, segment, time);
                    let line = UnpricedLine { cohorts: at..at + 1, segment: Some(segment), quantity, unit: "periods", price };
                    let exact = match self.counts {
                        CountingBasis::FromNothing => None,
                        CountingBasis::FromBaseline => Some((self.outcome, cell)),
                    };
                    pricing.pay_cell(line, exact, || {
                        let beyond = match (self.counts, quantity.0 > 0) {
                            (CountingBasis::FromNothing, _) => "",
                            (CountingBasis::FromBaseline, true) => ", beyond the baseline",
                            (CountingBasis::FromBaseline, false) => ", short of the baseline",
                        };
                        format!("for each period that the result lasted{beyond}")
                    });
                }
            }
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        let outcome = &scheme.outcomes[self.outcome];
        let OutcomeKind::Sustained { of, every, most } = outcome.kind else { return Vec::new() };
        let mut out = vec![format!(
            "The payer pays {} for every {} that {} lasts, up to {} for one person.",
            prices(scheme, &self.price),
            every.words(),
            scheme.outcomes[of].name,
            counted(most, "payment", "payments")
        )];
        if self.counts == CountingBasis::FromBaseline {
            out.push(
                "Only periods beyond the baseline are paid for. The provider owes as much for each period short of it."
                    .to_owned(),
            );
        }
        out
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        vec![("The price", &self.price)]
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        vec![("price", &mut self.price)]
    }

    fn counts_from_baseline_of(&self) -> Option<usize> {
        (self.counts == CountingBasis::FromBaseline).then_some(self.outcome)
    }

    fn outcome(&self) -> Option<usize> {
        Some(self.outcome)
    }

    fn price_of_each(&self) -> Option<&Schedule<Pence>> {
        (!self.compares_results()).then_some(&self.price)
    }

    fn rewards_worse_results(&self, scheme: &SchemeTerms) -> Option<String> {
        let outcome = &scheme.outcomes[self.outcome];
        (self.counts == CountingBasis::FromNothing && outcome.better == Better::Fewer)
            .then(|| format!("each period of `{}` is paid for, but fewer periods are better", outcome.name))
    }

    fn count_from_baseline(&mut self, outcomes: &[Outcome]) {
        if outcomes[self.outcome].has_baseline() {
            self.counts = CountingBasis::FromBaseline;
        }
    }

    fn scale_prices(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.price = self.price.map(change);
    }

    fn scale_segment_prices(&mut self, percents: &[i64]) {
        self.price = by_segment(&self.price, percents);
    }

    fn price_at(&mut self, worth: &dyn Fn(usize) -> Option<Pence>) {
        if let Some(worth) = worth(self.outcome) {
            self.price = Schedule::constant(worth);
        }
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "price", &self.price, &new.price);
        self.counts.amend(new.counts, name, text);
    }

    fn spread_prices(&mut self, (areas, segments, cohorts): (usize, usize, &[CohortTime])) {
        self.price = self.price.spread(areas, segments, cohorts);
    }
}
