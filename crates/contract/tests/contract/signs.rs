//! No clause pays more for a worse result, and nobody takes back more than was paid: over random contracts whose clauses limit
//! and share each other in every way the file can say, and random tallies. `check` may warn of a contract that does; then, and
//! only then, it may.

use std::collections::BTreeSet;

use base::SchemeFiles;
use base::money::Pence;
use contract::Scheme;
use contract::clauses::{CATALOGUE, Clause};
use contract::perverse_incentives;
use contract::price::statement;
use contract::tally::Tally;
use contract::terms::OutcomeKind;

use crate::{Draws, head, opened, problems, rounds, sound};

/// The largest amount of one person that counts.
const MOST_SCORE: i64 = 60;

const OVER: [&str; 3] = ["each cohort", "each year", "all cohorts"];

/// A random contract without errors; a few are refused, such as one with a cap below its fee.
pub(crate) fn contract(draws: &mut Draws) -> (SchemeFiles, Scheme) {
    loop {
        let opened = any_contract(draws);
        if let Some(scheme) = problems(&opened).0 {
            return (opened, scheme);
        }
    }
}

/// A contract of up to eight clauses. Cohorts are half-years, so that every way of measuring differs.
fn any_contract(draws: &mut Draws) -> SchemeFiles {
    let mut text = head(2, &["a", "b"], draws.of(&["nearest penny, half up", "nearest penny, half even", "down to the penny"]));
    text = text.replace("every = \"1 year\"", "every = \"6 months\"");
    let baseline = |draws: &mut Draws| match draws.below(2) {
        0 => "{ comparison_people_each = 2 }".to_owned(),
        _ => format!("\"{} %\"", 10 + draws.below(80)),
    };
    let binary = |name: &str, better: &str, rest: &str| {
        format!("[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"{better}\"\nwindow = \"12 months\"\n{rest}\n")
    };
    let ratchet = if draws.below(12) == 0 { "\nratchet = \"50 %\"" } else { "" };
    text += &binary("o", draws.of(&["more", "fewer"]), &format!("baseline = {}{ratchet}", baseline(draws)));
    text += &binary("q", draws.of(&["more", "fewer"]), &format!("baseline = {}", baseline(draws)));
    text += &binary("lost", if draws.below(12) == 0 { "more" } else { "fewer" }, "reported_by = \"provider\"");
    let per = if draws.below(10) == 0 { "affected" } else { "person" };
    text += &format!(
        "[outcome.times]\nmeasure = \"x\"\nkind = \"frequency\"\nof = \"lost\"\nper = \"{per}\"\nbetter = \"fewer\"\nwindow = \"12 months\"\nbaseline = \"1.3 per person\"\n\
         [outcome.kept]\nmeasure = \"x\"\nkind = \"sustained\"\nof = \"q\"\nevery = \"4 weeks\"\nmost = 6\nbetter = \"{}\"\nwindow = \"12 months\"\nbaseline = \"2.1 per person\"\n",
        if draws.below(12) == 0 { "fewer" } else { "more" }
    );
    let mean = if draws.below(2) == 0 { "{ comparison_people_each = 2 }" } else { "\"20.5 per person\"" };
    text += &format!(
        "[outcome.score]\nmeasure = \"x\"\nkind = \"amount\"\nmost = {MOST_SCORE}\nbetter = \"{}\"\nwindow = \"12 months\"\nbaseline = {mean}\nspread = \"9 per person\"\n",
        draws.of(&["more", "fewer"])
    );
    let mut names: Vec<String> = Vec::new();
    let clauses = 2 + draws.below(7);
    for at in 0..clauses {
        let name = format!("c{at}");
        let clause = clause(draws, &names);
        text += &format!("[pay.{name}]\n{clause}\n");
        names.push(name);
    }
    opened(&[("scheme.toml", &text), ("others.csv", "provider,points\nx,1\ny,2.5\nz,5\n")])
}

fn gate(draws: &mut Draws, outcome: Option<&str>) -> String {
    let outcome = outcome.map_or(String::new(), |name| format!("outcome = \"{name}\", "));
    let mut size = || match draws.below(3) {
        0 => format!("\"{} %\"", draws.below(20)),
        _ => format!("\"{} percentage points\"", draws.below(8)),
    };
    let sizes = [size(), size()];
    let [size, _] = &sizes;
    // Another size in the second contract year. A clause that is measured over all cohorts refuses it, and another is drawn.
    let size = if draws.below(5) == 0 { format!("{{ by_year = [{}] }}", sizes.join(", ")) } else { size.clone() };
    let met_in = met_in(draws);
    match draws.below(5) {
        0 => format!("{{ {outcome}significant_at = \"20 %\", sides = \"one-sided\"{met_in} }}"),
        1 | 2 => format!("{{ {outcome}improves_by_more_than = {size}{met_in} }}"),
        _ => format!("{{ {outcome}improves_by_at_least = {size}{met_in} }}"),
    }
}

