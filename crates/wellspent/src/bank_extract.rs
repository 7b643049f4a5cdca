//! Reads the payments of an extract of the bank or the finance system: a CSV file or a workbook with the columns reference, date, amount
//! and payee. An extract that can be read in two ways is refused.

use std::path::Path;

use anyhow::bail;
use base::english::counted;
use base::hidden_characters::visible;
use base::money::Pence;
use base::similar_names;
use base::sum_words::is_sum;
use jiff::civil::Date;
use ledger::amount::{self, InvalidAmount};
use ledger::reconcile::{ExtractRow, UnpaidRow};
use records::files::{input, safe};
use records::rows::{HEADER_WITHIN, Rows as _};

use crate::error::Error;

/// The names of the columns, where the caller gives them. The others are found by the names that extracts usually have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExtractColumns {
    pub reference: Option<String>,
    pub date: Option<String>,
    pub amount: Option<String>,
    pub payee: Option<String>,
    /// The column with the money that came in, where the amount is only what went out.
    pub money_in: Option<String>,
}

/// The names that extracts usually have for the reference, in small letters.
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
/// The names for the date.
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
/// The names for the amount.
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
/// The names among them for what went out, beside which another column has what came in.
const MONEY_OUT: [&str; 8] =
    ["paid out", "money out", "debit", "debit amount", "debits", "withdrawal", "withdrawals", "payments"];
/// The names for what came in.
const MONEY_IN: [&str; 11] = [
    "paid in",
    "money in",
    "credit",
    "credit amount",
    "credits",
    "deposit",
    "deposits",
    "receipt",
    "receipts",
    "amount received",
    "received",
];
/// The names for the currency.
const CURRENCIES: [&str; 6] = ["currency", "currency code", "ccy", "cur", "payment currency", "transaction currency"];
/// The ways to write the currency of the ledger.
const OURS: [&str; 7] = ["gbp", "£", "pound", "pounds", "sterling", "pound sterling", "pounds sterling"];
/// What stands beside a sum below the rows of an extract, besides the words for sums anywhere.
const BALANCE: &str = "closing balance";
/// The names for the payee.
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

/// The names for a column that says of each row whether money went out or came in, in small letters and digits alone.
const INDICATORS: [&str; 19] = [
    "dc",
    "cd",
    "drcr",
    "crdr",
    "debitcredit",
    "creditdebit",
    "debitorcredit",
    "creditordebit",
    "dcindicator",
    "cdindicator",
    "drcrindicator",
    "crdrindicator",
    "debitcreditindicator",
    "creditdebitindicator",
    "debitcreditmarker",
    "debitcreditcode",
    "creditdebitcode",
    "cdtdbtind",
    "sign",
];

/// The names for what became of a payment, or what kind of row it is.
const STATES: [&str; 12] = [
    "status",
    "payment status",
    "transaction status",
    "item status",
    "state",
    "outcome",
    "result",
    "payment outcome",
    "type",
    "transaction type",
    "payment type",
    "return reason",
];
/// Words for a payment that was not made, or that came back.
const NOT_PAID: [&str; 28] = [
    "rejected",
    "rejection",
    "reject",
    "returned",
    "return",
    "failed",
    "failure",
    "cancelled",
    "canceled",
    "recalled",
    "recall",
    "declined",
    "refused",
    "reversed",
    "reversal",
    "bounced",
    "void",
    "voided",
    "stopped",
    "unpaid",
    "unsuccessful",
    "refunded",
    "refund",
    "chargeback",
    // Money that came in.
    "credit",
    "cr",
    "crdt",
    "receipt",
];
/// A word for a payment that is still to be made.
const PENDING: &str = "pending";

/// The most bytes of an extract.
const LARGEST: u64 = 64 << 20;

