//! Secondary suppression: further cells are hidden, so that no sensitive cell can be worked out to within its protection interval.
//!
//! The heuristic is that of Kelly, Golden and Assad ("Cell suppression: disclosure protection for sensitive tabular data", Networks
//! 22, 1992): for each end of each interval the cheapest table that reaches it is found by linear programming, and the cells in which
//! it differs are hidden. What turns out to be unnecessary is shown again. Small tables are searched exactly (`exact.rs`).
//!
//! What is returned has been checked: for each end there is a table of whole numbers that agrees with everything published.

use std::collections::BTreeSet;

use crate::attack::agrees;
use crate::exact;
use crate::protection::{
    Changes, IntervalEnd, Pattern, PatternSearch, ProtectionTask, Unprotectable, applied, is_possible, reach, target,
};
use crate::published::IndexedNumber;
use crate::system::MOST_EQUATIONS;

/// Bounds of a search. They count work and no time, so that every machine finds the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchLimits {
    /// Tables with at most so many cells that may be hidden are searched exactly.
    pub exact_cells: usize,
    /// Patterns that the exact search may look at.
    pub exact_patterns: usize,
    /// Multiplications, roughly, for finding a cheap safe pattern. After that, all totals of a cell that is still open are hidden.
    pub safe_work: u64,
    /// Multiplications, roughly, for showing again what need not be hidden.
    pub clean_work: u64,
}

impl Default for SearchLimits {
    fn default() -> Self {
        SearchLimits { exact_cells: 30, exact_patterns: 2_000, safe_work: 1_500_000_000, clean_work: 500_000_000 }
    }
}

/// A safe pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppression {
    /// Whether each cell is hidden for the sake of another.
    pub also_hidden: Vec<bool>,
    /// Whether each number of the task is withheld.
    pub withheld: Vec<bool>,
    pub search: PatternSearch,
    /// The cost of the cells hidden for the sake of others ([`ProtectionTask::cost`]).
    pub cost: f64,
}

/// Hides further cells until every sensitive cell is protected.
///
/// # Errors
/// A cell that cannot be protected, or not within the limits. An unsafe pattern is never returned.
pub fn suppress(task: &ProtectionTask, limits: &SearchLimits) -> Result<Suppression, Unprotectable> {
    if rows(task, |number| number.must_stay) > MOST_EQUATIONS {
        let cell = task.sensitive.first().map_or(0, |cell| cell.cell);
        return Err(Unprotectable { cell, is_out_of_steps: true });
    }
    let mut withheld = withheld_at_once(task);
    let mut pattern = loop {
        match safe_pattern(task, &withheld, limits) {
            Ok(pattern) => break pattern,
            Err(wrong) if wrong.is_out_of_steps => return Err(wrong),
            // A number whose cells include the one that stays open goes first, then any other.
            Err(wrong) => {
                let may_go = |at: &usize| !withheld[*at] && !task.numbers[*at].must_stay;
                let first = (0..task.numbers.len()).find(may_go).ok_or(wrong)?;
                let own = (0..task.numbers.len()).filter(may_go).find(|at| task.numbers[*at].cells.contains(&wrong.cell));
                withheld[own.unwrap_or(first)] = true;
            }
        }
    };
    show_again(task, &mut pattern, limits.clean_work);
    let candidates = task.may_hide.iter().flatten().count();
    let mut search = PatternSearch::Heuristic;
    if pattern.also_hidden.iter().all(|hidden| !hidden) {
        search = PatternSearch::Exact;
    } else if candidates <= limits.exact_cells {
        (pattern, search) = exact::cheapest(task, pattern, limits.exact_patterns);
    }
    if let Some((at, _)) = pattern.first_unsafe(task) {
        return Err(Unprotectable { cell: task.sensitive[at].cell, is_out_of_steps: true });
    }
    // What follows from published cells alone tells nobody more.
    let is_shown = |cell: &usize| task.hidden[*cell].is_none() && !pattern.also_hidden[*cell];
    for (number, withheld) in task.numbers.iter().zip(&mut pattern.withheld) {
        *withheld &= !number.cells.iter().all(is_shown);
    }
    let cost = pattern.cost(task);
    Ok(Suppression { also_hidden: pattern.also_hidden, withheld: pattern.withheld, search, cost })
}

/// A number that follows from a sensitive cell is withheld at once, unless it must stay: hiding the cells around it would cost more.
/// Where there are more numbers than the attack can hold, all are, and those that follow from published cells come back.
fn withheld_at_once(task: &ProtectionTask) -> Vec<bool> {
    let mut is_sensitive = vec![false; task.hidden.len()];
    task.sensitive.iter().for_each(|cell| is_sensitive[cell.cell] = true);
    let too_many = rows(task, |_| true) > MOST_EQUATIONS;
    let goes = |number: &IndexedNumber| too_many || number.cells.iter().any(|cell| is_sensitive[*cell]);
    task.numbers.iter().map(|number| !number.must_stay && goes(number)).collect()
}

/// The rows of the attack, with those numbers whose cells are not all published in any case.
fn rows(task: &ProtectionTask, counts: impl Fn(&IndexedNumber) -> bool) -> usize {
    let may_be_hidden = |cell: &usize| task.hidden[*cell].is_some() || task.may_hide[*cell].is_some();
    let counted = task.numbers.iter().filter(|number| counts(number) && number.cells.iter().any(may_be_hidden));
    task.system.equations.len() + ROWS_OF_A_NUMBER * counted.count()
}

/// The most inequalities that one published number becomes.
const ROWS_OF_A_NUMBER: usize = 3;

