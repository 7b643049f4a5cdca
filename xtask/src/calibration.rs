//! The calibration table: what is forecast of real schemes, beside what was documented of them.
//!
//! `cargo xtask calibration` forecasts every scheme that has a `documented.toml` and writes the table into
//! `docs/validity/calibration.md`. The rule is fixed here: a consequence is predicted where its probability is above one half.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base::philox::words;
use base::source::{FileBytes, Folder};
use risks::CATALOGUE;
use simulation::calibration::{Forecast, forecast};
use simulation::expected_outcomes::MovementShares;
use simulation::mixture::Ownership;
use simulation::stress::StressOptions;
use toml::de::{DeTable, DeValue};

/// Where the table stands.
pub(crate) const PAGE: &str = "docs/validity/calibration.md";
/// Where the schemes are.
const FOLDERS: [&str; 2] = ["schemes", "calibration"];
const DOCUMENTED: &str = "documented.toml";
const BEGIN: &str = "<!-- calibration: `cargo xtask calibration` writes what follows -->\n";
const END: &str = "<!-- calibration end -->\n";

/// One thing that was documented of a scheme.
struct Entry {
    scheme: String,
    domain: String,
    /// "misreporting", or the name of an outcome with which way it moved.
    what: String,
    /// What a base rate is taken over: the risk, or the kind of movement.
    group: String,
    /// Whether the outcome is paid for; none for a risk.
    paid: Option<bool>,
    happened: bool,
    /// Whether its scheme was first forecast after the last change to what is forecast.
    held_out: bool,
    /// Forecast probabilities: of the mixture of providers, and of one that maximises profit.
    probability: [f64; 2],
}

/// The sentence about how forecasts did, which every report prints beside its forecasts.
pub(crate) const TRACK_RECORD: &str = "crates/report/src/track_record.txt";

/// The page with a fresh table in it, and the sentence about how forecasts did.
pub(crate) fn with_table(root: &Path, page: &str) -> Result<(String, String)> {
    let (head, rest) = page.split_once(BEGIN).context("the page has lost the line before the table")?;
    let (_, tail) = rest.split_once(END).context("the page has lost the line after the table")?;
    let mut entries = Vec::new();
    let mut findings: Vec<Findings> = Vec::new();
    for folder in folders(root)? {
        let (of_scheme, found) = entries_of(&folder)?;
        crate::test::say(&format!("{}: {} entries", folder.display(), of_scheme.len()));
        findings.push(found);
        entries.extend(of_scheme);
    }
    Ok((format!("{head}{BEGIN}\n{}\n{END}{tail}", text(&entries, &findings)), track_record(&entries)))
}

/// What became of the forecasts of the schemes that were held out.
fn track_record(entries: &[Entry]) -> String {
    let held_out: Vec<&Entry> = entries.iter().filter(|entry| entry.held_out).collect();
    let schemes: BTreeSet<&str> = held_out.iter().map(|entry| entry.scheme.as_str()).collect();
    let score = |kind: Kind| Score::of(&kind.among(&held_out), 0);
    let (risks, directions) = (score(Kind::Risk), score(Kind::Direction));
    format!(
        "How far to believe it: on {} real schemes, written down before any forecast of them, {} of {} documented risks were \
         forecast, and {} of {} that did not happen. Forecasts of which way an outcome goes are less sure: {} of {} that \
         moved were forecast, and {} of {} that did not move. docs/validity/calibration.md has each of them.\n",
        schemes.len(),
        risks.hits,
        risks.happened,
        risks.false_alarms,
        risks.controls,
        directions.hits,
        directions.happened,
        directions.false_alarms,
        directions.controls,
    )
}

/// The two kinds of entry. Which way an outcome goes is harder to foresee than what rules reward, so they are never only added up.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Risk,
    Direction,
}

impl Kind {
    fn among<'a>(self, entries: &[&'a Entry]) -> Vec<&'a Entry> {
        entries.iter().copied().filter(|entry| (entry.paid.is_none()) == (self == Kind::Risk)).collect()
    }
}

/// How the forecasts of some entries did, for the mixture of providers or the profit-seeking one.
struct Score {
    happened: usize,
    hits: usize,
    controls: usize,
    false_alarms: usize,
    brier: f64,
}

