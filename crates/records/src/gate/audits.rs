//! Claims of a contract that audits them: what was found must say when it was looked at, and of which outcome it is.

use super::super::batch::Batch;
use super::super::fault::Fault;
use super::{Wrong, expected, spelling};
use base::day::NEVER;

pub(super) fn claims(outcomes: &[String], batch: &Batch, wrong: &mut Wrong) {
    let table = batch.table;
    let (outcome, date, checked, found) =
        (table.column("outcome"), table.column("date"), table.column("checked"), table.column("found"));
    for row in 0..batch.rows() {
        let mut fault = |column: usize, what, expected: String, fix: &str| {
            let read = batch.text(column, row);
            let fault = Fault::value(batch.places[row], &table.columns[column], &read, what, fix);
            wrong.faults.push((row, Fault { expected, ..fault }));
        };
        let (day, has_found) = (batch.day(checked, row), batch.name(found, row).is_some());
        if has_found && day == NEVER {
            let what = "an audit found something, and the claim does not say when it was checked";
            fault(checked, what, "a day in `checked`".into(), "fill it in, or leave `found` empty if nobody checked");
        } else if !has_found && day != NEVER {
            let what = "the claim was checked, and does not say what was found";
            fault(found, what, "true or false".into(), "fill in `found`, or leave `checked` empty if nobody checked");
        } else if day != NEVER && day < batch.day(date, row) {
            let what = "the claim was checked before the day that it is for";
            fault(checked, what, "a day not before `date`".into(), "check both days");
        }
        let name = batch.name(outcome, row).map(|name| name.to_string());
        let Some(name) = name.filter(|name| !outcomes.contains(name)) else { continue };
        let what = "the scheme has no outcome of this name";
        let nearest = spelling::nearest(&name, outcomes.iter().map(String::as_str));
        let fix = nearest.map_or("correct the name".to_owned(), |nearest| format!("write `{nearest}`"));
        let fault = Fault::value(batch.places[row], &table.columns[outcome], &name, what, fix);
        let fault = Fault { expected: expected(outcomes), ..fault };
        wrong.faults.push((
            row,
            match (nearest, day) {
                (Some(_), _) => fault.refused(),
                // Perhaps a claim under another contract.
                (None, NEVER) => fault.warning(),
                (None, _) => fault,
            },
        ));
    }
}
