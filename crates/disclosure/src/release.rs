//! A release: tables and numbers that are published together, checked with everything that was published before. Two tables that
//! are safe alone may not be safe together: their difference may be a few people.

use std::collections::{BTreeMap, BTreeSet};

use base::day::Day;
use base::problem::Problem;

use crate::audit::{AuditRecord, CellPosition, ReleaseOutcome};
use crate::nested::{NestedPopulations, differences};
use crate::primary::{PossibleRange, SensitiveCell, SensitivityRule, range_of_primary, range_of_secondary, says_small};
use crate::protection::ProtectionTask;
use crate::published::PublishedNumber;
use crate::rules::DisclosurePolicy;
use crate::secondary::{SearchLimits, Suppression, suppress};
use crate::system::{CellId, LinearSystem, SystemCell};
use crate::table::{CellMeasure, StatisticalCell, StatisticalTable, wrong};
use crate::words::CellShown;

/// A sensitive cell that is published all the same, because somebody decided so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisclosureException {
    pub cell: CellId,
    pub reason: String,
}

/// What is to be published, by whom and when.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRequest {
    pub name: String,
    pub actor: String,
    pub day: Day,
    /// What was asked for, in words.
    pub asked: String,
    pub tables: Vec<StatisticalTable>,
    pub numbers: Vec<PublishedNumber>,
    /// Cells that must be published unless they are sensitive, such as the total of all.
    pub keep: Vec<CellId>,
    pub exceptions: Vec<DisclosureException>,
    /// Which populations, of this release or earlier ones, are within which.
    pub nested: Vec<NestedPopulations>,
}

/// A cell of an earlier release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastCell {
    pub id: CellId,
    pub of: CellMeasure,
    pub value: i64,
    /// What a reader was told. One value: it was published.
    pub known: PossibleRange,
    /// The protection interval of a sensitive cell.
    pub protected: Option<(i64, i64)>,
}

/// An earlier release.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRelease {
    pub cells: Vec<PastCell>,
    pub sums: Vec<(CellId, Vec<CellId>)>,
    /// Numbers that were published, without those that were withheld.
    pub numbers: Vec<PublishedNumber>,
    pub nested: Vec<NestedPopulations>,
    pub audit: AuditRecord,
}

/// Everything that was published before. It holds the true values of hidden cells, so it is as confidential as the records.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReleaseRegister {
    pub releases: Vec<PastRelease>,
}

/// What may be published of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct ApprovedRelease {
    /// For each table, what its cells show, in the order of its cells.
    pub tables: Vec<Vec<CellShown>>,
    /// Whether each number is withheld.
    pub withheld: Vec<bool>,
    pub suppression: Suppression,
    /// The entry for the register. Whoever publishes the release adds it.
    pub entry: PastRelease,
}

/// Why nothing may be published, with a record of the request.
#[derive(Clone, Debug, PartialEq)]
pub struct RefusedRelease {
    pub problem: Problem,
    pub audit: AuditRecord,
}

/// Checks a request together with all earlier releases, and hides what must be hidden.
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
    let refused = |problem: Box<Problem>, audit: AuditRecord| {
        let audit = AuditRecord { outcome: ReleaseOutcome::Refused(problem.what.clone()), ..audit };
        Err(Box::new(RefusedRelease { problem: *problem, audit }))
    };
    let all = match Together::of(register, request) {
        Ok(all) => all,
        Err(problem) => return refused(problem, audit),
    };
    let task = all.task(register, policy, request, &mut audit);
    let task = match task {
        Ok(task) => task,
        Err(problem) => return refused(problem, audit),
    };
    let found = match suppress(&task, limits) {
        Ok(found) => found,
        Err(unprotectable) => {
            let mut problem = unprotectable.problem();
            if !all.own.contains(&unprotectable.cell) {
                problem.what = "a small number of an earlier release, or a small difference from it, could be worked out".into();
                problem.fix = Some("publish fewer cells, or give totals only where the groups differ by enough people".into());
            }
            return refused(Box::new(problem), audit);
        }
    };
    Ok(all.approve(policy, request, &task, found, audit))
}

/// The new tables and the earlier releases as one system.
struct Together {
    system: LinearSystem,
    /// Cells of the new tables.
    own: BTreeSet<usize>,
    /// What earlier releases told of each cell, all together.
    past: BTreeMap<usize, PastCell>,
    /// Numbers of earlier releases.
    past_numbers: Vec<PublishedNumber>,
    own_sums: Vec<(CellId, Vec<CellId>)>,
}

