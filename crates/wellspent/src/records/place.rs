//! Which files of a folder of records no result may be written to: its tables, its access log, and what linking keeps there.

use std::path::Path;

use linkage::identity::IDENTITIES;
use linkage::persons::{LINKS, PERSONS};
use linkage::purpose::PURPOSES_FILE;
use linkage::recall::RECALL;
use records::files::{find, is_kept_for_records};

use crate::publish::DISCLOSURE_FILE;

/// Whether writing a file would replace something that a folder of records is read from, or make a table of it. Both paths are
/// canonical; the file may be in the folder of one of several agencies.
#[must_use]
pub fn is_input(folder: &Path, file: &Path) -> bool {
    let (Some(parent), Some(name)) = (file.parent().filter(|parent| parent.starts_with(folder)), file.file_name()) else {
        return false;
    };
    let name = name.to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default();
    let linked = [PERSONS.name, LINKS.name, IDENTITIES.name, RECALL.name].contains(&stem)
        || [PURPOSES_FILE, DISCLOSURE_FILE].contains(&name.as_ref());
    // A workbook may hold tables under any name.
    let listed = || find(parent).is_ok_and(|(tables, _)| tables.iter().any(|table| table.path.ends_with(name.as_ref())));
    is_kept_for_records(&name) || linked || listed()
}

/// Whether a file has the name of a table of records, in a folder that is one of records: it has people and starts.
#[must_use]
pub fn is_table_of_records(file: &Path) -> bool {
    let (Some(folder), Some(name)) = (file.parent(), file.file_name()) else { return false };
    let has = |table: &str| find(folder).is_ok_and(|(tables, _)| tables.iter().any(|found| found.table.name == table));
    is_kept_for_records(&name.to_string_lossy()) && has("people") && has("starts")
}
