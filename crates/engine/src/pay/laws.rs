//! The laws of the ledger, over made-up statements: whatever is posted, in whatever order.

use proptest::prelude::*;
use scheme::money::{Pence, Quantity};

use super::entry::{Account, Approval, Transaction, What};
use super::*;

/// A line for one cohort at £40 each; the lines of a statement differ by their cohort.
fn line(provider: &str, cohort: usize, people: i64) -> Line {
    Line {
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

/// A statement for Acme, with the people of each cohort.
fn statement(month: i8, people: &[i64]) -> Statement {
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

/// Entries as they would be kept.
#[derive(Default)]
struct Book {
    ledger: Ledger,
    kept: Vec<Sealed>,
}

impl Book {
    fn write(&mut self, entries: &[Entry]) -> Result<(), Fault> {
        for entry in entries {
            let head = self.ledger.head();
            let sealed = Sealed::new(entry, head.number + 1, "2027-01-01T09:00:00Z", head.hash);
            self.ledger.take(&sealed)?;
            self.kept.push(sealed);
        }
        Ok(())
    }

    /// Prepares by one, approves by another; gives how many entries that wrote.
    fn pay(&mut self, statement: &Statement) -> usize {
        let before = self.kept.len();
        let plan = prepare(&self.ledger, statement.clone(), "Ann", "").expect("it can be prepared");
        self.write(&plan.entries).expect("a run can be kept");
        let plan = approve(&self.ledger, plan.run, "Ben").expect("it can be approved");
        self.write(&plan.entries).expect("a payment can be kept");
        self.ledger.ties().expect("the ledger ties to the statement");
        self.kept.len() - before
    }

    fn owed(&self) -> i64 {
        self.ledger.owed("Jobs, North", "Acme").0
    }

    fn transactions(&self) -> Vec<Transaction> {
        let entries = self.kept.iter().filter_map(|sealed| match Entry::read(&sealed.kind, &sealed.body) {
            Ok(Entry::Transaction(transaction)) => Some(transaction),
            _ => None,
        });
        entries.collect()
    }
}

fn read_again(kept: &[Sealed]) -> Result<Ledger, Fault> {
    let mut ledger = Ledger::default();
    kept.iter().try_for_each(|sealed| ledger.take(sealed))?;
    Ok(ledger)
}

#[test]
fn a_late_conviction_posts_the_difference_by_reversal() {
    let mut book = Book::default();
    book.pay(&statement(1, &[12, 30]));
    assert_eq!(book.owed(), 42 * 4_000);
    // One person of the first cohort was convicted late; the second cohort is left alone.
    assert_eq!(book.pay(&statement(2, &[11, 30])), 4, "prepared, approved, one taken back, one posted");
    assert_eq!(book.owed(), 41 * 4_000);
    let transactions = book.transactions();
    let (posted, reversal) = (&transactions[..2], &transactions[2]);
    let first = posted.iter().find(|posted| posted.key == reversal.key).expect("it was posted");
    assert_eq!(reversal.what, What::Reverses(first.id()));
    assert_eq!(reversal.reason, "was 12 people × £40 = £480; is 11 people × £40 = £440, as known at 2027-02-28");
    let liability = Account::Liability { contract: "Jobs, North".to_owned() };
    assert_eq!(book.ledger.balances()[&liability], Pence(-41 * 4_000));
}

#[test]
fn what_comes_back_to_an_earlier_amount_is_posted_again() {
    let mut book = Book::default();
    for (month, people) in [(1, 12), (2, 11), (3, 12), (4, 0), (5, 12)] {
        book.pay(&statement(month, &[people]));
        assert_eq!(book.owed(), people * 4_000, "month {month}");
    }
}

#[test]
fn a_line_that_falls_away_is_taken_back_and_other_providers_are_left_alone() {
    let mut book = Book::default();
    book.pay(&statement(1, &[12, 30]));
    let mut other = statement(2, &[]);
    other.providers = vec!["Brook".to_owned()];
    other.lines = vec![line("Brook", 0, 7)];
    book.pay(&other);
    assert_eq!((book.owed(), book.ledger.owed("Jobs, North", "Brook").0), (42 * 4_000, 7 * 4_000));
    book.pay(&statement(3, &[12]));
    assert_eq!((book.owed(), book.ledger.owed("Jobs, North", "Brook").0), (12 * 4_000, 7 * 4_000));
}

/// New rules that come to the same for a line leave it as it was posted.
#[test]
fn only_what_pays_differently_is_posted_anew() {
    let mut book = Book::default();
    book.pay(&statement(1, &[12, 30]));
    let mut amended = statement(2, &[12, 30]);
    amended.version = Hash::of(["amended rules"]);
    assert_eq!(book.pay(&amended), 2, "prepared and approved, and nothing posted");
}

#[test]
fn nobody_approves_what_they_prepared() {
    let mut book = Book::default();
    let plan = prepare(&book.ledger, statement(1, &[12]), "  Ann   Lee ", "").expect("it can be prepared");
    book.write(&plan.entries).expect("kept");
    for name in ["Ann Lee", "ann lee", "ANN\tLEE "] {
        let refusal = approve(&book.ledger, plan.run, name).expect_err("one person cannot do both");
        assert!(refusal.what.starts_with("Ann Lee prepared run"), "{refusal}");
    }
    assert!(approve(&book.ledger, plan.run, " ").is_err());
    // Nor does the ledger take such an approval from a program that would write one.
    let forged = Entry::Approved(Approval { run: plan.run, approved_by: "ann lee".to_owned() });
    assert!(book.write(&[forged]).is_err());
}

#[test]
fn a_run_prepared_before_another_was_posted_is_stale() {
    let mut book = Book::default();
    let early = prepare(&book.ledger, statement(1, &[12]), "Ann", "").expect("it can be prepared");
    book.write(&early.entries).expect("kept");
    book.pay(&statement(2, &[11]));
    let refusal = approve(&book.ledger, early.run, "Ben").expect_err("what it would pay has changed");
    assert!(refusal.what.contains("prepared before run"), "{refusal}");
    let refusal = prepare(&book.ledger, statement(1, &[12]), "Ann", "").expect_err("a run never goes back");
    assert!(refusal.what.contains("2027-01-28"), "{refusal}");
}

#[test]
fn an_older_statement_comes_back_to_the_byte() {
    let mut book = Book::default();
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
    // What was known in between is what was posted before.
    let between = jiff::civil::date(2027, 3, 1);
    assert_eq!(ledger.statement("Jobs, North", between, between), Some(statements[1].csv()));
    assert_eq!(ledger.statement("Jobs, North", jiff::civil::date(2026, 1, 1), between), None);
}

/// Somebody who can write to the file changes, takes out, swaps or cuts entries, and may even seal them again.
#[test]
fn every_kind_of_tampering_is_found() {
    let mut book = Book::default();
    book.pay(&statement(1, &[12, 30]));
    book.pay(&statement(2, &[11, 30]));
    let kept = &book.kept;
    for at in 0..kept.len() {
        let mut changed = kept.clone();
        changed[at].body = changed[at].body.replace("40", "50").replace("Ann", "Amy").replace("Ben", "Bea");
        changed[at].recorded.push('Z');
        assert_eq!(read_again(&changed).expect_err("a changed entry").number, kept[at].number);
        if at + 1 < kept.len() {
            let mut without = kept.clone();
            without.remove(at);
            assert!(read_again(&without).is_err(), "entry {} taken out", at + 1);
            let mut swapped = kept.clone();
            swapped.swap(at, at + 1);
            assert!(read_again(&swapped).is_err(), "entry {} swapped", at + 1);
        }
    }
    // Cut off at the end, or sealed again from the beginning, the chain holds; the published head does not.
    let head = book.ledger.head();
    let cut = read_again(&kept[..kept.len() - 1]).expect("a shorter ledger is a ledger");
    assert!(!cut.had(head));
    let mut forged = Book::default();
    forged.pay(&statement(1, &[13, 30]));
    forged.pay(&statement(2, &[11, 30]));
    assert!(!forged.ledger.had(head));
    book.pay(&statement(3, &[11, 31]));
    assert!(book.ledger.had(head), "an older head stays true");
}

/// What a program with a mistake in it might write is not taken, although its chain is right.
#[test]
fn a_ledger_that_breaks_a_law_is_not_taken() {
    let mut book = Book::default();
    book.pay(&statement(1, &[12]));
    let posted = book.transactions().remove(0);
    let plan = prepare(&book.ledger, statement(2, &[11]), "Ann", "").expect("it can be prepared");
    book.write(&plan.entries).expect("kept");
    let approved = approve(&book.ledger, plan.run, "Ben").expect("it can be approved").entries;
    let transactions: Vec<Transaction> = approved
        .iter()
        .filter_map(|entry| if let Entry::Transaction(transaction) = entry { Some(transaction.clone()) } else { None })
        .collect();
    let [reversal, new] = &transactions[..] else { panic!("a reversal and a posting") };
    assert!(book.write(&[Entry::Transaction(reversal.clone())]).is_err(), "before the run is approved");
    book.write(&approved[..1]).expect("the approval");
    let wrong = |change: &dyn Fn(&mut Transaction), of: &Transaction| {
        let mut transaction = of.clone();
        change(&mut transaction);
        Entry::Transaction(transaction)
    };
    let more = |transaction: &mut Transaction| {
        transaction.postings[0].1.0 += 100;
        transaction.postings[1].1.0 -= 100;
    };
    let mistakes = [
        ("posted while the old is in force", Entry::Transaction(new.clone())),
        ("posted a second time", Entry::Transaction(posted)),
        ("more taken back than posted", wrong(&more, reversal)),
        ("a penny from nowhere", wrong(&|transaction| transaction.postings[0].1.0 += 1, reversal)),
    ];
    for (what, entry) in mistakes {
        assert!(book.write(&[entry]).is_err(), "{what}");
    }
    book.write(&[Entry::Transaction(reversal.clone())]).expect("the reversal");
    let mistakes = [
        ("more posted than the line says", wrong(&more, new)),
        ("taken back twice", Entry::Transaction(reversal.clone())),
        ("a line of no statement", wrong(&|transaction| transaction.key = Hash::of(["other"]), new)),
    ];
    for (what, entry) in mistakes {
        assert!(book.write(&[entry]).is_err(), "{what}");
    }
    assert!(book.ledger.ties().is_err(), "half a run does not tie");
    book.write(&[Entry::Transaction(new.clone())]).expect("the posting");
    book.ledger.ties().expect("the whole run ties");
}

proptest! {
    /// Whatever becomes of the counts, run after run: every transaction sums to nothing, the ledger ties to the statement,
    /// a second time writes nothing, and what is read again is the same.
    #[test]
    fn any_history_balances(history in prop::collection::vec(prop::collection::vec(-3_i64..40, 0..5), 1..9)) {
        let mut book = Book::default();
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

    /// Corrections to different cohorts, learnt of in any order, come to the same balance and the same lines in force.
    #[test]
    fn corrections_in_any_order_come_to_the_same(
        corrections in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
        after in prop::collection::vec(0_i64..40, 6),
    ) {
        let mut book = Book::default();
        let mut people = vec![20; 6];
        book.pay(&statement(1, &people));
        for (month, &cohort) in corrections.iter().enumerate() {
            people[cohort] = after[cohort];
            book.pay(&statement(i8::try_from(month + 2).expect("a month"), &people));
        }
        let mut at_once = Book::default();
        at_once.pay(&statement(8, &after));
        prop_assert_eq!(book.ledger.balances(), at_once.ledger.balances());
        let lines = |book: &Book| -> Vec<Line> {
            book.ledger.in_force("Jobs, North", "Acme").map(|(_, in_force)| in_force.line.clone()).collect()
        };
        prop_assert_eq!(lines(&book), lines(&at_once));
    }
}
