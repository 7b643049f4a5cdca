//! `wellspent measure SCHEME RECORDS --as-at DATE`: what happened, from dated records, as a tally that `price` can price.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use clap::Args;
use engine::measure::{self, Group, Known, Measured};
use engine::records::Records;
use engine::records::day::{Day, NEVER};
use scheme::Scheme;
use scheme::money::thousands;
use scheme::terms::Baseline;

use crate::commands::check::scheme_or_errors;
use crate::live::{Days, live};
use crate::{folder, paint};

#[derive(Args)]
pub struct Measure {
    /// The scheme folder; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with people.csv, starts.csv, events.csv …, each as CSV or Parquet
    records: PathBuf,
    #[command(flatten)]
    days: Days,
    /// Only the people of this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Say it for each of these apart; more than one may be given
    #[arg(long, value_name = "WHAT")]
    by: Vec<By>,
    /// Write the tally as CSV, for `wellspent price`
    #[arg(long, value_name = "FILE")]
    tally: Option<PathBuf>,
}

/// What people can be told apart by.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum By {
    Provider,
    Area,
    Cohort,
    Segment,
}

pub fn run(command: &Measure) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    let live = live(&scheme, &command.records, command.days)?;
    let (records, measured) = (&live.records, &live.measured);
    let mut groups = measure::tallies(&scheme, measured);
    if let Some(provider) = &command.provider {
        groups.retain(|group| records.providers.get(group.provider).to_string() == *provider);
        if groups.is_empty() {
            bail!("nobody started with the provider {provider}");
        }
    }
    paint::stdout(&summary(&scheme, records, measured, &groups))?;
    if !command.by.is_empty() {
        paint::stdout(&apart(&scheme, records, &groups, &command.by))?;
    }
    live.say_left_out();
    if let Some(path) = &command.tally {
        std::fs::write(path, csv(&scheme, &groups)).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A line for each outcome, over all groups.
fn summary(scheme: &Scheme, records: &Records, measured: &Measured, groups: &[Group]) -> String {
    let taken = taken(records, groups);
    let started = measured.index.iter().filter(|index| taken[index.start.provider as usize]).count();
    let mut out = format!(
        "{} people and cohorts, {} events and spells\n{:<20} {:>12} {:>14} {:>14} {:>12} {:>16}\n",
        thousands(started as i64),
        thousands(records.facts.len() as i64),
        "outcome",
        "known",
        "count",
        "not yet known",
        "left out",
        "days to reach it"
    );
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let mut all = Known::default();
        for known in groups.iter().flat_map(|group| &group.known[at]) {
            all.people += known.people;
            all.count += known.count;
            all.not_yet_known += known.not_yet_known;
            all.left_out += known.left_out;
        }
        out += &format!(
            "{:<20} {:>12} {:>14} {:>14} {:>12} {:>16}\n",
            outcome.name,
            thousands(all.people),
            thousands(all.count),
            thousands(all.not_yet_known),
            thousands(all.left_out),
            thousands(days(measured, &taken, at))
        );
    }
    out
}

/// Each outcome for each provider, area, cohort or segment that anybody started in, in the order of the scheme and of names.
fn apart(scheme: &Scheme, records: &Records, groups: &[Group], by: &[By]) -> String {
    let segments = scheme.segments.len();
    let mut out = String::new();
    for (at, outcome) in scheme.outcomes.iter().enumerate() {
        let mut sums: BTreeMap<Vec<usize>, Known> = BTreeMap::new();
        for group in groups {
            for (cell, known) in group.known[at].iter().enumerate() {
                let place = by.iter().map(|by| match by {
                    By::Provider => group.provider as usize,
                    By::Area => group.tally.area,
                    By::Cohort => group.tally.cohorts[cell / segments],
                    By::Segment => cell % segments,
                });
                let sum = sums.entry(place.collect()).or_default();
                sum.people += known.people;
                sum.count += known.count;
                sum.not_yet_known += known.not_yet_known;
                sum.left_out += known.left_out;
            }
        }
        out += &format!(
            "\n{}\n{:>58} {:>10} {:>9} {:>14} {:>9}\n",
            outcome.name, "known", "count", "of 100", "not yet known", "left out"
        );
        for (place, known) in sums.iter().filter(|(_, known)| **known != Known::default()) {
            let name = |(by, at): (&By, &usize)| match by {
                By::Provider => records.providers.get(*at as u32).to_string(),
                By::Area => scheme.areas[*at].clone(),
                By::Cohort => scheme.cohorts[*at].name.clone(),
                By::Segment => scheme.segments[*at].clone(),
            };
            let names = by.iter().zip(place).map(name).collect::<Vec<_>>().join(", ");
            let share =
                if known.people > 0 { format!("{:.1}", 100.0 * known.count as f64 / known.people as f64) } else { String::new() };
            out += &format!(
                "{names:<46} {:>11} {:>10} {share:>9} {:>14} {:>9}\n",
                thousands(known.people),
                thousands(known.count),
                thousands(known.not_yet_known),
                thousands(known.left_out)
            );
        }
    }
    out
}

