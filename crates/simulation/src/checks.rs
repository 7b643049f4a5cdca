//! Whether the machinery holds on one very scheme: checks that an assurance pack runs again each time.
//!
//! What comes in is a scheme and a scenario, with the result of a stress test for the checks on it; what goes out is a list of
//! checks, each with the figure that decides it. The tests of this crate ask the same of the schemes that come with the program;
//! here it is asked of the user's.

use base::money::thousands;
use base::opened::Opened;
use contract::Scheme;
use contract::price::{NoLines, Paid, price, statement};
use contract::tally::Tally;
use risks::{self, Estimate, Role, pounds_within};

use crate::assumptions::Assumptions;
use crate::people::people;
use crate::person;
use crate::rank::Ranks;
use crate::strategy::{Arena, Strategy};
use crate::strategy_results::{Stage, typical_area};
use crate::stress::{Options, Stress, quick_strategy_results, stress};
use base::philox::{open_unit, philox4x64, words};

/// One check and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub name: &'static str,
    /// What was done.
    pub done: String,
    /// `None` when there was nothing to check.
    pub holds: Option<bool>,
    /// The figure that decides it, and what was allowed.
    pub figure: String,
}

/// Runs every check that does not need the result.
#[must_use]
pub fn of_the_machinery(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Vec<Check> {
    vec![
        known_answers(),
        rank_equals_person_by_person(scheme, assumptions, seed),
        pence_equal_floating_point(scheme, assumptions, seed),
        threads_change_nothing(opened, scheme, assumptions, seed),
        help_that_does_nothing(scheme, assumptions, seed),
    ]
}

/// Runs every check on the result itself.
#[must_use]
pub fn of_the_result(stress: &Stress) -> Vec<Check> {
    vec![the_whole_is_its_parts(stress), regret(stress)]
}

/// The generator of every draw gives the words that its authors published (Random123, philox 4x64 10).
fn known_answers() -> Check {
    let published = [
        ([0; 4], [0; 2], [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b]),
        (
            [u64::MAX; 4],
            [u64::MAX; 2],
            [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0],
        ),
    ];
    let right = published.iter().filter(|(counter, key, answer)| philox4x64(*counter, *key) == *answer).count();
    Check {
        name: "the random numbers are the published ones",
        done: "The generator (Philox4x64-10) was run on the counters whose answers its authors published (Random123).".to_owned(),
        holds: Some(right == published.len()),
        figure: format!("{right} of {} answers agree, all 256 bits of each", published.len()),
    }
}

/// Strategies to try: nothing, as today, and one of no particular shape.
fn strategies(arena: &Arena<'_>, seed: u64) -> Vec<Strategy> {
    let (chances, segments) = (&arena.chances, arena.people.segments);
    let any = |at: usize| 1_000.0 * open_unit(words(seed, at as u64, 0, u64::MAX)[0]);
    let efforts = (0..chances.helps.len() * segments).map(any).collect();
    vec![Strategy::idle(chances, segments), Strategy::as_now(chances, segments), Strategy::of(efforts, vec![true; segments])]
}

/// The counts that payments are made from equal those of a plain loop over people.
fn rank_equals_person_by_person(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Check {
    let areas = people(scheme, assumptions);
    let area = &areas[typical_area(&areas)];
    let ranks = Ranks::build(scheme, assumptions, area, seed, 0, 1);
    let arena = Arena::new(scheme, assumptions, area, &ranks, seed, 0);
    let tried = strategies(&arena, seed);
    let mut tallies: Vec<Tally> = Vec::new();
    arena.simulate(&tried, 1, |_, tally, _| tallies.push(tally.clone()));
    let (mut counts, mut apart) = (0usize, 0usize);
    for (strategy, tally) in tried.iter().zip(&tallies) {
        let one_by_one = person::count(scheme, assumptions, area, &arena.chances, &strategy.effort, seed, 0);
        for (outcome, cells) in one_by_one.iter().enumerate() {
            let mut expected = vec![0; tally.people.len()];
            for (cell, count) in area.cells.iter().zip(cells) {
                expected[tally.cell(cell.cohort, assumptions.segments[cell.segment].priced_as)] += i64::from(*count);
            }
            counts += expected.len();
            apart += expected.iter().zip(&tally.counts[outcome]).filter(|(a, b)| a != b).count();
        }
    }
    Check {
        name: "counting by rank equals counting person by person",
        done: format!(
            "In {}, the first replication was counted twice under {} strategies: by rank, as the run does, and in a loop over its {} \
             people.",
            if areas.len() > 1 { &scheme.areas[area.area] } else { "the whole area" },
            tried.len(),
            thousands(area.count() as i64)
        ),
        holds: Some(apart == 0),
        figure: format!("{apart} of {} counts differ; none may", thousands(counts as i64)),
    }
}

/// The simulation's sums equal the statement's to half a penny a line.
fn pence_equal_floating_point(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Check {
    let (mut largest, mut worst, mut tallies, mut priced) = (0.0f64, 0.0f64, 0usize, 0usize);
    for area in &people(scheme, assumptions) {
        let ranks = Ranks::build(scheme, assumptions, area, seed, 0, 1);
        let arena = Arena::new(scheme, assumptions, area, &ranks, seed, 0);
        arena.simulate(&strategies(&arena, seed), 1, |_, tally, _| {
            let (lines, exact) = statement(scheme, tally);
            let mut fast = Paid::<f64>::default();
            price(scheme, tally, &mut fast, &mut NoLines);
            let apart = (fast.total() - exact.total().0 as f64).abs();
            largest = largest.max(apart);
            // The hundredth of a penny is what floating point itself may lose on sums of this size.
            worst = worst.max(apart / (0.5 * lines.len() as f64 + 0.01));
            tallies += 1;
            priced += lines.len();
        });
    }
    Check {
        name: "exact pence equal floating point",
        done: format!(
            "{} tallies of this scheme ({} statement lines) were priced in whole pence, as a statement is, and in floating \
             point, as the run does.",
            thousands(tallies as i64),
            thousands(priced as i64)
        ),
        holds: Some(worst <= 1.0),
        figure: format!(
            "at most {largest:.2}p apart on a tally, {:.0} % of the half penny a line that rounding allows",
            100.0 * worst
        ),
    }
}

/// Threads of the second small run. Any number above one would do; it is fixed so that a pack does not depend on the machine.
const THREADS: usize = 3;

fn threads_change_nothing(opened: &Opened, scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Check {
    let options = Options { seed, replications: 20, scenarios: 2 };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()?;
        Some(format!("{:?}", pool.install(|| stress(opened, scheme, assumptions, options, &|_, _| {}))))
    };
    let (one, many) = (run(1), run(THREADS));
    let length = one.as_ref().map_or(0, String::len);
    let (holds, figure) = match (one, many) {
        (Some(one), Some(many)) => {
            let apart = one.bytes().zip(many.bytes()).filter(|(a, b)| a != b).count() + one.len().abs_diff(many.len());
            let figure = format!("{apart} of {} characters of the two results differ; none may", thousands(length as i64));
            (Some(apart == 0), figure)
        }
        _ => (None, "the machine gave no threads to try it with".to_owned()),
    };
    Check {
        name: "the number of threads changes nothing",
        done: format!(
            "A small run ({} replications, {} scenarios) was made at 1 and at {THREADS} threads.",
            options.replications, options.scenarios
        ),
        holds,
        figure,
    }
}

/// A negative control: in a scenario where no help does anything, no strategy can leave anyone worse off, and nothing may be found
/// that says so.
fn help_that_does_nothing(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Check {
    let mut inert = assumptions.clone();
    inert.help.iter_mut().for_each(|help| help.moves.iter_mut().for_each(|moves| *moves = None));
    inert.pilot = None;
    let stage = Stage::build(scheme, &inert, seed, 0, 48);
    let strategy_results = quick_strategy_results(scheme, &inert, &stage);
    let found: Vec<_> = risks::CATALOGUE.iter().map(|risk| (risk.forecast)(&strategy_results, Role::Best)).collect();
    let wrong: Vec<String> =
        found.iter().filter(|finding| finding.present && finding.people_harmed >= 0.5).map(|f| f.name.to_owned()).collect();
    Check {
        name: "nothing is found to harm people where help does nothing",
        done: format!(
            "All {} risks were looked for in the same scenario with every effect of help taken away.",
            risks::CATALOGUE.len()
        ),
        holds: Some(wrong.is_empty()),
        figure: match wrong.len() {
            0 => "0 findings say that people are worse off; none may".to_owned(),
            n => format!("{n} findings say that people are worse off: {}; none may", risks::listed(&wrong)),
        },
    }
}

fn the_whole_is_its_parts(stress: &Stress) -> Check {
    let strategy_results = &stress.strategy_results;
    let mut apart = 0.0f64;
    for whole in &strategy_results.whole {
        let same = |area: &risks::AreaResults| {
            area.strategy_results.iter().find(|play| play.role == whole.role).map(|play| play.payment())
        };
        let parts: f64 = strategy_results.areas.iter().filter_map(same).sum();
        apart = apart.max((whole.payment() - parts).abs());
    }
    Check {
        name: "the whole is the sum of its areas",
        done: match strategy_results.areas.len() {
            1 => {
                format!("The payments of {} strategies were compared with those of the only area.", strategy_results.whole.len())
            }
            areas => {
                format!("The payments of {} strategies were added up again over {areas} areas.", strategy_results.whole.len())
            }
        },
        holds: Some(apart < 0.01),
        figure: format!("at most £{apart:.4} apart; less than a penny is allowed"),
    }
}

/// A gain below this share of what an area is paid is no finding, so a regret below it can hide none.
const WORTH_FINDING: f64 = 0.001;

fn regret(stress: &Stress) -> Check {
    let (mean, error) = stress.regret;
    let regret = Estimate { mean, error };
    let paid = |area: &risks::AreaResults| {
        area.strategy_results.iter().find(|play| play.role == Role::Best).map(|play| play.payment().abs())
    };
    let paid = stress.strategy_results.areas.iter().filter_map(paid).fold(f64::INFINITY, f64::min);
    let paid = if paid.is_finite() { paid } else { 0.0 };
    let allowed = WORTH_FINDING * paid;
    Check {
        name: "the search for the provider's best has ended",
        done: format!(
            "After {} strategies the last sweep over every effort and intake looked for a better one in each area.",
            thousands(stress.tried as i64)
        ),
        holds: Some(mean <= allowed),
        figure: format!(
            "the largest gain left is {}; up to a thousandth of what the smallest area is paid is allowed ({})",
            pounds_within(regret),
            risks::pounds(allowed)
        ),
    }
}
