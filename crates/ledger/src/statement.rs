//! A statement: what a contract pays its providers as at one day, by what was known on another. Each statement is complete, from the
//! contract's first day on. The ledger works out what is new since the last one.

use std::collections::BTreeMap;

use base::csv_cell::quoted;
use base::money::{Pence, Quantity};
use contract::Scheme;
use contract::tally::Tally;
use jiff::civil::Date;

use crate::canonical_text::{Fields, field, value};
use crate::hash::Hash;

/// What a contract pays some of its providers.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    pub contract: String,
    /// The hash of the rules that it was priced by.
    pub version: Hash,
    /// What happened up to this day counts.
    pub as_at: Date,
    /// What was known by this day counts.
    pub known_at: Date,
    /// The providers that it is for. One without a line is owed nothing. Other providers stay as they are.
    pub providers: Vec<String>,
    pub lines: Vec<StatementLine>,
}

/// One line of a statement: quantity × price, with the reason.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementLine {
    pub provider: String,
    pub area: String,
    pub clause: String,
    /// The outcome that the clause pays for; empty where it pays for no outcome.
    pub outcome: String,
    pub from_cohort: String,
    pub to_cohort: String,
    /// Empty where the line is for all segments.
    pub segment: String,
    /// Distinguishes lines that are otherwise for the same thing. It is counted from 0 in the order of pricing.
    pub nth: usize,
    pub quantity: Quantity,
    pub unit: String,
    pub price: Pence,
    pub amount: Pence,
    pub reason: String,
}

/// The lines that a scheme pays one provider for one area.
#[must_use]
pub fn lines(scheme: &Scheme, provider: &str, tally: &Tally) -> Vec<StatementLine> {
    let (priced, _) = contract::price::statement(scheme, tally);
    let place = |line: &contract::price::PricedLine| (line.clause, line.cohorts, line.segment);
    let named = |(at, line): (usize, &contract::price::PricedLine)| {
        let clause = &scheme.clauses[line.clause];
        StatementLine {
            provider: provider.to_owned(),
            area: scheme.areas[tally.area].clone(),
            clause: clause.name.clone(),
            outcome: clause.outcome().map_or(String::new(), |outcome| scheme.outcomes[outcome].name.clone()),
            from_cohort: scheme.cohorts[line.cohorts.0].name.clone(),
            to_cohort: scheme.cohorts[line.cohorts.1].name.clone(),
            segment: line.segment.map_or(String::new(), |segment| scheme.segments[segment].clone()),
            nth: priced[..at].iter().filter(|earlier| place(earlier) == place(line)).count(),
            quantity: line.quantity,
            unit: line.unit.to_owned(),
            price: line.price,
            amount: line.amount,
            reason: line.reason.clone(),
        }
    };
    priced.iter().enumerate().map(named).collect()
}

/// The hash of a contract's own files: their names and contents, in the order of the names.
#[must_use]
pub fn version<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Hash {
    let files: BTreeMap<&str, &str> = files.into_iter().collect();
    Hash::of(files.into_iter().flat_map(|(name, text)| [name, text]))
}

impl StatementLine {
    /// The hash of what the line is for, whatever its amount. The ledger has at most one line in force for each key.
    #[must_use]
    pub fn key(&self, contract: &str) -> Hash {
        let nth = self.nth.to_string();
        let place = [&self.provider, &self.area, &self.clause, &self.from_cohort, &self.to_cohort, &self.segment, &nth];
        Hash::of(["line", contract].into_iter().chain(place.map(String::as_str)))
    }

    /// Whether two lines for the same thing pay the same amount for the same quantity.
    #[must_use]
    pub fn pays_like(&self, other: &StatementLine) -> bool {
        (self.quantity, &self.unit, self.price, self.amount) == (other.quantity, &other.unit, other.price, other.amount)
    }

    /// "12 people × £4,000 = £48,000". Where a limit decides, and not the product: "1 cap at £5,000; the line comes to -£1,000".
    /// Ledgers have reversals with reasons in these words, so they must never change.
    #[must_use]
    pub fn sum_in_words(&self) -> String {
        match contract::price::is_product(self.quantity, self.price, self.amount) {
            true => self.as_product(),
            false => {
                format!("{} {} at {}; the line comes to {}", self.quantity, self.unit, self.price, self.amount)
            }
        }
    }

    /// "1 person × £4,000 = £4,000", for people to read beside the reason. `None` where nothing is counted, such as by a cap: the reason
    /// says it all.
    #[must_use]
    pub fn sum_for_people(&self) -> Option<String> {
        let quantity = contract::clauses::quantity_words(self.quantity, &self.unit)?;
        Some(match contract::price::is_product(self.quantity, self.price, self.amount) {
            true => format!("{quantity} × {} = {}", self.price, self.amount),
            false => format!("{quantity} at {}; the line comes to {}", self.price, self.amount),
        })
    }

    /// Quantity × price = amount, whether that is correct or not. Ledgers of earlier versions have reasons in these words.
    #[must_use]
    pub(crate) fn as_product(&self) -> String {
        format!("{} {} × {} = {}", self.quantity, self.unit, self.price, self.amount)
    }
}

/// The columns of a statement, as CSV and as Parquet.
pub const COLUMNS: [&str; 17] = [
    "contract",
    "version",
    "as at",
    "known at",
    "provider",
    "area",
    "clause",
    "outcome",
    "from cohort",
    "to cohort",
    "segment",
    "quantity",
    "unit",
    "unit price",
    "amount",
    "reason",
    "line",
];

