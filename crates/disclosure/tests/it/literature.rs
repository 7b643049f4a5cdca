//! Tables of the literature.

use disclosure::attack::{PublicKnowledge, attack};
use disclosure::controlled_rounding::round;
use disclosure::primary::{PossibleRange, sensitive};
use disclosure::protection::{PatternSearch, ProtectionTask};
use disclosure::rules::DisclosurePolicy;
use disclosure::secondary::{SearchLimits, suppress};
use disclosure::system::{CellId, LinearSystem};

use crate::oracle::{counts, dimension, interval};

/// Investment by activity and region (Fischetti and Salazar, "Solving the cell suppression problem on tabular data with linear
/// constraints", Management Science 47, 2001, figures 1 and 2). Cells (2, 1), (2, 3), (3, 1) and (3, 3) are hidden; the attacker
/// finds 5 to 30 for the true 22.
fn investment() -> LinearSystem {
    let values = [20, 50, 10, 8, 19, 22, 17, 32, 12];
    LinearSystem::of(&[counts("all", vec![dimension("a", 3), dimension("b", 3)], &values)]).expect("a system")
}

fn at(system: &LinearSystem, conditions: &[&str]) -> usize {
    let is = |id: &CellId| id.conditions.values().map(String::as_str).collect::<Vec<_>>() == conditions;
    system.cells.iter().position(|cell| is(&cell.id)).expect("a cell")
}

#[test]
fn the_attack_of_fischetti_and_salazar() {
    let system = investment();
    let mut ranges: Vec<PossibleRange> = system.values().into_iter().map(PossibleRange::exactly).collect();
    for conditions in [["a2", "b1"], ["a2", "b3"], ["a3", "b1"], ["a3", "b3"]] {
        ranges[at(&system, &conditions)] = PossibleRange { low: 0, high: None };
    }
    let known = PublicKnowledge { ranges, numbers: Vec::new() };
    let cell = at(&system, &["a2", "b3"]);
    assert_eq!(attack(&system, &known, &[cell])[0].range, PossibleRange { low: 5, high: Some(30) });
    assert_eq!(interval(&system, &known, cell), (5.0, 30.0));
}

/// Families by county and education (Statistical Policy Working Paper 22, Federal Committee on Statistical Methodology, 1994,
/// chapter II), with its threshold of 5.
fn families() -> LinearSystem {
    let values = [15, 1, 3, 1, 20, 10, 10, 15, 3, 10, 10, 2, 12, 14, 7, 2];
    LinearSystem::of(&[counts("all", vec![dimension("county", 4), dimension("education", 4)], &values)]).expect("a system")
}

fn policy_of_five() -> DisclosurePolicy {
    DisclosurePolicy { smallest_count: 5, least_range: 2, ..DisclosurePolicy::default() }
}

#[test]
fn families_by_county_hide_six_small_cells_and_three_others() {
    let system = families();
    let task = ProtectionTask::new(&system, &policy_of_five(), Vec::new(), &[]);
    assert_eq!(task.sensitive.len(), 6);
    let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
    assert_eq!(found.search, PatternSearch::Exact);
    let also: Vec<String> = (0..system.cells.len())
        .filter(|at| found.also_hidden[*at])
        .map(|at| system.cells[at].id.conditions.values().cloned().collect::<Vec<_>>().join(" "))
        .collect();
    // Education 1, 2 and 3 have one small cell each, so each needs another: three at least. County 4 has one small cell, so one of
    // the three is there. County 2 has none: a cell hidden there would be alone in its row, and need a fourth.
    assert_eq!(also, ["county1 education1", "county3 education2", "county4 education3"]);
    let known = task.knowledge(&found.also_hidden, &found.withheld);
    for cell in &task.sensitive {
        let (low, high) = interval(&system, &known, cell.cell);
        assert!(low <= cell.low as f64 && high >= cell.high as f64, "{cell:?} {low} {high}");
    }
}

/// All totals are multiples of 5, so they stay, and the inner cells add up to them.
#[test]
fn families_by_county_rounded_to_five() {
    let system = families();
    let rounded = round(&system, 5, &sensitive(&system, &policy_of_five()), 2).expect("rounded");
    for (cell, value) in system.cells.iter().zip(&rounded.values) {
        assert!(value % 5 == 0 && (value - cell.cell.value).abs() < 5);
        if cell.id.conditions.len() < 2 {
            assert_eq!(*value, cell.cell.value);
        }
    }
    for sum in &system.equations {
        assert_eq!(rounded.values[sum.total], sum.parts.iter().map(|part| rounded.values[*part]).sum::<i64>());
    }
}
