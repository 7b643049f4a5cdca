//! What is written down: a run as prepared, its approval, settlements and their reversals, and transactions in double entry;
//! and the chain that seals them.
//!
//! An entry is text, so that it can be read, hashed and checked by any other program. Its hash covers its number, its id, its
//! kind, the time it was recorded, the hash of the entry before it, and its body: to change one entry unnoticed, somebody
//! would have to change every later one, and every copy of the head that was published since.
//!
//! A body is of a form. The second says so in its first line; the first has no such line and is read and written as it was,
//! byte for byte. In the second form an approval holds the hash of the text that it approves, and a transaction the id of what
//! it follows from, so that no name can be changed in one place alone. What is new about a run later goes into its details,
//! for which no new form is needed.

use std::collections::BTreeMap;

use base::money::Pence;
use jiff::civil::Date;

use crate::account;
pub use crate::account::{Account, Posting};
use crate::hash::Hash;
use crate::statement::Statement;
use crate::text::{Fields, field, value};

/// How the text of an entry is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// Two accounts, liability and receivable; nothing binds an approval to who prepared.
    #[default]
    First,
    Second,
}

/// One thing that is written down.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    Prepared(Run),
    Approved(Approval),
    Transaction(Transaction),
    Settlement(Settlement),
    Reversal(Reversal),
}

/// A payment run as prepared: a statement that somebody wants paid.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub form: Form,
    pub prepared_by: String,
    /// What the preparer says of it; may be empty.
    pub note: String,
    /// What else belongs to the run, each under a name of its own: kept, hashed and shown to whoever approves. None in the
    /// first form.
    pub details: Vec<Detail>,
    /// The run of the same contract that was posted last when this one was prepared; [`Hash::NONE`] for the first.
    pub after: Hash,
    pub statement: Statement,
}

/// Something that belongs to a run, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    pub name: String,
    pub value: String,
}

impl Detail {
    #[must_use]
    pub fn new(name: &str, value: &str) -> Detail {
        Detail { name: name.to_owned(), value: value.to_owned() }
    }
}

/// A run approved by somebody who did not prepare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    pub form: Form,
    pub run: Hash,
    pub approved_by: String,
    /// The hash of the text of the entry that prepared the run, as the approver saw it: who prepared it, the note, the details
    /// and the statement. [`Hash::NONE`] in the first form.
    pub prepared: Hash,
}

/// Money that changed hands: paid to a provider, or received from one.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    pub contract: String,
    pub provider: String,
    pub way: Way,
    /// Always positive.
    pub amount: Pence,
    /// The day on which it was paid, as the bank has it.
    pub on: Date,
    /// What the bank or the finance system knows it by.
    pub reference: String,
    pub recorded_by: String,
    /// How many times this reference was recorded and reversed before.
    pub before: u64,
    /// Why more was paid than was payable; empty where it was not.
    pub over: String,
}

/// Which way money went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By the payer to the provider.
    Paid,
    /// By the provider back to the payer.
    Received,
}

impl Way {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Way::Paid => "paid",
            Way::Received => "received",
        }
    }
}

/// A settlement that was recorded by mistake, or that the bank returned.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    pub settlement: Hash,
    /// Never who recorded the settlement.
    pub recorded_by: String,
    pub reason: String,
}

/// A journal entry: one line of a statement posted, an earlier transaction reversed, money paid or received, or what a
/// provider owes moved between payable and receivable.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    pub form: Form,
    /// What it follows from: in the first form the run, in the second the id of its approval, or of a settlement or a reversal.
    pub cause: Hash,
    /// What it is about: [`crate::Line::key`], or [`provider_key`].
    pub key: Hash,
    pub what: What,
    pub reason: String,
    /// They sum to zero.
    pub postings: Vec<Posting>,
}

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Posts a line ([`Statement::id`]); how many times its key was posted before.
    Posts { line: Hash, before: u64 },
    /// Reverses the transaction with this id.
    Reverses(Hash),
    /// Pays, or receives, what its settlement says.
    Settles,
    /// Moves what a provider owes out of payable into receivable, or back.
    Reclassifies,
}

/// Why a provider's balance is moved between payable and receivable.
pub const TO_RECEIVABLE: &str = "the provider was paid more than is now due, and owes the difference";
pub const PAID_BACK: &str = "the provider paid back more than it owed, and is due the difference";
pub const TO_PAYABLE: &str = "what the provider owed is set off against what is now due to it";

/// The key of a transaction that is about a provider, and not about a line.
#[must_use]
pub fn provider_key(contract: &str, provider: &str) -> Hash {
    Hash::of(["provider", contract, provider])
}