/// The position of each column that is used.
struct ColumnPositions {
    reference: usize,
    date: usize,
    amount: usize,
    /// The column with what came in, where the amount is only what went out.
    money_in: Option<usize>,
    payee: usize,
    currencies: Vec<usize>,
    /// Columns that say what became of a payment.
    states: Vec<usize>,
    /// Columns that say whether money went out or came in.
    indicators: Vec<usize>,
    /// How many cells a row needs, up to the last column of the payment or the currency.
    needed: usize,
    /// How many cells of the header there are up to the last name.
    cells: usize,
    /// How many cells the header has.
    most_cells: usize,
}

impl ColumnPositions {
    /// The columns of the payment itself.
    fn of_payment(&self) -> [usize; 4] {
        [self.reference, self.date, self.amount, self.payee]
    }
}

/// Why a row is not the header.
enum HeaderError {
    /// How many of the required columns it has, and what is missing.
    Missing(usize, HeaderProblem),
    /// It is the header, but it is not clear which column is meant.
    Unclear(HeaderProblem),
}

/// What is wrong with a header, after the name of the file.
struct HeaderProblem {
    what: String,
    hint: String,
}

impl HeaderProblem {
    fn new(what: impl Into<String>, hint: impl Into<String>) -> HeaderProblem {
        HeaderProblem { what: what.into(), hint: hint.into() }
    }

    fn of_file(self, shown: impl std::fmt::Display) -> Error {
        Error::failed(format!("{shown} {}", self.what), self.hint)
    }
}

/// What an extract says.
#[derive(Debug, Default)]
pub(crate) struct BankExtract {
    pub rows: Vec<ExtractRow>,
    /// Payments that were not made, or that came back.
    pub unpaid: Vec<UnpaidRow>,
    /// What was skipped.
    pub notes: Vec<String>,
}

/// Reads the payments of an extract, and notes about it.
///
/// # Errors
/// The file cannot be read, its columns are not clear, or rows are wrong; the message names the rows.
pub(crate) fn read(path: &Path, named: &ExtractColumns, paid_is_negative: bool) -> anyhow::Result<BankExtract> {
    let shown = path.display();
    let file = safe::open(path, LARGEST)?;
    let mut sheet = input::open(file, path, None)?.map_err(|fault| input::refused(path, &fault))?;
    let (mut extract, mut problems) = (BankExtract::default(), Vec::new());
    // Rows above the header are skipped: banks put the account and the days there. If no row is the header, the message is about the
    // row that has most of the columns.
    let mut above = 0;
    let mut nearest: Option<(usize, HeaderProblem)> = None;
    let mut found: Option<ColumnPositions> = None;
    let mut header: Vec<String> = Vec::new();
    let mut marks: Vec<Marks> = Vec::new();
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
            match columns(named, &cells) {
                Ok(columns) => {
                    (marks, header) = (vec![Marks::default(); cells.len()], cells);
                    found = Some(columns);
                }
                Err(HeaderError::Unclear(what)) => bail!(what.of_file(shown)),
                Err(HeaderError::Missing(count, what)) => {
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
        let odd =
            wanted.into_iter().chain(columns.money_in).chain(columns.currencies.iter().copied()).find_map(|at| sheet.invalid(at));
        if let Some(odd) = odd {
            let (what, fix) = odd.wrong;
            problems.push(format!("row {number}: {}: {what} ({fix})", odd.found));
        } else if cells.iter().all(String::is_empty) {
            continue;
        } else if is_total(&cells, columns.date) {
            extract.notes.push(format!("row {number} of the extract has totals and no payment, so it is skipped"));
        } else if !sheet.has_addresses()
            && let Some(what) = other_cells(&cells, columns)
        {
            problems.push(format!("row {number}: {what}"));
        } else if let Some(what) = unclear_sign(&cells, columns) {
            problems.push(format!("row {number}: {what}"));
        } else {
            marks.iter_mut().zip(&cells).for_each(|(marks, cell)| marks.add(cell));
            match row(number, &cells, columns, paid_is_negative) {
                Ok(row) => match not_paid(&cells, columns).filter(|_| row.amount.0 > 0) {
                    Some(word) => {
                        let note = format!("row {number} of the extract says \"{word}\" and is no payment, so it is skipped");
                        extract.notes.push(note);
                        if word != PENDING {
                            extract.unpaid.push(UnpaidRow { number, reference: row.reference, on: row.on, word });
                        }
                    }
                    None => extract.rows.push(row),
                },
                Err(what) => problems.push(format!("row {number}: {what}")),
            }
        }
    }
    if let Some(unclear) = found.as_ref().and_then(|columns| unnamed_direction(columns, &marks, &header)) {
        bail!(unclear.of_file(shown));
    }
    if found.is_none() {
        match nearest {
            None => bail!(Error::failed(
                format!("{shown} is empty"),
                "it needs a header with the columns reference, date, amount and payee"
            )),
            Some((_, what)) => bail!(what.of_file(shown)),
        }
    }
    if !problems.is_empty() {
        let more = if problems.len() > 10 { format!("\n… and {} more", problems.len() - 10) } else { String::new() };
        problems.truncate(10);
        bail!(Error::failed(
            format!("{shown} cannot be compared:\n{}{more}", problems.join("\n")),
            "correct the rows, or name other columns"
        ));
    }
    Ok(extract)
}

/// The problem of a column that may say whether money went out or came in, and does not say so in its name.
fn unnamed_direction(columns: &ColumnPositions, marks: &[Marks], header: &[String]) -> Option<HeaderProblem> {
    let is_other = |at: &usize| !columns.indicators.contains(at) && !columns.of_payment().contains(at);
    let at = (0..marks.len()).filter(is_other).find(|at| marks[*at].are_of_both())?;
    Some(HeaderProblem::new(
        format!("has a column `{}` that may say whether money went out or came in", visible(&header[at])),
        "if it does, name the column Debit/Credit and write D where money went out and C where it came in; otherwise delete it",
    ))
}

/// What stands in one column of the rows: whether money went out or came in, by a single letter or sign, or something else.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    went_out: bool,
    came_in: bool,
    other: bool,
}

