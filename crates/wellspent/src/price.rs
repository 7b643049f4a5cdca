//! Prices a tally, or a worked example of the scheme file, to the penny.
//!
//! ```
//! use wellspent::folder::Reach;
//! use wellspent::price::{PriceRequest, TallySource, price};
//!
//! let from = TallySource::Example("better_everywhere".to_owned());
//! let priced = price(&PriceRequest { scheme: "plain-linear".into(), reach: Reach::Inside(None), from })?;
//! assert_eq!(priced.total, 3_600_000.0);
//! # Ok::<(), wellspent::Error>(())
//! ```

use std::borrow::Cow;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base::csv_cell::quoted;
use base::source::{FileBytes, Folder, LARGEST_FILE_BYTES};
use contract::tally::Tally;
use contract::tally_file::{self, TallyOwner};
use contract::{Scheme, examples};
use records::fault::{Fault, Grade};
use records::files::{input, safe};
use records::rows;
use report::price::PriceReport;

use crate::error::{Error, Problems};
use crate::folder::{self, Reach};

/// What is to be priced.
#[derive(Clone, Debug)]
pub struct PriceRequest {
    /// A scheme folder, or the name of a shipped scheme.
    pub scheme: PathBuf,
    pub reach: Reach,
    pub from: TallySource,
}

/// Where the counts come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TallySource {
    /// A CSV or Excel file with the people and the counts by cohort and segment; "-" for standard input.
    File(PathBuf),
    /// The name of a worked example of the scheme file.
    Example(String),
}

/// Prices a tally.
///
/// # Errors
/// A file cannot be read, or the contract or the tally has mistakes.
pub fn price(request: &PriceRequest) -> Result<PriceReport, Error> {
    let folder = folder::open(&request.scheme, request.reach)?;
    let scheme = folder.scheme()?;
    let tallies = match &request.from {
        TallySource::File(path) => tallies(&scheme, path, None)?,
        TallySource::Example(name) => {
            examples::tallies(&scheme, &folder.opened, name).map_err(|problems| folder.mistakes(&problems))?
        }
    };
    Ok(PriceReport::of(&scheme, &tallies))
}

/// The tallies of a file, one for each area. For a payment `owner` says whose counts they must be.
///
/// # Errors
/// The file cannot be read, or has mistakes.
pub fn tallies(scheme: &Scheme, path: &Path, owner: Option<TallyOwner<'_>>) -> Result<Vec<Tally>, Error> {
    let (name, bytes) = tally_file(path)?;
    let opened = base::open(&Folder::from([(name.clone(), bytes)]));
    tally_file::read_for(scheme, &name, &opened, owner).map_err(|problems| {
        let parent = path.parent().unwrap_or(Path::new("")).display().to_string();
        Problems::of(&parent, &problems, &opened.sources).error()
    })
}

/// The text of a tally, and the name to show its faults by. A sheet becomes the lines of a CSV file, each where its row is.
fn tally_file(path: &Path) -> anyhow::Result<(String, FileBytes)> {
    if path == Path::new(input::STANDARD_INPUT) {
        let mut bytes = Vec::new();
        std::io::stdin().take(LARGEST_FILE_BYTES + 1).read_to_end(&mut bytes)?;
        let size = bytes.len() as u64;
        let too_large = size > LARGEST_FILE_BYTES;
        let bytes = if too_large { FileBytes::TooLarge { size, most: LARGEST_FILE_BYTES } } else { FileBytes::Read(bytes) };
        return Ok(("standard input".into(), bytes));
    }
    if !path.exists() {
        return Err(safe::missing(path));
    }
    safe::open(path, LARGEST_FILE_BYTES)?;
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
    // Every column counts: a cell that shows an error is not a count of zero.
    let wanted: Vec<&str> = header.iter().map(String::as_str).collect();
    let (mut text, mut line) = (String::new(), 0);
    each_row(path, &wanted, |place, cells| {
        // A million empty lines add nothing.
        (line + 1..place.min(line + 1000)).for_each(|_| text.push('\n'));
        line = place;
        let cells: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
        text += &format!("{}\n", cells.join(","));
        if text.len() as u64 > LARGEST_FILE_BYTES {
            return Err(std::io::Error::other("the sheet is larger than any tally"));
        }
        Ok(())
    })?;
    Ok((name, FileBytes::Read(text.into_bytes())))
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
