//! `wellspent verify DIR`: makes the run of an assurance pack again from its own inputs and options, and says what differs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;

use crate::commands::check::scheme_and_assumptions;
use crate::commands::{fix, sensitivity, stress};
use crate::print;
use crate::print::{green, red};
use crate::threads::Threads;
use wellspent::folder;
use wellspent::pack::compare::Found;
use wellspent::pack::order::{MANIFEST, Order};
use wellspent::pack::{Pack, inputs, seal};

#[derive(Args)]
pub struct Verify {
    /// The pack's folder
    pack: PathBuf,
    #[command(flatten)]
    threads: Threads,
}

pub fn run(command: &Verify) -> anyhow::Result<ExitCode> {
    if !command.pack.is_dir() {
        bail!("there is no folder {}\n\nhint: name the folder that was given to --pack", command.pack.display());
    }
    command.threads.begin()?;
    let files = seal::read(&command.pack)?;
    if !files.contains_key(MANIFEST) && !files.contains_key(seal::SUMS) {
        bail!(
            "{} is not an assurance pack: it has no {MANIFEST}\n\nhint: `wellspent stress SCHEME --pack DIR` writes one",
            command.pack.display()
        );
    }
    let found = Found::of(files);
    let mut wrong = found.before();
    let made = match &found.manifest {
        Ok(manifest) => again(command, manifest.order)?,
        Err(_) => None,
    };
    match &made {
        Some(made) => {
            wrong.extend(found.against(&made.files));
            wrong.extend(made.failed.iter().map(|name| format!("a check FAILED: {name} (see checks.md)")));
        }
        None => {
            wrong.extend(found.unsealed());
            wrong.push("the run could not be made again, so only the hashes were compared".to_owned());
        }
    }
    let compared = made.as_ref().map_or(0, |made| made.files.len());
    Ok(say(command, &found, &wrong, compared)?)
}

fn say(command: &Verify, found: &Found, wrong: &[String], compared: usize) -> std::io::Result<ExitCode> {
    let place = command.pack.display();
    if wrong.is_empty() {
        let fingerprint = found.files.get(seal::SUMS).map_or(String::new(), |list| seal::sha256(list));
        let said = match found.other_program() {
            None => format!("{place}: made again, all {compared} files are the same to the byte"),
            Some(program) => format!(
                "{place}: written by {program} and made again by {}. Every number in its data files is the same. Its words may \
                 differ between versions",
                wellspent::pack::order::PROGRAM
            ),
        };
        print::stdout(&green(&said))?;
        print::stdout(&format!("\nfingerprint {fingerprint}\n"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let count = if wrong.len() == 1 { "1 thing is".to_owned() } else { format!("{} things are", wrong.len()) };
    print::stdout(&format!("{}\n", red(&format!("{place}: {count} not as it should be"))))?;
    for words in wrong {
        print::stdout(&format!("- {}\n", words.replace('\n', "\n  ")))?;
    }
    Ok(ExitCode::from(1))
}

/// The run made again; `None` when the inputs have errors, which have then been told.
fn again(command: &Verify, order: Order) -> anyhow::Result<Option<Pack>> {
    let path = command.pack.join(inputs::FOLDER);
    if !path.is_dir() {
        return Ok(None);
    }
    let folder = folder::open(&path)?;
    let Some((scheme, assumptions)) = scheme_and_assumptions(&folder) else { return Ok(None) };
    let arguments = order.arguments(&path.display().to_string());
    Ok(Some(match order {
        Order::Stress { .. } => stress::again(&parsed::<stress::Stress>(&arguments)?, &folder, &scheme, &assumptions)?,
        Order::Fix { .. } => fix::again(&parsed::<fix::Fix>(&arguments)?, &folder, &scheme, &assumptions)?,
        Order::Sensitivity { .. } => {
            sensitivity::again(&parsed::<sensitivity::Sensitivity>(&arguments)?, &folder, &scheme, &assumptions)?
        }
    }))
}

/// The options by the command's own parser, so that a pack can ask for nothing that the command line could not.
fn parsed<T: Args + clap::FromArgMatches>(arguments: &[String]) -> anyhow::Result<T> {
    let parser = T::augment_args(clap::Command::new("wellspent").no_binary_name(true));
    Ok(T::from_arg_matches(&parser.try_get_matches_from(&arguments[2..])?)?)
}
