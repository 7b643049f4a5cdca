//! How long a whole matched comparison takes: a propensity score, nearest-neighbour matching with a caliper and without
//! replacement, balance before and after, and the effect with a standard error clustered by pair.
//!
//! Run with `cargo bench -p evaluation --bench matching -- FILE.npz`. The file is NumPy's, not compressed, with `X` (units by
//! covariates, `<f8`), `t` (`|i1`, 1 for the treated) and `y` (`|i1`), so that another program can be timed on the same people.

#![allow(clippy::print_stdout)]

mod process;

use std::fs::File;
use std::io::{BufReader, Read};
use std::time::Instant;

use evaluation::balance::{Deviation, balance};
use evaluation::columns::{Column, Columns};
use evaluation::effects::means::difference_of_means;
use evaluation::least_squares::Covariance;
use evaluation::logistic::logistic;
use evaluation::matching::{Distance, Order, Rules, Width, match_nearest};

use process::{peak_mib, processor_seconds};

fn main() {
    let Some(path) = std::env::args().skip(1).find(|argument| argument.ends_with(".npz")) else {
        println!("give a file of people: cargo bench -p evaluation --bench matching -- FILE.npz");
        return;
    };
    let (columns, treated, outcome) = people(&path);
    let keys: Vec<u64> = (0..treated.len() as u64).collect();
    let read_mib = peak_mib();
    let (start, busy) = (Instant::now(), processor_seconds());
    let mut last = Instant::now();
    let mut stage = |name: &str| {
        println!("  {name}: {:.3} s", last.elapsed().as_secs_f64());
        last = Instant::now();
    };

    let fit = logistic(&treated, &columns, None).expect("a propensity score");
    stage("propensity score");
    let rules = Rules {
        distance: Distance::Score(&fit.log_odds),
        caliper: Some(Width::OverallDeviations(0.2)),
        covariate_calipers: &[],
        strata: None,
        ratio: 1,
        replacement: false,
        order: Order::LargestFirst,
    };
    let matches = match_nearest(&treated, &keys, &rules).expect("matches");
    stage("matching, checked");
    let before = balance(&columns, &treated, None, Deviation::Pooled).expect("balance");
    let after = balance(&columns, &treated, Some(&matches.weights), Deviation::Pooled).expect("balance");
    stage("balance before and after");
    let sets: Vec<u64> = matches.sets().expect("pairs").into_iter().map(|set| set.unwrap_or(u64::MAX)).collect();
    let effect = difference_of_means(&outcome, &treated, Some(&matches.weights), Covariance::Cr1(&sets)).expect("an effect");
    stage("effect");

    println!(
        "{} treated of {} units, {} covariates: {} pairs, largest standardised difference {:.3} before and {:.4} after",
        treated.iter().filter(|&&treated| treated).count(),
        treated.len(),
        columns.all().len(),
        matches.treated_matched(),
        before.largest(),
        after.largest(),
    );
    println!("effect {:+.5}, standard error {:.5} ({})", effect.estimate, effect.standard_error, effect.standard_error_name);
    println!(
        "whole pipeline: {:.2} s, {:.2} processor seconds, peak memory {} MiB, of which {} MiB after reading",
        start.elapsed().as_secs_f64(),
        processor_seconds() - busy,
        peak_mib(),
        read_mib,
    );
}

/// Reads the people, covariate by covariate.
fn people(path: &str) -> (Columns, Vec<bool>, Vec<f64>) {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).expect("the file of people"));
    let (mut columns, mut treated, mut outcome) = (Vec::new(), Vec::new(), Vec::new());
    while let Some((name, shape)) = next_array(&mut file) {
        // A single number, such as the true effect, comes after everything that is needed here.
        let Some(&rows) = shape.first() else { break };
        match name.as_str() {
            "X.npy" => {
                columns = vec![Vec::with_capacity(rows); shape[1]];
                let mut row = vec![0; 8 * shape[1]];
                for _ in 0..rows {
                    file.read_exact(&mut row).expect("a row of covariates");
                    for (column, bytes) in columns.iter_mut().zip(row.as_chunks::<8>().0) {
                        column.push(f64::from_le_bytes(*bytes));
                    }
                }
            }
            "t.npy" => treated = bytes(&mut file, rows).into_iter().map(|byte| byte == 1).collect(),
            "y.npy" => outcome = bytes(&mut file, rows).into_iter().map(f64::from).collect(),
            _ => break,
        }
    }
    let columns = columns.into_iter().enumerate().map(|(j, values)| Column::new(format!("x{j}"), values)).collect();
    (Columns::new(treated.len(), columns).expect("columns"), treated, outcome)
}

fn bytes(file: &mut impl Read, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    file.read_exact(&mut bytes).expect("a column of bytes");
    bytes
}

/// The name and shape of the next array of an archive; its values come next in the file. The values before have all been read.
fn next_array(file: &mut impl Read) -> Option<(String, Vec<usize>)> {
    let header = bytes(file, 30);
    if !header.starts_with(b"PK\x03\x04") {
        return None;
    }
    let length = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
    assert_eq!(length(8), 0, "the file is compressed: write it with numpy.savez");
    let name = String::from_utf8(bytes(file, length(26))).expect("a name");
    bytes(file, length(28));
    // NumPy's own header: a magic number, a version, a length, and a description.
    let start = bytes(file, 10);
    let described = bytes(file, usize::from(u16::from_le_bytes([start[8], start[9]])));
    let text = String::from_utf8(described).expect("a description");
    assert!(text.contains("'fortran_order': False"), "{name} is not stored row by row");
    let shape = text.split("'shape': (").nth(1)?.split(')').next()?;
    Some((name, shape.split(',').filter_map(|size| size.trim().parse().ok()).collect()))
}