impl Marks {
    fn add(&mut self, cell: &str) {
        match cell {
            "D" | "d" | "-" | "−" | "–" => self.went_out = true,
            "C" | "c" | "+" => self.came_in = true,
            "" => {}
            _ => self.other = true,
        }
    }

    fn are_of_both(&self) -> bool {
        self.went_out && self.came_in && !self.other
    }
}

/// What is unclear about a row in a column that says whether money went out or came in: a sign alone, which some write for the account and
/// some for the payment, or a word that says neither.
fn unclear_sign(cells: &[String], columns: &ColumnPositions) -> Option<String> {
    columns.indicators.iter().find_map(|at| {
        let cell = cells.get(*at).map_or("", String::as_str);
        match plain(cell).as_str() {
            "d" | "dr" | "dbit" | "debit" | "debits" | "out" | "c" | "cr" | "crdt" | "credit" | "credits" | "in" => None,
            "" => Some("nothing says whether money went out or came in, and other rows do; write D or C".to_owned()),
            _ => Some(
                "it is not clear whether money went out or came in; write D where it went out and C where it came in, or put a sign \
                 before the amounts and delete the column"
                    .to_owned(),
            ),
        }
    })
}

/// The name of a column as it is compared.
fn plain(name: &str) -> String {
    similar_names::folded(&name.replace('_', " "))
}