impl Run {
    /// The same statement with the same details prepared again after the same run is the same run, whoever prepares it.
    #[must_use]
    pub fn id(&self) -> Hash {
        let mut statement = String::new();
        self.statement.write(&mut statement);
        let after = self.after.to_string();
        let details = self.details.iter().flat_map(|detail| [detail.name.as_str(), detail.value.as_str()]);
        Hash::of(["run", after.as_str(), statement.as_str()].into_iter().chain(details))
    }
}

impl Approval {
    #[must_use]
    pub fn id(&self) -> Hash {
        let run = self.run.to_string();
        match self.form {
            Form::First => Hash::of(["approved", &run]),
            Form::Second => Hash::of(["approved", &run, &self.prepared.to_string(), &self.approved_by]),
        }
    }

    /// What the transactions that it posts follow from.
    #[must_use]
    pub fn cause(&self) -> Hash {
        match self.form {
            Form::First => self.run,
            Form::Second => self.id(),
        }
    }
}

impl Settlement {
    /// It covers everything that the settlement says.
    #[must_use]
    pub fn id(&self) -> Hash {
        Hash::of(["settlement", &Entry::Settlement(self.clone()).body()])
    }
}

impl Reversal {
    #[must_use]
    pub fn id(&self) -> Hash {
        Hash::of(["reversal", &Entry::Reversal(self.clone()).body()])
    }
}

impl Transaction {
    #[must_use]
    pub fn id(&self) -> Hash {
        let (cause, key) = (self.cause.to_string(), self.key.to_string());
        match self.what {
            What::Posts { line, before } => Hash::of(["posts", &key, &line.to_string(), &before.to_string()]),
            What::Reverses(transaction) => Hash::of(["reverses", &transaction.to_string()]),
            What::Settles => Hash::of(["settles", &cause]),
            What::Reclassifies => Hash::of(["reclassifies", &cause, &key]),
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
const KINDS: [&str; 5] = ["prepared", "approved", "transaction", "settlement", "reversal"];

/// What the first line of a body of the second form says.
const SECOND: &str = "2";

impl Entry {
    /// The id, by which a repeat is known for what it is.
    #[must_use]
    pub fn id(&self) -> Hash {
        match self {
            Entry::Prepared(run) => run.id(),
            Entry::Approved(approval) => approval.id(),
            Entry::Transaction(transaction) => transaction.id(),
            Entry::Settlement(settlement) => settlement.id(),
            Entry::Reversal(reversal) => reversal.id(),
        }
    }

    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Entry::Prepared(_) => KINDS[0],
            Entry::Approved(_) => KINDS[1],
            Entry::Transaction(_) => KINDS[2],
            Entry::Settlement(_) => KINDS[3],
            Entry::Reversal(_) => KINDS[4],
        }
    }

    #[must_use]
    pub fn form(&self) -> Form {
        match self {
            Entry::Prepared(run) => run.form,
            Entry::Approved(approval) => approval.form,
            Entry::Transaction(transaction) => transaction.form,
            Entry::Settlement(_) | Entry::Reversal(_) => Form::Second,
        }
    }

    /// The text that is kept.
    #[must_use]
    pub fn body(&self) -> String {
        let mut out = String::new();
        if self.form() == Form::Second {
            field(&mut out, "form", &[SECOND]);
        }
        match self {
            Entry::Prepared(run) => {
                field(&mut out, "prepared by", &[&run.prepared_by]);
                field(&mut out, "note", &[&run.note]);
                for detail in &run.details {
                    field(&mut out, "detail", &[&detail.name, &detail.value]);
                }
                field(&mut out, "after", &[&run.after.to_string()]);
                run.statement.write(&mut out);
            }
            Entry::Approved(approval) => {
                field(&mut out, "run", &[&approval.run.to_string()]);
                field(&mut out, "approved by", &[&approval.approved_by]);
                if approval.form == Form::Second {
                    field(&mut out, "prepared", &[&approval.prepared.to_string()]);
                }
            }
            Entry::Transaction(transaction) => transaction.write(&mut out),
            Entry::Settlement(settlement) => settlement.write(&mut out),
            Entry::Reversal(reversal) => {
                field(&mut out, "settlement", &[&reversal.settlement.to_string()]);
                field(&mut out, "recorded by", &[&reversal.recorded_by]);
                field(&mut out, "reason", &[&reversal.reason]);
            }
        }
        out
    }

    /// Reads the text of an entry; or says what is wrong with it.
    pub fn read(kind: &str, body: &str) -> Result<Entry, String> {
        let mut fields = Fields::of(body);
        let form = match fields.comes("form") {
            false => Form::First,
            true => match fields.one("form")?.as_str() {
                SECOND => Form::Second,
                other => return Err(format!("it is of form `{other}`, which this program does not know: use a newer one")),
            },
        };
        let entry = match kind {
            "prepared" => Entry::Prepared(Run {
                form,
                prepared_by: fields.one("prepared by")?,
                note: fields.one("note")?,
                details: details(&mut fields, form)?,
                after: hash(&mut fields, "after")?,
                statement: Statement::read(&mut fields)?,
            }),
            "approved" => Entry::Approved(Approval {
                form,
                run: hash(&mut fields, "run")?,
                approved_by: fields.one("approved by")?,
                prepared: if form == Form::Second { hash(&mut fields, "prepared")? } else { Hash::NONE },
            }),
            "transaction" => Entry::Transaction(Transaction::read(&mut fields, form)?),
            "settlement" if form == Form::Second => Entry::Settlement(Settlement::read(&mut fields)?),
            "reversal" if form == Form::Second => Entry::Reversal(Reversal {
                settlement: hash(&mut fields, "settlement")?,
                recorded_by: fields.one("recorded by")?,
                reason: fields.one("reason")?,
            }),
            other => return Err(format!("there is no kind of entry `{other}`; there are {}", KINDS.join(", "))),
        };
        fields.end()?;
        Ok(entry)
    }
}

fn details(fields: &mut Fields<'_>, form: Form) -> Result<Vec<Detail>, String> {
    let mut details: Vec<Detail> = Vec::new();
    while form == Form::Second && fields.comes("detail") {
        let [name, value] = fields.take("detail")?;
        if details.iter().any(|detail| detail.name == name) {
            return Err(format!("the detail `{name}` appears twice"));
        }
        details.push(Detail { name, value });
    }
    Ok(details)
}

impl Transaction {
    fn write(&self, out: &mut String) {
        field(out, if self.form == Form::First { "run" } else { "cause" }, &[&self.cause.to_string()]);
        field(out, "key", &[&self.key.to_string()]);
        match self.what {
            What::Posts { line, before } => field(out, "posts", &[&line.to_string(), &before.to_string()]),
            What::Reverses(transaction) => field(out, "reverses", &[&transaction.to_string()]),
            What::Settles => field(out, "settles", &[]),
            What::Reclassifies => field(out, "reclassifies", &[]),
        }
        field(out, "reason", &[&self.reason]);
        account::write(self.form, out, &self.postings);
    }

