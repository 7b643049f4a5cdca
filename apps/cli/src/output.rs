//! Where a command writes a file: a path, or `-` for standard output.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use wellspent::folder::{files_in, is_of_scheme};
use wellspent::pack::{Pack, seal};
use wellspent::records::{is_input, is_table_of_records};
use wellspent::{JsonDocument, Terminal};

use crate::print;

/// Whether a file stands for standard output.
pub(crate) fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// Refuses a place that cannot be written to before the run rather than after it.
fn writable(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !is_standard(file) && file.is_dir() {
        bail!("{} is a folder, and a report is a file", file.display());
    }
    if !folder.is_dir() {
        bail!("there is no folder {} to write {} to", folder.display(), file.display());
    }
    Ok(())
}

/// Refuses, before the run, a file whose name promises another format than it would get. A name without an ending promises none.
pub(crate) fn named_for(file: &Path, endings: &[&str]) -> anyhow::Result<()> {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).filter(|_| !is_standard(file));
    match ending {
        Some(ending) if !endings.contains(&ending.as_str()) => {
            let known: Vec<String> = endings.iter().map(|ending| format!(".{ending}")).collect();
            bail!(wellspent::Error::failed(
                format!("we cannot write {} as .{ending}", file.display()),
                format!("give it a name that ends in {}", known.join(" or "))
            ))
        }
        _ => Ok(()),
    }
}

/// What a result is written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResultFormat {
    Csv,
    Html,
    Json,
    Parquet,
    /// The register of releases: it is there already, and is added to.
    Register,
    Xlsx,
}

impl ResultFormat {
    /// By the ending of a name that may have several; CSV where it says nothing.
    pub(crate) fn of_name(file: &Path) -> ResultFormat {
        let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("parquet") => ResultFormat::Parquet,
            Some("xlsx") => ResultFormat::Xlsx,
            _ => ResultFormat::Csv,
        }
    }

    /// The endings that promise it.
    fn endings(self) -> &'static [&'static str] {
        match self {
            ResultFormat::Csv => &["csv", "txt"],
            ResultFormat::Html => &["html", "htm"],
            ResultFormat::Json => &["json"],
            ResultFormat::Parquet => &["parquet"],
            ResultFormat::Register => &["txt"],
            ResultFormat::Xlsx => &["xlsx"],
        }
    }

    /// Whether the beginning of a file is of this format. What is of another one was not written by an earlier run of the command.
    fn is_of(self, start: &[u8]) -> bool {
        let text = start.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(start).trim_ascii_start();
        let begins = |with: &[&str]| {
            with.iter().any(|with| text.get(..with.len()).is_some_and(|text| text.eq_ignore_ascii_case(with.as_bytes())))
        };
        let is_page = begins(&["<!doctype html", "<html"]);
        match self {
            _ if start.is_empty() => true,
            ResultFormat::Csv => !is_page && !start.contains(&0) && !begins(&["PAR1", "PK\u{3}\u{4}", "%PDF"]),
            ResultFormat::Html => is_page,
            ResultFormat::Json => begins(&["{", "["]),
            ResultFormat::Parquet => start.starts_with(b"PAR1"),
            ResultFormat::Register => begins(&["disclosure register"]),
            ResultFormat::Xlsx => start.starts_with(b"PK"),
        }
    }
}

/// Refuses a file whose name promises another format, and one that is there and is of another format: it holds something else.
fn of_format(file: &Path, format: ResultFormat) -> anyhow::Result<()> {
    named_for(file, format.endings())?;
    if is_standard(file) || !file.is_file() {
        return Ok(());
    }
    let mut start = Vec::new();
    let opened = std::fs::File::open(file).and_then(|opened| opened.take(1_024).read_to_end(&mut start));
    opened.with_context(|| format!("could not look into {}, which is there already", file.display()))?;
    if !format.is_of(&start) {
        bail!(wellspent::Error::failed(
            format!(
                "{} is there already and is no {} file: a result would replace what is in it",
                file.display(),
                format.endings()[0].to_uppercase()
            ),
            "give the result another name"
        ));
    }
    Ok(())
}

/// Whether a file is the same as one of others under another name, such as a hard link. Only a file with several names can be.
#[cfg(unix)]
fn has_another_name(file: &Path, others: impl FnOnce() -> Vec<PathBuf>) -> Option<PathBuf> {
    use std::os::unix::fs::MetadataExt as _;
    let found = std::fs::metadata(file).ok().filter(|found| found.is_file() && found.nlink() > 1)?;
    let same =
        |other: &PathBuf| std::fs::metadata(other).is_ok_and(|other| (other.dev(), other.ino()) == (found.dev(), found.ino()));
    others().into_iter().find(same)
}

#[cfg(not(unix))]
fn has_another_name(_: &Path, _: impl FnOnce() -> Vec<PathBuf>) -> Option<PathBuf> {
    None
}

/// What a command reads, where no result may be written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Inputs<'a> {
    pub scheme: Option<&'a Path>,
    /// A folder of records.
    pub records: Option<&'a Path>,
    /// A tally, and a ledger that is a file.
    pub files: [Option<&'a Path>; 2],
}

