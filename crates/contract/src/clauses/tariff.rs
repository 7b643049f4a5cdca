//! A price for each person, event or percentage point better than the baseline, and, where the contract has it, a
//! deduction for each one worse.

use std::cmp::Ordering;

use crate::clauses::{Context, Kind, Over, Rule, names, terms};
use crate::gate::{Gate, Test, Verdict};
use crate::price::{Lines, Measured, Posting, Till};
use crate::terms::{Baseline, Better, Scheme};
use base::document::Section;
use base::exact::Ratio;
use base::literal::Change;
use base::money::{Amount, Pence, Quantity, Rate};
use base::problem::Problem;
use base::schedule::Schedule;

pub(super) const KIND: Kind = Kind {
    name: "tariff",
    summary: "A price for each person, event or percentage point better than the baseline; with `deduction` also a deduction for \
              each one worse. A gate leaves results near the baseline unpaid on both sides; a hurdle is a condition on another \
              outcome for the reward alone.",
    example: r#"[pay.binary]
clause = "tariff"
outcome = "reoffending"
per = "person"                    # or "event", or "percentage point"
reward = "£4,000"
deduction = "£4,000"              # optional: without it nothing is deducted
gate = { improves_by_more_than = "3 percentage points" }        # optional; or "10 %", or significant_at = "5 %"
counts_from = "baseline"          # or "gate": only what lies beyond the gate counts
hurdle = { outcome = "other", improves_by_at_least = "0 percentage points" }   # optional
measured_over = "each cohort"     # or "each year", "all cohorts" (pooled)
tops_up = ["earlier"]             # optional: less what these clauses paid for the same cohorts, not below zero
from = "clause 4.3""#,
    read,
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
    pub over: Over,
    pub tops_up: Vec<usize>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerUnit {
    /// Each person (or event) better or worse than expected.
    #[default]
    Person,
    Event,
    PercentagePoint,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountsFrom {
    /// Past the gate, all the improvement counts: the payment jumps there.
    #[default]
    Baseline,
    /// Only the improvement past the gate counts: no jump.
    Gate,
}

fn read(section: &Section<'_, '_>, context: &Context<'_>) -> Option<Rule> {
    let outcome = context.outcome(section, "outcome");
    let units = [("person", PerUnit::Person), ("event", PerUnit::Event), ("percentage point", PerUnit::PercentagePoint)];
    let per = section.required_choice("per", &units);
    let reward = section.positive_schedule("reward", context.keys);
    let deduction = section.has("deduction").then(|| section.positive_schedule("deduction", context.keys));
    let gate = context.gate(section, "gate", outcome);
    let counts_from =
        section.choice("counts_from", &[("baseline", CountsFrom::Baseline), ("gate", CountsFrom::Gate)]).unwrap_or_default();
    let hurdle = context.gate(section, "hurdle", None);
    let over = section.choice("measured_over", &Over::KNOWN).unwrap_or_default();
    let tops_up = if section.has("tops_up") { context.clauses(section, "tops_up", false) } else { Vec::new() };
    let outcome = outcome?;
    let definition = &context.outcomes[outcome];
    let problem = |key: &str, what: String| Problem::at(section.file, section.span_of(key), what);
    // A gate on the same outcome needs the same baseline and has said so.
    if definition.baseline == Baseline::None && gate.is_none_or(|gate| gate.outcome != outcome) {
        section.push(
            problem("outcome", format!("a tariff needs a baseline, and `{}` has none", definition.name))
                .expected(format!("a baseline in [outcome.{}]", definition.name))
                .fix("add: baseline = \"58 %\" with its source, or baseline = { comparison_people_each = 10 }"),
        );
    }
    if per == PerUnit::Event && definition.is_binary() {
        section.push(
            problem("per", format!("`{}` counts people, not events", definition.name))
                .read("\"event\"")
                .expected("\"person\" or \"percentage point\"")
                .fix("write per = \"person\", or pay on an outcome of kind \"frequency\""),
        );
    }
    for (key, schedule) in [("reward", Some(&reward)), ("deduction", deduction.as_ref())] {
        if schedule.is_some_and(Schedule::by_segment) && context.keys.segments.len() > 1 && section.has(key) {
            section.push(
                problem(key, "a tariff has one price for all segments, because it is measured over them together".to_owned())
                    .expected("one amount, or a table by area and year")
                    .fix("use a clause of its own with its own outcome for each segment, or an outcome payment, which takes prices by segment"),
            );
        }
    }
    let own_edge = matches!(gate, Some(Gate { test: Test::AtLeast(_) | Test::MoreThan(_), outcome: on }) if on == outcome);
    let unreadable_gate = gate.is_none() && section.has("gate");
    if counts_from == CountsFrom::Gate && !own_edge && !unreadable_gate {
        section.push(
            problem("counts_from", "there is no edge of a gate to count from".to_owned())
                .expected(format!("a gate on `{}` with improves_by_at_least or improves_by_more_than", definition.name))
                .fix("remove counts_from, or state the gate as a size, on the outcome that is paid for"),
        );
    }
    Some(Rule::Tariff(Tariff { outcome, per, reward, deduction, gate, counts_from, hurdle, over, tops_up }))
}

pub(crate) fn price<A: Amount, L: Lines<A>>(rule: &Tariff, till: &mut Till<'_, A, L>) {
    let scheme = till.scheme;
    for period in till.periods(rule.over) {
        if !till.settled(&period) {
            continue;
        }
        let measured = till.measured(rule.outcome, period.clone());
        let way = measured.way();
        let year = till.year(period.end - 1);
        let verdict = match &rule.gate {
            None if way != Ordering::Less => Verdict::Better,
            None => Verdict::Worse,
            Some(gate) if gate.outcome == rule.outcome => gate.verdict(scheme, &measured),
            Some(gate) => gate.verdict(scheme, &till.measured(gate.outcome, period.clone())),
        };
        let hurdle_missed = verdict == Verdict::Better
            && rule
                .hurdle
                .is_some_and(|hurdle| hurdle.verdict(scheme, &till.measured(hurdle.outcome, period.clone())) != Verdict::Better);
        let pays = match verdict {
            // A gate on another outcome may be passed one way while this outcome itself went the other: nothing is due then.
            Verdict::Better if !hurdle_missed && way != Ordering::Less => Some(&rule.reward),
            Verdict::Worse if way == Ordering::Less => rule.deduction.as_ref(),
            _ => None,
        };
        let (quantity, price) = match pays {
            Some(schedule) => (quantity(rule, &measured), schedule.at(till.tally.area, 0, year)),
            None => (Quantity(0), Pence(0)),
        };
        let unit = match rule.per {
            PerUnit::Person => "people",
            PerUnit::Event => "events",
            PerUnit::PercentagePoint => "percentage points",
        };
        let reason = || reason(rule, scheme, &measured, verdict, hurdle_missed);
        let paid_before = till.paid_by(&rule.tops_up, period.clone());
        let posting = Posting { cohorts: period, segment: None, quantity, unit, price };
        let exact = || if pays.is_some() { exact_quantity(rule, &measured) } else { Ratio::whole(0) };
        if rule.tops_up.is_empty() {
            till.pay_exact(posting, exact, reason);
        } else {
            let (quantity, whole) = A::of_exact(quantity, exact, price, scheme.rounding);
            let posting = Posting { quantity, ..posting };
            // Only what was paid is taken off; an earlier deduction stands and is not handed back.
            let before = if paid_before > A::default() { paid_before } else { A::default() };
            let less = whole.minus(before);
            let amount = if less < A::default() && whole >= A::default() { A::default() } else { less };
            till.post(posting, amount, || match quantity.0 {
                0 => reason(),
                _ => format!("{}; less what {} paid already", reason(), names(scheme, &rule.tops_up)),
            });
        }
    }
}

/// How much is paid for, in billionths of the unit: positive for a reward, negative for a deduction.
fn quantity(rule: &Tariff, measured: &Measured<'_>) -> Quantity {
    let edge = rule.counted_beyond().map_or(0, |change| measured.edge(change));
    let beyond = measured.improvement.saturating_sub(edge.saturating_mul(measured.improvement.signum()));
    match rule.per {
        PerUnit::Person | PerUnit::Event => Quantity(beyond),
        PerUnit::PercentagePoint => measured.in_points(beyond),
    }
}

/// The same as a fraction of the unit.
fn exact_quantity(rule: &Tariff, measured: &Measured<'_>) -> Ratio {
    let improvement = measured.improvement_exact();
    let beyond = match (rule.counted_beyond(), improvement.sign()) {
        (Some(change), Ordering::Greater) => improvement.minus(&measured.edge_exact(change)),
        (Some(change), Ordering::Less) => improvement.plus(&measured.edge_exact(change)),
        _ => improvement,
    };
    match rule.per {
        PerUnit::Person | PerUnit::Event => beyond,
        PerUnit::PercentagePoint => measured.in_points_exact(&beyond),
    }
}

impl Tariff {
    /// The change beyond which results count, where not all of them do.
    fn counted_beyond(&self) -> Option<Change> {
        match self.counts_from {
            CountsFrom::Gate => self.gate.and_then(|gate| gate.change()),
            CountsFrom::Baseline => None,
        }
    }
}

fn reason(rule: &Tariff, scheme: &Scheme, measured: &Measured<'_>, verdict: Verdict, hurdle_missed: bool) -> String {
    let outcome = &scheme.outcomes[rule.outcome];
    let (way, expected) = (measured.way(), Quantity::nearest(&measured.expected_exact()));
    let mut facts = format!("{} counted against {expected} expected", Quantity::whole(measured.count));
    if outcome.ratchet != Rate(0) && measured.base > 0 {
        let bar = Rate(Quantity::nearest(&measured.expected_exact().times(1, measured.base.into())).0);
        let bar = if outcome.is_binary() { bar.to_string() } else { format!("{} each", Quantity(bar.0)) };
        facts += &format!(" (the baseline, which follows the results, being {bar})");
    }
    let gate = rule.gate.as_ref().map(|gate| gate.words(scheme)).unwrap_or_default();
    let beyond = if rule.counts_from == CountsFrom::Gate { " beyond the gate" } else { "" };
    match (verdict, hurdle_missed) {
        (Verdict::Better, true) => {
            let hurdle = rule.hurdle.as_ref().map(|hurdle| hurdle.words(scheme)).unwrap_or_default();
            format!("{facts}; nothing, because the hurdle was missed: {hurdle}")
        }
        (Verdict::Neither, _) => format!("{facts}; nothing either way, because the gate is that {gate}"),
        (Verdict::Better, false) if way == Ordering::Less => {
            format!("{facts}; nothing: the gate was passed, and this outcome is worse")
        }
        (Verdict::Worse, _) if way == Ordering::Greater => format!("{facts}; nothing: better, but the gate was missed"),
        (Verdict::Worse, _) if rule.deduction.is_none() => format!("{facts}; worse, and the clause deducts nothing"),
        (Verdict::Worse, _) => format!("{facts}; a deduction for each {} {}{beyond}", unit(rule), bad(outcome.better)),
        (Verdict::Better, false) if way == Ordering::Equal => format!("{facts}; as expected"),
        (Verdict::Better, false) => format!("{facts}; a reward for each {} {}{beyond}", unit(rule), good(outcome.better)),
    }
}

fn unit(rule: &Tariff) -> &'static str {
    match rule.per {
        PerUnit::Person => "person",
        PerUnit::Event => "event",
        PerUnit::PercentagePoint => "percentage point",
    }
}

fn good(better: Better) -> &'static str {
    if better == Better::Fewer { "fewer" } else { "more" }
}

