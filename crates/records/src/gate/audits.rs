//! Claims of a contract that audits them: an audit result needs its date, a claim an outcome of the scheme, and no two audits may
//! find the opposite of one thing.

use std::collections::BTreeMap;

use super::super::batch::Batch;
use super::super::fault::Fault;
use super::super::names::fingerprint;
use super::super::spelling;
use super::result::FileRef;
use super::row_faults::{RowFaults, expected};
use base::day::{Day, NEVER};

pub(super) fn claims(outcomes: &[String], batch: &Batch, row_faults: &mut RowFaults) {
    let table = batch.table;
    let (outcome, date, checked, found) =
        (table.column("outcome"), table.column("date"), table.column("checked"), table.column("found"));
    for row in 0..batch.rows() {
        let mut fault = |column: usize, what, expected: String, fix: &str| {
            let read = batch.text(column, row);
            let fault = Fault::value(batch.places[row], &table.columns[column], &read, what, fix);
            row_faults.faults.push((row, Fault { expected, ..fault }));
        };
        let (day, has_found) = (batch.day(checked, row), batch.name(found, row).is_some());
        if has_found && day == NEVER {
            let what = "the claim has an audit result, but not the day of the check";
            fault(checked, what, "a day in `checked`".into(), "fill it in, or leave `found` empty if nobody checked the claim");
        } else if !has_found && day != NEVER {
            let what = "the claim was checked, but has no audit result";
            fault(found, what, "true or false".into(), "fill in `found`, or leave `checked` empty if nobody checked the claim");
        } else if day != NEVER && day < batch.day(date, row) {
            let what = "the claim was checked before its date";
            fault(checked, what, "a day not before `date`".into(), "check both days");
        }
        let name = batch.name(outcome, row).map(|name| name.to_string());
        let Some(name) = name.filter(|name| !outcomes.contains(name)) else { continue };
        let what = "the scheme has no outcome with this name";
        let nearest = spelling::nearest(&name, outcomes.iter().map(String::as_str));
        let fix = nearest.map_or("correct the name".to_owned(), |nearest| format!("write `{nearest}`"));
        let fault = Fault::value(batch.places[row], &table.columns[outcome], &name, what, fix);
        let fault = Fault { expected: expected(outcomes), ..fault };
        row_faults.faults.push((
            row,
            match (nearest, day) {
                (Some(_), _) => fault.refused(),
                // It may be a claim under another contract.
                (None, NEVER) => fault.warning(),
                (None, _) => fault,
            },
        ));
    }
}

/// What a claim is about: the fingerprints of its provider, person and outcome, and its day.
type ClaimedResult = ([u64; 3], Day);

/// What audits found of each thing that was claimed.
#[derive(Debug, Default)]
pub(super) struct AuditResults {
    first: BTreeMap<ClaimedResult, FirstAudit>,
}

/// The first claim of one thing that an audit checked.
#[derive(Clone, Debug)]
struct FirstAudit {
    found: String,
    checked: Day,
    /// Its file and row.
    file: String,
    place: u64,
}

impl AuditResults {
    /// Adds claims. One thing that was found both true and false stops the run: which of the two is right decides a penalty. Found
    /// false twice, it is a claim made twice, and each counts.
    pub(super) fn add(&mut self, file: FileRef<'_>, batch: &Batch, row_faults: &mut RowFaults) {
        let at = |name| batch.table.column(name);
        let (found, checked) = (at("found"), at("checked"));
        for row in (0..batch.rows()).filter(|row| batch.name(found, *row).is_some()) {
            let print = |name| batch.name(at(name), row).map_or(0, fingerprint);
            let claimed = ([print("provider"), print("person"), print("outcome")], batch.day(at("date"), row));
            let own = FirstAudit {
                found: batch.text(found, row),
                checked: batch.day(checked, row),
                file: file.name.to_owned(),
                place: batch.places[row],
            };
            let Some(first) = self.first.get(&claimed) else {
                self.first.insert(claimed, own);
                continue;
            };
            let place = match first.file == own.file {
                true => format!("row {}", first.place),
                false => format!("row {} of {}", first.place, first.file),
            };
            let value = Some(format!("{}; {} in {place}", own.found, first.found));
            let fault = if first.found == own.found {
                // A row that equals another in all but the key is reported as a copy.
                if own.found != "false" || first.checked == own.checked {
                    continue;
                }
                let what =
                    "another claim of this provider is for the same person, outcome and day, and was found false too; both count";
                let fix = "keep one of the two if it is one claim that was checked again; otherwise no action needed";
                Fault::row(own.place, what, "one claim for one thing", fix).warning()
            } else {
                let what =
                    "this claim and another are for the same person, outcome and day, and one was found true and one false";
                let fix = "find out which audit is right, and keep only its row";
                Fault::row(own.place, what, "one result of the audit for one thing", fix).refused()
            };
            row_faults.faults.push((row, Fault { column: "found".into(), value, ..fault }));
        }
    }
}
