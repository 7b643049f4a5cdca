//! A release: tables and numbers that are published together, checked with everything that was published before. Two tables that
//! are safe alone may not be safe together: their difference may be a few people.

use base::problem::Problem;

use crate::attack::PublicKnowledge;
use crate::audit::{AuditRecord, ReleaseOutcome};
use crate::controlled_rounding::{knowledge_of_rounded, not_protected, protected_ranges, round_unchecked};
use crate::primary::{PossibleRange, says_small};
use crate::protection::ProtectionTask;
use crate::publication::Publication;
use crate::register::{PastCell, PastRelease, ReleaseRegister, ReleaseRequest};
use crate::rules::DisclosurePolicy;
use crate::secondary::{SearchLimits, Suppression, suppress};
use crate::system::CellId;
use crate::table::{StatisticalTable, wrong};
use crate::together::{Together, overlap};
use crate::words::CellShown;

/// What may be published of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovedRelease {
    /// For each table, what its cells show, in the order of its cells.
    pub tables: Vec<Vec<CellShown>>,
    /// The same as what pages and files are made of.
    pub publication: Publication,
    /// Whether each number is withheld. Beside a rounded table all are: they can be worked out from the rounded numbers.
    pub withheld: Vec<bool>,
    /// What was hidden, and how good the pattern is. None where the tables are rounded.
    pub suppression: Option<Suppression>,
    /// The entry for the register. Whoever publishes the release adds it.
    pub entry: PastRelease,
}

/// Why nothing may be published, with a record of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedRelease {
    pub problem: Problem,
    pub audit: AuditRecord,
}

/// Checks a request together with all earlier releases, and hides what must be hidden, or rounds where the policy has a base.
///
/// # Errors
/// Tables that contradict each other or an earlier release, and sensitive cells that nothing in the new release can protect.
pub fn release(
    register: &ReleaseRegister,
    policy: &DisclosurePolicy,
    limits: &SearchLimits,
    request: &ReleaseRequest,
) -> Result<ApprovedRelease, Box<RefusedRelease>> {
    let mut audit = AuditRecord::of(&request.name, &request.actor, request.day, &request.asked);
    audit.policy = policy.words();
    audit.cells = request.tables.iter().map(|table| table.cells.len()).sum();
    let decided = decide(register, policy, limits, request, &mut audit);
    decided.map_err(|problem| {
        audit.outcome = ReleaseOutcome::Refused(problem.what.clone());
        Box::new(RefusedRelease { problem: *problem, audit })
    })
}

fn decide(
    register: &ReleaseRegister,
    policy: &DisclosurePolicy,
    limits: &SearchLimits,
    request: &ReleaseRequest,
    audit: &mut AuditRecord,
) -> Result<ApprovedRelease, Box<Problem>> {
    let all = Together::of(register, request)?;
    let task = all.task(register, policy, request, audit)?;
    if let Some(base) = policy.rounding_base {
        return rounded(&all, policy, request, &task, base, audit);
    }
    let found = suppress(&task, limits).map_err(|open| Box::new(in_release(&all, open.cell, open.problem())))?;
    Ok(with_hidden_cells(&all, policy, request, &task, found, audit))
}

/// A cell that stays open may be none of the new tables.
fn in_release(all: &Together, cell: usize, problem: Problem) -> Problem {
    if all.own.contains(&cell) {
        return problem;
    }
    wrong("a small number of an earlier release, or a small difference from it, could be worked out")
        .fix("publish fewer cells, or give totals only where the groups differ by enough people")
}

/// What each cell of the request's tables shows.
fn shown_in_tables(all: &Together, request: &ReleaseRequest, shown: &impl Fn(usize) -> CellShown) -> Vec<Vec<CellShown>> {
    let position = |table: &StatisticalTable, cell: usize| all.system.position(&CellId::of(table, cell));
    let show = |table: &StatisticalTable| {
        (0..table.cells.len()).map(|cell| position(table, cell).map_or(CellShown::ToProtect, shown)).collect()
    };
    request.tables.iter().map(show).collect()
}

fn publication(policy: &DisclosurePolicy, request: &ReleaseRequest, shown: &[Vec<CellShown>]) -> Publication {
    let rules = (policy.smallest_count, policy.rounding_base);
    Publication::new((&request.name, request.day), rules, &request.tables, shown)
}

