//! `wellspent measure SCHEME RECORDS --as-at DATE`: what happened, from dated records, as a tally that `price` can price. With
//! `--purpose` the records are those of several agencies, and how sure it is who is who is carried on to every outcome.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::cell::quoted;
use base::day::{Day, NEVER};
use base::money::thousands;
use clap::Args;
use contract::Scheme;
use contract::terms::Baseline;
use linkage::joined::carried::Range;
use outcomes::{self, Group, Known, Measured};
use records::Records;

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::commands::check::scheme_or_errors;
use crate::print::{self, bold, dim};
use records::files;
use report::quality;
use wellspent::access_log;
use wellspent::folder;
use wellspent::linked::{Sure, read_outcomes};
use wellspent::payees::{self, Seen};

#[derive(Args)]
pub struct Measure {
    /// The scheme folder; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with people.csv, starts.csv, events.csv …, each as CSV, Excel or Parquet; with --purpose, a folder of several agencies
    records: PathBuf,
    #[command(flatten)]
    joining: JoiningArgs,
    /// Write each outcome with its linkage interval into this CSV file
    #[arg(long, value_name = "FILE", requires = "purpose")]
    linkage: Option<PathBuf>,
    #[command(flatten)]
    days: DaysArgs,
    /// Only the people of this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Say it for each of these apart; more than one may be given
    #[arg(long, value_name = "WHAT")]
    by: Vec<By>,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Write the data-quality statement into this CSV file
    #[arg(long, value_name = "FILE")]
    quality: Option<PathBuf>,
    /// Write the tally as CSV, for `wellspent price`
    #[arg(long, value_name = "FILE")]
    tally: Option<PathBuf>,
    /// Write the tally as an Excel workbook
    #[arg(long, value_name = "FILE")]
    xlsx: Option<PathBuf>,
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
    let (days, accepted) = (command.days.days(), command.accept.accepted(None)?);
    let joining = command.joining.joining()?;
    let read = read_outcomes(&scheme, &command.records, joining.as_ref(), days, &[], accepted)?;
    let mut sure = None;
    if let (Some(joining), Some(joint)) = (&joining, read.joint()) {
        access_log::note(&command.records, &joining.access, "measure", &[])?;
        sure = Some(joint.sure(&scheme, days, command.provider.as_deref()));
    }
    let live = read.live();
    print::notes(&live.notes);
    if !scheme.providers.is_empty() || live.providers.is_some() {
        payees::named(&scheme, live.providers.as_deref(), &live.folders, &[Seen::in_starts(&live.records)])?;
    }
    let (records, measured) = (&live.records, &live.measured);
    let mut groups = outcomes::tallies(&scheme, measured);
    if let Some(provider) = &command.provider {
        groups.retain(|group| records.providers.get(group.provider).to_string() == *provider);
        if groups.is_empty() {
            bail!("nobody started with the provider {provider}");
        }
    }
    print::stdout(&summary(&scheme, records, measured, &groups))?;
    if !command.by.is_empty() {
        print::stdout(&apart(&scheme, records, &groups, &command.by))?;
    }
    if let Some(sure) = &sure {
        print::stdout(&how_sure(&scheme, sure))?;
    }
    print::notes(&quality::notes(&live.quality));
    if let Some(path) = &command.quality {
        std::fs::write(path, quality::csv(&live.quality)).with_context(|| format!("could not write {}", path.display()))?;
    }
    if let (Some(path), Some(sure)) = (&command.linkage, &sure) {
        std::fs::write(path, intervals(&scheme, sure)).with_context(|| format!("could not write {}", path.display()))?;
    }
    if let Some(path) = &command.tally {
        std::fs::write(path, csv(&scheme, &groups)).with_context(|| format!("could not write {}", path.display()))?;
    }
    if let Some(path) = &command.xlsx {
        files::xlsx::write(path, "tally", &csv(&scheme, &groups), files::xlsx::of_tally)?;
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

/// What linkage leaves unsure in each outcome.
fn how_sure(scheme: &Scheme, sure: &Sure) -> String {
    let count = |count: usize| thousands(count as i64);
    let mut out = format!(
        "\n{}\n{}\n\n{:<20} {:>10} {:>16} {:>16} {:>16} {:>16} {:>8}\n",
        bold("How sure, when it is not sure who is who"),
        print::wrap(
            &format!(
                "{} of {} records, in {} groups, may be somebody else's by their links. {} other linkages were drawn from them (seed {}), and \
                 everything was measured again. Intervals are of 95 %.",
                count(sure.doubtful),
                count(sure.records),
                count(sure.components),
                count(sure.draws),
                sure.seed
            ),
            100,
            ""
        ),
        "of 100 people",
        "as linked",
        "mean of draws",
        "linkage alone",
        "people alone",
        "both",
        "hang"
    );
    for (scheme, outcome) in scheme.outcomes.iter().zip(&sure.outcomes) {
        let of = |value: f64| match outcome.range {
            Range::Share => format!("{:.1}", value * 100.0),
            _ => format!("{value:.3}"),
        };
        let error = |value: f64| match outcome.range {
            Range::Share => format!("{:.2}", value * 100.0),
            _ => format!("{value:.4}"),
        };
        let between = |(low, high): (f64, f64)| format!("{} to {}", of(low), of(high));
        let found = &outcome.carried;
        let name = if outcome.range == Range::Share { scheme.name.clone() } else { format!("{} (each)", scheme.name) };
        out += &format!(
            "{name:<20} {:>10} {:>16} {:>16} {:>16} {:>16} {:>8}\n",
            of(found.as_linked.value),
            format!("{} ± {}", of(found.mean), error(found.mean_error)),
            between(found.linkage),
            between(found.people),
            between(found.both),
            count(outcome.hang)
        );
    }
    let compared = match &sure.compared {
        Some(found) => format!(
            "Of the pairs of records of one person {:.1} % ({:.1} to {:.1} %) were ever compared, by capture and recapture: at \
             most, and of those the model can see.",
            found.share * 100.0,
            found.low * 100.0,
            found.high * 100.0
        ),
        None => "How many pairs of one person were ever compared is not known: the folder has no recall.csv.".into(),
    };
    let large = match sure.large {
        0 => String::new(),
        large => format!(" {} groups of records were too large to list all ways, and were sampled.", count(large)),
    };
    let notes = format!(
        "linkage alone: what the same people come to, were it known who is who. people alone: among people like these, if the \
         linkage is right as it is. both: among people like these. hang: people who come to something else in some draw. ±: Monte \
         Carlo error. The links are taken at their word. {compared} Pairs that were never compared are in no draw, and what they hide is in no interval.{large}"
    );
    out + &format!("{}\n", dim(&print::wrap(&notes, 100, "")))
}

/// The same as a table: a row for each outcome.
fn intervals(scheme: &Scheme, sure: &Sure) -> String {
    let mut out =
        "outcome,measure,people,as_linked,draws,seed,mean_of_draws,monte_carlo_error,linkage_low,linkage_high,people_low,\
                   people_high,both_low,both_high,people_who_hang,compared_share,compared_low,compared_high\n"
            .to_owned();
    for (outcome, found) in scheme.outcomes.iter().zip(&sure.outcomes) {
        let measure = if found.range == Range::Share { "share" } else { "mean" };
        let (all, figure) = (&found.carried, found.carried.as_linked);
        let numbers =
            [all.mean, all.mean_error, all.linkage.0, all.linkage.1, all.people.0, all.people.1, all.both.0, all.both.1];
        let numbers: Vec<String> = numbers.iter().map(|number| format!("{number:.6}")).collect();
        let compared = sure.compared.map_or([String::new(), String::new(), String::new()], |compared| {
            [compared.share, compared.low, compared.high].map(|share| format!("{share:.6}"))
        });
        out += &format!(
            "{},{measure},{},{:.6},{},{},{},{},{}\n",
            quoted(&outcome.name),
            figure.people,
            figure.value,
            sure.draws,
            sure.seed,
            numbers.join(","),
            found.hang,
            compared.join(",")
        );
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
    let mut out = heads.iter().map(|head| quoted(head)).collect::<Vec<_>>().join(",") + "\n";
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
                    out += &format!("{},{},{},{}\n", quoted(name), quoted(&cohort.name), quoted(segment_name), counts.join(","));
                }
            }
        }
    }
    out
}
