//! `wellspent stress SCHEME`: the main job. StrategyResults the scheme against its own rules and says what goes wrong. Given a textbook
//! case, or a folder of them, it solves the case and holds the answer against the textbook.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use base::problem::Severity;
use clap::Args;
use contract::Scheme;
use indicatif::{ProgressBar, ProgressStyle};
use simulation::assumptions::Assumptions;
use simulation::stress::{Options, Stress as Result, memory_bytes, stress};
use simulation::textbook::{self, Case, Compared};

use crate::commands::check::{scheme_and_assumptions, show};
use crate::print;
use crate::threads::Threads;
use report::{self, html, json, summary};
use wellspent::folder;
use wellspent::folder::SchemeFolder;
use wellspent::pack;
use wellspent::pack::order::Order;
use wellspent::pack::{Pack, Run, seal};

#[derive(Args)]
pub struct Stress {
    /// The scheme folder, or its name under schemes/; a textbook case (theory/NAME); or a folder of textbook cases (theory)
    scheme: PathBuf,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Replications on which the findings are reported
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(20..=100_000))]
    replications: u32,
    /// Scenarios to try
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(0..=65_536))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
    /// Write the whole report as a page; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result for other programs (see docs/report-json.md); `-` for standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write an assurance pack into this new folder (see docs/assurance.md)
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
}

/// More than this is refused rather than begun.
const MOST_MEMORY_BYTES: u64 = 12_000_000_000;

pub fn run(command: &Stress) -> anyhow::Result<ExitCode> {
    let files = [&command.html, &command.json].into_iter().flatten();
    files.clone().try_for_each(|file| writable(file))?;
    if files.filter(|file| is_standard(file)).count() > 1 {
        bail!("only one of --html and --json can go to standard output");
    }
    command.pack.as_deref().map_or(Ok(()), folder::must_be_new)?;
    let cases = folder::cases_in(&command.scheme)?;
    let folder = folder::open(&command.scheme)?;
    if !cases.is_empty() || textbook::is_case(&folder.opened) {
        if command.html.is_some() || command.json.is_some() || command.pack.is_some() {
            bail!(
                "a textbook case has no page, no JSON and no pack, only what is printed\n\nhint: leave --html, --json and --pack out"
            );
        }
        return if cases.is_empty() { stress_case(&folder, command.seed) } else { stress_cases(&cases, command.seed) };
    }
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(ExitCode::from(1)) };
    command.threads.begin()?;
    let options = command.options();
    let result = result(&folder, &scheme, &assumptions, options)?;
    if let Some(file) = &command.html {
        write(file, &html::page(&scheme, &assumptions, &result, options))?;
    }
    if let Some(file) = &command.json {
        write(file, &json::text(&scheme, &assumptions, &result, options)?)?;
    }
    // Whoever takes a report from standard output wants nothing else there.
    if ![&command.html, &command.json].into_iter().flatten().any(|file| is_standard(file)) {
        print::stdout(&summary::text(&scheme, &assumptions, &result, options, command.html.is_some()))?;
    }
    match &command.pack {
        None => Ok(ExitCode::SUCCESS),
        Some(pack) => packed(pack, &packing(command, &folder, &scheme, &assumptions, &result)?),
    }
}

impl Stress {
    fn options(&self) -> Options {
        Options { seed: self.seed, replications: self.replications as usize, scenarios: self.scenarios as usize }
    }
}

/// The stress test with a progress bar, or why it cannot be made.
fn result(folder: &SchemeFolder, scheme: &Scheme, assumptions: &Assumptions, options: Options) -> anyhow::Result<Result> {
    let needed = memory_bytes(scheme, assumptions, options);
    if needed > MOST_MEMORY_BYTES {
        bail!(
            "this run would keep about {} GB in memory\n\nhint: simulate fewer years (`years` in assumptions.toml), fewer people, or \
             fewer --replications",
            needed / 1_000_000_000
        );
    }
    // The bar is drawn on standard error, and only where that is a terminal.
    let bar = ProgressBar::new(1000).with_style(ProgressStyle::with_template("{msg:<44} {bar:40} {percent:>3} %  {elapsed}")?);
    let result = stress(&folder.opened, scheme, assumptions, options, &|what, part| {
        bar.set_message(base::visible::visible(what).into_owned());
        bar.set_position(((part * 1000.0) as u64).max(bar.position()));
    });
    bar.finish_and_clear();
    Ok(result)
}

