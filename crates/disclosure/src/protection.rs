//! What is to be protected, and a pattern of hidden cells with the tables that show it to be safe.

use std::collections::BTreeMap;

use base::problem::Problem;

use crate::attack::{AttackProgram, PublicKnowledge, agrees};
use crate::primary::{PossibleRange, SensitiveCell, range_of_primary, range_of_secondary, sensitive};
use crate::published::IndexedNumber;
use crate::rules::DisclosurePolicy;
use crate::system::LinearSystem;
use crate::table::wrong;

/// A system with its sensitive cells and what may be done about them.
#[derive(Clone, Debug)]
pub struct ProtectionTask<'a> {
    pub system: &'a LinearSystem,
    pub sensitive: Vec<SensitiveCell>,
    /// Numbers to be published beside the cells.
    pub numbers: Vec<IndexedNumber>,
    /// What a reader knows of each cell that is hidden in any case, and none for the others.
    pub hidden: Vec<Option<PossibleRange>>,
    /// What a reader would know of each further cell that may be hidden, and none for cells that must be published.
    pub may_hide: Vec<Option<PossibleRange>>,
}

impl<'a> ProtectionTask<'a> {
    /// The task of publishing a system for the first time. Cells in `keep` (positions) must be published, unless they are sensitive.
    #[must_use]
    pub fn new(system: &'a LinearSystem, policy: &DisclosurePolicy, numbers: Vec<IndexedNumber>, keep: &[usize]) -> Self {
        let sensitive = sensitive(system, policy);
        let mut hidden = vec![None; system.cells.len()];
        let hides = |cell: &SensitiveCell| (cell.cell, range_of_primary(&system.cells[cell.cell], policy));
        sensitive.iter().map(hides).for_each(|(cell, range)| hidden[cell] = Some(range));
        for (at, cell) in system.cells.iter().enumerate() {
            if cell.is_difference {
                hidden[at] = Some(PossibleRange { low: 0, high: None });
            }
        }
        // A zero that is published says something only where it is published everywhere, so it never hides another cell.
        let may_hide = system.cells.iter().enumerate().map(|(at, cell)| {
            let may = hidden[at].is_none() && cell.cell.value > 0 && !keep.contains(&at);
            may.then(|| range_of_secondary(cell, policy))
        });
        ProtectionTask { system, sensitive, numbers, may_hide: may_hide.collect(), hidden }
    }

    /// What hiding a cell costs: one for a cell, and one per cent of that for each doubling of its value. So as few cells as possible
    /// are hidden, and of these the smaller ones.
    #[must_use]
    pub fn cost(&self, cell: usize) -> f64 {
        let value = self.system.cells[cell].cell.value.max(0) as u64 + 1;
        // The logarithm to base 2, straight between powers of 2, so that every machine has the same.
        let power = value.ilog2();
        1.0 + 0.01 * (f64::from(power) + (value as f64 / 2_f64.powi(power as i32) - 1.0))
    }

    /// What everybody knows, when these further cells are hidden and these numbers withheld.
    #[must_use]
    pub fn knowledge(&self, also_hidden: &[bool], withheld: &[bool]) -> PublicKnowledge {
        let known = |at: usize| match (self.hidden[at], self.may_hide[at]) {
            (Some(range), _) => range,
            (None, Some(range)) if also_hidden[at] => range,
            _ => PossibleRange::exactly(self.system.cells[at].cell.value),
        };
        let numbers = self.numbers.iter().zip(withheld).filter(|(_, withheld)| !**withheld);
        PublicKnowledge {
            ranges: (0..self.system.cells.len()).map(known).collect(),
            numbers: numbers.map(|(number, _)| number.clone()).collect(),
        }
    }

    /// The attack in which every cell that may be hidden has a cost.
    pub(crate) fn program(&self, withheld: &[bool]) -> AttackProgram {
        AttackProgram::new(self.system, &self.knowledge(&vec![false; self.hidden.len()], withheld), &self.may_hide)
    }

    /// The attack on a pattern: what is not hidden is known.
    pub(crate) fn program_of(&self, pattern: &Pattern) -> AttackProgram {
        AttackProgram::new(self.system, &pattern.knowledge(self), &vec![None; self.hidden.len()])
    }
}

/// One end of a protection interval: the sensitive cell's place in the list, and whether it is the upper end.
pub(crate) type IntervalEnd = (usize, bool);

/// Cells that differ from the true table, and by how much. The table that results agrees with everything published.
pub(crate) type Changes = Vec<(usize, i64)>;

/// Further hidden cells, withheld numbers, and for each end of each protection interval a table that reaches it.
#[derive(Clone)]
pub(crate) struct Pattern {
    pub(crate) also_hidden: Vec<bool>,
    pub(crate) withheld: Vec<bool>,
    pub(crate) tables: BTreeMap<IntervalEnd, Changes>,
}

impl Pattern {
    pub(crate) fn cost(&self, task: &ProtectionTask) -> f64 {
        let hidden = self.also_hidden.iter().enumerate().filter(|(_, hidden)| **hidden);
        hidden.map(|(cell, _)| task.cost(cell)).sum()
    }

