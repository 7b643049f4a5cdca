//! `wellspent compare-providers SCHEME RECORDS --as-at DATE`: how the providers of a contract compare with what is expected of their
//! people.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use wellspent::compare_providers::{CompareProvidersRequest, Dispersion, LEAST_PEOPLE, compare_providers, publish_comparison};
use wellspent::quality;

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::options::reach;
use crate::output::{Inputs, ResultFormat, outputs, with_page};
use crate::print;
use crate::publishing::PublishArgs;
use crate::threads::Threads;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent compare-providers my-scheme records --as-at 2029-12-16\n  \
                        wellspent compare-providers my-scheme records --as-at 2029-12-16 --html providers.html\n  \
                        wellspent compare-providers my-scheme records --as-at 2029-12-16 --dispersion none\n  \
                        wellspent compare-providers my-scheme records --as-at 2029-12-16 --publish \"Providers, 2029\" \
                        --release-register releases.txt --publish-to providers.html")]
pub(crate) struct CompareProviders {
    /// The scheme folder, or the name of a shipped scheme; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with the records of all providers, as for `measure`
    records: PathBuf,
    #[command(flatten)]
    joining: JoiningArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// How ordinary differences between providers, beyond chance, widen the limits
    #[arg(long, value_enum, default_value = "additive")]
    dispersion: DispersionChoice,
    /// A provider with fewer people whose result is known is shown without limits
    #[arg(long, value_name = "COUNT", default_value_t = LEAST_PEOPLE, value_parser = clap::value_parser!(u64).range(1..))]
    least_people: u64,
    #[command(flatten)]
    threads: Threads,
    /// Write it as a page with a funnel plot too; `-` for standard output
    #[arg(long, value_name = "FILE", conflicts_with = "publish")]
    html: Option<PathBuf>,
    #[command(flatten)]
    publishing: PublishArgs,
    /// Write the result as JSON to standard output (`wellspent schema compare-providers` describes it)
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DispersionChoice {
    /// Each provider differs by a random amount of its own, whatever its size
    Additive,
    /// Chance itself is a constant factor larger
    Multiplicative,
    /// Chance only
    None,
}

pub(crate) fn run(command: &CompareProviders) -> anyhow::Result<ExitCode> {
    let html = command.html.iter().map(|file| (file, ResultFormat::Html));
    let inputs = Inputs { scheme: Some(&command.scheme), records: Some(&command.records), files: [None; 2] };
    outputs(html, command.json, inputs)?;
    let release = command.publishing.asked(command.joining.asked_by(), command.json, inputs)?;
    command.threads.begin()?;
    let joining = if release.is_some() { command.joining.joining_or_none() } else { command.joining.joining() };
    let request = CompareProvidersRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records: command.records.clone(),
        joining: joining?,
        days: command.days.days(),
        accepted: command.accept.accepted(None)?,
        dispersion: match command.dispersion {
            DispersionChoice::Additive => Dispersion::Additive,
            DispersionChoice::Multiplicative => Dispersion::Multiplicative,
            DispersionChoice::None => Dispersion::None,
        },
        least_people: command.least_people,
    };
    if let Some(release) = release {
        return command.publishing.write(&publish_comparison(&request, &release)?, command.json);
    }
    let found = compare_providers(&request)?;
    print::notes(&found.notes);
    let document = command.json.then(|| found.document());
    with_page(command.html.as_deref(), || found.page(), document, |terminal| found.text(terminal))?;
    print::notes(&quality::notes(&found.quality));
    Ok(ExitCode::SUCCESS)
}
