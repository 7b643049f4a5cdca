//! The ledger for the terminal and for other programs: runs, balances, the journal, settlements, and what an approval or a payment
//! changed.

use base::csv_cell::quoted;
use base::english::counted;
use base::hidden_characters::visible;
use base::money::{Pence, thousands};
use ledger::entry::{Transaction, TransactionKind};
use ledger::journal::{JournalRow, RecordedSettlement};
use ledger::renamed::renaming;
use ledger::settle::in_words;
use ledger::summary::{AccountBalance, LedgerCounts, ProviderBalance, ProviderChange, RunReport, RunSummary, TrialBalance};
use ledger::{Hash, Head, RunDetail};

use crate::statement::{changes_text, heading_text};
use crate::terminal::Terminal;

/// What an approval did.
#[derive(Clone, Debug)]
pub struct ApprovalReport {
    pub run: Hash,
    /// How many transactions it posted; none if the run was approved and posted before.
    pub posted: Option<usize>,
    pub details: Vec<RunDetail>,
    /// What the run changed for each provider. It is only given for a run that renames a provider.
    pub changes: Vec<ProviderChange>,
    /// What each provider of the run is owed now.
    pub balances: Vec<ProviderBalance>,
    pub head: Head,
    pub notes: Vec<String>,
}

impl ApprovalReport {
    /// The approval, in words.
    #[must_use]
    pub fn text(&self) -> String {
        approval(self)
    }
}

fn approval(report: &ApprovalReport) -> String {
    let run = report.run.short();
    let mut out = match report.posted {
        Some(count) => {
            format!("run {run} is approved and posted: {}\n", counted(count, "transaction", "transactions"))
        }
        None => format!("run {run} was approved and posted before; nothing was written\n"),
    };
    out += &details(&report.details);
    out += &changes_text(&report.changes);
    out.extend(report.balances.iter().map(balance));
    out + &format!("  head {}\n", report.head)
}

/// What recording or reversing a payment did.
#[derive(Clone, Debug)]
pub struct SettlementReport {
    pub settlement: RecordedSettlement,
    /// Whether something was written; if not, the same was done before.
    pub written: bool,
    /// What the provider is owed now.
    pub balance: ProviderBalance,
    pub head: Head,
    pub notes: Vec<String>,
}

impl SettlementReport {
    /// A payment that was recorded, in words.
    #[must_use]
    pub fn settled_text(&self) -> String {
        settlement(self, if self.written { "recorded" } else { "was recorded before; nothing was written" })
    }

    /// A payment that was reversed, in words.
    #[must_use]
    pub fn reversed_text(&self) -> String {
        settlement(self, if self.written { "reversed" } else { "was reversed before; nothing was written" })
    }
}

fn settlement(report: &SettlementReport, state: &str) -> String {
    let settlement = &report.settlement.settlement;
    let (reference, payment) = (visible(&settlement.reference), in_words(settlement));
    let first = format!("settlement {reference} {state}: {}\n", visible(&payment));
    first + &balance(&report.balance) + &format!("  head {}\n", report.head)
}

/// What a run keeps besides its statement, such as the data-quality report.
#[must_use]
pub fn details(details: &[RunDetail]) -> String {
    let lines = |detail: &RunDetail| detail.value.lines().map(|line| format!("    {}\n", visible(line))).collect::<String>();
    let one = |detail: &RunDetail| match renaming(detail) {
        Some(renaming) => format!("  {}\n", visible(&renaming.reason())),
        None => format!("  {}\n{}", visible(&detail.name), lines(detail)),
    };
    details.iter().map(one).collect()
}

/// What a provider is owed now, or owes, and what was paid to it.
#[must_use]
pub fn balance(balance: &ProviderBalance) -> String {
    let (provider, contract) = (visible(&balance.provider), visible(&balance.contract));
    let paid = match balance.paid {
        Pence(0) => String::new(),
        paid => format!(" ({paid} was paid)"),
    };
    match balance.owed.0 < 0 {
        false => format!("  {provider} is owed {} under {contract}{paid}\n", balance.owed),
        true => format!("  {provider} owes {} under {contract}{paid}\n", Pence(balance.owed.0.saturating_neg())),
    }
}

/// What a verification that found no fault counted.
#[must_use]
pub fn verified(counts: &LedgerCounts, terminal: Terminal) -> String {
    let runs = match (counts.runs, counts.posted) {
        (0, _) => "no runs".to_owned(),
        (runs, 0) => format!("{} (none posted)", counted(runs, "run", "runs")),
        (runs, posted) => format!("{} ({} posted)", counted(runs, "run", "runs"), thousands(posted as i64)),
    };
    let settlements = match counts.settlements {
        0 => "no settlements".to_owned(),
        count => counted(count, "settlement", "settlements"),
    };
    terminal.green(&format!(
        "{}, {runs}, {settlements}: every hash is right, every transaction sums to zero and follows from a statement or a settlement, \
         and every balance agrees with its statement\nhead {}\n",
        counted(counts.entries, "entry", "entries"),
        counts.head
    ))
}

/// The runs of a ledger, as a table.
#[must_use]
pub fn runs(runs: &[RunSummary], terminal: Terminal) -> String {
    let header = ["run", "contract", "as at", "known at", "prepared by", "approved by", "total"].map(str::to_owned);
    let row = |run: &RunSummary| {
        vec![
            run.id.short(),
            run.contract.clone(),
            run.as_at.to_string(),
            run.known_at.to_string(),
            run.prepared_by.clone(),
            run.approved_by.clone().unwrap_or_else(|| "nobody yet".to_owned()),
            run.total.to_string(),
        ]
    };
    terminal.table(&header, &runs.iter().map(row).collect::<Vec<_>>())
}

