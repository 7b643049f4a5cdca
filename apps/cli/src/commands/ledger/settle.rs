//! `wellspent ledger settle STORE --provider … --amount … --on DATE --reference … --by NAME`: records what was paid; `wellspent
//! ledger reverse STORE --reference … --by NAME --reason …` takes it back.

use std::process::ExitCode;

use anyhow::bail;
use base::literal::Literal as _;
use base::money::Pence;
use base::visible::visible;
use clap::Args;
use jiff::civil::Date;
use ledger::entry::Way;
use ledger::settle::in_words;
use ledger::store::{Open, Store};
use ledger::{self, Payment, Refusal};

use crate::commands::approve::owed;
use crate::commands::pay::now;
use crate::options::today;
use crate::print;

#[derive(Args)]
pub struct Settle {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// Who was paid, as the ledger names it
    #[arg(long, value_name = "NAME")]
    provider: String,
    /// Under which contract; needed where the provider has several
    #[arg(long, value_name = "NAME")]
    contract: Option<String>,
    /// How much, such as "£1,234.56"
    #[arg(long, value_name = "MONEY", allow_hyphen_values = true)]
    amount: String,
    /// The day on which the bank paid it
    #[arg(long, value_name = "DATE")]
    on: Date,
    /// What the bank or the finance system knows the payment by
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Who records it; never who approved what is paid
    #[arg(long, value_name = "NAME")]
    by: String,
    /// The provider paid it back, rather than being paid
    #[arg(long)]
    received: bool,
    /// Why more was paid than was payable
    #[arg(long, value_name = "REASON", default_value = "")]
    over: String,
    /// The reference was recorded and reversed before, and is recorded once more
    #[arg(long)]
    again: bool,
}

pub fn run(command: &Settle) -> anyhow::Result<ExitCode> {
    let payment = Payment {
        contract: command.contract.clone(),
        provider: command.provider.clone(),
        way: if command.received { Way::Received } else { Way::Paid },
        amount: money(&command.amount)?,
        on: command.on,
        reference: command.reference.clone(),
        over: command.over.clone(),
        again: command.again,
        today: today()?,
    };
    let mut store = Store::open(&command.store, Open::Existing)?;
    let (id, written) = store.append(&now(), |ledger| {
        let plan = ledger::settle(ledger, &payment, &command.by)?;
        Ok::<_, Refusal>(((plan.settlement, !plan.entries.is_empty()), plan.entries))
    })??;
    let ledger = store.ledger();
    let mut out = String::new();
    if let Some((_, settled)) = ledger.settlements().into_iter().find(|(found, _)| *found == id) {
        let settlement = &settled.settlement;
        let state = if written { "recorded" } else { "was recorded before; nothing was written" };
        out += &format!("settlement {} {state}: {}\n", visible(&settlement.reference), visible(&in_words(settlement)));
        out += &owed(ledger, &settlement.contract, &settled.payee);
        for other in ledger.providers().into_iter().filter(|other| *other != settled.payee) {
            let due = ledger.owed(&settlement.contract, other);
            if due < Pence(0) {
                let (name, contract, due) = (visible(other), visible(&settlement.contract), Pence(due.0.saturating_neg()));
                print::stderr(&format!("note: {name} owes {due} under {contract}, which this does not change"));
            }
        }
    }
    print::stdout(&(out + &format!("  head {}\n", ledger.head())))?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Args)]
pub struct Reverse {
    /// The ledger: a file, or a postgres:// URL
    store: String,
    /// The reference of the settlement
    #[arg(long, value_name = "TEXT")]
    reference: String,
    /// Who reverses it; never who recorded it
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why it is reversed
    #[arg(long, value_name = "REASON")]
    reason: String,
}

pub fn reverse(command: &Reverse) -> anyhow::Result<ExitCode> {
    let mut store = Store::open(&command.store, Open::Existing)?;
    let (id, written) = store.append(&now(), |ledger| {
        let plan = ledger::reverse(ledger, &command.reference, &command.by, &command.reason)?;
        Ok::<_, Refusal>(((plan.settlement, !plan.entries.is_empty()), plan.entries))
    })??;
    let ledger = store.ledger();
    let mut out = String::new();
    if let Some((_, settled)) = ledger.settlements().into_iter().find(|(found, _)| *found == id) {
        let settlement = &settled.settlement;
        let state = if written { "reversed" } else { "was reversed before; nothing was written" };
        out += &format!("settlement {} {state}: {}\n", visible(&settlement.reference), visible(&in_words(settlement)));
        out += &owed(ledger, &settlement.contract, &settled.payee);
    }
    print::stdout(&(out + &format!("  head {}\n", ledger.head())))?;
    Ok(ExitCode::SUCCESS)
}

/// An amount as people write it, with or without the sign of the pound.
pub(super) fn money(text: &str) -> anyhow::Result<Pence> {
    let text = text.trim();
    if is_ambiguous(text) {
        bail!(
            "`{}` can be read in two ways\n\nhint: write a comma for thousands and a point before the pence: £1,234.56",
            visible(text)
        );
    }
    let bare = text.trim_start_matches(['-', '−', '+']).trim_start();
    let read = if bare.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        let sign = &text[..text.len() - bare.len()];
        Pence::parse(&format!("{}£{bare}", sign.trim_start_matches('+').trim()))
    } else {
        Pence::parse(text)
    };
    match read {
        Ok(amount) => Ok(amount),
        Err(_) => bail!("`{}` is not an amount of money\n\nhint: write it like this: £1,234.56", visible(text)),
    }
}

/// Whether the points and commas of an amount can be meant in two ways: "1.000" is one pound here and a thousand elsewhere. A comma
/// before each three digits and a point before one or two are plain.
pub(super) fn is_ambiguous(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    let digits: &str = digits.split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ',')).next().unwrap_or_default();
    let (whole, part) = match digits.rsplit_once('.') {
        Some((whole, part)) => (whole, Some(part)),
        None => (digits, None),
    };
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let in_threes = rest.is_empty() || (1..=3).contains(&first.len()) && rest.iter().all(|group| group.len() == 3);
    // "£1.125m" is an amount in millions; a comma or a second point after the first is never plain.
    let scaled = text.trim_end().ends_with(['k', 'm', 'n']);
    let pence = part.is_none_or(|part| part.len() <= 2 || scaled);
    !(in_threes && pence) || whole.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_in_one_way_or_not_at_all() {
        for (text, pence) in [
            ("1,234", 123_400),
            ("1,234.56", 123_456),
            ("£1,234,567.8", 123_456_780),
            ("1234.5", 123_450),
            ("-£5", -500),
            ("-0.05", -5),
            ("£1.125m", 112_500_000),
            ("GBP 12.00", 1_200),
            ("£12", 1_200),
        ] {
            assert_eq!(money(text).ok(), Some(Pence(pence)), "{text}");
        }
        for text in [
            "1.000",
            "£1.000",
            "1.234,56",
            "1,23",
            "1,2345",
            "1.234.567",
            "1,234.567",
            "-1.000",
            "£0.125",
            "12,34,567",
            "1,234,56",
        ] {
            let said = money(text).expect_err(text).to_string();
            assert!(said.contains("two ways"), "{text}: {said}");
        }
        for text in ["", "five", "€5", "$5", "1 234", "1'234"] {
            assert!(money(text).is_err(), "{text}");
        }
    }
}
