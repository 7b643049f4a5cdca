//! Perverse incentives that the rules alone show: a worse result can pay more than a better one, or missing a gate can pay more
//! than passing it. A contract may have such a rule; `check` warns about what it can do.
//!
//! What a single clause pays for its own outcome never falls as the result improves, apart from the few rules listed here. The
//! same is true of several clauses together if each clause that refers to the money of others refers to whole groups: to
//! everything that an earlier limit covers and to the limit itself, or to none of it.

use crate::clauses::{Clause, TakenBack};
use crate::gate::MetIn;
use crate::scheme::Scheme;
use crate::scheme_file;
use crate::terms::{Intake, MeasuredOver, OutcomeKind, Per, ReportedBy};
use base::problem::Problem;
use base::scheme_files::SchemeFiles;

/// A warning for every rule under which less can earn more.
#[must_use]
pub fn warnings(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let mut out = Vec::new();
    for (position, clause) in scheme.clauses.iter().enumerate() {
        let place = |what: String| scheme_file::warning(files, &format!("pay.{}", clause.name), what);
        out.extend(clause.terms.rewards_worse_results(scheme).map(|what| {
            place(what)
                .expected("more money for better results, and less for worse ones")
                .fix("check `better` of the outcome, or use another kind of clause")
        }));
        out.extend(divided_by_the_affected(scheme, clause).map(|name| {
            place(format!("`{name}` is divided by the people it happens to, so more people with few events each can pay more"))
                .expected("per = \"person\", or a separate price for the people too")
                .fix("divide by everyone served (per = \"person\"), or add a clause that pays for the people it happens to")
        }));
        if clause.terms.gate_avoids_deductions() {
            out.push(
                place(
                    "missing the gate can pay more than passing it, because deductions are only made beyond the gate".to_owned(),
                )
                .read("a gate, and counts_from = \"baseline\"")
                .expected("a gate for payments only, or deductions that need no gate")
                .fix("drop the gate, or count from nothing, or use a tariff, whose gate applies both ways"),
            );
        }
        if let Some(name) = ratcheted(scheme, clause) {
            out.push(
                place(format!("a better year of `{name}` raises the baseline of later years, and can cost more than it earns"))
                    .read("`ratchet` in its baseline")
                    .expected("a baseline that stays, or a share so small that no later year outweighs the first")
                    .fix("remove `ratchet`, or run the stress test to see what it costs"),
            );
        }
        if let Some(who) = can_empty_a_segment(scheme, clause).filter(|_| counts_segments(clause)) {
            out.push(
                place(format!("a segment in which nobody is measured is left out of the gate, and {who}"))
                    .read("a gate that must be met in each segment")
                    .expected("people in each segment who count, whatever the provider decides")
                    .fix("write intake = \"everyone\" and take segments from records, or set the gate for all segments together"),
            );
        }
        for earlier in 0..position {
            let found = part_of_a_limit(scheme, earlier, position).or_else(|| share_of_what_is_gone(scheme, earlier, position));
            if let Some(what) = found {
                out.push(
                    place(what)
                        .read(format!("`{}` and `{}`", scheme.clauses[earlier].name, clause.name))
                        .expected("a clause that refers to everything the earlier one limits or takes back and to that clause itself, or to none of it")
                        .fix("name the same clauses in both, and the earlier clause in the later one, over the same time"),
                );
            }
        }
    }
    out
}

/// Whether a clause has a gate that must be met in each segment by itself, or in several of them.
fn counts_segments(clause: &Clause) -> bool {
    clause.gates().iter().any(|gate| gate.met_in == MetIn::EachSegment)
}

/// How the provider can see to it that nobody counts in a segment.
fn can_empty_a_segment(scheme: &Scheme, clause: &Clause) -> Option<&'static str> {
    let excepts = |outcome: usize| scheme.exceptions(outcome).is_some_and(|from| from.reported_by == ReportedBy::Provider);
    match (scheme.intake, scheme.segments_set_by) {
        (Intake::ProviderChooses | Intake::AfterAssessment, _) => Some("the provider decides who counts"),
        (Intake::Everyone, ReportedBy::Provider) => Some("the provider says which segment people are in"),
        (Intake::Everyone, ReportedBy::Records) => {
            clause.gates().iter().any(|gate| excepts(gate.outcome)).then_some("the provider says who is excepted from it")
        }
    }
}

/// The outcomes that a clause compares with their baselines or with plain levels: its own, and those of its gates.
fn compared(clause: &Clause) -> impl Iterator<Item = usize> {
    clause.terms.compared_outcome().into_iter().chain(clause.gates().into_iter().map(|gate| gate.outcome))
}

