//! `wellspent ledger reconcile STORE FILE`: compares what the ledger says was paid with an extract of the bank or the finance
//! system: a CSV file or a workbook with a reference, a date, an amount and a payee.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use engine::pay::reconcile::{Item, Outcome, Reconciliation, Row, Scope, Total, reconcile, signed};
use engine::records::rows::{HEADER_WITHIN, Rows as _};
use jiff::civil::Date;
use scheme::cell::quoted;
use scheme::money::Pence;
use scheme::spelling;
use scheme::visible::visible;
use store::{Open, Store};

use super::settle::money;
use crate::tables::input;
use crate::{paint, safe_files};

#[derive(Args)]
pub struct Reconcile {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// The extract: a CSV or Excel file with a row for each payment
    file: PathBuf,
    /// The column with the references [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    reference: Option<String>,
    /// The column with the days [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// The column with the amounts [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    amount: Option<String>,
    /// The column with the payees [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    payee: Option<String>,
    /// Amounts that were paid out are negative in the extract
    #[arg(long)]
    paid_is_negative: bool,
    /// Only payments from this day on
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Only payments up to this day
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Only settlements under this contract
    #[arg(long, value_name = "NAME")]
    contract: Option<String>,
    /// Write a row for each payment as CSV
    #[arg(long)]
    csv: bool,
}

/// Names that extracts give their columns, each as it is compared.
const REFERENCES: [&str; 9] = [
    "reference",
    "ref",
    "payment reference",
    "transaction reference",
    "bank reference",
    "our reference",
    "payment ref",
    "bacs reference",
    "document number",
];
const DATES: [&str; 9] = [
    "date",
    "payment date",
    "paid on",
    "date paid",
    "value date",
    "transaction date",
    "posting date",
    "settlement date",
    "processed date",
];
const AMOUNTS: [&str; 9] =
    ["amount", "paid out", "payment amount", "amount paid", "value", "money out", "amount (gbp)", "amount gbp", "net amount"];
const PAYEES: [&str; 10] = [
    "payee",
    "provider",
    "supplier",
    "supplier name",
    "payee name",
    "beneficiary",
    "beneficiary name",
    "paid to",
    "vendor",
    "counterparty",
];

/// The most bytes of an extract.
const LARGEST: u64 = 64 << 20;

