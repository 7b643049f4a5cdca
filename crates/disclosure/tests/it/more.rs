//! Order, loss, published numbers, sums of money, rounding, the policy file and the words.

use std::collections::BTreeMap;

use base::money::Rate;
use base::reader::Reader;
use base::source::{FileBytes, Folder};
use disclosure::controlled_rounding::{knowledge_of_rounded, round};
use disclosure::primary::{SensitivityRule, sensitive};
use disclosure::protection::{PatternSearch, ProtectionTask};
use disclosure::published::{Formula, PublishedNumber};
use disclosure::rules::{self, DisclosurePolicy, DominanceRule, ZeroRule};
use disclosure::secondary::{SearchLimits, suppress};
use disclosure::system::{CellId, LinearSystem};
use disclosure::table::{CellMeasure, Dimension, StatisticalCell, StatisticalTable};
use disclosure::words::{CellShown, cell_words, note_below};

use crate::oracle::{Draws, counts, dimension, every_table, interval, mixed};

fn hidden_ids(table: StatisticalTable) -> Vec<CellId> {
    let system = LinearSystem::of(&[table]).expect("a system");
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
    let found = suppress(&task, &SearchLimits::default()).expect("safe");
    let hidden = (0..system.cells.len()).filter(|at| task.hidden[*at].is_some() || found.also_hidden[*at]);
    hidden.map(|at| system.cells[at].id.clone()).collect()
}

/// The same table with rows, columns and dimensions in another order hides the same cells.
#[test]
fn the_order_of_rows_and_columns_changes_nothing() {
    for seed in 0..20 {
        let mut draws = Draws::new(500 + seed);
        let (rows, columns) = (draws.between(2, 5) as usize, draws.between(2, 6) as usize);
        let values = mixed(&mut draws, rows * columns, 50);
        let (a, b) = (dimension("a", rows), dimension("b", columns));
        let first = hidden_ids(counts("all", vec![a.clone(), b.clone()], &values));
        // Columns first, rows backwards.
        let backwards = Dimension { name: "a".into(), categories: a.categories.iter().rev().cloned().collect() };
        let turned: Vec<i64> =
            (0..columns).flat_map(|column| (0..rows).rev().map(move |row| row * columns + column)).map(|at| values[at]).collect();
        let second = hidden_ids(counts("all", vec![b, backwards], &turned));
        assert_eq!(first, second, "table {seed}");
    }
}

/// How many more cells the heuristic hides than the least that is needed, and that no pattern of fewer cells would do.
#[test]
fn the_exact_search_hides_no_more_than_is_needed() {
    let (mut heuristic, mut exact, mut all, mut compared) = (0, 0, 0, 0);
    for seed in 0..60 {
        let mut draws = Draws::new(900 + seed);
        let shape = [vec![3, 3], vec![6], vec![4, 3], vec![2, 2, 2]][seed as usize % 4].clone();
        let dimensions = shape.iter().zip(["a", "b", "c"]).map(|(size, name)| dimension(name, *size)).collect();
        let mut values = mixed(&mut draws, shape.iter().product(), 60);
        // Few small cells, so that they need others.
        values.iter_mut().skip(2).filter(|value| **value < 10).for_each(|value| *value += 20);
        let system = LinearSystem::of(&[counts("all", dimensions, &values)]).expect("a system");
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), Vec::new(), &[]);
        let count = |hidden: &[bool]| hidden.iter().filter(|hidden| **hidden).count();
        let quick = suppress(&task, &SearchLimits { exact_cells: 0, ..SearchLimits::default() }).expect("safe");
        let best = suppress(&task, &SearchLimits::default()).expect("safe");
        assert!(best.cost <= quick.cost + 1e-9);
        if best.search != PatternSearch::Exact {
            continue;
        }
        compared += 1;
        heuristic += count(&quick.also_hidden);
        exact += count(&best.also_hidden);
        all += task.may_hide.iter().flatten().count();
        if seed % 4 != 3 {
            no_fewer_cells_would_do(&task, count(&best.also_hidden));
        }
    }
    println!("further cells hidden in {compared} tables: {exact} needed, {heuristic} by the heuristic, {all} if all were hidden");
    assert!(compared > 40 && exact > 50, "{compared} {exact}");
    assert!(heuristic * 4 <= exact * 5, "the heuristic hides {heuristic} where {exact} are needed");
}

