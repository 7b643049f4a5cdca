//! `wellspent fix SCHEME`: the cheapest changes to the rules that remove what the stress test finds; with `--out` a new
//! scheme folder with the changes written in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use base::money::thousands;
use clap::Args;
use contract::Scheme;
use indicatif::{ProgressBar, ProgressStyle};
use risks::{percent, pounds};
use simulation::assumptions::Assumptions;
use simulation::fix::{Fixing, Set, Share, fix, written};
use simulation::stress::Options;

use crate::commands::check::scheme_and_assumptions;
use crate::commands::stress::packed;
use crate::print;
use crate::print::{bold, dim, green, red, table, wrap};
use crate::threads::Threads;
use wellspent::folder;
use wellspent::folder::SchemeFolder;
use wellspent::pack;
use wellspent::pack::order::Order;
use wellspent::pack::{Pack, Run};

#[derive(Args)]
pub struct Fix {
    /// The scheme folder
    scheme: PathBuf,
    /// Write the changed scheme into this new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write an assurance pack into this new folder (see docs/assurance.md)
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Scenarios in which the chosen changes are tried
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
}

pub fn run(command: &Fix) -> anyhow::Result<ExitCode> {
    if let Some(out) = &command.out {
        folder::must_be_new(out)?;
    }
    command.pack.as_deref().map_or(Ok(()), folder::must_be_new)?;
    let folder = folder::open(&command.scheme)?;
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(ExitCode::from(1)) };
    command.threads.begin()?;
    let found = fixed(command, &folder, &scheme, &assumptions)?;
    print::stdout(&text(&scheme, &assumptions.name, &found))?;
    if let Some(out) = &command.out {
        print::stdout(&match &found.all {
            Some(set) => {
                let texts = written(&folder.opened, &scheme, &set.fix()).context("these changes cannot be written as text")?;
                write(out, &texts)?;
                let people = simulation::individuals::file(&folder.opened).map_or(String::new(), |file| {
                    format!("The file of people ({file}) is not copied: say in its assumptions.toml where it is from there.\n")
                });
                format!("\nWritten to {}; every changed line keeps the old one above it.\n{people}", out.display())
            }
            None => "\nThere is nothing to write.\n".to_owned(),
        })?;
    }
    match &command.pack {
        None => Ok(ExitCode::SUCCESS),
        Some(pack) => packed(pack, &packing(command, &folder, &scheme, &assumptions, &found)?),
    }
}

/// The search with a progress bar.
fn fixed(command: &Fix, folder: &SchemeFolder, scheme: &Scheme, assumptions: &Assumptions) -> anyhow::Result<Fixing> {
    let options = Options { seed: command.seed, scenarios: command.scenarios as usize, ..Options::default() };
    let bar = ProgressBar::new(1000).with_style(ProgressStyle::with_template("{msg:<44} {bar:40} {percent:>3} %  {elapsed}")?);
    let found = fix(&folder.opened, scheme, assumptions, options, &|what, part| {
        bar.set_message(base::visible::visible(what).into_owned());
        bar.set_position(((part * 1000.0) as u64).max(bar.position()));
    });
    bar.finish_and_clear();
    Ok(found)
}

/// What a pack of this run holds: what is said, and the changed scheme.
fn packing(
    command: &Fix,
    folder: &SchemeFolder,
    scheme: &Scheme,
    assumptions: &Assumptions,
    found: &Fixing,
) -> anyhow::Result<Pack> {
    let mut told = vec![(pack::SUMMARY.to_owned(), text(scheme, &assumptions.name, found))];
    let texts = found.all.as_ref().and_then(|set| written(&folder.opened, scheme, &set.fix()));
    told.extend(texts.into_iter().flatten().map(|(name, text)| (format!("scheme/{name}"), text)));
    let order = Order::Fix { seed: command.seed, scenarios: command.scenarios };
    pack::of(&Run { order, folder, scheme, assumptions, told, stress: None })
}

/// The same run made again, for a pack.
pub fn again(command: &Fix, folder: &SchemeFolder, scheme: &Scheme, assumptions: &Assumptions) -> anyhow::Result<Pack> {
    packing(command, folder, scheme, assumptions, &fixed(command, folder, scheme, assumptions)?)
}

pub(crate) fn write(out: &Path, texts: &contract::amend::Texts) -> anyhow::Result<()> {
    fs::create_dir_all(out).with_context(|| format!("could not make the folder {}", out.display()))?;
    for (name, text) in texts {
        let path = out.join(name);
        fs::write(&path, text).with_context(|| format!("could not write {}", path.display()))?;
    }
    Ok(())
}

const WIDTH: usize = 100;

