//! `wellspent price SCHEME --tally FILE`, or `--example NAME`: a statement to the penny, a line per clause with quantity, price and reason.

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use base::cell::quoted;
use base::money::Pence;
use base::source::{Bytes, Folder, LARGEST_FILE_BYTES};
use clap::Args;
use contract::Scheme;
use contract::examples;
use contract::price::{Line, statement};
use contract::tally::{self, Tally};
use records::fault::{Fault, Grade};
use records::rows;

use crate::commands::check::{scheme_or_errors, show};
use crate::print;
use records::files::input;
use records::files::safe;
use wellspent::folder::{self, SchemeFolder};

#[derive(Args)]
pub struct Price {
    /// The scheme folder
    scheme: PathBuf,
    /// The tally: a CSV or Excel file with the people and the counts by cohort and segment; - for standard input
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
    print::stdout(&out)?;
    Ok(ExitCode::SUCCESS)
}

/// The tallies of a worked example, or their errors on standard error and `None`.
fn example_or_errors(folder: &SchemeFolder, scheme: &Scheme, name: &str) -> Option<Vec<Tally>> {
    examples::tallies(scheme, &folder.opened, name).map_err(|problems| show(folder, &problems)).ok()
}

/// The tallies of a file, one for each area, or their errors on standard error and `None`.
pub fn tallies_or_errors(scheme: &Scheme, path: &Path) -> anyhow::Result<Option<Vec<Tally>>> {
    let (name, bytes) = tally_file(path)?;
    let files = Folder::from([(name.clone(), bytes)]);
    let opened = base::open(&files);
    match tally::read(scheme, &name, &opened) {
        Ok(tallies) => Ok(Some(tallies)),
        Err(problems) => {
            let parent = path.parent().map(PathBuf::from).unwrap_or_default();
            show(&SchemeFolder { path: parent, files, opened }, &problems);
            Ok(None)
        }
    }
}

/// The text of a tally, and the name to tell its faults by. A sheet becomes the lines of a CSV file, each where its row stands.
fn tally_file(path: &Path) -> anyhow::Result<(String, Bytes)> {
    if path == Path::new(input::STANDARD_INPUT) {
        let mut bytes = Vec::new();
        std::io::stdin().take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let size = bytes.len() as u64;
        let too_large = size > LARGEST_FILE_BYTES;
        let bytes = if too_large { Bytes::TooLarge { size, most: LARGEST_FILE_BYTES } } else { Bytes::Read(bytes) };
        return Ok(("standard input".into(), bytes));
    }
    if !path.is_file() {
        return Err(safe::missing(path));
    }
    let name = path.file_name().map_or("tally.csv".to_owned(), |name| name.to_string_lossy().into_owned());
    if !input::is_workbook(path) {
        return Ok((name, folder::bytes(path, LARGEST_FILE_BYTES)));
    }
    let mut header = Vec::new();
    each_row(path, &["people"], |_, cells| {
        if header.is_empty() {
            header = cells.iter().map(ToString::to_string).filter(|name| !name.is_empty()).collect();
        }
        Ok(())
    })?;
    // Every column counts: a cell that shows an error is no count of nobody.
    let wanted: Vec<&str> = header.iter().map(String::as_str).collect();
    let (mut text, mut line) = (String::new(), 0);
    each_row(path, &wanted, |place, cells| {
        // A million empty lines say nothing.
        (line + 1..place.min(line + 1000)).for_each(|_| text.push('\n'));
        line = place;
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
        text += &format!("{}\n", cells.join(","));
        if text.len() as u64 > LARGEST_FILE_BYTES {
            return Err(std::io::Error::other("the sheet is larger than any tally"));
        }
        Ok(())
    })?;
    Ok((name, Bytes::Read(text.into_bytes())))
}

/// The rows of the only sheet of a workbook, the header first, each with its place; any fault is an error.
fn each_row(
    path: &Path,
    wanted: &[&str],
    mut take: impl FnMut(u64, &[Cow<'_, str>]) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let refused = |fault: &Fault| input::refused(path, fault);
    let mut sheet = input::open(std::fs::File::open(path)?, path, None)?.map_err(|fault| refused(&fault))?;
    let result = rows::cells(&mut sheet, wanted, &|known, name| name.eq_ignore_ascii_case(known), |place, row| match row {
        Ok(cells) => take(place, cells),
        Err(fault) if fault.grade == Grade::Warning => Ok(()),
        Err(fault) => Err(std::io::Error::other(fault)),
    });
    result.map_err(|error| Fault::of(error).map_or_else(anyhow::Error::from, |fault| refused(&fault)))
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
        out += &format!("{}\n", print::bold(&scheme.areas[area]));
    }
    let mut clause = usize::MAX;
    for line in lines {
        if line.clause != clause {
            clause = line.clause;
            let found = &scheme.clauses[clause];
            out += &format!(
                "{} {}\n",
                print::bold(&format!("{}. {}", clause + 1, found.name)),
                print::dim(&format!("({})", found.kind()))
            );
        }
        let segment =
            line.segment.filter(|_| scheme.segments.len() > 1).map_or(String::new(), |at| format!(", {}", scheme.segments[at]));
        let quantity = match contract::price::is_product(line.quantity, line.price, line.amount) {
            true => format!("{} × {}", line.quantity_words(), line.price),
            false => format!("{} at {}", line.quantity_words(), line.price),
        };
        out += &format!("  {:<44} {quantity:>36}  {:>16}\n", format!("{}{segment}", cohorts(scheme, line)), line.amount);
        out += &print::dim(&format!("      {}\n", print::wrap(&line.reason, 94, "      ")));
    }
    out + &format!("{} {:>95}\n", print::bold("Total"), total)
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
