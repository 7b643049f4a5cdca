//! `wellspent ledger verify STORE`: checks every hash, every transaction and every balance.

use std::process::ExitCode;

use clap::Args;
use report::ledger::verified;
use wellspent::ledger::verify;

use crate::print;

#[derive(Args)]
pub(crate) struct VerifyLedger {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// A head that was published earlier, as NUMBER:HASH. The ledger must still have it
    #[arg(long, value_name = "HEAD")]
    head: Option<String>,
}

pub(crate) fn run(command: &VerifyLedger) -> anyhow::Result<ExitCode> {
    let result = verify(&command.store, command.head.as_deref())?;
    if !result.faults.is_empty() {
        result.faults.iter().for_each(|fault| print::stderr(&format!("{} {fault}", print::red("found:"))));
        return Ok(ExitCode::from(1));
    }
    print::notes(&result.notes);
    print::stdout(&verified(&result.counts))?;
    Ok(ExitCode::SUCCESS)
}
