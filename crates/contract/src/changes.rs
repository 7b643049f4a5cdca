//! What differs between two contracts, with a sentence for each changed term. Nothing is priced.
//!
//! Outcomes and clauses are matched by name. A changed amount, gate or share is given with both figures. Every other difference
//! is quoted from the term sheet, as it was and as it is.

use base::literal::Literal as _;
use base::money::{Pence, Rate};
use base::schedule::Schedule;
use jiff::civil::Date;

use crate::clauses::Clause;
use crate::explain::{Paragraph, term_sheet};
use crate::gate::Gate;
use crate::scheme::Scheme;
use crate::terms::{Baseline, Outcome, date_words};

/// One difference between two contracts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermChange {
    /// What it is about: "contract", "outcome job" or "clause fee".
    pub about: String,
    pub sentence: String,
}

/// Every difference between two contracts: the contract itself, then what is measured, then what is paid.
#[must_use]
pub fn changes(old: &Scheme, new: &Scheme) -> Vec<TermChange> {
    let mut out = Vec::new();
    let mut add = |about: &str, sentences: Vec<String>| {
        out.extend(sentences.into_iter().map(|sentence| TermChange { about: about.to_owned(), sentence }));
    };
    add("contract", of_the_contract(old, new));
    for outcome in &old.outcomes {
        let about = format!("outcome {}", outcome.name);
        match new.outcome(&outcome.name) {
            None => add(&about, vec![format!("The contract no longer measures \"{}\".", outcome.name)]),
            Some(at) => add(&about, of_an_outcome((old, outcome), (new, &new.outcomes[at]))),
        }
    }
    for outcome in new.outcomes.iter().filter(|outcome| old.outcome(&outcome.name).is_none()) {
        let sentence = format!("The contract also measures \"{}\": {}.", outcome.name, outcome.measure);
        add(&format!("outcome {}", outcome.name), vec![sentence]);
    }
    for clause in &old.clauses {
        let about = format!("clause {}", clause.name);
        match new.clause(&clause.name) {
            None => add(&about, vec![format!("The {} \"{}\" is dropped.", clause.kind(), clause.name)]),
            Some(at) => add(&about, of_a_clause((old, clause), (new, &new.clauses[at]))),
        }
    }
    for clause in new.clauses.iter().filter(|clause| old.clause(&clause.name).is_none()) {
        let sentence = format!("There is a new {}, \"{}\". {}", clause.kind(), clause.name, in_short(new, clause));
        add(&format!("clause {}", clause.name), vec![sentence]);
    }
    let order = |scheme: &Scheme, other: &Scheme| -> Vec<String> {
        let common = scheme.clauses.iter().filter(|clause| other.clause(&clause.name).is_some());
        common.map(|clause| clause.name.clone()).collect()
    };
    let (before, after) = (order(old, new), order(new, old));
    if before != after {
        add("contract", vec![format!("The clauses are priced in another order: {}.", after.join(", "))]);
    }
    out
}

fn of_the_contract(old: &Scheme, new: &Scheme) -> Vec<String> {
    let mut out = Vec::new();
    let mut differs = |what: &str, old: &str, new: &str| {
        if old != new {
            out.push(format!("{what} {new} instead of {old}."));
        }
    };
    differs("The payer is", &old.payer, &new.payer);
    differs("The provider is", &old.provider, &new.provider);
    differs("The contract starts on", &date_words(old.starts), &date_words(new.starts));
    differs("The contract ends on", &date_words(old.ends), &date_words(new.ends));
    let last = |scheme: &Scheme| scheme.final_payment.map_or("not fixed".to_owned(), date_words);
    differs("The last day for payments is", &last(old), &last(new));
    // The date of the contract is said already.
    let paragraphs = |scheme: &Scheme| -> Vec<Paragraph> {
        let mut scheme = scheme.clone();
        (scheme.payer, scheme.provider) = (String::new(), String::new());
        (scheme.starts, scheme.ends, scheme.final_payment) = (Date::MIN, Date::MAX, None);
        term_sheet(&scheme).into_iter().filter(|paragraph| paragraph.number.starts_with("1.")).collect()
    };
    let texts = |paragraphs: Vec<Paragraph>| paragraphs.into_iter().map(|paragraph| paragraph.text).collect::<Vec<_>>();
    out.extend(quoted("The contract", &texts(paragraphs(old)), &texts(paragraphs(new))));
    for (what, same, list) in
        [("areas", old.areas == new.areas, &new.areas), ("segments", old.segments == new.segments, &new.segments)]
    {
        // The term sheet counts areas, and lists segments where there are several.
        let list = list.join(", ");
        if !same && !out.iter().any(|sentence| sentence.contains(&list)) {
            out.push(format!("The contract's {what} are now: {list}."));
        }
    }
    if old.rounding != new.rounding {
        out.push("Parts of a penny are rounded by another rule.".to_owned());
    }
    if old.month_end != new.month_end {
        out.push("Months that end on a day that the next month lacks are counted by another rule.".to_owned());
    }
    out
}

