//! How long effects by cohort and period take: made-up units over ten periods that start in eight of them or never, every cell, the
//! averages, and a bootstrap of 1,000 draws.
//!
//! Run with `cargo bench -p evaluation --bench group_time -- UNITS`. With `FILE.csv` as well, the units are written there, so that
//! another program can be timed on the same ones. The same number of units gives the same units on every machine.

#![allow(clippy::print_stdout)]

mod process;

use std::io::Write as _;
use std::time::Instant;

use base::philox::{open_unit, words};
use base::statistics::normal_quantile;
use evaluation::columns::{Column, Columns};
use evaluation::difference_in_differences::aggregate::{AverageBy, average};
use evaluation::difference_in_differences::bootstrap::{BootstrapOptions, multiplier_bootstrap};
use evaluation::difference_in_differences::group_time::{
    BasePeriod, GroupTimeOptions, OutcomeAdjustment, PanelControls, group_time,
};
use evaluation::difference_in_differences::panel::{Gaps, Panel, PanelRows};

use process::{peak_mib, processor_seconds};

const PERIODS: i64 = 10;

struct Units {
    unit: Vec<u64>,
    period: Vec<i64>,
    outcome: Vec<f64>,
    start: Vec<Option<i64>>,
    covariates: Columns,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let units = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    let made = made(units);
    if let Some(path) = arguments.iter().find(|argument| argument.ends_with(".csv")) {
        write(path, &made).expect("the file is written");
    }
    let made_mib = peak_mib();
    println!("{units} units, {PERIODS} periods");
    let (start, busy) = (Instant::now(), processor_seconds());
    let rows = PanelRows {
        unit: &made.unit,
        period: &made.period,
        outcome: &made.outcome,
        start: &made.start,
        covariates: &made.covariates,
        cluster: None,
    };
    let panel = Panel::new(rows, Gaps::Refuse).expect("a balanced panel");
    println!(
        "  panel checked and sorted: {:.2} s, {:.2} processor seconds",
        start.elapsed().as_secs_f64(),
        processor_seconds() - busy
    );
    for adjustment in [OutcomeAdjustment::None, OutcomeAdjustment::DoublyRobust] {
        let (start, busy) = (Instant::now(), processor_seconds());
        let options = GroupTimeOptions {
            comparison: PanelControls::NeverTreated,
            base: BasePeriod::Varying,
            adjustment,
            anticipation: 0,
            small_group: 30,
        };
        let estimate = group_time(&panel, options).expect("estimates");
        let cells = start.elapsed().as_secs_f64();
        let overall = average(&estimate, AverageBy::Everything).expect("treated cells").overall;
        let timed = average(&estimate, AverageBy::TimeSinceStart).expect("treated cells");
        let averaged = start.elapsed().as_secs_f64();
        let draws = BootstrapOptions { draws: 1_000, seed: 1, confidence: 0.95 };
        let of_cells: Vec<&[f64]> = estimate.influence.iter().map(|influence| &influence[..]).collect();
        let cells_drawn = multiplier_bootstrap(&of_cells, &estimate.clusters, draws).expect("draws");
        let of_times: Vec<&[f64]> = timed.parts.iter().map(|(_, part)| &part.influence[..]).collect();
        let times_drawn = multiplier_bootstrap(&of_times, &estimate.clusters, draws).expect("draws");
        println!(
            "  {adjustment:?}: {} cells {cells:.2} s, averages {:.2} s, bootstrap {:.2} s; together {:.2} s, {:.2} processor seconds",
            estimate.cells.len(),
            averaged - cells,
            start.elapsed().as_secs_f64() - averaged,
            start.elapsed().as_secs_f64(),
            processor_seconds() - busy,
        );
        println!(
            "    effect {:.6} ({:.6}); critical values {:.3} for cells, {:.3} for times since start",
            overall.effect, overall.standard_error, cells_drawn.critical_value, times_drawn.critical_value
        );
    }
    println!("peak memory {} MiB, of which {made_mib} MiB for the rows", peak_mib());
}

fn made(units: u64) -> Units {
    let (mut unit, mut period, mut outcome, mut start, mut size) = (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..units {
        let [a, b, c, _] = words(1, i + 1, 0, 0).map(open_unit);
        let x = normal_quantile(a);
        // Three in ten never start; the others start in periods 3 to 10.
        let starts = (b < 0.7).then(|| 3 + (b / 0.7 * 8.0) as i64);
        for t in 1..=PERIODS {
            let [e, ..] = words(1, i + 1, 0, t as u64).map(open_unit);
            let effect = starts.filter(|&start| t >= start).map_or(0.0, |start| 1.0 + 0.1 * (t - start) as f64);
            unit.push(i);
            period.push(t);
            outcome.push(normal_quantile(c) + t as f64 * (0.2 + 0.1 * x) + effect + normal_quantile(e));
            start.push(starts);
            size.push(x);
        }
    }
    let covariates = Columns::new(unit.len(), vec![Column::new("size", size)]).expect("columns");
    Units { unit, period, outcome, start, covariates }
}

fn write(path: &str, made: &Units) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    writeln!(file, "unit,period,outcome,start,size")?;
    let size = &made.covariates.all()[0].values;
    for row in 0..made.unit.len() {
        let start = made.start[row].unwrap_or(0);
        writeln!(file, "{},{},{},{start},{}", made.unit[row], made.period[row], made.outcome[row], size[row])?;
    }
    file.flush()
}
