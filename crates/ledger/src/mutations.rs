//! Somebody who can write to the ledger edits it, and then makes the number, id and hash of every entry right again. Each such edit is
//! found, except the kinds that only a head kept elsewhere can show:
//!
//! - The last decision is changed as a whole or removed, because nothing after it refers to it. In this test it is a run that is
//!   prepared and not yet approved, which is one entry.
//! - The name of the approver of a run that posts nothing is changed, because no transaction refers to that approval.
//!
//! `WELLSPENT_MUTATIONS` gives the number of edits; without it there are 2,000.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::entry::PaymentDirection;
use super::invariants::{TestLedger, line, payment, read_again, statement};
use super::renamed::Renaming;
use super::*;

/// A ledger with everything in it: two contracts, several providers, one of which is renamed, corrections, a clawback larger than what
/// is payable, payments in parts and in advance, money received, reversals, a run that posts nothing, and one that waits for approval.
fn book() -> TestLedger {
    let mut book = TestLedger::default();
    book.pay(&statement(1, &[12, 30]));
    let mut other = statement(1, &[]);
    other.contract = "Homes".to_owned();
    other.providers = vec!["Brook".to_owned(), "Cray".to_owned()];
    other.lines = vec![line("Brook", 0, 7), line("Cray", 1, 9), line("Cray", 2, -2)];
    book.pay(&other);
    settled(&mut book, &payment(60_000, "B1"));
    settled(&mut book, &payment(90_000, "B2"));
    book.pay(&statement(2, &[11, 30]));
    let reversal = reverse(&book.ledger, "B2", "Dan", "returned by the bank").expect("it can be reversed");
    book.write(&reversal.entries).expect("kept");
    settled(&mut book, &Payment { again: true, ..payment(90_000, "B2") });
    book.pay(&statement(3, &[11, 5]));
    settled(&mut book, &Payment { direction: PaymentDirection::Received, ..payment(20_000, "C1") });
    settled(&mut book, &Payment { over: "in advance".to_owned(), provider: "Brook".to_owned(), ..payment(40_000, "B3") });
    // Brook has a new name, and what it was paid moves to it.
    other.providers = vec!["Brook Ltd".to_owned(), "Cray".to_owned(), "Brook".to_owned()];
    other.lines = vec![line("Brook Ltd", 0, 17), line("Cray", 1, 9)];
    other.as_at = jiff::civil::date(2027, 5, 1);
    other.known_at = other.as_at;
    let renamed = Renaming { old: "Brook".to_owned(), new: "Brook Ltd".to_owned() }.detail();
    let plan = prepare_with(&book.ledger, other, "Ann", "", vec![renamed]).expect("it can be prepared");
    book.write(&plan.entries).expect("kept");
    let plan = approve(&book.ledger, plan.run, "Ben").expect("it can be approved");
    book.write(&plan.entries).expect("kept");
    book.ledger.reconciles().expect("it reconciles");
    settled(&mut book, &Payment { provider: "Brook Ltd".to_owned(), on: jiff::civil::date(2027, 6, 1), ..payment(10_000, "B4") });
    let reversal = reverse(&book.ledger, "B3", "Dan", "returned by the bank").expect("it can be reversed");
    book.write(&reversal.entries).expect("kept");
    // A month later there is nothing new.
    book.pay(&statement(4, &[11, 5]));
    let waits = prepare(&book.ledger, statement(5, &[3, 5]), "Ann", "waits").expect("it can be prepared");
    book.write(&waits.entries).expect("kept");
    book
}

fn settled(book: &mut TestLedger, payment: &Payment) {
    let plan = settle(&book.ledger, payment, "Cat").expect("it can be settled");
    book.write(&plan.entries).expect("kept");
}

/// What a ledger holds about money, accounts, payees and people.
fn content(ledger: &Ledger) -> Vec<String> {
    let mut out: Vec<String> = ledger.balances().iter().map(|(account, amount)| format!("{account} {amount}")).collect();
    for (id, posted) in ledger.runs() {
        let run = &posted.run;
        out.push(format!("{id} {} {:?} {:?}", run.prepared_by, posted.approved_by, run.statement));
        out.extend(posted.transactions.iter().map(|transaction| format!("{:?}", transaction.postings)));
    }
    out.extend(ledger.settlements().iter().map(|(_, settled)| format!("{:?} {:?}", settled.settlement, settled.reversed)));
    // The order of the transactions of one decision changes nothing about money.
    out.sort();
    out
}

/// Entries with their numbers, ids and hashes made right again, as an expert could do it.
fn sealed_again(entries: &[SealedEntry]) -> Vec<SealedEntry> {
    let mut previous = Hash::NONE;
    let mut out = Vec::with_capacity(entries.len());
    for (number, entry) in (1..).zip(entries) {
        let mut entry = entry.clone();
        entry.number = number;
        if let Ok(read) = LedgerEntry::read(&entry.kind, &entry.body) {
            entry.id = read.id().to_string();
        }
        previous = entry.computed(previous);
        entry.hash = previous.to_string();
        out.push(entry);
    }
    out
}

struct Dice(u64);

