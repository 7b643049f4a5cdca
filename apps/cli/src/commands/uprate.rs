//! `wellspent uprate TABLE --index INDEX --to YEAR …`: unit costs, or any amounts of different price years, at the prices of one
//! year.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use base::cell::quoted;
use base::money::{Quantity, WHOLE};
use base::price_index::{PriceIndex, decimal};
use base::problem::{Problem, nearest};
use base::source::{LARGEST_FILE_BYTES, Source};
use base::table::Table;
use clap::Args;

use crate::print;
use report::quality::several;
use wellspent::folder;

#[derive(Args)]
pub struct Uprate {
    /// The table of amounts, as CSV
    table: PathBuf,
    /// The price index, as CSV: a column of years and a column of levels
    #[arg(long, value_name = "FILE")]
    index: PathBuf,
    /// The price year wanted, as the index writes it
    #[arg(long, value_name = "YEAR")]
    to: String,
    /// The column of amounts, in pounds
    #[arg(long, value_name = "COLUMN")]
    amount: String,
    /// The column with the price year of each amount
    #[arg(long, value_name = "COLUMN")]
    year: String,
    /// A column of amounts uprated by somebody else; say which differ by more than a millionth
    #[arg(long, value_name = "COLUMN")]
    against: Option<String>,
}

pub fn run(command: &Uprate) -> anyhow::Result<ExitCode> {
    let (mut problems, mut sources) = (Vec::new(), std::collections::BTreeMap::new());
    let mut open = |path: &Path, problems: &mut Vec<Problem>| -> anyhow::Result<Table> {
        let name = path.display().to_string();
        let bytes = folder::bytes(path, LARGEST_FILE_BYTES);
        match Source::decode(&name, &bytes) {
            Ok(source) => {
                let table = Table::parse(&source, problems);
                sources.insert(name, source);
                Ok(table)
            }
            Err(problem) => bail!("{}", problem.render("", &sources)),
        }
    };
    let index = PriceIndex::read(&open(&command.index, &mut problems)?, &mut problems);
    let table = open(&command.table, &mut problems)?;
    let mut out = table.columns().map(quoted).collect::<Vec<_>>().join(",");
    out += &format!(",{}\n", quoted(&format!("{} at {} prices", command.amount, command.to)));
    let (amount, year) = (column(&table, &command.amount)?, column(&table, &command.year)?);
    let against = command.against.as_deref().map(|name| column(&table, name)).transpose()?;
    let (mut uprated, mut same, mut held) = (0, 0, 0);
    for row in table.rows.iter().filter(|row| !row[amount].text.is_empty()) {
        let Some(pounds) = decimal(&row[amount].text) else {
            let problem = table.problem(row[amount].span, "this is not an amount").read(&row[amount].text);
            problems.push(problem.expected("digits and a point: 1234.5").fix("write it without a currency sign or commas"));
            continue;
        };
        let at_new = match index.uprate(pounds, &row[year].text, &command.to) {
            Ok(at_new) => at_new,
            Err(why) => {
                let problem = table.problem(row[year].span, why.to_string()).expected("a year of the index");
                problems.push(problem.fix("correct the year, or add it to the index"));
                continue;
            }
        };
        uprated += 1;
        out += &row.iter().map(|cell| quoted(&cell.text)).collect::<Vec<_>>().join(",");
        out += &format!(",{}\n", plain(at_new));
        if let Some(against) = against.filter(|at| !row[*at].text.is_empty()) {
            held += 1;
            let agrees = decimal(&row[against].text).is_some_and(|theirs| close(at_new, theirs));
            same += i64::from(agrees);
            if !agrees {
                let problem = table.problem(row[against].span, "this is another amount than the index gives");
                problems.push(problem.read(&row[against].text).expected(plain(at_new)).fix("look which of the two is right"));
            }
        }
    }
    print::stdout(&out)?;
    problems.iter().for_each(|problem| print::stderr(&problem.render("", &sources)));
    let to = &command.to;
    let uprated = several(uprated, "amount", "amounts");
    match &command.against {
        Some(against) => print::stderr(&format!(
            "{uprated} at {to} prices; {same} of {held} in `{against}` {}",
            if same == 1 { "agrees" } else { "agree" }
        )),
        None => print::stderr(&format!("{uprated} at {to} prices")),
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn column(table: &Table, name: &str) -> anyhow::Result<usize> {
    let Some(at) = table.column(name) else {
        let near = nearest(name, table.columns()).map_or(String::new(), |near| format!("\n\nhint: did you mean `{near}`?"));
        bail!("{} has no column `{name}`{near}", table.name);
    };
    Ok(at)
}

/// Whether two amounts differ by less than a millionth of the second.
fn close(ours: Quantity, theirs: Quantity) -> bool {
    i128::from(ours.0 - theirs.0).abs() * 1_000_000 <= i128::from(theirs.0).abs()
}

/// Billionths as a decimal, every digit of them.
fn plain(amount: Quantity) -> String {
    let (sign, size, whole) = (if amount.0 < 0 { "-" } else { "" }, amount.0.unsigned_abs(), WHOLE.unsigned_abs());
    format!("{sign}{}.{:09}", size / whole, size % whole).trim_end_matches('0').trim_end_matches('.').to_owned()
}
