//! Faults of single rows: days in the wrong order, days that cannot have happened yet, and starts outside the scheme.

use base::day::{Day, NEVER, date, day};
use base::sum_words::{is_sum, is_sum_or_note};
use jiff::civil::Date;

use super::super::batch::{Batch, ColumnValues};
use super::super::fault::Fault;
use super::super::lookups::positions;
use super::super::placeholders;
use super::super::schema::ValueKind;
use super::super::spelling;
use super::rules::StartScope;

/// Faults of a batch, each with its row.
#[derive(Default)]
pub(super) struct RowFaults {
    pub faults: Vec<(usize, Fault)>,
}

/// Pairs of columns where the second day cannot come before the first.
const ORDERS: [(&str, &str, &str, &str); 7] = [
    ("people", "born", "died", "the death comes before the birth"),
    ("people", "born", "removed", "the removal comes before the birth"),
    ("starts", "began", "ended", "it ends before it begins"),
    ("events", "date", "settled", "it is settled before it happened"),
    ("spells", "from", "to", "it ends before it begins"),
    ("lots", "begins", "ends", "it ends before it begins"),
    ("coverage", "since", "until", "it ends before it begins"),
];

/// Rows whose days are in the wrong order.
pub(super) fn check_days(batch: &Batch, row_faults: &mut RowFaults) {
    for (table, first, second, what) in ORDERS.iter().filter(|order| order.0 == batch.table.name) {
        let (from, to) = (batch.table.column(first), batch.table.column(second));
        let (ColumnValues::Days(firsts), ColumnValues::Days(seconds)) = (&batch.columns[from], &batch.columns[to]) else {
            continue;
        };
        let column = &batch.table.columns[to];
        for (row, (first_day, day)) in firsts.iter().zip(seconds).enumerate() {
            let fault_of = |what, fix: &str| Fault::value(batch.places[row], column, &batch.text(to, row), what, fix);
            if *day < *first_day && *first_day != NEVER {
                let fault = fault_of(what, "check both days");
                row_faults.faults.push((row, Fault { expected: format!("a day not before `{first}`"), ..fault }));
            } else if day == first_day && *day != NEVER && *table == "spells" {
                let fix = "`to` is the first day that is no longer part of it: a job of one day on 1 March ends on 2 March";
                let fault = fault_of("the spell has no days", fix).warning();
                row_faults.faults.push((row, Fault { expected: "a day after `from`".into(), ..fault }));
            }
        }
    }
}

/// A row may be this many days later than the last complete day of its kind. A table that is handed over some months after that day
/// has some of the rows that followed it.
pub(super) const LATER: Day = 366;

/// Rows dated so long after the last complete day that the day must be wrong. They would fall out of every follow-up window in
/// silence.
/// `is_covered` says of a row whether coverage states how far its kind is complete, `is_asked` whether `latest` is the day that is asked
/// about or a later one.
pub(super) fn check_later(
    latest: Day,
    is_asked: bool,
    is_covered: &dyn Fn(usize) -> bool,
    batch: &Batch,
    row_faults: &mut RowFaults,
) {
    let at = batch.table.column(if batch.table.name == "spells" { "from" } else { "date" });
    let ColumnValues::Days(days) = &batch.columns[at] else { return };
    let limit = latest.saturating_add(LATER);
    for (row, day) in days.iter().enumerate() {
        if *day > limit && *day != NEVER && is_covered(row) {
            let what = match is_asked {
                true => "the day is more than a year after the last complete day and the day that is asked about",
                false => {
                    "the day is more than a year after the last complete day; it cannot be used unless a later day is asked about"
                }
            };
            let fix = "correct the day, leave out what is only planned, or write a later day in `until` of coverage";
            let fault = Fault::value(batch.places[row], &batch.table.columns[at], &batch.text(at, row), what, fix);
            let fault = Fault { expected: format!("a day up to {}", date(limit)), ..fault };
            row_faults.faults.push((row, if is_asked { fault } else { fault.warning() }));
        }
    }
}

/// Columns with the day on which something was done about a row, or it became known.
const AFTERWARDS: [(&str, &str); 7] = [
    ("people", "known"),
    ("starts", "known"),
    ("events", "known"),
    ("events", "settled"),
    ("spells", "known"),
    ("claims", "checked"),
    ("claims", "known"),
];

