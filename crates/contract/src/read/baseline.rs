//! What an outcome is compared with: `baseline` and `ratchet` of `[outcome.NAME]`.

use crate::outcome::{Baseline, OutcomeKind, Per};
use base::literal::{Count, Duration, Literal as _, MeanAmount, PerHead, RefusedNumber};
use base::money::{Rate, WHOLE};
use base::reader::Section;
use base::schedule::{Schedule, ScheduleKeys};

/// The baseline, and whether the contract assumes it.
pub(super) fn baseline(section: &Section<'_, '_>, keys: &ScheduleKeys, kind: OutcomeKind) -> (Baseline, bool) {
    if section.has("baseline")
        && section.holds_keys("baseline")
        && let Some(table) = section.section("baseline")
        && table.has("assumed")
    {
        let rate = fixed_rate(&table, "assumed", keys, kind);
        table.finish();
        return (Baseline::Fixed(rate), true);
    }
    (known_baseline(section, keys, kind), false)
}

/// A rate of the outcome that is fixed in advance.
fn fixed_rate(section: &Section<'_, '_>, key: &str, keys: &ScheduleKeys, kind: OutcomeKind) -> Schedule<Rate> {
    match kind {
        OutcomeKind::Binary => {
            let fix = "if the outcome counts events and not people, its kind is \"frequency\"";
            section.schedule_up_to(key, keys, Rate(WHOLE), "the baseline is above 100%", fix)
        }
        OutcomeKind::Amount { most } => {
            let most = Rate(most * WHOLE);
            section.checked_schedule::<MeanAmount>(key, keys, |each| above_the_most(each.0, most)).map(|each| each.0)
        }
        OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. } => {
            section.positive_schedule::<PerHead>(key, keys).map(|per_head| per_head.0)
        }
    }
}

/// A mean that no amounts can have.
fn above_the_most(each: Rate, most: Rate) -> Option<RefusedNumber> {
    (each < Rate(0) || each > most).then(|| RefusedNumber {
        what: "the mean is not between 0 and the largest amount that counts".to_owned(),
        expected: format!("from 0 to {} per person", most.0 / WHOLE),
        fix: "correct the number, or `most`".to_owned(),
    })
}

fn known_baseline(section: &Section<'_, '_>, keys: &ScheduleKeys, kind: OutcomeKind) -> Baseline {
    if !section.has("baseline") {
        return Baseline::None;
    }
    if section.holds_keys("baseline")
        && let Some(table) = section.section("baseline")
        && table.has("comparison_people_each")
    {
        let what = "the comparison group needs at least one person for each person served";
        let fix = "write the number of people in the comparison group for each person served";
        let ratio = table.required_within("comparison_people_each", (Count(1), Count(1000)), what, fix);
        table.finish();
        if matches!(kind, OutcomeKind::Frequency { per: Per::Affected, .. }) {
            table.push(
                table
                    .problem("comparison_people_each", "a comparison group is measured per person, not per person affected")
                    .expected("per = \"person\"")
                    .fix("change `per`, or give the baseline as a number"),
            );
        }
        return Baseline::Comparison { ratio: ratio.0 };
    }
    if section.holds_keys("baseline")
        && let Some(table) = section.section("baseline")
        && table.has("same_people_before")
    {
        let over: Duration = table.required("same_people_before");
        some_time(&table, "same_people_before", over);
        table.finish();
        if kind != OutcomeKind::Binary && !matches!(kind, OutcomeKind::Frequency { per: Per::Person, .. }) {
            table.push(
                table
                    .problem("same_people_before", "what people did before can only be counted by person or by event")
                    .expected("kind = \"binary\", or \"frequency\" per person")
                    .fix("change the kind, or give the baseline as a number"),
            );
        }
        return Baseline::Before { over };
    }
    Baseline::Fixed(fixed_rate(section, "baseline", keys, kind))
}

/// How much of a year's improvement the next year's baseline takes over.
pub(super) fn ratchet(section: &Section<'_, '_>, baseline: &Baseline) -> Rate {
    if !section.has("ratchet") {
        return Rate(0);
    }
    let fix = "write the share of each year's improvement that next year's baseline takes over, such as \"100%\"";
    let share = section.required_within("ratchet", (Rate(0), Rate(WHOLE)), "not a share of an improvement", fix);
    if *baseline == Baseline::None {
        section.push(
            section
                .problem("ratchet", "there is no baseline to follow the results")
                .expected("a baseline")
                .fix("add the baseline of the first year, or remove `ratchet`"),
        );
    }
    share
}

/// Refuses a length of time of zero.
pub(super) fn some_time(section: &Section<'_, '_>, key: &str, length: Duration) {
    if length.in_months() <= 0.0 {
        section.push(
            section
                .problem(key, format!("`{key}` is zero"))
                .read(length.words())
                .expected("at least one day, such as \"12 months\"")
                .fix("write the length of time that the contract states"),
        );
    }
}
