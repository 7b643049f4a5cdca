//! The invariants of the ledger, tested with invented statements: they hold whatever is posted, in whatever order.

use base::money::{Pence, Quantity};
use proptest::prelude::*;

use super::entry::{Approval, EntryForm, PaymentDirection, PaymentRun, Settlement, Transaction, TransactionKind};
use super::*;

/// A line for one cohort at £40 each. The lines of a statement differ by their cohort.
pub(super) fn line(provider: &str, cohort: usize, people: i64) -> StatementLine {
    StatementLine {
        provider: provider.to_owned(),
        area: "north".to_owned(),
        clause: "job".to_owned(),
        outcome: "job".to_owned(),
        from_cohort: cohort.to_string(),
        to_cohort: cohort.to_string(),
        segment: String::new(),
        nth: 0,
        quantity: Quantity::whole(people),
        unit: "people".to_owned(),
        price: Pence(4_000),
        amount: Pence(people * 4_000),
        reason: format!("{people} people,\n\tas \"measured\" \\ counted"),
    }
}

/// A statement for Acme, with the number of people in each cohort.
pub(super) fn statement(month: i8, people: &[i64]) -> Statement {
    let day = jiff::civil::date(2027, month, 28);
    Statement {
        contract: "Jobs, North".to_owned(),
        version: Hash::of(["rules"]),
        as_at: day,
        known_at: day,
        providers: vec!["Acme".to_owned()],
        lines: people.iter().enumerate().map(|(cohort, &people)| line("Acme", cohort, people)).collect(),
    }
}

/// A ledger with its entries as they would be kept.
#[derive(Default)]
pub(super) struct TestLedger {
    pub(super) ledger: Ledger,
    pub(super) kept: Vec<SealedEntry>,
}

impl TestLedger {
    pub(super) fn write(&mut self, entries: &[LedgerEntry]) -> Result<(), LedgerError> {
        for entry in entries {
            let head = self.ledger.head();
            let sealed = SealedEntry::new(entry, head.number + 1, "2027-01-01T09:00:00Z", head.hash);
            self.ledger.accept(&sealed)?;
            self.kept.push(sealed);
        }
        Ok(())
    }

    /// One person prepares a run and another approves it. Returns the number of entries written.
    pub(super) fn pay(&mut self, statement: &Statement) -> usize {
        let before = self.kept.len();
        let plan = prepare(&self.ledger, statement.clone(), "Ann", "").expect("it can be prepared");
        self.write(&plan.entries).expect("a run can be kept");
        let plan = approve(&self.ledger, plan.run, "Ben").expect("it can be approved");
        self.write(&plan.entries).expect("a payment can be kept");
        self.ledger.reconciles().expect("the ledger reconciles with the statement");
        self.kept.len() - before
    }

    fn owed(&self) -> i64 {
        self.ledger.owed("Jobs, North", "Acme").0
    }

    fn transactions(&self) -> Vec<Transaction> {
        let entries = self.kept.iter().filter_map(|sealed| match LedgerEntry::read(&sealed.kind, &sealed.body) {
            Ok(LedgerEntry::Transaction(transaction)) => Some(transaction),
            _ => None,
        });
        entries.collect()
    }
}

pub(super) fn read_again(kept: &[SealedEntry]) -> Result<Ledger, LedgerError> {
    let mut ledger = Ledger::default();
    kept.iter().try_for_each(|sealed| ledger.accept(sealed))?;
    Ok(ledger)
}

#[test]
fn a_late_conviction_posts_the_difference_by_reversal() {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12, 30]));
    assert_eq!(book.owed(), 42 * 4_000);
    // One person of the first cohort was convicted late; the second cohort is left alone.
    assert_eq!(book.pay(&statement(2, &[11, 30])), 4, "prepared, approved, one reversed, one posted");
    assert_eq!(book.owed(), 41 * 4_000);
    let transactions = book.transactions();
    let (posted, reversal) = (&transactions[..2], &transactions[2]);
    let first = posted.iter().find(|posted| posted.key == reversal.key).expect("it was posted");
    assert_eq!(reversal.kind, TransactionKind::Reverses(first.id()));
    assert_eq!(reversal.reason, "was 12 people × £40 = £480; is 11 people × £40 = £440, as known at 2027-02-28");
    assert_eq!(book.ledger.balance(&Account::expense("Jobs, North")), Pence(41 * 4_000), "a debit");
    assert_eq!(book.ledger.balance(&Account::payable("Jobs, North", "Acme")), Pence(-41 * 4_000), "a credit");
}

