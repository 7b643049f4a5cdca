//! Measures outcomes from dated records: what happened to whom, who is not yet known, and the tally that can be priced. With
//! several agencies' records it also says how certain the outcomes are, given the linkage.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use base::day::{Day, NEVER, date};
use contract::Scheme;
use contract::terms::{Baseline, Better};
use outcomes::explain::{Explanation, explain, explain_before};
use outcomes::{FollowUpCounts, IndexEvent, MeasuredOutcomes, OutcomeState, PersonOutcome, ProviderTally, QueryDates};
use records::Records;
use records::gate::quality::AcceptedFaults;
pub use report::measure::{
    KnownCount, LinkageUncertainty, Measurement, OutcomeBreakdown, OutcomeCount, OutcomeUncertainty, TallyTable,
};
pub use report::people::{PeopleTable, PeopleTableRow, ResultState};

use crate::access_log::{self, Access};
pub use crate::breakdown::BreakdownBy;
use crate::error::Error;
use crate::folder::{self, Reach};
use crate::measured::MeasuredRecords;
use crate::payees::{self, NamedProviders};
use crate::publish::measured::{MeasuredDraft, publish_measured};
use crate::publish::{self, PublishOptions, PublishedRelease};
use crate::several_agencies::{JoinOptions, JoinedRecords, OutcomeRecords, read_outcomes};

/// What is measured.
#[derive(Clone, Debug)]
pub struct MeasureRequest {
    /// The scheme folder. Each outcome needs its `[outcome.NAME.measured]`.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The folder of records; with `joining`, a folder of several agencies.
    pub records: PathBuf,
    pub joining: Option<JoinOptions>,
    pub days: QueryDates,
    /// Only the people of this provider.
    pub provider: Option<String>,
    /// The outcomes are also counted separately for each of these.
    pub by: Vec<BreakdownBy>,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
    /// Who asks for the outcomes of each person, and for which purpose. The access log gets a row before they are returned.
    pub people: Option<Access>,
}

/// Measures every outcome of a scheme.
///
/// # Errors
/// The scheme has mistakes, the records do not allow a result, or no purpose covers them.
pub fn measure(request: &MeasureRequest) -> Result<Measurement, Error> {
    let scheme = folder::open(&request.scheme, request.reach)?.scheme()?;
    let MeasureRequest { records: folder, joining, days, .. } = request;
    let read = read_outcomes(&scheme, folder, joining.as_ref(), *days, &[], request.accepted.clone())?;
    if let Some(joining) = joining {
        access_log::note(folder, &joining.access, "measure", &[])?;
    }
    counted(request, &scheme, &read).map_err(|error| error.with_notes(&read.measured().all_notes()))
}

/// Measures outcomes and publishes how many people had each, by the groups asked for.
///
/// # Errors
/// As [`measure`], and what may not be published: then nothing is.
pub fn publish_measurement(request: &MeasureRequest, options: &PublishOptions) -> Result<PublishedRelease, Error> {
    let scheme = folder::open(&request.scheme, request.reach)?.scheme()?;
    let MeasureRequest { records: folder, joining, days, .. } = request;
    let policy = publish::policy(folder)?;
    let read = read_outcomes(&scheme, folder, joining.as_ref(), *days, &[], request.accepted.clone())?;
    if let Some(joining) = joining {
        access_log::note(folder, &joining.access, "measure", &[])?;
    }
    let found = read.measured();
    if !scheme.providers.is_empty() || found.providers.is_some() {
        payees::named(&scheme, found.providers.as_deref(), &found.folders, &[NamedProviders::in_starts(&found.records)])?;
    }
    let draft = MeasuredDraft {
        scheme: &scheme,
        found,
        days: *days,
        by: &request.by,
        outcomes: (0..scheme.outcomes.len()).collect(),
        command: "measure",
        kind: "Outcomes",
        remarks: Vec::new(),
        judgements: Vec::new(),
    };
    publish_measured(options, &policy, draft)
}

