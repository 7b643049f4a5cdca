//! Where a command writes a file: a path, or `-` for standard output.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use wellspent::pack::{Pack, seal};

use crate::print;

/// Whether a file stands for standard output.
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

/// Writes a file and says so.
pub fn write(file: &Path, text: &str) -> anyhow::Result<()> {
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
pub fn write_csv(file: &Path, text: &str) -> anyhow::Result<()> {
    if is_standard(file) {
        return Ok(print::data(text)?);
    }
    std::fs::write(file, format!("{BYTE_ORDER_MARK}{text}")).with_context(|| format!("could not write {}", file.display()))
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