/// What a pack of this run holds.
fn packing(
    command: &Stress,
    folder: &SchemeFolder,
    scheme: &Scheme,
    assumptions: &Assumptions,
    result: &Result,
) -> anyhow::Result<Pack> {
    let options = command.options();
    pack::of(&Run {
        order: Order::Stress { seed: command.seed, replications: command.replications, scenarios: command.scenarios },
        folder,
        scheme,
        assumptions,
        told: vec![
            (pack::SUMMARY.to_owned(), summary::text(scheme, assumptions, result, options, true)),
            (pack::REPORT.to_owned(), json::text(scheme, assumptions, result, options)?),
            ("report.html".to_owned(), html::page(scheme, assumptions, result, options)),
        ],
        stress: Some(result),
    })
}

/// The same run made again, for a pack.
pub fn again(command: &Stress, folder: &SchemeFolder, scheme: &Scheme, assumptions: &Assumptions) -> anyhow::Result<Pack> {
    let result = result(folder, scheme, assumptions, command.options())?;
    packing(command, folder, scheme, assumptions, &result)
}

/// Writes a pack and says what of it needs attention.
pub fn packed(folder: &Path, pack: &Pack) -> anyhow::Result<ExitCode> {
    let fingerprint = seal::write(folder, &pack.files)?;
    print::stderr(&format!("wrote the assurance pack {}\nfingerprint {fingerprint}", folder.display()));
    for name in &pack.failed {
        print::stderr(&format!("a check FAILED: {name} (see checks.md)"));
    }
    Ok(if pack.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Solves one textbook case and says whether it agrees with the textbook.
fn stress_case(folder: &SchemeFolder, seed: u64) -> anyhow::Result<ExitCode> {
    let Some((case, compared)) = solve_case(folder, seed) else { return Ok(ExitCode::from(1)) };
    let differing = compared.iter().filter(|one| !one.agrees()).count();
    let ending = report::textbook::ending(1, compared.len(), differing);
    print::stdout(&format!("{}\n{ending}", report::textbook::text(&case, &compared)))?;
    Ok(if differing > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// Solves every textbook case of a folder, into one table.
fn stress_cases(folders: &[SchemeFolder], seed: u64) -> anyhow::Result<ExitCode> {
    let mut cases = Vec::new();
    for folder in folders {
        let name = folder.path.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        let Some((_, compared)) = solve_case(folder, seed) else { return Ok(ExitCode::from(1)) };
        cases.push((name, compared));
    }
    let all = || cases.iter().flat_map(|(_, compared)| compared);
    let differing = all().filter(|one| !one.agrees()).count();
    let ending = report::textbook::ending(cases.len(), all().count(), differing);
    print::stdout(&format!("{}\n{ending}", report::textbook::table(&cases)))?;
    Ok(if differing > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS })
}

/// A textbook case with its comparison, or its errors on standard error and `None`.
fn solve_case(folder: &SchemeFolder, seed: u64) -> Option<(Case, Vec<Compared>)> {
    let (case, mut problems) = textbook::read(&folder.opened);
    problems.retain(|problem| problem.severity == Severity::Error);
    let solved = case.map(|case| textbook::compare(&folder.opened, &case, seed).map(|compared| (case, compared)));
    match solved {
        Some(Ok(both)) => return Some(both),
        Some(Err(found)) => problems.extend(found),
        None => {}
    }
    show(folder, &problems);
    None
}

pub fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// Refuses a place that cannot be written to before the run rather than after it.
pub fn writable(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !is_standard(file) && file.is_dir() {
        bail!("{} is a folder, and a report is a file", file.display());
    }
    if !folder.is_dir() {
        bail!("there is no folder {} to write {} to", folder.display(), file.display());
    }
    Ok(())
}

pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    if is_standard(file) {
        return Ok(print::stdout(text)?);
    }
    std::fs::write(file, text).with_context(|| format!("could not write {}", file.display()))?;
    print::stderr(&format!("wrote {}", file.display()));
    Ok(())
}
