//! Mutation testing: `cargo xtask source-mutants CRATE` changes the code of a crate in one place at a time and asks whether a test
//! notices. It needs `cargo install --locked cargo-mutants`, which makes the changes.
//!
//! The changes are a keyed random sample, so anyone draws the same. The tests that guard a crate run from the quick to the slow, and
//! what no test caught is tried with the next ones. Each part of a sample has its own folder under `target/source-mutants/`, with a
//! list for each fate. The figures printed are those of all parts so far.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::bail;
use base::philox;

/// The key of the sample.
const KEY: u64 = 12;
/// Changes in a sample, unless another number is asked for.
const SAMPLE: usize = 300;
/// Seconds until a test counts as one that never ends. The slowest takes a minute on an idle machine.
const TIMEOUT: &str = "600";

/// The tests that guard a crate, from the quick to the slow: the package that they are in, and what `cargo test` is told.
type Guards = &'static [(&'static str, &'static [&'static str])];

const CRATES: [(&str, Guards); 3] = [
    (
        "contract",
        &[
            ("contract", &["--lib", "--test", "contract", "--test", "laws", "--", "--skip", "hostile"]),
            ("contract", &["--test", "amend", "--test", "any_input", "--test", "contract"]),
            ("cli", &["--test", "it", "--", "casebook::"]),
        ],
    ),
    ("ledger", &[("ledger", &[]), ("cli", &["--test", "it", "--", "casebook::", "paying::"])]),
    ("outcomes", &[("outcomes", &[]), ("cli", &["--test", "it", "--", "casebook::", "records::"])]),
];

/// What became of a change, by the name of the list that `cargo-mutants` writes.
const FATES: [(&str, &str); 4] =
    [("caught", "caught"), ("missed", "survived"), ("timeout", "never ended"), ("unviable", "did not compile")];

/// Tries a part of the sample: so many changes from the place `from` in its order. Further arguments go to `cargo mutants`.
pub(crate) fn run(root: &Path, arguments: &[String]) -> anyhow::Result<ExitCode> {
    let name = arguments.first().map_or("", String::as_str);
    let Some((_, guards)) = CRATES.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = CRATES.iter().map(|(name, _)| *name).collect();
        bail!("which crate?\n\nhint: `cargo xtask source-mutants CRATE [HOW-MANY [FROM]]`, with {}", names.join(", "));
    };
    let number = |at: usize, default: usize| arguments.get(at).map_or(Ok(default), |text| text.parse());
    let (many, from) = (number(1, SAMPLE)?, number(2, 0)?);
    let mut left = sample(&listed(root, name)?, many, from);
    let folder = root.join("target/source-mutants").join(name);
    for (pass, (package, tests)) in guards.iter().enumerate() {
        if left.is_empty() {
            break;
        }
        let output = folder.join(format!("{from}-{}", pass + 1));
        std::fs::create_dir_all(&output)?;
        let config = output.join("config.toml");
        std::fs::write(&config, config_text(&left))?;
        let mut command = mutants(root);
        command.args(["--package", name, "--test-package", package, "--baseline", "skip", "--timeout", TIMEOUT]);
        command.arg("--config").arg(&config).arg("--output").arg(&output);
        command.args(arguments.iter().skip(3)).arg("--").args(*tests);
        // Little optimised: a change is compiled more often than a test is run. What fails need not be made small.
        command.envs([
            ("CARGO_PROFILE_DEV_OPT_LEVEL", "1"),
            ("CARGO_PROFILE_DEV_DEBUG", "none"),
            ("PROPTEST_MAX_SHRINK_ITERS", "0"),
        ]);
        // 2 and 3 say that changes survived or never ended.
        let code = command.status()?.code();
        if !matches!(code, Some(0 | 2 | 3)) {
            bail!("cargo mutants ended with {code:?}");
        }
        left = list(&output, "missed");
    }
    print(name, &fates(&folder)?);
    Ok(ExitCode::SUCCESS)
}

fn mutants(root: &Path) -> Command {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    command.arg("mutants").current_dir(root);
    command
}

/// Every change that can be made to a crate, in the order of files and lines.
fn listed(root: &Path, name: &str) -> anyhow::Result<Vec<String>> {
    let output = mutants(root).args(["--list", "--package", name]).output()?;
    if !output.status.success() {
        bail!("there is no list of changes\n\nhint: `cargo install --locked cargo-mutants`, then run this again");
    }
    Ok(String::from_utf8(output.stdout)?.lines().map(str::to_owned).collect())
}

/// The changes in the order of a number drawn for each, cut to a part.
fn sample(all: &[String], many: usize, from: usize) -> Vec<String> {
    let mut drawn: Vec<(u64, &String)> =
        all.iter().enumerate().map(|(at, change)| (philox::words(KEY, at as u64, 0, 0)[0], change)).collect();
    drawn.sort();
    drawn.into_iter().skip(from).take(many).map(|(_, change)| change.clone()).collect()
}

/// The configuration that makes `cargo-mutants` try these changes alone.
fn config_text(sample: &[String]) -> String {
    let lines: Vec<String> = sample.iter().map(|change| format!("    '''^{}$''',\n", escaped(change))).collect();
    format!("examine_re = [\n{}]\n", lines.concat())
}

/// A text as a regular expression that matches it alone.
fn escaped(text: &str) -> String {
    text.chars().flat_map(|letter| ("\\.+*?()|[]{}^$#&-~".contains(letter).then_some('\\')).into_iter().chain([letter])).collect()
}

/// What became of each change, over all parts of a sample: what the last tests said that it was tried with.
fn fates(folder: &Path) -> anyhow::Result<BTreeMap<String, &'static str>> {
    let mut outputs: Vec<PathBuf> = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    outputs.sort();
    let each = outputs.iter().flat_map(|output| {
        FATES.into_iter().flat_map(|(name, fate)| list(output, name).into_iter().map(move |change| (change, fate)))
    });
    Ok(each.collect())
}

/// A list that `cargo-mutants` wrote: a change a line.
fn list(output: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(output.join("mutants.out").join(format!("{name}.txt"))).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Prints the survivors and how many changes there are of each fate.
#[allow(clippy::print_stdout)]
fn print(name: &str, fates: &BTreeMap<String, &'static str>) {
    let of = |wanted: &str| fates.iter().filter(|(_, fate)| **fate == wanted).map(|(change, _)| change).collect::<Vec<_>>();
    of("survived").iter().for_each(|change| println!("survived: {change}"));
    let counts: Vec<String> = FATES.iter().map(|(_, fate)| format!("{} {fate}", of(fate).len())).collect();
    println!("{name}: {} changes: {}", fates.len(), counts.join(", "));
}
