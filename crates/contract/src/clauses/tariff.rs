//! A price for each person, event, unit of an amount or percentage point better than the baseline and, where the contract has it, a deduction for
//! each one worse.

use std::cmp::Ordering;

use crate::amendment::Amendment;
use crate::clauses::kind::{ClauseEffects, ClauseKind, KindDescription, Straightened, by_segment};
use crate::clauses::per_unit::PerUnit;
use crate::clauses::reading::{self, ClauseContext};
use crate::clauses::wording::{clause_names, measured_words, prices, term_numbers};
use crate::gate::{Gate, GateTest, MetIn, Verdict, rate_found};
use crate::measured_result::{MeasuredResult, TallyPart};
use crate::other_clauses::OtherClauses;
use crate::pricing::{ClausePricing, LineSink, UnpricedLine};
use crate::terms::{Baseline, Better, MeasuredFor, MeasuredOver, Outcome, SchemeTerms};
use base::literal::Change;
use base::money::{Amount, Pence, Quantity, Rate};
use base::problem::Problem;
use base::ratio::Ratio;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule};

pub(super) const DESCRIPTION: KindDescription = KindDescription {
    name: "tariff",
    summary: "A price for each person, event, unit or percentage point better than the baseline. With `deduction`, each one worse is \
              deducted. A gate leaves results near the baseline unpaid on both sides. A hurdle is a condition on another \
              outcome, for the reward only. Prices and gates may differ by contract year and by cohort.",
    example: r#"[pay.binary]
clause = "tariff"
outcome = "reoffending"
per = "person"                    # or "event", "unit" (of an amount), "percentage point"
reward = "£4,000"
deduction = "£4,000"              # optional: without it nothing is deducted
gate = { improves_by_more_than = "3 percentage points" }        # optional; or "10%", or significant_at = "5%"
counts_from = "baseline"          # or "gate": only what lies beyond the gate counts
hurdle = { outcome = "other", improves_by_at_least = "0 percentage points" }   # optional
measured_over = "each cohort"     # or "each year", "all cohorts" (pooled)
measured_for = "all segments"     # or "each segment": each by itself, and prices may differ by segment
tops_up = ["earlier"]             # optional: less what these clauses paid for the same cohorts, not below zero
from = "clause 4.3""#,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Tariff {
    pub outcome: usize,
    pub per: PerUnit,
    pub reward: Schedule<Pence>,
    pub deduction: Option<Schedule<Pence>>,
    pub gate: Option<Gate>,
    pub counts_from: CountsFrom,
    pub hurdle: Option<Gate>,
    pub over: MeasuredOver,
    pub measured_for: MeasuredFor,
    pub tops_up: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountsFrom {
    /// Once the gate is passed, all the improvement counts: the payment jumps there.
    #[default]
    Baseline,
    /// Only the improvement beyond the gate counts: no jump.
    Gate,
}

fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Tariff> {
    let outcome = context.outcome(section, "outcome");
    let per = section.required_choice("per", &PerUnit::KNOWN);
    let reward = section.positive_schedule("reward", context.keys);
    let deduction = section.has("deduction").then(|| section.positive_schedule("deduction", context.keys));
    let gate = context.gate(section, "gate", outcome);
    let counts_from =
        section.choice("counts_from", &[("baseline", CountsFrom::Baseline), ("gate", CountsFrom::Gate)]).unwrap_or_default();
    let hurdle = context.gate(section, "hurdle", None);
    let over = section.choice("measured_over", &MeasuredOver::KNOWN).unwrap_or_default();
    let measured_for = context.measured_for(section, gate.iter().chain(&hurdle));
    let tops_up = if section.has("tops_up") { context.clauses(section, "tops_up", false) } else { Vec::new() };
    for (key, gate) in [("gate", &gate), ("hurdle", &hurdle)] {
        gate.iter().for_each(|gate| context.sizes(section, key, &gate.test, gate.met_in, (over, measured_for)));
    }
    if measured_for == MeasuredFor::EachSegment && !tops_up.is_empty() {
        section.push(
            section
                .problem("tops_up", "what other clauses paid is not known for each segment by itself")
                .expected("a tariff that is measured over all segments together")
                .fix("remove `tops_up` or `measured_for`"),
        );
    }
    let outcome = outcome?;
    let definition = &context.outcomes[outcome];
    let problem = |key: &str, what: String| Problem::at(section.file, section.span_of(key), what);
    // A gate on the same outcome needs the same baseline and has already reported that it is missing.
    if definition.baseline == Baseline::None && gate.as_ref().is_none_or(|gate| gate.outcome != outcome) {
        section.push(
            problem("outcome", format!("a tariff needs a baseline, and `{}` has none", definition.name))
                .expected(format!("a baseline in [outcome.{}]", definition.name))
                .fix("add: baseline = \"58%\" with its source, or baseline = { comparison_people_each = 10 }"),
        );
    }
    reading::paid_unit(section, definition);
    for (key, schedule) in [("reward", Some(&reward)), ("deduction", deduction.as_ref())] {
        if section.has(key) {
            schedule.iter().for_each(|price| context.one_price(section, key, price, (over, measured_for), "a tariff"));
        }
    }
    let own_edge =
        gate.as_ref().is_some_and(|gate| gate.outcome == outcome && gate.met_in == MetIn::Whole && gate.test.changes().is_some());
    let unreadable_gate = gate.is_none() && section.has("gate");
    if counts_from == CountsFrom::Gate && !own_edge && !unreadable_gate {
        section.push(
            problem("counts_from", "there is no edge of a gate to count from".to_owned())
                .expected(format!("a gate on `{}` with improves_by_at_least or improves_by_more_than", definition.name))
                .fix(
                    "remove counts_from, or state the gate as a size for all segments together, on the outcome that is paid for",
                ),
        );
    }
    Some(Tariff { outcome, per, reward, deduction, gate, counts_from, hurdle, over, measured_for, tops_up })
}

impl ClauseKind for Tariff {
    fn description(&self) -> &'static KindDescription {
        &DESCRIPTION
    }

    fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>) -> Option<Self> {
        read(section, context)
    }

    fn effects(&self) -> ClauseEffects {
        ClauseEffects {
            pays_for_results: true,
            compares_results: true,
            takes_back: false,
            // Only a deduction is owed. What other clauses paid is taken off down to nothing.
            may_owe: self.deduction.is_some(),
            // A percentage point is worth the same however many people it was measured on, so two providers of one area would each be
            // paid for the same points.
            pays_for_whole_area: self.per == PerUnit::PercentagePoint,
        }
    }

    fn price<A: Amount, L: LineSink<A>>(&self, pricing: &mut ClausePricing<'_, A, L>) {
        let (scheme, clauses) = (pricing.scheme, pricing.clauses);
        for part in pricing.parts(self.over, self.measured_for) {
            let TallyPart { cohorts, segment } = part.clone();
            if !pricing.all_known(&cohorts) {
                continue;
            }
            let measured = pricing.measured(self.outcome, &part);
            let direction = measured.compared_with_baseline();
            let time = pricing.time(cohorts.end - 1);
            let verdict = match &self.gate {
                None if direction != Ordering::Less => Verdict::Better,
                None => Verdict::Worse,
                Some(gate) if gate.outcome == self.outcome && gate.met_in == MetIn::Whole => gate.verdict(scheme, &measured),
                Some(gate) => pricing.decide(gate, &part),
            };
            let hurdle_missed = verdict == Verdict::Better
                && self.hurdle.as_ref().is_some_and(|hurdle| pricing.decide(hurdle, &part) != Verdict::Better);
            let pays = match verdict {
                // A gate on another outcome may be passed while this outcome itself is worse. Then nothing is due.
                Verdict::Better if !hurdle_missed && direction != Ordering::Less => Some(&self.reward),
                Verdict::Worse if direction == Ordering::Less => self.deduction.as_ref(),
                _ => None,
            };
            let (quantity, price) = match pays {
                Some(schedule) => (self.quantity(&measured), schedule.at(pricing.tally.area, segment.unwrap_or(0), time)),
                None => (Quantity(0), Pence(0)),
            };
            let unit = match self.per {
                PerUnit::Person => scheme.outcomes[self.outcome].counted().0,
                PerUnit::Event => "events",
                PerUnit::Unit => "units",
                PerUnit::PercentagePoint => "percentage points",
            };
            let tally = pricing.tally;
            let by_segment = |gate: &Option<Gate>| match gate {
                Some(gate) if gate.met_in != MetIn::Whole => format!(" ({})", gate.found_in(scheme, tally, &part)),
                _ => String::new(),
            };
            let reason = || {
                let found = if hurdle_missed { by_segment(&self.hurdle) } else { by_segment(&self.gate) };
                self.reason(scheme, &measured, (verdict, hurdle_missed), &found)
            };
            let paid_before = pricing.paid_by(&self.tops_up, cohorts.clone());
            let line = UnpricedLine { cohorts, segment, quantity, unit, price };
            let exact = || if pays.is_some() { self.exact_quantity(&measured) } else { Ratio::whole(0) };
            if self.tops_up.is_empty() {
                pricing.pay_exact(line, exact, reason);
            } else {
                let (quantity, whole) = A::of_exact(quantity, exact, price, scheme.rounding);
                let line = UnpricedLine { quantity, ..line };
                // Only what was paid is taken off. An earlier deduction stays and is not handed back.
                let before = paid_before.or_nothing();
                let less = whole.minus(before);
                let amount = if less < A::default() && whole >= A::default() { A::default() } else { less };
                pricing.post(line, amount, || match quantity.0 {
                    0 => reason(),
                    _ => format!("{}, less what {} already paid", reason(), clause_names(clauses, &self.tops_up)),
                });
            }
        }
    }

    fn explain(&self, scheme: &SchemeTerms, clauses: &dyn OtherClauses) -> Vec<String> {
        let outcome = &scheme.outcomes[self.outcome];
        let from = match outcome.baseline {
            Baseline::Comparison { .. } => "from the comparison group",
            Baseline::Before { .. } => "from the same people before they started",
            _ => "from the baseline",
        };
        let reward = prices(scheme, &self.reward);
        let mut out = vec![format!(
            "The payer pays {reward} for each {} {from}, on {} ({}), measured over {}.",
            self.unit(outcome, outcome.better),
            outcome.name,
            outcome.measure,
            measured_words(self.over, self.measured_for)
        )];
        match &self.deduction {
            Some(deduction) => {
                let deduction = prices(scheme, deduction);
                out.push(format!("The provider owes {deduction} for each {}.", self.unit(outcome, opposite(outcome.better))));
            }
            None => out.push("Nothing is deducted when the result is worse than the baseline.".to_owned()),
        }
        if let Some(gate) = &self.gate {
            let both = if self.deduction.is_some() { ", and nothing is deducted unless it is worse by as much" } else { "" };
            out.push(format!("Nothing is paid unless {}{both}.", gate.words(scheme)));
            out.push(match self.counts_from {
                CountsFrom::Baseline => "Once the gate is passed, all the difference from the baseline counts.".to_owned(),
                CountsFrom::Gate => "Only the difference beyond the gate counts.".to_owned(),
            });
        }
        if let Some(hurdle) = &self.hurdle {
            out.push(format!("The reward is paid only if {}.", hurdle.words(scheme)));
        }
        if !self.tops_up.is_empty() {
            out.push(format!(
                "What {} paid for the same cohorts is taken off. The rest is never below zero.",
                term_numbers(clauses, &self.tops_up)
            ));
        }
        out
    }

    fn amounts(&self) -> Vec<(&'static str, &Schedule<Pence>)> {
        let deduction = self.deduction.iter().filter(|deduction| **deduction != self.reward);
        std::iter::once(("The reward", &self.reward)).chain(deduction.map(|price| ("The deduction", price))).collect()
    }

    fn amounts_mut(&mut self) -> Vec<(&'static str, &mut Schedule<Pence>)> {
        let deduction = self.deduction.iter_mut().map(|deduction| ("deduction", deduction));
        std::iter::once(("reward", &mut self.reward)).chain(deduction).collect()
    }

    fn outcome(&self) -> Option<usize> {
        Some(self.outcome)
    }

    fn gates(&self) -> Vec<&Gate> {
        self.gate.iter().chain(&self.hurdle).collect()
    }

    fn optional_gate(&mut self) -> Option<&mut Option<Gate>> {
        Some(&mut self.gate)
    }

    fn compared_outcome(&self) -> Option<usize> {
        Some(self.outcome)
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

    fn referred(&self) -> Option<(&'static str, &[usize])> {
        Some(("tops_up", &self.tops_up))
    }

    fn references(&mut self) -> Option<&mut Vec<usize>> {
        Some(&mut self.tops_up)
    }

    fn deducts(&self) -> bool {
        self.deduction.is_some()
    }

    fn without_the_jump(&self) -> &'static str {
        match (&self.gate, self.counts_from, &self.hurdle) {
            (Some(Gate { test: GateTest::Significant { .. }, .. }), CountsFrom::Baseline, _) => {
                "drop the gate, or state it as a size and count from it: counts_from = \"gate\""
            }
            (Some(_), CountsFrom::Baseline, _) => {
                "pay for each person beyond the gate (counts_from = \"gate\"), or drop the gate and pay for each person"
            }
            (_, _, Some(_)) => "drop the hurdle, or pay less for passing it and something for the other outcome itself",
            _ => "look at the gates and limits of this clause and of the clauses it refers to",
        }
    }

    fn drop_gates(&mut self) {
        self.gate = None;
        self.hurdle = None;
        self.counts_from = CountsFrom::Baseline;
    }

    fn deduct_as_rewarded(&mut self) {
        // A tariff that only deducts would lose all that it pays for results.
        if self.reward.values().iter().any(|reward| reward.0 != 0) {
            self.deduction = Some(self.reward.clone());
        }
    }

    fn pool_cohorts(&mut self, _scheme: &SchemeTerms) {
        self.over = MeasuredOver::AllCohorts;
    }

    fn scale_prices(&mut self, change: &dyn Fn(Pence) -> Pence) {
        self.reward = self.reward.map(change);
        self.deduction = self.deduction.as_ref().map(|deduction| deduction.map(change));
    }

    fn scale_segment_prices(&mut self, percents: &[i64]) {
        if self.measured_for == MeasuredFor::EachSegment {
            self.reward = by_segment(&self.reward, percents);
            self.deduction = self.deduction.as_ref().map(|deduction| by_segment(deduction, percents));
        }
    }

    fn price_at(&mut self, worth: &dyn Fn(usize) -> Option<Pence>) {
        if self.per == PerUnit::PercentagePoint {
            return;
        }
        if let Some(price) = worth(self.outcome).map(Schedule::constant) {
            self.deduction = self.deduction.as_ref().map(|_| price.clone());
            self.reward = price;
        }
    }

    fn set_gate(&mut self, outcomes: &[Outcome], change: Change) {
        if outcomes[self.outcome].is_binary() {
            let own = self.gate.as_ref().filter(|gate| gate.outcome == self.outcome);
            let met_in = own.map(|gate| gate.met_in).unwrap_or_default();
            let test = GateTest::MoreThan(Schedule::constant(change));
            self.gate = Some(Gate { outcome: self.outcome, test, met_in });
        }
    }

    fn amend(&self, new: &Self, name: &str, text: &mut Amendment<'_>) {
        text.price(name, "reward", &self.reward, &new.reward);
        match (&self.deduction, &new.deduction) {
            (Some(old), Some(new)) => text.price(name, "deduction", old, new),
            (None, Some(deduction)) => text.deduction_as_rewarded(name, deduction),
            _ => {}
        }
        text.gate(name, "gate", self.gate.as_ref(), new.gate.as_ref());
        text.gate(name, "hurdle", self.hurdle.as_ref(), new.hurdle.as_ref());
        if self.counts_from != new.counts_from && new.counts_from == CountsFrom::Baseline {
            text.remove(name, "counts_from", "every result counts from the baseline on");
        }
        text.over(name, self.over, new.over, "outcome");
    }

    fn spread_prices(&mut self, (areas, segments, cohorts): (usize, usize, &[CohortTime])) {
        self.reward = self.reward.spread(areas, segments, cohorts);
        self.deduction = self.deduction.as_ref().map(|deduction| deduction.spread(areas, segments, cohorts));
    }
}

