//! `wellspent price SCHEME --tally FILE`, or `--example NAME`: a statement to the penny, a line per clause with quantity, price and reason.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use scheme::Scheme;
use scheme::cell::quoted;
use scheme::examples;
use scheme::money::Pence;
use scheme::price::{Line, statement};
use scheme::source::{Folder, LARGEST_FILE_BYTES};
use scheme::tally::{self, Tally};

use crate::commands::check::{scheme_or_errors, show};
use crate::folder::{self, SchemeFolder};
use crate::paint;

#[derive(Args)]
pub struct Price {
    /// The scheme folder
    scheme: PathBuf,
    /// The tally: a CSV file with the people and the counts by cohort and segment
    #[arg(long, value_name = "FILE", required_unless_present = "example")]
    tally: Option<PathBuf>,
    /// A worked example of the scheme instead of a tally
    #[arg(long, value_name = "NAME", conflicts_with = "tally")]
    example: Option<String>,
    /// Write the statement as CSV
    #[arg(long)]
    csv: bool,
}

pub fn run(command: &Price) -> anyhow::Result<ExitCode> {
    let folder = folder::open(&command.scheme)?;
    let Some(scheme) = scheme_or_errors(&folder) else { return Ok(ExitCode::from(1)) };
    let tallies = match (&command.example, &command.tally) {
        (Some(example), _) => example_or_errors(&folder, &scheme, example),
        (None, tally) => tallies_or_errors(&scheme, tally.as_deref().unwrap_or(Path::new("")))?,
    };
    let Some(tallies) = tallies else { return Ok(ExitCode::from(1)) };
    let mut out = String::new();
    let mut total = 0;
    if command.csv {
        out += "area,clause,kind,from cohort,to cohort,segment,quantity,unit,unit price,amount,reason\n";
    }
    for tally in &tallies {
        let (lines, paid) = statement(&scheme, tally);
        total += paid.total().0;
        out += &if command.csv { csv(&scheme, tally.area, &lines) } else { text(&scheme, tally.area, &lines, paid.total()) };
    }
    if !command.csv && tallies.len() > 1 {
        out += &format!("Total over {} areas: {}\n", tallies.len(), Pence(total));
    }
    paint::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// The tallies of a worked example, or their errors on standard error and `None`.
fn example_or_errors(folder: &SchemeFolder, scheme: &Scheme, name: &str) -> Option<Vec<Tally>> {
    examples::tallies(scheme, &folder.opened, name).map_err(|problems| show(folder, &problems)).ok()
}

/// The tallies of a file, one for each area, or their errors on standard error and `None`.
pub fn tallies_or_errors(scheme: &Scheme, path: &Path) -> anyhow::Result<Option<Vec<Tally>>> {
    if !path.is_file() {
        bail!("there is no file {}", path.display());
    }
    let name = path.file_name().map_or("tally.csv".to_owned(), |name| name.to_string_lossy().into_owned());
    let files = Folder::from([(name.clone(), folder::bytes(path, LARGEST_FILE_BYTES))]);
    let opened = scheme::open(&files);
    match tally::read(scheme, &name, &opened) {
        Ok(tallies) => Ok(Some(tallies)),
        Err(problems) => {
            let parent = path.parent().map(PathBuf::from).unwrap_or_default();
            show(&SchemeFolder { path: parent, files, opened }, &problems);
            Ok(None)
        }
    }
}

fn cohorts(scheme: &Scheme, line: &Line) -> String {
    let name = |at: usize| &scheme.cohorts[at].name;
    match line.cohorts {
        (first, last) if first == last => name(first).clone(),
        (first, last) => format!("{} … {}", name(first), name(last)),
    }
}

fn text(scheme: &Scheme, area: usize, lines: &[Line], total: Pence) -> String {
    let mut out = String::new();
    if scheme.areas.len() > 1 {
        out += &format!("{}\n", paint::bold(&scheme.areas[area]));
    }
    let mut clause = usize::MAX;
    for line in lines {
        if line.clause != clause {
            clause = line.clause;
            let found = &scheme.clauses[clause];
            out += &format!(
                "{} {}\n",
                paint::bold(&format!("{}. {}", clause + 1, found.name)),
                paint::dim(&format!("({})", found.kind()))
            );
        }
        let segment =
            line.segment.filter(|_| scheme.segments.len() > 1).map_or(String::new(), |at| format!(", {}", scheme.segments[at]));
        let quantity = format!("{} × {}", line.quantity_words(), line.price);
        out += &format!("  {:<44} {quantity:>36}  {:>16}\n", format!("{}{segment}", cohorts(scheme, line)), line.amount);
        out += &paint::dim(&format!("      {}\n", paint::wrap(&line.reason, 94, "      ")));
    }
    out + &format!("{} {:>95}\n", paint::bold("Total"), total)
}

fn csv(scheme: &Scheme, area: usize, lines: &[Line]) -> String {
    let pounds =
        |pence: Pence| format!("{}{}.{:02}", if pence.0 < 0 { "-" } else { "" }, pence.0.abs() / 100, pence.0.abs() % 100);
    let mut out = String::new();
    for line in lines {
        let clause = &scheme.clauses[line.clause];
        let cells = [
            quoted(&scheme.areas[area]),
            quoted(&clause.name),
            clause.kind().into(),
            quoted(&scheme.cohorts[line.cohorts.0].name),
            quoted(&scheme.cohorts[line.cohorts.1].name),
            quoted(line.segment.map_or("", |at| &scheme.segments[at])),
            line.quantity.as_f64().to_string().into(),
            quoted(line.unit),
            pounds(line.price).into(),
            pounds(line.amount).into(),
            quoted(&line.reason),
        ];
        out += &format!("{}\n", cells.join(","));
    }
    out
}
