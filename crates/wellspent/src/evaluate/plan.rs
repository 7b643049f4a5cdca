//! What a design would find, before there are data: people are simulated from a scheme and its assumptions, treated as the contract
//! intends and not treated beyond today, and evaluated as the spec says, again and again. The evaluation sees their table alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::philox;
use evaluation::sample::MEASURED;
use evaluation::spec::{CovariateKind, DesignSpec, KnownWhen, OutcomeSource, Spec};
use evaluation::table::{EvaluationTable, NumberColumn, TableColumn, TextValues};
use outcomes::QueryDates;
use records::files::FileFormat;
use report::evaluate::plan::{PlanReport, PlanRow};

use super::measured::{outcome_in, scheme_of};
use super::read;
use crate::access_log::{Access, Actor};
use crate::error::Error;
use crate::folder::Reach;
use crate::measure::{MeasureRequest, PeopleTable, ResultState, measure};
use crate::progress::Progress;
use crate::simulate::{SimulateRequest, SimulatedStrategy, simulate};

/// What is planned.
#[derive(Clone, Debug)]
pub struct PlanRequest {
    /// The spec, whose outcome a scheme measures.
    pub spec: PathBuf,
    pub reach: Reach,
    /// People in each of the two groups.
    pub sizes: Vec<usize>,
    /// Evaluations of each size.
    pub draws: usize,
    pub seed: u64,
}

/// Simulates, evaluates, and counts how often the effect is found.
///
/// # Errors
/// The spec or the scheme has mistakes, the spec asks for something that no simulated person has, or the progress stopped the run.
pub fn plan(request: &PlanRequest, progress: Progress<'_>) -> Result<PlanReport, Error> {
    let (spec, warnings) = read::spec(&request.spec)?;
    let OutcomeSource::Scheme { folder, outcome } = &spec.outcome.source else {
        return Err(Error::failed(
            "a plan needs an outcome that a scheme measures, because its assumptions say how often it happens",
            "write [outcome.measured] with `scheme` and `outcome` in the place of `column`",
        ));
    };
    let spec = asked_of_simulated(&spec)?;
    let scheme = scheme_of(&request.spec, folder);
    let scratch = Scratch::new()?;
    let largest = request.sizes.iter().copied().max().unwrap_or_default();
    let mut pool = SimulatedGroups::default();
    let mut rows: Vec<PlanRow> = request.sizes.iter().map(|size| PlanRow { size: *size, ..PlanRow::default() }).collect();
    let needed = request.draws;
    for replication in 0.. {
        let done = rows.iter().map(|row| row.draws).min().unwrap_or(needed) as f64 / needed.max(1) as f64;
        if progress("simulating and evaluating", done.min(1.0)).is_break() {
            return Err(Error::failed("the run was stopped", "run it again, or with fewer `--draws`"));
        }
        if rows.iter().all(|row| row.draws >= needed) {
            break;
        }
        for (treated, strategy) in [(true, SimulatedStrategy::Intended), (false, SimulatedStrategy::Now)] {
            // Each group has replications of its own, so that nobody is in both.
            let number = 2 * replication + u64::from(treated);
            let people = simulated(request, &scheme, outcome, strategy, number, &scratch.0)?;
            pool.add(treated, people);
        }
        if replication > 4_000 {
            let what = format!("the scheme has too few people for groups of {largest}");
            return Err(Error::failed(what, "ask for smaller groups with `--people`"));
        }
        for row in &mut rows {
            while row.draws < needed {
                let Some(groups) = pool.take(row.size) else { break };
                evaluated(&spec, &groups, row)?;
            }
        }
        let drawing: Vec<usize> = rows.iter().filter(|row| row.draws < needed).map(|row| row.size).collect();
        pool.forget(&drawing);
    }
    Ok(PlanReport {
        question: spec.question.clone(),
        scheme: scheme.display().to_string(),
        outcome: evaluation::words::outcome(&spec.outcome),
        design: evaluation::words::design(&spec),
        unit: spec.outcome.unit,
        more_is_better: spec.outcome.more_is_better,
        level: spec.level,
        seed: request.seed,
        true_effect: pool.effect(),
        rows,
        warnings,
    })
}