/// What was measured, as it is asked for.
fn counted(request: &MeasureRequest, scheme: &Scheme, read: &OutcomeRecords) -> Result<Measurement, Error> {
    let MeasureRequest { days, provider, .. } = request;
    let uncertainty = read.joined().map(|joined| joined.uncertainty(scheme, *days, provider.as_deref()));
    let found = read.measured();
    if !scheme.providers.is_empty() || found.providers.is_some() {
        payees::named(scheme, found.providers.as_deref(), &found.folders, &[NamedProviders::in_starts(&found.records)])?;
    }
    let mut groups = outcomes::tallies(scheme, &found.measured);
    if let Some(provider) = provider {
        groups = of_provider(groups, &found.records, provider)?;
    }
    let counted = Counted { scheme, found, groups, days: *days };
    let people_table =
        request.people.as_ref().map(|access| people_table(request, access, &counted, read.joined())).transpose()?;
    let people = |comparison: bool| -> BTreeSet<u32> {
        let own = counted.index().filter(|(_, index)| index.start.comparison == comparison);
        own.map(|(_, index)| index.start.person).collect()
    };
    Ok(Measurement {
        people: people(false).len(),
        starts: counted.index().filter(|(_, index)| !index.start.comparison).count(),
        comparison_people: people(true).len(),
        facts: found.records.facts.len(),
        outcomes: counted.outcomes(),
        breakdown: if request.by.is_empty() { Vec::new() } else { counted.breakdown(&request.by) },
        uncertainty,
        tally: counted.tally(),
        people_table,
        quality: found.quality.clone(),
        notes: found.notes.clone(),
    })
}

/// The groups of one provider.
fn of_provider(mut groups: Vec<ProviderTally>, records: &Records, provider: &str) -> anyhow::Result<Vec<ProviderTally>> {
    let names: BTreeSet<String> = groups.iter().map(|group| records.providers.get(group.provider).to_string()).collect();
    groups.retain(|group| records.providers.get(group.provider).to_string() == *provider);
    if groups.is_empty() {
        let near = base::similar_names::nearest(provider, names.iter().map(String::as_str));
        let what = format!("nobody started with the provider {provider}");
        let hint = near.map(|near| format!("is `{}` meant?", near.escape_debug()));
        bail!(Error { hint, ..Error::failed(what, "") });
    }
    Ok(groups)
}

/// Records that are measured, and the groups that are counted.
struct Counted<'a> {
    scheme: &'a Scheme,
    found: &'a MeasuredRecords,
    groups: Vec<ProviderTally>,
    days: QueryDates,
}

impl Counted<'_> {
    /// The starts of the providers that are counted, with their positions.
    fn index(&self) -> impl Iterator<Item = (usize, &IndexEvent)> {
        let mut taken = vec![false; self.found.records.providers.len()];
        self.groups.iter().for_each(|group| taken[group.provider as usize] = true);
        let measured = &self.found.measured;
        measured.index.iter().enumerate().filter(move |(_, index)| taken[index.start.provider as usize])
    }

    fn outcomes(&self) -> Vec<OutcomeCount> {
        let outcomes = self.scheme.outcomes.iter().enumerate();
        let of_outcome = |(at, outcome): (usize, &contract::terms::Outcome)| {
            let mut counts = KnownCount::default();
            self.groups.iter().flat_map(|group| &group.follow_up[at]).for_each(|known| add(&mut counts, known));
            let unit = outcome.is_amount().then(|| outcome.unit.clone());
            // Everybody has an amount, and nobody reaches it on a day.
            let mean_days = if outcome.is_amount() { None } else { self.mean_days(at) };
            OutcomeCount { outcome: outcome.name.clone(), unit, counts, mean_days }
        };
        outcomes.map(of_outcome).collect()
    }

    /// The mean number of days from the start to the outcome, over the people served who reached it.
    fn mean_days(&self, outcome: usize) -> Option<f64> {
        let served = self.index().filter(|(_, index)| !index.start.comparison);
        let findings = served.map(|(at, index)| (self.found.measured.of(at)[outcome], index.start.began));
        let reached = findings.filter(|(finding, _)| finding.value > 0 && finding.day != NEVER);
        let (days, people) = reached.fold((0_i64, 0_i64), |(days, people), (finding, began): (PersonOutcome, Day)| {
            (days + i64::from(finding.day - began), people + 1)
        });
        (people > 0).then(|| days as f64 / people as f64)
    }

    /// Each outcome for each group in which anybody started, in the order of the scheme and of names.
    fn breakdown(&self, by: &[BreakdownBy]) -> Vec<OutcomeBreakdown> {
        let Counted { scheme, found, .. } = self;
        let segments = scheme.segments.len();
        let name = |(by, at): (&BreakdownBy, &usize)| match by {
            BreakdownBy::Provider => found.records.providers.get(*at as u32).to_string(),
            BreakdownBy::Area => scheme.areas[*at].clone(),
            BreakdownBy::Cohort => scheme.cohorts[*at].name.clone(),
            BreakdownBy::Segment => scheme.segments[*at].clone(),
        };
        let of_outcome = |at: usize| {
            let mut sums: BTreeMap<Vec<usize>, KnownCount> = BTreeMap::new();
            for group in &self.groups {
                for (cell, known) in group.follow_up[at].iter().enumerate() {
                    let place = by.iter().map(|by| match by {
                        BreakdownBy::Provider => group.provider as usize,
                        BreakdownBy::Area => group.tally.area,
                        BreakdownBy::Cohort => group.tally.cohorts[cell / segments],
                        BreakdownBy::Segment => cell % segments,
                    });
                    add(sums.entry(place.collect()).or_default(), known);
                }
            }
            sums.retain(|_, counts| *counts != KnownCount::default());
            let groups = sums.into_iter().map(|(place, counts)| (by.iter().zip(&place).map(name).collect(), counts));
            OutcomeBreakdown { outcome: scheme.outcomes[at].name.clone(), groups: groups.collect() }
        };
        (0..scheme.outcomes.len()).map(of_outcome).collect()
    }

    /// A row for each area, cohort and segment with a count, the groups added up.
    fn tally(&self) -> TallyTable {
        let scheme = self.scheme;
        let mut columns = vec!["people".to_owned()];
        if scheme.counts_households() {
            columns.push("households".to_owned());
        }
        for outcome in &scheme.outcomes {
            columns.push(outcome.name.clone());
            if matches!(outcome.baseline, Baseline::Comparison { .. }) {
                columns.push(format!("{} comparison people", outcome.name));
                columns.push(format!("{} comparison", outcome.name));
            }
            if matches!(outcome.baseline, Baseline::Before { .. }) {
                columns.push(format!("{} before", outcome.name));
            }
            if outcome.exceptions.is_some() {
                columns.push(format!("{} excepted", outcome.name));
            }
        }
        let mut rows = Vec::new();
        for (area, area_name) in scheme.areas.iter().enumerate() {
            let groups: Vec<&ProviderTally> = self.groups.iter().filter(|group| group.tally.area == area).collect();
            for (at, cohort) in scheme.cohorts.iter().enumerate() {
                for (segment, segment_name) in scheme.segments.iter().enumerate() {
                    let counts = counts_of_cell(scheme, &groups, at * scheme.segments.len() + segment);
                    if counts.iter().any(|count| *count > 0) {
                        rows.push(([area_name.clone(), cohort.name.clone(), segment_name.clone()], counts));
                    }
                }
            }
        }
        TallyTable { columns, rows }
    }
}

