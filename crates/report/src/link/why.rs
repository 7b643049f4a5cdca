//! The evidence that holds one person's records together, and what would split them: as data and as text. Values are not
//! shown: a comparison level says how two of them agree.

use anyhow::Context as _;
use linkage::record_set::RecordSet;

use linkage::finished_linkage::Linkage;

/// The records of one person, and the evidence between them. Weights are in bits.
#[derive(Clone, Debug, PartialEq)]
pub struct PersonEvidence {
    /// The record that was asked for, as AGENCY/ID.
    pub record: String,
    /// Each record of the person, with the mean weight between it and the others; none where the person has only this record.
    pub records: Vec<(String, f64)>,
    /// The record with the least evidence, and by how much less it would be split off.
    pub weakest: Option<(String, f64)>,
    /// Groups of records are joined from this weight.
    pub join: f64,
    /// The pairs of the weakest record.
    pub pairs: Vec<PairEvidence>,
}

/// The evidence that two records are one person.
#[derive(Clone, Debug, PartialEq)]
pub struct PairEvidence {
    pub records: [String; 2],
    /// The weight before anything is compared.
    pub prior: f64,
    pub comparisons: Vec<ComparisonEvidence>,
    /// What households share too, and calibration.
    pub household: f64,
    pub total: f64,
}

/// One comparison of a pair.
#[derive(Clone, Debug, PartialEq)]
pub struct ComparisonEvidence {
    pub comparison: String,
    pub level: String,
    pub weight: f64,
    /// How much of the weight is for how common the value is.
    pub term_frequency: f64,
}

/// A record as AGENCY/ID.
pub fn name(records: &RecordSet, record: u32) -> String {
    format!("{}/{}", records.agency_of(record), records.id(record))
}

/// Pairs that are shown.
const PAIRS: usize = 8;

/// The evidence for the person of a record, AGENCY/ID.
///
/// # Errors
/// The model cannot be used. None where no such record was linked.
pub fn evidence(made: &Linkage, record: &str) -> anyhow::Result<Option<PersonEvidence>> {
    let (agency, id) = record.split_once('/').context("write the record as AGENCY/ID")?;
    let records = &made.records;
    let at = (0..records.len() as u32).find(|at| records.agency_of(*at) == agency && records.key(*at).1 == id);
    let Some(at) = at else { return Ok(None) };
    let mut found = PersonEvidence {
        record: record.to_owned(),
        records: Vec::new(),
        weakest: None,
        join: made.match_threshold,
        pairs: Vec::new(),
    };
    let Some(hold) = made.linked.cohesion.iter().find(|hold| hold.records.contains(&at)) else { return Ok(Some(found)) };
    let name = |record: u32| name(records, record);
    found.records = hold.records.iter().zip(&hold.bits).map(|(record, bits)| (name(*record), *bits)).collect();
    let (weakest, bits) = hold.weakest();
    let least = hold.records[weakest];
    found.weakest = Some((name(least), bits - made.match_threshold));
    let scorer = made.scorer();
    for other in hold.records.iter().filter(|other| **other != least).take(PAIRS) {
        let (left, right) = (least.min(*other), least.max(*other));
        let levels = scorer.levels(left, right);
        let (parts, household) = scorer.parts(left, right, &levels);
        let comparisons = made.linked.model.comparisons.iter().zip(levels.iter().zip(&parts));
        let comparisons = comparisons.map(|(comparison, (level, (weight, term_frequency)))| ComparisonEvidence {
            comparison: comparison.name.clone(),
            level: comparison.levels[usize::from(*level)].label.clone(),
            weight: *weight,
            term_frequency: *term_frequency,
        });
        found.pairs.push(PairEvidence {
            records: [name(least), name(*other)],
            prior: scorer.before(left, right),
            comparisons: comparisons.collect(),
            household,
            total: scorer.weight(left, right, &levels),
        });
    }
    Ok(Some(found))
}

/// The evidence for the terminal.
#[must_use]
pub fn text(found: &PersonEvidence) -> String {
    if found.records.is_empty() {
        return format!("{} is a person of one record: no other record belongs to it\n", found.record);
    }
    let mut out = format!("a person of {} records; each has the mean weight between it and the others\n", found.records.len());
    for (record, bits) in &found.records {
        out += &format!("  {record:<24} {bits:>6.1} bits\n");
    }
    if let Some((record, margin)) = &found.weakest {
        out += &format!(
            "\n{record} has the least evidence: {margin:.1} bits less would split it from the others (groups are joined from {} \
             bits)\n",
            found.join
        );
    }
    for pair in &found.pairs {
        let [one, other] = &pair.records;
        out += &format!("\n{one} and {other}\n  {:<20} {:>7.1}\n", "before comparing", pair.prior);
        for ComparisonEvidence { comparison, level, weight, term_frequency } in &pair.comparisons {
            let of_frequency = match term_frequency.abs() >= 0.05 {
                true => format!(" {term_frequency:+.1} for how common the value is"),
                false => String::new(),
            };
            out += &format!("  {comparison:<20} {weight:>+7.1}  {level}{of_frequency}\n");
        }
        if pair.household.abs() >= 0.05 {
            out += &format!("  {:<20} {:>+7.1}  what households share too, and calibration\n", "households", pair.household);
        }
        out += &format!("  {:<20} {:>7.1}\n", "in all", pair.total);
    }
    out
}
