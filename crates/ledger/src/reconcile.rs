//! Reconciliation: what the ledger says was paid, compared with an extract of the bank or the finance system. In come the
//! settlements and the rows of the extract; out comes, for each, whether it has its match: the same reference, payee, amount and
//! day. Nothing is matched by likeness: a reference is the same but for capitals and blanks, or it is another.

use std::collections::BTreeMap;

use base::money::Pence;
use base::spelling;
use jiff::civil::Date;

use crate::entry::{Settlement, Way};
use crate::journal::Ledger;

/// One payment of an extract.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Of the file, the header being row 1.
    pub number: u64,
    pub reference: String,
    pub on: Date,
    /// Positive where it was paid to the payee.
    pub amount: Pence,
    pub payee: String,
}

/// What became of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Matched,
    /// The reference is on both sides, with another amount, day or payee.
    Differs,
    /// In the ledger and not in the extract.
    OnlyLedger,
    /// In the extract and not in the ledger.
    OnlyExtract,
    /// A reference that the extract has a second time.
    Repeated,
}

impl Outcome {
    pub const ALL: [Outcome; 5] =
        [Outcome::Matched, Outcome::Differs, Outcome::OnlyLedger, Outcome::OnlyExtract, Outcome::Repeated];

    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Matched => "matched",
            Outcome::Differs => "differs",
            Outcome::OnlyLedger => "only in the ledger",
            Outcome::OnlyExtract => "only in the extract",
            Outcome::Repeated => "repeated in the extract",
        }
    }
}

/// One payment as both sides have it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub outcome: Outcome,
    pub ledger: Option<Settlement>,
    pub extract: Option<Row>,
    /// What differs, or what there is to know; empty where it is matched.
    pub why: String,
}

/// Everything that was compared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reconciliation {
    pub items: Vec<Item>,
}

/// So many payments, and what both sides say they come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Total {
    pub count: usize,
    pub ledger: i128,
    pub extract: i128,
}

impl Reconciliation {
    /// What one outcome comes to, or all.
    #[must_use]
    pub fn total(&self, outcome: Option<Outcome>) -> Total {
        let items = self.items.iter().filter(|item| outcome.is_none_or(|outcome| outcome == item.outcome));
        items.fold(Total::default(), |sum, item| Total {
            count: sum.count + 1,
            ledger: sum.ledger + item.ledger.as_ref().map_or(0, |settlement| i128::from(signed(settlement).0)),
            extract: sum.extract + item.extract.as_ref().map_or(0, |row| i128::from(row.amount.0)),
        })
    }

    /// Whether something is left that is not matched.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.items.iter().any(|item| item.outcome != Outcome::Matched)
    }
}

/// What was paid as a positive amount, what was received as a negative one.
#[must_use]
pub fn signed(settlement: &Settlement) -> Pence {
    if settlement.way == Way::Paid { settlement.amount } else { Pence(-settlement.amount.0) }
}

/// Which days and which contract are compared; everything where nothing is said.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub contract: Option<String>,
}