impl Dice {
    /// A number below `limit`, by splitmix64.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// One random edit, and its kind.
fn edited(kept: &[SealedEntry], dice: &mut Dice) -> (&'static str, usize, Vec<SealedEntry>) {
    let mut entries = kept.to_vec();
    let at = dice.below(entries.len());
    let kind = match dice.below(8) {
        0 => {
            entries.remove(at);
            "an entry removed"
        }
        1 => {
            entries.insert(dice.below(entries.len() + 1), kept[at].clone());
            "an entry repeated"
        }
        2 => {
            let other = dice.below(entries.len());
            entries.swap(at, other);
            "two entries swapped"
        }
        3 => {
            let amount = 1 + dice.below(9_999);
            let (one, other) =
                (dice.of(&["expense\tHomes\t", "payable\tHomes\tBrook"]), dice.of(&["cash\tHomes\t", "payable\tHomes\tCray"]));
            entries[at].body += &format!("debit\t{one}\t{amount}\ncredit\t{other}\t{amount}\n");
            "two further postings that balance"
        }
        4 => {
            // One further transaction, which balances.
            let mut entry = entries[at].clone();
            entry.kind = "transaction".to_owned();
            let hash = Hash::of(["more", &dice.below(1_000_000).to_string()]);
            let cause = kept[dice.below(kept.len())].id.clone();
            entry.body = format!(
                "form\t2\ncause\t{cause}\nkey\t{hash}\nposts\t{hash}\t0\nreason\tmore\ndebit\texpense\tHomes\t\t500\ncredit\tpayable\tHomes\tBrook\t500\n"
            );
            entries.insert(at, entry);
            "a further transaction"
        }
        _ => {
            let lines: Vec<String> = entries[at].body.lines().map(str::to_owned).collect();
            let chosen = 1 + dice.below(lines.len() - 1);
            let mut fields: Vec<String> = lines[chosen].split('\t').map(str::to_owned).collect();
            let field = dice.below(fields.len());
            fields[field] = other_value(&fields[field], dice);
            let mut lines = lines;
            lines[chosen] = fields.join("\t");
            entries[at].body = lines.join("\n") + "\n";
            "a value changed"
        }
    };
    (kind, at, entries)
}

fn other_value(value: &str, dice: &mut Dice) -> String {
    if let Ok(number) = value.parse::<i64>() {
        let by = i64::try_from(1 + dice.below(5_000)).expect("a small number");
        return if dice.below(2) == 0 { number.wrapping_add(by) } else { number.wrapping_neg().wrapping_sub(by) }.to_string();
    }
    if let Ok(day) = value.parse::<jiff::civil::Date>() {
        return day.saturating_add(jiff::Span::new().days(1 + i64::try_from(dice.below(40)).expect("few"))).to_string();
    }
    if Hash::parse(value).is_some() {
        return Hash::of([value]).to_string();
    }
    let others = [
        "debit",
        "credit",
        "payable",
        "receivable",
        "expense",
        "cash",
        "paid",
        "received",
        "Acme",
        "Brook",
        "Ann",
        "Ben",
        "Cat",
        "Homes",
        "Somebody Else",
        "x",
    ];
    let other = dice.of(&others);
    if other == value { format!("{value} too") } else { other.to_owned() }
}

#[test]
fn edits_that_are_sealed_again_are_found() {
    let book = book();
    let head = book.ledger.head();
    let (kept, original) = (&book.kept, content(&book.ledger));
    let sound = read_again(kept).expect("a sound ledger");
    sound.reconciles().expect("it reconciles");
    assert_eq!(sealed_again(kept), *kept);
    let count: usize = std::env::var("WELLSPENT_MUTATIONS").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000);
    let mut dice = Dice(20_270_401);
    let mut found: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for _ in 0..count {
        let (kind, at, entries) = edited(kept, &mut dice);
        let entries = sealed_again(&entries);
        if entries == *kept {
            continue;
        }
        let outcome = match read_again(&entries).and_then(|ledger| ledger.reconciles().map(|()| ledger)) {
            Err(_) => "found",
            Ok(ledger) => {
                assert!(!ledger.had_head(head), "a head kept elsewhere shows every edit");
                if content(&ledger) == original {
                    "holds the same about money, accounts, payees and people"
                } else {
                    // The last entry is a run that nobody has approved. A run that posts nothing has an approval and no transaction.
                    let last = at + 1 >= kept.len();
                    let posts_nothing =
                        kept[at].kind == "approved" && kept.get(at + 1).is_none_or(|next| next.kind != "transaction");
                    assert!(last || posts_nothing, "{kind}, entry {}:\n{}", at + 1, entries[at.min(entries.len() - 1)].body);
                    "shown only by a head kept elsewhere"
                }
            }
        };
        *found.entry((kind, outcome)).or_default() += 1;
    }
    let table: Vec<String> = found.iter().map(|((kind, outcome), count)| format!("{count:>6}  {kind}: {outcome}")).collect();
    tell(&table.join("\n"));
    let of = |wanted: &str| found.iter().filter(|((_, outcome), _)| *outcome == wanted).map(|(_, count)| count).sum::<usize>();
    assert!(of("found") > count * 9 / 10, "{table:?}");
}

#[allow(clippy::print_stderr)]
fn tell(text: &str) {
    eprintln!("{text}");
}

proptest! {
    /// Any text is read as an entry or refused, and reading it ends.
    #[test]
    fn any_text_is_read_or_refused(kind in "(prepared|approved|transaction|settlement|reversal|x)", body in "(form\t2\n)?(\\PC|\t|\n){0,200}") {
        if let Ok(entry) = LedgerEntry::read(&kind, &body) {
            prop_assert_eq!(entry.kind(), kind);
        }
    }
}