    fn read(fields: &mut Fields<'_>, form: Form) -> Result<Transaction, String> {
        let cause = hash(fields, if form == Form::First { "run" } else { "cause" })?;
        let key = hash(fields, "key")?;
        let what = if fields.comes("reverses") {
            What::Reverses(hash(fields, "reverses")?)
        } else if form == Form::Second && fields.comes("settles") {
            let [] = fields.take("settles")?;
            What::Settles
        } else if form == Form::Second && fields.comes("reclassifies") {
            let [] = fields.take("reclassifies")?;
            What::Reclassifies
        } else {
            let [line, before] = fields.take("posts")?;
            let line = Hash::parse(&line).ok_or_else(|| format!("`{line}` is not a hash"))?;
            What::Posts { line, before: value(&before, "a count")? }
        };
        let reason = fields.one("reason")?;
        Ok(Transaction { form, cause, key, what, reason, postings: account::read(form, fields)? })
    }
}

impl Settlement {
    fn write(&self, out: &mut String) {
        field(out, "contract", &[&self.contract]);
        field(out, "provider", &[&self.provider]);
        field(out, self.way.word(), &[&self.amount.0.to_string()]);
        field(out, "on", &[&self.on.to_string()]);
        field(out, "reference", &[&self.reference]);
        field(out, "recorded by", &[&self.recorded_by]);
        field(out, "before", &[&self.before.to_string()]);
        if !self.over.is_empty() {
            field(out, "over", &[&self.over]);
        }
    }

    fn read(fields: &mut Fields<'_>) -> Result<Settlement, String> {
        let (contract, provider) = (fields.one("contract")?, fields.one("provider")?);
        let way = if fields.comes("received") { Way::Received } else { Way::Paid };
        Ok(Settlement {
            contract,
            provider,
            way,
            amount: Pence(value(&fields.one(way.word())?, "pence")?),
            on: value(&fields.one("on")?, "a date")?,
            reference: fields.one("reference")?,
            recorded_by: fields.one("recorded by")?,
            before: value(&fields.one("before")?, "a count")?,
            over: if fields.comes("over") { fields.one("over")? } else { String::new() },
        })
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
