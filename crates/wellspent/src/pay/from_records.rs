//! A statement from dated records: what each provider is paid, whom it waits for, and what its data quality leaves open.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use base::day::{Day, date};
use base::english::{counted, plural};
use base::money::{Pence, thousands};
use contract::Scheme;
use contract::read::SCHEME_FILE;
use contract::tally::{CohortStage, Tally};
use contract::terms::{Baseline, date_words};
use ledger::missing_payees::PayeeChange;
use ledger::statement::lines;
use ledger::{Statement, StatementLine};
use outcomes::claims::{ClaimedResult, FoundFalse, found_false};
use outcomes::coverage_held::{HeldByCoverage, held_by_coverage};
use outcomes::effect::{SetAside, effect};
use outcomes::payees::Payees;
use outcomes::{IndexEvent, MeasuredOutcomes, ProviderTally, QueryDates};
use records::batch::Batch;
use records::fault::visible;
use records::gate::quality::{CopiedFacts, CountedInTwoCohorts, FactsWithoutClass, QualityReport, RecordedUnlikeOthers};

use crate::error::Error;
use crate::folder::SchemeFolder;
use crate::measured::{MeasuredRecords, too_many};
use crate::pay::new_statement::{by_final_payment, new_statement, others_are_others};
use crate::payees;
use crate::several_agencies::JoinedRecords;

/// A statement from records.
pub(crate) struct PricedRecords {
    pub statement: Statement,
    /// Whom it waits for, in sentences.
    pub waiting: Vec<String>,
    payees: Payees,
    groups: Vec<ProviderTally>,
}

impl PricedRecords {
    /// The data-quality report with the most that rows set aside could change the sum. It uses up what was measured, so that
    /// the results of everyone are in memory only once.
    pub(super) fn quality(
        &self,
        scheme: &Scheme,
        mut found: MeasuredRecords,
        days: QueryDates,
        only: Option<&str>,
    ) -> anyhow::Result<QualityReport> {
        let (as_at, known_at) = days.days();
        found.set_aside.claims = found.quality.set_aside_of("claims");
        if found.set_aside.starts > 0 {
            found.set_aside.facts_of_one = found.records.facts.most_of_one(known_at) as u64;
        }
        let mut measured = std::mem::take(&mut found.measured);
        let claims = claims(scheme, &found)?;
        let audits = |measured: &MeasuredOutcomes, claims: &[Batch]| {
            found_false(scheme, &found.records, measured, claims, as_at.min(known_at))
        };
        let payable = |measured: &MeasuredOutcomes| {
            let mut groups = outcomes::payable_at(scheme, measured, as_at, &self.payees.places);
            groups.retain(|group| only.is_none_or(|only| self.payees.ids[group.provider as usize] == only));
            if let Some(claims) = claims {
                audits(measured, claims).add_to(scheme, measured, &mut groups);
            }
            groups
        };
        let sum = |lines: &[StatementLine]| Pence(lines.iter().fold(0, |sum: i64, line| sum.saturating_add(line.amount.0)));
        let price = |groups: &[ProviderTally]| {
            let lines: Vec<StatementLine> = groups.iter().flat_map(|group| of_group(scheme, &self.payees, group)).collect();
            sum(&lines)
        };
        let effect = effect(scheme, &mut measured, &found.set_aside, &payable, &price);
        // Where the records show what an audit found false, the audit may be the one that is wrong.
        let penalties = claims.map(|claims| {
            let all = audits(&measured, claims);
            let mut without_audits = payable(&measured);
            without_audits.iter_mut().flat_map(|group| &mut group.tally.found_false).for_each(|counts| counts.fill(0));
            let counted = |audits: &FoundFalse| {
                let mut groups = without_audits.clone();
                audits.add_to(scheme, &measured, &mut groups);
                price(&groups).0
            };
            let undisputed = all.clone().undisputed(scheme, &measured);
            let as_found = counted(&all);
            let without = if undisputed == all { 0 } else { counted(&undisputed).saturating_sub(as_found) };
            // A claim that fits no start may be meant for any start of its person. One more in a cell changes the sum in one way, so
            // each cell is priced once, however many claims there are.
            let mut of_cell: BTreeMap<(u32, [u32; 3], usize), i64> = BTreeMap::new();
            let mut more = |claimed: ClaimedResult| {
                let IndexEvent { start, area, cohort, segment } = measured.index[claimed.at];
                *of_cell.entry((start.provider, [area, cohort, segment], claimed.outcome)).or_insert_with(|| {
                    let mut meant = all.clone();
                    meant.claims.push(claimed);
                    counted(&meant).saturating_sub(as_found)
                })
            };
            let meant = all.where_meant(&measured).into_iter();
            let with: i64 = meant.map(|starts| starts.into_iter().map(&mut more).min().unwrap_or(0).min(0)).sum();
            [without, with]
        });
        let [without, with] = penalties.unwrap_or_default();
        let effect = effect.map(|effect| effect.or_by(Pence(without)).or_by(Pence(with)));
        let again = found.quality.again.map(|again| {
            measured.exchange_counted_again();
            let sums = Some((sum(&self.statement.lines), price(&payable(&measured))));
            measured.exchange_counted_again();
            CountedInTwoCohorts { sums, ..again }
        });
        let without_class = found.quality.without_class.map(|without| {
            measured.exchange_without_class();
            let sums = Some((sum(&self.statement.lines), price(&payable(&measured))));
            measured.exchange_without_class();
            FactsWithoutClass { sums, ..without }
        });
        let unlike_others = found.quality.unlike_others.map(|unlike| {
            let sums = Some((sum(&self.statement.lines), price(&payable(&measured.with_results_of_others()))));
            RecordedUnlikeOthers { sums, ..unlike }
        });
        let copies = found.quality.copies.map(|copies| {
            let sums = Some((sum(&self.statement.lines), price(&payable(&measured.once()))));
            CopiedFacts { sums, ..copies }
        });
        Ok(QualityReport { effect, copies, again, without_class, unlike_others, ..found.quality })
    }

