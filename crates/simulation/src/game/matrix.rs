//! Two players with a few choices each, given as a table of what each pair of choices earns. Every equilibrium with equally
//! many choices in use on both sides is found by trying every such pair of sets (all there are, unless payoffs tie).

use base::problem::Problem;
use base::reader::Section;

use super::form::{FormDescription, GAME_FILE, GameFigure};
use super::optimum::solve as solve_equations;
use super::reading::number_or;

pub(super) const FORM: FormDescription = FormDescription {
    name: "matrix",
    summary: "Two players, each with up to six choices. `[pays.CHOICE]` says what the row player earns for its choice against each \
              choice of the column player; `[column_pays.CHOICE]` what the column player earns then, and where it is left out one \
              player's gain is the other's loss.",
    example: r#"game = "matrix"

[pays.rock]
rock = 0
paper = -1
scissors = 2

[pays.paper]
rock = 1
paper = 0
scissors = -1

[pays.scissors]
rock = -2
paper = 1
scissors = 0"#,
};

#[derive(Clone, Debug)]
pub struct Matrix {
    rows: Vec<String>,
    columns: Vec<String>,
    row_pays: Vec<Vec<f64>>,
    column_pays: Vec<Vec<f64>>,
}

const MOST: usize = 6;

pub(super) fn read(top: &Section<'_, '_>) -> Matrix {
    let (rows, columns, row_pays) = match top.required_section("pays", "a table [pays.CHOICE] for each choice") {
        Some(section) => table(&section),
        None => (Vec::new(), Vec::new(), Vec::new()),
    };
    let mut column_pays: Vec<Vec<f64>> = row_pays.iter().map(|row| row.iter().map(|pays| -pays).collect()).collect();
    if let Some(section) = top.section("column_pays") {
        let (same_rows, same_columns, pays) = table(&section);
        column_pays = pays;
        if same_rows != rows || same_columns != columns {
            section.push(
                Problem::at(GAME_FILE, section.span, "[column_pays] has other choices than [pays], or in another order")
                    .expected(format!("rows {}, each with {}", rows.join(", "), columns.join(", ")))
                    .fix("write both with the same choices in the same order"),
            );
        }
    }
    Matrix { rows, columns, row_pays, column_pays }
}

fn table(section: &Section<'_, '_>) -> (Vec<String>, Vec<String>, Vec<Vec<f64>>) {
    let mut rows = Vec::new();
    let mut columns: Vec<String> = Vec::new();
    let mut pays = Vec::new();
    for row in section.sections() {
        let names: Vec<String> = row.keys().iter().map(|(name, _)| (*name).to_owned()).collect();
        if columns.is_empty() {
            columns = names.clone();
        }
        if names != columns || names.is_empty() || names.len() > MOST || rows.len() == MOST {
            row.push(
                Problem::at(GAME_FILE, row.span, format!("[{}] does not fit the table", row.path))
                    .read(names.join(", "))
                    .expected(format!("the same choices in every row, at most {MOST}: {}", columns.join(", ")))
                    .fix("give every row the same choices, in the same order"),
            );
        }
        pays.push(columns.iter().map(|name| number_or(&row, name, 0.0)).collect());
        rows.push(row.name.clone());
        row.finish();
    }
    (rows, columns, pays)
}

/// One equilibrium: how often each player makes each choice, and how much either could still gain.
struct Mixed {
    row: Vec<f64>,
    column: Vec<f64>,
    regret: f64,
}

impl Matrix {
    pub(super) fn solve(&self) -> Vec<GameFigure> {
        let found = self.equilibria();
        let mut figures = vec![GameFigure::exact("equilibria", found.len() as f64)];
        let Some(first) = found.first() else { return figures };
        figures.push(GameFigure::exact("value to row", mixed(&self.row_pays, &first.row, &first.column)));
        figures.push(GameFigure::exact("regret", first.regret));
        let chances = |who: &str, names: &[String], often: &[f64]| -> Vec<GameFigure> {
            names.iter().zip(often).map(|(name, often)| GameFigure::exact(format!("{who} plays {name}"), *often)).collect()
        };
        figures.extend(chances("row", &self.rows, &first.row));
        figures.extend(chances("column", &self.columns, &first.column));
        figures
    }

    fn equilibria(&self) -> Vec<Mixed> {
        let column_first = transposed(&self.column_pays);
        let sets = |n: usize| (1u32..1 << n).collect::<Vec<u32>>();
        let mut found = Vec::new();
        for used_rows in sets(self.rows.len()) {
            for used_columns in sets(self.columns.len()).into_iter().filter(|set| set.count_ones() == used_rows.count_ones()) {
                let (rows, columns) = (members(used_rows), members(used_columns));
                // Each mix makes the other player indifferent between the choices that it uses.
                let column = indifferent(&self.row_pays, &rows, &columns, self.columns.len());
                let row = indifferent(&column_first, &columns, &rows, self.rows.len());
                let (Some(row), Some(column)) = (row, column) else { continue };
                let regret = best_answer(&self.row_pays, &column) - mixed(&self.row_pays, &row, &column);
                let regret = regret.max(best_answer(&column_first, &row) - mixed(&self.column_pays, &row, &column));
                if regret <= 1e-9 {
                    found.push(Mixed { row, column, regret: regret.max(0.0) });
                }
            }
        }
        found
    }
}

fn members(set: u32) -> Vec<usize> {
    (0..32).filter(|at| set >> at & 1 == 1).collect()
}

fn transposed(pays: &[Vec<f64>]) -> Vec<Vec<f64>> {
    (0..pays.first().map_or(0, Vec::len)).map(|column| pays.iter().map(|row| row[column]).collect()).collect()
}

fn mixed(pays: &[Vec<f64>], row: &[f64], column: &[f64]) -> f64 {
    pays.iter().zip(row).map(|(pays, often)| often * pays.iter().zip(column).map(|(a, b)| a * b).sum::<f64>()).sum()
}

/// The most that a player can earn against a mix.
fn best_answer(pays: &[Vec<f64>], against: &[f64]) -> f64 {
    pays.iter().map(|pays| pays.iter().zip(against).map(|(a, b)| a * b).sum()).fold(f64::NEG_INFINITY, f64::max)
}

/// The mix over `mixed` choices, of `all` there are, against which a player earns the same with each of its `used` choices;
/// `None` where there is none with every share above nothing.
fn indifferent(pays: &[Vec<f64>], used: &[usize], mixed: &[usize], all: usize) -> Option<Vec<f64>> {
    let n = mixed.len();
    // Unknowns: the shares, then what each used choice earns.
    let mut equations: Vec<Vec<f64>> =
        used.iter().map(|&choice| mixed.iter().map(|&other| pays[choice][other]).chain([-1.0]).collect()).collect();
    equations.push((0..n).map(|_| 1.0).chain([0.0]).collect());
    let right = (0..n).map(|_| 0.0).chain([1.0]).collect();
    let shares = solve_equations(equations, right)?;
    let mut mix = vec![0.0; all];
    mixed.iter().zip(&shares).for_each(|(&at, share)| mix[at] = *share);
    shares[..n].iter().all(|share| *share > 1e-12).then_some(mix)
}
