//! Faults that can be seen in the rules alone, before anything is simulated.

use crate::cap_reach;
use crate::clauses::Clause;
use crate::exceptions::Exceptions;
use crate::explain::{PaymentLevel, expected_tally, payment_table, tally_at};
use crate::perverse_incentives;
use crate::price;
use crate::scheme::Scheme;
use crate::scheme_file::warning;
use crate::tally::Tally;
use crate::terms::{Baseline, Better, ReportedBy};
use base::english::plural;
use base::literal::{Change, Literal as _};
use base::money::Pence;
use base::problem::Problem;
use base::scheme_files::SchemeFiles;

/// A step in the payment this large, as a share of all that is paid, is called a cliff.
const CLIFF_SHARE: f64 = 0.02;

/// The most cells, clauses and outcomes that are computed in total for one outcome.
const MAX_WORK: usize = 20_000_000;

/// Everything a careful reader of the rules would ask about.
#[must_use]
pub fn warnings(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    out.extend(falls_as_outcomes_improve(scheme, files));
    out.extend(cliffs(scheme, files));
    out.extend(unreachable_levels(scheme, files));
    out.extend(uncapped_liability(scheme, files));
    out.extend(late_measures(scheme, files));
    out.extend(assumed_baselines(scheme, files));
    out.extend(unlimited_exceptions(scheme, files));
    out.extend(paid_twice(scheme, files));
    out.extend(cap_reach::warnings(scheme, files));
    out.extend(perverse_incentives::warnings(scheme, files));
    out
}

/// What is paid at each level of an outcome, from far worse to far better in small steps.
fn levels_of(scheme: &Scheme, outcome: usize) -> Vec<PaymentLevel> {
    let expected = expected_tally(scheme, 0, None);
    // A contract with very many cohorts, segments and clauses is checked at fewer levels, so that checking takes seconds at most.
    let work = expected.people.len() * (scheme.clauses.len() + 1) * (scheme.outcomes.len() + 1);
    let fineness = (MAX_WORK / work.max(1)).clamp(1, 120) as i32;
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

fn falls_as_outcomes_improve(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    for outcome in paid_outcomes(scheme) {
        let levels = levels_of(scheme, outcome);
        // A cohort is rounded to whole people, so a fall smaller than one payment is only that rounding.
        let total = levels.iter().map(|level| level.total.0.abs()).max().unwrap_or_default();
        let worst = levels.windows(2).map(|pair| (pair[0].total.0 - pair[1].total.0, pair)).max_by_key(|(fall, _)| *fall);
        if let Some((fall, pair)) = worst
            && fall > total / 200
        {
            let name = &scheme.outcomes[outcome].name;
            out.push(
                warning(files, &format!("outcome.{name}"), format!("the payment falls as {name} improves"))
                    .read(format!(
                        "{} at {}, {} at the better {}",
                        pair[0].total,
                        rate(scheme, outcome, &pair[0]),
                        pair[1].total,
                        rate(scheme, outcome, &pair[1])
                    ))
                    .expected("a better result to pay at least as much")
                    .fix("look for a bonus, a cap or a comparison that works the wrong way round"),
            );
        }
    }
    out
}

fn rate(scheme: &Scheme, outcome: usize, level: &PaymentLevel) -> String {
    match scheme.outcomes[outcome].is_binary() {
        true => format!("{:.1}%", 100.0 * level.rate),
        false => format!("{:.3} per person", level.rate),
    }
}

fn cliffs(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    for outcome in paid_outcomes(scheme) {
        let levels = levels_of(scheme, outcome);
        let Some(scale) = levels.iter().map(|level| level.total.0.abs()).max() else { continue };
        let steps: Vec<i64> = levels.windows(2).map(|pair| pair[1].total.0 - pair[0].total.0).collect();
        let Some((at_step, &step)) = steps.iter().enumerate().max_by_key(|(_, step)| step.abs()) else { continue };
        // The step is a cliff when it is large against the contract and against its own neighbours.
        let mut others: Vec<i64> = steps.iter().map(|step| step.abs()).collect();
        others.sort_unstable();
        let typical = others[others.len() * 3 / 4];
        if step.abs() as f64 > CLIFF_SHARE * scale as f64
            && step.abs() > 5 * typical.max(1)
            && !goes_on(scheme, outcome, &levels[at_step], &levels[at_step + 1])
        {
            let clause = largest_clause(scheme, &levels[at_step], &levels[at_step + 1]);
            out.push(
                warning(
                    files,
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
                .fix(clause.terms.without_the_jump()),
            );
        }
    }
    out
}

/// Whether as many results again pay about as much again, on one side of a step or on the other. That is a price for each result, however
/// few people there are, and no cliff.
fn goes_on(scheme: &Scheme, outcome: usize, before: &PaymentLevel, after: &PaymentLevel) -> bool {
    let expected = expected_tally(scheme, 0, None);
    let (Some(low), Some(high)) =
        (tally_at(scheme, &expected, outcome, before.change), tally_at(scheme, &expected, outcome, after.change))
    else {
        return false;
    };
    let step = after.total.0 - before.total.0;
    let paid = |from: &Tally, times: i64| -> Option<i64> {
        let mut tally = from.clone();
        for at in 0..tally.counts.len() {
            for cell in 0..tally.people.len() {
                let by = times * (high.counts[at][cell] - low.counts[at][cell]);
                tally.counts[at][cell] = tally.counts[at][cell].checked_add(by).filter(|count| *count >= 0)?;
            }
        }
        Some(price::statement(scheme, &tally).1.total().0)
    };
    let about = |other: Option<i64>| other.is_some_and(|other| other.signum() == step.signum() && 2 * other.abs() >= step.abs());
    about(paid(&high, 1).map(|further| further - after.total.0)) || about(paid(&low, -1).map(|earlier| before.total.0 - earlier))
}

fn largest_clause<'a>(scheme: &'a Scheme, before: &PaymentLevel, after: &PaymentLevel) -> &'a Clause {
    let change = |clause: usize| (after.by_clause[clause].0 - before.by_clause[clause].0).abs();
    let largest = (0..scheme.clauses.len()).max_by_key(|&clause| change(clause)).unwrap_or_default();
    &scheme.clauses[largest]
}

