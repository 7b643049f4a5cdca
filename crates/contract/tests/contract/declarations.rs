//! Clauses do what they say they do. Explanations, checks, the stress test and the choice of who is paid rely on it, and pricing
//! looks at little of it. So each answer is compared with what `price` does, over random contracts with every kind of the catalogue
//! and random tallies.
//!
//! Most answers say what a clause never does. A clause that always said that it may would pass, so each kind must also be seen
//! doing what it says it does.

use std::collections::{BTreeMap, BTreeSet};

use base::money::{Pence, Rate, WHOLE};
use base::schedule::Schedule;
use contract::Scheme;
use contract::clauses::{CATALOGUE, Clause, ClauseTerms};
use contract::gate::GateTest;
use contract::price::{NoLines, Paid, PricedLine, price, statement};
use contract::tally::{CohortStage, Tally};
use contract::terms::Baseline;

use crate::signs::{contract, tally};
use crate::{Draws, head, opened, rounds, sound};

/// What a clause says of itself, by the name of the question.
fn said(terms: &ClauseTerms) -> [(&'static str, bool); 5] {
    [
        ("pays_for_results", terms.pays_for_results()),
        ("compares_results", terms.compares_results()),
        ("takes_back", terms.takes_back()),
        ("may_owe", terms.may_owe()),
        ("pays_for_whole_area", terms.pays_for_whole_area()),
    ]
}

/// What was seen of clauses that say the same of themselves: how many there were, and which of their answers were seen true.
#[derive(Default)]
struct Seen {
    clauses: usize,
    does: BTreeSet<&'static str>,
}

/// Clauses of one kind that say the same. Whether one deducts or refers to others tells apart forms that may owe for different
/// reasons.
type Alike = (&'static str, [(&'static str, bool); 5], bool, bool);

fn alike(clause: &Clause) -> Alike {
    (clause.kind(), said(&clause.terms), clause.terms.deducts(), !clause.terms.refers_to().is_empty())
}

/// The contract with some of its clauses alone. They refer to those of them that they referred to before.
fn only(scheme: &Scheme, kept: &[usize]) -> Scheme {
    let mut out = scheme.clone();
    out.clauses = kept.iter().map(|&at| scheme.clauses[at].clone()).collect();
    for clause in &mut out.clauses {
        if let Some(references) = clause.terms.references() {
            *references = references.iter().filter_map(|of| kept.iter().position(|at| at == of)).collect();
        }
    }
    out
}

/// The positions of the clauses that answer in some way.
fn those(scheme: &Scheme, answer: impl Fn(&ClauseTerms) -> bool) -> Vec<usize> {
    (0..scheme.clauses.len()).filter(|&at| answer(&scheme.clauses[at].terms)).collect()
}

/// The same people and costs with other results, other comparison groups and other findings of an audit.
fn other_results(draws: &mut Draws, scheme: &Scheme, before: &Tally) -> Tally {
    let (people, costs) = (before.people.clone(), before.costs.clone());
    // A tally is drawn with its people, so the counts are cut to the people there are.
    let mut other = tally(draws, scheme);
    for cell in 0..people.len() {
        for counts in other.counts.iter_mut().take(3) {
            counts[cell] = draws.below(people[cell] + 1);
        }
        let (kept, lost) = (other.counts[1][cell], other.counts[2][cell]);
        other.counts[3][cell] = if lost == 0 { 0 } else { lost + draws.below(2 * lost + 1) };
        other.counts[4][cell] = draws.below(6 * kept + 1);
        if let Some(found) = other.found_false[2].get_mut(cell) {
            *found = draws.below(lost + 1);
        }
    }
    Tally { people, costs, stages: before.stages.clone(), passed: before.passed.clone(), ..other }
}

/// The tally on a day on which not everything is known about every cohort.
fn partly_known(draws: &mut Draws, tally: Tally) -> Tally {
    let stages = [CohortStage::Running, CohortStage::Ended, CohortStage::Complete];
    let stages = tally.cohorts.iter().map(|_| draws.of(&stages)).collect();
    let passed = tally.cohorts.iter().map(|_| draws.below(7)).collect();
    Tally { stages, passed, ..tally }
}

