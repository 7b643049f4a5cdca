//! Checks the lines of invoices, and of plans for them, against their own arithmetic. For each contract it finds the lines that are
//! price × results to the penny, and sums what was paid and planned without counting anything twice.
//!
//! A contract is planned again when things change, and each plan replaces the one before. So each plan has its own sum, and there is
//! no sum of plans.

use std::collections::BTreeMap;

use base::money::{Amount as _, Pence, Quantity, Rounding, WHOLE};

use base::day::{Day, NEVER};
use records::batch::Batch;

/// The invoice lines of one contract.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContractInvoices {
    pub paid: InvoiceSum,
    /// The lines of each plan. Lines without a plan's name are a plan of their own.
    pub planned: BTreeMap<String, InvoiceSum>,
    /// The number of paid lines whose amount is price × results.
    pub exact: u32,
    /// The paid lines with a price and a number of results whose amount is another.
    pub wrong: Vec<WrongInvoiceLine>,
    /// The paid and the planned lines among these that do not say when they became known: whatever day is asked about, they count.
    pub undated_paid: InvoiceSum,
    pub undated_planned: InvoiceSum,
    /// Paid lines that say nothing but an amount, by the id of the line.
    amounts_only: Vec<(String, Pence)>,
    /// The number of paid lines above £0, and below.
    above: u32,
    below: u32,
}

impl ContractInvoices {
    /// The paid lines that are the sum of all others, and may be a total below them: ids. A sum has at least two other lines, and all
    /// of them have its sign: of two equal lines and another of £0 neither is a sum.
    #[must_use]
    pub fn sums_of_others(&self) -> Vec<&str> {
        let one_sign = self.above.min(self.below) == 0 && self.above.max(self.below) > 2;
        let is_sum = |amount: Pence| one_sign && amount.0 != 0 && self.paid.amount.minus(amount) == amount;
        self.amounts_only.iter().filter(|(_, amount)| is_sum(*amount)).map(|(invoice, _)| invoice.as_str()).collect()
    }
}

/// The number of lines and the sum of their amounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InvoiceSum {
    pub lines: u32,
    pub amount: Pence,
}

/// A line whose amount is not price × results.
#[derive(Clone, Debug, PartialEq)]
pub struct WrongInvoiceLine {
    pub invoice: String,
    pub outcome: String,
    pub results: Quantity,
    pub price: Pence,
    pub amount: Pence,
    /// Price × results.
    pub calculated: Pence,
}

impl WrongInvoiceLine {
    /// What was paid above price × results; negative if less was paid.
    #[must_use]
    pub fn over(&self) -> Pence {
        self.amount.minus(self.calculated)
    }

    /// The number of further results that would explain the difference, if it is a whole number. It is negative if fewer would.
    #[must_use]
    pub fn results_over(&self) -> Option<i64> {
        (self.price.0 != 0 && self.over().0 % self.price.0 == 0).then(|| self.over().0 / self.price.0)
    }
}

/// The invoice lines of every contract, in the order of names, with the lines known by a day. Price × results is rounded to the
/// nearest penny, and half a penny is rounded up.
#[must_use]
pub fn by_contract(invoices: &[Batch], known_at: Day) -> BTreeMap<String, ContractInvoices> {
    let mut out: BTreeMap<String, ContractInvoices> = BTreeMap::new();
    for batch in invoices {
        for row in 0..batch.rows() {
            let column = |name| batch.table.column(name);
            let known = batch.day(column("known"), row);
            let Some(amount) = batch.amount(column("amount"), row).map(Pence).filter(|_| known == NEVER || known <= known_at)
            else {
                continue;
            };
            let text = |name| batch.text(column(name), row);
            let contract = out.entry(text("contract")).or_default();
            let is_planned = text("status") == "planned";
            if known == NEVER {
                let undated = if is_planned { &mut contract.undated_planned } else { &mut contract.undated_paid };
                undated.add(amount);
            }
            if is_planned {
                contract.planned.entry(text("plan")).or_default().add(amount);
                continue;
            }
            contract.paid.add(amount);
            contract.above += u32::from(amount.0 > 0);
            contract.below += u32::from(amount.0 < 0);
            let number = |name| batch.amount(column(name), row);
            let (Some(results), Some(price)) = (number("results"), number("price")) else {
                if number("results").is_none() && number("price").is_none() {
                    contract.amounts_only.push((text("invoice"), amount));
                }
                continue;
            };
            // Hundredths of a result, in billionths.
            let results = Quantity(results.saturating_mul(WHOLE / 100));
            let calculated = Pence::of(results, Pence(price), Rounding::HalfUp);
            if calculated == amount {
                contract.exact += 1;
            } else {
                let (invoice, outcome) = (text("invoice"), text("outcome"));
                let price = Pence(price);
                contract.wrong.push(WrongInvoiceLine { invoice, outcome, results, price, amount, calculated });
            }
        }
    }
    out
}

