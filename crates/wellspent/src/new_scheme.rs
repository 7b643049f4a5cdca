//! Writes a starting scheme: a folder with comments and invented figures that can be checked and tested as it is.

use std::path::{Path, PathBuf};

use report::machine_readable::JsonDocument;
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Error;
use crate::{folder, shipped};

/// What a starting scheme is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TemplateKind {
    /// Help into work: a fee, and a price for each person beyond a baseline. The tutorial uses it.
    #[default]
    Employment,
    /// Probation: one price both ways, compared with a comparison group.
    Probation,
    /// Drug and alcohol treatment: a price for each start and each recovery.
    Treatment,
    /// Homes for people who sleep rough: a price when somebody moves in, and for each quarter that the home lasts.
    Housing,
    /// One outcome and the commonest clauses, with a comment for every line.
    Blank,
}

impl TemplateKind {
    /// Every kind.
    pub const ALL: [TemplateKind; 5] =
        [TemplateKind::Employment, TemplateKind::Probation, TemplateKind::Treatment, TemplateKind::Housing, TemplateKind::Blank];

    /// Its name on the command line, which is the folder of the template.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TemplateKind::Employment => "employment",
            TemplateKind::Probation => "probation",
            TemplateKind::Treatment => "treatment",
            TemplateKind::Housing => "housing",
            TemplateKind::Blank => "blank",
        }
    }
}

/// Which scheme is to be started, and where.
#[derive(Clone, Debug)]
pub struct NewSchemeRequest {
    /// A folder that does not exist yet, or an empty one.
    pub folder: PathBuf,
    pub kind: TemplateKind,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSchemeResult {
    pub folder: PathBuf,
    /// The names of the files, in order.
    pub files: Vec<String>,
}

/// A starting scheme that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NewDocument {
    /// the folder that was written
    pub folder: String,
    /// the names of its files
    pub files: Vec<String>,
}

impl JsonDocument for NewDocument {
    const SCHEMA: &'static str = "wellspent-new/1";
    const COMMAND: &'static str = "wellspent new --json";
}

/// Writes a starting scheme.
///
/// # Errors
/// There is something in the folder already, or it cannot be written.
pub fn new_scheme(request: &NewSchemeRequest) -> Result<NewSchemeResult, Error> {
    folder::must_be_new(&request.folder)?;
    let files = shipped::template(request.kind.name());
    let texts = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    folder::write_texts(&request.folder, &texts)?;
    Ok(NewSchemeResult { folder: request.folder.clone(), files: texts.into_keys().collect() })
}

impl NewSchemeResult {
    /// What was written, and what to do next.
    #[must_use]
    pub fn text(&self) -> String {
        let place = shell_word(&self.folder);
        let shadows = match shipped::schemes().iter().any(|scheme| Path::new(&scheme.name) == self.folder) {
            true => "A scheme of this name comes with the program. Here, the name now means your folder.\n\n",
            false => "",
        };
        format!(
            "We wrote {} into {}. Every figure is invented: replace each one.\n\n{shadows}Next:\n  wellspent check {place}\n  wellspent explain {place}\n  \
             wellspent stress {place}\n",
            report::words::listed(&self.files.iter().map(String::as_str).collect::<Vec<_>>()),
            self.folder.display(),
        )
    }

    /// The same for other programs.
    #[must_use]
    pub fn document(&self) -> NewDocument {
        NewDocument { folder: self.folder.display().to_string(), files: self.files.clone() }
    }
}

/// A path as it is typed in a shell: in quotes where it has anything but letters, digits and the usual marks, and never an option.
fn shell_word(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-".contains(letter);
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    match text.chars().all(plain) {
        true => text,
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_steps_can_be_pasted_into_a_shell() {
        let words = ["scheme", "my scheme", "-x", "it's", "a$b"].map(|name| shell_word(Path::new(name)));
        assert_eq!(words, ["scheme", "'my scheme'", "./-x", "'it'\\''s'", "'a$b'"]);
    }

    #[test]
    fn every_kind_has_the_same_files_and_says_that_it_is_invented() {
        for kind in TemplateKind::ALL {
            let files = shipped::template(kind.name());
            let names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, ["README.md", "assumptions.toml", "scheme.toml", "segments.csv"], "{kind:?}");
            for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".toml")) {
                assert!(text.contains("assumption: invented for this template, replace it"), "{kind:?} {name}");
            }
        }
    }
}