/// Finds the columns in a header.
fn columns(named: &ExtractColumns, header: &[String]) -> Result<ColumnPositions, HeaderError> {
    let names: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let roles: [(&str, &Option<String>, &[&str]); 4] = [
        ("reference", &named.reference, &REFERENCES),
        ("date", &named.date, &DATES),
        ("amount", &named.amount, &AMOUNTS),
        ("payee", &named.payee, &PAYEES),
    ];
    let fits = |given: &Option<String>, known: &[&str]| -> Vec<usize> {
        let fits = |at: &usize| match given {
            Some(given) => names[*at] == plain(given),
            None => known.contains(&names[*at].as_str()),
        };
        (0..names.len()).filter(fits).collect()
    };
    let found = roles.map(|(_, given, known)| fits(given, known));
    let missing: Vec<String> = roles
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_empty())
        .map(|((role, given, _), _)| match given {
            Some(given) => format!("the {role} (--{role} {})", visible(given)),
            None => format!("the {role}"),
        })
        .collect();
    let shown = |at: &usize| visible(&header[*at]).into_owned();
    if !missing.is_empty() && header.iter().any(|name| name.chars().any(char::is_control)) {
        let what = "is not a table of text: its first row has characters that are none";
        let hint = "export the payments as CSV or as an Excel workbook";
        return Err(HeaderError::Missing(0, HeaderProblem::new(what, hint)));
    }
    if !missing.is_empty() {
        let listed = (0..header.len()).map(|at| shown(&at)).collect::<Vec<_>>().join(", ");
        let options = roles.iter().zip(&found).filter(|(_, found)| found.is_empty());
        let options = options.map(|((role, ..), _)| format!("--{role} COLUMN")).collect::<Vec<_>>().join(" ");
        return Err(HeaderError::Missing(
            roles.len() - missing.len(),
            HeaderProblem::new(
                format!("has no column for {}: its columns are {listed}", missing.join(", ")),
                format!("name it with {options}"),
            ),
        ));
    }
    let mut unclear = Vec::new();
    for ((role, ..), found) in roles.iter().zip(&found).filter(|(_, found)| found.len() > 1) {
        let one_name = found.iter().all(|at| names[*at] == names[found[0]]);
        unclear.push(match one_name {
            true => HeaderProblem::new(format!("has two columns named {}", names[found[0]]), "rename one of them"),
            false => HeaderProblem::new(
                format!("has several columns that can be the {role}: {}", found.iter().map(shown).collect::<Vec<_>>().join(", ")),
                format!("choose one of them, such as --{role} \"{}\"", shown(&found[0])),
            ),
        });
    }
    if let Some(first) = unclear.into_iter().next() {
        return Err(HeaderError::Unclear(first));
    }
    let [reference, date, amount, payee] = found.map(|found| found[0]);
    if let Some(other) = other_currency(&header[amount]) {
        return Err(HeaderError::Unclear(HeaderProblem::new(
            format!("has amounts in {other} by the name of the column, and the ledger is in pounds"),
            "name the column in pounds with --amount COLUMN",
        )));
    }
    let money_in = money_in(named, header, &names, amount)?;
    let currencies: Vec<usize> = (0..names.len()).filter(|at| CURRENCIES.contains(&names[*at].as_str())).collect();
    let states = (0..names.len()).filter(|at| STATES.contains(&names[*at].as_str())).collect();
    let is_indicator = |at: &usize| {
        let name: String = names[*at].chars().filter(|letter| letter.is_alphanumeric()).collect();
        let signs = ["+/-", "-/+", "+/−", "+-"].contains(&header[*at].trim());
        ![reference, date, amount, payee].contains(at) && (signs || INDICATORS.contains(&name.as_str()))
    };
    let indicators = (0..names.len()).filter(is_indicator).filter(|at| money_in != Some(*at)).collect();
    let cells = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
    let needed = currencies.iter().copied().chain(money_in).fold(reference.max(date).max(amount).max(payee), usize::max) + 1;
    Ok(ColumnPositions {
        reference,
        date,
        amount,
        money_in,
        payee,
        currencies,
        states,
        indicators,
        needed,
        cells,
        most_cells: names.len(),
    })
}

