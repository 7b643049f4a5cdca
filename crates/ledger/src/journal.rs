//! What all entries together say. Entries go in one at a time, in order, as they are kept; each is checked against the chain and
//! against the laws of the ledger before it counts. What comes out: the runs, what is in force, settlements, every account's
//! balance.
//!
//! The laws do not use the code that makes transactions (`run`, `settle`), so that a mistake there cannot vouch for itself: when
//! something is decided, `expected` works out every transaction that must follow, and nothing else is taken until they have come.

mod expected;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use base::money::Pence;
use base::{identity, spelling};
use jiff::civil::Date;

use self::expected::Expected;
use crate::account::{Account, Posting};
use crate::entry::{Approval, Entry, Form, Reversal, Run, Sealed, Settlement, Transaction, Way, What};
use crate::hash::Hash;
use crate::renamed::{self, Renaming, renamings};
use crate::statement::{Line, Statement, header};

/// The last entry: whoever holds a copy can tell whether anything before it was changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub number: u64,
    pub hash: Hash,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl Head {
    /// Reads "17:4f2a…".
    #[must_use]
    pub fn parse(text: &str) -> Option<Head> {
        let (number, hash) = text.trim().split_once(':')?;
        Some(Head { number: number.parse().ok()?, hash: Hash::parse(hash)? })
    }
}

/// An entry that cannot stand where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub number: u64,
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}: {}", self.number, self.what)
    }
}

impl std::error::Error for Fault {}

/// Everything that the entries so far say.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// The hash of every entry.
    chain: Vec<Hash>,
    ids: BTreeSet<Hash>,
    runs: BTreeMap<Hash, Posted>,
    /// Runs in the order in which they were approved.
    approved: Vec<Hash>,
    /// For each line's key: the transaction in force, if any, and how many times it was posted.
    in_force: BTreeMap<Hash, (Option<InForce>, u64)>,
    balances: BTreeMap<Account, Pence>,
    /// The run that last spoke for each provider of each contract.
    standing: BTreeMap<Key, Hash>,
    /// What the lines in force come to.
    accrued: BTreeMap<Key, Pence>,
    /// What was paid to a provider, less what was received from it.
    paid: BTreeMap<Key, Pence>,
    settlements: BTreeMap<Hash, Settled>,
    /// The new names of providers under their old ones, where those are used no more.
    new_names: BTreeMap<Key, String>,
    /// Settlements by their reference as it is compared, in the order of recording.
    references: BTreeMap<String, Vec<Hash>>,
    /// All of them, in the order of writing.
    transactions: Vec<Transaction>,
    /// What each cause of a transaction is.
    causes: BTreeMap<Hash, Cause>,
    /// What must come before anything else is taken.
    expected: Vec<Expected>,
    /// The newest form so far: entries of an older one do not come after it.
    form: Form,
    /// What the laws of the first form let pass, and those of today would not.
    doubts: Vec<Fault>,
}

/// A contract and a provider.
type Key = (String, String);

/// What a transaction follows from.
#[derive(Clone, Copy, Debug)]
enum Cause {
    Run(Hash),
    Settlement(Hash),
    Reversal(Hash),
}

/// A settlement and what became of it.
#[derive(Clone, Debug)]
pub struct Settled {
    pub settlement: Settlement,
    /// For whom it counts: the provider under the name that it has now.
    pub payee: String,
    /// Number of the entry that recorded it.
    pub entry: u64,
    /// The transaction that posted it.
    pub transaction: Hash,
    pub postings: Vec<Posting>,
    pub reversed: Option<Reversal>,
}

/// A run and what became of it.
#[derive(Clone, Debug)]
pub struct Posted {
    pub run: Run,
    /// Number of the entry that prepared it, and the hash of its text.
    pub entry: u64,
    pub text: Hash,
    pub approved_by: Option<String>,
    pub transactions: Vec<Transaction>,
}

/// A transaction that has not been taken back.
#[derive(Clone, Debug)]
pub struct InForce {
    pub transaction: Hash,
    pub run: Hash,
    pub line: Line,
    pub postings: Vec<Posting>,
}

impl Ledger {
    #[must_use]
    pub fn head(&self) -> Head {
        Head { number: self.chain.len() as u64, hash: self.chain.last().copied().unwrap_or(Hash::NONE) }
    }

