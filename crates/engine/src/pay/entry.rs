//! What is written down: a run as prepared, its approval, and transactions in double entry; and the chain that seals them.
//!
//! An entry is text, so that it can be read, hashed and checked by any other program. Its hash covers its number, its id, its
//! kind, the time it was recorded, the hash of the entry before it, and its body: to change one entry unnoticed, somebody
//! would have to change every later one, and every copy of the head that was published since.

use std::collections::BTreeMap;
use std::fmt;

use scheme::money::Pence;

use crate::pay::hash::Hash;
use crate::pay::statement::Statement;
use crate::pay::text::{Fields, field, value};
use crate::records::gate::quality::Quality;

/// One thing that is written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Prepared(Run),
    Approved(Approval),
    Transaction(Transaction),
}

/// A payment run as prepared: a statement that somebody wants paid.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub prepared_by: String,
    /// What the preparer says of it; may be empty.
    pub note: String,
    /// The run of the same contract that was posted last when this one was prepared; [`Hash::NONE`] for the first.
    pub after: Hash,
    pub statement: Statement,
    /// What there was to say of the records behind it; nothing of a tally that was counted elsewhere, and in runs that were
    /// prepared before it was recorded.
    pub quality: Option<Quality>,
}

/// A run approved by somebody who did not prepare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    pub run: Hash,
    pub approved_by: String,
}

/// One line of a statement posted, or an earlier transaction taken back.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    pub run: Hash,
    /// What the line is for: [`crate::pay::Line::key`].
    pub key: Hash,
    pub what: What,
    pub reason: String,
    /// They sum to zero.
    pub postings: Vec<(Account, Pence)>,
}

/// Whether money is posted or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Posts a line ([`Statement::id`]); how many times its key was posted before.
    Posts { line: Hash, before: u64 },
    /// Takes back the transaction with this id.
    Reverses(Hash),
}

/// Where money stands, by contract.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What the payer owes under a contract, as a negative balance.
    Liability { contract: String },
    /// What a provider is owed under a contract, as a positive balance.
    Receivable { contract: String, provider: String },
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Account::Liability { contract } => write!(f, "payer's liability, {contract}"),
            Account::Receivable { contract, provider } => write!(f, "receivable of {provider}, {contract}"),
        }
    }
}

/// The postings of an amount owed to a provider. A deduction is a negative amount.
#[must_use]
pub(crate) fn owed(contract: &str, provider: &str, amount: Pence) -> Vec<(Account, Pence)> {
    vec![
        (Account::Receivable { contract: contract.to_owned(), provider: provider.to_owned() }, amount),
        (Account::Liability { contract: contract.to_owned() }, Pence(-amount.0)),
    ]
}

impl Run {
    /// The same statement prepared again from the same records after the same run is the same run, whoever prepares it.
    #[must_use]
    pub fn id(&self) -> Hash {
        let mut statement = String::new();
        self.statement.write(&mut statement);
        if let Some(quality) = &self.quality {
            quality.write(&mut statement);
        }
        Hash::of(["run", &self.after.to_string(), &statement])
    }
}

impl Transaction {
    #[must_use]
    pub fn id(&self) -> Hash {
        match self.what {
            What::Posts { line, before } => Hash::of(["posts", &self.key.to_string(), &line.to_string(), &before.to_string()]),
            What::Reverses(transaction) => Hash::of(["reverses", &transaction.to_string()]),
        }
    }

    /// What the transaction adds to the balance of each account.
    #[must_use]
    pub fn by_account(&self) -> BTreeMap<&Account, Pence> {
        let mut sums = BTreeMap::new();
        for (account, amount) in &self.postings {
            let sum: &mut Pence = sums.entry(account).or_default();
            sum.0 = sum.0.saturating_add(amount.0);
        }
        sums
    }
}

/// The words that say which kind of entry a text is.
const KINDS: [&str; 3] = ["prepared", "approved", "transaction"];

