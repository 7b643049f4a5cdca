//! What the provider spent, as an accountant certified it: `certified_costs` in the scheme file names a table of them. Clauses that
//! share costs or a surplus are worked out when the costs of a period are there.

use std::collections::BTreeMap;

use crate::calendar::Cohort;
use crate::providers::Provider;
use crate::references::named_in;
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
    /// Whether nothing is certified for anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is certified in an area and cohort for a provider by name, or else for nobody by name.
    pub(crate) fn of(&self, provider: &str, area: usize, cohort: usize) -> Option<Pence> {
        let of = |provider: &str| self.0.get(&(provider.to_owned(), area, cohort)).copied();
        of(provider).or_else(|| of(""))
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
/// `cohort` and `provider`. Where the contract lists several providers each row says whose costs it has: costs that are nobody's would
/// count for each of them.
pub(crate) fn read(top: &Section<'_, '_>, areas: &[String], cohorts: &[Cohort], providers: &[Provider]) -> CertifiedCosts {
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
    let Some(provider) = needed("provider", providers.len() > 1) else { return out };
    let ids: Vec<String> = providers.iter().map(|provider| provider.id.clone()).collect();
    let names: Vec<String> = cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let position = |column: Option<usize>, row: &[TableCell], what: &str, known: &[String]| {
        named_in(table, column, row, what, known).map_err(|problem| top.push(*problem)).ok()
    };
    for row in &table.rows {
        let place = (position(area, row, "area", areas), position(cohort, row, "cohort", &names));
        let known = ids.is_empty() || position(provider, row, "provider", &ids).is_some();
        let (Some(area), Some(cohort), true) = (place.0, place.1, known) else { continue };
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
