//! Who looked at whom: a file beside the identities to which a row is added before anything is shown, and from which none is ever
//! taken: when, who asked, for what purpose, by which command, and at which person. No name of a person stands in it; the ids
//! are those of the table of persons.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use base::cell::quoted;
use clap::Args;

/// The file, and its columns.
const LOOKED: &str = "looked.csv";
const HEADER: &str = "when,by,purpose,command,person\n";

/// For what somebody looks, and who does.
#[derive(Args)]
pub struct Asking {
    /// The purpose, as stated in purposes.toml
    #[arg(long, value_name = "NAME")]
    pub purpose: String,
    #[command(flatten)]
    pub who: Who,
}

#[derive(Args, Default)]
pub struct Who {
    /// Who is looking, for the log [default: the user of the operating system]
    #[arg(long, value_name = "NAME", requires = "purpose")]
    pub asked_by: Option<String>,
}

impl Who {
    /// The name that is given, else that of the operating system's user.
    fn name(&self) -> anyhow::Result<String> {
        let given = self.asked_by.clone();
        let users = ["USER", "LOGNAME", "USERNAME"].into_iter().filter_map(|name| std::env::var(name).ok());
        let name = given.into_iter().chain(users).map(|name| name.trim().to_owned()).find(|name| !name.is_empty());
        name.context("who is looking is not known, and nothing is shown to nobody\n\nhint: say it with --asked-by NAME")
    }
}

/// Adds a row for each person, or one without a person where people are only counted.
///
/// # Errors
/// Nobody is named, or the file cannot be written: then nothing may be shown.
pub fn note(folder: &Path, who: &Who, purpose: &str, command: &str, persons: &[&str]) -> anyhow::Result<()> {
    let by = who.name()?;
    let path = folder.join(LOOKED);
    let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let row = |person: &str| [now.as_str(), &by, purpose, command, person].map(cell).join(",") + "\n";
    let none = [""];
    let mut text: String = if persons.is_empty() { &none[..] } else { persons }.iter().map(|person| row(person)).collect();
    if !path.is_file() {
        text.insert_str(0, HEADER);
    }
    // In one piece, so that two who look at the same time do not write into each other's rows.
    let added = OpenOptions::new().create(true).append(true).open(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    if let Err(error) = added {
        bail!(
            "could not add to {}: {error}\n\nhint: nothing is shown that is not written down; whoever looks needs to be able to \
             add to this file",
            path.display()
        );
    }
    Ok(())
}

/// A cell of the file: on one line, in quotation marks where needed.
fn cell(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    quoted(&text).into_owned()
}
