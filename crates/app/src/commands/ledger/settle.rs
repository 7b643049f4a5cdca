//! `wellspent ledger settle STORE --provider … --amount … --on DATE --reference … --by NAME`: records what was paid; `wellspent
//! ledger reverse STORE --reference … --by NAME --reason …` takes it back.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use engine::pay::entry::Way;
use engine::pay::settle::in_words;
use engine::pay::{self, Payment, Refusal};
use jiff::civil::Date;
use scheme::literal::Literal as _;
use scheme::money::Pence;
use scheme::visible::visible;
use store::{Open, Store};

use crate::commands::approve::owed;
use crate::commands::pay::now;
use crate::paint;

#[derive(Args)]
pub struct Settle {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// Who was paid, as the ledger names it
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Under which contract; needed where the provider has several
    #[arg(long, value_name = "NAME")]
    contract: Option<String>,
    /// How much, such as "£1,234.56"
    #[arg(long, value_name = "MONEY", allow_hyphen_values = true)]
    amount: String,
    /// The day on which the bank paid it
    #[arg(long, value_name = "DATE")]
    on: Date,
    /// What the bank or the finance system knows the payment by
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Who records it; never who approved what is paid
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The provider paid it back, rather than being paid
    #[arg(long)]
    received: bool,
    /// Why more was paid than was payable
    #[arg(long, value_name = "REASON", default_value = "")]
    over: String,
    /// The reference was recorded and reversed before, and is recorded once more
    #[arg(long)]
    again: bool,
}

pub fn run(command: &Settle) -> anyhow::Result<ExitCode> {
    let payment = Payment {
        contract: command.contract.clone(),
        provider: command.provider.clone(),
        way: if command.received { Way::Received } else { Way::Paid },
        amount: money(&command.amount)?,
        on: command.on,
        reference: command.reference.clone(),
        over: command.over.clone(),
        again: command.again,
    };
    let mut store = Store::open(&command.store, Open::Existing)?;
    let (id, written) = store.append(&now(), |ledger| {
        let plan = pay::settle(ledger, &payment, &command.by)?;
        Ok::<_, Refusal>(((plan.settlement, !plan.entries.is_empty()), plan.entries))
    })??;
    let ledger = store.ledger();
    let mut out = String::new();
    if let Some((_, settled)) = ledger.settlements().into_iter().find(|(found, _)| *found == id) {
        let settlement = &settled.settlement;
        let state = if written { "recorded" } else { "was recorded before; nothing was written" };
        out += &format!("settlement {} {state}: {}\n", visible(&settlement.reference), visible(&in_words(settlement)));
        out += &owed(ledger, &settlement.contract, &settlement.provider);
    }
    paint::stdout(&(out + &format!("  head {}\n", ledger.head())))?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct Reverse {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// The reference of the settlement
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Who reverses it; never who recorded it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it is reversed
    #[arg(long, value_name = "REASON")]
    reason: String,
}

pub fn reverse(command: &Reverse) -> anyhow::Result<ExitCode> {
    let mut store = Store::open(&command.store, Open::Existing)?;
    let (id, written) = store.append(&now(), |ledger| {
        let plan = pay::reverse(ledger, &command.reference, &command.by, &command.reason)?;
        Ok::<_, Refusal>(((plan.settlement, !plan.entries.is_empty()), plan.entries))
    })??;
    let ledger = store.ledger();
    let mut out = String::new();
    if let Some((_, settled)) = ledger.settlements().into_iter().find(|(found, _)| *found == id) {
        let settlement = &settled.settlement;
        let state = if written { "reversed" } else { "was reversed before; nothing was written" };
        out += &format!("settlement {} {state}: {}\n", visible(&settlement.reference), visible(&in_words(settlement)));
        out += &owed(ledger, &settlement.contract, &settlement.provider);
    }
    paint::stdout(&(out + &format!("  head {}\n", ledger.head())))?;
    Ok(ExitCode::SUCCESS)
}

/// An amount as people write it, with or without the sign of the pound.
pub(super) fn money(text: &str) -> anyhow::Result<Pence> {
    let text = text.trim();
    let bare = text.trim_start_matches(['-', '−', '+']).trim_start();
    let read = if bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let sign = &text[..text.len() - bare.len()];
        Pence::parse(&format!("{}£{bare}", sign.trim_start_matches('+').trim()))
    } else {
        Pence::parse(text)
    };
    match read {
        Ok(amount) => Ok(amount),
        Err(_) => bail!("`{}` is not an amount of money\n\nhint: write it like this: £1,234.56", visible(text)),
    }
}
