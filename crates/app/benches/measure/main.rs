//! How fast records are measured: `wellspent measure` from Parquet against DuckDB and Polars doing the same work, in the same
//! minutes on the same machine. `cargo bench -p wellspent --bench measure -- 1 2 5 10` prints a row for each size in millions
//! of people; a million has 19.3 million events.
//!
//! The rivals' scripts and the generator are read from `$WELLSPENT_PEERS`, else `../shared/peers`; without them nothing is
//! timed. They run in a Python environment under `target/`, which is set up on the first run. Peak memory is GNU time's.

// A benchmark prints its table.
#![allow(clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};

/// Each round runs all three, one after the other.
const ROUNDS: usize = 3;

/// What a million people of the generator must come to: outcomes, days and pence.
const EXPECTED: [&str; 4] = ["545,353", "405,930", "167,612,969", "£1,900,507,790"];

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let peers = std::env::var_os("WELLSPENT_PEERS").map_or_else(|| root.join("../shared/peers"), PathBuf::from).join("pay");
    if !peers.is_dir() {
        println!("skipped: there are no rivals in {}; name the folder in WELLSPENT_PEERS", peers.display());
        return Ok(());
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/measure");
    let work = root.join("target/bench-measure");
    std::fs::create_dir_all(&work)?;
    let python = python(&work)?;
    let mut sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(1);
    }
    println!("{:>8} {:<10} {:>9} {:>9} {:>9} {:>9}   times ours: wall, CPU", "people", "", "best s", "worst s", "CPU s", "MiB");
    for millions in sizes {
        let (data, records) = (work.join(format!("data-{millions}m")), work.join(format!("records-{millions}m")));
        if !records.join("events.parquet").is_file() {
            let people = (millions * 1_000_000).to_string();
            run(Command::new(&python).arg(peers.join("gen.py")).arg(people).arg(&data))?;
            run(Command::new(&python).arg(here.join("convert.py")).arg(&data).arg(&records))?;
        }
        let tally = work.join("tally.csv");
        let ours = || {
            let mut command = timed(Path::new(env!("CARGO_BIN_EXE_wellspent")));
            command.arg("measure").arg(&here).arg(&records).args(["--as-at", "2029-12-31", "--tally"]).arg(&tally);
            command
        };
        let rival = |script: &str, more: &[&str]| {
            let mut command = timed(&python);
            command.arg(peers.join(script)).arg(&data).arg(threads()).args(more);
            command
        };
        let mut runs: [Vec<Run>; 3] = Default::default();
        for _ in 0..ROUNDS {
            runs[0].push(measured(&mut ours())?);
            runs[1].push(measured(&mut rival("b_duckdb.py", &["parquet"]))?);
            runs[2].push(measured(&mut rival("b_polars.py", &[]))?);
        }
        if millions == 1 {
            let priced = run(Command::new(env!("CARGO_BIN_EXE_wellspent")).arg("price").arg(&here).arg("--tally").arg(&tally))?;
            let said = format!("{}{priced}", runs[0][0].said);
            for expected in EXPECTED {
                ensure!(said.contains(expected), "{expected} is missing from\n{said}");
            }
        }
        for (name, of) in ["wellspent", "DuckDB", "Polars"].iter().zip(&runs) {
            let least = |of: &[Run], what: fn(&Run) -> f64| of.iter().map(what).fold(f64::MAX, f64::min);
            let (best, cpu) = (least(of, |run| run.seconds), least(of, |run| run.cpu_seconds));
            let worst = of.iter().map(|run| run.seconds).fold(0.0, f64::max);
            let memory = of.iter().map(|run| run.mebibytes).max().unwrap_or_default();
            let (wall_ratio, cpu_ratio) =
                (best / least(&runs[0], |run| run.seconds), cpu / least(&runs[0], |run| run.cpu_seconds));
            println!(
                "{millions:>6} m {name:<10} {best:>9.2} {worst:>9.2} {cpu:>9.2} {memory:>9}   {wall_ratio:>10.1}, {cpu_ratio:.1}"
            );
        }
    }
    Ok(())
}

fn threads() -> String {
    std::thread::available_parallelism().map_or(1, |threads| threads.get()).to_string()
}

struct Run {
    seconds: f64,
    /// Of all threads, in the program and in the system.
    cpu_seconds: f64,
    mebibytes: u64,
    said: String,
}

/// A command under GNU time, which writes as the last line of standard error the processor's time, in the program and in the
/// system, and the peak memory in kibibytes.
fn timed(program: &Path) -> Command {
    let mut command = Command::new("/usr/bin/time");
    command.args(["-f", "%U %S %M"]).arg(program);
    command
}

fn measured(command: &mut Command) -> Result<Run> {
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

fn run(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?}"))?;
    ensure!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A Python environment with what the rivals import.
fn python(work: &Path) -> Result<PathBuf> {
    let python = work.join("venv/bin/python");
    if !python.is_file() {
        run(Command::new("python3").args(["-m", "venv"]).arg(work.join("venv")))?;
        run(Command::new(&python).args(["-m", "pip", "-q", "install", "duckdb", "polars", "numpy", "pyarrow"]))?;
    }
    Ok(python)
}