impl Tariff {
    /// A tariff without a gate that deducts as much as it rewards.
    pub(crate) fn straight(straight: Straightened) -> Tariff {
        let Straightened { outcome, per, price, over, measured_for, .. } = straight;
        Tariff {
            outcome,
            per,
            reward: price.clone(),
            deduction: Some(price),
            gate: None,
            counts_from: CountsFrom::Baseline,
            hurdle: None,
            over,
            measured_for,
            tops_up: Vec::new(),
        }
    }

    /// The change beyond which results count, where not all of them do.
    fn counted_beyond(&self, measured: &MeasuredResult<'_>) -> Option<Change> {
        match self.counts_from {
            CountsFrom::Gate => self.gate.as_ref()?.test.changes().map(|changes| measured.own(changes)),
            CountsFrom::Baseline => None,
        }
    }

    /// How much is paid for, in billionths of the unit: positive for a reward, negative for a deduction.
    fn quantity(&self, measured: &MeasuredResult<'_>) -> Quantity {
        let edge = self.counted_beyond(measured).map_or(0, |change| measured.edge(change));
        let beyond = measured.improvement.saturating_sub(edge.saturating_mul(measured.improvement.signum()));
        match self.per {
            PerUnit::Person | PerUnit::Event | PerUnit::Unit => Quantity(beyond),
            PerUnit::PercentagePoint => measured.in_points(beyond),
        }
    }

