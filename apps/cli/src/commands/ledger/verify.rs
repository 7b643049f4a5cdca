//! `wellspent ledger verify STORE`: checks every hash, every transaction and every balance.

use std::process::ExitCode;

use clap::Args;
use wellspent::ledger::verify;

use crate::print;

#[derive(Args)]
pub(crate) struct VerifyLedger {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// A head that was published earlier, as NUMBER:HASH. The ledger must still have it
    #[arg(long, value_name = "HEAD")]
    head: Option<String>,
    /// Write the result as JSON to standard output (`wellspent schema ledger-verify` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: &VerifyLedger) -> anyhow::Result<ExitCode> {
    let result = verify(&command.store, command.head.as_deref())?;
    result.faults.iter().for_each(|fault| print::stderr(&format!("{} {fault}", print::terminal().red("found:"))));
    print::notes(&result.notes);
    if command.json {
        print::json(&result.document())?;
    } else if result.faults.is_empty() {
        print::text(|terminal| result.text(terminal))?;
    }
    Ok(ExitCode::from(u8::from(!result.faults.is_empty())))
}