/// Refuses, before the run, files that cannot all be written: a place that is not there, what the command reads, the access log, and
/// one file, or standard output, for two results. `json` is whether JSON goes to standard output.
pub(crate) fn outputs<'a>(
    files: impl IntoIterator<Item = (&'a PathBuf, ResultFormat)>,
    json: bool,
    inputs: Inputs<'_>,
) -> anyhow::Result<()> {
    let records = inputs.records.and_then(|folder| folder.canonicalize().ok());
    let is_read = |file: &Path| {
        inputs.files.into_iter().flatten().any(|input| place(input) == file)
            || inputs.scheme.is_some_and(|scheme| is_of_scheme(scheme, file))
    };
    let mut seen: BTreeSet<PathBuf> = json.then(|| PathBuf::from("-")).into_iter().collect();
    let files: Vec<(&PathBuf, ResultFormat)> = files.into_iter().collect();
    for (file, _) in &files {
        writable(file)?;
        let place = place(file);
        if !is_standard(file) && is_read(&place) {
            bail!(wellspent::Error::failed(
                format!("{} is read by this command, and a result would replace it", file.display()),
                "give the file another name"
            ));
        }
        if !is_standard(file) && records.as_ref().is_some_and(|records| is_input(records, &place)) {
            bail!(wellspent::Error::failed(
                format!("{} is kept for the records that are read, and no result is written there", file.display()),
                "give the file another name, or another folder"
            ));
        }
        let read = || {
            let files = inputs.files.into_iter().flatten().map(Path::to_owned);
            let folders = [inputs.scheme, inputs.records].into_iter().flatten();
            files.chain(folders.flat_map(files_in)).collect()
        };
        if let Some(same) = has_another_name(file, read) {
            bail!(wellspent::Error::failed(
                format!(
                    "{} is another name of {}, which is read by this command, and a result would replace it",
                    file.display(),
                    same.display()
                ),
                "give the file another name"
            ));
        }
        if !is_standard(file) && is_table_of_records(&place) {
            bail!(wellspent::Error::failed(
                format!(
                    "{} is in a folder of records and has the name of a table of records, and no result is written there",
                    file.display()
                ),
                "give the file another name, or another folder"
            ));
        }
        let is_new = seen.insert(place);
        if !is_new && is_standard(file) {
            bail!(wellspent::Error::failed("only one result can go to standard output", "name a file for each of the others"));
        }
        if !is_new {
            bail!(wellspent::Error::failed(
                format!("{} is named for two results, and only one could be kept", file.display()),
                "name a file for each"
            ));
        }
    }
    files.into_iter().try_for_each(|(file, format)| of_format(file, format))
}

/// Where a file is or will be, with links followed, so that one place has one name.
fn place(file: &Path) -> PathBuf {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let beside = folder.canonicalize().map(|folder| folder.join(file.file_name().unwrap_or_default()));
    if is_standard(file) { file.to_owned() } else { file.canonicalize().or(beside).unwrap_or_else(|_| file.to_owned()) }
}

/// Writes a file and says so.
pub(crate) fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    if is_standard(file) {
        return Ok(print::stdout(text)?);
    }
    std::fs::write(file, text).with_context(|| format!("could not write {}", file.display()))?;
    print::stderr(&format!("wrote {}", file.display()));
    Ok(())
}

/// Writes the bytes of a page, a workbook or a Parquet file.
pub(crate) fn write_bytes(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if is_standard(file) {
        return Ok(print::bytes(bytes)?);
    }
    std::fs::write(file, bytes).with_context(|| format!("could not write {}", file.display()))
}

/// By this mark Excel knows that a CSV file is UTF-8. The program's own readers skip it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Writes a CSV file that people open in a spreadsheet. Standard output gets it without the byte order mark.
pub(crate) fn write_csv(file: &Path, text: &str) -> anyhow::Result<()> {
    if is_standard(file) {
        return Ok(print::data(text)?);
    }
    std::fs::write(file, format!("{BYTE_ORDER_MARK}{text}")).with_context(|| format!("could not write {}", file.display()))
}

/// Writes a pack and says what of it needs attention.
pub(crate) fn packed(folder: &Path, pack: &Pack) -> anyhow::Result<ExitCode> {
    let fingerprint = seal::write(folder, &pack.files)?;
    print::stderr(&format!("wrote the assurance pack {}\nfingerprint {fingerprint}", folder.display()));
    for name in &pack.failed {
        print::stderr(&format!("a check FAILED: {name} (see checks.md)"));
    }
    Ok(if pack.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Writes a result that has a page: the page into its file where one is named, and the document or the text to standard output, unless
/// the page goes there.
pub(crate) fn with_page(
    html: Option<&Path>,
    page: impl FnOnce() -> String,
    document: Option<impl JsonDocument>,
    text: impl FnOnce(Terminal) -> String,
) -> anyhow::Result<()> {
    if let Some(file) = html {
        write(file, &page())?;
    }
    if html.is_some_and(is_standard) && document.is_none() { Ok(()) } else { print::result(document, text) }
}
