//! Small symmetric systems of equations: what every regression solves at its end. They have as many rows as there are covariates,
//! rarely more than a hundred, so plain loops are as fast as a library.

/// A symmetric matrix of `n` rows, of which the lower triangle is kept: row 0 has one entry, row 1 has two, and so on.
#[derive(Clone, Debug, PartialEq)]
pub struct Symmetric {
    n: usize,
    lower: Vec<f64>,
}

impl Symmetric {
    /// A matrix of `n` rows, all zero.
    pub fn zero(n: usize) -> Symmetric {
        Symmetric { n, lower: vec![0.0; n * (n + 1) / 2] }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.n
    }

    fn place(i: usize, j: usize) -> usize {
        let (row, column) = if i >= j { (i, j) } else { (j, i) };
        row * (row + 1) / 2 + column
    }

    /// The entry in row `i` and column `j`, both counted from 0.
    pub fn get(&self, i: usize, j: usize) -> f64 {
        self.lower[Self::place(i, j)]
    }

    /// Sets the entry in row `i` and column `j`, and with it the one in row `j` and column `i`.
    pub fn set(&mut self, i: usize, j: usize, value: f64) {
        self.lower[Self::place(i, j)] = value;
    }

    /// Adds `weight · x xᵀ`: what one observation with the covariates `x` adds to the cross products.
    pub fn add_outer(&mut self, x: &[f64], weight: f64) {
        let mut place = 0;
        for (i, &x_i) in x.iter().enumerate() {
            let scaled = weight * x_i;
            for &x_j in &x[..=i] {
                self.lower[place] += scaled * x_j;
                place += 1;
            }
        }
    }

    /// Adds another matrix of the same size.
    pub fn add(&mut self, other: &Symmetric) {
        for (mine, theirs) in self.lower.iter_mut().zip(&other.lower) {
            *mine += theirs;
        }
    }

    /// The product with a vector of `n` entries.
    pub fn times(&self, x: &[f64]) -> Vec<f64> {
        (0..self.n).map(|i| (0..self.n).map(|j| self.get(i, j) * x[j]).sum()).collect()
    }

    /// `xᵀ A x`: the variance of the combination `x` of coefficients whose covariance this matrix is.
    pub fn quadratic_form(&self, x: &[f64]) -> f64 {
        self.times(x).iter().zip(x).map(|(a, b)| a * b).sum()
    }

    /// `B A B`, where `B` is this matrix: the sandwich of a robust covariance, with this matrix as its bread.
    pub fn sandwich(&self, meat: &Symmetric) -> Symmetric {
        let half: Vec<Vec<f64>> = (0..self.n).map(|i| meat.times(&self.row(i))).collect();
        let mut result = Symmetric::zero(self.n);
        for i in 0..self.n {
            for j in 0..=i {
                let row = self.row(j);
                result.set(i, j, half[i].iter().zip(&row).map(|(a, b)| a * b).sum());
            }
        }
        result
    }

    /// Row `i`, whole.
    pub fn row(&self, i: usize) -> Vec<f64> {
        (0..self.n).map(|j| self.get(i, j)).collect()
    }

    /// Every entry multiplied by `factor`.
    pub fn scaled(mut self, factor: f64) -> Symmetric {
        for entry in &mut self.lower {
            *entry *= factor;
        }
        self
    }
}

/// A column that the columns before it give almost exactly, so that no coefficient of its own can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collinear {
    /// Its place, counted from 0.
    pub column: usize,
}

/// The lower triangle `L` of a positive definite matrix `A = L Lᵀ` (Cholesky).
#[derive(Clone, Debug)]
pub struct Cholesky {
    factor: Symmetric,
}

/// A pivot below this share of the column's own sum of squares leaves fewer than about six digits of a coefficient, and is taken
/// to be zero.
const SMALLEST_PIVOT: f64 = 1e-11;