/// Rows that were settled, checked or known so long after everything else in the records that the day must be wrong. They would not
/// count, in silence. `is_asked` says whether `latest` is the day that is asked about or a later one.
pub(super) fn check_afterwards(latest: Day, is_asked: bool, batch: &Batch, row_faults: &mut RowFaults) {
    let limit = latest.saturating_add(LATER);
    for (_, name) in AFTERWARDS.iter().filter(|(table, _)| *table == batch.table.name) {
        let Some(at) = batch.table.columns.iter().position(|column| column.name == *name) else { continue };
        let ColumnValues::Days(days) = &batch.columns[at] else { continue };
        for row in (0..batch.rows()).filter(|row| days[*row] > limit && days[*row] != NEVER) {
            let what = match is_asked {
                true => "the day is more than a year after all that coverage states and the day that is asked about",
                false => {
                    "the day is more than a year after all that coverage states; it cannot be used unless a later day is asked about"
                }
            };
            let fix = "correct the day, leave it empty if it has not come, or write a later day in `until` of coverage";
            let fault = Fault::value(batch.places[row], &batch.table.columns[at], &batch.text(at, row), what, fix);
            let fault = Fault { expected: format!("a day up to {}", date(limit)), ..fault };
            row_faults.faults.push((row, if is_asked { fault } else { fault.warning() }));
        }
    }
}

/// Columns with the day on which something ends, and what a far day may stand for.
const ENDS: [(&str, &str); 2] = [("spells", "to"), ("starts", "ended")];

/// Some systems write a day in the far future where nothing has ended. So many days away, an end is that, or a slip in the year.
const FAR: Day = 3653;

/// Ends that are too far away to be planned. They count as if nothing had ended, which may be right, and are told.
pub(super) fn check_far_ends(latest: Day, batch: &Batch, row_faults: &mut RowFaults) {
    let limit = latest.saturating_add(FAR);
    for (_, name) in ENDS.iter().filter(|(table, _)| *table == batch.table.name) {
        let Some(at) = batch.table.columns.iter().position(|column| column.name == *name) else { continue };
        let ColumnValues::Days(days) = &batch.columns[at] else { continue };
        for row in (0..batch.rows()).filter(|row| days[*row] > limit && days[*row] != NEVER) {
            let what = "it ends more than ten years after the day that is asked about, and counts as if it had not ended";
            let fix = "nothing, if it has not ended; an empty cell says so more plainly. Otherwise correct the year";
            let fault = Fault::value(batch.places[row], &batch.table.columns[at], &batch.text(at, row), what, fix).warning();
            row_faults.faults.push((row, Fault { expected: format!("a day up to {}", date(limit)), ..fault }));
        }
    }
}

/// Days that systems write where nobody knows the day: the first days that they can store.
const FIRST_DAYS: [Date; 4] = [
    jiff::civil::date(1899, 12, 30),
    jiff::civil::date(1900, 1, 1),
    jiff::civil::date(1904, 1, 1),
    jiff::civil::date(1970, 1, 1),
];

/// Days of events, spells and starts that often stand for no day.
pub(super) fn check_first_days(batch: &Batch, row_faults: &mut RowFaults) {
    if !["starts", "events", "spells", "claims"].contains(&batch.table.name) {
        return;
    }
    let first_days = FIRST_DAYS.map(day);
    for (at, column) in batch.table.columns.iter().enumerate() {
        let ColumnValues::Days(days) = &batch.columns[at] else { continue };
        for row in (0..batch.rows()).filter(|row| first_days.contains(&days[*row])) {
            let what = "many systems write this day where the day is not known";
            let fix = "nothing, if it is the day; otherwise find the day, or leave out the row";
            let fault = Fault::value(batch.places[row], column, &batch.text(at, row), what, fix).warning();
            row_faults.faults.push((row, Fault { expected: "the day on which it happened".into(), ..fault }));
        }
    }
}

/// Days from conception to birth.
const UNBORN: Day = 280;