#[test]
fn an_earlier_amount_that_returns_is_posted_again() {
    let mut book = TestLedger::default();
    for (month, people) in [(1, 12), (2, 11), (3, 12), (4, 0), (5, 12)] {
        book.pay(&statement(month, &[people]));
        assert_eq!(book.owed(), people * 4_000, "month {month}");
    }
}

#[test]
fn a_line_that_is_gone_is_reversed_and_other_providers_stay_as_they_are() {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12, 30]));
    let mut other = statement(2, &[]);
    other.providers = vec!["Brook".to_owned()];
    other.lines = vec![line("Brook", 0, 7)];
    book.pay(&other);
    assert_eq!((book.owed(), book.ledger.owed("Jobs, North", "Brook").0), (42 * 4_000, 7 * 4_000));
    book.pay(&statement(3, &[12]));
    assert_eq!((book.owed(), book.ledger.owed("Jobs, North", "Brook").0), (12 * 4_000, 7 * 4_000));
}

/// A line that pays the same under new rules stays as it was posted.
#[test]
fn only_what_pays_differently_is_posted_anew() {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12, 30]));
    let mut amended = statement(2, &[12, 30]);
    amended.version = Hash::of(["amended rules"]);
    assert_eq!(book.pay(&amended), 2, "prepared and approved, and nothing posted");
}

#[test]
fn nobody_approves_what_they_prepared() {
    let mut book = TestLedger::default();
    let plan = prepare(&book.ledger, statement(1, &[12]), "  Siân   O'Neil ", "").expect("it can be prepared");
    book.write(&plan.entries).expect("kept");
    let text = book.ledger.run(plan.run).expect("prepared").text;
    let same = [
        "Siân O'Neil",
        "siân o\u{2019}neil",
        "SIAN\tO NEIL ",
        "Sia\u{302}n O\u{2bc}Neil",
        "Siân\u{a0}O'Neil",
        "O'Neil, Siân",
        "S\u{131}ân O'Neil",
        "S\u{456}ân O'Neil",
        "Siân O'Nei1",
        "Siân\u{200b} O'Neil",
        "Si\u{ad}ân O'Neil",
        "Siân \u{202e}O'Neil",
        "Siân O'Neil\u{fe0f}",
    ];
    for name in same {
        approve(&book.ledger, plan.run, name).expect_err(name);
        // The ledger does not accept such an approval from another program either.
        for form in [EntryForm::First, EntryForm::Second] {
            let forged = Approval { form, run: plan.run, approved_by: name.to_owned(), prepared: text };
            assert!(book.write(&[LedgerEntry::Approved(forged)]).is_err(), "{name:?}, {form:?}");
        }
    }
    for name in ["", " ", "\u{200b}", "\u{3164}", "\u{2800}", ".", "\u{202e}\u{202c}", "\u{410}nn Lee", "Ben\u{1b}[2J"] {
        let refusal = approve(&book.ledger, plan.run, name).expect_err(name);
        assert!(refusal.what.contains("the name of the person who approves the run"), "{refusal}");
        prepare(&book.ledger, statement(1, &[13]), name, "").expect_err(name);
        let forged = Approval { form: EntryForm::Second, run: plan.run, approved_by: name.to_owned(), prepared: text };
        assert!(book.write(&[LedgerEntry::Approved(forged)]).is_err(), "{name:?}");
    }
    // Names that are nearly the same are two people, and are noted.
    let plan = approve(&book.ledger, plan.run, "Sian Neil").expect("another person");
    assert!(plan.notes[0].contains("nearly the same"), "{:?}", plan.notes);
    let plan = approve(&book.ledger, plan.run, "Ben Cole").expect("another person");
    assert!(plan.notes.is_empty());
}

