//! Which provider is priced for which area. The contract decides; only where it says nothing, the records do. A provider that
//! holds an area earns its fee whether anybody started there or not.

use contract::Scheme;
use contract::tally::{CohortStage, Tally};

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use base::day::{Day, date};
use records::Records;

/// The providers of a statement, and the areas in which each is priced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payees {
    /// Ids. Those of the records come first and in their order, so that positions equal [`crate::ProviderTally::provider`].
    pub ids: Vec<String>,
    /// Positions of providers and areas, in order.
    pub places: Vec<(u32, usize)>,
}

/// Why nothing decides which provider a clause for a whole area pays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// There are several providers, and nothing says which of them holds which area.
    Several(Vec<String>),
    /// There is one provider, and nobody started in these areas. It may hold them or not.
    Areas(String, Vec<String>),
}

/// Which provider is priced in which area. `table` has the ids of the table of providers, where there is one.
pub fn payees(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    table: Option<&[String]>,
    as_at: Day,
) -> Result<Payees, Undecided> {
    let mut ids: Vec<String> = (0..records.providers.len() as u32).map(|at| records.providers.get(at).to_string()).collect();
    // A mark for each provider and area, so that a million people need no list.
    let areas = scheme.areas.len();
    let mut seen = vec![false; ids.len() * areas];
    for index in measured.index.iter().filter(|index| !index.start.comparison) {
        seen[index.start.provider as usize * areas + index.area as usize] = true;
    }
    let places = (0..seen.len()).filter(|at| seen[*at]);
    let mut served: Vec<(u32, usize)> = places.map(|at| ((at / areas) as u32, at % areas)).collect();
    let mut position = |id: &str| match ids.iter().position(|known| known == id) {
        Some(at) => at as u32,
        None => {
            ids.push(id.to_owned());
            ids.len() as u32 - 1
        }
    };
    if !scheme.providers.is_empty() {
        for provider in &scheme.providers {
            let at = position(&provider.id);
            let begun = provider.holdings.iter().filter(|held| held.starts <= date(as_at));
            served.extend(begun.map(|held| (at, held.area)));
        }
    } else if !scheme.for_whole_areas().is_empty() {
        let mut all: Vec<u32> = served.iter().map(|(provider, _)| *provider).collect();
        all.extend(table.unwrap_or_default().iter().map(|id| position(id)));
        all.sort_unstable();
        all.dedup();
        if let [only] = all[..] {
            let areas = 0..scheme.areas.len();
            let nobody: Vec<usize> = areas.clone().filter(|area| !served.contains(&(only, *area))).collect();
            if scheme.areas.len() > 1 && !nobody.is_empty() {
                let areas = nobody.into_iter().map(|area| scheme.areas[area].clone()).collect();
                return Err(Undecided::Areas(ids[only as usize].clone(), areas));
            }
            served.extend(areas.map(|area| (only, area)));
        } else if all.len() > 1 {
            return Err(Undecided::Several(all.into_iter().map(|at| ids[at as usize].clone()).collect()));
        }
    }
    served.sort_unstable();
    served.dedup();
    Ok(Payees { ids, places: served })
}

/// Positions of the index events whose provider did not hold the area on the index date. Empty where the contract lists no
/// providers.
#[must_use]
pub fn not_held(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes) -> Vec<usize> {
    if scheme.providers.is_empty() {
        return Vec::new();
    }
    let providers: Vec<_> =
        (0..records.providers.len() as u32).map(|at| scheme.provider(&records.providers.get(at).to_string())).collect();
    let held = |index: &IndexEvent| {
        let provider = providers[index.start.provider as usize];
        provider.is_some_and(|provider| provider.holds(index.area as usize, date(index.start.began)))
    };
    let served = |at: &usize| !measured.index[*at].start.comparison;
    (0..measured.index.len()).filter(served).filter(|at| !held(&measured.index[*at])).collect()
}

/// The tally that prices a provider: the cohorts in which it held the area or served somebody, the months for which it earns a fee,
/// and its costs as far as they are certified.
#[must_use]
pub fn priced(scheme: &Scheme, id: &str, tally: &Tally) -> Tally {
    let mut priced = held_cohorts(scheme, id, tally);
    priced.add_costs(&scheme.certified_costs, id);
    priced
}

fn held_cohorts(scheme: &Scheme, id: &str, tally: &Tally) -> Tally {
    let Some(provider) = scheme.provider(id) else { return tally.clone() };
    let mut whole = true;
    let mut due = Vec::with_capacity(tally.cohorts.len());
    let mut kept = Vec::with_capacity(tally.cohorts.len());
    for (at, cohort) in tally.cohorts.iter().enumerate() {
        let held = scheme.months_held(provider, tally.area, *cohort);
        let passed = match tally.stage(at) {
            CohortStage::Running => tally.months(at, held.len() as i64) as usize,
            CohortStage::Ended | CohortStage::Complete => held.len(),
        };
        whole &= held.iter().all(|held| *held);
        due.push(held.iter().take(passed).filter(|held| **held).count() as i64);
        let mut cells = at * tally.segments..(at + 1) * tally.segments;
        if scheme.held_in(provider, tally.area, *cohort) || cells.any(|cell| tally.started(cell) > 0) {
            kept.push(at);
        }
    }
    let mut out = tally.only(&kept);
    if !whole {
        out.due = kept.iter().map(|at| due[*at]).collect();
    }
    out
}
