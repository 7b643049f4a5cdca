//! What the parts of the assumptions file have in common when they are read.

use base::problem::Problem;
use base::reader::Section;
use contract::Scheme;

/// Warns where numbers do not say where they come from.
pub(super) fn warn_without_source(table: &Section<'_, '_>) {
    if table.source().is_none() {
        table.push(
            Problem::at(table.file, table.span, format!("[{}] does not say where its numbers come from", table.path))
                .expected("from = \"…\": a published source, or \"assumption: …\" with ranges")
                .fix("add a line: from = \"assumption: a guess by the author\"")
                .warning(),
        );
    }
}

/// The binary outcome of the scheme that a table names under `outcome`.
pub(super) fn binary_outcome(table: &Section<'_, '_>, scheme: &Scheme, what: &str, fix: &str) -> Option<usize> {
    let name = table.required_text("outcome", what);
    let outcome = scheme.outcome(&name).filter(|&at| scheme.outcomes[at].is_binary());
    if outcome.is_none() && !name.is_empty() {
        let known = scheme.outcomes.iter().filter(|outcome| outcome.is_binary()).map(|outcome| outcome.name.as_str());
        table.push(
            table
                .problem("outcome", "no binary outcome has this name")
                .read(name.clone())
                .expected("a binary outcome of the scheme")
                .nearest(&name, known)
                .fix(fix),
        );
    }
    outcome
}

/// People expected in each of the contract's segments, over all areas and cohorts.
pub(crate) fn expected_by_segment(scheme: &Scheme) -> Vec<f64> {
    let in_segment = |segment: usize| -> i64 {
        let areas = 0..scheme.areas.len();
        areas.flat_map(|area| scheme.cohorts.iter().map(move |cohort| scheme.people.at(area, segment, cohort.time()).0)).sum()
    };
    (0..scheme.segments.len()).map(|segment| in_segment(segment) as f64).collect()
}