/// The same results with everything else that they are compared with: fixed baselines and comparison groups.
fn other_baselines(draws: &mut Draws, scheme: &Scheme, tally: &Tally) -> (Scheme, Tally) {
    let (mut scheme, mut tally) = (scheme.clone(), tally.clone());
    for outcome in &mut scheme.outcomes {
        if matches!(outcome.baseline, Baseline::Fixed(_)) {
            outcome.baseline = Baseline::Fixed(Schedule::constant(Rate(draws.below(WHOLE))));
        }
    }
    for group in &mut tally.comparison {
        for (people, count) in group.people.iter().zip(&mut group.counts) {
            *count = draws.below(people + 1);
        }
    }
    (scheme, tally)
}

/// The lines of one clause without their reasons, which may name a baseline that decides nothing.
fn lines_of(lines: &[PricedLine], clause: usize) -> Vec<(usize, Option<usize>, i64, Pence)> {
    let own = lines.iter().filter(|line| line.clause == clause);
    own.map(|line| (line.cohorts.1, line.segment, line.quantity.0, line.amount)).collect()
}

/// What is paid without rounding.
fn unrounded(scheme: &Scheme, tally: &Tally) -> Paid<f64> {
    let mut paid = Paid::default();
    price(scheme, tally, &mut paid, &mut NoLines);
    paid
}

/// Whether two sums without rounding differ by more than the last digits of floating point and of what was measured: that is
/// known to the billionth, which at these prices is less than a hundredth of a penny.
fn differ(one: f64, other: f64) -> bool {
    (one - other).abs() > 0.01 + 1e-9 * one.abs().max(other.abs())
}

/// Whether a clause depends on a test of significance, which is about the number of people and not the results alone.
fn tests_significance(terms: &ClauseTerms) -> bool {
    terms.gates().iter().any(|gate| matches!(gate.test, GateTest::Significant { .. }))
}

