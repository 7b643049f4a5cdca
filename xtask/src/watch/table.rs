//! The tables of detection and false alarms, in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::conduct::{CONDUCTS, Conduct, SIZES, Size};
use super::folders::{FolderPlan, STARTS};
use super::honest::HONEST;
use super::rates::Rate;
use super::score::FolderScore;

/// The score of each folder that was drawn.
pub(crate) type Scored = [(FolderPlan, FolderScore)];

/// All tables.
pub(crate) fn tables(scored: &Scored) -> String {
    [detection(scored), three_providers(scored), false_alarms(scored), sizes()].join("\n")
}

/// The scores of a conduct at a size, with so many providers.
fn of_conduct(scored: &Scored, conduct: Conduct, size: Size, providers: usize) -> Vec<&(FolderPlan, FolderScore)> {
    let is_it = |plan: &FolderPlan| {
        let setting = plan.setting;
        setting.providers == providers
            && setting.planting.is_some_and(|planting| planting.conduct == conduct && planting.size == size)
    };
    scored.iter().filter(|(plan, _)| is_it(plan)).collect()
}

fn rate<'a>(scores: impl Iterator<Item = &'a FolderScore>, counts: impl Fn(&FolderScore) -> bool) -> Rate {
    let mut out = Rate::default();
    scores.for_each(|score| out.add(counts(score)));
    out
}

/// The number in the middle, as text.
fn median(mut values: Vec<usize>) -> String {
    values.sort_unstable();
    match values.len() {
        0 => "–".to_owned(),
        count if count % 2 == 1 => values[count / 2].to_string(),
        count => format!("{:.1}", (values[count / 2 - 1] + values[count / 2]) as f64 / 2.0),
    }
}

/// "drift 3, timing 1", the commonest first.
fn named(risks: impl Iterator<Item = String>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    risks.for_each(|risk| *counts.entry(risk).or_default() += 1);
    let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    if counts.is_empty() {
        "none".to_owned()
    } else {
        counts.into_iter().map(|(risk, count)| format!("{risk} {count}")).collect::<Vec<_>>().join(", ")
    }
}

/// What of a row does not depend on the size of providers.
fn besides(scores: &[&(FolderPlan, FolderScore)]) -> String {
    let found: Vec<&FolderScore> = scores.iter().map(|(_, score)| score).filter(|score| score.found_after.is_some()).collect();
    let exact = rate(found.iter().copied(), |score| score.is_exact);
    let months = median(found.iter().filter_map(|score| score.found_after).collect());
    let wrong_risks = rate(scores.iter().map(|(_, score)| score), |score| !score.wrong_risks.is_empty());
    let wrong_providers = rate(scores.iter().map(|(_, score)| score), |score| !score.wrong_providers.is_empty());
    let risks = named(scores.iter().flat_map(|(_, score)| score.wrong_risks.iter().cloned()));
    format!(
        "{} of {} | {months} | {} of {} ({risks}) | {} of {}",
        exact.part, exact.whole, wrong_risks.part, wrong_risks.whole, wrong_providers.part, wrong_providers.whole
    )
}

const BESIDES: &str = "by its own name | months until found (median) | folders with a wrong risk | folders with a wrong provider";

fn detection(scored: &Scored) -> String {
    let mut out = String::from("### Planted conduct, six providers\n\n| planted | size |");
    STARTS.iter().for_each(|starts| out += &format!(" found, {starts} starts a month |"));
    out += &format!(" {BESIDES} |\n|---|---|---|---|---|---|---|---|---|\n");
    for conduct in CONDUCTS {
        for size in SIZES {
            let scores = of_conduct(scored, conduct, size, 6);
            if scores.is_empty() {
                continue;
            }
            let _ = write!(out, "| {} | {} |", conduct.facts().name, size.name());
            for starts in 0..STARTS.len() {
                let of = scores.iter().filter(|(plan, _)| plan.starts == starts).map(|(_, score)| score);
                let _ = write!(out, " {} |", rate(of, |score| score.found_after.is_some()).words());
            }
            let _ = writeln!(out, " {} |", besides(&scores));
        }
    }
    out
}

fn three_providers(scored: &Scored) -> String {
    let mut out = format!(
        "### Planted conduct, three providers\n\nAs documented, with {} starts a month.\n\n| planted | found | {BESIDES} |\n|---|---|---|---|---|---|\n",
        STARTS[1]
    );
    let mut is_empty = true;
    for conduct in CONDUCTS {
        let scores = of_conduct(scored, conduct, Size::Documented, 3);
        if !scores.is_empty() {
            is_empty = false;
            let found = rate(scores.iter().map(|(_, score)| score), |score| score.found_after.is_some());
            let _ = writeln!(out, "| {} | {} | {} |", conduct.facts().name, found.words(), besides(&scores));
        }
    }
    if is_empty { String::new() } else { out }
}

/// The contract years of a folder, and those in which there was a false alarm.
fn alarm_years<'a>(scores: impl Iterator<Item = &'a FolderScore>) -> Rate {
    let mut out = Rate::default();
    scores.flat_map(|score| score.alarm_years).for_each(|alarmed| out.add(alarmed));
    out
}

fn false_alarms(scored: &Scored) -> String {
    let mut out = String::from("### Honest folders: contract years with a serious flag\n\n| folder |");
    STARTS.iter().for_each(|starts| out += &format!(" {starts} starts a month |"));
    out += " which risks |\n|---|---|---|---|---|\n";
    let mut all = Rate::default();
    for honest in HONEST {
        let of_kind = |(plan, _): &&(FolderPlan, FolderScore)| plan.setting.planting.is_none() && plan.setting.honest == honest;
        let scores: Vec<&(FolderPlan, FolderScore)> = scored.iter().filter(of_kind).collect();
        if scores.is_empty() {
            continue;
        }
        let _ = write!(out, "| {} |", honest.name());
        for starts in 0..STARTS.len() {
            let years = alarm_years(scores.iter().filter(|(plan, _)| plan.starts == starts).map(|(_, score)| score));
            all = all.with(years);
            let _ = write!(out, " {} |", years.words());
        }
        let _ = writeln!(out, " {} |", named(scores.iter().flat_map(|(_, score)| score.wrong_risks.iter().cloned())));
    }
    out + &format!("\nOver all honest folders: {} of contract years.\n", all.words())
}

/// What was planted, how large, and from where.
pub(crate) fn sizes() -> String {
    let mut out = String::from(
        "### What is planted\n\n| planted | risk | counts as found too | scheme | from month | size as documented | source of the size |\n|---|---|---|---|---|---|---|\n",
    );
    for conduct in CONDUCTS {
        let facts = conduct.facts();
        let planting = super::conduct::Planting { conduct, size: Size::Documented };
        let from =
            if conduct == Conduct::BaselineInflation { "before".to_owned() } else { (planting.first_month() + 1).to_string() };
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {from} | {} | {} |",
            facts.name,
            facts.risk,
            facts.relatives.join(", "),
            facts.scheme.name(),
            facts.documented,
            facts.source
        );
    }
    out
}