/// A text with a hidden character does not get into a run, wherever it comes from.
#[test]
fn a_hidden_character_is_not_prepared() {
    let book = TestLedger::default();
    let spoilt: [&dyn Fn(&mut Statement); 4] = [
        &|statement| statement.contract.push('\u{202e}'),
        &|statement| statement.lines[0].clause.push('\u{1b}'),
        &|statement| statement.lines[0].reason.push('\u{200b}'),
        &|statement| {
            statement.providers[0].push('\u{200b}');
            statement.lines[0].provider.push('\u{200b}');
        },
    ];
    for spoil in spoilt {
        let mut statement = statement(1, &[12]);
        spoil(&mut statement);
        let refusal = prepare(&book.ledger, statement, "Ann", "").expect_err("it cannot be seen");
        assert!(refusal.what.contains("cannot be seen, <U+"), "{refusal}");
    }
    assert!(prepare(&book.ledger, statement(1, &[12]), "Ann", "all\u{7f} right").is_err());
    let details = vec![RunDetail::new("faults accepted", "\u{9b}31m")];
    assert!(prepare_with(&book.ledger, statement(1, &[12]), "Ann", "", details).is_err());
}

/// The details of a run are kept, are part of its id, and are read again.
#[test]
fn details_of_a_run_are_kept() {
    let mut book = TestLedger::default();
    let details = vec![RunDetail::new("people.csv", "sha256 abc"), RunDetail::new("faults accepted", "two late rows,\n\tagreed")];
    let plan = prepare_with(&book.ledger, statement(1, &[12]), "Ann", "", details.clone()).expect("it can be prepared");
    let without = prepare(&book.ledger, statement(1, &[12]), "Ann", "").expect("it can be prepared");
    assert_ne!(plan.run, without.run);
    book.write(&plan.entries).expect("kept");
    let again = read_again(&book.kept).expect("it can be read again");
    assert_eq!(again.run(plan.run).expect("prepared").run.details, details);
    let twice = vec![details[0].clone(), details[0].clone()];
    let run = PaymentRun { details: twice, ..again.run(plan.run).expect("prepared").run.clone() };
    assert!(book.write(&[LedgerEntry::Prepared(run)]).is_err(), "a detail that appears twice");
}

pub(super) fn payment(amount: i64, reference: &str) -> Payment {
    Payment {
        contract: None,
        provider: "Acme".to_owned(),
        direction: PaymentDirection::Paid,
        amount: Pence(amount),
        on: jiff::civil::date(2027, 3, 31),
        reference: reference.to_owned(),
        over: String::new(),
        again: false,
        today: jiff::civil::date(2027, 12, 31),
    }
}

