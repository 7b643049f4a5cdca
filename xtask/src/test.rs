//! `cargo xtask test`: installs what the tests need, then runs format, lints, every test of the workspace, and the checks of the
//! pages in a browser.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

use crate::pages;
use crate::postgresql::PostgreSql;

/// Runs everything; the first step that fails ends it.
pub(crate) fn run(root: &Path) -> anyhow::Result<ExitCode> {
    let python = python_with_numpy(root)?;
    let postgresql = PostgreSql::start();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let steps: [&[&str]; 4] = [
        &["fmt", "--all", "--check"],
        &["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"],
        &["test", "--workspace", "--quiet", "--no-run"],
        &["test", "--workspace"],
    ];
    for step in steps {
        say(&format!("cargo {}", step.join(" ")));
        let mut command = Command::new(&cargo);
        command.args(step).current_dir(root).env("WELLSPENT_PYTHON", &python);
        command.envs(postgresql.iter().flat_map(PostgreSql::variables));
        let status = command.status()?;
        if !status.success() {
            say(&format!("failed: cargo {}", step.join(" ")));
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(if pages::check(root, &cargo)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
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

/// A Python that has NumPy: the environment under `target/`, made on the first run. On Debian the `venv` package is
/// installed first where it is missing and that is allowed.
fn python_with_numpy(root: &Path) -> anyhow::Result<PathBuf> {
    let folder = root.join("target/test-python");
    let python = folder.join("bin/python");
    let works = |python: &Path| quiet(Command::new(python).args(["-c", "import numpy"]));
    if works(&python) {
        return Ok(python);
    }
    say("setting up a Python environment with NumPy under target/test-python");
    let make = || quiet(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    if !make() {
        say("python3 with its venv module is missing: asking Debian's package manager for it");
        quiet(Command::new("apt-get").args(["update", "-qq"]));
        quiet(Command::new("apt-get").args(["install", "-y", "-qq", "python3", "python3-venv"]));
        if !make() {
            bail!("no Python environment could be made\n\nhint: install python3 and python3-venv, then run this again");
        }
    }
    let installed = Command::new(&python).args(["-m", "pip", "install", "--quiet", "numpy"]).status().context("running pip")?;
    if !installed.success() || !works(&python) {
        bail!("NumPy could not be installed\n\nhint: check the network, then run this again");
    }
    Ok(python)
}

/// Whether a command runs and ends well, whatever it prints.
pub(crate) fn quiet(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

#[allow(clippy::print_stderr)]
pub(crate) fn say(line: &str) {
    eprintln!("xtask: {line}");
}
