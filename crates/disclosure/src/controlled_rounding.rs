//! Controlled rounding: every cell and total is rounded up or down to a multiple of a base, so that the rounded table still adds up.
//! (Cox and Ernst, "Controlled rounding", INFOR 20, 1982.) It is the alternative to hiding cells. Each cell alone rounded at random
//! is not offered: its totals no longer add up, and repeated publication gives the true number away.
//!
//! A table of one or two dimensions can always be rounded. Of three or more a few cannot, and that is an error.

use base::problem::Problem;

use crate::attack::{AttackProgram, MOST_WORK, PublicKnowledge, agrees};
use crate::primary::{PossibleRange, SensitiveCell};
use crate::simplex::{Simplex, SimplexEnd, SparseColumn};
use crate::system::LinearSystem;
use crate::table::wrong;

/// A rounded system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoundedSystem {
    /// The value of each cell to be published.
    pub values: Vec<i64>,
    /// How far the cells are from the truth, together.
    pub distance: i64,
}

/// Multiplications, roughly, before giving up.
const MOST_ROUNDING_WORK: u64 = 3_000_000_000;

/// Rounds every cell to a multiple of the base next to it, as close to the truth as the search finds. `least_range` is how wide the
/// range must stay that can be worked out for each sensitive cell; a base allows no more than itself less one.
///
/// # Errors
/// A system that cannot be rounded within one base of the truth, or a sensitive cell that can be worked out all the same.
pub fn round(
    system: &LinearSystem,
    base: i64,
    sensitive: &[SensitiveCell],
    least_range: i64,
) -> Result<RoundedSystem, Box<Problem>> {
    let rounded = round_unchecked(system, base)?;
    let known = knowledge_of_rounded(&rounded.values, base);
    match protected_ranges(system, &known, sensitive, least_range.min(base - 1)) {
        Ok(_) => Ok(rounded),
        Err(cell) => Err(Box::new(not_protected(base, cell))),
    }
}

/// Rounding to the base leaves a sensitive cell open.
pub(crate) fn not_protected(base: i64, cell: usize) -> Problem {
    wrong(format!("rounding to multiples of {base} does not protect the sensitive cell at position {}", cell + 1))
        .fix("use a larger base, or hide cells instead of rounding")
}

/// Rounds every cell, without a look at what is sensitive.
pub(crate) fn round_unchecked(system: &LinearSystem, base: i64) -> Result<RoundedSystem, Box<Problem>> {
    if !(2..=1_000_000_000).contains(&base) {
        return Err(wrong("the base to round to is not possible").expected("2 or more").fix("write rounding_base = 5").into());
    }
    let truth = system.values();
    let mut program = program(system, base);
    let costs = costs(&truth, base);
    let is_rounded =
        program.maximise(&costs, MOST_ROUNDING_WORK) == SimplexEnd::Best && settle(&mut program, truth.len(), &costs);
    if !is_rounded {
        return Err(wrong(format!("the table cannot be rounded to multiples of {base} so that its totals still add up"))
            .fix("publish fewer dimensions together, or hide cells instead of rounding")
            .into());
    }
    let values: Vec<i64> = truth.iter().enumerate().map(|(at, value)| value + program.value[at].round() as i64).collect();
    check(system, &values, base)?;
    let distance = values.iter().zip(&truth).map(|(rounded, value)| (rounded - value).abs()).sum();
    Ok(RoundedSystem { values, distance })
}

/// What a reader of a rounded table knows: each cell is within one base of what is shown.
#[must_use]
pub fn knowledge_of_rounded(values: &[i64], base: i64) -> PublicKnowledge {
    let range = |value: &i64| PossibleRange { low: (value - base + 1).max(0), high: Some(value + base - 1) };
    PublicKnowledge { ranges: values.iter().map(range).collect(), numbers: Vec::new() }
}

/// One variable for each cell: by how much it is rounded. A multiple of the base stays as it is.
fn program(system: &LinearSystem, base: i64) -> Simplex {
    let mut columns = vec![SparseColumn::new(); system.cells.len()];
    for (row, equation) in system.equations.iter().enumerate() {
        equation.parts.iter().for_each(|part| columns[*part].push((row, 1.0)));
        columns[equation.total].push((row, -1.0));
    }
    let bounds: Vec<(f64, f64)> = system
        .cells
        .iter()
        .map(|cell| match cell.cell.value % base {
            0 => (0.0, 0.0),
            above => (-above as f64, (base - above) as f64),
        })
        .collect();
    Simplex::new(columns, &bounds, &vec![(0.0, 0.0); system.equations.len()])
}

