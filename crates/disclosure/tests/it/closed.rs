//! Cases that can be worked out by hand.

use disclosure::attack::{PublicKnowledge, attack};
use disclosure::primary::PossibleRange;
use disclosure::protection::{PatternSearch, ProtectionTask};
use disclosure::published::{Formula, PublishedNumber};
use disclosure::rules::DisclosurePolicy;
use disclosure::secondary::{SearchLimits, Suppression, suppress};
use disclosure::system::{CellId, LinearSystem};
use disclosure::table::StatisticalTable;

use crate::oracle::{counts, dimension};

/// The conditions of the hidden cells in words: "a=a1 b=b2".
fn words(id: &CellId) -> String {
    let conditions: Vec<&str> = id.conditions.values().map(String::as_str).collect();
    if conditions.is_empty() { "all".into() } else { conditions.join(" ") }
}

fn protect(tables: &[StatisticalTable], numbers: &[PublishedNumber], keep: &[&str]) -> (Vec<String>, Vec<String>, Suppression) {
    let system = LinearSystem::of(tables).expect("a system");
    let numbers = numbers.iter().map(|number| number.indexed(&system).expect("its cells")).collect();
    let keep: Vec<usize> = (0..system.cells.len()).filter(|at| keep.contains(&words(&system.cells[*at].id).as_str())).collect();
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), numbers, &keep);
    let found = suppress(&task, &SearchLimits::default()).expect("a safe pattern");
    let named = |hidden: &dyn Fn(usize) -> bool| {
        system.cells.iter().enumerate().filter(|(at, _)| hidden(*at)).map(|(_, cell)| words(&cell.id)).collect()
    };
    (named(&|at| task.hidden[at].is_some()), named(&|at| found.also_hidden[at]), found)
}

/// 3 is sensitive. Its row, its column and the corner must each have another hidden cell: all four inner cells are hidden.
#[test]
fn a_table_of_two_by_two_with_one_small_cell_hides_the_other_three() {
    let table = counts("all", vec![dimension("a", 2), dimension("b", 2)], &[3, 40, 50, 60]);
    let (sensitive, also, found) = protect(&[table], &[], &[]);
    assert_eq!(sensitive, ["a1 b1"]);
    assert_eq!(also, ["a1 b2", "a2 b1", "a2 b2"]);
    assert_eq!(found.search, PatternSearch::Exact);
}

/// The other cells must be published: then the two margins and the total of the table are what is left to hide.
#[test]
fn or_its_margins_when_the_other_cells_must_be_published() {
    let table = counts("all", vec![dimension("a", 2), dimension("b", 2)], &[3, 40, 50, 60]);
    let (_, also, _) = protect(&[table], &[], &["a1 b2", "a2 b1", "a2 b2"]);
    assert_eq!(also, ["all", "a1", "b1"]);
}

/// In one row the smallest of the others is hidden. A cell of 12 says that it is not below 10, so it would leave the 3 only 1 to 5.
#[test]
fn a_row_hides_the_smallest_cell_that_is_large_enough() {
    let (_, also, _) = protect(&[counts("all", vec![dimension("a", 4)], &[3, 30, 20, 80])], &[], &[]);
    assert_eq!(also, ["a3"]);
    // 3 and 12: the 3 would be at most 5, and at least 1. Asked for is 1 to 6.
    let (_, also, _) = protect(&[counts("all", vec![dimension("a", 4)], &[3, 30, 12, 80])], &[], &[]);
    assert_eq!(also, ["a2"]);
}

/// 4 and 5 with a total of 29: together they are 9, so each is from 1 to 8, which is wide enough. Nothing more is hidden.
#[test]
fn two_small_cells_protect_each_other() {
    let (sensitive, also, found) = protect(&[counts("all", vec![dimension("a", 3)], &[4, 5, 20])], &[], &[]);
    assert_eq!((sensitive.len(), also.len(), found.search), (2, 0, PatternSearch::Exact));
}

/// Two ones with a total of 22: together they are 2, so each is 1. A third cell is hidden.
#[test]
fn two_ones_do_not_protect_each_other() {
    let (_, also, _) = protect(&[counts("all", vec![dimension("a", 3)], &[1, 1, 20])], &[], &[]);
    assert_eq!(also, ["a3"]);
}

/// Nine people, one in each category: every total is small too, and a label on it would give all nine away.
#[test]
fn a_small_total_of_small_cells_has_no_label() {
    let table = counts("all", vec![dimension("a", 9)], &[1; 9]);
    let (sensitive, also, _) = protect(&[table], &[], &[]);
    assert_eq!((sensitive.len(), also.len()), (10, 0));
}

