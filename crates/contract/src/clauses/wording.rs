//! Phrases that the explanations and reasons of several clauses share.

use crate::other_clauses::OtherClauses;
use crate::spread_words::rows;
use crate::terms::{MeasuredFor, MeasuredOver, SchemeTerms};
use base::english::plural;
use base::money::{Pence, Quantity, WHOLE};
use base::schedule::Schedule;

/// "17.5 people", "1 event". `None` where the unit is nothing that is counted: a cap binds or does not, and once or not at all says
/// nothing beside its reason.
#[must_use]
pub fn quantity_words(quantity: Quantity, unit: &str) -> Option<String> {
    let is_one = quantity.0.abs() == WHOLE;
    let unit = match unit {
        "cap" | "floor" | "share at risk" | "cost share" | "surplus share" | "lump sum" => return None,
        "people" => plural(i64::from(is_one), "person", "people"),
        "found false" => plural(i64::from(is_one), "person found false", "people found false"),
        "undone" => plural(i64::from(is_one), "result undone", "results undone"),
        many if is_one && !many.ends_with("ss") => many.strip_suffix('s').unwrap_or(many),
        many => many,
    };
    Some(format!("{quantity} {unit}"))
}

/// The names of some clauses, for a sentence: "the clause “fee”". They have no numbers: those of a statement are its lines.
pub(super) fn clause_names(clauses: &dyn OtherClauses, named: &[usize]) -> String {
    let names: Vec<String> = named.iter().map(|&at| format!("“{}”", clauses.name(at).replace('_', " "))).collect();
    match names.as_slice() {
        [one] => format!("the clause {one}"),
        [before @ .., last] => format!("the clauses {} and {last}", before.join(", ")),
        [] => "no clause".to_owned(),
    }
}

/// A sentence for a clause that takes back part of what others paid, where these can make the provider owe money.
pub(super) fn nothing_of_a_debt(clauses: &dyn OtherClauses, named: &[usize], taken: &str) -> Option<String> {
    let owes = named.iter().any(|&at| clauses.may_owe(at));
    owes.then(|| format!("Where the provider owes money under {}, nothing is {taken}.", term_numbers(clauses, named)))
}

/// What a clause is measured over, for a sentence: "each year", "each year and each segment by itself".
pub(super) fn measured_words(over: MeasuredOver, measured_for: MeasuredFor) -> String {
    match measured_for {
        MeasuredFor::AllSegments => over.words().to_owned(),
        MeasuredFor::EachSegment => format!("{}, for each segment by itself", over.words()),
    }
}

/// A sentence for a clause that is worked out from certified costs.
pub(super) fn waits_for_costs(and_for_results: bool) -> String {
    let results = if and_for_results { " and everything is known about its people" } else { "" };
    format!(
        "It is worked out when the costs of the period are certified{results}. Until then, and in the tables here, it is left out."
    )
}

/// Clauses by their numbers in the term sheet, for a sentence: "term 3.1 (fee)".
pub(super) fn term_numbers(clauses: &dyn OtherClauses, named: &[usize]) -> String {
    let names: Vec<String> = named.iter().map(|&at| format!("3.{} ({})", at + 1, clauses.name(at))).collect();
    match names.as_slice() {
        [one] => format!("term {one}"),
        [before @ .., last] => format!("terms {} and {last}", before.join(", ")),
        [] => "no term".to_owned(),
    }
}

/// The most amounts of a schedule that are listed within a sentence. Longer ones follow it; see [`schedule`].
const MAX_IN_A_SENTENCE: usize = 4;

/// A price for a sentence: one amount, a few amounts with what they are for, or the lowest and the highest.
pub(super) fn prices(scheme: &SchemeTerms, price: &Schedule<Pence>) -> String {
    let rows = rows(scheme, price);
    let (low, high) = (price.values().iter().min(), price.values().iter().max());
    let (low, high) = (low.copied().unwrap_or_default(), high.copied().unwrap_or_default());
    match rows.as_slice() {
        [] => low.to_string(),
        rows if rows.len() <= MAX_IN_A_SENTENCE => format!("{low} to {high} ({})", listed(rows)),
        _ => format!("{low} to {high} (see below)"),
    }
}

fn listed(rows: &[(String, Pence)]) -> String {
    rows.iter().map(|(of, amount)| format!("{of}: {amount}")).collect::<Vec<_>>().join(", ")
}

/// The amounts of a schedule that is too long for a sentence, one line for each area and segment; nothing for a shorter one.
pub(super) fn schedule(scheme: &SchemeTerms, what: &str, price: &Schedule<Pence>) -> Vec<String> {
    let rows = rows(scheme, price);
    if rows.len() <= MAX_IN_A_SENTENCE {
        return Vec::new();
    }
    // A floor below nothing is the most that the provider can owe.
    let owed = rows.iter().all(|(_, amount)| amount.0 < 0);
    let (what, rows) = match owed {
        true => ("The most that the provider can owe", rows.into_iter().map(|(of, amount)| (of, Pence(-amount.0))).collect()),
        false => (what, rows),
    };
    // The years of one area and segment stand on one line.
    let mut lines: Vec<(String, Vec<(String, Pence)>)> = Vec::new();
    for (of, amount) in rows {
        let time = [", year ", ", cohort "].iter().find_map(|word| of.rfind(word));
        let (of, year) = match time {
            Some(at) => (of[..at].to_owned(), of[at + 2..].to_owned()),
            None => (of, String::new()),
        };
        match lines.last_mut().filter(|(last, _)| *last == of) {
            Some((_, amounts)) => amounts.push((year, amount)),
            None => lines.push((of, vec![(year, amount)])),
        }
    }
    let line = |(of, amounts): &(String, Vec<(String, Pence)>)| match amounts.as_slice() {
        [(_, one)] => format!("{what}, {of}: {one}."),
        several => format!("{what}, {of}: {}.", listed(several)),
    };
    lines.iter().map(line).collect()
}
