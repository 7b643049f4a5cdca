//! Linear programming from a point that is known to be allowed: the bounded revised simplex method with a dense inverse of the
//! basis. (Chvátal, "Linear Programming", 1983, chapters 7 and 8.)
//!
//! Everything is measured from the true table, so that zero is always allowed and no first phase is needed. A variable outside the
//! basis may therefore stand between its bounds.

use std::sync::Arc;

/// The non-zero coefficients of one variable: (row, coefficient).
pub(crate) type SparseColumn = Vec<(usize, f64)>;

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SimplexEnd {
    Best,
    /// The objective can grow without limit.
    Unlimited,
    /// The work that was allowed ran out. The point is allowed, but it may not be the best.
    OutOfWork,
}

/// Rows `columns · x = 0 within bounds`, variables within bounds, and the point that has been reached.
#[derive(Clone)]
pub(crate) struct Simplex {
    rows: usize,
    columns: Arc<Vec<SparseColumn>>,
    pub(crate) low: Vec<f64>,
    pub(crate) high: Vec<f64>,
    pub(crate) value: Vec<f64>,
    /// The variable of each row of the basis.
    basis: Vec<usize>,
    in_basis: Vec<bool>,
    /// The inverse of the basis, one column after the other.
    inverse: Vec<f64>,
    /// Multiplications so far, roughly: it bounds the time alike on every machine.
    pub(crate) work: u64,
}

/// Reduced costs below this are nothing.
const COST_TOLERANCE: f64 = 1e-7;
/// Pivots below this are not trusted.
const PIVOT_TOLERANCE: f64 = 1e-7;

impl Simplex {
    /// A program at the point zero. `rows` are the bounds of each row's sum and hold zero; so do the bounds of each variable.
    pub(crate) fn new(mut columns: Vec<SparseColumn>, bounds: &[(f64, f64)], rows: &[(f64, f64)]) -> Simplex {
        let structural = columns.len();
        let count = rows.len();
        // The sum of a row plus its own variable is zero.
        columns.extend((0..count).map(|row| vec![(row, 1.0)]));
        let low = bounds.iter().map(|bound| bound.0).chain(rows.iter().map(|row| -row.1)).collect();
        let high = bounds.iter().map(|bound| bound.1).chain(rows.iter().map(|row| -row.0)).collect();
        let mut inverse = vec![0.0; count * count];
        (0..count).for_each(|row| inverse[row * count + row] = 1.0);
        let mut in_basis = vec![false; structural];
        in_basis.resize(structural + count, true);
        Simplex {
            rows: count,
            value: vec![0.0; columns.len()],
            columns: Arc::new(columns),
            low,
            high,
            basis: (structural..structural + count).collect(),
            in_basis,
            inverse,
            work: 0,
        }
    }

    /// The coefficients of one variable.
    pub(crate) fn column(&self, column: usize) -> &SparseColumn {
        &self.columns[column]
    }

    /// Makes the sum of `cost · x` as large as possible. `cost` has a number for each variable given to [`Simplex::new`].
    pub(crate) fn maximise(&mut self, cost: &[f64], most_work: u64) -> SimplexEnd {
        let cost_of = |column: usize| cost.get(column).copied().unwrap_or(0.0);
        let last = self.work + most_work;
        let mut still = 0;
        let mut prices = vec![0.0; self.rows];
        let mut direction = vec![0.0; self.rows];
        while self.work < last {
            self.price(&mut prices, &cost_of);
            // Steps that change nothing may come in circles. The lowest index (Bland's rule) breaks them.
            let careful = still > 2 * self.rows + 20;
            let Some((entering, sign)) = self.entering(&prices, &cost_of, careful) else { return SimplexEnd::Best };
            self.direction(entering, &mut direction);
            self.work += (4 * self.rows + 2 * self.columns.len()) as u64;
            let Some(length) = self.step(entering, sign, &direction, careful) else { return SimplexEnd::Unlimited };
            still = if length > 0.0 { 0 } else { still + 1 };
        }
        SimplexEnd::OutOfWork
    }

    /// The price of each row: the costs of the basis times its inverse.
    fn price(&self, prices: &mut [f64], cost_of: &impl Fn(usize) -> f64) {
        let costs = self.basis.iter().enumerate().map(|(row, column)| (row, cost_of(*column)));
        let costs: Vec<(usize, f64)> = costs.filter(|(_, cost)| *cost != 0.0).collect();
        for (at, price) in prices.iter_mut().enumerate() {
            let column = &self.inverse[at * self.rows..(at + 1) * self.rows];
            *price = costs.iter().map(|(row, cost)| cost * column[*row]).sum();
        }
    }

