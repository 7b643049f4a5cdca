//! The tables of a release and everything published before, as one system of equations and one task of protection.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use base::problem::Problem;

use crate::audit::{AuditRecord, CellPosition, ReleaseOutcome};
use crate::nested::{difference_within, differences};
use crate::primary::{PossibleRange, SensitiveCell, SensitivityRule, range_of_primary, range_of_secondary};
use crate::protection::ProtectionTask;
use crate::published::PublishedNumber;
use crate::register::{AlikeMeasures, PastCell, ReleaseRegister, ReleaseRequest};
use crate::rules::DisclosurePolicy;
use crate::system::{CellId, LinearSystem, SystemCell};
use crate::table::{StatisticalCell, wrong};
use crate::versions;

/// The new tables and the earlier releases as one system.
pub(crate) struct Together {
    pub(crate) system: LinearSystem,
    /// Cells of the new tables.
    pub(crate) own: BTreeSet<usize>,
    /// What earlier releases told of each cell, all together.
    pub(crate) past: BTreeMap<usize, PastCell>,
    /// Numbers of earlier releases.
    past_numbers: Vec<PublishedNumber>,
    pub(crate) own_sums: Vec<(CellId, Vec<CellId>)>,
    /// The new tables alone.
    pub(crate) new_tables: LinearSystem,
}

impl Together {
    pub(crate) fn of(register: &ReleaseRegister, request: &ReleaseRequest) -> Result<Together, Box<Problem>> {
        let mut new = LinearSystem::of(&request.tables)?;
        for (total, parts) in &request.sums {
            new.add_equation(total, parts)?;
        }
        let new = new.finish()?;
        let id = |at: &usize| new.cells[*at].id.clone();
        let own_sums: Vec<(CellId, Vec<CellId>)> =
            new.equations.iter().map(|sum| (id(&sum.total), sum.parts.iter().map(id).collect())).collect();
        let new_tables = new.clone();
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
        let mut differences = differences(&cells, nested)?;
        let within = register.releases.iter().flat_map(|release| &release.within).chain(&request.within);
        for (inner, outer) in within.collect::<BTreeSet<_>>() {
            differences.extend(difference_within(&cells, inner, outer)?);
        }
        let is_public = |id: &CellId| past.get(id).is_some_and(PastCell::is_public);
        cells.extend(differences.iter().map(|(cell, _)| (cell.id.clone(), cell.clone())));
        let mut system = LinearSystem { cells: cells.into_values().collect(), equations: Vec::new() };
        for (total, parts) in register.releases.iter().flat_map(|release| &release.sums).chain(&own_sums) {
            // What is public in all its parts leaves nothing open, and the attack can hold only so many equations.
            if parts.iter().chain([total]).all(is_public) {
                continue;
            }
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
        for (one, other) in alike_cells(&system, &request.alike) {
            if !(is_public(&one) && is_public(&other)) {
                system.add_equation(&one, &[other])?;
            }
        }
        let system = system.finish()?;
        let position = |id: &CellId| system.position(id);
        let past_numbers = register.releases.iter().flat_map(|release| &release.numbers);
        let past_numbers = past_numbers.filter(|number| !number.cells.iter().all(is_public)).cloned().collect();
        Ok(Together {
            past_numbers,
            own: own_ids.iter().filter_map(position).collect(),
            past: past.into_values().filter_map(|cell| Some((position(&cell.id)?, cell))).collect(),
            own_sums,
            new_tables,
            system,
        })
    }

    /// What is sensitive, what is known already, and what may still be hidden.
    pub(crate) fn task<'s>(
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
        let mut between: BTreeMap<usize, PossibleRange> = BTreeMap::new();
        let mut sensitive: BTreeMap<usize, SensitiveCell> = task.sensitive.iter().map(|cell| (cell.cell, *cell)).collect();
        for (&at, past) in &self.past {
            match past.protected {
                _ if past.is_public() => {
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
        for (cell, range) in versions::too_close(system, &self.own, register, request, policy) {
            let is_public = self.past.get(&cell.cell).is_some_and(PastCell::is_public);
            if !is_public && !sensitive.contains_key(&cell.cell) {
                sensitive.insert(cell.cell, cell);
                between.insert(cell.cell, range);
            }
        }
        for (at, reason) in &excepted {
            if sensitive.remove(at).is_some() {
                audit.exceptions.extend(self.positions(request, *at).map(|place| (place, reason.clone())));
            }
        }
        for at in 0..system.cells.len() {
            self.set_ranges(&mut task, policy, at, sensitive.contains_key(&at), excepted.contains_key(&at));
            // Somebody may know that a number only grows.
            if let (Some(range), Some(bounds)) = (&mut task.hidden[at], between.get(&at)) {
                *range = overlap(*range, *bounds);
            }
        }
        for cell in sensitive.values() {
            audit.hits.extend(self.positions(request, cell.cell).map(|place| (cell.rule, place)));
        }
        audit.differences = sensitive.values().filter(|cell| cell.rule == SensitivityRule::Difference).count();
        audit.earlier = register.releases.iter().filter(|release| release.audit.outcome == ReleaseOutcome::Approved).count();
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
    pub(crate) fn positions<'r>(
        &'r self,
        request: &'r ReleaseRequest,
        at: usize,
    ) -> impl Iterator<Item = CellPosition> + use<'r> {
        let id = &self.system.cells[at].id;
        request.tables.iter().enumerate().flat_map(move |(table, data)| {
            let cells = (0..data.cells.len()).filter(move |cell| CellId::of(data, *cell) == *id);
            cells.map(move |cell| CellPosition { table: table + 1, cell: cell + 1 })
        })
    }
}

/// Pairs of cells that are likely to have the same people: those of a category in several measures, where the numbers are the same too.
fn alike_cells(system: &LinearSystem, alike: &[AlikeMeasures]) -> Vec<(CellId, CellId)> {
    let mut out = Vec::new();
    for AlikeMeasures { measures, dimension, categories } in alike {
        let mut first: BTreeMap<(&str, &BTreeMap<String, String>, i64), &CellId> = BTreeMap::new();
        for SystemCell { id, cell, .. } in &system.cells {
            let is_of_category = id.conditions.get(dimension).is_some_and(|category| categories.contains(category));
            if !is_of_category || !measures.contains(&id.measure) {
                continue;
            }
            match first.entry((&id.population, &id.conditions, cell.value)) {
                Entry::Vacant(entry) => {
                    entry.insert(id);
                }
                Entry::Occupied(entry) => out.push(((*entry.get()).clone(), id.clone())),
            }
        }
    }
    out
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

pub(crate) fn overlap(first: PossibleRange, second: PossibleRange) -> PossibleRange {
    let high = [first.high, second.high].into_iter().flatten().min();
    PossibleRange { low: first.low.max(second.low), high }
}
