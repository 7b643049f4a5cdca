//! The entries of the ledger: a run as it was prepared, its approval, settlements and their reversals, and transactions in double
//! entry. And the chain of hashes that seals them.
//!
//! An entry is text, so that any other program can read, hash and check it. Its hash covers its number, its id, its kind, the
//! time it was recorded, the hash of the entry before it, and its text. Anyone who changes one entry must therefore change every
//! later one, and every copy of the head that was published since.
//!
//! The text of an entry has a form. The second form says so in its first line. The first form has no such line, and is read and
//! written as it was, byte for byte. In the second form an approval holds the hash of the text that it approves, and a
//! transaction holds the id of the decision that it follows from. So nobody can change a name in one place alone. Whatever else
//! belongs to a run is kept in its details, so that no new form is needed.

use std::collections::BTreeMap;

use base::money::Pence;
use jiff::civil::Date;

use crate::account::{self, Account, Posting};
pub use crate::canonical_text::EntryForm;
use crate::canonical_text::{Fields, field, value};
use crate::error::LedgerError;
use crate::hash::Hash;
use crate::statement::Statement;

/// An entry of the ledger.
#[derive(Clone, Debug, PartialEq)]
pub enum LedgerEntry {
    /// Somebody prepared a payment run.
    Prepared(PaymentRun),
    /// A second person approved it.
    Approved(Approval),
    /// A journal entry that follows from an approval, a settlement or a reversal.
    Transaction(Transaction),
    /// The bank has made a payment.
    Settlement(Settlement),
    /// A settlement is reversed.
    Reversal(Reversal),
}

/// A payment run as it was prepared: a statement that somebody wants to be paid.
#[derive(Clone, Debug, PartialEq)]
pub struct PaymentRun {
    pub form: EntryForm,
    pub prepared_by: String,
    /// What the preparer wrote about it; may be empty.
    pub note: String,
    /// Whatever else belongs to the run, each under a name of its own. Details are hashed with the run and shown to the
    /// approver. The first form has none.
    pub details: Vec<RunDetail>,
    /// The run of the same contract that was posted last when this one was prepared, or [`Hash::NONE`] for the first.
    pub after: Hash,
    pub statement: Statement,
}

/// A named text that belongs to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDetail {
    pub name: String,
    pub value: String,
}

impl RunDetail {
    /// A detail with a name and a text.
    #[must_use]
    pub fn new(name: &str, value: &str) -> RunDetail {
        RunDetail { name: name.to_owned(), value: value.to_owned() }
    }
}

/// The approval of a run, by somebody who did not prepare it.
#[derive(Clone, Debug, PartialEq)]
pub struct Approval {
    pub form: EntryForm,
    pub run: Hash,
    pub approved_by: String,
    /// The hash of the text that prepared the run, as the approver saw it: the preparer, the note, the details and the statement.
    /// It is [`Hash::NONE`] in the first form.
    pub prepared: Hash,
}

/// A payment that the bank has made: to a provider, or from one.
#[derive(Clone, Debug, PartialEq)]
pub struct Settlement {
    pub contract: String,
    pub provider: String,
    pub direction: PaymentDirection,
    /// Always positive.
    pub amount: Pence,
    /// The day of the payment, as the bank has it.
    pub on: Date,
    /// The reference under which the bank or the finance system has it.
    pub reference: String,
    pub recorded_by: String,
    /// How often this reference was recorded and reversed before.
    pub before: u64,
    /// Why more was paid than was payable; empty where no more was paid.
    pub over: String,
}

/// Who paid whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentDirection {
    /// The payer paid the provider.
    Paid,
    /// The provider paid something back.
    Received,
}

impl PaymentDirection {
    /// The word in the text of an entry, in lists and in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            PaymentDirection::Paid => "paid",
            PaymentDirection::Received => "received",
        }
    }
}

/// The reversal of a settlement that was recorded by mistake, or that the bank returned.
#[derive(Clone, Debug, PartialEq)]
pub struct Reversal {
    pub settlement: Hash,
    /// Who reverses it. This is never the person who recorded the settlement.
    pub recorded_by: String,
    pub reason: String,
}

