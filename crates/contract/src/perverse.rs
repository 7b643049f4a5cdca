//! Rules under which a worse result can pay more, or missing a gate can pay more than passing it, as far as the rules alone show
//! it. Whoever wants such a rule may have it; `check` says what it can do.
//!
//! What a single clause pays for its own outcome never falls as the result improves, but for the few rules listed here. What
//! several clauses pay together does not either, as long as each clause that looks at the money of others looks at whole
//! groups: all of what an earlier limit holds and the limit with it, or nothing of it.

use crate::clauses::tariff::Tariff;
use crate::clauses::{Clause, Counts, Over, Rule};
use crate::terms::{Better, Kind, Per, Scheme};
use crate::warnings::at;
use base::opened::Opened;
use base::problem::Problem;

/// A warning for every rule that can pay more for less.
#[must_use]
pub fn warnings(scheme: &Scheme, opened: &Opened) -> Vec<Problem> {
    let mut out = Vec::new();
    for (position, clause) in scheme.clauses.iter().enumerate() {
        let place = |what: String| at(opened, &format!("pay.{}", clause.name), what);
        out.extend(paid_for_the_bad(scheme, clause).map(|what| {
            place(what)
                .expected("money for better results, and less of it for worse ones")
                .fix("check `better` of the outcome, or use another kind of clause")
        }));
        out.extend(counted_by_the_affected(scheme, clause).map(|name| {
            place(format!("`{name}` is divided by the people it happens to, so that more people with few events can pay more"))
                .expected("per = \"person\", or a price for the people too")
                .fix("divide by everyone served (per = \"person\"), or pay for the people it happens to in a clause of its own")
        }));
        if gate_spares_a_debt(clause) {
            out.push(
                place("missing the gate can be better than passing it: only behind it is anything deducted".to_owned())
                    .read("a gate, and counts_from = \"baseline\"")
                    .expected("a gate before payments, or deductions that need no gate")
                    .fix("drop the gate, or count from nothing, or use a tariff, whose gate holds both ways"),
            );
        }
        if let Some(name) = moved_baseline(scheme, clause) {
            out.push(
                place(format!("a better year of `{name}` raises the baseline of later years, and can cost more than it earns"))
                    .read("`ratchet` in its baseline")
                    .expected("a baseline that stays, or a share so small that no later year outweighs the first")
                    .fix("take `ratchet` out, or see in the stress test what it costs"),
            );
        }
        for earlier in 0..position {
            if let Some(what) = halved(scheme, earlier, position) {
                out.push(
                    place(what)
                        .read(format!("`{}` and `{}`", scheme.clauses[earlier].name, clause.name))
                        .expected("a clause that looks at all of another limit's money and at the limit, or at none of it")
                        .fix("name all of these clauses in both, the earlier limit in the later one too, over the same time"),
                );
            }
        }
    }
    out
}

/// A clause that pays for what the outcome wants less of, or takes back for what it wants more of.
fn paid_for_the_bad(scheme: &Scheme, clause: &Clause) -> Option<String> {
    match &clause.rule {
        Rule::SustainmentPayment(rule)
            if rule.counts == Counts::FromNothing && scheme.outcomes[rule.outcome].better == Better::Fewer =>
        {
            Some(format!("each period of `{}` is paid for, and fewer of it is better", scheme.outcomes[rule.outcome].name))
        }
        Rule::Clawback(rule) if scheme.outcomes[rule.outcome].better == Better::More => {
            Some(format!("money is taken back for `{}`, and more of it is better", scheme.outcomes[rule.outcome].name))
        }
        _ => None,
    }
}

/// The outcome of a clause that compares events with the number of people they happen to.
fn counted_by_the_affected<'a>(scheme: &'a Scheme, clause: &Clause) -> Option<&'a str> {
    let own = match &clause.rule {
        Rule::Tariff(_) | Rule::Bonus(_) => clause.outcome(),
        _ => None,
    };
    let outcomes = own.into_iter().chain(clause.gates().into_iter().map(|gate| gate.outcome));
    let outcome = outcomes.map(|at| &scheme.outcomes[at]);
    outcome.filter(|outcome| matches!(outcome.kind, Kind::Frequency { per: Per::Affected, .. })).map(|o| o.name.as_str()).next()
}

fn gate_spares_a_debt(clause: &Clause) -> bool {
    matches!(&clause.rule, Rule::OutcomePayment(rule) if rule.gate.is_some() && rule.counts == Counts::FromBaseline)
}

/// The outcome of a clause whose baseline follows the results, where there is a later year for it to move.
fn moved_baseline<'a>(scheme: &'a Scheme, clause: &Clause) -> Option<&'a str> {
    let own = match &clause.rule {
        Rule::Tariff(_) | Rule::Bonus(_) => clause.outcome(),
        _ => None,
    };
    let mut outcomes = own.into_iter().chain(clause.gates().into_iter().map(|gate| gate.outcome));
    let moved = outcomes.find(|&at| scheme.outcomes[at].ratchet.0 != 0).filter(|_| scheme.years() > 1);
    moved.map(|at| scheme.outcomes[at].name.as_str())
}

/// Whether a clause looks at a part of what an earlier one holds together; then a result can gain in one what it loses in the
/// other, twice.
fn halved(scheme: &Scheme, earlier: usize, later: usize) -> Option<String> {
    let (first, second) = (&scheme.clauses[earlier], &scheme.clauses[later]);
    let (held, looks_at) = (first.rule.refers_to(), second.rule.refers_to());
    if held.is_empty() || looks_at.is_empty() {
        return None;
    }
    let group = || held.iter().copied().chain([earlier]);
    let shared = group().filter(|at| looks_at.contains(at)).count();
    // What several clauses take back of the same money is limited by what is left of it.
    let takers = |rule: &Rule| matches!(rule, Rule::ShareAtRisk(_) | Rule::Clawback(_));
    if shared == 0 {
        return None;
    }
    let name = |at: usize| scheme.clauses[at].name.as_str();
    if shared < held.len() + 1 && !(takers(&first.rule) && takers(&second.rule)) {
        let missing = group().find(|at| !looks_at.contains(at)).map_or("", name);
        return Some(format!(
            "`{}` counts a part of what `{}` limits, without `{missing}`, so a worse result can pay more",
            second.name, first.name
        ));
    }
    let (first_over, second_over) = (over(&first.rule)?, over(&second.rule)?);
    finer(scheme, second_over, first_over).then(|| {
        format!(
            "`{}` is measured over less time than `{}`, which it counts, so a worse result can pay more",
            second.name, first.name
        )
    })
}

fn over(rule: &Rule) -> Option<Over> {
    match rule {
        Rule::Tariff(Tariff { over, .. }) => Some(*over),
        Rule::ShareAtRisk(rule) => Some(rule.over),
        Rule::Clawback(rule) => Some(rule.over),
        Rule::Cap(rule) => Some(rule.over),
        Rule::Floor(rule) => Some(rule.over),
        _ => None,
    }
}

/// Whether one way of measuring parts the contract's cohorts more finely than another.
fn finer(scheme: &Scheme, one: Over, other: Over) -> bool {
    let parts = |over: Over| match over {
        Over::EachCohort => scheme.cohorts.len(),
        Over::EachYear => {
            let years: std::collections::BTreeSet<usize> = scheme.cohorts.iter().map(|cohort| cohort.year).collect();
            years.len()
        }
        Over::AllCohorts => 1,
    };
    parts(one) > parts(other)
}
