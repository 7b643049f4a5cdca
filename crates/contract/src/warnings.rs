//! Faults that can be seen in the rules alone, before anything is simulated.

use crate::clauses::tariff::{CountsFrom, Tariff};
use crate::clauses::{Clause, Rule};
use crate::explain::{Level, expected_tally, payment_table};
use crate::gate::{Gate, Test};
use crate::read::SCHEME_FILE;
use crate::terms::{Baseline, Better, Scheme, later};
use base::money::{Pence, thousands};
use base::opened::Opened;
use base::problem::Problem;

/// A step in the payment this large, as a share of all that is paid, is called a cliff.
const CLIFF_SHARE: f64 = 0.02;

/// How many cells, clauses and outcomes are looked at in all at each of the levels of an outcome.
const MOST_WORK: usize = 20_000_000;

/// Everything a careful reader of the rules would ask about.
#[must_use]
pub fn warnings(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let mut out = Vec::new();
    out.extend(falls_as_outcomes_improve(scheme, opened));
    out.extend(cliffs(scheme, opened));
    out.extend(unreachable_bands(scheme, opened));
    out.extend(uncapped_liability(scheme, opened));
    out.extend(late_measures(scheme, opened));
    out.extend(crate::perverse::warnings(scheme, opened));
    out
}

/// A warning at a table of the scheme file, such as "pay.binary".
pub(crate) fn at(opened: &Opened, path: &str, what: String) -> Problem {
    let problem = Problem { span: opened.span_of(SCHEME_FILE, path), ..Problem::file(SCHEME_FILE, what) };
    problem.warning()
}

/// From far worse to far better, in percentage points, finely.
fn ladder(scheme: &Scheme, outcome: usize) -> Vec<Level> {
    let expected = expected_tally(scheme, 0, None);
    // A contract of very many cohorts, segments and clauses is looked at less finely, so that checking takes seconds at most.
    let work = expected.people.len() * (scheme.clauses.len() + 1) * (scheme.outcomes.len() + 1);
    let fineness = (MOST_WORK / work.max(1)).clamp(1, 120) as i32;
    let steps: Vec<f64> = (-fineness..=fineness).map(|step| f64::from(step) * 15.0 / f64::from(fineness)).collect();
    let mut levels = payment_table(scheme, &expected, outcome, &steps);
    if scheme.outcomes[outcome].better == Better::Fewer {
        levels.reverse();
    }
    levels
}

fn paid_outcomes(scheme: &Scheme) -> Vec<usize> {
    (0..scheme.outcomes.len())
        .filter(|&outcome| {
            scheme
                .clauses
                .iter()
                .any(|clause| clause.outcome() == Some(outcome) || clause.gates().iter().any(|gate| gate.outcome == outcome))
        })
        .collect()
}

fn falls_as_outcomes_improve(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let mut out = Vec::new();
    for outcome in paid_outcomes(scheme) {
        let levels = ladder(scheme, outcome);
        // A whole cohort is rounded to people, so a fall of less than one payment's worth is only that rounding.
        let total = levels.iter().map(|level| level.total.0.abs()).max().unwrap_or_default();
        let worst = levels.windows(2).map(|pair| (pair[0].total.0 - pair[1].total.0, pair)).max_by_key(|(fall, _)| *fall);
        if let Some((fall, pair)) = worst
            && fall > total / 200
        {
            let name = &scheme.outcomes[outcome].name;
            out.push(
                at(opened, &format!("outcome.{name}"), format!("the payment falls as {name} improves"))
                    .read(format!(
                        "{} at {}, {} at the better {}",
                        pair[0].total,
                        rate(scheme, outcome, &pair[0]),
                        pair[1].total,
                        rate(scheme, outcome, &pair[1])
                    ))
                    .expected("a better result to pay at least as much")
                    .fix("look for a bonus, a cap or a comparison that runs the wrong way"),
            );
        }
    }
    out
}

fn rate(scheme: &Scheme, outcome: usize, level: &Level) -> String {
    match scheme.outcomes[outcome].is_binary() {
        true => format!("{:.1} %", 100.0 * level.rate),
        false => format!("{:.3} per person", level.rate),
    }
}

