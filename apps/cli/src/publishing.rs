//! `--publish`: what may be published goes through disclosure control, into the register of releases and then into files. All commands
//! that publish do it here.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use wellspent::Error;
use wellspent::publish::{PublishOptions, PublishedRelease};

use crate::args::actor_of_own;
use crate::options::today;
use crate::output::{Inputs, ResultFormat, is_standard, named_for, outputs, write, write_bytes, write_csv};
use crate::print;

#[derive(Args)]
pub(crate) struct PublishArgs {
    /// Write only what may be published, as a release of this name: small numbers are hidden, and what would give one away
    #[arg(long, value_name = "NAME", requires = "release_register")]
    publish: Option<String>,
    /// The register of releases. What is published is checked with everything that it remembers, and added to it. It is begun where there
    /// is none
    #[arg(long, value_name = "FILE", requires = "publish")]
    release_register: Option<PathBuf>,
    /// Write what is published into this file too: a page, a table or JSON, by the ending .html, .csv, .xlsx, .parquet or .json. May be
    /// given several times
    #[arg(long, value_name = "FILE", requires = "publish")]
    publish_to: Vec<PathBuf>,
}

/// The endings of files that can be published.
const ENDINGS: [&str; 6] = ["csv", "xlsx", "parquet", "html", "htm", "json"];

impl PublishArgs {
    /// The release that is asked for, by whom; none where nothing is to be published. Files that cannot be written are refused before the
    /// run.
    pub(crate) fn asked(&self, asked_by: Option<&str>, json: bool, inputs: Inputs<'_>) -> anyhow::Result<Option<PublishOptions>> {
        let (Some(name), Some(register)) = (&self.publish, &self.release_register) else { return Ok(None) };
        if name.trim().is_empty() {
            bail!(Error::failed("a release has a name, and it is missing", "--publish \"Reoffending by area, June 2028\""));
        }
        if is_standard(register) || self.publish_to.iter().any(|file| is_standard(file)) {
            bail!(Error::failed(
                "`-` stands for standard output, and a release and its register are written into files",
                "name a file; with --json the release goes to standard output too"
            ));
        }
        self.publish_to.iter().try_for_each(|file| named_for(file, &ENDINGS))?;
        let files = self.publish_to.iter().map(|file| (file, format(file)));
        outputs(files.chain([(register, ResultFormat::Register)]), json, inputs)?;
        Ok(Some(PublishOptions {
            name: name.trim().to_owned(),
            actor: actor_of_own(asked_by)?,
            today: today()?,
            register: register.clone(),
        }))
    }

    /// Prints a release and writes its files. Its record goes to standard error.
    pub(crate) fn write(&self, release: &PublishedRelease, json: bool) -> anyhow::Result<ExitCode> {
        let result = &release.result;
        for file in &self.publish_to {
            match format(file) {
                ResultFormat::Html => write(file, &result.page())?,
                ResultFormat::Json => write(file, &wellspent::JsonDocument::json(&result.document())?)?,
                ResultFormat::Parquet => write_bytes(file, &result.parquet()?)?,
                ResultFormat::Xlsx => write_bytes(file, &result.workbook()?)?,
                ResultFormat::Csv | ResultFormat::Register => write_csv(file, &result.csv())?,
            }
        }
        if json {
            print::json(&result.document())?;
        } else {
            print::text(|terminal| result.text(terminal))?;
        }
        print::notes(&release.notes);
        let record: String = release.audit.iter().map(|line| format!("\n  {line}")).collect();
        print::stderr(&format!("the register has this record:{record}"));
        Ok(ExitCode::SUCCESS)
    }
}

fn format(file: &std::path::Path) -> ResultFormat {
    let ending = file.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("html" | "htm") => ResultFormat::Html,
        Some("json") => ResultFormat::Json,
        _ => ResultFormat::of_name(file),
    }
}
