//! What all entries together say. Entries go in one at a time, in order, as they are kept; each is held against the chain and
//! against the laws of the ledger before it counts. What comes out: the runs, what is in force, every account's balance.
//!
//! The laws do not use the code that makes transactions (`run`), so that a mistake there cannot vouch for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::Date;
use scheme::money::Pence;

use crate::pay::entry::{Account, Approval, Entry, Run, Sealed, Transaction, What};
use crate::pay::hash::Hash;
use crate::pay::statement::{Line, Statement, header};

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
    standing: BTreeMap<(String, String), Hash>,
}

/// A run and what became of it.
#[derive(Clone, Debug)]
pub struct Posted {
    pub run: Run,
    /// Number of the entry that prepared it.
    pub entry: u64,
    pub approved_by: Option<String>,
    pub transactions: Vec<Transaction>,
    /// Where each line stands in the statement, by its key.
    lines: BTreeMap<Hash, usize>,
}

/// A transaction that has not been taken back.
#[derive(Clone, Debug)]
pub struct InForce {
    pub transaction: Hash,
    pub run: Hash,
    pub line: Line,
    pub postings: Vec<(Account, Pence)>,
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

    /// What a provider is owed under a contract.
    #[must_use]
    pub fn owed(&self, contract: &str, provider: &str) -> Pence {
        let account = Account::Receivable { contract: contract.to_owned(), provider: provider.to_owned() };
        self.balances.get(&account).copied().unwrap_or_default()
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
        let id = entry.id();
        match entry {
            Entry::Prepared(run) => self.take_run(run, sealed.number),
            Entry::Approved(approval) => self.take_approval(approval),
            Entry::Transaction(transaction) => self.take_transaction(transaction),
        }
        .map_err(fault)?;
        self.ids.insert(id);
        self.chain.push(hash);
        Ok(())
    }

    fn take_run(&mut self, run: Run, entry: u64) -> Result<(), String> {
        let statement = &run.statement;
        if let Some(line) = statement.lines.iter().find(|line| !statement.providers.contains(&line.provider)) {
            return Err(format!("the statement has a line for {}, for whom it does not speak", line.provider));
        }
        let keys = statement.lines.iter().enumerate().map(|(at, line)| (line.key(&statement.contract), at));
        let lines: BTreeMap<Hash, usize> = keys.collect();
        if lines.len() < statement.lines.len() {
            return Err("the statement has two lines for the same thing".to_owned());
        }
        self.runs.insert(run.id(), Posted { run, entry, approved_by: None, transactions: Vec::new(), lines });
        Ok(())
    }

    fn take_approval(&mut self, approval: Approval) -> Result<(), String> {
        let run = self.runs.get(&approval.run).ok_or("it approves a run that was never prepared")?;
        if same_person(&run.run.prepared_by, &approval.approved_by) {
            return Err(format!("{} approves a run that the same person prepared", approval.approved_by));
        }
        if run.run.after != self.last_run(&run.run.statement.contract) {
            return Err("it approves a run that was prepared before another was posted".to_owned());
        }
        let statement = run.run.statement.clone();
        for provider in statement.providers {
            self.standing.insert((statement.contract.clone(), provider), approval.run);
        }
        self.approved.push(approval.run);
        if let Some(run) = self.runs.get_mut(&approval.run) {
            run.approved_by = Some(approval.approved_by);
        }
        Ok(())
    }

    fn take_transaction(&mut self, transaction: Transaction) -> Result<(), String> {
        if transaction.postings.iter().map(|(_, amount)| i128::from(amount.0)).sum::<i128>() != 0 {
            return Err("its postings do not sum to zero".to_owned());
        }
        let posted = self.runs.get(&transaction.run).filter(|run| run.approved_by.is_some());
        let posted = posted.ok_or("it belongs to a run that was not approved")?;
        let (in_force, times) = self.posted(transaction.key);
        let after = match transaction.what {
            What::Reverses(reversed) => {
                let in_force = in_force.filter(|in_force| in_force.transaction == reversed);
                let in_force = in_force.ok_or("it takes back what is not in force")?;
                let negated = |(account, amount): &(Account, Pence)| (account.clone(), Pence(-amount.0));
                if !in_force.postings.iter().map(negated).eq(transaction.postings.iter().cloned()) {
                    return Err("it does not take back exactly what was posted".to_owned());
                }
                (None, times)
            }
            What::Posts { line, before } => {
                if in_force.is_some() {
                    return Err("it posts a line that is in force already".to_owned());
                }
                if before != times {
                    return Err(format!("it says its line was posted {before} times before, and it was {times} times"));
                }
                let statement = &posted.run.statement;
                let found = posted.lines.get(&transaction.key).map(|&at| &statement.lines[at]);
                let found =
                    found.filter(|found| statement.id(found) == line).ok_or("it posts a line that its run does not have")?;
                let receivable = Account::Receivable { contract: statement.contract.clone(), provider: found.provider.clone() };
                if transaction.by_account().get(&receivable) != Some(&found.amount) {
                    return Err("it does not post the amount of its line".to_owned());
                }
                let postings = transaction.postings.clone();
                let now = InForce { transaction: transaction.id(), run: transaction.run, line: found.clone(), postings };
                (Some(now), times + 1)
            }
        };
        let added = |(account, amount): (&Account, Pence)| {
            let balance = self.balances.get(account).map_or(0, |balance| balance.0).checked_add(amount.0)?;
            Some((account.clone(), Pence(balance)))
        };
        let balances: Option<Vec<_>> = transaction.by_account().into_iter().map(added).collect();
        self.balances.extend(balances.ok_or("a balance grows beyond all money")?);
        self.in_force.insert(transaction.key, after);
        if let Some(run) = self.runs.get_mut(&transaction.run) {
            run.transactions.push(transaction);
        }
        Ok(())
    }

    /// Whether the ledger says what the statements say: all balances together are nothing, and each provider is owed the
    /// total of the statement that last spoke for it. True between runs; within a run its transactions are still coming.
    pub fn ties(&self) -> Result<(), String> {
        let sum: i128 = self.balances.values().map(|balance| i128::from(balance.0)).sum();
        if sum != 0 {
            return Err(format!("the accounts do not balance: together they come to {sum} pence"));
        }
        for ((contract, provider), run) in &self.standing {
            let (owed, total) = (self.owed(contract, provider), self.runs[run].run.statement.total(provider));
            if owed != total {
                return Err(format!("{contract}: {provider} is owed {owed} by the ledger and {total} by its last statement"));
            }
        }
        Ok(())
    }
}

/// Whether two names are one person's, as far as names can tell: capitals and blanks make no second person.
#[must_use]
pub fn same_person(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}