pub fn run(command: &Reconcile) -> anyhow::Result<ExitCode> {
    let store = Store::open(&command.store, Open::Existing)?;
    let rows = read(command)?;
    if command.from.zip(command.to).is_some_and(|(from, to)| from > to) {
        bail!("--from is after --to\n\nhint: exchange the two");
    }
    let scope = Scope { from: command.from, to: command.to, contract: command.contract.clone() };
    let known = |contract: &String| store.ledger().runs().iter().any(|(_, run)| run.run.statement.contract == *contract);
    if let Some(contract) = command.contract.as_ref().filter(|contract| !known(contract)) {
        bail!("the ledger has no contract {}\n\nhint: list its runs with: wellspent ledger show STORE", visible(contract));
    }
    let found = reconcile(store.ledger(), &rows, &scope);
    paint::stdout(&if command.csv { as_csv(&found) } else { text(&found) })?;
    Ok(if found.is_open() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Where each column of interest stands.
struct Columns {
    reference: usize,
    date: usize,
    amount: usize,
    payee: usize,
}

fn read(command: &Reconcile) -> anyhow::Result<Vec<Row>> {
    let path = &command.file;
    let shown = path.display();
    let file = safe_files::open(path, LARGEST)?;
    let mut sheet = input::open(file, path, None)?.map_err(|fault| input::refused(path, &fault))?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    // What stands above the row that names the columns is passed over, as banks put the account and the days there.
    let mut above: Vec<Vec<String>> = Vec::new();
    let mut found: Option<Columns> = None;
    while let Some(read) = sheet.next()? {
        let number = sheet.place();
        let cells: Vec<String> = (0..sheet.count()).map(|at| String::from_utf8_lossy(sheet.cell(at)).trim().to_owned()).collect();
        if let Err(fault) = read {
            problems.push(format!("row {number}: {}", fault.what));
            continue;
        }
        if cells.iter().all(String::is_empty) {
            continue;
        }
        let Some(columns) = &found else {
            match columns(command, path, &cells) {
                Ok(columns) => found = Some(columns),
                Err(error) if above.len() + 1 == HEADER_WITHIN => {
                    let first = above.first().unwrap_or(&cells);
                    return Err(self::columns(command, path, first).err().unwrap_or(error));
                }
                Err(_) => above.push(cells),
            }
            continue;
        };
        let odd = [columns.reference, columns.date, columns.amount, columns.payee].into_iter().find_map(|at| sheet.odd(at));
        match odd {
            Some(odd) => problems.push(format!("row {number}: {}", odd.found)),
            None => match row(number, &cells, columns, command.paid_is_negative) {
                Ok(row) => rows.push(row),
                Err(what) => problems.push(format!("row {number}: {what}")),
            },
        }
    }
    if found.is_none() {
        match above.first() {
            None => bail!("{shown} is empty\n\nhint: its first row names the columns: reference, date, amount, payee"),
            Some(first) => _ = columns(command, path, first)?,
        }
    }
    if !problems.is_empty() {
        let more = if problems.len() > 10 { format!("\n… and {} more", problems.len() - 10) } else { String::new() };
        problems.truncate(10);
        bail!("{shown} cannot be compared:\n{}{more}\n\nhint: put the rows right, or name other columns", problems.join("\n"));
    }
    Ok(rows)
}

fn columns(command: &Reconcile, path: &Path, header: &[String]) -> anyhow::Result<Columns> {
    let names: Vec<String> = header.iter().map(|name| spelling::folded(&name.replace('_', " "))).collect();
    let listed = header.iter().map(|name| visible(name).into_owned()).collect::<Vec<_>>().join(", ");
    let find = |said: &Option<String>, option: &str, known: &[&str]| -> anyhow::Result<usize> {
        let wanted: Vec<String> = match said {
            Some(name) => vec![spelling::folded(&name.replace('_', " "))],
            None => known.iter().map(|name| (*name).to_owned()).collect(),
        };
        // The first of the known names that is there; a name that is there twice names nothing.
        for name in &wanted {
            let found: Vec<usize> = (0..names.len()).filter(|at| names[*at] == *name).collect();
            match found[..] {
                [at] => return Ok(at),
                [] => {}
                _ => bail!("{} has two columns named {name}\n\nhint: rename one of them", path.display()),
            }
        }
        bail!(
            "{} has no column for the {option}: its columns are {listed}\n\nhint: name it with --{option} COLUMN",
            path.display()
        )
    };
    Ok(Columns {
        reference: find(&command.reference, "reference", &REFERENCES)?,
        date: find(&command.date, "date", &DATES)?,
        amount: find(&command.amount, "amount", &AMOUNTS)?,
        payee: find(&command.payee, "payee", &PAYEES)?,
    })
}

/// One payment, or what is wrong with the row. Nothing of its content is repeated.
fn row(number: u64, cells: &[String], columns: &Columns, negative: bool) -> Result<Row, String> {
    let cell = |at: usize| cells.get(at).map_or("", String::as_str);
    let amount = money(cell(columns.amount)).map_err(|_| "the amount is not an amount of money such as £1,234.56".to_owned())?;
    let amount = if negative { Pence(amount.0.checked_neg().ok_or("the amount is too large")?) } else { amount };
    let on = day(cell(columns.date)).ok_or("the date is not a day such as 2027-04-30 or 30/04/2027")?;
    let reference = cell(columns.reference).to_owned();
    if !reference.chars().any(char::is_alphanumeric) {
        return Err("the reference is empty".to_owned());
    }
    Ok(Row { number, reference, on, amount, payee: cell(columns.payee).to_owned() })
}

/// A day as the standard or as the United Kingdom writes it.
fn day(text: &str) -> Option<Date> {
    if let Ok(day) = text.parse::<Date>() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ']).collect();
    let [day, month, year] = parts[..] else { return None };
    let named = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let month = month.parse::<i8>().ok().or_else(|| {
        let short: String = month.chars().take(3).collect::<String>().to_lowercase();
        named.iter().position(|name| *name == short).and_then(|at| i8::try_from(at + 1).ok())
    })?;
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month, day.parse().ok()?).ok()
}

fn pounds(pence: i128) -> String {
    i64::try_from(pence).map_or_else(|_| format!("{pence} pence"), |pence| Pence(pence).to_string())
}

fn text(found: &Reconciliation) -> String {
    let mut out = String::new();
    for outcome in Outcome::ALL {
        let items: Vec<&Item> = found.items.iter().filter(|item| item.outcome == outcome).collect();
        if items.is_empty() || outcome == Outcome::Matched {
            continue;
        }
        out += &format!("{}\n", paint::bold(outcome.word()));
        for item in items {
            out += &format!("  {}\n", one(item));
            if !item.why.is_empty() {
                out += &paint::dim(&format!("      {}\n", paint::wrap(&item.why, 88, "      ")));
            }
        }
        out.push('\n');
    }
    let header = ["", "payments", "in the ledger", "in the extract", "difference"].map(str::to_owned);
    let line = |name: &str, total: Total| {
        let difference = pounds(total.extract - total.ledger);
        vec![name.to_owned(), total.count.to_string(), pounds(total.ledger), pounds(total.extract), difference]
    };
    let mut rows: Vec<Vec<String>> = Outcome::ALL.map(|outcome| line(outcome.word(), found.total(Some(outcome)))).to_vec();
    rows.push(line("total", found.total(None)));
    out += &paint::table(&header, &rows);
    out + match found.is_open() {
        false => "everything is matched\n",
        true => "something is left that is not matched\n",
    }
}

/// A payment on one line, as the side that has it says.
fn one(item: &Item) -> String {
    let parts = match (&item.ledger, &item.extract) {
        (Some(settlement), _) => {
            [settlement.reference.clone(), settlement.on.to_string(), settlement.provider.clone(), signed(settlement).to_string()]
        }
        (None, Some(row)) => {
            [format!("row {}: {}", row.number, row.reference), row.on.to_string(), row.payee.clone(), row.amount.to_string()]
        }
        (None, None) => return String::new(),
    };
    parts.map(|part| visible(&part).into_owned()).join(", ")
}

fn as_csv(found: &Reconciliation) -> String {
    let mut out = "outcome,reference,contract,ledger date,ledger payee,ledger amount,extract row,extract date,extract payee,\
                   extract amount,difference,why\n"
        .to_owned();
    let plain = |pence: i64| {
        let sign = if pence < 0 { "-" } else { "" };
        format!("{sign}{}.{:02}", pence.unsigned_abs() / 100, pence.unsigned_abs() % 100)
    };
    for item in &found.items {
        let (ledger, extract) = (item.ledger.as_ref(), item.extract.as_ref());
        let reference = ledger.map(|of| &of.reference).or(extract.map(|row| &row.reference));
        let amounts = [ledger.map_or(0, |of| signed(of).0), extract.map_or(0, |row| row.amount.0)];
        // Money and days are numbers; a text that a spreadsheet would take for a formula gets an apostrophe in front.
        let cells = [
            item.outcome.word().to_owned(),
            super::safe(reference.map_or("", String::as_str)),
            super::safe(ledger.map_or("", |of| &of.contract)),
            ledger.map_or(String::new(), |of| of.on.to_string()),
            super::safe(ledger.map_or("", |of| &of.provider)),
            ledger.map_or(String::new(), |of| plain(signed(of).0)),
            extract.map_or(String::new(), |row| row.number.to_string()),
            extract.map_or(String::new(), |row| row.on.to_string()),
            super::safe(extract.map_or("", |row| &row.payee)),
            extract.map_or(String::new(), |row| plain(row.amount.0)),
            plain(amounts[1].saturating_sub(amounts[0])),
            super::safe(&item.why),
        ];
        out += &format!("{}\n", cells.map(|cell| quoted(&cell).into_owned()).join(","));
    }
    out
}