/// The column with what came in: the one that is named, or else one that extracts usually call so beside a column of what went out.
fn money_in(named: &ExtractColumns, header: &[String], names: &[String], amount: usize) -> Result<Option<usize>, HeaderError> {
    let fits = |at: &usize| match &named.money_in {
        Some(given) => names[*at] == plain(given),
        None => MONEY_OUT.contains(&names[amount].as_str()) && MONEY_IN.contains(&names[*at].as_str()),
    };
    let found: Vec<usize> = (0..names.len()).filter(|at| *at != amount).filter(fits).collect();
    match (found.as_slice(), &named.money_in) {
        ([], Some(given)) => Err(HeaderError::Unclear(HeaderProblem::new(
            format!("has no column {} for the money that came in", visible(given)),
            "correct --money-in, or leave it out",
        ))),
        ([], None) => Ok(None),
        ([at], _) => Ok(Some(*at)),
        ([first, ..], _) => {
            let shown: Vec<_> = found.iter().map(|at| visible(&header[*at])).collect();
            Err(HeaderError::Unclear(HeaderProblem::new(
                format!("has several columns that can be the money that came in: {}", shown.join(", ")),
                format!("choose one of them, such as --money-in \"{}\", or rename the others", visible(&header[*first])),
            )))
        }
    }
}

/// The currency in the name of a column, if it is not the pound: "Amount (EUR)", "Amount $".
fn other_currency(name: &str) -> Option<&str> {
    const OTHERS: [&str; 14] = ["EUR", "USD", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "PLN", "GBX", "€", "$"];
    let words = name.split(|c: char| !(c.is_alphanumeric() || matches!(c, '€' | '$')));
    words.into_iter().find(|word| OTHERS.iter().any(|other| other.eq_ignore_ascii_case(word)))
}

/// What is wrong with the number of cells of a row of text: after a comma too many, or a cell too few, values stand in another column.
fn other_cells(cells: &[String], columns: &ColumnPositions) -> Option<String> {
    let extra = cells.iter().skip(columns.most_cells).any(|cell| !cell.is_empty());
    (extra || cells.len() < columns.needed).then(|| {
        format!(
            "it has {}, and the header has {}; put quotation marks around an amount or a name with a comma",
            counted(cells.len(), "cell", "cells"),
            columns.cells
        )
    })
}

/// The word of a row for a payment that was not made, or that came back. In a column of states it is the first word, or the last of a
/// few: "Returned - account closed", "Payment rejected". In any other column beside those of the payment it stands alone.
fn not_paid(cells: &[String], columns: &ColumnPositions) -> Option<&'static str> {
    let of_payment = columns.of_payment();
    let came_in = |at: &usize| {
        let text = plain(cells.get(*at).map_or("", String::as_str));
        ["c", "in", "credits"].contains(&text.as_str())
    };
    if columns.indicators.iter().any(came_in) {
        return Some("credit");
    }
    let others = cells.iter().enumerate().filter(|(at, _)| !of_payment.contains(at) && columns.money_in != Some(*at));
    others.into_iter().find_map(|(at, cell)| {
        let text = plain(cell);
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        let known = |word: &str| NOT_PAID.iter().chain([&PENDING]).find(|known| **known == word).copied();
        match words[..] {
            [word] => known(word),
            [first, .., last] if columns.states.contains(&at) => {
                let denied = words.iter().any(|word| ["no", "not", "never"].contains(word));
                // A last word may be what the payment was for: "VAT return" is a payment, and "VAT returned" is none.
                known(first).or_else(|| known(last).filter(|word| !denied && word.ends_with("ed")))
            }
            _ => None,
        }
    })
}

