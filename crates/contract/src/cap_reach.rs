//! Whether a cap can change what is paid: one that is never reached limits nothing, and one that is reached without any improvement
//! pays for none. Both are usually a cap for one person, or for another time, in the place of one for everybody together.

use std::ops::Range;

use crate::clauses::{Clause, ClauseTerms};
use crate::explain::{CurrentRates, expected_tally};
use crate::price;
use crate::scheme::Scheme;
use crate::scheme_file::warning;
use crate::tally::Tally;
use crate::terms::{Baseline, Better, MeasuredOver, OutcomeKind};
use base::money::Pence;
use base::problem::Problem;
use base::scheme_files::SchemeFiles;

/// The most areas, cells, clauses and outcomes that are priced in total.
const MAX_WORK: usize = 20_000_000;

const ELSEWHERE: &str = "A cap limits all people together: \"What cannot be said here\" in docs/scheme-file.md has what comes near a \
                         cap for each person";

/// A warning for each cap that no results can reach, and for each that is reached where nothing improves.
pub(crate) fn warnings(scheme: &Scheme, files: &SchemeFiles) -> Vec<Problem> {
    let caps = caps(scheme);
    if caps.is_empty() {
        return Vec::new();
    }
    let best: Option<Vec<Vec<Capped>>> =
        areas(scheme).map(|area| best_tally(scheme, area).map(|tally| capped(scheme, &tally, &caps))).collect();
    let unimproved = always_reached(scheme, &caps, &|area| unimproved_tally(scheme, area));
    let problem = |(at, &clause): (usize, &usize)| {
        if let Some(best) = &best
            && best.iter().all(|area| !area[at].is_ever_reached)
        {
            let most = best.iter().map(|area| area[at].most).max().unwrap_or_default();
            let what = "cannot be reached by the people who are expected";
            return Some(
                told(scheme, files, clause, what, &format!("and the best results of everybody bring {most}"))
                    .expected("a cap below the most that its clauses can pay")
                    .fix(format!("lower the cap, or keep it for the case that more people come. {ELSEWHERE}")),
            );
        }
        unimproved[at].then(|| reached(scheme, files, clause, "with every result at its baseline"))
    };
    caps.iter().enumerate().filter_map(problem).collect()
}

/// A warning for each cap that is reached with results as they are today, where the baselines alone do not say so. `today` gives the
/// rates of an area.
#[must_use]
pub fn reached_today(scheme: &Scheme, files: &SchemeFiles, today: &dyn Fn(usize) -> CurrentRates) -> Vec<Problem> {
    let caps = caps(scheme);
    let unimproved = always_reached(scheme, &caps, &|area| unimproved_tally(scheme, area));
    let now = always_reached(scheme, &caps, &|area| expected_tally(scheme, area, Some(&today(area))));
    let only_today = caps.iter().zip(unimproved.iter().zip(&now)).filter(|(_, (unimproved, now))| **now && !**unimproved);
    only_today
        .map(|(&clause, _)| reached(scheme, files, clause, "with results at their baselines or as they are today"))
        .collect()
}

/// The positions of the caps; none where they cannot be judged.
fn caps(scheme: &Scheme) -> Vec<usize> {
    // A limit that takes back is a cap, and the other kind of limit is a floor.
    let is_cap = |clause: &Clause| clause.terms.is_limit() && clause.terms.takes_back();
    let cells = scheme.cohorts.len() * scheme.segments.len();
    let work = areas(scheme).len() * cells * (scheme.clauses.len() + 1) * (scheme.outcomes.len() + 1);
    // The rules do not say what the costs are by which something is paid.
    if work > MAX_WORK || scheme.costs_decide_payments() {
        return Vec::new();
    }
    (0..scheme.clauses.len()).filter(|&at| is_cap(&scheme.clauses[at])).collect()
}

fn areas(scheme: &Scheme) -> Range<usize> {
    0..scheme.areas.len().max(1)
}

/// For each cap, whether every area reaches it in every period.
fn always_reached(scheme: &Scheme, caps: &[usize], tally: &dyn Fn(usize) -> Tally) -> Vec<bool> {
    let mut always = vec![true; caps.len()];
    for area in areas(scheme).filter(|_| !caps.is_empty()) {
        let found = capped(scheme, &tally(area), caps);
        always.iter_mut().zip(found).for_each(|(always, capped)| *always &= capped.is_always_reached);
    }
    always
}

