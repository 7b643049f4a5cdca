//! The mutation suite: random schemes in which there is nothing to find, and the same schemes with exactly one fault planted.
//! A clean scheme must give no finding, and a planted one exactly the finding that belongs to the fault, with those that belong
//! to it by its nature.
//!
//! `cargo xtask mutations` simulates 200 schemes for each risk and writes the table into `docs/validity/stress-test.md`. The tests
//! simulate a few of each.

mod draw;
mod faults;

use anyhow::{Context as _, Result};
use rayon::prelude::*;
use risks::{CATALOGUE, RiskId};

use draw::Draw;

/// Schemes for each row of the table.
pub(crate) const SCHEMES: u64 = 200;

/// Where the table stands.
pub(crate) const VALIDITY: &str = "docs/validity/stress-test.md";
const BEGIN: &str = "<!-- mutations: `cargo xtask mutations` writes what follows -->\n";
const END: &str = "<!-- mutations end -->\n";

/// What was found over many schemes with the same fault, or with none.
struct Row {
    planted: Option<RiskId>,
    schemes: usize,
    /// Schemes with exactly what was planted.
    exact: usize,
    /// By risk, the schemes in which it was found.
    found: Vec<usize>,
}

impl Row {
    fn simulate(planted: Option<RiskId>, schemes: u64) -> Row {
        let presents: Vec<Vec<bool>> = (0..schemes).into_par_iter().map(|number| Draw::of(number, planted).findings()).collect();
        let with = planted.map_or(&[][..], faults::companions);
        let wanted: Vec<bool> = CATALOGUE.iter().map(|risk| planted == Some(risk.id) || with.contains(&risk.id)).collect();
        Row {
            planted,
            schemes: presents.len(),
            exact: presents.iter().filter(|present| **present == wanted).count(),
            found: (0..CATALOGUE.len()).map(|at| presents.iter().filter(|present| present[at]).count()).collect(),
        }
    }

    fn planted_name(&self) -> &'static str {
        self.planted.map_or("nothing", RiskId::name)
    }

    /// Schemes in which the planted risk was found.
    fn hits(&self) -> usize {
        let own = CATALOGUE.iter().position(|risk| Some(risk.id) == self.planted);
        own.map_or(0, |at| self.found[at])
    }
}

/// Simulates everything.
fn rows(schemes: u64, progress: impl Fn(&str)) -> Vec<Row> {
    std::iter::once(None)
        .chain(CATALOGUE.iter().map(|risk| Some(risk.id)))
        .map(|planted| {
            let row = Row::simulate(planted, schemes);
            progress(&format!("{}: {} of {} exactly", row.planted_name(), row.exact, row.schemes));
            row
        })
        .collect()
}

/// The table in Markdown: a row for each fault, with what else was found beside it.
fn table(rows: &[Row]) -> String {
    let mut out = String::from("| planted | schemes | found | exactly that | found besides |\n|---|---|---|---|---|\n");
    for row in rows {
        let besides = CATALOGUE.iter().zip(&row.found).filter(|(risk, count)| **count > 0 && Some(risk.id) != row.planted);
        let besides: Vec<String> = besides.map(|(risk, count)| format!("{} {count}", risk.name)).collect();
        let found = if row.planted.is_some() { row.hits().to_string() } else { "none to find".to_owned() };
        let besides = if besides.is_empty() { "nothing".to_owned() } else { besides.join(", ") };
        out += &format!("| {} | {} | {found} | {} | {besides} |\n", row.planted_name(), row.schemes, row.exact);
    }
    let planted: Vec<&Row> = rows.iter().filter(|row| row.planted.is_some()).collect();
    let sum = |of: &dyn Fn(&Row) -> usize| planted.iter().map(|row| of(row)).sum::<usize>();
    let (all, hits, exact) = (sum(&|row| row.schemes), sum(&|row| row.hits()), sum(&|row| row.exact));
    let share = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let clean: Vec<&Row> = rows.iter().filter(|row| row.planted.is_none()).collect();
    let (quiet, schemes) = (clean.iter().map(|row| row.exact).sum::<usize>(), clean.iter().map(|row| row.schemes).sum::<usize>());
    out += &format!(
        "\nOf {all} planted faults {hits} were found ({:.1}%), {exact} of them and nothing else ({:.1}%).\n\
         Of {schemes} clean schemes {} gave a false alarm ({:.1}%).\n",
        share(hits, all),
        share(exact, all),
        schemes - quiet,
        share(schemes - quiet, schemes)
    );
    out
}

/// The document with a fresh table in it.
pub(crate) fn with_table(document: &str, schemes: u64) -> Result<String> {
    let (head, rest) = document.split_once(BEGIN).context("the document has lost the line before the table of mutations")?;
    let (_, tail) = rest.split_once(END).context("the document has lost the line after the table of mutations")?;
    Ok(format!("{head}{BEGIN}\n{}\n{END}{tail}", table(&rows(schemes, crate::test::say))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A few of each; the table in the document says how it goes with many.
    #[test]
    fn a_planted_fault_is_found_and_a_clean_scheme_is_quiet() {
        let rows = rows(4, |_| {});
        assert!(rows.iter().all(|row| row.exact == row.schemes), "\n{}", table(&rows));
    }
}