    /// The variable outside the basis that changes the objective most, and which way it goes.
    fn entering(&self, prices: &[f64], cost_of: &impl Fn(usize) -> f64, careful: bool) -> Option<(usize, f64)> {
        let mut best = None;
        let mut most = COST_TOLERANCE;
        for (at, column) in self.columns.iter().enumerate() {
            if self.in_basis[at] || self.low[at] >= self.high[at] {
                continue;
            }
            let reduced = cost_of(at) - column.iter().map(|(row, coefficient)| prices[*row] * coefficient).sum::<f64>();
            let may = if reduced > 0.0 { self.value[at] < self.high[at] } else { self.value[at] > self.low[at] };
            if may && reduced.abs() > most {
                best = Some((at, reduced.signum()));
                if careful {
                    return best;
                }
                most = reduced.abs();
            }
        }
        best
    }

    /// How much each variable of the basis goes down when one outside goes up by one.
    fn direction(&self, entering: usize, direction: &mut [f64]) {
        direction.fill(0.0);
        for (row, coefficient) in &self.columns[entering] {
            let column = &self.inverse[row * self.rows..(row + 1) * self.rows];
            direction.iter_mut().zip(column).for_each(|(sum, part)| *sum += coefficient * part);
        }
    }

    /// Moves as far as the bounds allow and changes the basis. `None` where nothing stops the move.
    fn step(&mut self, entering: usize, sign: f64, direction: &[f64], careful: bool) -> Option<f64> {
        let own = if sign > 0.0 { self.high[entering] - self.value[entering] } else { self.value[entering] - self.low[entering] };
        let (mut length, mut leaving, mut pivot) = (own, None, 0.0_f64);
        for (row, &part) in direction.iter().enumerate() {
            if part.abs() < PIVOT_TOLERANCE {
                continue;
            }
            let column = self.basis[row];
            let falls = sign * part > 0.0;
            let room = if falls { self.value[column] - self.low[column] } else { self.high[column] - self.value[column] };
            let reach = room.max(0.0) / part.abs();
            let is_tie = leaving.is_some_and(|other: usize| match careful {
                true => column < self.basis[other],
                false => part.abs() > pivot,
            });
            if reach < length - 1e-12 * (1.0 + length.min(1e12)) || (reach <= length && (leaving.is_none() || is_tie)) {
                (length, leaving, pivot) = (reach, Some(row), part.abs());
            }
        }
        if !length.is_finite() {
            return None;
        }
        self.value[entering] += sign * length;
        for (row, part) in direction.iter().enumerate() {
            self.value[self.basis[row]] -= sign * length * part;
        }
        match leaving {
            None => self.value[entering] = if sign > 0.0 { self.high[entering] } else { self.low[entering] },
            Some(row) => {
                let column = self.basis[row];
                // Exactly on its bound, so that no error of rounding is left behind.
                self.value[column] = if sign * direction[row] > 0.0 { self.low[column] } else { self.high[column] };
                self.exchange(row, entering, direction);
            }
        }
        Some(length)
    }

    fn exchange(&mut self, row: usize, entering: usize, direction: &[f64]) {
        let rows = self.rows;
        for column in self.inverse.chunks_exact_mut(rows) {
            let factor = column[row] / direction[row];
            if factor != 0.0 {
                column.iter_mut().zip(direction).for_each(|(part, along)| *part -= factor * along);
                column[row] = factor;
                self.work += rows as u64;
            }
        }
        self.in_basis[self.basis[row]] = false;
        self.in_basis[entering] = true;
        self.basis[row] = entering;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two variables that must be equal, up to 3 and 5: the sum is at most 6. One of them free: no limit.
    #[test]
    fn a_program_of_two_variables() {
        let columns = vec![vec![(0, 1.0)], vec![(0, -1.0)]];
        let mut program = Simplex::new(columns.clone(), &[(0.0, 3.0), (0.0, 5.0)], &[(0.0, 0.0)]);
        assert_eq!(program.maximise(&[1.0, 1.0], 1_000), SimplexEnd::Best);
        assert_eq!(program.value[..2], [3.0, 3.0]);
        let free = [(0.0, f64::INFINITY), (f64::NEG_INFINITY, f64::INFINITY)];
        let mut program = Simplex::new(columns, &free, &[(0.0, 0.0)]);
        assert_eq!(program.maximise(&[1.0, 0.0], 1_000), SimplexEnd::Unlimited);
    }
}