    /// How far the linkage leaves the sum uncertain, in sentences.
    pub(super) fn uncertainty(&self, scheme: &Scheme, joined: &JoinedRecords, days: QueryDates) -> String {
        let own: BTreeSet<u32> = self.groups.iter().map(|group| group.provider).collect();
        let total = |groups: &[ProviderTally]| -> i64 {
            let own = groups.iter().filter(|group| own.contains(&group.provider));
            own.flat_map(|group| of_group(scheme, &self.payees, group)).map(|line| line.amount.0).sum()
        };
        let sums = joined.sum_over_linkages(scheme, days, &self.payees, &self.groups, &total);
        let records = counted(sums.records, "record", "records");
        if sums.doubtful == 0 && joined.measured_records.set_aside != SetAside::default() {
            return format!(
                "Linkage: none of the {records} is in doubt, judging by their links. Rows that were set aside are in none."
            );
        }
        if sums.doubtful == 0 {
            return format!("Linkage: none of the {records} is in doubt, so it leaves the sum as it is.");
        }
        format!(
            "Linkage: {} of the {records} may belong to somebody else, judging by their links. In 95% of {} drawn from the links \
             (seed {}) the sum is between {} and {}, and {} on average. As linked it is {}. Pairs that were never compared are in \
             none of them.",
            thousands(sums.doubtful as i64),
            counted(sums.draws, "other linkage", "other linkages"),
            sums.seed,
            sums.low,
            sums.high,
            sums.mean,
            Pence(total(&self.groups))
        )
    }
}

/// The lines of one provider in one area.
fn of_group(scheme: &Scheme, payees: &Payees, group: &ProviderTally) -> Vec<StatementLine> {
    let id = payees.ids[group.provider as usize].as_str();
    lines(scheme, id, &outcomes::payees::priced(scheme, id, &group.tally))
}

/// The tables that a contract needs besides those of its rules: claims, where it audits any.
pub(crate) fn claims_asked(scheme: &Scheme) -> &'static [&'static str] {
    if (0..scheme.outcomes.len()).any(|at| scheme.checked(at).is_some()) { &["claims"] } else { &[] }
}