fn of_an_outcome((old_scheme, old): (&Scheme, &Outcome), (new_scheme, new): (&Scheme, &Outcome)) -> Vec<String> {
    let mut out = Vec::new();
    let mut before = old.clone();
    if let (Baseline::Fixed(was), Baseline::Fixed(is)) = (&old.baseline, &new.baseline)
        && was != is
        && old.is_binary()
        && let (Some(first), Some(second)) = (one(was), one(is))
    {
        out.push(moved(&format!("The baseline of \"{}\"", old.name), first, second));
        before.baseline = Baseline::Fixed(Schedule::constant(second));
    }
    if old.is_assumed != new.is_assumed && matches!((&old.baseline, &new.baseline), (Baseline::Fixed(_), Baseline::Fixed(_))) {
        let now = if new.is_assumed { "is now assumed by the contract" } else { "is no longer assumed" };
        out.push(format!("The baseline of \"{}\" {now}.", old.name));
        before.is_assumed = new.is_assumed;
    }
    if old.ratchet != new.ratchet {
        out.push(match (old.ratchet, new.ratchet) {
            (_, Rate(0)) => format!("The baseline of \"{}\" no longer follows the results.", old.name),
            (Rate(0), share) => format!("The baseline of \"{}\" now takes over {share} of each year's change.", old.name),
            (was, is) => {
                moved(&format!("The share of each year's change that the baseline of \"{}\" takes over", old.name), was, is)
            }
        });
        before.ratchet = new.ratchet;
    }
    if old.reported_by != new.reported_by {
        let by = if new.reported_by == crate::terms::ReportedBy::Records { "records" } else { "the provider" };
        out.push(format!("\"{}\" is now counted as {by} report{} it.", old.name, if by == "records" { "" } else { "s" }));
        before.reported_by = new.reported_by;
    }
    if old.window != new.window {
        out.push(format!("\"{}\" is followed for {} instead of {}.", old.name, new.window.words(), old.window.words()));
        before.window = new.window;
    }
    if old.wait != new.wait {
        out.push(format!(
            "Late facts about \"{}\" are awaited for {} instead of {}.",
            old.name,
            new.wait.words(),
            old.wait.words()
        ));
        before.wait = new.wait;
    }
    // What else differs is in the sentences of the term sheet.
    let texts = |scheme: &Scheme, outcome: &Outcome| -> Vec<String> {
        let mut scheme = scheme.clone();
        let Some(at) = scheme.outcome(&outcome.name) else { return Vec::new() };
        scheme.outcomes[at] = outcome.clone();
        let (whole, parts) = (format!("2.{}", at + 1), format!("2.{}.", at + 1));
        let own = term_sheet(&scheme).into_iter().filter(|part| part.number == whole || part.number.starts_with(&parts));
        let name = format!("{}: ", outcome.name);
        own.map(|part| part.text.strip_prefix(&name).unwrap_or(&part.text).to_owned()).collect()
    };
    out.extend(quoted(&format!("\"{}\"", old.name), &texts(old_scheme, &before), &texts(new_scheme, new)));
    if old.spread != new.spread {
        out.push(format!("The spread of \"{}\" differs, so tests of significance do too.", old.name));
    }
    out
}