/// What happened to people before they were born: the day is wrong, or the day of birth, or the person.
pub(super) fn check_born(born: &[Day], persons: &[u32], batch: &Batch, row_faults: &mut RowFaults) {
    let name = match batch.table.name {
        "starts" => "began",
        "events" => "date",
        "spells" => "from",
        _ => return,
    };
    let at = batch.table.column(name);
    let ColumnValues::Days(days) = &batch.columns[at] else { return };
    for (row, (day, person)) in days.iter().zip(persons).enumerate() {
        let born = born.get(*person as usize).copied().unwrap_or(NEVER);
        if *day < born && born != NEVER {
            let what = "it is dated before the person's birth";
            let fix = "correct the day, the person, or `born` in the table of people";
            let fault = Fault::value(batch.places[row], &batch.table.columns[at], &batch.text(at, row), what, fix);
            let fault = Fault { expected: "a day not before `born`".into(), ..fault };
            // A service for families may begin before a birth.
            row_faults.faults.push((row, if born - *day > UNBORN { fault } else { fault.warning() }));
        }
    }
}

/// Columns of ids in which 0 often stands for none. Ids may also be counted from 0, so it is only reported.
const ZERO_MAY_BE_NONE: [&str; 2] = ["household", "disposal"];

/// Programs write this sign for bytes that are no letter. Different letters become the same.
const REPLACEMENT: char = '\u{fffd}';

/// Ids that stand for no id, and ids that were damaged.
pub(super) fn check_placeholders(batch: &Batch, row_faults: &mut RowFaults) {
    for (at, column) in batch.table.columns.iter().enumerate().filter(|(_, column)| column.kind == ValueKind::Id) {
        let zero_may_be = ZERO_MAY_BE_NONE.contains(&column.name);
        // Most columns of ids are numbers, and a number is an id.
        if matches!(&batch.columns[at], ColumnValues::Numbers(_)) && !zero_may_be {
            continue;
        }
        if let ColumnValues::Texts(texts) = &batch.columns[at]
            && texts.contains(REPLACEMENT)
        {
            for row in (0..batch.rows()).filter(|row| texts.get(*row).contains(REPLACEMENT)) {
                let what =
                    "this id has the sign for a letter that could not be read, and may join rows that have nothing in common";
                let fix = "ask for the file again, or save it again as UTF-8: its letters were damaged on the way";
                let fault = Fault::value(batch.places[row], column, texts.get(row), what, fix);
                row_faults.faults.push((row, Fault { expected: "an id without damaged letters".into(), ..fault }.refused()));
            }
        }
        // Members of a household share its id, so a word with a number may stand for several of whom nobody knows where they live.
        let is_shared = ["household", "disposal"].contains(&column.name);
        for row in 0..batch.rows() {
            let (is_none, is_zero, is_numbered) = match &batch.columns[at] {
                ColumnValues::Numbers(numbers) => (false, numbers[row] == 0, false),
                ColumnValues::Texts(texts) => {
                    let text = texts.get(row);
                    (placeholders::stands_for_none(text), text == "0", is_shared && placeholders::is_numbered_none(text))
                }
                _ => (false, false, false),
            };
            let fix = "leave the cell empty if there is none; if it is an id, write another one";
            let fault = |what| {
                let fault = Fault::value(batch.places[row], column, &batch.text(at, row), what, fix);
                (row, Fault { expected: "an id, or nothing".into(), ..fault })
            };
            if is_none {
                row_faults.faults.push(fault("this stands for no id, and would join all rows that have it"));
            } else if is_numbered {
                row_faults
                    .faults
                    .push(fault("this looks like a word for no id with a number, and would join all rows that have it"));
            } else if is_zero && zero_may_be {
                let (row, fault) = fault("0 may stand for no id, and joins all rows that have it");
                row_faults.faults.push((row, fault.warning()));
            }
        }
    }
}

/// Sums below the lines of invoices, whose amounts are added up. No person can be called so: the table has none.
pub(super) fn check_sums(batch: &Batch, row_faults: &mut RowFaults) {
    if batch.table.name != "invoices" {
        return;
    }
    // An outcome or a period may be called like a note below a table: "Overall", "End".
    for (name, is_named_so) in [("invoice", is_sum_or_note as fn(&str) -> bool), ("outcome", is_sum), ("period", is_sum)] {
        let at = batch.table.column(name);
        let ColumnValues::Texts(texts) = &batch.columns[at] else { continue };
        for row in (0..batch.rows()).filter(|row| is_named_so(texts.get(*row))) {
            let column = &batch.table.columns[at];
            let what = "the row is named like a sum of the others, and would be added to them";
            let fix = "delete the row; if it is no sum, give it another name";
            let fault = Fault::value(batch.places[row], column, texts.get(row), what, fix);
            row_faults.faults.push((row, Fault { expected: "one row for each amount, and no sums".into(), ..fault }));
        }
    }
}