fn reached(scheme: &Scheme, files: &SchemeFiles, clause: usize, when: &str) -> Problem {
    told(scheme, files, clause, "is reached where nothing improves, so no improvement is paid for", when)
        .expected("a cap above what is paid where nothing improves")
        .fix(format!("raise the cap. {ELSEWHERE}"))
}

/// "the cap `most` is reached …", with its amount and what belongs to it.
fn told(scheme: &Scheme, files: &SchemeFiles, clause: usize, what: &str, and: &str) -> Problem {
    let Clause { name, terms, .. } = &scheme.clauses[clause];
    let over = terms.measured_over().map_or("", MeasuredOver::words);
    warning(files, &format!("pay.{name}"), format!("the cap `{name}` {what}"))
        .read(format!("{} over {over}, {and}", amounts(terms)))
}

/// The amount of a cap, or the smallest and the largest of them.
fn amounts(terms: &ClauseTerms) -> String {
    let values = || terms.amounts().into_iter().flat_map(|(_, most)| most.values().iter().map(|most| most.0).collect::<Vec<_>>());
    let (low, high) = (Pence(values().min().unwrap_or_default()), Pence(values().max().unwrap_or_default()));
    if low == high { format!("at most {low}") } else { format!("at most {low} to {high}") }
}

/// What one tally does to one cap.
struct Capped {
    is_ever_reached: bool,
    is_always_reached: bool,
    /// The most that its clauses pay together in one of its periods.
    most: Pence,
}

fn capped(scheme: &Scheme, tally: &Tally, caps: &[usize]) -> Vec<Capped> {
    let (lines, paid) = price::statement(scheme, tally);
    let of = |&clause: &usize| {
        let on = scheme.clauses[clause].terms.refers_to();
        let periods = || lines.iter().filter(move |line| line.clause == clause);
        let under =
            |cohorts: (usize, usize)| -> i64 { on.iter().map(|&counted| paid.by(counted, cohorts.0..cohorts.1 + 1).0).sum() };
        Capped {
            is_ever_reached: periods().any(|line| line.amount.0 < 0),
            is_always_reached: periods().next().is_some() && periods().all(|line| line.amount.0 < 0),
            most: Pence(periods().map(|line| under(line.cohorts)).max().unwrap_or_default()),
        }
    };
    caps.iter().map(of).collect()
}

/// The tally of one area in which every result is as good as it can be. `None` where there is no best: events without a largest number,
/// or people to compare with, who may do worse than anybody expects.
fn best_tally(scheme: &Scheme, area: usize) -> Option<Tally> {
    let mut tally = expected_tally(scheme, area, None);
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        if outcome.compared().is_some() {
            return None;
        }
        for cell in 0..tally.people.len() {
            let (people, affected) = (tally.measured(scheme, at, cell), tally.counts[outcome.base(at)][cell]);
            tally.counts[at][cell] = match (outcome.better, outcome.kind) {
                (Better::Fewer, _) => 0,
                (Better::More, OutcomeKind::Binary) if outcome.counts_households => tally.counts[at][cell].max(people),
                (Better::More, OutcomeKind::Binary) => people,
                (Better::More, OutcomeKind::Sustained { most, .. }) => affected * most,
                (Better::More, OutcomeKind::Amount { most }) => people * most,
                (Better::More, OutcomeKind::Frequency { .. }) => return None,
            };
        }
    }
    Some(tally)
}

/// The tally of one area in which results are at their baselines, and where nothing is known of a baseline, as bad as they can be.
fn unimproved_tally(scheme: &Scheme, area: usize) -> Tally {
    let mut tally = expected_tally(scheme, area, None);
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let has_baseline = matches!(outcome.baseline, Baseline::Fixed(_)) && !outcome.is_assumed;
        for cell in (0..tally.people.len()).filter(|_| !has_baseline && outcome.better == Better::More) {
            tally.counts[at][cell] = 0;
            if let Some(ratio) = outcome.compared() {
                tally.comparison[at].people[cell] = tally.people[cell] * ratio;
                tally.comparison[at].counts[cell] = 0;
            }
        }
    }
    tally
}
