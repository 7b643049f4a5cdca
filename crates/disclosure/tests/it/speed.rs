//! Large tables within bounded work.

use disclosure::protection::{PatternSearch, ProtectionTask};
use disclosure::published::PublishedNumber;
use disclosure::rules::DisclosurePolicy;
use disclosure::secondary::{SearchLimits, suppress};
use disclosure::system::LinearSystem;

use crate::oracle::{Draws, counts, dimension, interval, mixed};

/// 50 rows and 50 columns. The time is printed and not asserted: the work is bounded instead.
#[test]
fn a_table_of_fifty_by_fifty_is_protected() {
    for at in 0..3 {
        let values = mixed(&mut Draws::new(at), 2_500, 200);
        let system = LinearSystem::of(&[counts("all", vec![dimension("a", 50), dimension("b", 50)], &values)]).expect("a system");
        let begun = std::time::Instant::now();
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
        let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
        let hidden = found.also_hidden.iter().filter(|hidden| **hidden).count();
        println!("50 x 50: {} sensitive, {hidden} also hidden, {:?}", task.sensitive.len(), begun.elapsed());
    }
    for small in [10, 60, 150, 300] {
        let mut draws = Draws::new(99);
        let mut values: Vec<i64> = (0..2_500).map(|_| draws.between(10, 400)).collect();
        (0..small).for_each(|_| values[draws.between(0, 2_499) as usize] = draws.between(1, 9));
        let system = LinearSystem::of(&[counts("all", vec![dimension("a", 50), dimension("b", 50)], &values)]).expect("a system");
        let begun = std::time::Instant::now();
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
        let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
        let hidden = found.also_hidden.iter().filter(|hidden| **hidden).count();
        let took = begun.elapsed();
        // Each row and each column with one small cell alone needs another, and a further cell serves one of each.
        let alone = |name: &str| {
            let of = |category: usize| {
                let in_it = |at: &usize| system.cells[*at].id.conditions.get(name) == Some(&format!("{name}{category}"));
                (0..system.cells.len()).filter(|at| task.hidden[*at].is_some()).filter(in_it).count()
            };
            (1..=50).filter(|category| of(*category) == 1).count()
        };
        let needed = alone("a").max(alone("b"));
        println!("50 x 50: {} sensitive, {hidden} also hidden, at least {needed} needed, {took:?}", task.sensitive.len());
        assert!(hidden >= needed && hidden * 40 < system.cells.len(), "{hidden} hidden, {needed} needed");
    }
}

/// Ten by ten by ten: too large to be searched well, and yet protected, within bounded work.
#[test]
fn a_table_of_three_dimensions_is_protected() {
    let values = mixed(&mut Draws::new(5), 1_000, 100);
    let dimensions = vec![dimension("a", 10), dimension("b", 10), dimension("c", 10)];
    let system = LinearSystem::of(&[counts("all", dimensions, &values)]).expect("a system");
    let begun = std::time::Instant::now();
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
    let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
    let hidden = found.also_hidden.iter().filter(|hidden| **hidden).count();
    println!("10 x 10 x 10: {} sensitive, {hidden} also hidden, {:?}", task.sensitive.len(), begun.elapsed());
    let known = task.knowledge(&found.also_hidden, &found.withheld);
    for cell in task.sensitive.iter().step_by(60) {
        let (low, high) = interval(&system, &known, cell.cell);
        assert!(low <= cell.low as f64 + 1e-6 && high >= cell.high as f64 - 1e-6, "{cell:?} is within {low} to {high}");
    }
}

/// With no work allowed at all, every total of each sensitive cell is hidden: safe, and more than is needed.
#[test]
fn without_work_more_is_hidden_and_nothing_is_unsafe() {
    for seed in 0..20 {
        let dimensions = vec![dimension("a", 3), dimension("b", 4), dimension("c", 2)];
        let values = mixed(&mut Draws::new(600 + seed), 24, 40);
        let system = LinearSystem::of(&[counts("all", dimensions, &values)]).expect("a system");
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
        let none = SearchLimits { exact_cells: 0, exact_patterns: 0, safe_work: 0, clean_work: 0 };
        let (quick, usual) = (suppress(&task, &none).expect("safe"), suppress(&task, &SearchLimits::default()).expect("safe"));
        assert!(quick.cost >= usual.cost - 1e-9);
        let known = task.knowledge(&quick.also_hidden, &quick.withheld);
        for cell in &task.sensitive {
            let (low, high) = interval(&system, &known, cell.cell);
            assert!(low <= cell.low as f64 + 1e-6 && high >= cell.high as f64 - 1e-6, "{cell:?} is within {low} to {high}");
        }
    }
}

/// An exact search that may look at one pattern only says so.
#[test]
fn a_search_that_stops_says_where() {
    let system =
        LinearSystem::of(&[counts("all", vec![dimension("a", 2), dimension("b", 2)], &[3, 40, 50, 60])]).expect("a system");
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
    let found = suppress(&task, &SearchLimits { exact_patterns: 1, ..SearchLimits::default() }).expect("safe");
    assert_eq!(found.search, PatternSearch::StoppedAt(1));
}

/// A percentage for each of 1,200 cells: more than the attack can hold. Those of published cells stay, and the others go.
#[test]
fn many_percentages_beside_a_table() {
    let values = mixed(&mut Draws::new(11), 1_200, 300);
    let system = LinearSystem::of(&[counts("all", vec![dimension("a", 30), dimension("b", 40)], &values)]).expect("a system");
    let all = system.cells[0].id.clone();
    let inner = system.cells.iter().filter(|cell| cell.id.conditions.len() == 2);
    let numbers =
        inner.map(|cell| PublishedNumber::percentage(cell.id.clone(), all.clone(), 2).indexed(&system).expect("its cells"));
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), numbers.collect(), &[]);
    let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
    for (number, withheld) in task.numbers.iter().zip(&found.withheld) {
        let is_hidden = |cell: &usize| task.hidden[*cell].is_some() || found.also_hidden[*cell];
        assert_eq!(*withheld, number.cells.iter().any(is_hidden));
    }
    assert!(found.withheld.iter().filter(|withheld| !**withheld).count() > 600);
}
