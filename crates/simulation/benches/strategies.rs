//! How many strategies can be scored in a second, against what an analyst would use instead, in the same run.
//!
//! The reference scheme: 100,000 people in 5 segments, 200 replications, a fee for each person and one price for each person
//! fewer than the baseline. Rivals are Python scripts that are not part of this project: `WELLSPENT_PEERS` names their
//! folder (else `../shared/peers`), `WELLSPENT_PYTHON` the interpreter with NumPy and Mesa (else `python3`). Where they are
//! missing the bench says so and times itself alone.
//!
//! Run with `cargo bench --bench strategies`.

#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use base::philox::{open_unit, philox4x64};
use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw, SchemeFiles};
use simulation::assumptions;
use simulation::reference_strategies::CommonDraws;
use simulation::strategy::Strategy;
use simulation::stress::{StressOptions, stress};

const PEOPLE: f64 = 100_000.0;
const REPLICATIONS: usize = 200;

const SCHEME: &str = r#"
scheme = "Reference for speed (invented)"
currency = "GBP"
rounding = "nearest penny, half up"
month_end = "last day of month"
[contract]
starts = 2027-01-01
ends = 2027-12-31
[cohorts]
starts = 2027-01-01
ends = 2027-12-31
every = "1 year"
people = 100_000
[outcome.reoffending]
measure = "reoffending within 12 months"
kind = "binary"
better = "fewer"
window = "12 months"
baseline = "36.5 %"
[pay.fee]
clause = "attachment fee"
price = "£1,000"
from = "assumption: invented"
[pay.person]
clause = "tariff"
outcome = "reoffending"
per = "person"
reward = "£4,000"
deduction = "£4,000"
from = "assumption: invented"
"#;

const WORLD: &str = r#"
assumptions = "Reference for speed (invented)"
[people]
segments = "segments.csv"
[outcome.reoffending]
now = { table = "segments.csv", column = "chance" }
value = "£15,000"
[help.support]
half_cost = { table = "segments.csv", column = "half_cost" }
[help.support.moves]
reoffending = { table = "segments.csv", column = "most" }
[cost]
each_person = "£900"
[intended]
spend = "£100"
"#;

/// half_cost = ln 2 / kappa of the reference.
const SEGMENTS: &str = "segment,share,chance,half_cost,most
a,30 %,10 %,£277.26,20 %
b,25 %,25 %,£277.26,25 %
c,20 %,45 %,£346.57,20 %
d,15 %,65 %,£554.52,12 %
e,10 %,85 %,£831.78,6 %
";

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let ours = strategies_per_second();
    println!(
        "wellspent, rank evaluation and pricing, one core: {ours:.0} strategies/s ({:.2e} person-years/s equivalent)",
        ours * PEOPLE * REPLICATIONS as f64
    );
    rivals(ours);
    whole_stress();
}

fn open(files: &[(&str, &str)]) -> SchemeFiles {
    let folder: Folder =
        files.iter().map(|(name, text)| ((*name).to_owned(), FileBytes::Read(text.as_bytes().to_vec()))).collect();
    base::open(&folder)
}

fn strategies_per_second() -> f64 {
    let opened = open(&[("scheme.toml", SCHEME), ("assumptions.toml", WORLD), ("segments.csv", SEGMENTS)]);
    let checked = contract::check(&opened);
    let scheme = checked.scheme.unwrap_or_else(|| panic!("{:?}", checked.problems));
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let assumptions = assumptions::read(&reader, &scheme).unwrap_or_else(|| panic!("{:?}", reader.problems.borrow()));
    let start = Instant::now();
    let draws = CommonDraws::build(&scheme, &assumptions, 1, 0, REPLICATIONS);
    println!(
        "wellspent, drawing and sorting {} uniforms on all cores: {:.2} s",
        PEOPLE as usize * REPLICATIONS,
        start.elapsed().as_secs_f64()
    );
    let arena = draws.arena(&scheme, &assumptions, 0);
    let strategies: Vec<Strategy> = (0..2_000u64)
        .map(|strategy| {
            let effort = (0..5u64).map(|segment| 1_000.0 * open_unit(philox4x64([strategy, segment, 0, 0], [7, 0])[0]));
            Strategy::of(effort.collect(), vec![true; 5])
        })
        .collect();
    // Check before timing: the mean payment against its closed form.
    let totals = arena.totals(&strategies[..1], REPLICATIONS);
    let mean = totals[0].iter().sum::<f64>() / REPLICATIONS as f64;
    let exact = 1_000.0 * PEOPLE + 4_000.0 * (36_500.0 - arena.true_outcomes(&strategies[0])[0].iter().sum::<f64>());
    assert!((mean - exact).abs() < 4.0 * 514_000.0 / (REPLICATIONS as f64).sqrt(), "{mean} against {exact}");
    let best = (0..5)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(arena.totals(&strategies, REPLICATIONS));
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min);
    strategies.len() as f64 / best
}

