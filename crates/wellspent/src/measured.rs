//! Outcomes measured from one folder of records: what `measure`, `pay`, `why` and `claims` begin with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base::day::Day;
use contract::Scheme;
use contract::exceptions::{OverLimit, over_limit};
use contract::tally::Tally;
use contract::terms::Outcome;
use outcomes::effect::SetAside;
use outcomes::{MeasuredOutcomes, ProviderTally, QueryDates};
use records::batch::Batch;
use records::gate::quality;
use records::gate::quality::{AcceptedFaults, ExceptedPeople, QualityReport};
use records::{Need, Records};

use crate::doubted::{self, Doubted};
use crate::doubtful_rows;
use crate::doubts::Doubts;
use crate::error::Error;
use crate::gate::{self, LoadedRecords, WantedRecords};

/// Records, and the outcomes of everyone in them.
pub(crate) struct MeasuredRecords {
    pub folder: PathBuf,
    /// The folders with tables: the folder itself, or those of its agencies.
    pub folders: Vec<PathBuf>,
    /// The ids of the table of providers, where there is one.
    pub providers: Option<Vec<String>>,
    /// Claims, where they are wanted and the folder has them. With several agencies each row has its linked person.
    pub claims: Option<Vec<Batch>>,
    /// The name of the file of each of their batches.
    pub claim_files: Vec<String>,
    /// The other tables that were wanted, by name; empty where there are several agencies.
    pub tables: BTreeMap<&'static str, Vec<Batch>>,
    pub records: Records,
    pub measured: MeasuredOutcomes,
    /// The data-quality report of the records.
    pub quality: QualityReport,
    /// Rows that cannot be used, and with which the sum may change.
    pub set_aside: SetAside,
    /// What else is worth knowing of this reading.
    pub notes: Vec<String>,
}

impl MeasuredRecords {
    /// Everything there is to say of the reading, the data quality included, where it is followed by an error.
    pub(crate) fn all_notes(&self) -> Vec<String> {
        self.notes.iter().cloned().chain(report::quality::notes(&self.quality)).collect()
    }
}

/// Which records the rules of a scheme need.
pub(crate) fn need(scheme: &Scheme) -> anyhow::Result<Need> {
    outcomes::need(scheme).map_err(|without| {
        anyhow::Error::from(Error::failed(
            format!("the scheme does not say how to measure {}", without.join(", ")),
            format!("add [outcome.{}.measured] with its rule; docs/outcomes.md lists the rules", without[0]),
        ))
    })
}

/// Who is excepted from each outcome with exceptions, and where that is more than the contract allows.
pub(crate) fn exceptions(scheme: &Scheme, records: &Records, measured: &MeasuredOutcomes, as_at: Day) -> Vec<ExceptedPeople> {
    if scheme.outcomes.iter().all(|outcome| outcome.exceptions.is_none()) {
        return Vec::new();
    }
    // More than any contract has: nobody is paid on such records, and a tally of each would take gigabytes.
    if records.providers.len() > contract::providers::MAX_PROVIDERS {
        return Vec::new();
    }
    let groups = outcomes::payable(scheme, measured, as_at);
    let count = |of: &dyn Fn(&Tally) -> i64| groups.iter().map(|group| of(&group.tally)).sum::<i64>().unsigned_abs();
    let over = too_many(scheme, records, &groups);
    let of_outcome = |(at, outcome): (usize, &Outcome)| ExceptedPeople {
        outcome: outcome.name.clone(),
        people: count(&|tally| tally.people.iter().sum()),
        excepted: count(&|tally| tally.excepted[at].iter().sum()),
        over: over.iter().filter(|(outcome, _)| *outcome == at).map(|(_, words)| words.clone()).collect(),
    };
    let excepting = scheme.outcomes.iter().enumerate().filter(|(_, outcome)| outcome.exceptions.is_some());
    excepting.map(of_outcome).collect()
}

/// Where more people are excepted than the contract allows: the outcome, and a sentence that names the provider, the area where there are
/// several, and the cohort.
pub(crate) fn too_many(scheme: &Scheme, records: &Records, groups: &[ProviderTally]) -> Vec<(usize, String)> {
    let of_group = |group: &ProviderTally| {
        let over = over_limit(scheme, &group.tally);
        // A provider that a fee is due to may be in no record.
        if over.is_empty() {
            return Vec::new();
        }
        let provider = records.providers.get(group.provider).to_string();
        let area = if scheme.areas.len() > 1 { format!(" in {}", scheme.areas[group.tally.area]) } else { String::new() };
        let in_words = move |over: OverLimit| (over.outcome, format!("{provider}{area}: {}", over.words(scheme, &group.tally)));
        over.into_iter().map(in_words).collect::<Vec<_>>()
    };
    groups.iter().flat_map(of_group).collect()
}

/// Reads what a scheme's rules need through the data-quality gate, and measures it. `tables` are read whole as well.
pub(crate) fn measured_records(
    scheme: &Scheme,
    folder: &Path,
    days: QueryDates,
    tables: &[&'static str],
    accepted: Option<AcceptedFaults>,
) -> anyhow::Result<MeasuredRecords> {
    let (as_at, known_at) = days.days();
    let wanted = WantedRecords { need: Some(need(scheme)?), scheme: Some(scheme), tables, known_at: Some(known_at) };
    let mut loaded = gate::load(folder, &wanted)?;
    loaded.judge(accepted.clone())?;
    let mut measured = outcomes::measure(scheme, &loaded.records, as_at, known_at);
    let audited = gate::audits(scheme) && loaded.tables.contains_key("claims");
    if let Some(doubts) = Doubts::of(scheme, &loaded.records, &measured, known_at, audited, true) {
        let LoadedRecords { files, records, findings, quality, .. } = &mut loaded;
        let (by, again) = (as_at.min(known_at), &doubted::of_files(files));
        let doubted = Doubted { scheme, records, measured: &measured, by, known_at, again };
        doubts.add(&doubted, findings, &mut quality.files)?;
        quality.findings = quality::findings(findings);
        measured.like_others = doubts.like_others(&measured);
    }
    loaded.judge(accepted)?;
    let set_aside = gate::set_aside(&loaded.findings);
    let LoadedRecords { folder, files, providers, records, mut tables, mut quality, policy, .. } = loaded;
    quality.copies = doubtful_rows::copies(&measured);
    quality.again = doubtful_rows::counted_again(&measured);
    quality.without_class = doubtful_rows::without_class(&measured);
    quality.unlike_others = doubtful_rows::unlike_others(&measured);
    quality.exceptions = exceptions(scheme, &records, &measured, as_at);
    if quality.copies.is_some() || measured.inconsistencies.starts > 0 {
        let found = gate::copies(&files, &records, &policy, &quality, measured.inconsistencies.starts)?;
        quality.findings.extend(quality::findings(&found));
    }
    let (folders, claims) = (vec![folder.clone()], tables.remove("claims"));
    let of_claims: Vec<String> =
        files.iter().filter(|file| file.table.name == "claims").map(records::files::TableFile::name).collect();
    let claim_files = claims.iter().flatten().map(|batch| of_claims[batch.file].clone()).collect();
    let notes = Vec::new();
    Ok(MeasuredRecords { folder, folders, providers, claims, claim_files, tables, records, measured, quality, set_aside, notes })
}
