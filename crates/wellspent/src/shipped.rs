//! What comes with the program and is inside it: the shipped schemes, the templates of `new`, and the published schemas.
//!
//! ```
//! let shipped = wellspent::shipped::schemes();
//! assert!(shipped.iter().any(|scheme| scheme.name == "plain-linear" && !scheme.textbook));
//! ```

use base::source::{FileBytes, Folder};
use contract::read::SCHEME_FILE;
use report::machine_readable::JsonDocument;
use schemars::JsonSchema;
use serde::Serialize;
use simulation::textbook::TEXTBOOK_FILE;

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The folder that the shipped schemes have in the repository.
pub(crate) const SCHEMES_FOLDER: &str = "schemes";

/// A scheme that comes with the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShippedScheme {
    /// By which every command takes it: "plain-linear", "theory/ratchet".
    pub name: String,
    /// What the file itself calls it.
    pub title: String,
    /// Whether it is a textbook case with a known answer, rather than a contract.
    pub textbook: bool,
}

/// Every shipped scheme, contracts first, in the order of their names.
#[must_use]
pub fn schemes() -> Vec<ShippedScheme> {
    let named = |file: &str| {
        let of = move |(path, bytes): &(&'static str, &'static [u8])| {
            let name = path.strip_suffix(file)?.strip_suffix('/')?;
            Some((name.to_owned(), String::from_utf8_lossy(bytes).into_owned()))
        };
        SCHEMES.iter().filter_map(of).collect::<Vec<_>>()
    };
    let textbook = named(TEXTBOOK_FILE);
    let contracts = named(SCHEME_FILE).into_iter().filter(|(name, _)| !textbook.iter().any(|(known, _)| known == name));
    let contracts =
        contracts.map(|(name, text)| ShippedScheme { name, title: title(&text, "scheme"), textbook: false }).collect::<Vec<_>>();
    let cases =
        textbook.iter().map(|(name, text)| ShippedScheme { name: name.clone(), title: title(text, "textbook"), textbook: true });
    contracts.into_iter().chain(cases).collect()
}

/// The schemes and textbook cases that come with the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SchemesDocument {
    /// contracts first, then textbook cases
    pub schemes: Vec<ShippedScheme>,
}

impl JsonDocument for SchemesDocument {
    const SCHEMA: &'static str = "wellspent-schemes/1";
    const COMMAND: &'static str = "wellspent schemes --json";
}

/// The shipped schemes for other programs.
#[must_use]
pub fn document() -> SchemesDocument {
    SchemesDocument { schemes: schemes() }
}

/// A list of the shipped schemes, a line each.
#[must_use]
pub fn list() -> String {
    let all = schemes();
    let width = all.iter().map(|scheme| scheme.name.len()).max().unwrap_or_default();
    let lines = |textbook: bool| {
        let of = all.iter().filter(move |scheme| scheme.textbook == textbook);
        of.map(|scheme| format!("  {:<width$}  {}\n", scheme.name, scheme.title)).collect::<String>()
    };
    format!("Schemes:\n{}\nTextbook cases, which have a known answer:\n{}", lines(false), lines(true))
}

/// The text of a key at the top of a TOML file that is known to be in order.
fn title(text: &str, key: &str) -> String {
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
    line.map_or(String::new(), |value| value.trim().trim_matches('"').to_owned())
}

/// The files of a shipped scheme by its name, or by its path in the repository. None where no scheme has that name.
pub(crate) fn scheme(name: &str) -> Option<Folder> {
    let name = plain(name);
    let files = files_in(SCHEMES, name);
    (files.contains_key(SCHEME_FILE) || files.contains_key(TEXTBOOK_FILE)).then_some(files)
}

/// The name of a shipped scheme, or of a folder of textbook cases, that somebody means by a path that does not exist.
pub(crate) fn found(path: &str) -> Option<String> {
    let known = scheme(path).is_some() || !cases_in(path).is_empty();
    known.then(|| plain(path).to_owned())
}

/// The names of the textbook cases in a shipped folder of them: "theory/creaming" and so on for "theory".
pub(crate) fn cases_in(folder: &str) -> Vec<String> {
    let folder = format!("{}/", plain(folder));
    let cases = schemes().into_iter().filter(|scheme| scheme.textbook && scheme.name.starts_with(&folder));
    cases.map(|scheme| scheme.name).collect()
}

/// A name without the folder of the repository and without what a shell adds to a path.
fn plain(name: &str) -> &str {
    let name = name.strip_prefix("./").unwrap_or(name).trim_end_matches('/');
    name.strip_prefix("schemes/").unwrap_or(name)
}

/// The tables and terms that lie directly in a folder of a list.
fn files_in(list: &[(&str, &[u8])], folder: &str) -> Folder {
    let inside = |(path, bytes): &(&str, &[u8])| {
        let name = path.strip_prefix(folder)?.strip_prefix('/')?;
        let wanted = !name.contains('/') && (name.ends_with(".toml") || name.ends_with(".csv"));
        wanted.then(|| (name.to_owned(), FileBytes::Read(bytes.to_vec())))
    };
    list.iter().filter_map(inside).collect()
}

/// The files of a template as text, by name.
pub(crate) fn template(kind: &str) -> Vec<(&'static str, &'static str)> {
    let inside = |(path, bytes): &(&'static str, &'static [u8])| {
        let name = path.strip_prefix(kind)?.strip_prefix('/')?;
        Some((name, std::str::from_utf8(bytes).ok()?))
    };
    TEMPLATES.iter().filter_map(inside).collect()
}

/// The published schemas by name: "people" is a table of records, "output/check" what `check --json` writes.
pub(crate) fn schemas() -> Vec<(&'static str, &'static str)> {
    SCHEMAS.iter().filter_map(|(path, bytes)| Some((path.strip_suffix(".json")?, std::str::from_utf8(bytes).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_schemes_have_a_name_and_a_title() {
        let all = schemes();
        assert!(all.iter().any(|scheme| scheme.name == "plain-linear" && !scheme.textbook));
        assert!(all.iter().any(|scheme| scheme.name == "theory/ratchet" && scheme.textbook));
        assert!(all.iter().all(|scheme| !scheme.title.is_empty()), "{all:?}");
    }

    #[test]
    fn a_shipped_scheme_goes_by_its_name_and_by_its_path() {
        for name in ["plain-linear", "schemes/plain-linear", "./schemes/plain-linear/", "theory/parking"] {
            assert!(scheme(name).is_some_and(|files| files.contains_key("assumptions.toml")), "{name}");
        }
        for name in ["theory", "plain", "", "plain-linear/scheme.toml"] {
            assert!(scheme(name).is_none(), "{name}");
        }
        assert!(cases_in("theory").len() > 20);
    }
}