impl Score {
    fn of(entries: &[&Entry], agent: usize) -> Score {
        let (happened, controls): (Vec<&Entry>, Vec<&Entry>) = entries.iter().copied().partition(|entry| entry.happened);
        let predicted = |entries: &[&Entry]| entries.iter().filter(|entry| entry.probability[agent] > 0.5).count();
        Score {
            happened: happened.len(),
            hits: predicted(&happened),
            controls: controls.len(),
            false_alarms: predicted(&controls),
            brier: brier(entries, &|entry| entry.probability[agent]),
        }
    }
}

/// Every folder that says what was documented, in order of its name.
fn folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for folder in FOLDERS.map(|name| root.join(name)).iter().filter(|folder| folder.is_dir()) {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.join(DOCUMENTED).is_file() {
                out.push(path);
            }
        }
    }
    out.sort_by_key(|path| path.file_name().map(std::ffi::OsStr::to_owned));
    Ok(out)
}

/// What is forecast of a scheme's risks, beside what was documented.
struct Findings {
    held_out: bool,
    honest: bool,
    probabilities: Vec<[f64; 2]>,
    documented: Vec<String>,
}

fn entries_of(folder: &Path) -> Result<(Vec<Entry>, Findings)> {
    let text = std::fs::read_to_string(folder.join(DOCUMENTED))?;
    let table = DeTable::parse(&text).map_err(|error| anyhow::anyhow!("{}: {error}", folder.display()))?.into_inner();
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let string = |table: &DeTable<'_>, key: &str| table.get(key).and_then(|value| value.get_ref().as_str().map(str::to_owned));
    let flag = |table: &DeTable<'_>, key: &str| table.get(key).and_then(|value| value.get_ref().as_bool());
    let owner = match string(&table, "provider").as_deref() {
        Some("for-profit") => Some(Ownership::ForProfit),
        Some("non-profit") => Some(Ownership::NonProfit),
        Some("public") => Some(Ownership::PublicBody),
        other => bail!("{name}: `provider` is {other:?}, and for-profit, non-profit or public was expected"),
    };
    let opened = open(folder)?;
    let checked = contract::check(&opened);
    let scheme = checked.scheme.with_context(|| format!("{name}: the scheme has mistakes: {:?}", checked.problems))?;
    let found = forecast(&opened, owner, StressOptions { seed: 1, replications: 200, scenarios: SCENARIOS });
    if found.scenarios == 0 {
        bail!("{name}: no scenario could be read");
    }
    let domain = string(&table, "domain").unwrap_or_default();
    let held_out = flag(&table, "held_out").unwrap_or(false);
    let list = |key: &str| match table.get(key).map(|value| value.get_ref()) {
        Some(DeValue::Array(items)) => items.iter().filter_map(|item| item.get_ref().as_table().cloned()).collect::<Vec<_>>(),
        _ => Vec::new(),
    };
    let mut out = Vec::new();
    let mut documented = Vec::new();
    for item in list("risk") {
        let risk = string(&item, "name").context("a [[risk]] without its name")?;
        let at =
            CATALOGUE.iter().position(|known| known.name == risk).with_context(|| format!("{name}: no risk is called {risk}"))?;
        let happened = flag(&item, "happened").with_context(|| format!("{name}: {risk} does not say whether it happened"))?;
        if happened {
            documented.push(risk.clone());
        }
        out.push(Entry {
            scheme: name.clone(),
            domain: domain.clone(),
            what: risk.clone(),
            group: risk,
            paid: None,
            happened,
            held_out,
            probability: found.risks[at],
        });
    }
    for item in list("outcome") {
        let outcome = string(&item, "name").context("an [[outcome]] without its name")?;
        let at = scheme.outcomes.iter().position(|known| known.name == outcome);
        let at = at.with_context(|| format!("{name}: the scheme has no outcome {outcome}"))?;
        let moved = string(&item, "moved").filter(|moved| ["better", "worse", "same"].contains(&moved.as_str()));
        let moved = moved.with_context(|| format!("{name}: {outcome} needs moved = \"better\", \"worse\" or \"same\""))?;
        let paid = scheme.clauses.iter().any(|clause| clause.outcomes().contains(&at));
        let of = |shares: MovementShares| match moved.as_str() {
            "better" => shares.better,
            "worse" => shares.worse,
            _ => shares.better + shares.worse,
        };
        out.push(Entry {
            scheme: name.clone(),
            domain: domain.clone(),
            what: match moved.as_str() {
                "same" => format!("“{outcome}” moves"),
                way => format!("“{outcome}” gets {way}"),
            },
            group: if paid { "a paid outcome moves" } else { "an unpaid outcome moves" }.to_owned(),
            paid: Some(paid),
            happened: moved != "same",
            held_out,
            probability: found.outcomes[at].map(of),
        });
    }
    let honest = flag(&table, "honest_success").unwrap_or(false);
    let Forecast { risks, .. } = found;
    Ok((out, Findings { held_out, honest, probabilities: risks, documented }))
}

