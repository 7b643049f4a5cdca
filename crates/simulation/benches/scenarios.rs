//! How long a thousand scenarios take: each reads the files with their uncertain numbers set, searches for the provider's best
//! strategy in every area, and looks for every unintended risk.
//!
//! Run with `cargo bench -p simulation --bench scenarios`; `WELLSPENT_WORLDS` asks for another number.

#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::time::Instant;

use base::source::{FileBytes, Folder};
use base::{Reader, ScenarioDraw};
use simulation::assumptions;
use simulation::stress::{StressOptions, stress};

const SCHEME: &str = "transforming-rehabilitation-2013";

fn main() {
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let scenarios = std::env::var("WELLSPENT_WORLDS").ok().and_then(|scenarios| scenarios.parse().ok()).unwrap_or(1_000);
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../schemes").join(SCHEME);
    let mut folder = Folder::new();
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if let (true, Ok(bytes)) = (name.ends_with(".toml") || name.ends_with(".csv"), std::fs::read(&path)) {
            folder.insert(name, FileBytes::Read(bytes));
        }
    }
    let opened = base::open(&folder);
    let checked = contract::check(&opened);
    let scheme = checked.scheme.unwrap_or_else(|| panic!("{:?}", checked.problems));
    let picks = ScenarioDraw::new();
    let reader = Reader::new(&opened, &picks);
    let assumptions = assumptions::read(&reader, &scheme).unwrap_or_else(|| panic!("{:?}", reader.problems.borrow()));
    let seconds = |scenarios: usize| {
        let (start, busy) = (Instant::now(), processor_seconds());
        let result = stress(&opened, &scheme, &assumptions, StressOptions { scenarios, ..StressOptions::default() }, &|_, _| {});
        assert_eq!(result.scenarios + result.scenarios_failed, scenarios);
        (start.elapsed().as_secs_f64(), processor_seconds() - busy)
    };
    // The rest of a stress test, to be taken off.
    let (without, busy_without) = seconds(0);
    let (whole, busy) = seconds(scenarios);
    println!("{SCHEME}: 21 areas, 108,000 people, {scenarios} scenarios besides the assumptions as stated");
    println!("whole stress test: {whole:.1} s, of which {without:.1} s without scenarios");
    println!("scenarios a second: {:.1}", scenarios as f64 / (whole - without));
    println!("processor seconds a scenario, nearest scenarios included: {:.3}", (busy - busy_without) / scenarios as f64);
    println!("cores used: {:.1} of {}", busy / whole, std::thread::available_parallelism().map_or(1, usize::from));
    println!("peak memory: {}", peak_mib().map_or("unknown on this system".to_owned(), |mib| format!("{mib} MiB")));
}

/// Processor time of this process so far, all threads; Linux gives it in hundredths of a second.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    after_name.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn peak_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kib| kib / 1024)
}