/// Whether a row has the totals of the rows above: no day, and only sums and a word for them.
fn is_total(cells: &[String], date: usize) -> bool {
    let is_word = |cell: &String| is_sum(cell) || similar_names::folded(cell.trim_end_matches([':', '.'])) == BALANCE;
    let is_amount = |cell: &String| {
        cell.chars().all(|c| c.is_ascii_digit() || " .,£-−+()".contains(c)) || OURS.contains(&plain(cell).as_str())
    };
    let mut filled = cells.iter().filter(|cell| !cell.is_empty());
    let no_day = cells.get(date).is_none_or(|cell| cell.is_empty() || is_word(cell));
    no_day && cells.iter().any(is_word) && filled.all(|cell| is_word(cell) || is_amount(cell))
}

/// Reads one payment, or says what is wrong with the row. The message repeats nothing of its content.
fn row(number: u64, cells: &[String], columns: &ColumnPositions, negative: bool) -> Result<ExtractRow, String> {
    let cell = |at: usize| cells.get(at).map_or("", String::as_str);
    let ours = |text: &str| text.is_empty() || text != "GBp" && OURS.contains(&similar_names::folded(text).as_str());
    if columns.currencies.iter().any(|at| !ours(cell(*at))) {
        return Err("the currency is not GBP, and the ledger is in pounds".to_owned());
    }
    let money = |at: usize| match cell(at) {
        "" => Ok(None),
        text => money(text).map(Some),
    };
    let (out, back) = (money(columns.amount)?, columns.money_in.map_or(Ok(None), money)?);
    let turned = |amount: Pence| amount.0.checked_neg().map(Pence).ok_or("the amount is too large");
    let amount = match (out, back) {
        (Some(out), Some(Pence(0)) | None) => {
            if negative {
                turned(out)?
            } else {
                out
            }
        }
        // What came in lowers what was paid, whatever sign it has.
        (Some(Pence(0)) | None, Some(back)) => turned(Pence(back.0.checked_abs().ok_or("the amount is too large")?))?,
        (Some(_), Some(_)) => return Err("it has money that went out and money that came in, and a row has only one".to_owned()),
        (None, None) => return Err("the amount is empty".to_owned()),
    };
    let on = day(cell(columns.date)).ok_or("the date is not a day such as 2027-04-30 or 30/04/2027")?;
    let reference = cell(columns.reference).to_owned();
    if !reference.chars().any(char::is_alphanumeric) {
        return Err("the reference is empty".to_owned());
    }
    Ok(ExtractRow { number, reference, on, amount, payee: cell(columns.payee).to_owned() })
}

fn money(text: &str) -> Result<Pence, &'static str> {
    amount::parse(text).map_err(|invalid| match invalid {
        InvalidAmount::Ambiguous => {
            "the amount can be read in two ways; write it with a comma for thousands and a point before the pence, such as 1,234.56"
        }
        InvalidAmount::NotMoney => "the amount is not an amount of money, such as £1,234.56",
    })
}

