//! The attack: what can be worked out about hidden cells from everything that is published. The attacker knows the equations, the
//! labels, every published number, that no value is negative and that counts are whole.
//!
//! [`attack`] gives the smallest and the largest value of a cell by linear programming. [`table_with`] finds a whole table that
//! agrees with everything published and has a given value in one cell; [`agrees`] checks such a table in whole numbers. Two such
//! tables show that a cell is protected, whatever the linear program did.

use crate::primary::PossibleRange;
use crate::published::IndexedNumber;
use crate::simplex::{Simplex, SimplexEnd, SparseColumn};
use crate::system::LinearSystem;

/// What the attacker knows: the range of each cell of a system (one value where it is published), and other published numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicKnowledge {
    pub ranges: Vec<PossibleRange>,
    pub numbers: Vec<IndexedNumber>,
}

/// What the attack finds for one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttackInterval {
    /// Position in the system.
    pub cell: usize,
    pub range: PossibleRange,
    /// Whether the bounds are the best that linear programming gives. If not, the steps ran out, and the true range may be wider.
    pub is_complete: bool,
}

/// Multiplications, roughly, for one linear program at most.
pub const MOST_WORK: u64 = 100_000_000;

/// Branches for one whole-number table at most.
const MOST_BRANCHES: usize = 40;

/// Differences from a whole number below this are errors of rounding.
const WHOLE_TOLERANCE: f64 = 1e-5;

/// The smallest and the largest value of cells that agree with everything published. The true values are where the search begins;
/// they do not change what it finds.
#[must_use]
pub fn attack(system: &LinearSystem, known: &PublicKnowledge, cells: &[usize]) -> Vec<AttackInterval> {
    let program = AttackProgram::new(system, known, &vec![None; system.cells.len()]);
    cells.iter().map(|cell| program.interval(*cell)).collect()
}

/// A table that agrees with everything published and has the value in one cell, or none if none was found within bounded steps.
#[must_use]
pub fn table_with(system: &LinearSystem, known: &PublicKnowledge, cell: usize, value: i64) -> Option<Vec<i64>> {
    let program = AttackProgram::new(system, known, &vec![None; system.cells.len()]);
    program.table_with(cell, value, &vec![0.0; system.cells.len()]).table
}

/// Whether a table agrees with everything published, in whole numbers.
#[must_use]
pub fn agrees(system: &LinearSystem, known: &PublicKnowledge, table: &[i64]) -> bool {
    let truth = system.values();
    let adds_up = |total: usize, parts: &[usize]| {
        i128::from(table[total]) == parts.iter().map(|part| i128::from(table[*part])).sum::<i128>()
    };
    known.ranges.iter().zip(table).all(|(range, value)| range.holds(*value))
        && system.equations.iter().all(|equation| adds_up(equation.total, &equation.parts))
        && known.numbers.iter().all(|number| number.shown(table) == number.shown(&truth))
}

/// The attack as a linear program in the differences from the true table. Cells that may still be hidden are variables with a
/// cost; the others are known.
pub(crate) struct AttackProgram {
    truth: Vec<i64>,
    start: Simplex,
    /// The variables of a cell: one that goes both ways, or one up and one down.
    variables: Vec<Variables>,
}

#[derive(Clone, Copy)]
enum Variables {
    Known,
    Hidden(usize),
    MayBeHidden { up: usize, down: usize },
}

/// What a search for a table found.
pub(crate) struct TableSearch {
    /// In whole numbers. It has not been compared with the published numbers yet.
    pub(crate) table: Option<Vec<i64>>,
    pub(crate) work: u64,
}