#[test]
fn payments_are_recorded_in_parts_and_once() {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12, 30]));
    let refused = |book: &TestLedger, payment: &Payment, by: &str, words: &str| {
        let refusal = settle(&book.ledger, payment, by).expect_err(words);
        assert!(refusal.to_string().contains(words), "{refusal}");
    };
    refused(&book, &payment(168_001, "B1"), "Cat", "£1,680 is payable to Acme");
    refused(&book, &payment(0, "B1"), "Cat", "positive amount");
    refused(&book, &payment(1, " - "), "Cat", "the reference is empty");
    refused(&book, &payment(1, "B\u{200b}1"), "Cat", "cannot be seen");
    refused(&book, &payment(1, "B1"), "BEN", "cannot record its payment as well");
    refused(&book, &payment(1, "B1"), "\u{200b}", "records the settlement");
    refused(&book, &Payment { provider: "acme".to_owned(), ..payment(1, "B1") }, "Cat", "did you mean Acme?");
    refused(&book, &Payment { contract: Some("Jobs".to_owned()), ..payment(1, "B1") }, "Cat", "Jobs, North");

    let plan = settle(&book.ledger, &payment(100_000, " BACS  1 "), "Cat").expect("a part");
    book.write(&plan.entries).expect("kept");
    book.ledger.reconciles().expect("it reconciles");
    assert_eq!(book.owed(), 68_000);
    assert_eq!(book.ledger.balance(&Account::cash("Jobs, North")), Pence(-100_000));
    // The same reference again: nothing is written for the same payment, and another payment is refused.
    assert_eq!(settle(&book.ledger, &payment(100_000, "bacs1"), "Dan").expect("again").entries, []);
    refused(&book, &payment(100_001, "BACS 1"), "Cat", "was recorded before");
    let plan = settle(&book.ledger, &payment(68_000, "BACS 2"), "Ann").expect("the rest");
    book.write(&plan.entries).expect("kept");
    refused(&book, &payment(1, "BACS 3"), "Cat", "£0 is payable to Acme");

    // Too much is paid, for a reason. Acme owes the rest, and what is due next is set off against it.
    let more = Payment { over: "an advance".to_owned(), ..payment(10_000, "BACS 3") };
    let plan = settle(&book.ledger, &more, "Cat").expect("with its reason");
    book.write(&plan.entries).expect("kept");
    assert_eq!(book.ledger.balance(&Account::receivable("Jobs, North", "Acme")), Pence(10_000));
    assert_eq!(book.ledger.balance(&Account::payable("Jobs, North", "Acme")), Pence(0));
    book.pay(&statement(4, &[12, 33]));
    assert_eq!(book.ledger.balance(&Account::receivable("Jobs, North", "Acme")), Pence(0));
    assert_eq!(book.owed(), 2_000);

    // A clawback is larger than what is payable. Acme owes the rest, and pays some of it back.
    book.pay(&statement(5, &[12, 13]));
    assert_eq!(book.ledger.balance(&Account::receivable("Jobs, North", "Acme")), Pence(78_000));
    let back = Payment { direction: PaymentDirection::Received, ..payment(8_000, "CR 9") };
    let plan = settle(&book.ledger, &back, "Cat").expect("some of it");
    book.write(&plan.entries).expect("kept");
    assert_eq!(book.owed(), -70_000);
    refused(
        &book,
        &Payment { direction: PaymentDirection::Received, ..payment(70_001, "CR 10") },
        "Cat",
        "£700 is receivable from Acme",
    );

    // A second person reverses it, once. The reference is used again only if the caller says so.
    assert!(reverse(&book.ledger, "BACS 2", "ann", "wrong").is_err(), "who recorded it");
    assert!(reverse(&book.ledger, "BACS 2", "Dan", " ").is_err(), "no reason");
    assert!(reverse(&book.ledger, "BACS 77", "Dan", "wrong").is_err(), "no such settlement");
    let plan = reverse(&book.ledger, "bacs 2", "Dan", "the bank returned it").expect("reversed");
    book.write(&plan.entries).expect("kept");
    assert_eq!(book.owed(), -2_000);
    assert_eq!(reverse(&book.ledger, "BACS 2", "Eve", "again").expect("done before").entries, []);
    refused(&book, &payment(68_000, "BACS 2"), "Cat", "recorded and reversed before");
    let again = Payment { again: true, over: "as agreed".to_owned(), ..payment(68_000, "BACS 2") };
    let plan = settle(&book.ledger, &again, "Cat").expect("the caller says so");
    book.write(&plan.entries).expect("kept");
    assert_eq!(book.owed(), -70_000);
    let read = read_again(&book.kept).expect("it can be read again");
    assert_eq!(read.balances(), book.ledger.balances());
    assert_eq!(read.settlements().len(), 5);

    // The rules hold without the code that made these entries.
    let Some(LedgerEntry::Settlement(settlement)) = plan.entries.first() else { panic!("a settlement") };
    let forged: [&dyn Fn(&mut Settlement); 7] = [
        &|settlement| settlement.recorded_by = "ben".to_owned(),
        &|settlement| settlement.recorded_by = "Cat\u{200b}".to_owned(),
        &|settlement| settlement.amount = Pence(-1),
        &|settlement| settlement.reference = " ".to_owned(),
        &|settlement| settlement.provider = "Brook".to_owned(),
        &|settlement| settlement.over = String::new(),
        &|settlement| settlement.before = 7,
    ];
    for (at, forge) in forged.into_iter().enumerate() {
        let mut settlement = Settlement { reference: "NEW".to_owned(), before: 0, ..settlement.clone() };
        forge(&mut settlement);
        assert!(book.write(&[LedgerEntry::Settlement(settlement)]).is_err(), "forgery {at}");
    }
}