/// The counts of one cell, in the order of the columns of the tally.
fn counts_of_cell(scheme: &Scheme, groups: &[&ProviderTally], cell: usize) -> Vec<i64> {
    let sum = |value: &dyn Fn(&ProviderTally) -> i64| groups.iter().map(|group| value(group)).sum::<i64>();
    let mut counts = vec![sum(&|group| group.tally.people[cell])];
    if scheme.counts_households() {
        counts.push(sum(&|group| group.tally.households(scheme, cell).unwrap_or_default()));
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        counts.push(sum(&|group| group.tally.counts[at][cell]));
        if matches!(outcome.baseline, Baseline::Comparison { .. }) {
            counts.push(sum(&|group| group.tally.comparison[at].people[cell]));
            counts.push(sum(&|group| group.tally.comparison[at].counts[cell]));
        }
        if matches!(outcome.baseline, Baseline::Before { .. }) {
            counts.push(sum(&|group| group.tally.comparison[at].counts[cell]));
        }
        if outcome.exceptions.is_some() {
            counts.push(sum(&|group| group.tally.excepted[at][cell]));
        }
    }
    counts
}

fn add(sum: &mut KnownCount, known: &FollowUpCounts) {
    sum.known += known.observed;
    sum.count += known.count;
    sum.not_yet_known += known.censored;
    sum.left_out += known.left_out;
    sum.excepted += known.excepted;
}

/// Said in the access log in place of the id of a person, where a table shows everybody of one agency's records.
const EVERYONE: &str = "everyone in the table";

/// Starts whose reasons are looked up at a time.
const TOGETHER: usize = 4_096;

