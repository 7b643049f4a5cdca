//! `wellspent stress SCHEME`: the main job. Tests a scheme against its own rules and shows what goes wrong. Given a textbook case,
//! or a folder of them, it solves the case and compares the answer with the textbook.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use wellspent::JsonDocument as _;
use wellspent::folder;
use wellspent::stress::{REPLICATIONS, SCENARIOS, StressRequest, is_textbook, stress, textbook};

use crate::options::{reach, within};
use crate::output::{Inputs, ResultFormat, is_standard, outputs, packed, write};
use crate::threads::Threads;
use crate::{print, progress};

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent stress my-scheme --html report.html\n  wellspent stress plain-linear --json \
                        --scenarios 16\n  wellspent stress theory")]
pub(crate) struct Stress {
    /// The scheme folder, or the name of a shipped scheme; a textbook case (theory/NAME); or a folder of textbook cases (theory)
    scheme: PathBuf,
    /// Seed of every random draw
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Replications on which the findings are reported
    #[arg(long, default_value_t = 200, value_parser = within(&REPLICATIONS))]
    replications: u32,
    /// Scenarios to try
    #[arg(long, default_value_t = 64, value_parser = within(&SCENARIOS))]
    scenarios: u32,
    #[command(flatten)]
    threads: Threads,
    /// Write the whole report as a page; `-` for standard output
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the result as JSON to standard output, or with a FILE into it (`wellspent schema stress` describes it, or textbook for
    /// textbook cases)
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "-")]
    json: Option<PathBuf>,
    /// Write an assurance pack into this new folder (see docs/assurance.md)
    #[arg(long, value_name = "DIR")]
    pack: Option<PathBuf>,
}

pub(crate) fn run(command: &Stress) -> anyhow::Result<ExitCode> {
    let Stress { seed, replications, scenarios, html, json, pack, .. } = command;
    let files = [html, json].into_iter().flatten();
    let formats = html.iter().map(|file| (file, ResultFormat::Html)).chain(json.iter().map(|file| (file, ResultFormat::Json)));
    outputs(formats, false, Inputs { scheme: Some(&command.scheme), ..Inputs::default() })?;
    let standard = files.filter(|file| is_standard(file)).count();
    pack.as_deref().map_or(Ok(()), folder::must_be_new)?;
    command.threads.begin()?;
    if is_textbook(&command.scheme, reach())? {
        if html.is_some() || pack.is_some() {
            bail!(wellspent::Error::failed("a textbook case has no page and no pack", "leave out --html and --pack"));
        }
        let solved = textbook(&command.scheme, reach(), *seed)?;
        json.as_ref().map_or(Ok(()), |file| write(file, &solved.document().json()?))?;
        if standard == 0 {
            print::text(|terminal| solved.text(terminal))?;
        }
        return Ok(if solved.differing() > 0 { ExitCode::from(1) } else { ExitCode::SUCCESS });
    }
    let (seed, replications, scenarios) = (*seed, *replications, *scenarios);
    let request = StressRequest { scheme: command.scheme.clone(), reach: reach(), seed, replications, scenarios };
    let tested = progress::shown(|progress| stress(&request, progress))??;
    html.as_ref().map_or(Ok(()), |file| write(file, &tested.html()))?;
    json.as_ref().map_or(Ok(()), |file| write(file, &tested.document().json()?))?;
    // A program that takes a report from standard output wants nothing else there.
    if standard == 0 {
        print::text(|terminal| tested.summary(html.is_some(), terminal))?;
    }
    pack.as_ref().map_or(Ok(ExitCode::SUCCESS), |folder| packed(folder, &tested.pack()?))
}
