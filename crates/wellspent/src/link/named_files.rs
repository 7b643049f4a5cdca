//! What the parts of a configuration share: where the files that it names are looked for, and what a missing value may mean.

use std::path::{Path, PathBuf};

use base::reader::Section;
use linkage::field::Missing;
use records::files::safe::{self, Reach};

use crate::error::Error;

/// Of a file that is not there.
pub(crate) const FIX_FILE: &str = "name a file that is there; names count from the folder of the configuration";

/// What a configuration says of missing values.
pub(crate) const MISSING: [(&str, Missing); 3] =
    [("says nothing", Missing::SaysNothing), ("is measured", Missing::IsMeasured), ("disagrees", Missing::Disagrees)];

/// Where the files that a configuration names are looked for.
pub(crate) struct NamedFiles<'a> {
    pub folder: &'a Path,
    pub reach: Reach,
}

impl NamedFiles<'_> {
    /// The path of a file that a key names, or a problem with the key.
    pub(crate) fn file(&self, section: &Section<'_, '_>, key: &str, name: &str, fix: &str) -> Option<PathBuf> {
        let path = safe::named(self.folder, name, self.reach);
        path.map_err(|error| {
            let Error { what, hint, .. } = error.into();
            section.push(section.problem(key, what).fix(hint.unwrap_or_else(|| fix.to_owned())));
        })
        .ok()
    }
}
