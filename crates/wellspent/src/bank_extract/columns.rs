//! Which columns of an extract have the reference, the day, the amount and the payee of a payment. A header that can be read in two ways
//! is refused.

use base::hidden_characters::visible;
use base::similar_names;

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
pub(super) const OURS: [&str; 7] = ["gbp", "£", "pound", "pounds", "sterling", "pound sterling", "pounds sterling"];
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
/// The position of each column that is used.
pub(super) struct ColumnPositions {
    pub(super) reference: usize,
    pub(super) date: usize,
    pub(super) amount: usize,
    /// The column with what came in, where the amount is only what went out.
    pub(super) money_in: Option<usize>,
    pub(super) payee: usize,
    pub(super) currencies: Vec<usize>,
    /// Columns that say what became of a payment.
    pub(super) states: Vec<usize>,
    /// Columns that say whether money went out or came in.
    pub(super) indicators: Vec<usize>,
    /// How many cells a row needs, up to the last column of the payment or the currency.
    pub(super) needed: usize,
    /// How many cells of the header there are up to the last name.
    pub(super) cells: usize,
    /// How many cells the header has.
    pub(super) most_cells: usize,
}

impl ColumnPositions {
    /// The columns of the payment itself.
    pub(super) fn of_payment(&self) -> [usize; 4] {
        [self.reference, self.date, self.amount, self.payee]
    }
}

/// Why a row is not the header.
pub(super) enum HeaderError {
    /// How many of the required columns it has, and what is missing.
    Missing(usize, HeaderProblem),
    /// It is the header, but it is not clear which column is meant.
    Unclear(HeaderProblem),
}

/// What is wrong with a header, after the name of the file.
pub(super) struct HeaderProblem {
    what: String,
    hint: String,
}

impl HeaderProblem {
    pub(super) fn new(what: impl Into<String>, hint: impl Into<String>) -> HeaderProblem {
        HeaderProblem { what: what.into(), hint: hint.into() }
    }

    pub(super) fn of_file(self, shown: impl std::fmt::Display) -> Error {
        Error::failed(format!("{shown} {}", self.what), self.hint)
    }
}

/// The name of a column as it is compared.
pub(super) fn plain(name: &str) -> String {
    similar_names::folded(&name.replace('_', " "))
}

/// Finds the columns in a header.
pub(super) fn columns(named: &ExtractColumns, header: &[String]) -> Result<ColumnPositions, HeaderError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(header: &str) -> ColumnPositions {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        columns(&ExtractColumns::default(), &header).unwrap_or_else(|_| panic!("a header"))
    }

    #[test]
    fn the_column_of_what_came_in_is_named_or_stands_beside_what_went_out() {
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
    fn the_currency_of_a_column_is_in_its_name() {
        for name in ["Amount (EUR)", "Amount USD", "amount_usd", "Net $", "Betrag €"] {
            assert!(other_currency(&name.replace('_', " ")).is_some(), "{name}");
        }
        for name in ["Amount", "Amount (GBP)", "Amount £", "Amount paid to euro account", "Neural amount"] {
            assert_eq!(other_currency(name), None, "{name}");
        }
    }
}
