//! How a `[pay.NAME]` table is read, and what the clauses have in common when they are read.

use crate::amendment::Amendment;
use crate::gate::{Gate, GateContext, GateTest, MetIn};
use crate::terms::{Baseline, Cohort, MeasuredFor, MeasuredOver, Outcome, OutcomeKind};
use base::literal::{self, Literal as _, RefusedNumber};
use base::money::{Pence, Rate};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::{CohortTime, Schedule, ScheduleKeys};

/// From where results count for a price for each result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CountingBasis {
    /// Every result is paid for.
    #[default]
    FromNothing,
    /// Only results beyond the baseline of each segment are paid for, and results short of it are deducted.
    FromBaseline,
}

impl CountingBasis {
    /// Reads `counts_from`; an outcome without a baseline cannot be counted from one.
    pub(super) fn read(section: &Section<'_, '_>, context: &ClauseContext<'_>, outcome: Option<usize>) -> CountingBasis {
        let known = [("nothing", CountingBasis::FromNothing), ("baseline", CountingBasis::FromBaseline)];
        let counts = section.choice("counts_from", &known).unwrap_or_default();
        if let Some(outcome) = outcome.map(|at| &context.outcomes[at])
            && counts == CountingBasis::FromBaseline
            && outcome.baseline == Baseline::None
        {
            section.push(
                section
                    .problem("counts_from", format!("`{}` has no baseline to count from", outcome.name))
                    .expected(format!("a baseline in [outcome.{}]", outcome.name))
                    .fix("add: baseline = \"30%\" with its source, or baseline = { comparison_people_each = 10 }"),
            );
        }
        if let Some(outcome) = outcome.map(|at| &context.outcomes[at])
            && counts == CountingBasis::FromBaseline
            && outcome.ratchet != Rate(0)
        {
            section.push(
                section
                    .problem(
                        "counts_from",
                        format!("the baseline of `{}` follows the results and is the same for all segments", outcome.name),
                    )
                    .expected("a baseline that stays as it is set, or a tariff, which is measured over all segments together")
                    .fix("remove `ratchet`, or use a clause of kind \"tariff\""),
            );
        }
        counts
    }

    /// Writes a changed basis into the text of the file.
    pub(super) fn amend(self, new: CountingBasis, name: &str, text: &mut Amendment<'_>) {
        if self != new {
            let (value, why) = match new {
                CountingBasis::FromBaseline => {
                    ("\"baseline\"", "pays only for results beyond the baseline, and deducts for results short of it")
                }
                CountingBasis::FromNothing => ("\"nothing\"", "pays for every result"),
            };
            text.set(name, "counts_from", value, "outcome", why);
        }
    }
}

/// What messages about a list of rising amounts say.
pub(super) struct ListWords {
    pub expected: &'static str,
    pub negative: &'static str,
    pub falls: &'static str,
    /// After the amount before: "at least £10,000, as for fewer standards".
    pub at_least: &'static str,
    /// After "put the amounts in order,".
    pub order: &'static str,
}

/// Amounts of a list that are not negative and never fall, wherever a scenario puts them in their ranges. Each is one amount for
/// everyone.
pub(super) fn rising_amounts(section: &Section<'_, '_>, key: &str, words: &ListWords) -> Option<Vec<Schedule<Pence>>> {
    let stated = section.required_numbers::<Pence>(key, words.expected)?;
    let mut most: Option<Pence> = None;
    for (_, amount, span) in &stated {
        // An uncertain amount is drawn by itself, so one may be at its low end where the one before is at its high end.
        let [_, low, high] = amount.ends();
        let problem = |what: &str| Problem::at(section.file, *span, what).read(low.words());
        match most {
            _ if low < Pence(0) => {
                let problem = problem(words.negative).expected("£0 or more");
                section
                    .push(problem.fix("write the amounts without the minus sign. A payment that can be lost is a share at risk"));
            }
            Some(most) if low < most => section.push(
                problem(words.falls)
                    .expected(format!("at least {most}, {}", words.at_least))
                    .fix(format!("put the amounts in order, {}. Their ranges must not overlap either", words.order)),
            ),
            _ => {}
        }
        most = Some(high);
    }
    Some(stated.into_iter().map(|(amount, ..)| Schedule::constant(amount)).collect())
}

