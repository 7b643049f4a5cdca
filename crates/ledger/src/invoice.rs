//! Lines of invoices, and of plans for them, compared with their own arithmetic: in comes the table of invoices; out comes, for
//! each contract, which lines are price × results to the penny, and what was paid and planned without counting anything twice.
//!
//! A contract is planned again when things change. Its plans take each other's place: each has its own sum, and there is no sum
//! of plans.

use std::collections::BTreeMap;

use base::money::{Amount as _, Pence, Quantity, Rounding, WHOLE};

use base::day::{Day, NEVER};
use records::batch::Batch;

/// What one contract's lines come to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Contract {
    pub paid: Sum,
    /// By plan; a plan without a name is one of its own.
    pub planned: BTreeMap<String, Sum>,
    /// Paid lines with a price and a number of results that come to the amount.
    pub exact: u32,
    /// Those that do not.
    pub off: Vec<Off>,
}

/// So many lines, and their amounts added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    pub lines: u32,
    pub amount: Pence,
}

/// A line whose amount is not price × results.
#[derive(Clone, Debug, PartialEq)]
pub struct Off {
    pub invoice: String,
    pub outcome: String,
    pub results: Quantity,
    pub price: Pence,
    pub amount: Pence,
    /// What price × results comes to.
    pub comes_to: Pence,
}

impl Off {
    /// Paid above what it comes to.
    #[must_use]
    pub fn over(&self) -> Pence {
        self.amount.minus(self.comes_to)
    }

    /// So many results more, or fewer, would explain it; `None` unless that is a whole number.
    #[must_use]
    pub fn results_over(&self) -> Option<i64> {
        (self.price.0 != 0 && self.over().0 % self.price.0 == 0).then(|| self.over().0 / self.price.0)
    }
}

/// Every contract, in the order of names, by lines known by a day. Price × results is rounded to the nearest penny, a half up.
#[must_use]
pub fn contracts(invoices: &[Batch], known_at: Day) -> BTreeMap<String, Contract> {
    let mut out: BTreeMap<String, Contract> = BTreeMap::new();
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
            if text("status") == "planned" {
                contract.planned.entry(text("plan")).or_default().add(amount);
                continue;
            }
            contract.paid.add(amount);
            let number = |name| batch.amount(column(name), row);
            let (Some(results), Some(price)) = (number("results"), number("price")) else { continue };
            // Hundredths of a result, in billionths.
            let results = Quantity(results.saturating_mul(WHOLE / 100));
            let comes_to = Pence::of(results, Pence(price), Rounding::HalfUp);
            if comes_to == amount {
                contract.exact += 1;
            } else {
                let (invoice, outcome) = (text("invoice"), text("outcome"));
                contract.off.push(Off { invoice, outcome, results, price: Pence(price), amount, comes_to });
            }
        }
    }
    out
}

impl Sum {
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
    fn price_times_results_is_held_to_the_penny() {
        let lines = [
            ["1", "C", "paid", "", "21", "220", "4400", ""],
            ["2", "C", "paid", "", "20", "220", "4400.00", ""],
            // 0.5 × 0.01 is half a penny, which goes up.
            ["3", "C", "paid", "", "0.5", "0.01", "0.01", ""],
            ["4", "C", "paid", "", "", "220", "1", ""],
            ["5", "C", "paid", "", "1", "220", "221", "2027-01-02"],
        ];
        let contract = &contracts(&[batch(&lines)], base::day::parse(b"2027-01-01").expect("a day"))["C"];
        assert_eq!((contract.exact, contract.off.len(), contract.paid.lines), (2, 1, 4), "line 5 is not known yet");
        let off = &contract.off[0];
        assert_eq!(
            (off.invoice.as_str(), off.comes_to, off.over(), off.results_over()),
            ("1", Pence(462_000), Pence(-22_000), Some(-1))
        );
    }

    #[test]
    fn plans_of_a_contract_are_never_added_up() {
        let lines = [
            ["1", "C", "planned", "first", "", "", "100", ""],
            ["2", "C", "planned", "second", "", "", "90", ""],
            ["3", "C", "planned", "second", "", "", "5", ""],
            ["4", "C", "paid", "", "", "", "91", ""],
        ];
        let contract = &contracts(&[batch(&lines)], Day::MAX)["C"];
        let sums: Vec<(&str, i64)> = contract.planned.iter().map(|(plan, sum)| (plan.as_str(), sum.amount.0)).collect();
        assert_eq!((sums, contract.paid.amount), (vec![("first", 10_000), ("second", 9_500)], Pence(9_100)));
    }
}