/// The first line of a statement as CSV.
#[must_use]
pub fn header() -> String {
    format!("{}\n", COLUMNS.join(","))
}

impl Statement {
    /// The id of a line: the hash of what it is for, its amount, and the version of the rules.
    #[must_use]
    pub fn id(&self, line: &StatementLine) -> Hash {
        let key = line.key(&self.contract).to_string();
        let numbers =
            [line.quantity.0.to_string(), line.price.0.to_string(), line.amount.0.to_string(), self.version.to_string()];
        Hash::of([key.as_str(), &line.outcome, &line.unit].into_iter().chain(numbers.iter().map(String::as_str)))
    }

    /// The total of one provider.
    #[must_use]
    pub fn total(&self, provider: &str) -> Pence {
        Pence(self.lines.iter().filter(|line| line.provider == provider).map(|line| line.amount.0).sum())
    }

    /// The rows of one provider as CSV, without the header. Money is in pounds, and quantities have all their digits.
    #[must_use]
    pub fn rows(&self, provider: &str) -> String {
        let mut out = String::new();
        for line in self.lines.iter().filter(|line| line.provider == provider) {
            let cells = [
                safe(&self.contract),
                self.version.to_string(),
                self.as_at.to_string(),
                self.known_at.to_string(),
                safe(&line.provider),
                safe(&line.area),
                safe(&line.clause),
                safe(&line.outcome),
                safe(&line.from_cohort),
                safe(&line.to_cohort),
                safe(&line.segment),
                decimal(line.quantity.0, 9),
                safe(&line.unit),
                decimal(line.price.0, 2),
                decimal(line.amount.0, 2),
                safe(&line.reason),
                self.id(line).to_string(),
            ];
            out += &format!("{}\n", cells.join(","));
        }
        out
    }

    /// The whole statement as CSV, one provider after another.
    #[must_use]
    pub fn csv(&self) -> String {
        self.providers.iter().fold(header(), |out, provider| out + &self.rows(provider))
    }

    /// Writes the statement into the text of an entry.
    pub(crate) fn write(&self, out: &mut String) {
        field(out, "contract", &[&self.contract]);
        field(out, "version", &[&self.version.to_string()]);
        field(out, "as at", &[&self.as_at.to_string()]);
        field(out, "known at", &[&self.known_at.to_string()]);
        for provider in &self.providers {
            field(out, "provider", &[provider]);
        }
        for line in &self.lines {
            let numbers =
                [line.nth.to_string(), line.quantity.0.to_string(), line.price.0.to_string(), line.amount.0.to_string()];
            let [nth, quantity, price, amount] = numbers.each_ref().map(String::as_str);
            let key: [&str; 7] =
                [&line.provider, &line.area, &line.clause, &line.outcome, &line.from_cohort, &line.to_cohort, &line.segment];
            let sum = [nth, quantity, &line.unit, price, amount, &line.reason];
            field(out, "line", &key.into_iter().chain(sum).collect::<Vec<_>>());
        }
    }

    /// Reads the statement from the text of an entry.
    pub(crate) fn read(fields: &mut Fields<'_>) -> Result<Statement, String> {
        let contract = fields.one("contract")?;
        let version = fields.one("version")?;
        let version = Hash::parse(&version).ok_or_else(|| format!("`{version}` is not a hash"))?;
        let as_at = value(&fields.one("as at")?, "a date")?;
        let known_at = value(&fields.one("known at")?, "a date")?;
        let mut providers = Vec::new();
        while fields.next_is("provider") {
            providers.push(fields.one("provider")?);
        }
        let mut lines = Vec::new();
        while fields.next_is("line") {
            let [provider, area, clause, outcome, from_cohort, to_cohort, segment, nth, quantity, unit, price, amount, reason] =
                fields.take("line")?;
            lines.push(StatementLine {
                provider,
                area,
                clause,
                outcome,
                from_cohort,
                to_cohort,
                segment,
                nth: value(&nth, "a count")?,
                quantity: Quantity(value(&quantity, "a quantity")?),
                unit,
                price: Pence(value(&price, "pence")?),
                amount: Pence(value(&amount, "pence")?),
                reason,
            });
        }
        Ok(Statement { contract, version, as_at, known_at, providers, lines })
    }
}

/// A cell of text. A text that a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets drop.
fn safe(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '＝', '＋', '－', '＠']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    quoted(&text).into_owned()
}

/// A whole number of the smallest unit as a decimal. Pence become pounds, always with two places. Billionths become units, with only
/// the places that are needed.
fn decimal(number: i64, places: usize) -> String {
    let scale = 10_u64.pow(places as u32);
    let (whole, part) = (number.unsigned_abs() / scale, number.unsigned_abs() % scale);
    let sign = if number < 0 { "-" } else { "" };
    let part = format!("{part:0places$}");
    match part.trim_end_matches('0') {
        _ if places == 2 => format!("{sign}{whole}.{part}"),
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_all_their_digits() {
        assert_eq!(decimal(-123_456, 2), "-1234.56");
        assert_eq!(decimal(100_000, 2), "1000.00");
        assert_eq!(decimal(1_500_000_000, 9), "1.5");
        assert_eq!(decimal(-2_000_000_001, 9), "-2.000000001");
        assert_eq!(decimal(i64::MIN, 9), "-9223372036.854775808");
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        assert_eq!(safe("=1+1"), "'=1+1");
        assert_eq!(safe("@a, b"), "\"'@a, b\"");
        assert_eq!(safe("under 25"), "under 25");
    }
}
