//! Records a payment that the bank has made, and reverses one that was recorded wrongly or returned.

use base::hidden_characters::visible;
use base::money::Pence;
use jiff::civil::Date;
use ledger::amount::{self, InvalidAmount};
use ledger::entry::PaymentDirection;
use ledger::store::{OpenMode, Store};
use ledger::summary::balance_of;
use ledger::{Hash, Ledger, LedgerEntry, LedgerError, Payment, PlannedSettlement};
pub use report::ledger::SettlementReport;

use crate::error::Error;
use crate::pay::now;

/// A payment to be recorded.
#[derive(Clone, Debug)]
pub struct SettleRequest {
    /// The ledger: a file, or a postgres:// URL.
    pub store: String,
    /// Who was paid, as the ledger names it.
    pub provider: String,
    /// The contract. It may be left out if the provider has one contract only.
    pub contract: Option<String>,
    /// The amount as people write it: "£1,234.56".
    pub amount: String,
    /// The day of the payment, as the bank has it.
    pub on: Date,
    /// The reference under which the bank or the finance system has it.
    pub reference: String,
    /// Who records it. This must not be the person who approved what is paid.
    pub by: String,
    /// Whether the provider paid something back, and was not paid.
    pub received: bool,
    /// Why more was paid than was payable; empty where no more was paid.
    pub over: String,
    /// Whether the reference may have been recorded and reversed before.
    pub again: bool,
    /// The day on which it is recorded.
    pub today: Date,
}

/// Records a payment. The same payment recorded again changes nothing.
///
/// # Errors
/// The ledger cannot be opened, the amount cannot be read, or the ledger does not allow the payment.
pub fn settle(request: &SettleRequest) -> Result<SettlementReport, Error> {
    let payment = Payment {
        contract: request.contract.clone(),
        provider: request.provider.clone(),
        direction: if request.received { PaymentDirection::Received } else { PaymentDirection::Paid },
        amount: read_amount(&request.amount)?,
        on: request.on,
        reference: request.reference.clone(),
        over: request.over.clone(),
        again: request.again,
        today: request.today,
    };
    let mut store = Store::open(&request.store, OpenMode::Existing)?;
    let (id, written) = store.append(&now(), |ledger| Ok(planned(ledger::settle(ledger, &payment, &request.by)?)))?;
    let mut report = report(store.ledger(), id, written)?;
    let (contract, payee) = (&report.balance.contract, &report.balance.provider);
    for other in store.ledger().providers().into_iter().filter(|other| other != payee) {
        let owed = store.ledger().owed(contract, other);
        if owed < Pence(0) {
            let (name, contract, owes) = (visible(other), visible(contract), Pence(owed.0.saturating_neg()));
            report.notes.push(format!("{name} owes {owes} under {contract}, which this payment does not change"));
        }
    }
    Ok(report)
}

/// A payment to be reversed.
#[derive(Clone, Debug)]
pub struct ReverseRequest {
    /// The ledger: a file, or a postgres:// URL.
    pub store: String,
    pub reference: String,
    /// Who reverses it. This must not be the person who recorded it.
    pub by: String,
    pub reason: String,
}

/// Reverses a payment. A payment that was reversed before stays as it is.
///
/// # Errors
/// The ledger cannot be opened, has no such payment, or does not allow the reversal.
pub fn reverse(request: &ReverseRequest) -> Result<SettlementReport, Error> {
    let ReverseRequest { store, reference, by, reason } = request;
    let mut store = Store::open(store, OpenMode::Existing)?;
    let (id, written) = store.append(&now(), |ledger| Ok(planned(ledger::reverse(ledger, reference, by, reason)?)))?;
    report(store.ledger(), id, written)
}

/// The id of the settlement, whether something is to be written, and the entries.
fn planned(plan: PlannedSettlement) -> ((Hash, bool), Vec<LedgerEntry>) {
    ((plan.settlement, !plan.entries.is_empty()), plan.entries)
}

fn report(ledger: &Ledger, id: Hash, written: bool) -> Result<SettlementReport, Error> {
    let Some(recorded) = ledger.settlement(id) else {
        return Err(LedgerError::failed("the ledger does not have the payment that was recorded", "run the command again").into());
    };
    let balance = balance_of(ledger, &recorded.settlement.contract, &recorded.payee);
    Ok(SettlementReport { settlement: recorded.clone(), written, balance, head: ledger.head(), notes: Vec::new() })
}

fn read_amount(text: &str) -> Result<Pence, Error> {
    amount::parse(text).map_err(|invalid| {
        let text = visible(text.trim());
        match invalid {
            InvalidAmount::Ambiguous => Error::failed(
                format!("`{text}` can be read in two ways"),
                "write a comma for thousands and a point before the pence: £1,234.56",
            ),
            InvalidAmount::NotMoney => {
                Error::failed(format!("`{text}` is not an amount of money"), "write it like this: £1,234.56")
            }
        }
    })
}