    /// The same as an exact fraction of the unit.
    fn exact_quantity(&self, measured: &MeasuredResult<'_>) -> Ratio {
        let improvement = measured.improvement_exact();
        let beyond = match (self.counted_beyond(measured), improvement.sign()) {
            (Some(change), Ordering::Greater) => improvement.minus(&measured.edge_exact(change)),
            (Some(change), Ordering::Less) => improvement.plus(&measured.edge_exact(change)),
            _ => improvement,
        };
        match self.per {
            PerUnit::Person | PerUnit::Event | PerUnit::Unit => beyond,
            PerUnit::PercentagePoint => measured.in_points_exact(&beyond),
        }
    }

    /// Why a part of a tally is paid or not. `found` says in which segments a gate was met, where that decides it.
    fn reason(&self, scheme: &SchemeTerms, measured: &MeasuredResult<'_>, decided: (Verdict, bool), found: &str) -> String {
        let outcome = &scheme.outcomes[self.outcome];
        if measured.base == 0 && measured.count == 0 {
            return format!("{}. No payment", rate_found(outcome, measured));
        }
        let (direction, expected) = (measured.compared_with_baseline(), Quantity::nearest(&measured.expected_exact()));
        let mut facts = format!("{} counted, {expected} expected", Quantity::whole(measured.count));
        if outcome.ratchet != Rate(0) && measured.base > 0 {
            let bar = Rate(Quantity::nearest(&measured.expected_exact().times(1, measured.base.into())).0);
            let bar = if outcome.is_binary() { bar.to_string() } else { format!("{} each", Quantity(bar.0)) };
            facts += &format!(" (the baseline, which follows the results, is {bar})");
        }
        let gate = self.gate.as_ref().map(|gate| gate.words(scheme)).unwrap_or_default();
        let beyond = if self.counts_from == CountsFrom::Gate { ", beyond the gate" } else { "" };
        match decided {
            (Verdict::Better, true) => {
                let hurdle = self.hurdle.as_ref().map(|hurdle| hurdle.words(scheme)).unwrap_or_default();
                format!("{facts}. No payment: the hurdle requires that {hurdle}{found}")
            }
            (Verdict::Neither, _) => {
                let nothing = if self.deduction.is_some() { "No payment and no deduction" } else { "No payment" };
                format!("{facts}. {nothing}: the gate requires that {gate}{found}")
            }
            (Verdict::Better, false) if direction == Ordering::Less => {
                format!("{facts}. No payment: the gate was passed, but this outcome is worse than expected")
            }
            (Verdict::Worse, _) if direction == Ordering::Greater => {
                format!("{facts}. No payment: the result is better than expected, but the gate was missed{found}")
            }
            (Verdict::Worse, _) if self.deduction.is_none() => {
                format!("{facts}. No payment: the result is worse than expected. The clause deducts nothing")
            }
            (Verdict::Worse, _) => {
                format!("{facts}. A deduction for each {}{beyond}", self.unit(outcome, opposite(outcome.better)))
            }
            (Verdict::Better, false) if direction == Ordering::Equal => format!("{facts}. The result is exactly as expected"),
            (Verdict::Better, false) => format!("{facts}. A reward for each {}{beyond}", self.unit(outcome, outcome.better)),
        }
    }