/// Rounding up a cell that is closer to the multiple above is a gain. A little more for each cell by its position decides ties.
fn costs(truth: &[i64], base: i64) -> Vec<f64> {
    let count = truth.len() as f64;
    let gain = |(at, value): (usize, &i64)| (2 * (value % base) - base) as f64 / base as f64 + 0.001 * (at as f64 + 1.0) / count;
    truth.iter().enumerate().map(gain).collect()
}

/// Whether a cell is at a multiple of the base.
fn is_settled(program: &Simplex, cell: usize) -> bool {
    let value = program.value[cell];
    (value - program.low[cell]).abs() < 1e-6 || (value - program.high[cell]).abs() < 1e-6
}

/// Puts the cells that are still between two multiples at one of them, one after the other. It does not go back to a cell that has
/// been put: where neither multiple is possible any more, it gives up.
fn settle(program: &mut Simplex, cells: usize, costs: &[f64]) -> bool {
    while let Some(cell) = (0..cells).find(|cell| !is_settled(program, *cell)) {
        let (low, high) = (program.low[cell], program.high[cell]);
        let nearer_first = if program.value[cell] - low < high - program.value[cell] { [low, high] } else { [high, low] };
        let before = program.clone();
        let mut work = program.work;
        let is_put = nearer_first.into_iter().any(|end| {
            *program = before.clone();
            program.work = work;
            let mut towards = vec![0.0; cell + 1];
            towards[cell] = if end > program.value[cell] { 1.0 } else { -1.0 };
            program.maximise(&towards, MOST_WORK);
            work = program.work;
            if (program.value[cell] - end).abs() > 1e-6 {
                return false;
            }
            (program.low[cell], program.high[cell]) = (end, end);
            program.maximise(costs, MOST_WORK);
            true
        });
        if !is_put || program.work > MOST_ROUNDING_WORK {
            return false;
        }
    }
    true
}

/// The result adds up, has multiples only, and is within one base of the truth. Anything else would be a mistake of the search.
fn check(system: &LinearSystem, values: &[i64], base: i64) -> Result<(), Box<Problem>> {
    let near = |at: usize| values[at] % base == 0 && values[at] >= 0 && (values[at] - system.cells[at].cell.value).abs() < base;
    let adds_up = system.equations.iter().all(|sum| values[sum.total] == sum.parts.iter().map(|part| values[*part]).sum::<i64>());
    if adds_up && (0..values.len()).all(near) {
        return Ok(());
    }
    Err(wrong("the rounded table does not add up").fix("hide cells instead of rounding").into())
}

/// For each sensitive cell a range of that width around the true value whose ends are both possible, or the first cell without one.
pub(crate) fn protected_ranges(
    system: &LinearSystem,
    known: &PublicKnowledge,
    sensitive: &[SensitiveCell],
    width: i64,
) -> Result<Vec<(i64, i64)>, usize> {
    let program = AttackProgram::new(system, known, &vec![None; system.cells.len()]);
    let truth = system.values();
    // The lowest and the highest value of each cell in the tables found so far. A table found for one cell often serves others, and
    // so does what changes the other way.
    let mut seen: Vec<(i64, i64)> = truth.iter().map(|value| (*value, *value)).collect();
    let mut found = Vec::new();
    for SensitiveCell { cell, .. } in sensitive {
        let (cell, value, range) = (*cell, truth[*cell], known.ranges[*cell]);
        for low in (value - width).max(range.low)..=value {
            for end in [low, low + width] {
                let is_open = seen[cell].1 - seen[cell].0 < width && range.holds(low + width) && end != value;
                let Some(table) = is_open.then(|| program.table_with(cell, end, &[]).table).flatten() else { continue };
                let mirrored: Vec<i64> = truth.iter().zip(&table).map(|(value, other)| 2 * value - other).collect();
                for possible in [table, mirrored].into_iter().filter(|table| agrees(system, known, table)) {
                    seen.iter_mut().zip(&possible).for_each(|(seen, value)| *seen = (seen.0.min(*value), seen.1.max(*value)));
                }
            }
        }
        let (lowest, highest) = seen[cell];
        if highest - lowest < width {
            return Err(cell);
        }
        let low = lowest.max(value - width).max(highest.min(value + width) - width).min(value);
        found.push((low.min(highest - width), low.min(highest - width) + width));
    }
    Ok(found)
}
