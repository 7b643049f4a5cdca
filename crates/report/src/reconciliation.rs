//! A reconciliation of the ledger with an extract of the bank or the finance system, as text, as CSV and as JSON.

use base::csv_cell::quoted;
use base::english::counted;
use base::hidden_characters::visible;
use base::money::Pence;
use ledger::entry::Settlement;
use ledger::reconcile::{ExtractRow, Reconciliation, ReconciliationItem, ReconciliationOutcome, ReconciliationTotal, signed};

use schemars::JsonSchema;
use serde::Serialize;

use crate::ledger::without_formula;
use crate::machine_readable::{self, JsonDocument};
use crate::terminal::Terminal;

/// What is not matched, and the totals of both sides.
#[must_use]
pub fn text(found: &Reconciliation, terminal: Terminal) -> String {
    let mut out = String::new();
    for outcome in ReconciliationOutcome::ALL {
        let items: Vec<&ReconciliationItem> = found.items.iter().filter(|item| item.outcome == outcome).collect();
        if items.is_empty() || outcome == ReconciliationOutcome::Matched {
            continue;
        }
        out += &format!("{}\n", terminal.bold(outcome.word()));
        for item in items {
            out += &format!("  {}\n", payment(item));
            if !item.why.is_empty() {
                out += &terminal.dim(&format!("      {}\n", terminal.wrap(&item.why, 6)));
            }
        }
        out.push('\n');
    }
    let header = ["", "payments", "in the ledger", "in the extract", "difference"].map(str::to_owned);
    let line = |name: &str, total: ReconciliationTotal| {
        let difference = pounds(total.extract - total.ledger);
        vec![name.to_owned(), total.count.to_string(), pounds(total.ledger), pounds(total.extract), difference]
    };
    let of = |outcome: ReconciliationOutcome| line(outcome.word(), found.total(Some(outcome)));
    let mut rows: Vec<Vec<String>> = ReconciliationOutcome::ALL.map(of).to_vec();
    rows.push(line("total", found.total(None)));
    out += &terminal.table(&header, &rows);
    let unmatched = found.total(None).count - found.total(Some(ReconciliationOutcome::Matched)).count;
    out + &match unmatched {
        0 => "everything is matched\n".to_owned(),
        count => format!("{} not matched\n", counted(count, "payment is", "payments are")),
    }
}

fn pounds(pence: i128) -> String {
    i64::try_from(pence).map_or_else(|_| format!("{pence} pence"), |pence| Pence(pence).to_string())
}

/// A payment on one line, as the ledger has it, or else the extract.
fn payment(item: &ReconciliationItem) -> String {
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

/// A row for each payment.
#[must_use]
pub fn csv(found: &Reconciliation) -> String {
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
        // Money and days are numbers for a spreadsheet. A text that it would take for a formula gets an apostrophe in front.
        let cells = [
            item.outcome.word().to_owned(),
            without_formula(reference.map_or("", String::as_str)),
            without_formula(ledger.map_or("", |of| &of.contract)),
            ledger.map_or(String::new(), |of| of.on.to_string()),
            without_formula(ledger.map_or("", |of| &of.provider)),
            ledger.map_or(String::new(), |of| plain(signed(of).0)),
            extract.map_or(String::new(), |row| row.number.to_string()),
            extract.map_or(String::new(), |row| row.on.to_string()),
            without_formula(extract.map_or("", |row| &row.payee)),
            extract.map_or(String::new(), |row| plain(row.amount.0)),
            plain(amounts[1].saturating_sub(amounts[0])),
            without_formula(&item.why),
        ];
        out += &format!("{}\n", cells.map(|cell| quoted(&cell).into_owned()).join(","));
    }
    out
}

/// The ledger compared with an extract of the bank or the finance system. Money in pounds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LedgerReconcileDocument {
    /// whether every payment is matched
    pub matched: bool,
    /// one for each payment
    pub items: Vec<ReconciledEntry>,
    /// what there is to say of the extract
    pub notes: Vec<String>,
}

/// One payment, as each side has it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReconciledEntry {
    /// "matched", "differs", "only in the ledger", "only in the extract" or "repeated in the extract"
    pub outcome: String,
    /// the payment in the ledger; null where it has none
    pub ledger: Option<ReconciledPayment>,
    /// the payment in the extract; null where it has none
    pub extract: Option<ReconciledPayment>,
    /// what differs, or a similar payment; empty where it is matched
    pub why: String,
}

/// A payment on one side.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReconciledPayment {
    /// the reference
    pub reference: String,
    /// the day
    pub on: String,
    /// who was paid
    pub payee: String,
    /// how much; negative where it was received
    pub amount: f64,
    /// the contract; null in the extract
    pub contract: Option<String>,
    /// the row of the file; null in the ledger
    pub row: Option<u64>,
}

impl LedgerReconcileDocument {
    /// A reconciliation, with notes about the extract.
    #[must_use]
    pub fn of(found: &Reconciliation, notes: &[String]) -> LedgerReconcileDocument {
        let in_ledger = |of: &Settlement| ReconciledPayment {
            reference: of.reference.clone(),
            on: of.on.to_string(),
            payee: of.provider.clone(),
            amount: machine_readable::pounds(signed(of)),
            contract: Some(of.contract.clone()),
            row: None,
        };
        let in_extract = |row: &ExtractRow| ReconciledPayment {
            reference: row.reference.clone(),
            on: row.on.to_string(),
            payee: row.payee.clone(),
            amount: machine_readable::pounds(row.amount),
            contract: None,
            row: Some(row.number),
        };
        let item = |item: &ReconciliationItem| ReconciledEntry {
            outcome: item.outcome.word().to_owned(),
            ledger: item.ledger.as_ref().map(in_ledger),
            extract: item.extract.as_ref().map(in_extract),
            why: item.why.clone(),
        };
        LedgerReconcileDocument {
            matched: !found.has_unmatched(),
            items: found.items.iter().map(item).collect(),
            notes: notes.to_vec(),
        }
    }
}

impl JsonDocument for LedgerReconcileDocument {
    const SCHEMA: &'static str = "wellspent-ledger-reconcile/1";
    const COMMAND: &'static str = "wellspent ledger reconcile --json";
}