/// Scenarios of each scheme.
const SCENARIOS: usize = 64;

fn open(folder: &Path) -> Result<base::SchemeFiles> {
    let mut files = Folder::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name != DOCUMENTED && (name.ends_with(".toml") || name.ends_with(".csv")) {
            files.insert(name, FileBytes::Read(std::fs::read(&path)?));
        }
    }
    Ok(base::open(&files))
}

/// A way to forecast that the program must beat.
type Rival<'a> = &'a dyn Fn(&Entry) -> f64;

/// The share of other schemes in which the same thing happened.
fn base_rate(entries: &[&Entry], entry: &Entry) -> f64 {
    // Of other schemes only, and half of one more entry each way, so that a group of one is not certain.
    let others = entries.iter().filter(|other| other.scheme != entry.scheme && other.group == entry.group);
    let (mut happened, mut all) = (0.5, 1.0);
    for other in others {
        all += 1.0;
        happened += f64::from(other.happened);
    }
    happened / all
}

fn one_elasticity(entry: &Entry) -> f64 {
    // Every provider responds to every price by the same amount: what is paid for gets better, and nothing else happens.
    match entry.paid {
        Some(true) if entry.what.ends_with("worse") => 0.0,
        Some(true) => 1.0,
        _ => 0.0,
    }
}

fn brier(entries: &[&Entry], forecast: &dyn Fn(&Entry) -> f64) -> f64 {
    entries.iter().map(|entry| (forecast(entry) - f64::from(entry.happened)).powi(2)).sum::<f64>() / entries.len().max(1) as f64
}

