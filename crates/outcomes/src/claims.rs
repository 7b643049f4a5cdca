//! Compares providers' claims with the records. A claim is matched if the records show the outcome, unsupported if they show that
//! it was not reached, and open while the outcome is not yet known. Of people who are left out of the measure or excepted from it, no
//! claim counts, whether or not the result happened. An outcome that nobody claimed is unclaimed. A claim for a
//! sustained outcome is for one period of it. Claims that an audit found false go into the tally, each once.

use std::collections::BTreeMap;

use base::money::Pence;
use contract::Scheme;
use contract::price_of_result::price_of_result;
use contract::terms::Better;

use crate::cohorts::IndexEvent;
use crate::measured_outcomes::MeasuredOutcomes;
use crate::person_outcome::OutcomeState;
use crate::tally::ProviderTally;
use base::day::{Day, NEVER};
use records::Records;
use records::batch::Batch;

/// One provider's claims for one outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    pub matched: i64,
    pub unclaimed: i64,
    pub unsupported: i64,
    /// Claims for people who are left out of the measure or excepted from it.
    pub not_counted: i64,
    /// Claims for outcomes that are not yet known.
    pub open: i64,
}

/// Claims by provider and outcome, as positions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReconciledClaims {
    pub by: BTreeMap<(u32, usize), Reconciled>,
    /// Claims that fit no start or outcome: the file and the row of each, and why.
    pub unplaced: Vec<(ClaimRow, UnplacedClaim)>,
    /// Claims of another amount than the contract pays for the result.
    pub amounts: Vec<ClaimedAmount>,
    /// How many claims name an amount for a result that has no price of its own, because what is paid for it depends on others.
    pub without_price: u64,
    /// The rows of claims for results after the day that is asked about. They are compared with nothing.
    pub later: Vec<ClaimRow>,
}

/// Where a claim stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimRow {
    /// The position of its batch.
    pub batch: usize,
    /// The row in the file.
    pub row: u64,
}

/// A claim of another amount than the contract pays for the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedAmount {
    pub row: ClaimRow,
    pub provider: u32,
    pub outcome: usize,
    pub claimed: Pence,
    pub price: Pence,
}

/// A claim that fits no start or outcome of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnplacedClaim {
    pub why: WhyUnplaced,
    /// The person, where the records have them.
    pub person: Option<u32>,
    /// The outcome, where the scheme has it.
    pub outcome: Option<usize>,
}

/// Why a claim fits no start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WhyUnplaced {
    /// The records do not have the person, or the scheme does not have the outcome.
    NotInRecords,
    /// Nobody serves the person.
    NotServed,
    /// The person started, and never with the provider of the claim.
    OtherProvider,
    /// The person started with the provider only after the day of the claim.
    TooEarly,
}

impl WhyUnplaced {
    /// The reason, as a sentence about one claim or several.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            WhyUnplaced::NotInRecords => "the records do not have the person, or the scheme does not have the outcome",
            WhyUnplaced::NotServed => "nobody serves the person",
            WhyUnplaced::OtherProvider => "the person has no start with the provider",
            WhyUnplaced::TooEarly => "the day is before the person's first start with the provider",
        }
    }
}

/// Compares the claims of days up to `as_at`, known by `known_at`, with the measured outcomes. A claim is for the last start of the person with that provider
/// on or before the date of the claim.
#[must_use]
pub fn reconcile(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    claims: &[Batch],
    (as_at, known_at): (Day, Day),
) -> ReconciledClaims {
    let mut out = ReconciledClaims::default();
    let mut claimed: BTreeMap<(usize, usize), i64> = BTreeMap::new();
    for (at, batch) in claims.iter().enumerate() {
        for row in 0..batch.rows() {
            let claim = ClaimRow { batch: at, row: batch.places[row] };
            if known(batch, row, "known") > known_at {
                continue;
            }
            let date = batch.day(batch.table.column("date"), row);
            if date != NEVER && date > as_at {
                out.later.push(claim);
                continue;
            }
            match place(scheme, records, measured, batch, row) {
                Ok(place) => {
                    *claimed.entry(place).or_default() += 1;
                    let claimed = batch.amount(batch.table.column("amount"), row).map(Pence);
                    amount(scheme, measured, (claim, claimed), place, &mut out);
                }
                Err(unplaced) => out.unplaced.push((claim, unplaced)),
            }
        }
    }
    for (at, index) in measured.index.iter().enumerate().filter(|(_, index)| !index.start.comparison) {
        for (outcome, result) in measured.of(at).iter().enumerate() {
            let claims = claimed.get(&(at, outcome)).copied().unwrap_or_default();
            // Where fewer is better, the result that somebody claims is that it did not happen.
            let definition = &scheme.outcomes[outcome];
            let avoided = definition.is_binary() && definition.better == Better::Fewer;
            let shown = if avoided { 1 - i64::from(result.value) } else { i64::from(result.value) };
            let sum = out.by.entry((index.start.provider, outcome)).or_default();
            match result.state {
                OutcomeState::Censored => sum.open += claims,
                OutcomeState::LeftOut | OutcomeState::Excepted | OutcomeState::WithHousehold => sum.not_counted += claims,
                OutcomeState::Observed => {
                    sum.matched += claims.min(shown);
                    sum.unclaimed += (shown - claims).max(0);
                    sum.unsupported += (claims - shown).max(0);
                }
            }
        }
    }
    out
}

