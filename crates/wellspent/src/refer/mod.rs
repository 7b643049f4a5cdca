//! Places people with providers by the rules of a market: live referral.
//!
//! The same rules, results, referrals and seed give the same allocations, in whatever order the rows are. Earlier allocations stand: a
//! person who was placed is never moved, and a person who waits is tried again before those who come after.

mod queue;
mod request;
mod tables;

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base::day::day;
use base::english::counted;
use contract::market::MARKET_FILE;
use contract::market::allocate::PlacementReason;
use contract::market::rules::{AllocatedBy, Market, ShareRule};
use records::batch::Batch;
use records::referrals::ALLOCATIONS;
use report::quality;
pub use report::refer::ReferralsPlaced;
use report::refer::{PeriodStanding, ReasonCount};
pub use request::ReferRequest;

use crate::access_log;
use crate::error::Error;
use crate::folder;
use queue::{PlacedPerson, ReferredPerson, placed};
use tables::ReadTables;

/// Places people, and writes what became of them. The access log beside the referrals gets a row first.
///
/// # Errors
/// The scheme has no market or it has mistakes, the tables do not allow a result, or the file cannot be written.
pub fn refer(request: &ReferRequest) -> Result<ReferralsPlaced, Error> {
    Ok(referred(request)?)
}

fn referred(request: &ReferRequest) -> anyhow::Result<ReferralsPlaced> {
    let market_of = folder::open(&request.scheme, request.reach)?;
    let scheme = market_of.scheme()?;
    let Some(market) = market_of.market(&scheme)? else {
        let what = format!("{} has no {MARKET_FILE}, so nothing says who gets the next person", market_of.path.display());
        bail!(Error::failed(what, "docs/market-file.md shows how to write one"));
    };
    if market.providers.is_empty() {
        let what = format!("the market in {} has no provider yet", market_of.path.display());
        bail!(Error::failed(what, "add providers.csv with the columns provider and lot; docs/market-file.md describes it"));
    }
    if request.out.exists() {
        let what = format!("{} is there already", request.out.display());
        bail!(Error::failed(what, "name a new file: allocations of an earlier run are never written over"));
    }
    let beside = request.referrals.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    access_log::note(beside, &request.access, "refer", &[])?;
    let ReadTables { referrals, earlier, results, quality, mut notes } = tables::read(request, &scheme, &market)?;
    let before = earlier.iter().filter(|person| person.placed.is_some()).count();
    let played = placed(&market, &results, referrals, earlier);
    write(&request.out, &rows(&market, &scheme, &played.people))?;
    notes.extend(rules_and_tables(request, &market, &played.people));
    let new: Vec<&(ReferredPerson, queue::ReferralOutcome)> =
        played.people.iter().filter(|(person, _)| !person.was_placed).collect();
    let waiting = new.iter().filter(|(_, outcome)| matches!(outcome, queue::ReferralOutcome::Waiting(..))).count();
    Ok(ReferralsPlaced {
        placed: new.len() - waiting,
        waiting,
        before,
        seed: request.seed,
        out: request.out.display().to_string(),
        reasons: reasons(&new),
        standing: standing(&market, &played),
        quality: quality::notes(&quality),
        notes,
    })
}

/// How many people each reason has, the commonest first.
fn reasons(people: &[&(ReferredPerson, queue::ReferralOutcome)]) -> Vec<ReasonCount> {
    let mut counts: std::collections::BTreeMap<String, usize> = std::collections::BTreeMap::new();
    for (_, outcome) in people {
        *counts.entry(outcome.words()).or_default() += 1;
    }
    let mut out: Vec<ReasonCount> = counts.into_iter().map(|(reason, people)| ReasonCount { reason, people }).collect();
    out.sort_by(|one, other| other.people.cmp(&one.people).then(one.reason.cmp(&other.reason)));
    out
}

/// How many people each provider has, by period and lot.
fn standing(market: &Market, played: &queue::PlacedPeople) -> Vec<PeriodStanding> {
    let mut out = Vec::new();
    for (period, standing) in &played.standing {
        let starts = market.period_starts(*period);
        for (lot, rules) in market.lots.iter().enumerate().filter(|(lot, _)| standing.placed_in(*lot) > 0) {
            let shares = contract::market::shares::shares(market, standing, lot, day(starts));
            for (at, licence) in rules.licences.iter().enumerate() {
                let share = shares.iter().find(|(provider, _)| *provider == licence.provider).map(|(_, share)| share.as_f64());
                out.push(PeriodStanding {
                    period: starts,
                    lot: rules.name.clone(),
                    provider: market.providers[licence.provider].id.clone(),
                    people: standing.placed(lot, at),
                    of: standing.placed_in(lot),
                    capacity: licence.capacity,
                    share,
                });
            }
        }
    }
    out.sort_by(|one, other| (one.period, &one.lot, &one.provider).cmp(&(other.period, &other.lot, &other.provider)));
    out
}

