//! A price for each person with the good result, counted from nothing, or from the baseline of each segment.

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, by_segment};
use crate::clauses::reading::{ClauseContext, CountingBasis};
use crate::clauses::wording::{measured_words, prices};
use crate::gate::{Gate, Verdict};
use crate::measured_result::TallyPart;
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Better, MeasuredFor, MeasuredOver, Outcome, SchemeTerms};
use base::literal::Change;
use base::money::{Amount, Pence, Quantity};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule};

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "outcome payment",
    summary: "A price for each person with the good result: a person who achieves the outcome or, where fewer is better, a \
              person who avoids it. It may differ by segment and contract year, and may depend on a gate. Counted from the \
              baseline, only results beyond each segment's own baseline are paid for, and those short of it are deducted.",
    example: r#"[pay.job]
clause = "outcome payment"
outcome = "job"
price = { table = "prices.csv", column = "job outcome" }
gate = { improves_by_at_least = "5%" }    # optional
counts_from = "nothing"                   # optional; "baseline" pays only beyond it, and deducts below it
measured_over = "each year"               # for the gate: each cohort (default), each year, all cohorts
measured_for = "all segments"             # for the gate; or "each segment": each must pass it for its own people
from = "clause 4.3""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct OutcomePayment {
    pub outcome: usize,
    pub price: Schedule<Pence>,
    pub counts: CountingBasis,
    pub gate: Option<Gate>,
    pub over: MeasuredOver,
    /// For the gate.
    pub measured_for: MeasuredFor,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<OutcomePayment> {
    let outcome = context.outcome(section, "outcome");
    let price = section.positive_schedule("price", context.keys);
    let counts = CountingBasis::read(section, context, outcome);
    let gate = context.gate(section, "gate", outcome);
    let over = section.choice("measured_over", &MeasuredOver::KNOWN).unwrap_or_default();
    let measured_for = context.measured_for(section, &gate);
    gate.iter().for_each(|gate| context.sizes(section, "gate", &gate.test, gate.met_in, (over, measured_for)));
    let outcome = outcome?;
    if !context.outcomes[outcome].is_binary() {
        section.push(
            Problem::at(
                section.file,
                section.span_of("outcome"),
                "an outcome payment is for a result that a person either has or does not have",
            )
            .read(format!("`{}`, which is counted", context.outcomes[outcome].name))
            .expected("an outcome of kind \"binary\"")
            .fix("use a sustainment payment for periods, or a tariff for events compared with a baseline"),
        );
    }
    Some(OutcomePayment { outcome, price, counts, gate, over, measured_for })
}

impl ClauseKind for OutcomePayment {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: self.gate.is_some() || self.counts == CountingBasis::FromBaseline,
            takes_back: false,
            may_owe: self.counts == CountingBasis::FromBaseline,
            pays_for_whole_area: false,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, tally) = (pricing.scheme, pricing.tally);
        let fewer = scheme.outcomes[self.outcome].better == Better::Fewer;
        let (unit, each) = scheme.outcomes[self.outcome].counted();
        let compares = self.compares_results();
        for part in pricing.parts(self.over, self.measured_for) {
            let TallyPart { cohorts, segment } = part.clone();
            if compares && !pricing.all_known(&cohorts) {
                continue;
            }
            if let Some(gate) = &self.gate
                && pricing.decide(gate, &part) != Verdict::Better
            {
                let line = UnpricedLine { cohorts, segment, quantity: Quantity(0), unit, price: Pence(0) };
                pricing.pay(line, || {
                    let found = gate.found_in(scheme, tally, &part);
                    format!("{found}. No payment: the gate requires that {}", gate.words(scheme))
                });
                continue;
            }
            for at in cohorts {
                for segment in segment.map_or(0..tally.segments, |segment| segment..segment + 1) {
                    let cell = tally.cell(at, segment);
                    let count = tally.counts[self.outcome][cell];
                    let good = if fewer { tally.measured(scheme, self.outcome, cell) - count } else { count };
                    let quantity = match self.counts {
                        CountingBasis::FromNothing => Quantity::whole(good),
                        CountingBasis::FromBaseline => pricing.better_than_baseline(self.outcome, cell),
                    };
                    if quantity.0 != 0 {
                        let price = self.price.at(tally.area, segment, pricing.time(at));
                        let line = UnpricedLine { cohorts: at..at + 1, segment: Some(segment), quantity, unit, price };
                        let exact = match self.counts {
                            CountingBasis::FromNothing => None,
                            CountingBasis::FromBaseline => Some((self.outcome, cell)),
                        };
                        pricing.pay_cell(line, exact, || {
                            let name = &scheme.outcomes[self.outcome].name;
                            let with = if fewer { "without" } else { "with" };
                            match (self.counts, quantity.0 > 0) {
                                (CountingBasis::FromNothing, _) => format!("for each {each} {with} {name}"),
                                (CountingBasis::FromBaseline, true) => {
                                    format!("for each {each} {with} {name} beyond the baseline")
                                }
                                (CountingBasis::FromBaseline, false) => {
                                    format!("for each {each} {with} {name} short of the baseline")
                                }
                            }
                        });
                    }
                }
            }
        }
    }

    fn explain(&self, scheme: &SchemeTerms, _: &dyn OtherClauses) -> Vec<String> {
        let outcome = &scheme.outcomes[self.outcome];
        let with = if outcome.better == Better::More { "with" } else { "without" };
        let price = prices(scheme, &self.price);
        let each = outcome.counted().1;
        let pays = format!("The payer pays {price} for each {each} {with} {} ({})", outcome.name, outcome.measure);
        let mut out = match self.counts {
            CountingBasis::FromNothing => vec![format!("{pays}.")],
            CountingBasis::FromBaseline => vec![format!(
                "{pays} beyond the baseline of their segment. The provider owes as much for each {each} short of it."
            )],
        };
        if let Some(gate) = &self.gate {
            let over = measured_words(self.over, self.measured_for);
            out.push(format!("Nothing is paid unless {}, measured over {over}.", gate.words(scheme)));
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

    fn gates(&self) -> Vec<&Gate> {
        self.gate.iter().collect()
    }

    fn optional_gate(&mut self) -> Option<&mut Option<Gate>> {
        Some(&mut self.gate)
    }

    fn measured_over(&self) -> Option<MeasuredOver> {
        Some(self.over)
    }

    fn measured_for(&self) -> MeasuredFor {
        self.measured_for
    }

    fn levels(&self) -> Vec<(usize, Change)> {
        self.gate.as_ref().map_or(Vec::new(), Gate::levels)
    }

    fn gate_avoids_deductions(&self) -> bool {
        self.gate.is_some() && self.counts == CountingBasis::FromBaseline
    }

    fn without_the_jump(&self) -> &'static str {
        "drop the gate, or use a tariff that pays for each person beyond it (counts_from = \"gate\")"
    }

    fn drop_gates(&mut self) {
        self.gate = None;
    }

    fn pool_cohorts(&mut self, _scheme: &SchemeTerms) {
        if self.gate.is_some() {
            self.over = MeasuredOver::AllCohorts;
        }
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
        text.gate(name, "gate", self.gate.as_ref(), new.gate.as_ref());
        text.price(name, "price", &self.price, &new.price);
        self.counts.amend(new.counts, name, text);
        text.over(name, self.over, new.over, "outcome");
    }

    fn spread_prices(&mut self, (areas, segments, cohorts): (usize, usize, &[CohortTime])) {
        self.price = self.price.spread(areas, segments, cohorts);
    }
}