/// The outcome of a clause that compares events with the number of people they happen to.
fn divided_by_the_affected<'a>(scheme: &'a Scheme, clause: &Clause) -> Option<&'a str> {
    let mut outcomes = compared(clause).map(|at| &scheme.outcomes[at]);
    let found = outcomes.find(|outcome| matches!(outcome.kind, OutcomeKind::Frequency { per: Per::Affected, .. }));
    found.map(|outcome| outcome.name.as_str())
}

/// The outcome of a clause whose baseline follows the results, where there is a later year for it to move.
fn ratcheted<'a>(scheme: &'a Scheme, clause: &Clause) -> Option<&'a str> {
    // A plain level stays where it is, whatever the baseline does.
    let gates = clause.gates().into_iter().filter(|gate| gate.has_baseline()).map(|gate| gate.outcome);
    let mut compared = clause.terms.compared_outcome().into_iter().chain(gates);
    let moved = compared.find(|&at| scheme.outcomes[at].ratchet.0 != 0).filter(|_| scheme.years() > 1);
    moved.map(|at| scheme.outcomes[at].name.as_str())
}

/// Whether a clause refers to a part of what an earlier one limits together. Then a result can gain in one what it loses in the
/// other, twice.
fn part_of_a_limit(scheme: &Scheme, earlier: usize, later: usize) -> Option<String> {
    let (first, second) = (&scheme.clauses[earlier], &scheme.clauses[later]);
    let (limited, counted) = (first.terms.refers_to(), second.terms.refers_to());
    if limited.is_empty() || counted.is_empty() {
        return None;
    }
    let group = || limited.iter().copied().chain([earlier]);
    let shared = group().filter(|at| counted.contains(at)).count();
    if shared == 0 {
        return None;
    }
    // What several clauses take back of the same money is limited by what is left of it.
    let both_share = first.terms.takes_of_what_is_left().is_some() && second.terms.takes_of_what_is_left().is_some();
    let name = |at: usize| scheme.clauses[at].name.as_str();
    if shared < limited.len() + 1 && !both_share {
        let missing = group().find(|at| !counted.contains(at)).map_or("", name);
        return Some(format!(
            "`{}` counts part of what `{}` limits, but not `{missing}`, so a worse result can pay more",
            second.name, first.name
        ));
    }
    let (first_over, second_over) = (first.terms.measured_over()?, second.terms.measured_over()?);
    finer(scheme, second_over, first_over).then(|| {
        format!(
            "`{}` is measured over less time than `{}`, which it counts, so a worse result can pay more",
            second.name, first.name
        )
    })
}

/// Whether two clauses that take back a share of the same money, or one that takes a share and one that takes amounts, may together take
/// back more than a better result brings. Each takes its part of what was paid before anything was taken back. Where that is gone, the
/// part comes out of other money: that of other clauses, of other times, or what covers the costs.
fn share_of_what_is_gone(scheme: &Scheme, earlier: usize, later: usize) -> Option<String> {
    let (first, second) = (&scheme.clauses[earlier], &scheme.clauses[later]);
    let (of_first, of_second) = (first.terms.refers_to(), second.terms.refers_to());
    let takes = |at: usize| {
        let terms = &scheme.clauses[at].terms;
        let of_the_same = terms.refers_to().iter().any(|of| of_second.contains(of)) && !of_second.contains(&at);
        terms.takes_of_what_is_left().filter(|_| of_the_same)
    };
    let (one, other) = (takes(earlier)?, second.terms.takes_of_what_is_left()?);
    let part = |taken: TakenBack| match taken {
        TakenBack::Amounts => 1.0,
        TakenBack::Share(share) => share.as_f64(),
    };
    let together: f64 = (0..later).filter_map(takes).map(part).sum::<f64>() + part(other);
    let same_clauses = of_first.len() == of_second.len() && of_first.iter().all(|of| of_second.contains(of));
    let same_times = first.terms.measured_over()?.periods(scheme) == second.terms.measured_over()?.periods(scheme);
    let found = match (one, other) {
        // Amounts, within what is left, never take more than a better result brings.
        (TakenBack::Amounts, TakenBack::Amounts) => false,
        (TakenBack::Share(_), TakenBack::Share(_)) => true,
        _ => !(same_clauses && same_times),
    };
    (found && together > 1.0 + 1e-9).then(|| {
        format!(
            "`{}` takes back money that `{}` may already have taken back, so a worse result can pay more",
            second.name, first.name
        )
    })
}

/// Whether one way of measuring divides the contract's cohorts more finely than another.
fn finer(scheme: &Scheme, one: MeasuredOver, other: MeasuredOver) -> bool {
    one.periods(scheme) > other.periods(scheme)
}
