//! Reconciliation: compares the settlements of the ledger with an extract of the bank or the finance system. A payment has its match
//! if the reference, the payee, the amount and the day are the same on both sides.
//!
//! Payments are never matched by similarity. References are compared without capitals and blanks, and in no other way.

use std::collections::BTreeMap;

use base::money::Pence;
use base::similar_names;
use jiff::civil::Date;

use crate::entry::{PaymentDirection, Settlement};
use crate::journal::{Ledger, comparable_reference};

/// One payment of an extract.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtractRow {
    /// The row of the file. The header is row 1 if nothing is above it.
    pub number: u64,
    pub reference: String,
    pub on: Date,
    /// Positive if it was paid to the payee.
    pub amount: Pence,
    pub payee: String,
}

/// A row of an extract about a payment that was not made, or that came back.
#[derive(Clone, Debug, PartialEq)]
pub struct UnpaidRow {
    pub number: u64,
    pub reference: String,
    pub on: Date,
    /// What the row says of the payment, such as "returned".
    pub word: &'static str,
}

/// Whether a payment has its match.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReconciliationOutcome {
    Matched,
    /// Both sides have the reference, with different amounts, days or payees, or the extract says that the money came back.
    Differs,
    /// Only the ledger has the payment.
    OnlyLedger,
    /// Only the extract has the payment.
    OnlyExtract,
    /// The extract has the reference again.
    Repeated,
}

impl ReconciliationOutcome {
    /// Every outcome, in the order of reports.
    pub const ALL: [ReconciliationOutcome; 5] = [
        ReconciliationOutcome::Matched,
        ReconciliationOutcome::Differs,
        ReconciliationOutcome::OnlyLedger,
        ReconciliationOutcome::OnlyExtract,
        ReconciliationOutcome::Repeated,
    ];

    /// The outcome in words, for reports and CSV.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            ReconciliationOutcome::Matched => "matched",
            ReconciliationOutcome::Differs => "differs",
            ReconciliationOutcome::OnlyLedger => "only in the ledger",
            ReconciliationOutcome::OnlyExtract => "only in the extract",
            ReconciliationOutcome::Repeated => "repeated in the extract",
        }
    }
}

/// One payment, as each side has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconciliationItem {
    pub outcome: ReconciliationOutcome,
    pub ledger: Option<Settlement>,
    pub extract: Option<ExtractRow>,
    /// What differs, or a pointer to a similar payment; empty if it is matched.
    pub why: String,
}

/// The comparison of the ledger with an extract.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reconciliation {
    pub items: Vec<ReconciliationItem>,
}

/// The number of payments, and their sum on each side in pence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReconciliationTotal {
    pub count: usize,
    pub ledger: i128,
    pub extract: i128,
}

impl Reconciliation {
    /// The total of one outcome, or of all.
    #[must_use]
    pub fn total(&self, outcome: Option<ReconciliationOutcome>) -> ReconciliationTotal {
        let items = self.items.iter().filter(|item| outcome.is_none_or(|outcome| outcome == item.outcome));
        items.fold(ReconciliationTotal::default(), |sum, item| ReconciliationTotal {
            count: sum.count + 1,
            ledger: sum.ledger + item.ledger.as_ref().map_or(0, |settlement| i128::from(signed(settlement).0)),
            extract: sum.extract + item.extract.as_ref().map_or(0, |row| i128::from(row.amount.0)),
        })
    }

    /// Whether a payment is left without its match.
    #[must_use]
    pub fn has_unmatched(&self) -> bool {
        self.items.iter().any(|item| item.outcome != ReconciliationOutcome::Matched)
    }
}

/// The amount of a settlement: positive if it was paid, negative if it was received.
#[must_use]
pub fn signed(settlement: &Settlement) -> Pence {
    if settlement.direction == PaymentDirection::Paid { settlement.amount } else { Pence(-settlement.amount.0) }
}

/// The days and the contract that are compared. None means all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReconciliationScope {
    pub from: Option<Date>,
    pub to: Option<Date>,
    pub contract: Option<String>,
}

impl ReconciliationScope {
    fn contains(&self, day: Date) -> bool {
        self.from.is_none_or(|from| day >= from) && self.to.is_none_or(|to| day <= to)
    }
}

