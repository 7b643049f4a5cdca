//! `wellspent ledger reconcile STORE FILE`: compares what the ledger says was paid with an extract of the bank or the finance system.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::civil::Date;
use wellspent::reconcile::{ExtractColumns, ReconcileRequest, ReconciliationScope, reconcile};

use crate::print;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  wellspent ledger reconcile ledger.db bank.csv\n  wellspent ledger reconcile ledger.db bank.xlsx --from \
                        2027-04-01 --to 2027-04-30 --csv\n\nThe exit code is 1 if a payment is not matched."
)]
pub(crate) struct Reconcile {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// The extract: a CSV or Excel file with a row for each payment
    file: PathBuf,
    /// The column with the references [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    reference: Option<String>,
    /// The column with the days [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    date: Option<String>,
    /// The column with the amounts [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    amount: Option<String>,
    /// The column with the money that came in, where the amounts are only what went out [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    money_in: Option<String>,
    /// The column with the payees [default: found by its name]
    #[arg(long, value_name = "COLUMN")]
    payee: Option<String>,
    /// Amounts that were paid out are negative in the extract
    #[arg(long)]
    paid_is_negative: bool,
    /// Only payments from this day on
    #[arg(long, value_name = "DATE")]
    from: Option<Date>,
    /// Only payments up to this day
    #[arg(long, value_name = "DATE")]
    to: Option<Date>,
    /// Only settlements under this contract
    #[arg(long, value_name = "NAME")]
    contract: Option<String>,
    /// Write a row for each payment as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Write the result as JSON to standard output (`wellspent schema ledger-reconcile` describes it)
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(command: Reconcile) -> anyhow::Result<ExitCode> {
    let Reconcile {
        store,
        file: extract,
        reference,
        date,
        amount,
        money_in,
        payee,
        paid_is_negative,
        from,
        to,
        contract,
        csv,
        json,
    } = command;
    let columns = ExtractColumns { reference, date, amount, payee, money_in };
    let scope = ReconciliationScope { from, to, contract };
    let report = reconcile(&ReconcileRequest { store, extract, columns, paid_is_negative, scope })?;
    print::notes(&report.notes);
    match (json, csv) {
        (true, _) => print::json(&report.document())?,
        (_, true) => print::stdout(&report.csv())?,
        _ => print::text(|terminal| report.text(terminal))?,
    }
    Ok(ExitCode::from(u8::from(report.reconciliation.has_unmatched())))
}
