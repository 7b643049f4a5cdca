//! Problems of assumptions that contradict the contract or each other, without a simulation. They are separate from reading, because
//! the files are read again for every scenario, and these are asked of the numbers as stated.

use base::literal::{Literal as _, Points};
use base::money::Rate;
use base::problem::Problem;
use base::scheme_files::SchemeFiles;
use contract::{SCHEME_FILE, Scheme, cap_reach};

use crate::assumptions::{ASSUMPTIONS_FILE, Assumptions, Intended, expected_by_segment};
use crate::current_rates::current_rates;
use crate::people::{Chances, people};

/// Shares of the people that differ by less than this count as the same, rounded.
const ROUNDING: f64 = 0.005;

/// Errors where the assumptions as stated cannot be simulated, and warnings about what a careful reader would ask.
#[must_use]
pub fn problems(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Vec<Problem> {
    if let Some(nobody) = nobody_comes(opened, scheme, assumptions) {
        return vec![nobody];
    }
    let mut out = Vec::new();
    out.extend(more_help_than_results(opened, scheme, assumptions));
    out.extend(other_shares(opened, scheme, assumptions));
    out.extend(more_undone_than_done(opened, scheme, assumptions));
    out.extend(aim_beyond_reach(opened, scheme, assumptions));
    out.extend(parts_of_others(opened, scheme, assumptions));
    out.extend(renewal_that_nobody_moves(opened, scheme, assumptions));
    out.extend(cap_reach::reached_today(scheme, opened, &|area| current_rates(scheme, assumptions, area)));
    out
}

/// Without people there is nothing to test.
fn nobody_comes(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Option<Problem> {
    let nobody = people(scheme, assumptions).iter().all(|area| area.count() == 0);
    nobody.then(|| {
        let span = opened.span_of(SCHEME_FILE, "cohorts.people");
        Problem { span, ..Problem::file(SCHEME_FILE, "nobody is expected, so there is nothing to test".to_owned()) }
            .read("0 people in all cohorts")
            .expected("at least one person in some cohort")
            .fix("write the number of people that the contract expects")
    })
}

/// How far today's chance may be from what today's help leads to, through rounding.
const NOT_REACHED: f64 = 0.0005;

/// Without today's help nobody would have a better result than everybody, or a worse one than nobody. Where today's help does more than
/// that, it cannot have led to today's results, and the test would put other results in their place.
fn more_help_than_results(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Vec<Problem> {
    let mut out = Vec::new();
    let areas: Vec<Chances> = people(scheme, assumptions).iter().map(|area| Chances::of(scheme, assumptions, area)).collect();
    for outcome in (0..scheme.outcomes.len()).filter(|&at| scheme.outcomes[at].is_binary()) {
        let found = areas.iter().find_map(|chances| {
            let today: Vec<f64> = chances.helps.iter().flatten().map(|help| help.spent_now).collect();
            (0..assumptions.segments.len()).find_map(|segment| {
                let (now, with) = (chances.now(outcome, segment), chances.with(outcome, segment, &today));
                ((with - now).abs() > NOT_REACHED).then_some((segment, now, with))
            })
        });
        let Some((segment, now, with)) = found else { continue };
        let name = &scheme.outcomes[outcome].name;
        let percent = |share: f64| Rate::from_f64((share * 1e3).round() / 1e3);
        let what = format!(
            "today's help cannot have led to today's `{name}` of people in segment {}",
            risks::quoted(&assumptions.segments[segment].name)
        );
        out.push(
            error_at(opened, &format!("outcome.{name}"), what)
                .read(format!(
                    "{} today, and what is spent on help today leads to {}, whatever happens without it",
                    percent(now),
                    percent(with)
                ))
                .expected("help that moves no more people than there are with the result today")
                .fix("lower `spent_now` or `moves` under [help.NAME], or correct `now`"),
        );
    }
    out
}

/// A next contract that is decided by an outcome which no help moves gives the provider no reason to do anything.
fn renewal_that_nobody_moves(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Option<Problem> {
    let renewal = assumptions.renewal?;
    let moved = people(scheme, assumptions).iter().any(|area| {
        let chances = Chances::of(scheme, assumptions, area);
        let helps = 0..chances.helps.len();
        helps.clone().any(|help| (0..area.segments).any(|segment| chances.reach(renewal.outcome, help, segment) > 0.0))
    });
    let flat = renewal.each_point == 0.0 || renewal.worth == 0.0;
    let name = &scheme.outcomes[renewal.outcome].name;
    let (what, read) = match (moved, flat) {
        (true, false) => return None,
        (_, true) => (
            "the next contract changes nothing that the provider does".to_owned(),
            "a contract that is worth nothing, or a chance that does not follow from results".to_owned(),
        ),
        (false, false) => (
            format!("the next contract is decided by `{name}`, and no help makes `{name}` better"),
            format!("no [help.NAME] that moves `{name}`"),
        ),
    };
    Some(
        at(opened, "renewal", what)
            .read(read)
            .expected("a worth, a chance that rises with results, and an outcome that the provider can make better")
            .fix("name another outcome, correct the numbers, or remove [renewal]"),
    )
}

/// A part of another outcome cannot happen more often than the whole, and its worth must not be counted twice.
fn parts_of_others(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Vec<Problem> {
    let mut out = Vec::new();
    let parts = scheme.outcomes.iter().enumerate().filter_map(|(part, outcome)| Some((part, outcome.part_of?)));
    for (part, whole) in parts {
        let (name, of) = (&scheme.outcomes[part].name, &scheme.outcomes[whole].name);
        let value = |at: usize| assumptions.outcomes[at].value;
        if value(part) > 0.0 && value(whole) > 0.0 && !assumptions.outcomes[part].value_is_beyond_whole {
            let what = format!("a result in `{name}` is also one in `{of}`, and both have a value: both count for it");
            out.push(
                at(opened, &format!("outcome.{name}.value"), what)
                    .read(format!("{} and {}", risks::pounds(value(part)), risks::pounds(value(whole))))
                    .expected("a value for the part that is what it is worth beyond the whole")
                    .fix(
                        "if the value of the part includes that of the whole, subtract it. If it is beyond the whole already, say so: \
                         value_is_beyond_whole = true",
                    ),
            );
        }
        for area in people(scheme, assumptions) {
            let chances = Chances::of(scheme, assumptions, &area);
            let more = (0..area.segments).find(|&segment| chances.now(part, segment) > chances.now(whole, segment) + 1e-9);
            if let Some(segment) = more {
                let rate = |outcome: usize| Rate::from_f64(chances.now(outcome, segment));
                let what = format!("`{name}` is a part of `{of}` and happens more often");
                out.push(
                    at(opened, &format!("outcome.{name}"), what)
                        .read(format!("{} and {} in {}", rate(part), rate(whole), assumptions.segments[segment].name))
                        .expected("a chance of the part that is at most that of the whole")
                        .fix("correct one of the two chances"),
                );
                break;
            }
        }
    }
    out
}

/// An error at a table or key of the assumptions file, such as "intended".
fn error_at(opened: &SchemeFiles, path: &str, what: String) -> Problem {
    Problem { span: opened.span_of(ASSUMPTIONS_FILE, path), ..Problem::file(ASSUMPTIONS_FILE, what) }
}

/// A warning at such a place.
fn at(opened: &SchemeFiles, path: &str, what: String) -> Problem {
    error_at(opened, path, what).warning()
}

/// Where the contract gives people by segment, shares only divide each of those. Shares that differ from the contract's are probably a
/// mistake.
fn other_shares(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Option<Problem> {
    if !scheme.people.by_segment() || scheme.segments.len() < 2 {
        return None;
    }
    let expected = expected_by_segment(scheme);
    let total: f64 = expected.iter().sum();
    let said = |at: usize| assumptions.segments.iter().filter(|s| s.priced_as == at).map(|s| s.share).sum::<f64>();
    let differs = (0..expected.len()).any(|at| (said(at) - expected[at] / total.max(1.0)).abs() > ROUNDING);
    let list = |share: &dyn Fn(usize) -> f64| -> String {
        let one = |at: usize| format!("{} {:.1}%", scheme.segments[at], 100.0 * share(at));
        (0..expected.len()).map(one).collect::<Vec<_>>().join(", ")
    };
    differs.then(|| {
        at(
            opened,
            "people",
            "the shares by contract segment differ from those of the people whom the contract expects".to_owned(),
        )
        .read(list(&said))
        .expected(format!("{}, as `people` in scheme.toml has it", list(&|at| expected[at] / total.max(1.0))))
        .fix("we use the contract's people, and shares only divide each of its segments. Correct whichever is wrong")
    })
}

/// What a clawback takes back cannot happen to more people than the result it undoes.
fn more_undone_than_done(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Vec<Problem> {
    let mut out = Vec::new();
    for clause in &scheme.clauses {
        let Some(undone_by) = clause.terms.undone_by() else { continue };
        let results = clause.terms.refers_to().iter().filter_map(|&of| scheme.clauses[of].outcome());
        let mut results: Vec<usize> = results.map(|at| scheme.outcomes[at].base(at)).collect();
        results.dedup();
        if results.is_empty() || !scheme.outcomes[undone_by].is_binary() {
            continue;
        }
        let chances = Chances::of(scheme, assumptions, &people(scheme, assumptions)[0]);
        let beyond = |segment: &usize| {
            let most = results.iter().map(|&at| chances.now(at, *segment)).fold(0.0, f64::max);
            chances.now(undone_by, *segment) > most + 1e-9
        };
        let Some(segment) = (0..assumptions.segments.len()).find(beyond) else { continue };
        let undone = &scheme.outcomes[undone_by].name;
        let among = if assumptions.segments.len() > 1 {
            format!(" in segment {}", risks::quoted(&assumptions.segments[segment].name))
        } else {
            String::new()
        };
        let percent = |at: usize| Rate::from_f64((chances.now(at, segment) * 1e3).round() / 1e3);
        let done: Vec<String> = results.iter().map(|&at| format!("{} {}", scheme.outcomes[at].name, percent(at))).collect();
        out.push(
            at(opened, &format!("outcome.{undone}.now"), format!("`{undone}` happens to more people than what it undoes{among}"))
                .read(format!("{undone} {}; {}", percent(undone_by), done.join(", ")))
                .expected("a chance among all people, not among those with the result: at most that of the result")
                .fix("multiply the chance among those with the result by the chance of the result"),
        );
    }
    out
}

/// An aim that no amount of money reaches makes every provider look as if it drifted.
fn aim_beyond_reach(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions) -> Option<Problem> {
    let Intended::Aim { outcome, better_by } = assumptions.intended else { return None };
    let sign = scheme.outcomes[outcome].sign() as f64;
    let areas = people(scheme, assumptions);
    let reach = |area: usize| -> f64 {
        let people = &areas[area];
        let chances = Chances::of(scheme, assumptions, people);
        let all = vec![1e12; chances.helps.len() * assumptions.segments.len()];
        let moved = |segment: usize| sign * (chances.with(outcome, segment, &all) - chances.now(outcome, segment));
        let sum: f64 = (0..assumptions.segments.len()).map(|segment| people.in_segment(segment) as f64 * moved(segment)).sum();
        sum / people.count().max(1) as f64
    };
    let (area, reach) = (0..scheme.areas.len()).map(|area| (area, reach(area))).min_by(|a, b| a.1.total_cmp(&b.1))?;
    let place = if scheme.areas.len() > 1 { format!(" in {}", scheme.areas[area]) } else { String::new() };
    // An aim that only unlimited money would reach cannot be met either.
    (better_by >= reach).then(|| {
        let points = |proportion: f64| Points(Rate::from_f64((proportion * 1e3).round() / 1e3)).words();
        at(opened, "intended.aim", format!("the aim is beyond what help can move{place}"))
            .read(points(better_by))
            .expected(format!("less than {}, which is what all kinds of help together move at any cost", points(reach)))
            .fix("lower the aim, or check `moves` under [help.NAME]: it is the most that money can do")
    })
}