    /// What one of the tariff's units is, with the direction: "person fewer than expected".
    fn unit(&self, outcome: &Outcome, direction: Better) -> &'static str {
        match (self.per, direction) {
            (PerUnit::Person, Better::Fewer) if outcome.counts_households => "household fewer than expected",
            (PerUnit::Person, Better::More) if outcome.counts_households => "household more than expected",
            (PerUnit::Person, Better::Fewer) => "person fewer than expected",
            (PerUnit::Person, Better::More) => "person more than expected",
            (PerUnit::Event, Better::Fewer) => "event fewer than expected",
            (PerUnit::Event, Better::More) => "event more than expected",
            (PerUnit::Unit, Better::Fewer) => "unit less than expected",
            (PerUnit::Unit, Better::More) => "unit more than expected",
            (PerUnit::PercentagePoint, Better::Fewer) => "percentage point lower than expected",
            (PerUnit::PercentagePoint, Better::More) => "percentage point higher than expected",
        }
    }

    /// Writes this tariff in place of a clause that jumped or bent; `gone` are the keys of that clause which a tariff lacks.
    pub(super) fn replace_in(&self, text: &mut Amendment<'_>, name: &str, gone: &[&str], old_over: MeasuredOver) {
        let why = "a price for each person from the baseline on, both ways";
        text.set(name, "clause", "\"tariff\"", "clause", why);
        let price = text.copied_price(name, &self.reward);
        gone.iter().filter(|key| **key != "gate" || self.gate.is_none()).for_each(|key| text.remove(name, key, why));
        text.gate(name, "gate", None, self.gate.as_ref());
        let per = format!("\"{}\"", self.per.written(text.outcome(self.outcome)));
        let (_, outcome) = text.outcome_name(self.outcome);
        for (key, value) in [("outcome", outcome.as_str()), ("per", &per), ("reward", &price), ("deduction", &price)] {
            text.set_if_different(name, key, value, "clause", why);
        }
        text.over(name, old_over, self.over, "clause");
    }
}

/// The worse direction.
fn opposite(better: Better) -> Better {
    match better {
        Better::Fewer => Better::More,
        Better::More => Better::Fewer,
    }
}
