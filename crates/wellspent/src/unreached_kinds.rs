//! Kinds of event and spell whose rows do not reach the people who are measured, as findings.

use base::day::date;
use base::english::counted;
use contract::terms::date_words;
use outcomes::reach::{HowUnreached, Unreached};
use records::fault::{Fault, visible};
use records::gate::findings::Findings;

use crate::doubted::Doubted;

/// Where so many rows about people served are to be expected, it is no accident that there are none: chance does it in 5% of cases.
const NO_ACCIDENT: f64 = 3.0;
/// Where no kind at all reaches anybody, so many are enough.
const NONE_AT_ALL: f64 = 1.0;

/// Adds the finding of a kind. Where none of its rows can count, the run is refused, as it is where there are none at all.
pub(crate) fn add(doubted: &Doubted<'_>, unreached: &Unreached, findings: &mut Findings) {
    let need = &doubted.records.need;
    let (table, kind) = match unreached.kind.checked_sub(need.events.len()) {
        None => ("events", &need.events[unreached.kind]),
        Some(spell) => ("spells", &need.spells[spell]),
    };
    let (rows, later) = (counted(unreached.rows, "row", "rows"), counted(unreached.later, "row", "rows"));
    let by = date_words(date(doubted.known_at));
    let state_zero = format!(
        "if it is right, leave these rows out and let the agency state the zero in coverage: table {table}, kind {kind}, count 0, and people, said_by, said_on"
    );
    let check_known = "`known` is the day from which the agency had the row, not the day of the extract: correct it, leave the column \
                       empty, or ask for a later day";
    let another_reaches = doubted.measured.reach.iter().any(|reach| reach.served > 0);
    let no_accident = unreached.expected >= if another_reaches { NO_ACCIDENT } else { NONE_AT_ALL };
    let is_compared = doubted.measured.reach[unreached.kind].compared > 0;
    let (what, value, fix, stops) = match unreached.how {
        HowUnreached::NobodyServed => (
            "no row of this kind is about anybody who was served, so everybody looks as if nothing had happened",
            rows,
            match is_compared {
                true => "check that the rows of the people served were supplied, with the ids of starts".to_owned(),
                false => format!("check that the ids here are those of starts, and of the same people; {state_zero}"),
            },
            no_accident,
        ),
        HowUnreached::NobodyCompared => (
            "rows of this kind are about people served, and none is about the comparison group",
            rows,
            "check that the rows of the comparison group were supplied; no action needed if it had none".to_owned(),
            false,
        ),
        HowUnreached::NotYetKnown => (
            "no row of this kind was known by the day that is asked about, so everybody looks as if nothing had happened",
            format!("{later} dated up to {by}, and known later"),
            format!("{check_known}; {state_zero}"),
            no_accident,
        ),
        HowUnreached::MostlyNotYetKnown => (
            "most rows of this kind were not yet known on the day that is asked about, and are left out",
            format!("{later} of {} dated up to {by}, and known later", unreached.rows),
            format!("no action needed if that is right; {check_known}"),
            false,
        ),
        HowUnreached::BeforeTheStart => (
            "all rows of this kind are dated before the first start of their person",
            rows,
            "check the days, and that the rows since the starts were supplied; no action needed if there were none".to_owned(),
            false,
        ),
    };
    let fault = Fault::file(what, "rows about the people who are measured, since they started", fix);
    let fault = if stops { fault.refused() } else { fault.warning() };
    let value = Some(format!("{}: {value}", visible(kind)));
    findings.add(table, Fault { column: "kind".into(), value, ..fault }, stops, None);
}