    /// Notes every end that a table reaches. Whether the table agrees with what is published has been checked.
    pub(crate) fn note(&mut self, task: &ProtectionTask, changes: &Changes) {
        for (at, cell) in task.sensitive.iter().enumerate() {
            let Ok(found) = changes.binary_search_by_key(&cell.cell, |change| change.0) else { continue };
            let value = task.system.cells[cell.cell].cell.value + changes[found].1;
            if value >= cell.high {
                self.tables.entry((at, true)).or_insert_with(|| changes.clone());
            }
            if value <= cell.low {
                self.tables.entry((at, false)).or_insert_with(|| changes.clone());
            }
        }
    }

    /// The ends that no table reaches yet. The true table reaches an end that is the true value.
    pub(crate) fn open_ends(&self, task: &ProtectionTask) -> Vec<IntervalEnd> {
        let ends = (0..task.sensitive.len()).flat_map(|at| [(at, true), (at, false)]);
        ends.filter(|end| !self.tables.contains_key(end) && target(task, *end) != value_of(task, *end)).collect()
    }

    /// The first end that is not shown to be possible, with every table checked anew in whole numbers. None: the pattern is safe.
    pub(crate) fn first_unsafe(&self, task: &ProtectionTask) -> Option<IntervalEnd> {
        let known = self.knowledge(task);
        let ends = (0..task.sensitive.len()).flat_map(|at| [(at, true), (at, false)]);
        let mut checked: Option<(&Changes, bool)> = None;
        ends.into_iter().find(|&end| {
            let (target, value) = (target(task, end), value_of(task, end));
            if target == value {
                return false;
            }
            let Some(changes) = self.tables.get(&end) else { return true };
            // Neighbours often share a table.
            let sound = match checked {
                Some((same, sound)) if same == changes => sound,
                _ => agrees(task.system, &known, &applied(task, changes)),
            };
            checked = Some((changes, sound));
            let by = changes.iter().find(|change| change.0 == task.sensitive[end.0].cell).map_or(0, |change| change.1);
            let reaches = if end.1 { value + by >= target } else { value + by <= target };
            !sound || !reaches
        })
    }

    pub(crate) fn knowledge(&self, task: &ProtectionTask) -> PublicKnowledge {
        task.knowledge(&self.also_hidden, &self.withheld)
    }
}

/// The value that one end of a protection interval asks for.
pub(crate) fn target(task: &ProtectionTask, end: IntervalEnd) -> i64 {
    let cell = &task.sensitive[end.0];
    if end.1 { cell.high } else { cell.low }
}

fn value_of(task: &ProtectionTask, end: IntervalEnd) -> i64 {
    task.system.cells[task.sensitive[end.0].cell].cell.value
}

/// The table that changes make of the true one.
pub(crate) fn applied(task: &ProtectionTask, changes: &Changes) -> Vec<i64> {
    let mut table = task.system.values();
    changes.iter().for_each(|(cell, by)| table[*cell] += by);
    table
}

/// The cells in which a table differs from the true one.
fn changes_of(task: &ProtectionTask, table: &[i64]) -> Changes {
    let cells = task.system.cells.iter().zip(table).enumerate();
    cells.filter_map(|(at, (cell, value))| (cell.cell.value != *value).then_some((at, value - cell.cell.value))).collect()
}

/// The cheapest table found that reaches one end. It agrees with what is published once the cells that it changes are hidden.
pub(crate) fn reach(
    task: &ProtectionTask,
    program: &AttackProgram,
    pattern: &Pattern,
    end: IntervalEnd,
    costs: &[f64],
    work: &mut u64,
) -> Option<Changes> {
    let search = program.table_with(task.sensitive[end.0].cell, target(task, end), costs);
    *work += search.work;
    let table = search.table?;
    let changes = changes_of(task, &table);
    is_possible(task, pattern, &changes).then_some(changes)
}

/// Whether the table that changes make agrees with what is published once the cells that change are hidden.
pub(crate) fn is_possible(task: &ProtectionTask, pattern: &Pattern, changes: &Changes) -> bool {
    let mut hidden = pattern.also_hidden.clone();
    changes.iter().for_each(|(cell, _)| hidden[*cell] = true);
    agrees(task.system, &task.knowledge(&hidden, &pattern.withheld), &applied(task, changes))
}

/// How good a pattern is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternSearch {
    /// No safe pattern costs less.
    Exact,
    /// The table was too large for an exact search.
    Heuristic,
    /// The exact search stopped at so many patterns.
    StoppedAt(usize),
}

/// A cell that cannot be protected by hiding cells and withholding numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unprotectable {
    /// Position in the system.
    pub cell: usize,
    /// Whether the search ended for want of steps. If not, hiding all that may be hidden leaves the cell open, as far as could be found.
    pub is_out_of_steps: bool,
}

impl Unprotectable {
    /// In words. The cell is named by its position only.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let cell = self.cell + 1;
        match self.is_out_of_steps {
            true => wrong(format!("no safe pattern was found for the cell at position {cell} within the steps allowed"))
                .fix("join categories, or publish the table in parts with fewer dimensions"),
            false => wrong(format!("nothing that may be hidden was found to protect the sensitive cell at position {cell}"))
                .expected("cells that may be hidden in each row and column of a sensitive cell")
                .fix("join its category with another, keep fewer cells and published numbers, or do not publish the table"),
        }
    }
}