/// Refuses to pay by what an outcome does not count: a person has an amount in units, and not in events or percentage points.
pub(super) fn paid_unit(section: &Section<'_, '_>, outcome: &Outcome) {
    let (name, per) = (&outcome.name, section.text("per").unwrap_or_default());
    let (what, expected, fix) = match (outcome.kind, per) {
        (OutcomeKind::Binary, "event" | "unit") => (
            format!("`{name}` counts people, not {per}s"),
            "\"person\" or \"percentage point\"",
            "write per = \"person\", or pay on an outcome of kind \"frequency\" or \"amount\"",
        ),
        (OutcomeKind::Binary, "person") if outcome.counts_households => (
            format!("`{name}` counts households, not people"),
            "\"household\" or \"percentage point\"",
            "write per = \"household\", or pay on the outcome of the members",
        ),
        (_, "household") if !outcome.counts_households => (
            format!("`{name}` does not count households"),
            "\"person\", or what else the outcome counts",
            "pay on an outcome with rule = \"household\"",
        ),
        (OutcomeKind::Amount { .. }, "person" | "event" | "percentage point") => (
            format!("`{name}` is an amount of each person, and not a number of people or events"),
            "\"unit\", or \"lump sum\" for a bonus",
            "write per = \"unit\": the price of one unit, over the amounts of everybody together",
        ),
        (OutcomeKind::Frequency { .. } | OutcomeKind::Sustained { .. }, "unit") => {
            (format!("`{name}` counts events, not units"), "\"event\"", "write per = \"event\"")
        }
        _ => return,
    };
    section.push(section.problem("per", what).read(format!("\"{per}\"")).expected(expected).fix(fix));
}

/// What a clause measures by itself: which cohorts, and which segments.
pub(super) type Measured = (MeasuredOver, MeasuredFor);

/// What a clause may refer to while it is read.
pub struct ClauseContext<'a> {
    pub keys: &'a ScheduleKeys,
    pub outcomes: &'a [Outcome],
    pub cohorts: &'a [Cohort],
    /// Names of the clauses above this one.
    pub above: &'a [String],
    /// Names of clauses above this one that could not be read. They have been reported already.
    pub unreadable: &'a [String],
}