/// A statement from records, and whom it waits for.
pub(crate) fn from_records(
    scheme: &Scheme,
    folder: &SchemeFolder,
    found: &MeasuredRecords,
    days: QueryDates,
    only: Option<&str>,
    changes: &[PayeeChange],
) -> anyhow::Result<PricedRecords> {
    by_final_payment(scheme, days)?;
    let claims = claims(scheme, found)?;
    let as_at = days.days().0;
    let payees = payees::of_records(scheme, found, claims, as_at)?;
    let mut groups = outcomes::payable_at(scheme, &found.measured, as_at, &payees.places);
    let name = |group: &ProviderTally| payees.ids[group.provider as usize].as_str();
    if let Some(only) = only {
        groups.retain(|group| name(group) == only);
    }
    let taken_back = |only: &&str| changes.iter().any(|change| matches!(change, PayeeChange::TakenBack(name) if name == only));
    if let (true, Some(only)) = (groups.is_empty(), only.filter(taken_back)) {
        let statement = new_statement(folder, days, vec![only.to_owned()], Vec::new())?;
        return Ok(PricedRecords { statement, waiting: Vec::new(), payees, groups });
    }
    if groups.is_empty() {
        let Some(only) = only else {
            bail!(Error::failed(
                format!("nobody started by {}, as known at {}", days.as_at, days.known_at()),
                "ask for a later day with --as-at and --known-at, or look at the dates in starts: `wellspent records check` \
                 lists rows with faults"
            ));
        };
        let near = base::similar_names::nearest(only, payees.ids.iter().map(String::as_str));
        let near = near.map_or(String::new(), |near| format!("is `{}` meant? ", near.escape_debug()));
        bail!(Error::failed(
            format!("nobody started with the provider {}", only.escape_debug()),
            format!(
                "{near}to take back what was posted for a provider that has no more people, add --take-back \"{}\"",
                only.escape_debug()
            )
        ));
    }
    complete(scheme, found, &groups)?;
    if let Some(claims) = &claims {
        let audits = found_false(scheme, &found.records, &found.measured, claims, as_at.min(days.days().1));
        audits.add_to(scheme, &found.measured, &mut groups);
    }
    let mut providers: Vec<String> = groups.iter().map(|group| name(group).to_owned()).collect();
    providers.dedup();
    others_are_others(scheme, folder, &providers)?;
    let priced = groups.iter().flat_map(|group| of_group(scheme, &payees, group)).collect();
    let statement = new_statement(folder, days, providers, priced)?;
    let mut waiting = waiting(scheme, &groups);
    if !waiting.is_empty() {
        waiting.extend(waiting_for_rows(scheme, found, &groups, days.days()));
    }
    waiting.extend(not_certified(scheme, &payees, &groups));
    Ok(PricedRecords { statement, waiting, payees, groups })
}

/// The table of claims, where a contract audits any.
fn claims<'a>(scheme: &Scheme, found: &'a MeasuredRecords) -> anyhow::Result<Option<&'a [Batch]>> {
    let Some(outcome) = (0..scheme.outcomes.len()).find(|at| scheme.checked(*at).is_some()) else { return Ok(None) };
    let Some(claims) = found.claims.as_deref() else {
        bail!(Error::failed(
            format!(
                "the contract audits claims of {}, and there is no table of claims in {}",
                scheme.outcomes[outcome].name,
                found.folder.display()
            ),
            "hand over claims with the result of the audit, in the columns `checked` and `found`; if there are none, a table \
             with a header only"
        ));
    };
    Ok(Some(claims))
}