fn of_a_clause((old_scheme, old): (&Scheme, &Clause), (new_scheme, new): (&Scheme, &Clause)) -> Vec<String> {
    let name = &old.name;
    if old.kind() != new.kind() {
        return vec![format!("\"{name}\" is a {} instead of a {}. {}", new.kind(), old.kind(), in_short(new_scheme, new))];
    }
    let mut out = Vec::new();
    // The terms compared so far are made equal in both, so that only the rest is quoted below.
    let (mut before, mut after) = (old.clone(), new.clone());
    let (mut shown_before, mut shown_after) = (old.clone(), new.clone());
    for ((what, was), (_, is)) in before.terms.amounts_mut().into_iter().zip(after.terms.amounts_mut()) {
        match (one(was), one(is)) {
            (Some(first), Some(second)) if first == second => {}
            (Some(first), Some(second)) => out.push(moved(&format!("The {what} of \"{name}\""), first, second)),
            _ if was == is => {}
            _ => {
                let (first, second) = (span(was), span(is));
                let between = if first == second { ", with other amounts in between" } else { "" };
                out.push(format!("The {what} of \"{name}\" is {second} instead of {first}{between}."));
            }
        }
        (*was, *is) = (Schedule::constant(Pence(0)), Schedule::constant(Pence(0)));
    }
    if let (Some(was), Some(is)) = (before.terms.optional_gate(), after.terms.optional_gate()) {
        let words = |gate: &Option<Gate>, scheme: &Scheme| gate.as_ref().map(|gate| gate.words(scheme));
        match (words(was, old_scheme), words(is, new_scheme)) {
            (Some(old), Some(new)) if old != new => out.push(format!("The gate of \"{name}\" is that {new}. It was that {old}.")),
            (Some(old), None) => out.push(format!("\"{name}\" has no gate any more. The gate was that {old}.")),
            (None, Some(new)) => out.push(format!("\"{name}\" now has a gate: nothing is paid unless {new}.")),
            _ => {}
        }
        let outcome = |gate: &Gate, scheme: &Scheme| scheme.outcomes[gate.outcome].name.clone();
        match (was.as_mut(), is.as_ref()) {
            (Some(was), Some(is)) if outcome(was, old_scheme) == outcome(is, new_scheme) => {
                (was.test, was.met_in) = (is.test.clone(), is.met_in);
            }
            // Its sentences are left out altogether.
            _ => {
                let gates = [Some(was), Some(is), shown_before.terms.optional_gate(), shown_after.terms.optional_gate()];
                gates.into_iter().flatten().for_each(|gate| *gate = None);
            }
        }
    }
    if let (Some(was), Some(is)) = (before.terms.share_at_risk(), new.terms.share_at_risk())
        && was != is
    {
        out.push(moved(&format!("The share at risk in \"{name}\""), was, is));
        before.terms.set_share_at_risk(is);
    }
    let was = compared_as(&clause_sentences(old_scheme, &before), clause_sentences(old_scheme, &shown_before));
    let is = compared_as(&clause_sentences(new_scheme, &after), clause_sentences(new_scheme, &shown_after));
    out.extend(quoted_where_compared(&format!("\"{name}\""), &was, &is));
    out
}

/// The sentences of a clause in the term sheet, without the lists of amounts.
fn clause_sentences(scheme: &Scheme, clause: &Clause) -> Vec<String> {
    let texts = clause.explain(scheme, &scheme.clauses).into_iter().filter(|text| !is_an_amount_of_a_list(text));
    sentences(&texts.map(|text| text.replace(" (see below)", "")).collect::<Vec<_>>())
}

