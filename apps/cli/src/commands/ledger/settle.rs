//! `wellspent ledger settle STORE …` records what was paid. `wellspent ledger reverse STORE …` reverses it.

use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::settle::{ReverseRequest, SettleRequest, reverse as reverse_payment, settle};

use crate::options::today;
use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent ledger settle ledger.db --provider Acme --amount \"£4,000\" --on 2027-04-30 --reference \
                        \"BACS 0412\" --by \"Cat Dee\""
)]
pub(crate) struct Settle {
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
    /// The reference under which the bank or the finance system has the payment
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Who records it; this must not be the person who approved what is paid
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
    /// Write the result as JSON to standard output (`wellspent schema ledger-settlement` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Settle) -> anyhow::Result<ExitCode> {
    let Settle { store, provider, contract, amount, on, reference, by, received, over, again, json } = command;
    let today = today()?;
    let report = settle(&SettleRequest { store, provider, contract, amount, on, reference, by, received, over, again, today })?;
    print::notes(&report.notes);
    print::result(json.then(|| report.document()), |_| report.settled_text())?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent ledger reverse ledger.db --reference \"BACS 0412\" --by \"Eve Fox\" --reason \"the bank \
                        returned it\""
)]
pub(crate) struct Reverse {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// The reference of the settlement
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Who reverses it; this must not be the person who recorded it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it is reversed
    #[arg(long, value_name = "REASON")]
    reason: String,
    /// Write the result as JSON to standard output (`wellspent schema ledger-settlement` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn reverse(command: Reverse) -> anyhow::Result<ExitCode> {
    let Reverse { store, reference, by, reason, json } = command;
    let report = reverse_payment(&ReverseRequest { store, reference, by, reason })?;
    print::notes(&report.notes);
    print::result(json.then(|| report.document()), |_| report.reversed_text())?;
    Ok(ExitCode::SUCCESS)
}