/// A journal entry. It posts a line of a statement, reverses an earlier transaction, records a payment, or moves an amount between
/// payable and receivable.
#[derive(Clone, Debug, PartialEq)]
pub struct Transaction {
    pub form: EntryForm,
    /// The decision that it follows from: the run in the first form, and in the second the id of an approval, a settlement or a
    /// reversal.
    pub cause: Hash,
    /// What it is about: [`StatementLine::key`](crate::StatementLine::key) or [`provider_key`].
    pub key: Hash,
    pub kind: TransactionKind,
    pub reason: String,
    /// Its debits and credits, which sum to zero.
    pub postings: Vec<Posting>,
}

/// What a transaction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionKind {
    /// Posts a line, given by its id ([`Statement::id`]). Its key was posted `before` times already.
    Posts { line: Hash, before: u64 },
    /// Reverses the transaction with this id.
    Reverses(Hash),
    /// Posts the payment of a settlement.
    Settles,
    /// Moves an amount between payable and receivable, or from an old name of a provider to its new one.
    Reclassifies,
}

/// The reasons for which an amount is moved between payable and receivable. Ledgers hold these words, so they must never change.
pub const TO_RECEIVABLE: &str = "the provider was paid more than is now due, and owes the difference";
pub const PAID_BACK: &str = "the provider paid back more than it owed, and is due the difference";
pub const TO_PAYABLE: &str = "what the provider owed is set off against what is now due to it";

/// The key of a transaction that is about a provider and not about a line.
#[must_use]
pub fn provider_key(contract: &str, provider: &str) -> Hash {
    Hash::of(["provider", contract, provider])
}

impl PaymentRun {
    /// The id. The same statement with the same details, prepared again after the same run, is the same run, whoever prepares it.
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
    /// The id.
    #[must_use]
    pub fn id(&self) -> Hash {
        let run = self.run.to_string();
        match self.form {
            EntryForm::First => Hash::of(["approved", &run]),
            EntryForm::Second => Hash::of(["approved", &run, &self.prepared.to_string(), &self.approved_by]),
        }
    }

    /// What its transactions give as the decision that they follow from.
    #[must_use]
    pub fn cause(&self) -> Hash {
        match self.form {
            EntryForm::First => self.run,
            EntryForm::Second => self.id(),
        }
    }
}

impl Settlement {
    /// The id. It covers every field of the settlement.
    #[must_use]
    pub fn id(&self) -> Hash {
        Hash::of(["settlement", &LedgerEntry::Settlement(self.clone()).body()])
    }
}

impl Reversal {
    /// The id. It covers every field of the reversal.
    #[must_use]
    pub fn id(&self) -> Hash {
        Hash::of(["reversal", &LedgerEntry::Reversal(self.clone()).body()])
    }
}

impl Transaction {
    /// The id. It does not cover the postings and the reason: they follow from what it does cover.
    #[must_use]
    pub fn id(&self) -> Hash {
        let (cause, key) = (self.cause.to_string(), self.key.to_string());
        match self.kind {
            TransactionKind::Posts { line, before } => Hash::of(["posts", &key, &line.to_string(), &before.to_string()]),
            TransactionKind::Reverses(transaction) => Hash::of(["reverses", &transaction.to_string()]),
            TransactionKind::Settles => Hash::of(["settles", &cause]),
            TransactionKind::Reclassifies => Hash::of(["reclassifies", &cause, &key]),
        }
    }

    /// The sum of the postings to each account.
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

/// The words for the kinds of entry, as ledgers keep them.
const KINDS: [&str; 5] = ["prepared", "approved", "transaction", "settlement", "reversal"];

/// The value of the field `form` in the second form.
const SECOND: &str = "2";

impl LedgerEntry {
    /// The id. An entry that stands for the same thing has the same id, so that a repeat is recognised.
    #[must_use]
    pub fn id(&self) -> Hash {
        match self {
            LedgerEntry::Prepared(run) => run.id(),
            LedgerEntry::Approved(approval) => approval.id(),
            LedgerEntry::Transaction(transaction) => transaction.id(),
            LedgerEntry::Settlement(settlement) => settlement.id(),
            LedgerEntry::Reversal(reversal) => reversal.id(),
        }
    }

