//! The clauses: `[pay.NAME]`, in the order of the file.

use crate::calendar::Cohort;
use crate::clauses::{self, Clause, ClauseContext};
use crate::outcome::Outcome;
use crate::read::names::{each_name_once, not_too_many};
use base::problem::Problem;
use base::reader::Section;
use base::schedule::ScheduleKeys;

/// The most clauses of a contract.
const MAX_CLAUSES: usize = 200;

/// Reads the clauses; each may refer to those above it.
pub(super) fn read(tables: &Section<'_, '_>, keys: &ScheduleKeys, outcomes: &[Outcome], cohorts: &[Cohort]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let sections = tables.sections();
    if sections.is_empty() {
        tables.push(
            Problem::at(tables.file, tables.span, "the contract pays for nothing")
                .expected("at least one table [pay.NAME]")
                .fix("add a clause. docs/scheme-file.md shows every kind"),
        );
    }
    if !not_too_many(tables, sections.len(), MAX_CLAUSES, "clauses") {
        return Vec::new();
    }
    each_name_once(&sections, "clause");
    let (mut above, mut unreadable): (Vec<String>, Vec<String>) = Default::default();
    for section in &sections {
        let context = ClauseContext { keys, outcomes, cohorts, above: &above, unreadable: &unreadable };
        match clauses::read(section, &context) {
            Some(clause) => {
                above.push(clause.name.clone());
                clauses.push(clause);
            }
            None => unreadable.push(section.name.clone()),
        }
    }
    // What could not be read counts as nothing, and nothing would seem to be in conflict with the rest.
    if tables.reader.errors() == 0
        && let Some(problem) = clauses::conflict(&clauses, tables, keys, cohorts)
    {
        tables.push(problem);
    }
    clauses
}