/// Sentences as they are quoted, each with the form in which it is compared: without the numbers of other terms.
fn compared_as(forms: &[String], texts: Vec<String>) -> Vec<(String, String)> {
    let same = forms.len() == texts.len();
    let form = |at: usize, text: &String| without_numbers(if same { &forms[at] } else { text });
    texts.into_iter().enumerate().map(|(at, text)| (form(at, &text), text)).collect()
}

/// A clause as the term sheet has it, without the lists of amounts.
fn in_short(scheme: &Scheme, clause: &Clause) -> String {
    clause_sentences(scheme, clause).join(" ")
}

/// "The fee for a year, area 01: £2,156,000."
fn is_an_amount_of_a_list(sentence: &str) -> bool {
    sentence.split_once(", ").is_some_and(|(what, rest)| {
        what.starts_with("The ")
            && !what.contains('£')
            && what.split(' ').count() <= 5
            && rest.contains(": ")
            && rest.contains('£')
    })
}

/// "£2,156,000 to £7,081,800".
fn span(schedule: &Schedule<Pence>) -> String {
    match (schedule.values().iter().min(), schedule.values().iter().max()) {
        (Some(low), Some(high)) if low != high => format!("{low} to {high}"),
        (Some(only), _) => only.to_string(),
        _ => "no amount".to_owned(),
    }
}

/// "The reward of "job" rises from £2,000 to £4,000."
fn moved<T: PartialOrd + std::fmt::Display>(what: &str, old: T, new: T) -> String {
    let way = if new > old { "rises" } else { "falls" };
    format!("{what} {way} from {old} to {new}.")
}

/// The value of a schedule that is the same everywhere.
fn one<T: Copy + PartialEq>(schedule: &Schedule<T>) -> Option<T> {
    let first = *schedule.values().first()?;
    schedule.values().iter().all(|value| *value == first).then_some(first)
}

/// The sentences that only one of two texts has: as they were, and as they are.
fn quoted(about: &str, old: &[String], new: &[String]) -> Vec<String> {
    let (old, new) = (sentences(old), sentences(new));
    quoted_where_compared(about, &compared_as(&old.clone(), old), &compared_as(&new.clone(), new))
}

/// The same for sentences that are compared in another form than they are quoted in.
fn quoted_where_compared(about: &str, old: &[(String, String)], new: &[(String, String)]) -> Vec<String> {
    let only = |these: &[(String, String)], others: &[(String, String)]| -> String {
        let own = these.iter().filter(|(form, _)| !others.iter().any(|(other, _)| other == form));
        own.map(|(_, text)| text.clone()).collect::<Vec<_>>().join(" ")
    };
    let (was, is) = (only(old, new), only(new, old));
    match (was.is_empty(), is.is_empty()) {
        (true, true) => Vec::new(),
        (true, false) => vec![format!("{about} now also says: “{is}”")],
        (false, true) => vec![format!("{about} no longer says: “{was}”")],
        (false, false) => vec![format!("{about} now says: “{is}” Before, it said: “{was}”")],
    }
}

/// Texts sentence by sentence.
fn sentences(texts: &[String]) -> Vec<String> {
    texts.iter().flat_map(|text| text.split_inclusive(". ").map(|sentence| sentence.trim().to_owned())).collect()
}

/// A sentence without the numbers of terms in the term sheet, which change when a clause is added above.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    // A number that goes on before it is an amount, and no number of a term.
    let begins = |text: &str, at: usize| !text[..at].ends_with(|letter: char| letter.is_ascii_digit() || "£.".contains(letter));
    while let Some(at) = rest.find("3.") {
        let digits = rest[at + 2..].chars().take_while(char::is_ascii_digit).count();
        let end = at + 2 + digits;
        let is_term = digits > 0 && begins(rest, at) && rest[end..].starts_with(" (");
        out.push_str(&rest[..at]);
        if !is_term {
            out.push_str(&rest[at..end]);
        }
        rest = if is_term { &rest[end + 1..] } else { &rest[end..] };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_terms_are_left_out_and_amounts_stay() {
        assert_eq!(without_numbers("What term 3.12 (fee) paid, £3.50 (a day)."), "What term (fee) paid, £3.50 (a day).");
    }
}