impl Together {
    fn of(register: &ReleaseRegister, request: &ReleaseRequest) -> Result<Together, Box<Problem>> {
        let new = LinearSystem::of(&request.tables)?;
        let id = |at: &usize| new.cells[*at].id.clone();
        let own_sums: Vec<(CellId, Vec<CellId>)> =
            new.equations.iter().map(|sum| (id(&sum.total), sum.parts.iter().map(id).collect())).collect();
        let own_ids: BTreeSet<CellId> = new.cells.iter().map(|cell| cell.id.clone()).collect();
        let mut cells: BTreeMap<CellId, SystemCell> = new.cells.into_iter().map(|cell| (cell.id.clone(), cell)).collect();
        let mut past: BTreeMap<CellId, PastCell> = BTreeMap::new();
        for cell in register.releases.iter().flat_map(|release| &release.cells) {
            match cells.get(&cell.id) {
                Some(known) if known.cell.value != cell.value || known.of != cell.of => return Err(changed_since().into()),
                Some(_) => {}
                None => {
                    cells.insert(cell.id.clone(), of_past(cell));
                }
            }
            past.entry(cell.id.clone()).and_modify(|known| *known = both(known, cell)).or_insert_with(|| cell.clone());
        }
        let nested = register.releases.iter().flat_map(|release| &release.nested).chain(&request.nested);
        let differences = differences(&cells, nested)?;
        cells.extend(differences.iter().map(|(cell, _)| (cell.id.clone(), cell.clone())));
        let mut system = LinearSystem { cells: cells.into_values().collect(), equations: Vec::new() };
        for (total, parts) in register.releases.iter().flat_map(|release| &release.sums).chain(&own_sums) {
            system.add_equation(total, parts)?;
        }
        for (difference, (outer, inner)) in &differences {
            // The larger group is not a total that is published with its parts, so it keeps its label.
            let outer_at = system.position(outer).map(|at| (at, system.cells[at].is_total));
            system.add_equation(outer, &[inner.clone(), difference.id.clone()])?;
            if let Some((at, was_total)) = outer_at {
                system.cells[at].is_total = was_total;
            }
        }
        let system = system.finish()?;
        let position = |id: &CellId| system.position(id);
        Ok(Together {
            own: own_ids.iter().filter_map(position).collect(),
            past: past.into_values().filter_map(|cell| Some((position(&cell.id)?, cell))).collect(),
            past_numbers: register.releases.iter().flat_map(|release| release.numbers.clone()).collect(),
            own_sums,
            system,
        })
    }

