//! What the provider spent, as an accountant certified it: `certified_costs` in the scheme file names a table of them. Clauses that
//! share costs or a surplus are worked out when the costs of a period are there.

use std::collections::BTreeMap;

use crate::tally::Tally;
use crate::terms::Cohort;
use base::literal::Literal as _;
use base::money::{Pence, thousands};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{find_column, find_table};
use base::table::{CsvTable, TableCell};

/// Certified costs by provider (empty where the table does not say), area and cohort, as positions in the scheme.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CertifiedCosts(BTreeMap<(String, usize, usize), Pence>);

impl CertifiedCosts {
    /// Adds what is certified for a provider to its tally. Costs that the tally states already stay.
    pub fn add_to(&self, tally: &mut Tally, provider: &str) {
        if self.0.is_empty() {
            return;
        }
        let area = tally.area;
        let of = |provider: &str, cohort: usize| self.0.get(&(provider.to_owned(), area, cohort)).copied();
        tally.costs.resize(tally.cohorts.len(), None);
        for (costs, &cohort) in tally.costs.iter_mut().zip(&tally.cohorts) {
            *costs = costs.or_else(|| of(provider, cohort)).or_else(|| of("", cohort));
        }
    }
}

/// One amount of costs may be as much as one amount of money in the file.
pub(crate) const MAX_COSTS: Pence = Pence(100_000_000_000);

/// Reads an amount of costs from a cell of a table.
pub(crate) fn amount(table: &CsvTable, cell: &TableCell) -> Result<Pence, Box<Problem>> {
    let found = Pence::parse(&cell.text).ok().filter(|amount| (Pence(0)..=MAX_COSTS).contains(amount));
    found.ok_or_else(|| {
        let problem = table
            .problem(cell.span, "this is not an amount of costs")
            .read(cell.text.clone())
            .expected(format!("from £0 to £{}, such as £1,250,000", thousands(MAX_COSTS.0 / 100)))
            .fix("write what was certified, as an amount of money. Costs are never below zero");
        Box::new(problem)
    })
}

/// Reads the table that `certified_costs` names: a row for each cohort that is certified, with columns `costs` and, if need be, `area`,
/// `cohort` and `provider`.
pub(crate) fn read(top: &Section<'_, '_>, areas: &[String], cohorts: &[Cohort]) -> CertifiedCosts {
    const KEY: &str = "certified_costs";
    let mut out = CertifiedCosts::default();
    if !top.has(KEY) {
        return out;
    }
    let file = top.required_text(KEY, "the name of a table in the scheme folder, such as \"costs.csv\"");
    let Some(table) = find_table(top, KEY, &file) else { return out };
    let Some(costs) = find_column(top, KEY, table, "costs") else { return out };
    let needed = |name: &str, several: bool| match several {
        true => find_column(top, KEY, table, name).map(Some),
        false => Some(table.column(name)),
    };
    let (Some(area), Some(cohort)) = (needed("area", areas.len() > 1), needed("cohort", cohorts.len() > 1)) else { return out };
    let provider = table.column("provider");
    let names: Vec<String> = cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let position = |column: Option<usize>, row: &[TableCell], what: &str, known: &[String]| -> Option<usize> {
        let Some(column) = column else { return Some(0) };
        let found = known.iter().position(|name| *name == row[column].text);
        if found.is_none() {
            top.push(
                table
                    .problem(row[column].span, format!("the scheme has no {what} `{}`", row[column].text))
                    .read(row[column].text.clone())
                    .expected(format!("one of {}", known.iter().take(8).cloned().collect::<Vec<_>>().join(", ")))
                    .nearest(&row[column].text, known.iter().map(String::as_str))
                    .fix("write the name exactly as in the scheme"),
            );
        }
        found
    };
    for row in &table.rows {
        let place = (position(area, row, "area", areas), position(cohort, row, "cohort", &names));
        let (Some(area), Some(cohort)) = place else { continue };
        let who = provider.map_or(String::new(), |column| row[column].text.clone());
        match amount(table, &row[costs]) {
            Err(problem) => top.push(*problem),
            Ok(amount) => {
                if out.0.insert((who, area, cohort), amount).is_some() {
                    top.push(
                        table
                            .problem(row[costs].span, "these costs are in the table twice")
                            .read(row[costs].text.clone())
                            .expected("one row for each provider, area and cohort")
                            .fix("add the two rows together, or remove one of them"),
                    );
                }
            }
        }
    }
    out
}