    /// Whether this was the head once: nothing up to there has changed since.
    #[must_use]
    pub fn had(&self, head: Head) -> bool {
        let at = usize::try_from(head.number).unwrap_or(usize::MAX);
        head == Head::default() || at.checked_sub(1).and_then(|at| self.chain.get(at)) == Some(&head.hash)
    }

    /// Whether an entry with this id is in the ledger.
    #[must_use]
    pub fn has(&self, id: Hash) -> bool {
        self.ids.contains(&id)
    }

    /// A run by its id.
    #[must_use]
    pub fn run(&self, id: Hash) -> Option<&Posted> {
        self.runs.get(&id)
    }

    /// Every run, in the order of preparing.
    #[must_use]
    pub fn runs(&self) -> Vec<(Hash, &Posted)> {
        let mut runs: Vec<_> = self.runs.iter().map(|(id, posted)| (*id, posted)).collect();
        runs.sort_by_key(|(_, posted)| posted.entry);
        runs
    }

    /// The runs whose id begins so.
    #[must_use]
    pub fn runs_named(&self, start: &str) -> Vec<Hash> {
        self.runs.keys().filter(|id| id.to_string().starts_with(&start.to_lowercase())).copied().collect()
    }

    /// The run of a contract that was posted last.
    #[must_use]
    pub fn last_run(&self, contract: &str) -> Hash {
        let of_contract = |run: &&Hash| self.runs[*run].run.statement.contract == contract;
        self.approved.iter().rev().find(of_contract).copied().unwrap_or(Hash::NONE)
    }

    /// The run that last spoke for a provider of a contract, and its statement.
    #[must_use]
    pub fn standing(&self, contract: &str, provider: &str) -> Option<(Hash, &Statement)> {
        let run = self.standing.get(&(contract.to_owned(), provider.to_owned()))?;
        Some((*run, &self.runs[run].run.statement))
    }

    /// What is in force for a line's key, and how many times it was posted.
    #[must_use]
    pub fn posted(&self, key: Hash) -> (Option<&InForce>, u64) {
        self.in_force.get(&key).map_or((None, 0), |(in_force, times)| (in_force.as_ref(), *times))
    }