    /// The kind of entry, as ledgers keep it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            LedgerEntry::Prepared(_) => KINDS[0],
            LedgerEntry::Approved(_) => KINDS[1],
            LedgerEntry::Transaction(_) => KINDS[2],
            LedgerEntry::Settlement(_) => KINDS[3],
            LedgerEntry::Reversal(_) => KINDS[4],
        }
    }

    /// The form of its text.
    #[must_use]
    pub fn form(&self) -> EntryForm {
        match self {
            LedgerEntry::Prepared(run) => run.form,
            LedgerEntry::Approved(approval) => approval.form,
            LedgerEntry::Transaction(transaction) => transaction.form,
            LedgerEntry::Settlement(_) | LedgerEntry::Reversal(_) => EntryForm::Second,
        }
    }

    /// The canonical text.
    #[must_use]
    pub fn body(&self) -> String {
        let mut out = String::new();
        if self.form() == EntryForm::Second {
            field(&mut out, "form", &[SECOND]);
        }
        match self {
            LedgerEntry::Prepared(run) => {
                field(&mut out, "prepared by", &[&run.prepared_by]);
                field(&mut out, "note", &[&run.note]);
                for detail in &run.details {
                    field(&mut out, "detail", &[&detail.name, &detail.value]);
                }
                field(&mut out, "after", &[&run.after.to_string()]);
                run.statement.write(&mut out);
            }
            LedgerEntry::Approved(approval) => {
                field(&mut out, "run", &[&approval.run.to_string()]);
                field(&mut out, "approved by", &[&approval.approved_by]);
                if approval.form == EntryForm::Second {
                    field(&mut out, "prepared", &[&approval.prepared.to_string()]);
                }
            }
            LedgerEntry::Transaction(transaction) => transaction.write(&mut out),
            LedgerEntry::Settlement(settlement) => settlement.write(&mut out),
            LedgerEntry::Reversal(reversal) => {
                field(&mut out, "settlement", &[&reversal.settlement.to_string()]);
                field(&mut out, "recorded by", &[&reversal.recorded_by]);
                field(&mut out, "reason", &[&reversal.reason]);
            }
        }
        out
    }

    /// Reads the text of an entry.
    ///
    /// # Errors
    /// The text is not an entry of this kind, or is written in another way than [`LedgerEntry::body`] writes it.
    pub fn read(kind: &str, body: &str) -> Result<LedgerEntry, LedgerError> {
        LedgerEntry::parse(kind, body).map_err(|what| LedgerError::broken_entry(None, what))
    }

    /// Reads the text of an entry, or says what is wrong with it.
    pub(crate) fn parse(kind: &str, body: &str) -> Result<LedgerEntry, String> {
        let mut fields = Fields::of(body);
        let form = match fields.next_is("form") {
            false => EntryForm::First,
            true => match fields.one("form")?.as_str() {
                SECOND => EntryForm::Second,
                other => {
                    return Err(format!(
                        "its form is `{other}`, which this version of wellspent does not know: use a newer version"
                    ));
                }
            },
        };
        let entry = match kind {
            "prepared" => LedgerEntry::Prepared(PaymentRun {
                form,
                prepared_by: fields.one("prepared by")?,
                note: fields.one("note")?,
                details: details(&mut fields, form)?,
                after: hash(&mut fields, "after")?,
                statement: Statement::read(&mut fields)?,
            }),
            "approved" => LedgerEntry::Approved(Approval {
                form,
                run: hash(&mut fields, "run")?,
                approved_by: fields.one("approved by")?,
                prepared: if form == EntryForm::Second { hash(&mut fields, "prepared")? } else { Hash::NONE },
            }),
            "transaction" => LedgerEntry::Transaction(Transaction::read(&mut fields, form)?),
            "settlement" if form == EntryForm::Second => LedgerEntry::Settlement(Settlement::read(&mut fields)?),
            "reversal" if form == EntryForm::Second => LedgerEntry::Reversal(Reversal {
                settlement: hash(&mut fields, "settlement")?,
                recorded_by: fields.one("recorded by")?,
                reason: fields.one("reason")?,
            }),
            other => return Err(format!("no kind of entry is called `{other}`; the kinds are {}", KINDS.join(", "))),
        };
        fields.end()?;
        Ok(entry)
    }
}