/// For each provider, whether it is among the groups.
fn taken(records: &Records, groups: &[Group]) -> Vec<bool> {
    let mut taken = vec![false; records.providers.len()];
    groups.iter().for_each(|group| taken[group.provider as usize] = true);
    taken
}

/// Days from the index date to the day on which the outcome was reached, over all who reached it.
fn days(measured: &Measured, taken: &[bool], outcome: usize) -> i64 {
    let served = measured.index.iter().enumerate().filter(|(_, index)| !index.start.comparison);
    served
        .filter(|(_, index)| taken[index.start.provider as usize])
        .map(|(at, index)| (measured.of(at)[outcome], index.start.began))
        .filter(|(finding, _)| finding.value > 0 && finding.day != NEVER)
        .map(|(finding, began): (_, Day)| i64::from(finding.day - began))
        .sum()
}

/// The tally as CSV: a row for each area, cohort and segment, the groups added up.
fn csv(scheme: &Scheme, groups: &[Group]) -> String {
    let quote =
        |text: &str| if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() };
    let mut heads = vec!["area".to_owned(), "cohort".into(), "segment".into(), "people".into()];
    for outcome in &scheme.outcomes {
        heads.push(outcome.name.clone());
        if matches!(outcome.baseline, Baseline::Comparison { .. }) {
            heads.push(format!("{} comparison people", outcome.name));
            heads.push(format!("{} comparison", outcome.name));
        }
        if matches!(outcome.baseline, Baseline::Before { .. }) {
            heads.push(format!("{} before", outcome.name));
        }
    }
    let mut out = heads.iter().map(|head| quote(head)).collect::<Vec<_>>().join(",") + "\n";
    for (area, name) in scheme.areas.iter().enumerate() {
        let groups: Vec<&Group> = groups.iter().filter(|group| group.tally.area == area).collect();
        for (at, cohort) in scheme.cohorts.iter().enumerate() {
            for (segment, segment_name) in scheme.segments.iter().enumerate() {
                let cell = at * scheme.segments.len() + segment;
                let sum = |value: &dyn Fn(&Group) -> i64| groups.iter().map(|group| value(group)).sum::<i64>();
                let mut counts = vec![sum(&|group| group.tally.people[cell])];
                for (at, outcome) in scheme.outcomes.iter().enumerate() {
                    counts.push(sum(&|group| group.tally.counts[at][cell]));
                    if matches!(outcome.baseline, Baseline::Comparison { .. }) {
                        counts.push(sum(&|group| group.tally.comparison[at].people[cell]));
                        counts.push(sum(&|group| group.tally.comparison[at].counts[cell]));
                    }
                    if matches!(outcome.baseline, Baseline::Before { .. }) {
                        counts.push(sum(&|group| group.tally.comparison[at].counts[cell]));
                    }
                }
                if counts.iter().any(|count| *count > 0) {
                    let counts: Vec<String> = counts.iter().map(i64::to_string).collect();
                    out += &format!("{},{},{},{}\n", quote(name), quote(&cohort.name), quote(segment_name), counts.join(","));
                }
            }
        }
    }
    out
}