/// Reads a day as in 2027-04-30, 30/04/2027 or 30 April 2027.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_totals_is_not_a_payment() {
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

    /// The columns of an extract, and a row of it.
    fn positions(header: &str) -> ColumnPositions {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        columns(&ExtractColumns::default(), &header).unwrap_or_else(|_| panic!("a header"))
    }

    fn cells(row: &str) -> Vec<String> {
        row.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_payment_that_was_not_made_is_recognised() {
        let columns = positions("Reference,Date,Amount,Payee,Status,Note");
        for (state, word) in [
            ("REJECTED,", Some("rejected")),
            ("Returned - account closed,", Some("returned")),
            ("Payment rejected,", Some("rejected")),
            ("Pending,", Some("pending")),
            ("CR,", Some("cr")),
            ("Credit,", Some("credit")),
            ("Bank credit,", None),
            ("Bank draft,", None),
            ("Draft,", None),
            ("not returned,", None),
            ("No returns,", None),
            ("VAT return payment,", None),
            ("Was not returned,", None),
            (",Recalled", Some("recalled")),
            ("paid,", None),
            ("Settled,second visit after the first was cancelled", None),
            (",", None),
        ] {
            assert_eq!(not_paid(&cells(&format!("B1,2029-04-30,5,Failed Ltd,{state}")), &columns), word, "{state}");
        }
    }

    #[test]
    fn a_column_may_say_whether_money_went_out_or_came_in() {
        for name in ["D/C", "Dr / Cr", "Debit/Credit", "CdtDbtInd", "Sign", "+/-", "debit_credit_indicator"] {
            let columns = positions(&format!("Reference,Date,Amount,Payee,{name}"));
            let of = |mark: &str| {
                let cells = cells(&format!("B1,2029-04-30,5,Acme,{mark}"));
                (unclear_sign(&cells, &columns).is_some(), not_paid(&cells, &columns).is_some())
            };
            let found: Vec<(bool, bool)> = ["D", "dr", "C", "CR", "credit", "+", "-", "", "x"].into_iter().map(of).collect();
            let (paid, came_in, unclear) = ((false, false), (false, true), (true, false));
            assert_eq!(found, [paid, paid, came_in, came_in, came_in, unclear, unclear, unclear, unclear], "{name}");
        }
        let of = |cells: &[&str]| {
            let mut marks = Marks::default();
            cells.iter().for_each(|cell| marks.add(cell));
            marks.are_of_both()
        };
        assert!(of(&["D", "C", "", "D"]) && of(&["+", "−"]));
        assert!(!of(&["C", "C"]) && !of(&["D", "C", "B"]) && !of(&[]));
    }

    #[test]
    fn money_out_and_money_in_may_stand_in_two_columns() {
        let columns = positions("Date,Reference,Payee,Debit,Credit");
        let paid = |text: &str| row(2, &cells(&format!("2029-04-30,B1,Acme,{text}")), &columns, false).map(|row| row.amount.0);
        for (text, amount) in
            [("5.00,", 500), (",5.00", -500), ("5.00,0.00", 500), ("0.00,5.00", -500), (",-5.00", -500), ("0,0", 0)]
        {
            assert_eq!(paid(text), Ok(amount), "{text}");
        }
        assert!(paid(",").is_err() && paid("5,5").is_err() && paid("x,").is_err() && paid(",x").is_err());
        // Beside an amount of either sign, a column of credits is something else.
        assert_eq!(positions("Date,Reference,Payee,Amount,Credit").money_in, None);
        let header = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        let named = ExtractColumns { money_in: Some("Zurück".into()), ..ExtractColumns::default() };
        assert!(columns_of(&named, &header("Date,Reference,Payee,Amount,Zurück")) == Some(Some(4)));
        assert!(columns_of(&named, &header("Date,Reference,Payee,Amount")).is_none());
        assert!(columns_of(&ExtractColumns::default(), &header("Date,Reference,Payee,Debit,Credit,Paid in")).is_none());
    }

    fn columns_of(named: &ExtractColumns, header: &[String]) -> Option<Option<usize>> {
        columns(named, header).ok().map(|columns| columns.money_in)
    }

    #[test]
    fn a_row_of_another_number_of_cells_is_not_read() {
        let columns = positions("Reference,Date,Amount,Payee,,");
        for row in ["B1,2029-04-30,5,Acme", "B1,2029-04-30,5,Acme,,", "B1,2029-04-30,5,Acme,,,,"] {
            assert_eq!(other_cells(&cells(row), &columns), None, "{row}");
        }
        assert!(other_cells(&cells("B1,2029-04-30,5"), &columns).is_some());
        let columns = positions("Reference,Date,Amount,Payee,Status");
        assert_eq!(other_cells(&cells("B1,2029-04-30,5,Acme"), &columns), None, "an empty last cell was lost");
        let columns = positions("Reference,Date,Amount,Payee");
        let told = other_cells(&cells("B1,2029-04-30,1,000.00,Acme"), &columns).expect("refused");
        assert!(told.contains("5 cells") && !told.contains("Acme"), "{told}");
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