/// The day of a payment is between the contract's first statement and today.
#[test]
fn a_payment_has_a_possible_day() {
    let mut book = TestLedger::default();
    book.pay(&statement(2, &[12]));
    book.pay(&statement(4, &[13]));
    let on = |year, month, day| {
        let payment = Payment { on: jiff::civil::date(year, month, day), ..payment(1_000, "B1") };
        settle(&book.ledger, &payment, "Cat").map(|_| ()).map_err(|refusal| refusal.what)
    };
    for (year, month, day) in [(2027, 2, 28), (2027, 3, 1), (2027, 12, 31)] {
        assert_eq!(on(year, month, day), Ok(()));
    }
    for (year, month, day) in [(1999, 1, 1), (2027, 2, 27), (1, 1, 1)] {
        assert!(on(year, month, day).expect_err("too early").contains("before 2027-02-28"));
    }
    for (year, month, day) in [(2028, 1, 1), (2199, 1, 1), (9999, 12, 31)] {
        assert!(on(year, month, day).expect_err("too late").contains("today is 2027-12-31"));
    }
}

#[test]
fn a_run_prepared_before_another_was_posted_is_stale() {
    let mut book = TestLedger::default();
    let early = prepare(&book.ledger, statement(1, &[12]), "Ann", "").expect("it can be prepared");
    book.write(&early.entries).expect("kept");
    book.pay(&statement(2, &[11]));
    let refusal = approve(&book.ledger, early.run, "Ben").expect_err("what it would pay has changed");
    assert!(refusal.what.contains("prepared before run"), "{refusal}");
    let refusal = prepare(&book.ledger, statement(1, &[12]), "Ann", "").expect_err("a run never goes back");
    assert!(refusal.what.contains("2027-01-28"), "{refusal}");
}

#[test]
fn an_older_statement_is_printed_again_to_the_byte() {
    let mut book = TestLedger::default();
    let statements: Vec<Statement> =
        [(1, vec![12, 30]), (2, vec![11, 30]), (3, vec![11, 31, 5])].map(|(month, people)| statement(month, &people)).into();
    for statement in &statements {
        book.pay(statement);
    }
    let ledger = read_again(&book.kept).expect("it can be read again");
    for statement in &statements {
        let found = ledger.statement("Jobs, North", statement.as_at, statement.known_at);
        assert_eq!(found, Some(statement.csv()));
    }
    // Between two runs, the earlier one is in force.
    let between = jiff::civil::date(2027, 3, 1);
    assert_eq!(ledger.statement("Jobs, North", between, between), Some(statements[1].csv()));
    assert_eq!(ledger.statement("Jobs, North", jiff::civil::date(2026, 1, 1), between), None);
}

/// Somebody who can write to the file changes, removes, swaps or cuts off entries, and may even seal them again.
#[test]
fn every_kind_of_tampering_is_found() {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12, 30]));
    book.pay(&statement(2, &[11, 30]));
    let kept = &book.kept;
    for at in 0..kept.len() {
        let mut changed = kept.clone();
        changed[at].body = changed[at].body.replace("40", "50").replace("Ann", "Amy").replace("Ben", "Bea");
        changed[at].recorded.push('Z');
        assert_eq!(read_again(&changed).expect_err("a changed entry").entry, Some(kept[at].number));
        if at + 1 < kept.len() {
            let mut without = kept.clone();
            without.remove(at);
            assert!(read_again(&without).is_err(), "entry {} removed", at + 1);
            let mut swapped = kept.clone();
            swapped.swap(at, at + 1);
            assert!(read_again(&swapped).is_err(), "entry {} swapped", at + 1);
        }
    }
    // If the ledger is cut off at its end, or sealed again from the beginning, the chain is right. The published head shows it.
    let head = book.ledger.head();
    let cut = read_again(&kept[..kept.len() - 1]).expect("a shorter ledger is a ledger");
    assert!(!cut.had_head(head));
    let mut forged = TestLedger::default();
    forged.pay(&statement(1, &[13, 30]));
    forged.pay(&statement(2, &[11, 30]));
    assert!(!forged.ledger.had_head(head));
    book.pay(&statement(3, &[11, 31]));
    assert!(book.ledger.had_head(head), "the ledger still has an older head");
}