/// The 95% interval of the skill against another forecast, over schemes drawn anew.
fn skill(entries: &[&Entry], other: &dyn Fn(&Entry) -> f64) -> (f64, f64, f64) {
    let mut by_scheme: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    entries.iter().for_each(|entry| by_scheme.entry(&entry.scheme).or_default().push(entry));
    let schemes: Vec<&Vec<&Entry>> = by_scheme.values().collect();
    let of = |entries: &[&Entry]| 1.0 - brier(entries, &|entry| entry.probability[0]) / brier(entries, other).max(1e-9);
    let mut drawn: Vec<f64> = (0..2_000)
        .map(|round| {
            let pick = |at: u64| schemes[(words(11, round, at, 0)[0] % schemes.len() as u64) as usize];
            let sample: Vec<&Entry> = (0..schemes.len() as u64).flat_map(|at| pick(at).iter().copied()).collect();
            of(&sample)
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    (of(entries), drawn[50], drawn[1_949])
}

fn text(entries: &[Entry], findings: &[Findings]) -> String {
    let mut out = String::new();
    for (held_out, title) in [(true, "Held-out schemes"), (false, "Schemes looked at")] {
        let of: Vec<&Entry> = entries.iter().filter(|entry| entry.held_out == held_out).collect();
        let honest = findings.iter().filter(|found| found.held_out == held_out && found.honest).count();
        if !of.is_empty() {
            let _ = writeln!(out, "### {title}\n\n{}", summary(&of, honest));
        }
    }
    out + &risk_table(findings) + &entry_table(entries)
}

/// How good the forecasts of some schemes are.
fn summary(all: &[&Entry], honest: usize) -> String {
    let mut out = String::new();
    let (risks, directions) = (Kind::Risk.among(all), Kind::Direction.among(all));
    let kinds: [(&str, &[&Entry]); 3] = [("risks", &risks), ("which way outcomes go", &directions), ("both", all)];
    let schemes: BTreeSet<&str> = all.iter().map(|entry| entry.scheme.as_str()).collect();
    let whole = Score::of(all, 0);
    let _ = writeln!(
        out,
        "{} schemes, {honest} of them honest successes; {} documented consequences and {} negative controls.\n",
        schemes.len(),
        whole.happened,
        whole.controls
    );
    out += "| forecast by | of | documented and predicted | false alarms | Brier score |\n|---|---|---|---|---|\n";
    for (agent, forecaster) in ["a mixture of providers", "a profit-seeking provider"].into_iter().enumerate() {
        for (name, of) in kinds {
            let score = Score::of(of, agent);
            let _ = writeln!(
                out,
                "| {forecaster} | {name} | {} of {} ({}) | {} of {} ({}) | {:.3} |",
                score.hits,
                score.happened,
                percent(score.hits, score.happened),
                score.false_alarms,
                score.controls,
                percent(score.false_alarms, score.controls),
                score.brier
            );
        }
    }
    out += "\nBrier skill of the mixture (1 is perfect, 0 is no better), with the 95% interval over schemes:\n\n| against | risks | which way outcomes go | both |\n|---|---|---|---|\n";
    let rivals: [(&str, Rival<'_>); 4] = [
        ("the base rate of each risk in the other schemes", &|entry| base_rate(all, entry)),
        ("nobody responds", &|_| 0.0),
        ("one elasticity for all", &|entry| one_elasticity(entry)),
        ("a profit-seeking provider", &|entry| entry.probability[1]),
    ];
    for (name, rival) in rivals {
        let _ = write!(out, "| {name} |");
        for (_, of) in kinds {
            let (mean, low, high) = skill(of, rival);
            let _ = write!(out, " {mean:.2} ({low:.2} to {high:.2}) |");
        }
        out += "\n";
    }
    out += "\nReliability: of the entries forecast with a probability in each band, the share that happened:\n\n| probability | risks | mean forecast | happened | which way outcomes go | mean forecast | happened |\n|---|---|---|---|---|---|---|\n";
    for band in 0..BANDS {
        let low = f64::from(band) / f64::from(BANDS);
        let high = f64::from(band + 1) / f64::from(BANDS);
        let inside = |entry: &&&Entry| entry.probability[0] >= low && (entry.probability[0] < high || band + 1 == BANDS);
        let _ = write!(out, "| {:.0}% to {:.0}% |", 100.0 * low, 100.0 * high);
        for of in [&risks, &directions] {
            let of: Vec<&&Entry> = of.iter().filter(inside).collect();
            if of.is_empty() {
                out += " 0 | | |";
                continue;
            }
            let mean = of.iter().map(|entry| entry.probability[0]).sum::<f64>() / of.len() as f64;
            let happened = of.iter().filter(|entry| entry.happened).count();
            let _ = write!(out, " {} | {:.0}% | {} |", of.len(), 100.0 * mean, percent(happened, of.len()));
        }
        out += "\n";
    }
    out
}

/// Bands of probability in the tables of reliability.
const BANDS: u32 = 5;

/// "72%"; nothing where there is nothing to count.
fn percent(part: usize, whole: usize) -> String {
    if whole == 0 { "none".to_owned() } else { format!("{:.0}%", 100.0 * part as f64 / whole as f64) }
}

/// How often each risk is forecast.
fn risk_table(findings: &[Findings]) -> String {
    let mut out = "### How often each risk is forecast\n\nOver all schemes, beside the number in which it was documented. Most documents say nothing about most risks.\n\n| risk | forecast | documented |\n|---|---|---|\n".to_owned();
    for (at, risk) in CATALOGUE.iter().enumerate() {
        let forecast = findings.iter().filter(|found| found.probabilities[at][0] > 0.5).count();
        let documented = findings.iter().filter(|found| found.documented.iter().any(|name| name == risk.name)).count();
        let _ = writeln!(out, "| {} | {forecast} of {} | {documented} |", risk.name, findings.len());
    }
    out
}

/// Every entry, with its forecast.
fn entry_table(entries: &[Entry]) -> String {
    let mut out = "\n### Every entry\n\n| scheme | domain | consequence | happened | forecast | profit-seeking | |\n|---|---|---|---|---|---|---|\n".to_owned();
    for entry in entries {
        let right = (entry.probability[0] > 0.5) == entry.happened;
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {:.0}% | {:.0}% | {} |",
            entry.scheme,
            entry.domain,
            entry.what,
            if entry.happened { "yes" } else { "no" },
            100.0 * entry.probability[0],
            100.0 * entry.probability[1],
            if right { "" } else { "wrong" }
        );
    }
    out
}
