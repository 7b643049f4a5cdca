//! Reads a tally from a CSV table.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::exceptions::over_limit;
use crate::price::{NoLines, Paid, price};
use crate::references::named_in;
use crate::scheme::Scheme;
use crate::tally::Tally;
use crate::tally_columns::TallyColumns;
use base::money::thousands;
use base::problem::{self, Problem, Severity};
use base::scheme_files::SchemeFiles;
use base::table::{CsvTable, TableCell};

/// The most pence that a clause may pay or take in total. A whole number can hold nine times as much.
const MAX_PENCE: f64 = 1e18;
/// The most people, and the most events, in a whole tally. Beyond it the exact arithmetic in billionths would not fit.
const MAX_TOTAL: i64 = 50_000_000;

/// Reads a tally file with one row per area, cohort and segment. Columns: `area`, `cohort` and `segment` (where the scheme has
/// several), `people`, and one named after each outcome. An outcome with a comparison group also has `NAME comparison people` and
/// `NAME comparison`. An outcome compared with the same people before they started has `NAME before`. An outcome whose claims are
/// audited has `NAME found false`, and one with exceptions may have `NAME excepted`. Where a clause is worked out from certified costs
/// there may be a column `costs`: those of a cohort are the sum over its rows, and an empty cell says that they are not certified yet.
/// The result is one tally for each area.
///
/// A column `scheme` or `provider` says whose counts they are: the same in each row.
pub fn read(scheme: &Scheme, file: &str, files: &SchemeFiles) -> Result<Vec<Tally>, Vec<Problem>> {
    read_for(scheme, file, files, None)
}

/// Whose counts a tally must be, where it says so.
#[derive(Clone, Copy, Debug)]
pub struct TallyOwner<'a> {
    /// The name of the contract.
    pub contract: &'a str,
    /// Who is paid.
    pub provider: &'a str,
}

/// The same for a payment: the rows are of this contract and this provider.
pub fn read_for(
    scheme: &Scheme,
    file: &str,
    files: &SchemeFiles,
    owner: Option<TallyOwner<'_>>,
) -> Result<Vec<Tally>, Vec<Problem>> {
    let Some(table) = files.tables.get(file) else {
        return Err(files.problems.clone());
    };
    let mut problems: Vec<Problem> = files.problems.iter().filter(|problem| problem.file == file).cloned().collect();
    // A table without a first row lacks every column, and that is one mistake.
    if table.header.is_empty() && !problems.is_empty() {
        return Err(problems);
    }
    let columns = TallyColumns::find(scheme, table, &mut problems);
    let contracts = owner.map(|owner| vec![owner.contract, scheme.name.as_str()]);
    of_one(table, "scheme", contracts.as_deref(), &mut problems);
    of_one(table, "provider", owner.map(|owner| vec![owner.provider]).as_deref(), &mut problems);
    let Some(rows) = rows_by_place(scheme, table, &columns, files, &mut problems) else {
        problem::add(&mut problems, Problem::file(file, "the rows after these errors were not checked"));
        return Err(problems);
    };
    let mut areas: Vec<usize> = rows.iter().map(|row| row.area).collect();
    areas.sort_unstable();
    areas.dedup();
    let mut tallies: Vec<Tally> = Vec::new();
    for area in areas {
        let of_area: Vec<&PlacedRow<'_>> = rows.iter().filter(|row| row.area == area).collect();
        let mut cohorts: Vec<usize> = of_area.iter().map(|row| row.cohort).collect();
        cohorts.sort_unstable();
        cohorts.dedup();
        let mut tally = Tally::empty(scheme, area, cohorts);
        for row in of_area {
            if problem::is_full(&problems, Severity::Error) {
                problem::add(&mut problems, Problem::file(file, ""));
                continue;
            }
            let position = tally.cohorts.binary_search(&row.cohort).unwrap_or_default();
            let cell = tally.cell(position, row.segment);
            columns.fill(scheme, &mut tally, cell, row.cells, table, &mut problems);
        }
        tally.add_costs(&scheme.certified_costs, "");
        if problems.is_empty() {
            problems.extend(over_limit(scheme, &tally).iter().map(|over| columns.too_many(scheme, &tally, over, table)));
        }
        too_large(scheme, &tally, table, &mut problems);
        tallies.push(tally);
    }
    if problems.is_empty() { Ok(tallies) } else { Err(problems) }
}

/// A row of the table, with where it belongs in the scheme.
struct PlacedRow<'t> {
    area: usize,
    cohort: usize,
    segment: usize,
    cells: &'t [TableCell],
}