impl Entry {
    /// The id, by which a repeat is known for what it is.
    #[must_use]
    pub fn id(&self) -> Hash {
        match self {
            Entry::Prepared(run) => run.id(),
            Entry::Approved(approval) => Hash::of(["approved", &approval.run.to_string()]),
            Entry::Transaction(transaction) => transaction.id(),
        }
    }

    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Entry::Prepared(_) => KINDS[0],
            Entry::Approved(_) => KINDS[1],
            Entry::Transaction(_) => KINDS[2],
        }
    }

    /// The text that is kept.
    #[must_use]
    pub fn body(&self) -> String {
        let mut out = String::new();
        match self {
            Entry::Prepared(run) => {
                field(&mut out, "prepared by", &[&run.prepared_by]);
                field(&mut out, "note", &[&run.note]);
                field(&mut out, "after", &[&run.after.to_string()]);
                run.statement.write(&mut out);
                if let Some(quality) = &run.quality {
                    quality.write(&mut out);
                }
            }
            Entry::Approved(approval) => {
                field(&mut out, "run", &[&approval.run.to_string()]);
                field(&mut out, "approved by", &[&approval.approved_by]);
            }
            Entry::Transaction(transaction) => transaction.write(&mut out),
        }
        out
    }

    /// Reads the text of an entry; or says what is wrong with it.
    pub fn read(kind: &str, body: &str) -> Result<Entry, String> {
        let mut fields = Fields::of(body);
        let entry = match kind {
            "prepared" => Entry::Prepared(Run {
                prepared_by: fields.one("prepared by")?,
                note: fields.one("note")?,
                after: hash(&mut fields, "after")?,
                statement: Statement::read(&mut fields)?,
                quality: Quality::read(&mut fields)?,
            }),
            "approved" => Entry::Approved(Approval { run: hash(&mut fields, "run")?, approved_by: fields.one("approved by")? }),
            "transaction" => Entry::Transaction(Transaction::read(&mut fields)?),
            other => return Err(format!("there is no kind of entry `{other}`; there are {}", KINDS.join(", "))),
        };
        fields.end()?;
        Ok(entry)
    }
}

impl Transaction {
    fn write(&self, out: &mut String) {
        field(out, "run", &[&self.run.to_string()]);
        field(out, "key", &[&self.key.to_string()]);
        match self.what {
            What::Posts { line, before } => field(out, "posts", &[&line.to_string(), &before.to_string()]),
            What::Reverses(transaction) => field(out, "reverses", &[&transaction.to_string()]),
        }
        field(out, "reason", &[&self.reason]);
        for (account, amount) in &self.postings {
            let amount = amount.0.to_string();
            match account {
                Account::Liability { contract } => field(out, "liability", &[contract, &amount]),
                Account::Receivable { contract, provider } => field(out, "receivable", &[contract, provider, &amount]),
            }
        }
    }

    fn read(fields: &mut Fields<'_>) -> Result<Transaction, String> {
        let run = hash(fields, "run")?;
        let key = hash(fields, "key")?;
        let what = if fields.comes("reverses") {
            What::Reverses(hash(fields, "reverses")?)
        } else {
            let [line, before] = fields.take("posts")?;
            let line = Hash::parse(&line).ok_or_else(|| format!("`{line}` is not a hash"))?;
            What::Posts { line, before: value(&before, "a count")? }
        };
        let reason = fields.one("reason")?;
        let mut postings = Vec::new();
        loop {
            if fields.comes("receivable") {
                let [contract, provider, amount] = fields.take("receivable")?;
                postings.push((Account::Receivable { contract, provider }, Pence(value(&amount, "pence")?)));
            } else if fields.comes("liability") {
                let [contract, amount] = fields.take("liability")?;
                postings.push((Account::Liability { contract }, Pence(value(&amount, "pence")?)));
            } else {
                return Ok(Transaction { run, key, what, reason, postings });
            }
        }
    }
}

fn hash(fields: &mut Fields<'_>, name: &str) -> Result<Hash, String> {
    let text = fields.one(name)?;
    Hash::parse(&text).ok_or_else(|| format!("`{text}` is not a hash"))
}

/// An entry as it is kept: with its number and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// From 1, without gaps.
    pub number: u64,
    pub id: String,
    pub kind: String,
    /// When it was written down, as the keeper of the ledger says; it decides nothing.
    pub recorded: String,
    pub body: String,
    pub hash: String,
}

impl Sealed {
    /// Seals an entry behind another.
    #[must_use]
    pub fn new(entry: &Entry, number: u64, recorded: &str, previous: Hash) -> Sealed {
        let mut sealed = Sealed {
            number,
            id: entry.id().to_string(),
            kind: entry.kind().to_owned(),
            recorded: recorded.to_owned(),
            body: entry.body(),
            hash: String::new(),
        };
        sealed.hash = sealed.computed(previous).to_string();
        sealed
    }

    /// The text that is hashed.
    #[must_use]
    pub fn text(&self, previous: Hash) -> String {
        let Sealed { number, id, kind, recorded, body, .. } = self;
        format!("{number}\n{id}\n{kind}\n{recorded}\n{previous}\n{body}")
    }

    /// The hash that the entry must have behind another.
    #[must_use]
    pub fn computed(&self, previous: Hash) -> Hash {
        Hash::of_bytes(self.text(previous).as_bytes())
    }
}
