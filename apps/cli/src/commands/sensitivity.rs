//! `wellspent sensitivity SCHEME`: which of the uncertain numbers the result hangs on.

use std::path::PathBuf;
use std::process::ExitCode;

use base::money::thousands;
use clap::Args;
use contract::Scheme;
use indicatif::{ProgressBar, ProgressStyle};
use risks::listed;
use simulation::assumptions::Assumptions;
use simulation::sensitivity::{Options, Output, Sensitivity as Result, sensitivity};
use simulation::when::uncertain_name;

use crate::commands::check::scheme_and_assumptions;
use crate::commands::stress::{is_standard, packed, writable, write};
use crate::print::{self, bold, dim};
use crate::threads::Threads;
use report::sensitivity::{by_share, interval, movement, page, range, spread, title};
use wellspent::folder::{self, SchemeFolder};
use wellspent::pack::order::Order;
use wellspent::pack::{self, Pack, Run};

#[derive(Args)]
pub struct Sensitivity {
    /// The scheme folder
    scheme: PathBuf,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Write an assurance pack into this new folder (see docs/assurance.md)
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page with charts too; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub fn run(command: &Sensitivity) -> anyhow::Result<ExitCode> {
    command.pack.as_deref().map_or(Ok(()), folder::must_be_new)?;
    command.html.iter().try_for_each(|file| writable(file))?;
    let folder = folder::open(&command.scheme)?;
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(ExitCode::from(1)) };
    command.threads.begin()?;
    let found = found(command, &folder, &scheme, &assumptions)?;
    if let Some(file) = &command.html {
        write(file, &page(&scheme, &found, &notes(&found, command.seed)))?;
    }
    // Whoever takes the page from standard output wants nothing else there.
    if !command.html.as_deref().is_some_and(is_standard) {
        print::stdout(&text(&scheme, &found, command.seed))?;
    }
    match &command.pack {
        None => Ok(ExitCode::SUCCESS),
        Some(pack) => packed(pack, &packing(command, &folder, &scheme, &assumptions, &found)?),
    }
}

/// The search with a progress bar.
fn found(command: &Sensitivity, folder: &SchemeFolder, scheme: &Scheme, assumptions: &Assumptions) -> anyhow::Result<Result> {
    // The bar is drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(1000).with_style(ProgressStyle::with_template("{msg:<44} {bar:40} {percent:>3} %  {elapsed}")?);
    let options = Options { seed: command.seed, ..Options::default() };
    let found = sensitivity(&folder.opened, scheme, assumptions, options, &|what, part| {
        bar.set_message(base::visible::visible(what).into_owned());
        bar.set_position((part * 1000.0) as u64);
    });
    bar.finish_and_clear();
    Ok(found)
}

/// What a pack of this run holds.
fn packing(
    command: &Sensitivity,
    folder: &SchemeFolder,
    scheme: &Scheme,
    assumptions: &Assumptions,
    found: &Result,
) -> anyhow::Result<Pack> {
    let told = vec![
        (pack::SUMMARY.to_owned(), text(scheme, found, command.seed)),
        ("report.html".to_owned(), page(scheme, found, &notes(found, command.seed))),
    ];
    pack::of(&Run { order: Order::Sensitivity { seed: command.seed }, folder, scheme, assumptions, told, stress: None })
}

/// The same run made again, for a pack.
pub fn again(command: &Sensitivity, folder: &SchemeFolder, scheme: &Scheme, assumptions: &Assumptions) -> anyhow::Result<Pack> {
    packing(command, folder, scheme, assumptions, &found(command, folder, scheme, assumptions)?)
}

const WIDTH: usize = 100;

fn text(scheme: &Scheme, found: &Result, seed: u64) -> String {
    let mut out = format!("{}\n{}\n", bold(&scheme.name), bold("What the result hangs on"));
    let area = if scheme.areas.len() > 1 { format!(" In the typical area alone ({}).", found.area) } else { String::new() };
    out += &format!(
        "{}\n",
        dim(&print::wrap(
            &format!("{} uncertain numbers, {} people.{area}", found.uncertain_numbers.len(), thousands(found.people as i64)),
            WIDTH,
            ""
        ))
    );
    for output in &found.outputs {
        out += &table(found, output);
    }
    out += &format!("\n{}\n", print::wrap(&notes(found, seed), WIDTH, ""));
    out
}

/// One figure: what it is, how far it spreads, and a row for each number that matters.
fn table(found: &Result, output: &Output) -> String {
    let mut out = format!("\n{}\n", bold(&title(output)));
    out += &format!("  {}\n", spread(output));
    out += &format!("  {}\n\n", print::wrap(&hangs_on(found, output), WIDTH - 2, "  "));
    let head = format!("  {:<36} {:<22} {:>11} {:>15} {:>15}", "number", "range", "moves it by", "alone", "with others");
    out += &format!("{}\n", dim(&head));
    for at in by_share(found, output) {
        let uncertain = &found.uncertain_numbers[found.kept[at]];
        let range = range(found, found.kept[at]);
        let (size, shares) = (output.effects[found.kept[at]].size, output.shares[at]);
        let name = uncertain_name(&uncertain.path);
        out += &format!(
            "  {name:<36} {range:<22} {:>11} {:>15} {:>15}\n",
            movement(output, size),
            interval(shares.alone),
            interval(shares.in_all)
        );
    }
    out
}

/// The numbers that surely bring more than a tenth of the spread, in a sentence.
fn hangs_on(found: &Result, output: &Output) -> String {
    let mut much: Vec<usize> = (0..found.kept.len()).filter(|&at| output.shares[at].in_all.low > 0.1).collect();
    much.sort_by(|&a, &b| output.shares[b].in_all.value.total_cmp(&output.shares[a].in_all.value));
    let names: Vec<String> = much.into_iter().map(|at| uncertain_name(&found.uncertain_numbers[found.kept[at]].path)).collect();
    match names.len() {
        0 => "No single number surely brings more than a tenth of the spread.".to_owned(),
        1 => format!("It hangs on {}.", names[0]),
        _ => format!("It hangs on {}.", listed(&names)),
    }
}

fn notes(found: &Result, seed: u64) -> String {
    let rest = found.uncertain_numbers.len() - found.kept.len();
    let failed = match found.failed {
        0 => String::new(),
        n => format!(" {n} could not be read and are left out."),
    };
    format!(
        "\"Moves it by\" is the mean movement over the number's whole range, the others being anywhere. \"Alone\" is the share of \
         the spread (variance) that the number brings by itself, \"with others\" by itself or together with others; in \
         brackets the 90 % interval. The other {rest} numbers moved little in a first look and stand as stated in the shares. \
         {} scenarios, seed {seed}.{failed}",
        thousands(found.scenarios as i64)
    )
}