#[test]
fn clauses_do_what_they_say() {
    let mut draws = Draws(17);
    let mut seen: BTreeMap<Alike, Seen> = BTreeMap::new();
    for _ in 0..rounds(2_500) {
        let (opened, scheme) = contract(&mut draws);
        let text = &opened.sources["scheme.toml"].text;
        let mut before = tally(&mut draws, &scheme);
        if draws.below(4) == 0 {
            before = partly_known(&mut draws, before);
        }
        let (lines, paid) = statement(&scheme, &before);
        let named = |at: usize| format!("`{}` ({})\n{text}\n{before:?}", scheme.clauses[at].name, scheme.clauses[at].kind());
        let mut does: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); scheme.clauses.len()];

        // Results: at the same people, other counts.
        let other = other_results(&mut draws, &scheme, &before);
        let after = statement(&scheme, &other).0;
        for (at, clause) in scheme.clauses.iter().enumerate() {
            if lines_of(&lines, at) != lines_of(&after, at) {
                assert!(clause.terms.pays_for_results(), "{} pays for results and says it does not", named(at));
                does[at].insert("pays_for_results");
            }
        }

        // Comparisons: the same results, beside other baselines. A clause may depend on another that compares, so those that
        // say they do not compare are priced without the others.
        for (at, clause) in scheme.clauses.iter().enumerate().filter(|(_, clause)| !clause.terms.compares_results()) {
            let mut terms = clause.terms.clone();
            let none = terms.gates().is_empty() && terms.levels().is_empty() && terms.compared_outcome().is_none();
            assert!(none, "{} has a gate or a level and says it compares nothing", named(at));
            assert!(terms.optional_gate().is_none_or(|gate| gate.is_none()), "{} has a gate", named(at));
        }
        let alone = those(&scheme, |terms| !terms.compares_results());
        let (beside, moved) = other_baselines(&mut draws, &scheme, &before);
        let (now, then) = (statement(&only(&scheme, &alone), &before).0, statement(&only(&beside, &alone), &moved).0);
        for (position, &at) in alone.iter().enumerate() {
            assert_eq!(lines_of(&now, position), lines_of(&then, position), "{} compares results", named(at));
        }
        let after = statement(&beside, &moved).0;
        for at in (0..scheme.clauses.len()).filter(|&at| lines_of(&lines, at) != lines_of(&after, at)) {
            does[at].insert("compares_results");
        }
        // What is not fully known is not compared.
        let unknown = Tally { stages: vec![CohortStage::Ended; before.cohorts.len()], ..before.clone() };
        for line in statement(&scheme, &unknown).0 {
            let compares = scheme.clauses[line.clause].terms.compares_results();
            assert!(!compares, "{} compares results that are not all known", named(line.clause));
        }

        // Money: who takes it back, and who may owe it.
        for line in &lines {
            let terms = &scheme.clauses[line.clause].terms;
            if line.amount < Pence(0) {
                assert!(terms.may_owe(), "{} owes {} and says it may not", named(line.clause), line.amount);
                does[line.clause].extend(["may_owe", "takes_back"]);
            }
            assert!(!terms.takes_back() || line.amount <= Pence(0), "{} pays {}", named(line.clause), line.amount);
        }
        // A clause that takes nothing back owes by itself or not at all: without the clauses it refers to it would owe, too.
        for at in those(&scheme, |terms| !terms.takes_back()) {
            let by_itself = statement(&only(&scheme, &[at]), &before).1;
            for cohort in 0..before.cohorts.len() {
                let owes = paid.by(at, cohort..cohort + 1) < Pence(0) && by_itself.by(0, cohort..cohort + 1) >= Pence(0);
                assert!(!owes, "{} takes money back and says it does not", named(at));
            }
        }

        // Whole areas: an area with twice the people and the same results comes to twice the sum, so that two providers with
        // half of it each are paid no more than one.
        let parts = those(&scheme, |terms| !terms.pays_for_whole_area() && !tests_significance(terms));
        let scheme_of_parts = only(&scheme, &parts);
        let (half, whole) = (unrounded(&scheme_of_parts, &before), unrounded(&scheme_of_parts, &before.scaled(2.0)));
        for (position, &at) in parts.iter().enumerate() {
            let (half, whole) = (half.clause(position), whole.clause(position));
            assert!(!differ(2.0 * half, whole), "{}: {half} for half and {whole} for all of an area", named(at));
        }
        let (half, whole) = (unrounded(&scheme, &before), unrounded(&scheme, &before.scaled(2.0)));
        for at in (0..scheme.clauses.len()).filter(|&at| differ(2.0 * half.clause(at), whole.clause(at))) {
            does[at].insert("pays_for_whole_area");
        }

        for (clause, does) in scheme.clauses.iter().zip(does) {
            let seen = seen.entry(alike(clause)).or_default();
            seen.clauses += 1;
            seen.does.extend(does);
        }
    }

    for kind in CATALOGUE {
        assert!(seen.keys().any(|alike| alike.0 == kind.name), "no random contract has a clause of the kind `{}`", kind.name);
    }
    let mut never = String::new();
    for ((kind, said, deducts, refers), seen) in &seen {
        for (question, _) in said.iter().filter(|(question, yes)| *yes && !seen.does.contains(question)) {
            never += &format!("`{kind}` says {question}, but none of {} clauses does ", seen.clauses);
            never += &format!("(deducts: {deducts}, refers to others: {refers})\n");
        }
    }
    assert!(never.is_empty(), "{never}");
}

/// After a bad year a baseline that follows the results can fall below zero, where 40% of it is less than 10% of it. A payment
/// and the simulation agree that such a bonus is nothing, and not a debt.
#[test]
fn a_bonus_is_never_owed() {
    let mut text = head(2, &["a"], "nearest penny, half up");
    text += "[outcome.o]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nratchet = \"100 %\"\n\
             baseline = { comparison_people_each = 1 }\n\
             [pay.extra]\nclause = \"bonus\"\noutcome = \"o\"\nat_least = \"10 %\"\nup_to = \"40 %\"\nper = \"percentage point\"\n\
             price = \"£100\"\n";
    let scheme = sound(&opened(&[("scheme.toml", &text)]));
    let mut tally = Tally::empty(&scheme, 0, vec![0, 1]);
    (tally.people, tally.counts[0]) = (vec![100, 100], vec![0, 50]);
    (tally.comparison[0].people, tally.comparison[0].counts) = (vec![100, 100], vec![80, 10]);
    assert_eq!(statement(&scheme, &tally).1.total(), Pence(0));
    assert!(!differ(unrounded(&scheme, &tally).total(), 0.0));
}
