//! One row of an extract: a payment, a payment that was not made, a total, or a row that cannot be read.

use base::english::counted;
use base::money::Pence;
use base::similar_names;
use base::sum_words::is_sum;
use jiff::civil::Date;
use ledger::amount::{self, InvalidAmount};
use ledger::reconcile::ExtractRow;

use super::columns::{ColumnPositions, OURS, plain};

/// What stands beside a sum below the rows of an extract, besides the words for sums anywhere.
const BALANCE: &str = "closing balance";
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
pub(super) const PENDING: &str = "pending";

/// What stands in one column of the rows: whether money went out or came in, by a single letter or sign, or something else.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    went_out: bool,
    came_in: bool,
    other: bool,
}

impl Marks {
    pub(super) fn add(&mut self, cell: &str) {
        match cell {
            "D" | "d" | "-" | "−" | "–" => self.went_out = true,
            "C" | "c" | "+" => self.came_in = true,
            "" => {}
            _ => self.other = true,
        }
    }

    pub(super) fn are_of_both(&self) -> bool {
        self.went_out && self.came_in && !self.other
    }
}

/// What is unclear about a row in a column that says whether money went out or came in: a sign alone, which some write for the account and
/// some for the payment, or a word that says neither.
pub(super) fn unclear_sign(cells: &[String], columns: &ColumnPositions) -> Option<String> {
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

/// What is wrong with the number of cells of a row of text: after a comma too many, or a cell too few, values stand in another column.
pub(super) fn other_cells(cells: &[String], columns: &ColumnPositions) -> Option<String> {
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
pub(super) fn not_paid(cells: &[String], columns: &ColumnPositions) -> Option<&'static str> {
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
pub(super) fn is_total(cells: &[String], date: usize) -> bool {
    let is_word = |cell: &String| is_sum(cell) || similar_names::folded(cell.trim_end_matches([':', '.'])) == BALANCE;
    let is_amount = |cell: &String| {
        cell.chars().all(|c| c.is_ascii_digit() || " .,£-−+()".contains(c)) || OURS.contains(&plain(cell).as_str())
    };
    let mut filled = cells.iter().filter(|cell| !cell.is_empty());
    let no_day = cells.get(date).is_none_or(|cell| cell.is_empty() || is_word(cell));
    no_day && cells.iter().any(is_word) && filled.all(|cell| is_word(cell) || is_amount(cell))
}

/// Reads one payment, or says what is wrong with the row. The message repeats nothing of its content.
pub(super) fn row(number: u64, cells: &[String], columns: &ColumnPositions, negative: bool) -> Result<ExtractRow, String> {
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
    use super::super::columns::{ExtractColumns, columns};
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
}