/// The entry for the register.
fn entry(
    all: &Together,
    request: &ReleaseRequest,
    known: &PublicKnowledge,
    protected: &[Option<(i64, i64)>],
    withheld: &[bool],
    audit: &AuditRecord,
) -> PastRelease {
    let cell = |at: &usize| {
        let cell = &all.system.cells[*at];
        let (id, value) = (cell.id.clone(), cell.cell.value);
        let contributors = cell.cell.contributors;
        PastCell { id, of: cell.of, value, contributors, known: known.ranges[*at], protected: protected[*at] }
    };
    let numbers = request.numbers.iter().zip(withheld).filter(|(_, withheld)| !**withheld);
    PastRelease {
        cells: all.own.iter().map(cell).collect(),
        sums: all.own_sums.clone(),
        numbers: numbers.map(|(number, _)| number.clone()).collect(),
        nested: request.nested.clone(),
        versions: request.versions.clone(),
        within: request.within.clone(),
        audit: audit.clone(),
    }
}

fn with_hidden_cells(
    all: &Together,
    policy: &DisclosurePolicy,
    request: &ReleaseRequest,
    task: &ProtectionTask,
    found: Suppression,
    audit: &mut AuditRecord,
) -> ApprovedRelease {
    let known = task.knowledge(&found.also_hidden, &found.withheld);
    let shown = |at: usize| {
        let cell = &all.system.cells[at];
        match (task.hidden[at].is_some(), found.also_hidden[at]) {
            (true, _) if says_small(cell) && cell.cell.value < policy.smallest_count => {
                CellShown::FewerThan(policy.smallest_count)
            }
            (false, false) => CellShown::Value(cell.cell.value),
            _ => CellShown::ToProtect,
        }
    };
    for &at in all.own.iter().filter(|at| found.also_hidden[**at]) {
        audit.also_hidden.extend(all.positions(request, at));
    }
    let withheld: Vec<bool> = found.withheld[..request.numbers.len()].to_vec();
    audit.withheld = withheld.iter().enumerate().filter(|(_, withheld)| **withheld).map(|(at, _)| at + 1).collect();
    let mut protected = vec![None; all.system.cells.len()];
    task.sensitive.iter().for_each(|cell| protected[cell.cell] = Some((cell.low, cell.high)));
    let entry = entry(all, request, &known, &protected, &withheld, audit);
    let tables = shown_in_tables(all, request, &shown);
    ApprovedRelease { publication: publication(policy, request, &tables), tables, withheld, suppression: Some(found), entry }
}

/// The new tables rounded, and checked with everything earlier.
fn rounded(
    all: &Together,
    policy: &DisclosurePolicy,
    request: &ReleaseRequest,
    task: &ProtectionTask,
    base: i64,
    audit: &mut AuditRecord,
) -> Result<ApprovedRelease, Box<Problem>> {
    if request.numbers.iter().any(|number| number.must_stay) {
        return Err(wrong("a number that must be published stands beside a rounded table")
            .fix("work it out from the rounded numbers, or hide cells instead of rounding")
            .into());
    }
    let values = round_unchecked(&all.new_tables, base)?.values;
    let ranges = knowledge_of_rounded(&values, base).ranges;
    let withheld: Vec<bool> = (0..task.numbers.len()).map(|at| at < request.numbers.len()).collect();
    let mut known = task.knowledge(&vec![false; task.hidden.len()], &withheld);
    let mut shown = vec![CellShown::ToProtect; task.hidden.len()];
    for (cell, (range, value)) in all.new_tables.cells.iter().zip(ranges.into_iter().zip(&values)) {
        let Some(at) = all.system.position(&cell.id) else { continue };
        let told = all.past.get(&at).map(|past| past.known);
        known.ranges[at] = told.map_or(range, |told: PossibleRange| overlap(range, told));
        shown[at] = CellShown::Value(*value);
    }
    let width = policy.least_range.min(base - 1);
    let found = protected_ranges(&all.system, &known, &task.sensitive, width);
    let found = found.map_err(|cell| Box::new(in_release(all, cell, not_protected(base, cell))))?;
    let mut protected = vec![None; all.system.cells.len()];
    task.sensitive.iter().zip(found).for_each(|(cell, range)| protected[cell.cell] = Some(range));
    audit.rounded_to = Some(base);
    audit.withheld = (1..=request.numbers.len()).collect();
    let withheld = vec![true; request.numbers.len()];
    let entry = entry(all, request, &known, &protected, &withheld, audit);
    let tables = shown_in_tables(all, request, &|at| shown[at]);
    Ok(ApprovedRelease { publication: publication(policy, request, &tables), tables, withheld, suppression: None, entry })
}