fn bad(better: Better) -> &'static str {
    if better == Better::Fewer { "more" } else { "fewer" }
}

pub(crate) fn explain(rule: &Tariff, scheme: &Scheme) -> Vec<String> {
    let outcome = &scheme.outcomes[rule.outcome];
    let (unit, good, bad) = (unit(rule), good(outcome.better), bad(outcome.better));
    let against = match outcome.baseline {
        Baseline::Comparison { .. } => "the comparison group leads one to expect",
        Baseline::Before { .. } => "the same people had before they started",
        _ => "the baseline leads one to expect",
    };
    let reward = super::prices(scheme, &rule.reward);
    let mut out = vec![format!(
        "The payer pays {reward} for each {unit} {good} than {against}, on {} ({}), measured over {}.",
        outcome.name,
        outcome.measure,
        rule.over.words()
    )];
    match &rule.deduction {
        Some(deduction) => {
            let deduction = super::prices(scheme, deduction);
            out.push(format!("The provider owes {deduction} for each {unit} {bad}."));
        }
        None => out.push("Nothing is deducted when the result is worse than the baseline.".to_owned()),
    }
    if let Some(gate) = &rule.gate {
        let both = if rule.deduction.is_some() { ", and nothing is deducted unless it is worse by as much" } else { "" };
        out.push(format!("Nothing is paid unless {}{both}.", gate.words(scheme)));
        out.push(match rule.counts_from {
            CountsFrom::Baseline => "Once past the gate, all the difference from the baseline counts.".to_owned(),
            CountsFrom::Gate => "Only the difference beyond the gate counts.".to_owned(),
        });
    }
    if let Some(hurdle) = &rule.hurdle {
        out.push(format!("The reward is paid only if {}.", hurdle.words(scheme)));
    }
    if !rule.tops_up.is_empty() {
        out.push(format!(
            "What {} paid for the same cohorts is taken off, and the rest is not below zero.",
            terms(scheme, &rule.tops_up)
        ));
    }
    out
}