impl Cholesky {
    /// Factors a positive definite matrix.
    ///
    /// # Errors
    ///
    /// The first column that the columns before it explain up to rounding.
    pub fn of(matrix: &Symmetric) -> Result<Cholesky, Collinear> {
        let n = matrix.n;
        let mut factor = Symmetric::zero(n);
        for i in 0..n {
            for j in 0..=i {
                let before: f64 = (0..j).map(|k| factor.get(i, k) * factor.get(j, k)).sum();
                let left = matrix.get(i, j) - before;
                if i == j {
                    // A comparison that is false for "not a number" as well.
                    if left.is_nan() || left <= SMALLEST_PIVOT * matrix.get(i, i).abs() || left <= 0.0 {
                        return Err(Collinear { column: i });
                    }
                    factor.set(i, i, left.sqrt());
                } else {
                    factor.set(i, j, left / factor.get(j, j));
                }
            }
        }
        Ok(Cholesky { factor })
    }

    /// The solution `x` of `A x = b`.
    pub fn solve(&self, b: &[f64]) -> Vec<f64> {
        let n = self.factor.n;
        let mut x = self.half_solve(b);
        for i in (0..n).rev() {
            for k in i + 1..n {
                x[i] -= self.factor.get(k, i) * x[k];
            }
            x[i] /= self.factor.get(i, i);
        }
        x
    }

    /// The solution `y` of `L y = b`: its Euclidean length is the Mahalanobis length of `b`.
    pub fn half_solve(&self, b: &[f64]) -> Vec<f64> {
        let mut y = b.to_vec();
        for i in 0..self.factor.n {
            for k in 0..i {
                y[i] -= self.factor.get(i, k) * y[k];
            }
            y[i] /= self.factor.get(i, i);
        }
        y
    }

    /// The inverse of `A`.
    pub fn inverse(&self) -> Symmetric {
        let n = self.factor.n;
        let mut inverse = Symmetric::zero(n);
        let mut unit = vec![0.0; n];
        for j in 0..n {
            unit[j] = 1.0;
            let column = self.solve(&unit);
            unit[j] = 0.0;
            for i in j..n {
                inverse.set(i, j, column[i]);
            }
        }
        inverse
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hilbert(n: usize) -> Symmetric {
        let mut matrix = Symmetric::zero(n);
        for i in 0..n {
            for j in 0..=i {
                matrix.set(i, j, 1.0 / (i + j + 1) as f64);
            }
        }
        matrix
    }

    /// The inverse of the Hilbert matrix of four rows is whole numbers (Choi 1983).
    #[test]
    fn the_inverse_of_a_hilbert_matrix_is_whole_numbers() {
        let inverse = Cholesky::of(&hilbert(4)).expect("positive definite").inverse();
        let expected = [
            [16.0, -120.0, 240.0, -140.0],
            [-120.0, 1200.0, -2700.0, 1680.0],
            [240.0, -2700.0, 6480.0, -4200.0],
            [-140.0, 1680.0, -4200.0, 2800.0],
        ];
        for i in 0..4 {
            for j in 0..4 {
                assert!((inverse.get(i, j) - expected[i][j]).abs() < 1e-7, "{i}, {j}: {}", inverse.get(i, j));
            }
        }
    }

    #[test]
    fn a_column_that_repeats_others_is_named() {
        let mut matrix = Symmetric::zero(3);
        for x in [[1.0, 2.0, 3.0], [1.0, 5.0, 6.0], [1.0, -1.0, 0.0], [1.0, 0.5, 1.5]] {
            matrix.add_outer(&x, 1.0);
        }
        assert_eq!(Cholesky::of(&matrix).expect_err("the third is the sum of the others"), Collinear { column: 2 });
    }

    #[test]
    fn a_sandwich_with_its_own_inverse_between_is_the_bread() {
        let bread = hilbert(4);
        let meat = Cholesky::of(&bread).expect("positive definite").inverse();
        let same = bread.sandwich(&meat);
        for i in 0..4 {
            for j in 0..4 {
                assert!((same.get(i, j) - bread.get(i, j)).abs() < 1e-9);
            }
        }
    }
}