impl ClauseContext<'_> {
    /// Every time at which a number may differ.
    pub(super) fn times(&self) -> impl Iterator<Item = CohortTime> {
        self.cohorts.iter().map(Cohort::time)
    }

    /// The outcome that a key names.
    pub(super) fn outcome(&self, section: &Section<'_, '_>, key: &str) -> Option<usize> {
        crate::references::outcome(section, self.outcomes, key)
    }

    /// The clauses that a key names; all clauses above when the key is missing and `all` is set.
    pub(super) fn clauses(&self, section: &Section<'_, '_>, key: &str, all: bool) -> Vec<usize> {
        if !section.has(key) {
            if !all {
                let first = self.above.first().map_or("NAME", String::as_str);
                let _ = section.required_text(key, &format!("a clause above, or a list of them, such as [\"{first}\"]"));
            }
            return (0..self.above.len()).collect();
        }
        let mut found = Vec::new();
        let Some(list) = section.list(key) else { return found };
        let known: Vec<&str> = self.above.iter().map(String::as_str).collect();
        let expected = match known.len() {
            0 => "a clause above this one".to_owned(),
            _ => format!("one of {}", known.join(", ")),
        };
        if list.is_empty() {
            let problem = section.problem(key, format!("`{key}` names no clause")).expected(expected.clone());
            section.push(problem.fix("name at least one clause above this one"));
        }
        for (name, span) in list {
            if !known.contains(&name) && section.reader.counts_only(section.file) {
                continue;
            }
            let problem =
                |what: &str| Problem::at(section.file, span, what).read(format!("\"{name}\"")).expected(expected.clone());
            match self.above.iter().position(|clause| clause == name) {
                Some(at) if found.contains(&at) => {
                    section
                        .push(problem("this clause is named twice").fix("name each clause once, because its money counts once"));
                }
                Some(at) => found.push(at),
                None if self.unreadable.iter().any(|clause| clause == name) => {}
                None => section.push(
                    problem("no clause above has this name")
                        .nearest(name, known.iter().copied())
                        .fix("correct the name, or move this clause below the one it refers to"),
                ),
            }
        }
        found
    }

    /// The gate that a key holds.
    pub(super) fn gate(&self, section: &Section<'_, '_>, key: &str, own: Option<usize>) -> Option<Gate> {
        crate::gate::read(section, key, own, self.for_gates())
    }

    /// What a gate of the clause may refer to.
    pub(super) fn for_gates(&self) -> GateContext<'_> {
        GateContext { outcomes: self.outcomes, keys: self.keys }
    }

    /// `measured_for`: all segments together, or each by itself. A clause that measures each by itself has no gate that says once more
    /// in which segments it must be met.
    pub(super) fn measured_for<'g>(&self, section: &Section<'_, '_>, gates: impl IntoIterator<Item = &'g Gate>) -> MeasuredFor {
        let measured_for = section.choice("measured_for", &MeasuredFor::KNOWN).unwrap_or_default();
        if measured_for == MeasuredFor::EachSegment && gates.into_iter().any(|gate| gate.met_in != MetIn::Whole) {
            section.push(
                section
                    .problem("measured_for", "the clause measures each segment by itself, and its gate names segments too")
                    .expected("one of the two")
                    .fix("remove `measured_for`, or remove met_in, met_in_at_least and segment from the gate"),
            );
        }
        measured_for
    }

    /// Refuses an amount that differs by cohort in a clause that pays for several together.
    pub(super) fn one_time(&self, section: &Section<'_, '_>, key: &str, price: &Schedule<Pence>, over: MeasuredOver) {
        if price.by_cohort() && over != MeasuredOver::EachCohort {
            section.push(
                section
                    .problem(key, "an amount differs by cohort, and the clause measures several of them together")
                    .expected("one amount for what is measured together, or a clause that is measured over each cohort")
                    .fix("write measured_over = \"each cohort\", or amounts by contract year"),
            );
        }
    }

    /// Refuses a gate whose size differs by more than the clause measures by itself.
    pub(super) fn sizes(&self, section: &Section<'_, '_>, key: &str, test: &GateTest, met_in: MetIn, measured: Measured) {
        match test {
            GateTest::AtLeast(changes) | GateTest::MoreThan(changes) => self.told_apart(section, key, changes, met_in, measured),
            GateTest::Reaches(level) => self.told_apart(section, key, level, met_in, measured),
            GateTest::Significant { .. } => {}
        }
    }

    /// Refuses numbers that differ by more than what is measured by itself: by cohort or year where several are pooled, by segment
    /// where all are.
    pub(super) fn told_apart<T: Copy>(
        &self,
        section: &Section<'_, '_>,
        key: &str,
        numbers: &Schedule<T>,
        met_in: MetIn,
        (over, measured_for): Measured,
    ) {
        let pools = match over {
            _ if numbers.by_cohort() && over != MeasuredOver::EachCohort => Some(("cohort", "measured_over = \"each cohort\"")),
            MeasuredOver::AllCohorts if numbers.by_year() && self.keys.years > 1 => {
                Some(("contract year", "measured_over = \"each year\""))
            }
            _ => None,
        };
        let segments = numbers.by_segment()
            && self.keys.segments.len() > 1
            && measured_for == MeasuredFor::AllSegments
            && met_in == MetIn::Whole;
        let pools = pools.or(segments.then_some(("segment", "measured_for = \"each segment\"")));
        if let Some((by, fix)) = pools {
            section.push(
                section
                    .problem(key, format!("a number differs by {by}, and the clause measures several of them together"))
                    .expected(format!("one number for what is measured together, or a clause that measures each {by}"))
                    .fix(format!("write {fix}, or one number")),
            );
        }
    }

    /// Refuses a price by segment in a clause that measures all segments together.
    pub(super) fn one_price(
        &self,
        section: &Section<'_, '_>,
        key: &str,
        price: &Schedule<Pence>,
        (over, measured_for): Measured,
        kind: &str,
    ) {
        self.one_time(section, key, price, over);
        if measured_for == MeasuredFor::AllSegments {
            let fix = "measure each segment by itself: measured_for = \"each segment\". Or use an outcome payment, which takes prices by segment";
            self.for_all_segments(section, key, price, &format!("{kind} has one price"), fix);
        }
    }

    /// The amount of a cap or a floor. One for each person is refused, because a limit is for all people together.
    pub(super) fn limit(
        &self,
        section: &Section<'_, '_>,
        key: &str,
        kind: &str,
        refused: impl Fn(&Pence) -> Option<RefusedNumber>,
    ) -> Schedule<Pence> {
        let text = section.is_text(key).then(|| section.text(key)).flatten();
        let Some((text, each)) = text.and_then(|text| Some((text, literal::amount_for_each_person(text)?))) else {
            return section.checked_schedule(key, self.keys, refused);
        };
        let fix = format!(
            "write what it comes to for everybody. For 100 people it is {key} = \"{}\". \"What cannot be said here\" in \
             docs/scheme-file.md has what comes near a limit for each person",
            Pence(each.0.saturating_mul(100))
        );
        section.push(
            section
                .problem(key, format!("{kind} limits all people together, and not what is paid for each person"))
                .read(format!("\"{text}\""))
                .expected("an amount for all people of each cohort, of each year or of all cohorts, as `measured_over` says")
                .fix(fix),
        );
        Schedule::constant(Pence(0))
    }

    /// Refuses an amount that differs by cohort or by segment in a clause that pays for all of them together.
    pub(super) fn one_amount(
        &self,
        section: &Section<'_, '_>,
        key: &str,
        amount: &Schedule<Pence>,
        over: MeasuredOver,
        kind: &str,
    ) {
        self.one_time(section, key, amount, over);
        self.for_all_segments(
            section,
            key,
            amount,
            &format!("{kind} has one amount"),
            "write one amount, or a table by area and year",
        );
    }

    fn for_all_segments(&self, section: &Section<'_, '_>, key: &str, amount: &Schedule<Pence>, what: &str, fix: &str) {
        if amount.by_segment() && self.keys.segments.len() > 1 {
            section.push(
                section
                    .problem(key, format!("{what} for all segments, because it is measured over them together"))
                    .expected("one amount, or a table by area and year")
                    .fix(fix),
            );
        }
    }
}