fn unreachable_levels(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    for clause in &scheme.clauses {
        for (outcome, edge) in clause.terms.levels() {
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
                    Change::Points(points) => points.as_f64(),
                    Change::Relative(share) => share.as_f64() * rate.as_f64(),
                };
                needed < room
            });
            if !reachable {
                out.push(
                    warning(files, &format!("pay.{}", clause.name), "no result can ever reach this level".to_owned())
                        .read(edge.words())
                        .expected(format!("a level that can be reached from the baseline of {}", definition.name))
                        .fix("check whether the level is a share of the baseline or in percentage points"),
                );
            }
        }
    }
    out.extend(scheme.clauses.iter().flat_map(|clause| clause.terms.unlikely_numbers(&clause.name, scheme, files)));
    out
}

/// Clauses that pay for an outcome and for a part of it: one person's result is then paid for twice.
fn paid_twice(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    let paying = |at: usize| -> Vec<String> {
        let named = scheme.clauses.iter().filter(|clause| clause.terms.outcomes().contains(&at));
        named.map(|clause| format!("`{}`", clause.name)).collect()
    };
    for (at, part) in scheme.outcomes.iter().enumerate() {
        let mut whole = part.part_of;
        while let Some(of) = whole {
            let (parts, wholes) = (paying(at), paying(of));
            if !parts.is_empty() && !wholes.is_empty() {
                let what =
                    format!("a result in `{}` is also one in `{}`, and both are paid for", part.name, scheme.outcomes[of].name);
                out.push(
                    warning(files, &format!("outcome.{}", part.name), what)
                        .read(format!("{} for the part, {} for the whole", parts.join(", "), wholes.join(", ")))
                        .expected("each result paid once, or a price for the part that is what it is worth beyond the whole")
                        .fix("pay for one of the two, or lower the price of the part by that of the whole"),
                );
            }
            whole = scheme.outcomes[of].part_of;
        }
    }
    out
}