/// The spec as it can be asked of simulated people: they have a segment, an area and a cohort, known before the start, and no days.
fn asked_of_simulated(spec: &Spec) -> Result<Spec, Error> {
    let panel = matches!(
        spec.design,
        DesignSpec::DifferenceInDifferences(_)
            | DesignSpec::InterruptedTimeSeries(_)
            | DesignSpec::SyntheticControl(_)
            | DesignSpec::RegressionDiscontinuity(_)
            | DesignSpec::Survival(_)
    );
    if panel {
        return Err(Error::failed(
            "a plan simulates people, and this design compares no people one by one",
            "plan a design on people, such as \"randomised\" or \"matching\"",
        ));
    }
    let mut asked = spec.clone();
    for covariate in &mut asked.covariates {
        if !COVARIATES.contains(&covariate.column.as_str()) {
            return Err(Error::failed(
                format!("simulated people have no `{}`", covariate.column),
                format!("they have `{}`; leave other covariates out of the spec of a plan", COVARIATES.join("`, `")),
            ));
        }
        covariate.kind = CovariateKind::Category;
        covariate.known = KnownWhen::BeforeStart;
    }
    if let Some(who) = &mut asked.treated {
        who.from = None;
    }
    asked.subgroups.clear();
    asked.negative_controls.clear();
    Ok(asked)
}

/// What simulated people have.
const COVARIATES: [&str; 3] = ["segment", "area", "cohort"];

/// One simulated person: the covariates, and whether the outcome happened.
#[derive(Clone, Debug)]
struct PlannedPerson {
    covariates: [String; 3],
    value: f64,
    /// Puts people in an order that has nothing to do with the order of the records.
    place: u64,
}

/// The measured people of one simulated replication.
fn simulated(
    request: &PlanRequest,
    scheme: &Path,
    outcome: &str,
    strategy: SimulatedStrategy,
    replication: u64,
    scratch: &Path,
) -> Result<Vec<PlannedPerson>, Error> {
    let out = scratch.join(replication.to_string());
    let made = simulate(&SimulateRequest {
        scheme: scheme.to_owned(),
        reach: request.reach,
        out: out.clone(),
        strategy,
        seed: request.seed,
        replication,
        format: FileFormat::Csv,
    })?;
    let measured = measure(&MeasureRequest {
        scheme: scheme.to_owned(),
        reach: request.reach,
        records: out.clone(),
        joining: None,
        days: QueryDates { as_at: made.as_at, known_at: None },
        provider: None,
        by: Vec::new(),
        accepted: None,
        people: Some(Access { actor: Actor::new("wellspent")?, purpose: "planning with simulated people".to_owned() }),
    })?;
    std::fs::remove_dir_all(&out).ok();
    let table: PeopleTable = measured.people_table.unwrap_or_default();
    let wanted = outcome_in(&table, outcome)?;
    let known = table.rows.iter().filter(|row| {
        row.outcome == wanted && !row.comparison && matches!(row.state, ResultState::Success | ResultState::Failure)
    });
    let mut people: Vec<PlannedPerson> = known
        .filter_map(|row| Some((row, row.value?)))
        .enumerate()
        .map(|(at, (row, value))| PlannedPerson {
            covariates: [&table.segments[row.segment], &table.areas[row.area], &table.cohorts[row.cohort]].map(Clone::clone),
            value: value as f64,
            place: philox::words(request.seed, at as u64, replication, ORDER)[0],
        })
        .collect();
    people.sort_by_key(|person| person.place);
    Ok(people)
}

/// Sets the draws of the order apart from all others of one seed.
const ORDER: u64 = 0x706c_616e;

/// Simulated people that were not used yet, for each size of group from its own place.
#[derive(Default)]
struct SimulatedGroups {
    groups: [Vec<PlannedPerson>; 2],
    /// How many of each group were taken, by size.
    taken: BTreeMap<usize, usize>,
    sums: [(f64, f64); 2],
}

