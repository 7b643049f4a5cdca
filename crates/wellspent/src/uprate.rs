//! Brings amounts of different price years to the prices of one year, by a price index.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::money::Quantity;
use base::price_index::{PriceIndex, decimal as read_decimal};
use base::problem::{Problem, nearest};
use base::source::{LARGEST_FILE_BYTES, SourceFile};
use base::table::CsvTable;
use records::files::safe;
pub use report::uprated::UpratedTable;
use report::uprated::{UpratedComparison, UpratedRow, decimal};

use crate::error::{Error, Problems};
use crate::folder;

/// Which amounts are uprated.
#[derive(Clone, Debug)]
pub struct UprateRequest {
    /// The table of amounts, as CSV.
    pub table: PathBuf,
    /// The price index, as CSV: a column of years and a column of levels.
    pub index: PathBuf,
    /// The price year of the result, as the index writes it.
    pub to: String,
    /// The column of amounts, in pounds.
    pub amount: String,
    /// The column with the price year of each amount.
    pub year: String,
    /// A column of amounts that somebody else has uprated, to be compared.
    pub against: Option<String>,
}

/// Uprates a table of amounts. Rows that cannot be uprated are among the problems.
///
/// # Errors
/// A file cannot be read, or the table has no such column.
pub fn uprate(request: &UprateRequest) -> Result<UpratedTable, Error> {
    let (mut problems, mut sources) = (Vec::new(), BTreeMap::new());
    let index = open(&request.index, &mut problems, &mut sources)?;
    let index = PriceIndex::read(&index, &mut problems);
    let table = open(&request.table, &mut problems, &mut sources)?;
    let (amount, year) = (column(&table, &request.amount)?, column(&table, &request.year)?);
    let against = request.against.as_deref().map(|name| column(&table, name)).transpose()?;
    let (mut rows, mut compared, mut agree) = (Vec::new(), 0, 0);
    for row in table.rows.iter().filter(|row| !row[amount].text.is_empty()) {
        let Some(pounds) = read_decimal(&row[amount].text) else {
            let problem = table.problem(row[amount].span, "this is not an amount").read(&row[amount].text);
            problems.push(problem.expected("digits and a point: 1234.5").fix("write it without a currency sign or commas"));
            continue;
        };
        let uprated = match index.uprate(pounds, &row[year].text, &request.to) {
            Ok(uprated) => uprated,
            Err(why) => {
                let problem = table.problem(row[year].span, why.to_string()).expected("a year of the index");
                problems.push(problem.fix("correct the year, or add it to the index"));
                continue;
            }
        };
        rows.push(UpratedRow { cells: row.iter().map(|cell| cell.text.clone()).collect(), amount: uprated });
        if let Some(against) = against.filter(|at| !row[*at].text.is_empty()) {
            compared += 1;
            if read_decimal(&row[against].text).is_some_and(|theirs| close(uprated, theirs)) {
                agree += 1;
            } else {
                let problem = table.problem(row[against].span, "this amount differs from the one by the index");
                problems.push(problem.read(&row[against].text).expected(decimal(uprated)).fix("check which of the two is right"));
            }
        }
    }
    let comparison = request.against.clone().map(|column| UpratedComparison { column, compared, agree });
    Ok(UpratedTable {
        columns: table.columns().map(str::to_owned).collect(),
        rows,
        amount: request.amount.clone(),
        year: request.to.clone(),
        comparison,
        problems: problems.iter().map(|problem| problem.render("", &sources)).collect(),
    })
}

fn open(path: &Path, problems: &mut Vec<Problem>, sources: &mut BTreeMap<String, SourceFile>) -> Result<CsvTable, Error> {
    // A missing file, a folder or a device is told as such, rather than as a file of a scheme.
    safe::open(path, LARGEST_FILE_BYTES)?;
    let name = path.display().to_string();
    match SourceFile::decode(&name, &folder::bytes(path, LARGEST_FILE_BYTES)) {
        Ok(source) => {
            let table = CsvTable::parse(&source, problems);
            if table.columns().next().is_none() {
                let what = format!("{name} is empty, or its first row cannot be read");
                return Err(Error::failed(what, "the first row has the names of the columns"));
            }
            sources.insert(name, source);
            Ok(table)
        }
        Err(problem) => Err(Error { kind: crate::error::ErrorKind::Failed, ..Problems::of("", &[*problem], sources).error() }),
    }
}

fn column(table: &CsvTable, name: &str) -> Result<usize, Error> {
    table.column(name).ok_or_else(|| {
        let hint = match nearest(name, table.columns()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write the name as in the first row of the table".to_owned(),
        };
        Error::failed(format!("{} has no column `{name}`", table.name), hint)
    })
}

/// Whether two amounts differ by at most a millionth of the second.
fn close(ours: Quantity, theirs: Quantity) -> bool {
    i128::from(ours.0 - theirs.0).abs() * 1_000_000 <= i128::from(theirs.0).abs()
}
