//! Two attackers that are not the product's: `microlp`, and trying every whole-number table. And random tables to attack.

use base::philox::words;
use disclosure::attack::PublicKnowledge;
use disclosure::primary::SensitiveCell;
use disclosure::published::Formula;
use disclosure::system::LinearSystem;
use disclosure::table::{CellMeasure, Dimension, StatisticalCell, StatisticalTable};
use microlp::{ComparisonOp, OptimizationDirection, Problem};

/// The smallest and largest value of a cell that agree with everything published, as real numbers. Only payments and ratios are
/// written down here; an interval of a share is left out, which makes this attacker weaker.
pub(crate) fn interval(system: &LinearSystem, known: &PublicKnowledge, cell: usize) -> (f64, f64) {
    let end = |direction: OptimizationDirection| {
        let mut problem = Problem::new(direction);
        let variables: Vec<microlp::Variable> = (0..system.cells.len())
            .map(|at| {
                let range = known.ranges[at];
                let high = range.high.map_or(f64::INFINITY, |high| high as f64);
                problem.add_var(if at == cell { 1.0 } else { 0.0 }, (range.low as f64, high))
            })
            .collect();
        for equation in &system.equations {
            let mut terms: Vec<(microlp::Variable, f64)> = equation.parts.iter().map(|part| (variables[*part], 1.0)).collect();
            terms.push((variables[equation.total], -1.0));
            problem.add_constraint(&terms, ComparisonOp::Eq, 0.0);
        }
        for number in &known.numbers {
            let truth: Vec<f64> = number.cells.iter().map(|at| system.cells[*at].cell.value as f64).collect();
            match &number.formula {
                Formula::Ratio { times, digits } => {
                    let scale = *times as f64 * 10_f64.powi(*digits as i32);
                    let shown = (truth[0] * scale / truth[1] + 0.5).floor();
                    let (top, bottom) = (variables[number.cells[0]], variables[number.cells[1]]);
                    problem.add_constraint([(top, scale), (bottom, -(shown - 0.5))], ComparisonOp::Ge, 0.0);
                    problem.add_constraint([(top, scale), (bottom, -(shown + 0.5))], ComparisonOp::Le, 0.0);
                }
                Formula::Payment { prices, unit } => {
                    let sum: f64 = prices.iter().zip(&truth).map(|(price, value)| *price as f64 * value).sum();
                    let shown = (sum / *unit as f64 + 0.5).floor() * *unit as f64;
                    let terms: Vec<_> =
                        prices.iter().zip(&number.cells).map(|(price, at)| (variables[*at], *price as f64)).collect();
                    problem.add_constraint(&terms, ComparisonOp::Ge, shown - *unit as f64 / 2.0);
                    problem.add_constraint(&terms, ComparisonOp::Le, shown + *unit as f64 / 2.0);
                }
                Formula::ShareInterval { .. } => {}
            }
        }
        match problem.solve() {
            Ok(outcome) => outcome.into_solution().expect("a solution").var_value(variables[cell]),
            Err(microlp::Error::Unbounded) => f64::INFINITY,
            Err(error) => panic!("{error}"),
        }
    };
    (end(OptimizationDirection::Minimize), end(OptimizationDirection::Maximize))
}

/// The same by trying every table: the hidden cells that are no total take every value up to `most`; the totals follow.
pub(crate) fn every_table(system: &LinearSystem, known: &PublicKnowledge, cells: &[SensitiveCell], most: i64) -> Vec<(i64, i64)> {
    let is_total: Vec<bool> = (0..system.cells.len()).map(|at| system.equations.iter().any(|sum| sum.total == at)).collect();
    let free: Vec<usize> =
        (0..is_total.len()).filter(|at| !is_total[*at] && known.ranges[*at].high != Some(known.ranges[*at].low)).collect();
    let mut found = vec![(i64::MAX, i64::MIN); cells.len()];
    let mut table = system.values();
    // How many parts of each equation are still to be given a value, so that a branch can be left early.
    try_all(system, known, &free, &is_total, most, &mut table, &mut |table| {
        for (at, cell) in cells.iter().enumerate() {
            found[at].0 = found[at].0.min(table[cell.cell]);
            found[at].1 = found[at].1.max(table[cell.cell]);
        }
    });
    found
}

fn try_all(
    system: &LinearSystem,
    known: &PublicKnowledge,
    free: &[usize],
    is_total: &[bool],
    most: i64,
    table: &mut Vec<i64>,
    note: &mut impl FnMut(&[i64]),
) {
    let Some((&cell, rest)) = free.split_first() else {
        // Totals of totals need several rounds.
        for _ in 0..4 {
            for equation in &system.equations {
                table[equation.total] = equation.parts.iter().map(|part| table[*part]).sum();
            }
        }
        let truth = system.values();
        let adds_up =
            system.equations.iter().all(|sum| table[sum.total] == sum.parts.iter().map(|part| table[*part]).sum::<i64>());
        let is_known = (0..table.len())
            .all(|at| known.ranges[at].low <= table[at] && known.ranges[at].high.is_none_or(|high| table[at] <= high));
        if adds_up && is_known && known.numbers.iter().all(|number| number.shown(table) == number.shown(&truth)) {
            note(table);
        }
        return;
    };
    let range = known.ranges[cell];
    for value in range.low..=range.high.unwrap_or(most).min(most) {
        table[cell] = value;
        let too_much = system.equations.iter().any(|sum| {
            let fixed = known.ranges[sum.total];
            let Some(high) = fixed.high.filter(|_| sum.parts.contains(&cell)) else { return false };
            let decided = sum.parts.iter().filter(|part| !rest.contains(part) && !is_total[**part]);
            let still_open = sum.parts.iter().any(|part| rest.contains(part) || is_total[*part]);
            let decided: i64 = decided.map(|part| table[*part]).sum();
            decided > high || (!still_open && decided < fixed.low)
        });
        if !too_much {
            try_all(system, known, rest, is_total, most, table, note);
        }
    }
    table[cell] = system.cells[cell].cell.value;
}

/// A dimension with categories "a1", "a2" and so on.
pub(crate) fn dimension(name: &str, categories: usize) -> Dimension {
    Dimension { name: name.into(), categories: (1..=categories).map(|at| format!("{name}{at}")).collect() }
}

pub(crate) fn counts(population: &str, dimensions: Vec<Dimension>, values: &[i64]) -> StatisticalTable {
    let cells: Vec<StatisticalCell> = values.iter().map(|value| StatisticalCell::count(*value)).collect();
    StatisticalTable::from_inner(population, "people", CellMeasure::Count, dimensions, &cells).expect("a table")
}

/// A stream of random numbers.
pub(crate) struct Draws {
    seed: u64,
    next: u64,
}

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Draws { seed, next: 0 }
    }

    /// A whole number from `low` to `high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        self.next += 1;
        low + (words(self.seed, self.next, 0, 0)[0] % (high - low + 1) as u64) as i64
    }
}

/// Counts of which some are zero, some small and the others up to `most`.
pub(crate) fn mixed(draws: &mut Draws, count: usize, most: i64) -> Vec<i64> {
    (0..count)
        .map(|_| match draws.between(1, 10) {
            1 => 0,
            2..=4 => draws.between(1, 9),
            _ => draws.between(10, most),
        })
        .collect()
}
