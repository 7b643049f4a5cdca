//! Checks of the program on one scheme, which an assurance pack runs again each time: whether different ways of computing the same
//! thing agree, and whether nothing is found where there is nothing to find. Each check has the figure that decides it.
//!
//! The tests of this crate ask the same of the schemes that come with the program. Here it is asked of the user's.

use base::money::thousands;
use base::scheme_files::SchemeFiles;
use contract::Scheme;
use contract::price::{NoLines, Paid, price, statement};
use contract::tally::Tally;
use risks::{self, AgentType, Estimate, StrategyKind, StrategyResult, pounds_within};

use crate::assumptions::Assumptions;
use crate::people::people;
use crate::person_by_person;
use crate::rank_evaluation::Ranks;
use crate::reference_strategies::{CommonDraws, StrategySet, typical_area};
use crate::strategy::{Arena, Strategy};
use crate::stress::{StressOptions, StressTest, quick_results, stress};
use base::philox::{open_unit, philox4x64, words};

/// One check and its result.
#[derive(Clone, Debug, PartialEq)]
pub struct SelfCheck {
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
pub fn of_the_machinery(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> Vec<SelfCheck> {
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
pub fn of_the_result(stress: &StressTest) -> Vec<SelfCheck> {
    vec![the_whole_is_its_parts(stress), regret(stress)]
}

/// The generator of every draw gives the words that its authors published (Random123, philox 4x64 10).
fn known_answers() -> SelfCheck {
    let published = [
        ([0; 4], [0; 2], [0x1655_4d9e_ca36_314c, 0xdb20_fe9d_672d_0fdc, 0xd7e7_72ce_e186_176b, 0x7e68_b68a_ec7b_a23b]),
        (
            [u64::MAX; 4],
            [u64::MAX; 2],
            [0x87b0_92c3_013f_e90b, 0x438c_3c67_be8d_0224, 0x9cc7_d7c6_9cd7_77b6, 0xa09c_aebf_594f_0ba0],
        ),
    ];
    let right = published.iter().filter(|(counter, key, answer)| philox4x64(*counter, *key) == *answer).count();
    SelfCheck {
        name: "the random numbers are the published ones",
        done: "The generator (Philox4x64-10) was run on the counters whose answers its authors published (Random123).".to_owned(),
        holds: Some(right == published.len()),
        figure: format!("{right} of {} answers agree in all 256 bits", published.len()),
    }
}

/// Strategies to try: no effort, today's effort, and one of no particular shape.
fn strategies(arena: &Arena<'_>, seed: u64) -> Vec<Strategy> {
    let (chances, segments) = (&arena.chances, arena.people.segments);
    let any = |at: usize| 1_000.0 * open_unit(words(seed, at as u64, 0, u64::MAX)[0]);
    let efforts = (0..chances.helps.len() * segments).map(any).collect();
    vec![Strategy::idle(chances, segments), Strategy::as_now(chances, segments), Strategy::of(efforts, vec![true; segments])]
}

/// The counts that payments are made from equal those of a plain loop over people.
fn rank_equals_person_by_person(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> SelfCheck {
    let areas = people(scheme, assumptions);
    let area = &areas[typical_area(&areas)];
    let ranks = Ranks::build(scheme, assumptions, area, seed, 0, 1);
    let arena = Arena::new(scheme, assumptions, area, &ranks, seed, 0);
    let tried = strategies(&arena, seed);
    let mut tallies: Vec<Tally> = Vec::new();
    arena.simulate(&tried, 1, |_, tally, _| tallies.push(tally.clone()));
    let (mut counts, mut apart) = (0usize, 0usize);
    for (strategy, tally) in tried.iter().zip(&tallies) {
        let one_by_one = person_by_person::count(scheme, assumptions, area, &arena.chances, &strategy.effort, seed, 0);
        for (outcome, cells) in one_by_one.iter().enumerate() {
            let mut expected = vec![0; tally.people.len()];
            for (cell, count) in area.cells.iter().zip(cells) {
                expected[tally.cell(cell.cohort, assumptions.segments[cell.segment].priced_as)] += *count;
            }
            counts += expected.len();
            apart += expected.iter().zip(&tally.counts[outcome]).filter(|(a, b)| a != b).count();
        }
    }
    SelfCheck {
        name: "counting by rank equals counting person by person",
        done: format!(
            "In {}, the first replication was counted twice under {} strategies: by rank, as the run does, and in a loop over its {} \
             people.",
            if areas.len() > 1 { &scheme.areas[area.area] } else { "the whole area" },
            tried.len(),
            thousands(area.count() as i64)
        ),
        holds: Some(apart == 0),
        figure: format!("{apart} of {} counts differ; none may differ", thousands(counts as i64)),
    }
}

/// The simulation's sums equal the statement's to half a penny a line.
fn pence_equal_floating_point(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> SelfCheck {
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
    SelfCheck {
        name: "exact pence equal floating point",
        done: format!(
            "{} tallies of this scheme ({} statement lines) were priced in whole pence, as a statement is, and in floating \
             point, as the run does.",
            thousands(tallies as i64),
            thousands(priced as i64)
        ),
        holds: Some(worst <= 1.0),
        figure: format!(
            "at most {largest:.2}p apart on a tally, which is {:.0}% of the half penny a line that rounding allows",
            100.0 * worst
        ),
    }
}

/// Threads of the second small run. Any number above one would do. It is fixed so that a pack does not depend on the machine.
const THREADS: usize = 3;

fn threads_change_nothing(opened: &SchemeFiles, scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> SelfCheck {
    let options = StressOptions { seed, replications: 20, scenarios: 2 };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().ok()?;
        Some(format!("{:?}", pool.install(|| stress(opened, scheme, assumptions, options, &|_, _| {}))))
    };
    let (one, many) = (run(1), run(THREADS));
    let length = one.as_ref().map_or(0, String::len);
    let (holds, figure) = match (one, many) {
        (Some(one), Some(many)) => {
            let apart = one.bytes().zip(many.bytes()).filter(|(a, b)| a != b).count() + one.len().abs_diff(many.len());
            let figure = format!("{apart} of {} characters of the two results differ; none may differ", thousands(length as i64));
            (Some(apart == 0), figure)
        }
        _ => (None, "the computer gave no threads to try it with".to_owned()),
    };
    SelfCheck {
        name: "the number of threads changes nothing",
        done: format!(
            "A small run ({} replications, {} scenarios) was made with 1 thread and with {THREADS} threads.",
            options.replications, options.scenarios
        ),
        holds,
        figure,
    }
}

/// A negative control: where help does nothing, no strategy can leave anyone worse off, and no finding may say that it does.
fn help_that_does_nothing(scheme: &Scheme, assumptions: &Assumptions, seed: u64) -> SelfCheck {
    let mut inert = assumptions.clone();
    inert.help.iter_mut().for_each(|help| help.moves.iter_mut().for_each(|moves| *moves = None));
    inert.pilot = None;
    let draws = CommonDraws::build(scheme, &inert, seed, 0, 48);
    let results = quick_results(scheme, &inert, &draws, StrategySet::ForProfit);
    let found: Vec<_> = risks::CATALOGUE.iter().map(|risk| (risk.forecast)(&results, AgentType::ProfitSeeking)).collect();
    let wrong: Vec<String> =
        found.iter().filter(|finding| finding.present && finding.people_harmed >= 0.5).map(|f| f.name().to_owned()).collect();
    SelfCheck {
        name: "no finding says that people are harmed where help does nothing",
        done: format!(
            "All {} risks were looked for under the same assumptions, with every effect of help taken away.",
            risks::CATALOGUE.len()
        ),
        holds: Some(wrong.is_empty()),
        figure: match wrong.len() {
            0 => "no finding says that people are worse off; none may".to_owned(),
            1 => format!("1 finding says that people are worse off: {}; none may", risks::listed(&wrong)),
            n => format!("{n} findings say that people are worse off: {}; none may", risks::listed(&wrong)),
        },
    }
}

fn the_whole_is_its_parts(stress: &StressTest) -> SelfCheck {
    let results = &stress.results;
    let mut apart = 0.0f64;
    for whole in &results.whole {
        let same = |area: &risks::AreaResults| area.get(whole.kind).map(StrategyResult::payment);
        let parts: f64 = results.areas.iter().filter_map(same).sum();
        apart = apart.max((whole.payment() - parts).abs());
    }
    SelfCheck {
        name: "the whole is the sum of its areas",
        done: match results.areas.len() {
            1 => {
                format!("The payments of {} strategies were compared with those of the only area.", results.whole.len())
            }
            areas => {
                format!("The payments of {} strategies were added up again over {areas} areas.", results.whole.len())
            }
        },
        holds: Some(apart < 0.01),
        figure: format!("at most £{apart:.4} apart; less than a penny is allowed"),
    }
}

/// A gain below this share of what an area is paid is not a finding, so a regret below it cannot hide one.
const WORTH_FINDING: f64 = 0.001;

fn regret(stress: &StressTest) -> SelfCheck {
    let (mean, error) = stress.regret;
    let regret = Estimate { mean, error };
    let paid = |area: &risks::AreaResults| area.get(StrategyKind::BEST).map(|best| best.payment().abs());
    let paid = stress.results.areas.iter().filter_map(paid).fold(f64::INFINITY, f64::min);
    let paid = if paid.is_finite() { paid } else { 0.0 };
    let allowed = WORTH_FINDING * paid;
    SelfCheck {
        name: "the search for the provider's best has ended",
        done: format!(
            "After {} strategies, the last sweep over every effort and intake looked for a better one in each area.",
            thousands(stress.tried as i64)
        ),
        holds: Some(mean <= allowed),
        figure: format!(
            "the largest gain left is {}; it may be up to a thousandth of what the smallest area is paid ({})",
            pounds_within(regret),
            risks::pounds(allowed)
        ),
    }
}
