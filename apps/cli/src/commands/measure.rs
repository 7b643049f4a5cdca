//! `wellspent measure SCHEME RECORDS --as-at DATE`: outcomes from dated records, as a tally that `price` can price. With
//! `--purpose` the records are those of several agencies, and the result says how certain it is, given the linkage.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use wellspent::measure::{BreakdownBy, MeasureRequest, PeopleTable, measure, publish_measurement};
use wellspent::quality;

use crate::args::{AcceptArgs, DaysArgs, JoiningArgs};
use crate::options::reach;
use crate::output::{Inputs, ResultFormat, is_standard, named_for, outputs, write_bytes, write_csv};
use crate::print;
use crate::publishing::PublishArgs;

#[derive(Args)]
#[command(after_help = "Examples:\n  wellspent measure plain-linear records --as-at 2029-12-16\n  \
                        wellspent measure plain-linear records --as-at 2029-12-16 --by provider --tally tally.csv\n  \
                        wellspent measure plain-linear records --as-at 2029-12-16 --people people.xlsx --for \"audit of June\" \
                        --asked-by \"Ann Lee\"\n  wellspent measure plain-linear records --as-at 2029-12-16 --by provider --publish \
                        \"Reoffending, 2029\" --release-register releases.txt --publish-to reoffending.html")]
pub(crate) struct Measure {
    /// The scheme folder, or the name of a shipped scheme; each outcome needs its [outcome.NAME.measured]
    scheme: PathBuf,
    /// The folder with people.csv, starts.csv, events.csv …, each as CSV, Excel or Parquet; with --purpose, a folder of several
    /// agencies
    records: PathBuf,
    #[command(flatten)]
    joining: JoiningArgs,
    #[command(flatten)]
    days: DaysArgs,
    #[command(flatten)]
    accept: AcceptArgs,
    /// Only the people of this provider
    #[arg(long, value_name = "NAME", conflicts_with = "publish")]
    provider: Option<String>,
    /// Count separately for each of these; may be given several times
    #[arg(long, value_name = "WHAT")]
    by: Vec<By>,
    /// Write the tally as CSV, for `wellspent price`; - for standard output
    #[arg(long, value_name = "FILE", conflicts_with = "publish")]
    tally: Option<PathBuf>,
    /// Write the tally as an Excel workbook
    #[arg(long, value_name = "FILE", conflicts_with = "publish")]
    xlsx: Option<PathBuf>,
    /// Write the outcomes of each person: CSV, or Parquet or Excel where the name ends in .parquet or .xlsx. The access log in
    /// RECORDS gets a row first
    #[arg(long, value_name = "FILE", requires = "purpose_in_words", conflicts_with = "publish")]
    people: Option<PathBuf>,
    /// What the outcomes of each person are needed for, in words, for the access log
    #[arg(long = "for", id = "purpose_in_words", value_name = "PURPOSE", requires = "people")]
    purpose_in_words: Option<String>,
    /// Write each outcome with its linkage interval into this CSV file; - for standard output
    #[arg(long, value_name = "FILE", requires = "purpose", conflicts_with = "publish")]
    linkage: Option<PathBuf>,
    /// Write the data-quality report into this CSV file; - for standard output
    #[arg(long, value_name = "FILE", conflicts_with = "publish")]
    quality: Option<PathBuf>,
    #[command(flatten)]
    publishing: PublishArgs,
    /// Write the result as JSON to standard output (`wellspent schema measure` describes it)
    #[arg(long)]
    json: bool,
}

/// What people can be grouped by.
#[derive(Clone, Copy, ValueEnum)]
enum By {
    Provider,
    Area,
    Cohort,
    Segment,
}

pub(crate) fn run(command: &Measure) -> anyhow::Result<ExitCode> {
    let files = [&command.tally, &command.xlsx, &command.people, &command.linkage, &command.quality];
    let inputs = Inputs { scheme: Some(&command.scheme), records: Some(&command.records), files: [None; 2] };
    command.people.iter().try_for_each(|file| named_for(file, &["csv", "parquet", "xlsx"]))?;
    let of_people = command.people.as_deref().map_or(ResultFormat::Csv, ResultFormat::of_name);
    let formats = [ResultFormat::Csv, ResultFormat::Xlsx, of_people, ResultFormat::Csv, ResultFormat::Csv];
    let formatted = files.into_iter().zip(formats).filter_map(|(file, format)| Some((file.as_ref()?, format)));
    outputs(formatted, command.json, inputs)?;
    let purpose = command.purpose_in_words.as_deref();
    let release = command.publishing.asked(command.joining.asked_by(), command.json, inputs)?;
    let joining =
        if purpose.is_some() || release.is_some() { command.joining.joining_or_none() } else { command.joining.joining() };
    let mut by: Vec<BreakdownBy> = Vec::new();
    for asked in command.by.iter().map(|by| match by {
        By::Provider => BreakdownBy::Provider,
        By::Area => BreakdownBy::Area,
        By::Cohort => BreakdownBy::Cohort,
        By::Segment => BreakdownBy::Segment,
    }) {
        // The same group asked for twice is one group.
        if !by.contains(&asked) {
            by.push(asked);
        }
    }
    let request = MeasureRequest {
        scheme: command.scheme.clone(),
        reach: reach(),
        records: command.records.clone(),
        joining: joining?,
        days: command.days.days(),
        provider: command.provider.clone(),
        by,
        accepted: command.accept.accepted(None)?,
        people: purpose.map(|purpose| command.joining.access_for(purpose)).transpose()?,
    };
    if let Some(release) = release {
        return command.publishing.write(&publish_measurement(&request, &release)?, command.json);
    }
    let found = measure(&request)?;
    print::notes(&found.notes);
    if command.json {
        print::json(&found.document())?;
    } else if !files.into_iter().flatten().any(|file| is_standard(file)) {
        print::text(|terminal| found.text(terminal))?;
    }
    print::notes(&quality::notes(&found.quality));
    command.quality.iter().try_for_each(|file| write_csv(file, &quality::csv(&found.quality)))?;
    command.linkage.iter().zip(found.intervals_csv()).try_for_each(|(file, text)| write_csv(file, &text))?;
    command.tally.iter().try_for_each(|file| write_csv(file, &found.tally.csv()))?;
    command.xlsx.iter().try_for_each(|file| write_bytes(file, &found.tally.workbook()?))?;
    command.people.iter().zip(&found.people_table).try_for_each(|(file, table)| write_people(file, table))?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the outcomes of people in the format that the name of the file asks for.
fn write_people(file: &Path, table: &PeopleTable) -> anyhow::Result<()> {
    let ends_in = |wanted: &str| file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted));
    match (ends_in("parquet"), ends_in("xlsx")) {
        (true, _) => write_bytes(file, &table.parquet()?),
        (_, true) => write_bytes(file, &table.workbook()?),
        _ => write_csv(file, &table.csv()),
    }
}