/// Tries every pattern of fewer further cells with the other solver. In two dimensions its bounds are whole.
fn no_fewer_cells_would_do(task: &ProtectionTask, found: usize) {
    let candidates: Vec<usize> = (0..task.may_hide.len()).filter(|at| task.may_hide[*at].is_some()).collect();
    let mut patterns: Vec<Vec<usize>> = vec![Vec::new()];
    for size in 0..found {
        for pattern in &patterns {
            let mut also = vec![false; task.may_hide.len()];
            pattern.iter().for_each(|at| also[*at] = true);
            let known = task.knowledge(&also, &[]);
            let is_safe = task.sensitive.iter().all(|cell| {
                let (low, high) = interval(task.system, &known, cell.cell);
                low <= cell.low as f64 + 1e-6 && high >= cell.high as f64 - 1e-6
            });
            assert!(!is_safe, "{size} cells are enough where {found} were hidden");
        }
        let longer = |pattern: &Vec<usize>| {
            let last = pattern.last().copied();
            let next = candidates.iter().filter(move |at| last.is_none_or(|last| **at > last));
            next.map(|at| [pattern.as_slice(), &[*at]].concat()).collect::<Vec<_>>()
        };
        patterns = patterns.iter().flat_map(longer).collect();
        if patterns.len() > 600 {
            return;
        }
    }
}

/// Percentages, payments and confidence intervals published beside the table give nothing away.
#[test]
fn published_numbers_give_no_protected_cell_away() {
    let (mut withheld, mut published, mut tried) = (0, 0, 0);
    for seed in 0..80 {
        let mut draws = Draws::new(3_000 + seed);
        let shape = [vec![4], vec![3, 2], vec![5]][seed as usize % 3].clone();
        let dimensions = shape.iter().zip(["a", "b"]).map(|(size, name)| dimension(name, *size)).collect();
        let table = counts("all", dimensions, &mixed(&mut draws, shape.iter().product(), 30));
        let system = LinearSystem::of(&[table]).expect("a system");
        let all = system.cells.iter().find(|cell| cell.id.conditions.is_empty()).expect("the total").id.clone();
        let mut numbers = Vec::new();
        for cell in system.cells.iter().filter(|cell| !cell.id.conditions.is_empty()) {
            let formula = match draws.between(1, 4) {
                1 => Formula::Payment { prices: vec![400_000], unit: 100_000 },
                2 => Formula::ShareInterval { z: 1.959_964, digits: 0 },
                _ => Formula::Ratio { times: 100, digits: draws.between(0, 1) as u32 },
            };
            let cells = if matches!(formula, Formula::Payment { .. }) {
                vec![cell.id.clone()]
            } else {
                vec![cell.id.clone(), all.clone()]
            };
            numbers.push(PublishedNumber { cells, formula, must_stay: false }.indexed(&system).expect("its cells"));
        }
        let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), numbers, &[]);
        let found = suppress(&task, &SearchLimits::default()).expect("safe");
        withheld += found.withheld.iter().filter(|withheld| **withheld).count();
        published += found.withheld.iter().filter(|withheld| !**withheld).count();
        let known = task.knowledge(&found.also_hidden, &found.withheld);
        for cell in &task.sensitive {
            let (low, high) = interval(&system, &known, cell.cell);
            assert!(
                low <= cell.low as f64 + 1e-6 && high >= cell.high as f64 - 1e-6,
                "table {seed}: {cell:?} is within {low} to {high}"
            );
        }
        let open = (0..system.cells.len()).filter(|at| {
            known.ranges[*at].high != Some(known.ranges[*at].low) && system.equations.iter().all(|sum| sum.total != *at)
        });
        // A hidden total of a percentage may be far from its true value.
        if open.count() <= 2 {
            tried += 1;
            for (cell, (low, high)) in task.sensitive.iter().zip(every_table(&system, &known, &task.sensitive, 1_000)) {
                assert!(low <= cell.low && high >= cell.high, "table {seed}: {cell:?} is within {low} to {high}");
            }
        }
    }
    println!("numbers beside tables: {published} published, {withheld} withheld, {tried} tables tried out in full");
    assert!(published > 100 && tried > 20, "{published} {tried}");
}