/// In which segments a gate must be met: usually in all of them together.
fn met_in(draws: &mut Draws) -> String {
    match draws.below(9) {
        0 => ", met_in = \"each segment\"".to_owned(),
        1 => format!(", met_in_at_least = {}", 1 + draws.below(2)),
        2 => format!(", segment = \"{}\"", draws.of(&["a", "b"])),
        _ => String::new(),
    }
}

/// A standard of an award: a gate, or a plain level.
fn standard(draws: &mut Draws) -> String {
    let outcome = draws.of(&["o", "q", "lost", "times", "kept", "score"]);
    match outcome {
        "score" => format!("{{ outcome = \"score\", reaches = \"{}.5 per person\"{} }}", draws.below(40), met_in(draws)),
        "o" | "q" if draws.below(2) == 0 => gate(draws, Some(outcome)),
        "times" | "kept" => {
            format!("{{ outcome = \"{outcome}\", reaches = \"{}.5 per person\"{} }}", draws.below(3), met_in(draws))
        }
        _ => format!("{{ outcome = \"{outcome}\", reaches = \"{} %\"{} }}", draws.below(101), met_in(draws)),
    }
}

/// An indicator that earns points: a standard, or in proportion between two rates.
fn indicator(draws: &mut Draws) -> String {
    let points = 5 * (1 + draws.below(4));
    if draws.below(2) == 0 {
        return standard(draws).replace("{ ", &format!("{{ points = {points}, "));
    }
    // Where the two rates run against the outcome, the contract is refused and another is drawn.
    let (none, all) = (draws.below(101), draws.below(101));
    match draws.below(3) {
        0 => format!(
            "{{ points = {points}, outcome = \"times\", none_at = \"1.7 per person\", all_at = \"0.{none} per person\" }}"
        ),
        _ => format!("{{ points = {points}, outcome = \"o\", none_at = \"{none} %\", all_at = \"{all} %\" }}"),
    }
}

/// A clause of points, in each of the ways to pay.
fn points(draws: &mut Draws) -> String {
    let indicators: Vec<String> = (0..1 + draws.below(3)).map(|_| indicator(draws)).collect();
    let price = draws.below(900);
    let years = draws.of(&["each year", "all cohorts"]);
    let (pays, over) = match draws.below(5) {
        0 | 1 => (format!("each_point = \"£{price}.37\""), draws.of(&OVER)),
        2 => (format!("levels = [2.5, 5]\npays = [\"£0\", \"£{price}\", \"£{}\"]", price + draws.below(500)), draws.of(&OVER)),
        3 => {
            let winners = draws.of(&["", "\nwinners = 1", "\nwinners = 2"]);
            (format!("pot = \"£{price}\"\nothers = \"others.csv\"{winners}"), years)
        }
        _ => (format!("by_rank = [\"£{price}.01\", \"£{}\"]\nothers = \"others.csv\"", price / 2), years),
    };
    format!("clause = \"points payment\"\nindicators = [{}]\n{pays}\nmeasured_over = \"{over}\"", indicators.join(", "))
}

/// One clause; those that refer to others come only where there are some.
fn clause(draws: &mut Draws, above: &[String]) -> String {
    let text = by_year(&any_clause(draws, above));
    let may = ["outcome payment", "tariff", "bonus", "award"].iter().any(|kind| text.contains(&format!("clause = \"{kind}\"")));
    let says_it_already = ["met_in", "segment = ", "tops_up", "counts_from = \"gate\""].iter().any(|key| text.contains(key));
    match may && !says_it_already && draws.below(3) == 0 {
        true => format!("{text}\nmeasured_for = \"each segment\""),
        false => text,
    }
}