/// What of the tables the rules do not use, and what of them they would have needed.
fn rules_and_tables(request: &ReferRequest, market: &Market, people: &[(ReferredPerson, queue::ReferralOutcome)]) -> Vec<String> {
    let mut notes = Vec::new();
    let by_performance = matches!(market.allocation.by.share_rule(), Some(ShareRule::Performance(_)));
    match (by_performance, request.results.is_some()) {
        (true, false) => notes.push(
            "People are shared out by performance, and no results were given: every provider counts as a new entrant. Add --results FILE."
                .to_owned(),
        ),
        (false, true) => notes.push("The rules do not share people out by performance, and the results play no part.".to_owned()),
        _ => {}
    }
    let new = || people.iter().filter(|(person, _)| !person.was_placed).map(|(person, _)| person);
    let chose = new().filter(|person| !person.choices.is_empty()).count();
    if matches!(market.allocation.by, AllocatedBy::Share(_)) && chose > 0 {
        let chose = counted(chose, "person has chosen a provider", "people have chosen a provider");
        notes.push(format!("{chose}, and the rules of the market do not go by choices."));
    }
    let holds = |person: &&ReferredPerson| {
        let lot = market.lot_of(person.area, person.segment).map(|lot| &market.lots[lot]);
        let holds = |lot: &contract::market::rules::MarketLot, choice: usize| {
            lot.licences.iter().any(|licence| licence.provider == choice)
        };
        lot.is_some_and(|lot| person.choices.iter().any(|choice| !holds(lot, *choice)))
    };
    let elsewhere = new().filter(holds).count();
    if elsewhere > 0 {
        let chose = counted(elsewhere, "person has", "people have");
        notes.push(format!("{chose} chosen a provider that does not hold the lot. Such a choice is passed over."));
    }
    notes
}

/// The rows of the table of allocations, by the day of the referral and its id.
fn rows(market: &Market, scheme: &contract::Scheme, people: &[(ReferredPerson, queue::ReferralOutcome)]) -> Batch {
    let mut batch = Batch::empty(&ALLOCATIONS);
    for (person, outcome) in people {
        let id = |provider: usize| market.providers[provider].id.as_str();
        let choices: Vec<&str> = person.choices.iter().map(|choice| id(*choice)).collect();
        let (day, choices, reason) = (base::day::date(person.day).to_string(), choices.join("; "), outcome.words());
        let lot = market.lot_of(person.area, person.segment).map_or("", |lot| market.lots[lot].name.as_str());
        let mut row = vec![
            ("referral", person.id.as_str()),
            ("day", &day),
            ("area", &scheme.areas[person.area]),
            ("segment", &scheme.segments[person.segment]),
            ("choices", &choices),
            ("lot", lot),
            ("reason", &reason),
        ];
        let (on, in_period, of) = match outcome {
            queue::ReferralOutcome::Placed(PlacedPerson { on, counts, .. }) => {
                let count = |count: Option<u32>| count.map_or(String::new(), |count| count.to_string());
                (base::day::date(*on).to_string(), count(counts.map(|counts| counts.0)), count(counts.map(|counts| counts.1)))
            }
            queue::ReferralOutcome::Waiting(..) => Default::default(),
        };
        row.extend([("placed", on.as_str()), ("in_period", &in_period), ("of", &of)]);
        if let queue::ReferralOutcome::Placed(placed) = outcome {
            row.push(("provider", id(placed.provider)));
            row.extend(placed.instead_of.map(|other| ("instead_of", id(other))));
        }
        batch.push(&row);
    }
    batch
}

/// Writes a new file. A file that could not be written to its end is removed again: half of the allocations would read as if others
/// had not been placed.
fn write(out: &Path, rows: &Batch) -> anyhow::Result<()> {
    let mut text = records::csv::header_line(&ALLOCATIONS);
    records::csv::write(rows, &mut text);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(out)
        .with_context(|| format!("could not write {}", out.display()))?;
    if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
        let _ = std::fs::remove_file(out);
        return Err(error).with_context(|| format!("could not write {}", out.display()));
    }
    Ok(())
}

impl queue::ReferralOutcome {
    /// The reason, for the table.
    fn words(&self) -> String {
        match self {
            queue::ReferralOutcome::Placed(PlacedPerson { reason, .. }) => PlacementReason::words(*reason),
            queue::ReferralOutcome::Waiting(why) => why.words().to_owned(),
        }
    }
}
