//! Claims of a contract that audits them: an audit result needs its date, and a claim an outcome of the scheme. Whether two audits are
//! about one claim is known only where people's starts are.

use super::super::batch::Batch;
use super::super::fault::Fault;
use super::super::spelling;
use super::row_faults::{RowFaults, expected};
use base::day::NEVER;

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