/// Something was known of an event this many days before it happened, and it cannot have been planned for so long.
const PLANNED: Day = 183;

/// Events that became known before they happened. The day on which they count as known is then too early.
pub(super) fn check_known(kinds: &[u16], batch: &Batch, row_faults: &mut RowFaults) {
    let (at, known) = (batch.table.column("date"), batch.table.column("known"));
    let (ColumnValues::Days(days), ColumnValues::Days(all_known)) = (&batch.columns[at], &batch.columns[known]) else { return };
    for row in (0..batch.rows()).filter(|row| all_known[*row] < days[*row]) {
        let fix = "check both days; no action needed if the event was planned, and then took place on its day";
        let long_before = all_known[row] < days[row] - PLANNED && kinds.get(row) != Some(&0);
        let what = if long_before {
            "it became known more than six months before it happened"
        } else {
            "it became known before it happened"
        };
        let fault = Fault::value(batch.places[row], &batch.table.columns[known], &batch.text(known, row), what, fix);
        let fault = if long_before { fault } else { fault.warning() };
        row_faults.faults.push((row, Fault { expected: "a day not before `date`".into(), ..fault }));
    }
}

/// Starts in areas, segments or cohorts that the scheme does not have.
pub(super) fn check_starts(scope: &StartScope, batch: &Batch, row_faults: &mut RowFaults) {
    for (name, known) in [("area", &scope.areas), ("segment", &scope.segments)] {
        let at = batch.table.column(name);
        let column = &batch.table.columns[at];
        let positions = positions(&batch.columns[at], batch.rows(), known);
        for row in (0..batch.rows()).filter(|row| positions[*row] == 0) {
            match batch.name(at, row) {
                None if known.len() == 1 => {}
                None => {
                    let what = if name == "area" { "the start has no area" } else { "the start has no segment" };
                    let fix = "the scheme has several: say which one the person started in";
                    let fault = Fault::value(batch.places[row], column, "", what, fix);
                    row_faults.faults.push((row, Fault { expected: expected(known), ..fault }));
                }
                Some(read) => {
                    let read = read.to_string();
                    let what = if name == "area" {
                        "the scheme has no area with this name"
                    } else {
                        "the scheme has no segment with this name"
                    };
                    let fault = match spelling::nearest(&read, known.iter().map(String::as_str)) {
                        Some(nearest) => {
                            Fault::value(batch.places[row], column, &read, what, format!("write `{nearest}`")).refused()
                        }
                        None => {
                            let fix = "correct the name, or leave out starts that belong to another contract";
                            Fault::value(batch.places[row], column, &read, what, fix)
                        }
                    };
                    row_faults.faults.push((row, Fault { expected: expected(known), ..fault }));
                }
            }
        }
    }
    let at = batch.table.column("began");
    let ColumnValues::Days(began) = &batch.columns[at] else { return };
    for (row, day) in began.iter().enumerate() {
        let cohort = scope.cohorts.partition_point(|(_, ends)| ends < day);
        if scope.cohorts.get(cohort).is_none_or(|(starts, _)| day < starts) {
            let what = "the start is outside the dates of every cohort, and does not count";
            let fix = "no action needed if the contract does not pay for it; otherwise check the day";
            let fault = Fault::value(batch.places[row], &batch.table.columns[at], &batch.text(at, row), what, fix).warning();
            row_faults.faults.push((row, Fault { expected: "a day in a cohort of the scheme".into(), ..fault }));
        }
    }
}

/// The names that a scheme has, or the first of them.
pub(super) fn expected(known: &[String]) -> String {
    let shown: Vec<&str> = known.iter().take(8).map(String::as_str).collect();
    let more = if known.len() > 8 { format!(" and {} more", known.len() - 8) } else { String::new() };
    format!("one of {}{more}", shown.join(", "))
}
