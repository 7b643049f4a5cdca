//! How the providers of one contract compare, fairly and without a league table. Outcomes are measured by the scheme's own rules,
//! with the code that pays; what is expected of each provider's people comes from a model of what was known of them before.

mod case_mix;
mod people;

use std::path::PathBuf;

use contract::Scheme;
use contract::terms::{Better, Outcome};
use evaluation::error::EvaluationError;
use evaluation::providers::comparison::{ComparedPeople, ComparisonOptions, compare};
pub use evaluation::providers::funnel::Dispersion;
use outcomes::QueryDates;
use records::gate::quality::AcceptedFaults;
pub use report::compare_providers::{ComparedProviders, FollowedUp, OutcomeComparison, ProviderRow};

use crate::access_log;
use crate::breakdown::BreakdownBy;
use crate::error::Error;
use crate::folder::{self, Reach};
use crate::measured::MeasuredRecords;
use crate::payees::{self, NamedProviders};
use crate::publish::measured::{MeasuredDraft, publish_measured};
use crate::publish::{self, PublishOptions, PublishedRelease};
use crate::several_agencies::{JoinOptions, read_outcomes};

/// Which providers are compared.
#[derive(Clone, Debug)]
pub struct CompareProvidersRequest {
    /// The scheme folder. Each outcome needs its `[outcome.NAME.measured]`.
    pub scheme: PathBuf,
    pub reach: Reach,
    /// The folder of records; with `joining`, a folder of several agencies.
    pub records: PathBuf,
    pub joining: Option<JoinOptions>,
    pub days: QueryDates,
    /// Somebody accepts faults that may change the result.
    pub accepted: Option<AcceptedFaults>,
    /// How differences between providers beyond chance widen the limits.
    pub dispersion: Dispersion,
    /// A provider with fewer people whose result is known is shown without limits.
    pub least_people: u64,
}

/// Below this, limits are so wide that they say nothing of a provider.
pub const LEAST_PEOPLE: u64 = 30;

/// Compares the providers of a scheme, outcome by outcome.
///
/// # Errors
/// The scheme has mistakes or no outcome that happens to a person or does not, the records do not allow a result, no purpose covers
/// them, or there is only one provider.
pub fn compare_providers(request: &CompareProvidersRequest) -> Result<ComparedProviders, Error> {
    let scheme = folder::open(&request.scheme, request.reach)?.scheme()?;
    let CompareProvidersRequest { records, joining, days, .. } = request;
    let read = read_outcomes(&scheme, records, joining.as_ref(), *days, &[], request.accepted.clone())?;
    if let Some(joining) = joining {
        access_log::note(records, &joining.access, "compare-providers", &[])?;
    }
    compared(request, &scheme, read.measured()).map_err(|error| error.with_notes(&read.measured().all_notes()))
}

/// Compares the providers of a scheme and publishes how many people of each had each outcome, with the place of each provider. No figure
/// of the model goes out: one could give a small number away.
///
/// # Errors
/// As [`compare_providers`], and what may not be published: then nothing is.
pub fn publish_comparison(request: &CompareProvidersRequest, options: &PublishOptions) -> Result<PublishedRelease, Error> {
    let scheme = folder::open(&request.scheme, request.reach)?.scheme()?;
    let CompareProvidersRequest { records, joining, days, .. } = request;
    let policy = publish::policy(records)?;
    let read = read_outcomes(&scheme, records, joining.as_ref(), *days, &[], request.accepted.clone())?;
    if let Some(joining) = joining {
        access_log::note(records, &joining.access, "compare-providers", &[])?;
    }
    let found = read.measured();
    let compared = compared(request, &scheme, found)?;
    let names: Vec<String> =
        (0..found.records.providers.len() as u32).map(|at| found.records.providers.get(at).to_string()).collect();
    let judgement = |outcome: &OutcomeComparison| {
        let places = outcome.places();
        let place = |name: &String| places.iter().find(|(of, _)| of == name).map_or("–", |(_, place)| *place);
        (!places.is_empty()).then(|| ("compared with what is expected", names.iter().map(place).collect()))
    };
    let draft = MeasuredDraft {
        scheme: &scheme,
        found,
        days: *days,
        by: &[BreakdownBy::Provider],
        outcomes: (0..scheme.outcomes.len()).filter(|at| scheme.outcomes[*at].is_binary()).collect(),
        command: "compare-providers",
        kind: "Comparison of providers",
        remarks: vec![
            "The order is that of names: this is no ranking. Shares are not adjusted for whom a provider served.",
            "The last column says where a provider's result lies beside what a model expects of its own people. By chance alone, 1 \
             provider in 20 is outside the 95% limits. No other figure of the model is published, because one could give small numbers \
             away.",
        ],
        judgements: compared.outcomes.iter().map(judgement).collect(),
    };
    publish_measured(options, &policy, draft)
}