/// Refuses where a contract needs what the records do not give, with what to do.
fn complete(scheme: &Scheme, found: &MeasuredRecords, groups: &[ProviderTally]) -> anyhow::Result<()> {
    if let Some(outcome) = outcomes::unobserved_before(scheme, &found.records) {
        bail!(Error::failed(
            format!(
                "{} is compared with the same people before they started, and the records do not say from which day they are \
                 complete",
                scheme.outcomes[outcome].name
            ),
            "give that day in the table coverage, in the column `since`; without it, a year without events cannot be told from a \
             year that was never handed over"
        ));
    }
    let over = too_many(scheme, &found.records, groups);
    if !over.is_empty() {
        let lines: Vec<String> = over.iter().map(|(_, words)| format!("\n  {words}")).collect();
        bail!(Error::failed(
            format!("there is no result: more people are excepted than the contract allows{}", lines.concat()),
            format!(
                "people beyond the limit count, with their results. Agree who they are, and take the reasons of these people out of \
                 the records; or, if the contract has another limit, correct `at_most` in {SCHEME_FILE}"
            )
        ));
    }
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let name = &outcome.name;
        if !matches!(outcome.baseline, Baseline::Comparison { .. }) {
            continue;
        }
        for tally in groups.iter().map(|group| &group.tally) {
            for cell in 0..tally.people.len() {
                let (cohort, segment) = (cell / tally.segments, cell % tally.segments);
                let alone = tally.people[cell] > 0 && tally.comparison[at].people[cell] == 0;
                if alone && tally.stage(cohort) == CohortStage::Complete {
                    bail!(Error::failed(
                        format!(
                            "{name} needs a comparison group, and the records have nobody to compare with in {}, {}, {}",
                            scheme.areas[tally.area], scheme.cohorts[cohort].name, scheme.segments[segment]
                        ),
                        "add them to people and starts, with `comparison` in the column `group`"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// For each cohort in which somebody is not yet known: how many, and what that holds back.
fn waiting(scheme: &Scheme, groups: &[ProviderTally]) -> Vec<String> {
    let mut out = Vec::new();
    for (at, cohort) in scheme.cohorts.iter().enumerate() {
        let cells = at * scheme.segments.len()..(at + 1) * scheme.segments.len();
        let sum = |of: &dyn Fn(&Tally, usize) -> i64| -> i64 {
            groups.iter().map(|group| cells.clone().map(|cell| of(&group.tally, cell)).sum::<i64>()).sum()
        };
        let (started, waiting) = (sum(&Tally::started), sum(&|tally, cell| tally.waiting[cell]));
        if waiting > 0 {
            let ended = groups.iter().any(|group| group.tally.stage(at) != CohortStage::Running);
            let held = if ended { "" } else { "; the cohort has not ended, and its service fee is due for whole months" };
            let (people, are) = (counted(started.unsigned_abs(), "person", "people"), plural(waiting, "is", "are"));
            out.push(format!("{}: of {people} {} {are} not yet known{held}", cohort.name, thousands(waiting)));
        }
    }
    if !out.is_empty() {
        out.push("What is compared with a gate or a baseline is decided when everyone in its cohorts is known.".into());
    }
    out
}

/// The kinds of fact for which people wait although their follow-up windows have ended: they wait for rows, and not for time.
fn waiting_for_rows(scheme: &Scheme, found: &MeasuredRecords, groups: &[ProviderTally], days: (Day, Day)) -> Vec<String> {
    let providers: BTreeSet<u32> = groups.iter().map(|group| group.provider).collect();
    let counts = |index: &IndexEvent| !index.start.comparison && providers.contains(&index.start.provider);
    let words = |held: HeldByCoverage| {
        let HeldByCoverage { table, kind, until, stated, people } = held;
        let (people, wait) = (counted(people as u64, "person", "people"), plural(people, "waits", "wait"));
        let kind = visible(&kind);
        let reach = match (until, stated) {
            (Some(day), true) => {
                format!("the table coverage says that `{kind}` in {table} is complete up to {}", date_words(date(day)))
            }
            (Some(day), false) => format!(
                "the table coverage does not say how far `{kind}` in {table} is complete, and the last row of {table} is of {}",
                date_words(date(day))
            ),
            (None, _) => format!("there are no rows of {table} by then"),
        };
        format!(
            "Of these, {people} whose follow-up has ended {wait} for records, not for time: {reach}. If later rows are there, supply them, \
             and the day in coverage."
        )
    };
    held_by_coverage(scheme, &found.records, &found.measured, days, &counts).into_iter().map(words).collect()
}

/// The cohorts that have ended and whose costs are not certified, where clauses are worked out from them.
fn not_certified(scheme: &Scheme, payees: &Payees, groups: &[ProviderTally]) -> Vec<String> {
    let shared: Vec<String> =
        scheme.clauses.iter().filter(|clause| clause.terms.reads_costs()).map(|clause| format!("`{}`", clause.name)).collect();
    if shared.is_empty() {
        return Vec::new();
    }
    // In the order of the contract, whichever provider's costs are missing.
    let mut missing: BTreeSet<usize> = BTreeSet::new();
    for group in groups {
        let tally = outcomes::payees::priced(scheme, &payees.ids[group.provider as usize], &group.tally);
        let ended = (0..tally.cohorts.len()).filter(|&at| tally.stage(at) != CohortStage::Running);
        missing.extend(ended.filter(|&at| tally.certified(at..at + 1).is_none()).map(|at| tally.cohorts[at]));
    }
    let first = missing.first().map(|&first| {
        let more = match missing.len() as u64 - 1 {
            0 => String::new(),
            others => format!(" and {}", counted(others, "later cohort", "later cohorts")),
        };
        let (cohort, is) = (&scheme.cohorts[first].name, plural(shared.len(), "is", "are"));
        format!(
            "{cohort}{more}: costs are not certified yet, so {} {is} left out. Add them to the table that `certified_costs` \
             names.",
            shared.join(" and ")
        )
    });
    first.into_iter().collect()
}
