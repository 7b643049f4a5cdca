//! What was asked for: a command with its options, as the manifest of a pack holds it, so that it can be asked for again.

use anyhow::{Context as _, bail};
use serde::{Deserialize, Serialize};

use super::inputs;
use crate::folder::SchemeFolder;

/// The file that says what was run, on what, by which version.
pub const MANIFEST: &str = "manifest.json";

/// Raised when the files of a pack change their meaning.
const SCHEMA: &str = "wellspent-pack/1";

pub use report::machine_readable::PROGRAM;

/// A command and its options, without the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", content = "options", rename_all = "lowercase", deny_unknown_fields)]
pub enum PackedCommand {
    Stress {
        seed: u64,
        replications: u32,
        #[serde(alias = "worlds")]
        scenarios: u32,
    },
    #[serde(alias = "mend")]
    Fix {
        seed: u64,
        #[serde(alias = "worlds")]
        scenarios: u32,
    },
    Sensitivity {
        seed: u64,
    },
}

impl PackedCommand {
    /// The arguments of the command line, for a scheme folder.
    #[must_use]
    pub fn arguments(self, scheme: &str) -> Vec<String> {
        let option = |name: &str, value: u64| [format!("--{name}"), value.to_string()];
        let (command, options) = match self {
            PackedCommand::Stress { seed, replications, scenarios } => (
                "stress",
                vec![option("seed", seed), option("replications", replications.into()), option("scenarios", scenarios.into())],
            ),
            PackedCommand::Fix { seed, scenarios } => ("fix", vec![option("seed", seed), option("scenarios", scenarios.into())]),
            PackedCommand::Sensitivity { seed } => ("sensitivity", vec![option("seed", seed)]),
        };
        let mut arguments = vec!["wellspent".to_owned(), command.to_owned(), scheme.to_owned()];
        arguments.extend(options.into_iter().flatten());
        arguments
    }
}

#[derive(Serialize, Deserialize)]
struct Manifest {
    schema: String,
    program: String,
    scheme: String,
    run: PackedCommand,
    inputs: Vec<InputEntry>,
}

#[derive(Serialize, Deserialize)]
struct InputEntry {
    file: String,
    bytes: usize,
    sha256: String,
    /// Whether the file is in the pack; a table of people is not.
    copied: bool,
}

/// What a manifest says.
pub struct ReadManifest {
    pub program: String,
    pub command: PackedCommand,
    /// The hash of each input by its path in the pack.
    pub inputs: Vec<(String, String)>,
    /// The same of tables of people, which are not copied, by their name in the assumptions file.
    pub people: Vec<(String, String)>,
}

/// The manifest of a run on a scheme folder.
pub fn manifest(run: PackedCommand, folder: &SchemeFolder, scheme: &str) -> anyhow::Result<String> {
    let inputs = inputs::list(folder).into_iter();
    let manifest = Manifest {
        schema: SCHEMA.to_owned(),
        program: PROGRAM.to_owned(),
        scheme: scheme.to_owned(),
        run,
        inputs: inputs
            .map(|input| InputEntry { file: input.name, bytes: input.bytes, sha256: input.sha256, copied: input.copied })
            .collect(),
    };
    Ok(serde_json::to_string_pretty(&manifest)? + "\n")
}

/// Reads a manifest; the error says where it is wrong.
pub fn read(bytes: &[u8]) -> anyhow::Result<ReadManifest> {
    let manifest: Manifest = serde_json::from_slice(bytes).context("it is not the manifest of a pack")?;
    if manifest.schema != SCHEMA {
        bail!("it says that its schema is {}, and this program reads {SCHEMA}", manifest.schema);
    }
    let (inputs, people): (Vec<InputEntry>, Vec<InputEntry>) = manifest.inputs.into_iter().partition(|input| input.copied);
    let hashes = |inputs: Vec<InputEntry>| inputs.into_iter().map(|input| (input.file, input.sha256)).collect();
    Ok(ReadManifest { program: manifest.program, command: manifest.run, inputs: hashes(inputs), people: hashes(people) })
}