fn cliffs(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let mut out = Vec::new();
    for outcome in paid_outcomes(scheme) {
        let levels = ladder(scheme, outcome);
        let Some(scale) = levels.iter().map(|level| level.total.0.abs()).max() else { continue };
        let steps: Vec<i64> = levels.windows(2).map(|pair| pair[1].total.0 - pair[0].total.0).collect();
        let Some((at_step, &step)) = steps.iter().enumerate().max_by_key(|(_, step)| step.abs()) else { continue };
        // The step is a cliff when it is large against the contract and against its own neighbours.
        let mut others: Vec<i64> = steps.iter().map(|step| step.abs()).collect();
        others.sort_unstable();
        let typical = others[others.len() * 3 / 4];
        if step.abs() as f64 > CLIFF_SHARE * scale as f64 && step.abs() > 5 * typical.max(1) {
            let clause = largest_clause(scheme, &levels[at_step], &levels[at_step + 1]);
            out.push(
                at(
                    opened,
                    &format!("pay.{}", clause.name),
                    format!("the payment has a cliff: it jumps by {} at one step", Pence(step.abs())),
                )
                .read(format!(
                    "{} at {}, {} at {}",
                    levels[at_step].total,
                    rate(scheme, outcome, &levels[at_step]),
                    levels[at_step + 1].total,
                    rate(scheme, outcome, &levels[at_step + 1])
                ))
                .expected("a payment that follows the result without jumps")
                .fix(without_the_cliff(&clause.rule)),
            );
        }
    }
    out
}

fn largest_clause<'a>(scheme: &'a Scheme, before: &Level, after: &Level) -> &'a Clause {
    let change = |clause: usize| (after.by_clause[clause].0 - before.by_clause[clause].0).abs();
    let largest = (0..scheme.clauses.len()).max_by_key(|&clause| change(clause)).unwrap_or_default();
    &scheme.clauses[largest]
}

/// How a clause of this kind can be written so that it does not jump.
fn without_the_cliff(rule: &Rule) -> &'static str {
    match rule {
        Rule::Tariff(Tariff { counts_from: CountsFrom::Baseline, gate: Some(Gate { test, .. }), .. }) => match test {
            Test::Significant { .. } => "drop the gate, or state it as a size and count from it: counts_from = \"gate\"",
            _ => "pay for each person beyond the gate (counts_from = \"gate\"), or drop the gate and pay for each person",
        },
        Rule::Tariff(Tariff { hurdle: Some(_), .. }) => {
            "drop the hurdle, or pay less by it and something for the other outcome itself"
        }
        Rule::OutcomePayment(_) => "drop the gate, or pay by a tariff for each person beyond it (counts_from = \"gate\")",
        Rule::ShareAtRisk(_) => "put a smaller share at risk, or pay a tariff for each person beyond the baseline in its place",
        Rule::Bonus(_) => "pay the bonus for each person beyond the level: per = \"person\"",
        _ => "look at the gates and limits of this clause and of those it refers to",
    }
}