    /// Everything in force for a provider of a contract.
    pub fn in_force<'a>(&'a self, contract: &'a str, provider: &'a str) -> impl Iterator<Item = (Hash, &'a InForce)> {
        self.in_force.iter().filter_map(move |(key, (in_force, _))| {
            let in_force = in_force.as_ref()?;
            let of_contract = self.runs[&in_force.run].run.statement.contract == contract;
            (of_contract && in_force.line.provider == provider).then_some((*key, in_force))
        })
    }

    /// Every provider with lines in force under a contract, and what those come to.
    #[must_use]
    pub fn owed_by_lines(&self, contract: &str) -> BTreeMap<&str, Pence> {
        let mut sums: BTreeMap<&str, Pence> = BTreeMap::new();
        for in_force in self.in_force.values().filter_map(|(in_force, _)| in_force.as_ref()) {
            if self.runs[&in_force.run].run.statement.contract == contract {
                let sum = sums.entry(in_force.line.provider.as_str()).or_default();
                sum.0 = sum.0.saturating_add(in_force.line.amount.0);
            }
        }
        sums
    }

    /// Every contract with a run that was approved.
    #[must_use]
    pub fn contracts(&self) -> BTreeSet<&str> {
        self.standing.keys().map(|(contract, _)| contract.as_str()).collect()
    }

    /// Every account that was ever used, with its balance.
    #[must_use]
    pub fn balances(&self) -> &BTreeMap<Account, Pence> {
        &self.balances
    }

    /// The balance of an account: a debit is positive.
    #[must_use]
    pub fn balance(&self, account: &Account) -> Pence {
        self.balances.get(account).copied().unwrap_or_default()
    }

    /// What a provider is still owed under a contract: what is payable to it, less what is receivable from it.
    #[must_use]
    pub fn owed(&self, contract: &str, provider: &str) -> Pence {
        let of = |account: Account| self.balance(&account).0;
        Pence(
            of(Account::payable(contract, provider)).saturating_add(of(Account::receivable(contract, provider))).saturating_neg(),
        )
    }

    /// What the lines in force come to for a provider, paid or not: the total of the statement that last spoke for it.
    #[must_use]
    pub fn accrued(&self, contract: &str, provider: &str) -> Pence {
        self.accrued.get(&(contract.to_owned(), provider.to_owned())).copied().unwrap_or_default()
    }

    /// What was paid to a provider under a contract, less what was received from it.
    #[must_use]
    pub fn paid(&self, contract: &str, provider: &str) -> Pence {
        self.paid.get(&(contract.to_owned(), provider.to_owned())).copied().unwrap_or_default()
    }

    /// The name that a provider has now, where the one that is asked for was given up.
    #[must_use]
    pub fn new_name(&self, contract: &str, provider: &str) -> Option<&str> {
        let mut name = self.new_names.get(&(contract.to_owned(), provider.to_owned()))?;
        while let Some(newer) = self.new_names.get(&(contract.to_owned(), name.clone())) {
            name = newer;
        }
        Some(name)
    }

    /// Every settlement, in the order of recording.
    #[must_use]
    pub fn settlements(&self) -> Vec<(Hash, &Settled)> {
        let mut settlements: Vec<_> = self.settlements.iter().map(|(id, settled)| (*id, settled)).collect();
        settlements.sort_by_key(|(_, settled)| settled.entry);
        settlements
    }

    /// The settlements with a reference, in the order of recording; all but the last were reversed.
    #[must_use]
    pub fn settlements_with(&self, reference: &str) -> Vec<(Hash, &Settled)> {
        let ids = self.references.get(&same_reference(reference)).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| Some((*id, self.settlements.get(id)?))).collect()
    }

    /// Every transaction in the order of writing, with its number among them, what it follows from, and the day of that: the
    /// statement's, or the payment's.
    #[must_use]
    pub fn journal(&self) -> Vec<(u64, &Transaction, String, Date)> {
        let settled = |id: &Hash| self.settlements.get(id).map(|settled| &settled.settlement);
        let from = |transaction: &Transaction| match self.causes.get(&transaction.cause) {
            Some(Cause::Run(run)) => self.runs.get(run).map(|of| (format!("run {}", run.short()), of.run.statement.as_at)),
            Some(Cause::Settlement(id)) => settled(id).map(|of| (format!("settlement {}", of.reference), of.on)),
            Some(Cause::Reversal(id)) => settled(id).map(|of| (format!("reversal of settlement {}", of.reference), of.on)),
            None => None,
        };
        let numbered = (1..).zip(&self.transactions);
        numbered
            .filter_map(|(number, transaction)| from(transaction).map(|(what, day)| (number, transaction, what, day)))
            .collect()
    }

    /// The contracts under which a run was approved for a provider.
    #[must_use]
    pub fn contracts_of(&self, provider: &str) -> Vec<&str> {
        self.standing.keys().filter(|(_, name)| name == provider).map(|(contract, _)| contract.as_str()).collect()
    }

    /// Every provider that a run was approved for.
    #[must_use]
    pub fn providers(&self) -> BTreeSet<&str> {
        self.standing.keys().map(|(_, provider)| provider.as_str()).collect()
    }

    /// What the laws of the first form let pass, and those of today would not.
    #[must_use]
    pub fn doubts(&self) -> &[Fault] {
        &self.doubts
    }

    /// What was in force for a contract, as CSV, for someone who asks as at one day by what was known on another: for each
    /// provider the statement posted last of those that look no further. `None` when there is none.
    #[must_use]
    pub fn statement(&self, contract: &str, as_at: Date, known_at: Date) -> Option<String> {
        let mut latest: BTreeMap<&str, &Statement> = BTreeMap::new();
        for run in &self.approved {
            let statement = &self.runs[run].run.statement;
            if statement.contract == contract && statement.as_at <= as_at && statement.known_at <= known_at {
                latest.extend(statement.providers.iter().map(|provider| (provider.as_str(), statement)));
            }
        }
        (!latest.is_empty()).then(|| latest.iter().fold(header(), |out, (provider, statement)| out + &statement.rows(provider)))
    }

    /// Takes the next entry as it is kept, or says why it cannot stand there. After a fault the ledger is as it was.
    pub fn take(&mut self, sealed: &Sealed) -> Result<(), Fault> {
        let fault = |what: String| Fault { number: sealed.number, what };
        let head = self.head();
        let next = head.number + 1;
        if sealed.number != next {
            return Err(fault(format!("it stands where entry {next} should: entries are missing, or out of order")));
        }
        let hash = sealed.computed(head.hash);
        if sealed.hash != hash.to_string() {
            return Err(fault(format!(
                "its hash is {} and its content says {hash}: it was changed after it was written, or the one before it was",
                sealed.hash
            )));
        }
        let entry = Entry::read(&sealed.kind, &sealed.body).map_err(&fault)?;
        if entry.body() != sealed.body || entry.id().to_string() != sealed.id {
            return Err(fault("its text or its id is not as this program writes it".to_owned()));
        }
        if self.has(entry.id()) {
            return Err(fault(format!("an entry with the id {} is there already", sealed.id)));
        }
        if entry.form() < self.form {
            return Err(fault("it is of an older form than the entries before it".to_owned()));
        }
        expected::only_transactions(&self.expected, &entry).map_err(&fault)?;
        let (id, form) = (entry.id(), entry.form());
        match entry {
            Entry::Prepared(run) => self.take_run(run, sealed.number, Hash::of_bytes(sealed.body.as_bytes())),
            Entry::Approved(approval) => self.take_approval(approval, sealed.number),
            Entry::Transaction(transaction) => self.take_transaction(transaction),
            Entry::Settlement(settlement) => self.take_settlement(settlement, sealed.number),
            Entry::Reversal(reversal) => self.take_reversal(reversal),
        }
        .map_err(fault)?;
        self.ids.insert(id);
        self.chain.push(hash);
        self.form = form;
        Ok(())
    }

    fn take_run(&mut self, run: Run, entry: u64, text: Hash) -> Result<(), String> {
        let statement = &run.statement;
        if run.form != Form::First {
            is_name(&run.prepared_by)?;
        }
        if let Some(line) = statement.lines.iter().find(|line| !statement.providers.contains(&line.provider)) {
            return Err(format!("the statement has a line for {}, for whom it does not speak", line.provider));
        }
        renamed::sound(&run)?;
        let keys: BTreeSet<Hash> = statement.lines.iter().map(|line| line.key(&statement.contract)).collect();
        if keys.len() < statement.lines.len() {
            return Err("the statement has two lines for the same thing".to_owned());
        }
        self.runs.insert(run.id(), Posted { run, entry, text, approved_by: None, transactions: Vec::new() });
        Ok(())
    }

    fn take_approval(&mut self, approval: Approval, entry: u64) -> Result<(), String> {
        let run = self.runs.get(&approval.run).ok_or("it approves a run that was never prepared")?;
        let (prepared_by, approved_by) = (&run.run.prepared_by, &approval.approved_by);
        if run.approved_by.is_some() {
            return Err("it approves a run that was approved before".to_owned());
        }
        let doubt = match approval.form {
            Form::First if same_spelling(prepared_by, approved_by) => {
                return Err(format!("{approved_by} approves a run that the same person prepared"));
            }
            Form::First => identity::same_person(prepared_by, approved_by).then(|| {
                format!("{approved_by} approved what {prepared_by} prepared: two spellings of one name, which is refused today")
            }),
            Form::Second => {
                is_name(approved_by)?;
                if identity::same_person(prepared_by, approved_by) {
                    return Err(format!("{approved_by} approves a run that the same person prepared"));
                }
                if approval.prepared != run.text {
                    return Err("it approves another text than the one that was prepared".to_owned());
                }
                None
            }
        };
        if run.run.after != self.last_run(&run.run.statement.contract) {
            return Err("it approves a run that was prepared before another was posted".to_owned());
        }
        let (statement, renamed) = (run.run.statement.clone(), renamings(&run.run));
        self.expected = expected::of_approval(self, &approval, &statement, &renamed)?;
        self.doubts.extend(doubt.map(|what| Fault { number: entry, what }));
        self.causes.insert(approval.cause(), Cause::Run(approval.run));
        for renaming in &renamed {
            self.rename(&statement.contract, renaming);
        }
        for line in statement.lines.iter().filter(|line| line.amount != Pence(0)) {
            self.new_names.remove(&(statement.contract.clone(), line.provider.clone()));
        }
        for provider in statement.providers {
            self.standing.insert((statement.contract.clone(), provider), approval.run);
        }
        self.approved.push(approval.run);
        if let Some(run) = self.runs.get_mut(&approval.run) {
            run.approved_by = Some(approval.approved_by);
        }
        Ok(())
    }

    /// What was paid under an old name counts for the new one from now on; the transaction that moves it must follow.
    fn rename(&mut self, contract: &str, renaming: &Renaming) {
        let key = |name: &str| (contract.to_owned(), name.to_owned());
        let Renaming { old, new } = renaming;
        let paid = self.paid.remove(&key(old)).unwrap_or_default();
        let sum = self.paid.entry(key(new)).or_default();
        sum.0 = sum.0.saturating_add(paid.0);
        for settled in self.settlements.values_mut() {
            if settled.settlement.contract == contract && settled.payee == *old {
                settled.payee.clone_from(new);
            }
        }
        // A name that is taken again is no old one.
        self.new_names.remove(&key(new));
        self.new_names.insert(key(old), new.clone());
    }

    fn take_settlement(&mut self, settlement: Settlement, entry: u64) -> Result<(), String> {
        let Settlement { contract, provider, amount, recorded_by, reference, .. } = &settlement;
        is_name(recorded_by)?;
        let (run, _) = self.standing(contract, provider).ok_or("it settles what no approved run is for")?;
        if let Some(new) = self.new_name(contract, provider) {
            return Err(format!("it settles under an old name what is due to {new}"));
        }
        let approved_by = self.runs[&run].approved_by.as_deref().unwrap_or_default();
        if identity::same_person(approved_by, recorded_by) {
            return Err(format!("{recorded_by} records a settlement of what the same person approved"));
        }
        if amount.0 <= 0 {
            return Err("it settles no positive amount".to_owned());
        }
        let key = same_reference(reference);
        if key.is_empty() {
            return Err("it has no reference".to_owned());
        }
        let with = self.settlements_with(reference);
        if with.iter().any(|(_, settled)| settled.reversed.is_none()) {
            return Err(format!("the reference {reference} was settled before"));
        }
        if settlement.before != with.len() as u64 {
            return Err(format!(
                "it says that its reference was reversed {} times before, and it was {}",
                settlement.before,
                with.len()
            ));
        }
        if (*amount > self.limit(contract, provider, settlement.way)) == settlement.over.is_empty() {
            return Err("it does not say why more was settled than was due, or says so where it was not".to_owned());
        }
        self.expected = expected::of_settlement(self, &settlement)?;
        let id = settlement.id();
        self.causes.insert(id, Cause::Settlement(id));
        self.references.entry(key).or_default().push(id);
        let payee = settlement.provider.clone();
        let settled = Settled { settlement, payee, entry, transaction: Hash::NONE, postings: Vec::new(), reversed: None };
        self.settlements.insert(id, settled);
        Ok(())
    }

    /// The most that can be settled without saying why: what is payable, or what is receivable.
    #[must_use]
    pub fn limit(&self, contract: &str, provider: &str, way: Way) -> Pence {
        let owed = self.owed(contract, provider).0;
        Pence(if way == Way::Paid { owed } else { owed.saturating_neg() }.max(0))
    }

    fn take_reversal(&mut self, reversal: Reversal) -> Result<(), String> {
        is_name(&reversal.recorded_by)?;
        let settled = self.settlements.get(&reversal.settlement).ok_or("it reverses a settlement that was never recorded")?;
        if settled.reversed.is_some() {
            return Err("it reverses a settlement that was reversed before".to_owned());
        }
        if identity::same_person(&settled.settlement.recorded_by, &reversal.recorded_by) {
            return Err(format!("{} reverses a settlement that the same person recorded", reversal.recorded_by));
        }
        if reversal.reason.trim().is_empty() {
            return Err("it does not say why the settlement is reversed".to_owned());
        }
        self.expected = expected::of_reversal(self, &reversal, settled)?;
        self.causes.insert(reversal.id(), Cause::Reversal(reversal.settlement));
        if let Some(settled) = self.settlements.get_mut(&reversal.settlement) {
            settled.reversed = Some(reversal);
        }
        Ok(())
    }

    fn take_transaction(&mut self, transaction: Transaction) -> Result<(), String> {
        if transaction.postings.iter().map(|(_, amount)| i128::from(amount.0)).sum::<i128>() != 0 {
            return Err("its postings do not sum to zero".to_owned());
        }
        let id = transaction.id();
        let at = self.expected.iter().position(|expected| expected.transaction.id() == id);
        let at =
            at.ok_or("it follows from nothing that was decided: no line of an approved statement and no settlement asks for it")?;
        self.expected[at].fits(&transaction)?;
        let cause = *self.causes.get(&transaction.cause).ok_or("it follows from nothing that was decided")?;
        let added = |(account, amount): (&Account, Pence)| {
            let balance = self.balance(account).0.checked_add(amount.0)?;
            Some((account.clone(), Pence(balance)))
        };
        let balances: Option<Vec<_>> = transaction.by_account().into_iter().map(added).collect();
        self.balances.extend(balances.ok_or("a balance is too large to be kept")?);
        let expected = self.expected.remove(at);
        self.transactions.push(transaction.clone());
        match cause {
            Cause::Run(run) => self.follow_run(run, transaction, expected.line),
            Cause::Settlement(settlement) if transaction.what == What::Settles => {
                self.follow_settlement(settlement, 1);
                if let Some(settled) = self.settlements.get_mut(&settlement) {
                    (settled.transaction, settled.postings) = (id, transaction.postings);
                }
            }
            Cause::Reversal(settlement) if transaction.what != What::Reclassifies => self.follow_settlement(settlement, -1),
            Cause::Settlement(_) | Cause::Reversal(_) => {}
        }
        Ok(())
    }

    /// What a transaction of a run changes besides balances.
    fn follow_run(&mut self, run: Hash, transaction: Transaction, line: Option<Line>) {
        if let What::Posts { .. } | What::Reverses(_) = transaction.what {
            let before = self.posted(transaction.key).1;
            let after =
                line.map(|line| InForce { transaction: transaction.id(), run, line, postings: transaction.postings.clone() });
            let times = before + u64::from(after.is_some());
            self.in_force.insert(transaction.key, (after, times));
            for (account, amount) in &transaction.postings {
                if let Account::Payable { contract, provider } = account {
                    let accrued = self.accrued.entry((contract.clone(), provider.clone())).or_default();
                    accrued.0 = accrued.0.saturating_sub(amount.0);
                }
            }
        }
        if let Some(run) = self.runs.get_mut(&run) {
            run.transactions.push(transaction);
        }
    }

    /// What was paid to a provider after a settlement, or after its reversal.
    fn follow_settlement(&mut self, settlement: Hash, sign: i64) {
        let Some(Settled { settlement, payee, .. }) = self.settlements.get(&settlement) else { return };
        let sign = if settlement.way == Way::Paid { sign } else { -sign };
        let paid = self.paid.entry((settlement.contract.clone(), payee.clone())).or_default();
        paid.0 = paid.0.saturating_add(sign * settlement.amount.0);
    }

    /// Whether the ledger says what the statements and the settlements say: nothing is missing that must follow, all balances
    /// together are nothing, and each provider is owed the total of the statement that last spoke for it less what it was paid.
    /// True between decisions; while one is written its transactions are still coming.
    pub fn ties(&self) -> Result<(), String> {
        if !self.expected.is_empty() {
            return Err(expected::missing(&self.expected));
        }
        let sum: i128 = self.balances.values().map(|balance| i128::from(balance.0)).sum();
        if sum != 0 {
            return Err(format!("the accounts do not balance: together they come to {sum} pence"));
        }
        for ((contract, provider), run) in &self.standing {
            let (accrued, total) = (self.accrued(contract, provider), self.runs[run].run.statement.total(provider));
            if accrued != total {
                return Err(format!("{contract}: {provider} is due {accrued} by the ledger and {total} by its last statement"));
            }
            let (owed, paid) = (self.owed(contract, provider), self.paid(contract, provider));
            if i128::from(owed.0) != i128::from(total.0) - i128::from(paid.0) {
                return Err(format!(
                    "{contract}: {provider} is owed {owed} by the accounts, and is due {total} and was paid {paid}"
                ));
            }
        }
        Ok(())
    }
}

/// A reference as it is compared: without capitals and blanks.
fn same_reference(reference: &str) -> String {
    spelling::folded(reference).replace(' ', "")
}

/// Whether a name is one that is taken today, as it is kept.
fn is_name(name: &str) -> Result<(), String> {
    match identity::read(name) {
        Ok(read) if read == name => Ok(()),
        Ok(_) => Err("a name in it is not written as this program writes it".to_owned()),
        Err(fault) => Err(fault.said("a person in it").0),
    }
}

/// Whether two names were one person's by the law of the first form: capitals and blanks make no second person.
fn same_spelling(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}
