//! Rivals that run as processes of their own beside ours, and what each run took.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

/// The folder with the rivals' scripts, and one to work in; nothing, and a word about it, where there are no rivals.
pub(crate) fn peers(name: &str, bench: &str) -> Result<Option<(PathBuf, PathBuf)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let peers = std::env::var_os("WELLSPENT_PEERS").map_or_else(|| root.join("../shared/peers"), PathBuf::from).join(name);
    if !peers.is_dir() {
        println!("skipped: there are no rivals in {}; name the folder in WELLSPENT_PEERS", peers.display());
        return Ok(None);
    }
    let work = root.join("target").join(format!("bench-{bench}"));
    std::fs::create_dir_all(&work)?;
    Ok(Some((peers, work)))
}

pub(crate) struct Run {
    pub seconds: f64,
    /// Of all threads, in the program and in the system.
    pub cpu_seconds: f64,
    pub mebibytes: u64,
    pub said: String,
}

/// A command under GNU time, which writes as the last line of standard error the processor's time, in the program and in the
/// system, and the peak memory in kibibytes.
pub(crate) fn timed(program: &Path) -> Command {
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%U %S %M"]).arg(program);
    command
}

pub(crate) fn measured(command: &mut Command) -> Result<Run> {
    let begun = Instant::now();
    let output = command.output().context("GNU time is needed for peak memory")?;
    let seconds = begun.elapsed().as_secs_f64();
    let trouble = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?}\n{trouble}");
    let last = trouble.lines().last().unwrap_or_default();
    let figures: Vec<f64> = last.split_whitespace().map(str::parse).collect::<Result<_, _>>().context("GNU time's figures")?;
    let &[user, system, kibibytes] = &figures[..] else { bail!("GNU time said {last}") };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    Ok(Run { seconds, cpu_seconds: user + system, mebibytes: (kibibytes / 1024.0) as u64, said })
}

/// What a command says on standard output.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A Python environment with what the rivals import.
pub(crate) fn python(work: &Path, packages: &[&str]) -> Result<PathBuf> {
    let python = work.join("venv/bin/python");
    if !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(work.join("venv")))?;
        run(Command::new(&python).args(["-m", "pip", "-q", "install"]).args(packages))?;
    }
    Ok(python)
}