/// Compares the settlements of a ledger with the rows of an extract. A payment that the extract has, and that it later says was
/// returned, differs. One that was rejected and then made is matched.
#[must_use]
pub fn reconcile(ledger: &Ledger, rows: &[ExtractRow], unpaid: &[UnpaidRow], scope: &ReconciliationScope) -> Reconciliation {
    let settlements: Vec<(&Settlement, &str)> = ledger
        .settlements()
        .into_iter()
        .filter(|(_, recorded)| recorded.reversed.is_none())
        .map(|(_, recorded)| (&recorded.settlement, recorded.payee.as_str()))
        .filter(|(settlement, _)| scope.contract.as_ref().is_none_or(|contract| *contract == settlement.contract))
        .collect();
    let mut by_reference: BTreeMap<String, Vec<&ExtractRow>> = BTreeMap::new();
    for row in rows {
        by_reference.entry(comparable_reference(&row.reference)).or_default().push(row);
    }
    let mut unpaid_by_reference: BTreeMap<String, Vec<&UnpaidRow>> = BTreeMap::new();
    for row in unpaid {
        unpaid_by_reference.entry(comparable_reference(&row.reference)).or_default().push(row);
    }
    let mut items = Vec::new();
    for (settlement, payee) in settlements {
        let mut rows = by_reference.remove(&comparable_reference(&settlement.reference)).unwrap_or_default();
        // If the extract repeats a reference, the row that matches is used, and the others are too many.
        let best = rows.iter().position(|row| differences(settlement, payee, row).is_empty()).unwrap_or(0);
        let row = if rows.is_empty() { None } else { Some(rows.remove(best)) };
        let unpaid = unpaid_by_reference.get(&comparable_reference(&settlement.reference)).map_or(&[][..], Vec::as_slice);
        let unpaid: Vec<&UnpaidRow> = unpaid.iter().copied().filter(|unpaid| row.is_none_or(|row| unpaid.on >= row.on)).collect();
        let in_scope = scope.contains(settlement.on)
            || row.is_some_and(|row| scope.contains(row.on))
            || unpaid.iter().any(|unpaid| scope.contains(unpaid.on));
        if !in_scope {
            continue;
        }
        match row {
            None => {
                let item = ReconciliationItem {
                    outcome: ReconciliationOutcome::OnlyLedger,
                    ledger: Some(settlement.clone()),
                    extract: None,
                    why: came_back(&unpaid).join("; "),
                };
                items.push(item);
            }
            Some(row) => {
                let why = [differences(settlement, payee, row), came_back(&unpaid)].concat().join("; ");
                let outcome = if why.is_empty() { ReconciliationOutcome::Matched } else { ReconciliationOutcome::Differs };
                items.push(ReconciliationItem { outcome, ledger: Some(settlement.clone()), extract: Some(row.clone()), why });
            }
        }
        items.extend(rows.into_iter().map(|again| repeated(again, row)));
    }
    for rows in by_reference.into_values() {
        for (at, row) in rows.iter().enumerate() {
            match at {
                _ if !scope.contains(row.on) => {}
                0 => items.push(ReconciliationItem {
                    outcome: ReconciliationOutcome::OnlyExtract,
                    ledger: None,
                    extract: Some((*row).clone()),
                    why: known_reference(ledger, row),
                }),
                _ => items.push(repeated(row, rows.first().copied())),
            }
        }
    }
    point_out_similar(&mut items);
    items.sort_by(|one, other| {
        let order = |item: &ReconciliationItem| {
            (item.outcome, item.ledger.as_ref().map(|settlement| settlement.on), item.extract.as_ref().map(|row| row.number))
        };
        order(one).cmp(&order(other))
    });
    Reconciliation { items }
}

fn repeated(row: &ExtractRow, first: Option<&ExtractRow>) -> ReconciliationItem {
    let why = first.map_or(String::new(), |first| format!("row {} has the same reference", first.number));
    ReconciliationItem { outcome: ReconciliationOutcome::Repeated, ledger: None, extract: Some(row.clone()), why }
}

/// What the extract says of a payment that was not made, or that came back.
fn came_back(unpaid: &[&UnpaidRow]) -> Vec<String> {
    unpaid.iter().map(|row| format!("row {} of the extract says \"{}\"", row.number, row.word)).collect()
}

/// What differs between the two sides. A provider matches under the name that it had when it was paid and under its present name.
fn differences(settlement: &Settlement, payee: &str, row: &ExtractRow) -> Vec<String> {
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
    if !similar_names::same(&settlement.provider, &row.payee) && !similar_names::same(payee, &row.payee) {
        out.push(format!("payee: {} in the ledger, {} in the extract", settlement.provider, row.payee));
    }
    out
}

/// Why a payment is only in the extract, where the ledger knows its reference.
fn known_reference(ledger: &Ledger, row: &ExtractRow) -> String {
    match ledger.settlements_with(&row.reference).last() {
        Some((_, recorded)) if recorded.reversed.is_some() => {
            "the ledger has a settlement with this reference, which was reversed".to_owned()
        }
        Some((_, recorded)) => format!("the ledger has it under the contract {}", recorded.settlement.contract),
        None => String::new(),
    }
}

/// For a payment on one side alone, points out a payment on the other side with the same payee, amount and day. Both stay unmatched.
fn point_out_similar(items: &mut [ReconciliationItem]) {
    let mut extract: BTreeMap<(String, i64, Date), Vec<String>> = BTreeMap::new();
    let mut ledger = extract.clone();
    for item in items.iter() {
        match (item.outcome, &item.ledger, &item.extract) {
            (ReconciliationOutcome::OnlyExtract, _, Some(row)) => {
                let key = (similar_names::folded(&row.payee), row.amount.0, row.on);
                extract.entry(key).or_default().push(format!("row {} of the extract, {}", row.number, row.reference));
            }
            (ReconciliationOutcome::OnlyLedger, Some(settlement), _) => {
                let key = (similar_names::folded(&settlement.provider), signed(settlement).0, settlement.on);
                ledger.entry(key).or_default().push(format!("{} in the ledger", settlement.reference));
            }
            _ => {}
        }
    }
    for item in items {
        let found = match (item.outcome, &item.ledger, &item.extract) {
            (ReconciliationOutcome::OnlyExtract, _, Some(row)) => {
                ledger.get(&(similar_names::folded(&row.payee), row.amount.0, row.on))
            }
            (ReconciliationOutcome::OnlyLedger, Some(settlement), _) => {
                extract.get(&(similar_names::folded(&settlement.provider), signed(settlement).0, settlement.on))
            }
            _ => None,
        };
        if let Some(found) = found.filter(|_| item.why.is_empty()) {
            item.why = format!(
                "it has the same payee, amount and day as {}: is it the same payment under another reference?",
                found.join(", ")
            );
        }
    }
}
