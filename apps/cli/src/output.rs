//! Where a command writes a file: a path, or `-` for standard output.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use wellspent::pack::{Pack, seal};
use wellspent::records::is_input;

use crate::print;

/// Whether a file stands for standard output.
pub(crate) fn is_standard(file: &Path) -> bool {
    file == Path::new("-")
}

/// Refuses a place that cannot be written to before the run rather than after it.
pub(crate) fn writable(file: &Path) -> anyhow::Result<()> {
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !is_standard(file) && file.is_dir() {
        bail!("{} is a folder, and a report is a file", file.display());
    }
    if !folder.is_dir() {
        bail!("there is no folder {} to write {} to", folder.display(), file.display());
    }
    Ok(())
}

/// Refuses, before the run, files that cannot all be written: a place that is not there, a table or the access log of the folder of
/// records that is read, and one file for two results.
pub(crate) fn outputs<'a>(files: impl IntoIterator<Item = &'a PathBuf>, records: Option<&Path>) -> anyhow::Result<()> {
    let records = records.and_then(|folder| folder.canonicalize().ok());
    let mut seen = BTreeSet::new();
    for file in files {
        writable(file)?;
        let place = place(file);
        if !is_standard(file) && records.as_ref().is_some_and(|records| is_input(records, &place)) {
            bail!(
                "{} is kept for the records that are read, and no result is written there\n\nhint: give the file another name, or \
                 another folder",
                file.display()
            );
        }
        if !seen.insert(place) {
            bail!("{} is named for two results, and only one could be kept\n\nhint: name a file for each", file.display());
        }
    }
    Ok(())
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