/// Runs each rival and gives the ratio of our strategies per second to its own.
fn rivals(ours: f64) {
    let folder = std::env::var_os("WELLSPENT_PEERS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/peers"), PathBuf::from);
    let python = std::env::var("WELLSPENT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let per_strategy = PEOPLE * REPLICATIONS as f64;
    let scripts: [(&str, &str, &[&str], &str, f64); 3] = [
        ("NumPy rank evaluation", "bench_numpy_rank.py", &[], " strategies/s", 1.0),
        ("NumPy person by person", "bench_numpy.py", &["annual", "5"], "person-years/s ", 1.0 / per_strategy),
        ("Mesa", "bench_mesa.py", &["annual", "2"], "person-years/s all-in ", 1.0 / per_strategy),
    ];
    for (name, script, arguments, marker, scale) in scripts {
        let path = folder.join("sim").join(script);
        let run = Command::new(&python)
            .current_dir(folder.join("sim"))
            .arg(&path)
            .args(arguments)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output();
        let output = match run {
            Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
            _ => {
                println!("{name}: not timed ({} or its packages are missing)", path.display());
                continue;
            }
        };
        let Some(speed) = number_near(&output, marker) else {
            println!("{name}: its output could not be read: {}", output.lines().next().unwrap_or_default());
            continue;
        };
        let speed = speed * scale;
        let ratio = ours / speed;
        let digits = usize::from(ratio < 10.0);
        println!("{name}: {speed:.3} strategies/s; wellspent is {ratio:.digits$} times as fast");
    }
}

/// The number just before a marker that starts with a blank, or just after one that ends with one.
fn number_near(text: &str, marker: &str) -> Option<f64> {
    let at = text.find(marker)?;
    let token = if marker.starts_with(' ') {
        text[..at].split_whitespace().last()?
    } else {
        text[at + marker.len()..].split_whitespace().next()?
    };
    token.chars().filter(|c| c.is_ascii_digit() || *c == '.').collect::<String>().parse().ok()
}

/// The main job on the largest shipped scheme, with the process's peak memory.
fn whole_stress() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemes/transforming-rehabilitation-2013");
    let mut folder = Folder::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let (true, Ok(bytes)) = (name.ends_with(".toml") || name.ends_with(".csv"), std::fs::read(&path)) {
            folder.insert(name, FileBytes::Read(bytes));
        }
    }
    let opened = base::open(&folder);
    let Some(scheme) = contract::check(&opened).scheme else { return };
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let Some(assumptions) = assumptions::read(&reader, &scheme) else { return };
    let start = Instant::now();
    let result = stress(&opened, &scheme, &assumptions, StressOptions::default(), &|_, _| {});
    println!(
        "wellspent stress transforming-rehabilitation-2013 (21 areas, 108,000 people, 200 replications, {} scenarios, all cores): {:.1} s",
        result.scenarios,
        start.elapsed().as_secs_f64()
    );
    if let Some(peak) = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        status.lines().find_map(|line| line.strip_prefix("VmHWM:").map(|kib| kib.trim().trim_end_matches(" kB").to_owned()))
    }) {
        println!("peak memory of this whole bench: {} MiB", peak.parse::<u64>().unwrap_or_default() / 1024);
    }
}