fn unreachable_bands(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let mut out = Vec::new();
    for clause in &scheme.clauses {
        let (outcome, edge) = match &clause.rule {
            Rule::Bonus(bonus) => (bonus.outcome, bonus.above()),
            rule => match rule_gate(rule) {
                Some((outcome, change)) => (outcome, change),
                None => continue,
            },
        };
        let definition = &scheme.outcomes[outcome];
        let Baseline::Fixed(baseline) = &definition.baseline else { continue };
        if !definition.is_binary() {
            continue;
        }
        let reachable = baseline.values().iter().any(|rate| {
            let room = match definition.better {
                Better::Fewer => rate.as_f64(),
                Better::More => 1.0 - rate.as_f64(),
            };
            let needed = match edge {
                base::literal::Change::Points(points) => points.as_f64(),
                base::literal::Change::Relative(share) => share.as_f64() * rate.as_f64(),
            };
            needed < room
        });
        if !reachable {
            out.push(
                at(opened, &format!("pay.{}", clause.name), "no result can ever reach this level".to_owned())
                    .read(base::literal::Literal::words(edge))
                    .expected(format!("less than the whole way from the baseline of {}", definition.name))
                    .fix("check whether the level is relative or in percentage points"),
            );
        }
    }
    for clause in &scheme.clauses {
        if let Rule::ServiceFee(fee) = &clause.rule
            && let crate::clauses::service_fee::Basis::Bands(bands) = &fee.basis
        {
            let a_year = (0..scheme.areas.len()).map(|area| people_a_year(scheme, area));
            let (low, high) = a_year.fold((i64::MAX, 0), |(low, high), n| (low.min(n), high.max(n)));
            let expected = match low == high {
                true => thousands(low),
                false => format!("{} to {}", thousands(low), thousands(high)),
            };
            for band in bands.iter().filter(|band| band.from > high * 3 || band.to.is_some_and(|to| to * 3 < low)) {
                out.push(
                    at(opened, &format!("pay.{}", clause.name), "a band lies far from the people expected".to_owned())
                        .read(format!("the band from {} people a year, where {expected} are expected", thousands(band.from)))
                        .expected("bands around the people expected")
                        .fix("check whether the bands are for a year, and the people for a cohort"),
                );
            }
        }
    }
    out
}

fn people_a_year(scheme: &Scheme, area: usize) -> i64 {
    let first = scheme.cohorts.iter().filter(|cohort| cohort.year == 0);
    let months: i64 = first.clone().map(|cohort| cohort.months).sum();
    let segments = if scheme.people.by_segment() { scheme.segments.len() } else { 1 };
    let people: i64 = first.map(|_| (0..segments).map(|segment| scheme.people.at(area, segment, 0).0).sum::<i64>()).sum();
    people * 12 / months.max(1)
}

fn rule_gate(rule: &Rule) -> Option<(usize, base::literal::Change)> {
    let gate = match rule {
        Rule::OutcomePayment(rule) => rule.gate?,
        Rule::Tariff(rule) => rule.gate?,
        Rule::ShareAtRisk(rule) => rule.gate,
        _ => return None,
    };
    match gate.test {
        Test::AtLeast(change) | Test::MoreThan(change) => Some((gate.outcome, change)),
        Test::Significant { .. } => None,
    }
}

fn uncapped_liability(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let mut out = Vec::new();
    for (position, clause) in scheme.clauses.iter().enumerate() {
        let owes = matches!(&clause.rule, Rule::Tariff(tariff) if tariff.deduction.is_some());
        let limited =
            scheme.clauses.iter().any(|other| matches!(&other.rule, Rule::Floor(floor) if floor.on.contains(&position)));
        if owes && !limited {
            out.push(
                at(opened, &format!("pay.{}", clause.name), "what the provider can owe has no limit".to_owned())
                    .read(format!("a deduction in `{}` and no floor that covers it", clause.name))
                    .expected("a clause of kind \"floor\" below it")
                    .fix(format!("add [pay.liability] with clause = \"floor\", on = [\"{}\"] and least = \"-£…\"", clause.name)),
            );
        }
    }
    out
}

fn late_measures(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let Some(final_payment) = scheme.final_payment else { return Vec::new() };
    let mut out = Vec::new();
    for outcome in paid_outcomes(scheme) {
        let outcome = &scheme.outcomes[outcome];
        let known = |ends| later(later(ends, outcome.window, scheme.month_end), outcome.wait, scheme.month_end);
        let late = scheme.cohorts.iter().filter(|cohort| known(cohort.ends) > final_payment).count();
        if let Some(last) = scheme.cohorts.last()
            && late > 0
        {
            out.push(
                at(
                    opened,
                    &format!("outcome.{}", outcome.name),
                    format!("{late} of {} cohorts are measured after the final payment", scheme.cohorts.len()),
                )
                .read(format!(
                    "the last cohort's result is known on {}, and the final payment is on {final_payment}",
                    known(last.ends)
                ))
                .expected("every paid cohort's window and wait to end before the final payment")
                .fix("end the cohorts earlier or move final_payment"),
            );
        }
    }
    out
}