impl SimulatedGroups {
    fn add(&mut self, treated: bool, people: Vec<PlannedPerson>) {
        let sum = &mut self.sums[usize::from(treated)];
        for person in &people {
            (sum.0, sum.1) = (sum.0 + person.value, sum.1 + 1.0);
        }
        self.groups[usize::from(treated)].extend(people);
    }

    /// The next people of both groups for one size; nobody is taken twice for the same size.
    fn take(&mut self, size: usize) -> Option<[Vec<PlannedPerson>; 2]> {
        let from = self.taken.entry(size).or_default();
        let to = *from + size;
        if self.groups.iter().any(|group| group.len() < to) {
            return None;
        }
        let taken = [0, 1].map(|group: usize| self.groups[group][*from..to].to_vec());
        *from = to;
        Some(taken)
    }

    /// Drops people whom every size that still draws has taken.
    fn forget(&mut self, drawing: &[usize]) {
        self.taken.retain(|size, _| drawing.contains(size));
        let least = self.taken.values().copied().min().unwrap_or_default();
        for group in &mut self.groups {
            group.drain(..least.min(group.len()));
        }
        self.taken.values_mut().for_each(|taken| *taken -= least);
    }

    /// The difference between the groups over everybody who was simulated.
    fn effect(&self) -> f64 {
        let mean = |(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { f64::NAN };
        mean(self.sums[1]) - mean(self.sums[0])
    }
}

/// Evaluates one draw, and counts what it found.
fn evaluated(spec: &Spec, groups: &[Vec<PlannedPerson>; 2], row: &mut PlanRow) -> Result<(), Error> {
    row.draws += 1;
    let people: Vec<(bool, &PlannedPerson)> =
        groups.iter().enumerate().flat_map(|(treated, group)| group.iter().map(move |person| (treated == 1, person))).collect();
    let Some(who) = &spec.treated else { return Ok(()) };
    let texts = |of: &dyn Fn(usize) -> String| -> TableColumn {
        let all: Vec<String> = (0..people.len()).map(of).collect();
        let mut values = all.clone();
        values.sort_unstable();
        values.dedup();
        let rows = all.iter().map(|text| values.binary_search(text).unwrap_or_default() as u32).collect();
        TableColumn::Text(TextValues { values, rows })
    };
    let mut columns = BTreeMap::from([
        (spec.id.clone(), texts(&|at| format!("p{at:07}"))),
        (who.column.clone(), texts(&|at| if people[at].0 { who.is.clone() } else { who.not.clone() })),
    ]);
    for (at, name) in COVARIATES.iter().enumerate() {
        columns.insert((*name).to_owned(), texts(&|row| people[row].1.covariates[at].clone()));
    }
    let values = people.iter().map(|(_, person)| person.value).collect();
    columns.insert(MEASURED.to_owned(), TableColumn::Numbers(NumberColumn { values, wrong: Vec::new() }));
    let table = EvaluationTable::new("simulated people", 1, people.len(), columns)
        .map_err(|fault| Error::failed(fault.to_string(), ""))?;
    match evaluation::evaluate::evaluate(spec, &table, base::day::LAST) {
        Ok(found) => {
            let answer = &found.estimates[0];
            let better = if spec.outcome.more_is_better { answer.low > 0.0 } else { answer.high < 0.0 };
            row.found += usize::from(better);
            row.width += answer.high - answer.low;
        }
        Err(refused) => {
            row.failed += 1;
            // What is wrong with the spec is wrong with every draw.
            if row.draws == 10 && row.failed == 10 {
                return Err(Error::failed(refused.to_string(), "docs/evaluation.md says what each design needs"));
            }
            row.why.get_or_insert_with(|| refused.to_string());
        }
    }
    Ok(())
}

/// A folder for simulated records, which is gone at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Scratch, Error> {
        let folder = std::env::temp_dir().join(format!("wellspent-plan-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| {
            Error::failed(format!("could not make {}: {error}", folder.display()), "check the folder for temporary files")
        })?;
        Ok(Scratch(folder))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}
