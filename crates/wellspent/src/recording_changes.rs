//! Changes in the recording, as findings: stretches of days or people, and places, with far less or far more than the others. The rows are all
//! right, and there are too few of them, or too many.

use std::collections::BTreeSet;

use base::day::{Day, date};
use base::english::plural;
use base::money::thousands;
use contract::terms::date_words;
use outcomes::places::SilentPlace;
use outcomes::recorded::RecordedPart;
use outcomes::recording_changes::{Along, RecordingChange, concerned};
use outcomes::silence::Silence;
use records::fault::{Fault, Grade};
use records::gate::findings::Findings;

use crate::doubted::Doubted;
use crate::silent_months::{counted_kinds, place_words};

/// The messages about rows: far fewer of them, far more, and none at all.
const FEWER: &str = "far less is recorded here than of the others: rows or values may be missing";
const MORE: &str =
    "far more is recorded here than of the others: of the others rows or values may be missing, or days are wrong here";
const NOTHING: &str = "nothing at all is recorded of these people, and very much was to be expected: their rows may be missing";

/// Adds a finding for each change. Where nothing at all is recorded of people of whom very much was to be expected, each of them is a fault:
/// the run stops until somebody accepts it, and the report says how far they could change the sum.
pub(crate) fn add(
    doubted: &Doubted<'_>,
    changes: &[RecordingChange],
    silences: &[Silence],
    findings: &mut Findings,
) -> anyhow::Result<()> {
    if changes.is_empty() {
        return Ok(());
    }
    let counted = counted_kinds(doubted)?;
    for change in changes {
        let (table, kind) = kind_of(doubted, change);
        // The agency counts its rows, and the gate compares them: no month is missing. Silence is told already.
        let is_counted = [kind, ""].iter().any(|kind| counted.contains(&(table.to_owned(), (*kind).to_owned())));
        let of_days = matches!(change.along, Along::Days(..));
        let of_rows = change.series.part == RecordedPart::Rows;
        if of_days && (of_rows && is_counted || silences.iter().any(|silence| is_told(silence, change, (table, kind)))) {
            continue;
        }
        let fault = fault(doubted, change, (table, kind));
        if !change.is_nothing_at_all() {
            findings.add(table, fault.warning(), false, None);
            continue;
        }
        let fault = Fault { what: NOTHING, grade: Grade::Row, ..fault };
        let people: BTreeSet<u32> =
            concerned(doubted.measured, change).into_iter().map(|at| doubted.measured.index[at].start.person).collect();
        for (at, person) in people.into_iter().enumerate() {
            let value = fault.value.clone().filter(|_| at == 0);
            findings.add(table, Fault { value, ..fault.clone() }, true, Some(person));
        }
    }
    Ok(())
}

/// The table and the kind of a series.
fn kind_of<'a>(doubted: &'a Doubted<'_>, change: &RecordingChange) -> (&'static str, &'a str) {
    let need = &doubted.records.need;
    let kind = usize::from(change.series.kind);
    match need.events.get(kind) {
        Some(kind) => ("events", kind),
        None => ("spells", need.spells.get(kind - need.events.len()).map_or("", String::as_str)),
    }
}

/// Whether a silence says the same.
fn is_told(silence: &Silence, change: &RecordingChange, (table, kind): (&str, &str)) -> bool {
    let Along::Days(from, to) = change.along else { return false };
    let in_place = [SilentPlace::Everywhere, change.of].contains(&silence.of);
    let same = in_place && silence.facts.0 == table && silence.facts.1.iter().any(|own| own == kind);
    same && change.series.part == RecordedPart::Rows && silence.days.0 <= to && from <= silence.days.1
}

fn fault(doubted: &Doubted<'_>, change: &RecordingChange, (table, kind): (&str, &str)) -> Fault {
    let is_fewer = change.found < change.expected;
    let (column, what) = match change.series.part {
        RecordedPart::Rows => ("", format!("{kind}, the first of each person")),
        RecordedPart::Counting => ("class", format!("{kind} of a class that counts, the first of each person")),
        RecordedPart::LeftOut => ("class", format!("{kind} of a class that is left out, the first of each person")),
        RecordedPart::Settled => ("settled", format!("{kind} with a day on which it was settled, the first of each person")),
        RecordedPart::FirstOfMonth => (
            if table == "events" { "date" } else { "from" },
            format!("{kind} on the first day of a month, of the first of each person"),
        ),
        RecordedPart::EndsAtOnce => ("to", format!("{kind} that ends on its first day, of the first of each person")),
        RecordedPart::Ends => ("to", format!("ends of {kind}, of the first spell of each person")),
    };
    let value = format!(
        "{what}{}{}: {}, and at the rate of the others about {} {} to be expected",
        along_words(change.along, doubted),
        place_words(doubted, change.of),
        thousands(change.found as i64),
        thousands(change.expected.round() as i64),
        plural(change.expected.round() as i64, "was", "were")
    );
    let fix = format!(
        "ask the agency how these rows were supplied. If they are complete, it may be a change in what happens, or of a law or a service: no \
         action needed then. An agency can state its count of all rows in the table coverage: table {table}, kind {kind}, and count, people, \
         said_by, said_on"
    );
    let fault = Fault::file(if is_fewer { FEWER } else { MORE }, "about as much as of the others", fix);
    Fault { column: column.into(), value: Some(value), ..fault }
}

/// Which days or people.
fn along_words(along: Along, doubted: &Doubted<'_>) -> String {
    let words = |day: Day| date_words(date(day)).to_string();
    match along {
        Along::Days(from, to) => format!(", {} to {}", words(from), words(to)),
        Along::Starts(from, to) => format!(", of people who started from {} to {}", words(from), words(to)),
        Along::People(first, last) => {
            let number = |at: usize| doubted.measured.index.get(at).map_or(0, |index| i64::from(index.start.person) + 1);
            format!(
                ", of people {} to {} of the table of people in the order of their ids",
                thousands(number(first)),
                thousands(number(last))
            )
        }
        Along::Segment(segment) => format!(" in segment {}", doubted.scheme.segments[segment as usize]),
        Along::Everybody => String::new(),
    }
}
