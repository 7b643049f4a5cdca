//! What a contract may bring besides what it pays for: a past made to look worse, people who leave what is measured, results that others
//! lose, and results that are not worth proving. Each of these may be left out of the file.

use base::money::{Pence, Rate, WHOLE};
use base::problem::Problem;
use base::reader::Section;
use contract::Scheme;
use contract::terms::{Outcome, ReportedBy};

use super::assumed::RisingCost;
use super::gaming::{by_outcome, rising};
use super::reading::warn_without_source;

/// What was read, with one entry for each outcome.
pub(super) struct UnintendedAssumptions {
    pub baseline_inflation: Vec<Option<RisingCost>>,
    pub exits: Vec<Option<RisingCost>>,
    pub displacement: Vec<Option<f64>>,
    /// Pounds.
    pub evidence: Vec<Option<f64>>,
}

pub(super) fn read(top: &Section<'_, '_>, scheme: &Scheme) -> UnintendedAssumptions {
    let warn = |table: &Section<'_, '_>, at: Option<usize>, applies: &dyn Fn(&Outcome) -> bool, what: &str, expected: &str| {
        if at.is_some_and(|at| !applies(&scheme.outcomes[at])) {
            table.push(
                Problem::at(table.file, table.span, what.to_owned())
                    .expected(format!("{expected} in scheme.toml"))
                    .fix("remove the table, or correct the scheme file")
                    .warning(),
            );
        }
    };
    UnintendedAssumptions {
        baseline_inflation: by_outcome(top, "baseline_inflation", scheme, |table, at| {
            let what = "this outcome is not compared with a past that could be made to look worse";
            let expected = "a baseline that is a rate set on the past, or same_people_before,";
            warn(table, at, &Outcome::is_compared_with_past, what, expected);
            rising(table)
        }),
        exits: by_outcome(top, "exits", scheme, |table, at| {
            let what = "whoever leaves counts as a bad result of this outcome, so nobody gains by it";
            let expected = "better = \"fewer\", exceptions, or removed = \"left out\"";
            warn(table, at, &Outcome::leaving_is_no_failure, what, expected);
            rising(table)
        }),
        displacement: by_outcome(top, "displacement", scheme, |table, _| {
            warn_without_source(table);
            let fix = "write the share of better results that people who are not served lose, such as \"30%\"";
            let share = table.required_within("share", (Rate(0), Rate(WHOLE)), "not a share of the better results", fix);
            table.finish();
            share.as_f64()
        }),
        evidence: by_outcome(top, "claims", scheme, |table, at| {
            let claimed = |outcome: &Outcome| outcome.reported_by == ReportedBy::Provider;
            warn(table, at, &claimed, "the provider does not claim this outcome", "reported_by = \"provider\"");
            warn_without_source(table);
            let fix =
                "write what the evidence costs where it is hardest to get. Where it is easiest it is assumed to cost nothing";
            let cost: Pence = table.required_within(
                "cost_of_last",
                (Pence(1), Pence(100_000_000_000)),
                "evidence that costs nothing keeps nobody from a claim",
                fix,
            );
            table.finish();
            cost.pounds()
        }),
    }
}