/// A price of two amounts as a list by contract year.
fn by_year(text: &str) -> String {
    let line = |line: &str| match line.split_once(" = ").filter(|(_, value)| value.starts_with("\"£") && value.contains("\", \""))
    {
        Some((key, value)) => format!("{key} = {{ by_year = [{value}] }}"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn any_clause(draws: &mut Draws, above: &[String]) -> String {
    let over = format!("measured_over = \"{}\"", draws.of(&OVER));
    let (own, other) = (draws.of(&["o", "q"]), draws.of(&["o", "q"]));
    let price = format!("£{}.{:02}", draws.below(900), draws.below(100));
    // Some amounts are another in the second contract year.
    let price = if draws.below(4) == 0 { format!("{price}\", \"£{}", draws.below(900)) } else { price };
    // A list of clauses above: all of them, the last few, or any.
    let all: Vec<&str> = above.iter().map(String::as_str).collect();
    let names: Vec<&str> = match draws.below(4) {
        0 => all.clone(),
        1 => all.iter().rev().take(2).copied().collect(),
        _ => all.iter().filter(|_| draws.below(2) == 0).copied().collect(),
    };
    let list = format!("{names:?}");
    let refers = !names.is_empty();
    match draws.below(19) {
        0 => format!("clause = \"service fee\"\neach_month = \"£{}\"", draws.below(15)),
        1 => format!("clause = \"attachment fee\"\nprice = \"{price}\""),
        2 => {
            let gate = if draws.below(2) == 0 { format!("gate = {}", gate(draws, Some(other))) } else { String::new() };
            let counts = draws.of(&["nothing", "nothing", "baseline"]);
            format!(
                "clause = \"outcome payment\"\noutcome = \"{own}\"\nprice = \"{price}\"\ncounts_from = \"{counts}\"\n{gate}\n{over}"
            )
        }
        3 => {
            let counts = draws.of(&["nothing", "baseline"]);
            format!("clause = \"sustainment payment\"\noutcome = \"kept\"\nprice = \"{price}\"\ncounts_from = \"{counts}\"")
        }
        4..=7 => {
            let outcome = draws.of(&["o", "q", "times", "score"]);
            let deduction = if draws.below(3) > 0 { format!("deduction = \"£{}\"\n", draws.below(900)) } else { String::new() };
            let mut text = format!(
                "clause = \"tariff\"\noutcome = \"{outcome}\"\nper = \"{}\"\nreward = \"{price}\"\n{deduction}{over}\n",
                match outcome {
                    "score" => "unit",
                    "times" => "person",
                    _ => draws.of(&["person", "percentage point"]),
                }
            );
            match draws.below(3) {
                0 if outcome == "score" => {
                    let gate = draws.of(&["improves_by_at_least = \"5 %\"", "significant_at = \"20 %\", sides = \"one-sided\""]);
                    text += &format!("gate = {{ {gate} }}\n");
                }
                0 if outcome != "times" => text += &format!("gate = {}\n", gate(draws, None)),
                1 => text += &format!("gate = {}\n", gate(draws, Some(own))),
                _ => {}
            }
            if draws.below(4) == 0 {
                text += &format!("hurdle = {}\n", gate(draws, Some(own)));
            }
            if refers && draws.below(3) == 0 {
                text += &format!("tops_up = {list}\n");
            }
            text
        }
        8 => {
            let own = draws.of(&[own, "score"]);
            let per = match own {
                "score" => draws.of(&["unit", "lump sum"]),
                _ => draws.of(&["person", "percentage point", "lump sum"]),
            };
            let level = draws.of(&["above", "at_least"]);
            format!(
                "clause = \"bonus\"\noutcome = \"{own}\"\n{level} = \"{} %\"\nup_to = \"40 %\"\nper = \"{per}\"\nprice = \"{price}\"\n{over}",
                draws.below(30)
            )
        }
        9 if refers => {
            format!(
                "clause = \"share at risk\"\nof = {list}\nshare = \"{} %\"\ngate = {}\n{over}",
                draws.below(101),
                gate(draws, Some(own))
            )
        }
        10 if refers => format!("clause = \"clawback\"\nof = {list}\noutcome = \"lost\"\nprice = \"{price}\"\n{over}"),
        11 if refers => format!("clause = \"cap\"\non = {list}\nmost = \"£{}\"\n{over}", 2_900 + draws.below(6_000)),
        12 if refers => {
            format!("clause = \"floor\"\non = {list}\nleast = \"{}£{}\"\n{over}", draws.of(&["-", "-", ""]), draws.below(9_000))
        }
        13 => {
            let standards: Vec<String> = (0..1 + draws.below(3)).map(|_| standard(draws)).collect();
            let mut sum = 0;
            let pays: Vec<String> = (0..=standards.len())
                .map(|_| {
                    sum += draws.below(600);
                    format!("\"£{sum}\"")
                })
                .collect();
            format!("clause = \"award\"\nstandards = [{}]\npays = [{}]\n{over}", standards.join(", "), pays.join(", "))
        }
        14 => points(draws),
        15 if refers => {
            let first = draws.of(&["", "keeps_first = \"20 %\"\n"]);
            format!("clause = \"surplus share\"\nof = {list}\nshare = \"{} %\"\n{first}{over}", draws.below(101))
        }
        16 => {
            let beyond = if refers && draws.below(2) == 0 { format!("beyond = {list}\n") } else { String::new() };
            let most = if draws.below(2) == 0 { format!("at_most = \"£{}\"\n", draws.below(3_000)) } else { String::new() };
            format!("clause = \"cost share\"\nshare = \"{} %\"\n{beyond}{most}{over}", draws.below(101))
        }
        17 if refers => format!("clause = \"payment on account\"\nof = {list}\neach_month = \"{price}\""),
        _ => format!("clause = \"audit\"\noutcome = \"lost\"\nchecks = \"10 %\"\npenalty = \"{price}\""),
    }
}

pub(crate) fn tally(draws: &mut Draws, scheme: &Scheme) -> Tally {
    let mut tally = Tally::empty(scheme, 0, (0..scheme.cohorts.len()).collect());
    // Some costs are not certified yet.
    tally.costs = tally.cohorts.iter().map(|_| (draws.below(8) > 0).then(|| Pence(draws.below(900_000)))).collect();
    for cell in 0..tally.people.len() {
        let people = draws.of(&[0, 5, 20, 40, 40]);
        tally.people[cell] = people;
        for outcome in 0..3 {
            tally.counts[outcome][cell] = draws.below(people + 1);
        }
        let (kept, lost) = (tally.counts[1][cell], tally.counts[2][cell]);
        tally.counts[3][cell] = if lost == 0 { 0 } else { lost + draws.below(2 * lost + 1) };
        tally.counts[4][cell] = draws.below(6 * kept + 1);
        tally.counts[5][cell] = draws.below(MOST_SCORE * people + 1);
        for group in tally.comparison.iter_mut().filter(|group| !group.people.is_empty()) {
            group.people[cell] = 30;
            group.counts[cell] = draws.below(31);
        }
        if let Some(count) = tally.comparison[5].counts.get_mut(cell) {
            *count = draws.below(30 * MOST_SCORE + 1);
        }
        if let Some(found) = tally.found_false[2].get_mut(cell) {
            *found = draws.below(lost + 1);
        }
    }
    tally
}

/// The same tally with one result better, or with one more claim found true; `None` where there is no room for it.
fn better(draws: &mut Draws, scheme: &Scheme, tally: &Tally) -> Option<Tally> {
    let mut out = tally.clone();
    let cell = draws.below(tally.people.len() as i64) as usize;
    let outcome = draws.below(scheme.outcomes.len() as i64 + 1) as usize;
    if outcome == scheme.outcomes.len() {
        let found = out.found_false[2].get_mut(cell).filter(|found| **found > 0)?;
        *found -= 1;
        return Some(out);
    }
    let definition = &scheme.outcomes[outcome];
    let step = definition.sign() * (1 + draws.below(8));
    let (people, count) = (tally.people[cell], tally.counts[outcome][cell]);
    let of = tally.counts[definition.base(outcome)][cell];
    let (least, most) = match definition.kind {
        OutcomeKind::Binary => (0, people),
        OutcomeKind::Frequency { .. } => (of, 3 * of),
        OutcomeKind::Sustained { most, .. } => (0, of * most),
        OutcomeKind::Amount { most } => (0, people * most),
    };
    let moved = (count + step).clamp(least, most);
    // Nothing that was counted on top of the outcome may contradict it.
    if moved == count || (moved - count).signum() != step.signum() {
        return None;
    }
    out.counts[outcome][cell] = moved;
    let fits = match outcome {
        1 => tally.counts[4][cell] <= 6 * moved,
        2 => tally.counts[3][cell] >= moved && (moved > 0 || tally.counts[3][cell] == 0),
        _ => true,
    };
    fits.then_some(out)
}

#[test]
fn a_better_result_never_pays_less_unless_check_said_so() {
    let mut draws = Draws(5);
    let (mut clean, mut warned, mut fell) = (0, 0, 0);
    for _ in 0..rounds(6_000) {
        let (opened, scheme) = contract(&mut draws);
        let warnings = perverse_incentives::warnings(&scheme, &opened);
        for _ in 0..6 {
            let before = tally(&mut draws, &scheme);
            let mut now = statement(&scheme, &before).1.total();
            let mut at = before;
            for _ in 0..5 {
                let Some(after) = better(&mut draws, &scheme, &at) else { continue };
                let then = statement(&scheme, &after).1.total();
                match warnings.is_empty() {
                    true => assert!(
                        then >= now,
                        "{now}, and {then} for a better result\n{}\n{at:?}\n{after:?}",
                        opened.sources["scheme.toml"].text
                    ),
                    false => fell += i32::from(then < now),
                }
                (at, now) = (after, then);
            }
        }
        *if warnings.is_empty() { &mut clean } else { &mut warned } += 1;
    }
    // The law says something, and so do the warnings.
    assert!(clean > 600 && warned > 200 && fell > 50, "{clean} contracts without warnings, {warned} with, {fell} falls");
}

/// The laws hold for every kind of clause only if every kind is drawn. A new one needs an arm in [`clause`].
#[test]
fn every_kind_of_clause_is_drawn() {
    let mut draws = Draws(11);
    let mut drawn: BTreeSet<&str> = BTreeSet::new();
    for _ in 0..rounds(200) {
        drawn.extend(contract(&mut draws).1.clauses.iter().map(Clause::kind));
    }
    let missing: Vec<&str> = CATALOGUE.iter().map(|kind| kind.name).filter(|name| !drawn.contains(name)).collect();
    assert!(missing.is_empty(), "no random contract has a clause of the kind {missing:?}");
}

/// Caps, clawbacks and shares at risk take between nothing and what was paid; clawbacks and shares together too.
#[test]
fn nothing_is_taken_back_that_was_not_paid() {
    let mut draws = Draws(29);
    let mut taken = 0;
    for _ in 0..rounds(2_500) {
        let (_, scheme) = contract(&mut draws);
        let tally = tally(&mut draws, &scheme);
        let (lines, paid) = statement(&scheme, &tally);
        let takers: Vec<usize> =
            (0..scheme.clauses.len()).filter(|&at| scheme.clauses[at].terms.takes_of_what_is_left().is_some()).collect();
        for line in lines.iter().filter(|line| scheme.clauses[line.clause].terms.takes_back()) {
            assert!(line.amount <= Pence(0), "{line:?}");
        }
        // Any set of them takes at most what all the clauses paid that they name, where these only pay.
        for set in 1..1u32 << takers.len() {
            let chosen: Vec<usize> =
                takers.iter().enumerate().filter(|(bit, _)| set & 1 << bit != 0).map(|(_, &at)| at).collect();
            let mut named: Vec<usize> = chosen.iter().flat_map(|&at| scheme.clauses[at].terms.refers_to()).copied().collect();
            named.sort_unstable();
            named.dedup();
            let back: i64 = -chosen.iter().map(|&at| paid.clause(at).0).sum::<i64>();
            let most: i64 = lines.iter().filter(|line| named.contains(&line.clause)).map(|line| line.amount.0.max(0)).sum();
            assert!(back <= most, "{} taken of {}", Pence(back), Pence(most));
            taken += i32::from(back > 0);
        }
    }
    assert!(taken > 300, "{taken}");
}

/// Passing a gate is never worse than missing it, all else the same: the gate's outcome is one that nothing else pays for.
#[test]
fn passing_a_gate_is_never_worse() {
    for (of, owes) in [("reward = \"£100\"\ndeduction = \"£100\"", true), ("reward = \"£100\"", false)] {
        let mut text = head(1, &["a"], "nearest penny, half up");
        for name in ["o", "q"] {
            text += &format!(
                "[outcome.{name}]\nmeasure = \"x\"\nkind = \"binary\"\nbetter = \"more\"\nwindow = \"12 months\"\nbaseline = \"50 %\"\n"
            );
        }
        text += &format!("[pay.t]\nclause = \"tariff\"\noutcome = \"o\"\nper = \"person\"\n{of}\n");
        for share in [10, 60, 70] {
            let gate = "{ outcome = \"q\", improves_by_at_least = \"5 percentage points\" }";
            text += &format!("[pay.r{share}]\nclause = \"share at risk\"\nof = [\"t\"]\nshare = \"{share} %\"\ngate = {gate}\n");
        }
        let scheme = sound(&opened(&[("scheme.toml", &text)]));
        for o in [0, 40, 50, 70] {
            let total = |q: i64| {
                let mut tally = Tally::empty(&scheme, 0, vec![0]);
                (tally.people[0], tally.counts[0][0], tally.counts[1][0]) = (100, o, q);
                statement(&scheme, &tally).1.total()
            };
            assert!(total(54) <= total(55), "{} missing it, {} passing it", total(54), total(55));
            let wanted = if o < 50 && owes { Pence((o - 50) * 10_000) } else { Pence(0) };
            assert_eq!(total(54), wanted, "with {o}: shares of 10%, 60% and 70% take all of it and no more");
        }
    }
}