/// One contributor with 900 of 1,000, and a second with 60: 75% is exceeded, and the second knows the first to within 40.
#[test]
fn sums_with_a_dominant_contributor_are_sensitive() {
    let many: Vec<i64> = vec![100; 20];
    let one_large: Vec<i64> = [900, 60].into_iter().chain([4; 10]).collect();
    let cells = [
        StatisticalCell::sum(&many),
        StatisticalCell::sum(&one_large),
        StatisticalCell::sum(&[5, 5, 5]),
        StatisticalCell::sum(&many),
    ];
    let table =
        StatisticalTable::from_inner("all", "payment", CellMeasure::Sum, vec![dimension("a", 4)], &cells).expect("a table");
    assert_eq!(table.cells[4].largest[..3], [900, 100, 100]);
    let system = LinearSystem::of(&[table]).expect("a system");
    let mut policy = DisclosurePolicy::default();
    let rule_of = |policy: &DisclosurePolicy| {
        sensitive(&system, policy).iter().map(|cell| (cell.rule, cell.low, cell.high)).collect::<Vec<_>>()
    };
    // Three contributors are fewer than 10. Cells are in the order all, a1, a2, a3, a4.
    assert_eq!(rule_of(&policy), [(SensitivityRule::SmallCount, 14, 16)]);
    policy.dominance = Some(DominanceRule { contributors: 1, share: Rate(750_000_000) });
    // 900 / 0.75 = 1,200, which is 200 more than 1,000: the interval is 800 to 1,200.
    assert_eq!(rule_of(&policy)[0], (SensitivityRule::Dominance, 800, 1_200));
    (policy.dominance, policy.p_percent) = (None, Some(Rate(100_000_000)));
    // 10% of 900 are 90, and the others have 40: 50 too few; but nobody's part may be known to within a tenth, so 90.
    assert_eq!(rule_of(&policy)[0], (SensitivityRule::PPercent, 910, 1_090));
    let task = ProtectionTask::new(&system, &policy, Vec::new(), &[]);
    let found = suppress(&task, &SearchLimits::default()).expect("safe");
    let known = task.knowledge(&found.also_hidden, &found.withheld);
    for cell in &task.sensitive {
        let (low, high) = interval(&system, &known, cell.cell);
        assert!(low <= cell.low as f64 && high >= cell.high as f64);
    }
}

/// Rounded tables add up, are within one base of the truth, and leave a range for each sensitive cell.
#[test]
fn controlled_rounding_adds_up() {
    let (mut rounded_count, mut refused) = (0, 0);
    for seed in 0..60 {
        let mut draws = Draws::new(4_000 + seed);
        let shape = [vec![6], vec![4, 5], vec![3, 3, 3], vec![8, 9]][seed as usize % 4].clone();
        let dimensions = shape.iter().zip(["a", "b", "c"]).map(|(size, name)| dimension(name, *size)).collect();
        let system =
            LinearSystem::of(&[counts("all", dimensions, &mixed(&mut draws, shape.iter().product(), 80))]).expect("a system");
        let base = [3, 5, 10][draws.between(0, 2) as usize];
        let policy = DisclosurePolicy::default();
        let cells = sensitive(&system, &policy);
        let Ok(rounded) = round(&system, base, &cells, policy.least_range) else {
            refused += 1;
            assert!(shape.len() > 2, "one and two dimensions can always be rounded");
            continue;
        };
        rounded_count += 1;
        for (cell, value) in system.cells.iter().zip(&rounded.values) {
            assert!(value % base == 0 && *value >= 0 && (value - cell.cell.value).abs() < base);
        }
        for sum in &system.equations {
            assert_eq!(rounded.values[sum.total], sum.parts.iter().map(|part| rounded.values[*part]).sum::<i64>());
        }
        let known = knowledge_of_rounded(&rounded.values, base);
        for cell in &cells {
            let (low, high) = interval(&system, &known, cell.cell);
            let width = policy.least_range.min(base - 1);
            assert!(high.floor() - low.ceil() >= width as f64 - 1e-6, "{cell:?} is within {low} to {high}");
        }
    }
    println!("rounded: {rounded_count}, not possible: {refused}");
    assert!(rounded_count >= 45);
}