/// Compares the amount of a claim, where it names one, with what the contract pays for the result.
fn amount(
    scheme: &Scheme,
    measured: &MeasuredOutcomes,
    (row, claimed): (ClaimRow, Option<Pence>),
    (at, outcome): (usize, usize),
    out: &mut ReconciledClaims,
) {
    let Some(claimed) = claimed else { return };
    let IndexEvent { start, area, segment, cohort } = &measured.index[at];
    let time = scheme.cohorts[*cohort as usize].time();
    match price_of_result(scheme, outcome, *area as usize, *segment as usize, time) {
        Some(price) if price == claimed => {}
        Some(price) => out.amounts.push(ClaimedAmount { row, provider: start.provider, outcome, claimed, price }),
        None => out.without_price += 1,
    }
}

/// What a claim is for. Where a person can have a result only once, it is the start and the outcome, whatever day the claim gives; where
/// there can be several, as for periods of a sustained outcome, it is the day as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClaimedResult {
    /// The position of the index event.
    pub at: usize,
    pub outcome: usize,
    /// [`NEVER`] where there can be only one.
    pub date: Day,
}

/// A claim that an audit checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditedClaim {
    /// Its row in the batch.
    pub row: usize,
    /// What it is for, or why it fits no start.
    pub claimed: Result<ClaimedResult, UnplacedClaim>,
    /// Whether the audit found it true.
    pub found: bool,
}

/// A claim for a start of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlacedClaim {
    /// Its row in the batch.
    pub row: usize,
    /// The position of the index event.
    pub at: usize,
    pub outcome: usize,
    /// Whether an audit had checked it.
    pub is_checked: bool,
}

/// The claims of a batch that were known by a day and fit a start, and whether an audit had checked them by then.
#[must_use]
pub fn placed(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes, batch: &Batch, by: Day) -> Vec<PlacedClaim> {
    let one = |row: usize| {
        let (at, outcome) = place(scheme, records, measured, batch, row).ok()?;
        Some(PlacedClaim { row, at, outcome, is_checked: finding(batch, row, by).is_some() })
    };
    (0..batch.rows()).filter(|row| known(batch, *row, "known") <= by).filter_map(one).collect()
}

/// What an audit had found of a claim by a day; `None` where it had not checked it.
fn finding(batch: &Batch, row: usize, by: Day) -> Option<bool> {
    let found = match batch.text(batch.table.column("found"), row).as_str() {
        "true" => true,
        "false" => false,
        _ => return None,
    };
    (known(batch, row, "checked").max(known(batch, row, "known")) <= by).then_some(found)
}

/// The claims of a batch that an audit had checked by a day, of outcomes that the contract audits or that it does not know.
#[must_use]
pub fn audited(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes, batch: &Batch, by: Day) -> Vec<AuditedClaim> {
    let date = batch.table.column("date");
    let one = |row: usize| {
        let found = finding(batch, row, by)?;
        let claimed = place(scheme, records, measured, batch, row).map(|(at, outcome)| {
            let date = if comes_once(scheme, outcome) { NEVER } else { batch.day(date, row) };
            ClaimedResult { at, outcome, date }
        });
        let outcome = claimed.map_or_else(|unplaced| unplaced.outcome, |claimed| Some(claimed.outcome));
        let is_audited = outcome.is_none_or(|outcome| scheme.checked(outcome).is_some());
        is_audited.then_some(AuditedClaim { row, claimed, found })
    };
    (0..batch.rows()).filter_map(one).collect()
}

/// Whether a person can have the result of an outcome only once from one start.
#[must_use]
pub fn comes_once(scheme: &Scheme, outcome: usize) -> bool {
    scheme.outcomes[outcome].is_binary() || scheme.outcomes[outcome].is_amount()
}

/// How what an audit found of a claim contradicts what the records show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disputed {
    /// It was found false, and the records show the result: the result is paid, and the penalty taken.
    FalseAndShown,
    /// It was found true, and the records show no result: nothing is paid.
    TrueAndNotShown,
}

/// Whether a finding of an audit contradicts the records. A claim is for a result of which there should be more; where there can be
/// several, the records show one of them only if they show any.
#[must_use]
pub fn disputed(scheme: &Scheme, measured: &MeasuredOutcomes, claimed: ClaimedResult, found: bool) -> Option<Disputed> {
    let (outcome, result) = (&scheme.outcomes[claimed.outcome], measured.of(claimed.at)[claimed.outcome]);
    if outcome.better != Better::More || outcome.is_amount() || result.state != OutcomeState::Observed {
        return None;
    }
    match (found, result.value > 0) {
        // Of several results another one may be the false one.
        (false, true) if comes_once(scheme, claimed.outcome) => Some(Disputed::FalseAndShown),
        (true, false) => Some(Disputed::TrueAndNotShown),
        _ => None,
    }
}

