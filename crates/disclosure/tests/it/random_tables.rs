//! Random tables, attacked by two attackers that are not the product's.

use disclosure::primary::SensitiveCell;
use disclosure::protection::{PatternSearch, ProtectionTask};
use disclosure::rules::{DisclosurePolicy, ZeroRule};
use disclosure::secondary::{SearchLimits, suppress};
use disclosure::system::LinearSystem;

use crate::oracle::{Draws, counts, dimension, every_table, interval, mixed};

/// Tables of one to three dimensions.
fn shape(at: u64) -> Vec<usize> {
    match at % 8 {
        0 => vec![5],
        1 => vec![3, 3],
        2 => vec![4, 3],
        3 => vec![2, 2, 2],
        4 => vec![5, 6],
        5 => vec![3, 3, 2],
        6 => vec![8],
        _ => vec![3, 4, 3],
    }
}

/// No sensitive cell of 200 tables can be worked out to within its protection interval.
#[test]
fn no_attacker_finds_a_protected_cell() {
    let (mut tables, mut attacked, mut tried_all) = (0, 0, 0);
    let (mut hidden, mut sensitive, mut candidates, mut exact, mut heuristic) = (0, 0, 0, 0, 0);
    for at in 0..200 {
        let mut draws = Draws::new(at);
        let shape = shape(at);
        let names = ["a", "b", "c"];
        let dimensions = shape.iter().zip(names).map(|(size, name)| dimension(name, *size)).collect();
        let values = mixed(&mut draws, shape.iter().product(), 60);
        let system = LinearSystem::of(&[counts("all", dimensions, &values)]).expect("a system");
        let mut policy = DisclosurePolicy::default();
        if at % 3 == 1 {
            policy.zero = ZeroRule::Protected;
        }
        let task = ProtectionTask::new(&system, &policy, Vec::new(), &[]);
        let found = suppress(&task, &SearchLimits::default()).expect("everything may be hidden, so there is a safe pattern");
        let known = task.knowledge(&found.also_hidden, &found.withheld);
        tables += 1;
        for cell in &task.sensitive {
            let (low, high) = interval(&system, &known, cell.cell);
            assert!(
                low <= cell.low as f64 + 1e-6 && high >= cell.high as f64 - 1e-6,
                "table {at}: {cell:?} is within {low} to {high}"
            );
            attacked += 1;
        }
        tried_all += try_every_table(at, &system, &task.sensitive, &known);
        hidden += found.also_hidden.iter().filter(|hidden| **hidden).count();
        sensitive += task.sensitive.len();
        candidates += task.may_hide.iter().flatten().count();
        match found.search {
            PatternSearch::Exact => exact += 1,
            _ => heuristic += 1,
        }
    }
    assert_eq!(tables, 200);
    assert!(attacked > 1_000, "{attacked}");
    assert!(tried_all > 30, "{tried_all}");
    // Hiding everything would hide all candidates.
    println!("{tables} tables, {attacked} sensitive cells attacked, {tried_all} tables tried out in full");
    println!("{hidden} of {candidates} further cells hidden for {sensitive} sensitive ones; {exact} exact, {heuristic} not");
    assert!(hidden * 2 < candidates, "{hidden} of {candidates}");
}

/// Two tables of the same people that share their totals by area: by area and sex, and by area and age.
#[test]
fn no_attacker_finds_a_protected_cell_of_linked_tables() {
    let (mut attacked, mut hidden) = (0, 0);
    for at in 0..60 {
        let mut draws = Draws::new(10_000 + at);
        let areas = draws.between(2, 4) as usize;
        let values: Vec<i64> = (0..areas * 6).map(|_| draws.between(0, 14)).collect();
        let by = |category: &dyn Fn(usize) -> usize, categories: usize| {
            let mut sums = vec![0; areas * categories];
            values.iter().enumerate().for_each(|(cell, value)| sums[cell / 6 * categories + category(cell % 6)] += value);
            sums
        };
        let (sexes, ages) = (by(&|kind| kind % 2, 2), by(&|kind| kind / 2, 3));
        let by_sex = counts("all", vec![dimension("a", areas), dimension("b", 2)], &sexes);
        let by_age = counts("all", vec![dimension("a", areas), dimension("c", 3)], &ages);
        let system = LinearSystem::of(&[by_sex, by_age]).expect("a system");
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
        let found = suppress(&task, &SearchLimits::default()).expect("everything may be hidden, so there is a safe pattern");
        let known = task.knowledge(&found.also_hidden, &found.withheld);
        for cell in &task.sensitive {
            let (low, high) = interval(&system, &known, cell.cell);
            assert!(low <= cell.low as f64 + 1e-6 && high >= cell.high as f64 - 1e-6, "{at}: {cell:?} is within {low} to {high}");
            attacked += 1;
        }
        hidden += found.also_hidden.iter().filter(|hidden| **hidden).count();
    }
    println!("linked tables: {attacked} sensitive cells attacked, {hidden} also hidden");
    assert!(attacked > 60, "{attacked}");
}

/// Tries every table where few cells are hidden. 1 if it did.
fn try_every_table(
    at: u64,
    system: &LinearSystem,
    cells: &[SensitiveCell],
    known: &disclosure::attack::PublicKnowledge,
) -> usize {
    let open = (0..system.cells.len()).filter(|at| {
        let range = known.ranges[*at];
        range.high != Some(range.low) && system.equations.iter().all(|sum| sum.total != *at)
    });
    if open.count() > 5 || cells.is_empty() {
        return 0;
    }
    for (cell, (low, high)) in cells.iter().zip(every_table(system, known, cells, 75)) {
        assert!(low <= cell.low && high >= cell.high, "table {at}: {cell:?} is within {low} to {high}");
    }
    1
}
