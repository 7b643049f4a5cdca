//! A copy of the code in which changes are compiled and tried.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use super::switches::{self, Change, NUMBER, OwnedLines};

/// The variable with the number of the change to run with.
const VARIABLE: &str = "SOURCE_MUTANT";
/// How many times as long as without a change a test may take, and what it may take anyway.
const PATIENCE: (u32, Duration) = (10, Duration::from_secs(30));
/// The memory that a test may use, in KiB: a change can make a list grow without end.
const MEMORY: &str = "8000000";

/// Tests that guard a crate.
pub(super) struct Guard {
    pub(super) package: &'static str,
    /// Which programs of the package, as `cargo test` is told.
    pub(super) targets: &'static [&'static str],
    /// Which tests in them, as the programs are told.
    pub(super) filter: &'static [&'static str],
}

/// A program of tests, and the folder that it runs in.
#[derive(Debug, Clone)]
pub(super) struct Program {
    path: PathBuf,
    folder: PathBuf,
}

pub(super) struct Tree {
    root: PathBuf,
    copy: PathBuf,
}

impl Tree {
    /// Copies what is under version control, as it lies on disk.
    pub(super) fn copied(root: &Path, copy: &Path) -> anyhow::Result<Self> {
        let output = Command::new("git").args(["ls-files", "-z"]).current_dir(root).output()?;
        let names = String::from_utf8(output.stdout)?;
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            let (from, to) = (root.join(name), copy.join(name));
            if from.is_file() {
                std::fs::create_dir_all(to.parent().context("a file has a folder")?)?;
                write_if_other(&to, &std::fs::read(from)?)?;
            }
        }
        Ok(Self { root: root.canonicalize()?, copy: copy.canonicalize()? })
    }

    /// Puts changes behind numbers into a crate, as many as compile together. The number of a change is its place in the first list,
    /// from 1. The second list has the others.
    pub(super) fn switched(&self, name: &str, changes: Vec<Change>) -> anyhow::Result<(Vec<Change>, Vec<Change>)> {
        let (mut together, mut alone) = (changes, vec![]);
        loop {
            let lines = self.write(name, &together)?;
            let mut out: BTreeSet<usize> = lines.without;
            if out.is_empty() {
                let errors = self.errors(name)?;
                if errors.is_empty() {
                    return Ok((together, alone));
                }
                for (file, line) in &errors {
                    let hit = lines.of.get(file).into_iter().flatten().filter(|(lines, _)| lines.contains(line));
                    out.extend(hit.flat_map(|(_, numbers)| numbers));
                }
                // Where a change gives another type than the code itself, the error is in the code, which stands below its changes.
                if out.is_empty() {
                    for (file, line) in &errors {
                        let above = lines.of.get(file).into_iter().flatten().filter(|(lines, _)| lines.start < *line);
                        out.extend(above.max_by_key(|(lines, _)| lines.start).into_iter().flat_map(|(_, numbers)| numbers));
                    }
                }
                if out.is_empty() {
                    bail!("the copy does not compile, and no change is to blame: {:?}", errors.first());
                }
            }
            let parted = together.into_iter().enumerate().partition::<Vec<_>, _>(|(at, _)| out.contains(&(at + 1)));
            alone.extend(parted.0.into_iter().map(|(_, change)| change));
            together = parted.1.into_iter().map(|(_, change)| change).collect();
        }
    }

    /// Makes one change in a crate; says whether it compiles.
    pub(super) fn changed(&self, name: &str, change: &Change) -> anyhow::Result<bool> {
        self.write(name, &[])?;
        let source = std::fs::read_to_string(self.root.join(&change.file))?;
        std::fs::write(self.copy.join(&change.file), change.alone(&source).context("a place that is not in its file")?)?;
        Ok(self.errors(name)?.is_empty())
    }

    /// Writes the code of a crate with numbered changes in it.
    fn write(&self, name: &str, changes: &[Change]) -> anyhow::Result<Lines> {
        let mut lines = Lines::default();
        let folder = format!("crates/{name}/src");
        for path in files(&self.root.join(&folder))? {
            let file = path.strip_prefix(&self.root)?.to_string_lossy().into_owned();
            let here: Vec<(usize, &Change)> = changes
                .iter()
                .enumerate()
                .filter(|(_, change)| change.file == file)
                .map(|(at, change)| (at + 1, change))
                .collect();
            let mut switched = switches::switched(&std::fs::read_to_string(&path)?, &here);
            if file == format!("{folder}/lib.rs") {
                switched.source.push_str(&format!(
                    "\npub(crate) fn {NUMBER}() -> usize {{\n    static NUMBER: std::sync::LazyLock<usize> =\n        \
                     std::sync::LazyLock::new(|| std::env::var(\"{VARIABLE}\").ok().and_then(|text| text.parse().ok()).unwrap_or(0));\n    \
                     *NUMBER\n}}\n"
                ));
            }
            write_if_other(&self.copy.join(&file), switched.source.as_bytes())?;
            lines.without.extend(switched.without);
            lines.of.insert(file, switched.lines);
        }
        Ok(lines)
    }

    /// The places of all errors that the compiler finds in a crate.
    fn errors(&self, name: &str) -> anyhow::Result<Vec<(String, usize)>> {
        let output = self.cargo().args(["check", "--quiet", "--message-format=json", "--package", name]).output()?;
        let mut places = vec![];
        for message in messages(&output.stdout) {
            if message["message"]["level"] == "error" {
                let spans = message["message"]["spans"].as_array().into_iter().flatten();
                places
                    .extend(spans.filter_map(|span| {
                        Some((span["file_name"].as_str()?.to_owned(), span["line_start"].as_u64()? as usize))
                    }));
            }
        }
        if places.is_empty() && !output.status.success() {
            bail!("cargo check failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(places)
    }

    /// How long each guard may take. Fails if a test does without any change.
    pub(super) fn limits(&self, guards: &[Guard], programs: &[Vec<Program>]) -> anyhow::Result<Vec<Duration>> {
        let limit = |(guard, programs): (&Guard, &Vec<Program>)| {
            let start = Instant::now();
            match self.passes(programs, guard.filter, 0, Duration::from_secs(3600))? {
                Some(true) => Ok(start.elapsed() * PATIENCE.0 + PATIENCE.1),
                _ => bail!("the tests of {} fail without any change", guard.package),
            }
        };
        guards.iter().zip(programs).map(limit).collect()
    }

    /// Whether tests pass with the change of a number; none if they do not end.
    pub(super) fn passes(
        &self,
        programs: &[Program],
        filter: &[&str],
        number: usize,
        limit: Duration,
    ) -> anyhow::Result<Option<bool>> {
        let start = Instant::now();
        for Program { path, folder } in programs {
            let mut test = Command::new("sh")
                .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")])
                .arg(path)
                .args(filter)
                .current_dir(folder)
                .env(VARIABLE, number.to_string())
                // What fails need not be made small, and is not kept. Fewer damaged folders than the test command tries.
                .envs([
                    ("PROPTEST_MAX_SHRINK_ITERS", "0"),
                    ("PROPTEST_DISABLE_FAILURE_PERSISTENCE", "true"),
                    ("WELLSPENT_MUTATIONS", "300"),
                ])
                .env(
                    "WELLSPENT_DATA",
                    std::env::var("WELLSPENT_DATA").map_or_else(|_| self.root.join("../shared/data"), PathBuf::from),
                )
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .process_group(0)
                .spawn()?;
            loop {
                match test.try_wait()? {
                    Some(status) if status.success() => break,
                    Some(_) => return Ok(Some(false)),
                    None if start.elapsed() > limit => {
                        Command::new("kill").args(["-9", "--", &format!("-{}", test.id())]).status()?;
                        test.wait()?;
                        return Ok(None);
                    }
                    None => std::thread::sleep(Duration::from_millis(20)),
                }
            }
        }
        Ok(Some(true))
    }

    /// Compiles the tests of a guard.
    pub(super) fn programs(&self, guard: &Guard) -> anyhow::Result<Vec<Program>> {
        let arguments = ["test", "--no-run", "--quiet", "--message-format=json", "--package", guard.package];
        let output = self.cargo().args(arguments).args(guard.targets).output()?;
        if !output.status.success() {
            bail!("the tests of {} do not compile: {}", guard.package, String::from_utf8_lossy(&output.stderr));
        }
        let programs =
            messages(&output.stdout).into_iter().filter(|message| message["profile"]["test"] == true).filter_map(|message| {
                let folder = Path::new(message["manifest_path"].as_str()?).parent()?.to_path_buf();
                Some(Program { path: PathBuf::from(message["executable"].as_str()?), folder })
            });
        Ok(programs.collect())
    }

    fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
        command.current_dir(&self.copy).env("CARGO_TARGET_DIR", self.root.join("target/source-mutants/build"));
        command
    }
}

/// Which lines of the copy belong to which changes.
#[derive(Default)]
struct Lines {
    of: BTreeMap<String, Vec<OwnedLines>>,
    without: BTreeSet<usize>,
}

/// What cargo says, a message a line.
fn messages(output: &[u8]) -> Vec<serde_json::Value> {
    String::from_utf8_lossy(output).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Rust files in a folder and those below.
fn files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![];
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Leaves a file alone that says the same already, so that nothing is compiled anew for it.
fn write_if_other(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    if std::fs::read(path).ok().as_deref() != Some(bytes) {
        std::fs::write(path, bytes)?;
    }
    Ok(())
}
