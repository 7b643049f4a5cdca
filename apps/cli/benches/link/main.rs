//! How fast records are linked: `wellspent link` from Parquet, with learning, compared with Splink on DuckDB with the same
//! columns, in the same minutes on the same machine. Both write what they found: ours everything that `--out` gives, Splink its
//! predictions and clusters as Parquet. `cargo bench -p cli --bench link -- 100 1000` prints a row for each size in
//! thousands of records, and how many pairs a second one core compares once a model is there.
//!
//! The rival's script and the generator of people are read from `$WELLSPENT_PEERS`, else `../shared/peers`; without them nothing
//! is timed. They run in a Python environment under `target/`, which is set up on the first run. Our figures are those of the
//! whole process, by GNU time; Splink's are the sum of its stages from loading to files, without the start of Python.

// A benchmark prints its table.
#![allow(clippy::print_stdout)]

#[path = "../rivals/mod.rs"]
mod rivals;

use std::fs::File;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use linkage::blocking::{Blocks, TOGETHER, each_pair};
use linkage::distinct_values::ValueNumbering;
use linkage::field::{Field, FieldKind, Missing};
use linkage::scoring::{PairBuffer, Scorer};
use linkage::source_tables::{RawColumn, RowAgency, SourceTable, combine};
use linkage::standard_comparisons::standard_comparisons;
use linkage::{LinkageOptions, blocking_rules, learn_and_link};
use records::batch::Texts;
use records::csv;
use rivals::{Run, measured, peers, python, run, timed};

const ROUNDS: usize = 3;

fn main() -> Result<()> {
    let Some((peers, work)) = peers("linkage", "link")? else { return Ok(()) };
    let python = python(&work, &["splink", "duckdb", "numpy", "pyarrow"])?;
    let mut sizes: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if sizes.is_empty() {
        sizes.push(100);
    }
    println!("{:>9} {:<10} {:>9} {:>9} {:>9}   times ours: wall, CPU, memory", "records", "", "best s", "CPU s", "MiB");
    for thousands in sizes {
        let folder = work.join(format!("people-{thousands}k"));
        std::fs::create_dir_all(&folder)?;
        let people = folder.join("people.parquet");
        if !people.is_file() {
            let rows = (thousands * 1000).to_string();
            run(Command::new(&python).arg(peers.join("gen.py")).arg(rows).arg("7").arg(&people))?;
        }
        let config = folder.join("people.toml");
        std::fs::write(&config, include_str!("people.toml"))?;
        let (mut ours, mut splink) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let out = folder.join("out");
            if out.is_dir() {
                std::fs::remove_dir_all(&out)?;
            }
            let mut command = timed(Path::new(env!("CARGO_BIN_EXE_wellspent")));
            ours.push(measured(command.arg("link").arg(&config).arg("--out").arg(&out))?);
            ensure!(ours.iter().all(|run| run.said == ours[0].said), "two runs on the same records differ");
            splink.push(stages(&python, &peers.join("scale.py"), &people, &folder)?);
        }
        let least = |of: &[Run], what: fn(&Run) -> f64| of.iter().map(what).fold(f64::MAX, f64::min);
        let figures: [fn(&Run) -> f64; 3] = [|run| run.seconds, |run| run.cpu_seconds, |run| run.mebibytes as f64];
        let best = figures.map(|figure| least(&ours, figure));
        for (name, runs) in [("wellspent", &ours), ("Splink", &splink)] {
            let [wall, cpu, memory] = figures.map(|figure| least(runs, figure));
            let times = [wall / best[0], cpu / best[1], memory / best[2]];
            println!(
                "{thousands:>7} k {name:<10} {wall:>9.2} {cpu:>9.2} {memory:>9.0}   {:>10.1}, {:.1}, {:.1}",
                times[0], times[1], times[2]
            );
        }
        if thousands == 100 {
            pairs_a_second(&python, &people)?;
        }
    }
    Ok(())
}