/// The attack by hand: row 3 + x = 43 with x hidden, columns 53 and 100, all four inner cells hidden and unlabelled: from 0 to 43.
#[test]
fn the_attack_on_four_hidden_cells_finds_the_interval_worked_out_by_hand() {
    let system =
        LinearSystem::of(&[counts("all", vec![dimension("a", 2), dimension("b", 2)], &[3, 40, 50, 60])]).expect("a system");
    let any = PossibleRange { low: 0, high: None };
    let inner = |id: &CellId| id.conditions.len() == 2;
    let ranges = system.cells.iter().map(|cell| if inner(&cell.id) { any } else { PossibleRange::exactly(cell.cell.value) });
    let known = PublicKnowledge { ranges: ranges.collect(), numbers: Vec::new() };
    let cells: Vec<usize> = (0..system.cells.len()).filter(|at| inner(&system.cells[*at].id)).collect();
    let found: Vec<(i64, Option<i64>)> =
        attack(&system, &known, &cells).iter().map(|cell| (cell.range.low, cell.range.high)).collect();
    assert_eq!(found, [(0, Some(43)), (0, Some(43)), (10, Some(53)), (57, Some(100))]);
}

/// 7 of 200 is 3.5%: the percentage is withheld. One that must stay costs the total as well.
#[test]
fn a_percentage_of_a_hidden_count_is_withheld() {
    let table = counts("all", vec![dimension("a", 3)], &[7, 93, 100]);
    let system = LinearSystem::of(std::slice::from_ref(&table)).expect("a system");
    let id = |name: &str| system.cells.iter().find(|cell| words(&cell.id) == name).expect("a cell").id.clone();
    let mut share = PublishedNumber::percentage(id("a1"), id("all"), 1);
    let (_, also, found) = protect(std::slice::from_ref(&table), &[share.clone()], &[]);
    assert_eq!((also.as_slice(), found.withheld), (["a2".to_owned()].as_slice(), vec![true]));
    share.must_stay = true;
    let (_, also, found) = protect(&[table], &[share], &[]);
    assert!(also.contains(&"all".to_owned()), "{also:?}");
    assert_eq!(found.withheld, [false]);
}

/// A payment of £28,000 at £4,000 each is 7 people. The payment is withheld; if it must stay, nothing protects the count.
#[test]
fn a_payment_divided_by_its_tariff_is_a_count() {
    let table = counts("all", vec![dimension("a", 3)], &[7, 93, 100]);
    let system = LinearSystem::of(std::slice::from_ref(&table)).expect("a system");
    let id = system.cells.iter().find(|cell| words(&cell.id) == "a1").expect("a cell").id.clone();
    let mut payment = PublishedNumber::payment(id, 400_000);
    let (_, _, found) = protect(&[table], &[payment.clone()], &[]);
    assert_eq!(found.withheld, [true]);
    payment.must_stay = true;
    let numbers = vec![payment.indexed(&system).expect("its cell")];
    let task = ProtectionTask::new(&system, &DisclosurePolicy::default(), numbers, &[]);
    let wrong = suppress(&task, &SearchLimits::default()).expect_err("nothing protects it");
    assert!(!wrong.is_out_of_steps);
    assert!(wrong.problem().what.contains("nothing that may be hidden was found to protect"), "{}", wrong.problem().what);
}

/// The 95% Wilson interval of 20 of 100 is 13.3% to 28.9%.
#[test]
fn the_interval_of_a_share_is_wilsons() {
    let system = LinearSystem::of(&[counts("all", vec![dimension("a", 2)], &[20, 80])]).expect("a system");
    let cells = vec![system.cells[1].id.clone(), system.cells[0].id.clone()];
    let number = PublishedNumber { cells, formula: Formula::ShareInterval { z: 1.959_964, digits: 1 }, must_stay: false };
    assert_eq!(number.indexed(&system).expect("its cells").shown(&system.values()), Some(vec![133, 289]));
}

/// A table by area and one by age share their total: linked, and protected together.
#[test]
fn linked_tables_are_protected_together() {
    let by_area = counts("all", vec![dimension("a", 2), dimension("b", 2)], &[3, 40, 50, 60]);
    let by_age = counts("all", vec![dimension("a", 2), dimension("c", 2)], &[20, 23, 70, 40]);
    let system = LinearSystem::of(&[by_area, by_age]).expect("a system");
    // 9 cells each, of which the two areas and the total of all are the same.
    assert_eq!(system.cells.len(), 15);
}
