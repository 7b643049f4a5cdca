//! `wellspent ledger reconcile STORE FILE`: compares what the ledger says was paid with an extract of the bank or the finance
//! system: a CSV file or a workbook with a reference, a date, an amount and a payee.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use base::cell::quoted;
use base::money::Pence;
use base::spelling;
use base::visible::visible;
use clap::Args;
use jiff::civil::Date;
use ledger::reconcile::{Item, Outcome, Reconciliation, Row, Scope, Total, reconcile, signed};
use ledger::store::{Open, Store};
use records::rows::{HEADER_WITHIN, Rows as _};

use super::settle::{is_ambiguous, money};
use crate::print;
use records::files::input;
use records::files::safe;

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
const AMOUNTS: [&str; 20] = [
    "amount",
    "paid out",
    "payment amount",
    "amount paid",
    "value",
    "money out",
    "amount (gbp)",
    "amount gbp",
    "amount (£)",
    "amount £",
    "net amount",
    "gross amount",
    "total amount",
    "transaction amount",
    "debit",
    "debit amount",
    "debits",
    "withdrawal",
    "withdrawals",
    "payments",
];
/// Columns that say in which currency a row is.
const CURRENCIES: [&str; 6] = ["currency", "currency code", "ccy", "cur", "payment currency", "transaction currency"];
/// How the ledger's own currency is written.
const OURS: [&str; 7] = ["gbp", "£", "pound", "pounds", "sterling", "pound sterling", "pounds sterling"];
/// What stands beside a sum under the rows of an extract.
const TOTALS: [&str; 12] = [
    "total",
    "totals",
    "grand total",
    "sub total",
    "subtotal",
    "sub-total",
    "sum",
    "total amount",
    "total paid",
    "total payments",
    "overall total",
    "closing balance",
];
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
        let runs = store.ledger().runs();
        let hint = match spelling::nearest(contract, runs.iter().map(|(_, run)| run.run.statement.contract.as_str())) {
            Some(near) => format!("did you mean --contract {}?", visible(near)),
            None => "list its runs with: wellspent ledger show STORE".to_owned(),
        };
        bail!("the ledger has no contract {}\n\nhint: {hint}", visible(contract));
    }
    let found = reconcile(store.ledger(), &rows, &scope);
    print::stdout(&if command.csv { as_csv(&found) } else { text(&found) })?;
    Ok(if found.is_open() { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Where each column of interest stands.
struct Columns {
    reference: usize,
    date: usize,
    amount: usize,
    payee: usize,
    currencies: Vec<usize>,
}

/// Why a row is not the one that names the columns.
enum NoHeader {
    /// How many columns it has of those that are wanted, and what is missing.
    Missing(usize, String),
    /// It is, and somebody must say which column is meant.
    Unclear(String),
}

fn read(command: &Reconcile) -> anyhow::Result<Vec<Row>> {
    let path = &command.file;
    let shown = path.display();
    let file = safe::open(path, LARGEST)?;
    let mut sheet = input::open(file, path, None)?.map_err(|fault| input::refused(path, &fault))?;
    let (mut rows, mut problems) = (Vec::new(), Vec::new());
    // What stands above the row that names the columns is passed over, as banks put the account and the days there. Where no row
    // names them all, the one that names most is told.
    let mut above = 0;
    let mut nearest: Option<(usize, String)> = None;
    let mut found: Option<Columns> = None;
    while let Some(read) = sheet.next()? {
        let number = sheet.place();
        let cells: Vec<String> = (0..sheet.count()).map(|at| String::from_utf8_lossy(sheet.cell(at)).trim().to_owned()).collect();
        if let Err(fault) = read {
            problems.push(format!("row {number}: {}", fault.what));
            continue;
        }
        let Some(columns) = &found else {
            if cells.iter().all(String::is_empty) {
                continue;
            }
            match columns(command, &cells) {
                Ok(columns) => found = Some(columns),
                Err(NoHeader::Unclear(what)) => bail!("{shown} {what}"),
                Err(NoHeader::Missing(count, what)) => {
                    above += 1;
                    if nearest.as_ref().is_none_or(|(most, _)| count > *most) {
                        nearest = Some((count, what));
                    }
                    if above == HEADER_WITHIN {
                        break;
                    }
                }
            }
            continue;
        };
        let wanted = [columns.reference, columns.date, columns.amount, columns.payee];
        let odd = wanted.into_iter().chain(columns.currencies.iter().copied()).find_map(|at| sheet.odd(at));
        if let Some(odd) = odd {
            let (what, fix) = odd.wrong;
            problems.push(format!("row {number}: {}: {what} ({fix})", odd.found));
        } else if cells.iter().all(String::is_empty) {
            continue;
        } else if is_total(&cells, columns.date) {
            print::stderr(&format!("note: row {number} of the extract has totals and no payment, and is passed over"));
        } else {
            match row(number, &cells, columns, command.paid_is_negative) {
                Ok(row) => rows.push(row),
                Err(what) => problems.push(format!("row {number}: {what}")),
            }
        }
    }
    if found.is_none() {
        match nearest {
            None => bail!("{shown} is empty\n\nhint: its first row names the columns: reference, date, amount, payee"),
            Some((_, what)) => bail!("{shown} {what}"),
        }
    }
    if !problems.is_empty() {
        let more = if problems.len() > 10 { format!("\n… and {} more", problems.len() - 10) } else { String::new() };
        problems.truncate(10);
        bail!("{shown} cannot be compared:\n{}{more}\n\nhint: put the rows right, or name other columns", problems.join("\n"));
    }
    Ok(rows)
}

/// A name of a column as it is compared.
fn plain(name: &str) -> String {
    spelling::folded(&name.replace('_', " "))
}

/// Where the columns of interest stand in a row that names them.
fn columns(command: &Reconcile, header: &[String]) -> Result<Columns, NoHeader> {
    let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let roles: [(&str, &Option<String>, &[&str]); 4] = [
        ("reference", &command.reference, &REFERENCES),
        ("date", &command.date, &DATES),
        ("amount", &command.amount, &AMOUNTS),
        ("payee", &command.payee, &PAYEES),
    ];
    let fits = |said: &Option<String>, known: &[&str]| -> Vec<usize> {
        let fits = |at: &usize| match said {
            Some(said) => names[*at] == plain(said),
            None => known.contains(&names[*at].as_str()),
        };
        (0..names.len()).filter(fits).collect()
    };
    let found = roles.map(|(_, said, known)| fits(said, known));
    let missing: Vec<String> = roles
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_empty())
        .map(|((role, said, _), _)| match said {
            Some(said) => format!("the {role} (--{role} {})", visible(said)),
            None => format!("the {role}"),
        })
        .collect();
    let shown = |at: &usize| visible(&header[*at]).into_owned();
    if !missing.is_empty() {
        let listed = (0..header.len()).map(|at| shown(&at)).collect::<Vec<_>>().join(", ");
        let options = roles.iter().zip(&found).filter(|(_, found)| found.is_empty());
        let options = options.map(|((role, ..), _)| format!("--{role} COLUMN")).collect::<Vec<_>>().join(" ");
        return Err(NoHeader::Missing(
            roles.len() - missing.len(),
            format!("has no column for {}: its columns are {listed}\n\nhint: name it with {options}", missing.join(", ")),
        ));
    }
    let mut unclear = Vec::new();
    for ((role, ..), found) in roles.iter().zip(&found).filter(|(_, found)| found.len() > 1) {
        let one_name = found.iter().all(|at| names[*at] == names[found[0]]);
        unclear.push(match one_name {
            true => format!("has two columns named {}\n\nhint: rename one of them", names[found[0]]),
            false => format!(
                "has {} columns that can be the {role}: {}\n\nhint: say which with --{role} \"{}\", or another of them",
                found.len(),
                found.iter().map(shown).collect::<Vec<_>>().join(", "),
                shown(&found[0])
            ),
        });
    }
    if let Some(first) = unclear.into_iter().next() {
        return Err(NoHeader::Unclear(first));
    }
    let [reference, date, amount, payee] = found.map(|found| found[0]);
    if let Some(other) = other_currency(&header[amount]) {
        return Err(NoHeader::Unclear(format!(
            "has its amounts in {other} by the name of the column, and the ledger is in pounds\n\nhint: name the column in pounds \
             with --amount COLUMN"
        )));
    }
    let currencies = (0..names.len()).filter(|at| CURRENCIES.contains(&names[*at].as_str())).collect();
    Ok(Columns { reference, date, amount, payee, currencies })
}

/// The currency in the name of a column, where it is not the pound: "Amount (EUR)", "Amount $".
fn other_currency(name: &str) -> Option<&str> {
    const OTHERS: [&str; 14] = ["EUR", "USD", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "GBX", "€", "$"];
    let words = name.split(|c: char| !(c.is_alphanumeric() || matches!(c, '€' | '$')));
    words.into_iter().find(|word| OTHERS.iter().any(|other| other.eq_ignore_ascii_case(word)))
}

/// Whether a row has the totals of those above: no day, and nothing but sums and the word for them.
fn is_total(cells: &[String], date: usize) -> bool {
    let is_word = |cell: &String| TOTALS.contains(&spelling::folded(cell.trim_end_matches([':', '.'])).as_str());
    let is_sum = |cell: &String| {
        cell.chars().all(|c| c.is_ascii_digit() || " .,£-−+()".contains(c)) || OURS.contains(&plain(cell).as_str())
    };
    let mut said = cells.iter().filter(|cell| !cell.is_empty());
    let no_day = cells.get(date).is_none_or(|cell| cell.is_empty() || is_word(cell));
    no_day && cells.iter().any(is_word) && said.all(|cell| is_word(cell) || is_sum(cell))
}

/// One payment, or what is wrong with the row. Nothing of its content is repeated.
fn row(number: u64, cells: &[String], columns: &Columns, negative: bool) -> Result<Row, String> {
    let cell = |at: usize| cells.get(at).map_or("", String::as_str);
    let ours = |text: &str| text.is_empty() || text != "GBp" && OURS.contains(&spelling::folded(text).as_str());
    if columns.currencies.iter().any(|at| !ours(cell(*at))) {
        return Err("the currency is not GBP, and the ledger is in pounds".to_owned());
    }
    let text = cell(columns.amount);
    if text.is_empty() {
        return Err("the amount is empty".to_owned());
    }
    if is_ambiguous(text) {
        return Err(
            "the amount can be read in two ways; write it with a comma for thousands and a point before the pence, such \
                    as 1,234.56"
                .to_owned(),
        );
    }
    let amount = money(text).map_err(|_| "the amount is not an amount of money such as £1,234.56".to_owned())?;
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
        out += &format!("{}\n", print::bold(outcome.word()));
        for item in items {
            out += &format!("  {}\n", one(item));
            if !item.why.is_empty() {
                out += &print::dim(&format!("      {}\n", print::wrap(&item.why, 88, "      ")));
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
    out += &print::table(&header, &rows);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_totals_is_no_payment() {
        let row = |cells: &[&str]| is_total(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>(), 1);
        for cells in [
            &["Total", "", "£1,234.56", ""][..],
            &["", "", "1234.56", "Grand total:"],
            &["", "Total", "1234.56"],
            &["TOTALS", "", "5", "5", "GBP"],
        ] {
            assert!(row(cells), "{cells:?}");
        }
        for cells in [
            &["B1", "", "5", "Total"][..],
            &["Total", "2029-04-30", "5", ""],
            &["", "", "5", "Total Care Ltd"],
            &["B1", "", "5", "Acme"],
            &["", "", "5", ""],
        ] {
            assert!(!row(cells), "{cells:?}");
        }
    }

    #[test]
    fn the_currency_of_a_column_is_in_its_name() {
        for name in ["Amount (EUR)", "Amount USD", "amount_usd", "Net $", "Betrag €"] {
            assert!(other_currency(&name.replace('_', " ")).is_some(), "{name}");
        }
        for name in ["Amount", "Amount (GBP)", "Amount £", "Amount paid to euro account", "Neural amount"] {
            assert_eq!(other_currency(name), None, "{name}");
        }
    }
}
