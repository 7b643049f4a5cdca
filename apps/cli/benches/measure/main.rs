//! How fast records are measured: `wellspent measure` from Parquet compared with DuckDB and Polars doing the same work, in the
//! same minutes on the same machine. DuckDB also looks for keys that appear twice and for people whom nobody knows, as
//! `measure` does, and writes its lines to a file; Polars does neither. `cargo bench -p cli --bench measure -- 1 2 5 10` prints a row for each size in millions
//! of people; a million has 19.3 million events.
//!
//! The rivals' scripts and the generator are read from `$WELLSPENT_PEERS`, else `../shared/peers`; without them nothing is
//! timed. They run in a Python environment under `target/`, which is set up on the first run. Peak memory is GNU time's.

// A benchmark prints its table.
#![allow(clippy::print_stdout)]

#[path = "../rivals/mod.rs"]
mod rivals;

use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};

use rivals::{Run, measured, peers, python, run, timed};

/// Each round runs all three, one after the other.
const ROUNDS: usize = 3;

/// What a million people of the generator must come to: outcomes, the mean days to work (167,612,969 days of 405,930 people), and pounds.
const EXPECTED: [&str; 4] = ["545,353", "405,930", "412.9", "£1,900,507,790"];

fn main() -> Result<()> {
    let Some((peers, work)) = peers("pay", "measure")? else { return Ok(()) };
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/measure");
    let python = python(&work, &["duckdb", "polars", "numpy", "pyarrow"])?;
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
        let duckdb = || {
            let mut command = timed(&python);
            command
                .arg(here.join("checked.py"))
                .arg(peers.join("b_duckdb.py"))
                .arg(&data)
                .arg(threads())
                .arg(work.join("lines.csv"));
            command
        };
        let polars = || {
            let mut command = timed(&python);
            command.arg(peers.join("b_polars.py")).arg(&data).arg(threads());
            command
        };
        let mut runs: [Vec<Run>; 3] = Default::default();
        for _ in 0..ROUNDS {
            runs[0].push(measured(&mut ours())?);
            runs[1].push(measured(&mut duckdb())?);
            runs[2].push(measured(&mut polars())?);
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