/// Entries that a faulty program might write are not accepted, although the chain is right.
#[test]
fn a_ledger_that_breaks_a_rule_is_not_accepted() {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12]));
    let posted = book.transactions().remove(0);
    let plan = prepare(&book.ledger, statement(2, &[11]), "Ann", "").expect("it can be prepared");
    book.write(&plan.entries).expect("kept");
    let approved = approve(&book.ledger, plan.run, "Ben").expect("it can be approved").entries;
    let transactions: Vec<Transaction> = approved
        .iter()
        .filter_map(|entry| if let LedgerEntry::Transaction(transaction) = entry { Some(transaction.clone()) } else { None })
        .collect();
    let [reversal, new] = &transactions[..] else { panic!("a reversal and a posting") };
    assert!(book.write(&[LedgerEntry::Transaction(reversal.clone())]).is_err(), "before the run is approved");
    book.write(&approved[..1]).expect("the approval");
    let wrong = |change: &dyn Fn(&mut Transaction), of: &Transaction| {
        let mut transaction = of.clone();
        change(&mut transaction);
        LedgerEntry::Transaction(transaction)
    };
    let more = |transaction: &mut Transaction| {
        transaction.postings[0].1.0 += 100;
        transaction.postings[1].1.0 -= 100;
    };
    let pair = |transaction: &mut Transaction| {
        let account = |provider| Account::payable("Jobs, North", provider);
        transaction.postings.extend([(account("Brook"), Pence(500)), (account("Cray"), Pence(-500))]);
    };
    let mistakes = [
        ("two further postings that balance", wrong(&pair, reversal)),
        ("reversed for another reason", wrong(&|transaction| transaction.reason = "was 13 people".to_owned(), reversal)),
        ("posted a second time", LedgerEntry::Transaction(posted)),
        (
            "another decision before this one is posted",
            prepare(&book.ledger, statement(3, &[9]), "Ann", "").expect("a run").entries.remove(0),
        ),
        ("more reversed than posted", wrong(&more, reversal)),
        ("a penny from nowhere", wrong(&|transaction| transaction.postings[0].1.0 += 1, reversal)),
    ];
    for (what, entry) in mistakes {
        assert!(book.write(&[entry]).is_err(), "{what}");
    }
    book.write(&[LedgerEntry::Transaction(reversal.clone())]).expect("the reversal");
    let mistakes = [
        ("more posted than the line has", wrong(&more, new)),
        ("reversed twice", LedgerEntry::Transaction(reversal.clone())),
        ("a line of no statement", wrong(&|transaction| transaction.key = Hash::of(["other"]), new)),
        ("two further postings that balance", wrong(&pair, new)),
        ("another reason than the statement's", wrong(&|transaction| transaction.reason.push('!'), new)),
        (
            "money that goes elsewhere",
            wrong(&|transaction| transaction.postings[1].0 = Account::payable("Jobs, North", "Brook"), new),
        ),
    ];
    for (what, entry) in mistakes {
        assert!(book.write(&[entry]).is_err(), "{what}");
    }
    assert!(book.ledger.reconciles().is_err(), "half a run does not reconcile");
    book.write(&[LedgerEntry::Transaction(new.clone())]).expect("the posting");
    book.ledger.reconciles().expect("the whole run reconciles");
}

