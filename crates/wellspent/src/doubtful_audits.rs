//! Audits of claims that contradict each other or the records, or that fit no start, as findings with their files and rows.

use std::collections::{BTreeMap, BTreeSet};

use outcomes::claims::{ClaimedResult, Disputed, UnplacedClaim, WhyUnplaced, audited, comes_once, disputed};
use records::fault::Fault;
use records::gate::findings::Findings;
use records::names::fingerprint;

use crate::doubted::Doubted;

/// A row of an audit about a claim.
struct AuditRow {
    found: bool,
    /// The id of the row. The same one again is a repeat that the gate has found.
    id: u64,
    /// Its file and row.
    file: String,
    place: u64,
}

/// The messages about two rows of an audit about one claim.
const TRUE_AND_FALSE: &str = "this claim and another are for one result, and one was found true and one false";
const FALSE_TWICE: &str = "this claim and another are for one result, and both were found false; the penalty is taken once";
const TRUE_TWICE: &str = "this claim and another are for one result, and both were found true";

/// The messages about an audit and the records.
const FALSE_AND_SHOWN: &str = "this claim was found false, and the records show its result";
const TRUE_AND_NOT_SHOWN: &str = "this claim was found true, and the records do not show its result";

/// The messages about an audited claim that fits no start, by the reason.
const UNPLACED: [(WhyUnplaced, &str, &str); 3] = [
    (WhyUnplaced::NotServed, "person", "this claim was audited, and its person has no start"),
    (WhyUnplaced::OtherProvider, "provider", "this claim was audited, and its person has no start with this provider"),
    (WhyUnplaced::TooEarly, "date", "this claim was audited, and its day is before the person's first start with the provider"),
];

/// The fault of an audited claim that fits no start. The gate has found people and outcomes that are not in the records.
fn unplaced_fault(place: u64, unplaced: UnplacedClaim, found: bool) -> Option<Fault> {
    let (_, column, what) = UNPLACED.into_iter().find(|(why, _, _)| *why == unplaced.why)?;
    let fix =
        "correct the claim, or the start that it is for; if it is a claim under another contract, leave it out of this table";
    let fault = Fault::row(place, what, "a claim about a start in the records", fix);
    // A claim that was found true pays nothing: only results do.
    let fault = if found { fault.warning() } else { fault };
    let value = if found { "found true; nothing depends on it" } else { "found false; no penalty is taken for it" };
    Some(Fault { column: column.into(), value: Some(value.to_owned()), ..fault })
}

/// Adds findings: claims that were found both true and false, claims that were found false twice, findings of an audit that the
/// records contradict, and audited claims that fit no start.
pub(crate) fn add(doubted: &Doubted<'_>, findings: &mut Findings) -> anyhow::Result<()> {
    let Doubted { scheme, records, measured, by, again, .. } = *doubted;
    let mut first: BTreeMap<ClaimedResult, AuditRow> = BTreeMap::new();
    // Rows that fit no start: the same row again is a repeat that the gate has found.
    let mut unplaced_ids: BTreeSet<u64> = BTreeSet::new();
    again("claims", &mut |name, batch| {
        let column = |name| batch.table.column(name);
        let (id, checked, date) = (column("claim"), column("checked"), column("date"));
        for claim in audited(scheme, records, measured, batch, by) {
            let (row, found) = (claim.row, claim.found);
            // The gate has set aside a claim that was checked before its day.
            if batch.day(checked, row) < batch.day(date, row) {
                continue;
            }
            let claimed = match claim.claimed {
                Ok(claimed) => claimed,
                Err(unplaced) => {
                    let is_new = batch.name(id, row).is_none_or(|name| unplaced_ids.insert(fingerprint(name)));
                    if let Some(fault) = unplaced_fault(batch.places[row], unplaced, found).filter(|_| is_new) {
                        findings.add(name, fault, !found, unplaced.person);
                    }
                    continue;
                }
            };
            let person = Some(measured.index[claimed.at].start.person);
            let in_words = |found: bool| if found { "true" } else { "false" };
            let mut tell = |fault: Fault, value: String, affects_sum: bool| {
                let fault = Fault { column: "found".into(), value: Some(value), ..fault };
                findings.add(name, fault, affects_sum, person);
            };
            let place = batch.places[row];
            let own = AuditRow { found, id: batch.name(id, row).map_or(0, fingerprint), file: name.to_owned(), place };
            if let Some(first) = first.get(&claimed) {
                if first.id == own.id {
                    continue;
                }
                let of_file = if first.file == own.file { String::new() } else { format!(" of {}", first.file) };
                let value = format!("{}; {} in row {}{of_file}", in_words(found), in_words(first.found), first.place);
                let fix = "find out which audit is right, and keep only its row";
                if first.found != found {
                    tell(Fault::row(place, TRUE_AND_FALSE, "one result of the audit for each claim", fix).refused(), value, true);
                } else if comes_once(scheme, claimed.outcome) {
                    let what = if found { TRUE_TWICE } else { FALSE_TWICE };
                    let fix = "keep one of the two rows; a person can have this result once from one start";
                    tell(Fault::row(place, what, "one claim for each result", fix).warning(), value, false);
                }
                continue;
            }
            first.insert(claimed, own);
            let fix = "find out which is right, and correct the records or `found`; or agree how it is paid, and accept it";
            match disputed(scheme, measured, claimed, found) {
                Some(Disputed::FalseAndShown) => {
                    let value = "false; the result is paid and the penalty taken".to_owned();
                    tell(Fault::row(place, FALSE_AND_SHOWN, "an audit that agrees with the records", fix), value, true);
                }
                Some(Disputed::TrueAndNotShown) => {
                    let value = "true; nothing is paid".to_owned();
                    tell(Fault::row(place, TRUE_AND_NOT_SHOWN, "an audit that agrees with the records", fix), value, true);
                }
                None => {}
            }
        }
    })
}
