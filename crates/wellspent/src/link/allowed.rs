//! Whether a linkage may be made at all. Where purposes are stated, its configuration must name one of them that holds today, have
//! the same lawful basis, and link no other agencies. We check that before a table is opened.

use std::path::Path;

use linkage::purpose::{self, PURPOSES_FILE, Purpose, PurposeRefusal};

use super::config::Config;
use crate::agencies;

/// Where purposes are stated and the access log is kept: of the folder that is written and that of the configuration, the one that
/// states purposes; else the folder that is written, or that of the configuration.
pub(crate) fn folder<'a>(file: &'a Path, out: Option<&'a Path>) -> &'a Path {
    let beside = file.parent().unwrap_or(Path::new(""));
    let stated = out.into_iter().chain([beside]).find(|folder| folder.join(PURPOSES_FILE).is_file());
    stated.or(out).unwrap_or(beside)
}

/// The purpose of a linkage; `None` where the folder states none.
pub(crate) fn allowed(config: &Config, file: &Path, folder: &Path) -> anyhow::Result<Option<Purpose>> {
    if !folder.join(PURPOSES_FILE).is_file() {
        return Ok(None);
    }
    let purposes = agencies::read(folder, PURPOSES_FILE, purpose::read)?.unwrap_or_default();
    let of_config = |refusal: PurposeRefusal| PurposeRefusal {
        what: format!("{} cannot be linked: {}", file.display(), refusal.what),
        hint: format!(
            "`purpose` in {} must be a name from {}; {}",
            file.display(),
            folder.join(PURPOSES_FILE).display(),
            refusal.hint
        ),
    };
    let purpose = purpose::stated(&purposes, &config.purpose, agencies::today()?).map_err(of_config)?;
    if config.basis.trim() != purpose.legal_basis.trim() {
        return Err(PurposeRefusal {
            what: format!(
                "{} rests on \"{}\", and the purpose `{}` on \"{}\"",
                file.display(),
                config.basis,
                purpose.name,
                purpose.legal_basis
            ),
            hint: format!("write basis = \"{}\" if that is the law under which these records are linked", purpose.legal_basis),
        }
        .into());
    }
    // Where a column says whose each row is, the agencies are not known before the table is read.
    config.tables.iter().filter(|table| table.agency.is_none()).try_for_each(|table| purpose.agency(&table.name))?;
    Ok(Some(purpose.clone()))
}