impl Scope {
    fn has(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// Compares the settlements of a ledger with the rows of an extract.
#[must_use]
pub fn reconcile(ledger: &Ledger, rows: &[Row], scope: &Scope) -> Reconciliation {
    let settlements: Vec<(&Settlement, &str)> = ledger
        .settlements()
        .into_iter()
        .filter(|(_, settled)| settled.reversed.is_none())
        .map(|(_, settled)| (&settled.settlement, settled.payee.as_str()))
        .filter(|(settlement, _)| scope.contract.as_ref().is_none_or(|contract| *contract == settlement.contract))
        .collect();
    let mut by_reference: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        by_reference.entry(key(&row.reference)).or_default().push(row);
    }
    let mut items = Vec::new();
    for (settlement, payee) in settlements {
        let mut rows = by_reference.remove(&key(&settlement.reference)).unwrap_or_default();
        // Where a reference is repeated, the row that matches is taken first, and the others are what is too many.
        let best = rows.iter().position(|row| differences(settlement, payee, row).is_empty()).unwrap_or(0);
        let row = if rows.is_empty() { None } else { Some(rows.remove(best)) };
        let in_scope = scope.has(settlement.on) || row.is_some_and(|row| scope.has(row.on));
        if !in_scope {
            continue;
        }
        match row {
            None => {
                let item =
                    Item { outcome: Outcome::OnlyLedger, ledger: Some(settlement.clone()), extract: None, why: String::new() };
                items.push(item);
            }
            Some(row) => {
                let why = differences(settlement, payee, row).join("; ");
                let outcome = if why.is_empty() { Outcome::Matched } else { Outcome::Differs };
                items.push(Item { outcome, ledger: Some(settlement.clone()), extract: Some(row.clone()), why });
            }
        }
        items.extend(rows.into_iter().map(|again| repeated(again, row)));
    }
    for rows in by_reference.into_values() {
        for (at, row) in rows.iter().enumerate() {
            match at {
                _ if !scope.has(row.on) => {}
                0 => items.push(Item {
                    outcome: Outcome::OnlyExtract,
                    ledger: None,
                    extract: Some((*row).clone()),
                    why: reversed(ledger, row),
                }),
                _ => items.push(repeated(row, rows.first().copied())),
            }
        }
    }
    likely(&mut items);
    items.sort_by(|one, other| {
        let place = |item: &Item| {
            (item.outcome, item.ledger.as_ref().map(|settlement| settlement.on), item.extract.as_ref().map(|row| row.number))
        };
        place(one).cmp(&place(other))
    });
    Reconciliation { items }
}

fn key(reference: &str) -> String {
    spelling::folded(reference).replace(' ', "")
}

fn repeated(row: &Row, first: Option<&Row>) -> Item {
    let why = first.map_or(String::new(), |first| format!("the reference is in row {} too", first.number));
    Item { outcome: Outcome::Repeated, ledger: None, extract: Some(row.clone()), why }
}

/// What differs between the two sides. A provider may be called as when it was paid, or as it is called now.
fn differences(settlement: &Settlement, payee: &str, row: &Row) -> Vec<String> {
    let mut out = Vec::new();
    let amount = signed(settlement);
    if amount != row.amount {
        let by = i128::from(row.amount.0) - i128::from(amount.0);
        let by = i64::try_from(by).map_or_else(|_| "a very large amount".to_owned(), |by| Pence(by).to_string());
        out.push(format!("amount: {amount} in the ledger, {} in the extract, a difference of {by}", row.amount));
    }
    if settlement.on != row.on {
        out.push(format!("date: {} in the ledger, {} in the extract", settlement.on, row.on));
    }
    if !spelling::same(&settlement.provider, &row.payee) && !spelling::same(payee, &row.payee) {
        out.push(format!("payee: {} in the ledger, {} in the extract", settlement.provider, row.payee));
    }
    out
}

fn reversed(ledger: &Ledger, row: &Row) -> String {
    match ledger.settlements_with(&row.reference).last() {
        Some((_, settled)) if settled.reversed.is_some() => {
            "the ledger has a settlement with this reference that was reversed".to_owned()
        }
        Some((_, settled)) => format!("the ledger has it under {}", settled.settlement.contract),
        None => String::new(),
    }
}

/// Tells, for what is on one side alone, of a payment on the other with the same payee, amount and day. It stays unmatched.
fn likely(items: &mut [Item]) {
    let mut extract: BTreeMap<(String, i64, Date), Vec<String>> = BTreeMap::new();
    let mut ledger = extract.clone();
    for item in items.iter() {
        match (item.outcome, &item.ledger, &item.extract) {
            (Outcome::OnlyExtract, _, Some(row)) => {
                let place = (spelling::folded(&row.payee), row.amount.0, row.on);
                extract.entry(place).or_default().push(format!("row {} of the extract, {}", row.number, row.reference));
            }
            (Outcome::OnlyLedger, Some(settlement), _) => {
                let place = (spelling::folded(&settlement.provider), signed(settlement).0, settlement.on);
                ledger.entry(place).or_default().push(format!("{} in the ledger", settlement.reference));
            }
            _ => {}
        }
    }
    for item in items {
        let found = match (item.outcome, &item.ledger, &item.extract) {
            (Outcome::OnlyExtract, _, Some(row)) => ledger.get(&(spelling::folded(&row.payee), row.amount.0, row.on)),
            (Outcome::OnlyLedger, Some(settlement), _) => {
                extract.get(&(spelling::folded(&settlement.provider), signed(settlement).0, settlement.on))
            }
            _ => None,
        };
        if let Some(found) = found.filter(|_| item.why.is_empty()) {
            item.why = format!(
                "the same payee, amount and day as {}: is it the same payment under another reference?",
                found.join(", ")
            );
        }
    }
}