fn read(text: &str) -> (DisclosurePolicy, Vec<String>) {
    let folder: Folder = BTreeMap::from([("policy.toml".to_owned(), FileBytes::Read(text.as_bytes().to_vec()))]);
    let files = base::open(&folder);
    let draw = BTreeMap::new();
    let reader = Reader::new(&files, &draw);
    let policy = rules::read(&reader, "policy.toml");
    let problems = reader.problems.borrow().iter().map(|problem| problem.what.clone()).collect();
    (policy, problems)
}

#[test]
fn the_policy_is_read_from_its_table() {
    let (policy, problems) = read(
        "[disclosure]\nsmallest_count = 5\nleast_range = 3\nrounding_base = 5\nzero = \"protected\"\np_percent = \"10%\"\n\
         [disclosure.dominance]\ncontributors = 2\nshare = \"85%\"\n",
    );
    assert_eq!(problems, Vec::<String>::new());
    let dominance = Some(DominanceRule { contributors: 2, share: Rate(850_000_000) });
    let expected = DisclosurePolicy {
        smallest_count: 5,
        least_range: 3,
        rounding_base: Some(5),
        zero: ZeroRule::Protected,
        dominance,
        p_percent: Some(Rate(100_000_000)),
        assumed: Vec::new(),
    };
    assert_eq!(policy, expected);
    let (policy, problems) = read("[disclosure]\nzero = \"published\"\n");
    assert_eq!((policy.smallest_count, policy.assumed, problems.len()), (10, vec!["smallest_count", "least_range"], 0));
}

#[test]
fn mistakes_in_the_policy_are_reported_together() {
    let (policy, problems) =
        read("[disclosure]\nsmallest_count = 3\nzeros = \"protected\"\nrounding_base = 2\np_percent = \"100%\"\n");
    assert_eq!(policy.smallest_count, 10);
    assert_eq!(
        problems,
        [
            "`smallest_count` is not possible",
            "`rounding_base` is not possible",
            "`p_percent` is not possible",
            "[disclosure] has no key `zeros`"
        ]
    );
    let (_, problems) = read("[disclosure]\nsmallest_count = 10\nleast_range = 9\n");
    assert_eq!(problems, ["`least_range` is not possible"]);
}

#[test]
fn cells_are_shown_in_words() {
    let people = ("person", "people");
    let words = |shown| cell_words(shown, CellMeasure::Count, people);
    assert_eq!(words(CellShown::Value(1)), "1 person");
    assert_eq!(words(CellShown::Value(1_200)), "1,200 people");
    assert_eq!(words(CellShown::FewerThan(10)), "fewer than 10 people");
    assert_eq!(words(CellShown::ToProtect), "not shown, to protect a small number");
    assert_eq!(note_below(&[CellShown::Value(3)], 0, 10), None);
    assert_eq!(
        note_below(&[CellShown::FewerThan(10), CellShown::Value(20)], 0, 10).expect("a note"),
        "1 number is not shown, so that nobody can be recognised in a group of fewer than 10 people."
    );
    let two = note_below(&[CellShown::FewerThan(10), CellShown::ToProtect], 1, 10).expect("a note");
    assert!(two.starts_with("2 numbers are not shown") && two.contains("1 percentage, rate or payment is left out"), "{two}");
}

/// A table that does not add up, or that is too large, is refused with its position.
#[test]
fn impossible_tables_are_refused() {
    let cells: Vec<StatisticalCell> = [3, 4, 8].map(StatisticalCell::count).to_vec();
    let wrong = StatisticalTable::with_totals("all", "people", CellMeasure::Count, vec![dimension("a", 2)], cells);
    assert_eq!(wrong.expect_err("3 + 4 is not 8").what, "the total in cell 3 is not the sum of its parts");
    let large =
        StatisticalTable::from_inner("all", "people", CellMeasure::Count, vec![dimension("a", 200), dimension("b", 200)], &[]);
    assert!(large.expect_err("40,401 cells").what.contains("40,401 cells"));
    let first = counts("all", vec![dimension("a", 2)], &[20, 30]);
    let second = counts("all", vec![dimension("b", 2)], &[20, 31]);
    assert!(LinearSystem::of(&[first, second]).expect_err("two totals").what.contains("two values"));
}