proptest! {
    /// The counts change in any way, run after run. Every transaction sums to zero, the ledger reconciles with the statement, a repeat
    /// writes nothing, and the ledger is the same when it is read again.
    #[test]
    fn any_history_balances(history in prop::collection::vec(prop::collection::vec(-3_i64..40, 0..5), 1..9)) {
        let mut book = TestLedger::default();
        for (month, people) in history.iter().enumerate() {
            let statement = statement(i8::try_from(month + 1).expect("a month"), people);
            book.pay(&statement);
            prop_assert_eq!(book.owed(), people.iter().sum::<i64>() * 4_000);
            prop_assert_eq!(book.pay(&statement), 0, "a second time");
            let sum: i64 = book.ledger.balances().values().map(|balance| balance.0).sum();
            prop_assert_eq!(sum, 0);
        }
        for transaction in book.transactions() {
            prop_assert_eq!(transaction.postings.iter().map(|(_, amount)| amount.0).sum::<i64>(), 0);
        }
        let again = read_again(&book.kept).expect("it can be read again");
        prop_assert_eq!(again.head(), book.ledger.head());
        prop_assert_eq!(again.balances(), book.ledger.balances());
    }

    /// Anything is paid, received and reversed between runs. The accounts balance, and a provider is owed its statement less what it was
    /// paid. It never has a balance in payable and receivable at once, and the ledger is the same when it is read again.
    #[test]
    fn any_settlements_balance(steps in prop::collection::vec((0_u8..4, 1_i64..200_000, 0_i64..40), 1..14)) {
        let mut book = TestLedger::default();
        book.pay(&statement(1, &[20]));
        let (mut due, mut paid) = (20 * 4_000, 0);
        let mut active: Vec<(String, i64)> = Vec::new();
        for (at, (what, amount, people)) in steps.into_iter().enumerate() {
            let reference = format!("R{at}");
            match what {
                0 => {
                    let day = 1 + i8::try_from(at).expect("few steps");
                    book.pay(&Statement { as_at: jiff::civil::date(2027, 2, day), known_at: jiff::civil::date(2027, 2, day), ..statement(2, &[people]) });
                    due = people * 4_000;
                }
                1 | 2 => {
                    let direction = if what == 1 { PaymentDirection::Paid } else { PaymentDirection::Received };
                    let payment = Payment { direction, over: "agreed".to_owned(), ..payment(amount, &reference) };
                    let plan = settle(&book.ledger, &payment, "Cat").expect("it can be settled");
                    book.write(&plan.entries).expect("kept");
                    let signed = if what == 1 { amount } else { -amount };
                    paid += signed;
                    active.push((reference, signed));
                }
                _ => {
                    let Some((reference, signed)) = active.pop() else { continue };
                    let plan = reverse(&book.ledger, &reference, "Dan", "returned").expect("it can be reversed");
                    book.write(&plan.entries).expect("kept");
                    paid -= signed;
                }
            }
            book.ledger.reconciles().expect("it reconciles");
            prop_assert_eq!(book.owed(), due - paid);
            let payable = -book.ledger.balance(&Account::payable("Jobs, North", "Acme")).0;
            let receivable = book.ledger.balance(&Account::receivable("Jobs, North", "Acme")).0;
            prop_assert_eq!((payable, receivable), ((due - paid).max(0), (paid - due).max(0)));
            prop_assert_eq!(book.ledger.balance(&Account::cash("Jobs, North")).0, -paid);
            prop_assert_eq!(book.ledger.balance(&Account::expense("Jobs, North")).0, due);
        }
        let again = read_again(&book.kept).expect("it can be read again");
        prop_assert_eq!(again.balances(), book.ledger.balances());
    }

    /// Corrections to different cohorts, in any order, lead to the same balances and the same lines in force.
    #[test]
    fn corrections_in_any_order_give_the_same_balances(
        corrections in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
        after in prop::collection::vec(0_i64..40, 6),
    ) {
        let mut book = TestLedger::default();
        let mut people = vec![20; 6];
        book.pay(&statement(1, &people));
        for (month, &cohort) in corrections.iter().enumerate() {
            people[cohort] = after[cohort];
            book.pay(&statement(i8::try_from(month + 2).expect("a month"), &people));
        }
        let mut at_once = TestLedger::default();
        at_once.pay(&statement(8, &after));
        prop_assert_eq!(book.ledger.balances(), at_once.ledger.balances());
        let lines = |book: &TestLedger| -> Vec<StatementLine> {
            book.ledger.in_force("Jobs, North", "Acme").map(|(_, in_force)| in_force.line.clone()).collect()
        };
        prop_assert_eq!(lines(&book), lines(&at_once));
    }
}