impl InvoiceSum {
    fn add(&mut self, amount: Pence) {
        self.lines += 1;
        self.amount = self.amount.plus(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use records::schema::table;

    fn batch(rows: &[[&str; 8]]) -> Batch {
        let mut batch = Batch::empty(table("invoices").expect("a table"));
        let columns = ["invoice", "contract", "status", "plan", "results", "price", "amount", "known"];
        for row in rows {
            let cells: Vec<(&str, &str)> = columns.into_iter().zip(row.iter().copied()).collect();
            batch.push(&cells);
        }
        batch
    }

    #[test]
    fn price_times_results_is_checked_to_the_penny() {
        let lines = [
            ["1", "C", "paid", "", "21", "220", "4400", ""],
            ["2", "C", "paid", "", "20", "220", "4400.00", ""],
            // 0.5 × 0.01 is half a penny, which is rounded up.
            ["3", "C", "paid", "", "0.5", "0.01", "0.01", ""],
            ["4", "C", "paid", "", "", "220", "1", ""],
            ["5", "C", "paid", "", "1", "220", "221", "2027-01-02"],
        ];
        let contract = &by_contract(&[batch(&lines)], base::day::parse(b"2027-01-01").expect("a day"))["C"];
        assert_eq!((contract.exact, contract.wrong.len(), contract.paid.lines), (2, 1, 4), "line 5 is not known yet");
        let line = &contract.wrong[0];
        assert_eq!(
            (line.invoice.as_str(), line.calculated, line.over(), line.results_over()),
            ("1", Pence(462_000), Pence(-22_000), Some(-1))
        );
    }

    #[test]
    fn lines_without_a_day_and_sums_of_the_others_are_found() {
        let lines = [
            ["1", "C", "paid", "", "1", "30", "30", "2027-01-01"],
            ["2", "C", "paid", "", "", "", "20", ""],
            ["3", "C", "paid", "", "", "", "50", ""],
            ["4", "C", "planned", "a", "", "", "7", ""],
            ["5", "D", "paid", "", "", "", "20", ""],
            ["6", "D", "paid", "", "", "", "20", ""],
            ["7", "E", "paid", "", "", "", "20", ""],
            ["8", "E", "paid", "", "", "", "20", ""],
            ["9", "E", "paid", "", "", "", "0", ""],
            ["10", "F", "paid", "", "", "", "20", ""],
            ["11", "F", "paid", "", "", "", "20", ""],
            ["12", "F", "paid", "", "", "", "10", ""],
            ["13", "F", "paid", "", "", "", "-10", ""],
            ["14", "G", "paid", "", "", "", "-20", ""],
            ["15", "G", "paid", "", "", "", "-5", ""],
            ["16", "G", "paid", "", "", "", "-25", ""],
        ];
        let found = by_contract(&[batch(&lines)], Day::MAX);
        assert_eq!(found["C"].sums_of_others(), ["3"]);
        assert_eq!(found["G"].sums_of_others(), ["16"]);
        for contract in ["D", "E", "F"] {
            assert_eq!(found[contract].sums_of_others(), [""; 0], "{contract}: of two equal lines neither is a sum");
        }
        let sums = [found["C"].undated_paid, found["C"].undated_planned].map(|sum| (sum.lines, sum.amount.0));
        assert_eq!(sums, [(2, 7_000), (1, 700)]);
    }

    #[test]
    fn plans_of_a_contract_are_never_added_up() {
        let lines = [
            ["1", "C", "planned", "first", "", "", "100", ""],
            ["2", "C", "planned", "second", "", "", "90", ""],
            ["3", "C", "planned", "second", "", "", "5", ""],
            ["4", "C", "paid", "", "", "", "91", ""],
        ];
        let contract = &by_contract(&[batch(&lines)], Day::MAX)["C"];
        let sums: Vec<(&str, i64)> = contract.planned.iter().map(|(plan, sum)| (plan.as_str(), sum.amount.0)).collect();
        assert_eq!((sums, contract.paid.amount), (vec![("first", 10_000), ("second", 9_500)], Pence(9_100)));
    }
}
