//! Whether a linkage may be made at all: where purposes are stated, its configuration must name one of them that holds today,
//! rest on the same law, and link no other agencies. Asked before a table is opened.

use std::path::Path;

use engine::link::purpose::{self, PURPOSES_FILE, Purpose, Refusal};

use super::config::Config;
use crate::agencies;

/// The purpose of a linkage, where purposes are stated: in the folder that is written, else beside the configuration. `None`
/// where nobody states any.
pub fn allowed(config: &Config, file: &Path, out: Option<&Path>) -> anyhow::Result<Option<Purpose>> {
    let beside = file.parent().unwrap_or(Path::new(""));
    let Some(folder) = out.into_iter().chain([beside]).find(|folder| folder.join(PURPOSES_FILE).is_file()) else {
        return Ok(None);
    };
    let purposes = agencies::read(folder, PURPOSES_FILE, purpose::read)?.unwrap_or_default();
    let of_config = |refusal: Refusal| Refusal {
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
        return Err(Refusal {
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
