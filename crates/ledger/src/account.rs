//! The chart of accounts, and how a posting is written. Four accounts, each by contract: expense and cash of the payer, and by
//! provider what is payable to it and what is receivable from it.
//!
//! A posting is an account and an amount: a debit is positive, a credit negative, and the postings of a transaction sum to zero.
//! The first form of the ledger knew two accounts under other names, with the signs the other way round: `receivable` for what a
//! provider was owed, `liability` for what the payer owed. They are read as payable and expense, and written as they were.

use std::fmt;

use base::money::Pence;

use crate::entry::Form;
use crate::text::{Fields, field, value};

/// Where money stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the services under a contract have cost the payer: a debit balance.
    Expense { contract: String },
    /// What the payer has paid under a contract: a credit balance.
    Cash { contract: String },
    /// What the payer still owes a provider: a credit balance.
    Payable { contract: String, provider: String },
    /// What a provider owes the payer, after a clawback or a payment beyond what was payable: a debit balance.
    Receivable { contract: String, provider: String },
}

/// An account and what a transaction adds to it: a debit is positive, a credit negative.
pub type Posting = (Account, Pence);

impl Account {
    #[must_use]
    pub fn expense(contract: &str) -> Account {
        Account::Expense { contract: contract.to_owned() }
    }

    #[must_use]
    pub fn cash(contract: &str) -> Account {
        Account::Cash { contract: contract.to_owned() }
    }

    #[must_use]
    pub fn payable(contract: &str, provider: &str) -> Account {
        Account::Payable { contract: contract.to_owned(), provider: provider.to_owned() }
    }

    #[must_use]
    pub fn receivable(contract: &str, provider: &str) -> Account {
        Account::Receivable { contract: contract.to_owned(), provider: provider.to_owned() }
    }

    /// The name of the account in the chart, its contract, and its provider if it has one.
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

/// Writes postings, one a line.
pub(crate) fn write(form: Form, out: &mut String, postings: &[Posting]) {
    for (account, amount) in postings {
        let (name, contract, provider) = account.parts();
        match form {
            Form::First => {
                let amount = amount.0.wrapping_neg().to_string();
                match account {
                    Account::Payable { .. } => field(out, "receivable", &[contract, provider, &amount]),
                    // The first form has no other accounts; what was not read from it is never written in it.
                    _ => field(out, "liability", &[contract, &amount]),
                }
            }
            Form::Second => {
                let side = if amount.0 < 0 { "credit" } else { "debit" };
                field(out, side, &[name, contract, provider, &amount.0.unsigned_abs().to_string()]);
            }
        }
    }
}

/// Reads all postings that come.
pub(crate) fn read(form: Form, fields: &mut Fields<'_>) -> Result<Vec<Posting>, String> {
    let mut postings = Vec::new();
    loop {
        let posting = match form {
            Form::First if fields.comes("receivable") => {
                let [contract, provider, amount] = fields.take("receivable")?;
                (Account::Payable { contract, provider }, negated(&amount)?)
            }
            Form::First if fields.comes("liability") => {
                let [contract, amount] = fields.take("liability")?;
                (Account::Expense { contract }, negated(&amount)?)
            }
            Form::Second if fields.comes("debit") => one(fields.take("debit")?, 1)?,
            Form::Second if fields.comes("credit") => one(fields.take("credit")?, -1)?,
            _ => return Ok(postings),
        };
        postings.push(posting);
    }
}

fn negated(amount: &str) -> Result<Pence, String> {
    let pence: i64 = value(amount, "pence")?;
    pence.checked_neg().map(Pence).ok_or_else(|| format!("`{amount}` is too large an amount"))
}

fn one([name, contract, provider, amount]: [String; 4], sign: i64) -> Result<Posting, String> {
    let pence: i64 = value(&amount, "pence")?;
    if pence <= 0 {
        return Err(format!("a debit or a credit of `{amount}` pence is not a positive amount"));
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
