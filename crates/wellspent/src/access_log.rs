//! The access log: who looked at whose records. A row is added before anything is shown, and no row is ever removed: when, who
//! asked, for which purpose, with which command, about which person. It holds no name of a person; the ids are those of the
//! table of persons.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::{anyhow, bail};
use base::csv_cell::quoted;
use records::files::ACCESS_LOGS;
use records::files::write::plain;

use crate::error::Error;

/// The columns of the file.
const HEADER: &str = "when,by,purpose,command,person\n";

/// Who is asking.
#[derive(Clone, Debug, PartialEq)]
pub struct Actor(String);

impl Actor {
    /// Somebody by name.
    ///
    /// # Errors
    /// The name is empty: nothing about a person is shown to somebody without a name.
    pub fn new(name: &str) -> Result<Actor, Error> {
        match name.trim() {
            "" => Err(anyhow!("say who is asking: add `--asked-by NAME`. We log who looked at whose records").into()),
            name => Ok(Actor(name.to_owned())),
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// Who is asking, and for which purpose: needed by every use case that shows something about people of several agencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    pub actor: Actor,
    /// As stated in `purposes.toml`; in words where one agency's own records are shown.
    pub purpose: String,
}

/// Adds a row for each person, or one without a person where people are only counted.
///
/// # Errors
/// The file cannot be written: then nothing may be shown.
pub(crate) fn note(folder: &Path, access: &Access, command: &str, persons: &[&str]) -> anyhow::Result<()> {
    let (by, purpose) = (access.actor.name(), access.purpose.as_str());
    // A log that was begun under the earlier name goes on there, so that one folder has one log.
    let [name, earlier_name] = ACCESS_LOGS;
    let earlier = folder.join(earlier_name);
    let path = if earlier.is_file() { earlier } else { folder.join(name) };
    ours(&path)?;
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let row = |person: &str| [now.as_str(), by, purpose, command, person].map(cell).join(",") + "\n";
    let none = [""];
    let mut text: String = if persons.is_empty() { &none[..] } else { persons }.iter().map(|person| row(person)).collect();
    match last_byte(&path) {
        // A log that was edited by hand may have lost its last line end.
        Some(byte) if byte != b'\n' => text.insert(0, '\n'),
        Some(_) => {}
        None => text.insert_str(0, HEADER),
    }
    // In one piece, so that two who look at the same time do not write into each other's rows.
    let added = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    if let Err(error) = added {
        bail!(Error::failed(
            format!("could not add to the access log {}: {error}", path.display()),
            "every look at records is logged, so you need permission to write to this file"
        ));
    }
    Ok(())
}

/// Refuses a file with the name of the log that is something else: a row of ours would be lost in it, and it would be damaged.
fn ours(path: &Path) -> anyhow::Result<()> {
    let mut begins = Vec::new();
    if let Ok(file) = File::open(path) {
        // What cannot be read cannot be added to, either, and that is told where it is added to.
        let _ = file.take(HEADER.len() as u64 + 4).read_to_end(&mut begins);
    }
    let text = begins.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&begins);
    if text.is_empty() || text.starts_with(HEADER.trim_end().as_bytes()) {
        return Ok(());
    }
    bail!(Error::failed(
        format!("{} is not an access log: its first line is not {}", path.display(), HEADER.trim_end()),
        "move the file away. We then start a new log there"
    ))
}

/// The last byte of a file; none where there is no file, or nothing in it.
fn last_byte(path: &Path) -> Option<u8> {
    let mut file = File::open(path).ok()?;
    file.seek(SeekFrom::End(-1)).ok()?;
    let mut byte = [0];
    file.read_exact(&mut byte).ok()?;
    Some(byte[0])
}

/// A cell of the file: on one line, in quotation marks where needed, and no formula to a spreadsheet.
fn cell(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    quoted(&plain(&text)).into_owned()
}