/// The rows of the table by area, cohort and segment, each once. `None` where there were so many errors that the rest was not read.
fn rows_by_place<'t>(
    scheme: &Scheme,
    table: &'t CsvTable,
    columns: &TallyColumns,
    files: &SchemeFiles,
    problems: &mut Vec<Problem>,
) -> Option<Vec<PlacedRow<'t>>> {
    let mut rows = Vec::new();
    let cohorts: Vec<String> = scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect();
    let mut first: BTreeMap<(usize, usize, usize), &TableCell> = BTreeMap::new();
    for row in &table.rows {
        if problem::is_full(problems, Severity::Error) {
            return None;
        }
        let mut position = |column: Option<usize>, what: &str, known: &[String]| {
            named_in(table, column, row, what, known).map_err(|problem| problems.push(*problem)).ok()
        };
        let area = position(columns.area, "area", &scheme.areas);
        let cohort = position(columns.cohort, "cohort", &cohorts);
        let segment = position(columns.segment, "segment", &scheme.segments);
        let (Some(area), Some(cohort), Some(segment)) = (area, cohort, segment) else { continue };
        match first.entry((area, cohort, segment)) {
            Entry::Occupied(known) => {
                let line = |cell: &TableCell| table.line(&files.sources, cell.span);
                problems.push(
                    table
                        .problem(row[0].span, "there is already a row for this area, cohort and segment")
                        .read(format!("rows {} and {}", line(known.get()), line(&row[0])))
                        .expected("one row for each area, cohort and segment")
                        .fix("add the two rows together, or correct one of the names"),
                );
            }
            Entry::Vacant(new) => {
                new.insert(&row[0]);
                rows.push(PlacedRow { area, cohort, segment, cells: row });
            }
        }
    }
    Some(rows)
}

/// Refuses a tally that cannot be priced exactly, and payments that cannot be counted.
fn too_large(scheme: &Scheme, tally: &Tally, table: &CsvTable, problems: &mut Vec<Problem>) {
    let people: i64 = tally.people.iter().chain(tally.comparison.iter().flat_map(|group| &group.people)).sum();
    let events = tally.counts.iter().map(|counts| counts.iter().sum::<i64>()).max().unwrap_or_default();
    if people > MAX_TOTAL || events > 100 * MAX_TOTAL {
        let most = format!("at most {} people and {} events in an area", thousands(MAX_TOTAL), thousands(100 * MAX_TOTAL));
        problems.push(
            table
                .problem(table.head(), "the tally is too large to be priced exactly")
                .read(format!("{} people and {} events", thousands(people), thousands(events)))
                .expected(most)
                .fix("price it in parts, such as a year at a time"),
        );
    }
    // What is paid must fit into whole pence. A sum that is cut off at the largest number would be wrong without a message.
    let mut paid = Paid::<f64>::default();
    price(scheme, tally, &mut paid, &mut NoLines);
    if problems.is_empty() && paid.largest() > MAX_PENCE {
        problems.push(
            table
                .problem(table.head(), "the payments are too large to be counted")
                .expected("amounts of at most £10 million billion")
                .fix("check the counts and the prices"),
        );
    }
}

/// Refuses rows of another contract or another provider than what is paid or, where nothing says which, than the first row.
fn of_one(table: &CsvTable, what: &str, known: Option<&[&str]>, problems: &mut Vec<Problem>) {
    let Some(column) = table.column(what) else { return };
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    // A column without a name says nothing.
    if table.rows.iter().all(|row| row[column].text.trim().is_empty()) {
        return;
    }
    let first = table.rows.first().map(|row| row[column].text.as_str());
    let known: Vec<String> =
        known.map_or_else(|| first.into_iter().map(plain).collect(), |known| known.iter().map(|name| plain(name)).collect());
    let as_known = |row: &&Vec<TableCell>| known.contains(&plain(&row[column].text));
    let expected = format!("`{}` in each row", known.first().map_or("", String::as_str));
    for row in table.rows.iter().filter(|row| !as_known(row)) {
        if problem::is_full(problems, Severity::Error) {
            problem::add(problems, Problem::file(&table.name, ""));
            continue;
        }
        let name = plain(&row[column].text);
        let said = match (what, name.as_str()) {
            ("provider", "") => "this row does not say whose people it counts".to_owned(),
            ("provider", name) => format!("this row counts the people of `{name}`"),
            (_, "") => "this row does not say which contract it is for".to_owned(),
            (_, name) => format!("this row is for the contract `{name}`"),
        };
        problems.push(
            table
                .problem(row[column].span, said)
                .read(name.clone())
                .expected(expected.clone())
                .nearest(&name, known.iter().map(String::as_str))
                .fix(format!("leave out the row, or correct the name: a tally is for one {what}")),
        );
    }
}
