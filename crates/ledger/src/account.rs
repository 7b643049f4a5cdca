//! The chart of accounts, and how a posting is written. There are four accounts for each contract: expense and cash of the
//! payer, and for each provider what is payable to it and what is receivable from it.
//!
//! A posting is an account and an amount. A debit is positive, a credit is negative, and the postings of a transaction sum to
//! zero.
//!
//! The first form of the ledger had two accounts under other names and with the opposite signs: `receivable` for what a provider
//! was owed, and `liability` for what the payer owed. They are read as payable and expense, and written as they were.

use std::fmt;

use base::money::Pence;

use crate::canonical_text::{EntryForm, Fields, field, value};

/// An account of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the services under a contract have cost the payer. Its balance is a debit.
    Expense { contract: String },
    /// What the payer has paid under a contract, less what came back. Its balance is a credit.
    Cash { contract: String },
    /// What the payer still owes a provider. Its balance is a credit.
    Payable { contract: String, provider: String },
    /// What a provider owes the payer, after a clawback or an overpayment. Its balance is a debit.
    Receivable { contract: String, provider: String },
}

/// An account and what a transaction adds to it: a debit is positive, a credit negative.
pub type Posting = (Account, Pence);

impl Account {
    /// The expense account of a contract.
    #[must_use]
    pub fn expense(contract: &str) -> Account {
        Account::Expense { contract: contract.to_owned() }
    }

    /// The cash account of a contract.
    #[must_use]
    pub fn cash(contract: &str) -> Account {
        Account::Cash { contract: contract.to_owned() }
    }

    /// The account of what is payable to a provider.
    #[must_use]
    pub fn payable(contract: &str, provider: &str) -> Account {
        Account::Payable { contract: contract.to_owned(), provider: provider.to_owned() }
    }

    /// The account of what is receivable from a provider.
    #[must_use]
    pub fn receivable(contract: &str, provider: &str) -> Account {
        Account::Receivable { contract: contract.to_owned(), provider: provider.to_owned() }
    }

    /// The name of the account in the chart, its contract, and its provider; the provider is empty where it has none.
    #[must_use]
    pub fn parts(&self) -> (&'static str, &str, &str) {
        match self {
            Account::Expense { contract } => ("expense", contract, ""),
            Account::Cash { contract } => ("cash", contract, ""),
            Account::Payable { contract, provider } => ("payable", contract, provider),
            Account::Receivable { contract, provider } => ("receivable", contract, provider),
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Expense { contract } => write!(f, "expense, {contract}"),
            Account::Cash { contract } => write!(f, "cash, {contract}"),
            Account::Payable { contract, provider } => write!(f, "payable to {provider}, {contract}"),
            Account::Receivable { contract, provider } => write!(f, "receivable from {provider}, {contract}"),
        }
    }
}

/// Writes postings, one on each line.
pub(crate) fn write(form: EntryForm, out: &mut String, postings: &[Posting]) {
    for (account, amount) in postings {
        let (name, contract, provider) = account.parts();
        match form {
            EntryForm::First => {
                let amount = amount.0.wrapping_neg().to_string();
                match account {
                    Account::Payable { .. } => field(out, "receivable", &[contract, provider, &amount]),
                    // The first form has no other accounts. Only entries that were read in it are written in it.
                    _ => field(out, "liability", &[contract, &amount]),
                }
            }
            EntryForm::Second => {
                let side = if amount.0 < 0 { "credit" } else { "debit" };
                field(out, side, &[name, contract, provider, &amount.0.unsigned_abs().to_string()]);
            }
        }
    }
}

/// Reads all postings that follow.
pub(crate) fn read(form: EntryForm, fields: &mut Fields<'_>) -> Result<Vec<Posting>, String> {
    let mut postings = Vec::new();
    loop {
        let posting = match form {
            EntryForm::First if fields.next_is("receivable") => {
                let [contract, provider, amount] = fields.take("receivable")?;
                (Account::Payable { contract, provider }, negated(&amount)?)
            }
            EntryForm::First if fields.next_is("liability") => {
                let [contract, amount] = fields.take("liability")?;
                (Account::Expense { contract }, negated(&amount)?)
            }
            EntryForm::Second if fields.next_is("debit") => posting(fields.take("debit")?, 1)?,
            EntryForm::Second if fields.next_is("credit") => posting(fields.take("credit")?, -1)?,
            _ => return Ok(postings),
        };
        postings.push(posting);
    }
}

fn negated(amount: &str) -> Result<Pence, String> {
    let pence: i64 = value(amount, "pence")?;
    pence.checked_neg().map(Pence).ok_or_else(|| format!("`{amount}` is too large an amount"))
}

fn posting([name, contract, provider, amount]: [String; 4], sign: i64) -> Result<Posting, String> {
    let pence: i64 = value(&amount, "pence")?;
    if pence <= 0 {
        return Err(format!("a debit or a credit has `{amount}` pence, and the amount must be positive"));
    }
    let account = match (name.as_str(), provider.is_empty()) {
        ("expense", true) => Account::Expense { contract },
        ("cash", true) => Account::Cash { contract },
        ("payable", false) => Account::Payable { contract, provider },
        ("receivable", false) => Account::Receivable { contract, provider },
        _ => return Err(format!("the chart has no account `{name}` with the provider `{provider}`")),
    };
    Ok((account, Pence(sign * pence)))
}