    /// What is sensitive, what is known already, and what may still be hidden.
    fn task<'s>(
        &'s self,
        register: &ReleaseRegister,
        policy: &DisclosurePolicy,
        request: &ReleaseRequest,
        audit: &mut AuditRecord,
    ) -> Result<ProtectionTask<'s>, Box<Problem>> {
        let system = &self.system;
        let mut numbers = Vec::new();
        for number in request.numbers.iter().chain(&self.past_numbers) {
            numbers.push(number.indexed(system)?);
        }
        // What has been published cannot be withheld.
        numbers.iter_mut().skip(request.numbers.len()).for_each(|number| number.must_stay = true);
        let mut excepted = BTreeMap::new();
        for exception in &request.exceptions {
            let at = system.position(&exception.cell).filter(|at| self.own.contains(at));
            let at = at.ok_or_else(|| wrong("an exception names a cell that no table of the release has"))?;
            if exception.reason.trim().is_empty() {
                return Err(wrong("an exception has no reason")
                    .fix("write why the number may be published, and who decided it")
                    .into());
            }
            excepted.insert(at, exception.reason.clone());
        }
        let keep: Vec<usize> = request.keep.iter().filter_map(|id| system.position(id)).collect();
        let mut task = ProtectionTask::new(system, policy, numbers, &keep);
        let mut sensitive: BTreeMap<usize, SensitiveCell> = task.sensitive.iter().map(|cell| (cell.cell, *cell)).collect();
        for (&at, past) in &self.past {
            let was_published = past.known.high == Some(past.known.low);
            match past.protected {
                _ if was_published => {
                    sensitive.remove(&at);
                }
                Some((low, high)) => {
                    let rule = sensitive.get(&at).map_or(SensitivityRule::SmallCount, |cell| cell.rule);
                    sensitive.insert(at, SensitiveCell { cell: at, rule, low, high });
                }
                // What is known of it already cannot be taken back.
                None => {
                    if let Some(cell) = sensitive.get_mut(&at) {
                        cell.low = cell.low.max(past.known.low);
                        cell.high = past.known.high.map_or(cell.high, |high| cell.high.min(high));
                    }
                }
            }
        }
        for (at, reason) in &excepted {
            if sensitive.remove(at).is_some() {
                audit.exceptions.extend(self.positions(request, *at).map(|place| (place, reason.clone())));
            }
        }
        for at in 0..system.cells.len() {
            self.set_ranges(&mut task, policy, at, sensitive.contains_key(&at), excepted.contains_key(&at));
        }
        for cell in sensitive.values() {
            audit.hits.extend(self.positions(request, cell.cell).map(|place| (cell.rule, place)));
        }
        audit.differences = sensitive.values().filter(|cell| cell.rule == SensitivityRule::Difference).count();
        audit.earlier = register.releases.len();
        task.sensitive = sensitive.into_values().collect();
        Ok(task)
    }

    /// What a reader knows of one cell if it is hidden, and whether it may be.
    fn set_ranges(&self, task: &mut ProtectionTask, policy: &DisclosurePolicy, at: usize, is_sensitive: bool, is_excepted: bool) {
        let cell = &self.system.cells[at];
        if cell.is_difference {
            return;
        }
        let told = self.past.get(&at).map(|past| past.known);
        let is_public = told.is_some_and(|known| known.high == Some(known.low));
        let is_own = self.own.contains(&at);
        let narrowed = |range: PossibleRange| told.map_or(range, |told| overlap(range, told));
        if is_public || is_excepted {
            (task.hidden[at], task.may_hide[at]) = (None, None);
        } else if is_sensitive && is_own {
            // A cell that was sensitive under an earlier policy may be above the smallest count of today.
            let is_small = cell.cell.value < policy.smallest_count;
            let range = if is_small { range_of_primary(cell, policy) } else { range_of_secondary(cell, policy) };
            (task.hidden[at], task.may_hide[at]) = (Some(narrowed(range)), None);
        } else if !is_own {
            (task.hidden[at], task.may_hide[at]) = (told, None);
        } else {
            task.hidden[at] = None;
            task.may_hide[at] = task.may_hide[at].map(narrowed);
        }
    }

    /// Where a cell stands in the tables of the request.
    fn positions<'r>(&'r self, request: &'r ReleaseRequest, at: usize) -> impl Iterator<Item = CellPosition> + use<'r> {
        let id = &self.system.cells[at].id;
        request.tables.iter().enumerate().flat_map(move |(table, data)| {
            let cells = (0..data.cells.len()).filter(move |cell| CellId::of(data, *cell) == *id);
            cells.map(move |cell| CellPosition { table: table + 1, cell: cell + 1 })
        })
    }

    fn approve(
        &self,
        policy: &DisclosurePolicy,
        request: &ReleaseRequest,
        task: &ProtectionTask,
        found: Suppression,
        mut audit: AuditRecord,
    ) -> ApprovedRelease {
        let known = task.knowledge(&found.also_hidden, &found.withheld);
        let shown = |at: usize| {
            let cell = &self.system.cells[at];
            match (task.hidden[at].is_some(), found.also_hidden[at]) {
                (true, _) if says_small(cell) && cell.cell.value < policy.smallest_count => {
                    CellShown::FewerThan(policy.smallest_count)
                }
                (false, false) => CellShown::Value(cell.cell.value),
                _ => CellShown::ToProtect,
            }
        };
        let at_of = |table: &StatisticalTable, cell: usize| self.system.position(&CellId::of(table, cell));
        let show = |table: &StatisticalTable| {
            (0..table.cells.len()).map(|cell| at_of(table, cell).map_or(CellShown::ToProtect, shown)).collect()
        };
        for &at in self.own.iter().filter(|at| found.also_hidden[**at]) {
            audit.also_hidden.extend(self.positions(request, at));
        }
        let withheld: Vec<bool> = found.withheld[..request.numbers.len()].to_vec();
        audit.withheld = withheld.iter().enumerate().filter(|(_, withheld)| **withheld).map(|(at, _)| at + 1).collect();
        audit.outcome = ReleaseOutcome::Approved;
        let protected = |at: usize| task.sensitive.iter().find(|cell| cell.cell == at).map(|cell| (cell.low, cell.high));
        let entry = |at: &usize| {
            let cell = &self.system.cells[*at];
            let (id, value) = (cell.id.clone(), cell.cell.value);
            PastCell { id, of: cell.of, value, known: known.ranges[*at], protected: protected(*at) }
        };
        let numbers = request.numbers.iter().zip(&withheld).filter(|(_, withheld)| !**withheld);
        ApprovedRelease {
            tables: request.tables.iter().map(show).collect(),
            entry: PastRelease {
                cells: self.own.iter().map(entry).collect(),
                sums: self.own_sums.clone(),
                numbers: numbers.map(|(number, _)| number.clone()).collect(),
                nested: request.nested.clone(),
                audit,
            },
            withheld,
            suppression: found,
        }
    }
}

fn changed_since() -> Problem {
    wrong("a cell has another value than in an earlier release of the same population")
        .expected("the same value for the same population, measure and category")
        .fix("name the population with the day it was known (\"people of 2027, as known on 2028-06-30\"), and say which is within which")
}

/// A cell that only earlier releases have.
fn of_past(cell: &PastCell) -> SystemCell {
    let value = StatisticalCell::count(cell.value);
    SystemCell { id: cell.id.clone(), of: cell.of, cell: value, is_total: false, is_difference: false }
}

/// What a reader knows who saw both releases.
fn both(first: &PastCell, second: &PastCell) -> PastCell {
    PastCell { known: overlap(first.known, second.known), protected: first.protected.or(second.protected), ..first.clone() }
}

fn overlap(first: PossibleRange, second: PossibleRange) -> PossibleRange {
    let high = [first.high, second.high].into_iter().flatten().min();
    PossibleRange { low: first.low.max(second.low), high }
}
