//! Faults in the beliefs that need no simulation: in go the files, the scheme and the assumptions read from them, out come warnings.
//! They stand apart from reading because a scenario is read again for every scenario, and only `check` asks for them.

use base::literal::{Literal as _, Points};
use base::money::Rate;
use base::opened::Opened;
use base::problem::Problem;
use contract::Scheme;
use contract::clauses::Rule;

use super::{ASSUMPTIONS_FILE, Assumptions, Intended};
use crate::people::{Chances, people};

/// Shares of the people that differ by less than this are taken for the same, rounded.
const ROUNDING: f64 = 0.005;

/// Everything a careful reader of the beliefs would ask about.
#[must_use]
pub fn warnings(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions) -> Vec<Problem> {
    let mut out = Vec::new();
    out.extend(other_shares(opened, scheme, assumptions));
    out.extend(more_undone_than_done(opened, scheme, assumptions));
    out.extend(aim_beyond_reach(opened, scheme, assumptions));
    out
}

/// A warning at a table or key of the assumptions file, such as "intended".
fn at(opened: &Opened, path: &str, what: String) -> Problem {
    Problem { span: opened.span_of(ASSUMPTIONS_FILE, path), ..Problem::file(ASSUMPTIONS_FILE, what) }.warning()
}

/// People expected in each of the contract's segments, over all areas and cohorts.
pub(super) fn expected_by_segment(scheme: &Scheme) -> Vec<f64> {
    let in_segment = |segment: usize| -> i64 {
        let areas = 0..scheme.areas.len();
        areas.flat_map(|area| scheme.cohorts.iter().map(move |cohort| scheme.people.at(area, segment, cohort.year).0)).sum()
    };
    (0..scheme.segments.len()).map(|segment| in_segment(segment) as f64).collect()
}

/// Where the contract gives people by segment, shares only divide each of those; a file whose shares say otherwise was meant
/// otherwise.
fn other_shares(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions) -> Option<Problem> {
    if !scheme.people.by_segment() || scheme.segments.len() < 2 {
        return None;
    }
    let expected = expected_by_segment(scheme);
    let total: f64 = expected.iter().sum();
    let said = |at: usize| assumptions.segments.iter().filter(|s| s.priced_as == at).map(|s| s.share).sum::<f64>();
    let differs = (0..expected.len()).any(|at| (said(at) - expected[at] / total.max(1.0)).abs() > ROUNDING);
    let list = |share: &dyn Fn(usize) -> f64| -> String {
        let one = |at: usize| format!("{} {:.1} %", scheme.segments[at], 100.0 * share(at));
        (0..expected.len()).map(one).collect::<Vec<_>>().join(", ")
    };
    differs.then(|| {
        at(opened, "people", "the shares by contract segment are not those of the people the contract expects".to_owned())
            .read(list(&said))
            .expected(format!("{}, as `people` in scheme.toml has it", list(&|at| expected[at] / total.max(1.0))))
            .fix("the contract's people are used, and shares only divide each of its segments; correct whichever is wrong")
    })
}

/// What a clawback takes back cannot happen to more people than the result it undoes.
fn more_undone_than_done(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions) -> Vec<Problem> {
    let mut out = Vec::new();
    for clause in &scheme.clauses {
        let Rule::Clawback(clawback) = &clause.rule else { continue };
        let results = clawback.of.iter().filter_map(|&of| scheme.clauses[of].outcome());
        let mut results: Vec<usize> = results.map(|at| scheme.outcomes[at].base(at)).collect();
        results.dedup();
        if results.is_empty() || !scheme.outcomes[clawback.outcome].is_binary() {
            continue;
        }
        let chances = Chances::of(scheme, assumptions, &people(scheme, assumptions)[0]);
        let beyond = |segment: &usize| {
            let most = results.iter().map(|&at| chances.now(at, *segment)).fold(0.0, f64::max);
            chances.now(clawback.outcome, *segment) > most + 1e-9
        };
        let Some(segment) = (0..assumptions.segments.len()).find(beyond) else { continue };
        let undone = &scheme.outcomes[clawback.outcome].name;
        let among =
            if assumptions.segments.len() > 1 { format!(" among {}", assumptions.segments[segment].name) } else { String::new() };
        let percent = |at: usize| Rate::from_f64((chances.now(at, segment) * 1e3).round() / 1e3);
        let done: Vec<String> = results.iter().map(|&at| format!("{} {}", scheme.outcomes[at].name, percent(at))).collect();
        out.push(
            at(opened, &format!("outcome.{undone}.now"), format!("`{undone}` happens to more people than what it undoes{among}"))
                .read(format!("{undone} {}; {}", percent(clawback.outcome), done.join(", ")))
                .expected("a chance among all people, not among those with the result: at most that of the result")
                .fix("multiply the chance among those with the result by the chance of the result"),
        );
    }
    out
}

/// An aim that no money reaches makes every provider look as if it drifted.
fn aim_beyond_reach(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions) -> Option<Problem> {
    let Intended::Aim { outcome, better_by } = assumptions.intended else { return None };
    let sign = scheme.outcomes[outcome].sign() as f64;
    let reach = |area: usize| -> f64 {
        let people = &people(scheme, assumptions)[area];
        let chances = Chances::of(scheme, assumptions, people);
        let all = vec![1e12; chances.helps.len() * assumptions.segments.len()];
        let moved = |segment: usize| sign * (chances.with(outcome, segment, &all) - chances.now(outcome, segment));
        let sum: f64 = (0..assumptions.segments.len()).map(|segment| people.in_segment(segment) as f64 * moved(segment)).sum();
        sum / people.count().max(1) as f64
    };
    let (area, reach) = (0..scheme.areas.len()).map(|area| (area, reach(area))).min_by(|a, b| a.1.total_cmp(&b.1))?;
    let place = if scheme.areas.len() > 1 { format!(" in {}", scheme.areas[area]) } else { String::new() };
    // What all the money in the assumptions would reach is not an aim that money can be spent on either.
    (better_by >= reach).then(|| {
        let points = |proportion: f64| Points(Rate::from_f64((proportion * 1e3).round() / 1e3)).words();
        at(opened, "intended.aim", format!("the aim is beyond what help can move{place}"))
            .read(points(better_by))
            .expected(format!("less than {}, which is what all kinds of help together move at any cost", points(reach)))
            .fix("lower the aim, or check `moves` under [help.NAME]: it is the most that money can do")
    })
}