fn compared(request: &CompareProvidersRequest, scheme: &Scheme, found: &MeasuredRecords) -> Result<ComparedProviders, Error> {
    if !scheme.providers.is_empty() || found.providers.is_some() {
        payees::named(scheme, found.providers.as_deref(), &found.folders, &[NamedProviders::in_starts(&found.records)])?;
    }
    let starts = people::ServedStarts::of(found);
    if starts.providers.len() < 2 {
        return Err(Error::failed(
            "the records have people of fewer than two providers, and there is nobody to compare",
            "put the starts of all providers of the contract into one folder of records",
        ));
    }
    // More than any contract has: people would be compared with themselves, one provider each.
    if starts.providers.len() > contract::providers::MAX_PROVIDERS {
        return Err(Error::failed(
            format!("the records have more providers than a comparison can show ({})", contract::providers::MAX_PROVIDERS),
            "check that the column `provider` of starts names the provider, and nothing that is different for each person",
        ));
    }
    let binary: Vec<usize> = (0..scheme.outcomes.len()).filter(|at| scheme.outcomes[*at].is_binary()).collect();
    if binary.is_empty() {
        return Err(Error::failed(
            "the scheme has no outcome that happens to a person or does not, and only those are compared",
            "`wellspent measure --by provider` counts events, periods and amounts by provider",
        ));
    }
    let outcomes = binary.iter().map(|at| of_outcome(request, scheme, found, &starts, *at)).collect();
    let others = scheme.outcomes.iter().filter(|outcome| !outcome.is_binary()).map(|outcome| outcome.name.clone());
    Ok(ComparedProviders {
        scheme: scheme.name.clone(),
        as_at: request.days.as_at,
        dispersion: request.dispersion,
        least_people: request.least_people,
        outcomes,
        not_compared: others.collect(),
        notes: found.notes.clone(),
        quality: found.quality.clone(),
    })
}

/// One outcome of the scheme.
fn of_outcome(
    request: &CompareProvidersRequest,
    scheme: &Scheme,
    found: &MeasuredRecords,
    starts: &people::ServedStarts,
    at: usize,
) -> OutcomeComparison {
    let outcome: &Outcome = &scheme.outcomes[at];
    let known = starts.known(&found.measured, at);
    let periods = people::FollowedPeriods::of(scheme, &known);
    let provider: Vec<usize> = known.iter().map(|person| person.provider).collect();
    let event: Vec<bool> = known.iter().map(|person| person.event).collect();
    let options = ComparisonOptions { dispersion: request.dispersion, least_people: request.least_people };
    let (mut known_before, mut not_used) = (Vec::new(), Vec::new());
    let comparison = case_mix::case_mix(scheme, found, &known, starts.providers.len()).and_then(|mix| {
        (known_before, not_used) = (mix.used, mix.not_used);
        let people = ComparedPeople {
            providers: starts.providers.len(),
            provider: &provider,
            event: &event,
            covariates: &mix.columns,
            periods: periods.names.len(),
            period: &periods.of,
        };
        compare(&people, options)
    });
    let began = |provider: usize| known.iter().filter(move |person| person.provider == provider).map(|person| person.began);
    OutcomeComparison {
        name: outcome.name.clone(),
        measure: outcome.measure.clone(),
        counts_households: outcome.counts_households,
        more_is_better: outcome.better == Better::More,
        providers: starts.rows(scheme, found, at, began),
        segments: scheme.segments.clone(),
        periods: periods.names,
        periods_are: periods.are,
        known_before,
        not_used,
        comparison: comparison.map_err(|error| why_not(&error, request.least_people)),
    }
}

/// Why one outcome is not compared, as a sentence.
fn why_not(error: &EvaluationError, least_people: u64) -> String {
    match error {
        EvaluationError::TooFew { what: "providers with enough people", found, .. } => {
            let providers = base::english::counted(*found, "provider has", "providers have");
            format!("{providers} {least_people} people or more whose result is known. A comparison needs two.")
        }
        EvaluationError::TooFew { needed, .. } => {
            format!("Too few people have this outcome, or too few do not, to say what was expected (needed of both: {needed}).")
        }
        other => format!("What was expected cannot be worked out: {other}."),
    }
}