impl AttackProgram {
    /// `may_be_hidden` gives what a reader would know of each cell that may be hidden in addition.
    pub(crate) fn new(system: &LinearSystem, known: &PublicKnowledge, may_be_hidden: &[Option<PossibleRange>]) -> AttackProgram {
        let truth = system.values();
        let mut columns: Vec<SparseColumn> = Vec::new();
        let mut bounds = Vec::new();
        let mut variables = Vec::new();
        let room = |range: &PossibleRange, value: i64| {
            let up = range.high.map_or(f64::INFINITY, |high| (high - value).max(0) as f64);
            ((value - range.low).max(0) as f64, up)
        };
        for (at, range) in known.ranges.iter().enumerate() {
            let first = columns.len();
            if let Some(hidden) = &may_be_hidden[at] {
                let (down, up) = room(hidden, truth[at]);
                bounds.extend([(0.0, up), (0.0, down)]);
                columns.extend([SparseColumn::new(), SparseColumn::new()]);
                variables.push(Variables::MayBeHidden { up: first, down: first + 1 });
            } else if range.high == Some(range.low) {
                variables.push(Variables::Known);
            } else {
                let (down, up) = room(range, truth[at]);
                bounds.push((-down, up));
                columns.push(SparseColumn::new());
                variables.push(Variables::Hidden(first));
            }
        }
        settle_alone(system, &mut variables, &mut bounds);
        let mut rows = Vec::new();
        let mut add = |terms: &[(usize, f64)], range: (f64, f64)| {
            if terms.iter().all(|(cell, _)| matches!(variables[*cell], Variables::Known)) {
                return;
            }
            for (cell, coefficient) in terms {
                match variables[*cell] {
                    Variables::Known => {}
                    Variables::Hidden(column) => columns[column].push((rows.len(), *coefficient)),
                    Variables::MayBeHidden { up, down } => {
                        columns[up].push((rows.len(), *coefficient));
                        columns[down].push((rows.len(), -coefficient));
                    }
                }
            }
            rows.push(range);
        };
        for equation in &system.equations {
            let parts = equation.parts.iter().map(|part| (*part, 1.0));
            let terms: Vec<(usize, f64)> = parts.chain([(equation.total, -1.0)]).collect();
            add(&terms, (0.0, 0.0));
        }
        for range in known.numbers.iter().flat_map(|number| number.ranges(&truth)) {
            // In proportion to the largest coefficient, so that one tolerance fits all rows.
            let largest = range.terms.iter().map(|term| term.1.unsigned_abs()).max().unwrap_or(1).max(1) as f64;
            let sum: i128 = range.terms.iter().map(|(cell, by)| by * i128::from(truth[*cell])).sum();
            let terms: Vec<(usize, f64)> = range.terms.iter().map(|(cell, by)| (*cell, *by as f64 / largest)).collect();
            let low = range.low.map_or(f64::NEG_INFINITY, |low| (low - sum) as f64 / largest);
            let high = range.high.map_or(f64::INFINITY, |high| (high - sum) as f64 / largest);
            add(&terms, (low.min(0.0), high.max(0.0)));
        }
        let start = Simplex::new(columns, &bounds, &rows);
        AttackProgram { truth, start, variables }
    }

    fn interval(&self, cell: usize) -> AttackInterval {
        let value = self.truth[cell];
        let Variables::Hidden(column) = self.variables[cell] else {
            return AttackInterval { cell, range: PossibleRange::exactly(value), is_complete: true };
        };
        let mut is_complete = true;
        let mut end = |sign: f64| {
            let mut program = self.start.clone();
            let mut cost = vec![0.0; column + 1];
            cost[column] = sign;
            let end = program.maximise(&cost, MOST_WORK);
            is_complete &= end != SimplexEnd::OutOfWork;
            (end != SimplexEnd::Unlimited).then_some(program.value[column])
        };
        let high = end(1.0).map(|by| value + (by + WHOLE_TOLERANCE).floor() as i64);
        let low = end(-1.0).map_or(i64::MIN, |by| value + (by - WHOLE_TOLERANCE).ceil() as i64);
        AttackInterval { cell, range: PossibleRange { low, high }, is_complete }
    }

    /// A whole-number table with the value in one cell, with the least cost of changes in cells that may be hidden. A cell with an
    /// infinite cost stays as it is.
    pub(crate) fn table_with(&self, cell: usize, value: i64, cost: &[f64]) -> TableSearch {
        let by = (value - self.truth[cell]) as f64;
        let mut program = self.start.clone();
        let mut costs = vec![0.0; program.value.len()];
        for (variables, cost) in self.variables.iter().zip(cost) {
            if let Variables::MayBeHidden { up, down } = variables {
                (costs[*up], costs[*down]) = (-cost, -cost);
                if cost.is_infinite() {
                    (costs[*up], costs[*down]) = (0.0, 0.0);
                    (program.high[*up], program.high[*down]) = (0.0, 0.0);
                }
            }
        }
        let column = match self.variables[cell] {
            Variables::Known => return TableSearch { table: (by == 0.0).then(|| self.truth.clone()), work: 0 },
            Variables::Hidden(column) => column,
            Variables::MayBeHidden { up, down } => {
                // One of the two is enough, and the other would only undo it.
                let (used, other) = if by > 0.0 { (up, down) } else { (down, up) };
                program.high[other] = 0.0;
                used
            }
        };
        let by = if program.low[column] == 0.0 { by.abs() } else { by };
        let table = push(&mut program, column, by)
            .then(|| self.whole(&mut program, &costs, &mut MOST_BRANCHES.clone()))
            .flatten()
            .map(|changes| self.truth.iter().zip(changes).map(|(value, by)| value + by).collect());
        TableSearch { table, work: program.work }
    }