/// The claims that audits found false by a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundFalse {
    /// What they are for. A result that comes once is here once, however many rows of an audit are about it.
    pub claims: Vec<ClaimedResult>,
    /// Those that fit no start; no penalty is taken for them.
    pub unplaced: Vec<UnplacedClaim>,
}

/// Every claim that an audit had found false by a day.
#[must_use]
pub fn found_false(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes, claims: &[Batch], by: Day) -> FoundFalse {
    let all = claims.iter().flat_map(|batch| audited(scheme, records, measured, batch, by)).filter(|claim| !claim.found);
    let mut out = FoundFalse::default();
    for claim in all {
        match claim.claimed {
            Ok(claimed) => out.claims.push(claimed),
            Err(unplaced) => out.unplaced.push(unplaced),
        }
    }
    out.claims.sort_unstable();
    out.claims.dedup_by(|one, other| one == other && comes_once(scheme, one.outcome));
    out
}

impl FoundFalse {
    /// The same without the claims whose results the records show.
    #[must_use]
    pub fn undisputed(mut self, scheme: &Scheme, measured: &MeasuredOutcomes) -> FoundFalse {
        self.claims.retain(|claimed| disputed(scheme, measured, *claimed, false).is_none());
        self
    }

    /// For each claim that fits no start, every start of its person for which the audit may have meant it.
    #[must_use]
    pub fn where_meant(&self, measured: &MeasuredOutcomes) -> Vec<Vec<ClaimedResult>> {
        let of = |unplaced: &UnplacedClaim| -> Vec<ClaimedResult> {
            let (Some(person), Some(outcome)) = (unplaced.person, unplaced.outcome) else { return Vec::new() };
            own_starts(measured, person).map(|(at, _)| ClaimedResult { at, outcome, date: NEVER }).collect()
        };
        self.unplaced.iter().map(of).collect()
    }

    /// Adds them to tallies.
    pub fn add_to(&self, scheme: &Scheme, measured: &MeasuredOutcomes, groups: &mut [ProviderTally]) {
        for claimed in &self.claims {
            let index = &measured.index[claimed.at];
            let own =
                |group: &&mut ProviderTally| group.provider == index.start.provider && group.tally.area == index.area as usize;
            let cell = index.cohort as usize * scheme.segments.len() + index.segment as usize;
            let counted = groups.iter_mut().find(own).and_then(|group| group.tally.found_false[claimed.outcome].get_mut(cell));
            if let Some(count) = counted {
                *count += 1;
            }
        }
    }
}

/// The day in a column, or that of the claim where it is empty.
fn known(batch: &Batch, row: usize, column: &str) -> Day {
    let day = |name| batch.day(batch.table.column(name), row);
    if day(column) == NEVER { day("date") } else { day(column) }
}

/// The index event and the outcome that a claim is for, or why it fits none.
fn place(
    scheme: &Scheme,
    records: &Records,
    measured: &MeasuredOutcomes,
    batch: &Batch,
    row: usize,
) -> Result<(usize, usize), UnplacedClaim> {
    let column = |name| batch.table.column(name);
    let name = |of| batch.name(column(of), row);
    let person = name("person").and_then(|person| records.people.names.find(person));
    let outcome = scheme.outcome(&batch.text(column("outcome"), row));
    let unplaced = |why| UnplacedClaim { why, person, outcome };
    let (Some(of_person), Some(of_outcome)) = (person, outcome) else { return Err(unplaced(WhyUnplaced::NotInRecords)) };
    let provider = name("provider").and_then(|provider| records.providers.find(provider));
    match start(measured, of_person, provider, batch.day(column("date"), row)) {
        Ok(at) => Ok((at, of_outcome)),
        Err(why) => Err(unplaced(why)),
    }
}

/// The person's last start with a provider on or before a day.
fn start(measured: &MeasuredOutcomes, person: u32, provider: Option<u32>, day: Day) -> Result<usize, WhyUnplaced> {
    let (mut last, mut why) = (None, WhyUnplaced::NotServed);
    for (at, began, with) in own_starts(measured, person).map(|(at, index)| (at, index.start.began, index.start.provider)) {
        if Some(with) != provider {
            why = why.max(WhyUnplaced::OtherProvider);
        } else if began > day {
            why = WhyUnplaced::TooEarly;
        } else if last.is_none_or(|(before, _)| began >= before) {
            last = Some((began, at));
        }
    }
    last.map(|(_, at)| at).ok_or(why)
}

/// The starts of a person whom somebody serves, with their positions.
fn own_starts(measured: &MeasuredOutcomes, person: u32) -> impl Iterator<Item = (usize, &IndexEvent)> {
    let from = measured.index.partition_point(|index| index.start.person < person);
    let own = measured.index[from..].iter().enumerate().take_while(move |(_, index)| index.start.person == person);
    own.filter(|(_, index)| !index.start.comparison).map(move |(at, index)| (from + at, index))
}