/// A first safe pattern: cell after cell, those that need the most first.
fn safe_pattern(task: &ProtectionTask, withheld: &[bool], limits: &SearchLimits) -> Result<Pattern, Unprotectable> {
    let program = task.program(withheld);
    let cells = task.hidden.len();
    let mut pattern = Pattern { also_hidden: vec![false; cells], withheld: withheld.to_vec(), tables: Default::default() };
    let mut costs: Vec<f64> = (0..cells).map(|cell| task.cost(cell)).collect();
    let mut ends = pattern.open_ends(task);
    let need = |end: &IntervalEnd| (target(task, *end) - task.system.cells[task.sensitive[end.0].cell].cell.value).abs();
    ends.sort_by_key(|end| (std::cmp::Reverse(need(end)), *end));
    let mut work = 0;
    let mut hidden_alone = task.program_of(&pattern);
    let mut count_hidden = 0;
    for end in ends {
        if pattern.tables.contains_key(&end) {
            continue;
        }
        let cell = task.sensitive[end.0].cell;
        let fails = |is_out_of_steps| Unprotectable { cell, is_out_of_steps };
        // The cells that are hidden already are often enough, and they are few.
        let count = pattern.also_hidden.iter().filter(|hidden| **hidden).count();
        if count > count_hidden {
            (hidden_alone, count_hidden) = (task.program_of(&pattern), count);
        }
        let is_within = work <= limits.safe_work;
        let alone = is_within.then(|| reach(task, &hidden_alone, &pattern, end, &[], &mut work)).flatten();
        let found = match alone {
            Some(found) => Some(found),
            None if is_within => reach(task, &program, &pattern, end, &costs, &mut work),
            None => None,
        };
        let found = found.or_else(|| with_totals(task, &pattern, end)).ok_or(fails(!is_within))?;
        for (changed, _) in &found {
            if task.may_hide[*changed].is_some() {
                pattern.also_hidden[*changed] = true;
                costs[*changed] = 0.0;
            }
        }
        pattern.note(task, &found);
        // What goes one way often goes the other way too.
        let mirrored: Changes = found.iter().map(|(cell, by)| (*cell, -by)).collect();
        if agrees(task.system, &pattern.knowledge(task), &applied(task, &mirrored)) {
            pattern.note(task, &mirrored);
        }
    }
    Ok(pattern)
}

/// A table that changes one cell, or the cells that it is the sum of, and every total above them. It hides more than is needed, but it
/// takes no search and is always whole.
fn with_totals(task: &ProtectionTask, pattern: &Pattern, end: IntervalEnd) -> Option<Changes> {
    let cell = task.sensitive[end.0].cell;
    let equations = &task.system.equations;
    let value = |cell: usize| task.system.cells[cell].cell.value;
    let mut left = target(task, end) - value(cell);
    // The cells below that are no total themselves, each with how far it may go.
    let (mut below, mut inner, mut met) = (vec![cell], BTreeSet::new(), BTreeSet::new());
    while let Some(next) = below.pop() {
        if !met.insert(next) {
            continue;
        }
        match equations.iter().find(|equation| equation.total == next) {
            Some(equation) => below.extend(&equation.parts),
            None => drop(inner.insert(next)),
        }
    }
    let room = |cell: usize| {
        let range = task.hidden[cell].or(task.may_hide[cell])?;
        Some(if left > 0 { range.high.map_or(i64::MAX, |high| high - value(cell)) } else { value(cell) - range.low })
    };
    let mut rooms: Vec<(i64, usize)> = inner.into_iter().filter_map(|cell| Some((room(cell)?, cell))).collect();
    rooms.sort_unstable_by(|a, b| b.cmp(a));
    let mut changes = vec![0; task.hidden.len()];
    for (room, cell) in rooms {
        changes[cell] = left.signum() * left.abs().min(room.max(0));
        left -= changes[cell];
    }
    // Totals of totals: one round for each dimension. A total that two tables share may never fit both.
    for _ in 0..MOST_DIMENSIONS {
        for equation in equations {
            changes[equation.total] = equation.parts.iter().map(|part| changes[*part]).sum();
        }
    }
    let changes: Changes = changes.into_iter().enumerate().filter(|(_, by)| *by != 0).collect();
    (left == 0 && is_possible(task, pattern, &changes)).then_some(changes)
}

/// More than a table of at most 20,000 cells with two positions or more in each dimension can have.
const MOST_DIMENSIONS: usize = 16;

/// Shows each further hidden cell again, the most costly first, if the others are enough.
fn show_again(task: &ProtectionTask, pattern: &mut Pattern, most_work: u64) {
    let mut hidden: Vec<usize> = (0..pattern.also_hidden.len()).filter(|cell| pattern.also_hidden[*cell]).collect();
    hidden.sort_by(|a, b| task.cost(*b).total_cmp(&task.cost(*a)).then(b.cmp(a)));
    let mut work = 0;
    for cell in hidden {
        let mut without = pattern.clone();
        without.also_hidden[cell] = false;
        without.tables.retain(|_, changes| changes.binary_search_by_key(&cell, |change| change.0).is_err());
        let open = without.open_ends(task);
        let program = if open.is_empty() { None } else { Some(task.program_of(&without)) };
        let mut is_enough = true;
        for (end, program) in open.into_iter().zip(program.iter().cycle()) {
            if without.tables.contains_key(&end) {
                continue;
            }
            let Some(found) = reach(task, program, &without, end, &[], &mut work) else {
                is_enough = false;
                break;
            };
            without.note(task, &found);
        }
        if is_enough {
            *pattern = without;
        }
        if work > most_work {
            break;
        }
    }
}