    /// The variable that moves the same cell the other way.
    fn opposite(&self, column: usize) -> Option<usize> {
        self.variables.iter().find_map(|variables| match *variables {
            Variables::MayBeHidden { up, down } if up == column => Some(down),
            Variables::MayBeHidden { up, down } if down == column => Some(up),
            _ => None,
        })
    }

    /// The cheapest point, with whole changes only: where a change has a fraction, the two whole numbers beside it are tried.
    fn whole(&self, program: &mut Simplex, costs: &[f64], branches: &mut usize) -> Option<Vec<i64>> {
        if costs.iter().any(|cost| *cost != 0.0) {
            program.maximise(costs, MOST_WORK);
        }
        let fraction = |value: f64| (value - value.round()).abs();
        let changed = self.variables.iter().flat_map(|variables| match variables {
            Variables::Known => [None, None],
            Variables::Hidden(column) => [Some(*column), None],
            Variables::MayBeHidden { up, down } => [Some(*up), Some(*down)],
        });
        // What stands in most rows first: a total settles its parts, and a part does not settle its total.
        let open = changed.flatten().filter(|column| fraction(program.value[*column]) > WHOLE_TOLERANCE);
        let worst = open.max_by_key(|column| (program.column(*column).len(), std::cmp::Reverse(*column)));
        let Some(column) = worst else {
            let whole = |column: usize| program.value[column].round() as i64;
            let change = |variables: &Variables| match variables {
                Variables::Known => 0,
                Variables::Hidden(column) => whole(*column),
                Variables::MayBeHidden { up, down } => whole(*up) - whole(*down),
            };
            return Some(self.variables.iter().map(change).collect());
        };
        let at = program.value[column];
        let nearer_first = if at - at.floor() < 0.5 { [at.floor(), at.ceil()] } else { [at.ceil(), at.floor()] };
        for end in nearer_first {
            *branches = branches.checked_sub(1)?;
            let mut branch = program.clone();
            if let Some(other) = self.opposite(column) {
                // Both at once would change the variables and not the cell.
                (branch.low[other], branch.high[other]) = (branch.value[other], branch.value[other]);
            }
            let (low, high) = (branch.low[column], branch.high[column]);
            if push(&mut branch, column, end) {
                (branch.low[column], branch.high[column]) = if end < at { (low, end) } else { (end, high) };
                if let Some(found) = self.whole(&mut branch, costs, branches) {
                    program.work = branch.work;
                    return Some(found);
                }
            }
            program.work = branch.work;
        }
        None
    }
}

/// A hidden cell that is alone in an equation is known, and so may be the next. Their variables stay without a row.
fn settle_alone(system: &LinearSystem, variables: &mut [Variables], bounds: &mut [(f64, f64)]) {
    loop {
        let mut is_done = true;
        for equation in &system.equations {
            let cells = || equation.parts.iter().chain([&equation.total]).copied();
            let mut open = cells().filter(|cell| !matches!(variables[*cell], Variables::Known));
            let (Some(cell), None) = (open.next(), open.next()) else { continue };
            if let Variables::Hidden(column) = variables[cell] {
                bounds[column] = (0.0, 0.0);
                variables[cell] = Variables::Known;
                is_done = false;
            }
        }
        if is_done {
            return;
        }
    }
}

/// Moves one variable to a value and keeps it there. Whether it could be reached.
fn push(program: &mut Simplex, column: usize, to: f64) -> bool {
    let from = program.value[column];
    if to < program.low[column] || to > program.high[column] {
        return false;
    }
    let mut cost = vec![0.0; column + 1];
    if to > from {
        (cost[column], program.high[column]) = (1.0, to);
    } else {
        (cost[column], program.low[column]) = (-1.0, to);
    }
    if to != from {
        program.maximise(&cost, MOST_WORK);
    }
    let reached = (program.value[column] - to).abs() < WHOLE_TOLERANCE;
    if reached {
        (program.low[column], program.high[column]) = (to, to);
    }
    reached
}