/// What was found, in plain words.
fn text(scheme: &Scheme, assumptions: &str, found: &Fixing) -> String {
    let mut out = format!("{}\n{}\n\n", bold(&scheme.name), dim(&wrap(assumptions, WIDTH, "")));
    out += &match (&found.all, found.present.len()) {
        (_, 0) => return out + &green("No unintended risk was found, so there is nothing to change.\n"),
        (None, _) => {
            red(&wrap(&format!("Found: {}. No set of changes that was tried leaves fewer.", found.present.join(", ")), WIDTH, ""))
                + "\n\n"
        }
        (Some(set), _) => whole(set, found),
    };
    if !found.stays.is_empty() {
        out += &format!("{}\n", bold("Why it stays"));
        for (name, why) in &found.stays {
            out += &format!("  {}\n", wrap(&format!("{name}: {why}."), WIDTH - 4, "    "));
        }
        out += "\n";
    }
    out += &format!("{}\n", bold("The cheapest against each alone (by the short search)"));
    for (name, set) in &found.each {
        let words = set.as_ref().map_or("nothing that was tried removes it".to_owned(), |set| alone(set, found));
        out += &format!("  {}\n", wrap(&format!("{name}: {words}"), WIDTH - 4, "    "));
    }
    out += &dim(&format!("\n{} sets of changes tried.\n", found.tried));
    out
}

/// The set against everything: its changes, what they cost and do, and what becomes of each finding.
fn whole(set: &Set, found: &Fixing) -> String {
    let before = found.present.len();
    let mut out = match set.left.len() {
        0 => green(&format!("{} found, and these changes remove {}:\n\n", count(before), all(before))),
        1 => red(&format!("{} found. With the best changes tried there is 1:\n\n", count(before))),
        left => red(&format!("{} found. With the best changes tried there are {left}:\n\n", count(before))),
    };
    for (at, change) in set.changes.iter().enumerate() {
        out += &format!("  {}. {}\n", at + 1, wrap(&change.words(), WIDTH - 5, "     "));
    }
    out + &format!("\n{}\n{}\n", figures(set, found), findings(set, found))
}

fn count(findings: usize) -> String {
    format!("{findings} unintended risk{}", if findings == 1 { " was" } else { "s were" })
}

fn all(findings: usize) -> &'static str {
    if findings == 1 { "it" } else { "all of them" }
}

/// What the payer pays more or less: "£23.8m more (5.3 % of the £449m paid now)".
fn cost(set: &Set, found: &Fixing) -> String {
    let way = if set.payer_cost < 0.0 { "less" } else { "more" };
    let share = percent(set.payer_cost.abs() / found.paid_now.abs().max(1.0));
    format!("{} {way} ({share} of the {} paid now)", pounds(set.payer_cost.abs()), pounds(found.paid_now))
}

fn worth(value: f64) -> String {
    format!("{} {}", pounds(value.abs()), if value < 0.0 { "less" } else { "more" })
}

fn figures(set: &Set, found: &Fixing) -> String {
    let people = format!("{} {}", thousands(set.people_better.abs().round() as i64), set.better);
    let rows = [("the payer pays", cost(set, found)), ("outcomes are worth", worth(set.value_gained)), ("people", people)];
    rows.map(|(label, figure)| format!("  {label:<20} {figure}\n")).concat()
        + "  at the provider's best strategy under each set of rules\n"
}

/// A row for each finding that is, was or may come to be present.
fn findings(set: &Set, found: &Fixing) -> String {
    let share = |name: &str| found.shares.iter().find(|share| share.name == name);
    let names = risks::CATALOGUE.iter().map(|risk| risk.name);
    let touched = |name: &&str| {
        found.present.contains(name) || set.left.contains(name) || share(name).is_some_and(|share| share.after > 0.0)
    };
    let word = |present: bool| if present { "found" } else { "no" }.to_owned();
    let of = |share: Option<&Share>, part: fn(&Share) -> f64| share.map_or("-".to_owned(), |share| percent(part(share)));
    let row = |name: &str| {
        vec![
            name.to_owned(),
            word(found.present.contains(&name)),
            word(set.left.contains(&name)),
            of(share(name), |share| share.before),
            of(share(name), |share| share.after),
        ]
    };
    let mut rows: Vec<Vec<String>> = names.filter(touched).map(row).collect();
    let mut header = ["finding", "now", "changed", "scenarios now", "scenarios changed"].map(str::to_owned).to_vec();
    if found.scenarios == 0 {
        header.truncate(3);
        rows.iter_mut().for_each(|row| row.truncate(3));
    }
    let scenarios = match found.scenarios {
        0 => String::new(),
        scenarios => format!("scenarios: the share of {scenarios} scenarios in which it is present\n"),
    };
    format!("{}{}", table(&header, &rows), dim(&scenarios))
}

fn alone(set: &Set, found: &Fixing) -> String {
    let words: Vec<String> = set.changes.iter().map(contract::fixes::Fix::words).collect();
    let mut out =
        format!("{}. The payer pays {}; outcomes are worth {}", words.join("; and "), cost(set, found), worth(set.value_gained));
    if !set.brings.is_empty() {
        out += &format!("; brings {}", set.brings.join(", "));
    }
    out + "."
}