/// A baseline that the contract assumes, where anything is paid by it: results that would have come anyway are paid for.
fn assumed_baselines(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let assumed = scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_assumed);
    let compared = |at: usize| {
        let uses = |clause: &&Clause| {
            clause.terms.counts_from_baseline_of() == Some(at)
                || clause.gates().iter().any(|gate| gate.outcome == at && gate.has_baseline())
        };
        let named: Vec<String> = scheme.clauses.iter().filter(uses).map(|clause| format!("`{}`", clause.name)).collect();
        named.join(", ")
    };
    let problem = |(at, outcome): (usize, &crate::terms::Outcome)| {
        let what = format!("the contract assumes what would have happened to `{}` without the service", outcome.name);
        let clauses = compared(at);
        (!clauses.is_empty()).then(|| {
            warning(files, &format!("outcome.{}", outcome.name), what)
                .read(format!("a baseline that is assumed, in the payments of {clauses}"))
                .expected("a baseline that is measured: of the same people before, of people like them, or of a comparison group")
                .fix(
                    "say in assumptions.toml what you believe would happen, with its range. The stress test shows what the \
                     difference costs",
                )
        })
    };
    assumed.filter_map(problem).collect()
}

/// Exceptions that the provider reports without a limit, from an outcome that decides what is paid: it can take everybody who would not
/// have the result out of the measure.
fn unlimited_exceptions(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let paid = paid_outcomes(scheme);
    let decides = |at: usize| paid.iter().any(|&other| scheme.outcomes[other].base(other) == at);
    let unlimited = scheme.outcomes.iter().enumerate().filter(|(at, outcome)| {
        let reported = |from: &Exceptions| from.reported_by == ReportedBy::Provider && from.at_most.is_none();
        outcome.exceptions.as_ref().is_some_and(reported) && decides(*at)
    });
    let problem = |(_, outcome): (usize, &crate::terms::Outcome)| {
        let what = format!("the provider says who is excepted from `{}`, and there is no limit to how many", outcome.name);
        warning(files, &format!("outcome.{}.exceptions", outcome.name), what)
            .read("reported_by = \"provider\", and no `at_most`")
            .expected("a largest share of the people of a cohort, such as at_most = \"10%\"")
            .fix("add `at_most`, or have somebody else report the reasons (reported_by = \"records\")")
    };
    unlimited.map(problem).collect()
}

fn uncapped_liability(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    for (position, clause) in scheme.clauses.iter().enumerate() {
        let limited = scheme.clauses.iter().any(|other| other.terms.limits_debt_of(position));
        if clause.terms.deducts() && !limited {
            out.push(
                warning(files, &format!("pay.{}", clause.name), "there is no limit to what the provider can owe".to_owned())
                    .read(format!("a deduction in `{}` and no floor that covers it", clause.name))
                    .expected("a clause of kind \"floor\" below it")
                    .fix(format!("add [pay.liability] with clause = \"floor\", on = [\"{}\"] and least = \"-£…\"", clause.name)),
            );
        }
    }
    out
}

fn late_measures(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let Some(final_payment) = scheme.final_payment else { return Vec::new() };
    let mut out = Vec::new();
    for outcome in paid_outcomes(scheme) {
        let outcome = &scheme.outcomes[outcome];
        let known = |ends| outcome.known_on(ends, scheme.month_end);
        let late = scheme.cohorts.iter().filter(|cohort| known(cohort.ends) > final_payment).count();
        let are = plural(late, "is", "are");
        if let Some(last) = scheme.cohorts.last()
            && late > 0
        {
            out.push(
                warning(
                    files,
                    &format!("outcome.{}", outcome.name),
                    format!("{late} of {} cohorts {are} measured after the final payment", scheme.cohorts.len()),
                )
                .read(format!(
                    "the last cohort's result is known on {}, and the final payment is on {final_payment}",
                    known(last.ends)
                ))
                .expected("the window and the wait of every paid cohort to end before the final payment")
                .fix("end the cohorts earlier or move final_payment"),
            );
        }
    }
    out
}
