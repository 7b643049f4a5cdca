//! Who leaves the measure of an outcome: `[outcome.NAME.exceptions]`.

use crate::outcome::{Exceptions, GoodResult, OutcomeKind, ReportedBy};
use crate::read::measured::kinds;
use base::money::{Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;

/// Reads `[outcome.NAME.exceptions]`, if the file has it.
pub(super) fn read(outcome: &Section<'_, '_>, kind: OutcomeKind) -> Option<Exceptions> {
    let section = outcome.section("exceptions")?;
    let events = kinds(&section, "events");
    if events.is_empty() {
        section.push(
            Problem::at(section.file, section.span, "the exceptions do not say what is a reason")
                .expected("events = \"declined\", or a list of kinds of event")
                .fix("name the kinds of event that take a person out of this measure"),
        );
    }
    let good_result = section.required_choice("good_result", &GoodResult::KNOWN);
    let at_most = section.has("at_most").then(|| {
        let fix = "write the largest share of the people of a cohort who may be excepted, such as \"10%\"";
        section.required_within("at_most", (Rate(0), Rate(WHOLE)), "not a share of the people", fix)
    });
    let reported_by = section.choice("reported_by", &ReportedBy::KNOWN).unwrap_or_default();
    section.finish();
    if kind != OutcomeKind::Binary {
        section.push(
            Problem::at(section.file, section.span, "exceptions belong to a binary outcome")
                .read(format!("[outcome.{}.exceptions]", outcome.name))
                .expected("the table under the binary outcome that this one builds on (`of`)")
                .fix("move the table there. What builds on that outcome leaves out the same people"),
        );
        return None;
    }
    Some(Exceptions { events, good_result, at_most, reported_by })
}