/// The outcomes of each person, once the access log says who asked for them.
fn people_table(
    request: &MeasureRequest,
    access: &Access,
    counted: &Counted<'_>,
    joined: Option<&JoinedRecords>,
) -> anyhow::Result<PeopleTable> {
    if access.purpose.trim().is_empty() {
        bail!("say why you need the outcomes of each person: a purpose is missing. We log who looked at whose records");
    }
    let records = &counted.found.records;
    let persons: BTreeSet<u32> = counted.index().map(|(_, index)| index.start.person).collect();
    match joined {
        None => access_log::note(&request.records, access, "measure", &[EVERYONE])?,
        Some(joined) => {
            let ids: BTreeSet<&str> = persons.iter().map(|person| joined.person(*person)).collect();
            access_log::note(&request.records, access, "measure", &ids.into_iter().collect::<Vec<_>>())?;
        }
    }
    let (scheme, measured) = (counted.scheme, &counted.found.measured);
    let before = measured.compared_before.iter().map(|at| format!("{} before", scheme.outcomes[*at].name));
    let mut table = PeopleTable {
        providers: (0..records.providers.len() as u32).map(|at| records.providers.get(at).to_string()).collect(),
        areas: scheme.areas.clone(),
        cohorts: scheme.cohorts.iter().map(|cohort| cohort.name.clone()).collect(),
        segments: scheme.segments.clone(),
        outcomes: scheme.outcomes.iter().map(|outcome| outcome.name.clone()).chain(before).collect(),
        rows: Vec::new(),
    };
    let (as_at, known_at) = counted.days.days();
    let all: Vec<usize> = counted.index().map(|(at, _)| at).collect();
    for some in all.chunks(TOGETHER) {
        // The windows are needed only where somebody is not yet known or left out.
        let unknown: Vec<usize> =
            some.iter().copied().filter(|at| findings(measured, *at).any(|of| of.state != OutcomeState::Observed)).collect();
        let reasons = explain(scheme, records, measured, &unknown, as_at, known_at);
        let reasons_before = explain_before(scheme, records, measured, &unknown, as_at, known_at);
        let mut reasons = unknown.iter().zip(reasons.into_iter().zip(reasons_before));
        for at in some {
            let index = &measured.index[*at];
            let known = findings(measured, *at).all(|of| of.state == OutcomeState::Observed);
            let mut windows = Vec::new();
            if !known {
                let (_, (own, before)) = reasons.next().ok_or_else(|| anyhow!("a start has no reasons"))?;
                windows = [own, before].concat();
            }
            for (outcome, finding) in findings(measured, *at).enumerate() {
                // An outcome before the start is better in the same direction as the outcome itself.
                let of = measured.compared_before.get(outcome.wrapping_sub(measured.outcomes)).copied().unwrap_or(outcome);
                let state = state(finding, scheme.outcomes[of].better);
                table.rows.push(PeopleTableRow {
                    person: joined.map_or_else(
                        || records.people.names.get(index.start.person).to_string(),
                        |joined| joined.person(index.start.person).to_owned(),
                    ),
                    comparison: index.start.comparison,
                    provider: index.start.provider as usize,
                    area: index.area as usize,
                    cohort: index.cohort as usize,
                    segment: index.segment as usize,
                    outcome,
                    state,
                    why: windows.get(outcome).map_or(String::new(), |window| reason(state, window)),
                    value: (finding.state == OutcomeState::Observed).then_some(i64::from(finding.value)),
                    decided: (finding.state == OutcomeState::Observed && finding.day != NEVER).then_some(finding.day),
                });
            }
        }
    }
    Ok(table)
}

/// Everything that was found of one start: its outcomes, then what happened before it.
fn findings(measured: &MeasuredOutcomes, at: usize) -> impl Iterator<Item = &PersonOutcome> {
    measured.of(at).iter().chain(measured.before(at))
}

/// Success is the outcome where more is better, and its absence where fewer is better.
pub(crate) fn state(finding: &PersonOutcome, better: Better) -> ResultState {
    match finding.state {
        OutcomeState::Censored => ResultState::NotYetKnown,
        OutcomeState::LeftOut => ResultState::LeftOut,
        OutcomeState::Excepted => ResultState::Excepted,
        OutcomeState::WithHousehold => ResultState::WithHousehold,
        OutcomeState::Observed if (finding.value > 0) == (better == Better::More) => ResultState::Success,
        OutcomeState::Observed => ResultState::Failure,
    }
}

/// Why a result is not yet known, left out or excepted; nothing where it counts.
fn reason(state: ResultState, why: &Explanation) -> String {
    match state {
        ResultState::Success | ResultState::Failure => String::new(),
        ResultState::WithHousehold => "the household counts once, with another of its members".to_owned(),
        ResultState::NotYetKnown if why.needed > why.observed => format!(
            "the records must be complete to before {} and are complete to before {}",
            date(why.needed),
            date(why.observed)
        ),
        ResultState::NotYetKnown => "the outcome that it builds on is not yet known".to_owned(),
        ResultState::Excepted => match why.result.day {
            NEVER => "excepted like the outcome that it builds on".to_owned(),
            day => format!("excepted for a reason on {}", date(day)),
        },
        ResultState::LeftOut => {
            format!("by the rules of the scheme or because the records begin after the window does (on {})", date(why.from))
        }
    }
}