fn details(fields: &mut Fields<'_>, form: EntryForm) -> Result<Vec<RunDetail>, String> {
    let mut details: Vec<RunDetail> = Vec::new();
    while form == EntryForm::Second && fields.next_is("detail") {
        let [name, value] = fields.take("detail")?;
        if details.iter().any(|detail| detail.name == name) {
            return Err(format!("it has the detail `{name}` twice"));
        }
        details.push(RunDetail { name, value });
    }
    Ok(details)
}

impl Transaction {
    fn write(&self, out: &mut String) {
        field(out, if self.form == EntryForm::First { "run" } else { "cause" }, &[&self.cause.to_string()]);
        field(out, "key", &[&self.key.to_string()]);
        match self.kind {
            TransactionKind::Posts { line, before } => field(out, "posts", &[&line.to_string(), &before.to_string()]),
            TransactionKind::Reverses(transaction) => field(out, "reverses", &[&transaction.to_string()]),
            TransactionKind::Settles => field(out, "settles", &[]),
            TransactionKind::Reclassifies => field(out, "reclassifies", &[]),
        }
        field(out, "reason", &[&self.reason]);
        account::write(self.form, out, &self.postings);
    }

    fn read(fields: &mut Fields<'_>, form: EntryForm) -> Result<Transaction, String> {
        let cause = hash(fields, if form == EntryForm::First { "run" } else { "cause" })?;
        let key = hash(fields, "key")?;
        let kind = if fields.next_is("reverses") {
            TransactionKind::Reverses(hash(fields, "reverses")?)
        } else if form == EntryForm::Second && fields.next_is("settles") {
            let [] = fields.take("settles")?;
            TransactionKind::Settles
        } else if form == EntryForm::Second && fields.next_is("reclassifies") {
            let [] = fields.take("reclassifies")?;
            TransactionKind::Reclassifies
        } else {
            let [line, before] = fields.take("posts")?;
            let line = Hash::parse(&line).ok_or_else(|| format!("`{line}` is not a hash"))?;
            TransactionKind::Posts { line, before: value(&before, "a count")? }
        };
        let reason = fields.one("reason")?;
        Ok(Transaction { form, cause, key, kind, reason, postings: account::read(form, fields)? })
    }
}

impl Settlement {
    fn write(&self, out: &mut String) {
        field(out, "contract", &[&self.contract]);
        field(out, "provider", &[&self.provider]);
        field(out, self.direction.word(), &[&self.amount.0.to_string()]);
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
        let direction = if fields.next_is("received") { PaymentDirection::Received } else { PaymentDirection::Paid };
        Ok(Settlement {
            contract,
            provider,
            direction,
            amount: Pence(value(&fields.one(direction.word())?, "pence")?),
            on: value(&fields.one("on")?, "a date")?,
            reference: fields.one("reference")?,
            recorded_by: fields.one("recorded by")?,
            before: value(&fields.one("before")?, "a count")?,
            over: if fields.next_is("over") { fields.one("over")? } else { String::new() },
        })
    }
}

fn hash(fields: &mut Fields<'_>, name: &str) -> Result<Hash, String> {
    let text = fields.one(name)?;
    Hash::parse(&text).ok_or_else(|| format!("`{text}` is not a hash"))
}

/// An entry as the ledger keeps it: with its number and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedEntry {
    /// Counted from 1, without gaps.
    pub number: u64,
    pub id: String,
    pub kind: String,
    /// When it was recorded, by the clock of the machine that wrote it. It decides nothing.
    pub recorded: String,
    pub body: String,
    pub hash: String,
}

impl SealedEntry {
    /// Seals an entry after another one.
    #[must_use]
    pub fn new(entry: &LedgerEntry, number: u64, recorded: &str, previous: Hash) -> SealedEntry {
        let mut sealed = SealedEntry {
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
        let SealedEntry { number, id, kind, recorded, body, .. } = self;
        format!("{number}\n{id}\n{kind}\n{recorded}\n{previous}\n{body}")
    }

    /// The hash that the entry must have after another one.
    #[must_use]
    pub fn computed(&self, previous: Hash) -> Hash {
        Hash::of_bytes(self.text(previous).as_bytes())
    }
}
