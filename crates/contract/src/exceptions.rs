//! Exceptions: people who leave the measure of one outcome for a stated reason, although they started. They are in neither the
//! count nor what it is divided by. The contract says which events are a reason, whether a person with the good result counts all
//! the same, how many people may be excepted, and who reports it.

use std::ops::Range;

use crate::measured_result::TallyPart;
use crate::tally::{CohortStage, Tally};
use crate::terms::{Better, ReportedBy, SchemeTerms};
use base::english::{counted, plural};
use base::money::{Rate, WHOLE, thousands};

pub use crate::outcome::{Exceptions, GoodResult};

/// More people of a cohort are excepted than the contract allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OverLimit {
    pub outcome: usize,
    /// Position in the tally.
    pub cohort: usize,
    pub excepted: i64,
    pub people: i64,
    /// The most who may be excepted.
    pub most: i64,
}

impl Exceptions {
    /// The most people who may be excepted, of so many.
    #[must_use]
    pub fn most(&self, people: i64) -> i64 {
        let Some(share) = self.at_most else { return people };
        i64::try_from(i128::from(people) * i128::from(share.0) / i128::from(WHOLE)).unwrap_or(people)
    }

    /// In English, as a paragraph of the term sheet.
    #[must_use]
    pub fn words(&self, better: Better) -> String {
        let reasons = self.events.iter().map(|kind| format!("“{kind}”")).collect::<Vec<_>>().join(" or ");
        let good = match better {
            Better::More => "with the result",
            Better::Fewer => "without it",
        };
        let bad = match better {
            Better::More => "without the result",
            Better::Fewer => "with it",
        };
        let who = match self.good_result {
            GoodResult::Counts => format!(
                "People {bad} who have {reasons} in the window are excepted: they do not count here. People {good} always count."
            ),
            GoodResult::LeftOut => format!("People with {reasons} in the window are excepted: they do not count here."),
        };
        let most = match self.at_most {
            Some(share) => format!("At most {share} of the people of a cohort may be excepted."),
            None => "There is no limit to how many people may be excepted.".to_owned(),
        };
        let by = match self.reported_by {
            ReportedBy::Records => "",
            ReportedBy::Provider => " The provider reports the reason.",
        };
        format!("{who} {most}{by}")
    }
}

/// The cohorts of a tally in which more people are excepted than the contract allows, of those about which everything is known.
#[must_use]
pub fn over_limit(scheme: &SchemeTerms, tally: &Tally) -> Vec<OverLimit> {
    let mut out = Vec::new();
    for (outcome, definition) in scheme.outcomes.iter().enumerate() {
        let Some(exceptions) = &definition.exceptions else { continue };
        let complete = (0..tally.cohorts.len()).filter(|&cohort| tally.stage(cohort) == CohortStage::Complete);
        out.extend(complete.filter_map(|cohort| {
            let cells = cohort * tally.segments..(cohort + 1) * tally.segments;
            let sum = |values: &[i64]| values.get(cells.clone()).map_or(0, |values| values.iter().sum::<i64>());
            let (excepted, people) = (sum(&tally.excepted[outcome]), sum(&tally.people));
            let most = exceptions.most(people);
            (excepted > most).then_some(OverLimit { outcome, cohort, excepted, people, most })
        }));
    }
    out
}

/// Who is excepted from some outcomes in some cohorts of a tally, for the reason on a statement line: ". 5 people are
/// excepted from job". Empty where nobody is.
pub(crate) fn excepted_words(
    scheme: &SchemeTerms,
    tally: &Tally,
    outcomes: &[usize],
    cohorts: &Range<usize>,
    segment: Option<usize>,
) -> String {
    let mut bases: Vec<usize> = outcomes.iter().map(|&at| scheme.outcomes[at].base(at)).collect();
    bases.sort_unstable();
    bases.dedup();
    let part = TallyPart { cohorts: cohorts.clone(), segment };
    let excepted = bases.into_iter().filter_map(|at| {
        scheme.outcomes[at].exceptions.as_ref()?;
        let people =
            tally.excepted.get(at).filter(|excepted| !excepted.is_empty()).map(|excepted| part.sum(excepted, tally.segments))?;
        let are = plural(people, "person is", "people are");
        (people > 0).then(|| format!(". {} {are} excepted from {}", thousands(people), scheme.outcomes[at].name))
    });
    excepted.collect()
}

impl OverLimit {
    /// "12 of 100 people are excepted from job in 2027-04 to 2028-03, and the contract allows at most 10% (10 people)".
    #[must_use]
    pub fn words(&self, scheme: &SchemeTerms, tally: &Tally) -> String {
        let outcome = &scheme.outcomes[self.outcome];
        let share = outcome.exceptions.as_ref().and_then(|exceptions| exceptions.at_most).unwrap_or(Rate(WHOLE));
        let people = |count: i64| counted(count, "person", "people");
        format!(
            "{} of {} {} excepted from {} in {}, and the contract allows at most {share} ({})",
            thousands(self.excepted),
            people(self.people),
            plural(self.excepted, "is", "are"),
            outcome.name,
            scheme.cohorts[tally.cohorts[self.cohort]].name,
            people(self.most)
        )
    }
}