/// One run of Splink: the sum of its stages, and its peak memory when the last of them has ended.
fn stages(python: &Path, script: &Path, people: &Path, folder: &Path) -> Result<Run> {
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/link/written.py");
    run(Command::new(python).arg(written).arg(script).arg(people).arg(folder).env("PEER_OUT", folder))?;
    let said = std::fs::read_to_string(folder.join("stages.json"))?;
    let read: serde_json::Value = serde_json::from_str(&said)?;
    let stages = read.as_object().context("Splink's stages")?;
    let figures = |name: &'static str| stages.values().filter_map(move |stage| stage[name].as_f64());
    Ok(Run {
        seconds: figures("wall_s").sum(),
        cpu_seconds: figures("cpu_s").sum(),
        mebibytes: figures("peak_rss_mib_after").fold(0.0, f64::max) as u64,
        said,
    })
}

/// What the model looks at.
const FIELDS: [(&str, FieldKind); 5] = [
    ("first_name", FieldKind::Forename),
    ("surname", FieldKind::Surname),
    ("dob", FieldKind::BirthDate),
    ("postcode", FieldKind::Postcode),
    ("city", FieldKind::Area),
];

/// Pairs compared and weighed by one core, with a model that is ready: every candidate of the rules, found and scored.
fn pairs_a_second(python: &Path, people: &Path) -> Result<()> {
    let table = people.with_extension("csv");
    let convert = "import sys, pyarrow.parquet as p, pyarrow.csv as c; c.write_csv(p.read_table(sys.argv[1]), sys.argv[2])";
    run(Command::new(python).args(["-c", convert]).arg(people).arg(&table))?;
    let fields = FIELDS.map(|(name, kind)| Field { name: name.into(), kind, missing: Missing::default() });
    let wanted: Vec<&str> = ["unique_id", "agency"].into_iter().chain(FIELDS.map(|(name, _)| name)).collect();
    let mut columns: Vec<(ValueNumbering, Vec<u32>)> = wanted[1..].iter().map(|_| Default::default()).collect();
    let mut ids = Texts::default();
    csv::texts(File::open(&table)?, &wanted, |cells| {
        ids.push(cells[0]);
        columns.iter_mut().zip(&cells[1..]).for_each(|((numbering, rows), cell)| rows.push(numbering.number(cell)));
    })?;
    let mut raw = columns.into_iter().map(|(numbering, rows)| RawColumn { values: numbering.finish(), rows });
    let agency = RowAgency::Column(raw.next().context("the agency")?);
    let table = SourceTable { agency, ids, columns: raw.map(Some).collect() };
    let records = combine(&fields, &[None; 5], vec![table]);
    let (mut untrained, hints) = standard_comparisons(&fields);
    blocking_rules::add_candidates(&mut untrained, &fields);
    let options = LinkageOptions::default();
    let linked = learn_and_link(&records, &untrained, &hints, &options).map_err(anyhow::Error::msg)?;
    let scorer = Scorer::new(&linked.model, &records)?;
    let rules = 0..linked.model.rules.len();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let (mut best, mut linked_in, mut in_full) = (f64::MAX, f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        one.install(|| {
            let begun = Instant::now();
            let blocks: Vec<Blocks> =
                rules.clone().map(|rule| Blocks::new(&scorer.prepared, rule, options.largest_block)).collect();
            let anyone = |_: usize, _: u32, _: u32| true;
            let (_, pairs) =
                each_pair(&scorer.prepared, &blocks, anyone, || (), |(), found, _, pairs| found.extend_from_slice(pairs));
            let found = begun.elapsed().as_secs_f64();
            let (mut buffer, mut most) = (PairBuffer::default(), f64::MIN);
            let mut weigh = |least: f64| {
                let begun = Instant::now();
                let together = pairs.chunks(TOGETHER);
                together.for_each(|pairs| scorer.weights_from(least, pairs, &mut buffer, |_, weight| most = most.max(weight)));
                begun.elapsed().as_secs_f64()
            };
            let (kept, all) = (weigh(options.keep_from), weigh(f64::NEG_INFINITY));
            std::hint::black_box(most);
            (best, linked_in, in_full) = (best.min(found + kept), linked_in.min(kept), in_full.min(all));
            ensure!(pairs.len() as u64 == linked.candidates, "the pairs are not those of the linkage");
            Ok(())
        })?;
    }
    let rate = |seconds: f64| linked.candidates as f64 / seconds / 1e6;
    println!(
        "one core weighs {:.1} million pairs a second in full, {:.1} when those that cannot be kept are left, and finds and weighs {:.1} ({} pairs)",
        rate(in_full),
        rate(linked_in),
        rate(best),
        linked.candidates
    );
    Ok(())
}
