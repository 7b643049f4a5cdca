//! Households that cannot be as the records say, as findings: they are far larger or smaller than the contract expects, or one is far
//! larger than all others.

use std::collections::BTreeMap;

use base::english::counted;
use contract::Scheme;
use outcomes::MeasuredOutcomes;
use records::fault::Fault;
use records::names::NOBODY;

/// The mean size may differ by this factor from that of the contract.
const FAR: f64 = 1.25;
/// Fewer people served say little about the mean.
const FEW: usize = 10;
/// A household may have so many members, or so many times the members of the next largest one.
const LARGE: u64 = 12;
const TIMES: u64 = 3;

/// What is found of the households of the people served.
pub(crate) fn faults(scheme: &Scheme, measured: &MeasuredOutcomes) -> Vec<Fault> {
    if !scheme.counts_households() {
        return Vec::new();
    }
    let mut people: Vec<(u32, u32)> = measured
        .index
        .iter()
        .filter(|index| !index.start.comparison)
        .map(|index| (index.start.person, index.start.household))
        .collect();
    people.sort_unstable();
    people.dedup();
    let mut members: BTreeMap<u32, u64> = BTreeMap::new();
    people
        .iter()
        .filter(|(_, household)| *household != NOBODY)
        .for_each(|(_, household)| *members.entry(*household).or_default() += 1);
    let alone = people.iter().filter(|(_, household)| *household == NOBODY).count();
    let mut sizes: Vec<u64> = members.into_values().collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    [far_mean(scheme, people.len(), sizes.len() + alone), one_large(&sizes, alone), many_large(scheme, &sizes, people.len())]
        .into_iter()
        .flatten()
        .collect()
}

/// The mean size is far from that of the contract.
fn far_mean(scheme: &Scheme, people: usize, households: usize) -> Option<Fault> {
    let (mean, agreed) = (people as f64 / households.max(1) as f64, scheme.household_size.as_f64());
    let what = "households are far larger or smaller than the contract expects, and each counts once";
    let fix = "check the column: each member of a household has its id, and no other household has it; if it is right, agree the new size";
    let fault = Fault::file(what, format!("about {agreed:.2} people in a household"), fix).warning();
    let value =
        format!("{mean:.2}: {} in {}", counted(people, "person", "people"), counted(households, "household", "households"));
    let far = people >= FEW && (mean > agreed * FAR || mean * FAR < agreed);
    far.then(|| Fault { column: "household".into(), value: Some(value), ..fault })
}

/// A household has more than so many times the members that the contract expects, and more than so many.
const MANY_TIMES: f64 = 3.0;
const MANY: u64 = 6;
/// The share of people who may be in such households: in England and Wales 1 in 50 lives with six others or more (2021 census).
const SHARE: f64 = 0.05;

/// Many people are in households that are far larger than the contract expects: ids that stand for none, or for a building, join them.
fn many_large(scheme: &Scheme, sizes: &[u64], people: usize) -> Option<Fault> {
    let usual = ((scheme.household_size.as_f64() * MANY_TIMES).ceil() as u64).max(MANY);
    let large: Vec<u64> = sizes.iter().copied().take_while(|size| *size > usual).collect();
    let members: u64 = large.iter().sum();
    let what = "many people are in households far larger than the contract expects, and each counts once";
    let fix = "check their ids: one that stands for none, or for a building, joins people who do not live together";
    let fault = Fault::file(what, format!("hardly anybody in a household of more than {usual}"), fix).warning();
    let value = format!("{} in {}", counted(members, "person", "people"), counted(large.len(), "household", "households"));
    // One alone is told as such.
    (large.len() > 1 && members as f64 > SHARE * people as f64).then(|| Fault {
        column: "household".into(),
        value: Some(value),
        ..fault
    })
}

/// One household is far larger than all others. It may be an institution, or a word for "none".
fn one_large(sizes: &[u64], alone: usize) -> Option<Fault> {
    let largest = *sizes.first()?;
    let next = sizes.get(1).copied().unwrap_or(u64::from(alone > 0));
    let what = "one household is far larger than all others, and counts once";
    let fix = "check its members: an id that stands for none, or for a building, joins people who do not live together";
    let fault = Fault::file(what, "households of about the same size", fix).warning();
    let value = format!("{}; the next largest has {next}", counted(largest, "person", "people"));
    (largest > LARGE && largest > next.saturating_mul(TIMES)).then(|| Fault {
        column: "household".into(),
        value: Some(value),
        ..fault
    })
}
