//! How long a Cox model takes: made-up people with ten covariates, followed in days with many ties, or in continuous time.
//!
//! Run with `cargo bench -p evaluation --bench cox -- ROWS`. With `FILE.csv` as well, the people are written there, so that another
//! program can be timed on the same ones. The same rows give the same people on every machine.

#![allow(clippy::print_stdout)]

mod process;

use std::io::Write as _;
use std::time::Instant;

use base::philox::{open_unit, words};
use base::statistics::normal_quantile;
use evaluation::columns::{Column, Columns};
use evaluation::survival::FollowUp;
use evaluation::survival::concordance::concordance;
use evaluation::survival::cox::{CoxCovariance, CoxOptions, Ties, cox};

use process::{peak_mib, processor_seconds};

const COVARIATES: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rows = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(10_000);
    let (columns, time, event) = people(rows);
    let days: Vec<f64> = time.iter().map(|time| time.ceil()).collect();
    if let Some(path) = arguments.iter().find(|argument| argument.ends_with(".csv")) {
        write(path, &columns, [&days, &time], &event).expect("the file is written");
    }
    let made_mib = peak_mib();
    println!("{rows} people, {COVARIATES} covariates, {} events", event.iter().filter(|&&event| event).count());
    for (name, exit) in [("in days", &days), ("in continuous time", &time)] {
        let follow_up = FollowUp { entry: None, exit, event: &event };
        for (covariance_name, covariance) in
            [("inverse information", CoxCovariance::Information), ("robust", CoxCovariance::Robust)]
        {
            let (start, busy) = (Instant::now(), processor_seconds());
            let options = CoxOptions { ties: Ties::Efron, strata: None, covariance };
            let fit = cox(follow_up, &columns, options).expect("fits");
            println!(
                "  {name}, {covariance_name}: {:.2} s, {:.2} processor seconds, {} steps, first coefficient {:.6} ({:.6}), \
                 log-likelihood {:.4}",
                start.elapsed().as_secs_f64(),
                processor_seconds() - busy,
                fit.steps,
                fit.coefficients[0],
                fit.standard_error(0),
                fit.log_likelihood,
            );
            if covariance == CoxCovariance::Information {
                let start = Instant::now();
                let scores = fit.log_hazards(&columns).expect("the same columns");
                let c = concordance(follow_up, &scores, None).expect("pairs").c();
                println!("  {name}, concordance {c:.4}: {:.2} s", start.elapsed().as_secs_f64());
            }
        }
    }
    println!("peak memory {} MiB, of which {made_mib} MiB for the people", peak_mib());
}

/// Covariates, times in days up to two years, and events.
fn people(rows: u64) -> (Columns, Vec<f64>, Vec<bool>) {
    let mut values = vec![Vec::new(); COVARIATES];
    let (mut time, mut event) = (Vec::new(), Vec::new());
    for person in 0..rows {
        let draws: Vec<f64> = (0..3).flat_map(|block| words(1, person + 1, 0, block)).map(open_unit).collect();
        let mut log_hazard = 0.0;
        for (j, column) in values.iter_mut().enumerate() {
            // Half of the covariates are numbers and half say yes or no.
            let value = if j % 2 == 0 { normal_quantile(draws[j]) } else { f64::from(u8::from(draws[j] < 0.3)) };
            log_hazard += value * 0.1 * (j as f64 - 4.5) / 4.5;
            column.push(value);
        }
        let ends = -draws[10].ln() / (0.001 * log_hazard.exp());
        let watched = 365.0 + 365.0 * draws[11];
        time.push(ends.min(watched));
        event.push(ends < watched);
    }
    let columns = values.into_iter().enumerate().map(|(j, values)| Column::new(format!("x{j}"), values)).collect();
    (Columns::new(rows as usize, columns).expect("columns"), time, event)
}

fn write(path: &str, columns: &Columns, [days, time]: [&[f64]; 2], event: &[bool]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let names: Vec<&str> = columns.all().iter().map(|column| column.name.as_str()).collect();
    writeln!(file, "days,time,event,{}", names.join(","))?;
    for row in 0..days.len() {
        write!(file, "{},{},{}", days[row], time[row], u8::from(event[row]))?;
        for column in columns.all() {
            write!(file, ",{}", column.values[row])?;
        }
        writeln!(file)?;
    }
    file.flush()
}
