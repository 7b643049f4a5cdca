//! One person of a linkage as text: what holds the records together, and what would break it.

use anyhow::{Context as _, bail};
use linkage::input::Records;
use linkage::score::Scorer;

use linkage::linkage::Linkage;

/// A record as AGENCY/ID.
pub fn name(records: &Records, record: u32) -> String {
    format!("{}/{}", records.agency_of(record), records.id(record))
}

/// What holds the person of a record together. Values are not shown: a level says how two of them agree.
pub fn why(made: &Linkage, record: &str) -> anyhow::Result<String> {
    let (agency, id) = record.split_once('/').context("write the record as AGENCY/ID")?;
    let records = &made.records;
    let at = (0..records.len() as u32).find(|at| records.agency_of(*at) == agency && records.key(*at).1 == id);
    let Some(at) = at else { bail!("no record {record} was linked\n\nhint: the agency's name, a stroke, and its own id") };
    let Some(hold) = made.linked.holds.iter().find(|hold| hold.records.contains(&at)) else {
        return Ok(format!("{record} is a person of one record: no other is held to it\n"));
    };
    let name = |record: u32| name(records, record);
    let mut out = format!("a person of {} records, each held by the mean of its bits with the others\n", hold.records.len());
    for (record, bits) in hold.records.iter().zip(&hold.bits) {
        out += &format!("  {:<24} {bits:>6.1} bits\n", name(*record));
    }
    let (weakest, bits) = hold.weakest();
    let least = hold.records[weakest];
    out += &format!(
        "\n{} is held least: {:.1} bits less of evidence would part it from the others (groups are joined from {} bits)\n",
        name(least),
        bits - made.join,
        made.join
    );
    let scorer = Scorer::new(&made.linked.model, records).map_err(anyhow::Error::msg)?;
    for other in hold.records.iter().filter(|other| **other != least).take(8) {
        let (left, right) = (least.min(*other), least.max(*other));
        let levels = scorer.levels(left, right);
        let (parts, household) = scorer.parts(left, right, &levels);
        out += &format!(
            "\n{} and {}\n  {:<20} {:>7.1}\n",
            name(least),
            name(*other),
            "before comparing",
            scorer.before(left, right)
        );
        for (comparison, (level, (bits, rare))) in made.linked.model.comparisons.iter().zip(levels.iter().zip(&parts)) {
            let label = &comparison.levels[usize::from(*level)].label;
            let rarity = if rare.abs() >= 0.05 { format!(" {rare:+.1} for how common the value is") } else { String::new() };
            out += &format!("  {:<20} {bits:>+7.1}  {label}{rarity}\n", comparison.name);
        }
        if household.abs() >= 0.05 {
            out += &format!("  {:<20} {household:>+7.1}  households share this too, and calibration\n", "households");
        }
        out += &format!("  {:<20} {:>7.1}\n", "together", scorer.weight(left, right, &levels));
    }
    Ok(out)
}