/// One run, with what it posted or would post.
#[must_use]
pub fn run(run: &RunReport, terminal: Terminal) -> String {
    let mut out =
        format!("run {}\n  {}\n  prepared by {}\n", run.id, heading_text(&run.statement, terminal), visible(&run.prepared_by));
    if !run.note.is_empty() {
        out += &format!("  {}\n", terminal.wrap(&run.note, 2));
    }
    out += &details(&run.details);
    match &run.approved_by {
        Some(name) => out += &format!("  approved by {} and posted\n", visible(name)),
        None => {
            out += &changes_text(&run.changes);
            out += "  not approved yet; it would post:\n";
        }
    }
    out.extend(run.transactions.iter().map(|one| transaction(one, terminal)));
    out
}

fn transaction(transaction: &Transaction, terminal: Terminal) -> String {
    let mut out = format!("  {} {}\n", terminal.bold(&transaction.id().short()), kind(transaction));
    // A journal has debits before credits.
    let (debits, credits): (Vec<_>, Vec<_>) = transaction.postings.iter().partition(|(_, amount)| amount.0 >= 0);
    for (account, amount) in debits.into_iter().chain(credits) {
        let side = if amount.0 < 0 { "credit" } else { "debit" };
        let size = Pence(amount.0.saturating_abs()).to_string();
        out += &terminal.with_amount(&format!("      {side:<7}{}", visible(&account.to_string())), &size);
    }
    out + &terminal.dim(&format!("      {}\n", terminal.wrap(&transaction.reason, 6)))
}

/// What a transaction does, in a few words.
pub(crate) fn kind(transaction: &Transaction) -> String {
    match transaction.kind {
        TransactionKind::Posts { line, .. } => format!("posts line {}", line.short()),
        TransactionKind::Reverses(reversed) => format!("reverses {}", reversed.short()),
        TransactionKind::Settles => "settles".to_owned(),
        TransactionKind::Reclassifies => "moves between payable and receivable".to_owned(),
    }
}

/// The balance of every account, with a total, as a table.
#[must_use]
pub fn trial_balance(balance: &TrialBalance, terminal: Terminal) -> String {
    let header = ["account", "debit", "credit"].map(str::to_owned);
    let cell = |amount: Pence| if amount.0 == 0 { String::new() } else { amount.to_string() };
    let row = |of: &AccountBalance| {
        // An account without a balance has a zero, so that it is not overlooked.
        let debit = if (of.debit, of.credit) == (Pence(0), Pence(0)) { Pence(0).to_string() } else { cell(of.debit) };
        vec![of.account.to_string(), debit, cell(of.credit)]
    };
    let mut rows: Vec<Vec<String>> = balance.accounts.iter().map(row).collect();
    if !rows.is_empty() {
        rows.push(vec!["total".to_owned(), balance.debit.to_string(), balance.credit.to_string()]);
    }
    terminal.table(&header, &rows)
}

/// Every debit and every credit as CSV, with what it follows from.
#[must_use]
pub fn journal_csv(rows: &[JournalRow]) -> String {
    let mut out = "transaction,what,from,day,contract,provider,account,debit,credit,reason\n".to_owned();
    for JournalRow { transaction, from, day } in rows {
        for (account, amount) in &transaction.postings {
            let (name, contract, provider) = account.parts();
            let pounds = format!("{}.{:02}", amount.0.unsigned_abs() / 100, amount.0.unsigned_abs() % 100);
            let (debit, credit) = if amount.0 < 0 { ("", pounds.as_str()) } else { (pounds.as_str(), "") };
            let (id, what, day) = (transaction.id().to_string(), kind(transaction), day.to_string());
            let cells = [&id, what.as_str(), from, &day, contract, provider, name, debit, credit, transaction.reason.as_str()];
            out += &format!("{}\n", cells.map(|cell| quoted(&without_formula(cell)).into_owned()).join(","));
        }
    }
    out
}

/// A cell of text. A text that a spreadsheet would take for a formula gets an apostrophe in front.
pub(crate) fn without_formula(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

/// What was paid and received, as a table.
#[must_use]
pub fn settlements(settlements: &[RecordedSettlement], terminal: Terminal) -> String {
    let header = ["reference", "day", "contract", "provider", "way", "recorded by", "state", "amount"].map(str::to_owned);
    let row = |recorded: &RecordedSettlement| {
        let of = &recorded.settlement;
        let state = match &recorded.reversed {
            Some(reversal) => format!("reversed by {}: {}", reversal.recorded_by, reversal.reason),
            None if of.over.is_empty() => "in force".to_owned(),
            None => format!("in force; more than was due: {}", of.over),
        };
        let texts = [&of.reference, &of.on.to_string(), &of.contract, &of.provider].map(Clone::clone).to_vec();
        [texts, vec![of.direction.word().to_owned(), of.recorded_by.clone(), state, of.amount.to_string()]].concat()
    };
    terminal.table(&header, &settlements.iter().map(row).collect::<Vec<_>>())
}

/// An entry as it is kept: the text that is hashed, and its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HashedText {
    pub text: String,
    pub hash: String,
}

/// Every entry for another program: a line with the number of bytes and their hash, and then the bytes.
#[must_use]
pub fn entries(entries: &[HashedText]) -> String {
    entries.iter().map(|HashedText { text, hash }| format!("{} {hash}\n{text}", text.len())).collect()
}
